//! The project's automation: `cargo xtask demo | test | bench | soak | postgres`.
//!
//! One command per need, each complete on a fresh machine: what is missing is installed where that is possible
//! (root on Debian) and named exactly where it is not. Nothing is ever skipped silently, and with `CI=true`
//! nothing is skipped at all. Whatever a command starts, it stops again, also on failure and on Ctrl-C.

mod bench;
mod browser;
mod demo;
mod import_reports;
mod machine;
mod postgres;
mod process;
mod server;
mod smtp;
mod soak;
mod steps;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Automation of the MaKI project")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build, create the demo register on the first run, and serve it
    Demo(demo::Options),
    /// Everything that must pass, from format to browser, on SQLite and PostgreSQL
    Test(test::Options),
    /// Measure, and print each figure beside its limit
    Bench(bench::Options),
    /// What takes longer: every accessibility engine in every mode, long loops of the tests
    Soak(soak::Options),
    /// Import the real registers and write docs/import-reports.md
    ImportReports,
    /// Make the pictures of the guide anew, from the pages as they are now
    Guide,
    /// A PostgreSQL for working on the store: prints its address and runs until Ctrl-C
    Postgres,
    /// A mail server for working on mails: prints its address and runs until Ctrl-C
    Smtp,
}

fn main() -> ExitCode {
    let outcome = process::watch_interrupts().and_then(|()| match Cli::parse().task {
        Task::Demo(options) => demo::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Soak(options) => soak::run(&options),
        Task::ImportReports => import_reports::run(),
        Task::Guide => guide(),
        Task::Postgres => postgres::serve(),
        Task::Smtp => smtp::serve(),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Builds, serves the demo register and takes the pictures; the next build puts them into the binary.
fn guide() -> Result<()> {
    machine::npm_packages(&root().join("frontend"))?;
    process::run(cargo().args(["build", "--locked", "-p", "maki"]))?;
    let server = server::Server::start("guide", None)?;
    browser::guide(&server)?;
    server.stop()
}

/// The repository's root folder.
pub fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path.pop();
    path
}

/// Whether this runs as a check of a submission, where nothing may be skipped.
pub fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| matches!(value.as_str(), "true" | "1"))
}

/// A `cargo` command in the repository's root, by the same toolchain that runs this one.
pub fn cargo() -> std::process::Command {
    let mut command = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Where `cargo build` of the dev profile puts the binary `maki`.
pub fn maki_binary() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("debug").join(format!("maki{}", std::env::consts::EXE_SUFFIX))
}

/// The arguments that build every binary and test once, so that no later step compiles anything again.
pub fn build_everything() -> std::process::Command {
    let mut command = cargo();
    command.args(["build", "--locked", "--workspace", "--bins", "--tests", "--examples"]);
    command
}

/// Fails when the crate named does not exist, instead of pretending to have measured something.
pub fn require_crate(name: &str, purpose: &str) -> Result<()> {
    let manifest = root().join("crates").join(name).join("Cargo.toml");
    anyhow::ensure!(manifest.is_file(), "there is no crate {name} yet, which {purpose}");
    Ok(())
}
