use super::*;
use proptest::prelude::*;
use std::format;
use std::string::String;

/// The list of tzdata 2025b, which is the IERS's: public domain.
const LIST: &[u8] = include_bytes!("../../tests/data/leap-seconds.list");
/// `right/UTC` of the same.
const TZIF: &[u8] = include_bytes!("../../tests/data/right-UTC.tzif");
/// 2017-01-01.
const LAST: i64 = 1_483_228_800;

fn table() -> LeapTable {
    LeapTable::from_list(LIST).unwrap()
}

#[test]
fn the_real_list() {
    let table = table();
    assert_eq!(table.changes().len(), 28);
    assert_eq!(table.changes()[27], Change { at: LAST, tai_minus_utc: 37 });
    assert_eq!(table.updated(), Some(3_960_835_200 - 2_208_988_800));
    assert_eq!(table.expires(), Some(3_991_593_600 - 2_208_988_800));
    assert!(!table.has_expired(LAST) && table.has_expired(1_800_000_000));
    assert_eq!(table.tai_minus_utc(LAST - 1), Some(36));
    assert_eq!(table.tai_minus_utc(LAST), Some(37));
    assert_eq!(table.tai_minus_utc(0), None);
}

#[test]
fn both_sources_agree() {
    let tzif = LeapTable::from_tzif(TZIF).unwrap();
    assert_eq!(tzif.changes(), table().changes());
    assert_eq!(tzif.expires(), None);
}

#[test]
fn a_leap_is_announced_and_remembered() {
    let table = table();
    let leap = LeapSecond { midnight: Timestamp::from_unix(LAST, 0), kind: Kind::Insert };
    assert_eq!(table.next_leap(LAST - 1), Some(leap));
    assert_eq!(table.next_leap(LAST), None);
    assert_eq!(table.last_leap(LAST), Some(leap));
    assert_eq!(table.last_leap(63_072_001), None);
    let day = 86_400;
    let at = |unix| table.indicator(unix, day);
    assert_eq!(
        [at(LAST - 86_401), at(LAST - 86_400), at(LAST - 1)],
        [Leap::None, Leap::Insert, Leap::Insert]
    );
    assert_eq!(at(LAST), Leap::None);
}

#[test]
fn through_an_inserted_second() {
    let table = table();
    let tai = table.to_tai(LAST - 1).unwrap();
    assert_eq!(tai, LAST - 1 + 36);
    assert_eq!(table.to_utc(tai), Some((LAST - 1, false)));
    assert_eq!(table.to_utc(tai + 1), Some((LAST - 1, true)));
    assert_eq!(table.to_utc(tai + 2), Some((LAST, false)));
    assert_eq!(table.to_tai(LAST), Some(tai + 2));
    assert_eq!(table.to_utc(0), None);
}

#[test]
fn through_a_second_left_out() {
    // The real list with a negative leap on 2030-01-01.
    let text = [LIST, b"\n4102444800 36\n"].concat();
    let table = LeapTable::from_list(&text).unwrap();
    let midnight = 4_102_444_800 - 2_208_988_800;
    let tai = table.to_tai(midnight).unwrap();
    assert_eq!(table.to_utc(tai), Some((midnight, false)));
    assert_eq!(table.to_utc(tai - 1), Some((midnight - 2, false)));
    assert_eq!(table.indicator(midnight - 5, 10), Leap::Delete);
    assert_eq!(table.next_leap(LAST).unwrap().kind, Kind::Delete);
}

#[cfg(feature = "leap-list")]
#[test]
fn the_digest() {
    assert_eq!(list_digest_fits(LIST), Ok(true));
    let text = String::from_utf8(LIST.to_vec()).unwrap();
    // Comments and blanks do not count, digits do.
    let spaced = text.replace("3692217600 ", "3692217600   ").replace("1 Jan 2017", "New Year");
    assert_eq!(list_digest_fits(spaced.as_bytes()), Ok(true));
    let changed = text.replace("3692217600", "3692217601");
    assert_eq!(list_digest_fits(changed.as_bytes()), Ok(false));
    let none = text.replace("#h", "#x");
    assert_eq!(list_digest_fits(none.as_bytes()), Err(BadTable { place: 0, rule: Rule::Digest }));
    let short = text.replace("49db2447", "");
    assert_eq!(
        list_digest_fits(short.as_bytes()),
        Err(BadTable { place: 120, rule: Rule::Digest })
    );
}

#[test]
fn each_rule() {
    let text = String::from_utf8(LIST.to_vec()).unwrap();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from));
        LeapTable::from_list(text.replace(from, to).as_bytes()).unwrap_err().rule
    };
    assert_eq!(with("2272060800", "22x2060800"), Rule::Number);
    assert_eq!(with("2272060800", "2272060801"), Rule::First);
    assert_eq!(with("2287785600", "2272060800"), Rule::Order);
    assert_eq!(with("3692217600      37", "3692217600      38"), Rule::Step);
    assert_eq!(with("3692217600", "3692217601"), Rule::Date);
    assert_eq!(with("3692217600", "3692304000"), Rule::Date);
    assert_eq!(with("#@\t3991593600", "#@\t3691593600"), Rule::Expiry);
    let many: String = (0..70).map(|i| format!("{} {i}\n", 2_272_060_800_u64 + i)).collect();
    let many = LeapTable::from_list(many.as_bytes());
    assert_eq!(many, Err(BadTable { place: 65, rule: Rule::TooMany }));
    for length in 0..TZIF.len() - 10 {
        let cut = LeapTable::from_tzif(&TZIF[..length]);
        assert!(cut.is_err() || cut == LeapTable::from_tzif(TZIF), "{length}");
    }
}

#[test]
fn half_years_by_another_calendar() {
    // Day by day from 1970 to 2400.
    let (mut year, mut month, mut day) = (1970, 1, 1);
    for days in 0..157_000_i64 {
        let expected = day == 1 && (month == 1 || month == 7);
        assert_eq!(starts_half_year(days * 86_400), expected, "{year}-{month}-{day}");
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + i32::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        day += 1;
        if day > length {
            (day, month) = (1, month + 1);
        }
        if month > 12 {
            (month, year) = (1, year + 1);
        }
    }
}

proptest! {
    #[test]
    fn any_octets_are_a_table_or_not(octets in prop::collection::vec(0_u8.., 0..300)) {
        let _ = (LeapTable::from_list(&octets), LeapTable::from_tzif(&octets));
        let mut damaged = TZIF.to_vec();
        for (place, octet) in octets.iter().enumerate() {
            let place = (place * 7919 + usize::from(*octet)) % damaged.len();
            damaged[place] = *octet;
        }
        let _ = LeapTable::from_tzif(&damaged);
    }

    #[test]
    fn tai_and_back(unix in 63_072_000_i64..4_000_000_000) {
        let table = table();
        prop_assert_eq!(table.to_utc(table.to_tai(unix).unwrap()), Some((unix, false)));
    }
}
