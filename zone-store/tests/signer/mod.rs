//! A signer of zones, slow and obvious: the chain is made and searched by a scan of all names.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sha1::{Digest as _, Sha1};

/// Owner, type, RDATA, all as text; names absolute, in lower case.
pub(crate) type Rows = Vec<(String, &'static str, String)>;

pub(crate) const APEX: &str = "e.";

/// How a zone denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    Nsec,
    Nsec3 { opt_out: bool, iterations: u16, salt: &'static [u8] },
}

/// A zone with its chain and signatures.
pub(crate) struct Signed<'r> {
    pub(crate) rows: &'r Rows,
    pub(crate) denial: Denial,
    /// The names that deny, in the order of the chain, each with its key there: reversed labels or a hash.
    pub(crate) chain: Vec<(Vec<String>, String)>,
}

impl<'r> Signed<'r> {
    pub(crate) fn new(rows: &'r Rows, denial: Denial) -> Self {
        let mut zone = Self { rows, denial, chain: Vec::new() };
        let owners: BTreeSet<&String> = rows.iter().map(|(owner, _, _)| owner).collect();
        let mut names: BTreeSet<String> = BTreeSet::new();
        for owner in owners {
            let opted_out = matches!(denial, Denial::Nsec3 { opt_out: true, .. })
                && zone.is_cut(owner)
                && zone.find(owner, "DS").is_empty();
            if zone.is_occluded(owner) || opted_out {
                continue;
            }
            match denial {
                Denial::Nsec => drop(names.insert(owner.clone())),
                // RFC 5155 §7.1: empty non-terminals too.
                Denial::Nsec3 { .. } => names.extend(from_the_top(owner)),
            }
        }
        let mut chain: Vec<_> = names.into_iter().map(|name| (zone.place(&name), name)).collect();
        chain.sort();
        zone.chain = chain;
        zone
    }

    /// Where a name is in the order of the chain.
    pub(crate) fn place(&self, name: &str) -> Vec<String> {
        match self.denial {
            Denial::Nsec => name.split_terminator('.').rev().map(str::to_owned).collect(),
            Denial::Nsec3 { iterations, salt, .. } => vec![hash(name, iterations, salt)],
        }
    }

    pub(crate) fn is_cut(&self, name: &str) -> bool {
        name != APEX && !self.find(name, "NS").is_empty()
    }

    /// Below a delegation or a DNAME.
    pub(crate) fn is_occluded(&self, name: &str) -> bool {
        let ends = |above: &String| self.is_cut(above) || !self.find(above, "DNAME").is_empty();
        from_the_top(name).iter().any(|above| above != name && ends(above))
    }

    pub(crate) fn find(&self, name: &str, rtype: &str) -> Vec<&'r String> {
        let of = |row: &&(String, &str, String)| row.0 == name && row.1 == rtype;
        self.rows.iter().filter(of).map(|row| &row.2).collect()
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        name == APEX || self.rows.iter().any(|(owner, _, _)| is_below(owner, name))
    }

    /// The records of the signer.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let all: BTreeSet<(&String, &str)> = self.rows.iter().map(|(o, t, _)| (o, *t)).collect();
        for (owner, rtype) in all {
            let unsigned = self.is_occluded(owner) || (self.is_cut(owner) && rtype != "DS");
            if !unsigned {
                text.push_str(&format!("{owner} 60 {}\n", signature(rtype, owner)));
            }
        }
        for (_, name) in &self.chain {
            let (owner, rtype, rdata) = self.record(name);
            text.push_str(&format!(
                "{owner} 60 {rtype} {rdata}\n{owner} 60 {}\n",
                signature(rtype, &owner)
            ));
        }
        if let Denial::Nsec3 { iterations, salt, .. } = self.denial {
            text.push_str(&format!("{APEX} 60 NSEC3PARAM 1 0 {iterations} {}\n", hex(salt)));
        }
        text
    }

    /// The NSEC or NSEC3 of a name of the chain: owner, type, RDATA.
    pub(crate) fn record(&self, name: &str) -> (String, &'static str, String) {
        let at = self.chain.iter().position(|(_, n)| n == name).expect("a name of the chain");
        let (next_place, next) = &self.chain[(at + 1) % self.chain.len()];
        let mut types: BTreeMap<u16, &str> = self
            .rows
            .iter()
            .filter(|(owner, rtype, _)| {
                owner == name && (!self.is_cut(name) || matches!(*rtype, "NS" | "DS"))
            })
            .map(|(_, rtype, _)| (number(rtype), *rtype))
            .collect();
        let signed = !types.is_empty() && (!self.is_cut(name) || types.contains_key(&43));
        match self.denial {
            Denial::Nsec => {
                types.extend([(46, "RRSIG"), (47, "NSEC")]);
                let types: Vec<&str> = types.into_values().collect();
                (name.to_owned(), "NSEC", format!("{next} {}", types.join(" ")))
            }
            Denial::Nsec3 { opt_out, iterations, salt } => {
                if signed {
                    types.insert(46, "RRSIG");
                }
                if name == APEX {
                    types.insert(51, "NSEC3PARAM");
                }
                let types: Vec<&str> = types.into_values().collect();
                let rdata = format!(
                    "1 {} {iterations} {} {} {}",
                    u8::from(opt_out),
                    hex(salt),
                    next_place[0].to_uppercase(),
                    types.join(" ")
                );
                let owner = format!("{}.{APEX}", self.place(name)[0]);
                (owner, "NSEC3", rdata.trim_end().to_owned())
            }
        }
    }

    pub(crate) fn matching(&self, name: &str) -> Option<String> {
        self.chain.iter().find(|(_, n)| n == name).map(|(_, n)| n.clone())
    }

    /// The name of the chain before this one, or the last.
    pub(crate) fn covering(&self, name: &str) -> String {
        let place = self.place(name);
        let before = self.chain.iter().rfind(|(p, _)| *p <= place);
        before.or(self.chain.last()).expect("a chain").1.clone()
    }
}

/// RRSIG RDATA that tells which name it was made for, by its key tag.
pub(crate) fn signature(rtype: &str, source: &str) -> String {
    let labels = source.trim_start_matches("*.").matches('.').count();
    let tag =
        source.bytes().fold(7u16, |sum, octet| sum.wrapping_mul(31).wrapping_add(octet.into()));
    format!("RRSIG {rtype} 13 {labels} 60 20300101000000 20200101000000 {tag} {APEX} QUFB")
}

pub(crate) fn number(rtype: &str) -> u16 {
    rtype.parse::<dns_wire::RType>().unwrap().0
}

/// RFC 5155 §5, in base32hex.
pub(crate) fn hash(name: &str, iterations: u16, salt: &[u8]) -> String {
    let wire = dns_wire::NameBuf::from_text(name.as_bytes(), None).unwrap();
    let mut digest =
        Sha1::new().chain_update(wire.as_name().as_wire()).chain_update(salt).finalize();
    for _ in 0..iterations {
        digest = Sha1::new().chain_update(digest).chain_update(salt).finalize();
    }
    let bits: String = digest.iter().map(|octet| format!("{octet:08b}")).collect();
    let digits = b"0123456789abcdefghijklmnopqrstuv";
    let digit =
        |at: usize| char::from(digits[usize::from_str_radix(&bits[at..at + 5], 2).unwrap()]);
    (0..32).map(|i| digit(i * 5)).collect()
}

pub(crate) fn hex(salt: &[u8]) -> String {
    if salt.is_empty() {
        return "-".into();
    }
    salt.iter().map(|octet| format!("{octet:02X}")).collect()
}

pub(crate) fn is_below(name: &str, above: &str) -> bool {
    name == above || name.ends_with(&format!(".{above}"))
}

/// The names from the apex down to this one.
pub(crate) fn from_the_top(name: &str) -> Vec<String> {
    let labels: Vec<&str> = name.split_terminator('.').collect();
    (0..labels.len()).rev().map(|from| format!("{}.", labels[from..].join("."))).collect()
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    let label = prop_oneof![Just("a"), Just("b"), Just("c"), Just("*"), Just("a-b")];
    prop::collection::vec(label, 0..4)
        .prop_map(|labels| labels.iter().map(|l| format!("{l}.")).collect::<String>() + APEX)
}

pub(crate) fn row() -> impl Strategy<Value = (String, &'static str, String)> {
    let data = prop_oneof![
        4 => (0u8..3).prop_map(|i| ("A", format!("192.0.2.{i}"))),
        1 => Just(("TXT", "\"t\"".to_string())),
        2 => name().prop_map(|n| ("CNAME", n)),
        2 => name().prop_map(|n| ("NS", n)),
        1 => name().prop_map(|n| ("DNAME", n)),
        1 => (0u8..3).prop_map(|i| ("DS", format!("{i} 13 2 {}", "AB".repeat(32)))),
        1 => Just(("CNAME", "a.far.".to_string())),
    ];
    (name(), data).prop_map(|(owner, (rtype, rdata))| (owner, rtype, rdata))
}

pub(crate) fn denial() -> impl Strategy<Value = Denial> {
    let salt = prop_oneof![Just(&b""[..]), Just(&b"\xaa\xbb"[..])];
    let nsec3 = (any::<bool>(), 0u16..3, salt)
        .prop_map(|(opt_out, iterations, salt)| Denial::Nsec3 { opt_out, iterations, salt });
    prop_oneof![Just(Denial::Nsec), nsec3]
}
