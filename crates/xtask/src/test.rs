//! `cargo xtask test`: everything that must pass, quick things first.
//!
//! Everything is compiled once: the build step makes every test and every binary of the workspace together, and
//! the test and browser steps use what it made. Clippy comes before it because its findings are cheaper.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::browser::{self, Scope};
use crate::postgres::Postgres;
use crate::process;
use crate::server::Server;
use crate::smtp::SmtpSink;
use crate::steps::Steps;
use crate::{build_everything, cargo, is_ci, machine, root};

#[derive(Args)]
pub struct Options {
    /// Only format, clippy, unit and integration tests; PostgreSQL only where it is installed
    #[arg(long)]
    unit: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new();
    all_steps(&mut steps, options);
    steps.close()
}

/// Goes on after a failure where the later step can still tell something new.
fn all_steps(steps: &mut Steps, options: &Options) {
    steps.step("format", || process::run(cargo().args(["fmt", "--all", "--check"])));
    if steps.step("front-end packages", || machine::npm_packages(&root().join("frontend"))).is_none() {
        return;
    }
    steps.step("clippy", || {
        process::run(cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
    });
    if steps.step("build", || process::run(&mut build_everything())).is_none() {
        return;
    }
    let Some(postgres) = steps.step("PostgreSQL", || start_postgres(options)) else {
        return;
    };
    let Some(smtp) = steps.step("mail server", || start_smtp(options)) else {
        return;
    };
    steps.step("examples in the documentation", || {
        process::run(cargo().args(["test", "--locked", "--workspace", "--doc", "--quiet"]))
    });
    steps.step("unit and integration tests", || {
        let mut tests = unit_tests();
        tests.envs(postgres.as_ref().map(|server| ("MAKI_TEST_POSTGRES", server.url())));
        tests.envs(smtp.iter().flat_map(SmtpSink::variables));
        process::run(&mut tests)
    });
    if options.unit {
        return;
    }
    steps.step("browser, SQLite", || with_server("sqlite", None, Scope::Everything));
    steps.step("browser, PostgreSQL", || {
        let database = postgres.as_ref().map(|server| server.create_database("maki_e2e")).transpose()?;
        with_server("postgres", database.as_deref(), Scope::Journeys)
    });
}

/// The cluster for the tests. Only the quick part, and only outside CI, may go on without one.
pub fn start_postgres(options: &Options) -> Result<Option<Postgres>> {
    if options.unit && !is_ci() && machine::find_postgres_bin().is_none() {
        println!("PostgreSQL is not installed: ITS TESTS DO NOT RUN in this quick run");
        return Ok(None);
    }
    Postgres::start().map(Some)
}

/// The mail server for the tests. Only the quick part, and only outside CI, may go on without one.
fn start_smtp(options: &Options) -> Result<Option<SmtpSink>> {
    match SmtpSink::start() {
        Err(error) if options.unit && !is_ci() => {
            println!("THE TESTS OF MAILS DO NOT RUN in this quick run: {error:#}");
            Ok(None)
        }
        started => started.map(Some),
    }
}

/// The test runner: nextest where it is installed, otherwise cargo's own.
pub fn unit_tests() -> Command {
    let mut command = cargo();
    if machine::on_path("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
        command.args(["--status-level", "slow", "--final-status-level", "fail"]);
    } else {
        command.args(["test", "--locked", "--workspace", "--bins", "--lib", "--tests", "--examples", "--no-fail-fast"]);
    }
    command
}

/// Serves the demo register, looks at it with a browser, and stops it in order.
pub fn with_server(name: &str, database: Option<&str>, scope: Scope) -> Result<()> {
    let server = Server::start(name, database)?;
    server.revise(database)?;
    browser::test(&server, scope)?;
    server.stop()
}
