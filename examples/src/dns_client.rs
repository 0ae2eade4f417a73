//! Questions, and asking them over real sockets.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use dns_wire::edns::ClientSubnet;
use dns_wire::{Builder, Class, Flags, Full, Header, Message, NameBuf, RType, Rcode};

/// What to ask.
#[derive(Clone, Debug)]
pub struct Question {
    /// The name.
    pub name: NameBuf,
    /// The type.
    pub qtype: RType,
    /// The client for whom a resolver asks (RFC 7871).
    pub client_subnet: Option<ClientSubnet>,
    /// Signatures too (the DO bit).
    pub dnssec_ok: bool,
}

impl Question {
    /// A plain question.
    pub fn new(name: NameBuf, qtype: RType) -> Self {
        Self { name, qtype, client_subnet: None, dnssec_ok: false }
    }

    /// The same question on behalf of a client.
    pub fn for_client(mut self, subnet: ClientSubnet) -> Self {
        self.client_subnet = Some(subnet);
        self
    }

    /// Writes the query: RD clear, as between a resolver and an authoritative server, with EDNS.
    ///
    /// # Errors
    /// When `out` has fewer than [`QUERY_MAX`] octets it may not fit.
    pub fn write<'o>(&self, id: u16, out: &'o mut [u8]) -> Result<&'o mut [u8], Full> {
        let header = Header { id, flags: Flags::default(), ..Header::default() };
        let mut questions = Builder::new(out, header)?;
        questions.push_question(self.name.as_name(), self.qtype, Class::IN)?;
        let mut options = [0; 24];
        let len = match &self.client_subnet {
            Some(subnet) => subnet.write(&mut options)?,
            None => 0,
        };
        let mut additionals = questions.answers().additionals();
        additionals.push_opt(PAYLOAD_SIZE, Rcode::NOERROR, self.dnssec_ok, &options[..len])?;
        Ok(additionals.finish())
    }
}

/// Asks one server over UDP from one source address, one question at a time.
#[derive(Debug)]
pub struct DnsClient {
    socket: UdpSocket,
    reply: Vec<u8>,
}

impl DnsClient {
    /// A client of `server` whose packets come from `source`.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(source: IpAddr, server: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind((source, 0))?;
        socket.connect(server)?;
        Ok(Self { socket, reply: vec![0; usize::from(u16::MAX)] })
    }

    /// The reply to a question.
    ///
    /// # Errors
    /// When none comes within [`PATIENCE`], or the socket fails.
    pub fn ask(&mut self, question: &Question) -> io::Result<&[u8]> {
        let id: u16 = rand::random();
        let mut query = [0; QUERY_MAX];
        let query = question.write(id, &mut query).map_err(io::Error::other)?;
        self.socket.send(query)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.socket.set_read_timeout(Some(left))?;
            let len = match self.socket.recv(&mut self.reply) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                other => other?,
            };
            if answers(&self.reply[..len], query) {
                return Ok(&self.reply[..len]);
            }
        }
    }
}

/// Asks over TCP, on a connection of its own.
///
/// # Errors
/// When the connection fails or the reply is not one to this question.
pub fn ask_by_tcp(source: IpAddr, server: SocketAddr, question: &Question) -> io::Result<Vec<u8>> {
    let socket = socket2::Socket::new(
        socket2::Domain::for_address(server),
        socket2::Type::STREAM,
        Some(socket2::Protocol::TCP),
    )?;
    socket.bind(&SocketAddr::new(source, 0).into())?;
    socket.connect_timeout(&server.into(), PATIENCE)?;
    let mut stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut query = [0; QUERY_MAX];
    let query = question.write(rand::random(), &mut query).map_err(io::Error::other)?;
    let mut framed = Vec::with_capacity(query.len() + 2);
    framed.extend(u16::try_from(query.len()).unwrap_or(u16::MAX).to_be_bytes());
    framed.extend_from_slice(query);
    stream.write_all(&framed)?;
    let mut prefix = [0; 2];
    stream.read_exact(&mut prefix)?;
    let mut reply = vec![0; usize::from(u16::from_be_bytes(prefix))];
    stream.read_exact(&mut reply)?;
    if !answers(&reply, query) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the reply is to another question"));
    }
    Ok(reply)
}

/// Whether `reply` answers `query`: the same id and question (RFC 5452 §9.1).
fn answers(reply: &[u8], query: &[u8]) -> bool {
    let (Ok(reply), Ok(query)) = (Message::parse(reply), Message::parse(query)) else {
        return false;
    };
    reply.header().flags.response()
        && reply.header().id == query.header().id
        && reply.question() == query.question()
}

/// More octets than any query of a [`Question`] has: header, 255 of name, type, class, OPT, client subnet.
pub const QUERY_MAX: usize = 512;

/// The UDP payload size that we say we can take (DNS flag day 2020; RFC 9715).
pub const PAYLOAD_SIZE: u16 = 1232;

/// How long to wait for a reply on loopback before it counts as lost.
pub const PATIENCE: Duration = Duration::from_secs(2);
