//! OpenTelemetry: `ExponentialHistogramDataPoint` of `opentelemetry/proto/metrics/v1/metrics.proto`.

use super::protobuf::{Reader, Value, Writer, varint_length};
use super::{FIRST_INDEX, Importer, Refused, summary, used};
use crate::sketch::{Full, Sketch};

/// The scale of our layout.
pub const SCALE: i32 = 4;

/// The `offset` and `bucket_counts` of the positive buckets at scale 4, for those who fill the types of
/// an SDK. Borrowed; no zero at either end.
pub fn buckets(sketch: &Sketch) -> (i32, &[u32]) {
    let (first, counts) = used(sketch);
    (FIRST_INDEX.saturating_add(i32::from(first)), counts)
}

/// A sketch from the parts of a data point. `zeros` are the `zero_count`, of a
/// `zero_threshold` inside our first bucket.
///
/// # Errors
/// [`Refused`] for scales below 4 or above 20, or an index beyond 32 bits.
pub fn from_buckets(
    scale: i32,
    offset: i32,
    counts: impl IntoIterator<Item = u64>,
    zeros: u64,
) -> Result<Sketch, Refused> {
    let mut importer = Importer::new(shift(scale)?);
    importer.zeros(zeros);
    let mut index = Some(offset);
    for count in counts {
        let at = index.ok_or(Refused::Index)?;
        importer.add(at, count);
        index = at.checked_add(1);
    }
    importer.finish(None)
}

/// Writes a data point: `start` and `end` in nanoseconds since the Unix epoch, count, scale, positive buckets, and sum,
/// minimum and maximum as [`crate::exchange`] says, the latter two only where there are samples. No attributes; those are the caller's, and protocol buffers may be joined end to end.
///
/// # Errors
/// [`Full`] when `out` is too short: 1400 octets are always enough.
pub fn encode(sketch: &Sketch, start: u64, end: u64, out: &mut [u8]) -> Result<usize, Full> {
    let (offset, counts) = buckets(sketch);
    let mut writer = Writer::new(out);
    writer.fixed_field(START, start)?;
    writer.fixed_field(END, end)?;
    writer.fixed_field(COUNT, sketch.count())?;
    writer.signed_field(SCALE_FIELD, SCALE)?;
    let packed: usize = counts.iter().map(|count| varint_length(u64::from(*count))).sum();
    let length = 1_usize
        .saturating_add(varint_length(super::protobuf::unzigzag(i64::from(offset))))
        .saturating_add(1)
        .saturating_add(varint_length(u64::try_from(packed).map_err(|_| Full)?))
        .saturating_add(packed);
    writer.bytes_field(POSITIVE, length)?;
    writer.signed_field(OFFSET, offset)?;
    writer.bytes_field(BUCKET_COUNTS, packed)?;
    for count in counts {
        writer.varint(u64::from(*count))?;
    }
    let summary = summary(sketch);
    writer.double_field(SUM, summary.sum)?;
    if let Some((least, most)) = summary.range {
        writer.double_field(MIN, least)?;
        writer.double_field(MAX, most)?;
    }
    Ok(writer.len())
}

/// Reads a data point. Fields that do not matter are passed over.
///
/// # Errors
/// [`Refused`] says why.
pub fn decode(bytes: &[u8]) -> Result<Sketch, Refused> {
    let (mut total, mut scale, mut zeros, mut positive) = (0, 0, 0, None);
    let mut threshold = 0.0;
    let mut reader = Reader::new(bytes);
    while let Some((field, value)) = reader.field()? {
        match field {
            COUNT => total = value.fixed(field)?,
            SCALE_FIELD => scale = value.signed(field)?,
            ZERO_COUNT => zeros = value.fixed(field)?,
            ZERO_THRESHOLD => threshold = value.double(field)?,
            POSITIVE => positive = Some(value.bytes(field)?),
            NEGATIVE => {
                for count in Buckets::read(value.bytes(field)?)?.counts() {
                    if count? != 0 {
                        return Err(Refused::Negative);
                    }
                }
            }
            _ => {}
        }
    }
    let mut importer = Importer::new(shift(scale)?);
    importer.zeros_up_to(threshold, zeros)?;
    let buckets = Buckets::read(positive.unwrap_or(&[]))?;
    let mut index = Some(buckets.offset);
    for count in buckets.counts() {
        let at = index.ok_or(Refused::Index)?;
        importer.add(at, count?);
        index = at.checked_add(1);
    }
    importer.finish(Some(total))
}

fn shift(scale: i32) -> Result<u32, Refused> {
    match scale {
        SCALE..=20 => Ok(u32::try_from(scale.wrapping_sub(SCALE)).unwrap_or(0)),
        -10..SCALE => Err(Refused::Coarse(scale)),
        _ => Err(Refused::Scale(scale)),
    }
}

/// A `Buckets` message. Read twice, so that nothing has to be kept.
struct Buckets<'a> {
    offset: i32,
    reader: Reader<'a>,
}

impl<'a> Buckets<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Refused> {
        let mut reader = Reader::new(bytes);
        let mut offset = 0;
        while let Some((field, value)) = reader.field()? {
            match field {
                OFFSET => offset = value.signed(field)?,
                BUCKET_COUNTS if matches!(value, Value::Fixed64(_) | Value::Fixed32(_)) => {
                    return Err(super::WireError::WrongType(field).into());
                }
                _ => {}
            }
        }
        Ok(Self { offset, reader: Reader::new(bytes) })
    }

    /// The counts, packed or not. Ends after an error.
    fn counts(&self) -> impl Iterator<Item = Result<u64, super::WireError>> + use<'a> {
        let mut outer = self.reader.clone();
        let mut packed: Option<Reader<'a>> = None;
        let mut done = false;
        core::iter::from_fn(move || {
            while !done {
                if let Some(inner) = packed.as_mut().filter(|inner| !inner.is_empty()) {
                    let count = inner.varint();
                    done = count.is_err();
                    return Some(count);
                }
                match outer.field() {
                    Ok(Some((BUCKET_COUNTS, Value::Varint(count)))) => return Some(Ok(count)),
                    Ok(Some((BUCKET_COUNTS, Value::Bytes(bytes)))) => {
                        packed = Some(Reader::new(bytes));
                    }
                    Ok(Some(_)) => {}
                    Ok(None) => done = true,
                    Err(error) => {
                        done = true;
                        return Some(Err(error));
                    }
                }
            }
            None
        })
    }
}

const START: u32 = 2;
const END: u32 = 3;
const COUNT: u32 = 4;
const SUM: u32 = 5;
const SCALE_FIELD: u32 = 6;
const ZERO_COUNT: u32 = 7;
const POSITIVE: u32 = 8;
const NEGATIVE: u32 = 9;
const MIN: u32 = 12;
const MAX: u32 = 13;
const ZERO_THRESHOLD: u32 = 14;
const OFFSET: u32 = 1;
const BUCKET_COUNTS: u32 = 2;
