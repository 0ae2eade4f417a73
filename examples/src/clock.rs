//! The system clock, in the forms that the crates take.

use ntp_wire::Timestamp;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time since 1970-01-01 00:00:00 UTC; zero for a clock that stands before it.
pub fn since_unix_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Seconds since 1970, as DNS signatures and sources take them.
pub fn unix_seconds() -> i64 {
    since_unix_epoch().as_secs().cast_signed()
}

/// Now, as an NTP time stamp.
pub fn ntp_now() -> Timestamp {
    let now = since_unix_epoch();
    Timestamp::from_unix(now.as_secs().cast_signed(), now.subsec_nanos())
}
