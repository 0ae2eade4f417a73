//! A stateless NTP responder on a real socket: the clock of this machine, served.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::{io, thread};

use arc_swap::ArcSwap;
use ntp_wire::nts;
use ntp_wire::server::{Arrival, Policy, ServerState, respond};
use ntp_wire::{Leap, Log2Seconds, ReferenceId, Short, Stratum};

use crate::clock::ntp_now;
use crate::datagrams::{self, Datagrams, Packet};
use crate::nts::CookieKeys;

/// Answers NTP requests from the system clock.
#[derive(Debug)]
pub struct NtpServer {
    state: ArcSwap<ServerState>,
    policy: Policy,
    cookies: Option<Arc<CookieKeys>>,
    answered: AtomicU64,
    ignored: AtomicU64,
}

impl NtpServer {
    /// A server that passes this machine's clock on at `stratum`. Nothing here knows how good that
    /// clock is: whoever sets a stratum below [`LOCAL_STRATUM`] vouches for it.
    pub fn new(stratum: u8) -> Self {
        Self {
            state: ArcSwap::from_pointee(system_clock(stratum)),
            policy: Policy::default(),
            cookies: None,
            answered: AtomicU64::new(0),
            ignored: AtomicU64::new(0),
        }
    }

    /// The same, authenticating to clients that hold cookies sealed with these keys.
    #[must_use]
    pub fn with_nts(mut self, cookies: Arc<CookieKeys>) -> Self {
        self.cookies = Some(cookies);
        self
    }

    /// Serves `socket` on `threads` threads until `stop`.
    ///
    /// # Errors
    /// As [`datagrams::serve`].
    pub fn start(
        self: &Arc<Self>,
        socket: &UdpSocket,
        threads: usize,
        stop: &Arc<AtomicBool>,
    ) -> io::Result<Vec<JoinHandle<()>>> {
        let mut running = datagrams::serve(socket, threads, self, stop)?;
        // The clock is its own reference, so the reference time follows it: one writer, all the
        // workers read a value.
        let (server, stop) = (Arc::clone(self), Arc::clone(stop));
        running.push(thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                thread::sleep(datagrams::POLL);
                server.state.rcu(|state| ServerState { reference_time: ntp_now(), ..**state });
            }
        }));
        Ok(running)
    }

    /// Requests answered, and packets that got no reply.
    pub fn counts(&self) -> (u64, u64) {
        (self.answered.load(Ordering::Relaxed), self.ignored.load(Ordering::Relaxed))
    }
}

/// One at a time: a reply that waited for others would tell a time that is over.
impl Datagrams for NtpServer {
    const AT_ONCE: usize = 1;
    type Room = ();

    fn answer(&self, packets: &mut [Packet<'_>], (): &mut ()) {
        for Packet { octets, out, reply, .. } in packets {
            let arrival = Arrival { received: ntp_now(), noise: rand::random() };
            let (state, policy) = (self.state.load(), &self.policy);
            *reply = match &self.cookies {
                None => respond(octets, arrival, ntp_now, &state, policy, out).ok(),
                Some(cookies) => {
                    let ring = cookies.ring();
                    let random = |octets: &mut [u8]| rand::fill(octets);
                    nts::respond(octets, arrival, ntp_now, &state, policy, &ring, random, out).ok()
                }
            };
            let counter = if reply.is_some() { &self.answered } else { &self.ignored };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn system_clock(stratum: u8) -> ServerState {
    ServerState {
        leap: Leap::None,
        stratum: Stratum(stratum),
        // A microsecond: the clock is read in nanoseconds, but after the kernel's receive path.
        precision: Log2Seconds(-20),
        root_delay: Short::ZERO,
        root_dispersion: Short::from_bits(1),
        // What chrony's `local` sends: the address of a local clock.
        reference_id: ReferenceId([127, 127, 1, 1]),
        reference_time: ntp_now(),
    }
}

/// The stratum for a clock that nobody vouches for: worse than any that is synchronised, better than none.
pub const LOCAL_STRATUM: u8 = 10;
