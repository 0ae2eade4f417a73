//! The 48 octets of the header.

use thiserror::Error;

use crate::{Leap, Log2Seconds, Mode, Packet, Span, Stratum, Timestamp, Version};

/// The header of version 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Leap warning.
    pub leap: Leap,
    /// [`Mode::Client`] (a request) or [`Mode::Server`] (a reply).
    pub mode: Mode,
    /// Distance from a reference clock.
    pub stratum: Stratum,
    /// The longest time between requests.
    pub poll: Log2Seconds,
    /// Resolution of the sender's clock.
    pub precision: Log2Seconds,
    /// Round trip to the reference clock.
    pub root_delay: Time32,
    /// Error bound against the reference clock, without the delay's half.
    pub root_dispersion: Time32,
    /// What the timestamps count.
    pub timescale: Timescale,
    /// The era of the receive timestamp: 0 until 2036.
    pub era: u8,
    /// Flags.
    pub flags: Flags,
    /// The server's number for this exchange, for interleaved mode.
    pub server_cookie: u64,
    /// The client's number for this exchange, echoed by the server.
    pub client_cookie: u64,
    /// When the request arrived; zero in a request.
    pub receive: Timestamp,
    /// When the reply left; zero in a request.
    pub transmit: Timestamp,
}

impl Header {
    /// Reads a header, and returns it with what follows.
    ///
    /// # Errors
    /// [`NotV5`] says why it is none.
    pub fn parse(octets: &[u8]) -> Result<(Self, &[u8]), NotV5> {
        // The outer fields and the four last words lie where version 4 has them.
        let Ok((outer, rest)) = Packet::parse(octets) else {
            return Err(NotV5::TooShort { octets: octets.len() });
        };
        if outer.version != V5 {
            return Err(NotV5::Version(outer.version));
        }
        if !matches!(outer.mode, Mode::Client | Mode::Server) {
            return Err(NotV5::Mode(outer.mode));
        }
        let [scale, era, high, low] = outer.reference_id.0;
        let header = Self {
            leap: outer.leap,
            mode: outer.mode,
            stratum: outer.stratum,
            poll: outer.poll,
            precision: outer.precision,
            root_delay: Time32(outer.root_delay.to_bits()),
            root_dispersion: Time32(outer.root_dispersion.to_bits()),
            timescale: Timescale::from_octet(scale).ok_or(NotV5::Timescale(scale))?,
            era,
            flags: Flags(u16::from_be_bytes([high, low])),
            server_cookie: outer.reference_time.to_bits(),
            client_cookie: outer.origin.to_bits(),
            receive: outer.receive,
            transmit: outer.transmit,
        };
        Ok((header, rest))
    }

    /// Writes the 48 octets.
    pub fn write(&self, octets: &mut [u8; Packet::LEN]) {
        let [high, low] = self.flags.0.to_be_bytes();
        let outer = Packet {
            leap: self.leap,
            version: V5,
            mode: self.mode,
            stratum: self.stratum,
            poll: self.poll,
            precision: self.precision,
            root_delay: crate::Short::from_bits(self.root_delay.0),
            root_dispersion: crate::Short::from_bits(self.root_dispersion.0),
            reference_id: crate::ReferenceId([self.timescale as u8, self.era, high, low]),
            reference_time: Timestamp::from_bits(self.server_cookie),
            origin: Timestamp::from_bits(self.client_cookie),
            receive: self.receive,
            transmit: self.transmit,
        };
        outer.write(octets);
    }
}

/// An unsigned length of time with 4 bits of seconds and 28 of fraction: up to 16 s in units of
/// 3.7 ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time32(pub u32);

impl Time32 {
    /// The shortest value that is not below `span`; negative spans give zero, too long ones the
    /// longest.
    #[must_use]
    pub const fn at_least(span: Span) -> Self {
        let bits = span.to_bits();
        if bits <= 0 {
            return Self(0);
        }
        let units = bits.cast_unsigned().saturating_add(15) >> 4;
        Self(if units > u32::MAX as u64 { u32::MAX } else { crate::bits::low32(units) })
    }

    /// The same length; exact.
    #[must_use]
    pub const fn to_span(self) -> Span {
        Span::from_bits(((self.0 as u64) << 4).cast_signed())
    }
}

/// What timestamps count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timescale {
    /// UTC.
    Utc,
    /// International Atomic Time.
    Tai,
    /// The Earth's rotation.
    Ut1,
    /// UTC with smeared leap seconds: at last a server can say so.
    SmearedUtc,
}

impl Timescale {
    const fn from_octet(octet: u8) -> Option<Self> {
        match octet {
            0 => Some(Self::Utc),
            1 => Some(Self::Tai),
            2 => Some(Self::Ut1),
            3 => Some(Self::SmearedUtc),
            _ => None,
        }
    }
}

/// The flags; unknown bits are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u16);

impl Flags {
    /// The sender's clock is synchronised.
    pub const SYNCHRONISED: Self = Self(1);
    /// Interleaved mode is asked for, or in use.
    pub const INTERLEAVED: Self = Self(2);
    /// The request could not be authenticated.
    pub const AUTHENTICATION_NAK: Self = Self(4);

    /// Whether all the flags of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Why octets are no version 5 packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotV5 {
    /// Not even a header.
    #[error("{octets} octets are too few for a header of 48")]
    TooShort {
        /// How many there were.
        octets: usize,
    },
    /// Another version.
    #[error("version {}, not 5", .0.to_bits())]
    Version(Version),
    /// Neither request nor reply.
    #[error("mode {} is neither request nor reply", .0.to_bits())]
    Mode(Mode),
    /// A timescale that the draft does not have.
    #[error("timescale {0} is not known")]
    Timescale(u8),
}

pub(super) const V5: Version = Version::from_bits(5);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn version_5_by_hand() {
        let mut octets = [0; 48];
        octets[..16].copy_from_slice(&[0x2c, 1, 6, 0xec, 0, 0, 0, 16, 0x10, 0, 0, 0, 3, 1, 0, 1]);
        octets[16..24].fill(0x11);
        octets[24..32].fill(0x22);
        let (header, rest) = Header::parse(&octets).unwrap();
        assert!(rest.is_empty());
        assert_eq!((header.leap, header.mode), (Leap::None, Mode::Server));
        assert_eq!(header.root_delay.to_span().to_nanos(), 60);
        assert_eq!(header.root_dispersion.to_span(), Span::SECOND);
        assert_eq!((header.timescale, header.era), (Timescale::SmearedUtc, 1));
        assert!(header.flags.contains(Flags::SYNCHRONISED));
        assert!(!header.flags.contains(Flags::INTERLEAVED));
        assert_eq!(header.server_cookie, 0x1111_1111_1111_1111);
        assert_eq!(header.client_cookie, 0x2222_2222_2222_2222);
        let mut again = [0; 48];
        header.write(&mut again);
        assert_eq!(again, octets);
        octets[12] = 4;
        assert_eq!(Header::parse(&octets), Err(NotV5::Timescale(4)));
        octets[0] = 0x2d;
        assert_eq!(Header::parse(&octets), Err(NotV5::Mode(Mode::Broadcast)));
        octets[0] = 0x24;
        assert_eq!(Header::parse(&octets), Err(NotV5::Version(Version::V4)));
        assert_eq!(Header::parse(&octets[..47]), Err(NotV5::TooShort { octets: 47 }));
    }

    proptest! {
        #[test]
        fn version_5_is_written_as_it_was_read(octets in prop::array::uniform::<_, 48>(0_u8..)) {
            if let Ok((header, _)) = Header::parse(&octets) {
                let mut again = [0; 48];
                header.write(&mut again);
                prop_assert_eq!(again, octets);
            }
        }

        #[test]
        fn time32_is_never_below(bits in 0_i64..1 << 36) {
            let span = Span::from_bits(bits);
            let time = Time32::at_least(span).to_span();
            prop_assert!(time >= span.min(Time32(u32::MAX).to_span()));
            prop_assert!(time.minus(span) < Span::from_bits(16));
        }
    }
}
