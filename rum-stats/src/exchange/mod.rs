//! Sketches in the words of others: OpenTelemetry, Prometheus and DDSketch.
//!
//! All three cut the line at powers of one number, and with γ = 2^(1/16) they cut it where our layout does, so
//! counts move over unchanged, **in microseconds** (in another unit the bounds would differ, unless it is a
//! power of two of them). What differs is who owns a bound:
//!
//! | format | bucket `k` | ours |
//! |---|---|---|
//! | OpenTelemetry exponential histogram, scale 4 | `(2^(k/16), 2^((k+1)/16)]` | `k - 144` |
//! | Prometheus native histogram, schema 4 | `(2^((k-1)/16), 2^(k/16)]` | `k - 145` |
//! | DDSketch, γ = 2^(1/16), offset 0, of Java, Go and Rust | `[2^(k/16), 2^((k+1)/16))` | `k - 144` |
//! | DDSketch, the same, of Python and JavaScript | `(2^((k-1)/16), 2^(k/16)]` | `k - 145` |
//!
//! A value that is exactly a power of two of microseconds therefore stands one bucket higher in a DDSketch that Java, Go
//! or Rust made from values; counts that are exchanged stay where they are. Finer histograms (scale 5 to 20, schema 5
//! to 8, a γ whose 2nd, 4th, ... power is ours) are imported by joining buckets, exactly. Coarser ones are refused,
//! as their buckets would have to be guessed apart, and so is a zero bucket that is in use and reaches past our first
//! bucket. Buckets outside 2^9 to 2^25 µs and zeros go to the outermost buckets,
//! as recorded values do; negative values are refused.
//!
//! What a sketch does not keep is written as well as it is known: a *sum* is that of the bucket middles, off by at most
//! [`crate::sketch::RELATIVE_ERROR`] of itself inside the range, a *minimum* the lower bound of the first used
//! bucket (0 for our first) and a *maximum* the upper bound of the last, so that no sample inside the range lies outside
//! of them. Such fields are passed over on the way in.

pub mod ddsketch;
pub mod otel;
pub mod prometheus;
mod protobuf;

pub use protobuf::WireError;

use crate::sketch::{BUCKETS, Counter, Sketch, lower_bound, middle, upper_bound};

/// Why an import was refused.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// The octets are not a protocol buffer.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Buckets wider than ours: the scale or schema is below 4.
    #[error("scale {0} is coarser than 4")]
    Coarse(i32),
    /// A scale or schema that does not exist.
    #[error("no such scale: {0}")]
    Scale(i32),
    /// A γ that no power of two turns into 2^(1/16).
    #[error("gamma {0} does not divide 2^(1/16)")]
    Gamma(f64),
    /// No index mapping, several, or another than the logarithm with a whole offset.
    #[error("the index mapping is not one logarithm with a whole offset")]
    Mapping,
    /// There are negative values.
    #[error("negative values")]
    Negative,
    /// A count that is negative, not whole, or not finite.
    #[error("a count is negative, not whole or not finite")]
    Count,
    /// The total is not the sum of the buckets.
    #[error("the total is {total}, and the buckets hold {sum}")]
    Total {
        /// As stated.
        total: u64,
        /// As counted.
        sum: u64,
    },
    /// Samples in a zero bucket that reaches past our first bucket, up to this.
    #[error("the zero bucket reaches up to {0} microseconds")]
    Zeros(f64),
    /// An index that does not fit 32 bits.
    #[error("a bucket index does not fit 32 bits")]
    Index,
}

/// The index in OpenTelemetry and DDSketch of our first bucket: 16 buckets for each of 9 octaves.
const FIRST_INDEX: i32 = 144;

/// The used buckets, from the first to the last: our number of the first, and their counts. Empty without
/// samples.
fn used(sketch: &Sketch) -> (u8, &[u32]) {
    let counts = sketch.buckets();
    let first = counts.iter().position(|count| *count != 0).unwrap_or(BUCKETS);
    let end = counts.iter().rposition(|count| *count != 0).map_or(0, |last| last.saturating_add(1));
    (u8::try_from(first).unwrap_or(0), counts.get(first..end).unwrap_or(&[]))
}

/// What a sketch knows of its samples as a whole, in microseconds.
struct Summary {
    sum: f64,
    /// The least and the most that a sample can be; `None` without samples.
    range: Option<(f64, f64)>,
}

fn summary(sketch: &Sketch) -> Summary {
    let (first, counts) = used(sketch);
    let middles = (first..=u8::MAX).zip(counts);
    let last = middles.clone().next_back().map(|(bucket, _)| bucket);
    Summary {
        sum: middles.map(|(bucket, count)| f64::from(*count) * middle(bucket)).sum(),
        range: last.map(|last| {
            (if first == 0 { 0.0 } else { lower_bound(u16::from(first)) }, upper_bound(last))
        }),
    }
}

/// A sketch being imported.
struct Importer {
    sketch: Sketch,
    /// How many bits finer the indices are than ours.
    shift: u32,
    sum: u64,
}

impl Importer {
    fn new(shift: u32) -> Self {
        Self { sketch: Sketch::new(), shift, sum: 0 }
    }

    /// Adds a count at an index by the rule of OpenTelemetry.
    fn add(&mut self, index: i32, count: u64) {
        // An arithmetic shift rounds down, which is what joining buckets means below zero too.
        let joined = index >> self.shift.min(31);
        let bucket = joined.saturating_sub(FIRST_INDEX).clamp(0, 255);
        self.put(u8::try_from(bucket).unwrap_or(0), count);
    }

    /// Adds zeros.
    fn zeros(&mut self, count: u64) {
        self.put(0, count);
    }

    /// Adds the samples of a zero bucket that reaches up to a threshold.
    fn zeros_up_to(&mut self, threshold: f64, count: u64) -> Result<(), Refused> {
        let is_ours = threshold <= upper_bound(0);
        if count > 0 && !is_ours {
            return Err(Refused::Zeros(threshold));
        }
        self.zeros(count);
        Ok(())
    }

    fn put(&mut self, bucket: u8, count: u64) {
        self.sum = self.sum.saturating_add(count);
        if let Some(sum) = self.sketch.counts_mut().get_mut(usize::from(bucket)) {
            *sum = Counter::add(*sum, u32::try_from(count).unwrap_or(u32::MAX));
        }
    }

    fn finish(self, total: Option<u64>) -> Result<Sketch, Refused> {
        match total {
            Some(total) if total != self.sum => Err(Refused::Total { total, sum: self.sum }),
            _ => Ok(self.sketch),
        }
    }
}

/// A count given as a double.
fn whole(count: f64) -> Result<u64, Refused> {
    let is_count = (0.0..=9_007_199_254_740_992.0).contains(&count) && libm::floor(count) == count;
    if is_count { Ok(crate::number::to_u64(count)) } else { Err(Refused::Count) }
}
