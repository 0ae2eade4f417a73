//! A block of client addresses.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address prefix. All bits past its length are zero. Ordered by family, address and length, so that
/// a prefix stands right before the ones inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    address: IpAddr,
    len: u8,
}

impl Prefix {
    /// The prefix of this length that holds `address`, or `None` when `len` is longer than the address:
    /// 32 or 128 bits.
    pub fn new(address: IpAddr, len: u8) -> Option<Self> {
        let width = width(address);
        (len <= width).then(|| Self { address: masked(address, len), len })
    }

    /// Its first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Its length in bits.
    pub fn len(&self) -> u8 {
        self.len
    }

    /// True for `0.0.0.0/0` and `::/0`.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// True when `other` is this prefix or inside it.
    pub fn contains(&self, other: &Self) -> bool {
        self.len <= other.len && Self::new(other.address, self.len) == Some(*self)
    }

    /// The prefix one bit shorter, `None` of a whole family.
    pub fn parent(&self) -> Option<Self> {
        Self::new(self.address, self.len.checked_sub(1)?)
    }

    /// The other half of the parent, `None` of a whole family.
    pub fn sibling(&self) -> Option<Self> {
        let bit = bit(self.len)?;
        Some(Self { address: from_bits(self.address, to_bits(self.address) ^ bit), len: self.len })
    }

    /// Its two halves, `None` of a single address.
    pub fn halves(&self) -> Option<(Self, Self)> {
        let low = Self::new(self.address, self.len.checked_add(1)?)?;
        Some((low, low.sibling()?))
    }

    /// True when the last bit of the prefix is set: the upper half of its parent.
    pub fn is_upper(&self) -> bool {
        bit(self.len).is_some_and(|bit| to_bits(self.address) & bit != 0)
    }

    /// How many leading bits two prefixes share; `None` between families.
    #[cfg(feature = "alloc")]
    pub(crate) fn shared_bits(&self, other: &Self) -> Option<u8> {
        if self.address.is_ipv4() != other.address.is_ipv4() {
            return None;
        }
        let bits = (to_bits(self.address) ^ to_bits(other.address)).leading_zeros();
        Some(u8::try_from(bits).unwrap_or(u8::MAX).min(self.len).min(other.len))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.len)
    }
}

fn masked(address: IpAddr, len: u8) -> IpAddr {
    let mask = u128::MAX.checked_shl(128_u32.saturating_sub(u32::from(len))).unwrap_or(0);
    from_bits(address, to_bits(address) & mask)
}

/// The bit of this number, counted from 1 at the top.
fn bit(number: u8) -> Option<u128> {
    1_u128.checked_shl(128_u32.checked_sub(u32::from(number))?)
}

/// The address at the top of 128 bits.
fn to_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

fn from_bits(family: IpAddr, bits: u128) -> IpAddr {
    match family {
        IpAddr::V4(_) => {
            let [a, b, c, d, ..] = bits.to_be_bytes();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Prefix {
        let (address, len) = text.split_once('/').unwrap();
        Prefix::new(address.parse().unwrap(), len.parse().unwrap()).unwrap()
    }

    #[test]
    fn masks_and_families() {
        assert_eq!(p("192.0.2.77/24"), p("192.0.2.0/24"));
        assert_eq!(p("2001:db8::1/32"), p("2001:db8::/32"));
        assert_eq!(p("1.2.3.4/0"), p("0.0.0.0/0"));
        assert_eq!(Prefix::new("1.2.3.4".parse().unwrap(), 33), None);
        assert!(!p("0.0.0.0/0").contains(&p("::/0")));
        assert!(p("10.0.0.0/8").contains(&p("10.255.0.0/16")));
        assert!(!p("10.0.0.0/16").contains(&p("10.0.0.0/8")));
    }

    #[test]
    fn family_tree() {
        assert_eq!(p("10.0.0.0/9").sibling(), Some(p("10.128.0.0/9")));
        assert_eq!(p("10.128.0.0/9").parent(), Some(p("10.0.0.0/8")));
        assert_eq!(p("::/0").parent(), None);
        assert_eq!(p("::/0").sibling(), None);
        assert_eq!(p("1.2.3.4/32").halves(), None);
        assert_eq!(p("::/0").halves(), Some((p("::/1"), p("8000::/1"))));
        assert!(p("10.128.0.0/9").is_upper() && !p("10.0.0.0/9").is_upper());
    }

    #[test]
    fn order_puts_a_prefix_before_its_parts() {
        assert!(p("10.0.0.0/8") < p("10.0.0.0/9") && p("10.0.0.0/9") < p("10.64.0.0/10"));
        assert!(p("255.0.0.0/8") < p("::/0"));
    }
}
