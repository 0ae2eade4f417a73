//! Questions, and replies as lines that can be compared.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

use dns_wire::{Message, NameBuf, RType, Records};

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) rtype: RType,
    pub(crate) dnssec_ok: bool,
}

impl Query {
    pub(crate) fn new(name: &str, rtype: RType, dnssec_ok: bool) -> Self {
        Self { name: name.to_owned(), rtype, dnssec_ok }
    }

    /// A query with EDNS and 1232 octets of room.
    fn to_wire(&self, id: u16) -> Vec<u8> {
        let name = NameBuf::from_text(self.name.as_bytes(), None).expect("a name");
        let mut out = id.to_be_bytes().to_vec();
        out.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
        out.extend(name.as_name().as_wire());
        out.extend(self.rtype.0.to_be_bytes());
        out.extend([0, 1, 0, 0, 41, 4, 208, 0, 0, if self.dnssec_ok { 0x80 } else { 0 }, 0, 0, 0]);
        out
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.name, self.rtype, if self.dnssec_ok { " +dnssec" } else { "" })
    }
}

/// A reply, each section a set of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// RCODE, then `aa` and `tc` if set.
    pub(crate) status: String,
    pub(crate) answer: BTreeSet<String>,
    pub(crate) authority: BTreeSet<String>,
    pub(crate) additional: BTreeSet<String>,
}

impl Reply {
    pub(crate) fn is_authoritative(&self) -> bool {
        self.status == "NOERROR aa"
    }

    fn read(octets: &[u8]) -> Self {
        let message = Message::parse(octets).expect("a message");
        let edns = message.edns().expect("EDNS");
        let mut status = message.rcode(edns.as_ref()).to_string();
        for (bit, name) in [(4, " aa"), (2, " tc")] {
            if octets[2] & bit != 0 {
                status.push_str(name);
            }
        }
        Self {
            status,
            answer: lines(message.answers()),
            authority: lines(message.authorities()),
            additional: lines(message.additionals()),
        }
    }
}

fn lines(records: Records<'_>) -> BTreeSet<String> {
    records
        .map(|record| record.expect("a record"))
        .filter(|record| record.rtype != RType::OPT)
        .map(|r| {
            let owner = r.owner.to_string().to_lowercase();
            format!("{owner} {} {} {}", r.ttl.0, r.rtype, r.rdata.display(r.rtype))
        })
        .collect()
}

/// Asks over UDP, and when the reply is cut short over TCP; what the UDP reply was is then in the status.
pub(crate) fn ask(port: u16, query: &Query) -> Option<Reply> {
    let by_udp = Reply::read(&udp(port, query)?);
    if !by_udp.status.ends_with(" tc") {
        return Some(by_udp);
    }
    let by_tcp = Reply::read(&tcp(port, query)?);
    Some(Reply { status: format!("{} after tc", by_tcp.status), ..by_tcp })
}

fn udp(port: u16, query: &Query) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0").ok()?;
    socket.connect(("127.0.0.1", port)).ok()?;
    socket.set_read_timeout(Some(Duration::from_millis(1500))).ok()?;
    let octets = query.to_wire(port ^ 0x5a5a);
    for _ in 0..3 {
        socket.send(&octets).ok()?;
        let mut reply = vec![0; 65_535];
        let Ok(len) = socket.recv(&mut reply) else { continue };
        reply.truncate(len);
        if reply.get(..2) == octets.get(..2) {
            return Some(reply);
        }
    }
    None
}

fn tcp(port: u16, query: &Query) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_millis(1500))).ok()?;
    let octets = query.to_wire(port ^ 0x5a5a);
    let mut framed = u16::try_from(octets.len()).ok()?.to_be_bytes().to_vec();
    framed.extend(octets);
    stream.write_all(&framed).ok()?;
    let mut len = [0; 2];
    stream.read_exact(&mut len).ok()?;
    let mut reply = vec![0; usize::from(u16::from_be_bytes(len))];
    stream.read_exact(&mut reply).ok()?;
    Some(reply)
}
