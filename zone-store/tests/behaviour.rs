//! What a table of single answers cannot show: chances, scopes taken together, sizes, and queries that are not
//! queries.

mod common;

use std::collections::BTreeMap;

use common::{Question, Shown, Source, ask, ask_with, compile, image};
use dns_wire::Rcode;
use proptest::prelude::*;
use zone_store::{
    AnyPolicy, Client, CompileOptions, Dropped, Image, Location, OverrideTable, Overrides, Policy,
    Transport,
};

const HEAD: &str = ".e:192.0.2.1:a\n";

fn counts(
    image: &Image<Vec<u8>>,
    question: &str,
    policy: &Policy<'_>,
    overrides: &Overrides<'_>,
    rounds: u64,
) -> BTreeMap<String, f64> {
    let question = Question::read(question);
    let mut counts = BTreeMap::new();
    for random in 0..rounds {
        let (_, reply) = ask_with(image, &question, policy, overrides, random);
        for line in Shown::of(&reply).answer {
            *counts.entry(line.rsplit(' ').next().unwrap().to_string()).or_insert(0.0) += 1.0;
        }
    }
    counts
}

fn is_close(count: f64, rounds: f64, chance: f64) -> bool {
    let sigma = (rounds * chance * (1.0 - chance)).sqrt();
    (count - rounds * chance).abs() <= 4.0 * sigma
}

/// Checklist 74: weight / sum of weights, within 4 sigma; weight 0 is the last resort.
#[test]
fn line_74_weights() {
    let lines = "+x.e:192.0.2.1:60:::1\n+x.e:192.0.2.3:60:::3\n+x.e:192.0.2.4:60:::0\n+z.e:192.0.2.9:60:::0\n";
    let image = image(&[Source::Data(&format!("{HEAD}{lines}"))]);
    let rounds = 20_000.0;
    let one = counts(&image, "x.e. A", &Policy::default(), &Overrides::NONE, 20_000);
    assert!(
        is_close(one["192.0.2.1"], rounds, 0.25) && is_close(one["192.0.2.3"], rounds, 0.75),
        "{one:?}"
    );
    assert!(!one.contains_key("192.0.2.4"));
    let two = Policy { max_weighted: 2, ..Policy::default() };
    let both = counts(&image, "x.e. A", &two, &Overrides::NONE, 1000);
    assert_eq!((both["192.0.2.1"], both["192.0.2.3"]), (1000.0, 1000.0), "{both:?}");
    assert_eq!(
        counts(&image, "z.e. A", &Policy::default(), &Overrides::NONE, 10)["192.0.2.9"],
        10.0
    );
}

/// As dnsrocks: default rows compete in the pool of the location.
#[test]
fn rows_of_a_location_and_default_rows_make_one_pool() {
    let lines = "%fr:10.0.0.0/8\n+x.e:192.0.2.1:60::\n+x.e:192.0.2.2:60::fr\n";
    let image = image(&[Source::Data(&format!("{HEAD}{lines}"))]);
    let pool = counts(&image, "x.e. A from=10.0.0.1", &Policy::default(), &Overrides::NONE, 10_000);
    assert!(is_close(pool["192.0.2.2"], 10_000.0, 0.5), "{pool:?}");
    let elsewhere = counts(&image, "x.e. A", &Policy::default(), &Overrides::NONE, 100);
    assert_eq!(elsewhere["192.0.2.1"], 100.0);
}

const PLACES: &str = "%fr:10.0.0.0/8:m\n%uk:11.0.0.0/8:m\n%no:12.0.0.0/8:m\n8x.e:m\nMx.e:m\n+x.e:192.0.2.1:60:::0\n\
    +x.e:192.0.2.11:60::fr:1\n+x.e:192.0.2.12:60::fr:1\n+x.e:192.0.2.13:60::fr:1\n+x.e:192.0.2.21:60::uk:1\n+x.e:192.0.2.31:60::no:1\n";

#[test]
fn a_drained_location_hands_its_clients_over_by_weight() {
    let image = image(&[Source::Data(&format!("{HEAD}{PLACES}"))]);
    let store = image.store();
    let find = |name: &[u8]| store.find_location(name).unwrap();
    let mut table = OverrideTable::default();
    table.drain(find(b"fr"), &[(find(b"uk"), 3), (find(b"no"), 1)]).unwrap();
    let overrides = table.as_overrides();
    let moved = counts(&image, "x.e. A ecs=10.1.2.0/24", &Policy::default(), &overrides, 10_000);
    assert!(is_close(moved["192.0.2.21"], 10_000.0, 0.75), "{moved:?}");
    assert!(is_close(moved["192.0.2.31"], 10_000.0, 0.25), "{moved:?}");
    assert_eq!(moved.len(), 2);
    let (answered, _) = ask_with(
        &image,
        &Question::read("x.e. A ecs=11.1.2.0/24"),
        &Policy::default(),
        &overrides,
        1,
    );
    assert_eq!((answered.location, answered.scope), (Some(find(b"uk")), Some(8)));
}

#[test]
fn sticky_answers_depend_on_the_block_alone() {
    let image = image(&[Source::Data(&format!("{HEAD}{PLACES}"))]);
    let policy = Policy { sticky: Some(99), ..Policy::default() };
    let mut seen = BTreeMap::new();
    for i in 0..64 {
        let question = format!("x.e. A from=10.{i}.0.1");
        let answers = counts(&image, &question, &policy, &Overrides::NONE, 50);
        assert_eq!(answers.len(), 1, "{answers:?}");
        *seen.entry(answers.into_keys().next().unwrap()).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
    // The whole scope block is one client.
    let a = counts(&image, "x.e. A ecs=10.1.2.0/24", &policy, &Overrides::NONE, 5);
    let b = counts(&image, "x.e. A ecs=10.200.7.0/24", &policy, &Overrides::NONE, 5);
    assert_eq!(a, b);
}

/// Checklist 67 and RFC 7871 §7.2.1, by brute force: whatever two clients ask, an answer kept for the block of
/// its scope is what every client in that block is told.
#[test]
fn line_67_no_two_scopes_conflict() {
    let map = "10.0.0.0/8 a\n10.0.0.0/20 b\n10.0.3.0/24 c\n10.0.3.64/27 a\n10.0.3.100/32 d\n10.0.8.0/21 c\n10.0.15.0/24 b\n";
    let lines = "8x.e:m\n+x.e:192.0.2.1:60:::0\n+x.e:192.0.2.11:60::a:1\n+x.e:192.0.2.12:60::b:1\n+x.e:192.0.2.13:60::c:1\n+x.e:192.0.2.14:60::d:1\n";
    let image = image(&[Source::Data(&format!("{HEAD}{lines}")), Source::Map("m", map)]);
    let mut kept: BTreeMap<(u32, u8), String> = BTreeMap::new();
    let base = 0x0a00_0000u32;
    let mut exact = BTreeMap::new();
    for host in 0..0x1100u32 {
        let address = base + host;
        for len in [16u8, 19, 20, 21, 24, 26, 28, 32] {
            if address & ((1u64 << (32 - len)) - 1) as u32 != 0 {
                continue;
            }
            let question = format!("x.e. A ecs={}/{len}", std::net::Ipv4Addr::from(address));
            let shown = ask(&image, &question);
            let scope = shown.scope.unwrap();
            let answer = shown.answer[0].clone();
            if len == 32 {
                exact.insert(address, answer.clone());
            }
            if scope <= len {
                let block = address & !((1u64 << (32 - scope)) - 1) as u32;
                let before = kept.insert((block, scope), answer.clone());
                assert!(before.is_none_or(|b| b == answer), "{question}");
            }
        }
    }
    for ((block, scope), answer) in &kept {
        let size = 1u64 << (32 - scope);
        for (address, told) in exact.range(block..) {
            if u64::from(*address - block) >= size {
                break;
            }
            assert_eq!(told, answer, "{block:x}/{scope} {address:x}");
        }
    }
    for (a, b) in kept.keys().zip(kept.keys().skip(1)) {
        assert!(u64::from(a.0) + (1u64 << (32 - a.1)) <= u64::from(b.0), "{a:?} {b:?} overlap");
    }
}

/// Checklist 70.
#[test]
fn line_70_same_location_in_any_order() {
    let prefixes = ["10.0.0.0/8 a", "10.1.0.0/16 b", "10.1.2.0/24 c", "10.1.2.128/25 a"];
    let images: Vec<Vec<u8>> = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]]
        .iter()
        .map(|order| {
            let text: Vec<&str> = order.iter().map(|i| prefixes[*i]).collect();
            image(&[Source::Map("", &text.join("\n"))]).into_inner()
        })
        .collect();
    assert!(images.windows(2).all(|pair| pair[0] == pair[1]));
}

fn big() -> Image<Vec<u8>> {
    let mut zone =
        String::from("$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n");
    for i in 0..60 {
        zone.push_str(&format!("many A 192.0.2.{i}\nsub NS ns{i}.sub\nns{i}.sub A 192.0.2.{i}\nns{i}.sub AAAA 2001:db8::{i}\n"));
        zone.push_str(&format!("mx MX {i} h{i}\nh{i} A 192.0.2.{i}\n"));
    }
    image(&[Source::Zone(&zone)])
}

/// Checklist 64, 65: whole RRsets are dropped, TC is set; the limit is 1232; over TCP all is there.
#[test]
fn line_64_truncation() {
    let image = big();
    let plain = ask(&image, "many.e. A");
    assert_eq!((plain.status.as_str(), plain.answer.len()), ("NOERROR aa tc", 0));
    assert_eq!(ask(&image, "many.e. A size=1232").answer.len(), 60);
    assert_eq!(ask(&image, "many.e. A size=800").status, "NOERROR aa tc edns");
    assert_eq!(ask(&image, "many.e. A tcp").answer.len(), 60);
    // Additional records never set TC, and RRsets that do not fit are left out whole.
    let mx = ask(&image, "mx.e. MX size=1300");
    assert_eq!((mx.status.as_str(), mx.answer.len()), ("NOERROR aa edns", 60));
    assert!(mx.additional.len() < 60);
    assert_eq!(ask(&image, "mx.e. MX tcp").additional.len(), 32, "the bound on names looked up");
    assert_eq!(
        ask(&image, "mx.e. MX size=65535").status,
        "NOERROR aa edns",
        "1232 is enough for the answer"
    );
}

/// The CNAME that a DNAME makes may be the first thing that does not fit: none of it is left in the reply.
/// Found by fuzzing.
#[test]
fn a_synthesized_cname_that_does_not_fit_leaves_nothing() {
    let image = image(&[Source::Zone(
        "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\nold DNAME w\n",
    )]);
    for labels in 1..=116 {
        let reply = ask(&image, &format!("{}old.e. A size=512", "a.".repeat(labels)));
        assert!(reply.status.starts_with("NOERROR aa") || reply.status.starts_with("NXDOMAIN aa"));
    }
}

/// A reply is cut short when it does not fit, not before: OPT takes eleven octets and no more.
#[test]
fn the_last_octet_is_used() {
    let image = big();
    let question = |size: usize| Question::read(&format!("many.e. A size={size}"));
    let ask = |size| ask_with(&image, &question(size), &Policy::default(), &Overrides::NONE, 0).1;
    let whole = ask(1232).len();
    assert!((600..1232).contains(&whole), "{whole}");
    assert_eq!(ask(whole).len(), whole);
    assert_eq!(Shown::of(&ask(whole - 1)).status, "NOERROR aa tc edns");
}

/// Checklist 37: not all glue in the domain of the delegation: TC.
#[test]
fn line_37_glue_or_tc() {
    let image = big();
    let referral = ask(&image, "www.sub.e. A size=1232");
    assert_eq!(referral.status, "NOERROR tc edns");
    assert_eq!(ask(&image, "www.sub.e. A tcp").status, "NOERROR");
}

#[test]
fn any_by_policy() {
    let image = big();
    let question = Question::read("e. ANY tcp");
    let all = Policy { any: AnyPolicy::All, ..Policy::default() };
    let answer = |policy: &Policy<'_>| {
        Shown::of(&ask_with(&image, &question, policy, &Overrides::NONE, 0).1).answer
    };
    assert_eq!(answer(&all).len(), 2);
    assert_eq!(answer(&Policy::default()), ["e. 60 NS ns.e."]);
    let hinfo = Policy { any: AnyPolicy::Hinfo, ..Policy::default() };
    assert_eq!(answer(&hinfo), ["e. 3600 HINFO \"RFC8482\" \"\""]);
    let minimal = Policy { minimal: true, ..Policy::default() };
    let question = Question::read("e. NS");
    let shown = Shown::of(&ask_with(&image, &question, &minimal, &Overrides::NONE, 0).1);
    assert!(shown.additional.is_empty());
}

#[test]
fn options_of_the_reply() {
    let image = big();
    let question = Question::read("ns.e. A nsid");
    let policy = Policy { nsid: b"server-7", ..Policy::default() };
    let cookie = [0, 10, 0, 4, 1, 2, 3, 4];
    let client = Client { options: &cookie, ..Client::default() };
    let mut out = [0u8; 512];
    let answered = image
        .store()
        .answer(&question.to_wire(), &client, &policy, &Overrides::NONE, 0, &mut out)
        .unwrap();
    let message = dns_wire::Message::parse(&out[..answered.len]).unwrap();
    let edns = message.edns().unwrap().unwrap();
    let options: Vec<(u16, Vec<u8>)> =
        edns.options().map(|o| o.unwrap()).map(|o| (o.code.0, o.data.to_vec())).collect();
    assert_eq!(options, [(3, b"server-7".to_vec()), (10, vec![1, 2, 3, 4])]);
    assert_eq!(edns.payload_size(), 1232);
}

fn answer(image: &Image<Vec<u8>>, query: &[u8]) -> Result<(Rcode, Vec<u8>), Dropped> {
    let mut out = vec![0; 1232];
    let answered = image.store().answer(
        query,
        &Client::default(),
        &Policy::default(),
        &Overrides::NONE,
        0,
        &mut out,
    )?;
    out.truncate(answered.len);
    Ok((answered.rcode, out))
}

/// Checklist 69, and every other way in which a query can be wrong.
#[test]
fn line_69_faults() {
    let image = big();
    let good = Question::read("ns.e. A ecs=10.1.2.0/24").to_wire();
    assert_eq!(answer(&image, &good).unwrap().0, Rcode::NOERROR);
    let option = good.len() - 7;
    let changed = |at: usize, octet: u8| {
        let mut query = good.clone();
        query[at] = octet;
        answer(&image, &query).map(|(rcode, reply)| (rcode, Shown::of(&reply).status))
    };
    let formerr = Ok((Rcode::FORMERR, "FORMERR edns".to_string()));
    assert_eq!(changed(option + 1, 3), formerr, "family");
    assert_eq!(changed(option + 2, 22), formerr, "a bit past the source");
    assert_eq!(changed(option + 2, 33), formerr, "source too long");
    assert_eq!(changed(option + 2, 8), formerr, "more octets than the source needs");
    assert_eq!(changed(option + 3, 1), formerr, "scope in a query");
    assert_eq!(changed(5, 0).unwrap().0, Rcode::FORMERR, "no question");
    assert_eq!(changed(5, 2).unwrap().0, Rcode::FORMERR, "two questions");
    assert_eq!(changed(12, 0xc0).unwrap().0, Rcode::FORMERR, "a pointer as the question");
    assert_eq!(changed(2, 4 << 3).unwrap().0, Rcode::NOTIMP, "NOTIFY");
    assert_eq!(changed(2, 0x80), Err(Dropped::Response));
    assert_eq!(answer(&image, &good[..11]), Err(Dropped::TooShort));
    for len in 12..good.len() {
        let (rcode, reply) = answer(&image, &good[..len]).unwrap();
        assert_eq!(rcode, Rcode::FORMERR, "{len}");
        Shown::of(&reply);
    }
}

/// RFC 6891 §6.1.1, §7: a reply has OPT when, and only when, the query has one that can be read, whatever else is
/// wrong with it.
#[test]
fn opt_for_opt() {
    let image = big();
    let opt = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];
    let record = [0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2, 1, 65];
    let question = [1, b'e', 0, 0, 1, 0, 1];
    let status = |opcode: u8, counts: [u8; 4], parts: &[&[u8]]| {
        let [qd, an, ns, ar] = counts;
        let mut query = vec![0x12, 0x34, opcode << 3, 0, 0, qd, 0, an, 0, ns, 0, ar];
        query.extend(parts.iter().copied().flatten());
        let (_, reply) = answer(&image, &query).unwrap();
        assert_eq!(reply[2] >> 3 & 15, opcode);
        Shown::of(&reply).status
    };
    // No OPT, though the rest cannot be read.
    assert_eq!(status(0, [1, 0, 0, 1], &[&question]), "FORMERR");
    assert_eq!(status(0, [1, 255, 0, 0], &[&question]), "FORMERR");
    assert_eq!(status(0, [1, 0, 0, 2], &[&question, &record, &opt[..9]]), "FORMERR");
    assert_eq!(status(0, [1, 0, 0, 0], &[&question, &opt]), "NOERROR aa", "octets after the end");
    // An OPT that can be read.
    assert_eq!(status(0, [1, 0, 0, 2], &[&question, &record, &opt]), "NOERROR aa edns");
    assert_eq!(status(0, [1, 0, 0, 2], &[&question, &opt]), "FORMERR edns");
    assert_eq!(status(0, [0, 0, 0, 1], &[&opt]), "FORMERR edns");
    assert_eq!(status(0, [2, 0, 0, 1], &[&question, &question, &opt]), "FORMERR edns");
    assert_eq!(status(0, [2, 0, 0, 0], &[&question, &question]), "FORMERR");
    for opcode in [1, 2, 4, 5, 15] {
        assert_eq!(status(opcode, [1, 0, 0, 1], &[&question, &opt]), "NOTIMP edns");
        assert_eq!(status(opcode, [1, 1, 0, 1], &[&question, &record, &opt]), "NOTIMP edns");
        assert_eq!(status(opcode, [1, 0, 0, 1], &[&question]), "NOTIMP");
    }
    // In the wrong section, by the wrong name, and two of them.
    assert_eq!(status(0, [1, 1, 0, 0], &[&question, &opt]), "FORMERR");
    assert_eq!(status(0, [1, 0, 1, 0], &[&question, &opt]), "FORMERR");
    assert_eq!(status(0, [1, 0, 1, 1], &[&question, &opt, &opt]), "FORMERR edns");
    assert_eq!(status(0, [1, 0, 0, 1], &[&question, &[1, b'x'], &opt]), "FORMERR");
    assert_eq!(status(0, [1, 0, 0, 2], &[&question, &opt, &opt]), "FORMERR edns");
}

/// Checklist 51: DO is copied into the OPT of any reply, errors too (RFC 3225 §3).
#[test]
fn line_51_do_is_copied_into_faults() {
    let image = big();
    assert_eq!(ask(&image, "e. A version=1 do").status, "BADVERS edns do");
    assert_eq!(ask(&image, "e. A opcode=2 do").status, "NOTIMP edns do");
    assert_eq!(ask(&image, "www.test. A do").status, "REFUSED edns do ede=20");
    let mut query = Question::read("ns.e. A do ecs=10.1.2.0/24").to_wire();
    let scope = query.len() - 4;
    query[scope] = 1;
    let (_, reply) = answer(&image, &query).unwrap();
    assert_eq!(Shown::of(&reply).status, "FORMERR edns do");
}

/// Checklist 10: a chain is followed as far as the policy says; where it ends the resolver goes on.
#[test]
fn line_10_chains_are_bounded() {
    let mut zone =
        String::from("$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n");
    for i in 0..40 {
        zone.push_str(&format!("c{i} CNAME c{}\n", i + 1));
    }
    let image = image(&[Source::Zone(&zone)]);
    for (max_hops, names) in [(0, 1), (1, 2), (10, 11), (16, 17), (200, 17)] {
        let policy = Policy { max_hops, ..Policy::default() };
        let question = Question::read("c0.e. A tcp");
        let shown = Shown::of(&ask_with(&image, &question, &policy, &Overrides::NONE, 0).1);
        assert_eq!(
            (shown.status.as_str(), shown.answer.len()),
            ("NOERROR aa", names),
            "{max_hops}"
        );
    }
    // With wildcards in a signed zone the proofs are what bounds it, and each of them is there.
    let mut zone = String::from(
        "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ NSEC *.w00 NS SOA NSEC\n",
    );
    for i in 0..16 {
        zone.push_str(&format!(
            "*.w{i:02} CNAME x.w{:02}\n*.w{i:02} NSEC *.w{:02} CNAME NSEC\n",
            i + 1,
            i + 1
        ));
    }
    let image = common::image(&[Source::Zone(&zone)]);
    let shown = ask(&image, "x.w00.e. A do");
    assert_eq!((shown.answer.len(), shown.authority.len()), (5, 5), "{shown:?}");
}

/// Checklist 14: names of 127 labels and of 255 octets are names like any other; labels have up to 63 octets.
#[test]
fn line_14_the_longest_names() {
    let most_labels = format!("{}e.", "a.".repeat(126));
    let longest = format!("{0}.{0}.{0}.{1}.e.", "b".repeat(63), "c".repeat(59));
    let zone = format!(
        "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n{most_labels} A 192.0.2.1\n{longest} A 192.0.2.2\n"
    );
    let image = image(&[Source::Zone(&zone)]);
    assert_eq!(ask(&image, &format!("{most_labels} A")).answer.len(), 1);
    assert_eq!(ask(&image, &format!("{longest} A")).answer.len(), 1);
    assert_eq!(ask(&image, &format!("{} A", &most_labels[2..])).status, "NOERROR aa");
    assert_eq!(ask(&image, &format!("b{} A", &most_labels[1..])).status, "NXDOMAIN aa");
}

/// Checklist 15: names in the RDATA of types younger than RFC 1035 are written out in full (RFC 3597 §4).
#[test]
fn line_15_only_old_types_are_compressed() {
    let zone = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nm MX 1 x.m\ns SRV 1 2 3 x.s\nd DNAME x.e.\n";
    let image = image(&[Source::Zone(zone)]);
    let len = |words: &str| {
        let question = Question::read(words);
        let (_, reply) = ask_with(&image, &question, &Policy::default(), &Overrides::NONE, 0);
        let message = dns_wire::Message::parse(&reply).unwrap();
        let rdata = message.answers().next().unwrap().unwrap().rdata;
        rdata.octets().len()
    };
    assert_eq!(len("m.e. MX"), 2 + 2 + 2, "preference, label, pointer");
    assert_eq!(len("s.e. SRV"), 6 + 2 + 2 + 2 + 1, "three numbers and x.s.e.");
    assert_eq!(len("d.e. DNAME"), 2 + 2 + 1, "x.e.");
}

/// Checklist 60 (RFC 5155 §7.2.9): the hash of a name that is not there is that of a name that is. The chain lies
/// here, since no two names are known that would do.
#[test]
fn line_60_collision_is_servfail() {
    let zone = "$ORIGIN example.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ NSEC3PARAM 1 0 12 aabbccdd\n\
        0p9mhaveqvm6t7vbl5lop2u3t2rp3tom NSEC3 1 0 12 aabbccdd 35mthgpgcu1qg68fab165klnsnk3dpvl NS SOA\n\
        35mthgpgcu1qg68fab165klnsnk3dpvl NSEC3 1 0 12 aabbccdd 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n";
    let image = image(&[Source::Zone(zone)]);
    // 35mt... is the hash of a.example.
    let shown = ask(&image, "a.example. A do");
    assert_eq!((shown.status.as_str(), shown.authority.len()), ("SERVFAIL edns do", 0));
    assert_eq!(ask(&image, "a.example. A").status, "NXDOMAIN aa");
    assert_eq!(ask(&image, "b.example. A do").status, "NXDOMAIN aa edns do");
}

/// Checklist 16: the owner of a DNAME has addresses like any other name (RFC 6672 §2.3), what is below has none.
#[test]
fn line_16_a_target_that_owns_a_dname() {
    let zone = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS d\n@ MX 1 d\n@ MX 2 x.d\nd DNAME w\nd A 192.0.2.1\nx.d A 192.0.2.2\n";
    let image = image(&[Source::Zone(zone)]);
    for rtype in ["MX", "NS"] {
        assert_eq!(ask(&image, &format!("e. {rtype}")).additional, ["d.e. 60 A 192.0.2.1"]);
    }
}

/// Checklist 63 (RFC 6891 §6.1.4, RFC 8906 §8): flags and options that nobody knows are passed over.
#[test]
fn line_63_unknown_flags_and_options() {
    let image = big();
    let mut query = Question::read("ns.e. A nsid").to_wire();
    let end = query.len();
    query[end - 4..].copy_from_slice(&[0xfd, 0xe8, 0, 0]);
    query[end - 8] = 0x7f;
    let (_, reply) = answer(&image, &query).unwrap();
    assert_eq!(Shown::of(&reply).status, "NOERROR aa edns");
    let message = dns_wire::Message::parse(&reply).unwrap();
    assert_eq!(message.edns().unwrap().unwrap().options().count(), 0);
    // The bit of the header that is still free (RFC 1035 §4.1.1: Z).
    let mut query = Question::read("ns.e. A").to_wire();
    query[3] |= 0x40;
    assert_eq!(Shown::of(&answer(&image, &query).unwrap().1).status, "NOERROR aa");
}

/// RFC 9609 §4.1: who primes with the root's NS gets the addresses, which are glue below `net.`.
#[test]
fn name_servers_come_with_their_addresses() {
    let root = "$TTL 60\n. SOA a.root.net. h. 1 2 3 4 5\n. NS a.root.net.\n. NS b.root.net.\nnet. NS a.gtld.net.\n\
        a.gtld.net. A 192.0.2.9\na.root.net. A 192.0.2.1\na.root.net. AAAA 2001:db8::1\nb.root.net. A 192.0.2.2\n\
        e. NS ns.e.\ne. NS ns.d.e.\ne. NS ns.x.\nns.e. A 192.0.2.7\nns.d.e. A 192.0.2.8\nx. DNAME y.\nns.x. A 192.0.2.5\n\
        m. MX 1 a.gtld.net.\nq. MX 0 .\nq. A 192.0.2.6\n";
    let child = "$ORIGIN e.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ NS ns.d\n@ NS ns.x.\nns A 192.0.2.77\n";
    let image = image(&[Source::Zone(root), Source::Zone(child)]);
    let addresses = [
        "a.root.net. 60 A 192.0.2.1",
        "a.root.net. 60 AAAA 2001:db8::1",
        "b.root.net. 60 A 192.0.2.2",
    ];
    assert_eq!(ask(&image, ". NS").additional, addresses);
    assert_eq!(ask(&image, ". NS do size=1232").additional, addresses);
    assert_eq!(ask(&image, "e. NS").additional, ["ns.e. 60 A 192.0.2.77"]);
    assert_eq!(ask(&image, "m. MX").additional, [""; 0], "glue is for name servers");
    assert_eq!(ask(&image, "q. MX").additional, [""; 0], "no mail (RFC 7505)");
}

#[test]
fn no_nsid_no_option() {
    let image = big();
    for (nsid, octets) in [(&b""[..], 0), (b"s", 5)] {
        let policy = Policy { nsid, ..Policy::default() };
        let len = |words: &str| {
            ask_with(&image, &Question::read(words), &policy, &Overrides::NONE, 0).1.len()
        };
        assert_eq!(len("ns.e. A nsid"), len("ns.e. A edns") + octets);
    }
}

#[test]
fn any_buffer_will_do() {
    let image = big();
    for words in [
        "many.e. A do ecs=10.1.2.0/24",
        "www.sub.e. A",
        "x.e. A do",
        "e. A version=1",
        "e. A opcode=2",
    ] {
        let query = Question::read(words).to_wire();
        for size in 0..1300 {
            let mut out = vec![0; size];
            for transport in [Transport::Datagram, Transport::Stream] {
                let client = Client { transport, ..Client::default() };
                match image.store().answer(
                    &query,
                    &client,
                    &Policy::default(),
                    &Overrides::NONE,
                    0,
                    &mut out,
                ) {
                    Ok(answered) => drop(Shown::of(&out[..answered.len])),
                    Err(dropped) => {
                        assert_eq!(dropped, Dropped::Buffer);
                        assert!(size < 512, "{size}");
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Whatever comes in, what goes out is a message.
    #[test]
    fn anything_gets_a_message_or_nothing(mut octets in prop::collection::vec(any::<u8>(), 0..80), shaped: bool) {
        static IMAGE: std::sync::LazyLock<Image<Vec<u8>>> = std::sync::LazyLock::new(big);
        let image = &*IMAGE;
        if shaped && octets.len() > 12 {
            octets[2] &= 0x07;
            octets[4..12].copy_from_slice(&[0, 1, 0, 0, 0, 0, 0, 1]);
        }
        if let Ok((_, reply)) = answer(image, &octets) {
            prop_assert_eq!(&reply[..2], &octets[..2]);
            Shown::of(&reply);
        }
    }
}

#[test]
fn locations_have_names_and_numbers() {
    let image = image(&[Source::Map("", "10.0.0.0/8 b\n11.0.0.0/8 a\n")]);
    let store = image.store();
    assert_eq!(store.location_count(), 3);
    assert_eq!(store.find_location(b""), Some(Location::DEFAULT));
    assert_eq!(store.find_location(b"a"), Some(Location(1)));
    assert_eq!(store.location_name(Location(2)), Some(&b"b"[..]));
    assert_eq!(store.location_name(Location(3)), None);
    assert_eq!(store.find_location(b"c"), None);
    assert!(compile(CompileOptions::default(), &[]).is_ok());
}
