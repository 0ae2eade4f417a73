//! Any text as the fields of any type. Oracle: what is taken is valid RDATA, and shown and read
//! again it is the same octets (in the generic form zeros may stand that no other text has: WKS, LOC).
#![no_main]

use dns_wire::{Name, RType, rdata};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&number, text)) = input.split_first() else { return };
    let known = RType::ALL;
    let rtype = known[usize::from(number) % known.len()];
    let origin = Name::from_wire(b"\x06origin\x00").expect("a name");
    let mut wire = vec![0; 4096];
    let Ok(length) = rdata::from_text(rtype, rdata::split(text), Some(origin), &mut wire) else {
        return;
    };
    let wire = &wire[..length];
    assert_eq!(rdata::validate(rtype, wire), Ok(()), "{rtype}");
    let shown = rdata::display(rtype, wire).to_string();
    let mut again = vec![0; 4096];
    match rdata::from_text(rtype, rdata::split(shown.as_bytes()), None, &mut again) {
        Ok(length) if matches!(rtype, RType::WKS | RType::LOC) => {
            assert_eq!(rdata::display(rtype, &again[..length]).to_string(), shown);
        }
        Ok(length) => assert_eq!(&again[..length], wire, "{rtype} {shown}"),
        // The generic form takes parameters that contradict one another.
        Err(error) => {
            assert!(matches!(rtype, RType::SVCB | RType::HTTPS), "{rtype} {shown}: {error}")
        }
    }
});
