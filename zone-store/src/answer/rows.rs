//! Which records of an entry a client gets, and writing them.

use dns_wire::RType;

use crate::answer::reply::{Full, Owner, Part};
use crate::answer::resolve::Resolver;
use crate::answer::weighted::{Drawn, draw};
use crate::key::Key;
use crate::location::{Located, Location};
use crate::random::Random;
use crate::rrset::{Entry, Group};

/// The records that a client gets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection<'a> {
    /// One group, or those of the location and of the default.
    groups: [Group<'a>; 2],
    count: usize,
    /// Only these of them.
    drawn: Option<Drawn>,
}

impl<'a> Selection<'a> {
    fn of(
        groups: [Option<Group<'a>>; 2],
        pool: bool,
        wanted: u8,
        random: &mut Random,
    ) -> Option<Self> {
        let (groups, count) = match groups {
            [Some(a), Some(b)] => ([a, b], 2),
            [Some(a), None] | [None, Some(a)] => ([a, a], 1),
            [None, None] => return None,
        };
        let mut selection = Self { groups, count, drawn: None };
        if pool || selection.groups().iter().any(Group::is_weighted) {
            selection.drawn = Some(draw(selection.groups(), wanted, random));
        }
        Some(selection)
    }

    /// All records of a group.
    pub(crate) fn whole(group: Group<'a>) -> Self {
        Self { groups: [group, group], count: 1, drawn: None }
    }

    fn groups(&self) -> &[Group<'a>] {
        self.groups.get(..self.count).unwrap_or_default()
    }

    /// One TTL for the RRset (RFC 2181 §5.2).
    pub(crate) fn ttl(&self) -> u32 {
        self.groups().iter().map(|group| group.ttl).min().unwrap_or(0)
    }

    /// The group, when all of its records are taken: the usual case.
    pub(crate) fn plain(&self) -> Option<&Group<'a>> {
        if self.count == 1 && self.drawn.is_none() { self.groups.first() } else { None }
    }

    /// RDATA of the records, each once.
    pub(crate) fn records(&self) -> impl Iterator<Item = &'a [u8]> {
        let [first, second] = self.groups;
        let drawn = self.drawn;
        let second = (self.count == 2).then_some(second);
        let both = first.records().chain(second.into_iter().flat_map(|group| group.records()));
        let chosen =
            (0u16..).zip(both).filter(move |(number, _)| drawn.is_none_or(|d| d.has(*number)));
        chosen.filter_map(move |(number, rdata)| {
            // The default rows may repeat the location's.
            let repeated = number >= first.count
                && (0u16..)
                    .zip(first.records())
                    .any(|(n, r)| r == rdata && drawn.is_none_or(|d| d.has(n)));
            (!repeated).then_some(rdata)
        })
    }

    /// The signatures, of the one group there is: only sets served whole are signed.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &'a [u8]> {
        let [first, _] = self.groups;
        let signed = self.count == 1 && self.drawn.is_none() && first.is_signed();
        signed.then(|| first.signatures()).into_iter().flatten()
    }
}

impl<'s> Resolver<'s, '_, '_, '_> {
    /// The records of the default rows.
    pub(crate) fn select_default(&mut self, entry: &Entry<'s>) -> Option<Selection<'s>> {
        let group = entry.default_group(self.store.sets)?;
        Selection::of([Some(group), None], false, self.policy.max_weighted, &mut self.random)
    }

    /// The records for this client: those of its location and of the default, as the image puts them
    /// together. Notes location and scope.
    pub(crate) fn select(&mut self, name: &Key, entry: &Entry<'s>) -> Option<Selection<'s>> {
        if !entry.is_located() {
            return self.select_default(entry);
        }
        let location = self.locate(name);
        let sets = self.store.sets;
        let own = if location == Location::DEFAULT {
            None
        } else {
            entry.located_group(location.0, sets)
        };
        let default = entry.default_group(sets);
        let alone = self.store.is_override()
            || is_single(RType(entry.rtype))
            || own.is_some_and(|group| group.is_signed());
        let groups = match own {
            Some(own) if alone => [Some(own), None],
            _ => [own, default],
        };
        // Addresses that depend on the location are a pool; of other types a client gets all.
        let pool = matches!(RType(entry.rtype), RType::A | RType::AAAA) && !self.is_signed(&groups);
        Selection::of(groups, pool, self.policy.max_weighted, &mut self.random)
    }

    /// Appends an RRset, with its signatures when they are wanted: all of it, or nothing.
    pub(crate) fn push(
        &mut self,
        part: Part,
        owner: Owner<'_>,
        rtype: RType,
        ttl: u32,
        selection: &Selection<'_>,
    ) -> Result<(), Full> {
        let mark = self.reply.mark();
        let result = self.push_all(part, owner, rtype, ttl, selection);
        if result.is_err() {
            self.reply.back_to(mark);
        }
        result
    }

    fn push_all(
        &mut self,
        part: Part,
        owner: Owner<'_>,
        rtype: RType,
        ttl: u32,
        selection: &Selection<'_>,
    ) -> Result<(), Full> {
        match selection.plain() {
            Some(group) => {
                for rdata in group.records() {
                    self.reply.record(part, owner, rtype, ttl, rdata)?;
                }
            }
            None => {
                for rdata in selection.records() {
                    self.reply.record(part, owner, rtype, ttl, rdata)?;
                }
            }
        }
        if self.query.dnssec_ok() {
            for rdata in selection.signatures() {
                self.reply.record(part, owner, RType::RRSIG, ttl, rdata)?;
            }
        }
        Ok(())
    }

    /// Where the client is for this name, after the overrides. Notes it.
    fn locate(&mut self, name: &Key) -> Location {
        let subnet = self.query.subnet();
        let located = self.store.locate(name, self.client.address, subnet);
        if let Some(key) = self.policy.sticky {
            self.random = self.sticky(key, name, located);
        }
        let location = self.overrides.apply(located.location, &mut self.random);
        self.outcome.location = Some(location);
        self.outcome.scope = self.outcome.scope.max(located.scope);
        location
    }

    /// Numbers that depend on the name and the client's block alone.
    fn sticky(&self, key: u64, name: &Key, located: Located) -> Random {
        let block = match self.query.subnet().filter(|_| located.scope > 0) {
            Some(subnet) => {
                let len = located.scope.min(subnet.source);
                let hosts = u32::from(subnet.width.saturating_sub(len));
                subnet.address.checked_shr(hosts).unwrap_or(0) ^ (u128::from(len) << 120)
            }
            None => match self.client.address.to_canonical() {
                core::net::IpAddr::V4(v4) => u128::from(u32::from(v4)),
                core::net::IpAddr::V6(v6) => u128::from(v6),
            },
        };
        let name = u64::from(name.hash(name.depth()).unwrap_or(0));
        let halves = u64::try_from(block >> 64).unwrap_or(0);
        let low = u64::try_from(block & u128::from(u64::MAX)).unwrap_or(0);
        let mut random = Random::new(key ^ name);
        for word in [halves, low] {
            random = Random::new(random.next() ^ word);
        }
        random
    }

    fn is_signed(&self, groups: &[Option<Group<'_>>]) -> bool {
        groups.iter().flatten().any(Group::is_signed)
    }
}

/// Types of which a name has one record (RFC 2181 §10.1, RFC 6672 §2.4).
fn is_single(rtype: RType) -> bool {
    matches!(rtype, RType::CNAME | RType::DNAME | RType::SOA)
}
