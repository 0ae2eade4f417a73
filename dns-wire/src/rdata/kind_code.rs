//! Codes of one or two octets that may be written as a mnemonic.

use core::fmt;

use super::kind::{Kind, Part, decimal};
use super::tokens::{Token, Tokens};
use crate::{Full, Reader, TextError, TextErrorKind, WireError, Writer};

/// Declares a code kind: mnemonics are read; shown are mnemonics or, for `numeric`, numbers.
macro_rules! code {
    ($($(#[$doc:meta])* $kind:ident($type:ty), $show:ident, { $($value:literal $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        pub(crate) struct $kind;

        impl Kind for $kind {
            type Value<'a> = $type;
            const PART: Part = Part::Fixed(size_of::<$type>());

            #[inline(always)]
            fn read<'a>(reader: &mut Reader<'a>) -> Result<$type, WireError> {
                reader.array().map(<$type>::from_be_bytes)
            }

            fn write(value: $type, out: &mut Writer<'_>) -> Result<(), Full> {
                out.array(value.to_be_bytes())
            }

    fn text<'t, T: Iterator<Item = Token<'t>>>(
        tokens: &mut Tokens<'_, 't, T>,
        out: &mut Writer<'_>,
    ) -> Result<(), TextError> {
                let token = tokens.need()?;
                let value = match decimal(token.text) {
                    Some(value) => {
                        <$type>::try_from(value).map_err(|_| tokens.error(TextErrorKind::Number, 0))?
                    }
                    $(None if token.text.eq_ignore_ascii_case($text) => $value,)*
                    None => return Err(tokens.error(TextErrorKind::Mnemonic, 0)),
                };
                out.array(value.to_be_bytes()).map_err(tokens.full())
            }

            fn show(value: $type, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                code!(@$show value, f, { $($value $text),* })
            }
        }
    )*};
    (@numeric $value:ident, $f:ident, { $($v:literal $text:literal),* }) => { write!($f, "{}", $value) };
    (@mnemonic $value:ident, $f:ident, { $($v:literal $text:literal),* }) => {
        match $value {
            $($v => $f.write_str(core::str::from_utf8($text).unwrap_or("")),)*
            other => write!($f, "{other}"),
        }
    };
}

code! {
    /// A DNSSEC algorithm (RFC 4034 appendix A.1 and the IANA registry), shown as a number.
    Algorithm(u8), numeric, {
        0 b"DELETE", 1 b"RSAMD5", 2 b"DH", 3 b"DSA", 5 b"RSASHA1", 6 b"DSA-NSEC3-SHA1", 7 b"RSASHA1-NSEC3-SHA1",
        8 b"RSASHA256", 10 b"RSASHA512", 12 b"ECC-GOST", 13 b"ECDSAP256SHA256", 14 b"ECDSAP384SHA384",
        15 b"ED25519", 16 b"ED448", 17 b"SM2SM3", 23 b"ECC-GOST12", 252 b"INDIRECT", 253 b"PRIVATEDNS", 254 b"PRIVATEOID",
    }
    /// A certificate type (RFC 4398 §2.1), shown as a mnemonic.
    CertificateType(u16), mnemonic, {
        1 b"PKIX", 2 b"SPKI", 3 b"PGP", 4 b"IPKIX", 5 b"ISPKI", 6 b"IPGP", 7 b"ACPKIX", 8 b"IACPKIX",
        253 b"URI", 254 b"OID",
    }
    /// A DSYNC scheme (RFC 9859 §2.1), shown as a mnemonic.
    DsyncScheme(u8), mnemonic, { 1 b"NOTIFY" }
}
