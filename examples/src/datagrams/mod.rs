//! UDP: receive, answer, send, on a few threads, until told to stop.

#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "netbsd"
))]
mod many;
mod one;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::SockRef;

/// A packet and its reply.
#[derive(Debug)]
pub struct Packet<'p> {
    /// What was received. It may be decrypted in place.
    pub octets: &'p mut [u8],
    /// Who sent it.
    pub peer: SocketAddr,
    /// Where the reply goes, as long as a packet can be.
    pub out: &'p mut [u8],
    /// Octets of the reply; `None`, as it is before, to stay silent.
    pub reply: Option<usize>,
}

/// Answers packets.
pub trait Datagrams: Send + Sync + 'static {
    /// How many packets it wants at a time, at most: as many as are there are taken, none is waited for. Replies leave
    /// when all of them are written.
    const AT_ONCE: usize;

    /// What a thread keeps from packets to packets.
    type Room: Default;

    /// Writes the replies to `packets`, of which there is one at least.
    fn answer(&self, packets: &mut [Packet<'_>], room: &mut Self::Room);
}

/// Serves `socket` with `threads` threads, each blocking in its own receive call.
///
/// The threads end within [`POLL`] of `stop` becoming true.
///
/// # Errors
/// When the socket cannot be cloned or given a time-out, or no thread is to be had.
pub fn serve<S: Datagrams>(
    socket: &UdpSocket,
    threads: usize,
    service: &Arc<S>,
    stop: &Arc<AtomicBool>,
) -> io::Result<Vec<JoinHandle<()>>> {
    SockRef::from(socket).set_recv_buffer_size(QUEUE)?;
    (0..threads.max(1))
        .map(|_| {
            let socket = socket.try_clone()?;
            socket.set_read_timeout(Some(POLL))?;
            let (service, stop) = (Arc::clone(service), Arc::clone(stop));
            thread::Builder::new().spawn(move || run(&socket, &*service, &stop))
        })
        .collect()
}

/// Receives, answers and sends as many packets at a time as the service wants and the system can.
fn run<S: Datagrams>(socket: &UdpSocket, service: &S, stop: &AtomicBool) {
    let mut room = S::Room::default();
    #[cfg(any(
        target_os = "linux",
        target_os = "android",
        target_os = "freebsd",
        target_os = "netbsd"
    ))]
    if S::AT_ONCE > 1 {
        let mut exchange = many::Exchange::new(S::AT_ONCE);
        while !stop.load(Ordering::Relaxed) {
            exchange.turn(socket, |packets| service.answer(packets, &mut room));
        }
        return;
    }
    let mut exchange = one::Exchange::new();
    while !stop.load(Ordering::Relaxed) {
        exchange.turn(socket, |packets| service.answer(packets, &mut room));
    }
}

/// How long a thread may sleep before it looks at the stop flag.
pub const POLL: Duration = Duration::from_millis(50);

/// Octets that may wait to be received. Linux's own 208 KiB hold some two hundred small packets, which a burst
/// overruns; of what is asked for here it grants no more than `net.core.rmem_max` says.
const QUEUE: usize = 4 << 20;

/// The largest UDP payload there is.
const MAX_PACKET: usize = 65_535;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::atomic::AtomicUsize;

    /// Sends back what it got, but for two kinds of packets.
    struct Echo<const AT_ONCE: usize> {
        most: AtomicUsize,
    }

    impl<const AT_ONCE: usize> Datagrams for Echo<AT_ONCE> {
        const AT_ONCE: usize = AT_ONCE;
        type Room = usize;

        fn answer(&self, packets: &mut [Packet<'_>], seen: &mut usize) {
            *seen += packets.len();
            self.most.fetch_max(packets.len(), Ordering::Relaxed);
            for Packet { octets, out, reply, .. } in packets {
                *reply = match &**octets {
                    b"silence" => None,
                    // More than a packet can hold: the system refuses to send it.
                    b"too much" => Some(out.len()),
                    octets => {
                        out[..octets.len()].copy_from_slice(octets);
                        Some(octets.len())
                    }
                }
            }
        }
    }

    /// Packets that are all there before the service starts. Returns the most that it was given at a time.
    fn burst<const AT_ONCE: usize>(address: &str) -> Option<usize> {
        // Not every machine has IPv6.
        let socket = UdpSocket::bind(address).ok()?;
        let client = UdpSocket::bind(address).unwrap();
        client.connect(socket.local_addr().unwrap()).unwrap();
        client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut expected = BTreeSet::new();
        for number in 0..75u8 {
            match number % 25 {
                7 => client.send(b"silence"),
                11 => client.send(b"too much"),
                length => {
                    // The first is empty.
                    let packet = vec![number; usize::from(length) * 100 + usize::from(number > 0)];
                    let sent = client.send(&packet);
                    expected.insert(packet);
                    sent
                }
            }
            .unwrap();
        }
        let (service, stop) = (Arc::new(Echo::<AT_ONCE> { most: 0.into() }), Arc::default());
        let threads = serve(&socket, 1, &service, &stop).unwrap();
        let mut room = [0; MAX_PACKET];
        while !expected.is_empty() {
            let length = client.recv(&mut room).expect("all are answered");
            assert!(expected.remove(&room[..length]), "{length} octets not asked for, or twice");
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        Some(service.most.load(Ordering::Relaxed))
    }

    #[test]
    fn a_packet_at_a_time() {
        assert_eq!(burst::<1>("127.0.0.1:0"), Some(1));
    }

    #[test]
    fn those_that_wait_are_taken_together() {
        let most = burst::<32>("127.0.0.1:0").unwrap();
        assert!((1..=32).contains(&most), "{most} at a time");
        #[cfg(target_os = "linux")]
        assert_eq!(most, 32);
    }

    #[test]
    fn over_ipv6() {
        let most = burst::<32>("[::1]:0");
        assert!(most.is_none_or(|most| most <= 32));
    }
}
