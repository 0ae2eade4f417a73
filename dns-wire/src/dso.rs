//! DNS Stateful Operations (RFC 8490): messages whose body is a list of typed values.

use crate::registry::registry;
use crate::{Flags, Full, Header, Opcode, WireError, WireErrorKind, Writer};

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DsoType(pub u16);

registry!(DsoType(u16), "DSO", {
    /// Keepalive: inactivity time-out and keepalive interval in milliseconds (§7.1).
    KEEPALIVE = 1 "KEEPALIVE",
    /// Retry delay in milliseconds (§7.2).
    RETRY_DELAY = 2 "RETRY-DELAY",
    /// Padding (§7.3).
    ENCRYPTION_PADDING = 3 "ENCRYPTION-PADDING",
    /// Subscribe (RFC 8765).
    SUBSCRIBE = 0x40 "SUBSCRIBE",
    /// Push (RFC 8765).
    PUSH = 0x41 "PUSH",
    /// Unsubscribe (RFC 8765).
    UNSUBSCRIBE = 0x42 "UNSUBSCRIBE",
    /// Reconfirm (RFC 8765).
    RECONFIRM = 0x43 "RECONFIRM",
});

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// What it is.
    pub dso_type: DsoType,
    /// Its data.
    pub data: &'a [u8],
}

impl Tlv<'_> {
    /// Inactivity time-out and keepalive interval in milliseconds, of a keepalive value.
    #[must_use]
    pub fn keepalive(&self) -> Option<(u32, u32)> {
        let [a, b, c, d, e, f, g, h] = *self.data.first_chunk::<8>()?;
        (self.dso_type == DsoType::KEEPALIVE && self.data.len() == 8)
            .then_some((u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])))
    }

    /// Milliseconds to wait before connecting again, of a retry delay value.
    #[must_use]
    pub fn retry_delay(&self) -> Option<u32> {
        let milliseconds = self.data.try_into().map(u32::from_be_bytes).ok()?;
        (self.dso_type == DsoType::RETRY_DELAY).then_some(milliseconds)
    }
}

/// Reads a DSO message: its header and its values, the first of which is the primary one.
///
/// # Errors
/// When it is shorter than a header, of another opcode, or any count is not zero (§5.4).
pub fn parse(octets: &[u8]) -> Result<(Header, Tlvs<'_>), WireError> {
    let Some((wire, rest)) = octets.split_first_chunk::<12>() else {
        return Err(WireError::new(WireErrorKind::Truncated, octets.len()));
    };
    let header = Header::from_wire(wire);
    let counts = [header.questions, header.answers, header.authorities, header.additionals];
    if header.flags.opcode() != Opcode::DSO || counts != [0; 4] {
        return Err(WireError::new(WireErrorKind::Value, 2));
    }
    Ok((header, Tlvs { rest, position: 12 }))
}

/// Writes a DSO message and returns its length.
///
/// # Errors
/// When there is no room, or a value is longer than 65535 octets.
pub fn write(id: u16, flags: Flags, tlvs: &[Tlv<'_>], out: &mut [u8]) -> Result<usize, Full> {
    let mut out = Writer::new(out);
    let header = Header { id, flags: flags.with_opcode(Opcode::DSO), ..Header::default() };
    out.array(header.to_wire())?;
    for tlv in tlvs {
        out.u16(tlv.dso_type.0)?;
        out.u16(u16::try_from(tlv.data.len()).map_err(|_| Full)?)?;
        out.slice(tlv.data)?;
    }
    Ok(out.len())
}

/// The values of a DSO message. After an error it ends.
#[derive(Clone, Debug)]
pub struct Tlvs<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Iterator for Tlvs<'a> {
    type Item = Result<Tlv<'a>, WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = core::mem::take(&mut self.rest);
        if rest.is_empty() {
            return None;
        }
        let error = WireError::new(WireErrorKind::Truncated, self.position);
        let Some((&[a, b, c, d], after)) = rest.split_first_chunk::<4>() else {
            return Some(Err(error));
        };
        let length = usize::from(u16::from_be_bytes([c, d]));
        let Some((data, after)) = after.split_at_checked(length) else { return Some(Err(error)) };
        self.rest = after;
        self.position = self.position.wrapping_add(4).wrapping_add(length);
        Some(Ok(Tlv { dso_type: DsoType(u16::from_be_bytes([a, b])), data }))
    }
}

impl core::iter::FusedIterator for Tlvs<'_> {}
