//! The wire format of protocol buffers: as much of it as histograms need.

use crate::sketch::Full;

/// What is wrong with a protocol buffer. Offsets are octets of the message or part in which it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Ends inside a field.
    #[error("ends inside a field that starts at octet {0}")]
    Truncated(usize),
    /// A varint of more than 64 bits.
    #[error("a varint of more than 64 bits at octet {0}")]
    Varint(usize),
    /// A field number of 0, a group or reserved wire type, or a flag that does not exist.
    #[error("a field of no valid kind at octet {0}")]
    Kind(usize),
    /// A field of a known number with the wrong wire type.
    #[error("field {0} has the wrong wire type")]
    WrongType(u32),
}

/// A value as it is on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub(super) fn varint(self, field: u32) -> Result<u64, WireError> {
        if let Self::Varint(value) = self { Ok(value) } else { Err(WireError::WrongType(field)) }
    }

    /// sint32: zigzag.
    pub(super) fn signed(self, field: u32) -> Result<i32, WireError> {
        let [a, b, c, d, ..] = zigzag(self.varint(field)?).to_le_bytes();
        Ok(i32::from_le_bytes([a, b, c, d]))
    }

    pub(super) fn fixed(self, field: u32) -> Result<u64, WireError> {
        if let Self::Fixed64(value) = self { Ok(value) } else { Err(WireError::WrongType(field)) }
    }

    pub(super) fn double(self, field: u32) -> Result<f64, WireError> {
        self.fixed(field).map(f64::from_bits)
    }

    pub(super) fn bytes(self, field: u32) -> Result<&'a [u8], WireError> {
        if let Self::Bytes(value) = self { Ok(value) } else { Err(WireError::WrongType(field)) }
    }
}

/// Reads a message field by field.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next field, or `None` at the end.
    pub(super) fn field(&mut self) -> Result<Option<(u32, Value<'a>)>, WireError> {
        if self.is_empty() {
            return Ok(None);
        }
        let start = self.at;
        let key = self.varint()?;
        let field = u32::try_from(key >> 3)
            .ok()
            .filter(|field| *field != 0)
            .ok_or(WireError::Kind(start))?;
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => Value::Fixed64(u64::from_le_bytes(self.take()?)),
            2 => {
                let length =
                    usize::try_from(self.varint()?).map_err(|_| WireError::Truncated(start))?;
                let (bytes, rest) =
                    self.rest.split_at_checked(length).ok_or(WireError::Truncated(start))?;
                self.rest = rest;
                self.at = self.at.wrapping_add(length);
                Value::Bytes(bytes)
            }
            5 => Value::Fixed32(u32::from_le_bytes(self.take()?)),
            _ => return Err(WireError::Kind(start)),
        };
        Ok(Some((field, value)))
    }

    pub(super) fn varint(&mut self) -> Result<u64, WireError> {
        let start = self.at;
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let [octet] = self.take().map_err(|_| WireError::Truncated(start))?;
            if shift == 63 && octet > 1 {
                return Err(WireError::Varint(start));
            }
            value |= u64::from(octet & 0x7F) << shift;
            if octet < 0x80 {
                return Ok(value);
            }
        }
        Err(WireError::Varint(start))
    }

    pub(super) fn double(&mut self) -> Result<f64, WireError> {
        self.take().map(f64::from_le_bytes)
    }

    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(WireError::Truncated(self.at))?;
        self.rest = rest;
        self.at = self.at.wrapping_add(N);
        Ok(*head)
    }
}

/// Writes a message into the caller's buffer.
pub(super) struct Writer<'a> {
    out: &'a mut [u8],
    at: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut [u8]) -> Self {
        Self { out, at: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.at
    }

    pub(super) fn varint_field(&mut self, field: u32, value: u64) -> Result<(), Full> {
        self.key(field, 0)?;
        self.varint(value)
    }

    pub(super) fn signed_field(&mut self, field: u32, value: i32) -> Result<(), Full> {
        self.varint_field(field, unzigzag(i64::from(value)))
    }

    pub(super) fn fixed_field(&mut self, field: u32, value: u64) -> Result<(), Full> {
        self.key(field, 1)?;
        self.put(&value.to_le_bytes())
    }

    pub(super) fn double_field(&mut self, field: u32, value: f64) -> Result<(), Full> {
        self.fixed_field(field, value.to_bits())
    }

    /// The start of a field of `length` octets, which the caller writes next.
    pub(super) fn bytes_field(&mut self, field: u32, length: usize) -> Result<(), Full> {
        self.key(field, 2)?;
        self.varint(u64::try_from(length).map_err(|_| Full)?)
    }

    pub(super) fn varint(&mut self, mut value: u64) -> Result<(), Full> {
        while value >= 0x80 {
            let [low, ..] = value.to_le_bytes();
            self.put(&[low | 0x80])?;
            value >>= 7;
        }
        let [low, ..] = value.to_le_bytes();
        self.put(&[low])
    }

    pub(super) fn put(&mut self, octets: &[u8]) -> Result<(), Full> {
        let end = self.at.checked_add(octets.len()).ok_or(Full)?;
        let room = self.out.get_mut(self.at..end).ok_or(Full)?;
        for (to, from) in room.iter_mut().zip(octets) {
            *to = *from;
        }
        self.at = end;
        Ok(())
    }

    fn key(&mut self, field: u32, kind: u64) -> Result<(), Full> {
        self.varint((u64::from(field) << 3) | kind)
    }
}

/// Octets of a varint.
pub(super) fn varint_length(value: u64) -> usize {
    let bits = 64_u32.saturating_sub((value | 1).leading_zeros());
    usize::try_from(bits.div_ceil(7)).unwrap_or(10)
}

/// 0, 1, 2, 3, 4 to 0, -1, 1, -2, 2.
pub(super) fn zigzag(value: u64) -> i64 {
    let half = (value >> 1) ^ 0_u64.wrapping_sub(value & 1);
    i64::from_le_bytes(half.to_le_bytes())
}

/// 0, -1, 1, -2, 2 to 0, 1, 2, 3, 4.
pub(super) fn unzigzag(value: i64) -> u64 {
    u64::from_le_bytes(((value << 1) ^ (value >> 63)).to_le_bytes())
}
