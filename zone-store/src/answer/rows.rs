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
    first: Group<'a>,
    /// The group of the default, where it joins that of the location.
    second: Option<Group<'a>>,
    /// Only these of them.
    drawn: Option<Drawn>,
}

impl<'a> Selection<'a> {
    fn of(
        first: Group<'a>,
        second: Option<Group<'a>>,
        pool: bool,
        wanted: u8,
        random: &mut Random,
    ) -> Self {
        let mut selection = Self { first, second, drawn: None };
        if pool || first.is_weighted() || second.is_some_and(|group| group.is_weighted()) {
            selection.drawn = Some(draw(&first, second.as_ref(), wanted, random));
        }
        selection
    }

    /// All records of a group.
    pub(crate) fn whole(group: Group<'a>) -> Self {
        Self { first: group, second: None, drawn: None }
    }

    /// One TTL for the RRset (RFC 2181 §5.2).
    pub(crate) fn ttl(&self) -> u32 {
        self.second.map_or(self.first.ttl, |second| second.ttl.min(self.first.ttl))
    }

    /// The group, when all of its records are taken: the usual case.
    pub(crate) fn plain(&self) -> Option<&Group<'a>> {
        (self.second.is_none() && self.drawn.is_none()).then_some(&self.first)
    }

    /// RDATA of the records, each once.
    pub(crate) fn records(&self) -> impl Iterator<Item = &'a [u8]> {
        let Self { first, second, drawn } = *self;
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
        let signed = self.plain().filter(|group| group.is_signed());
        signed.map(|group| group.signatures()).into_iter().flatten()
    }
}

impl<'s> Resolver<'s, '_, '_, '_> {
    /// The records of the default rows.
    pub(crate) fn select_default(&mut self, entry: &Entry<'s>) -> Option<Selection<'s>> {
        let group = entry.default_group(self.store.sets)?;
        Some(Selection::of(group, None, false, self.policy.max_weighted, &mut self.random))
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
        let (first, second) = match (own, default) {
            (Some(own), _) if alone => (own, None),
            (Some(own), default) => (own, default),
            (None, default) => (default?, None),
        };
        // Addresses that depend on the location are a pool; of other types a client gets all.
        let signed = first.is_signed() || second.is_some_and(|group| group.is_signed());
        let pool = matches!(RType(entry.rtype), RType::A | RType::AAAA) && !signed;
        Some(Selection::of(first, second, pool, self.policy.max_weighted, &mut self.random))
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
        let name = name.hash(name.depth()).unwrap_or(0);
        let halves = u64::try_from(block >> 64).unwrap_or(0);
        let low = u64::try_from(block & u128::from(u64::MAX)).unwrap_or(0);
        let mut random = Random::new(key ^ name);
        for word in [halves, low] {
            random = Random::new(random.next() ^ word);
        }
        random
    }
}

/// Types of which a name has one record (RFC 2181 §10.1, RFC 6672 §2.4).
fn is_single(rtype: RType) -> bool {
    matches!(rtype, RType::CNAME | RType::DNAME | RType::SOA)
}
