//! Asks an NTP server the time over a real socket.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use ntp_wire::Log2Seconds;
use ntp_wire::client::{Exchange, Sample};

use crate::clock::ntp_now;

/// Asks `server` once.
///
/// # Errors
/// When no usable reply comes within [`PATIENCE`]. Packets that are not one are passed over, since anybody
/// can send them.
pub fn ask(server: SocketAddr) -> io::Result<Sample> {
    let any = match server.ip() {
        IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::from(std::net::Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut exchange = Exchange::new(rand::random(), ntp_now(), PRECISION);
    let request = exchange.request().to_bytes();
    exchange.sent_at(ntp_now());
    socket.send(&request)?;
    let mut reply = [0; 1024];
    for _ in 0..PACKETS {
        let len = socket.recv(&mut reply)?;
        let received = ntp_now();
        if let Ok(sample) = exchange.accept(&reply[..len], received) {
            return Ok(sample);
        }
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "packets came, but no usable reply"))
}

/// How long to wait for a packet.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// A microsecond: what reading the clock around a system call resolves.
const PRECISION: Log2Seconds = Log2Seconds(-20);

/// Packets looked at before giving up.
const PACKETS: usize = 8;
