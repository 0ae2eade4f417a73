//! An authoritative DNS server on real sockets, around one published image.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use zone_store::{Client, Policy, Transport};

use crate::datagrams::{self, Datagrams};
use crate::ports::Pair;
use crate::published::Published;
use crate::streams::{self, Streams};

/// Answers from the edition of the moment, over UDP and TCP.
#[derive(Debug)]
pub struct DnsServer {
    published: Arc<Published>,
    policy: Policy<'static>,
    answered: AtomicU64,
    dropped: AtomicU64,
}

impl DnsServer {
    /// A server of what is published.
    pub fn new(published: Arc<Published>, policy: Policy<'static>) -> Self {
        Self { published, policy, answered: AtomicU64::new(0), dropped: AtomicU64::new(0) }
    }

    /// Serves both sockets until `stop`, UDP on `threads` threads.
    ///
    /// # Errors
    /// As [`datagrams::serve`] and [`streams::serve`].
    pub fn start(
        self: &Arc<Self>,
        sockets: Pair,
        threads: usize,
        stop: &Arc<AtomicBool>,
    ) -> io::Result<Vec<JoinHandle<()>>> {
        let mut running = datagrams::serve(&sockets.udp, threads, self, stop)?;
        running.push(streams::serve(sockets.tcp, self, stop)?);
        Ok(running)
    }

    /// Queries answered, and packets that must get no answer.
    pub fn counts(&self) -> (u64, u64) {
        (self.answered.load(Ordering::Relaxed), self.dropped.load(Ordering::Relaxed))
    }

    fn reply(
        &self,
        query: &[u8],
        address: IpAddr,
        transport: Transport,
        out: &mut [u8],
    ) -> Option<usize> {
        let edition = self.published.current();
        let client = Client { address, transport, ..Client::default() };
        let answered = edition.answer(query, &client, &self.policy, rand::random(), out);
        let counter = if answered.is_ok() { &self.answered } else { &self.dropped };
        counter.fetch_add(1, Ordering::Relaxed);
        answered.ok().map(|answered| answered.len)
    }
}

impl Datagrams for DnsServer {
    fn answer(&self, packet: &mut [u8], peer: SocketAddr, out: &mut [u8]) -> Option<usize> {
        self.reply(packet, peer.ip(), Transport::Datagram, out)
    }
}

impl Streams for DnsServer {
    fn answer(&self, message: &[u8], peer: SocketAddr, out: &mut [u8]) -> Option<usize> {
        self.reply(message, peer.ip(), Transport::Stream, out)
    }
}
