//! Which format a text is in.

use super::address;

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A master file.
    Zone,
    /// Data lines.
    Data,
    /// A map.
    Map,
}

/// Tells the format of a text by the name of its file, and where that says nothing, by its content.
///
/// By name: `.zone`, `.db`, `.master` and names that begin with `db.` are zones; `.data`, `.tinydns`,
/// `.dnsrocks` and a file called `data` are data lines; `.map`, `.csv`, `.prefixes` and `.networks` are
/// maps. By content the first of at most 64 lines decides that
/// - begins with an address or a prefix: a map;
/// - begins with `;`, `$` or a blank before text, or has a blank before its first `:` and `,`: a zone;
/// - begins with a character of data lines and has a `:` or `,`: data lines.
///
/// Empty lines and `#` comments decide nothing. What nothing decides is a zone.
///
/// ```
/// use zone_store::text::{Format, detect};
/// assert_eq!(detect("example.com.zone", b""), Format::Zone);
/// assert_eq!(detect("site", b"# ours\n+www.example.com:192.0.2.1:300\n"), Format::Data);
/// assert_eq!(detect("clients.txt", b"192.0.2.0/24 lisbon\n"), Format::Map);
/// ```
#[must_use]
pub fn detect(name: &str, text: &[u8]) -> Format {
    by_name(name)
        .or_else(|| text.split(|&octet| octet == b'\n').take(LINES).find_map(by_line))
        .unwrap_or(Format::Zone)
}

fn by_name(name: &str) -> Option<Format> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name).as_bytes();
    let begins = |start: &[u8]| {
        file.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
    };
    let extension =
        file.rsplit(|&octet| octet == b'.').next().filter(|extension| extension.len() < file.len());
    let extension_is = |names: &[&str]| {
        extension.is_some_and(|extension| {
            names.iter().any(|name| extension.eq_ignore_ascii_case(name.as_bytes()))
        })
    };
    if extension_is(&["zone", "db", "master"]) || begins(b"db.") {
        Some(Format::Zone)
    } else if extension_is(&["data", "tinydns", "dnsrocks"]) || file.eq_ignore_ascii_case(b"data") {
        Some(Format::Data)
    } else if extension_is(&["map", "csv", "prefixes", "networks"]) {
        Some(Format::Map)
    } else {
        None
    }
}

fn by_line(line: &[u8]) -> Option<Format> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_end();
    let trimmed = line.trim_ascii_start();
    let &first = trimmed.first().filter(|&&first| first != b'#')?;
    let field_end = trimmed.iter().position(|&octet| octet == b',' || octet.is_ascii_whitespace());
    let field = trimmed.get(..field_end.unwrap_or(trimmed.len())).unwrap_or_default();
    let bare =
        field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field);
    if !matches!(address::prefix(bare), Err(address::PrefixError::Syntax)) {
        return Some(Format::Map);
    }
    let blank = trimmed.iter().position(|octet| octet.is_ascii_whitespace());
    let separator = trimmed.iter().position(|&octet| octet == b':' || octet == b',');
    let is_data_line = DATA_LINES.contains(&first)
        && match (separator, blank) {
            (Some(separator), Some(blank)) => separator < blank,
            (Some(_), None) => true,
            (None, _) => false,
        };
    if is_data_line {
        return Some(Format::Data);
    }
    let is_zone_line =
        matches!(first, b';' | b'$') || trimmed.len() < line.len() || blank.is_some();
    is_zone_line.then_some(Format::Zone)
}

const LINES: usize = 64;
const DATA_LINES: &[u8] = b"Z.&+=36@SC^':BHM8%!-";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_first() {
        for (name, format) in [
            ("a/b/example.zone", Format::Zone),
            ("DB.example", Format::Zone),
            ("root.db", Format::Zone),
            ("data", Format::Data),
            ("/x/DATA", Format::Data),
            ("x.tinydns", Format::Data),
            ("asn.csv", Format::Map),
            ("c:\\maps\\eu.MAP", Format::Map),
        ] {
            assert_eq!(detect(name, b"+a:1.2.3.4"), format, "{name}");
        }
        assert_eq!(detect("zone", b"+a:1.2.3.4"), Format::Data);
    }

    #[test]
    fn content_decides_next() {
        for (text, format) in [
            ("", Format::Zone),
            ("# x\n\n; y", Format::Zone),
            ("$ORIGIN example.", Format::Zone),
            (".\t86400\tIN\tSOA\ta. b. 1 2 3 4 5", Format::Zone),
            ("@ IN AAAA 2001:db8::1", Format::Zone),
            ("Server IN AAAA 2001:db8::1", Format::Zone),
            ("  A 1.2.3.4", Format::Zone),
            (".example.com::a", Format::Data),
            ("%ab,,m1", Format::Data),
            ("8example.com,ab", Format::Data),
            ("'x:some text here", Format::Data),
            ("1.0.0.0/24 1", Format::Map),
            ("1.0.0.0/24", Format::Map),
            ("10.0.0.1/8", Format::Map),
            ("2001:db8::/32,de", Format::Map),
            ("3.0.0.0,3.255.255.255,US", Format::Map),
            ("\"1.0.0.0\",\"1.0.0.255\",\"AU\"", Format::Map),
            ("\u{feff}# x\r\n::/0 x\r\n", Format::Map),
        ] {
            assert_eq!(detect("file.txt", text.as_bytes()), format, "{text}");
        }
    }
}
