//! Messages out of packet captures.

use std::net::{IpAddr, SocketAddr};

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

use crate::input::Found;
use crate::streams::Streams;

/// The messages of a capture, in the order in which they were complete.
pub(crate) fn messages(octets: &[u8]) -> Vec<Result<Found, String>> {
    let mut capture = Capture::default();
    if let Err(reason) = capture.read(octets) {
        capture.found.push(Err(reason));
    }
    capture.streams.unfinished(&mut capture.found);
    capture.found
}

#[derive(Default)]
struct Capture {
    /// How packets begin, interface by interface.
    links: Vec<Linktype>,
    packets: u64,
    streams: Streams,
    found: Vec<Result<Found, String>>,
}

impl Capture {
    fn read(&mut self, octets: &[u8]) -> Result<(), String> {
        let mut reader = create_reader(LARGEST_BLOCK, octets)
            .map_err(|error| format!("not a packet capture: {error:?}"))?;
        loop {
            match reader.next() {
                Ok((offset, block)) => {
                    self.block(&block);
                    reader.consume(offset);
                }
                Err(PcapError::Eof) => return Ok(()),
                Err(PcapError::Incomplete(_)) => {
                    reader.refill().map_err(|error| self.broken(&error))?;
                }
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }

    fn broken(&self, error: &impl std::fmt::Debug) -> String {
        format!("the capture is broken after packet {}: {error:?}", self.packets)
    }

    fn block(&mut self, block: &PcapBlockOwned<'_>) {
        let (interface, data) = match block {
            PcapBlockOwned::LegacyHeader(header) => return self.links.push(header.network),
            PcapBlockOwned::NG(Block::SectionHeader(_)) => return self.links.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                return self.links.push(interface.linktype);
            }
            PcapBlockOwned::Legacy(packet) => (0, packet.data),
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => (packet.if_id, packet.data),
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => (0, packet.data),
            PcapBlockOwned::NG(_) => return,
        };
        self.packets += 1;
        let link = usize::try_from(interface).ok().and_then(|index| self.links.get(index));
        self.packet(data, link.copied().unwrap_or(Linktype::ETHERNET));
    }

    /// Takes one packet; those of other protocols are passed over.
    fn packet(&mut self, data: &[u8], link: Linktype) {
        let sliced = match link {
            Linktype::ETHERNET => SlicedPacket::from_ethernet(data),
            Linktype::LINUX_SLL => SlicedPacket::from_linux_sll(data),
            // BSD loopback: four octets of address family.
            Linktype::NULL | Linktype::LOOP => SlicedPacket::from_ip(data.get(4..).unwrap_or(&[])),
            _ => SlicedPacket::from_ip(data),
        };
        let Ok(sliced) = sliced else { return };
        let (source, destination): (IpAddr, IpAddr) = match &sliced.net {
            Some(NetSlice::Ipv4(ip)) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            Some(NetSlice::Ipv6(ip)) => {
                (ip.header().source_addr().into(), ip.header().destination_addr().into())
            }
            _ => return,
        };
        match sliced.transport {
            Some(TransportSlice::Udp(udp)) if is_dns(udp.source_port(), udp.destination_port()) => {
                let from = Some(format!("packet {}", self.packets));
                self.found.push(Ok(Found { octets: udp.payload().to_vec(), from }));
            }
            Some(TransportSlice::Tcp(tcp)) if is_dns(tcp.source_port(), tcp.destination_port()) => {
                let ends = (
                    SocketAddr::new(source, tcp.source_port()),
                    SocketAddr::new(destination, tcp.destination_port()),
                );
                let sequence = tcp.sequence_number();
                let payload = tcp.payload();
                self.streams.segment(
                    ends,
                    sequence,
                    tcp.syn(),
                    payload,
                    self.packets,
                    &mut self.found,
                );
            }
            _ => {}
        }
    }
}

fn is_dns(source: u16, destination: u16) -> bool {
    [source, destination].iter().any(|port| matches!(port, 53 | 5353))
}

/// Larger packets than a link may carry do not come.
const LARGEST_BLOCK: usize = 128 << 10;
