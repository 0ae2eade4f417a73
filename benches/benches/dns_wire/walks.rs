//! Reads a message and touches every label and all RDATA, into one sum: by hand, and with `dns-wire`.
//!
//! The sum shows that the work was done, and is to cost as little as can be, for what all walkers
//! share says nothing about any of them. So: a number counts as itself, an address as one or two
//! numbers of 64 bits, a bitmap as the types it lists; a run of octets (a label, a key, a salt) by its
//! length and its first and last octet, which cannot be had before its bounds are known. Every field of
//! every question and record is in the sum, but for the TTL of OPT, which not all models keep; a client
//! subnet counts by its address and prefix lengths, any other option by code and octets.

use dns_wire::edns::{ClientSubnet, OptionData};
use dns_wire::rdata::{A, Aaaa, Data, Dnskey, Ns, Nsec3, Rrsig, Soa};
use dns_wire::{Message, MessageName, RType, Record};
use std::net::IpAddr;

/// Reads a message and returns its sum.
pub(crate) type Walk = fn(&[u8]) -> u64;

/// What a run of octets counts.
#[inline(always)]
pub(crate) fn run(octets: &[u8]) -> u64 {
    match octets {
        [] => 0,
        [first, ..] => {
            octets.len() as u64 + u64::from(*first) + u64::from(octets[octets.len() - 1])
        }
    }
}

/// What an IPv6 address counts.
#[inline(always)]
pub(crate) fn wide(address: u128) -> u64 {
    ((address >> 64) as u64).wrapping_add(address as u64)
}

/// What an address counts.
#[inline(always)]
pub(crate) fn address(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(v4) => u64::from(u32::from(v4)),
        IpAddr::V6(v6) => wide(u128::from(v6)),
    }
}

/// The floor: a loop written for these messages, that has no checks but those of Rust's indexing, follows
/// each name once, and trusts pointers to lead somewhere.
pub(crate) fn raw(message: &[u8]) -> u64 {
    let mut total = 0u64;
    let mut at = 12;
    for _ in 0..short(message, 4) {
        at = raw_name(message, at, &mut total);
        total += u64::from(short(message, at)) + u64::from(short(message, at + 2));
        at += 4;
    }
    let records = [6, 8, 10].map(|count| usize::from(short(message, count)));
    for _ in 0..records[0] + records[1] + records[2] {
        at = raw_name(message, at, &mut total);
        let rtype = short(message, at);
        total += u64::from(rtype) + u64::from(short(message, at + 2));
        if rtype != 41 {
            total += u64::from(number(message, at + 4));
        }
        let start = at + 10;
        at = start + usize::from(short(message, at + 8));
        let rdata = &message[start..at];
        match rtype {
            1 => total += u64::from(number(rdata, 0)),
            2 => {
                raw_name(message, start, &mut total);
            }
            6 => {
                let next = raw_name(message, start, &mut total);
                let next = raw_name(message, next, &mut total);
                let numbers = &message[next..at];
                total += (0..5).map(|index| u64::from(number(numbers, index * 4))).sum::<u64>();
            }
            28 => total = total.wrapping_add(wide(u128::from_be_bytes(rdata.try_into().unwrap()))),
            41 => raw_options(rdata, &mut total),
            46 => {
                total += u64::from(number(rdata, 4))
                    + u64::from(number(rdata, 8))
                    + u64::from(number(rdata, 12));
                total += u64::from(short(rdata, 0)) + u64::from(short(rdata, 16));
                total += u64::from(rdata[2]) + u64::from(rdata[3]);
                let next = raw_name(message, start + 18, &mut total);
                total += run(&message[next..at]);
            }
            48 => {
                total += u64::from(short(rdata, 0)) + u64::from(rdata[2]) + u64::from(rdata[3]);
                total += run(&rdata[4..]);
            }
            50 => {
                let salt = 5 + usize::from(rdata[4]);
                let next = salt + 1 + usize::from(rdata[salt]);
                total += u64::from(rdata[0]) + u64::from(rdata[1]) + u64::from(short(rdata, 2));
                total += run(&rdata[5..salt]) + run(&rdata[salt + 1..next]);
                raw_types(&rdata[next..], &mut total);
            }
            _ => panic!("type {rtype} is in none of the messages"),
        }
    }
    total
}

fn number(octets: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(octets[at..at + 4].try_into().unwrap())
}

fn short(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes(octets[at..at + 2].try_into().unwrap())
}

#[inline]
fn raw_name(message: &[u8], start: usize, total: &mut u64) -> usize {
    let mut at = start;
    let mut end = 0;
    loop {
        let length = usize::from(message[at]);
        if length == 0 {
            return if end == 0 { at + 1 } else { end };
        }
        if length >= 0xc0 {
            if end == 0 {
                end = at + 2;
            }
            at = (length & 0x3f) << 8 | usize::from(message[at + 1]);
            continue;
        }
        *total += run(&message[at + 1..at + 1 + length]);
        at += 1 + length;
    }
}

fn raw_types(mut bitmap: &[u8], total: &mut u64) {
    while let [window, length, rest @ ..] = bitmap {
        let (bits, rest) = rest.split_at(usize::from(*length));
        for (&octet, first) in bits.iter().zip((0u64..).step_by(8)) {
            let mut left = octet;
            while left != 0 {
                let bit = left.leading_zeros();
                *total += u64::from(*window) << 8 | (first + u64::from(bit));
                left &= !(0x80 >> bit);
            }
        }
        bitmap = rest;
    }
}

/// Also for the peers that leave a client subnet as octets.
pub(crate) fn raw_option(code: u16, data: &[u8], total: &mut u64) {
    *total += u64::from(code);
    if code != 8 {
        *total += run(data);
        return;
    }
    *total += u64::from(data[2]) + u64::from(data[3]);
    if short(data, 0) == 1 {
        let mut octets = [0; 4];
        octets[..data.len() - 4].copy_from_slice(&data[4..]);
        *total += u64::from(u32::from_be_bytes(octets));
    } else {
        let mut octets = [0; 16];
        octets[..data.len() - 4].copy_from_slice(&data[4..]);
        *total = total.wrapping_add(wide(u128::from_be_bytes(octets)));
    }
}

fn raw_options(mut options: &[u8], total: &mut u64) {
    while !options.is_empty() {
        let end = 4 + usize::from(short(options, 2));
        raw_option(short(options, 0), &options[4..end], total);
        options = &options[end..];
    }
}

/// Each type read as the struct it is known by.
pub(crate) fn dns_wire(message: &[u8]) -> u64 {
    let message = Message::parse(message).expect("a message");
    let mut total = 0u64;
    for question in message.questions() {
        let question = question.expect("a question");
        total += name(question.name) + u64::from(question.qtype.0) + u64::from(question.qclass.0);
    }
    for record in message.records() {
        let record = record.expect("a record");
        total += name(record.owner) + u64::from(record.rtype.0) + u64::from(record.class.0);
        if record.rtype == RType::OPT {
            let edns = record.edns().expect("an OPT record");
            if let Some(found) = edns.client_subnet().expect("a subnet") {
                total = total.wrapping_add(8 + subnet(&found));
            }
            continue;
        }
        total += u64::from(record.ttl.0);
        let rdata = record.rdata;
        total = total.wrapping_add(match record.rtype {
            RType::A => a(&rdata.parse().expect("A")),
            RType::AAAA => aaaa(&rdata.parse().expect("AAAA")),
            RType::NS => ns(&rdata.parse().expect("NS")),
            RType::SOA => soa(&rdata.parse().expect("SOA")),
            RType::RRSIG => rrsig(&rdata.parse().expect("RRSIG")),
            RType::DNSKEY => dnskey(&rdata.parse().expect("DNSKEY")),
            RType::NSEC3 => nsec3(&rdata.parse().expect("NSEC3")),
            other => panic!("{other} is in none of the messages"),
        });
    }
    total
}

/// The same by way of the enum of all types, matched where it lies: moved out of its `Result` it would be read in other
/// words than it was written in, which waits for the writing.
pub(crate) fn dns_wire_any(message: &[u8]) -> u64 {
    let message = Message::parse(message).expect("a message");
    let mut total = 0u64;
    for question in message.questions() {
        let question = question.expect("a question");
        total += name(question.name) + u64::from(question.qtype.0) + u64::from(question.qclass.0);
    }
    for record in message.records() {
        let record = record.expect("a record");
        total += name(record.owner) + u64::from(record.rtype.0) + u64::from(record.class.0);
        if record.rtype == RType::OPT {
            total = total.wrapping_add(options(&record));
            continue;
        }
        total += u64::from(record.ttl.0);
        total = total.wrapping_add(match &record.rdata.data(record.rtype) {
            Ok(Data::A(data)) => a(data),
            Ok(Data::Aaaa(data)) => aaaa(data),
            Ok(Data::Ns(data)) => ns(data),
            Ok(Data::Soa(data)) => soa(data),
            Ok(Data::Rrsig(data)) => rrsig(data),
            Ok(Data::Dnskey(data)) => dnskey(data),
            Ok(Data::Nsec3(data)) => nsec3(data),
            other => panic!("{other:?} is in none of the messages"),
        });
    }
    total
}

fn options(record: &Record<'_>) -> u64 {
    let mut total = 0u64;
    for option in record.edns().expect("an OPT record").options() {
        let option = option.expect("an option");
        total += u64::from(option.code.0);
        total = total.wrapping_add(match option.read().expect("option data") {
            OptionData::ClientSubnet(found) => subnet(&found),
            _ => run(option.data),
        });
    }
    total
}

fn subnet(subnet: &ClientSubnet) -> u64 {
    address(subnet.address()).wrapping_add(u64::from(subnet.source()) + u64::from(subnet.scope()))
}

fn a(a: &A) -> u64 {
    u64::from(u32::from(a.address))
}

fn aaaa(aaaa: &Aaaa) -> u64 {
    wide(u128::from(aaaa.address))
}

fn ns(ns: &Ns<'_>) -> u64 {
    name(ns.server)
}

fn soa(soa: &Soa<'_>) -> u64 {
    let numbers = [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum];
    name(soa.mname) + name(soa.rname) + numbers.map(u64::from).iter().sum::<u64>()
}

fn rrsig(rrsig: &Rrsig<'_>) -> u64 {
    u64::from(rrsig.type_covered.0)
        + u64::from(rrsig.algorithm)
        + u64::from(rrsig.labels)
        + u64::from(rrsig.original_ttl)
        + u64::from(rrsig.expiration.0)
        + u64::from(rrsig.inception.0)
        + u64::from(rrsig.key_tag)
        + name(rrsig.signer)
        + run(rrsig.signature)
}

fn dnskey(key: &Dnskey<'_>) -> u64 {
    u64::from(key.flags) + u64::from(key.protocol) + u64::from(key.algorithm) + run(key.public_key)
}

fn nsec3(nsec3: &Nsec3<'_>) -> u64 {
    u64::from(nsec3.hash_algorithm)
        + u64::from(nsec3.flags)
        + u64::from(nsec3.iterations)
        + run(nsec3.salt)
        + run(nsec3.next_hashed)
        + nsec3.types.iter().map(|rtype| u64::from(rtype.0)).sum::<u64>()
}

fn name(name: MessageName<'_>) -> u64 {
    name.labels().map(|label| run(label.expect("a label").octets())).sum()
}
