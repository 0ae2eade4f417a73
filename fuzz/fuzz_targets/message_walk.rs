//! Placeholder until the first target lands in this commit series.
#![no_main]
libfuzzer_sys::fuzz_target!(|_data: &[u8]| {});
