//! A PostgreSQL cluster of the tests' own: in a temporary folder, on a free loopback port, gone afterwards.
//!
//! PostgreSQL refuses to run as root, so root runs it as `postgres` or `nobody`. The cluster asks for a password
//! made for this run, because everybody on the machine can reach a loopback port. It is tuned for tests, not for
//! durability. With `MAKI_TEST_POSTGRES` set, that server is used instead and nothing is started.

use std::fs::File;
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::process::{read, sleep, stop};
use crate::{machine, process};

const START: Duration = Duration::from_secs(60);
const DATABASE_USER: &str = "maki";

/// A running server; dropping it stops it and removes its folder.
pub struct Postgres {
    url: String,
    server: Option<(Child, TempDir)>,
    bin: PathBuf,
}

impl Postgres {
    /// Starts a cluster, or takes the one named by `MAKI_TEST_POSTGRES`.
    pub fn start() -> Result<Self> {
        let bin = machine::postgres_bin()?;
        if let Ok(url) = std::env::var("MAKI_TEST_POSTGRES") {
            println!("using the server named by MAKI_TEST_POSTGRES");
            return Ok(Self { url, server: None, bin });
        }
        let folder = tempfile::Builder::new().prefix("maki-postgres-").tempdir()?;
        let account = Account::choose()?;
        let password = random_password()?;
        init_cluster(&bin, folder.path(), &account, &password)?;
        let port = free_port()?;
        let mut server = account
            .command(&bin.join("postgres"))
            .arg("-D")
            .arg(folder.path().join("data"))
            .args(settings(port).iter().flat_map(|setting| ["-c", setting]))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(folder.path().join("server.log"))?)
            .spawn()
            .context("cannot start postgres")?;
        if let Err(error) = wait_until_ready(&bin, port, &mut server) {
            stop(&mut server, "-INT").ok();
            let log = std::fs::read_to_string(folder.path().join("server.log")).unwrap_or_default();
            return Err(error.context(log));
        }
        println!("PostgreSQL from {} listens at 127.0.0.1:{port}", bin.display());
        Ok(Self {
            url: format!("postgres://{DATABASE_USER}:{password}@127.0.0.1:{port}/postgres"),
            server: Some((server, folder)),
            bin,
        })
    }

    /// The address of the server's maintenance database; tests create their own databases beside it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Creates an empty database and returns its address.
    pub fn create_database(&self, name: &str) -> Result<String> {
        let sql = format!("CREATE DATABASE \"{name}\"");
        read(Command::new(self.bin.join("psql")).args(["--no-psqlrc", "--quiet", "--command", &sql, &self.url]))?;
        let (server, _) = self.url.rsplit_once('/').context("the server's address names no database")?;
        Ok(format!("{server}/{name}"))
    }
}

/// Runs a cluster until Ctrl-C, for working on the store.
pub fn serve() -> Result<()> {
    let postgres = Postgres::start()?;
    println!("export MAKI_TEST_POSTGRES={}", postgres.url());
    while sleep(Duration::from_millis(200)).is_ok() {}
    Ok(())
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some((server, _)) = &mut self.server
            && let Err(error) = stop(server, "-INT")
        {
            eprintln!("PostgreSQL did not stop: {error:#}");
        }
    }
}

/// Whom the server runs as: another account when this is root, otherwise this one.
enum Account {
    Own,
    Other { name: &'static str, uid: u32, gid: u32 },
}

impl Account {
    fn choose() -> Result<Self> {
        if !machine::is_root() {
            return Ok(Self::Own);
        }
        for name in ["postgres", "nobody"] {
            let number = |flag: &str| read(Command::new("id").args([flag, name])).ok()?.parse().ok();
            if let (Some(uid), Some(gid)) = (number("-u"), number("-g")) {
                return Ok(Self::Other { name, uid, gid });
            }
        }
        bail!("PostgreSQL refuses to run as root, and there is neither an account `postgres` nor `nobody`")
    }

    fn own(&self, path: &Path) -> Result<()> {
        if let Self::Other { uid, gid, .. } = self {
            chown(path, Some(*uid), Some(*gid))?;
        }
        Ok(())
    }

    /// The program as this account. Where `setpriv` exists, the kernel ends the program with this process.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        match self {
            Self::Own if machine::on_path("setpriv").is_none() => return Command::new(program),
            Self::Own => {}
            Self::Other { name, gid, .. } => {
                command.args([&format!("--reuid={name}"), &format!("--regid={gid}"), "--clear-groups"]);
            }
        }
        command.args(["--pdeathsig", "INT", "--"]).arg(program).current_dir("/");
        command
    }
}

fn init_cluster(bin: &Path, folder: &Path, account: &Account, password: &str) -> Result<()> {
    let secret = folder.join("password");
    std::fs::write(&secret, password)?;
    account.own(folder)?;
    account.own(&secret)?;
    read(
        account
            .command(&bin.join("initdb"))
            .args(["--username", DATABASE_USER, "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"])
            .args(["--no-sync", "--pwfile"])
            .arg(&secret)
            .arg("-D")
            .arg(folder.join("data")),
    )?;
    std::fs::remove_file(secret)?;
    Ok(())
}

fn settings(port: u16) -> [String; 8] {
    [
        format!("port={port}"),
        "listen_addresses=127.0.0.1".to_owned(),
        "unix_socket_directories=".to_owned(),
        "max_connections=200".to_owned(),
        "shared_buffers=64MB".to_owned(),
        "fsync=off".to_owned(),
        "synchronous_commit=off".to_owned(),
        "full_page_writes=off".to_owned(),
    ]
}

fn wait_until_ready(bin: &Path, port: u16, server: &mut Child) -> Result<()> {
    let since = Instant::now();
    while since.elapsed() < START {
        if let Some(status) = server.try_wait()? {
            bail!("postgres ended at once: {status}");
        }
        let answer = Command::new(bin.join("pg_isready"))
            .args(["--quiet", "--host=127.0.0.1", &format!("--port={port}")])
            .status()?;
        if answer.success() {
            return Ok(());
        }
        sleep(Duration::from_millis(100))?;
    }
    bail!("postgres was not ready within {} s", START.as_secs())
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    process::ensure_not_interrupted()?;
    let password: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(password.len() == 32, "no randomness");
    Ok(password)
}
