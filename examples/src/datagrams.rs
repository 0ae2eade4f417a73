//! UDP: receive, answer, send, on a few threads, until told to stop.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Answers one packet: writes a reply into `out` and returns its length, or `None` to stay silent.
pub trait Datagrams: Send + Sync + 'static {
    /// The reply to `packet` from `peer`. The packet may be decrypted in place.
    fn answer(&self, packet: &mut [u8], peer: SocketAddr, out: &mut [u8]) -> Option<usize>;
}

/// Serves `socket` with `threads` threads, each blocking in its own receive call.
///
/// The threads end within [`POLL`] of `stop` becoming true.
///
/// # Errors
/// When the socket cannot be cloned or given a time-out, or no thread is to be had.
pub fn serve(
    socket: &UdpSocket,
    threads: usize,
    service: &Arc<impl Datagrams>,
    stop: &Arc<AtomicBool>,
) -> io::Result<Vec<JoinHandle<()>>> {
    (0..threads.max(1))
        .map(|_| {
            let socket = socket.try_clone()?;
            socket.set_read_timeout(Some(POLL))?;
            let (service, stop) = (Arc::clone(service), Arc::clone(stop));
            thread::Builder::new().spawn(move || run(&socket, &*service, &stop))
        })
        .collect()
}

fn run(socket: &UdpSocket, service: &impl Datagrams, stop: &AtomicBool) {
    let mut packet = vec![0; MAX_PACKET];
    let mut reply = vec![0; MAX_PACKET];
    while !stop.load(Ordering::Relaxed) {
        // An error here is the time-out, or the echo of an ICMP message about an earlier reply:
        // neither says anything about the next packet.
        let Ok((len, peer)) = socket.recv_from(&mut packet) else {
            continue;
        };
        if let Some(reply_len) = service.answer(&mut packet[..len], peer, &mut reply) {
            // A reply that cannot be sent is a lost packet, which every client is ready for.
            let _ = socket.send_to(&reply[..reply_len], peer);
        }
    }
}

/// How long a thread may sleep before it looks at the stop flag.
pub const POLL: Duration = Duration::from_millis(50);

/// The largest UDP payload there is.
const MAX_PACKET: usize = 65_535;
