//! Processes that tests start, on free ports of the loopback interface, and stop by their own ids.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// The longest that a daemon may take to listen; each look takes a fifth of a second.
const MOST_LOOKS: u32 = 150;

/// A process that ends with its test.
pub(crate) struct Daemon {
    child: Child,
    pub(crate) folder: PathBuf,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // A process that is gone already needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Daemon {
    /// Starts a program in a folder of its own, with its output in a file, and waits until it listens. None when this
    /// machine has no such program.
    pub(crate) fn start(program: &str, folder: &Path, args: &[&str], port: u16) -> Option<Self> {
        let mut command = Command::new(find(program)?);
        command.args(args);
        Some(Self::spawn(command, program, folder, port))
    }

    /// Starts any command likewise.
    pub(crate) fn spawn(mut command: Command, name: &str, folder: &Path, port: u16) -> Self {
        let log = fs::File::create(folder.join(format!("{name}.log"))).expect("a log can be written");
        let child = command
            .current_dir(folder)
            .env("HOME", folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("one file, two streams"))
            .stderr(log)
            .spawn()
            .expect("it starts");
        let mut daemon = Self { child, folder: folder.to_owned() };
        daemon.listens(name, port);
        daemon
    }

    fn listens(&mut self, program: &str, port: u16) {
        for _ in 0..MOST_LOOKS {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return;
            }
            let ended = self.child.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "{program} ended: {}", self.log(program));
            pause();
        }
        panic!("{program} does not listen on {port}: {}", self.log(program));
    }

    fn log(&self, program: &str) -> String {
        fs::read_to_string(self.folder.join(format!("{program}.log"))).unwrap_or_default()
    }
}

/// Waits a fifth of a second.
#[expect(
    clippy::disallowed_methods,
    reason = "other people's processes tell no clock of ours when they are ready"
)]
pub(crate) fn pause() {
    std::thread::sleep(Duration::from_millis(200));
}

/// Where a program is. One that is missing is said aloud, and fails the test in CI.
#[expect(clippy::disallowed_methods, reason = "CI says that it is CI")]
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let found = ["/usr/bin", "/usr/sbin", "/usr/local/bin"]
        .map(|folder| Path::new(folder).join(program))
        .into_iter()
        .find(|path| path.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "{program} is not installed: .ci/run installs it"
        );
        let said = format!("\nNOT TESTED: {program} is not installed on this machine (Debian has it)\n");
        std::io::stderr().write_all(said.as_bytes()).expect("stderr is there");
    }
    found
}

/// A port that was free a moment ago.
pub(crate) fn port() -> u16 {
    let [port] = ports();
    port
}

/// Several of them, all different.
pub(crate) fn ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("loopback has free ports"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}

/// A fresh folder below the target folder.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("daemons").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an earlier run's leftovers can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// What a command of ours came to: exit code, stdout, stderr.
pub(crate) fn probity(folder: &Path, args: &[impl AsRef<std::ffi::OsStr>]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(args)
        .current_dir(folder)
        .output()
        .expect("it starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    (output.status.code().expect("it was not killed"), text(output.stdout), text(output.stderr))
}

/// Asks somebody for a path, without any client of ours.
pub(crate) fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let request = format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it answers");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The arguments of the README's command that begins so, with other ports: those that it names may be taken here.
pub(crate) fn readme(begins: &str, ports: &[(u16, u16)]) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).expect("the README is shipped");
    let mut commands = text.lines().filter_map(|line| line.strip_prefix("$ cargo run -- "));
    let command = commands.find(|command| command.starts_with(begins)).expect("the README shows it");
    let ports = ports.iter().map(|(shown, taken)| (format!(":{shown}"), format!(":{taken}")));
    let command = ports.fold(command.to_owned(), |command, (shown, taken)| {
        assert!(command.contains(&shown), "{command} names no port {shown}");
        command.replace(&shown, &taken)
    });
    command.split_whitespace().map(str::to_owned).collect()
}
