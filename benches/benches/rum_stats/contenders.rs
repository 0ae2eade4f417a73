//! Our sketches and their peers behind one interface.

use super::QUANTILES;
use rum_stats::sketch::MAX_ENCODED;
use rum_stats::{Micros, Sketch, SmallSketch};

/// What is asked of a sketch.
pub(super) trait Contender {
    const NAME: &'static str;
    fn new() -> Self;
    fn record(&mut self, micros: u32);
    fn merge(&mut self, other: &Self);
    fn quantiles(&mut self) -> [f64; 4];
    /// Octets of the serialised form.
    fn wire(&mut self) -> usize;
}

impl Contender for Sketch {
    const NAME: &'static str = "rum-stats Sketch, 1 KiB";
    fn new() -> Self {
        Sketch::new()
    }
    fn record(&mut self, micros: u32) {
        Sketch::record(self, Micros(micros));
    }
    fn merge(&mut self, other: &Self) {
        Sketch::merge(self, other);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let ranks = self.ranks();
        QUANTILES.map(|q| f64::from(ranks.quantile(q).unwrap().0))
    }
    fn wire(&mut self) -> usize {
        self.encode(&mut [0; MAX_ENCODED]).unwrap()
    }
}

impl Contender for SmallSketch {
    const NAME: &'static str = "rum-stats SmallSketch, 512 B";
    fn new() -> Self {
        SmallSketch::new()
    }
    fn record(&mut self, micros: u32) {
        SmallSketch::record(self, Micros(micros));
    }
    fn merge(&mut self, other: &Self) {
        SmallSketch::merge(self, other);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let ranks = self.ranks();
        QUANTILES.map(|q| f64::from(ranks.quantile(q).unwrap().0))
    }
    fn wire(&mut self) -> usize {
        self.encode(&mut [0; MAX_ENCODED]).unwrap()
    }
}

pub(super) struct Ddsketch(sketches_ddsketch::DDSketch);

impl Contender for Ddsketch {
    const NAME: &'static str = "sketches-ddsketch, 1 %";
    fn new() -> Self {
        Self(sketches_ddsketch::DDSketch::new(sketches_ddsketch::Config::new(0.01, 2048, 1.0)))
    }
    fn record(&mut self, micros: u32) {
        self.0.add(f64::from(micros));
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        QUANTILES.map(|q| self.0.quantile(q).unwrap().unwrap())
    }
    fn wire(&mut self) -> usize {
        self.0.to_java_bytes().len()
    }
}

pub(super) struct Hdr(hdrhistogram::Histogram<u32>);

impl Contender for Hdr {
    const NAME: &'static str = "hdrhistogram, 2 digits, u32";
    fn new() -> Self {
        Self(hdrhistogram::Histogram::new_with_bounds(1, 60_000_000, 2).unwrap())
    }
    fn record(&mut self, micros: u32) {
        self.0.record(u64::from(micros)).unwrap();
    }
    fn merge(&mut self, other: &Self) {
        self.0.add(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        QUANTILES.map(|q| self.0.value_at_quantile(q) as f64)
    }
    fn wire(&mut self) -> usize {
        use hdrhistogram::serialization::Serializer;
        let mut out = Vec::new();
        hdrhistogram::serialization::V2Serializer::new().serialize(&self.0, &mut out).unwrap()
    }
}

pub(super) struct Kll(datasketches::kll::KllSketch<datasketches::kll::KllFloat<f32>>);

impl Contender for Kll {
    const NAME: &'static str = "datasketches KLL, k = 200";
    fn new() -> Self {
        Self(datasketches::kll::KllSketch::new(200).unwrap())
    }
    fn record(&mut self, micros: u32) {
        self.0.update(datasketches::kll::KllFloat::<f32>::new(micros as f32).unwrap());
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let inclusive = datasketches::common::SearchCriteria::Inclusive;
        QUANTILES.map(|q| f64::from(self.0.quantile(q, inclusive).unwrap().unwrap().into_inner()))
    }
    fn wire(&mut self) -> usize {
        self.0.serialize().len()
    }
}

pub(super) struct Req(datasketches::req::ReqSketch<datasketches::req::ReqFloat<f32>>);

impl Contender for Req {
    const NAME: &'static str = "datasketches REQ, k = 12, high";
    fn new() -> Self {
        Self(
            datasketches::req::ReqSketch::new(12, datasketches::req::RankAccuracy::HighRank)
                .unwrap(),
        )
    }
    fn record(&mut self, micros: u32) {
        self.0.update(datasketches::req::ReqFloat::<f32>::new(micros as f32).unwrap());
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0).unwrap();
    }
    fn quantiles(&mut self) -> [f64; 4] {
        let inclusive = datasketches::common::SearchCriteria::Inclusive;
        QUANTILES.map(|q| f64::from(self.0.quantile(q, inclusive).unwrap().unwrap().into_inner()))
    }
    fn wire(&mut self) -> usize {
        self.0.serialize().len()
    }
}

pub(super) struct Digest(datasketches::tdigest::TDigestMut);

impl Contender for Digest {
    const NAME: &'static str = "datasketches t-digest, k = 100";
    fn new() -> Self {
        Self(datasketches::tdigest::TDigestMut::new(100).unwrap())
    }
    fn record(&mut self, micros: u32) {
        self.0.update(f64::from(micros));
    }
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        QUANTILES.map(|q| self.0.quantile(q).unwrap().unwrap())
    }
    fn wire(&mut self) -> usize {
        self.0.serialize().len()
    }
}

pub(super) struct OtherDigest(tdigest::TDigest);

impl Contender for OtherDigest {
    const NAME: &'static str = "tdigest, size 100 (no wire form)";
    fn new() -> Self {
        Self(tdigest::TDigest::new_with_size(100))
    }
    fn record(&mut self, micros: u32) {
        self.0.push(f64::from(micros));
    }
    fn merge(&mut self, other: &Self) {
        let mut other = other.0.clone();
        other.flush();
        self.0.flush();
        self.0 = tdigest::TDigest::merge_digests(vec![std::mem::take(&mut self.0), other]);
    }
    fn quantiles(&mut self) -> [f64; 4] {
        self.0.flush();
        QUANTILES.map(|q| self.0.estimate_quantile(q).unwrap())
    }
    fn wire(&mut self) -> usize {
        0
    }
}
