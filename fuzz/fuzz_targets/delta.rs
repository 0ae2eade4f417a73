//! Any octets as a delta: refused with an error, or written again as they were; and applied to a small image it
//! makes the image that it promises, or none. As an overlay it then answers as that image does, and whatever it
//! promises, answers.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use zone_store::text::{data, master};
use zone_store::{
    Client, Compiler, Delta, DeltaError, Image, Overlay, Overrides, Policy, reseal_delta,
};

fn image(zone: &[u8], lines: &[u8]) -> Image<Vec<u8>> {
    let mut compiler = Compiler::default();
    master::parse(zone, master::Options::new(0), &mut compiler);
    data::parse(lines, data::Options::new(1), &mut compiler);
    Image::open(compiler.finish().unwrap().image).unwrap()
}

static BASE: LazyLock<Image<Vec<u8>>> = LazyLock::new(|| {
    image(
        b"e. 60 SOA ns.e. h.e. 1 2 3 4 5\ne. 60 NS ns.e.\na.b.e. 60 A 192.0.2.1\n\
            s. 60 SOA ns.e. h.e. 1 2 3 4 5\ns. 60 NS ns.e.\ns. 60 NSEC a.s. SOA NS NSEC\na.s. 60 NSEC *.d.s. NS NSEC\n\
            a.s. 60 NS ns.a.s.\nns.a.s. 60 A 192.0.2.2\n*.d.s. 60 NSEC s. A NSEC\n*.d.s. 60 A 192.0.2.3\n\
            t. 60 SOA ns.e. h.e. 1 2 3 4 5\nt. 60 NS ns.e.\nt. 60 NSEC3PARAM 1 0 1 ab\n\
            0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.t. 60 NSEC3 1 0 1 ab 35mthgpgcu1qg68fab165klnsnk3dpvl SOA\n\
            35mthgpgcu1qg68fab165klnsnk3dpvl.t. 60 NSEC3 1 0 1 ab 0p9mhaveqvm6t7vbl5lop2u3t2rp3tom A\n",
        b"%oslo:10.0.0.0/8:m\n%lima:10.1.0.0/16:m\n8e:m\n+x.e:192.0.2.1:60\n+x.e:192.0.2.2:60::oslo:3\n",
    )
});

/// A query with DO, and the client subnet 10.1.0.0/16.
fn query(name: &[u8], rtype: u8) -> Vec<u8> {
    let mut query = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    query.extend_from_slice(name);
    query.extend_from_slice(&[0, rtype, 0, 1, 0, 0, 41, 4, 208, 0, 0, 128, 0, 0, 10]);
    query.extend_from_slice(&[0, 8, 0, 6, 0, 1, 16, 0, 10, 1]);
    query
}

fuzz_target!(|octets: &[u8]| {
    let mut octets = octets.to_vec();
    // Sum and base are made right, so that what is behind them is reached.
    reseal_delta(&mut octets, BASE.digest());
    if let Ok(delta) = Delta::read(&octets)
        && let Err(DeltaError::WrongResult { made, .. }) = delta.apply(&BASE)
    {
        // So is the result, which no input could guess.
        octets[40..56].copy_from_slice(&made.to_le_bytes());
        reseal_delta(&mut octets, BASE.digest());
    }
    let Ok(delta) = Delta::read(&octets) else { return };
    let written = delta.to_bytes();
    assert_eq!(Delta::read(&written).as_ref(), Ok(&delta));
    let told = delta.zones().iter().map(|zone| zone.records().count()).sum::<usize>()
        + delta.maps().iter().map(|map| map.ranges().count()).sum::<usize>();
    assert!(told <= octets.len());
    let made = delta.apply(&BASE).ok();
    if let Some(made) = &made {
        assert_eq!(made.digest(), delta.result());
    }
    let overlay = match Overlay::new(&BASE, &delta) {
        Ok(overlay) => overlay,
        Err(error) => return assert!(made.is_none(), "{error}"),
    };
    let under = BASE.overlaid(&overlay).unwrap();
    let owners = delta.zones().iter().flat_map(|zone| zone.records());
    let mut names: Vec<Vec<u8>> =
        owners.take(8).map(|record| record.owner.as_name().as_wire().to_vec()).collect();
    let others: [&[u8]; 7] = [
        b"\x01e\0",
        b"\x01x\x01e\0",
        b"\x01n\x01b\x01e\0",
        b"\x02ns\x01a\x01s\0",
        b"\x01n\x01d\x01s\0",
        b"\x01n\x01s\0",
        b"\x01n\x01t\0",
    ];
    names.extend(others.map(<[u8]>::to_vec));
    let (client, policy, none) = (Client::default(), Policy::default(), Overrides::NONE);
    let (mut got, mut wanted) = ([0; 4096], [0; 4096]);
    for name in names {
        for rtype in [1, 6, 43, 255] {
            let query = query(&name, rtype);
            let answered = under.answer(&query, &client, &policy, &none, 1, &mut got).unwrap();
            let Some(made) = &made else { continue };
            let store = made.store();
            let expected = store.answer(&query, &client, &policy, &none, 1, &mut wanted).unwrap();
            assert_eq!(got[..answered.len], wanted[..expected.len]);
        }
    }
});
