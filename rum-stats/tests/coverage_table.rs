//! `COVERAGE.md` is true: every test it names exists, and no file with tests is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_test_named_exists_and_every_file_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("COVERAGE.md")).unwrap();
    let mut named = BTreeSet::new();
    let quoted = table.split('`').skip(1).step_by(2);
    for (file, test) in quoted.filter_map(|name| name.split_once("::")) {
        let text =
            fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(&format!("fn {test}(")), "{file} has no test {test}");
        named.insert(root.join(file));
    }
    assert!(named.len() > 30, "the table was read");
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    rust_files(&root.join("tests"), &mut files);
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let has_tests = text.contains("#[test]") && !file.ends_with("coverage_table.rs");
        assert!(!has_tests || named.contains(&file), "{} is not in the table", file.display());
    }
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
