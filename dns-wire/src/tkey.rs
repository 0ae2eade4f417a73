//! Transaction keys: the TKEY record, which sets up and deletes shared secrets (RFC 2930).

use core::fmt;

use crate::rdata::{Rdata, SignatureTime, show_base64};
use crate::registry::registry;
use crate::{Full, Name, Rcode, Reader, WireError, Writer};

/// The RDATA of a TKEY record (RFC 2930 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tkey<'a> {
    /// The algorithm of the key, by the name that TSIG gives it.
    pub algorithm: Name<'a>,
    /// When the key begins to be valid.
    pub inception: SignatureTime,
    /// When it ends.
    pub expiration: SignatureTime,
    /// How the key is agreed on, or that it is deleted.
    pub mode: TkeyMode,
    /// What is wrong.
    pub error: Rcode,
    /// What the mode exchanges.
    pub key: &'a [u8],
    /// Not used yet.
    pub other: &'a [u8],
}

/// How a key is agreed on (RFC 2930 §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TkeyMode(pub u16);

registry!(TkeyMode(u16), "MODE", {
    /// The server assigns it (§4.3).
    SERVER_ASSIGNMENT = 1 "SERVER-ASSIGNMENT",
    /// Diffie-Hellman (§4.1).
    DIFFIE_HELLMAN = 2 "DIFFIE-HELLMAN",
    /// GSS-API negotiation (RFC 3645).
    GSS_API = 3 "GSS-API",
    /// The resolver assigns it (§4.4).
    RESOLVER_ASSIGNMENT = 4 "RESOLVER-ASSIGNMENT",
    /// The key is deleted (§4.2).
    KEY_DELETION = 5 "KEY-DELETION",
});

impl<'a> Tkey<'a> {
    /// Reads the RDATA; the algorithm's name is not compressed.
    ///
    /// # Errors
    /// What is wrong with the octets, and where in the RDATA.
    pub fn read(rdata: &Rdata<'a>) -> Result<Self, WireError> {
        let octets = rdata.octets();
        let (algorithm, rest) = Name::split_from(octets)?;
        let mut reader = Reader::tail(octets, rest);
        let inception = SignatureTime(reader.u32()?);
        let expiration = SignatureTime(reader.u32()?);
        let mode = TkeyMode(reader.u16()?);
        let error = Rcode(reader.u16()?);
        let key_length = reader.u16()?;
        let key = reader.take(usize::from(key_length))?;
        let other_length = reader.u16()?;
        let other = reader.take(usize::from(other_length))?;
        reader.finish()?;
        Ok(Self { algorithm, inception, expiration, mode, error, key, other })
    }

    /// Writes the RDATA and returns its length.
    ///
    /// # Errors
    /// When `out` is too small, or the data longer than their counts can say.
    pub fn to_wire(&self, out: &mut [u8]) -> Result<usize, Full> {
        let mut out = Writer::new(out);
        out.slice(self.algorithm.as_wire())?;
        out.array(self.inception.0.to_be_bytes())?;
        out.array(self.expiration.0.to_be_bytes())?;
        out.u16(self.mode.0)?;
        out.u16(self.error.0)?;
        for octets in [self.key, self.other] {
            out.u16(u16::try_from(octets.len()).map_err(|_| Full)?)?;
            out.slice(octets)?;
        }
        Ok(out.len())
    }
}

/// The fields in order, key and other data in Base64 after their lengths. There is no zone text of it.
impl fmt::Display for Tkey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, inception, expiration, mode, error, key, other } = self;
        write!(f, "{algorithm} {inception} {expiration} {} {}", mode.0, error.in_tsig())?;
        for octets in [key, other] {
            write!(f, " {}", octets.len())?;
            if !octets.is_empty() {
                f.write_str(" ")?;
                show_base64(octets, f)?;
            }
        }
        Ok(())
    }
}
