//! Answers against a slow and obvious reading of RFC 1034 §4.3.2, 4592 and 6672: no index, no tree, a scan of all
//! records for every question.

mod common;

use std::collections::BTreeSet;

use common::{Question, Shown, Source, ask_with, compile};
use proptest::prelude::*;
use zone_store::{CompileOptions, Image, Overrides, Policy};

/// Owner, type, RDATA, all as text; names absolute, in lower case.
type Rows = Vec<(String, &'static str, String)>;

#[derive(Debug, Default, PartialEq, Eq)]
struct Expected {
    status: String,
    answer: BTreeSet<String>,
    authority: BTreeSet<String>,
}

const SOA: &str = "e. 5 SOA ns.e. h.e. 1 2 3 4 5";

/// The whole algorithm, as the RFCs tell it.
fn naive(rows: &Rows, qname: &str, qtype: &str) -> Expected {
    let mut out = Expected { status: "NOERROR aa".into(), ..Expected::default() };
    let mut name = qname.to_string();
    let mut seen = BTreeSet::new();
    for hop in 0..=10 {
        if !seen.insert(name.clone()) {
            return out;
        }
        if !is_below(&name, "e.") {
            return out;
        }
        // From the top down: the first delegation or DNAME decides.
        let mut renamed = None;
        for above in from_the_top(&name) {
            let ns = find(rows, &above, "NS");
            if above != "e." && !ns.is_empty() && !(above == name && qtype == "DS") {
                if hop == 0 {
                    out.status = "NOERROR".into();
                }
                out.authority = ns.iter().map(|rdata| format!("{above} 60 NS {rdata}")).collect();
                return out;
            }
            if let Some(target) = find(rows, &above, "DNAME").first().filter(|_| above != name) {
                out.answer.insert(format!("{above} 60 DNAME {target}"));
                let new = format!("{}{target}", name.strip_suffix(&above).unwrap());
                out.answer.insert(format!("{name} 60 CNAME {new}"));
                renamed = Some(new);
                break;
            }
        }
        if let Some(new) = renamed {
            if qtype == "CNAME" {
                return out;
            }
            name = new;
            continue;
        }
        let mut source = name.clone();
        if !exists(rows, &name) {
            let encloser =
                from_the_top(&name).into_iter().rfind(|above| exists(rows, above)).unwrap();
            source = format!("*.{encloser}");
            if !exists(rows, &source) {
                out.status = "NXDOMAIN aa".into();
                out.authority.insert(SOA.into());
                return out;
            }
        }
        let own = find(rows, &source, qtype);
        if !own.is_empty() {
            out.answer.extend(own.iter().map(|rdata| format!("{name} 60 {qtype} {rdata}")));
            return out;
        }
        let alias = find(rows, &source, "CNAME");
        let Some(target) = alias.first().filter(|_| qtype != "CNAME") else {
            out.authority.insert(SOA.into());
            return out;
        };
        out.answer.insert(format!("{name} 60 CNAME {target}"));
        name = target.clone();
    }
    out
}

fn find(rows: &Rows, name: &str, rtype: &str) -> Vec<String> {
    rows.iter()
        .filter(|(n, t, _)| n == name && *t == rtype)
        .map(|(_, _, rdata)| rdata.clone())
        .collect()
}

fn exists(rows: &Rows, name: &str) -> bool {
    name == "e." || rows.iter().any(|(owner, _, _)| is_below(owner, name))
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
    prop::collection::vec(
        prop_oneof![Just("a"), Just("b"), Just("c"), Just("*"), Just("a-b")],
        0..4,
    )
    .prop_map(|labels| labels.iter().map(|l| format!("{l}.")).collect::<String>() + "e.")
}

fn row() -> impl Strategy<Value = (String, &'static str, String)> {
    let data = prop_oneof![
        4 => (0u8..3).prop_map(|i| ("A", format!("192.0.2.{i}"))),
        1 => Just(("TXT", "\"t\"".to_string())),
        2 => name().prop_map(|n| ("CNAME", n)),
        1 => name().prop_map(|n| ("NS", n)),
        1 => name().prop_map(|n| ("DNAME", n)),
        1 => Just(("CNAME", "a.far.".to_string())),
    ];
    (name(), data).prop_map(|(owner, (rtype, rdata))| (owner, rtype, rdata))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn answers_agree_with_a_scan(
        rows in prop::collection::vec(row(), 0..12),
        asked in prop::collection::vec((name(), prop_oneof![Just("A"), Just("TXT"), Just("CNAME"), Just("NS"), Just("DS"), Just("DNAME")]), 20),
    ) {
        let mut kept: Rows = vec![("e.".into(), "SOA", "ns.e. h.e. 1 2 3 4 5".into()), ("e.".into(), "NS", "ns.e.".into())];
        // Rows that the compiler refuses, for a good reason, are left out one by one.
        let text = |rows: &Rows| rows.iter().map(|(n, t, r)| format!("{n} 60 {t} {r}\n")).collect::<String>();
        for row in rows {
            if kept.contains(&row) {
                continue;
            }
            kept.push(row);
            if compile(CompileOptions::default(), &[Source::Zone(&text(&kept))]).is_err() {
                kept.pop();
            }
        }
        let compiled = compile(CompileOptions::default(), &[Source::Zone(&text(&kept))]).unwrap();
        let image = Image::open(compiled.image).unwrap();
        prop_assert_eq!(image.store().zones().next().unwrap().records().count(), kept.len());
        let policy = Policy { minimal: true, ..Policy::default() };
        let all = kept.iter().flat_map(|(owner, _, _)| [(owner.clone(), "A"), (format!("a.{owner}"), "A")]);
        for (name, rtype) in asked.into_iter().chain(all.collect::<Vec<_>>()) {
            let question = Question::read(&format!("{name} {rtype} tcp"));
            let (_, reply) = ask_with(&image, &question, &policy, &Overrides::NONE, 0);
            let shown = Shown::of(&reply);
            let got = Expected {
                status: shown.status,
                answer: shown.answer.into_iter().collect(),
                authority: shown.authority.into_iter().collect(),
            };
            prop_assert_eq!(got, naive(&kept, &name, rtype), "{} {} of\n{}", name, rtype, text(&kept));
        }
    }
}
