//! Nothing allocates: neither reading, nor writing, nor text either way.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::fmt::Write;
use std::hint::black_box;

use dns_wire::edns::ClientSubnet;
use dns_wire::{Builder, Class, Header, Message, Name, NameBuf, RType, Rcode, Ttl, rdata};

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

#[test]
fn reading_writing_and_text_do_not_allocate() {
    let vectors = include_str!("vectors/rdata.tsv");
    let mut wire = vec![0; 65_535];
    let mut buffer = vec![0; 65_535];
    let work = || {
        let name = NameBuf::from_text(b"www.Example.com", Some(Name::ROOT)).unwrap();
        let mut questions = Builder::new(&mut buffer, Header::default()).unwrap();
        questions.push_question(name.as_name(), RType::ANY, Class::IN).unwrap();
        let mut answers = questions.answers();
        for line in vectors.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let rtype: RType = fields.next().unwrap().parse().unwrap();
            let tokens = rdata::split(fields.next().unwrap().as_bytes());
            let length = rdata::from_text(rtype, tokens, None, &mut wire).unwrap();
            rdata::validate(rtype, &wire[..length]).unwrap();
            write!(Nowhere, "{}", rdata::display(rtype, &wire[..length])).unwrap();
            answers.push(name.as_name(), rtype, Class::IN, Ttl(1), &wire[..length]).unwrap();
        }
        let subnet = ClientSubnet::new("192.0.2.1".parse().unwrap(), 24, 0).unwrap();
        let mut option = [0; 32];
        let length = subnet.write(&mut option).unwrap();
        let mut additionals = answers.additionals();
        additionals.push_opt(1232, Rcode::NOERROR, true, &option[..length]).unwrap();
        let message = Message::parse(additionals.finish()).unwrap();
        message.check().unwrap();
        for record in message.records() {
            let record = record.unwrap();
            record.owner.to_name_buf().unwrap();
            write!(Nowhere, "{} {}", record.owner, record.rdata.display(record.rtype)).unwrap();
        }
        for option in message.edns().unwrap().unwrap().options() {
            write!(Nowhere, "{}", option.unwrap().read().unwrap()).unwrap();
        }
        assert!(name.as_name() < NameBuf::from_text(b"zzz", Some(Name::ROOT)).unwrap().as_name());
    };
    assert_eq!(count(work), 0);
}

#[cfg(feature = "tsig")]
#[test]
fn signing_and_checking_do_not_allocate() {
    use dns_wire::tsig::{TsigAlgorithm, TsigContext, TsigKey, TsigStream, sign, verify};
    let key = TsigKey {
        name: NameBuf::from_text(b"key.", None).unwrap(),
        algorithm: TsigAlgorithm::HmacSha256,
        secret: b"secret",
        mac_len: None,
    };
    let work = || {
        let mut buffer = [0; 512];
        let length = Builder::new(&mut buffer, Header::default()).unwrap().finish().len();
        let (total, mac) = sign(&mut buffer, length, &key, TsigContext::Request, 9, 300).unwrap();
        verify(&buffer[..total], &key, TsigContext::Request, 9).unwrap();
        let mut made = TsigStream::new(&key, mac.octets());
        let mut checked = made.clone();
        for _ in 0..2 {
            let mut buffer = [0; 512];
            let total = made.sign(&mut buffer, 12, 9, 300).unwrap();
            assert!(checked.verify(&buffer[..total], 9).unwrap().is_some());
        }
    };
    assert_eq!(count(work), 0);
}
