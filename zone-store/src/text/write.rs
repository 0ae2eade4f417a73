//! Data lines written from plain values: maps and shares, as a map builder makes them.

use crate::source::{Id, Prefix};
use alloc::string::String;
use core::fmt::{self, Write};
use core::net::IpAddr;
use dns_wire::{Name, RType, Ttl};

/// A prefix and the location of the clients in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MapEntry<'a> {
    /// The prefix.
    pub prefix: Prefix,
    /// The location.
    pub location: Id<'a>,
}

/// An address that takes a share of the clients of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share<'a> {
    /// The location; empty for the default rows.
    pub location: Id<'a>,
    /// The address.
    pub address: IpAddr,
    /// Its weight among the addresses of the location; 0 is the last resort.
    pub weight: u32,
}

/// Adds the `%` line of a map's prefix.
///
/// ```
/// use zone_store::source::Prefix;
/// use zone_store::text::write::{MapEntry, map_line};
/// let mut text = String::new();
/// let prefix = Prefix::new([192, 0, 2, 0].into(), 24).unwrap();
/// map_line(&mut text, b"m1", MapEntry { prefix, location: b"lisbon" });
/// assert_eq!(text, "%lisbon,192.0.2.0/24,m1\n");
/// ```
pub fn map_line(text: &mut String, map: Id<'_>, entry: MapEntry<'_>) {
    let MapEntry { prefix, location } = entry;
    line(
        text,
        format_args!(
            "%{},{}/{},{}",
            Escaped(location),
            prefix.address(),
            prefix.len(),
            Escaped(map)
        ),
    );
}

/// Adds the `+` line of a share in the addresses of `owner`.
pub fn share_line(text: &mut String, owner: Name<'_>, ttl: Ttl, share: Share<'_>) {
    let Share { location, address, weight } = share;
    line(
        text,
        format_args!("+{},{address},{ttl},,{},{weight}", EscapedName(owner), Escaped(location)),
    );
}

/// Adds the `:` line of a record of any type, its data by octets. `location` is empty for the default rows.
pub fn record_line(
    text: &mut String,
    owner: Name<'_>,
    rtype: RType,
    ttl: Ttl,
    rdata: &[u8],
    location: Id<'_>,
) {
    line(
        text,
        format_args!(
            ":{},{},{},{ttl},,{}",
            EscapedName(owner),
            rtype.0,
            Escaped(rdata),
            Escaped(location)
        ),
    );
}

/// Adds the `M` line that has a map asked by the address of the resolver, for `owner` alone or, where the
/// owner begins with `*`, for all names below.
pub fn resolver_map_line(text: &mut String, owner: Name<'_>, map: Id<'_>) {
    line(text, format_args!("M{},{}", EscapedName(owner), Escaped(map)));
}

/// Adds the `8` line that has a map asked by EDNS Client Subnet.
pub fn client_subnet_map_line(text: &mut String, owner: Name<'_>, map: Id<'_>) {
    line(text, format_args!("8{},{}", EscapedName(owner), Escaped(map)));
}

fn line(text: &mut String, content: fmt::Arguments<'_>) {
    // A String takes all that is written to it.
    let _ = text.write_fmt(content);
    text.push('\n');
}

/// An id with everything escaped that a data line could mistake.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&octet| escape(octet, false, f))
    }
}

/// A name, absolute without its last dot.
struct EscapedName<'a>(Name<'a>);

impl fmt::Display for EscapedName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_root() {
            return f.write_str(".");
        }
        for (index, label) in self.0.labels().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            label.octets().iter().try_for_each(|&octet| escape(octet, true, f))?;
        }
        Ok(())
    }
}

fn escape(octet: u8, in_name: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match octet {
        b':' | b',' | b'\\' | 0..=0x20 | 0x7f.. => write!(f, "\\{octet:03o}"),
        b'.' if in_name => write!(f, "\\{octet:03o}"),
        _ => write!(f, "{}", char::from(octet)),
    }
}

#[cfg(test)]
mod tests;
