//! The names in uncompressed RDATA.

use super::Data;
use super::kind::{NameRole, Part};
use crate::{Name, RType};

/// The names in uncompressed RDATA of this type, in order.
#[must_use]
pub fn names(rtype: RType, rdata: &[u8]) -> EmbeddedNames<'_> {
    EmbeddedNames { rtype, rdata, at: 0 }
}

/// A name in RDATA, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddedName<'a> {
    /// The name.
    pub name: Name<'a>,
    /// Its first octet, counted from the start of the RDATA.
    pub offset: usize,
    /// It may be sent compressed (RFC 3597 §4).
    pub compressible: bool,
    /// Addresses of this name help whoever gets the record (RFC 1034 §4.3.2, RFC 2782, RFC 9460 §4.1).
    pub additional: bool,
}

/// The names in RDATA; see [`names`]. Ends early where the octets are malformed.
#[derive(Clone, Debug)]
pub struct EmbeddedNames<'a> {
    rtype: RType,
    rdata: &'a [u8],
    at: usize,
}

impl<'a> Iterator for EmbeddedNames<'a> {
    type Item = EmbeddedName<'a>;

    fn next(&mut self) -> Option<EmbeddedName<'a>> {
        let (start, end, role) = next(self.rtype, self.rdata, self.at)?;
        self.at = self.at.saturating_add(1);
        Some(EmbeddedName {
            name: Name::trusted(self.rdata.get(start..end)?),
            offset: start,
            compressible: role.compress,
            additional: role.target,
        })
    }
}

/// Where the `index`th name starts and ends.
pub(crate) fn next(rtype: RType, rdata: &[u8], index: usize) -> Option<(usize, usize, NameRole)> {
    let mut at = 0usize;
    let mut seen = 0usize;
    for part in Data::layout(rtype) {
        let (role, many) = match *part {
            Part::Fixed(octets) => {
                at = at.checked_add(octets)?;
                continue;
            }
            Part::Counted => {
                at = at.checked_add(1)?.checked_add(usize::from(*rdata.get(at)?))?;
                continue;
            }
            Part::Split(role) => {
                let left_out = *rdata.get(at)?;
                let octets = 128u8.checked_sub(left_out)?.div_ceil(8);
                at = at.checked_add(1)?.checked_add(usize::from(octets))?;
                if left_out == 0 {
                    continue;
                }
                (role, false)
            }
            Part::Name(role) => (role, false),
            Part::Names(role) => (role, true),
            Part::Rest => return None,
        };
        loop {
            let (name, _) = Name::split_from(rdata.get(at..)?).ok()?;
            let end = at.checked_add(name.as_wire().len())?;
            if seen == index {
                return Some((at, end, role));
            }
            seen = seen.checked_add(1)?;
            at = end;
            if !many {
                break;
            }
        }
    }
    None
}
