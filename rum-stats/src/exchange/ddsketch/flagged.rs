//! The compact binary form of the libraries for Java, Go and Rust: blocks, each after a flag.
//!
//! A flag is an octet: two bits of type (features, positive store, index mapping, negative store) below six bits
//! that say how the block is written. Blocks of several sketches joined end to end are the merged sketch.
//! Buckets are numbered [`Numbering::FromLowerBound`].

use super::{GAMMA, Numbering, Refused, fineness};
use crate::exchange::protobuf::{Reader, Writer, unzigzag, zigzag};
use crate::exchange::{Importer, WireError, summary, used, whole};
use crate::sketch::{Full, Sketch};

/// Writes a sketch with its summary: the exact count, and sum, minimum and maximum as [`crate::exchange`] says.
///
/// # Errors
/// [`Full`] when `out` is too short: 2400 octets are always enough.
pub fn encode(sketch: &Sketch, out: &mut [u8]) -> Result<usize, Full> {
    let mut writer = Writer::new(out);
    let summary = summary(sketch);
    if let Some((least, most)) = summary.range {
        writer.put(&[COUNT])?;
        put_double(&mut writer, crate::number::from_u64(sketch.count()))?;
        for (flag, value) in [(MIN, least), (MAX, most), (SUM, summary.sum)] {
            writer.put(&[flag])?;
            writer.put(&value.to_le_bytes())?;
        }
    }
    writer.put(&[LOGARITHMIC])?;
    writer.put(&GAMMA.to_le_bytes())?;
    writer.put(&0.0_f64.to_le_bytes())?;
    let (first, counts) = used(sketch);
    if !counts.is_empty() {
        let index = Numbering::FromLowerBound.first_index().saturating_add(i32::from(first));
        writer.put(&[POSITIVE | CONTIGUOUS])?;
        put_unsigned(&mut writer, u64::try_from(counts.len()).map_err(|_| Full)?)?;
        put_unsigned(&mut writer, unzigzag(i64::from(index)))?;
        put_unsigned(&mut writer, unzigzag(1))?;
        for count in counts {
            put_double(&mut writer, f64::from(*count))?;
        }
    }
    Ok(writer.len())
}

/// Reads a sketch, or several joined end to end.
///
/// # Errors
/// [`Refused`] says why: a flag that does not exist, another mapping or none, negative values, counts that are not
/// whole or not the total.
pub fn decode(bytes: &[u8]) -> Result<Sketch, Refused> {
    // The mapping may come after the bins.
    let mut mapping = None;
    walk(bytes, |block| {
        if let Block::Mapping { gamma, offset } = block {
            let found = fineness(gamma, offset)?;
            if *mapping.get_or_insert(found) != found {
                return Err(Refused::Mapping);
            }
        }
        Ok(())
    })?;
    let (shift, offset) = mapping.ok_or(Refused::Mapping)?;
    let mut importer = Importer::new(shift);
    let mut total: Option<u64> = None;
    walk(bytes, |block| {
        match block {
            Block::Mapping { .. } => {}
            Block::Count(count) => {
                total = Some(total.unwrap_or(0).saturating_add(whole(count)?));
            }
            Block::Zeros(count) => importer.zeros(whole(count)?),
            Block::Bin { is_negative: true, count, .. } => {
                if whole(count)? != 0 {
                    return Err(Refused::Negative);
                }
            }
            Block::Bin { is_negative: false, index, count } => {
                let index = i32::try_from(index).map_err(|_| Refused::Index)?;
                importer.add(index.checked_sub(offset).ok_or(Refused::Index)?, whole(count)?);
            }
        }
        Ok(())
    })?;
    importer.finish(total)
}

/// What blocks say, bin by bin.
enum Block {
    Mapping { gamma: f64, offset: f64 },
    Count(f64),
    Zeros(f64),
    Bin { is_negative: bool, index: i64, count: f64 },
}

/// Calls `each` with all that the blocks say.
///
/// Cost: O(octets), as a bin takes an octet at least, whatever number of them is announced.
fn walk(bytes: &[u8], mut each: impl FnMut(Block) -> Result<(), Refused>) -> Result<(), Refused> {
    let mut reader = Reader::new(bytes);
    while !reader.is_empty() {
        let start = reader.at();
        let [flag] = reader.take()?;
        match (flag & TYPE, flag) {
            (_, LOGARITHMIC) => {
                each(Block::Mapping { gamma: reader.double()?, offset: reader.double()? })?;
            }
            (MAPPING, _) => return Err(Refused::Mapping),
            (_, COUNT) => each(Block::Count(take_double(&mut reader)?))?,
            (_, ZEROS) => each(Block::Zeros(take_double(&mut reader)?))?,
            (_, SUM | MIN | MAX) => {
                reader.double()?;
            }
            (POSITIVE | NEGATIVE, _) => {
                let is_negative = flag & TYPE == NEGATIVE;
                let layout = flag & !TYPE;
                let bins = take_unsigned(&mut reader)?;
                let mut index = 0_i64;
                let mut step = None;
                if layout == CONTIGUOUS {
                    index = zigzag(take_unsigned(&mut reader)?);
                    step = Some(zigzag(take_unsigned(&mut reader)?));
                } else if !matches!(layout, DELTAS_AND_COUNTS | DELTAS) {
                    return Err(WireError::Kind(start).into());
                }
                for bin in 0..bins {
                    let delta = match step {
                        Some(step) if bin > 0 => step,
                        Some(_) => 0,
                        None => zigzag(take_unsigned(&mut reader)?),
                    };
                    index = index.checked_add(delta).ok_or(Refused::Index)?;
                    let count = if layout == DELTAS { 1.0 } else { take_double(&mut reader)? };
                    each(Block::Bin { is_negative, index, count })?;
                }
            }
            _ => return Err(WireError::Kind(start).into()),
        }
    }
    Ok(())
}

/// Seven bits at a time, lowest first; a ninth octet has eight.
fn take_unsigned(reader: &mut Reader<'_>) -> Result<u64, WireError> {
    let mut value = 0_u64;
    for shift in (0..LAST_SHIFT).step_by(7) {
        let [octet] = reader.take()?;
        value |= u64::from(octet & 0x7F) << shift;
        if octet < 0x80 {
            return Ok(value);
        }
    }
    let [octet] = reader.take()?;
    Ok(value | (u64::from(octet) << LAST_SHIFT))
}

fn put_unsigned(writer: &mut Writer<'_>, mut value: u64) -> Result<(), Full> {
    for _ in (0..LAST_SHIFT).step_by(7) {
        if value < 0x80 {
            break;
        }
        let [low, ..] = value.to_le_bytes();
        writer.put(&[low | 0x80])?;
        value >>= 7;
    }
    let [low, ..] = value.to_le_bytes();
    writer.put(&[low])
}

/// A double in few octets if it is a small whole number: one is added, the bits of one are taken off, and the six
/// bits that are then zero turned to the low end; seven bits at a time, highest first.
fn take_double(reader: &mut Reader<'_>) -> Result<f64, WireError> {
    let mut bits = 0_u64;
    let mut shift = 57_u32;
    loop {
        let [octet] = reader.take()?;
        if shift == 1 {
            // The ninth octet has eight bits.
            bits |= u64::from(octet);
            break;
        }
        bits |= u64::from(octet & 0x7F) << shift;
        if octet < 0x80 {
            break;
        }
        shift = shift.saturating_sub(7).max(1);
    }
    Ok(f64::from_bits(bits.rotate_right(ROTATION).wrapping_add(ONE)) - 1.0)
}

fn put_double(writer: &mut Writer<'_>, value: f64) -> Result<(), Full> {
    let mut bits = (value + 1.0).to_bits().wrapping_sub(ONE).rotate_left(ROTATION);
    for _ in (0..LAST_SHIFT).step_by(7) {
        let [.., high] = (bits >> 1).to_le_bytes();
        bits <<= 7;
        if bits == 0 {
            return writer.put(&[high]);
        }
        writer.put(&[high | 0x80])?;
    }
    let [.., high] = bits.to_le_bytes();
    writer.put(&[high])
}

const TYPE: u8 = 0b11;
const POSITIVE: u8 = 0b01;
const MAPPING: u8 = 0b10;
const NEGATIVE: u8 = 0b11;

const ZEROS: u8 = 1 << 2;
const SUM: u8 = 0x21 << 2;
const MIN: u8 = 0x22 << 2;
const MAX: u8 = 0x23 << 2;
const COUNT: u8 = 0x28 << 2;
const LOGARITHMIC: u8 = MAPPING;
const DELTAS_AND_COUNTS: u8 = 1 << 2;
const DELTAS: u8 = 2 << 2;
const CONTIGUOUS: u8 = 3 << 2;

const LAST_SHIFT: u32 = 56;
const ROTATION: u32 = 6;
/// The bits of 1.0.
const ONE: u64 = 0x3FF0_0000_0000_0000;
