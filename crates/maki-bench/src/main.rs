//! The measurements of `cargo xtask bench`: every figure beside its limit, taken in one run on one machine.
//!
//! A figure that says "of bare" is a ratio to a bare twin: a small program of this crate that does the same work with
//! nothing around it, measured in turn with the register. Ratios survive a noisy machine, so they are what counts;
//! CPU per request is printed because it survives load from elsewhere as well. Entries are generated from a seed.
//! Everything listens on loopback, and every process that was started is ended by its id.

mod authority;
mod entries;
mod figures;
mod import;
mod load;
mod process;
mod saving;
mod server;
mod serving;
mod twin;
mod writing;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use figures::Figures;

/// As in the register.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the register and prints each figure beside its limit
#[derive(Parser)]
#[command(name = "maki-bench")]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Args)]
pub struct Options {
    /// Systems to generate; the limits are meant for 100,000
    #[arg(long, default_value_t = 100_000)]
    pub entries: usize,
    /// Print the figures and succeed although limits are missed
    #[arg(long)]
    no_fail: bool,
    /// Seconds per measurement
    #[arg(long, default_value_t = 2.0)]
    pub seconds: f64,
    /// Folder for what is generated [default: target/bench]
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Use the register and the twins that the last run with --keep left, and measure no import
    #[arg(long)]
    pub reuse: bool,
    /// Path of the search that is measured
    #[arg(long, default_value = "/api/v1/systems")]
    pub search: String,
    /// Leave what was generated
    #[arg(long)]
    keep: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the bare twins until standard input closes
    #[command(hide = true)]
    Twin { folder: PathBuf },
    /// Measure saves of drafts only
    Saves,
    /// Measure the pages of authorities only, in the register that the last run with --keep left
    Authority,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.command {
        Some(Command::Twin { folder }) => twin::serve::run(folder).map(|()| true),
        Some(Command::Saves) => alone(&cli.options, saving::measure),
        Some(Command::Authority) => {
            alone(&cli.options, |folder, figures| authority::measure(&folder.join("register"), figures))
        }
        None => measure(&cli.options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One kind of measurement; true when no limit was missed.
fn alone(options: &Options, measure: impl Fn(&Path, &mut Figures) -> Result<()>) -> Result<bool> {
    let folder = options.folder.clone().map_or_else(|| Ok(process::target_folder()?.join("bench")), anyhow::Ok)?;
    let mut figures = Figures::default();
    measure(&folder, &mut figures)?;
    Ok(figures.missed() == 0 || options.no_fail)
}

/// True when no limit was missed.
fn measure(options: &Options) -> Result<bool> {
    let folder = match &options.folder {
        Some(folder) => folder.clone(),
        None => process::target_folder()?.join("bench"),
    };
    if !options.reuse && folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)?;
    if cfg!(debug_assertions) {
        eprintln!("bench: built without optimisation; the figures say nothing about speed");
    }
    let mut figures = Figures::default();
    let places = import::measure(options, &folder, &mut figures)?;
    serving::measure(options, &places, &mut figures)?;
    if !options.reuse {
        authority::measure(&places.register, &mut figures)?;
        writing::measure(&folder, &mut figures)?;
        saving::measure(&folder, &mut figures)?;
    }
    if !options.keep && !options.reuse {
        std::fs::remove_dir_all(&folder)?;
    }
    println!("\n{figures}");
    let missed = figures.missed();
    if missed > 0 {
        println!("{missed} limits missed");
    }
    Ok(missed == 0 || options.no_fail)
}
