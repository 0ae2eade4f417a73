//! From a delta to the overlay that shows it.

mod affected;
mod places;
mod zone;

use alloc::vec::Vec;

use crate::compile::pool::Shared;
use crate::compile::write::{Names, ZoneHead};
use crate::delta::contents::{key_of, locations};
use crate::delta::{Change, Delta, DeltaError};
use crate::image::Image;
use crate::index;
use crate::key::Key;
use crate::overlay::{Overlay, Part};
use crate::store::Store;
use places::places;
use zone::Draft;

impl Overlay {
    /// What a delta changes, for look-ups in its base: see [`Image::overlaid`].
    ///
    /// Overlays do not stack: [`Delta::then`] makes one delta of any number of them.
    ///
    /// # Errors
    /// [`DeltaError::WrongBase`] for another image than the one that the delta was made for, and `NotInBase` for a
    /// delta that lies about it. That the delta makes the image that it promises is not checked here: that is for
    /// [`Delta::apply`], which makes all of it.
    ///
    /// # Cost
    /// O(c log c) in the changes, whatever the size of the image, but for delegations and DNAMEs that come or go:
    /// each name below them counts as a change. Memory for the names that change, with all that they have, and for
    /// those above them.
    pub fn new<'a, B: AsRef<[u8]>>(
        base: &'a Image<B>,
        delta: &Delta<'a>,
    ) -> Result<Self, DeltaError> {
        let given = base.digest();
        if given != delta.base {
            return Err(DeltaError::WrongBase { made_for: delta.base, given });
        }
        make(&base.store(), delta).ok_or(DeltaError::NotInBase)
    }
}

fn make<'a>(base: &Store<'a>, delta: &Delta<'a>) -> Option<Overlay> {
    let names = locations(base);
    let places = places(base, &names, delta)?;
    let mut heads = Vec::new();
    let mut drafts = Vec::new();
    let mut parts: Vec<(u32, Part)> = Vec::new();
    let mut added = base.zone_count();
    let mut depths = 0;
    for change in &delta.zones {
        let key = Key::read(change.apex, base.seed())?;
        let zone = base.find_zone(&key, key.depth()).filter(|zone| zone.depth == key.depth());
        let id = match (&zone, change.change) {
            (Some(zone), Change::Removed) => {
                parts.push((zone.id, Part::removed()));
                continue;
            }
            (Some(zone), Change::Changed) => zone.id,
            (None, Change::Added) => {
                depths |= 1u128.checked_shl(u32::from(key.depth()))?;
                added = added.checked_add(1)?;
                added.checked_sub(1)?
            }
            _ => return None,
        };
        let head = u32::try_from(heads.len()).ok()?;
        heads.push(ZoneHead { apex: key_of(change.apex), nsec3_params: None });
        drafts.push(Draft::of(base, (&names, &places), (head, id), zone, change)?);
    }
    let pools: Vec<_> = drafts.iter().map(|draft| &draft.plan.pool).collect();
    let shared = Shared::after(base.sets().image.len(), &pools)?;
    for (number, draft) in drafts.into_iter().enumerate() {
        let names = Names::of(&draft.plan, number, &heads, &shared)?;
        parts.push((draft.id, draft.part(base, names, number, &shared)?));
    }
    parts.sort_unstable_by_key(|part| part.0);
    let (ids, parts): (Vec<u32>, Vec<Part>) = parts.into_iter().unzip();
    let mut apexes = Vec::new();
    for (number, (id, part)) in (0u32..).zip(ids.iter().zip(&parts)) {
        if *id >= base.zone_count() {
            let key = Key::read(&part.apex, base.seed())?;
            apexes.push((key.hash(key.depth())?, number));
        }
    }
    Some(Overlay {
        base: delta.base,
        result: delta.result,
        is_override: delta.is_override,
        depths,
        ids,
        parts,
        zone_index: index_of(&apexes)?,
        sets: shared.sets,
        places,
    })
}

/// The index of hashes and what they lead to. The seed is the image's, so where it does not fit, there is more room.
fn index_of(entries: &[(u64, u32)]) -> Option<Vec<u8>> {
    (0..4u32)
        .find_map(|more| index::build(entries.len().checked_shl(more)?, entries.iter().copied()))
}
