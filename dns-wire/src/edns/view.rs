//! The OPT record as a view.

use super::{ClientSubnet, ExtendedError, OptionCode, OptionData};
use crate::{RType, Record, WireError, WireErrorKind};

/// An OPT record (RFC 6891 §6.1.2).
#[derive(Clone, Copy, Debug)]
pub struct Edns<'a> {
    /// Octets that the sender can take in one UDP datagram; values below 512 mean 512 (RFC 6891 §6.2.3).
    payload_size: u16,
    ttl: [u8; 4],
    options: &'a [u8],
    /// Where the options start in the message.
    position: usize,
}

impl<'a> Edns<'a> {
    #[inline]
    pub(crate) fn from_record(record: Record<'a>) -> Result<Self, WireError> {
        let position = record.rdata.position();
        if record.rtype != RType::OPT {
            return Err(WireError::new(WireErrorKind::Value, position));
        }
        if !record.owner.is_root() {
            return Err(WireError::new(WireErrorKind::OptOwner, position));
        }
        let options = record.rdata.octets();
        Ok(Self {
            payload_size: record.class.0,
            ttl: record.ttl.0.to_be_bytes(),
            options,
            position,
        })
    }

    /// Octets that the sender can take in one UDP datagram, as sent. Below 512 means 512 (RFC 6891 §6.2.3).
    #[must_use]
    pub fn payload_size(&self) -> u16 {
        self.payload_size
    }

    /// The upper eight bits of the response code.
    #[must_use]
    pub fn extended_rcode(&self) -> u8 {
        self.ttl[0]
    }

    /// The version: 0, else BADVERS is due (RFC 6891 §6.1.3).
    #[must_use]
    pub fn version(&self) -> u8 {
        self.ttl[1]
    }

    /// The sixteen flag bits.
    #[must_use]
    pub fn flags(&self) -> u16 {
        let [_, _, high, low] = self.ttl;
        u16::from_be_bytes([high, low])
    }

    /// DO: signatures are wanted (RFC 3225).
    #[must_use]
    pub fn dnssec_ok(&self) -> bool {
        self.flags() & 0x8000 != 0
    }

    /// The options, in order.
    #[must_use]
    pub fn options(&self) -> Options<'a> {
        Options { rest: self.options, position: self.position }
    }

    /// The octets of the options.
    #[must_use]
    pub fn options_octets(&self) -> &'a [u8] {
        self.options
    }

    /// The data of the first option with this code.
    ///
    /// # Errors
    /// When the options before it are malformed.
    #[inline]
    pub fn option(&self, code: OptionCode) -> Result<Option<EdnsOption<'a>>, WireError> {
        for option in self.options() {
            let option = option?;
            if option.code == code {
                return Ok(Some(option));
            }
        }
        Ok(None)
    }

    /// The client subnet, when there is one.
    ///
    /// # Errors
    /// When it, or an option before it, is malformed: FORMERR is due (RFC 7871 §7.1.2).
    #[inline]
    pub fn client_subnet(&self) -> Result<Option<ClientSubnet>, WireError> {
        self.option(OptionCode::CLIENT_SUBNET)?
            .map(|option| ClientSubnet::read(&option))
            .transpose()
    }

    /// The first extended error, when there is one.
    ///
    /// # Errors
    /// When it, or an option before it, is malformed.
    pub fn extended_error(&self) -> Result<Option<ExtendedError<'a>>, WireError> {
        self.option(OptionCode::EXTENDED_ERROR)?
            .map(|option| ExtendedError::read(&option))
            .transpose()
    }
}

/// One option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EdnsOption<'a> {
    /// What it is.
    pub code: OptionCode,
    /// Its data.
    pub data: &'a [u8],
    /// Where the data start: octets from the start of the message.
    pub position: usize,
}

impl<'a> EdnsOption<'a> {
    /// What it says.
    ///
    /// # Errors
    /// When the data are not of the code's format.
    pub fn read(&self) -> Result<OptionData<'a>, WireError> {
        OptionData::read(self)
    }
}

/// The options of an OPT record. After an error it ends.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Iterator for Options<'a> {
    type Item = Result<EdnsOption<'a>, WireError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let truncated = WireError::new(WireErrorKind::Truncated, self.position);
        let Some((&[a, b, c, d], after)) = self.rest.split_first_chunk::<4>() else {
            self.rest = &[];
            return Some(Err(truncated));
        };
        let length = usize::from(u16::from_be_bytes([c, d]));
        let Some((data, after)) = after.split_at_checked(length) else {
            self.rest = &[];
            return Some(Err(truncated));
        };
        let position = self.position.wrapping_add(4);
        self.rest = after;
        self.position = position.wrapping_add(length);
        Some(Ok(EdnsOption { code: OptionCode(u16::from_be_bytes([a, b])), data, position }))
    }
}

impl core::iter::FusedIterator for Options<'_> {}
