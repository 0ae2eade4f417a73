//! The hot functions: what runs for each packet, query or sample.

use core::hint::black_box;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dns_wire::edns::{ClientSubnet, Cookie, CookieSecret, CookieState};
use dns_wire::rdata::{Rrsig, Soa};
use dns_wire::transfer::Transfer;
use dns_wire::tsig::{TsigAlgorithm, TsigContext, TsigKey, TsigStream, sign, verify};
use dns_wire::{Builder, Class, Message, Name, NameBuf, RType, Rcode, Record, Ttl, dnssec, rdata};
use ntp_wire::client::select::{Candidate, Edge, cluster, combine, select, settle};
use ntp_wire::client::{Bound, ClockFilter, DelayLimits, Discipline, Exchange, Regression};
use ntp_wire::interleave::{Reply, Ring};
use ntp_wire::limiter::{Client as NtpClient, Limiter, Rules, Set};
use ntp_wire::server::{Arrival, Policy, ServerState, kiss, respond};
use ntp_wire::smear::{Kind, LeapSecond, Smear};
use ntp_wire::{Frequency, Kiss, Log2Seconds, Span, Timestamp, cmdmon, control};
use rum_stats::{Micros, Sketch};
use zone_store::{Batch, Client, Dropped, Image, Overlay, Overrides, Question};

/// Each of them once.
pub fn call_all(input: &mut [u8], number: u64, out: &mut [u8]) {
    black_box(walk_message(input));
    black_box(check_rdata(input, number));
    black_box(build_reply(input, out));
    black_box(check_cookie(input, number, out));
    black_box(transfer_zone(input, number));
    black_box(sign_message(input, number, out));
    black_box(hash_names(input, number));
    black_box(answer_ntp(input, number, out));
    black_box(limit_ntp(number));
    black_box(accept_ntp(input, number));
    black_box(interleave_ntp(input, number, out));
    black_box(discipline_ntp(input, number));
    black_box(monitor_ntp(input, out));
    black_box(smear(number));
    black_box(record(number));
    black_box(exchange_sketch(input, out));
    black_box(answer_dns(input, number, out));
    black_box(answer_batch(input, number, out));
    black_box(locate(input, number));
}

fn walk_message(octets: &[u8]) -> usize {
    let Ok(message) = Message::parse(octets) else {
        return 0;
    };
    let mut seen = 0_usize;
    for record in message.records().flatten() {
        seen = seen.wrapping_add(look_into(&record));
    }
    let edns = message.edns().ok().flatten();
    let rcode = message.rcode(edns.as_ref());
    let whole = message.check().is_ok();
    seen.wrapping_add(usize::from(rcode.0)).wrapping_add(usize::from(whole))
}

fn look_into(record: &Record<'_>) -> usize {
    let mut seen = record.rdata.octets().len();
    seen = seen.wrapping_add(record.owner.labels().count());
    seen = seen
        .wrapping_add(record.owner.to_name_buf().map_or(0, |name| name.as_name().as_wire().len()));
    seen = seen.wrapping_add(usize::from(record.rdata.parse::<Soa<'_>>().is_ok()));
    seen = seen.wrapping_add(usize::from(record.rdata.data(record.rtype).is_ok()));
    if let Ok(edns) = record.edns() {
        seen = seen.wrapping_add(usize::from(edns.client_subnet().is_ok()));
        for option in edns.options().flatten() {
            seen = seen.wrapping_add(usize::from(option.read().is_ok()));
        }
    }
    seen
}

/// Of every type there is: the number is not known here.
fn check_rdata(octets: &mut [u8], number: u64) -> bool {
    let [low, high, ..] = number.to_le_bytes();
    let rtype = RType(u16::from_le_bytes([low, high]));
    let valid = rdata::validate(rtype, octets).is_ok();
    rdata::canonicalize(rtype, octets);
    valid
}

fn build_reply(octets: &[u8], out: &mut [u8]) -> usize {
    let Ok(query) = Message::parse(octets) else {
        return 0;
    };
    let Ok(mut answers) = Builder::reply(out, &query) else {
        return 0;
    };
    let pushed = answers.push(Name::ROOT, RType::NS, Class::IN, Ttl(60), octets);
    for record in query.answers().flatten() {
        if let Ok(data) = record.rdata.data(record.rtype) {
            black_box(answers.push_data(Name::ROOT, record.class, record.ttl, &data).is_ok());
        }
    }
    let mut additionals = answers.additionals();
    let opt = additionals.push_opt(1232, Rcode::NOERROR, false, &[]);
    additionals.finish().len().wrapping_add(usize::from(pushed.is_ok() && opt.is_ok()))
}

fn check_cookie(octets: &[u8], number: u64, out: &mut [u8]) -> bool {
    let secret = CookieSecret(u128::from(number).to_le_bytes());
    let address = IpAddr::V4(Ipv4Addr::from_bits(number as u32));
    let (client, now) = (number.to_le_bytes(), number as u32);
    let fresh = secret.make(client, address, now);
    let judged = secret.check(Cookie { client, server: octets }, address, now);
    let subnet = ClientSubnet::new(address, fresh[15], 0).and_then(|subnet| subnet.with_scope(24));
    let written = subnet.is_some_and(|subnet| subnet.write(out).is_ok());
    judged == CookieState::Good && written
}

fn transfer_zone(octets: &[u8], number: u64) -> usize {
    let Ok(message) = Message::parse(octets) else {
        return 0;
    };
    let mut transfer = Transfer::incremental(Name::ROOT, number as u32);
    let steps = transfer.message(&message).map_or(0, |steps| steps.flatten().count());
    steps.wrapping_add(usize::from(transfer.is_done()))
}

fn sign_message(octets: &[u8], number: u64, out: &mut [u8]) -> bool {
    let key = TsigKey {
        name: NameBuf::root(),
        algorithm: TsigAlgorithm::HmacSha256,
        secret: octets,
        mac_len: None,
    };
    let verified = verify(octets, &key, TsigContext::Request, number);
    let Ok((total, mac)) = sign(out, 12, &key, TsigContext::Request, number, 300) else {
        return false;
    };
    let mut stream = TsigStream::new(&key, mac.octets());
    let checked = stream.verify(out.get(..total).unwrap_or(&[]), number);
    verified.is_ok() && checked.is_ok() && stream.sign(out, 12, number, 300).is_ok()
}

/// What a signature is made over is left out: it is sorted, and the library's sort holds a panic.
fn hash_names(octets: &[u8], number: u64) -> u8 {
    let Ok((name, salt)) = Name::split_from(octets) else {
        return 0;
    };
    let mut mixed = NameBuf::from(name);
    mixed.mix_case(u128::from(number));
    let hash = dnssec::nsec3_hash(mixed.as_name(), salt, number as u16, 100);
    let tag = dnssec::key_tag(octets).to_le_bytes()[0];
    let rrsig = rdata::Rdata::flat(salt).parse::<Rrsig<'_>>();
    hash.map_or(0, |[first, ..]| first) ^ tag ^ rrsig.map_or(0, |rrsig| rrsig.labels)
}

fn answer_ntp(request: &[u8], number: u64, out: &mut [u8]) -> usize {
    let arrival = Arrival { received: Timestamp::from_bits(number), noise: number };
    let state = ServerState::unsynchronised();
    let clock = || Timestamp::from_bits(number);
    respond(request, arrival, clock, &state, &Policy::default(), out).unwrap_or(0)
}

fn limit_ntp(number: u64) -> bool {
    let mut memory = [Set::EMPTY; 4];
    let Ok(mut limiter) = Limiter::new(&mut memory, Rules::default(), [number, number]) else {
        return false;
    };
    let [a, b, c, d, ..] = number.to_le_bytes();
    let client = NtpClient::from(IpAddr::V4(Ipv4Addr::new(a, b, c, d)));
    let verdict = limiter.check(client, Timestamp::from_bits(number));
    matches!(black_box(verdict), ntp_wire::limiter::Verdict::Answer)
}

fn accept_ntp(reply: &[u8], number: u64) -> i64 {
    let time = Timestamp::from_bits(number);
    let mut exchange = Exchange::new(number, time, Log2Seconds(-20));
    exchange.accept(reply, time).map_or(0, |sample| sample.offset.to_bits())
}

fn interleave_ntp(request: &[u8], number: u64, out: &mut [u8]) -> usize {
    let time = Timestamp::from_bits(number);
    let arrival = Arrival { received: time, noise: number };
    let (state, policy) = (ServerState::unsynchronised(), Policy::default());
    let mut memory = [Reply::default(); 8];
    let mut ring = Ring::new(&mut memory);
    for _ in 0..2 {
        if let Ok(replied) = ring.respond(request, arrival, || time, &state, &policy, out) {
            ring.sent(replied.receive, time);
        }
    }
    kiss(request, Kiss::RATE, arrival, &policy, out).unwrap_or(0)
}

/// From a reply to a correction of the clock.
fn discipline_ntp(reply: &[u8], number: u64) -> i64 {
    let time = Timestamp::from_bits(number);
    let mut exchange = Exchange::new(number, time, Log2Seconds(-20));
    let Ok(sample) = exchange.accept(reply, time) else {
        return 0;
    };
    let mut filter = ClockFilter::new();
    let Some(filtered) = filter.push(sample, Span::from_bits(number.cast_signed())) else {
        return 0;
    };
    filter.clock_stepped(filtered.jitter);
    let mut regression = Regression::<16>::new();
    regression.push(&sample);
    let estimate = regression.estimate(time);
    let known = estimate.map(|line| (sample.delay, line.jitter));
    let allowed = DelayLimits::default().allow(sample.delay, known);
    let candidate = |id| Candidate {
        id,
        offset: sample.offset,
        distance: filtered.root_distance(time),
        jitter: filtered.jitter,
        stratum: sample.stratum,
        leap: sample.leap,
    };
    let mut candidates = [candidate(1), candidate(2), candidate(3)];
    let mut edges = [Edge::default(); 9];
    let Ok(agreement) = select(&mut candidates, &mut edges) else {
        return 0;
    };
    let survivors = candidates.get_mut(..agreement.survivors).unwrap_or_default();
    let left = cluster(survivors, 1);
    let left = survivors.get_mut(..left).unwrap_or_default();
    settle(left, Some(2), None);
    let Some(combined) = combine(left).filter(|_| allowed) else {
        return 0;
    };
    let mut bound = Bound::new(time, combined.offset, sample.root_distance(time), Frequency::PHI);
    let agrees = bound.measure(time, sample.offset, sample.root_distance(time));
    let (next, _) =
        Discipline::new().update(combined.offset, Span::from_bits(number.cast_signed()));
    next.frequency.0.wrapping_add(i64::from(agrees))
}

fn monitor_ntp(octets: &[u8], out: &mut [u8]) -> usize {
    let written = cmdmon::Command::ServerStats.write(7, out).unwrap_or(0);
    let answered = cmdmon::Answer::parse(octets, 7).is_ok();
    let request =
        control::Request { opcode: control::Opcode(2), sequence: 7, association: 0, data: &[] };
    let fragment = control::Fragment::parse(octets);
    let fragment = fragment.is_ok_and(|part| {
        let mut assembly = control::Assembly::new(&request, out);
        matches!(assembly.accept(&part), control::Progress::Complete { .. })
    });
    let variables = control::variables(octets).count();
    written.wrapping_add(variables).wrapping_add(usize::from(answered && fragment))
}

fn smear(number: u64) -> u64 {
    let time = Timestamp::from_bits(number);
    let leap = LeapSecond { midnight: time, kind: Kind::Insert };
    let [linear, spline, cosine] =
        [Smear::noon_to_noon(leap), Smear::spline_after(leap), Smear::cosine_before(leap, 86_400)];
    let reads = |smear: Smear| smear.unsmeared(smear.smeared(black_box(time))).to_bits();
    reads(linear) ^ reads(spline) ^ reads(cosine)
}

fn record(number: u64) -> u64 {
    let mut sketch = Sketch::new();
    let [a, b, c, d, ..] = number.to_le_bytes();
    sketch.record(Micros(u32::from_le_bytes([a, b, c, d])));
    let mut other = Sketch::new();
    other.merge(black_box(&sketch));
    other.count()
}

fn exchange_sketch(octets: &[u8], out: &mut [u8]) -> u32 {
    let mut sketch = Sketch::new();
    if sketch.merge_from_slice(octets).is_err() || sketch.encode(out).is_err() {
        return 0;
    }
    sketch.quantile(0.9).map_or(0, |micros| micros.0)
}

/// An image opened from octets that nobody vouches for, and asked.
fn answer_dns(octets: &[u8], number: u64, out: &mut [u8]) -> usize {
    let (image, query) = octets.split_at_checked(512).unwrap_or((octets, &[]));
    let Ok(image) = Image::open(image) else {
        return 0;
    };
    let (client, policy) = (Client::default(), zone_store::Policy::default());
    let answered = image.store().answer(query, &client, &policy, &Overrides::NONE, number, out);
    // One that the optimiser knows nothing about: it cannot tell that there is none.
    let overlaid = black_box(None::<&Overlay>).and_then(|overlay| image.overlaid(overlay));
    let under = overlaid.map(|overlaid| {
        let location = overlaid.find_location(query);
        let name = location.and_then(|location| overlaid.location_name(location));
        black_box(name.map_or(0, <[u8]>::len));
        overlaid.answer(query, &client, &policy, &Overrides::NONE, number, out)
    });
    let both = [Some(answered), under].into_iter().flatten().flatten();
    both.map(|answered| answered.len).fold(0, usize::wrapping_add)
}

/// The same, two queries at a time.
fn answer_batch(octets: &[u8], number: u64, out: &mut [u8]) -> usize {
    let (image, query) = octets.split_at_checked(512).unwrap_or((octets, &[]));
    let Ok(image) = Image::open(image) else {
        return 0;
    };
    let (first, second) = out.split_at_mut_checked(512).unwrap_or_default();
    let mut batch = Batch::new();
    let mut questions = [first, second].map(|out| Question {
        query,
        client: Client::default(),
        random: number,
        out,
        answered: Err(Dropped::TooShort),
    });
    let policy = zone_store::Policy::default();
    image.store().answer_batch(&mut batch, &mut questions, &policy, &Overrides::NONE);
    questions.iter().fold(0, |sum, question| {
        sum.wrapping_add(question.answered.map_or(0, |answered| answered.len))
    })
}

/// The maps of such an image.
fn locate(octets: &[u8], number: u64) -> u32 {
    let Ok(image) = Image::open(octets) else {
        return 0;
    };
    let [a, b, c, d, ..] = number.to_le_bytes();
    let v4 = IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    let v6 = IpAddr::V6(Ipv6Addr::from(u128::from(number) << 64));
    let located = |address| image.store().maps().find_map(|map| map.locate(address));
    [v4, v6].into_iter().filter_map(located).fold(0, |sum, location| sum.wrapping_add(location.0))
}
