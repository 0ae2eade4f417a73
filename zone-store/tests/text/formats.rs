//! FORMATS.md and the tests it names.

#[test]
fn every_test_named_in_the_table_exists() {
    let table = include_str!("../../FORMATS.md");
    let sources = [
        include_str!("../../src/text/address/tests.rs"),
        include_str!("../../src/text/data/escape.rs"),
        include_str!("../../src/text/data/name.rs"),
        include_str!("../../src/text/data/split.rs"),
        include_str!("../../src/text/data/tai64.rs"),
        include_str!("../../src/text/data/tests.rs"),
        include_str!("../../src/text/detect.rs"),
        include_str!("../../src/text/diff.rs"),
        include_str!("../../src/text/map/tests.rs"),
        include_str!("../../src/text/master/generate.rs"),
        include_str!("../../src/text/master/scan/tests.rs"),
        include_str!("../../src/text/master/split/tests.rs"),
        include_str!("../../src/text/master/tests.rs"),
        include_str!("../../src/text/number.rs"),
        include_str!("../../src/text/plain/tests.rs"),
        include_str!("../../src/text/render.rs"),
        include_str!("../../src/text/write/tests.rs"),
        include_str!("../checks.rs"),
        include_str!("../compile.rs"),
        include_str!("../delta.rs"),
        include_str!("../shards.rs"),
        include_str!("history.rs"),
        include_str!("peer.rs"),
        include_str!("reverse.rs"),
        include_str!("round_trip.rs"),
        include_str!("wild.rs"),
    ];
    let mut named = 0;
    for row in table
        .lines()
        .filter(|line| line.starts_with('|') && !line.contains("---"))
        .filter(|line| !line.ends_with("| test |"))
    {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().expect("a last cell");
        for test in tests.split(", ") {
            let test = test.trim_matches('`');
            let function = format!("fn {test}(");
            assert!(
                sources.iter().any(|source| source.contains(&function)),
                "no test {test}, in the row {row}"
            );
            named += 1;
        }
    }
    assert!(named > 40, "{named} tests are named");
}

#[test]
fn every_line_and_directive_has_a_row() {
    let table = include_str!("../../FORMATS.md");
    for line in "Z . & + = 3 6 @ S C ^ ' : B H M 8 % ! - #".split(' ') {
        assert!(
            table.lines().any(|row| row.starts_with(&format!("| `{line}` |"))),
            "no row for {line}"
        );
    }
    for directive in ["$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE"] {
        assert!(
            table.lines().any(|row| row.starts_with(&format!("| `{directive}"))),
            "no row for {directive}"
        );
    }
}
