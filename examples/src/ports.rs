//! Bind a port, or say what to do when it is busy.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

/// Where to listen, as it is given on a command line.
///
/// # Errors
/// What is wanted.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "an address in digits and a port are wanted, such as 127.0.0.1:5300 or [::1]:5300".into()
    })
}

/// A UDP socket and a TCP listener on the same port.
#[derive(Debug)]
pub struct Pair {
    /// For datagrams.
    pub udp: UdpSocket,
    /// For streams.
    pub tcp: TcpListener,
}

/// Binds UDP and TCP on `address`; with port 0 the system chooses one that both can have.
///
/// # Errors
/// What the system says, with `address` and a hint.
pub fn pair(address: SocketAddr) -> Result<Pair, String> {
    let mut refused = None;
    for _ in 0..if address.port() == 0 { 16 } else { 1 } {
        match try_pair(address) {
            Ok(pair) => return Ok(pair),
            Err(error) => refused = Some(error),
        }
    }
    Err(explain(address, &refused.unwrap_or_else(|| io::ErrorKind::AddrInUse.into())))
}

/// Like [`pair`], or the next of [`TRIES`] ports that is free. The caller says aloud which it is.
///
/// # Errors
/// As [`pair`], when none is free or the refusal has another cause.
pub fn pair_or_next(address: SocketAddr) -> Result<Pair, String> {
    next_free(address, try_pair)
}

/// A UDP socket on `address`.
///
/// # Errors
/// What the system says, with `address` and a hint.
pub fn udp(address: SocketAddr) -> Result<UdpSocket, String> {
    UdpSocket::bind(address).map_err(|error| explain(address, &error))
}

/// A TCP listener on `address`.
///
/// # Errors
/// What the system says, with `address` and a hint.
pub fn tcp(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).map_err(|error| explain(address, &error))
}

/// Like [`udp`], or the next of [`TRIES`] ports that is free.
///
/// # Errors
/// As [`udp`], when none is free or the refusal has another cause.
pub fn udp_or_next(address: SocketAddr) -> Result<UdpSocket, String> {
    next_free(address, UdpSocket::bind)
}

/// How many ports upwards the `_or_next` functions look.
pub const TRIES: u16 = 32;

fn try_pair(address: SocketAddr) -> io::Result<Pair> {
    let udp = UdpSocket::bind(address)?;
    let tcp = TcpListener::bind(udp.local_addr()?)?;
    Ok(Pair { udp, tcp })
}

fn next_free<T>(
    address: SocketAddr,
    bind: impl Fn(SocketAddr) -> io::Result<T>,
) -> Result<T, String> {
    let mut candidate = address;
    for step in 0..TRIES {
        let Some(port) = address.port().checked_add(step) else {
            break;
        };
        candidate.set_port(port);
        match bind(candidate) {
            Ok(bound) => return Ok(bound),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(explain(candidate, &error)),
        }
    }
    Err(explain(candidate, &io::ErrorKind::AddrInUse.into()))
}

fn explain(address: SocketAddr, error: &io::Error) -> String {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this port: stop it (`ss -lnptu` shows which), or choose another port"
        }
        io::ErrorKind::PermissionDenied => {
            "ports under 1024 need privileges: choose a higher one, or grant CAP_NET_BIND_SERVICE"
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine does not have that address: choose one of its own, such as 127.0.0.1:5300"
        }
        _ => "an address and a port of this machine are wanted, such as 127.0.0.1:5300",
    };
    format!("cannot listen on {address}: {error}\n  hint: {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_said_with_a_hint() {
        let held = udp("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = held.local_addr().unwrap();
        let said = udp(address).unwrap_err();
        assert!(said.contains(&address.to_string()), "{said}");
        assert!(said.contains("hint: another program has this port"), "{said}");
    }

    #[test]
    fn the_next_free_port_serves() {
        let held = udp("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = held.local_addr().unwrap();
        let Ok(next) = udp_or_next(address) else {
            return assert!(address.port() > u16::MAX - TRIES, "no port free above {address}");
        };
        assert_ne!(next.local_addr().unwrap(), address);
    }

    #[test]
    fn both_transports_share_the_port() {
        let pair = pair("127.0.0.1:0".parse().unwrap()).unwrap();
        assert_eq!(pair.udp.local_addr().unwrap(), pair.tcp.local_addr().unwrap());
    }
}
