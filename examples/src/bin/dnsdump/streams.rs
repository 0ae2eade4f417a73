//! TCP put together: messages that span segments, segments that come twice or out of order.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use dns_wire::stream::{Frame, next};

use crate::input::Found;

/// Where a stream comes from and where it goes: each direction is a stream.
pub(crate) type Ends = (SocketAddr, SocketAddr);

/// The streams of a capture.
#[derive(Default)]
pub(crate) struct Streams {
    streams: BTreeMap<Ends, Stream>,
}

struct Stream {
    /// The sequence number of the octet that is wanted next.
    wanted: u32,
    /// What is read and not yet a whole message.
    read: Vec<u8>,
    /// Segments that came early: octets ahead of the first that was wanted, and their data.
    early: Vec<(u32, Vec<u8>)>,
}

impl Streams {
    /// Takes a segment, and adds the messages that it completes.
    pub(crate) fn segment(
        &mut self,
        ends: Ends,
        sequence: u32,
        syn: bool,
        payload: &[u8],
        packet: u64,
        found: &mut Vec<Result<Found, String>>,
    ) {
        // A SYN takes a number of its own; and a stream of which the capture has no SYN begins where it does.
        let start = if syn { sequence.wrapping_add(1) } else { sequence };
        if syn {
            self.end(ends, found);
        }
        let stream = self.streams.entry(ends).or_insert_with(|| Stream {
            wanted: start,
            read: Vec::new(),
            early: Vec::new(),
        });
        if payload.is_empty() {
            return;
        }
        let held: usize = stream.early.iter().map(|(_, data)| data.len()).sum();
        if held + payload.len() > MOST_HELD || stream.early.len() > MOST_EARLY {
            found.push(Err(format!("packet {packet}: {} has a gap", shown(ends))));
            self.streams.remove(&ends);
            return;
        }
        stream.early.push((start, payload.to_vec()));
        stream.read_on();
        let mut rest = stream.read.as_slice();
        while let Frame::Message(message, after) = next(rest) {
            let from = Some(format!("packet {packet}"));
            found.push(Ok(Found { octets: message.to_vec(), from }));
            rest = after;
        }
        stream.read = rest.to_vec();
    }

    /// Tells of the streams that end within a message.
    pub(crate) fn unfinished(&mut self, found: &mut Vec<Result<Found, String>>) {
        while let Some((&ends, _)) = self.streams.first_key_value() {
            self.end(ends, found);
        }
    }

    fn end(&mut self, ends: Ends, found: &mut Vec<Result<Found, String>>) {
        let Some(stream) = self.streams.remove(&ends) else { return };
        if !stream.early.is_empty() {
            found.push(Err(format!("{}: a segment is missing", shown(ends))));
        } else if !stream.read.is_empty() {
            found.push(Err(format!("{}: ends within a message", shown(ends))));
        }
    }
}

impl Stream {
    /// Moves what follows on from what is read, however it overlaps.
    fn read_on(&mut self) {
        while let Some(index) = self.early.iter().position(|(start, _)| {
            // Serial arithmetic: at or before what is wanted.
            self.wanted.wrapping_sub(*start).cast_signed() >= 0
        }) {
            let (start, data) = self.early.swap_remove(index);
            let known = self.wanted.wrapping_sub(start) as usize;
            let fresh = data.get(known..).unwrap_or(&[]);
            self.read.extend_from_slice(fresh);
            self.wanted = self.wanted.wrapping_add(fresh.len() as u32);
        }
    }
}

fn shown((source, destination): Ends) -> String {
    format!("TCP from {source} to {destination}")
}

/// Octets held while a segment is missing: more than any window is a gap in the capture.
const MOST_HELD: usize = 4 << 20;
/// Segments held: each that comes is compared with all of them.
const MOST_EARLY: usize = 4096;
