//! The twelve octets at the start of a message (RFC 1035 §4.1.1).

use crate::{Opcode, Rcode};

/// The header, taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Header {
    /// The number by which a reply is matched to its query.
    pub id: u16,
    /// Everything between the id and the counts.
    pub flags: Flags,
    /// Questions; zones in an UPDATE (RFC 2136 §2.2).
    pub questions: u16,
    /// Answers; prerequisites in an UPDATE.
    pub answers: u16,
    /// Authority records; updates in an UPDATE.
    pub authorities: u16,
    /// Additional records, OPT and TSIG among them.
    pub additionals: u16,
}

impl Header {
    /// From wire form.
    #[must_use]
    pub fn from_wire(wire: &[u8; 12]) -> Self {
        let &[a, b, c, d, e, f, g, h, i, j, k, l] = wire;
        Self {
            id: u16::from_be_bytes([a, b]),
            flags: Flags(u16::from_be_bytes([c, d])),
            questions: u16::from_be_bytes([e, f]),
            answers: u16::from_be_bytes([g, h]),
            authorities: u16::from_be_bytes([i, j]),
            additionals: u16::from_be_bytes([k, l]),
        }
    }

    /// To wire form.
    #[must_use]
    pub fn to_wire(&self) -> [u8; 12] {
        let [a, b] = self.id.to_be_bytes();
        let [c, d] = self.flags.0.to_be_bytes();
        let [e, f] = self.questions.to_be_bytes();
        let [g, h] = self.answers.to_be_bytes();
        let [i, j] = self.authorities.to_be_bytes();
        let [k, l] = self.additionals.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }
}

/// The sixteen bits from QR to RCODE. `with_*` methods return a changed copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u16);

macro_rules! flag {
    ($($(#[$doc:meta])* $name:ident $with:ident = $bit:literal;)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub const fn $name(self) -> bool {
                self.0 & $bit != 0
            }

            #[doc = concat!("Sets or clears [`", stringify!($name), "`](Self::", stringify!($name), ").")]
            #[must_use]
            pub const fn $with(self, on: bool) -> Self {
                if on { Self(self.0 | $bit) } else { Self(self.0 & !$bit) }
            }
        )*
    };
}

impl Flags {
    flag! {
        /// QR: this is a response.
        response with_response = 0x8000;
        /// AA: the responder is an authority for the name in the question.
        authoritative with_authoritative = 0x0400;
        /// TC: records were left out for want of room.
        truncated with_truncated = 0x0200;
        /// RD: recursion is wanted.
        recursion_desired with_recursion_desired = 0x0100;
        /// RA: recursion is offered.
        recursion_available with_recursion_available = 0x0080;
        /// Z: reserved, zero.
        reserved with_reserved = 0x0040;
        /// AD: the data are authentic (RFC 4035 §3.2.3); in a query, the client understands AD (RFC 6840 §5.7).
        authentic_data with_authentic_data = 0x0020;
        /// CD: the client checks signatures itself (RFC 4035 §3.2.2).
        checking_disabled with_checking_disabled = 0x0010;
    }

    /// What is asked for.
    #[must_use]
    pub const fn opcode(self) -> Opcode {
        Opcode((self.0 >> 11).to_be_bytes()[1] & 0x0f)
    }

    /// Sets the opcode; only its low four bits count.
    #[must_use]
    pub const fn with_opcode(self, opcode: Opcode) -> Self {
        Self(self.0 & !0x7800 | ((opcode.0 & 0x0f) as u16) << 11)
    }

    /// The low four bits of the response code.
    #[must_use]
    pub const fn rcode(self) -> Rcode {
        Rcode(self.0 & 0x000f)
    }

    /// Sets the response code; only its low four bits go here, the others into OPT.
    #[must_use]
    pub const fn with_rcode(self, rcode: Rcode) -> Self {
        Self(self.0 & !0x000f | rcode.header_bits() as u16)
    }
}
