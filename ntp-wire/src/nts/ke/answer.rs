//! The server's message.

use super::super::{Algorithm, Keyring, Keys};
use super::offer::{Offer, code, once};
use super::record::{KeError, Record, RecordType, Records};
use super::{Exporter, PORT};
use crate::extension::Full;

/// What a server answers.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// What to export.
    pub exporter: Exporter,
    /// The name or address of the NTP server; nothing means the host that was asked.
    pub server: Option<&'a [u8]>,
    /// The port of the NTP server; nothing means 123.
    pub port: Option<u16>,
    records: Records<'a>,
}

impl<'a> Answer<'a> {
    /// Reads a server's answer to `offer`.
    ///
    /// # Errors
    /// [`KeError`] says what is wrong, or what the server said was.
    pub fn parse(octets: &'a [u8], offer: &Offer) -> Result<Self, KeError> {
        let records = Records::new(octets)?;
        let (mut protocol, mut algorithm, mut port) = (None, None, None);
        let (mut server, mut compliant) = (None, false);
        for record in records {
            match record.record_type {
                RecordType::NEXT_PROTOCOL => once(&mut protocol, &record)?,
                RecordType::ALGORITHM => once(&mut algorithm, &record)?,
                RecordType::PORT => once(&mut port, &record)?,
                RecordType::SERVER => server = Some(record.body),
                RecordType::COMPLIANT_GCM_SIV => compliant = true,
                RecordType::ERROR => return Err(KeError::Error(code(&record))),
                RecordType::WARNING => return Err(KeError::Warning(code(&record))),
                RecordType::COOKIE => {}
                other if record.critical => return Err(KeError::UnknownCritical(other.0)),
                _ => {}
            }
        }
        let protocol = protocol.ok_or(KeError::Record(RecordType::NEXT_PROTOCOL.0))?;
        if protocol != [0, 0] {
            return Err(KeError::Protocol);
        }
        let id = algorithm.ok_or(KeError::Algorithm)?;
        let id = <[u8; 2]>::try_from(id).map_err(|_| KeError::Record(RecordType::ALGORITHM.0))?;
        let algorithm = Algorithm::from_id(u16::from_be_bytes(id)).ok_or(KeError::Algorithm)?;
        if !offer.algorithms().any(|offered| offered == algorithm) {
            return Err(KeError::Algorithm);
        }
        let port = port.map(|port| <[u8; 2]>::try_from(port).map(u16::from_be_bytes));
        let port = port.transpose().map_err(|_| KeError::Record(RecordType::PORT.0))?;
        let exporter = Exporter { algorithm, compliant: compliant && offer.compliant };
        Ok(Self { exporter, server, port, records })
    }

    /// The cookies, each for one request.
    pub fn cookies(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let cookies = self.records.filter(|record| record.record_type == RecordType::COOKIE);
        cookies.map(|record| record.body)
    }

    /// What a server of these algorithms, best first, agrees on with a client. With nothing in
    /// common the answer is [`write_refusal`](Self::write_refusal).
    #[must_use]
    pub fn agree(offer: &Offer, ours: &[Algorithm]) -> Option<Exporter> {
        let algorithm =
            *ours.iter().find(|ours| offer.algorithms().any(|theirs| theirs == **ours))?;
        let compliant = offer.compliant && algorithm == Algorithm::GcmSiv128;
        Some(Exporter { algorithm, compliant })
    }

    /// Writes a server's answer with eight cookies for `keys` and returns its length. `port` is
    /// that of the NTP server; `random` fills with random octets.
    ///
    /// # Errors
    /// [`Full`] when there is no room: 900 octets do for [`Algorithm::SivCmac256`], 1500 for all.
    pub fn write<const N: usize>(
        exporter: Exporter,
        keys: &Keys,
        keyring: &Keyring<N>,
        port: u16,
        mut random: impl FnMut(&mut [u8]),
        out: &mut [u8],
    ) -> Result<usize, Full> {
        let mut length = record(true, RecordType::NEXT_PROTOCOL, &[0, 0]).write(out, 0)?;
        let id = exporter.algorithm.id().to_be_bytes();
        length = record(true, RecordType::ALGORITHM, &id).write(out, length)?;
        if exporter.algorithm == Algorithm::GcmSiv128 && exporter.compliant {
            length = record(false, RecordType::COMPLIANT_GCM_SIV, &[]).write(out, length)?;
        }
        if port != NTP_PORT {
            length = record(true, RecordType::PORT, &port.to_be_bytes()).write(out, length)?;
        }
        let mut cookie = [0; 164];
        let cookie =
            cookie.get_mut(..Keyring::<N>::cookie_length(exporter.algorithm)).ok_or(Full)?;
        for _ in 0..COOKIES {
            let mut nonce = [0; 16];
            random(&mut nonce);
            keyring.seal(keys, nonce, cookie)?;
            length = record(false, RecordType::COOKIE, cookie).write(out, length)?;
        }
        record(true, RecordType::END, &[]).write(out, length)
    }

    /// Writes the answer to a client with whom no algorithm is shared: NTPv4, and none
    /// (RFC 8915 §4.1.5).
    ///
    /// # Errors
    /// [`Full`] when there is no room for 14 octets.
    pub fn write_refusal(out: &mut [u8]) -> Result<usize, Full> {
        let length = record(true, RecordType::NEXT_PROTOCOL, &[0, 0]).write(out, 0)?;
        let length = record(true, RecordType::ALGORITHM, &[]).write(out, length)?;
        record(true, RecordType::END, &[]).write(out, length)
    }

    /// Writes an answer that gives up: 0 unrecognised critical record, 1 bad request, 2 internal
    /// server error.
    ///
    /// # Errors
    /// [`Full`] when there is no room for 10 octets.
    pub fn write_error(code: u16, out: &mut [u8]) -> Result<usize, Full> {
        let code = code.to_be_bytes();
        let length = record(true, RecordType::ERROR, &code).write(out, 0)?;
        record(true, RecordType::END, &[]).write(out, length)
    }
}

const fn record(critical: bool, record_type: RecordType, body: &[u8]) -> Record<'_> {
    Record { critical, record_type, body }
}

/// Where NTP is when nothing is said.
const NTP_PORT: u16 = 123;
/// RFC 8915 §4.1.6: eight.
const COOKIES: usize = 8;

const _: () = assert!(PORT != NTP_PORT);
