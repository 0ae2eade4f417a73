//! The table of what is covered is whole, and the tests that it names exist.

use dns_wire::RType;
use dns_wire::edns::OptionCode;
use dns_wire::rdata::{SvcParamKey, TYPED};

const TABLE: &str = include_str!("../COVERAGE.md");
const VECTORS: &str = include_str!("vectors/rdata.tsv");

#[test]
fn every_registered_code_has_a_row() {
    let types = RType::ALL.iter().map(|rtype| (rtype.to_string(), rtype.0));
    let options = OptionCode::ALL.iter().map(|code| (code.to_string(), code.0));
    let keys = SvcParamKey::ALL.iter().map(|key| (key.to_string(), key.0));
    for (name, number) in types.chain(options).chain(keys) {
        assert!(TABLE.contains(&format!("| {name} | {number} |")), "no row for {name}");
    }
    assert_eq!(RType::ALL.iter().filter(|rtype| !rtype.is_meta()).count(), 88);
    assert_eq!(RType::ALL.iter().filter(|rtype| rtype.is_meta()).count(), 9);
    assert_eq!(TYPED.len(), 88);
    assert_eq!(OptionCode::ALL.len(), 24);
}

#[test]
fn every_test_that_a_row_names_exists() {
    let sources = [
        ("coverage", include_str!("coverage.rs")),
        ("edns", include_str!("edns.rs")),
        ("interop", include_str!("interop.rs")),
        ("rdata_vectors", include_str!("rdata_vectors.rs")),
        ("transfer", include_str!("transfer.rs")),
        ("tsig", include_str!("tsig.rs")),
    ];
    let rows = TABLE.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    let mut named = 0;
    for row in rows {
        let tests = row.rsplit('|').nth(1).unwrap();
        for test in tests.split('`').filter(|part| part.contains("::")) {
            let (file, function) = test.split_once("::").unwrap();
            let source = sources.iter().find(|(name, _)| *name == file).expect(file).1;
            assert!(source.contains(&format!("fn {function}()")), "{test}");
            named += 1;
        }
    }
    assert!(named > 88 + 9 + 24 + 13);
}

#[test]
fn every_data_type_and_parameter_has_a_vector() {
    for rtype in TYPED {
        assert!(VECTORS.lines().any(|line| line.starts_with(&format!("{rtype}\t"))), "{rtype}");
    }
    for key in SvcParamKey::ALL {
        assert!(VECTORS.contains(&format!(" {key}")), "{key}");
    }
}

#[test]
fn names_go_both_ways() {
    for &rtype in RType::ALL {
        assert_eq!(rtype.to_string().parse(), Ok(rtype));
        assert_eq!(rtype.to_string().to_lowercase().parse(), Ok(rtype));
        assert_eq!(format!("TYPE{}", rtype.0).parse(), Ok(rtype));
    }
    assert_eq!(RType(65280).to_string(), "TYPE65280");
    for wrong in ["", "TYPE", "TYPE65536", "TYPE-1", "NOSUCH", "TYPE+1"] {
        assert!(wrong.parse::<RType>().is_err(), "{wrong}");
    }
}
