//! The hot functions: what runs for each packet, query or sample.

use core::hint::black_box;

use dns_wire::{Builder, Class, Message, Name, RType, Rcode, Ttl};
use ntp_wire::Timestamp;
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use rum_stats::{Micros, Sketch};
use zone_store::{Client, Image, Overrides};

/// Each of them once.
pub fn call_all(input: &mut [u8], number: u64, out: &mut [u8]) {
    black_box(walk_message(input));
    black_box(build_reply(input, out));
    black_box(answer_ntp(input, number, out));
    black_box(record(number));
    black_box(answer_dns(input, number, out));
}

fn walk_message(octets: &[u8]) -> usize {
    let Ok(message) = Message::parse(octets) else {
        return 0;
    };
    let mut seen = 0_usize;
    for record in message.records().flatten() {
        seen = seen.wrapping_add(record.rdata.octets().len());
        seen = seen.wrapping_add(record.owner.labels().count());
    }
    if let Ok(Some(edns)) = message.edns() {
        seen = seen.wrapping_add(usize::from(edns.client_subnet().is_ok()));
    }
    seen
}

fn build_reply(octets: &[u8], out: &mut [u8]) -> usize {
    let Ok(query) = Message::parse(octets) else {
        return 0;
    };
    let Ok(mut answers) = Builder::reply(out, &query) else {
        return 0;
    };
    let pushed = answers.push(Name::ROOT, RType::NS, Class::IN, Ttl(60), octets);
    let mut additionals = answers.additionals();
    let opt = additionals.push_opt(1232, Rcode::NOERROR, false, &[]);
    additionals.finish().len().wrapping_add(usize::from(pushed.is_ok() && opt.is_ok()))
}

fn answer_ntp(request: &[u8], number: u64, out: &mut [u8]) -> usize {
    let arrival = Arrival { received: Timestamp::from_bits(number), noise: number };
    let state = ServerState::unsynchronised();
    let clock = || Timestamp::from_bits(number);
    respond(request, arrival, clock, &state, &Policy::default(), out).unwrap_or(0)
}

fn record(number: u64) -> u64 {
    let mut sketch = Sketch::new();
    let [a, b, c, d, ..] = number.to_le_bytes();
    sketch.record(Micros(u32::from_le_bytes([a, b, c, d])));
    let mut other = Sketch::new();
    other.merge(black_box(&sketch));
    other.count()
}

/// An image opened from octets that nobody vouches for, and asked.
fn answer_dns(octets: &[u8], number: u64, out: &mut [u8]) -> usize {
    let (image, query) = octets.split_at_checked(512).unwrap_or((octets, &[]));
    let Ok(image) = Image::open(image) else {
        return 0;
    };
    let policy = zone_store::Policy::default();
    let answered =
        image.store().answer(query, &Client::default(), &policy, &Overrides::NONE, number, out);
    answered.map_or(0, |answered| answered.len)
}
