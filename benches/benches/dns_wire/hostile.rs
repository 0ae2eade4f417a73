//! Messages of 64 KiB made to cost as much as a legal message can.
//!
//! What costs is following names. A record of three pointers (MINFO: owner and two names, 16 octets) has
//! the most names for its octets, before a question (6 octets a name) and NS (14 octets for two). What a
//! name can cost is capped, so the targets try what the cap leaves: as many labels as there may be, as
//! many pointers as there may be, both, and labels of two octets, whose lengths are harder to foresee.

use crate::messages::Sample;
use crate::walks::run;
use dns_wire::rdata::Data;
use dns_wire::{Message, MessageName, WireError};

pub(crate) fn all() -> Vec<Sample> {
    vec![
        sample("minfo-127-labels", &flat(&[1; 127]), minfo),
        sample("minfo-84-labels", &flat(&[2; 84]), minfo),
        mixed(),
        sample("minfo-34-pointers", &chain(34, 0), minfo),
        sample("minfo-22-pointers-in-a-row", &pointers(22), minfo),
        sample("minfo-127-labels-3-pointers", &chain(4, 123), minfo),
        sample("ns-127-labels", &flat(&[1; 127]), ns),
        sample("questions-127-labels", &flat(&[1; 127]), question),
    ]
}

/// Reads the message and every label of every name.
pub(crate) fn touch(octets: &[u8]) -> Result<u64, WireError> {
    each_name(octets, |name| name.labels().try_fold(0, |sum, label| Ok(sum + run(label?.octets()))))
}

/// Copies every name out.
pub(crate) fn copy(octets: &[u8]) -> Result<u64, WireError> {
    each_name(octets, |name| Ok(name.to_name_buf()?.as_name().as_wire().len() as u64))
}

#[inline(always)]
fn each_name<'m>(
    octets: &'m [u8],
    name: impl Fn(MessageName<'m>) -> Result<u64, WireError>,
) -> Result<u64, WireError> {
    let message = Message::parse(octets)?;
    let mut total = 0;
    for question in message.questions() {
        total += name(question?.name)?;
    }
    for record in message.records() {
        let record = record?;
        total += name(record.owner)?;
        match record.rdata.data(record.rtype)? {
            Data::Minfo(minfo) => total += name(minfo.responsible)? + name(minfo.errors)?,
            Data::Ns(ns) => total += name(ns.server)?,
            _ => {}
        }
    }
    Ok(total)
}

/// Octets to lie in a record's RDATA at octet 23, and where in them the costly name begins.
struct Target {
    octets: Vec<u8>,
    start: usize,
}

/// A name without a pointer.
fn flat(lengths: &[u8]) -> Target {
    let mut octets = Vec::new();
    for &length in lengths {
        octets.push(length);
        octets.extend(std::iter::repeat_n(b'a', usize::from(length)));
    }
    octets.push(0);
    Target { octets, start: 0 }
}

/// `links` labels, a pointer between each two, and `tail` labels after the last of them.
fn chain(links: usize, tail: usize) -> Target {
    let mut target = flat(&vec![1; tail + 1]);
    for _ in 1..links {
        let pointer = 0xc000 | (PAYLOAD + target.start) as u16;
        target.start = target.octets.len();
        target.octets.extend([1, b'a']);
        target.octets.extend(pointer.to_be_bytes());
    }
    target
}

/// A label, and so many pointers, each to the one before it.
fn pointers(count: usize) -> Target {
    let mut target = flat(&[1]);
    for _ in 0..count {
        let pointer = 0xc000 | (PAYLOAD + target.start) as u16;
        target.start = target.octets.len();
        target.octets.extend(pointer.to_be_bytes());
    }
    target
}

/// MINFO records that point anywhere into 16 KiB of names whose labels have one or two octets in no
/// order, so that no branch on a label's length can be foreseen.
fn mixed() -> Sample {
    let mut seed = 12345u32;
    let mut random = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed >> 16
    };
    let (mut targets, mut starts) = (Vec::new(), Vec::new());
    while targets.len() + 256 < 0x3fff - PAYLOAD {
        let (first, mut lengths, mut octets) = (PAYLOAD + targets.len(), Vec::new(), 0);
        while octets < 252 {
            let length = 1 + (random() & 1) as u8;
            // The first labels begin names that are nearly as long.
            if octets < 32 {
                starts.push(first + octets);
            }
            lengths.push(length);
            octets += 1 + usize::from(length);
        }
        targets.extend(flat(&lengths).octets);
    }
    let mut octets = vec![0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    octets.extend([0, 0xff, 0, 0, 1, 0, 0, 0, 0]);
    octets.extend((targets.len() as u16).to_be_bytes());
    octets.extend(targets);
    let mut count = 1u16;
    while octets.len() + 16 <= 65535 {
        let mut pointer = || 0xc000 | starts[random() as usize % starts.len()] as u16;
        let [[a, b], [c, d], [e, f]] = [(); 3].map(|()| pointer().to_be_bytes());
        octets.extend([a, b, 0, 14, 0, 1, 0, 0, 0, 0, 0, 4, c, d, e, f]);
        count += 1;
    }
    octets[6..8].copy_from_slice(&count.to_be_bytes());
    Sample { name: "minfo-mixed-labels", octets }
}

fn minfo(pointer: [u8; 2]) -> (usize, Vec<u8>) {
    let [a, b] = pointer;
    (6, vec![a, b, 0, 14, 0, 1, 0, 0, 0, 0, 0, 4, a, b, a, b])
}

fn ns(pointer: [u8; 2]) -> (usize, Vec<u8>) {
    let [a, b] = pointer;
    (6, vec![a, b, 0, 2, 0, 1, 0, 0, 0, 0, 0, 2, a, b])
}

fn question(pointer: [u8; 2]) -> (usize, Vec<u8>) {
    let [a, b] = pointer;
    (4, vec![a, b, 0, 2, 0, 1])
}

/// A first record that holds the target (a question, where questions are to be filled in, whose target
/// must then be flat), and then as many pointers to it as there is room for.
fn sample(name: &'static str, target: &Target, item: fn([u8; 2]) -> (usize, Vec<u8>)) -> Sample {
    let mut octets = vec![0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let payload = if item([0, 0]).0 == 4 {
        octets.extend(&target.octets);
        octets.extend([0, 2, 0, 1]);
        12
    } else {
        octets.extend([0, 0xff, 0, 0, 1, 0, 0, 0, 0]);
        octets.extend((target.octets.len() as u16).to_be_bytes());
        octets.extend(&target.octets);
        PAYLOAD
    };
    let (count_at, item) = item((0xc000 | (payload + target.start) as u16).to_be_bytes());
    let mut count = 1u16;
    while octets.len() + item.len() <= 65535 {
        octets.extend(&item);
        count += 1;
    }
    octets[count_at..count_at + 2].copy_from_slice(&count.to_be_bytes());
    Sample { name, octets }
}

/// Where the target lies: after the header and the fixed part of a record of the root.
const PAYLOAD: usize = 23;
