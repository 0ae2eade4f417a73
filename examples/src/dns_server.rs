//! An authoritative DNS server on real sockets, around one published image.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use smallvec::SmallVec;
use zone_store::{Batch, Client, Dropped, Policy, Question, Transport};

use crate::datagrams::{self, Datagrams, Packet};
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

    /// Counts answers, and packets that got none.
    fn count(&self, answered: usize, dropped: usize) {
        for (counter, more) in [(&self.answered, answered), (&self.dropped, dropped)] {
            if more > 0 {
                counter.fetch_add(more as u64, Ordering::Relaxed);
            }
        }
    }
}

/// What comes at once is answered together, from one edition: then the waits for memory coincide.
impl Datagrams for DnsServer {
    const AT_ONCE: usize = Batch::SIZE;
    type Room = Batch;

    fn answer(&self, packets: &mut [Packet<'_>], batch: &mut Batch) {
        let edition = self.published.current();
        let mut questions: Vec<Question<'_>> = packets
            .iter_mut()
            .map(|packet| Question {
                query: packet.octets,
                client: client(packet.peer, Transport::Datagram),
                random: rand::random(),
                out: packet.out,
                answered: Err(Dropped::TooShort),
            })
            .collect();
        edition.answer_batch(batch, &mut questions, &self.policy);
        let replies = questions.into_iter().map(|q| q.answered.ok().map(|answered| answered.len));
        let replies: SmallVec<[Option<usize>; Batch::SIZE]> = replies.collect();
        let answered = replies.iter().flatten().count();
        self.count(answered, replies.len() - answered);
        for (packet, reply) in packets.iter_mut().zip(replies) {
            packet.reply = reply;
        }
    }
}

impl Streams for DnsServer {
    fn answer(&self, message: &[u8], peer: SocketAddr, out: &mut [u8]) -> Option<usize> {
        let client = client(peer, Transport::Stream);
        let edition = self.published.current();
        let answered = edition.answer(message, &client, &self.policy, rand::random(), out).ok();
        self.count(answered.iter().count(), answered.is_none().into());
        answered.map(|answered| answered.len)
    }
}

fn client(peer: SocketAddr, transport: Transport) -> Client<'static> {
    Client { address: peer.ip(), transport, ..Client::default() }
}
