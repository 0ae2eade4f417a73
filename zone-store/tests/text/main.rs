//! The text formats from outside: on real data, beside another parser, and there and back.

mod formats;
mod peer;
mod records;
mod round_trip;
mod wild;
