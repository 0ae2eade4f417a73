//! Key tags (RFC 4034 appendix B).

/// The key tag of a DNSKEY, from its RDATA. 0 when that is too short to have one.
///
/// ```
/// // The DNSKEY of RFC 4034 §5.4.
/// use dns_wire::{RType, dnssec, rdata};
/// let text = b"256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==";
/// let mut key = [0; 256];
/// let length = rdata::from_text(RType::DNSKEY, rdata::split(text), None, &mut key)?;
/// assert_eq!(dnssec::key_tag(&key[..length]), 60485);
/// # Ok::<(), dns_wire::TextError>(())
/// ```
#[must_use]
pub fn key_tag(dnskey: &[u8]) -> u16 {
    // Algorithm 1 took two octets near the end of the modulus (appendix B.1).
    if let (Some(1), Some(&[high, low, _])) = (dnskey.get(3), dnskey.last_chunk::<3>()) {
        return u16::from_be_bytes([high, low]);
    }
    let sum = dnskey.chunks(2).fold(0u32, |sum, pair| {
        let &[high, low] = match pair {
            [high, low] => &[*high, *low],
            [high] => &[*high, 0],
            _ => &[0, 0],
        };
        sum.wrapping_add(u32::from(u16::from_be_bytes([high, low])))
    });
    let [_, _, high, low] = sum.wrapping_add(sum >> 16).to_be_bytes();
    u16::from_be_bytes([high, low])
}
