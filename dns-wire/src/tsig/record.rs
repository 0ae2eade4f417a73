//! The TSIG record itself.

use super::TsigError;
use crate::{
    Class, Full, Header, Message, MessageName, Name, RType, Rcode, Reader, Section, Writer,
};

/// The TSIG record of a message (RFC 8945 §4.2), read and not yet checked.
#[derive(Clone, Copy, Debug)]
pub struct TsigRecord<'m> {
    /// The name of the key.
    pub key: MessageName<'m>,
    /// The name of the algorithm.
    pub algorithm: Name<'m>,
    /// When the message was signed: seconds since 1970, 48 bits.
    pub signed_at: u64,
    /// Seconds that the clocks may differ.
    pub fudge: u16,
    /// The MAC, perhaps truncated; empty in a refusal that could not be signed.
    pub mac: &'m [u8],
    /// The identifier of the message when it was signed.
    pub original_id: u16,
    /// What was wrong with the request.
    pub error: Rcode,
    /// The server's time where the error is BADTIME.
    pub other: &'m [u8],
    /// Octets of the message before the record.
    pub unsigned_len: usize,
}

impl<'m> TsigRecord<'m> {
    /// The TSIG record of a message, if there is one.
    ///
    /// # Errors
    /// When the message or the record is malformed, or the record not where and what it must be.
    ///
    /// # Cost
    /// O(records).
    pub fn find(octets: &'m [u8]) -> Result<Option<Self>, TsigError> {
        let message = Message::parse(octets).map_err(TsigError::Malformed)?;
        let mut records = message.records();
        let mut found = None;
        let mut at = records.position();
        while let Some(record) = records.next() {
            let record = record.map_err(TsigError::Malformed)?;
            if found.is_some() {
                return Err(TsigError::Place);
            }
            if record.rtype == RType::TSIG {
                found = Some((at, record));
            }
            at = records.position();
        }
        let Some((unsigned_len, record)) = found else { return Ok(None) };
        let last = records.section() == Section::Additional && at == octets.len();
        if !last || record.class != Class::ANY || record.ttl.0 != 0 {
            return Err(TsigError::Place);
        }
        // A name that leads nowhere is no unknown key but a malformed record (RFC 8945 §5.2).
        record.owner.check().map_err(TsigError::Malformed)?;
        let start = record.rdata.position();
        let (algorithm, rest) = Name::split_from(record.rdata.octets())
            .map_err(|error| TsigError::Malformed(error.moved(start)))?;
        let start = at.saturating_sub(rest.len());
        let malformed = |error: crate::WireError| TsigError::Malformed(error.moved(start));
        let mut reader = Reader::flat(rest);
        let [a, b, c, d, e, f] = reader.array().map_err(malformed)?;
        let fudge = reader.u16().map_err(malformed)?;
        let mac_length = reader.u16().map_err(malformed)?;
        let mac = reader.take(usize::from(mac_length)).map_err(malformed)?;
        let original_id = reader.u16().map_err(malformed)?;
        let error = Rcode(reader.u16().map_err(malformed)?);
        let other_length = reader.u16().map_err(malformed)?;
        let other = reader.take(usize::from(other_length)).map_err(malformed)?;
        reader.finish().map_err(malformed)?;
        Ok(Some(Self {
            key: record.owner,
            algorithm,
            signed_at: u64::from_be_bytes([0, 0, a, b, c, d, e, f]),
            fudge,
            mac,
            original_id,
            error,
            other,
            unsigned_len,
        }))
    }

    /// The header as it was when the message was signed.
    pub(super) fn signed_header(&self, header: Header) -> Header {
        let additionals = header.additionals.wrapping_sub(1);
        Header { id: self.original_id, additionals, ..header }
    }
}

/// What of a TSIG record is signed (RFC 8945 §4.3.3).
#[derive(Clone, Copy)]
pub(super) struct Variables<'o> {
    pub(super) signed_at: u64,
    pub(super) fudge: u16,
    pub(super) error: Rcode,
    pub(super) other: &'o [u8],
}

/// Adds a TSIG record to the message in the first `len` octets of `buffer` and returns the new length.
pub(super) fn append(
    buffer: &mut [u8],
    len: usize,
    key: Name<'_>,
    algorithm: Name<'_>,
    variables: Variables<'_>,
    mac: &[u8],
) -> Result<usize, Full> {
    let room = buffer.len().min(usize::from(u16::MAX));
    let (message, rest) =
        buffer.get_mut(..room).and_then(|all| all.split_at_mut_checked(len)).ok_or(Full)?;
    let Some([id_high, id_low, .., count_high, count_low]) = message.first_chunk_mut::<12>() else {
        return Err(Full);
    };
    let count = u16::from_be_bytes([*count_high, *count_low]).checked_add(1).ok_or(Full)?;
    let mut out = Writer::new(rest);
    out.slice(key.as_wire())?;
    out.u16(RType::TSIG.0)?;
    out.u16(Class::ANY.0)?;
    out.array([0; 4])?;
    let fixed = algorithm.as_wire().len().saturating_add(16);
    let length = fixed.saturating_add(mac.len()).saturating_add(variables.other.len());
    out.u16(u16::try_from(length).map_err(|_| Full)?)?;
    out.slice(algorithm.as_wire())?;
    let [_, _, time @ ..] = variables.signed_at.to_be_bytes();
    out.array(time)?;
    out.u16(variables.fudge)?;
    out.u16(u16::try_from(mac.len()).map_err(|_| Full)?)?;
    out.slice(mac)?;
    out.array([*id_high, *id_low])?;
    out.u16(variables.error.0)?;
    out.u16(u16::try_from(variables.other.len()).map_err(|_| Full)?)?;
    out.slice(variables.other)?;
    [*count_high, *count_low] = count.to_be_bytes();
    Ok(len.saturating_add(out.len()))
}
