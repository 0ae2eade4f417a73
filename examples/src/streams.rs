//! DNS over TCP (RFC 7766): messages behind a two-octet length, several on one connection.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Answers one message of a stream: writes a reply into `out` and returns its length, or `None` to hang up.
pub trait Streams: Send + Sync + 'static {
    /// The reply to `message` from `peer`. `out` is as long as a message can be.
    fn answer(&self, message: &[u8], peer: SocketAddr, out: &mut [u8]) -> Option<usize>;
}

/// Accepts connections until `stop`, at most [`CONNECTIONS`] at a time; one too many is closed at once.
///
/// # Errors
/// When the listener cannot be made non-blocking.
pub fn serve(
    listener: TcpListener,
    service: &Arc<impl Streams>,
    stop: &Arc<AtomicBool>,
) -> io::Result<JoinHandle<()>> {
    listener.set_nonblocking(true)?;
    let (service, stop) = (Arc::clone(service), Arc::clone(stop));
    Ok(thread::spawn(move || {
        let open = Arc::new(AtomicUsize::new(0));
        while !stop.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, peer)) => admit(stream, peer, &service, &stop, &open),
                Err(_) => thread::sleep(ACCEPT_POLL),
            }
        }
    }))
}

fn admit(
    stream: TcpStream,
    peer: SocketAddr,
    service: &Arc<impl Streams>,
    stop: &Arc<AtomicBool>,
    open: &Arc<AtomicUsize>,
) {
    if open.fetch_add(1, Ordering::Relaxed) >= CONNECTIONS {
        open.fetch_sub(1, Ordering::Relaxed);
        return;
    }
    let (service, stop, open) = (Arc::clone(service), Arc::clone(stop), Arc::clone(open));
    thread::spawn(move || {
        // Every way a conversation can end (idle, reset, cut short) is a normal one for the server.
        let _ = converse(stream, peer, &*service, &stop);
        open.fetch_sub(1, Ordering::Relaxed);
    });
}

fn converse(
    mut stream: TcpStream,
    peer: SocketAddr,
    service: &impl Streams,
    stop: &AtomicBool,
) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_write_timeout(Some(IDLE))?;
    let mut message = Vec::new();
    // Room for the length before the reply, so that both leave in one segment (RFC 7766 §8).
    let mut reply = vec![0; 2 + usize::from(u16::MAX)];
    while !stop.load(Ordering::Relaxed) {
        let mut prefix = [0; 2];
        stream.read_exact(&mut prefix)?;
        message.resize(usize::from(u16::from_be_bytes(prefix)), 0);
        stream.read_exact(&mut message)?;
        let Some(len) = service.answer(&message, peer, &mut reply[2..]) else {
            break;
        };
        let Ok(prefix) = u16::try_from(len) else {
            break;
        };
        reply[..2].copy_from_slice(&prefix.to_be_bytes());
        stream.write_all(&reply[..2 + len])?;
    }
    Ok(())
}

/// Connections served at a time.
pub const CONNECTIONS: usize = 256;

/// How long a connection may say nothing, or read nothing (RFC 7766 §6.2.3 leaves it to the server).
pub const IDLE: Duration = Duration::from_secs(5);

const ACCEPT_POLL: Duration = Duration::from_millis(20);
