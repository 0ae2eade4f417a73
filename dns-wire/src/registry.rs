//! The shape that all number registries share: a newtype, its mnemonics, and text both ways.

/// Declares the constants of a registry newtype, its mnemonic table, `Display` and `FromStr`.
///
/// `prefix` is what the RFC puts before the number of a value without a mnemonic (`TYPE65280`). What stands in `also` is read,
/// and not shown.
macro_rules! registry {
    (
        $type:ident($int:ty), $prefix:literal, { $($(#[$doc:meta])* $name:ident = $value:literal $text:literal,)* }
        $(, also { $($(#[$also_doc:meta])* $also:ident = $also_value:literal $also_text:literal,)* })?
    ) => {
        #[allow(non_upper_case_globals, reason = "some mnemonics are digits and lower case")]
        impl $type {
            $($(#[$doc])* pub const $name: Self = Self($value);)*
            $($($(#[$also_doc])* pub const $also: Self = Self($also_value);)*)?

            /// Every value that has a mnemonic here, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self($value)),*];

            /// The mnemonic, where there is one.
            #[must_use]
            pub const fn mnemonic(self) -> Option<&'static str> {
                match self.0 {
                    $($value => Some($text),)*
                    _ => None,
                }
            }

            /// The value of a mnemonic (any case), of the generic form or of plain digits. Of at most 31 octets.
            ///
            /// # Cost
            /// O(length) and O(log mnemonics), no allocation.
            #[must_use]
            pub fn from_text(text: &[u8]) -> Option<Self> {
                #[allow(non_upper_case_globals, reason = "as above")]
                mod packed {
                    $(pub(super) const $name: (u128, u128) = $crate::registry::packed_text($text);)*
                    $($(pub(super) const $also: (u128, u128) = $crate::registry::packed_text($also_text);)*)?
                }
                match $crate::registry::pack(text)? {
                    $(packed::$name => Some(Self($value)),)*
                    $($(packed::$also => Some(Self($also_value)),)*)?
                    _ => $crate::registry::digits(text, $prefix)?.parse().ok().map(Self),
                }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.mnemonic() {
                    Some(text) => f.write_str(text),
                    None => write!(f, concat!($prefix, "{}"), self.0),
                }
            }
        }

        impl core::str::FromStr for $type {
            type Err = $crate::TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::from_text(text.as_bytes())
                    .ok_or($crate::TextError::new($crate::TextErrorKind::Mnemonic, 0))
            }
        }

        impl From<$int> for $type {
            fn from(value: $int) -> Self {
                Self(value)
            }
        }
    };
}
pub(crate) use registry;

/// At most 31 octets, folded to upper case, as a number of 256 bits: so that the compiler finds a mnemonic as it
/// finds any number, by bisection. A one before the first octet tells the lengths apart.
pub(crate) const fn pack(mut text: &[u8]) -> Option<(u128, u128)> {
    if text.len() > 31 {
        return None;
    }
    let (mut high, mut low) = (0, 1);
    while let [octet, rest @ ..] = text {
        high = high << 8 | low >> 120;
        low = low << 8 | octet.to_ascii_uppercase() as u128;
        text = rest;
    }
    Some((high, low))
}

/// The same of a mnemonic; the round-trip test finds one that is too long.
pub(crate) const fn packed_text(mnemonic: &str) -> (u128, u128) {
    match pack(mnemonic.as_bytes()) {
        Some(packed) => packed,
        None => (0, 0),
    }
}

/// What follows the prefix (any case), or all of the text, when it is digits.
pub(crate) fn digits<'t>(text: &'t [u8], prefix: &str) -> Option<&'t str> {
    let digits = match text.split_at_checked(prefix.len()) {
        Some((front, digits)) if front.eq_ignore_ascii_case(prefix.as_bytes()) => digits,
        _ => text,
    };
    let digits = core::str::from_utf8(digits).ok()?;
    digits.bytes().all(|octet| octet.is_ascii_digit()).then_some(digits)
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use crate::dso::DsoType;
    use crate::edns::{InfoCode, OptionCode};
    use crate::tkey::TkeyMode;
    use crate::{Class, Opcode, RType, Rcode};

    macro_rules! round_trips {
        ($($type:ident $last:literal)*) => {$(
            for &value in $type::ALL {
                let text = value.mnemonic().unwrap();
                assert_eq!($type::from_text(text.as_bytes()), Some(value), "{text}");
                assert_eq!($type::from_text(text.to_ascii_lowercase().as_bytes()), Some(value), "{text}");
                for wrong in [[text, "\0"].concat(), ["\0", text].concat()] {
                    assert_eq!($type::from_text(wrong.as_bytes()), None, "{wrong:?}");
                }
            }
            for number in 0..=$last {
                let (value, text) = ($type(number), $type(number).to_string());
                assert_eq!(text.parse(), Ok(value), "{text}");
                assert_eq!(number.to_string().parse(), Ok(value));
            }
        )*};
    }

    #[test]
    fn every_mnemonic_and_every_number_comes_back() {
        round_trips!(RType 0xffff Class 0xffff Rcode 0xffff OptionCode 0xffff InfoCode 0xffff DsoType 0xffff TkeyMode 0xffff Opcode 15);
    }

    #[test]
    fn what_is_neither_is_refused() {
        let long = [b'0'; 32];
        for text in [
            &b""[..],
            b"TYPE",
            b"TYPE+1",
            b"TYPE65536",
            b"+1",
            b"AAA",
            b"NSEC3PARAMS",
            b"\xff",
            &long,
        ] {
            assert_eq!(RType::from_text(text), None, "{text:?}");
        }
        assert_eq!(RType::from_text(&long[1..]), Some(RType(0)));
        assert_eq!(RType::from_text(b"tYpE1"), Some(RType::A));
    }

    /// Which of the two the number means, where it stands tells (RFC 8945 §3).
    #[test]
    fn sixteen_has_two_names() {
        assert_eq!(Rcode::from_text(b"BadSig"), Some(Rcode(16)));
        assert_eq!(Rcode::from_text(b"BADVERS"), Some(Rcode(16)));
        assert_eq!(Rcode::BADSIG.to_string(), "BADVERS");
        assert_eq!(Rcode::BADVERS.in_tsig().to_string(), "BADSIG");
        assert_eq!(Rcode::BADKEY.in_tsig().to_string(), "BADKEY");
        assert_eq!(Rcode(4000).in_tsig().to_string(), "RCODE4000");
    }
}
