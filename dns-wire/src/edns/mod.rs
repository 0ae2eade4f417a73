//! EDNS(0): the OPT record and its options (RFC 6891).

mod client_subnet;
mod code;
mod extended_error;
mod view;

pub use client_subnet::ClientSubnet;
pub use code::OptionCode;
pub use extended_error::{ExtendedError, InfoCode};
pub use view::{Edns, EdnsOption, Options};
