//! `$GENERATE`: many records from one line, as in BIND.

use super::explain::explain_name;
use super::field::{Field, Form, end_of};
use super::head::head;
use super::reader::{Reader, explain_scan};
use super::record::{check_unquoted, emit};
use super::scan::Scanner;
use crate::source::{Position, Sink};
use crate::text::report::{Fault, Shown};
use alloc::format;
use alloc::vec::Vec;
use dns_wire::NameBuf;
use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{char, i32, one_of, u32};
use nom::combinator::{all_consuming, map, opt, value, verify};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

impl<S: Sink> Reader<'_, '_, S> {
    /// `$GENERATE start-stop[/step] owner [TTL] [class] type data`.
    pub(super) fn generate(
        &mut self,
        at: Position,
        directive: Field<'_>,
        arguments: &[Field<'_>],
    ) -> Result<(), Fault> {
        let [range_field, owner_field, rest @ ..] = arguments else {
            return Err(Fault::new(
                directive.at,
                "$GENERATE takes a range, an owner, a type and data",
            ));
        };
        let Ok((_, range)) = all_consuming(range).parse(range_field.text) else {
            return Err(Fault::new(
                range_field.at,
                format!("'{}' is no range", Shown(range_field.text)),
            )
            .hint("write start-stop or start-stop/step, up to 2147483647, start not above stop"));
        };
        let generated = self.generated.saturating_add(range.count());
        if generated > self.limits.generated {
            let message = format!("more than {} records by $GENERATE", self.limits.generated);
            return Err(Fault::new(range_field.at, message));
        }
        self.generated = generated;
        check_unquoted(*owner_field)?;
        let end = end_of(arguments);
        let (head, used) = head(rest, end)?;
        let data_fields = rest.get(used..).unwrap_or_default();
        let data_at = data_fields.first().map_or(end, |field| field.at);
        let template = data_template(data_fields);
        let (mut owner_text, mut data_text) = (Vec::new(), Vec::new());
        for index in range.indices() {
            if self.report.is_stopped() {
                break;
            }
            owner_text.clear();
            substitute(owner_field.text, index, &mut owner_text)
                .map_err(|error| error.at(owner_field.at))?;
            // Begins with a blank, so that the scanner sees data and no owner.
            data_text.clear();
            data_text.push(b' ');
            substitute(&template, index, &mut data_text).map_err(|error| error.at(data_at))?;
            let owner = NameBuf::from_text(&owner_text, self.origin()).map_err(|error| {
                explain_name(error, Field { text: &owner_text, ..*owner_field })
                    .moved(owner_field.at)
            })?;
            let mut fields = Vec::new();
            if let Some(Err(error)) = Scanner::new(&data_text).next_entry(&mut fields) {
                return Err(explain_scan(error).moved(data_at));
            }
            let length = self
                .rdata(&data_text, head.rtype, &fields, 0)
                .map_err(|fault| fault.moved(data_at))?;
            let ttl = self.ttl(at, head, length).ok_or_else(|| {
                Fault::new(directive.at, "no time to live is known for these records")
                    .hint("write one, or put $TTL before the first record (RFC 2308 section 4)")
            })?;
            emit(
                &mut self.report,
                at,
                owner.as_name(),
                head.rtype,
                ttl,
                self.rdata.get(..length).unwrap_or_default(),
            );
        }
        Ok(())
    }
}

/// Which numbers to count through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    start: u32,
    stop: u32,
    step: u32,
}

impl Range {
    fn count(self) -> u32 {
        self.stop.saturating_sub(self.start).checked_div(self.step).unwrap_or(0).saturating_add(1)
    }

    fn indices(self) -> impl Iterator<Item = u32> {
        (self.start..=self.stop).step_by(usize::try_from(self.step).unwrap_or(usize::MAX).max(1))
    }
}

/// `start-stop[/step]`
fn range(input: &[u8]) -> IResult<&[u8], Range> {
    let number = || verify(u32, |&number| number <= MAX_NUMBER);
    let parts = (number(), preceded(char('-'), number()), opt(preceded(char('/'), number())));
    let range = map(parts, |(start, stop, step)| Range { start, stop, step: step.unwrap_or(1) });
    verify(range, |range| range.start <= range.stop && range.step > 0).parse(input)
}

/// What to put in the place of a `$`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Modifier {
    /// Added to the index.
    offset: i32,
    /// Zeros are put before what is shorter.
    width: u32,
    base: Base,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    Decimal,
    Octal,
    LowerHex,
    UpperHex,
    /// Hexadecimal digits in reverse order with dots between, as ip6.arpa has them.
    LowerNibbles,
    UpperNibbles,
}

/// `{offset[,width[,base]]}`
fn modifier(input: &[u8]) -> IResult<&[u8], Modifier> {
    let width = verify(u32, |&width| width <= MAX_WIDTH);
    let base = alt((
        value(Base::Decimal, char('d')),
        value(Base::Octal, char('o')),
        value(Base::LowerHex, char('x')),
        value(Base::UpperHex, char('X')),
        value(Base::LowerNibbles, char('n')),
        value(Base::UpperNibbles, one_of("N")),
    ));
    let format = opt((preceded(char(','), width), opt(preceded(char(','), base))));
    let parts = delimited(tag("{"), (i32, format), tag("}"));
    map(parts, |(offset, format)| {
        let (width, base) = format.unwrap_or((0, None));
        Modifier { offset, width, base: base.unwrap_or(Base::Decimal) }
    })
    .parse(input)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SubstituteError {
    Modifier,
    Negative,
    TooLong,
}

impl SubstituteError {
    #[cold]
    fn at(self, at: usize) -> Fault {
        match self {
            Self::Modifier => Fault::new(at, "bad modifier after '$'")
                .hint("write ${offset,width,base}: base is d, o, x, X, n or N, width at most 255; \\$ is the character"),
            Self::Negative => Fault::new(at, "the offset makes a number negative"),
            Self::TooLong => Fault::new(at, "the generated text is longer than 64 KiB"),
        }
    }
}

/// Writes the template with the index in the place of each `$`. `$$` and `\$` are the character itself.
fn substitute(template: &[u8], index: u32, out: &mut Vec<u8>) -> Result<(), SubstituteError> {
    let mut rest = template;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        match (octet, after.first()) {
            (b'\\', Some(&escaped)) => {
                out.extend([b'\\', escaped]);
                rest = after.get(1..).unwrap_or_default();
            }
            (b'$', Some(b'$')) => {
                out.push(b'$');
                rest = after.get(1..).unwrap_or_default();
            }
            (b'$', Some(b'{')) => {
                let (after, modifier) = modifier(after).map_err(|_| SubstituteError::Modifier)?;
                write_number(index, modifier, out)?;
                rest = after;
            }
            (b'$', _) => {
                write_number(index, Modifier { offset: 0, width: 0, base: Base::Decimal }, out)?;
            }
            _ => out.push(octet),
        }
        if out.len() > MAX_TEXT {
            return Err(SubstituteError::TooLong);
        }
    }
    Ok(())
}

fn write_number(index: u32, modifier: Modifier, out: &mut Vec<u8>) -> Result<(), SubstituteError> {
    let number = i64::from(index).saturating_add(i64::from(modifier.offset));
    let number = u32::try_from(number).map_err(|_| SubstituteError::Negative)?;
    let width = usize::try_from(modifier.width).unwrap_or(0);
    let text = match modifier.base {
        Base::Decimal => format!("{number:0width$}"),
        Base::Octal => format!("{number:0width$o}"),
        Base::LowerHex => format!("{number:0width$x}"),
        Base::UpperHex => format!("{number:0width$X}"),
        Base::LowerNibbles => nibbles(&format!("{number:x}"), width),
        Base::UpperNibbles => nibbles(&format!("{number:X}"), width),
    };
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// The digits last to first with dots between; `width` counts the dots.
fn nibbles(digits: &str, width: usize) -> alloc::string::String {
    let mut text = alloc::string::String::new();
    let zeros = core::iter::repeat('0');
    for (index, digit) in digits.chars().rev().chain(zeros).enumerate() {
        if index >= digits.len() && text.len() >= width {
            break;
        }
        if index > 0 {
            text.push('.');
            if index >= digits.len() && text.len() >= width {
                break;
            }
        }
        text.push(digit);
    }
    text
}

/// The data of the directive as one text. A single quoted field is the data of a record, as in BIND.
fn data_template(fields: &[Field<'_>]) -> Vec<u8> {
    if let [Field { text, form: Form::Quoted, .. }] = fields {
        return without_escaped_quotes(text);
    }
    let mut template = Vec::new();
    for field in fields {
        let quote: &[u8] = if field.form == Form::Quoted { b"\"" } else { b"" };
        template.extend_from_slice(quote);
        template.extend_from_slice(field.text);
        template.extend_from_slice(quote);
        template.push(b' ');
    }
    template
}

/// The text of a string that holds all data: `\"` in it is a quote of the data, as in BIND.
fn without_escaped_quotes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&octet, after)) = rest.split_first() {
        rest = after;
        if octet != b'\\' {
            out.push(octet);
        } else if let Some((&escaped, after)) = rest.split_first() {
            rest = after;
            if escaped != b'"' {
                out.push(octet);
            }
            out.push(escaped);
        }
    }
    out
}

const MAX_NUMBER: u32 = 0x7fff_ffff;
const MAX_WIDTH: u32 = 255;
const MAX_TEXT: usize = 0xffff;

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn substituted(template: &str, index: u32) -> Result<String, SubstituteError> {
        let mut out = Vec::new();
        substitute(template.as_bytes(), index, &mut out).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn numbers_take_the_place_of_the_sign() {
        for (template, index, text) in [
            ("a$b", 7, "a7b"),
            ("$$-$", 7, "$-7"),
            (r"\$$\\", 7, r"\$7\\"),
            ("${0}", 7, "7"),
            ("${-3}", 7, "4"),
            ("${10,4}", 7, "0017"),
            ("${0,3,o}", 9, "011"),
            ("${0,4,x}.${0,0,X}", 171, "00ab.AB"),
            ("${0,0,n}", 0x1a2, "2.a.1"),
            ("${0,7,N}", 0x1a2, "2.A.1.0"),
            ("${0,8,n}", 1, "1.0.0.0."),
        ] {
            assert_eq!(substituted(template, index).as_deref(), Ok(text), "{template}");
        }
        assert_eq!(substituted("${-8}", 7), Err(SubstituteError::Negative));
        for bad in ["${}", "${a}", "${0,256}", "${0,1,q}", "${0", "${0,}"] {
            assert_eq!(substituted(bad, 7), Err(SubstituteError::Modifier), "{bad}");
        }
    }

    #[test]
    fn ranges() {
        let parsed =
            |text: &str| all_consuming(range).parse(text.as_bytes()).ok().map(|(_, range)| range);
        assert_eq!(parsed("1-3"), Some(Range { start: 1, stop: 3, step: 1 }));
        assert_eq!(
            parsed("0-10/4").map(|range| range.indices().collect::<Vec<_>>()),
            Some([0, 4, 8].to_vec())
        );
        assert_eq!(parsed("0-10/4").map(Range::count), Some(3));
        assert_eq!(parsed("0-2147483647").map(Range::count), Some(1 << 31));
        for bad in ["", "1", "1-", "3-1", "1-3/0", "1-2147483648", "-1-3", "1-3x", "1--3"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
