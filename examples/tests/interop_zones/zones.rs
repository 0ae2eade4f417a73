//! Zones that have something of everything, made by chance from a fixed seed, signed by `dnssec-signzone`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::rules::is_below;
use crate::support::run;

/// How a zone is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signing {
    /// Not at all.
    None,
    Nsec,
    Nsec3,
    /// NSEC3 that opts out of delegations without DS.
    OptOut,
}

/// A zone in a file.
pub(crate) struct Zone {
    /// The apex, absolute, in lower case.
    pub(crate) name: String,
    pub(crate) signing: Signing,
    pub(crate) file: PathBuf,
    /// Owners, as they were made: the signer's additions are not among them.
    pub(crate) owners: BTreeSet<String>,
    /// Those that are delegations.
    cuts: BTreeSet<String>,
    /// Delegations without DS.
    insecure: BTreeSet<String>,
}

impl Zone {
    /// Whether the name is at or below a delegation.
    pub(crate) fn is_delegated(&self, name: &str) -> bool {
        self.cuts.iter().any(|cut| is_below(name, cut))
    }

    /// Whether all that is at or below the name is an insecure delegation or its glue, so that with opt-out it has
    /// no NSEC3 record.
    pub(crate) fn is_opted_out(&self, name: &str) -> bool {
        self.owners
            .iter()
            .filter(|owner| is_below(owner, name))
            .all(|owner| self.insecure.iter().any(|cut| is_below(owner, cut)))
    }
}

/// The deepest zone at or above a name.
pub(crate) fn zone_of<'z>(zones: &'z [Zone], name: &str) -> Option<&'z Zone> {
    zones.iter().filter(|zone| is_below(name, &zone.name)).max_by_key(|zone| zone.name.len())
}

/// A parent with each way of signing, and two children of each: one signed, with DS, and one not.
pub(crate) fn make(folder: &Path) -> Vec<Zone> {
    let mut zones = Vec::new();
    // Other zones than the usual ones, for who wants to look further.
    let seed =
        std::env::var("UNDERHOOD_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0u64);
    for (seed, (label, signing)) in (1 + seed * 10..).zip([
        ("plain", Signing::None),
        ("nsec", Signing::Nsec),
        ("nsec3", Signing::Nsec3),
        ("optout", Signing::OptOut),
    ]) {
        let parent = format!("{label}.test.");
        let secure = format!("secure.{parent}");
        let insecure = format!("insecure.{parent}");
        let child_lines = |random: &mut Random| lines(random, 40);
        let child = write(folder, &secure, &child_lines(&mut Random(seed * 100 + 1)), signing);
        let ds = folder.join(format!("dsset-{secure}"));
        let ds = std::fs::read_to_string(ds).unwrap_or_default();
        zones.push(child);
        zones.push(write(
            folder,
            &insecure,
            &child_lines(&mut Random(seed * 100 + 2)),
            Signing::None,
        ));
        let mut of_parent = lines(&mut Random(seed), 160);
        for child in ["secure", "insecure"] {
            of_parent.insert(format!("{child} NS ns.{child}"));
            of_parent.insert(format!("ns.{child} A 192.0.2.99"));
        }
        for line in ds.lines() {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            of_parent.insert(format!("secure {}", words[1..].join(" ")));
        }
        zones.push(write(folder, &parent, &of_parent, signing));
    }
    zones
}

fn write(folder: &Path, name: &str, lines: &BTreeSet<String>, signing: Signing) -> Zone {
    let mut text = format!("$ORIGIN {name}\n$TTL 3600\n@ SOA ns admin 1 7200 3600 1209600 300\n");
    text.push_str("@ NS ns\n@ NS ns2\nns A 192.0.2.1\nns2 AAAA 2001:db8::2\n");
    text.push_str("@ MX 10 ns\n@ TXT \"apex\"\n");
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    let plain = folder.join(format!("{name}zone"));
    std::fs::write(&plain, text).unwrap();
    let absolute = |line: &str| format!("{}.{name}", line.split(' ').next().unwrap());
    let mut owners: BTreeSet<String> = lines.iter().map(|line| absolute(line)).collect();
    owners.extend([name.to_owned(), format!("ns.{name}"), format!("ns2.{name}")]);
    let of_type = |rtype: &str| -> BTreeSet<String> {
        lines
            .iter()
            .filter(|line| line.split(' ').nth(1) == Some(rtype))
            .map(|line| absolute(line))
            .collect()
    };
    let cuts = of_type("NS");
    let insecure = cuts.difference(&of_type("DS")).cloned().collect();
    let file = match signing {
        Signing::None => plain,
        _ => sign(folder, name, &plain, signing),
    };
    Zone { name: name.to_owned(), signing, file, owners, cuts, insecure }
}

/// One key signs all. Signatures are good for a day.
fn sign(folder: &Path, name: &str, plain: &Path, signing: Signing) -> PathBuf {
    run(Command::new("dnssec-keygen").current_dir(folder).args([
        "-q",
        "-a",
        "ECDSAP256SHA256",
        "-f",
        "KSK",
        name,
    ]));
    let file = folder.join(format!("{name}signed"));
    let mut command = Command::new("dnssec-signzone");
    command.current_dir(folder).args(["-q", "-S", "-z", "-P", "-e", "now+86400", "-o", name, "-f"]);
    command.arg(&file);
    match signing {
        Signing::Nsec3 => drop(command.args(["-3", "-", "-H", "0"])),
        Signing::OptOut => drop(command.args(["-3", "AABB", "-H", "2", "-A"])),
        Signing::None | Signing::Nsec => {}
    }
    run(command.arg(plain));
    file
}

/// Records by chance, owners relative. What no server would load is left out: data beside a CNAME, delegations
/// and DNAMEs at wildcards, names below a DNAME.
fn lines(random: &mut Random, count: usize) -> BTreeSet<String> {
    let mut kept: BTreeSet<(String, &'static str, String)> = BTreeSet::new();
    for _ in 0..count * 2 {
        let owner = random.name();
        let target = random.name();
        let number = random.below(250) + 2;
        let (rtype, rdata) = match random.below(20) {
            0..=4 => ("A", format!("192.0.2.{number}")),
            5 | 6 => ("AAAA", format!("2001:db8::{number:x}")),
            7 => ("TXT", format!("\"text {number}\"")),
            8 => ("MX", format!("{number} {target}")),
            9 => ("SRV", format!("1 2 {number} {target}")),
            10 => ("TYPE65280", format!("\\# 2 00{:02X}", number % 256)),
            11 | 12 => ("CNAME", target),
            13 => ("CNAME", format!("host{number}.elsewhere.")),
            14 => ("DNAME", target),
            15 => ("NS", format!("ns.{owner}")),
            16 => ("NS", target),
            17 => ("NS", format!("ns{number}.elsewhere.")),
            _ => ("DS", format!("{number} 13 2 {}", "AB".repeat(32))),
        };
        kept.insert((owner, rtype, rdata));
    }
    let all: Vec<_> = kept.iter().cloned().collect();
    let mut lines = BTreeSet::new();
    for (owner, rtype, rdata) in &all {
        let beside = |types: &[&str]| all.iter().any(|(o, t, _)| o == owner && types.contains(t));
        let is_first = all.iter().find(|(o, t, _)| o == owner && t == rtype)
            == Some(&(owner.clone(), *rtype, rdata.clone()));
        let below_dname = all
            .iter()
            .any(|(o, t, _)| *t == "DNAME" && owner != o && owner.ends_with(&format!(".{o}")));
        let wildcard = owner.starts_with('*');
        let special = ["NS", "DNAME"];
        let keep = match *rtype {
            _ if below_dname => false,
            "CNAME" => !beside(&special) && !beside(&["DS"]) && is_first,
            "DNAME" => !wildcard && !beside(&["NS"]) && is_first,
            "NS" => !wildcard,
            "DS" => !wildcard && beside(&["NS"]) && !beside(&["DNAME"]),
            _ => !beside(&["CNAME"]) || beside(&special) || beside(&["DS"]),
        };
        // A name with NS is a delegation and has nothing but DS and what is occluded.
        let delegation = beside(&["NS"]) && !wildcard;
        if keep && (!delegation || matches!(*rtype, "NS" | "DS")) {
            lines.insert(format!("{owner} {rtype} {rdata}"));
            if *rtype == "NS" && rdata.starts_with("ns.") {
                lines.insert(format!("{rdata} A 192.0.2.77"));
            }
        }
    }
    lines
}

/// A small generator of numbers (splitmix64): the same zones on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % end
    }

    pub(crate) fn label(&mut self) -> &'static str {
        LABELS[usize::try_from(self.below(8)).unwrap()]
    }

    /// One to four labels; the first may be an asterisk.
    fn name(&mut self) -> String {
        let depth = 1 + self.below(4);
        let mut name: Vec<&str> = (0..depth).map(|_| self.label()).collect();
        if self.below(6) == 0 {
            name[0] = "*";
        }
        name.join(".")
    }
}

const LABELS: [&str; 8] = ["a", "b", "c", "d-e", "f", "zz", "0", "_x"];
