//! `cargo xtask demo`: a register with the demo data at the first start, the same register at every further one.
//!
//! The register lives in `demo-data/`. It is made anew when the demo files or the database layout changed, which
//! a fingerprint beside it tells; otherwise a second start builds nothing and serves at once.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::process;
use crate::{machine, maki_binary, root};

const FINGERPRINT: &str = "demo-fingerprint";

#[derive(Args)]
pub struct Options {
    /// Address to serve at
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Make the demo register anew
    #[arg(long)]
    fresh: bool,
}

pub fn run(options: &Options) -> Result<()> {
    TcpListener::bind(options.listen).with_context(|| {
        let other = options.listen.port().saturating_add(1);
        format!(
            "cannot listen at {0}: another program may use that port. End it, or choose another one: \
             cargo xtask demo --listen {1}:{other}",
            options.listen,
            options.listen.ip()
        )
    })?;
    machine::npm_packages(&root().join("frontend"))?;
    let mut build = crate::cargo();
    process::run(build.args(["build", "--locked", "--package", "maki"]))?;

    let data = root().join("demo-data");
    prepare(&data, options.fresh)?;
    println!(
        "\nSign in at http://{}/anmelden as one of these; the passwords are new at every start:\n",
        options.listen
    );
    process::run(maki("user").arg("demo").arg("--data").arg(&data))?;
    print_invitation(options.listen);
    let mut serve = maki("serve");
    serve.arg("--listen").arg(options.listen.to_string()).arg("--data").arg(&data);
    Err(serve.exec()).context("cannot start maki serve")
}

/// The binary with the demo's configuration and one of its commands.
pub fn maki(command: &str) -> Command {
    maki_with(command, &root().join("demo/demo.toml"))
}

/// The same with other settings.
pub fn maki_with(command: &str, settings: &Path) -> Command {
    let mut maki = Command::new(maki_binary());
    maki.current_dir(root()).arg(command).arg("--config").arg(settings);
    maki
}

/// The commands that fill an empty register with the demo data; the caller adds where it is.
pub fn import_demo() -> Vec<Command> {
    let mut import = maki("import");
    import.arg(root().join("demo/register.jsonl")).args(["--profile", "maki"]);
    vec![import]
}

fn prepare(data: &Path, fresh: bool) -> Result<()> {
    let wanted = fingerprint()?;
    let mark = data.join(FINGERPRINT);
    if !fresh && std::fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    if data.exists() {
        println!("making {} anew", data.display());
        std::fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))?;
    }
    std::fs::create_dir_all(data)?;
    for mut command in import_demo() {
        process::run(command.arg("--data").arg(data))?;
    }
    std::fs::write(mark, wanted)?;
    Ok(())
}

/// A number over every file that decides what the demo register looks like.
fn fingerprint() -> Result<String> {
    let mut files = Vec::new();
    for folder in ["demo", "migrations/sqlite"] {
        collect(&root().join(folder), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        file.hash(&mut hasher);
        std::fs::read(file)?.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn print_invitation(listen: SocketAddr) {
    let base = format!("http://{listen}");
    println!(
        "\nThe demo register is served at {base} (stop it with Ctrl-C). Try:\n\
         \n  {base}/systeme?q=Wohngeld      search, then narrow it with the filters\
         \n  {base}/systeme                 open any entry: its Steckbrief, its versions\
         \n  {base}/dashboard               figures, every bar a link\
         \n  {base}/behoerden               who uses what\
         \n  {base}/arbeit                  enter, submit and approve entries as one of the people above\
         \n  {base}/api/v1/systems?q=Chatbot   the same search as JSON ({base}/api/v1/openapi.json)\n"
    );
}
