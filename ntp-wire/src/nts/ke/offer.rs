//! The client's message.

use super::super::Algorithm;
use super::record::{KeError, Record, RecordType, Records};
use crate::extension::Full;

/// What a client offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Algorithms this crate can do, best first.
    algorithms: [Option<Algorithm>; 3],
    /// Whether the client asks for RFC 8915's exporter context with algorithm 30.
    pub compliant: bool,
}

impl Offer {
    /// With these algorithms, best first; a fourth is left out.
    #[must_use]
    pub fn new(algorithms: &[Algorithm]) -> Self {
        let mut offer = Self { algorithms: [None; 3], compliant: true };
        for (place, algorithm) in offer.algorithms.iter_mut().zip(algorithms) {
            *place = Some(*algorithm);
        }
        offer
    }

    /// The algorithms, best first.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        self.algorithms.iter().flatten().copied()
    }

    /// Writes the message and returns its length.
    ///
    /// # Errors
    /// [`Full`] when there is no room.
    pub fn write(&self, out: &mut [u8]) -> Result<usize, Full> {
        let record = |critical, record_type, body| Record { critical, record_type, body };
        let mut length = record(true, RecordType::NEXT_PROTOCOL, &[0, 0]).write(out, 0)?;
        let mut ids = [0; 6];
        let (pairs, _) = ids.as_chunks_mut::<2>();
        let count = pairs
            .iter_mut()
            .zip(self.algorithms())
            .map(|(pair, algorithm)| *pair = algorithm.id().to_be_bytes())
            .count();
        let ids = ids.get(..count.saturating_mul(2)).unwrap_or_default();
        length = record(true, RecordType::ALGORITHM, ids).write(out, length)?;
        if self.compliant && self.algorithms().any(|a| a == Algorithm::GcmSiv128) {
            length = record(false, RecordType::COMPLIANT_GCM_SIV, &[]).write(out, length)?;
        }
        record(true, RecordType::END, &[]).write(out, length)
    }

    /// Reads a client's message. Algorithms this crate cannot do are left out.
    ///
    /// # Errors
    /// [`KeError`]: answer [`KeError::UnknownCritical`] with [`Answer::write_error`] code 0 and
    /// the others with code 1.
    ///
    /// [`Answer::write_error`]: super::Answer::write_error
    pub fn parse(octets: &[u8]) -> Result<Self, KeError> {
        let mut offer = Self { algorithms: [None; 3], compliant: false };
        let (mut protocol, mut algorithms) = (None, None);
        for record in Records::new(octets)? {
            match record.record_type {
                RecordType::NEXT_PROTOCOL => once(&mut protocol, &record)?,
                RecordType::ALGORITHM => once(&mut algorithms, &record)?,
                RecordType::COMPLIANT_GCM_SIV => offer.compliant = true,
                RecordType::ERROR => return Err(KeError::Error(code(&record))),
                // Wishes that RFC 8915 §4.1.7 and §4.1.8 allow a server to ignore.
                RecordType::SERVER | RecordType::PORT => {}
                other if record.critical => return Err(KeError::UnknownCritical(other.0)),
                _ => {}
            }
        }
        let protocol = protocol.ok_or(KeError::Record(RecordType::NEXT_PROTOCOL.0))?;
        if !protocol.as_chunks::<2>().0.contains(&[0, 0]) {
            return Err(KeError::Protocol);
        }
        let algorithms = algorithms.ok_or(KeError::Record(RecordType::ALGORITHM.0))?;
        let (ids, _) = algorithms.as_chunks::<2>();
        let known = ids.iter().filter_map(|id| Algorithm::from_id(u16::from_be_bytes(*id)));
        let mut count = 0_usize;
        for algorithm in known {
            if offer.algorithms.contains(&Some(algorithm)) {
                continue;
            }
            if let Some(place) = offer.algorithms.get_mut(count) {
                *place = Some(algorithm);
                count = count.saturating_add(1);
            }
        }
        Ok(offer)
    }
}

/// Puts the body of a record that must come once and hold 16-bit numbers.
pub(super) fn once<'a>(place: &mut Option<&'a [u8]>, record: &Record<'a>) -> Result<(), KeError> {
    let malformed = record.body.is_empty() || !record.body.len().is_multiple_of(2);
    if malformed || place.replace(record.body).is_some() {
        return Err(KeError::Record(record.record_type.0));
    }
    Ok(())
}

/// The number in an error or a warning.
pub(super) fn code(record: &Record<'_>) -> u16 {
    record.body.first_chunk().map_or(u16::MAX, |code| u16::from_be_bytes(*code))
}
