//! EDNS(0): the OPT record and its options (RFC 6891).

mod client_subnet;
mod code;
mod cookie;
mod extended_error;
mod option_data;
mod view;

pub use client_subnet::ClientSubnet;
pub use code::OptionCode;
pub use cookie::{Cookie, CookieSecret, CookieState};
pub use extended_error::{ExtendedError, InfoCode};
pub use option_data::{
    LongLivedQuery, Numbers, OptionData, QUERY_BLOCK, RESPONSE_BLOCK, ZoneVersion, padding_octets,
};
pub use view::{Edns, EdnsOption, Options};
