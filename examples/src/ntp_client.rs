//! Asks an NTP server the time over a real socket.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use ntp_wire::client::{Exchange, Sample};
use ntp_wire::nts::{Rejected, Session};
use ntp_wire::{Log2Seconds, Packet};

use crate::clock::ntp_now;

/// Asks `server` once.
///
/// # Errors
/// When no usable reply comes within [`PATIENCE`], or the server says that it has none. Packets that are no
/// reply are passed over, since anybody can send them; the last of them is named when nothing else comes.
pub fn ask(server: SocketAddr) -> io::Result<Sample> {
    let write = |request: &Packet, out: &mut [u8]| {
        let octets = request.to_bytes();
        out[..octets.len()].copy_from_slice(&octets);
        Ok(octets.len())
    };
    exchange(server, write, |_| Ok(()))
}

/// Asks `server` once, and believes only a reply that the session's keys prove. A cookie is used up,
/// and the reply brings another.
///
/// # Errors
/// As [`ask`], and when no cookie is left.
pub fn ask_authenticated(server: SocketAddr, session: &mut Session) -> io::Result<Sample> {
    let identifier = rand::random();
    let session = RefCell::new(session);
    let write = |request: &Packet, out: &mut [u8]| {
        let sealed = session.borrow_mut().seal(request, &identifier, rand::random(), out);
        sealed.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
    };
    exchange(server, write, |reply| session.borrow_mut().open(reply, &identifier))
}

fn exchange(
    server: SocketAddr,
    write: impl FnOnce(&Packet, &mut [u8]) -> io::Result<usize>,
    mut prove: impl FnMut(&mut [u8]) -> Result<(), Rejected>,
) -> io::Result<Sample> {
    let any = match server.ip() {
        IpAddr::V4(_) => IpAddr::from(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::from(std::net::Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind((any, 0))?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut exchange = Exchange::new(rand::random(), ntp_now(), PRECISION);
    let mut packet = [0; LONGEST];
    let len = write(&exchange.request(), &mut packet)?;
    exchange.sent_at(ntp_now());
    socket.send(&packet[..len])?;
    let mut unusable = io::Error::new(io::ErrorKind::TimedOut, "no reply within a second");
    for _ in 0..PACKETS {
        let len = match socket.recv(&mut packet) {
            Ok(len) => len,
            Err(error) if is_timeout(&error) => break,
            Err(error) => return Err(error),
        };
        let received = ntp_now();
        let reply = &mut packet[..len];
        if let Err(reason) = prove(reply) {
            unusable = io::Error::new(io::ErrorKind::InvalidData, reason);
            continue;
        }
        match exchange.accept(reply, received) {
            Ok(sample) => return Ok(sample),
            Err(reason) => {
                unusable = io::Error::new(io::ErrorKind::InvalidData, reason);
                if reason.is_final() {
                    break;
                }
            }
        }
    }
    Err(unusable)
}

/// Which of the two it is depends on the system.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// How long to wait for a packet.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// A microsecond: what reading the clock around a system call resolves.
const PRECISION: Log2Seconds = Log2Seconds(-20);

/// Packets looked at before giving up.
const PACKETS: usize = 8;

/// Octets of the longest packet: NTS with eight cookies.
const LONGEST: usize = 2048;
