//! Part 8: the time from our own server, and a leap second that nobody notices.

use std::net::SocketAddr;

use ntp_wire::smear::{Kind, LeapSecond, Smear};
use ntp_wire::{Span, Timestamp};
use service::console::{Align, Console};
use service::ntp_client;

use crate::facts::{SmearRow, Time};

/// Asks the server over its socket, and keeps the exchange with the least delay: it waited least in queues.
pub(crate) fn ask(console: &Console, server: SocketAddr) -> Result<Time, String> {
    let mut best: Option<ntp_wire::client::Sample> = None;
    for _ in 0..EXCHANGES {
        let sample =
            ntp_client::ask(server).map_err(|error| format!("no time from {server}: {error}"))?;
        if best.is_none_or(|best| sample.delay.to_bits() < best.delay.to_bits()) {
            best = Some(sample);
        }
    }
    let best = best.ok_or("no exchange")?;
    let micros = |span: Span| span.to_nanos() as f64 / 1000.0;
    let time = Time {
        exchanges: EXCHANGES,
        stratum: best.stratum.0,
        offset_us: micros(best.offset),
        delay_us: micros(best.delay),
        error_us: micros(best.root_distance(best.time)),
    };
    console.say(format!(
        "stratum {}; the best of {} exchanges: offset {:+.1} µs, delay {:.1} µs",
        time.stratum, time.exchanges, time.offset_us, time.delay_us
    ));
    console.verdict(
        time.offset_us.abs() <= time.error_us,
        format!("server and client share a clock, so the true offset is 0: within ±{:.1} µs as promised", time.error_us),
    );
    Ok(time)
}

/// The leap second of 2016-12-31, as three servers would have spread it.
pub(crate) fn smear(console: &Console) -> Vec<SmearRow> {
    let leap = LeapSecond { midnight: Timestamp::from_unix(AFTER_LEAP, 0), kind: Kind::Insert };
    let linear = Smear::noon_to_noon(leap);
    let quadratic = Smear::spline_after(leap);
    let cosine = Smear::cosine_before(leap, 86_400);
    let rows: Vec<SmearRow> = HOURS
        .into_iter()
        .map(|hours| {
            let instant = leap.midnight.plus(Span::from_seconds(hours * 3600));
            let lag = |smear: &Smear| smear.applied(instant).to_nanos() as f64 / 1e6;
            SmearRow {
                hours: hours as f64,
                linear_ms: lag(&linear),
                quadratic_ms: lag(&quadratic),
                cosine_ms: lag(&cosine),
            }
        })
        .collect();
    console.say(
        "the leap second of 2016-12-31: how much of it each smear has let in, in milliseconds",
    );
    console.table(
        &[
            ("from the leap", Align::Right),
            ("linear, noon to noon", Align::Right),
            ("quadratic, after", Align::Right),
            ("cosine, before", Align::Right),
        ],
        rows.iter().map(|row| {
            vec![
                format!("{:+} h", row.hours),
                format!("{:.3}", row.linear_ms),
                format!("{:.3}", row.quadratic_ms),
                format!("{:.3}", row.cosine_ms),
            ]
        }),
    );
    console.aside("Google and AWS smear as in the first column, chrony can as in the second, ntpd as in the third");
    rows
}

const EXCHANGES: u64 = 8;
const HOURS: [i64; 9] = [-24, -12, -6, -1, 0, 1, 6, 12, 18];
/// 2017-01-01 00:00:00 UTC.
const AFTER_LEAP: i64 = 1_483_228_800;
