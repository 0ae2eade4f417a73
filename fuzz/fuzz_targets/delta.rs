//! Any octets as a delta: refused with an error, or written again as they were; and applied to a small image it
//! makes the image that it promises, or none.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zone_store::text::{data, master};
use zone_store::{Compiler, Delta, Image, reseal_delta};

fn image(zone: &[u8], lines: &[u8]) -> Image<Vec<u8>> {
    let mut compiler = Compiler::default();
    master::parse(zone, master::Options::new(0), &mut compiler);
    data::parse(lines, data::Options::new(1), &mut compiler);
    Image::open(compiler.finish().unwrap().image).unwrap()
}

static BASE: LazyLock<Image<Vec<u8>>> = LazyLock::new(|| {
    image(
        b"e. 60 SOA ns.e. h.e. 1 2 3 4 5\ne. 60 NS ns.e.\na.b.e. 60 A 192.0.2.1\n",
        b"%oslo:10.0.0.0/8:m\n%lima:10.1.0.0/16:m\n8e:m\n+x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::oslo:3\n",
    )
});

fuzz_target!(|octets: &[u8]| {
    let mut octets = octets.to_vec();
    // Sum and base are made right, so that what is behind them is reached.
    reseal_delta(&mut octets, BASE.digest());
    let Ok(delta) = Delta::read(&octets) else { return };
    let written = delta.to_bytes();
    assert_eq!(Delta::read(&written).as_ref(), Ok(&delta));
    let told = delta.zones().iter().map(|zone| zone.records().count()).sum::<usize>()
        + delta.maps().iter().map(|map| map.ranges().count()).sum::<usize>();
    assert!(told <= octets.len());
    if let Ok(made) = delta.apply(&BASE) {
        assert_eq!(made.digest(), delta.result());
    }
});
