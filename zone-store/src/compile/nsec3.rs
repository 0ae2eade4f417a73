//! The NSEC3 records of a zone: they stand apart from its names.

use alloc::format;
use alloc::vec::Vec;

use crate::bytes::low8;
use crate::compile::nodes::{Planner, ZoneFacts};
use crate::compile::plan::{Nsec3Spec, ZonePart};
use crate::compile::rows::{RRSIG, Row, covered};
use crate::nsec3::{MAX_ITERATIONS, params_of};

impl Planner<'_> {
    /// Takes the NSEC3 records, and the signatures over them, out of a name's: they have a namespace of
    /// their own (RFC 5155 §7.2.8).
    pub(crate) fn take_nsec3(
        &mut self,
        part: &mut ZonePart,
        facts: &ZoneFacts<'_>,
        key: &[u8],
        owned: &mut Vec<Row>,
    ) -> Option<()> {
        let apex = facts.apex;
        if key == apex
            && let Some(row) = owned.iter().find(|row| row.rtype == NSEC3PARAM)
            && facts.nsec3_params.as_ref().is_some_and(|(n, _)| *n > MAX_ITERATIONS)
        {
            let message = format!("more than {MAX_ITERATIONS} NSEC3 iterations");
            let hint = "no validator believes such proofs; RFC 9276 §3.1 wants 0 iterations";
            self.problems.error_with(row.at, message, hint);
        }
        if !owned.iter().any(|row| row.rtype == NSEC3) {
            return Some(());
        }
        let rdata_of = |row: &Row| self.rows.rdata(row);
        let is_nsec3 =
            |row: &Row| row.rtype == NSEC3 || covered(row.rtype, rdata_of(row)) == Some(NSEC3);
        let (taken, left): (Vec<Row>, Vec<Row>) = owned.iter().copied().partition(is_nsec3);
        *owned = left;
        // RFC 5155 §7.3: only the chain that NSEC3PARAM names is used.
        let is_of_chain = |row: &&Row| {
            let params = params_of(rdata_of(row));
            row.rtype == RRSIG || (params.is_some() && params == facts.nsec3_params)
        };
        if let Some(other) = taken.iter().find(|row| !is_of_chain(row)) {
            self.problems.warn(other.at, "NSEC3 without a fitting NSEC3PARAM is left out");
        }
        let taken: Vec<Row> = taken.iter().filter(is_of_chain).copied().collect();
        if !taken.iter().any(|row| row.rtype == NSEC3) {
            return Some(());
        }
        let (signatures, records): (Vec<Row>, Vec<Row>) =
            taken.into_iter().partition(|row| row.rtype == RRSIG);
        let at = records.first()?.at;
        let hash =
            key.get(apex.len()..).and_then(|label| label.strip_suffix(&[0])).and_then(base32hex);
        match hash {
            Some(hash) => {
                let group = self.group(key, &records, &signatures, false, true)?;
                part.nsec3.push(Nsec3Spec { hash, group });
            }
            None => {
                self.problems
                    .error(at, "owner of NSEC3 is not a hash under the apex (RFC 5155 §3)");
            }
        }
        Some(())
    }
}

/// A SHA-1 hash in base32hex without padding (RFC 4648 §7), 32 digits in lower case.
fn base32hex(text: &[u8]) -> Option<[u8; 20]> {
    let mut hash = [0u8; 20];
    let (groups, rest) = text.as_chunks::<8>();
    if groups.len() != 4 || !rest.is_empty() {
        return None;
    }
    for (to, digits) in hash.as_chunks_mut::<5>().0.iter_mut().zip(groups) {
        let mut value = 0u64;
        for digit in digits {
            let five = match digit {
                b'0'..=b'9' => digit.wrapping_sub(b'0'),
                b'a'..=b'v' => digit.wrapping_sub(b'a').wrapping_add(10),
                _ => return None,
            };
            value = (value << 5) | u64::from(five);
        }
        for (i, octet) in (0u32..5).rev().zip(to) {
            *octet = low8(value.wrapping_shr(i.wrapping_mul(8)));
        }
    }
    Some(hash)
}

const NSEC3: u16 = 50;
const NSEC3PARAM: u16 = 51;
