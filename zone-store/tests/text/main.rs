//! The text formats from outside: on real data, beside another parser, there and back, and compiled.

#[path = "../common/mod.rs"]
mod common;
mod formats;
mod history;
mod peer;
mod records;
mod reverse;
mod round_trip;
mod wild;
