//! Runs the binary in a folder of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// What a command said and how it ended.
pub struct Said {
    pub success: bool,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { success: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    #[track_caller]
    pub fn expect(&self, success: bool, words: &str) {
        let all = format!("{}{}", self.out, self.err);
        assert!(self.success == success && all.contains(words), "wanted {success} and {words:?}:\n{all}");
    }
}

/// The command without anything of the surroundings.
pub fn maki() -> Command {
    clean(Command::new(env!("CARGO_BIN_EXE_maki")))
}

pub fn clean(mut maki: Command) -> Command {
    for name in ["MAKI_CONFIG", "MAKI_DATA", "MAKI_DATABASE_URL", "MAKI_LISTEN", "MAKI_LOG", "MAKI_METRICS_LISTEN"] {
        maki.env_remove(name);
    }
    maki.stdin(Stdio::null());
    maki
}

pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With a register of a few entries of the demonstration.
    pub fn with_register() -> Self {
        let folder = Self::new();
        let file = folder.sample(5);
        folder.run(&["import", file.to_str().unwrap(), "--profile", "maki"]).expect(true, "5 entries");
        folder
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The first entries of the demonstration as a file.
    pub fn sample(&self, entries: usize) -> PathBuf {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/register.jsonl");
        let demo = std::fs::read_to_string(demo).unwrap();
        let lines: Vec<&str> = demo.lines().take(entries).collect();
        self.file("sample.jsonl", &(lines.join("\n") + "\n"))
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Runs a command on the register in `data`.
    pub fn run(&self, arguments: &[&str]) -> Said {
        maki().args(arguments).arg("--data").arg(self.data()).output().unwrap().into()
    }
}

/// A server that ends with this value.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts `maki serve` with more arguments and waits until it answers.
    pub fn start(mut command: Command) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        command.args(["serve", "--listen", &address.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
        let server = Self { child, address };
        let since = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(since.elapsed() < Duration::from_secs(30), "the server does not answer");
            std::thread::sleep(Duration::from_millis(30));
        }
        server
    }

    pub fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
