//! The names of a zone in canonical order, each with the names above it.

use alloc::vec::Vec;

use crate::compile::plan::{NodeSpec, Plan, ZonePart};
use crate::compile::sort_key;
use crate::node::{HAS_WILDCARD, IS_ALIAS, IS_CUT, IS_DNAME, NO_CUT};

/// Adds names to a plan, and the empty non-terminals above them (RFC 4592 §2.2.2).
pub(crate) struct Outline<'z> {
    apex: &'z [u8],
    /// The names above the one at hand that are there, from the apex down.
    path: Vec<Open>,
}

/// A name that has been added.
#[derive(Clone, Copy)]
struct Open {
    /// The length of its key.
    len: usize,
    /// `None` for the apex where a stretch before has it.
    node: Option<usize>,
    cut: u8,
}

impl<'z> Outline<'z> {
    /// Of a zone from its apex on.
    pub(crate) fn new(apex: &'z [u8]) -> Self {
        Self { apex, path: Vec::new() }
    }

    /// Of the rest of a zone whose apex is in a stretch before and has this cut.
    pub(crate) fn resume(apex: &'z [u8], cut: u8) -> Self {
        let mut path = Vec::with_capacity(8);
        path.push(Open { len: apex.len(), node: None, cut });
        Self { apex, path }
    }

    /// Adds the node of a name, after those above it that are new. True below a delegation or a DNAME. The name
    /// is the last node of the plan until [`Outline::close`].
    pub(crate) fn open(
        &mut self,
        plan: &mut Plan,
        part: &mut ZonePart,
        key: &[u8],
    ) -> Option<bool> {
        while self.path.last().is_some_and(|open| !is_above(plan, open, key)) {
            self.path.pop();
        }
        let from = self.path.last().map_or(0, |open| open.len);
        let ends = sort_key::ends(key).filter(|end| *end > from && *end >= self.apex.len());
        for end in ends.chain(key.is_empty().then_some(0)) {
            let name = key.get(..end)?;
            let above = self.path.last().copied();
            let cut = above.map_or(NO_CUT, |above| above.cut);
            if is_wildcard(name)
                && let Some(above) = above
            {
                match above.node.and_then(|node| plan.nodes.get_mut(node)) {
                    Some(node) => node.flags |= HAS_WILDCARD,
                    None => part.has_apex_wildcard = true,
                }
            }
            let start = u32::try_from(plan.keys.len()).ok()?;
            plan.keys.extend_from_slice(name);
            let stop = u32::try_from(plan.keys.len()).ok()?;
            let depth = u8::try_from(sort_key::ends(name).count()).ok()?;
            let sets = u32::try_from(plan.sets.len()).ok()?;
            self.path.push(Open { len: end, node: Some(plan.nodes.len()), cut });
            plan.nodes.push(NodeSpec {
                key: (start, stop),
                depth,
                flags: 0,
                cut,
                first_set: sets,
                end_set: sets,
            });
        }
        Some(plan.nodes.last()?.cut != NO_CUT)
    }

    /// Ends the name that was opened last: the sets added to the plan since are its own.
    pub(crate) fn close(&mut self, plan: &mut Plan) -> Option<NodeSpec> {
        let end_set = u32::try_from(plan.sets.len()).ok()?;
        let mut node = *plan.nodes.last()?;
        node.end_set = end_set;
        let flags = plan.sets_of(&node).iter().fold(0, |flags, set| flags | flag_of(set.rtype));
        let is_apex = plan.key(&node) == self.apex;
        node.flags |= if is_apex { flags & !IS_CUT } else { flags };
        if node.cut == NO_CUT && node.flags & (IS_CUT | IS_DNAME) != 0 {
            node.cut = node.depth;
            self.path.last_mut()?.cut = node.depth;
        }
        *plan.nodes.last_mut()? = node;
        Some(node)
    }
}

/// Whether a name is the other one or below it.
fn is_above(plan: &Plan, open: &Open, key: &[u8]) -> bool {
    let node = open.node.and_then(|node| plan.nodes.get(node));
    node.is_none_or(|node| key.starts_with(plan.key(node)))
}

fn flag_of(rtype: u16) -> u8 {
    match rtype {
        NS => IS_CUT,
        CNAME => IS_ALIAS,
        DNAME => IS_DNAME,
        _ => 0,
    }
}

pub(crate) fn is_wildcard(key: &[u8]) -> bool {
    key == b"*\x00" || key.ends_with(b"\x00*\x00")
}

const NS: u16 = 2;
const CNAME: u16 = 5;
const DNAME: u16 = 39;
