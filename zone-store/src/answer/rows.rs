//! Which records of an entry a client gets, and writing them.

use dns_wire::RType;

use crate::answer::reply::{Full, Owner, Part};
use crate::answer::resolve::Resolver;
use crate::answer::weighted::Pool;
use crate::key::Key;
use crate::location::{Located, Location};
use crate::random::Random;
use crate::rrset::{Entry, Group};

/// The records that a client gets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selection<'a> {
    /// One for the RRset (RFC 2181 §5.2).
    ttl: u32,
    chosen: Chosen<'a>,
}

/// Which of the records of a group, or of that of the location and that of the default.
#[derive(Clone, Copy, Debug)]
enum Chosen<'a> {
    All(Group<'a>),
    Both(Group<'a>, Group<'a>),
    /// One was drawn: the usual case of a pool.
    One(&'a [u8]),
    /// So many are drawn, whenever they are asked for: from the same numbers come the same records.
    Some(Group<'a>, Option<Group<'a>>, u8, Random),
}

impl<'a> Selection<'a> {
    #[inline]
    fn of(
        first: Group<'a>,
        second: Option<Group<'a>>,
        pool: bool,
        wanted: u8,
        random: &mut Random,
    ) -> Option<Self> {
        let ttl = second.map_or(first.ttl, |second| second.ttl.min(first.ttl));
        let is_drawn =
            pool || first.is_weighted() || second.is_some_and(|group| group.is_weighted());
        let chosen = match second {
            // Of one record there is nothing to draw, whatever its weight.
            None if !is_drawn || first.count == 1 => Chosen::All(first),
            Some(second) if !is_drawn => Chosen::Both(first, second),
            _ if wanted <= 1 => {
                let pool = Pool { first: &first, second: second.as_ref() };
                Chosen::One(pool.draw_one(random)?)
            }
            _ => Chosen::Some(first, second, wanted, Random::new(random.next())),
        };
        Some(Self { ttl, chosen })
    }

    /// All records of a group.
    pub(crate) fn whole(group: Group<'a>) -> Self {
        Self { ttl: group.ttl, chosen: Chosen::All(group) }
    }

    pub(crate) fn ttl(&self) -> u32 {
        self.ttl
    }

    /// RDATA of the records, each once.
    pub(crate) fn records(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (one, first, second, drawn) = match self.chosen {
            Chosen::All(group) => (None, Some(group), None, None),
            Chosen::Both(first, second) => (None, Some(first), Some(second), None),
            Chosen::One(rdata) => (Some(rdata), None, None, None),
            Chosen::Some(first, second, wanted, mut random) => {
                let pool = Pool { first: &first, second: second.as_ref() };
                (None, Some(first), second, Some(pool.draw(wanted, &mut random)))
            }
        };
        let records = |group: Option<Group<'a>>| group.into_iter().flat_map(|g| g.records());
        let own = first.map_or(0, |group| group.count);
        let both = (0u16..).zip(records(first).chain(records(second)));
        let is_chosen = move |number: u16| drawn.is_none_or(|drawn| drawn.has(number));
        let chosen = both.filter(move |(number, _)| is_chosen(*number));
        let chosen = chosen.filter_map(move |(number, rdata)| {
            // The default rows may repeat the location's.
            let mut others = (0u16..).zip(records(first));
            let repeated =
                number >= own && others.any(|(number, r)| r == rdata && is_chosen(number));
            (!repeated).then_some(rdata)
        });
        one.into_iter().chain(chosen)
    }

    /// The signatures, of the one group there is: only sets served whole are signed.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let signed = match self.chosen {
            Chosen::All(group) if group.is_signed() => Some(group),
            _ => None,
        };
        signed.map(|group| group.signatures()).into_iter().flatten()
    }
}

impl<'s> Resolver<'s, '_, '_, '_> {
    /// The records of the default rows.
    pub(crate) fn select_default(&mut self, entry: &Entry<'s>) -> Option<Selection<'s>> {
        let group = entry.default_group(self.store.sets())?;
        Selection::of(group, None, false, self.policy.max_weighted, &mut self.random)
    }

    /// The records for this client: those of its location and of the default, as the image puts them
    /// together. Notes location and scope.
    pub(crate) fn select(&mut self, name: &Key, entry: &Entry<'s>) -> Option<Selection<'s>> {
        if !entry.is_located() {
            return self.select_default(entry);
        }
        let location = self.locate(name);
        let sets = self.store.sets();
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
        Selection::of(first, second, pool, self.policy.max_weighted, &mut self.random)
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
        match &selection.chosen {
            // The usual ones, without the steps that the others take.
            Chosen::All(group) => {
                for rdata in group.records() {
                    self.reply.record(part, owner, rtype, ttl, rdata)?;
                }
            }
            Chosen::One(rdata) => {
                self.reply.record(part, owner, rtype, ttl, rdata)?;
            }
            _ => {
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
