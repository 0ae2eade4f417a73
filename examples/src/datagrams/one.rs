//! A packet at a time: two system calls for each.

use std::net::UdpSocket;
use std::slice;

use super::{MAX_PACKET, Packet};

/// Room for a packet and its reply.
pub(super) struct Exchange {
    received: Vec<u8>,
    reply: Vec<u8>,
}

impl Exchange {
    pub(super) fn new() -> Self {
        Self { received: vec![0; MAX_PACKET], reply: vec![0; MAX_PACKET] }
    }

    /// Waits for a packet, as long as the socket's time-out, and has it answered.
    pub(super) fn turn(&mut self, socket: &UdpSocket, answer: impl FnOnce(&mut [Packet<'_>])) {
        // An error here is the time-out, or the echo of an ICMP message about an earlier reply:
        // neither says anything about the next packet.
        let Ok((len, peer)) = socket.recv_from(&mut self.received) else { return };
        let octets = &mut self.received[..len];
        let mut packet = Packet { octets, peer, out: &mut self.reply, reply: None };
        answer(slice::from_mut(&mut packet));
        if let Some(len) = packet.reply {
            // A reply that cannot be sent is a lost packet, which every client is ready for.
            let _ = socket.send_to(&packet.out[..len], peer);
        }
    }
}
