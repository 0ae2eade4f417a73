//! Writing a reply: records into the caller's buffer, names compressed, each RRset whole or not at all.

use dns_wire::RType;

use crate::key::Key;

/// A reply in the making. Records come in the order of the sections.
pub(crate) struct Reply<'o, 'q> {
    out: &'o mut [u8],
    len: usize,
    /// Octets that may be used; room for OPT is kept behind them.
    limit: usize,
    /// Answer, authority, additional.
    counts: [u16; 3],
    /// The name of the question, which stands at octet 12.
    question: &'q Key,
    /// Names written after it, for compression.
    names: [Written; NAMES],
    name_count: usize,
    /// Where the RDATA of the last record starts.
    last_rdata: usize,
}

/// A name in the message.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    hash: u32,
    at: u16,
    depth: u8,
}

/// Sections of a message after the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Answer,
    Authority,
    Additional,
}

/// The owner of records.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    /// A name that is in the message already, by its offset.
    At(u16),
    /// A name in wire form.
    Name(&'a [u8]),
}

/// No room for it: the reply is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// A point to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    len: usize,
    counts: [u16; 3],
    name_count: usize,
}

impl<'o, 'q> Reply<'o, 'q> {
    /// Starts with the header and the question of the query: its first `head` octets. `None` when `limit`
    /// does not hold them.
    pub(crate) fn start(
        out: &'o mut [u8],
        query: &[u8],
        head: usize,
        limit: usize,
        question: &'q Key,
    ) -> Option<Self> {
        if limit < head {
            return None;
        }
        out.get_mut(..head)?.copy_from_slice(query.get(..head)?);
        let limit = limit.min(out.len());
        let names = [Written::default(); NAMES];
        Some(Self {
            out,
            len: head,
            limit,
            counts: [0; 3],
            question,
            names,
            name_count: 0,
            last_rdata: 0,
        })
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { len: self.len, counts: self.counts, name_count: self.name_count }
    }

    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.len = mark.len;
        self.counts = mark.counts;
        self.name_count = mark.name_count;
    }

    /// The offset of the question's suffix of `depth` labels, so that it can own records.
    pub(crate) fn question_suffix(&self, depth: u8) -> Option<u16> {
        self.question.start(depth).map(|start| u16::from(start).saturating_add(12))
    }

    /// Where the RDATA of the last record starts, when a pointer reaches it.
    pub(crate) fn last_rdata(&self) -> Option<u16> {
        u16::try_from(self.last_rdata).ok().filter(|at| *at < 0x4000)
    }

    pub(crate) fn count(&self, part: Part) -> u16 {
        let [answer, authority, additional] = self.counts;
        match part {
            Part::Answer => answer,
            Part::Authority => authority,
            Part::Additional => additional,
        }
    }

    /// Appends a record; on [`Full`] the caller goes back to a mark.
    ///
    /// Returns where the RDATA starts.
    pub(crate) fn record(
        &mut self,
        part: Part,
        owner: Owner<'_>,
        rtype: RType,
        ttl: u32,
        rdata: &[u8],
    ) -> Result<usize, Full> {
        match owner {
            Owner::At(at) => self.octets(&(POINTER | at).to_be_bytes())?,
            Owner::Name(name) => {
                self.name(name)?;
            }
        }
        let [t0, t1] = rtype.0.to_be_bytes();
        let [s0, s1, s2, s3] = ttl.to_be_bytes();
        let len = u16::try_from(rdata.len()).map_err(|_| Full)?;
        let [l0, l1] = len.to_be_bytes();
        self.octets(&[t0, t1, 0, 1, s0, s1, s2, s3, l0, l1])?;
        let start = self.len;
        self.last_rdata = start;
        if has_names(rtype) {
            self.rdata(rtype, rdata)?;
            let written = u16::try_from(self.len.saturating_sub(start)).map_err(|_| Full)?;
            let slot =
                start.checked_sub(2).and_then(|at| self.out.get_mut(at..start)).ok_or(Full)?;
            slot.copy_from_slice(&written.to_be_bytes());
        } else {
            self.octets(rdata)?;
        }
        let [answer, authority, additional] = &mut self.counts;
        let count = match part {
            Part::Answer => answer,
            Part::Authority => authority,
            Part::Additional => additional,
        };
        *count = count.checked_add(1).ok_or(Full)?;
        Ok(start)
    }

    /// RDATA whose names may be compressed (RFC 3597 §4): those of RFC 1035.
    fn rdata(&mut self, rtype: RType, rdata: &[u8]) -> Result<(), Full> {
        let mut rest = rdata;
        if rtype == RType::MX {
            let (preference, name) = rdata.split_first_chunk::<2>().ok_or(Full)?;
            self.octets(preference)?;
            rest = name;
        }
        let names = if matches!(rtype, RType::SOA | RType::MINFO) { 2 } else { 1 };
        for _ in 0..names {
            let len = self.name(rest)?;
            rest = rest.get(len..).ok_or(Full)?;
        }
        self.octets(rest)
    }

    /// Appends the name at the start of `wire`, the part of it that is in the message already as a pointer.
    /// Returns how long it is in `wire`.
    fn name(&mut self, wire: &[u8]) -> Result<usize, Full> {
        // Which seed does not matter here, but it is the question's, so that its hashes can be compared.
        let key = Key::read(wire, self.question.seed()).ok_or(Full)?;
        let len = usize::from(key.len());
        let mut depth = key.depth();
        let mut pointer = None;
        while depth > 0 {
            pointer = self.find(&key, depth);
            if pointer.is_some() {
                break;
            }
            depth = depth.saturating_sub(1);
        }
        let literal = usize::from(key.start(depth).unwrap_or(0));
        let start = self.len;
        self.octets(wire.get(..literal).ok_or(Full)?)?;
        match pointer {
            Some(at) => self.octets(&(POINTER | at).to_be_bytes())?,
            None => self.octets(&[0])?,
        }
        // What was written out can be pointed to from now on.
        for new in depth.saturating_add(1)..=key.depth() {
            let at = start.saturating_add(usize::from(key.start(new).unwrap_or(0)));
            let (Ok(at), Some(hash)) = (u16::try_from(at), key.hash(new)) else { break };
            if at < 0x4000
                && let Some(slot) = self.names.get_mut(self.name_count)
            {
                *slot = Written { hash, at, depth: new };
                self.name_count = self.name_count.saturating_add(1);
            }
        }
        Ok(len)
    }

    /// Where the suffix of `depth` labels is in the message.
    fn find(&self, key: &Key, depth: u8) -> Option<u16> {
        let hash = key.hash(depth)?;
        let suffix = key.suffix(depth)?;
        if self.question.hash(depth) == Some(hash) && self.question.suffix(depth) == Some(suffix) {
            return self.question_suffix(depth);
        }
        let names = self.names.get(..self.name_count)?;
        let found = names
            .iter()
            .find(|name| name.hash == hash && name.depth == depth && self.is_at(suffix, name.at));
        found.map(|name| name.at)
    }

    /// Whether the name at `at` in the message is this one, given in lower case.
    fn is_at(&self, name: &[u8], at: u16) -> bool {
        let mut rest = name;
        let mut at = usize::from(at);
        // Every pointer leads further back, and every label takes one from `rest`.
        for _ in 0..256 {
            let Some(len) = self.out.get(at).copied() else { return false };
            if len >= 0xc0 {
                let Some(low) = self.out.get(at.saturating_add(1)) else { return false };
                at = usize::from(u16::from_be_bytes([len & 0x3f, *low]));
                continue;
            }
            let end = usize::from(len).saturating_add(1);
            let (Some((label, after)), Some(written)) =
                (rest.split_at_checked(end), self.out.get(at..at.saturating_add(end)))
            else {
                return false;
            };
            if !written.eq_ignore_ascii_case(label) {
                return false;
            }
            if len == 0 {
                return true;
            }
            rest = after;
            at = at.saturating_add(end);
        }
        false
    }

    fn octets(&mut self, octets: &[u8]) -> Result<(), Full> {
        let end =
            self.len.checked_add(octets.len()).filter(|end| *end <= self.limit).ok_or(Full)?;
        self.out.get_mut(self.len..end).ok_or(Full)?.copy_from_slice(octets);
        self.len = end;
        Ok(())
    }

    /// Writes the header, and the OPT record into the room kept for it. Returns the length of the message.
    pub(crate) fn finish(self, flags: [u8; 2], opt: &[&[u8]]) -> Option<usize> {
        let Self { out, mut len, counts, .. } = self;
        let [answer, authority, additional] = counts;
        for octets in opt {
            let end = len.checked_add(octets.len())?;
            out.get_mut(len..end)?.copy_from_slice(octets);
            len = end;
        }
        let additional = additional.saturating_add(u16::from(!opt.is_empty()));
        let ([a0, a1], [b0, b1]) = (answer.to_be_bytes(), authority.to_be_bytes());
        let [c0, c1] = additional.to_be_bytes();
        let [f0, f1] = flags;
        out.get_mut(2..12)?.copy_from_slice(&[f0, f1, 0, 1, a0, a1, b0, b1, c0, c1]);
        Some(len)
    }
}

/// True for the types whose names are compressed.
fn has_names(rtype: RType) -> bool {
    // The usual types first: this is asked for every record.
    if matches!(rtype, RType::A | RType::AAAA | RType::RRSIG) {
        return false;
    }
    dns_wire::rdata::is_compressible(rtype)
}

/// The two bits that make sixteen a pointer (RFC 1035 §4.1.4); offsets are below it.
const POINTER: u16 = 0xc000;
/// Names remembered for compression. A referral to thirteen servers takes 15.
const NAMES: usize = 32;
