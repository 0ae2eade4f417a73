//! RRsets as the image holds them: an entry per type at a node, and in it one group of records, or one per
//! location.
//!
//! ```text
//! group:   TTL u32 | records and marks u16 | [weight u32 per record] | [signatures u8]
//!          per record, then per signature: length u16, network order | RDATA
//! payload: the group itself (form 0); u32 offset into the shared groups (form 1); or per location,
//!          ascending, u32 location and u32 offset into the shared groups (form 2), location 0 the default
//! ```
//! The length and the RDATA lie as they go on the wire.

use crate::bytes::{Reader, to_usize};

/// All RRsets of one type at a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) rtype: u16,
    pub(crate) form: Form,
    pub(crate) payload: &'a [u8],
}

/// How an entry holds its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In place: one group, for all clients.
    Inline,
    /// One group for all clients, kept with equal ones.
    Shared,
    /// A group per location.
    Located,
}

impl<'a> Entry<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let [t0, t1, word @ ..] = reader.array::<6>()?;
        let rtype = u16::from_le_bytes([t0, t1]);
        let word = u32::from_le_bytes(word);
        let payload = reader.take(to_usize(word & LENGTH_MASK))?;
        let form = match word >> FORM_SHIFT {
            0 => Form::Inline,
            1 => Form::Shared,
            2 => Form::Located,
            _ => return None,
        };
        Some(Self { rtype, form, payload })
    }

    /// True when the answer depends on where the client is.
    pub(crate) fn is_located(&self) -> bool {
        self.form == Form::Located
    }

    /// The group of the default rows. `sets` is the section of shared groups.
    #[inline]
    pub(crate) fn default_group(&self, sets: Sets<'a>) -> Option<Group<'a>> {
        let octets = match self.form {
            Form::Inline => self.payload,
            Form::Shared => sets.at(Reader::new(self.payload).u32()?)?,
            Form::Located => {
                // Locations ascend: the default is the first, or is not there.
                let (location, offset) = variant_of(self.payload.first_chunk()?);
                if location == 0 { sets.at(offset)? } else { return None }
            }
        };
        Group::read(octets)
    }

    /// The group of one location, of a located entry.
    pub(crate) fn located_group(&self, location: u32, sets: Sets<'a>) -> Option<Group<'a>> {
        if self.form != Form::Located {
            return None;
        }
        let (variants, _) = self.payload.as_chunks::<8>();
        let at = variants.binary_search_by_key(&location, |variant| variant_of(variant).0).ok()?;
        let (_, offset) = variant_of(variants.get(at)?);
        sets.group(offset)
    }

    /// Location and group of every variant; location 0 is the default.
    pub(crate) fn groups(
        &self,
        sets: Sets<'a>,
    ) -> impl Iterator<Item = (u32, Option<Group<'a>>)> + use<'a> {
        let entry = *self;
        let single = (entry.form != Form::Located).then(|| (0, entry.default_group(sets)));
        let (variants, _) = match entry.form {
            Form::Located => entry.payload.as_chunks::<8>(),
            _ => [].as_slice().as_chunks::<8>(),
        };
        let located = variants.iter().map(move |variant| {
            let (location, offset) = variant_of(variant);
            (location, sets.group(offset))
        });
        single.into_iter().chain(located)
    }
}

/// The shared groups: those of an image, and after them those of an overlay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sets<'a> {
    pub(crate) image: &'a [u8],
    pub(crate) overlay: &'a [u8],
}

impl<'a> Sets<'a> {
    /// The octets from `offset` on.
    pub(crate) fn at(&self, offset: u32) -> Option<&'a [u8]> {
        let offset = to_usize(offset);
        match offset.checked_sub(self.image.len()) {
            None => self.image.get(offset..),
            Some(offset) => self.overlay.get(offset..),
        }
    }

    /// The group at `offset`.
    pub(crate) fn group(&self, offset: u32) -> Option<Group<'a>> {
        Group::read(self.at(offset)?)
    }
}

/// The records of one RRset for one location, with their signatures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'a> {
    pub(crate) ttl: u32,
    pub(crate) count: u16,
    /// One little-endian u32 a record, or empty.
    weights: &'a [[u8; 4]],
    signatures: u8,
    data: &'a [u8],
}

impl<'a> Group<'a> {
    /// The group at the start of `bytes`, which may go on past it.
    #[inline]
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let [ttl @ .., w0, w1] = reader.array::<6>()?;
        let ttl = u32::from_le_bytes(ttl);
        let word = u16::from_le_bytes([w0, w1]);
        let count = word & COUNT_MASK;
        let weights = if word & WEIGHTED != 0 {
            reader.take(usize::from(count).checked_mul(4)?)?.as_chunks::<4>().0
        } else {
            &[]
        };
        let signatures = if word & SIGNED != 0 { reader.u8()? } else { 0 };
        Some(Self { ttl, count, weights, signatures, data: reader.rest() })
    }

    pub(crate) fn is_weighted(&self) -> bool {
        !self.weights.is_empty()
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.signatures > 0
    }

    /// The weight of each record: 1 when none was given.
    pub(crate) fn weights(&self) -> impl Iterator<Item = u32> + use<'a> {
        let group = *self;
        (0..self.count).map(move |number| group.weight_of(number))
    }

    /// The weight of a record.
    pub(crate) fn weight_of(&self, number: u16) -> u32 {
        self.weights.get(usize::from(number)).map_or(1, |weight| u32::from_le_bytes(*weight))
    }

    /// The weight of all records.
    #[inline]
    pub(crate) fn weight(&self) -> u64 {
        if !self.is_weighted() {
            return self.count.into();
        }
        // At most 2^14 weights of 32 bits.
        self.given().fold(0u64, u64::wrapping_add)
    }

    /// The first record at which the weights so far go past `point`. It is found without a branch on it: nobody
    /// could foretell that one.
    #[inline]
    pub(crate) fn reached(&self, point: u64) -> u16 {
        if !self.is_weighted() {
            return u16::try_from(point).unwrap_or(u16::MAX);
        }
        let (mut reach, mut passed) = (0u64, 0u16);
        for weight in self.given() {
            reach = reach.wrapping_add(weight);
            passed = passed.wrapping_add(u16::from(reach <= point));
        }
        passed
    }

    fn given(&self) -> impl Iterator<Item = u64> + use<'a> {
        self.weights.iter().map(|weight| u32::from_le_bytes(*weight).into())
    }

    /// The records' RDATA.
    pub(crate) fn records(&self) -> Records<'a> {
        Records { left: self.count, reader: Reader::new(self.data) }
    }

    /// RDATA of the only or first record.
    pub(crate) fn first(&self) -> Option<&'a [u8]> {
        self.records().next()
    }

    /// The RDATA of the RRSIGs over the set. Walks over the records first.
    pub(crate) fn signatures(&self) -> Records<'a> {
        let mut records = self.records();
        while records.next().is_some() {}
        Records { left: u16::from(self.signatures), reader: records.reader }
    }

    /// What follows the group.
    pub(crate) fn end(&self) -> Option<&'a [u8]> {
        let mut records = self.records();
        while records.next().is_some() {}
        if records.left > 0 {
            return None;
        }
        let mut signatures = Records { left: u16::from(self.signatures), reader: records.reader };
        while signatures.next().is_some() {}
        (signatures.left == 0).then(|| signatures.reader.rest())
    }
}

/// RDATA after RDATA.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Records<'a> {
    left: u16,
    reader: Reader<'a>,
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let left = self.left.checked_sub(1)?;
        let rdata = self.reader.counted()?;
        self.left = left;
        Some(rdata)
    }
}

fn variant_of(bytes: &[u8; 8]) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = *bytes;
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

/// The records of a group have weights.
pub(crate) const WEIGHTED: u16 = 1 << 15;
/// Signatures follow the records of a group.
pub(crate) const SIGNED: u16 = 1 << 14;
/// The most records of a group. A message holds fewer: 65,535 octets at eleven each, at the least.
pub(crate) const COUNT_MASK: u16 = (1 << 14) - 1;
/// Where the form of an entry stands in the word of its length.
pub(crate) const FORM_SHIFT: u32 = 30;
/// The longest payload, 1 GiB.
pub(crate) const LENGTH_MASK: u32 = (1 << FORM_SHIFT) - 1;
