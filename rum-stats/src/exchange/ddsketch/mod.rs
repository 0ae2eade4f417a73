//! DDSketch: the message of `DDSketch.proto` here, the compact binary form in [`flagged`].
//!
//! The libraries share the message, but not the number of a bucket: see [`Numbering`]. Nothing in a message tells
//! which of them wrote it, so the caller has to.

pub mod flagged;

use super::protobuf::{Reader, Value, Writer, unzigzag, varint_length, zigzag};
use super::{FIRST_INDEX, Importer, Refused, WireError, used, whole};
use crate::sketch::{Full, Sketch};

/// What the number of a bucket stands for. The wrong one moves every value by a bucket, 4.4 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Numbering {
    /// Bucket `k` is `[γ^k, γ^(k+1))`: the libraries for Java, Go and Rust.
    FromLowerBound,
    /// Bucket `k` is `(γ^(k-1), γ^k]`: the libraries for Python and JavaScript.
    FromUpperBound,
}

impl Numbering {
    /// The number of our first bucket.
    const fn first_index(self) -> i32 {
        match self {
            Self::FromLowerBound => FIRST_INDEX,
            Self::FromUpperBound => FIRST_INDEX.wrapping_add(1),
        }
    }

    /// How far above the lower bound a number points.
    const fn above_lower_bound(self) -> i32 {
        self.first_index().wrapping_sub(FIRST_INDEX)
    }
}

/// γ of our layout, 2^(1/16): a relative accuracy of 2.17 %.
pub const GAMMA: f64 = 1.044_273_782_427_413_8;

/// Writes a sketch: logarithmic mapping, contiguous counts.
///
/// # Errors
/// [`Full`] when `out` is too short: 2100 octets are always enough.
pub fn encode(sketch: &Sketch, numbering: Numbering, out: &mut [u8]) -> Result<usize, Full> {
    let (first, counts) = used(sketch);
    let mut writer = Writer::new(out);
    // γ as key and double; offset 0 and interpolation NONE are the defaults and so are left out.
    writer.bytes_field(MAPPING, 9)?;
    writer.double_field(MAPPING_GAMMA, GAMMA)?;
    let offset = unzigzag(i64::from(numbering.first_index()).wrapping_add(i64::from(first)));
    let packed = counts.len().saturating_mul(8);
    let packed_length = varint_length(u64::try_from(packed).map_err(|_| Full)?);
    let length = packed
        .saturating_add(packed_length)
        .saturating_add(varint_length(offset))
        .saturating_add(2);
    writer.bytes_field(POSITIVE, length)?;
    writer.bytes_field(STORE_CONTIGUOUS, packed)?;
    for count in counts {
        writer.put(&f64::from(*count).to_le_bytes())?;
    }
    writer.varint_field(STORE_OFFSET, offset)?;
    // Empty, but the library for JavaScript refuses a message without it.
    writer.bytes_field(NEGATIVE, 0)?;
    Ok(writer.len())
}

/// Reads a sketch.
///
/// # Errors
/// [`Refused`] says why: another mapping, an offset that is no whole number, negative values, counts that are not
/// whole.
pub fn decode(bytes: &[u8], numbering: Numbering) -> Result<Sketch, Refused> {
    let (mut mapping, mut positive, mut zeros) = (&[][..], &[][..], 0);
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        match field {
            MAPPING => mapping = value.bytes(field)?,
            POSITIVE => positive = value.bytes(field)?,
            NEGATIVE => {
                let mut any = false;
                read_store(value.bytes(field)?, |_, count| {
                    any |= count != 0;
                    Ok(())
                })?;
                if any {
                    return Err(Refused::Negative);
                }
            }
            ZERO_COUNT => zeros = whole(value.double(field)?)?,
            _ => {}
        }
    }
    let (shift, offset) = read_mapping(mapping)?;
    let mut importer = Importer::new(shift);
    importer.zeros(zeros);
    let offset = offset.checked_add(numbering.above_lower_bound()).ok_or(Refused::Index)?;
    read_store(positive, |index, count| {
        importer.add(index.checked_sub(offset).ok_or(Refused::Index)?, count);
        Ok(())
    })?;
    importer.finish(None)
}

/// How many bits finer than ours, and the whole offset of the indices.
fn read_mapping(bytes: &[u8]) -> Result<(u32, i32), Refused> {
    let (mut gamma, mut offset, mut interpolation) = (0.0, 0.0, 0);
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        match field {
            MAPPING_GAMMA => gamma = value.double(field)?,
            MAPPING_OFFSET => offset = value.double(field)?,
            MAPPING_INTERPOLATION => interpolation = value.varint(field)?,
            _ => {}
        }
    }
    if interpolation != 0 {
        return Err(Refused::Mapping);
    }
    fineness(gamma, offset)
}

/// The same of the numbers of a logarithmic mapping.
fn fineness(gamma: f64, offset: f64) -> Result<(u32, i32), Refused> {
    if libm::floor(offset) != offset || offset.abs() > f64::from(i32::MAX) {
        return Err(Refused::Mapping);
    }
    let log = libm::log2(gamma);
    for shift in 0..=MAX_SHIFT {
        let ours = 1.0 / (16.0 * f64::from(1_u32 << (shift & 31)));
        // An α is often rounded before γ is made of it; over the 400 indices in use this moves no bound by
        // more than a millionth of a bucket.
        if (log / ours - 1.0).abs() < 1e-9 {
            let size = crate::number::to_u32(offset.abs());
            let size = i32::try_from(size).map_err(|_| Refused::Mapping)?;
            return Ok((shift, if offset < 0.0 { size.wrapping_neg() } else { size }));
        }
    }
    Err(Refused::Gamma(gamma))
}

/// Calls `each` with every bin of a `Store`: the map and the contiguous ones, which may be there at once.
fn read_store(
    bytes: &[u8],
    mut each: impl FnMut(i32, u64) -> Result<(), Refused>,
) -> Result<(), Refused> {
    let mut first = 0_i32;
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        if field == STORE_OFFSET {
            first = value.signed(field)?;
        }
    }
    let mut index = Some(first);
    let mut contiguous = |count: f64, each: &mut dyn FnMut(i32, u64) -> Result<(), Refused>| {
        let at = index.ok_or(Refused::Index)?;
        index = at.checked_add(1);
        each(at, whole(count)?)
    };
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        match (field, value) {
            (STORE_BINS, Value::Bytes(entry)) => {
                let (key, count) = read_bin(entry)?;
                each(key, whole(count)?)?;
            }
            (STORE_CONTIGUOUS, Value::Fixed64(bits)) => {
                contiguous(f64::from_bits(bits), &mut each)?;
            }
            (STORE_CONTIGUOUS, Value::Bytes(packed)) => {
                let mut packed = Reader::new(packed);
                while !packed.is_empty() {
                    contiguous(packed.double()?, &mut each)?;
                }
            }
            (STORE_BINS | STORE_CONTIGUOUS, _) => return Err(WireError::WrongType(field).into()),
            _ => {}
        }
    }
    Ok(())
}

/// An entry of the map `binCounts`.
fn read_bin(bytes: &[u8]) -> Result<(i32, f64), Refused> {
    let (mut key, mut count) = (0, 0.0);
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        match field {
            1 => key = i32::try_from(zigzag(value.varint(field)?)).map_err(|_| Refused::Index)?,
            2 => count = value.double(field)?,
            _ => {}
        }
    }
    Ok((key, count))
}

/// γ as fine as 2^(1/16384).
const MAX_SHIFT: u32 = 10;

const MAPPING: u32 = 1;
const POSITIVE: u32 = 2;
const NEGATIVE: u32 = 3;
const ZERO_COUNT: u32 = 4;
const MAPPING_GAMMA: u32 = 1;
const MAPPING_OFFSET: u32 = 2;
const MAPPING_INTERPOLATION: u32 = 3;
const STORE_BINS: u32 = 1;
const STORE_CONTIGUOUS: u32 = 2;
const STORE_OFFSET: u32 = 3;
