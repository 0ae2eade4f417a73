//! `asktime`: asks an NTP server the time, authenticated if wanted, and says how far off it can be.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use ntp_wire::client::Sample;
use ntp_wire::nts::Algorithm;
use ntp_wire::nts::ke;
use service::console::{end, tell};
use service::ntp_client::{ask, ask_authenticated};
use service::nts::{Trust, establish};

/// Ask an NTP server the time. The clock is not touched.
#[derive(Debug, Parser)]
#[command(
    name = "asktime",
    version,
    after_help = "Examples:\n  asktime 127.0.0.1:1123\n  asktime --nts 127.0.0.1 --trust chain.pem --count 3"
)]
struct Arguments {
    /// The server: a name or address with a port; with --nts that of key establishment (4460 when left out).
    #[arg(value_name = "HOST[:PORT]")]
    server: String,
    /// Establish keys over TLS first, and believe authenticated replies only (RFC 8915).
    #[arg(long)]
    nts: bool,
    /// The authorities to trust, in PEM.
    #[arg(
        long,
        value_name = "FILE",
        requires = "nts",
        default_value = "/etc/ssl/certs/ca-certificates.crt"
    )]
    trust: PathBuf,
    /// Offer this algorithm alone.
    #[arg(long, value_enum, requires = "nts")]
    algorithm: Option<Offered>,
    /// How often to ask.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    count: u8,
}

/// AEAD algorithms by the names of the IANA registry.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Offered {
    /// 15, which every NTS server has.
    AesSivCmac256,
    /// 17.
    AesSivCmac512,
    /// 30.
    Aes128GcmSiv,
}

fn main() -> ExitCode {
    end(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let (host, port) = host_and_port(&arguments.server, arguments.nts)?;
    let failed = |error| format!("no time from {}: {error}", arguments.server);
    if !arguments.nts {
        let mut addresses = (host, port).to_socket_addrs().map_err(failed)?;
        let server = addresses.next().ok_or_else(|| format!("{host} has no address"))?;
        return (0..arguments.count)
            .try_for_each(|_| ask(server).map(|sample| report(server, &sample)).map_err(failed));
    }
    let trust = Trust::from_file(&arguments.trust)?;
    let all = [Algorithm::GcmSiv128, Algorithm::SivCmac256, Algorithm::SivCmac512];
    let one = arguments.algorithm.map(|offered| [Algorithm::from(offered)]);
    let offered = one.as_ref().map_or(&all[..], |one| &one[..]);
    let mut established = establish(host, port, offered, &trust).map_err(failed)?;
    let (algorithm, cookies) = (established.algorithm.id(), established.session.cookies());
    tell(format!("keys       AEAD {algorithm}, {cookies} cookies"));
    for _ in 0..arguments.count {
        let sample =
            ask_authenticated(established.server, &mut established.session).map_err(failed)?;
        report(established.server, &sample);
    }
    tell(format!("cookies    {} left", established.session.cookies()));
    Ok(())
}

fn report(server: SocketAddr, sample: &Sample) {
    let seconds = |span: ntp_wire::Span| span.to_nanos() as f64 / 1e9;
    let bound = sample.root_distance(sample.time);
    tell(format!(
        "time       {server}, stratum {}: offset {:+.6} s ± {:.6}, delay {:.6} s",
        sample.stratum.0,
        seconds(sample.offset),
        seconds(bound),
        seconds(sample.delay)
    ));
}

fn host_and_port(server: &str, nts: bool) -> Result<(&str, u16), String> {
    let default = if nts { ke::PORT } else { 123 };
    match server.rsplit_once(':') {
        // An IPv6 address is in brackets when a port follows it.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
            let port = port.parse().map_err(|_| format!("'{port}' is not a port"))?;
            Ok((bare(host), port))
        }
        _ => Ok((bare(server), default)),
    }
}

/// Without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

impl From<Offered> for Algorithm {
    fn from(offered: Offered) -> Self {
        match offered {
            Offered::AesSivCmac256 => Self::SivCmac256,
            Offered::AesSivCmac512 => Self::SivCmac512,
            Offered::Aes128GcmSiv => Self::GcmSiv128,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        let cases = [
            ("127.0.0.1", "127.0.0.1", 123),
            ("127.0.0.1:1123", "127.0.0.1", 1123),
            ("::1", "::1", 123),
            ("[::1]", "::1", 123),
            ("[::1]:1123", "::1", 1123),
            ("time.example:4", "time.example", 4),
        ];
        for (server, host, port) in cases {
            assert_eq!(host_and_port(server, false), Ok((host, port)), "{server}");
        }
        assert_eq!(host_and_port("time.example", true), Ok(("time.example", 4460)));
        assert!(host_and_port("time.example:", false).is_err());
        assert!(host_and_port("time.example:65536", false).is_err());
    }
}
