//! What changes of the locations, the client maps, and the names bound to them.

use crate::bytes::{from, to_usize};
use crate::index::Index;
use crate::key::Key;
use crate::location::Bind;
use crate::overlay::{List, PatchedMap};
#[cfg(feature = "alloc")]
use crate::store::Store;

/// The changes. What the image does not have is numbered after what it has.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// How many locations the image has.
    pub(crate) locations: u32,
    /// The names of those that it does not have, sorted.
    pub(crate) added: List<List<u8>>,
    /// The numbers of those that are no more, sorted.
    pub(crate) removed: List<u32>,
    /// The map of names without one.
    pub(crate) default_map: Option<u32>,
    /// The maps that change, by number.
    pub(crate) maps: List<(u32, PatchedMap)>,
    /// Names whose maps change: length, name, 1 or 0 where nothing is bound any more, then as in an image.
    pub(crate) binds: List<u8>,
    pub(crate) bind_index: List<u8>,
}

/// Maps by resolver and by subnet of a name, then of the names below it.
pub(crate) type Maps = [Option<u32>; 4];

impl Places {
    #[inline(never)]
    pub(crate) fn map(&self, number: u32) -> Option<&PatchedMap> {
        let at = self.maps.binary_search_by_key(&number, |map| map.0).ok()?;
        self.maps.get(at).map(|map| &map.1)
    }

    /// The maps bound to the key's suffix of `depth` labels, where that changes; `Some(None)` where none are any
    /// more.
    #[inline(never)]
    pub(crate) fn bound(&self, key: &Key, depth: u8) -> Option<Option<Maps>> {
        Index::new(&self.bind_index).find(key.hash(depth)?, |offset| {
            let (len, octets) = from(&self.binds, offset)?.split_first()?;
            let (_, rest) = octets.split_at_checked(usize::from(*len))?;
            let (there, maps) = rest.split_first()?;
            let maps = || if *there == 0 { None } else { Bind::maps(maps) };
            key.is_suffix(depth, octets, *len).then(maps)
        })
    }

    /// The number of a location that there is from now on.
    #[cfg(feature = "alloc")]
    pub(crate) fn number(&self, image: &Store<'_>, name: &[u8]) -> Option<u32> {
        self.find_location(image.find_location(name).map(|location| location.0), name)
    }

    /// The name of a location that the image does not have.
    pub(crate) fn location_name(&self, number: u32) -> Option<&[u8]> {
        let own = to_usize(number.checked_sub(self.locations)?);
        self.added.get(own).map(|name| &**name)
    }

    /// The location of a name; `found` is that of the image.
    pub(crate) fn find_location(&self, found: Option<u32>, name: &[u8]) -> Option<u32> {
        if let Some(number) = found {
            return self.removed.binary_search(&number).is_err().then_some(number);
        }
        let own = self.added.binary_search_by(|added| (**added).cmp(name)).ok()?;
        self.locations.checked_add(u32::try_from(own).ok()?)
    }

    /// The octets that it takes, itself apart.
    pub(crate) fn octets(&self) -> usize {
        let names = self.added.iter().map(|name| size_of_val(name).saturating_add(name.len()));
        let maps = self.maps.iter().map(|(_, map)| map.octets());
        let own = [size_of_val::<[_]>(&self.removed), self.binds.len(), self.bind_index.len()];
        names.chain(maps).chain(own).fold(0, usize::saturating_add)
    }
}
