//! Part 7: what ending TLS at the chosen PoP saves, by the model and the measured round trips.

use rum_stats::metrics::{Weighted, weighted_quantile};
use rum_stats::tls::{Handshake, Origin, direct, via_edge};
use service::console::{Align, Console};

use crate::census::Census;
use crate::facts::{Tls, TlsRow};
use crate::measure::Measured;
use crate::world::World;

/// A prediction for each handshake, over all clients where the answers send them.
pub(crate) fn predict(
    console: &Console,
    world: &World,
    measured: &Measured,
    census: &Census,
    origin: usize,
) -> Tls {
    let rows =
        HANDSHAKES.map(|(name, handshake)| row(world, measured, census, origin, name, handshake));
    let tls = Tls { origin: world.pops[origin].name.clone(), rows: rows.into() };
    console.say(format!(
        "the content is at {}; medians over all clients of what the model predicts for a new connection:",
        tls.origin
    ));
    let ms = |ms: f64| format!("{ms:.0} ms");
    console.table(
        &[
            ("handshake", Align::Left),
            ("set-up direct", Align::Right),
            ("by the PoP", Align::Right),
            ("first byte direct", Align::Right),
            ("by the PoP", Align::Right),
            ("saved", Align::Right),
        ],
        tls.rows.iter().map(|row| {
            vec![
                row.handshake.to_owned(),
                ms(row.direct_setup_ms),
                ms(row.edge_setup_ms),
                ms(row.direct_first_byte_ms),
                ms(row.edge_first_byte_ms),
                ms(row.saved_ms),
            ]
        }),
    );
    console.aside(
        "a prediction, not a measurement; the PoP's own connection to the origin is taken as open",
    );
    tls
}

fn row(
    world: &World,
    measured: &Measured,
    census: &Census,
    origin: usize,
    name: &'static str,
    handshake: Handshake,
) -> TlsRow {
    let mut columns: [Vec<Weighted>; 5] = Default::default();
    let pops = world.pops.len();
    for (index, network) in world.networks.iter().enumerate() {
        let latency = &measured.latency[measured.seen_as[index] * pops..][..pops];
        for (pop, share) in census.row(index).iter().enumerate().filter(|(_, share)| **share > 0.0)
        {
            let to_origin = world.between_pops_ms(pop, origin);
            let far = direct(handshake, f64::from(latency[origin]), 0.0);
            let near = via_edge(handshake, f64::from(latency[pop]), to_origin, Origin::Warm, 0.0);
            let values = [
                far.set_up,
                near.set_up,
                far.first_byte,
                near.first_byte,
                far.first_byte - near.first_byte,
            ];
            for (column, value) in columns.iter_mut().zip(values) {
                column.push(Weighted { value, weight: network.demand * share });
            }
        }
    }
    let [direct_setup_ms, edge_setup_ms, direct_first_byte_ms, edge_first_byte_ms, saved_ms] =
        columns.map(|mut column| weighted_quantile(&mut column, 0.5).unwrap_or(0.0));
    TlsRow {
        handshake: name,
        direct_setup_ms,
        edge_setup_ms,
        direct_first_byte_ms,
        edge_first_byte_ms,
        saved_ms,
    }
}

const HANDSHAKES: [(&str, Handshake); 5] = [
    ("TCP + TLS 1.2, full", Handshake::Tls12),
    ("TCP + TLS 1.3", Handshake::Tls13),
    ("TCP + TLS 1.3, early data", Handshake::Tls13EarlyData),
    ("QUIC", Handshake::Quic),
    ("QUIC, 0-RTT", Handshake::QuicEarlyData),
];
