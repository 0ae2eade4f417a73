//! RDATA: every type declared once in a table that gives its struct, its check, its text both ways,
//! and where its names are.

mod bitmap;
mod encoding;
mod gateway;
mod generic;
mod host_identity;
mod kind;
mod kind_address;
mod kind_code;
mod kind_hash;
mod kind_name;
mod kind_octets;
mod kind_string;
mod location;
mod names;
mod obsolete;
mod prefix_list;
mod record;
mod svcb;
mod table;
mod time;
mod tokens;
pub(crate) mod view;

pub use bitmap::TypeBitmap;
pub use gateway::{AmtRelay, Gateway, IpsecGateway};
pub use host_identity::{HostIdentity, NameList};
pub use kind_address::AtmAddress;
pub use kind_string::{CharacterString, CharacterStrings};
pub use location::{Location, Precision};
pub(crate) use names::next as next_name;
pub use names::{EmbeddedName, EmbeddedNames, names};
pub use obsolete::{Bits, SplitAddress, WellKnownServices};
pub use prefix_list::{PrefixItem, PrefixList};
pub use svcb::{
    Addresses4, Addresses6, ParamList, SvcParamKey, SvcParamKeys, SvcParamValue, SvcParams,
    TlsGroups, Transports,
};
pub use table::*;
pub use time::SignatureTime;
pub use tokens::{Split, Token, split};
pub use view::{Rdata, RecordData};

use core::fmt;

use crate::{Name, RType, TextError, TextErrorKind, WireError, Writer};
pub(crate) use encoding::{show_base64, show_hex};
pub(crate) use kind::Part;
pub(crate) use kind_string::show_quoted;
use tokens::Tokens;

/// Checks that these octets are RDATA of this type, names uncompressed. Types without a format here
/// are always right.
///
/// # Errors
/// What is wrong, and at which octet of the RDATA.
///
/// # Cost
/// O(length), no allocation.
pub fn validate(rtype: RType, rdata: &[u8]) -> Result<(), WireError> {
    Data::parse(rtype, &Rdata::flat(rdata)).map(|_| ())
}

/// Writes the wire form of RDATA given as the fields of a zone file, and returns its length.
///
/// Relative names are relative to `origin`; without one they are an error. The generic form `\# length hex` (RFC 3597 §5) is read
/// for every type and checked against the type's format. Class IN.
///
/// # Errors
/// What is wrong, in which field and at which octet of it. What `out` holds then has no meaning.
///
/// # Cost
/// O(length), no allocation.
pub fn from_text<'t>(
    rtype: RType,
    tokens: impl IntoIterator<Item = Token<'t>>,
    origin: Option<Name<'_>>,
    out: &mut [u8],
) -> Result<usize, TextError> {
    let room = out.len().min(usize::from(u16::MAX));
    let mut out = Writer::new(out.get_mut(..room).unwrap_or(&mut []));
    let mut tokens = Tokens::new(tokens.into_iter(), origin);
    let generic = tokens.peek().is_some_and(|token| !token.quoted && token.text == b"\\#");
    if generic {
        generic::text(&mut tokens, &mut out)?;
        validate(rtype, out.written()).map_err(|_| tokens.error(TextErrorKind::Value, 0))?;
    } else {
        Data::text(rtype, &mut tokens, &mut out)?;
    }
    tokens.finish()?;
    Ok(out.len())
}

/// Shows RDATA (uncompressed) in presentation form; octets that are not of the type's format, or that its text could not
/// tell, and types without one, in the generic form of RFC 3597 §5. So [`from_text`] reads the same octets again. No
/// allocation.
#[must_use]
pub fn display(rtype: RType, rdata: &[u8]) -> impl fmt::Display + '_ {
    Shown { rtype, rdata: Rdata::flat(rdata) }
}

/// The canonical form of RDATA (RFC 4034 §6.2, RFC 6840 §5.1), made in place: names of the listed
/// types lower-cased. The octets must be uncompressed; malformed ones are left as they are.
pub fn canonicalize(rtype: RType, rdata: &mut [u8]) {
    let mut at = 0;
    while let Some((start, end, role)) = names::next(rtype, rdata, at) {
        if role.lowercase
            && let Some(name) = rdata.get_mut(start..end)
        {
            name.make_ascii_lowercase();
        }
        at = at.saturating_add(1);
    }
}

/// What [`display`] shows.
pub(crate) struct Shown<'a> {
    pub(crate) rtype: RType,
    pub(crate) rdata: Rdata<'a>,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Data::parse(self.rtype, &self.rdata) {
            Ok(data) if data.check().is_ok() && data.is_told_by_text() => data.fmt(f),
            _ => generic::show(self.rdata.octets(), f),
        }
    }
}

impl Data<'_> {
    /// Whether its own text says all. That of service parameters may not contradict itself, and that of ports has no
    /// octets after the last one.
    fn is_told_by_text(&self) -> bool {
        match self {
            Self::Svcb(Svcb { params, .. }) | Self::Https(Https { params, .. }) => {
                params.is_self_consistent()
            }
            Self::Wks(wks) => !wks.services.ports.has_zeros_at_end(),
            _ => true,
        }
    }
}

/// True for the types whose names may be sent compressed: those of RFC 1035 (RFC 3597 §4).
#[must_use]
#[inline]
pub fn is_compressible(rtype: RType) -> bool {
    matches!(rtype.0, 2..=9 | 12 | 14 | 15)
}
