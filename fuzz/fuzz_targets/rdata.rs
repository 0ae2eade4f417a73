//! Any octets as RDATA of any type (the first two octets). Oracle: wire to text to wire gives the
//! same octets, through the struct and through the text.
#![no_main]

use dns_wire::RType;
use dns_wire::rdata::{self, Rdata};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&number, octets)) = input.split_first_chunk::<2>() else { return };
    let known = RType::ALL;
    let rtype = match u16::from_be_bytes(number) {
        small if usize::from(small) < known.len() => known[usize::from(small)],
        other => RType(other),
    };
    let shown = rdata::display(rtype, octets).to_string();
    let mut again = vec![0; 70_000];
    if rdata::validate(rtype, octets).is_err() {
        assert!(shown.starts_with("\\# "));
        return;
    }
    let data = Rdata::flat(octets).data(rtype).expect("valid");
    assert_eq!(data.to_wire(&mut again), Ok(octets.len()));
    assert_eq!(&again[..octets.len()], octets);
    for embedded in rdata::names(rtype, octets) {
        let end = embedded.offset + embedded.name.as_wire().len();
        assert_eq!(&octets[embedded.offset..end], embedded.name.as_wire());
    }
    let length = rdata::from_text(rtype, rdata::split(shown.as_bytes()), None, &mut again);
    assert_eq!(length.map(|length| &again[..length]), Ok(octets), "{rtype} {shown}");
});
