//! Random RDATA of every type, names, options, parameters and bitmaps: from wire to text and back, and from
//! text to wire and back.

mod common;

use common::{rows, unhex};
use dns_wire::edns::{EdnsOption, OptionCode};
use dns_wire::rdata::{self, Rdata, TypeBitmap};
use dns_wire::{Name, NameBuf, RType, TextErrorKind};
use proptest::prelude::*;

/// RDATA of a vector of any type with octets changed, added and taken away: often valid, often nearly so.
fn nearly_valid() -> impl Strategy<Value = (RType, Vec<u8>)> {
    let vectors: Vec<(RType, Vec<u8>)> = rows(include_str!("vectors/rdata.tsv"))
        .into_iter()
        .map(|row| (row[0].parse().unwrap(), unhex(row[2])))
        .collect();
    let changes =
        proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..8), 0..4);
    (proptest::sample::select(vectors), changes).prop_map(|((rtype, mut wire), changes)| {
        for (at, octet, kind) in changes {
            match kind {
                0 => wire.insert(at.index(wire.len() + 1), octet),
                1 if !wire.is_empty() => {
                    wire.remove(at.index(wire.len()));
                }
                _ if !wire.is_empty() => {
                    let at = at.index(wire.len());
                    wire[at] = octet;
                }
                _ => {}
            }
        }
        (rtype, wire)
    })
}

fn read(rtype: RType, text: &str) -> Result<Vec<u8>, dns_wire::TextError> {
    let mut wire = vec![0; 70_000];
    let length = rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut wire)?;
    wire.truncate(length);
    Ok(wire)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn rdata_goes_from_wire_to_text_and_back((rtype, wire) in nearly_valid()) {
        let shown = rdata::display(rtype, &wire).to_string();
        if rdata::validate(rtype, &wire).is_err() {
            prop_assert!(shown.starts_with("\\# "), "{rtype} {shown}");
            prop_assert!(read(rtype, &shown).is_err());
        } else {
            let data = Rdata::flat(&wire).data(rtype).unwrap();
            let mut again = vec![0; wire.len()];
            prop_assert_eq!(data.to_wire(&mut again), Ok(wire.len()));
            prop_assert_eq!(&again, &wire);
            let again = read(rtype, &shown);
            prop_assert!(again == Ok(wire), "{rtype} {shown}: {again:?}");
        }
    }

    /// The text of vectors with characters changed: what is taken is valid, and shown and read again the same.
    #[test]
    fn rdata_goes_from_text_to_wire_and_back(
        row in proptest::sample::select(rows(include_str!("vectors/rdata.tsv"))),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "[ -~]"), 0..3),
    ) {
        let rtype: RType = row[0].parse().unwrap();
        let mut text = row[1].to_string();
        for (at, with) in changes {
            let at = at.index(text.len());
            text.replace_range(at..=at, &with);
        }
        if let Ok(wire) = read(rtype, &text) {
            prop_assert_eq!(rdata::validate(rtype, &wire), Ok(()), "{} {}", rtype, text);
            let shown = rdata::display(rtype, &wire).to_string();
            let again = read(rtype, &shown);
            prop_assert!(again == Ok(wire), "{rtype} {text}: {again:?}");
        }
    }
}

/// Labels of any octets.
fn labels() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let label = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..64),
        "[a-zA-Z0-9-]{1,20}".prop_map(String::into_bytes),
    ];
    proptest::collection::vec(label, 0..8)
}

proptest! {
    #[test]
    fn names_go_both_ways(labels in labels()) {
        let mut name = NameBuf::root();
        let mut length = 1;
        for label in &labels {
            length += label.len() + 1;
            prop_assert_eq!(name.push_label(label), length <= 255);
            if length > 255 {
                return Ok(());
            }
        }
        let wire = name.as_name().as_wire().to_vec();
        prop_assert_eq!(Name::from_wire(&wire), Ok(name.as_name()));
        let text = name.to_string();
        let again = NameBuf::from_text(text.as_bytes(), None).unwrap();
        prop_assert_eq!(again.as_name().as_wire(), &wire[..], "{}", text);
        prop_assert!(again.as_name().labels().map(|label| label.octets().to_vec()).eq(labels));
        // Relative, the same labels under an origin.
        if let Some(relative) = text.strip_suffix('.').filter(|relative| !relative.is_empty() && length < 250) {
            let origin = NameBuf::from_text(b"o.p.", None).unwrap();
            let under = NameBuf::from_text(relative.as_bytes(), Some(origin.as_name())).unwrap();
            prop_assert_eq!(under.to_string(), format!("{text}o.p."));
            let refused = NameBuf::from_text(relative.as_bytes(), None).unwrap_err();
            prop_assert_eq!(refused.kind, TextErrorKind::NoOrigin);
        }
    }

    #[test]
    fn bitmaps_go_both_ways(types in proptest::collection::btree_set(any::<u16>(), 0..60)) {
        let text: Vec<String> = types.iter().rev().map(|number| RType(*number).to_string()).collect();
        let wire = read(RType::NSEC, &format!("a. {}", text.join(" "))).unwrap();
        let bitmap = TypeBitmap::from_wire(&wire[3..]).unwrap();
        prop_assert!(bitmap.iter().map(|rtype| rtype.0).eq(types.iter().copied()));
        for number in [0, 1, 255, 256, 32768, 65535] {
            prop_assert_eq!(bitmap.contains(RType(number)), types.contains(&number));
        }
    }

    /// Parameters in any order come out sorted, whatever their octets.
    #[test]
    fn parameters_go_both_ways(
        values in proptest::collection::btree_map(13u16..65535, proptest::collection::vec(any::<u8>(), 0..40), 0..8),
        alpn in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..20), 0..4),
    ) {
        let mut wire = vec![0, 1, 0];
        if !alpn.is_empty() {
            let list: Vec<u8> =
                alpn.iter().flat_map(|id| [&[id.len() as u8][..], id].concat()).collect();
            wire.extend([0, 1]);
            wire.extend((list.len() as u16).to_be_bytes());
            wire.extend(list);
        }
        for (key, value) in &values {
            wire.extend(key.to_be_bytes());
            wire.extend((value.len() as u16).to_be_bytes());
            wire.extend(value);
        }
        prop_assert_eq!(rdata::validate(RType::SVCB, &wire), Ok(()));
        let shown = rdata::display(RType::SVCB, &wire).to_string();
        prop_assert_eq!(&read(RType::SVCB, &shown).unwrap(), &wire, "{}", shown);
        // The same fields, last first.
        let fields: Vec<_> = rdata::split(shown.as_bytes()).collect();
        let parameters = fields[2..].iter().rev();
        let turned = fields[..2].iter().chain(parameters).copied();
        let mut again = vec![0; 4096];
        let length = rdata::from_text(RType::SVCB, turned, None, &mut again).unwrap();
        prop_assert_eq!(&again[..length], &wire[..]);
    }

    /// What of any octets is an option of its code is written again the same.
    #[test]
    fn options_go_both_ways(code in 0u16..30, data in proptest::collection::vec(any::<u8>(), 0..42)) {
        let option = EdnsOption { code: OptionCode(code), data: &data, position: 0 };
        if let Ok(read) = option.read() {
            let mut out = vec![0; data.len() + 4];
            prop_assert_eq!(read.write(&mut out), Ok(data.len() + 4), "{}", read);
            prop_assert_eq!(&out[4..], &data[..]);
            prop_assert_eq!(&out[..2], &code.to_be_bytes()[..]);
            prop_assert!(read.write(&mut out[..data.len() + 3]).is_err());
        }
    }
}

#[test]
fn a_relative_name_without_an_origin_is_told_as_such() {
    for (rtype, text, token, offset) in [
        (RType::NS, "ns1", 0, 3),
        (RType::MX, "10 @", 1, 0),
        (RType::SOA, "ns.example. host 1 2 3 4 5", 1, 4),
    ] {
        let error = read(rtype, text).unwrap_err();
        assert_eq!(
            (error.kind, error.token, error.offset),
            (TextErrorKind::NoOrigin, token, offset)
        );
    }
}
