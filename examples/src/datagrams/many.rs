//! Many packets at a time: two system calls for as many as are there (recvmmsg(2), sendmmsg(2)).

use std::io::{IoSlice, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};

use super::{MAX_PACKET, Packet};

/// Room for packets and their replies. Of memory it takes what packets have filled.
pub(super) struct Exchange {
    received: Vec<u8>,
    replies: Vec<u8>,
    arrivals: MultiHeaders<SockaddrStorage>,
    departures: MultiHeaders<SockaddrStorage>,
}

impl Exchange {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            received: vec![0; at_once * MAX_PACKET],
            replies: vec![0; at_once * MAX_PACKET],
            arrivals: MultiHeaders::preallocate(at_once, None),
            departures: MultiHeaders::preallocate(at_once, None),
        }
    }

    /// Waits for a packet, as long as the socket's time-out, and has it answered with those that are there as well.
    pub(super) fn turn(&mut self, socket: &UdpSocket, answer: impl FnOnce(&mut [Packet<'_>])) {
        let heads = receive(socket, &mut self.arrivals, &mut self.received);
        let buffers = self
            .received
            .chunks_exact_mut(MAX_PACKET)
            .zip(self.replies.chunks_exact_mut(MAX_PACKET));
        let mut packets: Vec<Packet<'_>> = heads
            .iter()
            .zip(buffers)
            .map(|((len, peer), (octets, out))| {
                let (octets, _) = octets.split_at_mut(*len);
                Packet { octets, peer: *peer, out, reply: None }
            })
            .collect();
        if !packets.is_empty() {
            answer(&mut packets);
            send(socket, &mut self.departures, &packets);
        }
    }
}

/// Waits for a packet and takes those that are there: their lengths and who sent them.
fn receive(
    socket: &UdpSocket,
    headers: &mut MultiHeaders<SockaddrStorage>,
    room: &mut [u8],
) -> Vec<(usize, SocketAddr)> {
    let mut slices: Vec<[IoSliceMut<'_>; 1]> =
        room.chunks_exact_mut(MAX_PACKET).map(|room| [IoSliceMut::new(room)]).collect();
    // An error here is the time-out, or the echo of an ICMP message about an earlier reply: neither says
    // anything about the next packet.
    let flags = MsgFlags::MSG_WAITFORONE;
    match recvmmsg(socket.as_raw_fd(), headers, slices.iter_mut(), flags, None) {
        Ok(received) => received
            .map_while(|packet| Some((packet.bytes, socket_address(&packet.address?)?)))
            .collect(),
        Err(_) => Vec::new(),
    }
}

/// Sends the replies. One that cannot be sent is a lost packet, which every client is ready for.
fn send(socket: &UdpSocket, headers: &mut MultiHeaders<SockaddrStorage>, packets: &[Packet<'_>]) {
    let replies =
        packets.iter().filter_map(|packet| Some((packet.out.get(..packet.reply?)?, packet.peer)));
    let (slices, peers): (Vec<[IoSlice<'_>; 1]>, Vec<Option<SockaddrStorage>>) =
        replies.map(|(reply, peer)| ([IoSlice::new(reply)], Some(peer.into()))).unzip();
    let (mut slices, mut peers) = (slices.as_slice(), peers.as_slice());
    while !slices.is_empty() {
        let flags = MsgFlags::empty();
        let sent = sendmmsg(socket.as_raw_fd(), headers, slices, peers, [], flags);
        // It stops before the first that cannot be sent, and says why when that comes first: so that one is passed over.
        let done = sent.map_or(0, Iterator::count).max(1);
        (slices, peers) = (&slices[done..], &peers[done..]);
    }
}

fn socket_address(address: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = address.as_sockaddr_in().map(|address| SocketAddr::V4((*address).into()));
    v4.or_else(|| address.as_sockaddr_in6().map(|address| SocketAddr::V6((*address).into())))
}
