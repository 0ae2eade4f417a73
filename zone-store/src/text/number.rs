//! Numbers and times to live as text.

/// A plain decimal number of 32 bits, or `None`.
pub(crate) fn decimal(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 10 {
        return None;
    }
    let mut value: u32 = 0;
    for &octet in text {
        value = value.checked_mul(10)?.checked_add(digit(octet)?)?;
    }
    Some(value)
}

/// Why a time to live is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TtlError {
    /// Not a number, nor numbers with units.
    Syntax,
    /// Above 2^31 - 1 (RFC 2181 §8).
    TooLarge,
}

/// A time to live: seconds, or with BIND's units (`1w2d3h4m5s`, any case, each number with its unit).
pub(crate) fn ttl(text: &[u8]) -> Result<u32, TtlError> {
    let mut total: u64 = 0;
    let mut number: Option<u64> = None;
    let mut units = false;
    for &octet in text {
        if let Some(digit) = digit(octet) {
            let value = number.unwrap_or(0).saturating_mul(10).saturating_add(u64::from(digit));
            number = Some(value.min(TOO_LARGE));
        } else {
            let unit = unit(octet).ok_or(TtlError::Syntax)?;
            let value = number.take().ok_or(TtlError::Syntax)?;
            total = total.saturating_add(value.saturating_mul(unit));
            units = true;
        }
    }
    let seconds = match (number, units) {
        (Some(plain), false) => plain,
        (None, true) => total,
        // Nothing at all, or a number without a unit after one with a unit.
        _ => return Err(TtlError::Syntax),
    };
    if seconds > MAX_TTL {
        return Err(TtlError::TooLarge);
    }
    u32::try_from(seconds).map_err(|_| TtlError::TooLarge)
}

/// The largest time to live (RFC 2181 §8).
pub(crate) const MAX_TTL: u64 = 0x7fff_ffff;

const TOO_LARGE: u64 = 1 << 40;

fn digit(octet: u8) -> Option<u32> {
    match octet {
        b'0'..=b'9' => Some(u32::from(octet).saturating_sub(u32::from(b'0'))),
        _ => None,
    }
}

fn unit(octet: u8) -> Option<u64> {
    match octet.to_ascii_lowercase() {
        b's' => Some(1),
        b'm' => Some(60),
        b'h' => Some(3_600),
        b'd' => Some(86_400),
        b'w' => Some(604_800),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_takes_32_bits_and_nothing_else() {
        assert_eq!(decimal(b"0"), Some(0));
        assert_eq!(decimal(b"4294967295"), Some(u32::MAX));
        for bad in [
            &b""[..],
            b"4294967296",
            b"00000000000",
            b"-1",
            b"+1",
            b" 1",
            b"1 ",
            b"1a",
            b"99999999999",
        ] {
            assert_eq!(decimal(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn ttl_takes_seconds_and_units() {
        for (text, seconds) in [
            (&b"0"[..], 0),
            (b"300", 300),
            (b"1h30m", 5_400),
            (b"1W2D3H4M5S", 788_645),
            (b"2d2d", 345_600),
            (b"2147483647", 0x7fff_ffff),
        ] {
            assert_eq!(ttl(text), Ok(seconds), "{text:?}");
        }
        for bad in [&b""[..], b"h", b"1h30", b"1x", b"-1", b"1 h", b"1hh"] {
            assert_eq!(ttl(bad), Err(TtlError::Syntax), "{bad:?}");
        }
        for large in [
            &b"2147483648"[..],
            b"4294967296",
            b"99999999999999999999999",
            b"3551w",
            b"9999999999999999w",
        ] {
            assert_eq!(ttl(large), Err(TtlError::TooLarge), "{large:?}");
        }
    }
}
