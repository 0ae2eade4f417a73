//! Why a peer may answer differently: each rule has a name and is as narrow as it can be put.

use std::collections::BTreeSet;

use dns_wire::RType;

use crate::ask::{Query, Reply};
use crate::zones::{Signing, Zone, zone_of};

/// One question and two replies to it.
pub(crate) struct Case<'a> {
    pub(crate) zones: &'a [Zone],
    pub(crate) peer: &'static str,
    pub(crate) query: &'a Query,
    pub(crate) ours: &'a Reply,
    pub(crate) theirs: &'a Reply,
}

type Rule = fn(&Case<'_>) -> bool;

/// The first rule that explains the difference.
pub(crate) fn explain(case: &Case<'_>) -> Option<&'static str> {
    let rules: [(&str, Rule); 7] = [
        (
            "a chain of renamings without end is left earlier than by us, after 11 names",
            shorter_chain,
        ),
        ("NSD with minimal responses has no additional records in answers", no_additional),
        (
            "names that wildcards make, and glue of names that are no servers, are in the additional section",
            made_targets,
        ),
        ("NSD proves a wildcard asked for by its own name as if it had been made", own_wildcard),
        (
            "NSD shows the wildcard's parent in place of the NSEC over the name that a DNAME made",
            after_dname,
        ),
        (
            "Knot has no proof for a name with an asterisk in front that another wildcard made",
            made_asterisk,
        ),
        (
            "below an empty non-terminal without NSEC3 (all under it is opted out) the peer has no whole proof",
            opted_out_encloser,
        ),
    ];
    rules.iter().find(|(_, explains)| explains(case)).map(|(name, _)| *name)
}

/// Each name leads to a longer one below the same DNAME. All that they tell we tell too.
fn shorter_chain(case: &Case<'_>) -> bool {
    let Case { ours, theirs, .. } = case;
    let cnames =
        |reply: &Reply| reply.answer.iter().filter(|line| line.contains(" CNAME ")).count();
    // The signature of a CNAME that is in the zone is counted with it.
    cnames(ours) >= 11
        && cnames(theirs) < cnames(ours)
        && ours.answer.iter().any(|line| line.contains(" DNAME "))
        && theirs.answer.is_subset(&ours.answer)
        && ours.authority == theirs.authority
        && ours.additional == theirs.additional
}

/// RFC 1034 §4.3.2 step 6 leaves it to the server; such addresses would need proofs of their own to be believed, and
/// glue is for delegations (RFC 9471 §2).
fn made_targets(case: &Case<'_>) -> bool {
    let Case { zones, query, ours, theirs, .. } = case;
    let mut more = theirs.additional.difference(&ours.additional);
    ours.status == theirs.status
        && ours.answer == theirs.answer
        && ours.authority == theirs.authority
        && ours.additional.is_subset(&theirs.additional)
        && more.all(|line| {
            let owner = line.split(' ').next().unwrap_or_default();
            let is_glue = |zone: &Zone| query.rtype != RType::NS && zone.is_delegated(owner);
            zone_of(zones, owner)
                .is_some_and(|zone| encloser(zone, owner) != owner || is_glue(zone))
        })
}

fn no_additional(case: &Case<'_>) -> bool {
    let Case { peer, query, ours, theirs, .. } = case;
    *peer == "nsd"
        && matches!(query.rtype, RType::MX | RType::SRV | RType::NS)
        && ours.status == theirs.status
        && ours.answer == theirs.answer
        && ours.authority == theirs.authority
        && theirs.additional.is_empty()
}

/// RFC 5155 §7.2.3 asks for the record that matches the name. NSD adds the one over a name that is there.
fn own_wildcard(case: &Case<'_>) -> bool {
    let Case { peer, query, ours, theirs, .. } = case;
    let more: BTreeSet<&str> =
        theirs.authority.difference(&ours.authority).map(|line| kind(line)).collect();
    *peer == "nsd"
        && (query.name.starts_with("*.") || leads_to_asterisk(ours))
        && ours.status == theirs.status
        && ours.answer == theirs.answer
        && ours.authority.is_subset(&theirs.authority)
        && more == BTreeSet::from(["NSEC3", "RRSIG"])
}

/// RFC 4035 §3.1.3.4: of the wildcard's own NSEC and the one over the name, NSD has just the former.
fn after_dname(case: &Case<'_>) -> bool {
    let Case { peer, ours, theirs, .. } = case;
    let differing = ours.authority.symmetric_difference(&theirs.authority);
    *peer == "nsd"
        && ours.answer.iter().any(|line| line.contains(" DNAME "))
        && ours.status == theirs.status
        && ours.answer == theirs.answer
        && differing.map(|line| kind(line)).all(|kind| matches!(kind, "NSEC" | "RRSIG"))
}

/// RFC 5155 §7.2.6. Such a name is made by the wildcard of its closest encloser like any other.
fn made_asterisk(case: &Case<'_>) -> bool {
    let Case { peer, query, ours, theirs, .. } = case;
    let more: BTreeSet<&str> =
        ours.authority.difference(&theirs.authority).map(|line| kind(line)).collect();
    *peer == "knot"
        && (query.name.starts_with("*.") || leads_to_asterisk(ours))
        // With the proof it may not fit into UDP.
        && ours.status.trim_end_matches(" after tc") == theirs.status
        && ours.answer == theirs.answer
        && theirs.authority.is_subset(&ours.authority)
        && more.is_subset(&BTreeSet::from(["NSEC", "NSEC3", "RRSIG"]))
}

fn leads_to_asterisk(reply: &Reply) -> bool {
    reply.answer.iter().any(|line| line.contains(" CNAME *."))
}

/// RFC 5155 §7.2.1 wants the closest encloser that has a record of its own. Where the closest name has none, NSD
/// shows one record too few, and Knot replies without SOA and AA.
fn opted_out_encloser(case: &Case<'_>) -> bool {
    let Case { zones, query, ours, theirs, .. } = case;
    let Some(zone) = zone_of(zones, &query.name) else { return false };
    let rcode = |reply: &Reply| reply.status.split(' ').next().map(str::to_owned);
    zone.signing == Signing::OptOut
        && query.dnssec_ok
        && rcode(ours) == rcode(theirs)
        && ours.answer == theirs.answer
        && zone.is_opted_out(encloser(zone, &query.name))
}

/// The deepest name at or above `name` that exists in the zone.
fn encloser<'n>(zone: &Zone, name: &'n str) -> &'n str {
    let mut at = name;
    while !zone.owners.iter().any(|owner| is_below(owner, at)) {
        let Some((_, above)) = at.split_once('.') else { return at };
        at = above;
    }
    at
}

pub(crate) fn is_below(name: &str, above: &str) -> bool {
    name == above || name.strip_suffix(above).is_some_and(|rest| rest.ends_with('.'))
}

/// The type of a record's line.
fn kind(line: &str) -> &str {
    line.split(' ').nth(2).unwrap_or_default()
}
