//! The zones that are asked, and the questions.

use std::net::Ipv4Addr;

use memmap2::MmapMut;
use zone_store::text::master;
use zone_store::{Compiled, Compiler, Image};

/// A zone of so many names, an A record each.
pub(crate) fn zone(names: u32) -> Image<Vec<u8>> {
    let mut text = String::from(
        "$ORIGIN example.\n$TTL 3600\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n",
    );
    for i in 0..names {
        text.push_str(&format!("{} A {}\n", host(i), address(i)));
    }
    let mut compiler = Compiler::default();
    master::parse(text.as_bytes(), master::Options::new(0), &mut compiler);
    open(compiler.finish().unwrap(), "names")
}

/// The address of a name.
pub(crate) fn address(i: u32) -> Ipv4Addr {
    (0x0a00_0000 | i).into()
}

/// A copy of an image, at the start of a page, as a file that is mapped has it; in huge pages, where the system gives
/// them.
pub(crate) fn mapped(image: &[u8], huge: bool) -> MmapMut {
    let mut map = MmapMut::map_anon(image.len()).unwrap();
    #[cfg(target_os = "linux")]
    if huge {
        map.advise(memmap2::Advice::HugePage).unwrap();
    }
    map.copy_from_slice(image);
    map
}

/// A label that does not sort as its number does.
pub(crate) fn host(i: u32) -> String {
    format!("h{:x}", i.wrapping_mul(0x9e37_79b1))
}

pub(crate) fn open(compiled: Compiled, what: &str) -> Image<Vec<u8>> {
    let report = compiled.report;
    eprintln!(
        "{what}: {} octets, {:?} per record, {:?} per prefix",
        report.octets,
        report.octets_per_record(),
        report.octets_per_prefix()
    );
    Image::open(compiled.image).unwrap()
}

/// A query with EDNS, and with ECS when a network is given.
pub(crate) fn query(name: &str, ecs: Option<[u8; 3]>) -> Vec<u8> {
    let mut out = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    for label in name.split_terminator('.') {
        out.push(label.len() as u8);
        out.extend_from_slice(label.as_bytes());
    }
    out.extend_from_slice(&[0, 0, 1, 0, 1, 0, 0, 41, 4, 208, 0, 0, 0, 0, 0]);
    match ecs {
        None => out.push(0),
        Some(network) => {
            out.extend_from_slice(&[11, 0, 8, 0, 7, 0, 1, 24, 0]);
            out.extend_from_slice(&network);
        }
    }
    out
}
