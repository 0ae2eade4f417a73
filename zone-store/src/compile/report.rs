//! What is in a compiled image.

use alloc::vec::Vec;

use crate::image::Section;
use crate::source::Problem;

/// Counts, sizes and warnings of a compilation.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Zones.
    pub zones: usize,
    /// Names, empty non-terminals among them.
    pub names: usize,
    /// Records, signatures among them, duplicates not.
    pub records: usize,
    /// RRsets, a set of a location counting as one.
    pub rrsets: usize,
    /// Locations that are not the default.
    pub locations: usize,
    /// Client maps.
    pub maps: usize,
    /// Their prefixes.
    pub prefixes: usize,
    /// The disjoint ranges that the prefixes come to.
    pub ranges: usize,
    /// Octets of each section.
    pub sections: Vec<(Section, usize)>,
    /// Octets of the image.
    pub octets: usize,
    /// What is worth a look: up to [`max_problems`](crate::CompileOptions::max_problems).
    pub warnings: Vec<Problem>,
    /// How many warnings there are, those not kept among them.
    pub warned: usize,
}

/// Why there is no image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, in the order of the sources, warnings among it: up to
    /// [`max_problems`](crate::CompileOptions::max_problems).
    pub problems: Vec<Problem>,
    /// How many errors there are, those not kept among them.
    pub errors: usize,
}

impl Report {
    /// Octets of the image per record, client maps and locations apart. `None` without records.
    pub fn octets_per_record(&self) -> Option<f64> {
        let maps = [
            Section::Maps,
            Section::Ranges,
            Section::Locations,
            Section::Binds,
            Section::BindIndex,
        ];
        self.per(self.records, |section| !maps.contains(&section))
    }

    /// Octets of the client maps per prefix, the names of the locations apart. `None` without prefixes.
    pub fn octets_per_prefix(&self) -> Option<f64> {
        self.per(self.prefixes, |section| matches!(section, Section::Maps | Section::Ranges))
    }

    fn per(&self, count: usize, counts: impl Fn(Section) -> bool) -> Option<f64> {
        let octets = self.sections.iter().filter(|(section, _)| counts(*section)).map(|(_, n)| *n);
        let octets = u32::try_from(octets.fold(0, usize::saturating_add)).ok()?;
        let count = u32::try_from(count).ok().filter(|count| *count > 0)?;
        Some(f64::from(octets) / f64::from(count))
    }
}
