//! An image inside the program: a name server's data that need no file and no parsing at start.
//!
//! The image is `examples/embedded.img`, made from `examples/embedded.zone` by
//! `cargo run -p zone-store --example embedded -- --make`. A test checks that it is what the compiler makes of
//! that zone today.

use std::error::Error;

use dns_wire::Message;
use zone_store::{Client, Image, Overrides, Policy};

static IMAGE: &[u8] = include_bytes!("embedded.img");

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some("--make") {
        return make();
    }
    let image = Image::open(IMAGE)?;

    // A question for the address of www.example., as it comes from the network.
    let mut query = vec![0x2a, 0x2a, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    query.extend_from_slice(b"\x03www\x07example\x00\x00\x01\x00\x01");

    let mut reply = [0; 1232];
    let answered = image.store().answer(
        &query,
        &Client::default(),
        &Policy::default(),
        &Overrides::NONE,
        4, // chosen by fair dice roll; a server draws a new number for every query
        &mut reply,
    )?;

    let message = Message::parse(&reply[..answered.len])?;
    println!("{}, {} octets", answered.rcode, answered.len);
    for record in message.answers() {
        let record = record?;
        let rdata = record.rdata.display(record.rtype);
        println!("{} {} {} {}", record.owner, record.ttl.0, record.rtype, rdata);
    }
    Ok(())
}

/// Compiles the zone beside this file and writes the image there.
fn make() -> Result<(), Box<dyn Error>> {
    use zone_store::Compiler;
    use zone_store::text::master;

    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut compiler = Compiler::default();
    let zone = std::fs::read(format!("{folder}/embedded.zone"))?;
    master::parse(&zone, master::Options::new(0), &mut compiler);
    let compiled = compiler.finish().map_err(|problems| format!("{problems:?}"))?;
    std::fs::write(format!("{folder}/embedded.img"), &compiled.image)?;
    println!("{} octets for {} records", compiled.image.len(), compiled.report.records);
    Ok(())
}
