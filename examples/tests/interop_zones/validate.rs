//! `delv`, the validator of BIND, with a zone's key as its only anchor.

use std::path::Path;
use std::process::Command;

use crate::ask::{Query, ask};
use crate::rules::is_below;
use crate::zones::{Signing, Zone};

/// What a validator says of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Secure,
    /// Proved to be without signatures.
    Insecure,
}

/// Writes the anchor of a zone from the key file of its signer.
pub(crate) fn write_anchor(folder: &Path, zone: &Zone) -> std::path::PathBuf {
    let start = format!("K{}+", zone.name);
    let key = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with(&start) && name.ends_with(".key")
    });
    let text = std::fs::read_to_string(key.expect("a key")).unwrap();
    let record = text.lines().find(|line| line.contains(" DNSKEY ")).expect("a record");
    let words: Vec<&str> = record.split(" DNSKEY ").nth(1).unwrap().split(' ').collect();
    let (numbers, key) = words.split_at(3);
    let anchor = format!(
        "trust-anchors {{ \"{}\" static-key {} \"{}\"; }};\n",
        zone.name,
        numbers.join(" "),
        key.concat()
    );
    let file = folder.join(format!("{}anchor", zone.name));
    std::fs::write(&file, anchor).unwrap();
    file
}

/// Asks through delv. `Err` is all that it said.
pub(crate) fn delv(port: u16, anchor: &Path, root: &str, query: &Query) -> Result<Verdict, String> {
    let output = Command::new("delv")
        .args(["@127.0.0.1", "-p", &port.to_string(), "-a"])
        .arg(anchor)
        .args([format!("+root={root}"), query.name.clone(), query.rtype.to_string()])
        .output()
        .unwrap_or_else(|error| panic!("delv: {error}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    // Of a chain each part has a verdict: the weakest counts.
    if said.contains("unsigned answer") {
        Ok(Verdict::Insecure)
    } else if said.contains("fully validated") {
        Ok(Verdict::Secure)
    } else {
        Err(said.into_owned())
    }
}

/// What kind of answer `authd` gives, when it is whole: a referral or a chain to elsewhere is not.
pub(crate) fn kind(port: u16, zone: &Zone, query: &Query) -> Option<&'static str> {
    let reply = ask(port, query)?;
    if !reply.status.contains(" aa") {
        return None;
    }
    let of_type = format!(" {} ", query.rtype);
    let answered = reply.answer.iter().any(|line| line.contains(&of_type));
    let denied = reply.authority.iter().any(|line| line.contains(" SOA "));
    let made = !zone.owners.iter().any(|owner| is_below(owner, &query.name));
    match (answered, denied) {
        (true, _) if made => Some("answers made by wildcards or DNAMEs"),
        (true, _) => Some("answers"),
        (false, true) if reply.status.starts_with("NXDOMAIN") => Some("NXDOMAIN"),
        (false, true) => Some("NODATA"),
        (false, false) => None,
    }
}

/// Whether "insecure" is a right verdict: in a child without DS always; with opt-out where a proof rests on a
/// record that opts out (RFC 5155 §9.2).
pub(crate) fn may_be_insecure(zone: &Zone, kind: &str) -> bool {
    zone.name.starts_with("insecure.") || (zone.signing == Signing::OptOut && kind != "answers")
}
