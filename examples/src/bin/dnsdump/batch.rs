//! Lines in, lines out, for scripts.

use std::io::{self, BufRead, Write};

use dns_wire::RType;
use dns_wire::rdata;

use crate::input::unhex;
use crate::json;

/// Answers each line of standard input; `false` when one was bad.
pub(crate) fn lines(answer: fn(&str) -> Result<String, String>) -> io::Result<bool> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut good = true;
    for line in io::stdin().lock().split(b'\n') {
        let mut line = line?;
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let answered = match std::str::from_utf8(&line) {
            Ok(line) => answer(line),
            Err(_) => Err("not UTF-8".into()),
        };
        good &= answered.is_ok();
        writeln!(out, "{}", shown(&answered))?;
    }
    out.flush()?;
    Ok(good)
}

/// Prints one answer.
pub(crate) fn one(answered: &Result<String, String>) -> io::Result<bool> {
    writeln!(io::stdout(), "{}", shown(answered))?;
    Ok(answered.is_ok())
}

fn shown(answered: &Result<String, String>) -> String {
    match answered {
        Ok(text) => format!("ok\t{text}"),
        Err(reason) => format!("error\t{reason}"),
    }
}

/// `TYPE<TAB>text|hex<TAB>RDATA` to `hex<TAB>text`.
pub(crate) fn rdata(line: &str) -> Result<String, String> {
    let mut fields = line.splitn(3, '\t');
    let (Some(rtype), Some(form), Some(value)) = (fields.next(), fields.next(), fields.next())
    else {
        return Err("a line has three fields: TYPE, `text` or `hex`, RDATA".into());
    };
    let rtype: RType = rtype.trim().parse().map_err(|_| {
        format!("unknown type {rtype:?}: write a mnemonic such as MX, or TYPE65280 for one without")
    })?;
    if rtype.is_meta() {
        return Err(format!("{rtype} is no data type"));
    }
    let wire = match form {
        "text" => {
            check_closed(value.as_bytes())?;
            let mut wire = vec![0; usize::from(u16::MAX)];
            let tokens = rdata::split(value.as_bytes());
            let length = rdata::from_text(rtype, tokens, None, &mut wire)
                .map_err(|error| error.to_string())?;
            wire.truncate(length);
            wire
        }
        "hex" => {
            let wire = unhex(value)?;
            if wire.len() > usize::from(u16::MAX) {
                return Err("RDATA longer than 65535 octets".into());
            }
            rdata::validate(rtype, &wire).map_err(|error| error.to_string())?;
            wire
        }
        _ => return Err(format!("the second field is `text` or `hex`, not {form:?}")),
    };
    Ok(format!("{}\t{}", json::hex(&wire), rdata::display(rtype, &wire)))
}

/// What is opened is closed: half of a field must not pass for the whole.
fn check_closed(text: &[u8]) -> Result<(), String> {
    let (mut depth, mut quoted, mut comment) = (0_u32, false, false);
    let mut octets = text.iter();
    while let Some(octet) = octets.next() {
        match octet {
            b'\n' => comment = false,
            _ if comment => {}
            b'\\' => drop(octets.next()),
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b';' => comment = true,
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1).ok_or("')' without '('")?,
            _ => {}
        }
    }
    match (quoted, depth) {
        (true, _) => Err("a quote is never closed".into()),
        (false, 1..) => Err("'(' is never closed".into()),
        (false, 0) => Ok(()),
    }
}

/// A message in hexadecimal to JSON.
pub(crate) fn message(line: &str) -> Result<String, String> {
    json::message(&unhex(line)?).map_err(|error| error.to_string())
}
