//! The table of what is covered is whole, and the cases and tests that it names exist.

const TABLE: &str = include_str!("../COVERAGE.md");

const TABLES: [(&str, &str); 8] = [
    ("basics", include_str!("answers/basics.txt")),
    ("chains", include_str!("answers/chains.txt")),
    ("located", include_str!("answers/located.txt")),
    ("names", include_str!("answers/names.txt")),
    ("nsec", include_str!("answers/nsec.txt")),
    ("nsec3", include_str!("answers/nsec3.txt")),
    ("order", include_str!("answers/order.txt")),
    ("wildcards", include_str!("answers/wildcards.txt")),
];

const TESTS: [(&str, &str); 6] = [
    ("behaviour", include_str!("behaviour.rs")),
    ("compile", include_str!("compile.rs")),
    ("oracle_located", include_str!("oracle_located.rs")),
    ("oracle_signed", include_str!("oracle_signed.rs")),
    ("overlay", include_str!("overlay.rs")),
    ("programs", include_str!("../../examples/tests/programs.rs")),
];

#[test]
fn every_line_of_the_checklist_has_a_test() {
    for line in 1..=76 {
        let start = format!("| {line} | ");
        let row = TABLE.lines().find(|row| row.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("no row for line {line}"));
        let tests: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "{row}");
        for test in tests {
            assert!(exists(test), "{row}: there is no {test}");
        }
    }
}

/// Whether there is a case or a test of that name.
fn exists(test: &str) -> bool {
    if let Some((table, number)) = test.split_once('#') {
        let (_, text) = TABLES.iter().find(|(name, _)| *name == table).expect(table);
        let mut titles = text.lines().filter_map(|line| line.strip_prefix("## "));
        return titles.any(|title| title.split_whitespace().any(|word| word == number));
    }
    let (file, function) = test.split_once("::").expect(test);
    let (_, text) = TESTS.iter().find(|(name, _)| *name == file).expect(file);
    text.contains(&format!("fn {function}("))
}
