//! A node: a name of a zone and its RRsets, in one piece of the image, so that the answer to a question is
//! next to the name that was looked for.
//!
//! Nodes lie one after the other in canonical order (RFC 4034 §6.1), empty non-terminals among them:
//!
//! ```text
//! flags u8 | depth u8 | cut u8 | name length u8 | name, relative to the zone, lower case | entries u8
//!   per entry, ascending type: type u16 | form and length u32 | payload
//! ```

use crate::bytes::Reader;
use crate::rrset::Entry;

/// A node where it lies in the image.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) flags: u8,
    /// How many labels the whole name has.
    pub(crate) depth: u8,
    /// The depth of the topmost delegation or DNAME at this name or above it, within the zone; [`NO_CUT`]
    /// without one.
    pub(crate) cut: u8,
    /// The labels down to the zone's apex, without a root; empty at the apex.
    pub(crate) name: &'a [u8],
    count: u8,
    entries: &'a [u8],
}

impl<'a> Node<'a> {
    /// The node at the start of `bytes`, which may go on past it.
    #[inline]
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<4>()?;
        let [flags, depth, cut, len] = *head;
        let (name, rest) = rest.split_at_checked(usize::from(len))?;
        let (count, entries) = rest.split_first()?;
        Some(Self { flags, depth, cut, name, count: *count, entries })
    }

    /// Its RRsets, one entry a type, ascending.
    pub(crate) fn entries(&self) -> Entries<'a> {
        Entries { left: self.count, reader: Reader::new(self.entries) }
    }

    /// The RRsets of a type.
    ///
    /// Cost: O(types at the name), usually one cache line.
    pub(crate) fn find(&self, rtype: u16) -> Option<Entry<'a>> {
        self.entries().find(|entry| entry.rtype == rtype)
    }

    /// True of an empty non-terminal (RFC 4592 §2.2.2).
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The entries of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entries<'a> {
    left: u8,
    reader: Reader<'a>,
}

impl<'a> Entries<'a> {
    /// What follows the entries that were read.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// Whether entries are left: after the last, false means that the node is whole.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.left > 0
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let left = self.left.checked_sub(1)?;
        let mut reader = self.reader;
        let entry = Entry::read(&mut reader)?;
        self.reader = reader;
        self.left = left;
        Some(entry)
    }
}

/// The name has a `*` child: a wildcard (RFC 4592).
pub(crate) const HAS_WILDCARD: u8 = 1;
/// The name is a delegation: it has NS and is not the apex.
pub(crate) const IS_CUT: u8 = 2;
/// The name has a DNAME.
pub(crate) const IS_DNAME: u8 = 4;
/// The name has a CNAME, for some clients at least.
pub(crate) const IS_ALIAS: u8 = 8;

/// The name is no more: only in an overlay, where an image has it still.
pub(crate) const IS_GONE: u8 = 16;

/// No delegation and no DNAME at or above a node.
pub(crate) const NO_CUT: u8 = 255;
