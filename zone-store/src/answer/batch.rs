//! Answers to many queries at once, so that they wait for memory together.
//!
//! Over many names an answer is mostly the wait for two cache lines, one after the other: that of the index, which
//! tells where the name is, and that of the name. A processor goes on to other work while it waits, but no further
//! than a few hundred instructions, which is less than one answer. So a batch goes in steps: all queries are read,
//! then a line of the index is loaded for each, then the lines of the names; these loads are independent of each
//! other and so close together that many are on their way at once. At last each query is answered by itself, as
//! ever, and finds its lines at hand.

use core::hint::black_box;

use crate::answer::query::{Fault, Query};
use crate::answer::{Answered, Client, Dropped, Policy, refuse};
use crate::key::Key;
use crate::overrides::Overrides;
use crate::store::Store;

/// Room for the names of the queries that are answered together. Made once, used for any number of batches, of any
/// store.
///
/// It takes 21 KB, so a thread that answers keeps it where it keeps its buffers.
pub struct Batch {
    keys: [Key; SIZE],
}

impl Batch {
    /// How many queries go together. Of more, so many at a time.
    pub const SIZE: usize = SIZE;

    /// Room for a batch.
    pub fn new() -> Self {
        Self { keys: core::array::from_fn(|_| Key::new(0)) }
    }
}

impl Default for Batch {
    fn default() -> Self {
        Self::new()
    }
}

impl core::fmt::Debug for Batch {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Batch").finish_non_exhaustive()
    }
}

/// A query of a batch, and what becomes of it.
#[derive(Debug)]
pub struct Question<'q> {
    /// The octets received.
    pub query: &'q [u8],
    /// Who asks, and over what.
    pub client: Client<'q>,
    /// A word that an attacker cannot foretell, another for every query.
    pub random: u64,
    /// Where the reply goes.
    pub out: &'q mut [u8],
    /// How it was answered. Before, whatever its maker put there.
    pub answered: Result<Answered, Dropped>,
}

impl Store<'_> {
    /// Answers queries, each as [`Store::answer`] does, octet for octet. Worth it for a store that is larger than
    /// the processor's cache, with as many queries at hand as the network gives without waiting.
    ///
    /// ```
    /// # #[cfg(feature = "alloc")] {
    /// use zone_store::{Batch, Client, Compiler, Dropped, Image, Overrides, Policy, Question};
    /// # use zone_store::text::master;
    /// # let mut compiler = Compiler::default();
    /// # let zone = b"e. 60 SOA ns.e. h.e. 1 2 3 4 5\ne. 60 NS ns.e.\nns.e. 60 A 192.0.2.1\n";
    /// # master::parse(zone, master::Options::new(0), &mut compiler);
    /// # let image = Image::open(compiler.finish().unwrap().image).unwrap();
    /// // Once, by each thread.
    /// let mut batch = Batch::new();
    /// let mut buffers = [[0; 1232]; 2];
    ///
    /// // Whenever queries are there.
    /// let received: [&[u8]; 2] = [
    ///     b"\0\x01\0\0\0\x01\0\0\0\0\0\0\x02ns\x01e\0\0\x01\0\x01",
    ///     b"\0\x02\0\0\0\x01\0\0\0\0\0\0\x01x\x01e\0\0\x01\0\x01",
    /// ];
    /// let mut words = [0x5eed, 0xfeed].into_iter();
    /// let mut questions: Vec<Question<'_>> = received
    ///     .into_iter()
    ///     .zip(&mut buffers)
    ///     .map(|(query, out)| {
    ///         let (client, random) = (Client::default(), words.next().unwrap_or(0));
    ///         Question { query, client, random, out, answered: Err(Dropped::TooShort) }
    ///     })
    ///     .collect();
    /// let store = image.store();
    /// store.answer_batch(&mut batch, &mut questions, &Policy::default(), &Overrides::NONE);
    /// assert_eq!(questions[0].answered.unwrap().rcode, dns_wire::Rcode::NOERROR);
    /// assert_eq!(questions[1].answered.unwrap().rcode, dns_wire::Rcode::NXDOMAIN);
    /// # }
    /// ```
    ///
    /// # Cost
    /// No allocation. Bounded as the answers are; the zone and the place in the index are looked for twice.
    pub fn answer_batch(
        &self,
        batch: &mut Batch,
        questions: &mut [Question<'_>],
        policy: &Policy<'_>,
        overrides: &Overrides<'_>,
    ) {
        for questions in questions.chunks_mut(SIZE) {
            let mut read = [const { None }; SIZE];
            for ((question, key), read) in questions.iter().zip(&mut batch.keys).zip(&mut read) {
                key.reseed(self.seed());
                *read = Some(Query::read(question.query, key));
            }
            self.fetch(&read);
            for (question, read) in questions.iter_mut().zip(read.iter().flatten()) {
                let Question { query, client, random, out, .. } = question;
                question.answered = match read {
                    Ok(parsed) => {
                        self.reply(query, parsed, client, policy, overrides, *random, out)
                    }
                    Err(Ok(fault)) => refuse(query, *fault, policy, out),
                    Err(Err(dropped)) => Err(*dropped),
                };
            }
        }
    }

    /// Has the lines loaded that the answers will most likely look at: for each name its place in the index, then
    /// the name. What is loaded goes nowhere.
    #[inline(never)]
    fn fetch(&self, read: &[Read<'_>; SIZE]) {
        let mut hashes = [0u64; SIZE];
        let mut count = 0usize;
        for query in read.iter().flatten().flatten() {
            let key = query.key;
            let zone = self.find_zone(key, key.depth());
            let hash = zone.and_then(|zone| Some(zone.salted(key.hash(key.depth())?)));
            if let (Some(hash), Some(slot)) = (hash, hashes.get_mut(count)) {
                *slot = hash;
                count = count.saturating_add(1);
            }
        }
        let hashes = hashes.get(..count).unwrap_or_default();
        let mut seen = 0u64;
        for hash in hashes {
            seen ^= self.index().touch(*hash);
        }
        black_box(seen);
        let mut places = [0u32; SIZE];
        for (hash, place) in hashes.iter().zip(&mut places) {
            *place = self.index().likely(*hash);
        }
        let mut seen = 0u8;
        for place in places.iter().take(count) {
            seen ^= self.touch(*place);
        }
        black_box(seen);
    }
}

/// A query read, a fault in it, or why it is dropped; `None` past the last.
type Read<'k> = Option<Result<Query<'k>, Result<Fault, Dropped>>>;

/// More gained nothing: 64 took 3 % longer, their names being more than the processor's nearest cache.
const SIZE: usize = 32;
