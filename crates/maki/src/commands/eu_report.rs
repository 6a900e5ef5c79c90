//! `maki eu-report`: what is to be reported to the EU database, one section a line.

use std::collections::HashSet;
use std::io::{BufWriter, Write, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use maki_app::{App, Edge, Selection, SystemEdge};
use maki_domain::assess::rule_set;
use maki_domain::eu_report::{NATIONAL, Section, obligations, report, sections};
use maki_domain::{Entry, Kennung, PartialDate, View};
use maki_formats::eu_report::{ReportLine, ReportTable};
use maki_formats::table::write::CsvOptions;
use tokio::sync::mpsc::Receiver;

use super::assess::whole_day;
use crate::config::Config;
use crate::place::{Need, Place};

/// Entries on their way to the output.
const WAITING: usize = 1_000;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// One report a line
    Jsonl,
    /// One item a row
    Csv,
}

#[derive(Args)]
pub struct Options {
    #[arg(long, value_enum, default_value = "jsonl")]
    format: FormatName,
    /// Only what this organisation has to report, by its Kennung
    #[arg(long, value_name = "KENNUNG")]
    organisation: Option<String>,
    /// The day by which the law is read; today when missing
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = whole_day)]
    date: Option<PartialDate>,
    /// Every section, also those that are not due
    #[arg(long)]
    all: bool,
    /// Print the JSON Schema of a report and end
    #[arg(long)]
    schema: bool,
}

pub async fn run(options: Options, place: &Place, config: Config) -> Result<ExitCode> {
    if options.schema {
        print!("{}", maki_domain::eu_report::SCHEMA);
        return Ok(ExitCode::SUCCESS);
    }
    let app = place.open(config.instance, Need::Existing).await?;
    let today = options.date.or_else(|| App::day_of(SystemEdge.now())).context("the clock of this machine is wrong")?;
    let (sender, entries) = tokio::sync::mpsc::channel::<Entry>(WAITING);
    let writing = std::thread::spawn(move || write_all(&options, today, entries));
    app.export(View::Operator, Selection::All, sender).await?;
    let (ready, incomplete) = writing.join().map_err(|_| anyhow::anyhow!("writing stopped unexpectedly"))??;
    eprintln!("{ready} reports ready, {incomplete} incomplete");
    Ok(ExitCode::SUCCESS)
}

fn write_all(options: &Options, today: PartialDate, mut entries: Receiver<Entry>) -> Result<(usize, usize)> {
    let mut output = Output::new(options.format)?;
    let (mut ready, mut incomplete) = (0, 0);
    // The provider reports a system once, however many use it.
    let mut told = HashSet::new();
    while let Some(entry) = entries.blocking_recv() {
        let own = |kennung: &Option<Kennung>| kennung.as_ref().map(Kennung::as_str) == options.organisation.as_deref();
        let Some(system) = &entry.system else { continue };
        if options.organisation.is_some() && !own(&entry.organisation.kennung) {
            continue;
        }
        for (section, national, restricted) in wanted(options, &entry, today) {
            let of_use = matches!(section.code.as_str(), "C" | "IX");
            let of_use = entry.deployment.as_ref().filter(|_| of_use);
            if of_use.is_none() && !told.insert((system.kennung.clone(), section.code.as_str())) {
                continue;
            }
            let kennung = of_use.and_then(|part| part.kennung.as_ref()).or(system.kennung.as_ref());
            let report = report(section, entry.parts(), restricted);
            *(if report.complete { &mut ready } else { &mut incomplete }) += 1;
            output.line(&ReportLine {
                kennung: kennung.map(Kennung::as_str),
                external_ids: system.external_ids.iter().chain(of_use.iter().flat_map(|p| &p.external_ids)).collect(),
                organisation: entry.organisation.kennung.as_ref().map(Kennung::as_str),
                national,
                state: None,
                reported: None,
                report: &report,
            })?;
        }
    }
    output.finish()?;
    Ok((ready, incomplete))
}

/// Sections to report, whether for the national register, whether for the non-public part.
fn wanted(options: &Options, entry: &Entry, today: PartialDate) -> Vec<(&'static Section, bool, bool)> {
    // Others than the body that looks after a system owe nothing for its provider.
    let is_steward = entry.system.as_ref().is_some_and(|system| system.responsible.is_none());
    let owed = obligations(rule_set(), entry.parts(), is_steward, today).reports;
    if options.all {
        let restricted = owed.iter().any(|report| report.restricted);
        return sections().iter().map(|section| (section, false, restricted)).collect();
    }
    owed.iter().map(|report| (report.section, report.code == NATIONAL, report.restricted)).collect()
}

enum Output {
    Lines(BufWriter<std::io::Stdout>),
    Table(Box<ReportTable<std::io::Stdout>>),
}

impl Output {
    fn new(format: FormatName) -> Result<Self> {
        Ok(match format {
            FormatName::Jsonl => Self::Lines(BufWriter::new(stdout())),
            FormatName::Csv => {
                let options = CsvOptions { separator: b',', byte_order_mark: false };
                Self::Table(Box::new(ReportTable::new(stdout(), options)?))
            }
        })
    }

    fn line(&mut self, line: &ReportLine<'_>) -> Result<()> {
        match self {
            Self::Lines(output) => {
                serde_json::to_writer(&mut *output, line)?;
                output.write_all(b"\n")?;
            }
            Self::Table(output) => output.report(line)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Lines(mut output) => output.flush()?,
            Self::Table(output) => output.finish()?.flush()?,
        }
        Ok(())
    }
}
