//! `zonec log`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;

use dns_wire::rdata;
use service::console::print;
use service::files::read_source;
use zone_store::{BindingChange, Change, Delta, MapChange, RecordChange, ZoneChange};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "A line that begins with '-' is no more, one with '+' is new. Prefixes are the fewest that make up the addresses.\n\nExample:\n  zonec log change.delta | less"
)]
pub(crate) struct Arguments {
    /// The delta.
    delta: PathBuf,
    /// Only counts, no records and no ranges.
    #[arg(long)]
    brief: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let octets = read_source(&arguments.delta)?;
    let delta = Delta::read(&octets)
        .map_err(|error| format!("{} is refused: {error}", arguments.delta.display()))?;
    print(told(&delta, arguments.brief))
}

fn told(delta: &Delta<'_>, brief: bool) -> String {
    let mut out = format!("from {:032x}\nto   {:032x}\n", delta.base(), delta.result());
    let (gone, come) = delta.locations();
    for (sign, ids) in [('-', gone), ('+', come)] {
        for id in ids {
            // Writing into a String cannot fail.
            let _ = writeln!(out, "{sign} location {}", shown(id));
        }
    }
    delta.zones().iter().for_each(|zone| tell_zone(&mut out, zone, brief));
    delta.bindings().iter().for_each(|binding| tell_binding(&mut out, binding));
    delta.maps().iter().for_each(|map| tell_map(&mut out, map, brief));
    out
}

fn tell_zone(out: &mut String, zone: &ZoneChange<'_>, brief: bool) {
    let records: Vec<RecordChange<'_>> = zone.records().collect();
    let added = records.iter().filter(|record| record.is_added).count();
    let removed = records.len() - added;
    let what = match zone.change() {
        Change::Added => "is new: ",
        Change::Removed => "is no more",
        Change::Changed => "",
    };
    let apex = zone.apex();
    let _ = match zone.change() {
        Change::Removed => writeln!(out, "zone {apex} {what}"),
        _ => writeln!(out, "zone {apex} {what}{added} records added, {removed} removed"),
    };
    if brief {
        return;
    }
    for record in records {
        let sign = if record.is_added { '+' } else { '-' };
        let data = rdata::display(record.rtype, record.rdata);
        let _ = write!(out, "{sign} {} {} {} {data}", record.owner, record.ttl, record.rtype);
        if !record.location.is_empty() {
            let _ = write!(out, " ; location {}", shown(record.location));
        }
        if let Some(weight) = record.weight {
            let _ = write!(out, " ; weight {weight}");
        }
        out.push('\n');
    }
}

fn tell_binding(out: &mut String, binding: &BindingChange<'_>) {
    let Some(maps) = binding.maps() else {
        let _ = writeln!(out, "- {} is bound to no map", binding.name());
        return;
    };
    let names = ["resolver", "client subnet", "resolver, below it", "client subnet, below it"];
    let mut told = String::new();
    for (map, name) in maps.iter().zip(names) {
        if let Some(map) = map {
            let _ = write!(told, " map '{}' by {name};", shown(map));
        }
    }
    let _ = writeln!(out, "+ {} asks{told}", binding.name());
}

fn tell_map(out: &mut String, map: &MapChange<'_>, brief: bool) {
    let name = shown(map.name());
    match map.change() {
        Change::Removed => {
            let _ = writeln!(out, "map '{name}' is no more");
            return;
        }
        Change::Added => {
            let _ = writeln!(out, "map '{name}' is new");
        }
        Change::Changed => {
            let _ = writeln!(out, "map '{name}'");
        }
    }
    let mut moves: BTreeMap<(String, String), (u64, u128, u64)> = BTreeMap::new();
    for range in map.ranges() {
        let place = |id: Option<&[u8]>| id.map_or("nowhere".into(), shown);
        let (from, to) = (place(range.from), place(range.to));
        if !brief {
            let _ = writeln!(out, "  {} - {}: {from} to {to}", range.first, range.last);
        }
        let entry = moves.entry((from, to)).or_default();
        let prefixes = prefixes(range.first, range.last);
        match (range.first, range.last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                entry.0 += prefixes;
                entry.1 += u128::from(u32::from(last)) - u128::from(u32::from(first)) + 1;
            }
            _ => entry.2 += prefixes,
        }
    }
    for ((from, to), (v4, addresses, v6)) in moves {
        let _ = writeln!(
            out,
            "  {from} to {to}: {v4} IPv4 prefixes with {addresses} addresses, {v6} IPv6 prefixes"
        );
    }
}

/// How many prefixes make up a range, at the least.
fn prefixes(first: IpAddr, last: IpAddr) -> u64 {
    let (mut at, last, width) = match (first, last) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(u32::from(a)), u128::from(u32::from(b)), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (u128::from(a), u128::from(b), 128),
        _ => return 0,
    };
    let mut count = 0;
    loop {
        // The largest block that begins here and does not go past the end.
        let mut bits = at.trailing_zeros().min(width);
        while bits > 0 && block_end(at, bits) > last {
            bits -= 1;
        }
        count += 1;
        let end = block_end(at, bits);
        match end.checked_add(1) {
            Some(next) if end < last => at = next,
            _ => return count,
        }
    }
}

fn block_end(start: u128, bits: u32) -> u128 {
    start | 1u128.checked_shl(bits).map_or(u128::MAX, |size| size - 1)
}

/// An id on one line.
fn shown(id: &[u8]) -> String {
    id.escape_ascii().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_prefixes() {
        let count = |a: &str, b: &str| prefixes(a.parse().unwrap(), b.parse().unwrap());
        assert_eq!(count("0.0.0.0", "255.255.255.255"), 1);
        assert_eq!(count("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 1);
        assert_eq!(count("10.0.0.1", "10.0.0.1"), 1);
        assert_eq!(count("10.0.0.1", "10.0.0.4"), 3);
        assert_eq!(count("10.0.0.0", "10.0.2.255"), 2);
    }
}
