//! Signed zones against a slow and obvious reading of RFC 4035 §3.1 and RFC 5155 §7.2: the chain is made and searched
//! by a scan of all names, for every question.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Question, Shown, Source, ask_with, compile};
use proptest::prelude::*;
use sha1::{Digest as _, Sha1};
use zone_store::{CompileOptions, Image, Overrides, Policy};

/// Owner, type, RDATA, all as text; names absolute, in lower case.
type Rows = Vec<(String, &'static str, String)>;

const APEX: &str = "e.";

/// How a zone denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Denial {
    Nsec,
    Nsec3 { opt_out: bool, iterations: u16, salt: &'static [u8] },
}

/// A zone with its chain and signatures.
struct Signed<'r> {
    rows: &'r Rows,
    denial: Denial,
    /// The names that deny, in the order of the chain, each with its key there: reversed labels or a hash.
    chain: Vec<(Vec<String>, String)>,
}

impl<'r> Signed<'r> {
    fn new(rows: &'r Rows, denial: Denial) -> Self {
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
    fn place(&self, name: &str) -> Vec<String> {
        match self.denial {
            Denial::Nsec => name.split_terminator('.').rev().map(str::to_owned).collect(),
            Denial::Nsec3 { iterations, salt, .. } => vec![hash(name, iterations, salt)],
        }
    }

    fn is_cut(&self, name: &str) -> bool {
        name != APEX && !self.find(name, "NS").is_empty()
    }

    /// Below a delegation or a DNAME.
    fn is_occluded(&self, name: &str) -> bool {
        let ends = |above: &String| self.is_cut(above) || !self.find(above, "DNAME").is_empty();
        from_the_top(name).iter().any(|above| above != name && ends(above))
    }

    fn find(&self, name: &str, rtype: &str) -> Vec<&'r String> {
        let of = |row: &&(String, &str, String)| row.0 == name && row.1 == rtype;
        self.rows.iter().filter(of).map(|row| &row.2).collect()
    }

    fn exists(&self, name: &str) -> bool {
        name == APEX || self.rows.iter().any(|(owner, _, _)| is_below(owner, name))
    }

    /// The records of the signer.
    fn text(&self) -> String {
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
    fn record(&self, name: &str) -> (String, &'static str, String) {
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

    fn matching(&self, name: &str) -> Option<String> {
        self.chain.iter().find(|(_, n)| n == name).map(|(_, n)| n.clone())
    }

    /// The name of the chain before this one, or the last.
    fn covering(&self, name: &str) -> String {
        let place = self.place(name);
        let before = self.chain.iter().rfind(|(p, _)| *p <= place);
        before.or(self.chain.last()).expect("a chain").1.clone()
    }
}

/// What a reply should be, with DO.
#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    status: String,
    answer: BTreeSet<String>,
    authority: BTreeSet<String>,
}

/// The whole algorithm, as the RFCs tell it.
fn naive(zone: &Signed<'_>, qname: &str, qtype: &str) -> Expected {
    let mut out = Expected { status: "NOERROR aa edns do".into(), ..Expected::default() };
    let mut proofs: Vec<String> = Vec::new();
    let mut name = qname.to_string();
    let mut seen = BTreeSet::new();
    for hop in 0..=10 {
        if !seen.insert(name.clone()) || !is_below(&name, APEX) {
            break;
        }
        let mut renamed = None;
        let mut referred = false;
        for above in from_the_top(&name) {
            if zone.is_cut(&above) && !(above == name && qtype == "DS") {
                if hop == 0 {
                    out.status = "NOERROR edns do".into();
                }
                let records = zone.find(&above, "NS");
                out.authority.extend(records.iter().map(|rdata| format!("{above} 60 NS {rdata}")));
                if zone.find(&above, "DS").is_empty() {
                    prove_insecure(zone, &above, &mut proofs);
                } else {
                    add(&mut out.authority, zone, &above, &above, "DS");
                }
                referred = true;
                break;
            }
            if let Some(target) = zone.find(&above, "DNAME").first().filter(|_| above != name) {
                add(&mut out.answer, zone, &above, &above, "DNAME");
                let new = format!("{}{target}", name.strip_suffix(&above).unwrap());
                out.answer.insert(format!("{name} 60 CNAME {new}"));
                renamed = Some(new);
                break;
            }
        }
        if referred || (renamed.is_some() && qtype == "CNAME") {
            break;
        }
        if let Some(new) = renamed {
            name = new;
            continue;
        }
        let mut source = name.clone();
        let mut encloser = None;
        if !zone.exists(&name) {
            let above = from_the_top(&name).into_iter().rfind(|above| zone.exists(above)).unwrap();
            source = format!("*.{above}");
            if !zone.exists(&source) {
                out.status = "NXDOMAIN aa edns do".into();
                deny(&mut out, zone);
                match zone.denial {
                    Denial::Nsec => proofs.extend([zone.covering(&name), zone.covering(&source)]),
                    Denial::Nsec3 { .. } => {
                        // It may be higher than the closest encloser, where that has opted out.
                        let proved = prove_encloser(zone, &name, &above, &mut proofs);
                        let wildcard = format!("*.{proved}");
                        if zone.matching(&wildcard).is_none() {
                            proofs.push(zone.covering(&wildcard));
                        }
                    }
                }
                break;
            }
            encloser = Some(above);
        }
        let mut found = qtype;
        if zone.find(&source, qtype).is_empty() && !zone.find(&source, "CNAME").is_empty() {
            found = "CNAME";
        }
        if zone.find(&source, found).is_empty() {
            deny(&mut out, zone);
            match (zone.denial, &encloser) {
                (Denial::Nsec, None) => proofs.push(zone.covering(&source)),
                (Denial::Nsec, Some(_)) => {
                    proofs.extend([zone.covering(&source), zone.covering(&name)]);
                }
                (Denial::Nsec3 { .. }, None) => prove_insecure(zone, &name, &mut proofs),
                (Denial::Nsec3 { .. }, Some(above)) => {
                    prove_encloser(zone, &name, above, &mut proofs);
                    proofs.extend(zone.matching(&source));
                }
            }
            break;
        }
        add(&mut out.answer, zone, &source, &name, found);
        if let Some(above) = &encloser {
            proofs.push(match zone.denial {
                Denial::Nsec => zone.covering(&name),
                Denial::Nsec3 { .. } => zone.covering(&next_closer(&name, above)),
            });
        }
        let known: BTreeSet<&String> = proofs.iter().collect();
        if found == qtype || (encloser.is_some() && known.len() >= 5) {
            break;
        }
        name = zone.find(&source, "CNAME")[0].clone();
    }
    for name in proofs {
        let (owner, rtype, rdata) = zone.record(&name);
        out.authority.insert(format!("{owner} 5 {rtype} {rdata}"));
        out.authority.insert(format!("{owner} 5 {}", signature(rtype, &owner)));
    }
    out
}

/// RFC 5155 §7.2.3, §7.2.4, §7.2.7; with NSEC the record at or before the name.
fn prove_insecure(zone: &Signed<'_>, name: &str, proofs: &mut Vec<String>) {
    if zone.denial == Denial::Nsec {
        proofs.push(zone.covering(name));
    } else if let Some(matching) = zone.matching(name) {
        proofs.push(matching);
    } else {
        let above = name.split_once('.').unwrap().1;
        prove_encloser(zone, name, above, proofs);
    }
}

/// RFC 5155 §7.2.1: the closest name at or above `from` that has a record, and the one over the next closer name.
fn prove_encloser(zone: &Signed<'_>, name: &str, from: &str, proofs: &mut Vec<String>) -> String {
    let found = from_the_top(from).into_iter().rfind(|above| zone.matching(above).is_some());
    let encloser = found.unwrap_or_else(|| APEX.into());
    proofs.push(encloser.clone());
    proofs.push(zone.covering(&next_closer(name, &encloser)));
    encloser
}

/// One label more of the name than the encloser has.
fn next_closer(name: &str, encloser: &str) -> String {
    let labels = encloser.matches('.').count();
    from_the_top(name).into_iter().find(|above| above.matches('.').count() == labels + 1).unwrap()
}

fn deny(out: &mut Expected, zone: &Signed<'_>) {
    let soa = zone.find(APEX, "SOA")[0];
    out.authority.insert(format!("{APEX} 5 SOA {soa}"));
    out.authority.insert(format!("{APEX} 5 {}", signature("SOA", APEX)));
}

/// An RRset of `source` under the name `owner`, and its signature.
fn add(section: &mut BTreeSet<String>, zone: &Signed<'_>, source: &str, owner: &str, rtype: &str) {
    section
        .extend(zone.find(source, rtype).iter().map(|rdata| format!("{owner} 60 {rtype} {rdata}")));
    section.insert(format!("{owner} 60 {}", signature(rtype, source)));
}

/// RRSIG RDATA that tells which name it was made for, by its key tag.
fn signature(rtype: &str, source: &str) -> String {
    let labels = source.trim_start_matches("*.").matches('.').count();
    let tag =
        source.bytes().fold(7u16, |sum, octet| sum.wrapping_mul(31).wrapping_add(octet.into()));
    format!("RRSIG {rtype} 13 {labels} 60 20300101000000 20200101000000 {tag} {APEX} QUFB")
}

fn number(rtype: &str) -> u16 {
    rtype.parse::<dns_wire::RType>().unwrap().0
}

/// RFC 5155 §5, in base32hex.
fn hash(name: &str, iterations: u16, salt: &[u8]) -> String {
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

fn hex(salt: &[u8]) -> String {
    if salt.is_empty() {
        return "-".into();
    }
    salt.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn is_below(name: &str, above: &str) -> bool {
    name == above || name.ends_with(&format!(".{above}"))
}

/// The names from the apex down to this one.
fn from_the_top(name: &str) -> Vec<String> {
    let labels: Vec<&str> = name.split_terminator('.').collect();
    (0..labels.len()).rev().map(|from| format!("{}.", labels[from..].join("."))).collect()
}

fn name() -> impl Strategy<Value = String> {
    let label = prop_oneof![Just("a"), Just("b"), Just("c"), Just("*"), Just("a-b")];
    prop::collection::vec(label, 0..4)
        .prop_map(|labels| labels.iter().map(|l| format!("{l}.")).collect::<String>() + APEX)
}

fn row() -> impl Strategy<Value = (String, &'static str, String)> {
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

fn denial() -> impl Strategy<Value = Denial> {
    let salt = prop_oneof![Just(&b""[..]), Just(&b"\xaa\xbb"[..])];
    let nsec3 = (any::<bool>(), 0u16..3, salt)
        .prop_map(|(opt_out, iterations, salt)| Denial::Nsec3 { opt_out, iterations, salt });
    prop_oneof![Just(Denial::Nsec), nsec3]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn signed_answers_agree_with_a_scan(
        rows in prop::collection::vec(row(), 0..12),
        denial in denial(),
        asked in prop::collection::vec((name(), prop_oneof![Just("A"), Just("TXT"), Just("CNAME"), Just("NS"), Just("DS"), Just("DNAME")]), 20),
    ) {
        let mut kept: Rows = vec![(APEX.into(), "SOA", "ns.e. h.e. 1 2 3 4 5".into()), (APEX.into(), "NS", "ns.e.".into())];
        let text = |rows: &Rows| rows.iter().map(|(n, t, r)| format!("{n} 60 {t} {r}\n")).collect::<String>();
        for row in rows {
            // DS is beside NS (RFC 4035 §2.4), and not at the apex.
            let delegated = kept.iter().any(|(owner, t, _)| *owner == row.0 && *t == "NS");
            if kept.contains(&row) || (row.1 == "DS" && (!delegated || row.0 == APEX)) {
                continue;
            }
            kept.push(row);
            if compile(CompileOptions::default(), &[Source::Zone(&text(&kept))]).is_err() {
                kept.pop();
            }
        }
        let zone = Signed::new(&kept, denial);
        let source = format!("{}{}", text(&kept), zone.text());
        let compiled = compile(CompileOptions::default(), &[Source::Zone(&source)]).unwrap();
        let image = Image::open(compiled.image).unwrap();
        let policy = Policy { minimal: true, ..Policy::default() };
        let all = kept.iter().flat_map(|(owner, _, _)| {
            [(owner.clone(), "A"), (format!("a.{owner}"), "A"), (owner.clone(), "DS"), (format!("c.b.{owner}"), "TXT")]
        });
        for (name, rtype) in asked.into_iter().chain(all.collect::<Vec<_>>()) {
            let question = Question::read(&format!("{name} {rtype} tcp do"));
            let (_, reply) = ask_with(&image, &question, &policy, &Overrides::NONE, 0);
            let shown = Shown::of(&reply);
            let count = shown.authority.len();
            let got = Expected {
                status: shown.status,
                answer: shown.answer.into_iter().collect(),
                authority: shown.authority.into_iter().collect(),
            };
            prop_assert_eq!(count, got.authority.len(), "a record came twice");
            prop_assert_eq!(got, naive(&zone, &name, rtype), "{} {} of\n{}", name, rtype, source);
        }
    }
}
