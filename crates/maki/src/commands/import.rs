//! `maki import FILE --profile NAME`.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use indicatif::ProgressBar;
use maki_app::{App, FollowError, ImportOptions, ImportReport};
use maki_domain::plausibility::Severity;
use maki_formats::profile::{ReadOptions, open, profile, profiles};

use crate::config::Config;
use crate::place::{Need, Place};
use crate::progress;

#[derive(Args)]
pub struct Options {
    /// CSV, XLSX, JSON, JSON Lines or GV100AD
    file: PathBuf,
    /// How the file is read; `maki` is the own format
    #[arg(long)]
    profile: String,
    /// Whose entries these are, when neither file nor profile says so
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Say what would happen and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the whole report as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// All rows or none
    #[arg(long)]
    strict: bool,
    /// Do not ask the rules of plausibility; quicker for very large files
    #[arg(long)]
    no_check: bool,
}

/// Faults shown on the terminal; the report has all.
const SHOWN: usize = 10;

pub async fn run(options: Options, place: &Place, config: Config) -> Result<ExitCode> {
    let Some(chosen) = profile(&options.profile) else {
        let names: Vec<&str> = profiles().iter().map(|p| p.name.as_str()).collect();
        bail!("there is no profile {}; there are {}", options.profile, names.join(", "));
    };
    let file = File::open(&options.file).with_context(|| format!("cannot read {}", options.file.display()))?;
    let name = options.file.to_string_lossy().into_owned();
    let read = ReadOptions { organisation: options.organisation.clone(), ..ReadOptions::default() };
    let reader = open(file, &name, &chosen, read).with_context(|| format!("cannot import {name}"))?;

    // A report that cannot be written must not be found out after the import.
    let written_report = match &options.report {
        Some(target) => {
            let file = File::create(target).with_context(|| format!("cannot write {}", target.display()))?;
            Some((target, file))
        }
        None => None,
    };

    let app = place.open(config.instance, Need::Make).await?;
    if !options.dry_run {
        place.expect_writable(app.store()).await?;
    }
    app.expect_bulk();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    // The index follows while rows are written; when a server keeps it, the server follows.
    let follower = tokio::spawn({
        let app = app.clone();
        async move { app.follow(async { drop(stopped.await) }).await }
    });
    let bytes = reader.info().bytes;
    let bar = progress::bar("reading", bytes);
    let import = ImportOptions {
        profile: options.profile.clone(),
        file: options.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or(name),
        dry_run: options.dry_run,
        strict: options.strict,
        erase_missing: !chosen.own_format,
        check: !options.no_check,
    };
    let report = app.import_file(reader, import, |reading, _| bar.set_position(reading.get().0)).await;
    bar.finish_and_clear();
    drop(stop);
    follower.await?;
    let (report, early) = match report {
        Ok(report) => (report, None),
        Err(early) => (*early.report, Some(early.cause)),
    };
    print(&report, early.is_some());
    if let Some((target, file)) = written_report {
        write_report(file, &report).with_context(|| format!("cannot write {}", target.display()))?;
    }
    if let Some(cause) = early {
        return Err(cause).context("the import ended early");
    }
    if !report.dry_run && report.changed_anything() && !report.refused {
        index(&app).await?;
    }
    Ok(if report.refused || report.has_only_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn write_report(mut file: File, report: &ImportReport) -> Result<()> {
    let json = serde_json::to_string_pretty(report)?;
    file.write_all(json.as_bytes())?;
    file.write_all(b"\n")?;
    Ok(())
}

/// Brings the index to the end of the log before the command returns.
async fn index(app: &App) -> Result<()> {
    let bar: ProgressBar = progress::bar("indexing", 0);
    let result = app
        .catch_up(&mut |p| {
            bar.set_length(p.total);
            bar.set_position(p.done);
        })
        .await;
    bar.finish_and_clear();
    match result {
        Ok(()) | Err(FollowError::Elsewhere) => Ok(()),
        Err(FollowError::App(error)) => Err(error).context("cannot bring the index up to date"),
    }
}

/// `early`: the run did not come to its end.
fn print(report: &ImportReport, early: bool) {
    let tally = |what: &str, t: &maki_app::Tally| {
        println!("  {what:<14} {:>7} new {:>7} changed {:>7} unchanged", t.new, t.changed, t.unchanged);
    };
    println!("{}: {} rows, {} entries, {} skipped", report.file, report.rows, report.entries, report.skipped);
    tally("organisations", &report.organisations);
    tally("systems", &report.systems);
    tally("deployments", &report.deployments);
    println!(
        "  {} rows with errors, {} warnings, {:.0} rows/s",
        report.rows_with_errors, report.warnings_total, report.rows_per_second
    );
    if !report.findings.is_empty() {
        let [errors, warnings, hints] = Severity::ALL.map(|severity| report.findings_of(severity));
        println!(
            "  plausibility: {errors} errors, {warnings} warnings, {hints} hints (--report FILE lists them by rule)"
        );
    }
    for fault in report.errors.iter().take(SHOWN) {
        println!(
            "  row {}: {} \"{}\": {} {}",
            fault.row,
            fault.field,
            fault.value,
            fault.reason,
            fault.detail.as_deref().unwrap_or_default()
        );
    }
    let distinct: usize = report.unknown_values.values().map(std::collections::BTreeMap::len).sum();
    if distinct > 0 {
        println!("  {distinct} values without a mapping (--report FILE lists them)");
    }
    if report.kept_local_edits > 0 {
        println!("  {} fields kept as they were changed here", report.kept_local_edits);
    }
    if report.has_only_errors() {
        println!(
            "none of the {} rows became an entry; does the profile {} suit this file?",
            report.rows, report.profile
        );
    }
    if report.refused {
        println!("nothing was written: the run was strict and rows have errors");
    } else if report.dry_run {
        println!("nothing was written: this was a dry run");
    } else if early {
        println!("the run ended early: what is counted here is in the register, the rest is not");
    } else if !report.changed_anything() {
        println!("nothing has changed");
    }
}
