//! What is checked of all that the sources say together, and how bad each finding is.

use crate::source::Severity;

/// What the compiler looks for beyond what an image cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// A delegation to a server below it without that server's address (RFC 9471). Usually a warning.
    MissingGlue,
    /// A CNAME and other data at one name (RFC 2181 §10.1). Usually an error; else both are served.
    CnameAndOther,
    /// A zone without NS at its apex (RFC 1035 §5.2). Usually an error.
    MissingNs,
    /// A record of no zone: there is no SOA at its owner or above (RFC 1035 §5.2). Usually an error; else the
    /// record is left out.
    OutOfZone,
    /// Records of an RRset with different times to live (RFC 2181 §5.2); the lowest is taken. Usually a warning.
    DifferentTtls,
    /// A record that is there twice. Usually a warning.
    Duplicate,
    /// Data other than addresses below a delegation or a DNAME: never an answer. Usually a warning.
    Occluded,
    /// The target of NS, MX, SRV, SVCB or CNAME is in the zone, and is not there or has no address. Usually a
    /// warning.
    DanglingTarget,
    /// The target of NS, MX or SRV is a CNAME (RFC 2181 §10.3). Usually a warning.
    AliasedTarget,
    /// A signature that does not hold at the time of [`CompileOptions::now`](crate::CompileOptions::now) (RFC
    /// 4034 §3.1.5). Usually a warning.
    SignatureTime,
    /// A signature over an RRset that is not there; it is left out. Usually a warning.
    StraySignature,
    /// Records of a location to which no map leads. Usually a warning.
    UnreachableLocation,
    /// A bound map without prefixes. Usually a warning.
    EmptyMap,
    /// A map that says nothing of some addresses, whose clients get the default rows. Usually off.
    MapWithoutDefault,
}

impl Check {
    /// All of them.
    pub const ALL: [Check; COUNT] = [
        Check::MissingGlue,
        Check::CnameAndOther,
        Check::MissingNs,
        Check::OutOfZone,
        Check::DifferentTtls,
        Check::Duplicate,
        Check::Occluded,
        Check::DanglingTarget,
        Check::AliasedTarget,
        Check::SignatureTime,
        Check::StraySignature,
        Check::UnreachableLocation,
        Check::EmptyMap,
        Check::MapWithoutDefault,
    ];

    /// Its name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Check::MissingGlue => "missing-glue",
            Check::CnameAndOther => "cname-and-other",
            Check::MissingNs => "missing-ns",
            Check::OutOfZone => "out-of-zone",
            Check::DifferentTtls => "different-ttls",
            Check::Duplicate => "duplicate",
            Check::Occluded => "occluded",
            Check::DanglingTarget => "dangling-target",
            Check::AliasedTarget => "aliased-target",
            Check::SignatureTime => "signature-time",
            Check::StraySignature => "stray-signature",
            Check::UnreachableLocation => "unreachable-location",
            Check::EmptyMap => "empty-map",
            Check::MapWithoutDefault => "map-without-default",
        }
    }

    /// The check of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.name() == name)
    }

    /// How bad it usually is; `None` is not looked for.
    pub fn usual(self) -> Option<Severity> {
        match self {
            Check::CnameAndOther | Check::MissingNs | Check::OutOfZone => Some(Severity::Error),
            Check::MapWithoutDefault => None,
            _ => Some(Severity::Warning),
        }
    }
}

/// How bad each finding is.
///
/// ```
/// use zone_store::{Check, Checks, source::Severity};
/// let mut checks = Checks::default();
/// checks.set(Check::DanglingTarget, None);
/// checks.set(Check::MissingGlue, Some(Severity::Error));
/// assert_eq!(checks.severity(Check::MissingGlue), Some(Severity::Error));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks([Option<Severity>; COUNT]);

impl Checks {
    /// How bad a finding is; `None` is not looked for.
    pub fn severity(&self, check: Check) -> Option<Severity> {
        Check::ALL.into_iter().zip(self.0).find(|(c, _)| *c == check).and_then(|(_, level)| level)
    }

    /// Sets how bad a finding is; `None` has it not looked for.
    pub fn set(&mut self, check: Check, severity: Option<Severity>) {
        for (_, level) in Check::ALL.into_iter().zip(&mut self.0).filter(|(c, _)| *c == check) {
            *level = severity;
        }
    }

    /// With every warning an error.
    #[must_use]
    pub fn strict(self) -> Self {
        Self(self.0.map(|level| level.map(|_| Severity::Error)))
    }
}

impl Default for Checks {
    fn default() -> Self {
        Self(Check::ALL.map(Check::usual))
    }
}

const COUNT: usize = 14;
