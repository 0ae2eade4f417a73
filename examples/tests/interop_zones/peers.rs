//! Real servers on loopback: no NOTIFY, no control port, no rate limit.

use std::fmt::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::ask::{Query, ask};
use crate::zones::Zone;
use dns_wire::RType;

/// A server, stopped when dropped.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    child: Child,
}

impl Peer {
    /// NSD, without the NS records that it adds to answers of its own accord.
    pub(crate) fn nsd(folder: &Path, zones: &[Zone]) -> Self {
        let folder = own_folder(folder, "nsd");
        let port = free_port();
        let dir = folder.display();
        let mut text = format!(
            "server:\n  ip-address: 127.0.0.1@{port}\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"{dir}\"\n  \
             database: \"\"\n  pidfile: \"{dir}/pid\"\n  xfrdfile: \"{dir}/xfrd\"\n  xfrdir: \"{dir}\"\n  \
             zonelistfile: \"{dir}/list\"\n  logfile: \"{dir}/log\"\n  rrl-ratelimit: 0\n  \
             rrl-whitelist-ratelimit: 0\n  server-count: 1\n  ipv4-edns-size: 1232\n  do-ip6: no\n  \
             minimal-responses: yes\nremote-control:\n  control-enable: no\n"
        );
        for zone in zones {
            let _ = write!(
                text,
                "zone:\n  name: \"{}\"\n  zonefile: \"{}\"\n",
                zone.name,
                zone.file.display()
            );
        }
        let config = folder.join("nsd.conf");
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new("nsd");
        command.arg("-d").arg("-c").arg(&config);
        Self::start("nsd", port, command, zones)
    }

    /// Knot DNS.
    pub(crate) fn knot(folder: &Path, zones: &[Zone]) -> Self {
        let folder = own_folder(folder, "knot");
        let port = free_port();
        let dir = folder.display();
        let mut text = format!(
            "server:\n    rundir: \"{dir}\"\n    listen: 127.0.0.1@{port}\n    udp-workers: 1\n    \
             tcp-workers: 1\n    background-workers: 1\n    udp-max-payload: 1232\n    \
             identity: \"\"\ncontrol:\n    listen: \"{dir}/control\"\ndatabase:\n    storage: \"{dir}\"\n\
             log:\n  - target: stderr\n    any: error\ntemplate:\n  - id: default\n    journal-content: none\n    \
             zonefile-sync: -1\n    semantic-checks: off\nzone:\n"
        );
        for zone in zones {
            let _ = write!(
                text,
                "  - domain: \"{}\"\n    file: \"{}\"\n",
                zone.name,
                zone.file.display()
            );
        }
        let config = folder.join("knot.conf");
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new("knotd");
        command.arg("-c").arg(&config);
        Self::start("knot", port, command, zones)
    }

    fn start(name: &'static str, port: u16, mut command: Command, zones: &[Zone]) -> Self {
        let child = command.stdout(Stdio::null()).spawn().unwrap_or_else(|e| panic!("{name}: {e}"));
        let peer = Self { name, port, child };
        let deadline = Instant::now() + Duration::from_secs(20);
        for zone in zones {
            let query = Query::new(&zone.name, RType::SOA, false);
            while !ask(port, &query).is_some_and(|reply| reply.is_authoritative()) {
                assert!(Instant::now() < deadline, "{name} does not serve {}", zone.name);
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        peer
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // SIGTERM, so that NSD takes its children with it.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn own_folder(folder: &Path, name: &str) -> std::path::PathBuf {
    let folder = folder.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A port that is free for UDP and TCP.
fn free_port() -> u16 {
    for _ in 0..50 {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = udp.local_addr().unwrap().port();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no port is free");
}
