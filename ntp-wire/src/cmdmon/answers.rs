//! What chronyd says, field by field.

use core::net::IpAddr;

use super::BadAnswer;
use super::reader::Reader;
use crate::{Frequency, Leap, Log2Seconds, Mode, ReferenceId, Span, Stratum, Version};

/// The state of chronyd's clock, as `chronyc tracking` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tracking {
    /// Reference identifier.
    pub reference_id: ReferenceId,
    /// The source followed; nothing when there is none or it is a reference clock.
    pub address: Option<IpAddr>,
    /// Stratum.
    pub stratum: u16,
    /// Leap status.
    pub leap: Leap,
    /// Unix time of the last measurement used: seconds and nanoseconds.
    pub reference_time: (u64, u32),
    /// System clock minus true time, still to be corrected: positive is fast.
    pub current_correction: Span,
    /// Offset at the last update.
    pub last_offset: Span,
    /// Long-term average of offsets.
    pub rms_offset: Span,
    /// How much the system clock would gain without correction; negative loses.
    pub frequency: Frequency,
    /// Frequency not yet corrected.
    pub residual_frequency: Frequency,
    /// Error bound of the frequency.
    pub skew: Frequency,
    /// Round trip to the reference clock.
    pub root_delay: Span,
    /// Error bound against the reference clock.
    pub root_dispersion: Span,
    /// Time between the last two updates.
    pub update_interval: Span,
}

impl Tracking {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadAnswer> {
        Ok(Self {
            reference_id: ReferenceId(reader.take()?),
            address: reader.address()?,
            stratum: reader.u16()?,
            leap: Leap::from_bits(reader.take::<2>()?[1]),
            reference_time: (u64::from_be_bytes(reader.take()?), reader.u32()?),
            current_correction: reader.float()?.to_span(),
            last_offset: reader.float()?.to_span(),
            rms_offset: reader.float()?.to_span(),
            frequency: reader.float()?.ppm(),
            residual_frequency: reader.float()?.ppm(),
            skew: reader.float()?.ppm(),
            root_delay: reader.float()?.to_span(),
            root_dispersion: reader.float()?.to_span(),
            update_interval: reader.float()?.to_span(),
        })
    }
}

/// One source, as `chronyc sources` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its address; nothing for a reference clock.
    pub address: Option<IpAddr>,
    /// Poll interval, as a power of two of seconds.
    pub poll: i16,
    /// Stratum.
    pub stratum: u16,
    /// What the selection made of it: 0 selected, 1 unselectable, 2 falseticker, 3 too variable,
    /// 4 outlier, 5 selectable.
    pub state: u16,
    /// 0 client, 1 peer, 2 reference clock.
    pub mode: u16,
    /// The last eight polls, one bit each, the newest lowest.
    pub reach: u16,
    /// Seconds since the last good sample.
    pub since_sample: u32,
    /// Offset of the last sample as it was measured.
    pub measured_offset: Span,
    /// The same after what the clock was corrected by since.
    pub offset: Span,
    /// Its error bound.
    pub error: Span,
}

impl Source {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadAnswer> {
        let address = reader.address()?;
        let poll = reader.u16()?.cast_signed();
        let (stratum, state, mode) = (reader.u16()?, reader.u16()?, reader.u16()?);
        let _flags = reader.u16()?;
        Ok(Self {
            address,
            poll,
            stratum,
            state,
            mode,
            reach: reader.u16()?,
            since_sample: reader.u32()?,
            measured_offset: reader.float()?.to_span(),
            offset: reader.float()?.to_span(),
            error: reader.float()?.to_span(),
        })
    }
}

/// How many sources answer, as `chronyc activity` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Online.
    pub online: u32,
    /// Offline.
    pub offline: u32,
    /// In a burst, to be online after it.
    pub burst_online: u32,
    /// In a burst, to be offline after it.
    pub burst_offline: u32,
    /// Names without an address.
    pub unresolved: u32,
}

impl Activity {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadAnswer> {
        Ok(Self {
            online: reader.u32()?,
            offline: reader.u32()?,
            burst_online: reader.u32()?,
            burst_offline: reader.u32()?,
            unresolved: reader.u32()?,
        })
    }
}

/// What chronyd's regression makes of one source, as `chronyc sourcestats` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceStats {
    /// Reference identifier of the source: its IPv4 address, or a name of a reference clock.
    pub reference_id: ReferenceId,
    /// Its address; nothing for a reference clock.
    pub address: Option<IpAddr>,
    /// Samples that the line runs through.
    pub samples: u32,
    /// Runs of residuals with the same sign.
    pub runs: u32,
    /// Seconds between the oldest sample and the newest.
    pub span: u32,
    /// Standard deviation of a sample.
    pub deviation: Span,
    /// How much the local clock gains on the source, beyond what is corrected.
    pub frequency: Frequency,
    /// Error bound of the frequency.
    pub skew: Frequency,
    /// Local clock minus source: positive is fast.
    pub offset: Span,
    /// Its error bound.
    pub error: Span,
}

impl SourceStats {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadAnswer> {
        Ok(Self {
            reference_id: ReferenceId(reader.take()?),
            address: reader.address()?,
            samples: reader.u32()?,
            runs: reader.u32()?,
            span: reader.u32()?,
            deviation: reader.float()?.to_span(),
            frequency: reader.float()?.ppm(),
            skew: reader.float()?.ppm(),
            offset: reader.float()?.to_span(),
            error: reader.float()?.to_span(),
        })
    }
}

/// What chronyd's server did so far, as `chronyc serverstats` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerStats {
    /// NTP requests received.
    pub ntp_hits: u64,
    /// NTS key establishments accepted.
    pub establishment_hits: u64,
    /// Requests of monitors.
    pub command_hits: u64,
    /// NTP requests dropped by the rate limit.
    pub ntp_drops: u64,
    /// Key establishments dropped by it.
    pub establishment_drops: u64,
    /// Requests of monitors dropped by it.
    pub command_drops: u64,
    /// Records of clients that made room for others.
    pub log_drops: u64,
    /// Authenticated NTP requests.
    pub authenticated_hits: u64,
    /// NTP requests in interleaved mode.
    pub interleaved_hits: u64,
    /// Timestamps held for interleaved mode.
    pub timestamps: u64,
    /// Seconds between the oldest of them and the newest.
    pub timestamps_span: u64,
}

impl ServerStats {
    /// chrony 4.2 to 4.3 count in 32 bits, 4.4 and later in 64, with more counters after these.
    pub(super) fn read(
        mut count: impl FnMut() -> Result<u64, BadAnswer>,
    ) -> Result<Self, BadAnswer> {
        Ok(Self {
            ntp_hits: count()?,
            establishment_hits: count()?,
            command_hits: count()?,
            ntp_drops: count()?,
            establishment_drops: count()?,
            command_drops: count()?,
            log_drops: count()?,
            authenticated_hits: count()?,
            interleaved_hits: count()?,
            timestamps: count()?,
            timestamps_span: count()?,
        })
    }
}

/// The last exchange with one NTP source, as `chronyc ntpdata` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NtpData {
    /// The source's address.
    pub remote: Option<IpAddr>,
    /// The address it was asked from.
    pub local: Option<IpAddr>,
    /// The source's port.
    pub port: u16,
    /// Leap warning in its reply.
    pub leap: Leap,
    /// Version of the reply.
    pub version: Version,
    /// Mode of the reply.
    pub mode: Mode,
    /// Stratum in the reply.
    pub stratum: Stratum,
    /// Poll interval in the reply.
    pub poll: Log2Seconds,
    /// Precision in the reply.
    pub precision: Log2Seconds,
    /// Root delay in the reply.
    pub root_delay: Span,
    /// Root dispersion in the reply.
    pub root_dispersion: Span,
    /// Reference identifier in the reply.
    pub reference_id: ReferenceId,
    /// Reference time in the reply, as Unix time: seconds and nanoseconds.
    pub reference_time: (u64, u32),
    /// Local clock minus source: positive is fast.
    pub offset: Span,
    /// Round trip.
    pub delay: Span,
    /// Error bound of the measurement.
    pub dispersion: Span,
    /// How long the source held the request.
    pub response_time: Span,
    /// Bits, the highest first from bit 9: RFC 5905's tests 1, 2, 3, 5, 6, 7 and chrony's tests A, B, C, D; then
    /// (bits 15 and 14) whether the exchange was interleaved and authenticated.
    pub tests: u16,
    /// Who stamped the request and the reply: `D` daemon, `K` kernel, `H` hardware.
    pub stamped_by: [u8; 2],
    /// Packets sent to the source.
    pub sent: u32,
    /// Packets received from it.
    pub received: u32,
    /// Of those, valid ones.
    pub valid: u32,
}

impl NtpData {
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, BadAnswer> {
        let (remote, local, port) = (reader.address()?, reader.address()?, reader.u16()?);
        let [leap, version, mode, stratum, poll, precision] = reader.take()?;
        let (root_delay, root_dispersion) = (reader.float()?, reader.float()?);
        let reference_id = ReferenceId(reader.take()?);
        let reference_time = (u64::from_be_bytes(reader.take()?), reader.u32()?);
        let (offset, delay, dispersion) = (reader.float()?, reader.float()?, reader.float()?);
        let response_time = reader.float()?;
        let _jitter_asymmetry = reader.float()?;
        Ok(Self {
            remote,
            local,
            port,
            leap: Leap::from_bits(leap),
            version: Version::from_bits(version),
            mode: Mode::from_bits(mode),
            stratum: Stratum(stratum),
            poll: Log2Seconds(poll.cast_signed()),
            precision: Log2Seconds(precision.cast_signed()),
            root_delay: root_delay.to_span(),
            root_dispersion: root_dispersion.to_span(),
            reference_id,
            reference_time,
            offset: offset.to_span(),
            delay: delay.to_span(),
            dispersion: dispersion.to_span(),
            response_time: response_time.to_span(),
            tests: reader.u16()?,
            stamped_by: reader.take()?,
            sent: reader.u32()?,
            received: reader.u32()?,
            valid: reader.u32()?,
        })
    }
}
