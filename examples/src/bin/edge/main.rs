//! The whole loop on loopback.
fn main() {}
