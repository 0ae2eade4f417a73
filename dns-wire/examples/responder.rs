//! A DNS responder on one UDP socket: it answers every question of type A with 192.0.2.1.
//!
//! `cargo run -p dns-wire --example responder -- 3` serves three queries on 127.0.0.1, asks them
//! itself from a second thread, and ends.

use std::error::Error;
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use dns_wire::{Builder, Class, Flags, Header, Message, NameBuf, Opcode, RType, Rcode, Ttl};

fn main() -> Result<(), Box<dyn Error>> {
    let count: u16 = std::env::args().nth(1).unwrap_or("3".into()).parse()?;
    let server = UdpSocket::bind("127.0.0.1:0")?;
    server.set_read_timeout(Some(Duration::from_secs(5)))?;
    let address = server.local_addr()?;
    let client = thread::spawn(move || ask(address, count).map_err(|error| error.to_string()));

    let (mut query, mut reply) = ([0; 1232], [0; 1232]);
    for _ in 0..count {
        let (length, from) = server.recv_from(&mut query)?;
        // What cannot be read is not answered.
        let Ok(message) = Message::parse(&query[..length]) else { continue };
        if let Some(octets) = answer(&message, &mut reply) {
            server.send_to(octets, from)?;
        }
    }
    client.join().map_err(|_| "the client failed")??;
    Ok(())
}

/// The reply, or `None` where nothing is to be sent.
fn answer<'b>(query: &Message<'_>, buffer: &'b mut [u8]) -> Option<&'b mut [u8]> {
    let asked = query.header().flags;
    // A response is never answered, or two servers may do so for ever.
    if asked.response() {
        return None;
    }
    let (edns, rcode) = match query.edns() {
        Err(_) => (None, Rcode::FORMERR),
        // A version that is not ours is told so (RFC 6891 §6.1.3).
        Ok(Some(edns)) if edns.version() > 0 => (Some(edns), Rcode::BADVERS),
        Ok(edns) if asked.opcode() != Opcode::QUERY => (edns, Rcode::NOTIMP),
        Ok(edns) => (edns, Rcode::NOERROR),
    };
    let mut answers = Builder::reply(buffer, query).ok()?;
    // No more than the client takes in a datagram, with room for OPT among it.
    answers.set_limit(edns.map_or(512, |edns| edns.payload_size().max(512)).into());
    answers.reserve(if edns.is_some() { 11 } else { 0 }).ok()?;
    answers.set_flags(answers.flags().with_authoritative(true).with_rcode(rcode));
    if rcode == Rcode::NOERROR
        && let Some(question) = query.question()
        && question.qtype == RType::A
        && let Ok(name) = question.name.to_name_buf()
    {
        // What has no room sets TC: the reply goes out all the same, and the client asks again over TCP.
        let addresses = [&[192, 0, 2, 1][..]];
        let _ = answers.push_rrset(name.as_name(), RType::A, Class::IN, Ttl(60), addresses);
    }
    // A response has an OPT record when the query had one (RFC 6891 §6.1.1).
    let mut additionals = answers.additionals();
    if let Some(edns) = edns {
        additionals.push_opt(1232, rcode, edns.dnssec_ok(), &[]).ok()?;
    }
    Some(additionals.finish())
}

fn ask(server: std::net::SocketAddr, count: u16) -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    for id in 0..count {
        let name: NameBuf = format!("host{id}.example").parse()?;
        let mut buffer = [0; 512];
        let flags = Flags::default().with_recursion_desired(true);
        let mut questions = Builder::new(&mut buffer, Header { id, flags, ..Header::default() })?;
        questions.push_question(name.as_name(), RType::A, Class::IN)?;
        socket.send_to(questions.finish(), server)?;
        let mut reply = [0; 512];
        let (length, _) = socket.recv_from(&mut reply)?;
        let reply = Message::parse(&reply[..length])?;
        for record in reply.answers() {
            let record = record?;
            println!(
                "{} {} {} {}",
                record.owner,
                record.ttl,
                record.rtype,
                record.rdata.display(record.rtype)
            );
        }
    }
    Ok(())
}
