//! The directives: `$ORIGIN`, `$TTL` and `$INCLUDE` (RFC 1035 §5.1, RFC 2308 §4).

use super::field::Field;
use super::head::ttl_of;
use super::reader::Reader;
use crate::source::{Position, Sink};
use crate::text::report::{Fault, Shown};
use alloc::format;
use alloc::vec::Vec;
use dns_wire::NameBuf;

impl<S: Sink> Reader<'_, '_, S> {
    pub(super) fn directive(
        &mut self,
        at: Position,
        directive: Field<'_>,
        arguments: &[Field<'_>],
    ) -> Result<(), Fault> {
        self.directives = self.directives.saturating_add(1);
        let is = |name: &str| directive.text.eq_ignore_ascii_case(name.as_bytes());
        if is("$ORIGIN") {
            let [origin] = arguments else { return Err(usage(directive, "$ORIGIN takes a name")) };
            let origin = self.name(*origin)?;
            self.replace_origin(Some(origin));
        } else if is("$TTL") {
            let [ttl] = arguments else {
                return Err(usage(directive, "$TTL takes a time to live"));
            };
            self.ttls.default = Some(ttl_of(*ttl)?);
        } else if is("$INCLUDE") {
            match arguments {
                [file] => self.include(at, *file, None)?,
                [file, origin] => self.include(at, *file, Some(*origin))?,
                _ => {
                    return Err(usage(
                        directive,
                        "$INCLUDE takes a file and, if need be, an origin",
                    ));
                }
            }
        } else if is("$GENERATE") {
            self.generate(at, directive, arguments)?;
        } else {
            return Err(Fault::new(
                directive.at,
                format!("unknown directive '{}'", Shown(directive.text)),
            )
            .hint("write \\$ for a name that begins with '$'"));
        }
        Ok(())
    }

    /// Origin and owner are the outer text's again when the included one ends (RFC 1035 §5.1); as in BIND,
    /// `$TTL` stays as the included text leaves it.
    fn include(
        &mut self,
        at: Position,
        file: Field<'_>,
        origin: Option<Field<'_>>,
    ) -> Result<(), Fault> {
        let origin = origin.map(|origin| self.name(origin)).transpose()?;
        if u32::try_from(self.open.len()).map_or(true, |depth| depth > self.limits.include_depth) {
            return Err(Fault::new(
                file.at,
                format!("$INCLUDE more than {} deep", self.limits.include_depth),
            ));
        }
        self.includes = self.includes.saturating_add(1);
        if let Some(excess) = self.includes.checked_sub(self.limits.includes).filter(|e| *e > 0) {
            // Told once: each of the texts that are open may go on with more.
            let message = format!("more than {} texts included", self.limits.includes);
            return if excess == 1 { Err(Fault::new(file.at, message)) } else { Ok(()) };
        }
        let Some(loader) = self.loader.as_deref_mut() else {
            return Err(
                Fault::new(file.at, "$INCLUDE cannot be followed here").hint("no loader is given")
            );
        };
        let loaded = loader
            .load(&unescaped(file), at.source)
            .map_err(|reason| Fault::new(file.at, format!("'{}': {reason}", Shown(file.text))))?;
        if self.open.contains(&loaded.source) {
            return Err(Fault::new(file.at, format!("'{}' includes itself", Shown(file.text))));
        }
        let inner_origin = origin.or_else(|| self.origin().map(NameBuf::from));
        let outer_origin = self.replace_origin(inner_origin);
        let outer_owner = self.owner.clone();
        self.read((*loaded.text).as_ref(), loaded.source);
        self.replace_origin(outer_origin);
        self.owner = outer_owner;
        Ok(())
    }
}

fn usage(directive: Field<'_>, message: &'static str) -> Fault {
    Fault::new(directive.at, message)
}

/// A file name with its escapes resolved.
fn unescaped(file: Field<'_>) -> Vec<u8> {
    let mut name = Vec::with_capacity(file.text.len());
    let mut rest = file.text;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet != b'\\' {
            name.push(octet);
            continue;
        }
        let number = rest
            .get(..3)
            .and_then(crate::text::number::decimal)
            .and_then(|value| u8::try_from(value).ok());
        if let Some(value) = number {
            name.push(value);
            rest = rest.get(3..).unwrap_or_default();
        } else if let Some((&itself, after)) = rest.split_first() {
            name.push(itself);
            rest = after;
        }
    }
    name
}
