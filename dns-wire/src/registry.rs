//! The shape that all number registries share: a newtype, its mnemonics, and text both ways.

/// Declares the constants of a registry newtype, its mnemonic table, `Display` and `FromStr`.
///
/// `prefix` is what the RFC puts before the number of a value without a mnemonic (`TYPE65280`).
macro_rules! registry {
    ($type:ident($int:ty), $prefix:literal, { $($(#[$doc:meta])* $name:ident = $value:literal $text:literal,)* }) => {
        #[allow(non_upper_case_globals, reason = "some mnemonics are digits and lower case")]
        impl $type {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

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

            /// The value of a mnemonic (any case), of the generic form or of plain digits.
            ///
            /// # Cost
            /// O(length), no allocation.
            #[must_use]
            pub fn from_text(text: &[u8]) -> Option<Self> {
                let mut upper = [0u8; 32];
                let folded = upper.get_mut(..text.len())?;
                folded.copy_from_slice(text);
                folded.make_ascii_uppercase();
                match core::str::from_utf8(folded).ok()? {
                    $($text => Some(Self($value)),)*
                    other => {
                        let digits = other.strip_prefix($prefix).unwrap_or(other);
                        if !digits.bytes().all(|octet| octet.is_ascii_digit()) {
                            return None;
                        }
                        digits.parse().ok().map(Self)
                    }
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
