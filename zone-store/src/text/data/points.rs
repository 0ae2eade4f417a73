//! `!`: range points, which dnsrocks' preprocessor makes of `%` lines, turned back into prefixes.
//!
//! A point says: from this address on, up to the next point, the longest prefix is this long and has this
//! location. A point at the first address of a prefix of its length opens that prefix; any other point
//! only says that a shorter prefix goes on after a longer one inside it, or that none does.

use super::fields::{number_u16, required_address};
use super::lines::Line;
use super::{Outcome, Reader};
use crate::source::{Item, MapPrefix, Position, Prefix, Sink};
use crate::text::address::{last_of, number_of, width};
use crate::text::report::{Fault, clamp_to_u32};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The range points of a text.
#[derive(Debug, Default)]
pub(super) struct Points {
    list: Vec<Point>,
    ids: BTreeMap<Vec<u8>, u32>,
    /// The ids in the order of their numbers.
    names: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug)]
struct Point {
    map: u32,
    address: IpAddr,
    /// The longest prefix from here on and its location, `None` where there is none.
    content: Option<Content>,
    line: u32,
    column: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Content {
    len: u8,
    location: u32,
}

impl Points {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn number(&mut self, id: &[u8]) -> u32 {
        if let Some(&number) = self.ids.get(id) {
            return number;
        }
        let number = clamp_to_u32(self.names.len());
        self.names.push(id.to_vec());
        self.ids.insert(id.to_vec(), number);
        number
    }

    fn name(&self, number: u32) -> &[u8] {
        usize::try_from(number)
            .ok()
            .and_then(|number| self.names.get(number))
            .map_or(b"", Vec::as_slice)
    }
}

impl<S: Sink> Reader<'_, S> {
    /// `!` map, address, length, location; without the last two, no prefix reaches here.
    pub(super) fn point(&mut self, at: Position, line: &Line<'_>) -> Outcome {
        let ([map, address, len, location], surplus) = line.fields::<4>();
        self.surplus(at, surplus);
        self.map_id(map)?;
        self.location(location)?;
        let address_value = required_address(address)?;
        let content = if location.is_empty() {
            None
        } else {
            let bits = number_u16(len, 0, "length")?;
            let bits = u8::try_from(bits).ok().filter(|&bits| bits <= width(address_value));
            let len =
                bits.ok_or_else(|| Fault::new(len.at, "the length is longer than the address"))?;
            Some(Content { len, location: self.points.number(&self.location) })
        };
        if clamp_to_u32(self.points.list.len()) >= self.options.limits.range_points {
            return Err(Fault::new(
                line.kind_at,
                format!("more than {} range points", self.options.limits.range_points),
            )
            .hint("write prefixes with % lines, which are not kept in memory"));
        }
        let map = self.points.number(&self.map);
        let (line, column) = (at.line, at.column);
        self.points.list.push(Point { map, address: address_value, content, line, column });
        Ok(())
    }

    /// Tells the prefixes that the points of each map make, maps in the order they came.
    pub(super) fn finish_points(&mut self) {
        let mut points = core::mem::take(&mut self.points);
        // At one address the point of the longest prefix is the last word (and only a prefix opens there).
        points.list.sort_by_key(|point| {
            (point.map, point.address, point.content.map(|content| content.len))
        });
        let mut open: Vec<(Prefix, u32)> = Vec::new();
        let mut before: Option<Point> = None;
        for &point in &points.list {
            let same_space = before.is_some_and(|before| {
                before.map == point.map && before.address.is_ipv4() == point.address.is_ipv4()
            });
            if !same_space {
                self.check_end(&open, before);
                open.clear();
            }
            before = Some(point);
            let at =
                Position { source: self.options.source, line: point.line, column: point.column };
            if let Err(message) = self.sweep(&points, &mut open, point, at) {
                self.report.error(
                    at,
                    message.into(),
                    Some("range points are made by a program; write % lines instead"),
                );
            }
        }
        self.check_end(&open, before);
    }

    fn sweep(
        &mut self,
        points: &Points,
        open: &mut Vec<(Prefix, u32)>,
        point: Point,
        at: Position,
    ) -> Result<(), &'static str> {
        let here = number_of(point.address);
        while let Some(&(inner, _)) = open.last() {
            let last = last_of(inner);
            if last >= here {
                break;
            }
            open.pop();
            if last.checked_add(1) != Some(here) {
                return Err(
                    "a prefix ends before this range point, and no point stands at its end",
                );
            }
        }
        let Some(Content { len, location }) = point.content else {
            return if open.is_empty() {
                Ok(())
            } else {
                Err("a range point without location inside a prefix")
            };
        };
        if let Some(prefix) = Prefix::new(point.address, len) {
            open.push((prefix, location));
            let item =
                MapPrefix { map: points.name(point.map), prefix, location: points.name(location) };
            self.report.item(Item::Prefix(item), at);
            return Ok(());
        }
        match open.last() {
            Some(&(outer, its)) if outer.len() == len && its == location => Ok(()),
            _ => Err("a range point that continues a prefix which is not there"),
        }
    }

    /// A prefix that reaches past the last point must reach to the last address.
    fn check_end(&mut self, open: &[(Prefix, u32)], last_point: Option<Point>) {
        let (Some(point), Some((inner, _))) = (last_point, open.last()) else { return };
        let highest = if point.address.is_ipv4() { u128::from(u32::MAX) } else { u128::MAX };
        if last_of(*inner) != highest {
            let at =
                Position { source: self.options.source, line: point.line, column: point.column };
            let message =
                "no range point stands at the end of the prefix that this one opens or continues";
            self.report.error(
                at,
                message.into(),
                Some("range points are made by a program; write % lines instead"),
            );
        }
    }
}
