//! A `maki serve` of one's own on a free loopback port, for the browser tests.
//!
//! Starting means: the demo register is imported into an empty place, the server runs, and it answers. Stopping
//! is part of the test: the server must end by itself, with success, when asked as a service manager asks.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::demo::{import_demo, maki, maki_with};
use crate::process::{run, sleep, stop};
use crate::root;

/// A word that no other entry has; the browser tests search for it.
const REVISION_WORD: &str = "Erprobungsvermerk:";

/// Who may sign in, as `maki user demo --json` says it.
const PEOPLE: &str = "people.json";
/// What the claims of the provider give.
const PROVIDER_RULES: &str = r#"
[organisation]
claim = "org"
by = "organisation-name"

[[role]]
claim = "roles"
value = "redaktion"
roles = ["editor"]
"#;

const START: Duration = Duration::from_secs(60);

/// A running server with the demo register; dropping it stops it.
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// Where the provider of OpenID Connect is expected; the test that needs it starts it.
    provider: SocketAddr,
    log: PathBuf,
    folder: TempDir,
}

impl Server {
    /// Fills an empty register with the demo data and serves it. Without a database the embedded one is used.
    pub fn start(name: &str, database: Option<&str>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("maki-e2e-").tempdir()?;
        for mut step in import_demo() {
            place(&mut step, folder.path(), database);
            run(&mut step)?;
        }
        make_people(folder.path(), database)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, crate::postgres::free_port()?));
        let provider = SocketAddr::from((Ipv4Addr::LOCALHOST, crate::postgres::free_port()?));
        let settings = with_provider(folder.path(), provider)?;
        let logs = root().join("target/e2e");
        std::fs::create_dir_all(&logs)?;
        let log = logs.join(format!("server-{name}.log"));
        let mut serve = maki_with("serve", &settings);
        serve.args(["--listen", &address.to_string()]);
        place(&mut serve, folder.path(), database);
        let output = File::create(&log)?;
        let child = serve
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("cannot start maki serve")?;
        let mut server = Self { child, address, provider, log, folder };
        server.wait_until_ready()?;
        println!("{} serves {} (log: {})", server.url(), server.folder.path().display(), server.log.display());
        Ok(server)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What browser tests have to know: the server, its people, its mails, and where it expects the provider.
    pub fn told(&self) -> [(&'static str, OsString); 4] {
        [
            ("MAKI_URL", self.url().into()),
            ("MAKI_E2E_PEOPLE", self.folder.path().join(PEOPLE).into()),
            ("MAKI_E2E_MAILS", self.folder.path().join("mail").into()),
            ("MAKI_E2E_PROVIDER", format!("http://{}", self.provider).into()),
        ]
    }

    /// Imports the demo register again while it is served, with one system revised: the pages must follow, and the
    /// revised system has a second version to look at. Its summary then begins with [`REVISION_WORD`].
    pub fn revise(&self, database: Option<&str>) -> Result<()> {
        let register = std::fs::read_to_string(root().join("demo/register.jsonl"))?;
        let file = self.folder.path().join("revised.jsonl");
        std::fs::write(&file, with_revised_summary(&register)?)?;
        let mut import = maki("import");
        import.arg(&file).args(["--profile", "maki"]);
        place(&mut import, self.folder.path(), database);
        run(&mut import)
    }

    /// Stops the server and fails unless it ended by itself and with success.
    pub fn stop(mut self) -> Result<()> {
        let status = stop(&mut self.child, "-TERM")?;
        ensure!(status.success(), "maki serve did not stop well: {status}\n{}", tail(&self.log));
        Ok(())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let since = Instant::now();
        while since.elapsed() < START {
            if let Some(status) = self.child.try_wait()? {
                bail!("maki serve ended at once: {status}\n{}", tail(&self.log));
            }
            if is_answered(self.address, "/") {
                return Ok(());
            }
            sleep(Duration::from_millis(50))?;
        }
        bail!("maki serve did not answer within {} s\n{}", START.as_secs(), tail(&self.log))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child, "-TERM").ok();
    }
}

/// Makes the people of the demonstration and keeps what signs them in.
fn make_people(folder: &Path, database: Option<&str>) -> Result<()> {
    let mut make = maki("user");
    make.args(["demo", "--json"]);
    place(&mut make, folder, database);
    let made = make.stderr(Stdio::inherit()).output().context("cannot start maki user")?;
    ensure!(made.status.success(), "maki user demo: {}", made.status);
    std::fs::write(folder.join(PEOPLE), made.stdout)?;
    Ok(())
}

/// The settings of the demonstration with a provider of OpenID Connect, and its rules.
fn with_provider(folder: &Path, provider: SocketAddr) -> Result<PathBuf> {
    let (secret, rules, settings) = (folder.join("secret"), folder.join("rules.toml"), folder.join("settings.toml"));
    std::fs::write(&secret, "test-only-secret\n")?;
    std::fs::write(&rules, PROVIDER_RULES)?;
    let demo = std::fs::read_to_string(root().join("demo/demo.toml"))?;
    let own = format!(
        "{demo}\n[[sign_in.provider]]\nkey = \"probe\"\nlabel = \"Verwaltungskonto\"\nissuer = \"http://{provider}\"\n\
         client_id = \"maki\"\nclient_secret_file = {secret:?}\nscopes = [\"profile\", \"email\", \"maki\"]\nrules = {rules:?}\n"
    );
    std::fs::write(&settings, own)?;
    Ok(settings)
}

/// Tells a command where the register is. With a database the folder holds the index alone.
fn place(command: &mut Command, folder: &Path, database: Option<&str>) {
    command.arg("--data").arg(folder);
    if let Some(url) = database {
        command.env("MAKI_DATABASE_URL", url);
    }
}

/// The register with the first summary in it extended, in every row that repeats it.
fn with_revised_summary(register: &str) -> Result<String> {
    const KEY: &str = "\"short_description\": \"";
    let (_, rest) = register.split_once(KEY).context("the demo register has no summary")?;
    let (summary, _) = rest.split_once("\",").context("the demo register's summary does not end")?;
    let old = format!("{KEY}{summary}\"");
    Ok(register.replace(&old, &format!("{KEY}{REVISION_WORD} {summary}\"")))
}

/// Whether the address answers this path with 200.
pub fn is_answered(address: SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
        let mut head = vec![0; 12];
        stream.read_exact(&mut head)?;
        Ok(String::from_utf8_lossy(&head).into_owned())
    };
    ask().is_ok_and(|head| head == "HTTP/1.1 200")
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(30).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revision_changes_one_summary_wherever_it_stands() {
        let row = |text: &str| format!("{{\"short_description\": \"{text}\", \"name\": \"x\"}}\n");
        let register = row("a") + &row("b") + &row("a");
        let revised = row("Erprobungsvermerk: a") + &row("b") + &row("Erprobungsvermerk: a");
        assert_eq!(with_revised_summary(&register).ok(), Some(revised));
        assert!(with_revised_summary("{}").is_err());
    }
}
