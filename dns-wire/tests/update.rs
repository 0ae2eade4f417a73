//! UPDATE, NOTIFY, DSO and streams.

use dns_wire::dso::{self, DsoType, Tlv};
use dns_wire::stream::{self, Frame};
use dns_wire::update::{Change, Prerequisite};
use dns_wire::{Builder, Class, Flags, Header, Message, NameBuf, Opcode, RType, Ttl};

#[test]
fn an_update_says_what_it_was_told() {
    let zone: NameBuf = "example.".parse().unwrap();
    let host: NameBuf = "host.example.".parse().unwrap();
    let prerequisites = [
        Prerequisite::RrsetExists(RType::MX),
        Prerequisite::RrsetIs(RType::A, &[192, 0, 2, 1]),
        Prerequisite::RrsetAbsent(RType::CNAME),
        Prerequisite::NameInUse,
        Prerequisite::NameNotInUse,
    ];
    let changes = [
        Change::Add(RType::A, Ttl(60), &[192, 0, 2, 2]),
        Change::DeleteRrset(RType::AAAA),
        Change::DeleteName,
        Change::DeleteRecord(RType::A, &[192, 0, 2, 1]),
    ];
    let mut buffer = [0; 512];
    let flags = Flags::default().with_opcode(Opcode::UPDATE);
    let mut builder =
        Builder::new(&mut buffer, Header { id: 1, flags, ..Header::default() }).unwrap();
    builder.push_question(zone.as_name(), RType::SOA, Class::IN).unwrap();
    let mut builder = builder.answers();
    for wanted in prerequisites {
        builder.push_prerequisite(host.as_name(), wanted, Class::IN).unwrap();
    }
    let mut builder = builder.authorities();
    for change in changes {
        builder.push_change(host.as_name(), change, Class::IN).unwrap();
    }
    let message = Message::parse(builder.finish()).unwrap();
    assert_eq!(message.header().flags.opcode(), Opcode::UPDATE);
    // RDATA that are not there are none to check.
    assert_eq!(message.check(), Ok(()));
    let read =
        message.answers().map(|record| Prerequisite::read(&record.unwrap(), Class::IN).unwrap());
    assert!(read.eq(prerequisites));
    let read =
        message.authorities().map(|record| Change::read(&record.unwrap(), Class::IN).unwrap());
    assert!(read.eq(changes));
}

#[test]
fn a_prerequisite_with_a_ttl_or_of_another_class_is_malformed() {
    let name: NameBuf = "a.".parse().unwrap();
    for (class, ttl, rdata) in
        [(Class::ANY, 1, &[][..]), (Class::CH, 0, &[1]), (Class::ANY, 0, &[1])]
    {
        let mut buffer = [0; 512];
        let mut builder = Builder::new(&mut buffer, Header::default()).unwrap().answers();
        builder.push(name.as_name(), RType::A, class, Ttl(ttl), rdata).unwrap();
        let message = Message::parse(builder.finish()).unwrap();
        let record = message.answers().next().unwrap().unwrap();
        assert_eq!(Prerequisite::read(&record, Class::IN), None);
        assert_eq!(Change::read(&record, Class::IN), None);
    }
}

#[test]
fn a_notify_carries_the_new_soa() {
    let zone: NameBuf = "example.".parse().unwrap();
    let mut buffer = [0; 512];
    let flags = Flags::default().with_opcode(Opcode::NOTIFY).with_authoritative(true);
    let mut builder =
        Builder::new(&mut buffer, Header { id: 1, flags, ..Header::default() }).unwrap();
    builder.push_question(zone.as_name(), RType::SOA, Class::IN).unwrap();
    let mut soa = [0; 128];
    let text = b"ns.example. x.example. 7 1 1 1 1";
    let length = dns_wire::rdata::from_text(
        RType::SOA,
        dns_wire::rdata::split(text),
        Some(zone.as_name()),
        &mut soa,
    )
    .unwrap();
    let mut builder = builder.answers();
    builder.push(zone.as_name(), RType::SOA, Class::IN, Ttl(0), &soa[..length]).unwrap();
    let message = Message::parse(builder.finish()).unwrap();
    assert_eq!(message.header().flags.opcode(), Opcode::NOTIFY);
    let record = message.answers().next().unwrap().unwrap();
    assert_eq!(record.rdata.parse::<dns_wire::rdata::Soa<'_>>().unwrap().serial, 7);
    let mut reply = [0; 512];
    let reply = Builder::reply(&mut reply, &message).unwrap().finish();
    let reply = Message::parse(reply).unwrap();
    assert_eq!(
        reply.header().flags,
        Flags::default().with_opcode(Opcode::NOTIFY).with_response(true)
    );
}

#[test]
fn stateful_operations_go_both_ways() {
    let times: Vec<u8> = [15_000u32, 60_000].into_iter().flat_map(u32::to_be_bytes).collect();
    let tlvs = [
        Tlv { dso_type: DsoType::KEEPALIVE, data: &times },
        Tlv { dso_type: DsoType::RETRY_DELAY, data: &[0, 0, 0, 9] },
        Tlv { dso_type: DsoType(0xf801), data: b"" },
    ];
    let mut out = [0; 64];
    let length = dso::write(9, Flags::default(), &tlvs, &mut out).unwrap();
    let (header, read) = dso::parse(&out[..length]).unwrap();
    assert_eq!((header.id, header.flags.opcode()), (9, Opcode::DSO));
    assert!(read.clone().map(Result::unwrap).eq(tlvs));
    assert_eq!(tlvs[0].keepalive(), Some((15_000, 60_000)));
    assert_eq!(tlvs[1].retry_delay(), Some(9));
    assert_eq!(tlvs[2].keepalive(), None);
    let (_, mut cut) = dso::parse(&out[..length - 1]).unwrap();
    assert!(cut.any(|tlv| tlv.is_err()));
    assert!(cut.next().is_none());
    out[5] = 1;
    assert!(dso::parse(&out[..length]).is_err());
    assert!(dso::write(9, Flags::default(), &tlvs, &mut [0; 20]).is_err());
}

#[test]
fn a_stream_is_cut_at_its_lengths() {
    assert_eq!(stream::next(&[]), Frame::Needs(2));
    assert_eq!(stream::next(&[0]), Frame::Needs(1));
    assert_eq!(stream::next(&[0, 3, 1]), Frame::Needs(2));
    assert_eq!(stream::next(&[0, 1, 7, 8]), Frame::Message(&[7], &[8]));
    assert_eq!(stream::next(&[0, 0]), Frame::Message(&[], &[]));
    assert_eq!(stream::prefix(&[0; 258]), Some([1, 2]));
    assert_eq!(stream::prefix(&[0; 65536]), None);
}

#[test]
fn multicast_bits_stand_in_the_class() {
    let flush = Class::IN.with_multicast_bit();
    assert_eq!(flush, Class(0x8001));
    assert!(flush.multicast_bit() && !Class::IN.multicast_bit());
    assert_eq!(flush.without_multicast_bit(), Class::IN);
}
