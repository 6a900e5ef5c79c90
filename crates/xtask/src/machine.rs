//! What the machine has, and how the missing is installed: Chromium, PostgreSQL, Python, npm packages.
//!
//! On Debian as root `apt-get` installs; everywhere else the message names the exact package. A place of one's own
//! is named by `MAKI_CHROMIUM` (the program) and `MAKI_PG_BIN` (the folder that holds `initdb`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{read, run};

/// The Chromium to drive, installed when missing and possible.
pub fn chromium() -> Result<PathBuf> {
    if let Some(own) = std::env::var_os("MAKI_CHROMIUM").map(PathBuf::from) {
        ensure!(own.is_file(), "MAKI_CHROMIUM names {}, which does not exist", own.display());
        return Ok(own);
    }
    let find = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path);
    find_or_install(find, "chromium", "MAKI_CHROMIUM=/path/to/chromium")
}

/// The folder that holds `initdb` and `postgres`, installed when missing and possible.
pub fn postgres_bin() -> Result<PathBuf> {
    find_or_install(find_postgres_bin, "postgresql", "MAKI_PG_BIN=/folder/with/initdb")
}

/// The folder that holds `initdb` and `postgres`, when there is one.
pub fn find_postgres_bin() -> Option<PathBuf> {
    if let Some(own) = std::env::var_os("MAKI_PG_BIN").map(PathBuf::from) {
        return has_server(&own).then_some(own);
    }
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| has_server(bin))
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, bin)| bin);
    newest.or_else(|| {
        let bin = on_path("initdb")?.canonicalize().ok()?.parent()?.to_path_buf();
        has_server(&bin).then_some(bin)
    })
}

/// Installs the npm packages of a folder as its lock file says, unless that has been done already.
pub fn npm_packages(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let installed = folder.join("node_modules/.package-lock.json");
    let modified = |path: &Path| path.metadata().and_then(|meta| meta.modified());
    let wanted = modified(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if modified(&installed).is_ok_and(|time| time >= wanted) {
        println!("npm packages of {} are there", folder.display());
        return Ok(());
    }
    require_node()?;
    let npm = on_path("npm").context("npm is missing: install Node.js 20 or newer with npm")?;
    run(Command::new(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
}

/// The Node.js program, at least version 20.
pub fn require_node() -> Result<PathBuf> {
    let node = on_path("node").context("node is missing: install Node.js 20 or newer")?;
    let version = read(Command::new(&node).arg("--version"))?;
    let major = major(&version).with_context(|| format!("cannot read the version of Node.js: {version}"))?;
    ensure!(major >= 20, "Node.js is {version}, and 20 or newer is needed");
    Ok(node)
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    read(Command::new("id").arg("-u")).is_ok_and(|uid| uid == "0")
}

/// The first program of this name in `PATH`.
pub fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

fn find_or_install(find: impl Fn() -> Option<PathBuf>, package: &str, own: &str) -> Result<PathBuf> {
    if let Some(found) = find() {
        return Ok(found);
    }
    install(package, &format!("or say where it is with {own}"))?;
    find().with_context(|| format!("{package} was installed and is still not found: say where it is with {own}"))
}

/// Installs a package of Debian, as root; elsewhere says what is missing, and the hint.
pub fn install(package: &str, hint: &str) -> Result<()> {
    if on_path("apt-get").is_none() {
        bail!("{package} is missing: install it ({hint})");
    }
    if !is_root() {
        bail!("{package} is missing: `sudo apt-get install {package}` ({hint})");
    }
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt().args(["update", "--quiet"]))?;
    run(apt().args(["install", "--quiet", "--yes", "--no-install-recommends", package]))
}

fn has_server(bin: &Path) -> bool {
    bin.join("initdb").is_file() && bin.join("postgres").is_file()
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_version_of_node() {
        for (text, expected) in [("v20.20.2", Some(20)), ("v9.1.0", Some(9)), ("20.1", None), ("", None)] {
            assert_eq!(major(text), expected, "{text}");
        }
    }
}
