//! The model: set-up and first byte of a connection by round trips.
//!
//! A connection costs whole round trips before the request can leave, and those that a handshake makes
//! are paid on the path it runs over. Directly that is the path to the origin; by an edge it is the short
//! path to the edge, and the long one is crossed once, on a connection that is already open.

/// How a connection is set up, by the round trips it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handshake {
    /// TCP without TLS: 1 round trip.
    Tcp,
    /// TCP and a full TLS 1.2 handshake (RFC 5246 §7.3): 1 + 2.
    Tls12,
    /// TCP and a resumed TLS 1.2 session (RFC 5077, RFC 5246 §7.3): 1 + 1.
    Tls12Resumed,
    /// TCP and TLS 1.3, full or resumed without early data (RFC 8446 §2): 1 + 1.
    Tls13,
    /// TCP and TLS 1.3 with the request in the early data (RFC 8446 §2.3): 1 + 0.
    Tls13EarlyData,
    /// QUIC, which sets up transport and TLS 1.3 at once (RFC 9001 §4): 1.
    Quic,
    /// QUIC with the request in 0-RTT packets (RFC 9001 §4.6): 0.
    QuicEarlyData,
}

impl Handshake {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Tcp,
        Self::Tls12,
        Self::Tls12Resumed,
        Self::Tls13,
        Self::Tls13EarlyData,
        Self::Quic,
        Self::QuicEarlyData,
    ];

    /// Round trips of the transport.
    pub const fn transport_round_trips(self) -> u8 {
        match self {
            Self::Tcp
            | Self::Tls12
            | Self::Tls12Resumed
            | Self::Tls13
            | Self::Tls13EarlyData
            | Self::Quic => 1,
            Self::QuicEarlyData => 0,
        }
    }

    /// Round trips of TLS that the transport does not already make.
    pub const fn tls_round_trips(self) -> u8 {
        match self {
            Self::Tls12 => 2,
            Self::Tls12Resumed | Self::Tls13 => 1,
            Self::Tcp | Self::Tls13EarlyData | Self::Quic | Self::QuicEarlyData => 0,
        }
    }

    /// Round trips until the request may leave.
    pub const fn round_trips(self) -> u8 {
        self.transport_round_trips().wrapping_add(self.tls_round_trips())
    }
}

/// The two waits of a new connection, in the unit of the round trips given.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Timing {
    /// From the first packet until the request may leave.
    pub set_up: f64,
    /// From the first packet until the first octet of the response arrives.
    pub first_byte: f64,
}

/// The edge's own connection to the origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Kept open: one round trip.
    Warm,
    /// Set up for this request.
    Cold(Handshake),
}

/// A connection straight to the origin: `round_trip` between the two, `server` to make the response.
///
/// The published case, 150 ms from Seoul to Oregon with full TLS 1.2, and with an edge in Tokyo:
///
/// ```
/// use rum_stats::tls::{Handshake, Origin, Timing, direct, via_edge};
///
/// assert_eq!(direct(Handshake::Tls12, 150.0, 0.0), Timing { set_up: 450.0, first_byte: 600.0 });
/// let edge = via_edge(Handshake::Tls12, 30.0, 120.0, Origin::Warm, 0.0);
/// assert_eq!(edge, Timing { set_up: 90.0, first_byte: 240.0 });
/// ```
pub fn direct(handshake: Handshake, round_trip: f64, server: f64) -> Timing {
    let set_up = f64::from(handshake.round_trips()) * round_trip;
    Timing { set_up, first_byte: set_up + round_trip + server }
}

/// A connection to an edge: `to_edge` between client and edge, `to_origin` between edge and origin,
/// `server` at the origin to make the response.
pub fn via_edge(
    handshake: Handshake,
    to_edge: f64,
    to_origin: f64,
    origin: Origin,
    server: f64,
) -> Timing {
    let set_up = f64::from(handshake.round_trips()) * to_edge;
    let origin_set_up = match origin {
        Origin::Warm => 0.0,
        Origin::Cold(handshake) => f64::from(handshake.round_trips()) * to_origin,
    };
    Timing { set_up, first_byte: set_up + to_edge + origin_set_up + to_origin + server }
}

/// What moving the end of the connection to an edge saves at the first byte; negative where it costs.
pub fn saving(handshake: Handshake, direct_round_trip: f64, to_edge: f64, to_origin: f64) -> f64 {
    direct(handshake, direct_round_trip, 0.0).first_byte
        - via_edge(handshake, to_edge, to_origin, Origin::Warm, 0.0).first_byte
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_case_by_handshake() {
        for (handshake, direct_case, edge_case, saved) in [
            (Handshake::Tls12, (450.0, 600.0), (90.0, 240.0), 360.0),
            (Handshake::Tls12Resumed, (300.0, 450.0), (60.0, 210.0), 240.0),
            (Handshake::Tls13, (300.0, 450.0), (60.0, 210.0), 240.0),
            (Handshake::Tls13EarlyData, (150.0, 300.0), (30.0, 180.0), 120.0),
            (Handshake::Quic, (150.0, 300.0), (30.0, 180.0), 120.0),
            (Handshake::QuicEarlyData, (0.0, 150.0), (0.0, 150.0), 0.0),
        ] {
            let straight = direct(handshake, 150.0, 0.0);
            assert_eq!((straight.set_up, straight.first_byte), direct_case, "{handshake:?}");
            let edge = via_edge(handshake, 30.0, 120.0, Origin::Warm, 0.0);
            assert_eq!((edge.set_up, edge.first_byte), edge_case, "{handshake:?}");
            assert_eq!(saving(handshake, 150.0, 30.0, 120.0), saved, "{handshake:?}");
        }
    }

    #[test]
    fn a_cold_origin_eats_the_saving() {
        let warm = via_edge(Handshake::Tls13, 30.0, 120.0, Origin::Warm, 5.0);
        let cold = via_edge(Handshake::Tls13, 30.0, 120.0, Origin::Cold(Handshake::Tls13), 5.0);
        assert_eq!(cold.first_byte - warm.first_byte, 240.0);
        assert!(cold.first_byte > direct(Handshake::Tls13, 150.0, 5.0).first_byte - 1e-9);
        assert_eq!(cold.set_up, warm.set_up);
    }
}
