//! Nothing allocates: neither reading, nor writing, nor text either way. A row a function.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write;
use std::hint::black_box;

use dns_wire::edns::{
    ClientSubnet, Cookie, CookieSecret, CookieState, EdnsOption, OptionCode, OptionData,
    padding_octets,
};
use dns_wire::rdata::{A, Data, Dnskey, Mx, Nsec, Rdata, RecordData, Rrsig, Soa};
use dns_wire::transfer::Transfer;
use dns_wire::update::{Change, Prerequisite};
use dns_wire::{
    Builder, Class, Flags, Header, Message, Name, NameBuf, Opcode, RType, Rcode, Ttl, dnssec, dso,
    rdata, stream,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it is; counting touches nothing of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count<T>(work: impl FnOnce() -> T) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    black_box(work());
    ALLOCATIONS.with(Cell::get) - before
}

/// Text that goes nowhere.
struct Nowhere;

impl Write for Nowhere {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        black_box(text);
        Ok(())
    }
}

#[test]
fn the_counter_counts() {
    assert_eq!(count(|| Box::new(1)), 1);
    assert_eq!(count(|| vec![String::from("a")]), 2);
    assert_eq!(count(|| 1), 0);
}

/// A row: this work does not allocate.
#[track_caller]
fn none<T>(what: &str, work: impl FnOnce() -> T) {
    assert_eq!(count(work), 0, "{what}");
}

fn name(text: &str) -> NameBuf {
    text.parse().unwrap()
}

fn wire(rtype: RType, text: &str) -> Vec<u8> {
    let mut out = vec![0; 512];
    let length = rdata::from_text(rtype, rdata::split(text.as_bytes()), None, &mut out).unwrap();
    out.truncate(length);
    out
}

/// A reply with a record in each section, compressed names in their RDATA, and EDNS.
fn reply() -> Vec<u8> {
    let mut buffer = vec![0; 1024];
    let flags = Flags::default().with_response(true);
    let header = Header { id: 7, flags, ..Header::default() };
    let (owner, zone) = (name("www.Example.com."), name("example.com."));
    let mut questions = Builder::new(&mut buffer, header).unwrap();
    questions.push_question(owner.as_name(), RType::MX, Class::IN).unwrap();
    let mut answers = questions.answers();
    let mx = wire(RType::MX, "10 mail.example.com.");
    answers.push(owner.as_name(), RType::MX, Class::IN, Ttl(60), &mx).unwrap();
    let mut authorities = answers.authorities();
    let soa = wire(RType::SOA, "ns.example.com. host.example.com. 3 600 600 3600000 604800");
    authorities.push(zone.as_name(), RType::SOA, Class::IN, Ttl(60), &soa).unwrap();
    let mut additionals = authorities.additionals();
    let a = [192, 0, 2, 1];
    additionals
        .push(name("mail.example.com.").as_name(), RType::A, Class::IN, Ttl(60), &a)
        .unwrap();
    let subnet = ClientSubnet::new("192.0.2.1".parse().unwrap(), 24, 0).unwrap();
    let mut options = [0; 32];
    let length = subnet.write(&mut options).unwrap();
    additionals.push_opt(1232, Rcode::NOERROR, true, &options[..length]).unwrap();
    additionals.finish().to_vec()
}

#[test]
fn messages() {
    let octets = reply();
    none("Message::parse", || Message::parse(&octets).unwrap());
    let message = Message::parse(&octets).unwrap();
    none("header", || message.header());
    none("question", || message.question().unwrap());
    none("questions", || message.questions().count());
    none("question_octets", || message.question_octets().len());
    none("records", || {
        message.records().map(|record| record.unwrap().rdata.octets().len()).sum::<usize>()
    });
    none("answers", || message.answers().count());
    none("authorities", || message.authorities().count());
    none("additionals", || message.additionals().count());
    none("check", || message.check().unwrap());
    none("edns", || message.edns().unwrap().unwrap());
    let edns = message.edns().unwrap();
    none("rcode", || message.rcode(edns.as_ref()));
    let opt = message.additionals().last().unwrap().unwrap();
    none("Record::edns", || opt.edns().unwrap());
    none("Record::check", || opt.check().unwrap());
    for cut in 0..octets.len() {
        none("a truncated message", || {
            Message::parse(&octets[..cut]).and_then(|message| message.check()).is_err()
        });
    }
}

#[test]
fn names() {
    let octets = reply();
    let message = Message::parse(&octets).unwrap();
    let record = message.authorities().next().unwrap().unwrap();
    let owner = record.owner;
    none("labels", || owner.labels().map(|label| label.unwrap().octets().len()).sum::<usize>());
    none("MessageName::check", || owner.check().unwrap());
    none("to_name_buf", || owner.to_name_buf().unwrap());
    none("as_flat", || message.question().unwrap().name.as_flat().unwrap());
    none("MessageName equality", || owner == message.question().unwrap().name);
    none("MessageName Display", || write!(Nowhere, "{owner}"));
    let (a, b) = (name("a.Example.com."), name("b.example.com."));
    none("order", || a < b);
    none("equality", || a == b);
    none("is_subdomain_of", || a.as_name().is_subdomain_of(b.as_name()));
    none("suffix", || a.as_name().suffix(1).label_count());
    none("Name::from_wire", || Name::from_wire(b"\x01a\x00").is_ok());
    none("Name Display", || write!(Nowhere, "{a}"));
    none("NameBuf::from_text", || NameBuf::from_text(b"a\\.b.c", Some(Name::ROOT)).unwrap());
    none("prepend, push_label", || {
        let mut name = NameBuf::root();
        name.push_label(b"com") && name.prepend(b"example")
    });
    none("make_lowercase, mix_case", || {
        let mut name = a.clone();
        name.mix_case(5);
        name.make_lowercase();
    });
}

/// Every type, by every way in and out: the vectors have a line or more for each.
#[test]
fn rdata_of_every_type() {
    let mut out = vec![0; 65_535];
    for line in include_str!("vectors/rdata.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let (mnemonic, text) = (fields.next().unwrap(), fields.next().unwrap().as_bytes());
        let mut rtype = RType(0);
        none("RType::from_text", || rtype = mnemonic.parse().unwrap());
        let mut length = 0;
        none(line, || {
            length = rdata::from_text(rtype, rdata::split(text), None, &mut out).unwrap();
        });
        let octets = &mut out[..length];
        none("validate", || rdata::validate(rtype, octets).unwrap());
        none(line, || write!(Nowhere, "{}", rdata::display(rtype, octets)));
        none("names", || rdata::names(rtype, octets).count());
        none("canonical_cmp", || dnssec::canonical_cmp(rtype, octets, octets));
        let mut data = Data::Unknown(rtype, &[]);
        none("Rdata::data", || data = Rdata::flat(octets).data(rtype).unwrap());
        none("Data::check", || data.check().unwrap());
        none("Data Display", || write!(Nowhere, "{data}"));
        none("Data::to_wire", || data.to_wire(&mut [0; 2048]).unwrap());
        none("canonicalize", || rdata::canonicalize(rtype, octets));
    }
}

#[test]
fn rdata_by_its_struct() {
    fn row<'a, T: RecordData<'a>>(octets: &'a [u8]) {
        let rdata = Rdata::flat(octets);
        none("Rdata::data", || rdata.data(T::RTYPE).unwrap());
        none("Rdata::parse", || rdata.parse::<T>().unwrap());
        let data = rdata.parse::<T>().unwrap();
        none("RecordData::to_wire", || data.to_wire(&mut [0; 512]).unwrap());
        none("Display", || write!(Nowhere, "{data}"));
        none("Rdata::display", || write!(Nowhere, "{}", rdata.display(T::RTYPE)));
    }
    row::<A>(&wire(RType::A, "192.0.2.1"));
    row::<Mx<'_>>(&wire(RType::MX, "10 mail.example."));
    row::<Soa<'_>>(&wire(RType::SOA, "ns.example. host.example. 3 600 600 3600000 604800"));
    row::<Dnskey<'_>>(&wire(RType::DNSKEY, "256 3 13 AQID"));
    row::<Nsec<'_>>(&wire(RType::NSEC, "b.example. A NSEC TYPE65280"));
    let nsec = wire(RType::NSEC, "b.example. A NSEC TYPE65280");
    let types = Rdata::flat(&nsec).parse::<Nsec<'_>>().unwrap().types;
    none("TypeBitmap::contains", || types.contains(RType::NSEC));
    none("TypeBitmap::iter", || types.iter().count());
}

#[test]
fn building() {
    let octets = reply();
    let query = Message::parse(&octets).unwrap();
    let owner = name("www.example.com.");
    let owner = owner.as_name();
    let mx = wire(RType::MX, "10 mail.example.com.");
    let mut buffer = [0; 1024];
    none("reply", || Builder::reply(&mut buffer, &query).unwrap().finish().len());
    none("new, finish", || Builder::new(&mut buffer, Header::default()).unwrap().finish().len());
    let mut questions = Builder::new(&mut buffer, Header::default()).unwrap();
    none("push_question", || questions.push_question(owner, RType::MX, Class::IN).unwrap());
    none("reserve, set_limit", || {
        questions.reserve(11).unwrap();
        questions.set_limit(600);
    });
    let mut answers = questions.answers();
    let rdatas = [&mx[..], &mx[..]];
    none("push", || answers.push(owner, RType::MX, Class::IN, Ttl(1), &mx).unwrap());
    none("push_raw", || answers.push_raw(owner, RType::MX, Class::IN, Ttl(1), &mx).unwrap());
    let data = Rdata::flat(&mx).data(RType::MX).unwrap();
    none("push_data", || answers.push_data(owner, Class::IN, Ttl(1), &data).unwrap());
    none("push_rrset", || answers.push_rrset(owner, RType::MX, Class::IN, Ttl(1), rdatas).unwrap());
    none("push_encoded", || answers.push_encoded(b"\0\0\x01\0\x01\0\0\0\0\0\0", 1).unwrap());
    none("a push that does not fit", || {
        answers
            .push_rrset(owner, RType(65_400), Class::IN, Ttl(1), [&[0; 500][..], &[0; 500]])
            .unwrap_err()
    });
    none("push_prerequisite", || {
        answers.push_prerequisite(owner, Prerequisite::NameInUse, Class::IN).unwrap();
    });
    let mut authorities = answers.authorities();
    none("push_change", || authorities.push_change(owner, Change::DeleteName, Class::IN).unwrap());
    let mut additionals = authorities.additionals();
    none("push_opt", || additionals.push_opt(1232, Rcode::NOERROR, true, &[]).unwrap());
    let mut length = 0;
    none("finish", || length = additionals.finish().len());
    let message = Message::parse(&buffer[..length]).unwrap();
    let change = message.authorities().next().unwrap().unwrap();
    none("Change::read", || Change::read(&change, Class::IN).unwrap());
    none("Prerequisite::read", || Prerequisite::read(&change, Class::IN));
}

#[test]
fn edns() {
    let octets = reply();
    let edns = Message::parse(&octets).unwrap().edns().unwrap().unwrap();
    none("options", || edns.options().count());
    none("option", || edns.option(OptionCode::CLIENT_SUBNET).unwrap().unwrap());
    none("client_subnet", || edns.client_subnet().unwrap().unwrap());
    none("extended_error", || edns.extended_error().unwrap());
    let subnet = edns.client_subnet().unwrap().unwrap();
    none("ClientSubnet::new", || ClientSubnet::new(subnet.address(), 20, 0).unwrap());
    none("ClientSubnet::write", || subnet.with_scope(24).unwrap().write(&mut [0; 32]).unwrap());
    let option = edns.option(OptionCode::CLIENT_SUBNET).unwrap().unwrap();
    none("EdnsOption::read", || option.read().unwrap());
    none("OptionData::write", || option.read().unwrap().write(&mut [0; 64]).unwrap());
    // Of every code, whatever these octets say there.
    for code in 0..=27 {
        let option =
            EdnsOption { code: OptionCode(code), data: &[0, 1, 24, 0, 192, 0, 2, 0], position: 0 };
        none("OptionData", || {
            if let Ok(data) = OptionData::read(&option) {
                write!(Nowhere, "{data}").unwrap();
                data.write(&mut [0; 64]).unwrap();
            }
        });
    }
    none("padding_octets", || padding_octets(100, 128, 1232));
    let (secret, client) = (CookieSecret([9; 16]), [7; 8]);
    let address = subnet.address();
    none("CookieSecret::make", || secret.make(client, address, 1000));
    let server = secret.make(client, address, 1000);
    let cookie = Cookie { client, server: &server };
    none("CookieSecret::check", || {
        assert_eq!(secret.check(cookie, address, 1001), CookieState::Good);
    });
}

#[test]
fn transfers_streams_and_dso() {
    let octets = reply();
    let soa = wire(RType::SOA, "ns.example.com. host.example.com. 3 600 600 3600000 604800");
    let zone = name("example.com.");
    let mut buffer = [0; 512];
    let header = Header { flags: Flags::default().with_response(true), ..Header::default() };
    let mut answers = Builder::new(&mut buffer, header).unwrap().answers();
    for (rtype, data) in [(RType::SOA, &soa[..]), (RType::A, &[192, 0, 2, 1]), (RType::SOA, &soa)] {
        answers.push(zone.as_name(), rtype, Class::IN, Ttl(1), data).unwrap();
    }
    let message = Message::parse(answers.finish()).unwrap();
    for mut transfer in [Transfer::whole(zone.as_name()), Transfer::incremental(zone.as_name(), 1)]
    {
        none("Transfer", || {
            assert!(transfer.message(&message).unwrap().all(|step| step.is_ok()));
            assert!(transfer.is_done());
        });
    }
    none("stream", || (stream::next(&octets), stream::prefix(&octets)));
    let tlv = dso::Tlv { dso_type: dso::DsoType::KEEPALIVE, data: &[0; 8] };
    let flags = Flags::default().with_opcode(Opcode::DSO);
    none("dso", || {
        let length = dso::write(7, flags, &[tlv], &mut buffer).unwrap();
        assert_eq!(dso::parse(&buffer[..length]).unwrap().1.count(), 1);
    });
}

#[test]
fn dnssec_data() {
    let key = wire(RType::DNSKEY, "256 3 13 AQID");
    none("key_tag", || dnssec::key_tag(&key));
    let octets = wire(RType::RRSIG, "A 13 2 60 20300101000000 20200101000000 7 example. AQID");
    let rrsig: Rrsig<'_> = Rdata::flat(&octets).parse().unwrap();
    let owner = name("www.Example.");
    let mut set = [&[192, 0, 2, 9][..], &[192, 0, 2, 1]];
    none("signed_data", || {
        dnssec::signed_data(&rrsig, owner.as_name(), Class::IN, &mut set, |piece| {
            black_box(piece);
        })
        .unwrap();
    });
}

#[cfg(feature = "digest")]
#[test]
fn digests() {
    let (owner, key) = (name("Example."), wire(RType::DNSKEY, "256 3 13 AQID"));
    for digest in [1, 2, 4] {
        none("ds_digest", || {
            dnssec::ds_digest(owner.as_name(), &key, digest, &mut [0; 48]).unwrap()
        });
    }
    none("nsec3_hash", || dnssec::nsec3_hash(owner.as_name(), b"salt", 12, 100).unwrap());
}

#[cfg(feature = "tsig")]
#[test]
fn signatures() {
    use dns_wire::tsig::{
        TsigAlgorithm, TsigContext, TsigKey, TsigRecord, TsigStream, refuse, sign, verify,
    };
    for algorithm in [TsigAlgorithm::HmacMd5, TsigAlgorithm::HmacSha256, TsigAlgorithm::HmacSha512]
    {
        let key = TsigKey { name: name("key."), algorithm, secret: b"secret", mac_len: None };
        let mut buffer = [0; 512];
        let length = Builder::new(&mut buffer, Header::default()).unwrap().finish().len();
        let mut made = None;
        none("sign", || {
            made = Some(sign(&mut buffer, length, &key, TsigContext::Request, 9, 300).unwrap());
        });
        let (total, mac) = made.unwrap();
        let signed = &buffer[..total];
        none("TsigRecord::find", || TsigRecord::find(signed).unwrap().unwrap());
        none("verify", || verify(signed, &key, TsigContext::Request, 9).unwrap());
        let late = verify(signed, &key, TsigContext::Request, 999).unwrap_err();
        let request = TsigRecord::find(signed).unwrap().unwrap();
        none("refuse", || refuse(&mut [0; 512], 12, &request, &late, Some(&key), 999).unwrap());
        let mut made = TsigStream::new(&key, mac.octets());
        let mut checked = made.clone();
        for _ in 0..2 {
            none("TsigStream", || {
                let mut buffer = [0; 512];
                let total = made.sign(&mut buffer, 12, 9, 300).unwrap();
                assert!(checked.verify(&buffer[..total], 9).unwrap().is_some());
            });
        }
    }
}
