//! `maki check`: plausibility of the whole register, one finding a line.

use std::io::{BufWriter, Write, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use maki_app::{App, Edge, RegisterFinding, RunSummary, SystemEdge};
use maki_domain::{ExternalId, Language, PartialDate};
use serde::Serialize;
use tokio::sync::mpsc::Receiver;

use super::assess::whole_day;
use crate::config::Config;
use crate::place::{Need, Place};

/// Findings on their way to the output.
const WAITING: usize = 1_000;

#[derive(Args)]
pub struct Options {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// The day on which duties and dates are judged; today when missing
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = whole_day)]
    date: Option<PartialDate>,
    /// Language of the messages
    #[arg(long, default_value = "de", value_parser = ["de", "en"])]
    language: String,
    /// Keep what is found beside the entries, in place of the nightly run of a server; prints the numbers alone
    #[arg(long, conflicts_with = "json")]
    store: bool,
}

/// A finding as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    kennung: Option<&'a str>,
    external_ids: &'a [ExternalId],
    rule: &'a str,
    severity: &'static str,
    field: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<&'a str>,
    /// From when the duty is due that is not met.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<PartialDate>,
    /// Words of the text that led to it.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    words: &'a [String],
}

impl<'a> Line<'a> {
    fn of(finding: &'a RegisterFinding, language: Language) -> Self {
        Self {
            kennung: finding.kennung.as_ref().map(maki_domain::Kennung::as_str),
            external_ids: &finding.external_ids,
            rule: &finding.rule.key,
            severity: finding.severity.code(),
            field: &finding.field.field().key,
            message: finding.rule.message(language, finding.field),
            article: finding.rule.article.as_deref(),
            due: finding.due,
            words: &finding.words,
        }
    }
}

pub async fn run(options: Options, place: &Place, config: Config) -> Result<ExitCode> {
    let app = place.open(config.instance, Need::Existing).await?;
    let today = options.date.or_else(|| App::day_of(SystemEdge.now())).context("the clock of this machine is wrong")?;
    if options.store {
        place.expect_writable(app.store()).await?;
        let run = app.judge_register(today).await?;
        let seconds = run.seconds().unwrap_or_default();
        let RunSummary { entries, errors, warnings, hints, .. } = run;
        println!("{entries} entries: {errors} errors, {warnings} warnings, {hints} hints, kept in {seconds} s");
        return Ok(ExitCode::SUCCESS);
    }
    let language = if options.language == "en" { Language::En } else { Language::De };
    let (sender, findings) = tokio::sync::mpsc::channel(WAITING);
    let writing = std::thread::spawn(move || write_all(options.json, language, findings));
    let totals = app.check_register(today, sender).await?;
    writing.join().map_err(|_| anyhow::anyhow!("writing stopped unexpectedly"))??;
    eprintln!(
        "{} entries: {} errors, {} warnings, {} hints",
        totals.entries, totals.errors, totals.warnings, totals.hints
    );
    Ok(ExitCode::SUCCESS)
}

fn write_all(json: bool, language: Language, mut findings: Receiver<RegisterFinding>) -> Result<()> {
    let mut output = BufWriter::new(stdout().lock());
    while let Some(finding) = findings.blocking_recv() {
        let line = Line::of(&finding, language);
        if json {
            serde_json::to_writer(&mut output, &line)?;
            output.write_all(b"\n")?;
        } else {
            let due = line.due.map(|day| format!(" ({day})")).unwrap_or_default();
            let kennung = line.kennung.unwrap_or("-");
            writeln!(output, "{kennung} {}{due} {} [{}] {}", line.severity, line.field, line.rule, line.message)?;
        }
    }
    output.flush()?;
    Ok(())
}
