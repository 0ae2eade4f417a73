//! Network Time Security against chronyd, both ways, on loopback.
//!
//! They run when `UNDERHOOD_INTEROP` is set, as `scripts/check interop` does; else they say that they did not.
//! `chronyd` is Debian 12's 4.3, which has AEAD 15 only. With `UNDERHOOD_NEWER_CHRONYD` the same is done with
//! the chronyd it names, and AEAD 30 is what both must agree on (`scripts/newer-chronyd` unpacks one).

mod support;

use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use support::{Server, run, wanted};

#[test]
fn chronyd_believes_our_authenticated_server() {
    if !wanted("chronyd") {
        return;
    }
    for (chronyd, _) in chronyds() {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::new(folder.path());
        let mut server = Server::timed_with_nts(&identity.certificate, &identity.key);
        let establishment = server.port_in_next_line();
        let said = ask_with(&chronyd, establishment, &identity.certificate, folder.path());
        let offset: f64 = said
            .split("System clock wrong by ")
            .nth(1)
            .and_then(|rest| rest.split(' ').next())
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or_else(|| panic!("no offset in: {said}"));
        assert!(offset.abs() < 0.05, "{said}");
        // A server that cannot prove its name is not believed: the check above checks something.
        let stranger = Identity::new(&folder.path().join("stranger"));
        let said = ask_with(&chronyd, establishment, &stranger.certificate, folder.path());
        assert!(!said.contains("System clock wrong by"), "{said}");
    }
}

#[test]
fn our_client_believes_an_authenticated_chronyd() {
    if !wanted("chronyd") {
        return;
    }
    for (chronyd, algorithm) in chronyds() {
        let folder = tempfile::tempdir().unwrap();
        let identity = Identity::new(folder.path());
        let server = Chronyd::start(&chronyd, &identity, folder.path());
        let address = format!("127.0.0.1:{}", server.establishment);
        let ask = |trust: &Path, more: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_asktime"));
            command.args(["--nts", &address, "--count", "3", "--trust"]).arg(trust).args(more);
            command
        };
        let said = run(&mut ask(&identity.certificate, &[]));
        assert!(said.contains(&format!("keys       AEAD {algorithm}, 8 cookies")), "{said}");
        // Each reply brought a cookie for the one it cost.
        assert!(said.contains("cookies    8 left"), "{said}");
        assert_eq!(said.matches("stratum 3").count(), 3, "{said}");
        let said = run(&mut ask(&identity.certificate, &["--algorithm", "aes-siv-cmac256"]));
        assert!(said.contains("AEAD 15"), "{said}");
        let stranger = Identity::new(&folder.path().join("stranger"));
        assert!(!ask(&stranger.certificate, &[]).output().unwrap().status.success());
    }
}

/// Each chronyd to ask, and the algorithm it is expected to agree on.
fn chronyds() -> Vec<(PathBuf, u16)> {
    let newer = std::env::var_os("UNDERHOOD_NEWER_CHRONYD");
    if newer.is_none() {
        eprintln!("SKIPPED: AEAD 30 (set UNDERHOOD_NEWER_CHRONYD to a chronyd of 4.4 or later)");
    }
    let newer = newer.map(|path| (path.into(), 30));
    [("chronyd".into(), 15)].into_iter().chain(newer).collect()
}

/// Asks our server with chronyd and returns what it said, agreed or not.
fn ask_with(chronyd: &Path, establishment: u16, trust: &Path, folder: &Path) -> String {
    let output = Command::new(chronyd)
        .args(["-Q", "-x", "-U", "-u", "root", "-t", "6", "-f", "/dev/null"])
        .args([
            format!("server 127.0.0.1 iburst maxsamples 1 nts ntsport {establishment}"),
            format!("ntstrustedcerts {}", trust.display()),
            "nosystemcert".into(),
            format!("pidfile {}", folder.join("client.pid").display()),
            "cmdport 0".into(),
            "bindcmdaddress /".into(),
        ])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A name for 127.0.0.1 that signs for itself, made for one test.
struct Identity {
    certificate: PathBuf,
    key: PathBuf,
}

impl Identity {
    fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Self { certificate, key }
    }
}

/// A chronyd that serves on ports of its own and leaves the clock alone.
struct Chronyd {
    child: Child,
    establishment: u16,
}

impl Chronyd {
    fn start(chronyd: &Path, identity: &Identity, folder: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let establishment = free.local_addr().unwrap().port();
        let ntp = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        drop(free);
        let configuration = folder.join("chrony.conf");
        let lines = [
            format!("port {ntp}"),
            format!("ntsport {establishment}"),
            format!("ntsserverkey {}", identity.key.display()),
            format!("ntsservercert {}", identity.certificate.display()),
            format!("pidfile {}", folder.join("server.pid").display()),
            "bindaddress 127.0.0.1\ncmdport 0\nbindcmdaddress /\nlocal stratum 3\nallow 127.0.0.0/8\n".into(),
        ];
        std::fs::write(&configuration, lines.join("\n")).unwrap();
        let child = Command::new(chronyd)
            .args(["-d", "-x", "-U", "-u", "root", "-f"])
            .arg(&configuration)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, establishment };
        let patience = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", establishment)).is_err() {
            assert!(Instant::now() < patience, "chronyd does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }
}

impl Drop for Chronyd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
