//! The one binary: reads settings, opens the register and runs one command.
//!
//! This is where clock, random numbers and files enter. Commands are thin: they call use cases of `maki_app` and say
//! what happened.

mod commands;
mod config;
mod place;
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use config::Config;
use place::Place;

/// Without huge pages: with them a load fills a tenth of its time with zeroing memory that it hardly uses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The register of the AI systems of German administrations
#[derive(Parser)]
#[command(name = "maki", version)]
struct Cli {
    /// Settings (TOML); every one has a default
    #[arg(long, global = true, env = "MAKI_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and API
    Serve(commands::serve::Options),
    /// Import a file with a profile
    Import(commands::import::Options),
    /// Write the public register in the form that import reads
    Export(commands::export::Options),
    /// Create or update the tables
    Migrate,
    /// Build the search index anew
    Reindex,
    /// Recompute the chain of the log and compare index and database
    Verify,
    /// Copy the embedded register while it runs
    Backup(commands::backup::BackupOptions),
    /// Bring a copy back as the register
    Restore(commands::backup::RestoreOptions),
    /// Judge cases by the KI-VO: class, registration, duties and their days
    Assess(commands::assess::Options),
    /// Judge every published entry for plausibility, one finding a line
    Check(commands::check::Options),
    /// Judge the register under another day or law, or list what differs between two
    Law(commands::law::Options),
    /// Write the reports to the EU database that are due (Annex VIII and IX KI-VO)
    EuReport(commands::eu_report::Options),
    /// Make operators, see and change accounts
    User(commands::user::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("maki: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and what led to it. Many errors repeat their cause in their own words; then it is said once.
fn with_causes(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain() {
        let words = cause.to_string();
        if said.contains(&words) {
            continue;
        }
        if !said.is_empty() {
            said.push_str(": ");
        }
        said.push_str(&words);
    }
    said
}

fn run(cli: Cli) -> Result<ExitCode> {
    let config = Config::load(cli.config.as_deref())?;
    config.start_logging(matches!(cli.command, Command::Serve(_)));
    let place = cli.place.or(&config);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => commands::serve::run(options, &place, config).await,
            Command::Import(options) => commands::import::run(options, &place, config).await,
            Command::Export(options) => commands::export::run(options, &place, config).await,
            Command::Migrate => commands::upkeep::migrate(&place).await,
            Command::Reindex => commands::upkeep::reindex(&place, config).await,
            Command::Verify => commands::upkeep::verify(&place, config).await,
            Command::Backup(options) => commands::backup::backup(&options, &place).await,
            Command::Restore(options) => commands::backup::restore(&options, &place).await,
            Command::Assess(options) => commands::assess::run(&options),
            Command::EuReport(options) => commands::eu_report::run(options, &place, config).await,
            Command::Check(options) => commands::check::run(options, &place, config).await,
            Command::Law(options) => commands::law::run(options, &place, config).await,
            Command::User(options) => commands::user::run(options, &place, config).await,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let check = |causes: &[&'static str], expected: &str| {
            let mut causes = causes.iter().rev();
            let mut error = anyhow::Error::msg(*causes.next().unwrap_or(&""));
            for outer in causes {
                error = error.context(*outer);
            }
            assert_eq!(with_causes(&error), expected);
        };
        check(&["cannot import"], "cannot import");
        check(&["cannot import", "disk full"], "cannot import: disk full");
        check(
            &["cannot open", "error returned from database: (code: 5) locked", "(code: 5) locked"],
            "cannot open: error returned from database: (code: 5) locked",
        );
    }
}
