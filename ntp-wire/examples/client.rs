//! Asks an NTP server the time: `cargo run -p ntp-wire --example client [ADDRESS:PORT]`.
//!
//! Without an address it asks a responder of its own on a free port of 127.0.0.1.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ntp_wire::client::{Exchange, Sample};
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use ntp_wire::{Leap, Log2Seconds, ReferenceId, Short, Stratum, Timestamp};

/// About a microsecond.
const PRECISION: Log2Seconds = Log2Seconds(-20);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server: SocketAddr = match std::env::args().nth(1) {
        Some(address) => address.parse()?,
        None => own_responder()?,
    };
    let sample = ask(server)?;
    println!("server      {server}, stratum {}", sample.stratum.0);
    println!("offset      {:+.6} s (server minus this clock)", seconds(sample.offset.to_nanos()));
    println!("delay       {:.6} s", seconds(sample.delay.to_nanos()));
    let bound = sample.root_distance(sample.time).to_nanos();
    println!("true within ±{:.6} s of that offset, if the server is right", seconds(bound));
    Ok(())
}

fn ask(server: SocketAddr) -> Result<Sample, Box<dyn std::error::Error>> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any)?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut exchange = Exchange::new(random(), now(), PRECISION);
    let request = exchange.request().to_bytes();
    exchange.sent_at(now());
    socket.send(&request)?;
    let mut buffer = [0; 1024];
    let octets = socket.recv(&mut buffer)?;
    Ok(exchange.accept(buffer.get(..octets).unwrap_or_default(), now())?)
}

/// Answers one request in a thread of its own.
fn own_responder() -> io::Result<SocketAddr> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    thread::spawn(move || {
        let mut request = [0; 1024];
        let mut reply = [0; 48];
        let Ok((octets, client)) = socket.recv_from(&mut request) else {
            return;
        };
        let arrival = Arrival { received: now(), noise: random() };
        let state = ServerState {
            leap: Leap::None,
            stratum: Stratum(10),
            precision: PRECISION,
            root_delay: Short::ZERO,
            root_dispersion: Short::ZERO,
            reference_id: ReferenceId::LOCAL,
            reference_time: now(),
        };
        let request = request.get(..octets).unwrap_or_default();
        if respond(request, arrival, now, &state, &Policy::default(), &mut reply).is_ok() {
            // A lost reply is the client's to notice.
            let _ = socket.send_to(&reply, client);
        }
    });
    Ok(address)
}

fn now() -> Timestamp {
    // A clock before 1970 reads as 1970.
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(i64::try_from(unix.as_secs()).unwrap_or(i64::MAX), unix.subsec_nanos())
}

/// Good enough to tell one's own reply; a real client takes the operating system's generator.
fn random() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(now().to_bits())
}

fn seconds(nanos: i64) -> f64 {
    nanos as f64 / 1e9
}
