//! A record entry: owner, time to live, class, type and RDATA (RFC 1035 §5.1).

use super::explain::{explain_name, explain_rdata};
use super::field::{Entry, Field, Form, end_of, is_simple, split_pairs};
use super::head::{Head, head, usual_head};
use super::reader::Reader;
use crate::source::{Item, Position, Sink, SourceRecord};
use crate::text::block::block_at;
use crate::text::number;
use crate::text::plain::{self, NAME_ROOM};
use crate::text::report::{Fault, Report};
use alloc::format;
use alloc::vec::Vec;
use dns_wire::rdata::{self, Token};
use dns_wire::{Name, NameBuf, RType, TextErrorKind, Ttl};

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
        if let Some(target) = rdata_fields.get(1).filter(|field| field.form == Form::Pair) {
            // Left over for SVCB and HTTPS alone, where it would be taken for a name.
            return Err(Fault::new(target.at, format!("{}: the target is missing", head.rtype))
                .hint("a record is: priority target key=value ...; the owner itself is ."));
        }
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
        let origin = self.origin.as_ref().map(NameBuf::as_name);
        rdata::from_text(rtype, tokens, origin, &mut self.rdata).map_err(|error| {
            let field = usize::try_from(error.token).ok().and_then(|index| fields.get(index));
            match field {
                Some(field) if error.kind == TextErrorKind::NoOrigin && field.text == b"@" => {
                    Fault::new(field.at, "'@' stands for the origin, and there is none").no_origin()
                }
                _ => explain_rdata(error, rtype, fields, end),
            }
        })
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
            (RType::DS, [tag, algorithm, kind, digest])
                if fields.iter().all(|field| field.form == Form::Plain) =>
            {
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
        check_unquoted(field)?;
        NameBuf::from_text(field.text, self.origin()).map_err(|error| explain_name(error, field))
    }
}

/// What stands for a name is never a string (RFC 1035 §5.1).
pub(super) fn check_unquoted(field: Field<'_>) -> Result<(), Fault> {
    if field.form == Form::Plain {
        return Ok(());
    }
    Err(Fault::new(field.at, "a name is not quoted").hint("escape single characters with '\\'"))
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
