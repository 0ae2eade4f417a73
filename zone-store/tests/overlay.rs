//! Overlays: an image under the overlay of a delta answers as the image that the delta makes, octet for octet.

mod common;
mod edits;
mod places;
mod shapes;
mod signer;

use std::collections::BTreeSet;

use common::{Question, Source, compile};
use edits::{HEAD, build, line, site};
use places::{NAMES, World, question, world};
use proptest::prelude::*;
use signer::{APEX, Denial, Rows, Signed, denial, row};
use zone_store::{
    AnyPolicy, Combine, CompileOptions, Delta, DeltaError, Image, Location, Overlay, OverrideTable,
    Overrides, Policy,
};

/// Asks all questions, in all policies, of the old image under an overlay and of the new one.
#[track_caller]
fn agree(old: &Image<Vec<u8>>, new: &Image<Vec<u8>>, questions: &[String]) {
    let delta = Delta::between(old, new).unwrap();
    let overlay = Overlay::new(old, &delta).unwrap();
    assert_eq!((overlay.base(), overlay.result()), (old.digest(), new.digest()));
    let under = old.overlaid(&overlay).unwrap();
    let store = new.store();
    let policies = [
        Policy::default(),
        Policy { any: AnyPolicy::All, minimal: true, max_weighted: 3, ..Policy::default() },
        Policy { any: AnyPolicy::Hinfo, sticky: Some(7), max_hops: 3, ..Policy::default() },
    ];
    assert_eq!(under.is_override(), store.is_override());
    let drained = |find: &dyn Fn(&[u8]) -> Option<Location>| {
        let mut table = OverrideTable::default();
        if let (Some(from), Some(to)) = (find(b"oslo"), find(b"lima")) {
            table.drain(from, &[(to, 1)]).unwrap();
        }
        table
    };
    let tables =
        [drained(&|name| under.find_location(name)), drained(&|name| store.find_location(name))];
    // A location that is no more has no number any more; its name keeps its meaning while the old one is told.
    for image in [old, new] {
        for number in 0..image.store().location_count() {
            let name = image.store().location_name(Location(number)).unwrap();
            let found = under.find_location(name);
            assert_eq!(found.is_some(), store.find_location(name).is_some());
            assert!(found.is_none_or(|found| under.location_name(found) == Some(name)));
        }
    }
    let mut out = [vec![0; 65_535], vec![0; 65_535]];
    for words in questions {
        let question = Question::read(words);
        let (query, client) = (question.to_wire(), question.client());
        for (number, policy) in (0u64..).zip(&policies) {
            for drains in [false, true] {
                let overrides = [0, 1].map(|at| match drains {
                    true => tables[at].as_overrides(),
                    false => Overrides::NONE,
                });
                let [a, b] = &mut out;
                let random = number * 5 + 3;
                let got = under.answer(&query, &client, policy, &overrides[0], random, a).unwrap();
                let want = store.answer(&query, &client, policy, &overrides[1], random, b).unwrap();
                let place = |name: Option<&[u8]>| name.map(|name| name.escape_ascii().to_string());
                let named = |l: Option<Location>, of: &dyn Fn(Location) -> Option<Vec<u8>>| {
                    l.map(|l| of(l).expect("a name"))
                };
                let got_at = named(got.location, &|l| under.location_name(l).map(<[u8]>::to_vec));
                let want_at = named(want.location, &|l| store.location_name(l).map(<[u8]>::to_vec));
                assert_eq!(place(got_at.as_deref()), place(want_at.as_deref()), "{words}");
                assert_eq!(got.scope, want.scope, "{words}");
                if a[..got.len] != b[..want.len] {
                    let shown = [&a[..got.len], &b[..want.len]].map(common::Shown::of);
                    panic!("{words}: {shown:#?}");
                }
                assert_eq!(got.rcode, want.rcode, "{words}");
            }
        }
    }
}

/// Questions for all that is in either image, beside it and below it.
fn questions(images: [&Image<Vec<u8>>; 2]) -> Vec<String> {
    let mut names = BTreeSet::from(["g.".to_owned(), ".".to_owned()]);
    for image in images {
        for name in image.store().zones().flat_map(|zone| zone.names()) {
            let name = name.to_string();
            for beside in ["", "a.", "zz.", "*.", "c-d.b."] {
                names.insert(format!("{beside}{name}").replace("..", "."));
            }
        }
    }
    let mut all = Vec::new();
    for (number, name) in names.into_iter().enumerate() {
        for rtype in ["A", "TXT", "NS", "DS", "SOA", "ANY", "CNAME", "DNAME", "NSEC"] {
            all.push(format!("{name} {rtype} tcp do"));
        }
        all.push(format!("{name} MX size=512 do"));
        all.push(format!("{name} A ecs=10.{}.0.0/{}", number % 2, 8 + number % 25));
        all.push(format!("{name} AAAA ecs=2001:db8::/{} from=10.1.0.9", number % 60));
        all.push(format!("{name} A from=10.0.64.{}", number % 256));
    }
    all
}

#[track_caller]
fn agree_both_ways(old: &Image<Vec<u8>>, new: &Image<Vec<u8>>) {
    let questions = questions([old, new]);
    agree(old, new, &questions);
    agree(new, old, &questions);
}

/// Two zone texts below the usual apex.
#[track_caller]
fn zones_agree(old: &str, new: &str) {
    let image = |text: &str| site(&format!("{HEAD}{text}"), "").expect("compiles");
    agree_both_ways(&image(old), &image(new));
}

#[test]
fn the_last_name_below_an_empty_non_terminal() {
    zones_agree("a.b.c.e. 60 A 192.0.2.1\n", "");
    zones_agree("a.b.c.e. 60 A 192.0.2.1\nb.c.e. 60 A 192.0.2.1\n", "b.c.e. 60 TXT \"t\"\n");
    zones_agree("a.c.e. 60 A 192.0.2.1\nc.e. 60 A 192.0.2.1\n", "a.c.e. 60 A 192.0.2.1\n");
    zones_agree("a.c.e. 60 A 192.0.2.1\nb.c.e. 60 A 192.0.2.1\n", "b.c.e. 60 A 192.0.2.1\n");
    zones_agree("a.b.c.e. 60 A 192.0.2.1\n", "x.b.c.e. 60 A 192.0.2.1\n");
}

#[test]
fn delegations_and_dnames_come_and_go() {
    let glue = "ns.a.e. 60 A 192.0.2.1\nx.y.a.e. 60 A 192.0.2.2\nb.e. 60 A 192.0.2.3\n";
    zones_agree(glue, &format!("{glue}a.e. 60 NS ns.a.e.\n"));
    zones_agree(glue, &format!("{glue}a.e. 60 DNAME b.e.\n"));
    zones_agree(&format!("{glue}a.e. 60 NS ns.a.e.\n"), &format!("{glue}a.e. 60 DNAME b.e.\n"));
    zones_agree(glue, &format!("{glue}y.a.e. 60 NS ns.a.e.\n"));
    zones_agree(glue, "a.e. 60 NS ns.a.e.\nns.a.e. 60 A 192.0.2.9\nb.e. 60 A 192.0.2.3\n");
    // At the apex, all names are below it.
    zones_agree(glue, &format!("{glue}e. 60 DNAME f.\n"));
}

#[test]
fn wildcards_come_and_go() {
    let name = "a.e. 60 A 192.0.2.1\n";
    zones_agree(name, &format!("{name}*.a.e. 60 A 192.0.2.2\n"));
    zones_agree(name, &format!("{name}*.e. 60 CNAME a.e.\n"));
    // As an empty non-terminal.
    zones_agree(name, &format!("{name}x.*.e. 60 TXT \"t\"\n"));
    // The wildcard stays, its neighbours change.
    zones_agree("*.e. 60 A 192.0.2.1\n", &format!("*.e. 60 A 192.0.2.1\n{name}"));
}

#[test]
fn sets_that_many_names_share() {
    let shared = |names: &[&str]| -> String {
        names
            .iter()
            .map(|n| format!("{n}.e. 60 TXT \"a text that is there at many names\"\n"))
            .collect()
    };
    zones_agree(&shared(&["a", "b", "c"]), &shared(&["a", "d"]));
    zones_agree(&shared(&["a"]), &shared(&["a", "b", "c"]));
}

#[test]
fn zones_come_and_go() {
    let zone = |apex: &str| HEAD.replace("e.", apex) + &format!("a.{apex} 60 A 192.0.2.7\n");
    let image = |apexes: &[&str]| {
        site(&apexes.iter().map(|apex| zone(apex)).collect::<String>(), "").unwrap()
    };
    agree_both_ways(&image(&["e."]), &image(&["e.", "f.", "sub.e."]));
    agree_both_ways(&image(&["e.", "f."]), &image(&["a.e.", "f.", "g."]));
    agree_both_ways(&image(&[]), &image(&["e.", "f."]));
    agree_both_ways(&image(&["e."]), &image(&["f."]));
}

/// Clients of each of these networks ask for the name, as resolvers and by client subnet.
#[track_caller]
fn lines_agree(old: &str, new: &str) {
    let [old, new] = [old, new].map(|lines| site(HEAD, lines).expect("compiles"));
    let mut questions = Vec::new();
    for address in [
        "9.255.255.255",
        "10.0.0.1",
        "10.1.0.1",
        "10.1.128.1",
        "10.2.3.4",
        "11.0.0.1",
        "255.255.255.255",
    ] {
        for name in ["b.e.", "x.b.e.", "c.e."] {
            questions.push(format!("{name} A from={address}"));
            for len in [0, 7, 8, 9, 15, 16, 17, 24, 32] {
                questions.push(format!("{name} A ecs={address}/{len}"));
            }
        }
    }
    agree(&old, &new, &questions);
    agree(&new, &old, &questions);
}

const ROWS: &str = "+b.e:192.0.2.1:60\n+b.e:192.0.2.2:60::oslo:2\n+*.b.e:192.0.2.3:60\n+*.b.e:192.0.2.4:60::lima\n\
    +c.e:192.0.2.5:60::oslo:1\n8b.e:m\nM*.b.e:m\n%lima:10.0.0.0/8:m\n";

#[test]
fn locations_come_and_go() {
    // One that sorts before those there are: its number is the last, rows are found by number.
    let more = "+b.e:192.0.2.9:60::alta:3\n+c.e:192.0.2.8:60::alta\n%alta:10.1.0.0/16:m\n";
    lines_agree(ROWS, &format!("{ROWS}%oslo:10.2.0.0/16:m\n{more}"));
    lines_agree(&format!("{ROWS}{more}"), &ROWS.replace("oslo", "umea"));
}

#[test]
fn ranges_join_and_covers_go() {
    let map = |prefixes: &[&str]| {
        ROWS.to_owned() + &prefixes.iter().map(|p| format!("%{p}:m\n")).collect::<String>()
    };
    let (left, right) = ("oslo:10.1.0.0/17", "oslo:10.1.128.0/17");
    // What moves becomes one range with its neighbours, on either side and on both.
    lines_agree(&map(&[left]), &map(&[left, right]));
    lines_agree(&map(&[right]), &map(&[left, right]));
    lines_agree(&map(&["lima:10.1.0.0/16"]), &map(&["oslo:10.1.0.0/16"]));
    lines_agree(&map(&["oslo:9.0.0.0/8", "oslo:11.0.0.0/8"]), &map(&["oslo:9.0.0.0/8"]));
    // A short client subnet is answered by the prefix that holds others, while it is one.
    lines_agree(&map(&["oslo:10.1.0.0/16", "lima:10.1.0.0/17"]), &map(&["oslo:10.1.0.0/16"]));
    lines_agree(&map(&["oslo:10.1.0.0/16", "umea:10.1.0.0/17"]), &map(&["lima:10.1.0.0/16"]));
    lines_agree(&map(&["oslo:0.0.0.0/0"]), &map(&["umea:0.0.0.0/0"]));
}

#[test]
fn maps_and_bindings_come_and_go() {
    lines_agree(ROWS, &ROWS.replace(":m\n", ":n\n"));
    lines_agree(ROWS, &ROWS.replace("8b.e:m\n", "").replace("M*.b.e:m", "M*.e:m"));
    lines_agree(ROWS, &format!("{ROWS}%oslo:10.1.0.0/16:\n8c.e:m\n"));
    lines_agree(&ROWS.replace(":m\n", ":\n"), ROWS);
    lines_agree("+b.e:192.0.2.1:60\n", ROWS);
}

#[test]
fn an_overlay_is_for_one_image() {
    let old = site(HEAD, "").unwrap();
    let new = site(&format!("{HEAD}x.e. 60 A 192.0.2.1\n"), "").unwrap();
    let delta = Delta::between(&old, &new).unwrap();
    let wrong = DeltaError::WrongBase { made_for: old.digest(), given: new.digest() };
    assert_eq!(Overlay::new(&new, &delta).err(), Some(wrong));
    assert!(new.overlaid(&Overlay::new(&old, &delta).unwrap()).is_none());
}

/// The zone of these rows with its chain and signatures, as far as the compiler takes them.
fn sign(rows: &[(String, &'static str, String)], denial: Denial) -> Image<Vec<u8>> {
    let mut kept: Rows = vec![
        (APEX.into(), "SOA", "ns.e. h.e. 1 2 3 4 5".into()),
        (APEX.into(), "NS", "ns.e.".into()),
    ];
    let text =
        |rows: &Rows| rows.iter().map(|(n, t, r)| format!("{n} 60 {t} {r}\n")).collect::<String>();
    for row in rows {
        let delegated = kept.iter().any(|(owner, t, _)| *owner == row.0 && *t == "NS");
        if kept.contains(row) || (row.1 == "DS" && (!delegated || row.0 == APEX)) {
            continue;
        }
        kept.push(row.clone());
        if compile(CompileOptions::default(), &[Source::Zone(&text(&kept))]).is_err() {
            kept.pop();
        }
    }
    let zone = Signed::new(&kept, denial);
    let source = format!("{}{}", text(&kept), zone.text());
    let compiled = compile(CompileOptions::default(), &[Source::Zone(&source)]).unwrap();
    Image::open(compiled.image).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn edited_sources_agree(
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::option::weighted(0.7, line())), 1..40),
        last in 1usize..12,
    ) {
        let mut lines: Vec<(bool, String)> = Vec::new();
        let mut old = build(&mut lines);
        let before = edits.len().saturating_sub(last);
        for (number, (at, edit)) in edits.iter().enumerate() {
            if number == before {
                old = build(&mut lines);
            }
            match edit {
                Some(line) => lines.push(line.clone()),
                None if !lines.is_empty() => drop(lines.remove(at.index(lines.len()))),
                None => {}
            }
        }
        agree_both_ways(&old, &build(&mut lines));
    }

    /// All awkward shapes at once, in a history of three images: the deltas make them and compose, and each image
    /// looks like each other under their overlay.
    #[test]
    fn shapes_agree(
        lines in prop::collection::vec(shapes::line(), 0..50),
        forms in prop::collection::vec(shapes::form(), 3),
        asked in prop::collection::vec(shapes::question(), 80),
    ) {
        let image = |at: usize| shapes::image(&lines, 1 << at, forms[at]);
        let [a, b, c] = [0, 1, 2].map(image);
        for (from, over, to) in [(&a, &b, &c), (&c, &b, &a), (&b, &a, &b), (&a, &c, &b)] {
            let [first, second, whole] = [(from, over), (over, to), (from, to)]
                .map(|(old, new)| Delta::between(old, new).unwrap());
            let made = whole.apply(from).unwrap();
            prop_assert_eq!(made.as_bytes(), to.as_bytes());
            prop_assert_eq!(first.then(&second, from).unwrap().to_bytes(), whole.to_bytes());
            agree(from, to, &asked);
        }
    }

    #[test]
    fn signed_zones_agree(
        rows in prop::collection::vec(row(), 0..12),
        kept in prop::collection::vec(any::<bool>(), 12),
        more in prop::collection::vec(row(), 0..5),
        denial in denial(),
        resigned in prop::option::weighted(0.2, denial()),
    ) {
        let old = sign(&rows, denial);
        let rows = rows.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(row, _)| row);
        let new = sign(&rows.chain(more).collect::<Vec<_>>(), resigned.unwrap_or(denial));
        agree_both_ways(&old, &new);
    }

    #[test]
    fn worlds_agree(
        worlds in (world(), world()),
        // Of each map of the new world, whether it is the old one's, the new one's, or the old one's with a few
        // prefixes of the new.
        mixed in prop::collection::vec((0u8..3, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 3),
        kept in (any::<bool>(), any::<bool>()),
        combine in prop::collection::vec(prop_oneof![3 => Just(Combine::Union), 1 => Just(Combine::Override)], 2),
        asked in prop::collection::vec(question(), 60),
    ) {
        let (old, mut new) = worlds;
        for ((map, before), (how, from, count)) in new.maps.iter_mut().zip(&old.maps).zip(mixed) {
            if how == 0 {
                continue;
            }
            let mut edited = before.clone();
            if how == 2 {
                for (own, other) in [(&mut edited.v4, &map.v4), (&mut edited.v6, &map.v6)] {
                    let at = from.index(own.len() + 1);
                    own.drain(at..(at + count.index(3)).min(own.len()));
                    for prefix in other.iter().take(count.index(4)) {
                        own.retain(|known| (known.0, known.1) != (prefix.0, prefix.1));
                        own.push(*prefix);
                    }
                }
            }
            *map = edited;
        }
        let World { rows, binds, .. } = old.clone();
        if kept.0 {
            new.rows = rows;
        }
        if kept.1 {
            new.binds = binds;
        }
        let questions: Vec<String> = asked.into_iter().map(|(name, resolver, subnet)| {
            let mut words = format!("{} TXT from={resolver}", NAMES[name]);
            if let Some((address, source)) = subnet {
                words.push_str(&format!(" ecs={address}/{source}"));
            }
            words
        }).collect();
        let (old, new) = (old.compile(combine[0]).0, new.compile(combine[1]).0);
        agree(&old, &new, &questions);
        agree(&new, &old, &questions);
    }
}
