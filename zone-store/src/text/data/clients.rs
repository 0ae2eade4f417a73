//! Lines that say where clients are: `M` and `8` bind a name to a map, `%` puts a prefix in one.

use super::lines::{Field, Line};
use super::{Outcome, Reader};
use crate::source::{Bind, Item, MapKind, MapPrefix, Position, Prefix, Reach, Sink};
use crate::text::address::{self, MAPPED, MAPPED_HINT, PrefixError};
use crate::text::report::{Fault, Shown};
use alloc::format;
use core::net::{IpAddr, Ipv4Addr};
use dns_wire::Name;

impl<S: Sink> Reader<'_, S> {
    /// `M` and `8` name, map.
    pub(super) fn bind(&mut self, at: Position, line: &Line<'_>, by: MapKind) -> Outcome {
        let ([name, map], surplus) = line.fields::<2>();
        self.surplus(at, surplus);
        self.owner(at, name)?;
        self.map_id(map)?;
        let (owner, reach) = match self.owner.strip_prefix(b"\x01*") {
            Some(below) => (below, Reach::Below),
            None => (self.owner.as_slice(), Reach::Exact),
        };
        if let Ok(owner) = Name::from_wire(owner) {
            self.report.item(Item::Bind(Bind { owner, reach, by, map: &self.map }), at);
        }
        Ok(())
    }

    /// `%` location, prefix, map.
    pub(super) fn prefix(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([location, prefix, map], surplus) = line.fields::<3>();
        self.surplus(at, surplus);
        self.location(location)?;
        self.map_id(map)?;
        let prefix = self.prefix_field(at, prefix)?;
        self.report
            .item(Item::Prefix(MapPrefix { map: &self.map, prefix, location: &self.location }), at);
        Ok(())
    }

    /// A prefix, an address, the leading octets of IPv4 addresses (tinydns), or nothing: all of IPv4.
    fn prefix_field(&mut self, at: Position, field: Field<'_>) -> Result<Prefix, Fault> {
        match address::prefix(field.text) {
            Ok(prefix) => return Ok(prefix),
            Err(PrefixError::HostBits(right)) => {
                let message = format!(
                    "'{}' has bits past its length; {}/{} is taken",
                    Shown(field.text),
                    right.address(),
                    right.len()
                );
                self.report.warning(at, message, Some("write the prefix that is meant"));
                return Ok(right);
            }
            Err(PrefixError::Length) => {
                return Err(Fault::new(field.at, "the length is longer than the address"));
            }
            Err(PrefixError::Mapped) => {
                return Err(Fault::new(field.at, MAPPED).hint(MAPPED_HINT));
            }
            Err(PrefixError::Syntax) => {}
        }
        let octets = field.text.strip_suffix(b".").unwrap_or(field.text);
        let (leading, count) = match address::leading_octets(octets) {
            Some(leading) => leading,
            None if octets.is_empty() => ([0; 4], 0),
            None => {
                return Err(Fault::new(field.at, format!("'{}' is no prefix", Shown(field.text)))
                    .hint("write address/length, an address, or leading octets as in 192.168"));
            }
        };
        Prefix::new(IpAddr::V4(Ipv4Addr::from(leading)), count.saturating_mul(8))
            .ok_or_else(|| Fault::new(field.at, "no prefix"))
    }
}
