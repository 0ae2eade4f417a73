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
    /// Made when the first name is written: most replies have none but the question's.
    names: &'o mut Option<Names>,
}

/// The names written after the question, for compression.
pub(crate) struct Names {
    written: [Written; NAMES],
    count: usize,
    /// The name being written.
    key: Key,
    /// Where the RDATA of records with names starts, since [`Reply::forget_starts`].
    starts: [u16; STARTS],
    start_count: usize,
}

impl Names {
    #[cold]
    fn new(seed: u64) -> Self {
        Self {
            written: [Written::default(); NAMES],
            count: 0,
            key: Key::new(seed),
            starts: [0; STARTS],
            start_count: 0,
        }
    }
}

/// A name in the message.
#[derive(Clone, Copy, Debug, Default)]
struct Written {
    hash: u64,
    at: u16,
    depth: u8,
}

/// Sections of a message after the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Answer = 0,
    Authority = 1,
    Additional = 2,
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
    #[inline]
    pub(crate) fn start(
        out: &'o mut [u8],
        query: &[u8],
        head: usize,
        limit: usize,
        question: &'q Key,
        names: &'o mut Option<Names>,
    ) -> Option<Self> {
        if limit < head {
            return None;
        }
        out.get_mut(..head)?.copy_from_slice(query.get(..head)?);
        let limit = limit.min(out.len());
        Some(Self { out, len: head, limit, counts: [0; 3], question, names })
    }

    /// The octets so far.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn mark(&self) -> Mark {
        let name_count = self.names.as_ref().map_or(0, |names| names.count);
        Mark { len: self.len, counts: self.counts, name_count }
    }

    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.len = mark.len;
        self.counts = mark.counts;
        if let Some(names) = self.names {
            names.count = mark.name_count;
        }
    }

    /// The offset of the question's suffix of `depth` labels, so that it can own records.
    pub(crate) fn question_suffix(&self, depth: u8) -> Option<u16> {
        self.question.start(depth).map(|start| u16::from(start).saturating_add(12))
    }

    /// Begins to note where RDATA with names starts.
    pub(crate) fn forget_starts(&mut self) {
        if let Some(names) = self.names {
            names.start_count = 0;
        }
    }

    /// Where the RDATA of the `number`th record with names in it starts, counted from
    /// [`Reply::forget_starts`]; of the first 32, and as far as a pointer reaches.
    pub(crate) fn start_of(&self, number: usize) -> Option<u16> {
        let names = self.names.as_ref()?;
        let starts = names.starts.get(..names.start_count)?;
        starts.get(number).copied().filter(|at| *at < 0x4000)
    }

    pub(crate) fn count(&self, part: Part) -> u16 {
        self.counts.get(part as usize).copied().unwrap_or(0)
    }

    /// Appends a record, or nothing where it does not fit: what is not in the reply has no octets in it.
    ///
    /// Returns where the RDATA starts.
    #[inline]
    pub(crate) fn record(
        &mut self,
        part: Part,
        owner: Owner<'_>,
        rtype: RType,
        ttl: u32,
        rdata: &[u8],
    ) -> Result<usize, Full> {
        let Owner::At(at) = owner else {
            return self.record_with_names(part, owner, rtype, ttl, rdata);
        };
        if has_names(rtype) {
            return self.record_with_names(part, owner, rtype, ttl, rdata);
        }
        let end = self
            .len
            .checked_add(FIXED)
            .and_then(|start| start.checked_add(rdata.len()))
            .filter(|end| *end <= self.limit)
            .ok_or(Full)?;
        let count = self.counts.get_mut(part as usize).ok_or(Full)?;
        let added = count.checked_add(1).ok_or(Full)?;
        let room = self.out.get_mut(self.len..).ok_or(Full)?;
        let (fixed, to) = room.split_first_chunk_mut::<FIXED>().ok_or(Full)?;
        let to = to.get_mut(..rdata.len()).ok_or(Full)?;
        let [p0, p1] = (POINTER | at).to_be_bytes();
        let [t0, t1] = rtype.0.to_be_bytes();
        let [s0, s1, s2, s3] = ttl.to_be_bytes();
        let [l0, l1] = u16::try_from(rdata.len()).map_err(|_| Full)?.to_be_bytes();
        *fixed = [p0, p1, t0, t1, 0, 1, s0, s1, s2, s3, l0, l1];
        match (to.first_chunk_mut::<4>(), rdata.first_chunk::<4>()) {
            // An address: too short to call for a copy.
            (Some(to), Some(address)) if rdata.len() == 4 => *to = *address,
            _ => to.copy_from_slice(rdata),
        }
        *count = added;
        let start = self.len.wrapping_add(FIXED);
        self.len = end;
        Ok(start)
    }

    /// A record of which the owner or the RDATA has names to write: all of it, or nothing.
    #[inline(never)]
    fn record_with_names(
        &mut self,
        part: Part,
        owner: Owner<'_>,
        rtype: RType,
        ttl: u32,
        rdata: &[u8],
    ) -> Result<usize, Full> {
        let mark = self.mark();
        let starts = self.names.as_ref().map_or(0, |names| names.start_count);
        let written = self.write_record(part, owner, rtype, ttl, rdata);
        if written.is_err() {
            self.back_to(mark);
            if let Some(names) = self.names {
                names.start_count = starts;
            }
        }
        written
    }

    /// The same, but what was written of a record that does not fit is left behind.
    fn write_record(
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
        if has_names(rtype) {
            self.note_start(start);
            self.rdata(rtype, rdata)?;
            let written = u16::try_from(self.len.saturating_sub(start)).map_err(|_| Full)?;
            let slot = start.checked_sub(2).and_then(|at| self.out.get_mut(at..)).ok_or(Full)?;
            *slot.first_chunk_mut().ok_or(Full)? = written.to_be_bytes();
        } else {
            self.octets(rdata)?;
        }
        let count = self.counts.get_mut(part as usize).ok_or(Full)?;
        *count = count.checked_add(1).ok_or(Full)?;
        Ok(start)
    }

    fn note_start(&mut self, start: usize) {
        let names = self.names.get_or_insert_with(|| Names::new(self.question.seed()));
        if let (Some(slot), Ok(at)) =
            (names.starts.get_mut(names.start_count), u16::try_from(start))
        {
            *slot = at;
            names.start_count = names.start_count.saturating_add(1);
        }
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
        // Which seed does not matter here, but it is the question's, so that hashes can be compared.
        let names = self.names.get_or_insert_with(|| Names::new(self.question.seed()));
        names.key.fill(wire).ok_or(Full)?;
        let (len, whole) = (usize::from(names.key.len()), names.key.depth());
        let mut depth = whole;
        let mut pointer = None;
        while depth > 0 {
            pointer = find(self.question, names, self.out, depth);
            if pointer.is_some() {
                break;
            }
            depth = depth.saturating_sub(1);
        }
        let literal = usize::from(names.key.start(depth).unwrap_or(0));
        let start = self.len;
        self.octets(wire.get(..literal).ok_or(Full)?)?;
        match pointer {
            Some(at) => self.octets(&(POINTER | at).to_be_bytes())?,
            None => self.octets(&[0])?,
        }
        // What was written out can be pointed to from now on.
        let Some(names) = self.names else { return Ok(len) };
        for new in depth.saturating_add(1)..=whole {
            let at = start.saturating_add(usize::from(names.key.start(new).unwrap_or(0)));
            let (Ok(at), Some(hash)) = (u16::try_from(at), names.key.hash(new)) else { break };
            if at < 0x4000
                && let Some(slot) = names.written.get_mut(names.count)
            {
                *slot = Written { hash, at, depth: new };
                names.count = names.count.saturating_add(1);
            }
        }
        Ok(len)
    }

    fn octets(&mut self, octets: &[u8]) -> Result<(), Full> {
        let end =
            self.len.checked_add(octets.len()).filter(|end| *end <= self.limit).ok_or(Full)?;
        let to = self.out.get_mut(self.len..).and_then(|rest| rest.get_mut(..octets.len()));
        to.ok_or(Full)?.copy_from_slice(octets);
        self.len = end;
        Ok(())
    }

    /// Writes the header, which counts an OPT record or not. Returns the buffer, and where in it OPT goes.
    #[inline]
    pub(crate) fn finish(self, flags: [u8; 2], opt: bool) -> Option<(&'o mut [u8], usize)> {
        let Self { out, len, counts, .. } = self;
        let [answer, authority, additional] = counts;
        let additional = additional.saturating_add(u16::from(opt));
        let ([a0, a1], [b0, b1]) = (answer.to_be_bytes(), authority.to_be_bytes());
        let [c0, c1] = additional.to_be_bytes();
        let [f0, f1] = flags;
        let header = out.get_mut(2..)?.first_chunk_mut::<10>()?;
        *header = [f0, f1, 0, 1, a0, a1, b0, b1, c0, c1];
        Some((out, len))
    }
}

/// Where the suffix of `depth` labels of the name being written is in the message.
fn find(question: &Key, names: &Names, message: &[u8], depth: u8) -> Option<u16> {
    let hash = names.key.hash(depth)?;
    if question.hash(depth) == Some(hash) && question.suffix(depth) == names.key.suffix(depth) {
        return question.start(depth).map(|start| u16::from(start).saturating_add(12));
    }
    let suffix = names.key.suffix(depth)?;
    let found =
        names.written.get(..names.count)?.iter().find(|name| {
            name.hash == hash && name.depth == depth && is_at(message, suffix, name.at)
        });
    found.map(|name| name.at)
}

/// Whether the name at `at` in the message is this one, given in lower case.
fn is_at(message: &[u8], name: &[u8], at: u16) -> bool {
    let mut rest = name;
    let mut at = usize::from(at);
    // Every pointer leads further back, and every label takes one from `rest`.
    for _ in 0..256 {
        let Some(len) = message.get(at).copied() else { return false };
        if len >= 0xc0 {
            let Some(low) = message.get(at.saturating_add(1)) else { return false };
            at = usize::from(u16::from_be_bytes([len & 0x3f, *low]));
            continue;
        }
        let end = usize::from(len).saturating_add(1);
        let (Some((label, after)), Some(written)) =
            (rest.split_at_checked(end), message.get(at..at.saturating_add(end)))
        else {
            return false;
        };
        if written != label && !written.eq_ignore_ascii_case(label) {
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
/// A record up to its RDATA, the owner being a pointer.
const FIXED: usize = 12;
/// Names remembered for compression. A referral to thirteen servers takes 15.
const NAMES: usize = 32;
/// Starts of RDATA noted: those whose names' addresses may be added.
pub(crate) const STARTS: usize = 32;
