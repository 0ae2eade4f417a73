//! A record entry: owner, time to live, class, type and RDATA (RFC 1035 §5.1).

use super::explain::{explain_name, explain_rdata};
use super::reader::Reader;
use super::scan::{Entry, Field, Form};
use crate::source::{Item, Position, Sink, SourceRecord};
use crate::text::block::block_at;
use crate::text::number::{self, TtlError};
use crate::text::plain::{self, NAME_ROOM};
use crate::text::report::{Fault, Report, Shown};
use alloc::format;
use alloc::vec::Vec;
use dns_wire::rdata::{self, Token};
use dns_wire::{Class, Name, NameBuf, RType, TextError, TextErrorKind, Ttl};

/// What stands between the owner and the RDATA.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    ttl: Option<u32>,
    pub(super) rtype: RType,
}

impl<S: Sink> Reader<'_, '_, S> {
    pub(super) fn record<'t>(
        &mut self,
        text: &'t [u8],
        at: Position,
        entry: &Entry,
        fields: &mut Vec<Field<'t>>,
    ) -> Result<(), Fault> {
        let head_at = usize::from(!entry.indented);
        match fields.first() {
            Some(&owner) if !entry.indented => self.read_owner(text, owner)?,
            Some(first) if self.owner.name().is_none() && !self.owner.is_lost() => {
                return Err(Fault::new(
                    first.at,
                    "the owner is left out, and no record came before",
                )
                .hint("a line that begins with a blank belongs to the owner of the line above"));
            }
            _ => {}
        }
        let head_fields = fields.get(head_at..).unwrap_or_default();
        let (head, used) = match usual_head(head_fields) {
            Some(usual) => usual,
            None => head(head_fields, end_of(fields))?,
        };
        let rdata_at = head_at.saturating_add(used);
        if entry.has_pairs && !matches!(head.rtype, RType::SVCB | RType::HTTPS) {
            split_pairs(fields);
        }
        let rdata_fields = fields.get(rdata_at..).unwrap_or_default();
        let length = self.rdata(text, head.rtype, rdata_fields, end_of(fields))?;
        let Some(ttl) = self.ttl(at, head, length) else {
            let at = fields.first().map_or(0, |field| field.at);
            return Err(Fault::new(at, "no time to live is known for this record")
                .hint("write one, or put $TTL before the first record (RFC 2308 section 4)"));
        };
        if let Some(owner) = self.owner.name() {
            emit(
                &mut self.report,
                at,
                owner,
                head.rtype,
                ttl,
                self.rdata.get(..length).unwrap_or_default(),
            );
        }
        Ok(())
    }

    fn read_owner(&mut self, text: &[u8], field: Field<'_>) -> Result<(), Fault> {
        let block = block_at(text, field.at);
        if is_simple(&field) && self.owner.set_plain(&block, field.text.len(), &self.tail) {
            return Ok(());
        }
        let name = self.name(field)?;
        self.owner.set(name.as_name());
        Ok(())
    }

    /// Reads RDATA into `self.rdata` and returns its length.
    pub(super) fn rdata(
        &mut self,
        text: &[u8],
        rtype: RType,
        fields: &[Field<'_>],
        end: usize,
    ) -> Result<usize, Fault> {
        if let Some(length) = self.plain_rdata(text, rtype, fields) {
            return Ok(length);
        }
        let tokens = fields
            .iter()
            .map(|field| Token { text: field.text, quoted: field.form == Form::Quoted });
        let has_origin = self.origin.is_some();
        let origin = self.origin.as_ref().unwrap_or(&self.no_origin).as_name();
        let length = rdata::from_text(rtype, tokens, origin, &mut self.rdata).map_err(|error| {
            let relative = !has_origin && error.kind == TextErrorKind::NameTooLong;
            let kind = if relative { TextErrorKind::NoOrigin } else { error.kind };
            explain_rdata(TextError { kind, ..error }, rtype, fields, end)
        })?;
        if !has_origin {
            let rdata = self.rdata.get(..length).unwrap_or_default();
            if rdata::names(rtype, rdata).any(|embedded| embedded.name == origin) {
                let at =
                    fields.iter().find(|field| field.text == b"@").map_or(end, |field| field.at);
                return Err(Fault::new(at, "'@' stands for the origin, and there is none")
                    .hint("give one with $ORIGIN"));
            }
        }
        Ok(length)
    }

    /// The same for the types that most zones are made of, where they are spelt as usual.
    fn plain_rdata(&mut self, text: &[u8], rtype: RType, fields: &[Field<'_>]) -> Option<usize> {
        match (rtype, fields) {
            (RType::NS | RType::CNAME | RType::PTR | RType::DNAME, [name]) if is_simple(name) => {
                let out = self.rdata.first_chunk_mut::<NAME_ROOM>()?;
                plain::name(&block_at(text, name.at), name.text.len(), &self.tail, out)
            }
            (RType::A, [address]) if address.form == Form::Plain => {
                *self.rdata.first_chunk_mut::<4>()? = plain::ipv4(address.text)?;
                Some(4)
            }
            (RType::AAAA, [address]) if address.form == Form::Plain => {
                *self.rdata.first_chunk_mut::<16>()? = plain::ipv6(address.text)?;
                Some(16)
            }
            (RType::DS, [tag, algorithm, kind, digest]) => {
                let [tag_high, tag_low] =
                    u16::try_from(number::decimal(tag.text)?).ok()?.to_be_bytes();
                let algorithm = u8::try_from(number::decimal(algorithm.text)?).ok()?;
                let kind = u8::try_from(number::decimal(kind.text)?).ok()?;
                let (fixed, rest) = self.rdata.split_first_chunk_mut::<4>()?;
                *fixed = [tag_high, tag_low, algorithm, kind];
                let length = plain::hex(digest.text, rest)?;
                // RFC 4034 §A.2, RFC 4509, RFC 6605: what else there may be is looked at with care.
                matches!((kind, length), (1, 20) | (2, 32) | (4, 48))
                    .then_some(length.saturating_add(4))
            }
            _ => None,
        }
    }

    /// The time to live of a record whose RDATA was just read (RFC 1035 §5.1, RFC 2308 §4).
    pub(super) fn ttl(&mut self, at: Position, head: Head, rdata_length: usize) -> Option<Ttl> {
        if let Some(written) = head.ttl {
            self.ttls.last = Some(written);
            return Some(Ttl(written));
        }
        let carried = self.ttls.default.or(self.ttls.last).or(self.ttls.minimum);
        if carried.is_none() && head.rtype == RType::SOA {
            let minimum = self.rdata.get(..rdata_length).and_then(|rdata| rdata.last_chunk::<4>());
            let minimum = u32::from_be_bytes(*minimum?).min(Ttl::MAX.0);
            self.ttls.minimum = Some(minimum);
            self.report.warning(
                at,
                format!("no time to live is given; the SOA's minimum of {minimum} s is taken"),
                Some("put $TTL before the SOA (RFC 2308 section 4)"),
            );
        }
        carried.or(self.ttls.minimum).map(Ttl)
    }

    pub(super) fn name(&self, field: Field<'_>) -> Result<NameBuf, Fault> {
        if field.form != Form::Plain {
            return Err(Fault::new(field.at, "a name is not quoted")
                .hint("escape single characters with '\\'"));
        }
        NameBuf::from_text(field.text, self.origin()).map_err(|error| explain_name(error, field))
    }
}

/// Hands a record to the sink.
pub(super) fn emit<S: Sink>(
    report: &mut Report<'_, S>,
    at: Position,
    owner: Name<'_>,
    rtype: RType,
    ttl: Ttl,
    rdata: &[u8],
) {
    report.item(
        Item::Record(SourceRecord { owner, rtype, ttl, rdata, location: None, weight: None }),
        at,
    );
}

/// The head of most records: a number of seconds or none, IN or nothing, a common type.
#[inline(always)]
fn usual_head(fields: &[Field<'_>]) -> Option<(Head, usize)> {
    let (mut ttl, mut used) = (None, 1_usize);
    let mut fields = fields.iter();
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

/// Neither quoted nor escaped.
fn is_simple(field: &Field<'_>) -> bool {
    field.form == Form::Plain && !field.escaped
}

/// Reads `[TTL] [class] type` or `[class] [TTL] type` and tells how many fields that was.
pub(super) fn head(fields: &[Field<'_>], end: usize) -> Result<(Head, usize), Fault> {
    let mut ttl = None;
    let mut class = false;
    for (index, &field) in fields.iter().enumerate() {
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
    if rtype.is_meta() || rtype.0 == 0 {
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

/// Outside of SVCB and HTTPS, `key="value"` is two fields as in any master file.
#[cold]
fn split_pairs(fields: &mut Vec<Field<'_>>) {
    let mut split = Vec::with_capacity(fields.len().saturating_add(8));
    for &field in fields.iter() {
        let quote = field.text.iter().position(|&octet| octet == b'"');
        let (Form::Pair, Some(quote)) = (field.form, quote) else {
            split.push(field);
            continue;
        };
        let (key, value) = field.text.split_at_checked(quote).unwrap_or_default();
        let inner = value.get(1..value.len().saturating_sub(1)).unwrap_or_default();
        split.push(Field { text: key, form: Form::Plain, ..field });
        split.push(Field {
            text: inner,
            form: Form::Quoted,
            at: field.at.saturating_add(quote),
            ..field
        });
    }
    *fields = split;
}

/// Where a field would stand that is missing at the end.
pub(super) fn end_of(fields: &[Field<'_>]) -> usize {
    fields.last().map_or(0, |last| {
        let quotes = if last.form == Form::Quoted { 2 } else { 0 };
        last.at.saturating_add(last.text.len()).saturating_add(quotes)
    })
}
