//! Reads a message and touches every label and all RDATA, into one sum: by hand, and with `dns-wire`.

use dns_wire::rdata::Data;
use dns_wire::{Message, MessageName};

/// The octets of a label or a value, added up. What every walker returns is the sum of these over
/// a message, and of all numbers and addresses in it.
///
/// Never inlined, so that all walkers call the same code and differ only in how they get there.
#[inline(never)]
pub(crate) fn sum(octets: &[u8]) -> u64 {
    octets.iter().map(|&octet| u64::from(octet)).sum()
}

/// The floor: a loop written for these messages that trusts them as far as Rust lets it.
pub(crate) fn raw(message: &[u8]) -> u64 {
    let count = |at: usize| usize::from(u16::from_be_bytes([message[at], message[at + 1]]));
    let mut total = 0;
    let mut at = 12;
    for _ in 0..count(4) {
        at = raw_name(message, at, &mut total) + 4;
    }
    for _ in 0..count(6) + count(8) + count(10) {
        at = raw_name(message, at, &mut total);
        let rtype = u16::from_be_bytes([message[at], message[at + 1]]);
        let length = usize::from(u16::from_be_bytes([message[at + 8], message[at + 9]]));
        let start = at + 10;
        let end = start + length;
        let rdata = &message[start..end];
        match rtype {
            1 => total += u64::from(number(rdata, 0)),
            2 => {
                raw_name(message, start, &mut total);
            }
            6 => {
                let next = raw_name(message, start, &mut total);
                let next = raw_name(message, next, &mut total);
                let numbers = &message[next..end];
                total += (0..5).map(|index| u64::from(number(numbers, index * 4))).sum::<u64>();
            }
            28 => total += (0..4).map(|index| u64::from(number(rdata, index * 4))).sum::<u64>(),
            46 => {
                total += u64::from(number(rdata, 4))
                    + u64::from(number(rdata, 8))
                    + u64::from(number(rdata, 12));
                total += u64::from(short(rdata, 0)) + u64::from(short(rdata, 16));
                total += u64::from(rdata[2]) + u64::from(rdata[3]);
                let next = raw_name(message, start + 18, &mut total);
                total += sum(&message[next..end]);
            }
            48 => {
                total += u64::from(short(rdata, 0))
                    + u64::from(rdata[2])
                    + u64::from(rdata[3])
                    + sum(&rdata[4..]);
            }
            50 => {
                let salt = 5 + usize::from(rdata[4]);
                let next = salt + 1 + usize::from(rdata[salt]);
                total += u64::from(rdata[0]) + u64::from(rdata[1]) + u64::from(short(rdata, 2));
                total += sum(&rdata[5..salt]) + sum(&rdata[salt + 1..next]) + sum(&rdata[next..]);
            }
            _ => total += sum(rdata),
        }
        at = end;
    }
    total
}

fn number(octets: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]])
}

fn short(octets: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([octets[at], octets[at + 1]])
}

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
        *total += sum(&message[at + 1..at + 1 + length]);
        at += 1 + length;
    }
}

pub(crate) fn dns_wire(message: &[u8]) -> u64 {
    let message = Message::parse(message).expect("a message");
    let mut total = 0;
    for question in message.questions() {
        total += name(question.expect("a question").name);
    }
    for record in message.records() {
        let record = record.expect("a record");
        total += name(record.owner);
        total += match record.rdata.data(record.rtype).expect("RDATA") {
            Data::A(a) => u64::from(u32::from(a.address)),
            Data::Aaaa(aaaa) => words(u128::from(aaaa.address)),
            Data::Ns(ns) => name(ns.server),
            Data::Soa(soa) => {
                let numbers = [soa.serial, soa.refresh, soa.retry, soa.expire, soa.minimum];
                name(soa.mname) + name(soa.rname) + numbers.map(u64::from).iter().sum::<u64>()
            }
            Data::Rrsig(rrsig) => {
                u64::from(rrsig.type_covered.0)
                    + u64::from(rrsig.algorithm)
                    + u64::from(rrsig.labels)
                    + u64::from(rrsig.original_ttl)
                    + u64::from(rrsig.expiration.0)
                    + u64::from(rrsig.inception.0)
                    + u64::from(rrsig.key_tag)
                    + name(rrsig.signer)
                    + sum(rrsig.signature)
            }
            Data::Dnskey(key) => {
                u64::from(key.flags)
                    + u64::from(key.protocol)
                    + u64::from(key.algorithm)
                    + sum(key.public_key)
            }
            Data::Nsec3(nsec3) => {
                u64::from(nsec3.hash_algorithm)
                    + u64::from(nsec3.flags)
                    + u64::from(nsec3.iterations)
                    + sum(nsec3.salt)
                    + sum(nsec3.next_hashed)
                    + sum(nsec3.types.as_wire())
            }
            Data::Unknown(_, octets) => sum(octets),
            other => panic!("{other:?} is in none of the messages"),
        };
    }
    total
}

fn words(address: u128) -> u64 {
    (0..4).map(|word| u64::from((address >> (word * 32)) as u32)).sum()
}

fn name(name: MessageName<'_>) -> u64 {
    name.labels().map(|label| sum(label.expect("a label").octets())).sum()
}
