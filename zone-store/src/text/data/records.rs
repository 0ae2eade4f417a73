//! A method for each kind of line that stands for records.

use super::fields::{number, octets, required_address};
use super::lines::{Field, Line};
use super::row::{Row, address_record, emit, emit_reverse, reverse_name};
use super::{Outcome, Reader};
use crate::source::{MapKind, Position, Sink};
use crate::text::address;
use crate::text::report::{Fault, Shown};
use alloc::format;
use core::net::{IpAddr, Ipv6Addr};
use dns_wire::{RType, rdata};

impl<S: Sink> Reader<'_, S> {
    /// Expands a line.
    pub(super) fn line(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        if line.is_bare() && line.kind != b'-' {
            // With defaults for all fields a lone '.' would make this a server of the root.
            return Err(Fault::new(
                line.kind_at,
                format!("nothing follows '{}'", Shown(&[line.kind])),
            )
            .hint("the root is written .; a line that is switched off begins with # or -"));
        }
        match line.kind {
            b'Z' => self.soa(at, line),
            b'.' | b'&' => self.name_server(at, line),
            b'+' => self.address(at, line),
            b'=' => self.host(at, line),
            b'3' | b'6' => self.host6(at, line),
            b'@' => self.mail_exchange(at, line),
            b'S' => self.service(at, line),
            b'C' => self.pointer(at, line, RType::CNAME),
            b'^' => self.pointer(at, line, RType::PTR),
            b'\'' => self.text(at, line),
            b':' => self.raw(at, line),
            b'B' => self.service_binding(at, line, RType::SVCB),
            b'H' => self.service_binding(at, line, RType::HTTPS),
            b'M' => self.bind(at, line, MapKind::Resolver),
            b'8' => self.bind(at, line, MapKind::ClientSubnet),
            b'%' => self.prefix(at, line),
            b'!' => self.point(at, line),
            // An address that is switched off; tinydns-data does not look at the rest either.
            b'-' => Ok(()),
            other => Err(Fault::new(line.kind_at, format!("unknown line '{}'", Shown(&[other])))
                .hint("a line begins with one of Z . & + = 3 6 @ S C ^ ' : B H M 8 % ! - #")),
        }
    }

    /// `Z` owner, mname, rname, serial, refresh, retry, expire, minimum, ttl, timestamp, location.
    fn soa(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let (
            [
                owner,
                mname,
                rname,
                serial,
                refresh,
                retry,
                expire,
                minimum,
                ttl,
                timestamp,
                location,
            ],
            surplus,
        ) = line.fields::<11>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        if mname.is_empty() || rname.is_empty() {
            let at = if mname.is_empty() { mname.at } else { rname.at };
            return Err(Fault::new(at, "the server or the contact of the SOA is missing"));
        }
        self.target(at, mname)?;
        self.rdata.clear();
        self.rdata.extend_from_slice(&self.target);
        self.target(at, rname)?;
        let timers = [
            number(serial, self.options.serial, "serial")?,
            number(refresh, REFRESH, "refresh time")?,
            number(retry, RETRY, "retry time")?,
            number(expire, EXPIRE, "expire time")?,
            number(minimum, MINIMUM, "minimum")?,
        ];
        let Some(lifetime) = self.lifetime(ttl, timestamp, SOA_TTL)? else { return Ok(()) };
        self.soa_record(at, timers, lifetime.ttl);
        Ok(())
    }

    /// The SOA whose mname is in `self.rdata` and whose rname is in `self.target`.
    pub(super) fn soa_record(&mut self, at: Position, timers: [u32; 5], ttl: u32) {
        self.rdata.extend_from_slice(&self.target);
        for timer in timers {
            self.rdata.extend_from_slice(&timer.to_be_bytes());
        }
        self.record(at, RType::SOA, ttl);
    }

    /// `+` owner, address, ttl, timestamp, location, weight.
    fn address(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, ip, ttl, timestamp, location, weight], surplus) = line.fields::<6>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        let ip = required_address(ip)?;
        let weight = if weight.is_empty() { None } else { Some(number(weight, 1, "weight")?) };
        let Some(lifetime) = self.lifetime(ttl, timestamp, OTHER_TTL)? else { return Ok(()) };
        let (rtype, rdata) = address_record(ip);
        emit(
            &mut self.report,
            at,
            Row {
                owner: &self.owner,
                rtype,
                ttl: lifetime.ttl,
                rdata: rdata.as_slice(),
                location: &self.location,
                weight,
            },
        );
        Ok(())
    }

    /// `=` owner, address, ttl, timestamp, location.
    fn host(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, ip, ttl, timestamp, location], surplus) = line.fields::<5>();
        self.surplus(at, surplus);
        let ip = required_address(ip)?;
        self.address_and_pointer(at, owner, ip, true, (ttl, timestamp), location)
    }

    /// `3` and `6` owner, address in 32 hexadecimal digits, ttl, timestamp, location.
    fn host6(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, ip, ttl, timestamp, location], surplus) = line.fields::<5>();
        self.surplus(at, surplus);
        let ip6 = hex_address(ip.text).or_else(|| match address::address(ip.text) {
            Some(IpAddr::V6(v6)) => Some(v6),
            _ => None,
        });
        let Some(ip6) = ip6 else {
            return Err(Fault::new(ip.at, format!("'{}' is no IPv6 address", Shown(ip.text)))
                .hint("write 32 hexadecimal digits; in a line with ',' between its fields also the usual form"));
        };
        self.address_and_pointer(
            at,
            owner,
            IpAddr::V6(ip6),
            line.kind == b'6',
            (ttl, timestamp),
            location,
        )
    }

    fn address_and_pointer(
        &mut self,
        at: Position,
        owner: Field<'_>,
        ip: IpAddr,
        pointer: bool,
        (ttl, timestamp): (Field<'_>, Field<'_>),
        location: Field<'_>,
    ) -> Outcome {
        self.owner(at, owner)?;
        self.location(location)?;
        let Some(lifetime) = self.lifetime(ttl, timestamp, OTHER_TTL)? else { return Ok(()) };
        let (rtype, rdata) = address_record(ip);
        emit(
            &mut self.report,
            at,
            Row {
                owner: &self.owner,
                rtype,
                ttl: lifetime.ttl,
                rdata: rdata.as_slice(),
                location: &self.location,
                weight: None,
            },
        );
        if pointer {
            self.target.clear();
            reverse_name(ip, &mut self.target);
            emit_reverse(
                &mut self.report,
                at,
                Row {
                    owner: &self.target,
                    rtype: RType::PTR,
                    ttl: lifetime.ttl,
                    rdata: &self.owner,
                    location: &self.location,
                    weight: None,
                },
            );
        }
        Ok(())
    }

    /// `C` and `^` owner, target, ttl, timestamp, location.
    fn pointer(&mut self, at: Position, line: &Line<'_>, rtype: RType) -> Outcome {
        let ([owner, target, ttl, timestamp, location], surplus) = line.fields::<5>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        if target.is_empty() {
            return Err(Fault::new(target.at, format!("the target of the {rtype} is missing"))
                .hint("the root is written ."));
        }
        self.target(at, target)?;
        let Some(lifetime) = self.lifetime(ttl, timestamp, OTHER_TTL)? else { return Ok(()) };
        emit(
            &mut self.report,
            at,
            Row {
                owner: &self.owner,
                rtype,
                ttl: lifetime.ttl,
                rdata: &self.target,
                location: &self.location,
                weight: None,
            },
        );
        Ok(())
    }

    /// `'` owner, text, ttl, timestamp, location. Strings of 127 octets, as both programs make them.
    fn text(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, text, ttl, timestamp, location], surplus) = line.fields::<5>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        self.target.clear();
        octets(text, &mut self.target)?;
        self.rdata.clear();
        for string in self.target.chunks(TEXT_STRING) {
            self.rdata.push(u8::try_from(string.len()).unwrap_or(u8::MAX));
            self.rdata.extend_from_slice(string);
        }
        if self.rdata.is_empty() {
            // RFC 1035 §3.3.14 wants at least one string; both programs would write none.
            self.rdata.push(0);
        }
        check_length(self.rdata.len(), text)?;
        let Some(lifetime) = self.lifetime(ttl, timestamp, OTHER_TTL)? else { return Ok(()) };
        self.record(at, RType::TXT, lifetime.ttl);
        Ok(())
    }

    /// `:` owner, type, rdata, ttl, timestamp, location.
    fn raw(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, rtype, data, ttl, timestamp, location], surplus) = line.fields::<6>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        if rtype.is_empty() {
            return Err(Fault::new(rtype.at, "the type is missing"));
        }
        let Some(rtype_value) = RType::from_text(rtype.text) else {
            return Err(Fault::new(rtype.at, format!("'{}' is no type", Shown(rtype.text)))
                .hint("write its number"));
        };
        if rtype_value.is_meta() {
            let message =
                format!("{rtype_value} is a type of questions and messages, not of zone data");
            return Err(Fault::new(rtype.at, message));
        }
        self.rdata.clear();
        octets(data, &mut self.rdata)?;
        check_length(self.rdata.len(), data)?;
        rdata::validate(rtype_value, &self.rdata).map_err(|error| {
            Fault::new(data.at, format!("these octets are no {rtype_value}: {error}"))
        })?;
        let Some(lifetime) = self.lifetime(ttl, timestamp, OTHER_TTL)? else { return Ok(()) };
        self.record(at, rtype_value, lifetime.ttl);
        Ok(())
    }

    /// The record whose owner, RDATA and location are in the buffers.
    pub(super) fn record(&mut self, at: Position, rtype: RType, ttl: u32) {
        emit(
            &mut self.report,
            at,
            Row {
                owner: &self.owner,
                rtype,
                ttl,
                rdata: &self.rdata,
                location: &self.location,
                weight: None,
            },
        );
    }
}

fn hex_address(text: &[u8]) -> Option<Ipv6Addr> {
    if text.len() != 32 {
        return None;
    }
    text.iter()
        .try_fold(0_u128, |value, &octet| {
            Some((value << 4) | u128::from(char::from(octet).to_digit(16)?))
        })
        .map(Ipv6Addr::from)
}

fn check_length(length: usize, field: Field<'_>) -> Outcome {
    if length > usize::from(u16::MAX) {
        return Err(Fault::new(field.at, "more than 65535 octets of data"));
    }
    Ok(())
}

/// Default times of tinydns-data, in seconds.
pub(super) const NS_TTL: u32 = 259_200;
pub(super) const SOA_TTL: u32 = 2_560;
pub(super) const OTHER_TTL: u32 = 86_400;
pub(super) const REFRESH: u32 = 16_384;
pub(super) const RETRY: u32 = 2_048;
pub(super) const EXPIRE: u32 = 1_048_576;
pub(super) const MINIMUM: u32 = 2_560;
/// Octets of a string that `'` makes.
const TEXT_STRING: usize = 127;
