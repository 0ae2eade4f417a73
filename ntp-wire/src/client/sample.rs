//! Four timestamps make a measurement, RFC 5905 §8.

use crate::{Frequency, Leap, Log2Seconds, Packet, ReferenceId, Short, Span, Stratum, Timestamp};

/// The four instants of an exchange: two of the client's clock, two of the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamps {
    /// T1: the request left the client (client's clock).
    pub origin: Timestamp,
    /// T2: it arrived at the server (server's clock).
    pub receive: Timestamp,
    /// T3: the reply left the server (server's clock).
    pub transmit: Timestamp,
    /// T4: it arrived at the client (client's clock).
    pub destination: Timestamp,
}

impl Stamps {
    /// `((T2 - T1) + (T3 - T4)) / 2`: positive when the client's clock is behind the server's.
    ///
    /// Rounded towards earlier, exact otherwise. Overflows nowhere: a client whose clock was never
    /// set gets the right offset as long as it is below 68 years.
    #[must_use]
    pub const fn offset(&self) -> Span {
        let there = self.receive.since(self.origin);
        let back = self.transmit.since(self.destination);
        there.midpoint(back)
    }

    /// `(T4 - T1) - (T3 - T2)`: time on the way, there and back. Exact; saturates.
    ///
    /// Negative when a clock was stepped in between, or when one is far too fast.
    #[must_use]
    pub const fn delay(&self) -> Span {
        let away = self.destination.since(self.origin);
        let held = self.transmit.since(self.receive);
        away.minus(held)
    }

    /// Whether the server held the request for no negative time and no more than 4 s: others
    /// measure nothing (chrony's test A).
    #[must_use]
    pub const fn server_is_plausible(&self) -> bool {
        let held = self.transmit.since(self.receive).to_bits();
        0 <= held && held <= Span::from_seconds(4).to_bits()
    }
}

/// One measurement of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When it was made: T4, by the client's clock.
    pub time: Timestamp,
    /// Server minus client: add it to the client's clock.
    pub offset: Span,
    /// Round trip without the server's time, at least the client's precision.
    pub delay: Span,
    /// Error bound of reading both clocks and of drift during the exchange, at `time`. Grows by
    /// 15 ppm after it.
    pub dispersion: Span,
    /// The server's leap warning.
    pub leap: Leap,
    /// The server's stratum.
    pub stratum: Stratum,
    /// The server's round trip to the reference clock.
    pub root_delay: Short,
    /// The server's error bound.
    pub root_dispersion: Short,
    /// What the server follows.
    pub reference_id: ReferenceId,
}

impl Sample {
    /// From the stamps, the client's precision, and what the server says of itself.
    #[must_use]
    pub const fn new(stamps: &Stamps, precision: Log2Seconds, server: &Packet) -> Self {
        let delay = stamps.delay();
        let floor = precision.to_span();
        let reading = server.precision.to_span().plus(floor);
        let away = stamps.destination.since(stamps.origin).abs();
        Self {
            time: stamps.destination,
            offset: stamps.offset(),
            delay: if delay.to_bits() < floor.to_bits() { floor } else { delay },
            dispersion: reading.plus(Frequency::PHI.over(away)),
            leap: server.leap,
            stratum: server.stratum,
            root_delay: server.root_delay,
            root_dispersion: server.root_dispersion,
            reference_id: server.reference_id,
        }
    }

    /// Whether the server follows us (chrony's test D, RFC 5905's loop test): `ours` are the
    /// reference identifiers that its clients see of us, one for each of our addresses.
    ///
    /// At stratum 1 the identifier names a reference clock, and nobody is followed.
    #[must_use]
    pub fn is_loop(&self, ours: &[ReferenceId]) -> bool {
        self.stratum > Stratum::PRIMARY && ours.contains(&self.reference_id)
    }

    /// Error bound of `offset` against the reference clock at `now`: half of the whole delay plus
    /// the whole dispersion (RFC 5905 §11.2.2, without jitter). Rounded up.
    #[must_use]
    pub const fn root_distance(&self, now: Timestamp) -> Span {
        let delay = self.delay.plus(self.root_delay.to_span());
        let age = Frequency::PHI.over(now.since(self.time).abs());
        let dispersion = self.dispersion.plus(self.root_dispersion.to_span()).plus(age);
        delay.half().plus(Span::from_bits(1)).plus(dispersion)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stamps(origin: i64, receive: i64, transmit: i64, destination: i64) -> Stamps {
        let base = Timestamp::from_unix(2_085_978_496, 0); // Where era 1 begins.
        let at = |millis: i64| base.plus(Span::from_nanos(millis * 1_000_000));
        Stamps {
            origin: at(origin),
            receive: at(receive),
            transmit: at(transmit),
            destination: at(destination),
        }
    }

    #[test]
    fn offset_and_delay_across_the_era() {
        // The client is 100 ms behind; 20 ms there, 10 ms held, 20 ms back.
        let exchange = stamps(-130, -10, 0, -80);
        assert_eq!(exchange.offset().to_nanos(), 100_000_000);
        assert_eq!(exchange.delay().to_nanos(), 40_000_000);
    }

    #[test]
    fn a_clock_that_was_never_set() {
        // 1970 on one side, 2026 on the other: more than 2^63 in sum, and still right.
        let client = Timestamp::from_unix(5, 0);
        let server = Timestamp::from_unix(1_790_000_000, 0);
        let stamps =
            Stamps { origin: client, receive: server, transmit: server, destination: client };
        assert_eq!(stamps.offset(), Span::from_seconds(1_790_000_000 - 5));
        assert_eq!(stamps.delay(), Span::ZERO);
    }

    #[test]
    fn a_server_that_follows_us() {
        let server = Packet { stratum: Stratum(3), ..crate::client::request(1) };
        let server = Packet { reference_id: ReferenceId([192, 0, 2, 1]), ..server };
        let of = |packet: &Packet| Sample::new(&stamps(0, 1, 1, 2), Log2Seconds(-20), packet);
        let ours = [ReferenceId([192, 0, 2, 9]), ReferenceId([192, 0, 2, 1])];
        assert!(of(&server).is_loop(&ours));
        assert!(!of(&server).is_loop(&ours[..1]));
        assert!(!of(&Packet { stratum: Stratum::PRIMARY, ..server }).is_loop(&ours));
    }

    proptest! {
        #[test]
        fn agrees_with_wide_arithmetic(t1: u64, there: i64, held: i64, back: i64) {
            let origin = Timestamp::from_bits(t1);
            let receive = origin.plus(Span::from_bits(there));
            let transmit = receive.plus(Span::from_bits(held));
            let destination = transmit.minus(Span::from_bits(back));
            let stamps = Stamps { origin, receive, transmit, destination };
            let exact = (i128::from(there) + i128::from(back)).div_euclid(2);
            prop_assert_eq!(i128::from(stamps.offset().to_bits()), exact);
        }

        #[test]
        fn the_true_offset_is_within_half_the_delay(offset in -1_i64 << 50..1 << 50, there in 0_i64..1 << 40, back in 0_i64..1 << 40, held in 0_i64..1 << 33) {
            let origin = Timestamp::from_unix(1_700_000_000, 0);
            let receive = origin.plus(Span::from_bits(offset + there));
            let transmit = receive.plus(Span::from_bits(held));
            let destination = transmit.plus(Span::from_bits(back - offset));
            let stamps = Stamps { origin, receive, transmit, destination };
            prop_assert_eq!(stamps.delay(), Span::from_bits(there + back));
            let error = stamps.offset().minus(Span::from_bits(offset)).abs();
            prop_assert!(error <= stamps.delay().half().plus(Span::from_bits(1)));
        }
    }
}
