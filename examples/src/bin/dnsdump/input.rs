//! Messages out of files: raw, hexadecimal, base64, or packet captures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;
use etherparse::{SlicedPacket, TransportSlice};
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

/// How messages are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// One message, its octets as they are.
    Raw,
    /// A message a line, in hexadecimal; blanks and colons are skipped.
    Hex,
    /// A message a line, in base64.
    Base64,
    /// A packet capture (pcap or pcapng): UDP from or to ports 53 and 5353, TCP where a segment holds
    /// whole messages; streams are not put together.
    Pcap,
}

/// A message and where it was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) octets: Vec<u8>,
    pub(crate) from: Option<String>,
}

/// The messages of a file.
pub(crate) fn messages(octets: &[u8], encoding: Option<Encoding>) -> Vec<Result<Found, String>> {
    match encoding.unwrap_or_else(|| guess(octets)) {
        Encoding::Raw => vec![Ok(Found { octets: octets.to_vec(), from: None })],
        Encoding::Hex => text_lines(octets, unhex),
        Encoding::Base64 => text_lines(octets, |line| {
            STANDARD.decode(line.trim()).map_err(|error| format!("not base64: {error}"))
        }),
        Encoding::Pcap => packets(octets),
    }
}

fn guess(octets: &[u8]) -> Encoding {
    const MAGICS: [[u8; 4]; 5] = [
        [0xa1, 0xb2, 0xc3, 0xd4],
        [0xd4, 0xc3, 0xb2, 0xa1],
        [0xa1, 0xb2, 0x3c, 0x4d],
        [0x4d, 0x3c, 0xb2, 0xa1],
        [0x0a, 0x0d, 0x0d, 0x0a],
    ];
    let all = |allowed: fn(&u8) -> bool| octets.iter().all(allowed);
    if MAGICS.iter().any(|magic| octets.starts_with(magic)) {
        Encoding::Pcap
    } else if all(|octet| {
        octet.is_ascii_hexdigit() || octet.is_ascii_whitespace() || *octet == b':'
    }) {
        Encoding::Hex
    } else if all(|octet| {
        octet.is_ascii_alphanumeric() || octet.is_ascii_whitespace() || b"+/=".contains(octet)
    }) {
        Encoding::Base64
    } else {
        Encoding::Raw
    }
}

fn text_lines(
    octets: &[u8],
    decode: impl Fn(&str) -> Result<Vec<u8>, String>,
) -> Vec<Result<Found, String>> {
    let lines = octets.split(|&octet| octet == b'\n').zip(1..);
    let filled = lines.filter(|(line, _)| !line.trim_ascii().is_empty());
    let decoded = filled.map(|(line, number)| {
        let from = format!("line {number}");
        let line = std::str::from_utf8(line).map_err(|_| format!("{from}: not text"))?;
        let octets = decode(line).map_err(|reason| format!("{from}: {reason}"))?;
        Ok(Found { octets, from: Some(from) })
    });
    decoded.collect()
}

/// Hexadecimal digits to octets; blanks and colons between are skipped.
pub(crate) fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let mut digits = Vec::with_capacity(text.len());
    for character in
        text.chars().filter(|character| !character.is_whitespace() && *character != ':')
    {
        let digit = character
            .to_digit(16)
            .ok_or_else(|| format!("{character:?} is no hexadecimal digit"))?;
        digits.push(digit as u8);
    }
    if digits.len() % 2 != 0 {
        return Err("an odd number of hexadecimal digits".into());
    }
    Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

fn packets(octets: &[u8]) -> Vec<Result<Found, String>> {
    let mut found = Vec::new();
    let mut reader = match create_reader(65_536 * 2, octets) {
        Ok(reader) => reader,
        Err(error) => return vec![Err(format!("not a packet capture: {error:?}"))],
    };
    let mut link = Linktype::ETHERNET;
    let mut number = 0u64;
    loop {
        match reader.next() {
            Ok((offset, block)) => {
                let data = match &block {
                    PcapBlockOwned::LegacyHeader(header) => {
                        link = header.network;
                        None
                    }
                    PcapBlockOwned::Legacy(packet) => Some(packet.data),
                    PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                        link = interface.linktype;
                        None
                    }
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => Some(packet.data),
                    PcapBlockOwned::NG(Block::SimplePacket(packet)) => Some(packet.data),
                    PcapBlockOwned::NG(_) => None,
                };
                if let Some(data) = data {
                    number += 1;
                    packet(data, link, number, &mut found);
                }
                reader.consume(offset);
            }
            Err(PcapError::Eof) => return found,
            Err(PcapError::Incomplete(_)) => {
                if let Err(error) = reader.refill() {
                    found.push(Err(format!("after packet {number}: {error:?}")));
                    return found;
                }
            }
            Err(error) => {
                found.push(Err(format!("after packet {number}: {error:?}")));
                return found;
            }
        }
    }
}

/// Adds the messages of one packet; packets of other protocols are passed over.
fn packet(data: &[u8], link: Linktype, number: u64, found: &mut Vec<Result<Found, String>>) {
    let sliced = match link {
        Linktype::ETHERNET => SlicedPacket::from_ethernet(data),
        Linktype::LINUX_SLL => SlicedPacket::from_linux_sll(data),
        // BSD loopback: four octets of address family.
        Linktype::NULL | Linktype::LOOP => SlicedPacket::from_ip(data.get(4..).unwrap_or(&[])),
        _ => SlicedPacket::from_ip(data),
    };
    let Ok(sliced) = sliced else { return };
    let from = Some(format!("packet {number}"));
    match sliced.transport {
        Some(TransportSlice::Udp(udp)) if is_dns(udp.source_port(), udp.destination_port()) => {
            found.push(Ok(Found { octets: udp.payload().to_vec(), from }));
        }
        Some(TransportSlice::Tcp(tcp)) if is_dns(tcp.source_port(), tcp.destination_port()) => {
            let mut rest = tcp.payload();
            while let dns_wire::stream::Frame::Message(message, after) =
                dns_wire::stream::next(rest)
            {
                found.push(Ok(Found { octets: message.to_vec(), from: from.clone() }));
                rest = after;
            }
        }
        _ => {}
    }
}

fn is_dns(source: u16, destination: u16) -> bool {
    [source, destination].iter().any(|port| matches!(port, 53 | 5353))
}
