//! The macro behind the table.

use super::kind::Part;
use crate::{Reader, WireError, WireErrorKind};

/// Octets of the fields before the first whose length is not fixed.
pub(super) const fn fixed_octets(mut parts: &[Part]) -> usize {
    let mut octets = 0usize;
    while let [Part::Fixed(length), rest @ ..] = parts {
        octets = octets.wrapping_add(*length);
        parts = rest;
    }
    octets
}

/// The error of RDATA that end within one of these fields: it says where that begins.
#[cold]
pub(super) fn cut_off(mut reader: Reader<'_>, parts: &[Part]) -> WireError {
    for part in parts {
        if let Part::Fixed(length) = *part
            && let Err(error) = reader.take(length)
        {
            return error;
        }
    }
    reader.error(WireErrorKind::Truncated)
}

/// Declares record types, a row each, and the [`Data`](super::Data) enum over them.
macro_rules! records {
    ($(
        $(#[$doc:meta])*
        $rtype:ident $name:ident $(<$lt:lifetime>)? {
            $($(#[$field_doc:meta])* $field:ident: $type:ty = $kind:ty,)*
        }
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name $(<$lt>)? {
                $($(#[$field_doc])* pub $field: $type,)*
            }

            impl $(<$lt>)? $crate::rdata::view::sealed::Sealed for $name $(<$lt>)? {}

            impl<'a> RecordData<'a> for records!(@with_lifetime $name $(<$lt>)?) {
                const RTYPE: RType = RType::$rtype;

                #[inline(always)]
                fn read(reader: &mut Reader<'a>) -> Result<Self, WireError> {
                    const PARTS: &[Part] = &[$(<$kind as Kind>::PART),*];
                    // One comparison for all fields of a fixed length that come first.
                    if reader.rest().len() < const { fixed_octets(PARTS) } {
                        return Err(cut_off(*reader, PARTS));
                    }
                    $(let $field = <$kind as Kind>::read(reader)?;)*
                    Ok(Self { $($field),* })
                }

                fn write(&self, out: &mut Writer<'_>) -> Result<(), Full> {
                    $(<$kind as Kind>::write(self.$field, out)?;)*
                    Ok(())
                }
            }

            impl fmt::Display for records!(@any_lifetime $name $(<$lt>)?) {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    let mut first = true;
                    $(
                        if !<$kind as Kind>::is_blank(self.$field) {
                            if !core::mem::take(&mut first) {
                                f.write_str(" ")?;
                            }
                            <$kind as Kind>::show(self.$field, f)?;
                        }
                    )*
                    Ok(())
                }
            }
        )*

        /// RDATA of any type: one variant for each type with a format, and the octets of all others.
        // A tag of eight octets keeps the variants aligned, so that they move in whole words.
        #[repr(u64)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Data<'a> {
            $(
                $(#[$doc])*
                $name(records!(@with_lifetime $name $(<$lt>)?)),
            )*
            /// A type without a format here, or a form of a type that is not defined: LOC of a version other than 0,
            /// APL of another address family. Carried as it is (RFC 3597).
            Unknown(RType, &'a [u8]),
        }

        impl<'a> Data<'a> {
            // By reference: as a value it would be copied in wider words than it was written in, which waits for
            // the writing.
            #[inline]
            pub(crate) fn parse(rtype: RType, rdata: &Rdata<'a>) -> Result<Self, WireError> {
                match rtype {
                    $(RType::$rtype => match rdata.parse() {
                        Ok(data) => Ok(Self::$name(data)),
                        Err(error) => generic::new_form(rtype, rdata.octets()).ok_or(error),
                    },)*
                    _ => Ok(Self::Unknown(rtype, rdata.octets())),
                }
            }

            pub(crate) fn text<'t, T: Iterator<Item = Token<'t>>>(
                rtype: RType,
                tokens: &mut Tokens<'_, 't, T>,
                out: &mut Writer<'_>,
            ) -> Result<(), TextError> {
                match rtype {
                    $(RType::$rtype => {
                        $(<$kind as Kind>::text(tokens, out)?;)*
                        Ok(())
                    })*
                    _ => Err(tokens.error(TextErrorKind::Mnemonic, 0)),
                }
            }

            pub(crate) fn layout(rtype: RType) -> &'static [Part] {
                match rtype {
                    $(RType::$rtype => const { &[$(<$kind as Kind>::PART),*] },)*
                    _ => &[],
                }
            }

            /// Follows the names in the data to their ends.
            ///
            /// # Errors
            /// What is wrong with a name, and where.
            pub fn check(&self) -> Result<(), WireError> {
                match self {
                    $(Self::$name(_data) => {
                        $(<$kind as Kind>::check(_data.$field)?;)*
                        Ok(())
                    })*
                    Self::Unknown(..) => Ok(()),
                }
            }

            /// The type.
            #[must_use]
            pub fn rtype(&self) -> RType {
                match self {
                    $(Self::$name(_) => RType::$rtype,)*
                    Self::Unknown(rtype, _) => *rtype,
                }
            }

            /// Writes the wire form, names uncompressed, and returns its length.
            ///
            /// # Errors
            /// When `out` is too small.
            pub fn to_wire(&self, out: &mut [u8]) -> Result<usize, Full> {
                let mut out = Writer::new(out);
                match self {
                    $(Self::$name(data) => data.write(&mut out)?,)*
                    Self::Unknown(_, octets) => out.slice(octets)?,
                }
                Ok(out.len())
            }
        }

        /// The text of the fields. [`Rdata::display`] shows the generic form where that leaves something out.
        impl fmt::Display for Data<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$name(data) => data.fmt(f),)*
                    Self::Unknown(_, octets) => generic::show(octets, f),
                }
            }
        }

        /// The types that have a format here.
        pub const TYPED: &[RType] = &[$(RType::$rtype),*];
    };
    (@with_lifetime $name:ident) => { $name };
    (@with_lifetime $name:ident <$lt:lifetime>) => { $name<'a> };
    (@any_lifetime $name:ident) => { $name };
    (@any_lifetime $name:ident <$lt:lifetime>) => { $name<'_> };
}
pub(crate) use records;
