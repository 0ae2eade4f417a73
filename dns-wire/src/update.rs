//! Dynamic update (RFC 2136): what records mean in the sections of an UPDATE, both ways.

use crate::{Answer, Authority, Builder, Class, Full, Name, RType, Record, Ttl};

/// What must hold before an update is made (RFC 2136 §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prerequisite<'a> {
    /// The RRset exists, whatever is in it (§2.4.1).
    RrsetExists(RType),
    /// The RRset exists and has this RDATA; all records of one name and type together are its value (§2.4.2).
    RrsetIs(RType, &'a [u8]),
    /// The RRset does not exist (§2.4.3).
    RrsetAbsent(RType),
    /// Some record exists at the name (§2.4.4).
    NameInUse,
    /// No record exists at the name (§2.4.5).
    NameNotInUse,
}

/// What an update does (RFC 2136 §2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Adds a record (§2.5.1).
    Add(RType, Ttl, &'a [u8]),
    /// Deletes an RRset (§2.5.2).
    DeleteRrset(RType),
    /// Deletes all RRsets of the name (§2.5.3).
    DeleteName,
    /// Deletes one record (§2.5.4).
    DeleteRecord(RType, &'a [u8]),
}

impl<'a> Prerequisite<'a> {
    /// Reads a record of the prerequisite section; `None` where FORMERR is due (RFC 2136 §3.2).
    /// RDATA is as it stands in the message, where its names may be compressed: what is kept or compared is what
    /// [`Data::to_wire`](crate::rdata::Data::to_wire) makes of it.
    #[must_use]
    pub fn read(record: &Record<'a>, zone_class: Class) -> Option<Self> {
        let rdata = record.rdata.octets();
        if record.ttl != Ttl(0) {
            return None;
        }
        match (record.class, record.rtype) {
            (Class::ANY, RType::ANY) if rdata.is_empty() => Some(Self::NameInUse),
            (Class::ANY, rtype) if rdata.is_empty() => Some(Self::RrsetExists(rtype)),
            (Class::NONE, RType::ANY) if rdata.is_empty() => Some(Self::NameNotInUse),
            (Class::NONE, rtype) if rdata.is_empty() => Some(Self::RrsetAbsent(rtype)),
            (class, rtype) if class == zone_class && !rtype.is_meta() => {
                Some(Self::RrsetIs(rtype, rdata))
            }
            _ => None,
        }
    }
}

impl<'a> Change<'a> {
    /// Reads a record of the update section; `None` where FORMERR is due (RFC 2136 §3.4.1).
    /// RDATA is as it stands in the message, where its names may be compressed: what is kept or compared is what
    /// [`Data::to_wire`](crate::rdata::Data::to_wire) makes of it.
    #[must_use]
    pub fn read(record: &Record<'a>, zone_class: Class) -> Option<Self> {
        let rdata = record.rdata.octets();
        let still = record.ttl == Ttl(0);
        match (record.class, record.rtype) {
            (Class::ANY, RType::ANY) if rdata.is_empty() && still => Some(Self::DeleteName),
            (Class::ANY, rtype) if rdata.is_empty() && still && !rtype.is_meta() => {
                Some(Self::DeleteRrset(rtype))
            }
            (Class::NONE, rtype) if still && !rtype.is_meta() => {
                Some(Self::DeleteRecord(rtype, rdata))
            }
            (class, rtype) if class == zone_class && !rtype.is_meta() => {
                Some(Self::Add(rtype, record.ttl, rdata))
            }
            _ => None,
        }
    }
}

impl Builder<'_, Answer> {
    /// Writes a prerequisite of an UPDATE.
    ///
    /// # Errors
    /// When there is no room.
    pub fn push_prerequisite(
        &mut self,
        name: Name<'_>,
        wanted: Prerequisite<'_>,
        zone_class: Class,
    ) -> Result<(), Full> {
        let (rtype, class, rdata) = match wanted {
            Prerequisite::RrsetExists(rtype) => (rtype, Class::ANY, &[][..]),
            Prerequisite::RrsetIs(rtype, rdata) => (rtype, zone_class, rdata),
            Prerequisite::RrsetAbsent(rtype) => (rtype, Class::NONE, &[][..]),
            Prerequisite::NameInUse => (RType::ANY, Class::ANY, &[][..]),
            Prerequisite::NameNotInUse => (RType::ANY, Class::NONE, &[][..]),
        };
        self.push(name, rtype, class, Ttl(0), rdata)
    }
}

impl Builder<'_, Authority> {
    /// Writes a change of an UPDATE.
    ///
    /// # Errors
    /// When there is no room.
    pub fn push_change(
        &mut self,
        name: Name<'_>,
        change: Change<'_>,
        zone_class: Class,
    ) -> Result<(), Full> {
        let (rtype, class, ttl, rdata) = match change {
            Change::Add(rtype, ttl, rdata) => (rtype, zone_class, ttl, rdata),
            Change::DeleteRrset(rtype) => (rtype, Class::ANY, Ttl(0), &[][..]),
            Change::DeleteName => (RType::ANY, Class::ANY, Ttl(0), &[][..]),
            Change::DeleteRecord(rtype, rdata) => (rtype, Class::NONE, Ttl(0), rdata),
        };
        self.push(name, rtype, class, ttl, rdata)
    }
}
