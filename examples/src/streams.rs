//! DNS over TCP (RFC 7766): messages behind a two-octet length, several on one connection.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::datagrams::POLL;

/// Answers one message of a stream: writes a reply into `out` and returns its length, or `None` to hang up.
pub trait Streams: Send + Sync + 'static {
    /// The reply to `message` from `peer`. `out` is as long as a message can be.
    fn answer(&self, message: &[u8], peer: SocketAddr, out: &mut [u8]) -> Option<usize>;
}

/// Accepts connections until `stop`: at most [`CONNECTIONS`] at a time, and [`CONNECTIONS_EACH`] from one
/// address. One too many is closed at once.
///
/// # Errors
/// When the listener cannot be given a time-out, or no thread is to be had.
pub fn serve(
    listener: TcpListener,
    service: &Arc<impl Streams>,
    stop: &Arc<AtomicBool>,
) -> io::Result<JoinHandle<()>> {
    let (service, stopped) = (Arc::clone(service), Arc::clone(stop));
    accept(listener, stop, move |stream, peer| {
        // Every way a conversation can end (idle, reset, cut short) is a normal one for the server.
        let _ = converse(stream, peer, &*service, &stopped);
    })
}

/// The same for any conversation over TCP: `converse` has a thread of its own for each connection.
///
/// # Errors
/// As [`serve`].
pub fn accept(
    listener: TcpListener,
    stop: &Arc<AtomicBool>,
    converse: impl Fn(TcpStream, SocketAddr) + Send + Sync + 'static,
) -> io::Result<JoinHandle<()>> {
    // Linux ends a waiting accept after the receive time-out, so that the stop flag is seen.
    SockRef::from(&listener).set_read_timeout(Some(POLL))?;
    let (converse, stop) = (Arc::new(converse), Arc::clone(stop));
    thread::Builder::new().spawn(move || {
        let doors = Arc::new(Doors::default());
        while !stop.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, peer)) => admit(stream, peer, &converse, &doors),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // No file descriptor left, most likely. It stays so for a while.
                Err(_) => thread::sleep(POLL),
            }
        }
    })
}

fn admit(
    stream: TcpStream,
    peer: SocketAddr,
    converse: &Arc<impl Fn(TcpStream, SocketAddr) + Send + Sync + 'static>,
    doors: &Arc<Doors>,
) {
    let Some(place) = Doors::enter(doors, peer.ip()) else {
        return;
    };
    let converse = Arc::clone(converse);
    // Where no thread is to be had, the connection is closed and its place given back.
    let _ = thread::Builder::new().spawn(move || {
        converse(stream, peer);
        drop(place);
    });
}

fn converse(
    mut stream: TcpStream,
    peer: SocketAddr,
    service: &impl Streams,
    stop: &AtomicBool,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut message = Vec::new();
    // Room for the length before the reply, so that both leave in one segment (RFC 7766 §8).
    let mut reply = vec![0; 2 + usize::from(u16::MAX)];
    while !stop.load(Ordering::Relaxed) {
        let deadline = Instant::now() + IDLE;
        let mut prefix = [0; 2];
        read_by(&mut stream, &mut prefix, deadline)?;
        message.resize(usize::from(u16::from_be_bytes(prefix)), 0);
        read_by(&mut stream, &mut message, deadline)?;
        let Some(len) = service.answer(&message, peer, &mut reply[2..]) else {
            break;
        };
        let Ok(prefix) = u16::try_from(len) else {
            break;
        };
        reply[..2].copy_from_slice(&prefix.to_be_bytes());
        write_by(&mut stream, &reply[..2 + len], Instant::now() + IDLE)?;
    }
    Ok(())
}

/// Fills `octets` before the deadline: one for the whole, or an octet now and then would hold the place for ever.
fn read_by(stream: &mut TcpStream, mut octets: &mut [u8], deadline: Instant) -> io::Result<()> {
    while !octets.is_empty() {
        stream.set_read_timeout(Some(left(deadline)?))?;
        match stream.read(octets)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            len => octets = &mut octets[len..],
        }
    }
    Ok(())
}

fn write_by(stream: &mut TcpStream, mut octets: &[u8], deadline: Instant) -> io::Result<()> {
    while !octets.is_empty() {
        stream.set_write_timeout(Some(left(deadline)?))?;
        match stream.write(octets)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            len => octets = &octets[len..],
        }
    }
    Ok(())
}

/// What is left of the time until `deadline`, or that it is over.
pub(crate) fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Who is inside.
#[derive(Debug, Default)]
struct Doors(Mutex<HashMap<IpAddr, usize>>);

impl Doors {
    fn enter(doors: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let mut inside = doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = inside.values().sum();
        let own = inside.get(&address).copied().unwrap_or(0);
        if all >= CONNECTIONS || own >= CONNECTIONS_EACH {
            return None;
        }
        inside.insert(address, own + 1);
        Some(Place { doors: Arc::clone(doors), address })
    }
}

/// A connection's place, given back when dropped.
#[derive(Debug)]
struct Place {
    doors: Arc<Doors>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.doors.0.lock().unwrap_or_else(PoisonError::into_inner);
        match inside.get_mut(&self.address) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                inside.remove(&self.address);
            }
        }
    }
}

/// Connections served at a time.
pub const CONNECTIONS: usize = 256;

/// Connections of one address at a time: a few clients of one network, not all of the server.
pub const CONNECTIONS_EACH: usize = 64;

/// How long a whole message may take to come, or a reply to go (RFC 7766 §6.2.3 leaves it to the server).
pub const IDLE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn one_address_cannot_take_all_places() {
        let doors = Arc::new(Doors::default());
        let greedy = IpAddr::from(Ipv4Addr::new(192, 0, 2, 1));
        let mut inside: Vec<Place> =
            (0..CONNECTIONS_EACH).map(|_| Doors::enter(&doors, greedy).unwrap()).collect();
        assert!(Doors::enter(&doors, greedy).is_none());
        let mut others = 0..;
        while let Some(place) =
            Doors::enter(&doors, Ipv4Addr::from_bits(others.next().unwrap()).into())
        {
            inside.push(place);
        }
        assert_eq!(inside.len(), CONNECTIONS);
        inside.remove(0);
        assert!(Doors::enter(&doors, greedy).is_some(), "a place left is free again");
        inside.clear();
        assert!(doors.0.lock().unwrap().is_empty());
    }

    #[test]
    fn octets_that_trickle_do_not_move_the_deadline() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let trickle = thread::spawn(move || {
            for _ in 0..20 {
                if client.write_all(b"x").is_err() {
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        let deadline = Instant::now() + Duration::from_millis(100);
        let error = read_by(&mut server, &mut [0; 1000], deadline).unwrap_err();
        assert!(matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock));
        drop(server);
        trickle.join().unwrap();
    }
}
