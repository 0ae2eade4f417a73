//! `B` and `H`: SVCB and HTTPS (RFC 9460) as dnsrocks writes them.

use super::fields::number_u16;
use super::lines::{Field, Line};
use super::{Outcome, Reader};
use crate::source::{Position, Sink};
use crate::text::report::{Fault, Shown};
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use dns_wire::rdata::{self, Token};
use dns_wire::{RType, TextError};

impl<S: Sink> Reader<'_, S> {
    /// `B` and `H` owner, target, ttl, location, priority, parameters.
    pub(super) fn service_binding(
        &mut self,
        at: Position,
        line: &Line<'_>,
        rtype: RType,
    ) -> Outcome {
        let ([owner, target, ttl, location, priority, parameters], surplus) = line.fields::<6>();
        self.surplus(at, surplus);
        self.owner(at, owner)?;
        self.location(location)?;
        self.target(at, target)?;
        let priority = number_u16(priority, 0, "priority")?;
        let Some(lifetime) = self.lifetime(ttl, Field::default(), 0)? else { return Ok(()) };
        self.rdata.clear();
        self.rdata.extend_from_slice(&priority.to_be_bytes());
        self.rdata.extend_from_slice(&self.target);
        // RFC 9460 §2.4.2: a record of priority 0 is an alias and its parameters are not looked at.
        self.service_parameters(parameters, rtype)?;
        self.record(at, rtype, lifetime.ttl);
        Ok(())
    }

    /// `key=value` with `;` between, lists with `|`, quotes around a value optional.
    fn service_parameters(&mut self, field: Field<'_>, rtype: RType) -> Outcome {
        let mut places = Vec::new();
        let mut texts = Vec::new();
        let mut at = field.at;
        for parameter in field.text.split(|&octet| octet == b';') {
            if !parameter.is_empty() {
                places.push(at);
                texts.push(master_form(parameter).ok_or_else(|| {
                    let message =
                        format!("{rtype}: a quote without the other in '{}'", Shown(parameter));
                    Fault::new(at, message)
                })?);
            }
            at = at.saturating_add(parameter.len()).saturating_add(1);
        }
        let parameters = texts.iter().map(|text| Token { text: text.as_slice(), quoted: false });
        let fixed = [Token { text: b"1", quoted: false }, Token { text: b".", quoted: false }];
        // Priority and target are read already: stand-ins of two octets and one take their place here.
        let mut out = vec![0; usize::from(u16::MAX)];
        let length = rdata::from_text(rtype, fixed.into_iter().chain(parameters), None, &mut out)
            .map_err(|error| bad_parameter(error, rtype, &places, &texts, field))?;
        self.rdata.extend_from_slice(out.get(3..length).unwrap_or_default());
        rdata::validate(rtype, &self.rdata).map_err(|error| {
            Fault::new(field.at, format!("bad parameters of the {rtype}: {error}"))
        })
    }
}

/// A parameter as a master file has it: `alpn="h2|h3"` becomes `alpn=h2,h3`, `no-default-alpn=` loses its sign.
/// `None` where one of the two quotes is missing.
fn master_form(parameter: &[u8]) -> Option<Vec<u8>> {
    let mut parts = parameter.splitn(2, |&octet| octet == b'=');
    let mut text = parts.next().unwrap_or_default().to_vec();
    let value = parts.next().unwrap_or_default();
    let value = match (value.strip_prefix(b"\""), value.strip_suffix(b"\"")) {
        (None, None) => value,
        (Some(opened), Some(_)) => opened.strip_suffix(b"\"")?,
        _ => return None,
    };
    if !value.is_empty() {
        text.push(b'=');
        text.extend(value.iter().map(|&octet| if octet == b'|' { b',' } else { octet }));
    }
    Some(text)
}

#[cold]
fn bad_parameter(
    error: TextError,
    rtype: RType,
    places: &[usize],
    texts: &[Vec<u8>],
    field: Field<'_>,
) -> Fault {
    let index = usize::try_from(error.token).unwrap_or(usize::MAX).checked_sub(2);
    let found = index.and_then(|index| Some((*places.get(index)?, texts.get(index)?)));
    match found {
        Some((at, text)) => Fault::new(at, format!("{rtype}: {} in '{}'", error.kind, Shown(text))),
        None => Fault::new(field.at, format!("{rtype}: {}", error.kind)),
    }
    .hint("parameters are key=value with ';' between; values of a list have '|' between")
}
