//! Prometheus: the native part of `io.prometheus.client.Histogram`.

use super::protobuf::{Reader, Value, Writer, unzigzag, varint_length, zigzag};
use super::{FIRST_INDEX, Importer, Refused, WireError, summary, whole};
use crate::sketch::{Full, Sketch};

/// The schema of our layout.
pub const SCHEMA: i32 = 4;

/// Writes a histogram: count, sum (as [`crate::exchange`] says), schema, spans and deltas.
///
/// # Errors
/// [`Full`] when `out` is too short: 2500 octets are always enough.
pub fn encode(sketch: &Sketch, out: &mut [u8]) -> Result<usize, Full> {
    let mut writer = Writer::new(out);
    writer.varint_field(SAMPLE_COUNT, sketch.count())?;
    writer.double_field(SAMPLE_SUM, summary(sketch).sum)?;
    writer.signed_field(SCHEMA_FIELD, SCHEMA)?;
    // Values that small are in our first bucket, so there is no zero bucket; a threshold of 0 says so and
    // marks the histogram as native.
    writer.double_field(ZERO_THRESHOLD, 0.0)?;
    writer.varint_field(ZERO_COUNT, 0)?;
    let mut next_free = 0_i32;
    let mut index = FIRST_INDEX.wrapping_add(1);
    for run in sketch.buckets().chunk_by(|a, b| (*a == 0) == (*b == 0)) {
        let length = i32::try_from(run.len()).unwrap_or(0);
        if run.first().is_some_and(|count| *count != 0) {
            let offset = unzigzag(i64::from(index.wrapping_sub(next_free)));
            let length = u64::try_from(run.len()).map_err(|_| Full)?;
            let size =
                varint_length(offset).saturating_add(varint_length(length)).saturating_add(2);
            writer.bytes_field(POSITIVE_SPAN, size)?;
            writer.varint_field(SPAN_OFFSET, offset)?;
            writer.varint_field(SPAN_LENGTH, length)?;
            next_free = index.wrapping_add(i32::try_from(run.len()).unwrap_or(0));
        }
        index = index.wrapping_add(length);
    }
    let mut before = 0_i64;
    for count in sketch.buckets().iter().filter(|count| **count != 0) {
        let count = i64::from(*count);
        writer.varint_field(POSITIVE_DELTA, unzigzag(count.wrapping_sub(before)))?;
        before = count;
    }
    Ok(writer.len())
}

/// Reads a histogram with whole counts (deltas) or with counts as doubles that are whole.
///
/// # Errors
/// [`Refused`] says why.
pub fn decode(bytes: &[u8]) -> Result<Sketch, Refused> {
    let (mut total, mut schema, mut zeros, mut threshold) = (None, None, 0, 0.0);
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        match field {
            SAMPLE_COUNT => total = Some(value.varint(field)?),
            SAMPLE_COUNT_FLOAT => {
                let count = value.double(field)?;
                if count != 0.0 {
                    total = Some(whole(count)?);
                }
            }
            SCHEMA_FIELD => schema = Some(value.signed(field)?),
            ZERO_THRESHOLD => threshold = value.double(field)?,
            ZERO_COUNT => zeros = value.varint(field)?.max(zeros),
            ZERO_COUNT_FLOAT => zeros = whole(value.double(field)?)?.max(zeros),
            NEGATIVE_SPAN | NEGATIVE_DELTA | NEGATIVE_COUNT => return Err(Refused::Negative),
            _ => {}
        }
    }
    let shift = match schema.unwrap_or(0) {
        schema @ SCHEMA..=8 => u32::try_from(schema.wrapping_sub(SCHEMA)).unwrap_or(0),
        schema @ -4..SCHEMA => return Err(Refused::Coarse(schema)),
        schema => return Err(Refused::Scale(schema)),
    };
    let mut importer = Importer::new(shift);
    importer.zeros_up_to(threshold, zeros)?;
    let mut counts = Counts { fields: Reader::new(bytes), packed: None, before: 0 };
    let mut next = 0_i32;
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        if field != POSITIVE_SPAN {
            continue;
        }
        let (offset, length) = span(value.bytes(field)?)?;
        next = next.checked_add(offset).ok_or(Refused::Index)?;
        for _ in 0..length {
            let Some(count) = counts.next()? else {
                return Err(Refused::Count);
            };
            // Their index names the upper bound of a bucket, ours the lower one.
            importer.add(next.checked_sub(1).ok_or(Refused::Index)?, count);
            next = next.checked_add(1).ok_or(Refused::Index)?;
        }
    }
    if counts.next()?.is_some() {
        return Err(Refused::Count);
    }
    importer.finish(total)
}

fn span(bytes: &[u8]) -> Result<(i32, u32), Refused> {
    let (mut offset, mut length) = (0, 0);
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        match field {
            SPAN_OFFSET => offset = value.signed(field)?,
            SPAN_LENGTH => {
                length = u32::try_from(value.varint(field)?).map_err(|_| Refused::Index)?;
            }
            _ => {}
        }
    }
    Ok((offset, length))
}

/// The counts of the positive buckets one by one, from deltas or doubles, packed or not.
struct Counts<'a> {
    fields: Reader<'a>,
    packed: Option<(u32, Reader<'a>)>,
    before: i64,
}

impl Counts<'_> {
    fn next(&mut self) -> Result<Option<u64>, Refused> {
        loop {
            if let Some((field, reader)) =
                self.packed.as_mut().filter(|(_, reader)| !reader.is_empty())
            {
                return if *field == POSITIVE_DELTA {
                    let delta = reader.varint()?;
                    self.delta(delta)
                } else {
                    Ok(Some(whole(reader.double()?)?))
                };
            }
            match self.fields.field()? {
                None => return Ok(None),
                Some((POSITIVE_DELTA, Value::Varint(delta))) => return self.delta(delta),
                Some((POSITIVE_COUNT, Value::Fixed64(bits))) => {
                    return Ok(Some(whole(f64::from_bits(bits))?));
                }
                Some((field @ (POSITIVE_DELTA | POSITIVE_COUNT), Value::Bytes(bytes))) => {
                    self.packed = Some((field, Reader::new(bytes)));
                }
                Some((field @ (POSITIVE_DELTA | POSITIVE_COUNT), _)) => {
                    return Err(WireError::WrongType(field).into());
                }
                Some(_) => {}
            }
        }
    }

    fn delta(&mut self, raw: u64) -> Result<Option<u64>, Refused> {
        self.before = self.before.checked_add(zigzag(raw)).ok_or(Refused::Count)?;
        u64::try_from(self.before).map(Some).map_err(|_| Refused::Count)
    }
}

const SAMPLE_COUNT: u32 = 1;
const SAMPLE_SUM: u32 = 2;
const SAMPLE_COUNT_FLOAT: u32 = 4;
const SCHEMA_FIELD: u32 = 5;
const ZERO_THRESHOLD: u32 = 6;
const ZERO_COUNT: u32 = 7;
const ZERO_COUNT_FLOAT: u32 = 8;
const NEGATIVE_SPAN: u32 = 9;
const NEGATIVE_DELTA: u32 = 10;
const NEGATIVE_COUNT: u32 = 11;
const POSITIVE_SPAN: u32 = 12;
const POSITIVE_DELTA: u32 = 13;
const POSITIVE_COUNT: u32 = 14;
const SPAN_OFFSET: u32 = 1;
const SPAN_LENGTH: u32 = 2;
