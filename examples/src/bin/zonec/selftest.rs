//! `zonec selftest`.

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use dns_wire::edns::ClientSubnet;
use dns_wire::{NameBuf, RType};
use service::console::{Console, grouped};
use service::dns_client::{QUERY_MAX, Question};
use service::published::Edition;
use zone_store::{Answered, Client, ClientMap, Location, Overrides, Policy, Store};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "For each map it takes a name that is bound to it and has rows for locations. What is expected comes from the list of the map's ranges alone, without a look-up.\n\nExample:\n  zonec selftest site.img"
)]
pub(crate) struct Arguments {
    /// The image.
    image: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let edition = Edition::open(&arguments.image)?;
    let store = edition.image.store();
    let console = Console::new(false);
    let maps: BTreeMap<&[u8], Spans> =
        store.maps().map(|map| (map.name(), Spans::of(&map))).collect();
    let mut asked = 0u64;
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for (name, rtype) in located_names(&store) {
        let (by_resolver, by_subnet) = bound(&store, &name);
        let by_resolver = by_resolver.or_else(|| maps.contains_key(&b""[..]).then_some(b""));
        // Names below a delegation, say, are never tailored.
        if ask(&store, &name, rtype, LOOPBACK, None)?.location.is_none() {
            continue;
        }
        let spans = |map: Option<&[u8]>| map.and_then(|map| maps.get(map));
        let elsewhere = spans(by_resolver).map_or(Location::DEFAULT, |s| s.location(LOOPBACK));
        if let (Some(map), Some(spans)) = (by_resolver, spans(by_resolver))
            && seen.insert((map, false))
        {
            for (address, span) in spans.borders() {
                let answered = ask(&store, &name, rtype, address, None)?;
                asked += 1;
                let expected = span.location.unwrap_or(Location::DEFAULT);
                if answered.location != Some(expected) {
                    wrong.push(format!("{name} from {address}: {answered:?}, not {expected:?}"));
                }
            }
        }
        if let (Some(map), Some(spans)) = (by_subnet, spans(by_subnet))
            && seen.insert((map, true))
        {
            for (address, span) in spans.borders() {
                let answered = ask(&store, &name, rtype, LOOPBACK, Some(address))?;
                asked += 1;
                let expected = span.location.unwrap_or(elsewhere);
                let scope = span.scope(address);
                if (answered.location, answered.scope) != (Some(expected), Some(scope)) {
                    wrong.push(format!(
                        "{name} for {address}: {answered:?}, not {expected:?} with scope {scope}"
                    ));
                }
            }
        }
    }
    for line in wrong.iter().take(SHOWN) {
        console.say(line);
    }
    let unasked: Vec<String> = maps
        .keys()
        .filter(|map| !seen.iter().any(|(seen, _)| seen == *map))
        .map(|map| format!("'{}'", map.escape_ascii()))
        .collect();
    if !unasked.is_empty() {
        console.say(format!("no name with rows for locations asks the maps {}", unasked.join(" ")));
    }
    if wrong.is_empty() {
        console.verdict(true, format!("{} questions answered as expected", grouped(asked)));
        return Ok(());
    }
    Err(format!("{} of {} answers are wrong", grouped(wrong.len() as u64), grouped(asked)))
}

/// The owners and types that have rows for locations.
fn located_names(store: &Store<'_>) -> Vec<(NameBuf, RType)> {
    let mut names: Vec<(NameBuf, RType)> = Vec::new();
    for zone in store.zones() {
        for record in zone.records() {
            let last = names.last().is_some_and(|(n, t)| (n, *t) == (&record.owner, record.rtype));
            if record.location != Location::DEFAULT && record.rtype != RType::RRSIG && !last {
                names.push((record.owner, record.rtype));
            }
        }
    }
    names
}

/// The maps of a name by resolver and by subnet, by a walk over all bindings.
fn bound<'a>(store: &Store<'a>, name: &NameBuf) -> (Option<&'a [u8]>, Option<&'a [u8]>) {
    let wire = name.as_name().as_wire().to_ascii_lowercase();
    let mut nearest = (None, None);
    let mut depth = 0;
    for binding in store.bindings() {
        let own = binding.name.as_wire();
        if own == wire {
            return (binding.resolver, binding.subnet);
        }
        let is_above = wire.ends_with(own) && labels(&wire).any(|at| &wire[at..] == own);
        if is_above && own.len() > depth {
            depth = own.len();
            nearest = (binding.resolver_below, binding.subnet_below);
        }
    }
    nearest
}

/// Where each label starts, the root last.
fn labels(wire: &[u8]) -> impl Iterator<Item = usize> {
    let mut at = Some(0);
    std::iter::from_fn(move || {
        let start = at?;
        let len = usize::from(*wire.get(start)?);
        at = (len > 0).then_some(start + len + 1);
        Some(start)
    })
}

fn ask(
    store: &Store<'_>,
    name: &NameBuf,
    qtype: RType,
    resolver: IpAddr,
    subnet: Option<IpAddr>,
) -> Result<Answered, String> {
    let client_subnet = match subnet {
        Some(IpAddr::V4(v4)) => ClientSubnet::new(v4.into(), 32, 0),
        Some(IpAddr::V6(v6)) => ClientSubnet::new(v6.into(), 128, 0),
        None => None,
    };
    let question = Question { name: name.clone(), qtype, client_subnet, dnssec_ok: false };
    let mut query = [0; QUERY_MAX];
    let query = question.write(1, &mut query).map_err(|_| format!("{name} fits no query"))?;
    let client = Client { address: resolver, ..Client::default() };
    let mut out = [0; 4096];
    store
        .answer(query, &client, &Policy::default(), &Overrides::NONE, 7, &mut out)
        .map_err(|dropped| format!("a server would not reply: {dropped}"))
}

/// All addresses of a map in order, gaps among them.
struct Spans {
    v4: Vec<Span>,
    v6: Vec<Span>,
}

#[derive(Clone, Copy)]
struct Span {
    first: u128,
    last: u128,
    /// `None` in a gap.
    location: Option<Location>,
    /// 32 or 128.
    width: u8,
}

impl Spans {
    fn of(map: &ClientMap<'_>) -> Self {
        let family = |is_v4: bool, width: u8| {
            let max = if is_v4 { u128::from(u32::MAX) } else { u128::MAX };
            let mut spans: Vec<Span> = Vec::new();
            let mut next = Some(0u128);
            for range in map.ranges().filter(|range| range.first.is_ipv4() == is_v4) {
                let (first, last) = (number(range.first), number(range.last));
                if let Some(start) = next.filter(|start| *start < first) {
                    spans.push(Span { first: start, last: first - 1, location: None, width });
                }
                spans.push(Span { first, last, location: Some(range.location), width });
                next = last.checked_add(1).filter(|next| *next <= max);
            }
            if let Some(start) = next {
                spans.push(Span { first: start, last: max, location: None, width });
            }
            spans
        };
        Self { v4: family(true, 32), v6: family(false, 128) }
    }

    /// The first and the last address of each span, but for IPv4-mapped ones, which are IPv4.
    fn borders(&self) -> impl Iterator<Item = (IpAddr, Span)> {
        let v4 = self.v4.iter().flat_map(|span| {
            let address = |n: u128| IpAddr::from((n as u32).to_be_bytes());
            [(address(span.first), *span), (address(span.last), *span)]
        });
        let v6 = self.v6.iter().flat_map(|span| {
            [
                (IpAddr::from(span.first.to_be_bytes()), *span),
                (IpAddr::from(span.last.to_be_bytes()), *span),
            ]
        });
        v4.chain(v6.filter(|(address, _)| address.to_canonical() == *address))
    }

    /// By a walk from the start.
    fn location(&self, address: IpAddr) -> Location {
        let spans = if address.is_ipv4() { &self.v4 } else { &self.v6 };
        let address = number(address);
        let span = spans.iter().find(|span| (span.first..=span.last).contains(&address));
        span.and_then(|span| span.location).unwrap_or(Location::DEFAULT)
    }
}

impl Span {
    /// The shortest prefix around the address that stays in the span (RFC 7871 §7.2.1).
    fn scope(&self, address: IpAddr) -> u8 {
        let address = number(address);
        let fits = |len: &u8| {
            let hosts = u32::from(self.width - len);
            let mask = 1u128.checked_shl(hosts).map_or(u128::MAX, |size| size - 1);
            (address & !mask) >= self.first && (address | mask) <= self.last
        };
        (0..=self.width).find(fits).unwrap_or(self.width)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

/// Who asks where the subnet is what counts.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// How many wrong answers are shown.
const SHOWN: usize = 20;
