//! `COVERAGE.md` names tests; each one it names must exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn every_test_in_the_table_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for directory in
        ["src", "tests", "../fuzz/fuzz_targets", "../benches/benches", "../examples/tests"]
    {
        read(&root.join(directory), &mut sources);
    }
    let table = fs::read_to_string(root.join("COVERAGE.md")).expect("COVERAGE.md is there");
    let mut missing = BTreeSet::new();
    let mut named = 0;
    for cell in table
        .lines()
        .filter(|line| line.starts_with('|'))
        .flat_map(|line| line.split('`').skip(1).step_by(2))
    {
        named += 1;
        let exists = match cell.strip_prefix("fuzz ") {
            Some(target) => root.join(format!("../fuzz/fuzz_targets/{target}.rs")).exists(),
            None => sources.contains(&format!("fn {cell}(")),
        };
        if !exists {
            missing.insert(cell);
        }
    }
    assert!(missing.is_empty(), "named in COVERAGE.md and not there: {missing:?}");
    assert!(named > 80, "{named}");
}

fn read(directory: &Path, into: &mut String) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
