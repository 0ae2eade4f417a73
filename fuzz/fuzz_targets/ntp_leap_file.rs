//! Leap second tables: what is accepted obeys the rules, survives being written again, and counts
//! TAI and UTC to and fro.
#![no_main]

use std::fmt::Write;

use libfuzzer_sys::fuzz_target;
use ntp_wire::leap_table::{LeapTable, list_digest_fits};

fuzz_target!(|bytes: &[u8]| {
    let _ = list_digest_fits(bytes);
    if let Ok(table) = LeapTable::from_tzif(bytes) {
        check(&table);
    }
    // A list whose beginning is right gets the fuzzer past the first rules.
    let known = include_bytes!("../../ntp-wire/tests/data/leap-seconds.list");
    for text in [bytes.to_vec(), [&known[..], b"\n", bytes].concat()] {
        let Ok(table) = LeapTable::from_list(&text) else { continue };
        check(&table);
        let mut again = String::new();
        if let Some(updated) = table.updated() {
            writeln!(again, "#$ {}", updated + EPOCH).unwrap();
        }
        if let Some(expires) = table.expires() {
            writeln!(again, "#@ {}", expires + EPOCH).unwrap();
        }
        for change in table.changes() {
            writeln!(again, "{} {}", change.at + EPOCH, change.tai_minus_utc).unwrap();
        }
        assert_eq!(LeapTable::from_list(again.as_bytes()), Ok(table));
    }
});

fn check(table: &LeapTable) {
    let changes = table.changes();
    assert!(!changes.is_empty() && changes.len() <= 64);
    for pair in changes.windows(2) {
        assert!(pair[0].at < pair[1].at);
        assert_eq!((pair[0].tai_minus_utc - pair[1].tai_minus_utc).abs(), 1);
        let leap = table.next_leap(pair[0].at).unwrap();
        assert_eq!(leap.midnight.to_unix(pair[1].at).0, pair[1].at);
        assert_eq!(table.last_leap(pair[1].at), Some(leap));
        let (mut utc, mut seen) = (table.to_tai(pair[1].at).unwrap() - 3, Vec::new());
        for _ in 0..5 {
            seen.push(table.to_utc(utc).unwrap());
            utc += 1;
        }
        // Never backwards, and an inserted second reads as the one before it.
        assert!(seen.windows(2).all(|two| two[0].0 <= two[1].0 && two[1].0 - two[0].0 <= 2));
        let inserted = pair[1].tai_minus_utc > pair[0].tai_minus_utc;
        assert_eq!(seen.iter().filter(|(_, leap)| *leap).count(), usize::from(inserted));
    }
}

/// 1970 in NTP seconds.
const EPOCH: i64 = 2_208_988_800;
