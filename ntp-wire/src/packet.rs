//! The 48-octet header, RFC 5905 §7.3.

use thiserror::Error;

use crate::{Leap, Log2Seconds, Mode, ReferenceId, Short, Stratum, Timestamp, Version};

/// The header that modes 0 to 5 share, as values.
///
/// Every 48 octets parse, and writing gives the same octets back: whether a packet is acceptable
/// is for [`server`](crate::server) and [`client`](crate::client) to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Packet {
    /// Leap warning, or "not synchronised".
    pub leap: Leap,
    /// Protocol version.
    pub version: Version,
    /// Who speaks to whom.
    pub mode: Mode,
    /// Distance from a reference clock; 0 is a kiss.
    pub stratum: Stratum,
    /// The longest time between requests.
    pub poll: Log2Seconds,
    /// Resolution of the sender's clock.
    pub precision: Log2Seconds,
    /// Round trip to the reference clock.
    pub root_delay: Short,
    /// Error bound against the reference clock, without the delay's half.
    pub root_dispersion: Short,
    /// The sender's source, or a kiss code.
    pub reference_id: ReferenceId,
    /// When the sender's clock was last set or corrected.
    pub reference_time: Timestamp,
    /// In a reply: the request's transmit timestamp (T1 in basic mode).
    pub origin: Timestamp,
    /// In a reply: when the request arrived (T2).
    pub receive: Timestamp,
    /// When this packet left (T3 in a reply).
    pub transmit: Timestamp,
}

impl Packet {
    /// Octets of the header.
    pub const LEN: usize = 48;

    /// Reads the header, and returns it with what follows (extension fields and a MAC, if any).
    ///
    /// # Errors
    /// [`TooShort`] when fewer than 48 octets are given.
    pub const fn parse(octets: &[u8]) -> Result<(Self, &[u8]), TooShort> {
        match octets.split_first_chunk::<{ Self::LEN }>() {
            Some((header, rest)) => Ok((Self::from_bytes(header), rest)),
            None => Err(TooShort { octets: octets.len() }),
        }
    }

    /// Reads the header. Every value is a header.
    #[must_use]
    #[inline]
    pub const fn from_bytes(octets: &[u8; Self::LEN]) -> Self {
        let b = octets;
        Self {
            leap: Leap::from_bits(b[0] >> 6),
            version: Version::from_bits(b[0] >> 3),
            mode: Mode::from_bits(b[0]),
            stratum: Stratum(b[1]),
            poll: Log2Seconds(b[2].cast_signed()),
            precision: Log2Seconds(b[3].cast_signed()),
            root_delay: Short::from_bits(u32::from_be_bytes([b[4], b[5], b[6], b[7]])),
            root_dispersion: Short::from_bits(u32::from_be_bytes([b[8], b[9], b[10], b[11]])),
            reference_id: ReferenceId([b[12], b[13], b[14], b[15]]),
            reference_time: timestamp([b[16], b[17], b[18], b[19], b[20], b[21], b[22], b[23]]),
            origin: timestamp([b[24], b[25], b[26], b[27], b[28], b[29], b[30], b[31]]),
            receive: timestamp([b[32], b[33], b[34], b[35], b[36], b[37], b[38], b[39]]),
            transmit: timestamp([b[40], b[41], b[42], b[43], b[44], b[45], b[46], b[47]]),
        }
    }

    /// The 48 octets.
    #[must_use]
    #[inline]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut octets = [0; Self::LEN];
        self.write(&mut octets);
        octets
    }

    /// Writes the 48 octets where the caller wants them.
    #[inline]
    pub fn write(&self, octets: &mut [u8; Self::LEN]) {
        octets[0] = self.leap.to_bits() << 6 | self.version.to_bits() << 3 | self.mode.to_bits();
        octets[1] = self.stratum.0;
        octets[2] = self.poll.0.cast_unsigned();
        octets[3] = self.precision.0.cast_unsigned();
        octets[4..8].copy_from_slice(&self.root_delay.to_bits().to_be_bytes());
        octets[8..12].copy_from_slice(&self.root_dispersion.to_bits().to_be_bytes());
        octets[12..16].copy_from_slice(&self.reference_id.0);
        octets[16..24].copy_from_slice(&self.reference_time.to_bits().to_be_bytes());
        octets[24..32].copy_from_slice(&self.origin.to_bits().to_be_bytes());
        octets[32..40].copy_from_slice(&self.receive.to_bits().to_be_bytes());
        octets[40..48].copy_from_slice(&self.transmit.to_bits().to_be_bytes());
    }
}

/// Fewer octets than a header has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{octets} octets are too few for a header of 48")]
pub struct TooShort {
    /// How many there were.
    pub octets: usize,
}

const fn timestamp(octets: [u8; 8]) -> Timestamp {
    Timestamp::from_bits(u64::from_be_bytes(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Laid out by hand from RFC 5905 figure 8.
    const REPLY: [u8; 48] = [
        0x24, 0x02, 0x06, 0xec, // no leap, version 4, server; stratum 2; 64 s; 2^-20 s
        0x00, 0x00, 0x01, 0x00, // root delay 1/256 s
        0x00, 0x00, 0x80, 0x00, // root dispersion 1/2 s
        192, 0, 2, 1, //
        0xe6, 0, 0, 1, 0x80, 0, 0, 0, // reference
        0xe6, 0, 0, 2, 0x40, 0, 0, 0, // origin
        0xe6, 0, 0, 3, 0x20, 0, 0, 0, // receive
        0xe6, 0, 0, 4, 0x10, 0, 0, 0, // transmit
    ];

    #[test]
    fn every_field_has_its_place() {
        let (packet, rest) = Packet::parse(&REPLY).unwrap();
        let expected = Packet {
            leap: Leap::None,
            version: Version::V4,
            mode: Mode::Server,
            stratum: Stratum(2),
            poll: Log2Seconds(6),
            precision: Log2Seconds(-20),
            root_delay: Short::from_bits(0x100),
            root_dispersion: Short::from_bits(0x8000),
            reference_id: ReferenceId([192, 0, 2, 1]),
            reference_time: Timestamp::from_bits(0xe600_0001_8000_0000),
            origin: Timestamp::from_bits(0xe600_0002_4000_0000),
            receive: Timestamp::from_bits(0xe600_0003_2000_0000),
            transmit: Timestamp::from_bits(0xe600_0004_1000_0000),
        };
        assert_eq!((packet, rest), (expected, &[][..]));
        assert_eq!(packet.to_bytes(), REPLY);
    }

    #[test]
    fn all_first_two_octets() {
        let mut octets = REPLY;
        for bits in 0..=u16::MAX {
            let [first, second] = bits.to_be_bytes();
            (octets[0], octets[1]) = (first, second);
            let packet = Packet::from_bytes(&octets);
            assert_eq!(packet.leap.to_bits(), first >> 6);
            assert_eq!(packet.version.to_bits(), first >> 3 & 7);
            assert_eq!(packet.mode.to_bits(), first & 7);
            assert_eq!(packet.stratum, Stratum(second));
            assert_eq!(packet.to_bytes(), octets);
        }
    }

    #[test]
    fn short_input_says_how_short() {
        for octets in 0..48 {
            assert_eq!(Packet::parse(&REPLY[..octets]), Err(TooShort { octets }));
        }
    }

    proptest! {
        #[test]
        fn writing_gives_back_what_was_read(octets in prop::array::uniform::<_, 48>(0_u8..)) {
            prop_assert_eq!(Packet::from_bytes(&octets).to_bytes(), octets);
        }
    }
}
