//! Network Time Security (RFC 8915): key establishment over TLS 1.3, for servers and for clients.

mod client;
mod server;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use ntp_wire::nts::Keys;
use ntp_wire::nts::ke::{self, Direction, Exporter};
use rustls::ConnectionCommon;

pub use client::{Established, Trust, establish};
pub use server::{CookieKeys, KeyEstablishment};

/// A connection that is over at a certain time, however slowly the other side sends.
struct Timed {
    stream: TcpStream,
    deadline: Instant,
}

impl Timed {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, deadline: Instant::now() + PATIENCE })
    }
}

impl Read for Timed {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(crate::streams::left(self.deadline)?))?;
        self.stream.read(octets)
    }
}

impl Write for Timed {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(crate::streams::left(self.deadline)?))?;
        self.stream.write(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Reads until the message is whole.
fn read_message(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut message = vec![0; LONGEST];
    let mut held = 0;
    loop {
        match stream.read(&mut message[held..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            len => held += len,
        }
        if let Some(len) = ke::message_length(&message[..held]) {
            message.truncate(len);
            return Ok(message);
        }
    }
}

/// Both directions' keys from the TLS connection, and that it speaks the right protocol.
fn export<Data>(tls: &ConnectionCommon<Data>, exporter: Exporter) -> io::Result<Keys> {
    if tls.alpn_protocol() != Some(ke::ALPN) {
        return Err(invalid("the other side does not speak NTS key establishment"));
    }
    let key = |direction| {
        let octets = vec![0; exporter.algorithm.key_length()];
        let context = exporter.context(direction);
        tls.export_keying_material(octets, ke::EXPORTER_LABEL, Some(&context)).map_err(invalid)
    };
    let (client, server) = (key(Direction::ClientToServer)?, key(Direction::ServerToClient)?);
    Keys::new(exporter.algorithm, &client, &server)
        .ok_or_else(|| invalid("a key of the wrong length"))
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// How long a whole key establishment may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest message read, as chrony has it.
const LONGEST: usize = 16_384;
