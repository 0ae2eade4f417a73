//! Part 5: the difference goes to the running server, while queries run.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use service::console::{Align, Console};
use service::files::Held;
use service::published::{Edition, Published};
use zone_store::text::diff::{Change, diff};
use zone_store::{Delta, Image};

use crate::census::{Askers, Census};
use crate::facts::{Move, Moved, Outcome, Swap};
use crate::site::{Site, milliseconds};
use crate::world::World;

/// Takes the lines that changed to the site's own copy, compiles, and swaps, with a client asking all the while.
pub(crate) fn publish(
    console: &Console,
    world: &World,
    site: &mut Site,
    new_map: &str,
    published: &Published,
    server: SocketAddr,
) -> Result<Swap, String> {
    let changes = diff(site.map.as_bytes(), new_map.as_bytes());
    let difference: String = changes.iter().map(|change| format!("{change}\n")).collect();
    let added = changes.iter().filter(|change| matches!(change, Change::Added(_))).count();
    let removed = changes.len() - added;
    let patched = apply(&site.map, &difference)?;
    site.map = patched;

    let done = AtomicBool::new(false);
    let (timing, asked) = thread::scope(|scope| {
        let prober = scope.spawn(|| probe(world, site, server, &done));
        // So that the prober is at it before and after.
        thread::sleep(AROUND);
        let timing = swap(site, published);
        thread::sleep(AROUND);
        done.store(true, Ordering::Relaxed);
        (timing, prober.join())
    });
    let steps = timing?;
    let (queries, failed) = asked.map_err(|_| "the prober panicked")??;
    let swap = Swap {
        lines_removed: removed as u64,
        lines_added: added as u64,
        difference_bytes: difference.len() as u64,
        compile_ms: steps.compile_ms,
        delta_bytes: steps.delta_bytes,
        visible_ms: steps.visible_ms,
        compact_ms: steps.compact_ms,
        same_image: steps.is_same,
        queries,
        failed,
    };
    console.say(format!(
        "{} lines out, {} lines in ({} B); compiled in {:.1} ms where the sources are",
        swap.lines_removed, swap.lines_added, swap.difference_bytes, swap.compile_ms,
    ));
    console.say(format!(
        "a delta of {} B to the server: in answers after {:.2} ms, as an overlay of its image",
        swap.delta_bytes, swap.visible_ms
    ));
    console.verdict(
        swap.same_image,
        format!(
            "made one image with it in {:.2} ms, octet for octet the one that was compiled",
            swap.compact_ms
        ),
    );
    console.verdict(
        failed == 0,
        format!("{queries} queries asked without a pause around the swap, {failed} failed"),
    );
    Ok(swap)
}

/// Applies `+line` and `-line` to lines.
fn apply(text: &str, difference: &str) -> Result<String, String> {
    let mut lines: Vec<&str> = text.lines().collect();
    for change in difference.lines() {
        match change.split_at_checked(1) {
            Some(("+", line)) => lines.push(line),
            Some(("-", line)) => {
                let at = lines.iter().position(|have| *have == line);
                lines.swap_remove(at.ok_or_else(|| {
                    format!("the difference takes out a line that is not there: {line}")
                })?);
            }
            _ => return Err(format!("not a change: {change}")),
        }
    }
    Ok(lines.join("\n") + "\n")
}

/// How the new data came into service.
struct Steps {
    compile_ms: f64,
    delta_bytes: u64,
    visible_ms: f64,
    compact_ms: f64,
    is_same: bool,
}

/// Compiles what changed; the server only gets the delta. It shows that at once, then makes one image of both.
fn swap(site: &Site, published: &Published) -> Result<Steps, String> {
    let old = Arc::clone(&published.current().image);
    let compiled = site.compile()?;
    let new = Edition::open(&compiled.path)?;
    let refuse = |error| format!("the delta is refused: {error}");
    let octets = Delta::between(&old, &new.image).map_err(refuse)?.to_bytes();

    let started = Instant::now();
    let delta = Delta::read(&octets).map_err(refuse)?;
    published.replace(Edition::changed(Arc::clone(&old), &delta).map_err(refuse)?);
    let visible_ms = milliseconds(started);
    // So that the prober is answered from the overlay for a while.
    thread::sleep(AROUND);
    let started = Instant::now();
    let made = delta.apply(&old).map_err(refuse)?;
    let is_same = made.as_bytes() == new.image.as_bytes();
    let made = Image::open(Held::Made(made.into_inner())).map_err(|error| error.to_string())?;
    published.replace(Edition::flat(Arc::new(made)));
    Ok(Steps {
        compile_ms: compiled.compile_ms,
        delta_bytes: octets.len() as u64,
        visible_ms,
        compact_ms: milliseconds(started),
        is_same,
    })
}

/// Asks for one network after the other until told to stop: how many were asked, how many failed.
fn probe(
    world: &World,
    site: &Site,
    server: SocketAddr,
    done: &AtomicBool,
) -> Result<(u64, u64), String> {
    let mut askers = Askers::new(server);
    let (mut asked, mut failed) = (0, 0);
    while !done.load(Ordering::Relaxed) {
        let network = usize::try_from(asked).unwrap_or(0) % world.networks.len();
        asked += 1;
        if askers.ask(world, site, network)?.is_none() {
            failed += 1;
        }
    }
    Ok((asked, failed))
}

/// What the new map changed, by what the answers were before and are now.
pub(crate) fn compare(
    console: &Console,
    world: &World,
    before: &Census,
    after: &Census,
) -> (Outcome, Outcome, Moved) {
    let moved = moved(world, before, after);
    let (before, after) = (before.outcome(world), after.outcome(world));
    let row = |what: &str, before: String, after: String| vec![what.to_owned(), before, after];
    let ms = |ms: f64| format!("{ms:.1} ms");
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let mut rows = vec![
        row("median round trip", ms(before.p50_ms), ms(after.p50_ms)),
        row("90th percentile", ms(before.p90_ms), ms(after.p90_ms)),
        row("mean", ms(before.mean_ms), ms(after.mean_ms)),
        row(
            "within 10 ms of the best PoP",
            percent(before.within_10_ms),
            percent(after.within_10_ms),
        ),
    ];
    for (old, new) in before.load.iter().zip(&after.load) {
        rows.push(row(
            &format!("{} is full to", old.pop),
            percent(old.utilisation),
            percent(new.utilisation),
        ));
    }
    console.table(
        &[
            ("all clients, by what the server answered", Align::Left),
            ("nearest PoP", Align::Right),
            ("from beacons", Align::Right),
        ],
        rows,
    );
    console.aside("round trips as the simulated world has them, without the noise of beacons");
    console.say(format!("{} of the traffic moved; the largest moves:", percent(moved.share)));
    console.table(
        &[
            ("clients in", Align::Left),
            ("from", Align::Left),
            ("to", Align::Left),
            ("of all traffic", Align::Right),
            ("before", Align::Right),
            ("after", Align::Right),
        ],
        moved.largest.iter().map(|m| {
            vec![
                m.city.clone(),
                m.from.clone(),
                m.to.clone(),
                percent(m.share),
                ms(m.before_ms),
                ms(m.after_ms),
            ]
        }),
    );
    (before, after, moved)
}

fn moved(world: &World, before: &Census, after: &Census) -> Moved {
    let total = world.demand();
    let mut share = 0.0;
    // One row for each city and pair of PoPs.
    let mut moves: Vec<Move> = Vec::new();
    for (index, network) in world.networks.iter().enumerate() {
        let (old, new) = (before.row(index), after.row(index));
        let stays: f64 = old.iter().zip(new).map(|(old, new)| old.min(*new)).sum();
        share += (1.0 - stays) * network.demand / total;
        let (from, to) = (before.main_pop(index), after.main_pop(index));
        if from == to {
            continue;
        }
        let traffic = new[to] * network.demand / total;
        let truth = world.truth_ms(index);
        let this = Move {
            city: world.cities[network.city].name.clone(),
            from: world.pops[from].name.clone(),
            to: world.pops[to].name.clone(),
            share: traffic,
            before_ms: truth[from],
            after_ms: truth[to],
        };
        let same = |m: &&mut Move| m.city == this.city && m.from == this.from && m.to == this.to;
        if let Some(known) = moves.iter_mut().find(same) {
            let all = known.share + this.share;
            known.before_ms = (known.before_ms * known.share + this.before_ms * this.share) / all;
            known.after_ms = (known.after_ms * known.share + this.after_ms * this.share) / all;
            known.share = all;
        } else {
            moves.push(this);
        }
    }
    moves.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.city.cmp(&b.city)));
    moves.truncate(LARGEST);
    Moved { share, largest: moves }
}

const LARGEST: usize = 6;
const AROUND: Duration = Duration::from_millis(150);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_takes_one_text_to_the_other() {
        let (old, new) =
            ("%a,10.0.0.0/8,m\n%b,11.0.0.0/8,m\n", "%b,11.0.0.0/8,m\n%c,10.0.0.0/8,m\n");
        let difference: String = diff(old.as_bytes(), new.as_bytes())
            .iter()
            .map(|change| format!("{change}\n"))
            .collect();
        let patched = apply(old, &difference).unwrap();
        assert!(diff(patched.as_bytes(), new.as_bytes()).is_empty());
        assert!(apply("", &difference).unwrap_err().contains("not there"));
        assert!(apply(old, "?").is_err());
    }
}
