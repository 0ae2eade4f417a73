//! Signed zones against a slow and obvious reading of RFC 4035 §3.1 and RFC 5155 §7.2: the chain is made and searched
//! by a scan of all names, for every question.

mod common;
mod signer;

use std::collections::BTreeSet;

use common::{Question, Shown, Source, ask_with, compile};
use proptest::prelude::*;
use signer::{APEX, Denial, Rows, Signed, denial, from_the_top, is_below, name, row, signature};
use zone_store::{CompileOptions, Image, Overrides, Policy};

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
