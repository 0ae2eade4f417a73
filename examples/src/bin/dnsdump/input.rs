//! Messages out of files: raw, hexadecimal, base64, or packet captures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::ValueEnum;

use crate::capture;

/// How messages are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Encoding {
    /// One message, its octets as they are.
    Raw,
    /// A message a line, in hexadecimal; blanks and colons are skipped.
    Hex,
    /// A message a line, in base64.
    Base64,
    /// A packet capture (pcap or pcapng): UDP and TCP from or to ports 53 and 5353. TCP is put together
    /// across segments; fragments of IP are passed over.
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
        Encoding::Pcap => capture::messages(octets),
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
