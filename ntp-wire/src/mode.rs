//! The association mode, RFC 5905 figure 10.

/// Who speaks to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// 0: reserved; an NTPv1 packet has no mode and shows this.
    Reserved,
    /// 1: a peer that asks.
    SymmetricActive,
    /// 2: a peer that answers.
    SymmetricPassive,
    /// 3: a client's request.
    Client,
    /// 4: a server's reply.
    Server,
    /// 5: a server's broadcast.
    Broadcast,
    /// 6: a control message, RFC 9327: another layout than [`Packet`](crate::Packet).
    Control,
    /// 7: private use: another layout than [`Packet`](crate::Packet).
    Private,
}

impl Mode {
    /// From the three bits of the header; higher bits are ignored.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 7 {
            0 => Self::Reserved,
            1 => Self::SymmetricActive,
            2 => Self::SymmetricPassive,
            3 => Self::Client,
            4 => Self::Server,
            5 => Self::Broadcast,
            6 => Self::Control,
            _ => Self::Private,
        }
    }

    /// The three bits of the header.
    #[must_use]
    pub const fn to_bits(self) -> u8 {
        self as u8
    }
}
