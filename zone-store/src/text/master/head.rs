//! What stands between the owner and the RDATA of a record: time to live, class, type.

use super::field::{Field, Form};
use crate::text::number::{self, TtlError};
use crate::text::report::{Fault, Shown};
use alloc::format;
use dns_wire::{Class, RType, Ttl};

/// Time to live and type of a record; the class is IN.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) ttl: Option<u32>,
    pub(super) rtype: RType,
}

/// The head of most records: a number of seconds or none, IN or nothing, a common type.
#[inline(always)]
pub(super) fn usual_head(fields: &[Field<'_>]) -> Option<(Head, usize)> {
    let (mut ttl, mut used) = (None, 1_usize);
    let mut fields = fields.iter().take_while(|field| field.form == Form::Plain);
    let mut field = fields.next()?;
    if field.text.first().is_some_and(u8::is_ascii_digit) {
        ttl = Some(number::decimal(field.text).filter(|&ttl| ttl <= Ttl::MAX.0)?);
        field = fields.next()?;
        used = used.wrapping_add(1);
    }
    if field.text == b"IN" {
        field = fields.next()?;
        used = used.wrapping_add(1);
    }
    Some((Head { ttl, rtype: common_type(field.text)? }, used))
}

/// Reads `[TTL] [class] type` or `[class] [TTL] type` and tells how many fields that was.
pub(super) fn head(fields: &[Field<'_>], end: usize) -> Result<(Head, usize), Fault> {
    let mut ttl = None;
    let mut class = false;
    for (index, &field) in fields.iter().enumerate() {
        if field.form != Form::Plain {
            return Err(Fault::new(field.at, "time to live, class and type are not quoted")
                .hint("a record is: owner [TTL] [class] type data"));
        }
        if let Some(rtype) = common_type(field.text) {
            return Ok((Head { ttl, rtype }, index.saturating_add(1)));
        }
        if field.text.first().is_some_and(u8::is_ascii_digit) {
            if ttl.replace(ttl_of(field)?).is_some() {
                return Err(Fault::new(field.at, "a second time to live where the type should be"));
            }
            continue;
        }
        if let Some(found) = class_of(field.text) {
            if found != Class::IN {
                return Err(Fault::new(field.at, format!("class {found} is not served")).hint(
                    "only class IN is; remove the record, or serve it with a server for that class",
                ));
            }
            if core::mem::replace(&mut class, true) {
                return Err(Fault::new(field.at, "a second class where the type should be"));
            }
            continue;
        }
        return Ok((Head { ttl, rtype: rtype_of(field)? }, index.saturating_add(1)));
    }
    Err(Fault::new(end, "the type is missing").hint("a record is: owner [TTL] [class] type data"))
}

/// A time to live as a field of an entry.
pub(super) fn ttl_of(field: Field<'_>) -> Result<u32, Fault> {
    number::ttl(field.text).map_err(|error| match error {
        TtlError::Syntax => {
            Fault::new(field.at, format!("'{}' is no time to live", Shown(field.text)))
                .hint("write seconds, or numbers with units: 1w2d3h4m5s")
        }
        TtlError::TooLarge => {
            Fault::new(field.at, "a time to live above 2147483647 s (RFC 2181 section 8)")
                .hint("a resolver would take it as 0")
        }
    })
}

fn rtype_of(field: Field<'_>) -> Result<RType, Fault> {
    let Some(rtype) = RType::from_text(field.text) else {
        return Err(Fault::new(field.at, format!("'{}' is no type", Shown(field.text))).hint(
            "a type unknown here is written TYPE65280 and its data \\# length hex (RFC 3597)",
        ));
    };
    if rtype.is_meta() {
        return Err(Fault::new(
            field.at,
            format!("{rtype} is a type of questions and messages, not of zone data"),
        ));
    }
    Ok(rtype)
}

fn class_of(text: &[u8]) -> Option<Class> {
    if text == b"IN" { Some(Class::IN) } else { Class::from_text(text) }
}

/// The types that fill most zones, told apart without the whole registry.
fn common_type(text: &[u8]) -> Option<RType> {
    Some(match text {
        b"A" => RType::A,
        b"NS" => RType::NS,
        b"DS" => RType::DS,
        b"MX" => RType::MX,
        b"TXT" => RType::TXT,
        b"AAAA" => RType::AAAA,
        b"NSEC" => RType::NSEC,
        b"CNAME" => RType::CNAME,
        b"RRSIG" => RType::RRSIG,
        b"NSEC3" => RType::NSEC3,
        _ => return None,
    })
}
