//! What the tests of the programs share: start a server on a port of its own, build the sample site, run a tool.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Whether interop tests are wanted here. If so the tool must be there: a missing one is a failure.
pub(crate) fn wanted(tool: &str) -> bool {
    if std::env::var_os("UNDERHOOD_INTEROP").is_none() {
        eprintln!("SKIPPED: {tool} is not asked (set UNDERHOOD_INTEROP=1)");
        return false;
    }
    true
}

/// Runs a command to its end and returns all it printed; panics when it fails.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{command:?} {}: {said}", output.status);
    said
}

/// `zonec` with arguments.
pub(crate) fn zonec<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zonec"));
    command.args(arguments);
    command
}

/// A file of the sample site.
pub(crate) fn site(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("site").join(file)
}

/// Builds the sample site into `folder`.
pub(crate) fn build_site(folder: &Path) -> PathBuf {
    let image = folder.join("site.img");
    run(zonec(["build", "--combine", "override", "-o"]).arg(&image).args([
        site("edge.example.zone"),
        site("www.data"),
        site("geo.data"),
    ]));
    image
}

/// A server of ours, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
    port: u16,
}

impl Server {
    /// `authd` on a free port.
    pub(crate) fn authd(image: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authd"));
        command.arg("--image").arg(image).args(["--listen", "127.0.0.1:0"]);
        Self::start(command)
    }

    /// `authd` on a free port, with a folder of deltas.
    pub(crate) fn authd_with_deltas(image: &Path, deltas: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_authd"));
        command.arg("--image").arg(image).arg("--deltas").arg(deltas);
        command.args(["--listen", "127.0.0.1:0"]);
        Self::start(command)
    }

    /// `timed` on a free port.
    pub(crate) fn timed() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_timed"));
        command.args(["--listen", "127.0.0.1:0"]);
        Self::start(command)
    }

    /// `timed` on a free port, with NTS on another, which its second line names.
    pub(crate) fn timed_with_nts(certificate: &Path, key: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_timed"));
        command.args(["--listen", "127.0.0.1:0", "--nts", "127.0.0.1:0", "--certificate"]);
        command.arg(certificate).arg("--key").arg(key);
        Self::start(command)
    }

    /// `tlsedge serve` on a free port.
    pub(crate) fn tlsedge(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tlsedge"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut server = Self { child, lines, port: 0 };
        server.port = server.port_in_next_line();
        server
    }

    /// The port of 127.0.0.1 that the next line names.
    pub(crate) fn port_in_next_line(&mut self) -> u16 {
        let line = self.line();
        let after = line.split("127.0.0.1:").nth(1);
        after
            .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next())
            .and_then(|port| port.parse().ok())
            .unwrap_or_else(|| panic!("no address in: {line}"))
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The next line that the server prints.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// Sends a signal by name, such as `HUP`.
    pub(crate) fn signal(&self, name: &str) {
        run(Command::new("kill").args(["-s", name, &self.child.id().to_string()]));
    }

    /// Waits for the end and returns whether it was a success.
    pub(crate) fn wait(&mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// Asks this server with dig.
    pub(crate) fn dig(&self, arguments: &[&str]) -> String {
        run(Command::new("dig")
            .args(["@127.0.0.1", "-p", &self.port.to_string(), "+tries=2", "+time=2"])
            .args(arguments))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
