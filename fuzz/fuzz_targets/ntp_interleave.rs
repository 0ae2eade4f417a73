//! The ring of replies against a list: whoever asks for a stamp gets it once, and the right one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use ntp_wire::client::request;
use ntp_wire::interleave::{Reply, Ring};
use ntp_wire::server::{Arrival, Policy, ServerState};
use ntp_wire::{Packet, Span, Timestamp};

fuzz_target!(|bytes: &[u8]| {
    let [size, rest @ ..] = bytes else { return };
    let size = usize::from(size % 16);
    let mut memory = vec![Reply::default(); size];
    let mut ring = Ring::new(&mut memory);
    // Receive stamp, transmit stamp if it is still to be had: in the order of receive stamps.
    let mut model: Vec<(Timestamp, Option<Timestamp>)> = Vec::new();
    let start = Timestamp::from_unix(2_085_978_496, 0);
    let mut now = start;
    let mut replies: Vec<Timestamp> = Vec::new();
    for [action, wait, which, better] in rest.as_chunks::<4>().0 {
        // Mostly forwards, at times back, in units so small that stamps collide.
        let step = i64::from(*wait) - 8;
        now = now.plus(Span::from_bits(step));
        let sent = now.plus(Span::from_bits(1000));
        let mut asked = request(1);
        let wanted = replies.get(usize::from(*which) % (replies.len() + 1)).copied();
        if let (1, Some(origin)) = (action % 2, wanted) {
            asked = Packet { origin, receive: Timestamp::from_bits(99), ..asked };
        }
        let mut out = [0; 48];
        let arrival = Arrival { received: now, noise: 0 };
        let state =
            ServerState { precision: ntp_wire::Log2Seconds(-32), ..ServerState::unsynchronised() };
        let asked_octets = asked.to_bytes();
        let replied = ring
            .respond(&asked_octets, arrival, || sent, &state, &Policy::default(), &mut out)
            .unwrap();
        let reply = Packet::from_bytes(&out);

        let known = model.iter_mut().find(|(receive, _)| *receive == asked.origin);
        let stamp = known.and_then(|(_, stamp)| stamp.take());
        assert_eq!(replied.interleaved, stamp.is_some());
        match stamp {
            Some(stamp) => {
                assert_eq!(reply.origin, asked.receive);
                assert_eq!(reply.transmit.to_bits(), stamp.to_bits() & !1);
            }
            None => assert_eq!(reply.origin, asked.transmit),
        }
        assert_eq!(reply.receive, replied.receive);
        assert_eq!(reply.receive.to_bits() & 1, 1);
        assert_eq!(reply.transmit.to_bits() & 1, 0);
        let moved = reply.receive.since(now).abs().to_bits();
        assert!(moved <= 2 * size as i64 + 1, "{moved}");
        if size > 0 {
            // Unique among those remembered; the oldest makes room.
            assert!(model.iter().all(|(receive, _)| *receive != reply.receive));
            let sent = Timestamp::from_bits(sent.to_bits() & !1);
            model.push((reply.receive, Some(sent)));
            model.sort_by_key(|(receive, _)| receive.since(start));
            if model.len() > size {
                model.remove(0);
            }
        }
        if better % 2 == 1 {
            let exact = sent.plus(Span::from_bits(i64::from(*better)));
            ring.sent(replied.receive, exact);
            if let Some(entry) = model.iter_mut().find(|(receive, _)| *receive == replied.receive) {
                entry.1 = Some(exact);
            }
        }
        assert_eq!(ring.len(), model.len());
        replies.push(reply.receive);
    }
});
