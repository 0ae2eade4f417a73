//! Deltas: what leads from one image to another leads to that image, octet for octet.

mod common;
mod edits;
mod places;

use common::{Source, compile};
use edits::{HEAD, build, line, site};
use places::world;
use proptest::prelude::*;
use zone_store::text;
use zone_store::{Change, Combine, CompileOptions, Delta, DeltaError, Image, MapForm};

/// The data lines of all that is in an image with no zone in another.
fn lines(image: &Image<Vec<u8>>) -> String {
    let mut text = String::new();
    let store = image.store();
    for zone in store.zones() {
        text::image::zone_lines(&store, &zone, &mut |line| text.push_str(line));
    }
    text::image::map_lines(&store, &mut |line| text.push_str(line));
    text
}

/// From text to an image and back: the data lines make the very image that they were written from.
#[test]
fn text_image_text() {
    // Every vector of dns-wire that can be data, each at a name of its own.
    let vectors = include_str!("../../dns-wire/tests/vectors/rdata.tsv");
    let mut types = std::collections::BTreeSet::new();
    let mut zone = String::new();
    for (number, row) in vectors.lines().filter(|row| !row.starts_with('#')).enumerate() {
        let mut cells = row.split('\t');
        let (rtype, data) = (cells.next().unwrap(), cells.next().unwrap_or_default());
        let line = format!("t{number}.e. 60 {rtype} {data}\n");
        if site(&format!("{HEAD}{line}"), "").is_some() {
            types.insert(rtype);
            zone += &line;
        }
    }
    assert!(types.len() > 75, "{} types: {types:?}", types.len());
    let data = "%a,10.0.0.0/8,m\n%b,10.1.0.0/16,m\n%a,10.1.7.0/24,m\n%c,2001:db8::/32,m\n%d,0.0.0.0/0\n8www.e:m\nM*.e:m\n\
        +x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::a:4\n+x.e:192.0.2.3:60::b\n'x.e:located:60::c\n'x.e:for all:60\n";
    let image = site(&format!("{HEAD}{zone}"), data).unwrap();
    let text = lines(&image);
    let again = site("", &text).unwrap();
    assert_eq!(lines(&again), text);
    assert_eq!(again.as_bytes(), image.as_bytes());
    // Prefixes of which no address is left to them: they still answer for who tells no more of an address.
    for map in [
        "%b,20.0.0.0/8\n%a,20.0.0.0/9\n%a,20.128.0.0/9\n",
        "%a,20.0.0.0/8\n%b,20.0.0.0/10\n%a,20.0.0.0/11\n%a,20.32.0.0/11\n",
        "%b,20.0.0.0/8\n%b,20.0.0.0/9\n%a,20.0.0.0/10\n%a,20.64.0.0/10\n%a,20.128.0.0/9\n%c,::/1\n%d,::/2\n%d,4000::/2\n",
    ] {
        let image = site(HEAD, map).unwrap();
        assert_eq!(site("", &lines(&image)).unwrap().as_bytes(), image.as_bytes(), "{map}");
    }
    // As a master file too, for what has no location.
    let plain = site(&format!("{HEAD}{zone}"), "").unwrap();
    let master: String = plain
        .store()
        .zones()
        .flat_map(|zone| zone.records())
        .map(|r| {
            format!(
                "{} {} IN {} {}\n",
                r.owner,
                r.ttl,
                r.rtype,
                dns_wire::rdata::display(r.rtype, r.rdata)
            )
        })
        .collect();
    assert_eq!(site(&master, "").unwrap().as_bytes(), plain.as_bytes());
}

/// The delta, after a check that it leads from the one image to the other.
#[track_caller]
fn leads(old: &Image<Vec<u8>>, new: &Image<Vec<u8>>) -> Vec<u8> {
    let delta = Delta::between(old, new).unwrap();
    let octets = delta.to_bytes();
    let read = Delta::read(&octets).unwrap();
    assert_eq!(read, delta);
    let made = read.apply(old).unwrap();
    assert_eq!(made.as_bytes(), new.as_bytes());
    assert_eq!((read.base(), read.result()), (old.digest(), new.digest()));
    octets
}

#[test]
fn records_come_and_go() {
    let old = site(&format!("{HEAD}a.b.e. 60 A 192.0.2.1\nx.e. 60 A 192.0.2.1\n"), "").unwrap();
    let new = site(
        &format!("{HEAD}a.b.e. 60 A 192.0.2.1\na.b.e. 60 A 192.0.2.2\ny.z.e. 9 TXT \"t\"\n"),
        "",
    )
    .unwrap();
    let octets = leads(&old, &new);
    assert!(octets.len() < 200, "{}", octets.len());
    let delta = Delta::read(&octets).unwrap();
    let [zone] = delta.zones() else { panic!() };
    let told: Vec<String> = zone
        .records()
        .map(|r| {
            format!(
                "{} {} {} {}",
                r.is_added,
                r.owner,
                r.ttl,
                dns_wire::rdata::display(r.rtype, r.rdata)
            )
        })
        .collect();
    assert_eq!(
        told,
        ["true a.b.e. 60 192.0.2.2", "false x.e. 60 192.0.2.1", "true y.z.e. 9 \"t\""]
    );
    leads(&new, &old);
    assert!(Delta::between(&old, &old).unwrap().zones().is_empty());
}

/// The delta of a whole history is that of its first image and its last, to the octet.
#[track_caller]
fn compose(images: &[&Image<Vec<u8>>]) {
    let first = images[0];
    let mut delta = Delta::between(first, images[1]).unwrap();
    for pair in images[1..].windows(2) {
        let next = Delta::between(pair[0], pair[1]).unwrap();
        delta = delta.then(&next, first).unwrap();
    }
    let whole = Delta::between(first, images[images.len() - 1]).unwrap();
    assert_eq!(delta, whole);
    assert_eq!(delta.to_bytes(), whole.to_bytes());
}

#[test]
fn deltas_compose() {
    let zone = |text: &str| format!("{HEAD}{text}");
    let other = HEAD.replace("e.", "f.");
    let map = "%a:10.0.0.0/8:m\n%b:10.1.0.0/16:m\n%a,10.1.7.0/24,m\n8www.e:m\n";
    let moved = "%a:10.0.0.0/8:m\n%c:10.1.0.0/17:m\n%c,2001:db8::/32,m\n8*.e:m\n";
    let plain = site(HEAD, "").unwrap();
    let images = [
        site(&zone("x.e. 60 A 192.0.2.1\n"), map).unwrap(),
        site(&zone(&format!("y.e. 60 A 192.0.2.1\n{other}")), moved).unwrap(),
        site(&other, "").unwrap(),
        site(&zone(&format!("x.e. 60 A 192.0.2.2\n{other}x.f. 9 TXT \"t\"\n")), map).unwrap(),
    ];
    let [a, b, c, d] = images.each_ref();
    // Zones and maps that go and come again, as they were and as others.
    for history in [[a, b, c], [a, c, a], [a, c, d], [b, c, b], [c, a, c], [d, c, b], [a, b, a]] {
        compose(&history);
    }
    compose(&[a, b, c, d, a, &plain, b]);
    let (ab, cd) = (Delta::between(a, b).unwrap(), Delta::between(c, d).unwrap());
    let wrong = DeltaError::WrongBase { made_for: c.digest(), given: b.digest() };
    assert_eq!(ab.then(&cd, a).err(), Some(wrong));
    let wrong = DeltaError::WrongBase { made_for: a.digest(), given: b.digest() };
    assert_eq!(ab.then(&cd, b).err(), Some(wrong));
}

#[test]
fn zones_come_and_go() {
    let other = HEAD.replace("e.", "f.");
    let one = site(HEAD, "").unwrap();
    let two = site(&format!("{HEAD}{other}"), "").unwrap();
    let octets = leads(&one, &two);
    assert_eq!(Delta::read(&octets).unwrap().zones()[0].change(), Change::Added);
    leads(&two, &one);
    let none = site("", "").unwrap();
    leads(&none, &two);
    leads(&two, &none);
}

#[test]
fn maps_locations_and_bindings() {
    let old = site(
        HEAD,
        "%a:10.0.0.0/8:m\n%b:10.1.0.0/16:m\n8www.e:m\n+x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::a:4\n",
    )
    .unwrap();
    let new = site(HEAD, "%a:10.0.0.0/8:m\n%c:10.1.0.0/17:m\n%c,2001:db8::/32,m\n8www.e:n\n%a:11.0.0.0/8:n\nM*.e:m\n+x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::c:4\n").unwrap();
    let octets = leads(&old, &new);
    let delta = Delta::read(&octets).unwrap();
    assert_eq!(delta.locations(), (&[&b"b"[..]][..], &[&b"c"[..]][..]));
    let moved: Vec<String> = delta.maps()[0]
        .ranges()
        .map(|r| {
            let name =
                |id: Option<&[u8]>| id.map_or("-".into(), |id| id.escape_ascii().to_string());
            format!("{} {} {} {}", r.first, r.last, name(r.from), name(r.to))
        })
        .collect();
    assert_eq!(moved[0], "10.1.0.0 10.1.127.255 b c");
    assert_eq!(moved[1], "10.1.128.0 10.1.255.255 b a");
    leads(&new, &old);
    // Up to the last address of each family.
    let all = site(HEAD, "%a,0.0.0.0/0,m\n%a,::/0,m\n8e:m\n").unwrap();
    let other = site(HEAD, "%b,0.0.0.0/0,m\n%b,::/0,m\n8e:m\n").unwrap();
    leads(&all, &other);
    leads(&all, &site(HEAD, "%a,0.0.0.0/1,m\n%a,::/1,m\n8e:m\n").unwrap());
}

#[test]
fn signed_zones() {
    let nsec3 = |hash: &str| {
        format!(
            "{hash}.e. 60 NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n{hash}.e. 60 RRSIG NSEC3 13 2 60 20300101000000 20200101000000 1 e. QUFB\n"
        )
    };
    let params = "e. 60 NSEC3PARAM 1 0 0 -\ne. 60 DNSKEY 257 3 13 AAAA\n";
    let first = nsec3("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom");
    let second = nsec3("35mthgpgcu1qg68fab165klnsnk3dpvl");
    let plain = site(HEAD, "").unwrap();
    let one = site(&format!("{HEAD}{params}{first}"), "").unwrap();
    let both = site(&format!("{HEAD}{params}{first}{second}"), "").unwrap();
    leads(&plain, &one);
    leads(&one, &both);
    leads(&both, &plain);
    let salted = params.replace("0 0 -", "0 1 ab");
    leads(&one, &site(&format!("{HEAD}{salted}"), "").unwrap());
    let nsec =
        site(&format!("{HEAD}e. 60 NSEC a.e. SOA NS NSEC\na.e. 60 NSEC e. NSEC\n"), "").unwrap();
    leads(&plain, &nsec);
    leads(&nsec, &both);
}

/// Groups that names share lie among those of NSEC3 records, in the order in which a compilation comes to them.
#[test]
fn nsec3_among_shared_and_located_groups() {
    let zone = format!(
        "{HEAD}e. 60 NSEC3PARAM 1 0 0 -\n\
         0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.e. 60 NSEC3 1 0 0 - gjeqe526plbf1g8mklp59enfd789njgi A\n\
         gjeqe526plbf1g8mklp59enfd789njgi.e. 60 NSEC3 1 0 0 - 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n"
    );
    let shared = |names: &[&str]| -> String {
        names.iter().map(|n| format!("{n}.e. 60 NS a.name.that.is.long.\n")).collect()
    };
    let located =
        "+b.e:192.0.2.1:60\n+b.e:192.0.2.2:60::oslo\n+z.e:192.0.2.1:60\n+z.e:192.0.2.3:60::oslo\n";
    let plain = site(&zone, "").unwrap();
    let both = site(&(zone.clone() + &shared(&["0", "a", "x"])), "").unwrap();
    leads(&plain, &both);
    leads(&both, &plain);
    leads(&both, &both);
    let at_places = site(&zone, located).unwrap();
    leads(&plain, &at_places);
    leads(&at_places, &both);
    // A name that is the owner of a proof as well.
    let same = site(&(zone + &shared(&["gjeqe526plbf1g8mklp59enfd789njgi", "a"])), "").unwrap();
    leads(&both, &same);
    leads(&same, &plain);
}

#[test]
fn wrong_base_and_damage_are_refused() {
    let old = site(HEAD, "").unwrap();
    let new = site(&format!("{HEAD}x.e. 60 A 192.0.2.1\n"), "").unwrap();
    let octets = leads(&old, &new);
    let delta = Delta::read(&octets).unwrap();
    let wrong = DeltaError::WrongBase { made_for: old.digest(), given: new.digest() };
    assert_eq!(delta.apply(&new).err(), Some(wrong));
    for at in 0..octets.len() {
        let mut bad = octets.clone();
        bad[at] ^= 4;
        // The head too: what it says of the images is told before one of them is there.
        assert!(Delta::read(&bad).is_err(), "{at}");
        assert!(Delta::read(&octets[..at]).is_err());
    }
    assert_eq!(Delta::read(b"no delta").err(), Some(DeltaError::NotADelta));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    /// A history of edits: each delta leads to the very image that a fresh compilation makes.
    #[test]
    fn long_histories_equal_fresh_compilations(
        edits in prop::collection::vec((any::<prop::sample::Index>(), prop::option::weighted(0.7, line())), 1..60),
        step in 1usize..6,
    ) {
        let mut lines: Vec<(bool, String)> = Vec::new();
        let mut image = build(&mut lines);
        let mut history = vec![Image::open(image.as_bytes().to_vec()).unwrap()];
        for edits in edits.chunks(step) {
            for (at, edit) in edits {
                match edit {
                    Some(line) => lines.push(line.clone()),
                    None if !lines.is_empty() => drop(lines.remove(at.index(lines.len()))),
                    None => {}
                }
            }
            let fresh = build(&mut lines);
            let delta = Delta::between(&image, &fresh).unwrap();
            let octets = delta.to_bytes();
            prop_assert_eq!(&Delta::read(&octets).unwrap(), &delta);
            let made = Delta::read(&octets).unwrap().apply(&image).unwrap();
            prop_assert_eq!(made.as_bytes(), fresh.as_bytes(), "{:?}", lines);
            if !lines.iter().any(|l| l.1.starts_with("sub.e. 60 SOA")) {
                let text = self::lines(&made);
                let again = site("", &text).unwrap();
                prop_assert_eq!(again.as_bytes(), made.as_bytes(), "{}", text);
            }
            history.push(Image::open(made.as_bytes().to_vec()).unwrap());
            image = made;
        }
        leads(&history[0], &image);
        leads(&image, &history[0]);
        compose(&history.iter().chain(history.iter().rev()).collect::<Vec<_>>());
        compose(&history.iter().collect::<Vec<_>>());
    }

    /// Maps with prefixes in prefixes, that go and come again.
    #[test]
    fn deltas_of_worlds_compose(
        worlds in (world(), world(), world()),
        combine in prop::collection::vec(prop_oneof![Just(Combine::Union), Just(Combine::Override)], 3),
        mixed in any::<[bool; 3]>(),
    ) {
        let (first, second, mut third) = worlds;
        for ((map, other), mixed) in third.maps.iter_mut().zip(&first.maps).zip(mixed) {
            if mixed {
                *map = other.clone();
            }
        }
        let worlds = [&first, &second, &third].into_iter().zip(combine);
        let images: Vec<_> = worlds.map(|(world, combine)| world.compile(combine).0).collect();
        let [a, b, c] = images.as_slice() else { panic!() };
        for history in [[a, b, c], [a, c, b], [b, a, b], [c, b, a], [a, c, a]] {
            compose(&history);
        }
        leads(a, b);
        leads(a, c);
    }
}

/// What a delta makes has the maps of the image that it was made to, in their form.
#[test]
fn a_delta_knows_the_form_of_maps() {
    let build = |form: MapForm, moved: &str| {
        let mut text: String = (0..4000)
            .map(|i| format!("{}.{}.{}.0/24 p{}\n", i >> 10, (i >> 4) & 63, (i * 3) & 255, i % 5))
            .collect();
        text.push_str(moved);
        let options = CompileOptions { maps: form, ..CompileOptions::default() };
        let sources = [Source::Data(".e:192.0.2.1:a\n8www.e:m\n"), Source::Map("m", &text)];
        Image::open(compile(options, &sources).unwrap().image).unwrap()
    };
    let fast = build(MapForm::Fast, "");
    let small = build(MapForm::Small, "");
    let moved = build(MapForm::Small, "9.9.9.0/24 p3\n2001:db8::/32 p1\n");
    assert!(small.as_bytes().len() * 3 < fast.as_bytes().len() * 2);
    for (old, new) in [(&fast, &small), (&small, &moved), (&moved, &fast), (&small, &fast)] {
        let octets = Delta::between(old, new).unwrap().to_bytes();
        let made = Delta::read(&octets).unwrap().apply(old).unwrap();
        assert!(made.as_bytes() == new.as_bytes());
        assert_eq!(lines(&made), lines(new));
    }
}
