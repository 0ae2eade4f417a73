//! `edge`: the whole loop on loopback. Sources to image, servers on real sockets, beacons to a map, the map
//! to the running server, a PoP drained, TLS predicted, the time told.

mod ask;
mod census;
mod drain;
mod facts;
mod measure;
mod publish;
mod site;
mod time;
mod tls;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use clap::Parser;
use serde_json::Value;
use service::console::{Console, complain, print_json};
use service::dns_server::DnsServer;
use service::ntp_server::{LOCAL_STRATUM, NtpServer};
use service::ports::{self, Pair};
use service::published::{Edition, Published};
use service::{datagrams, signals};
use zone_store::Policy;

use census::Census;
use facts::{Facts, Servers};
use measure::Measured;
use site::Site;
use world::World;

/// Run the whole loop on loopback: a DNS server that knows places, the map it serves made from beacons,
/// and an NTP server. Nothing needs to be installed and nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(
    name = "edge",
    version,
    after_help = "Examples:\n  edge\n  edge --serve          keep the servers up, to try dig and chronyd\n  edge --json | jq .after.p50_ms"
)]
struct Arguments {
    /// Keep the servers up at the end, until Ctrl-C.
    #[arg(long)]
    serve: bool,
    /// Print the facts as one JSON object, and nothing else.
    #[arg(long)]
    json: bool,
    /// Where the DNS server listens, or the next free port.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5300", value_parser = loopback)]
    dns: SocketAddr,
    /// Where the NTP server listens, or the next free port.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:1123", value_parser = loopback)]
    ntp: SocketAddr,
    /// The PoP to drain.
    #[arg(long, value_name = "POP", default_value = "sin")]
    drain: String,
    /// Keep the sources and images in this folder.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// The seed of the simulated world: another one, another world. What is drawn by weight differs from
    /// run to run all the same.
    #[arg(long, value_name = "N", default_value_t = 11)]
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            complain("a check of the run failed; the ✗ above says which");
            ExitCode::FAILURE
        }
        Err(message) => {
            complain(message);
            ExitCode::FAILURE
        }
    }
}

/// The simulated resolvers ask from all over 127.0.0.0/8, so the servers are there too.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    match text.parse() {
        Ok(SocketAddr::V4(address)) if address.ip().is_loopback() => Ok(address.into()),
        _ => Err("an IPv4 loopback address and a port are wanted, such as 127.0.0.1:5300".into()),
    }
}

fn run(arguments: &Arguments) -> Result<bool, String> {
    let interrupted =
        signals::stop_flag().map_err(|error| format!("cannot listen for Ctrl-C: {error}"))?;
    let console = Console::new(arguments.json);
    let world = World::new(arguments.seed);
    let drained =
        world.pops.iter().position(|pop| pop.name == arguments.drain).ok_or_else(|| {
            let names: Vec<&str> = world.pops.iter().map(|pop| pop.name.as_str()).collect();
            format!("there is no PoP '{}'\n  hint: one of {}", arguments.drain, names.join(", "))
        })?;
    let (folder, temporary) = site::folder(arguments.keep.as_deref())?;
    let mut loop_ = Loop { console, world, site: Site::sample(folder), seed: arguments.seed };
    let (edition, site_facts) = loop_.compile()?;
    let servers = Running::start(&loop_.console, arguments, edition)?;
    let facts = loop_.go(&servers, site_facts, drained, &interrupted)?;
    if arguments.json {
        let facts = serde_json::to_value(&facts).map_err(|error| error.to_string())?;
        print_json(&rounded(facts), true)?;
    }
    loop_.farewell(&servers, arguments.serve);
    while arguments.serve && !signals::stopped(&interrupted) {
        std::thread::sleep(datagrams::POLL);
    }
    servers.stop();
    if arguments.serve {
        loop_.console.say("stopped");
    }
    drop(temporary);
    Ok(facts.ok)
}

/// What the parts share.
struct Loop {
    console: Console,
    world: World,
    site: Site,
    seed: u64,
}

impl Loop {
    fn compile(&self) -> Result<(Edition, facts::Site), String> {
        self.console.title("underhood: the edge of a large network, in one process on loopback");
        self.console.heading(1, "DNS data: text sources to a verified image");
        site::build(&self.console, &self.site)
    }

    fn go(
        &mut self,
        servers: &Running,
        site_facts: facts::Site,
        drained: usize,
        interrupted: &AtomicBool,
    ) -> Result<Facts, String> {
        let stop_here = || match signals::stopped(interrupted) {
            true => Err("stopped by Ctrl-C"),
            false => Ok(()),
        };
        let (console, world) = (self.console, &self.world);
        let (dns, published) = (servers.addresses.dns, &*servers.published);

        console.heading(3, "Location: who asks decides the answer");
        let questions = ask::ask(&console, world, &self.site, dns)?;
        let before = Census::take(world, &self.site, dns)?;
        stop_here()?;

        console.heading(4, "RUM: beacons to sketches to a map under capacity");
        let (measured, beacons) = Measured::play(&console, world, self.seed);
        let (assignment, lines, map) = measure::build_map(&console, world, &self.site, &measured)?;
        stop_here()?;

        console.heading(5, "Publish: the difference to the running server");
        let swap = publish::publish(&console, world, &mut self.site, &lines, published, dns)?;
        let now = Census::take(world, &self.site, dns)?;
        let (before, after, moved) = publish::compare(&console, world, &before, &now);
        stop_here()?;

        console.heading(6, &format!("Drain: {} goes out of service", world.pops[drained].name));
        let drain = drain::drain(
            &console,
            world,
            &self.site,
            &measured,
            &assignment,
            &after,
            published,
            dns,
            drained,
        )?;
        published.set_overrides(zone_store::OverrideTable::default());
        stop_here()?;

        console.heading(7, "TLS: what ending it at the PoP is predicted to save");
        let tls = tls::predict(&console, world, &measured, &now, ORIGIN);

        console.heading(8, "NTP: the time, and a leap second smeared");
        let time = time::ask(&console, servers.addresses.ntp)?;
        let smear = time::smear(&console);

        let ok = swap.failed == 0
            && swap.same_image
            && before.failed == 0
            && after.failed == 0
            && drain.still_there == 0
            && drain.outcome.failed == 0
            && drain.outcome.load.iter().all(|load| load.utilisation <= 1.0)
            && time.offset_us.abs() <= time.error_us;
        let servers = Servers { ..servers.addresses };
        Ok(Facts {
            site: site_facts,
            servers,
            questions,
            beacons,
            map,
            swap,
            before,
            after,
            moved,
            drain,
            tls,
            time,
            smear,
            ok,
        })
    }

    fn farewell(&self, servers: &Running, serve: bool) {
        let Servers { dns, ntp } = &servers.addresses;
        let console = &self.console;
        let (answered, dropped) = servers.dns.counts();
        let (told, ignored) = servers.ntp.counts();
        console.heading(9, "Summary");
        console.say(format!(
            "DNS: {answered} queries answered, {dropped} packets dropped; NTP: {told} answered, {ignored} ignored"
        ));
        if serve {
            console.say("the servers stay up until Ctrl-C; in another terminal:");
        } else {
            console.say("to try it yourself, run `cargo run --release -- --serve` and, in another terminal:");
        }
        for command in [
            format!("dig @{} -p {} www.edge.example +subnet=100.104.17.0/24", dns.ip(), dns.port()),
            format!("dig @{} -p {} www.edge.example -b 127.99.0.53", dns.ip(), dns.port()),
            format!("dig @{} -p {} +tcp static.edge.example", dns.ip(), dns.port()),
            format!("chronyd -Q -x 'server {} port {} iburst maxsamples 1'", ntp.ip(), ntp.port()),
        ] {
            console.say(format!("  {command}"));
        }
    }
}

/// Numbers as a reader wants them: to four decimals, which is a tenth of a microsecond in milliseconds.
fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let exact = number.as_f64().unwrap_or_default();
            Value::from((exact * 10_000.0).round() / 10_000.0)
        }
        Value::Array(values) => values.into_iter().map(rounded).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(name, value)| (name, rounded(value))).collect()
        }
        other => other,
    }
}

/// The servers, and how to stop them.
struct Running {
    addresses: Servers,
    published: Arc<Published>,
    dns: Arc<DnsServer>,
    ntp: Arc<NtpServer>,
    stop: Arc<AtomicBool>,
    workers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Part 2: both servers on real sockets.
    fn start(console: &Console, arguments: &Arguments, edition: Edition) -> Result<Self, String> {
        let sockets: Pair = ports::pair_or_next(arguments.dns)?;
        let clock_socket = ports::udp_or_next(arguments.ntp)?;
        let bound =
            |address: std::io::Result<SocketAddr>| address.map_err(|error| error.to_string());
        let addresses = Servers {
            dns: bound(sockets.udp.local_addr())?,
            ntp: bound(clock_socket.local_addr())?,
        };
        let published = Arc::new(Published::new(edition));
        let dns = Arc::new(DnsServer::new(Arc::clone(&published), Policy::default()));
        let ntp = Arc::new(NtpServer::new(LOCAL_STRATUM));
        let stop = Arc::new(AtomicBool::new(false));
        let failed = |error| format!("cannot start a server: {error}");
        let mut workers = dns.start(sockets, WORKERS, &stop).map_err(failed)?;
        workers.extend(ntp.start(&clock_socket, 1, &stop).map_err(failed)?);
        console.heading(2, "Servers on real sockets");
        let said = |asked: SocketAddr, got: SocketAddr| match asked == got || asked.port() == 0 {
            true => String::new(),
            false => format!("  (port {} was busy)", asked.port()),
        };
        console.say(format!(
            "DNS  {}  UDP and TCP{}",
            addresses.dns,
            said(arguments.dns, addresses.dns)
        ));
        console.say(format!("NTP  {}  UDP{}", addresses.ntp, said(arguments.ntp, addresses.ntp)));
        Ok(Self { addresses, published, dns, ntp, stop, workers })
    }

    fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for worker in self.workers {
            let _ = worker.join();
        }
    }
}

/// Where the content is: Ashburn, by its row in pops.csv.
const ORIGIN: usize = 1;
const WORKERS: usize = 2;
