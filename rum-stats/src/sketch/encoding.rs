//! The compact form of a sketch: version, then runs of used buckets with varint counts.
//!
//! ```text
//! sketch = version run*
//! run    = skipped length count{length + 1}
//! ```
//! `version` is the octet 1. `skipped` (an octet) is the number of empty buckets before the run,
//! `length` (an octet) one less than the number of buckets in it, and `count` an unsigned LEB128 of at
//! most 32 bits in its shortest form. The end of the octets ends the sketch; an empty sketch is the
//! version alone. A single empty bucket is written as a zero inside its run, which is the shorter way.

use super::{BUCKETS, Counter, Histogram, Sketch};

/// The most octets that [`Histogram::encode`] writes.
pub const MAX_ENCODED: usize = 1 + 2 * 256 + 5 * BUCKETS;

/// The output is too short for the encoded sketch; nothing useful was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no room for the encoded sketch")]
pub struct Full;

/// Why octets are not an encoded sketch. The number is the offset of the offending octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There are no octets at all.
    #[error("no octets, not even a version")]
    Empty,
    /// A version that this code does not know.
    #[error("unknown version {0}")]
    Version(u8),
    /// The octets end inside a run.
    #[error("ends inside a run at octet {0}")]
    Truncated(usize),
    /// A run reaches past the last bucket.
    #[error("a run reaches past the last bucket at octet {0}")]
    PastTheEnd(usize),
    /// A count of more than 32 bits.
    #[error("a count of more than 32 bits at octet {0}")]
    Overflow(usize),
    /// A count not in its shortest form.
    #[error("a count not in its shortest form at octet {0}")]
    Overlong(usize),
}

impl<C: Counter> Histogram<C> {
    /// Writes the compact form and returns its length: 1 octet plus about 1.5 to 3 for each used bucket,
    /// at most [`MAX_ENCODED`].
    ///
    /// # Errors
    /// [`Full`] when `out` is too short.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut writer = Writer { out, at: 0 };
        writer.put(VERSION)?;
        let mut rest = &self.counts[..];
        while let Some(skipped) = rest.iter().position(|count| *count != C::default()) {
            let (_, used) = rest.split_at_checked(skipped).ok_or(Full)?;
            let length = run_length(used);
            let (run, after) = used.split_at_checked(length).ok_or(Full)?;
            writer.put(u8::try_from(skipped).map_err(|_| Full)?)?;
            writer.put(u8::try_from(length.saturating_sub(1)).map_err(|_| Full)?)?;
            for count in run {
                writer.put_varint(count.to_u32())?;
            }
            rest = after;
        }
        Ok(writer.at)
    }

    /// The sketch in `bytes`, all of them. A count that this counter cannot hold arrives saturated.
    ///
    /// # Errors
    /// [`DecodeError`] with the offset of what is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut sketch = Self::default();
        let mut reader = Reader { rest: bytes, at: 0 };
        match reader.octet() {
            None => return Err(DecodeError::Empty),
            Some(VERSION) => {}
            Some(version) => return Err(DecodeError::Version(version)),
        }
        let mut counts = sketch.counts.iter_mut();
        while let Some(skipped) = reader.octet() {
            let at = reader.at;
            let length = reader.octet().ok_or(DecodeError::Truncated(at))?;
            if usize::from(skipped).saturating_add(usize::from(length)) >= counts.len() {
                return Err(DecodeError::PastTheEnd(at));
            }
            let length = usize::from(length).saturating_add(1);
            for count in counts.by_ref().skip(usize::from(skipped)).take(length) {
                *count = C::from_u32(reader.varint()?);
            }
        }
        Ok(sketch)
    }
}

impl Sketch {
    /// Adds the samples of an encoded sketch. On an error nothing has changed.
    ///
    /// # Errors
    /// [`DecodeError`] with the offset of what is wrong.
    pub fn merge_from_slice(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let other = Self::decode(bytes)?;
        self.merge(&other);
        Ok(())
    }
}

/// How far the run that starts here goes: a single empty bucket does not end it, two do.
fn run_length<C: Counter>(used: &[C]) -> usize {
    let mut length = 0_usize;
    let mut last = 0_usize;
    for count in used {
        length = length.saturating_add(1);
        if *count != C::default() {
            last = length;
        } else if length.saturating_sub(last) == 2 {
            break;
        }
    }
    last
}

struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn put(&mut self, octet: u8) -> Result<(), Full> {
        *self.out.get_mut(self.at).ok_or(Full)? = octet;
        self.at = self.at.wrapping_add(1);
        Ok(())
    }

    fn put_varint(&mut self, mut value: u32) -> Result<(), Full> {
        while value >= 0x80 {
            let [low, ..] = value.to_le_bytes();
            self.put(low | 0x80)?;
            value >>= 7;
        }
        let [low, ..] = value.to_le_bytes();
        self.put(low)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn octet(&mut self) -> Option<u8> {
        let (&octet, rest) = self.rest.split_first()?;
        self.rest = rest;
        self.at = self.at.wrapping_add(1);
        Some(octet)
    }

    fn varint(&mut self) -> Result<u32, DecodeError> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let at = self.at;
            let octet = self.octet().ok_or(DecodeError::Truncated(at))?;
            let part = u32::from(octet & 0x7F);
            if shift == 28 && octet > 0x0F {
                return Err(DecodeError::Overflow(at));
            }
            value |= part << shift;
            if octet < 0x80 {
                let overlong = shift > 0 && octet == 0;
                return if overlong { Err(DecodeError::Overlong(at)) } else { Ok(value) };
            }
        }
        Err(DecodeError::Overflow(self.at))
    }
}

const VERSION: u8 = 1;
