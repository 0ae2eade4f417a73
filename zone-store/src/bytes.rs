//! A cursor over octets that cannot panic: each read is `None` past the end.

/// Reads little-endian fields of the image, and network order where the name says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What is not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn u128(&mut self) -> Option<u128> {
        self.array().map(u128::from_le_bytes)
    }

    /// A big-endian number, as the DNS has them.
    pub(crate) fn net16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Octets behind a big-endian 16-bit length, as RDATA is stored.
    pub(crate) fn counted(&mut self) -> Option<&'a [u8]> {
        let len = self.net16()?;
        self.take(usize::from(len))
    }
}

/// The first eight octets, or as many as there are, as a number: zeros after the last.
#[inline]
pub(crate) fn word(octets: &[u8]) -> u64 {
    if let Some(word) = octets.first_chunk() {
        return u64::from_le_bytes(*word);
    }
    if let (Some(first), Some(last)) = (octets.first_chunk(), octets.last_chunk()) {
        // Four to seven octets: two halves, which may have some in common.
        let [first, last] = [first, last].map(|half| u64::from(u32::from_le_bytes(*half)));
        let bits = u32::try_from(octets.len()).unwrap_or(4).wrapping_sub(4).wrapping_mul(8);
        return first | last.wrapping_shl(bits);
    }
    octets.iter().rev().fold(0, |word, octet| (word << 8) | u64::from(*octet))
}

/// The octets from `offset` on.
pub(crate) fn from(bytes: &[u8], offset: u32) -> Option<&[u8]> {
    bytes.get(to_usize(offset)..)
}

/// An image offset as an index. Lossless: the crate is for targets of 32 bits and more.
pub(crate) fn to_usize(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// The low 32 bits.
pub(crate) fn low32(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The low 64 bits.
#[inline]
pub(crate) fn low64(value: u128) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = value.to_le_bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// The high 32 bits.
pub(crate) fn high32(value: u64) -> u32 {
    low32(value >> 32)
}

/// The low 8 bits.
pub(crate) fn low8(value: u64) -> u8 {
    let [a, ..] = value.to_le_bytes();
    a
}

/// `value * n / 2^32`: a number below `n`, spread as evenly as `value` is.
pub(crate) fn scale(value: u32, n: u32) -> u32 {
    high32(u64::from(value).wrapping_mul(u64::from(n)))
}

// An image offset always fits an index.
const _: () = assert!(usize::BITS >= 32);
