//! The documents name checks and files; those must exist.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_check_that_promises_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut code = String::new();
    for folder in ["dns-wire", "ntp-wire", "zone-store", "rum-stats", "examples"] {
        gather(&root.join(folder), &mut code);
    }
    let promises = fs::read_to_string(root.join("PROMISES.md")).unwrap();
    let mut named = 0;
    for line in promises.lines().filter(|line| line.starts_with("| ")) {
        let checks = line.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for check in checks.split('`').skip(1).step_by(2) {
            named += 1;
            if check.contains('/') && !check.starts_with("src/") {
                assert!(root.join(check).exists(), "{check}: no such file");
            } else if check.contains('_') && !check.contains(['!', '/']) {
                assert!(code.contains(&format!("fn {check}(")), "{check}: no such test");
            }
        }
    }
    assert!(named > 25, "{named}");
}

#[test]
fn the_links_of_the_documents_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "COMPARE.md"]
    {
        let text = fs::read_to_string(root.join(document)).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            assert!(
                link.starts_with("https://") || root.join(path).exists(),
                "{document}: {link} leads nowhere"
            );
        }
    }
}

/// All Rust code below a folder.
fn gather(folder: &Path, code: &mut String) {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in entries.collect::<Vec<PathBuf>>() {
        if path.is_dir() && !path.ends_with("target") {
            gather(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
