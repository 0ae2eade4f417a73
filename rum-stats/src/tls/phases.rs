//! The phases of a connection as browsers report them (W3C Navigation Timing Level 2).

use crate::micros::Micros;

/// Points in time of one page load, in microseconds from its start: the attributes of
/// `PerformanceResourceTiming` times 1000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// `connectStart`.
    pub connect_start: u32,
    /// `secureConnectionStart`; 0 without TLS, the same as `connectStart` with QUIC.
    pub secure_connection_start: u32,
    /// `connectEnd`.
    pub connect_end: u32,
    /// `requestStart`.
    pub request_start: u32,
    /// `responseStart`.
    pub response_start: u32,
}

/// What a page load says of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Time of the handshake of TCP, or of QUIC: one round trip.
    pub tcp: Micros,
    /// Time of the TLS handshake; 0 without, and with QUIC, which makes it part of its own.
    pub tls: Micros,
    /// Round trips of TLS, 0 to 2: its time over that of TCP, rounded.
    pub tls_round_trips: u8,
    /// From the request to the first byte, without the round trip: the time of the server. 0 when the
    /// round trip varied so much that less would be left.
    pub server: Micros,
}

/// Why a page load says nothing of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// All zero: another origin without `Timing-Allow-Origin`.
    #[error("hidden for lack of Timing-Allow-Origin")]
    Hidden,
    /// The connection was there before.
    #[error("the connection was reused")]
    Reused,
    /// The points are not in order.
    #[error("the points in time are not in order")]
    Disordered,
}

impl Phases {
    /// Takes the phases apart.
    ///
    /// # Errors
    /// [`Unusable`] for loads that did not set up a connection in sight.
    pub fn visit(&self) -> Result<Visit, Unusable> {
        if self.request_start == 0 && self.response_start == 0 {
            return Err(Unusable::Hidden);
        }
        let secure = self.secure_connection_start > 0;
        // QUIC has one handshake for both, and both start with it (Fetch standard, obtaining a connection).
        let quic = self.secure_connection_start == self.connect_start;
        let tcp_end = if secure && !quic { self.secure_connection_start } else { self.connect_end };
        let (Some(tcp), Some(tls), Some(wait), Some(_)) = (
            tcp_end.checked_sub(self.connect_start),
            self.connect_end.checked_sub(tcp_end),
            self.response_start.checked_sub(self.request_start),
            self.request_start.checked_sub(self.connect_end),
        ) else {
            return Err(Unusable::Disordered);
        };
        if tcp == 0 {
            return Err(Unusable::Reused);
        }
        let tls_round_trips = match tls.saturating_add(tcp / 2).checked_div(tcp) {
            Some(0) => 0,
            Some(1) => 1,
            _ => 2,
        };
        Ok(Visit {
            tcp: Micros(tcp),
            tls: Micros(tls),
            tls_round_trips,
            server: Micros(wait.saturating_sub(tcp)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_apart() {
        let full = Phases {
            connect_start: 10,
            secure_connection_start: 110,
            connect_end: 315,
            request_start: 320,
            response_start: 470,
        };
        let visit = full.visit().unwrap();
        assert_eq!(
            (visit.tcp, visit.tls, visit.tls_round_trips, visit.server),
            (Micros(100), Micros(205), 2, Micros(50))
        );
        let resumed = Phases { connect_end: 200, ..full };
        assert_eq!(resumed.visit().unwrap().tls_round_trips, 1);
        let early = Phases { connect_end: 120, ..full };
        assert_eq!(early.visit().unwrap().tls_round_trips, 0);
        let quic = Phases { secure_connection_start: 10, connect_end: 110, ..full };
        let visit = quic.visit().unwrap();
        assert_eq!((visit.tcp, visit.tls, visit.tls_round_trips), (Micros(100), Micros(0), 0));
        let plain = Phases { secure_connection_start: 0, connect_end: 110, ..full };
        assert_eq!(
            (plain.visit().unwrap().tcp, plain.visit().unwrap().tls),
            (Micros(100), Micros(0))
        );
    }

    #[test]
    fn refuses_what_says_nothing() {
        assert_eq!(Phases::default().visit(), Err(Unusable::Hidden));
        let reused = Phases {
            connect_start: 50,
            connect_end: 50,
            request_start: 60,
            response_start: 90,
            ..Phases::default()
        };
        assert_eq!(reused.visit(), Err(Unusable::Reused));
        let backwards = Phases {
            connect_start: 50,
            connect_end: 40,
            request_start: 60,
            response_start: 90,
            ..Phases::default()
        };
        assert_eq!(backwards.visit(), Err(Unusable::Disordered));
    }
}
