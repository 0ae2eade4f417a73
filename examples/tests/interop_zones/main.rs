//! The same zones served by NSD, by Knot DNS and by `authd`, and each reply compared section by section; and
//! `delv`, a real validator, asks `authd`.
//!
//! They run when `UNDERHOOD_INTEROP` is set, as `scripts/check interop` does; else they say that they did not.

mod ask;
mod peers;
mod rules;
#[path = "../support/mod.rs"]
mod support;
mod validate;
mod zones;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ask::{Query, ask};
use dns_wire::RType;
use peers::Peer;
use rules::{Case, explain};
use support::{Server, run, wanted, zonec};
use validate::{Verdict, delv, kind, may_be_insecure, write_anchor};
use zones::{Random, Signing, Zone, zone_of};

#[test]
fn nsd_and_knot_answer_alike() {
    if !wanted("nsd and knotd") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let zones = zones::make(folder.path());
    let ours = Server::authd(&build(folder.path(), &zones));
    let peers = [Peer::nsd(folder.path(), &zones), Peer::knot(folder.path(), &zones)];
    let mut explained: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    let mut asked = 0;
    for query in questions(&zones) {
        let reply = ask(ours.port(), &query).unwrap_or_else(|| panic!("no reply to {query}"));
        asked += 1;
        for peer in &peers {
            let theirs = ask(peer.port, &query);
            let theirs = theirs.unwrap_or_else(|| panic!("{}: no reply to {query}", peer.name));
            if theirs == reply {
                continue;
            }
            let case = Case {
                zones: &zones,
                peer: peer.name,
                query: &query,
                ours: &reply,
                theirs: &theirs,
            };
            match explain(&case) {
                Some(rule) => *explained.entry((peer.name, rule)).or_default() += 1,
                None => {
                    let said = format!("{query}\nours {reply:#?}\n{} {theirs:#?}", peer.name);
                    unexplained.push(said);
                }
            }
        }
    }
    println!("{asked} questions over {} zones, of NSD, Knot and authd", zones.len());
    for ((peer, rule), count) in &explained {
        println!("{peer}: {count} replies differ: {rule}");
    }
    let few: Vec<&str> = unexplained.iter().take(12).map(String::as_str).collect();
    assert!(few.is_empty(), "{} unexplained: {}", unexplained.len(), few.join("\n"));
    assert!(asked > 3000);
}

#[test]
fn delv_validates_our_answers() {
    if !wanted("delv") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let zones = zones::make(folder.path());
    let ours = Server::authd(&build(folder.path(), &zones));
    let mut verdicts: BTreeMap<(&str, &str, Verdict), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for root in zones.iter().filter(|zone| zone.name.split('.').count() == 3) {
        if root.signing == Signing::None {
            continue;
        }
        let anchor = write_anchor(folder.path(), root);
        for zone in zones.iter().filter(|zone| zone.name.ends_with(&root.name)) {
            let mut left: BTreeMap<&str, usize> = BTreeMap::new();
            for query in questions(std::slice::from_ref(zone)).iter().step_by(5) {
                let zone = zone_of(&zones, &query.name).unwrap();
                let Some(kind) = kind(ours.port(), zone, query) else { continue };
                let asked = left.entry(kind).or_default();
                *asked += 1;
                if *asked > 8 {
                    continue;
                }
                match delv(ours.port(), &anchor, &root.name, query) {
                    Ok(verdict) if verdict == Verdict::Secure || may_be_insecure(zone, kind) => {
                        *verdicts.entry((&root.name, kind, verdict)).or_default() += 1;
                    }
                    said => wrong.push(format!("{query} ({kind}) {said:?}")),
                }
            }
        }
    }
    for ((root, kind, verdict), count) in &verdicts {
        println!("{root} {kind}: {count} {verdict:?}");
    }
    assert!(wrong.is_empty(), "{} wrong: {}", wrong.len(), wrong.join("\n"));
    assert!(verdicts.values().sum::<usize>() > 150);
}

/// An image of all zones, each from its own file.
fn build(folder: &Path, zones: &[Zone]) -> PathBuf {
    let image = folder.join("zones.img");
    run(zonec(["build", "-o"]).arg(&image).args(zones.iter().map(|zone| &zone.file)));
    image
}

/// Every owner, names above, below and beside it, each with several types, with and without DO.
fn questions(zones: &[Zone]) -> Vec<Query> {
    let mut random = Random(7);
    let mut queries = Vec::new();
    for zone in zones {
        let mut names: BTreeSet<String> = BTreeSet::new();
        for owner in &zone.owners {
            names.insert(owner.clone());
            names.insert(format!("{}.{owner}", random.label()));
            names.insert(format!("q.{}.{owner}", random.label()));
            if let Some((label, above)) = owner.split_once('.')
                && above.ends_with(&zone.name)
            {
                names.insert(above.to_owned());
                names.insert(format!("{label}0.{above}"));
                names.insert(format!("*.{above}"));
            }
        }
        for name in &names {
            for _ in 0..3 {
                let rtype = TYPES[usize::try_from(random.below(TYPES.len() as u64)).unwrap()];
                queries.push(Query::new(name, rtype, random.below(3) > 0));
            }
            queries.push(Query::new(name, RType::A, true));
        }
        for rtype in TYPES {
            queries.push(Query::new(&zone.name, rtype, true));
            queries.push(Query::new(&zone.name, rtype, false));
        }
    }
    queries
}

const TYPES: [RType; 14] = [
    RType::A,
    RType::A,
    RType::AAAA,
    RType::TXT,
    RType::MX,
    RType::SRV,
    RType::NS,
    RType::SOA,
    RType::CNAME,
    RType::DNAME,
    RType::DS,
    RType::DNSKEY,
    RType::NSEC3PARAM,
    RType(65280),
];
