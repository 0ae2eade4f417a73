//! Lines that name a server, and may give its address: `.`, `&`, `@` and `S`.

use super::fields::{Lifetime, number_u16, optional_address};
use super::lines::Line;
use super::name::NameWriter;
use super::records::{EXPIRE, MINIMUM, NS_TTL, OTHER_TTL, REFRESH, RETRY, SOA_TTL};
use super::row::{Row, address_record, emit};
use super::{Outcome, Reader};
use crate::source::{Position, Sink};
use crate::text::report::Fault;
use core::net::IpAddr;
use dns_wire::RType;

impl<S: Sink> Reader<'_, S> {
    /// `.` and `&` owner, address, x, ttl, timestamp, location.
    pub(super) fn name_server(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, ip, x, ttl, timestamp, location], surplus) = line.fields::<6>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        let ip = optional_address(ip)?;
        let Some(lifetime) = self.lifetime(ttl, timestamp, NS_TTL)? else { return Ok(()) };
        self.server(at, x, b"ns")?;
        if line.kind == b'.' {
            self.default_soa(at, lifetime)?;
            self.server(at, x, b"ns")?;
        }
        self.rdata.clear();
        self.rdata.extend_from_slice(&self.target);
        self.record(at, RType::NS, lifetime.ttl);
        self.server_address(at, ip, lifetime.ttl);
        Ok(())
    }

    /// The SOA of a `.` line: the server in `self.target`, hostmaster, the default times.
    fn default_soa(&mut self, at: Position, lifetime: Lifetime) -> Outcome {
        self.rdata.clear();
        self.rdata.extend_from_slice(&self.target);
        self.target.clear();
        let mut name = NameWriter::new(&mut self.target);
        name.label(b"hostmaster")
            .and_then(|()| name.wire(&self.owner))
            .and_then(|()| name.finish())
            .map_err(|_| Fault::new(0, "no room for hostmaster before this name"))?;
        let ttl = if lifetime.is_zero { lifetime.ttl } else { SOA_TTL };
        self.soa_record(at, [self.options.serial, REFRESH, RETRY, EXPIRE, MINIMUM], ttl);
        Ok(())
    }

    /// `@` owner, address, x, distance, ttl, timestamp, location.
    pub(super) fn mail_exchange(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, ip, x, distance, ttl, timestamp, location], surplus) = line.fields::<7>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        let ip = optional_address(ip)?;
        let distance = number_u16(distance, 0, "distance")?;
        let Some(lifetime) = self.lifetime(ttl, timestamp, OTHER_TTL)? else { return Ok(()) };
        self.server(at, x, b"mx")?;
        self.rdata.clear();
        self.rdata.extend_from_slice(&distance.to_be_bytes());
        self.rdata.extend_from_slice(&self.target);
        self.record(at, RType::MX, lifetime.ttl);
        self.server_address(at, ip, lifetime.ttl);
        Ok(())
    }

    /// `S` owner, address, x, port, priority, weight, ttl, timestamp, location.
    pub(super) fn service(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([owner, ip, x, port, priority, weight, ttl, timestamp, location], surplus) =
            line.fields::<9>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        let ip = optional_address(ip)?;
        let port = number_u16(port, 0, "port")?;
        let priority = number_u16(priority, 0, "priority")?;
        let weight = number_u16(weight, 0, "weight")?;
        let Some(lifetime) = self.lifetime(ttl, timestamp, OTHER_TTL)? else { return Ok(()) };
        self.server(at, x, b"srv")?;
        self.rdata.clear();
        for number in [priority, weight, port] {
            self.rdata.extend_from_slice(&number.to_be_bytes());
        }
        self.rdata.extend_from_slice(&self.target);
        self.record(at, RType::SRV, lifetime.ttl);
        self.server_address(at, ip, lifetime.ttl);
        Ok(())
    }

    /// The address of the server in `self.target`, where the line gives one.
    fn server_address(&mut self, at: Position, ip: Option<IpAddr>, ttl: u32) {
        if let Some(ip) = ip {
            let (rtype, rdata) = address_record(ip);
            emit(
                &mut self.report,
                at,
                Row {
                    owner: &self.target,
                    rtype,
                    ttl,
                    rdata: rdata.as_slice(),
                    location: &self.location,
                    weight: None,
                },
            );
        }
    }
}
