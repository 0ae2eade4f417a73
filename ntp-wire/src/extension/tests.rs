use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn field(field_type: u16, body: &[u8]) -> Vec<u8> {
    let mut buffer = [0; 2000];
    let mut writer = Writer::new(&mut buffer, 0).unwrap();
    writer.push(FieldType(field_type), body).unwrap();
    writer.written().to_vec()
}

/// Type and offset of each field, and the length of the digest.
type Seen = (Vec<(u16, usize)>, Option<usize>);

fn strict(version: u8, octets: &[u8]) -> Result<Seen, BadTrailer> {
    let trailer = Trailer::parse(Version::from_bits(version), octets, Framing::Strict)?;
    assert_eq!(trailer.ignored(), 0);
    let fields = trailer.fields().map(|field| (field.field_type.0, field.offset)).collect();
    Ok((fields, trailer.mac().map(|mac| mac.digest.len())))
}

#[test]
fn macs_by_version_and_length() {
    for length in (0..=80).step_by(4) {
        let octets = vec![0; length];
        let old = match length {
            0 => Ok((vec![], None)),
            4 | 20 | 24 | 36 | 52 | 68 | 72 => Ok((vec![], Some(length - 4))),
            _ => Err(BadTrailer { offset: 0, rule: Rule::MacLength }),
        };
        assert_eq!(strict(3, &octets), old, "{length}");
        let new = match length {
            0 => Ok((vec![], None)),
            4 | 20 | 24 => Ok((vec![], Some(length - 4))),
            _ => Err(BadTrailer { offset: 0, rule: Rule::FieldTooShort }),
        };
        assert_eq!(strict(4, &octets), new, "{length}");
    }
}

#[test]
fn fields_then_mac() {
    let fields = [field(1, &[1; 24]), field(2, &[2; 100])].concat();
    assert_eq!(strict(4, &fields), Ok((vec![(1, 0), (2, 28)], None)));
    for mac in [4, 20, 24] {
        let octets = [&fields[..], &vec![9; mac]].concat();
        assert_eq!(strict(4, &octets), Ok((vec![(1, 0), (2, 28)], Some(mac - 4))));
    }
}

#[test]
fn each_rule_names_its_place() {
    let first = field(1, &[1; 24]);
    let with = |more: &[u8]| strict(4, &[&first[..], more].concat());
    let bad = |rule| Err(BadTrailer { offset: 28, rule });
    assert_eq!(with(&[0; 3]), bad(Rule::FieldHeader));
    assert_eq!(with(&[0, 1, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0]), bad(Rule::FieldTooShort));
    assert_eq!(with(&[&[0, 1, 0, 29][..], &[0; 25]].concat()), bad(Rule::FieldNotAligned));
    assert_eq!(with(&[&[0, 1, 0, 32][..], &[0; 24]].concat()), bad(Rule::FieldTooLong));
}

#[test]
fn lenient_takes_what_it_can() {
    let octets = [&field(1, &[1; 24])[..], &[0, 2, 0, 8, 5, 5, 5, 5], &[0; 7]].concat();
    let trailer = Trailer::parse(Version::V4, &octets, Framing::Lenient).unwrap();
    let types: Vec<_> = trailer.fields().map(|field| field.field_type.0).collect();
    assert_eq!((types, trailer.ignored()), (vec![1, 2], 7));
    let old = Trailer::parse(Version::V3, &[0; 7], Framing::Lenient).unwrap();
    assert_eq!((old.mac(), old.ignored()), (None, 7));
}

#[test]
fn a_push_that_does_not_fit_changes_nothing() {
    let mut buffer = [0xa5; 60];
    let mut writer = Writer::new(&mut buffer, 48).unwrap();
    assert_eq!(writer.push(FieldType(1), &[]), Err(Full));
    assert_eq!(writer.len(), 48);
    assert_eq!(buffer, [0xa5; 60]);
    assert!(Writer::new(&mut buffer, 61).is_err());
    let mut large = vec![0xa5; 70_000];
    let mut writer = Writer::new(&mut large, 0).unwrap();
    assert_eq!(writer.push(FieldType(1), &vec![0; 65_529]), Err(Full));
    assert_eq!(writer.push(FieldType(1), &vec![0; 65_528]), Ok(()));
}

proptest! {
    #[test]
    fn written_fields_are_read_back(bodies in prop::collection::vec((0_u16.., prop::collection::vec(0_u8.., 0..60)), 0..8)) {
        let octets: Vec<u8> = bodies.iter().flat_map(|(t, body)| field(*t, body)).collect();
        // A last field of 16, 20 or 24 octets cannot be told from a MAC: RFC 7822 §7.5.1.4.
        prop_assume!(bodies.last().is_none_or(|(_, body)| body.len() > 20));
        let trailer = Trailer::parse(Version::V4, &octets, Framing::Strict).unwrap();
        prop_assert_eq!(trailer.fields().count(), bodies.len());
        for (field, (field_type, body)) in trailer.fields().zip(&bodies) {
            prop_assert_eq!(field.field_type.0, *field_type);
            prop_assert_eq!(&field.body[..body.len()], &body[..]);
            prop_assert!(field.body[body.len()..].iter().all(|&octet| octet == 0));
        }
    }

    #[test]
    fn every_octet_is_accounted_for(octets in prop::collection::vec(0_u8..40, 0..200), version in 0_u8..8) {
        for framing in [Framing::Strict, Framing::Lenient] {
            if let Ok(trailer) = Trailer::parse(Version::from_bits(version), &octets, framing) {
                let fields: usize = trailer.fields().map(|field| field.body.len() + 4).sum();
                let mac = trailer.mac().map_or(0, |mac| mac.digest.len() + 4);
                prop_assert_eq!(fields + mac + trailer.ignored(), octets.len());
            }
        }
    }
}
