//! A mail server for tests: `aiosmtpd` with a handler of our own, on a free loopback port, gone afterwards.
//!
//! It runs in a Python environment of its own below `target/`, made when missing. With `MAKI_TEST_SMTP` and
//! `MAKI_TEST_SMTP_FOLDER` set, that server is used instead and nothing is started.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::process::{read, run, sleep};
use crate::{machine, root};

const SINK: &str = include_str!("smtp_sink.py");
/// What the environment holds; another version makes it anew.
const PACKAGES: [&str; 1] = ["aiosmtpd==1.4.6"];

/// A running server; dropping it stops it and removes its folder.
pub struct SmtpSink {
    url: String,
    folder: PathBuf,
    server: Option<(Child, TempDir)>,
}

impl SmtpSink {
    /// Starts a server, or takes the one that is named.
    pub fn start() -> Result<Self> {
        if let (Ok(url), Ok(folder)) = (std::env::var("MAKI_TEST_SMTP"), std::env::var("MAKI_TEST_SMTP_FOLDER")) {
            println!("using the server named by MAKI_TEST_SMTP");
            return Ok(Self { url, folder: folder.into(), server: None });
        }
        let python = environment()?;
        let place = tempfile::Builder::new().prefix("maki-smtp-").tempdir()?;
        let script = place.path().join("smtp_sink.py");
        std::fs::write(&script, SINK)?;
        let folder = place.path().join("mails");
        std::fs::create_dir(&folder)?;
        let mut command = Command::new(python);
        command.arg("-u").arg(script).arg(&folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = command.spawn().context("cannot start the mail server")?;
        let port = match port_told_by(&mut server) {
            Ok(port) => port,
            Err(error) => {
                server.kill().ok();
                server.wait().ok();
                return Err(error.context("the mail server did not say where it listens"));
            }
        };
        println!("a mail server for tests listens at 127.0.0.1:{port}");
        Ok(Self { url: format!("smtp://127.0.0.1:{port}"), folder, server: Some((server, place)) })
    }

    /// What tests have to know.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        [("MAKI_TEST_SMTP", self.url.clone()), ("MAKI_TEST_SMTP_FOLDER", self.folder.display().to_string())]
    }
}

/// Runs a server until Ctrl-C, for working on mails.
pub fn serve() -> Result<()> {
    let sink = SmtpSink::start()?;
    for (name, value) in sink.variables() {
        println!("export {name}={value}");
    }
    while sleep(Duration::from_millis(200)).is_ok() {}
    Ok(())
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        if let Some((server, _)) = &mut self.server {
            // The end of its input is its stop.
            drop(server.stdin.take());
            if let Err(error) = server.wait() {
                eprintln!("the mail server did not stop: {error}");
            }
        }
    }
}

fn port_told_by(server: &mut Child) -> Result<u16> {
    let mut line = String::new();
    let output = server.stdout.take().context("no output")?;
    BufReader::new(output).read_line(&mut line)?;
    Ok(line.trim().parse()?)
}

/// The Python of the environment, made when it is missing or holds something else.
fn environment() -> Result<PathBuf> {
    let place = root().join("target/smtp-sink");
    let (python, mark) = (place.join("bin/python"), place.join("packages"));
    let wanted = PACKAGES.join("\n");
    if python.is_file() && std::fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(python);
    }
    let system = python3()?;
    if place.exists() {
        std::fs::remove_dir_all(&place)?;
    }
    make_environment(&system, &place)?;
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES))?;
    std::fs::write(mark, wanted)?;
    Ok(python)
}

/// Debian parts the module for environments from Python itself.
fn make_environment(system: &Path, place: &Path) -> Result<()> {
    let make = || run(Command::new(system).args(["-m", "venv"]).arg(place));
    if make().is_ok() {
        return Ok(());
    }
    machine::install("python3-venv", "it makes environments of Python")?;
    make()
}

fn python3() -> Result<PathBuf> {
    let find = || machine::on_path("python3");
    let python = match find() {
        Some(python) => python,
        None => {
            machine::install("python3", "the mail server of the tests needs it")?;
            find().context("python3 was installed and is still not found")?
        }
    };
    let version = read(Command::new(&python).args(["-c", "import sys; print(sys.version_info >= (3, 9))"]))?;
    ensure!(version == "True", "{} is older than 3.9", python.display());
    Ok(python)
}
