//! From all that was taken in to the image: planned, checked and written by as many workers as there are.

use alloc::vec::Vec;
use core::ops::Range;

use crate::bytes::to_usize;
use crate::compile::interner::Interner;
use crate::compile::maps::{MapInput, MapSections};
use crate::compile::nodes::{self, Planner, ZoneFacts};
use crate::compile::plan::Plan;
use crate::compile::policy::Check;
use crate::compile::pool::Shared;
use crate::compile::report::Report;
use crate::compile::rows::{Rows, Run};
use crate::compile::targets::Targets;
use crate::compile::workers::{self, Workers};
use crate::compile::write::{self, Names};
use crate::compile::zones::Zones;
use crate::compile::{CompileOptions, Compiled, Problems, Stage, too_many_octets};
use crate::image::{self, COUNT, OVERRIDE, SMALL_MAPS, Section};
use crate::map::MapForm;
use crate::node::HAS_WILDCARD;
use crate::source::Position;

/// All that was taken in.
pub(crate) struct Input {
    /// What names may still need of [`CompileOptions::max_octets`].
    pub(crate) room: u64,
    pub(crate) options: CompileOptions,
    pub(crate) rows: Rows,
    pub(crate) locations: Interner,
    pub(crate) maps: MapInput,
}

/// Builds the image; `None` when something was wrong or it would be too large.
pub(crate) fn build(
    input: Input,
    problems: &mut Problems,
    workers: &dyn Workers,
    progress: &mut dyn FnMut(Stage),
) -> Option<Compiled> {
    let Input { room, options, rows, locations, maps } = input;
    progress(Stage::Sort);
    let (location_section, numbers) = number_locations(&locations)?;
    let zones = Zones::find(&rows);
    let placed = zones.assign(&rows, problems);
    progress(Stage::Plan);
    let facts = facts(&rows, &zones, &placed)?;
    let stretches = stretches(&rows, &facts, &placed, workers.count());
    let plan = |stretch| plan(&options, room, &rows, &numbers, &facts, &placed, stretch);
    let mut plans = Vec::with_capacity(workers.count());
    let mut needed = 0u64;
    for (plan, found) in workers::map(workers, stretches, plan)? {
        problems.absorb(found);
        let plan = plan?;
        needed = needed.saturating_add(plan.cost_of_names());
        plans.push(plan);
    }
    if needed > room {
        problems.error(Position::default(), too_many_octets(&options));
        return None;
    }
    mark_apex_wildcards(&mut plans, facts.len());
    if problems.wants(Check::DanglingTarget) || problems.wants(Check::AliasedTarget) {
        let apexes = facts.iter().map(|facts| facts.apex).collect();
        let targets = Targets::new(&plans, apexes, &rows, &placed);
        let found = workers::map(workers, plans.iter().collect(), |plan| {
            let mut problems = Problems::new(&options);
            targets.check(plan, &mut problems);
            problems
        });
        found?.into_iter().for_each(|found| problems.absorb(found));
    }
    progress(Stage::Maps);
    let maps = maps.write(&numbers, options.maps, problems)?;
    warn_unreached(&rows, &locations, &numbers, &maps, problems);
    if problems.errors > 0 {
        return None;
    }
    let facts: Vec<write::ZoneHead> = facts
        .into_iter()
        .map(|zone| write::ZoneHead { apex: zone.apex.to_vec(), nsec3_params: zone.nsec3_params })
        .collect();
    drop((placed, rows));
    write_image(
        &plans,
        &facts,
        nodes::joins(options.combine),
        location_section,
        numbers.len().saturating_sub(1),
        maps,
        workers,
        progress,
    )
}

/// What each zone's apex says, in the order of the zones.
fn facts<'z>(rows: &Rows, zones: &'z Zones, placed: &[(u32, Run)]) -> Option<Vec<ZoneFacts<'z>>> {
    let mut rest = placed;
    let mut facts = Vec::with_capacity(zones.apexes.len());
    for (zone, apex) in (0u32..).zip(&zones.apexes) {
        let count = rest.partition_point(|(z, _)| *z <= zone);
        let (runs, after) = rest.split_at_checked(count)?;
        facts.push(ZoneFacts::of(zone, apex, runs, rows)?);
        rest = after;
    }
    Some(facts)
}

/// Cuts the records into stretches of about equal length, between zones, or between two names next below an
/// apex: what is above the names of a stretch is then in it, but for the apex.
fn stretches(
    rows: &Rows,
    facts: &[ZoneFacts<'_>],
    placed: &[(u32, Run)],
    count: usize,
) -> Vec<Range<usize>> {
    let is_border = |at: usize| {
        let (Some((zone, run)), Some((zone_before, before))) =
            (placed.get(at), at.checked_sub(1).and_then(|at| placed.get(at)))
        else {
            return true;
        };
        let apex = facts.get(to_usize(*zone)).map_or(0, |facts| facts.apex.len());
        let label = |run| {
            let below = rows.key(run).get(apex..).unwrap_or_default();
            below.split(|octet| *octet == 0).next().unwrap_or_default()
        };
        zone != zone_before || label(run) != label(before)
    };
    let count = count.max(1);
    let step = placed.len().div_ceil(count).max(1);
    let mut stretches = Vec::with_capacity(count);
    let mut start = 0usize;
    while start < placed.len() {
        let mut end = start.saturating_add(step).min(placed.len());
        while end < placed.len() && !is_border(end) {
            end = end.saturating_add(1);
        }
        stretches.push(start..end);
        start = end;
    }
    stretches
}

/// Plans a stretch.
fn plan(
    options: &CompileOptions,
    room: u64,
    rows: &Rows,
    locations: &[u32],
    facts: &[ZoneFacts<'_>],
    placed: &[(u32, Run)],
    stretch: Range<usize>,
) -> (Option<Plan>, Problems) {
    let problems = Problems::new(options);
    let mut planner = Planner {
        options,
        room,
        rows,
        locations,
        problems,
        plan: Plan::default(),
        buffer: Vec::new(),
    };
    let runs = placed.get(stretch).unwrap_or_default();
    let done = runs.chunk_by(|(a, _), (b, _)| a == b).try_for_each(|runs| {
        let (zone, _) = runs.first()?;
        planner.zone(facts.get(to_usize(*zone))?, runs)
    });
    (done.map(|()| planner.plan), planner.problems)
}

/// Tells each apex of the wildcard below it that another stretch has.
fn mark_apex_wildcards(plans: &mut [Plan], zones: usize) {
    let mut marked = alloc::vec![false; zones];
    for part in plans.iter().flat_map(|plan| &plan.zones).filter(|part| part.has_apex_wildcard) {
        if let Some(marked) = marked.get_mut(to_usize(part.zone)) {
            *marked = true;
        }
    }
    for plan in plans {
        for part in &plan.zones {
            let marked = marked.get_mut(to_usize(part.zone)).is_some_and(core::mem::take);
            if let Some(apex) = plan.nodes.get_mut(part.first_node).filter(|_| marked) {
                apex.flags |= HAS_WILDCARD;
            }
        }
    }
}

/// Writes the image of what was planned.
#[expect(clippy::too_many_arguments, reason = "two callers, which have them one by one")]
pub(crate) fn write_image(
    plans: &[Plan],
    zones: &[write::ZoneHead],
    joins: bool,
    location_section: Vec<u8>,
    locations: usize,
    maps: MapSections,
    workers: &dyn Workers,
    progress: &mut dyn FnMut(Stage),
) -> Option<Compiled> {
    progress(Stage::Write);
    let pools: Vec<_> = plans.iter().map(|plan| &plan.pool).collect();
    let shared = Shared::of(&pools)?;
    let stretches = plans.iter().enumerate().collect();
    let names =
        workers::map(workers, stretches, |(number, plan)| Names::of(plan, number, zones, &shared))?;
    let names = names.into_iter().collect::<Option<Vec<_>>>()?;
    let written = write::Written::of(plans, names, zones, shared)?;
    progress(Stage::Index);
    // A seed at which no stretch of the index fills up; the first one does but for inputs made to foil it.
    let (seed, [zone_index, index, bind_index]) = (0..64u64).find_map(|attempt| {
        let seed = attempt.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Some((seed, [written.zone_index(seed)?, written.index(seed, workers)?, maps.index(seed)?]))
    })?;
    progress(Stage::Seal);
    let sum = |of: fn(&Plan) -> usize| plans.iter().map(of).fold(0, usize::saturating_add);
    let mut report = Report {
        zones: zones.len(),
        names: sum(|plan| plan.nodes.len()),
        records: sum(|plan| plan.records),
        rrsets: sum(|plan| plan.sets.len()),
        locations,
        maps: maps.map_count,
        prefixes: maps.prefix_count,
        ranges: maps.range_count,
        ..Report::default()
    };
    let sections: [Vec<u8>; COUNT] = [
        written.zones,
        written.zone_names,
        zone_index,
        written.nodes,
        index,
        written.sets,
        written.nsec,
        written.nsec3,
        location_section,
        maps.maps,
        maps.ranges,
        maps.binds,
        bind_index,
    ];
    report.sections = Section::ALL.into_iter().zip(sections.iter().map(Vec::len)).collect();
    let is_small = maps.form == MapForm::Small;
    let flags = if joins { 0 } else { OVERRIDE } | if is_small { SMALL_MAPS } else { 0 };
    let image = image::write(flags, seed, written.depths, &sections);
    report.octets = image.len();
    Some(Compiled { image, report })
}

/// The section of the locations, and from provisional numbers to those in the order of the names.
fn number_locations(locations: &Interner) -> Option<(Vec<u8>, Vec<u32>)> {
    let order = locations.sorted();
    let mut numbers = alloc::vec![0u32; order.len().max(1)];
    for (number, provisional) in (0u32..).zip(&order) {
        *numbers.get_mut(to_usize(*provisional))? = number;
    }
    let mut names: Vec<&[u8]> = order.iter().map(|number| locations.string(*number)).collect();
    if names.is_empty() {
        names.push(b"");
    }
    Some((location_section(&names)?, numbers))
}

/// The section of the locations: their names, sorted, the default first.
pub(crate) fn location_section(sorted: &[&[u8]]) -> Option<Vec<u8>> {
    let mut section = u32::try_from(sorted.len()).ok()?.to_le_bytes().to_vec();
    let mut end = 0usize;
    for name in sorted {
        end = end.checked_add(name.len())?;
        section.extend_from_slice(&u32::try_from(end).ok()?.to_le_bytes());
    }
    for name in sorted {
        section.extend_from_slice(name);
    }
    Some(section)
}

/// Rows of a location to which no map leads are for nobody.
fn warn_unreached(
    rows: &Rows,
    names: &Interner,
    numbers: &[u32],
    maps: &MapSections,
    problems: &mut Problems,
) {
    let mut told = alloc::vec![false; numbers.len()];
    for row in rows.rows.iter().filter(|row| row.location != 0) {
        let number = numbers.get(to_usize(row.location)).copied().unwrap_or(0);
        let reached = maps.led_to.get(to_usize(number)).copied().unwrap_or(false);
        if let Some(told) = told.get_mut(to_usize(number)).filter(|told| !reached && !**told) {
            *told = true;
            let name = names.string(row.location).escape_ascii();
            problems.find(Check::UnreachableLocation, || {
                (row.at, alloc::format!("no map leads to the location {name}"), None)
            });
        }
    }
}
