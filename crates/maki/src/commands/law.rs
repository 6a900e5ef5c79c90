//! `maki law`: the whole register under a day and a law, in force or a draft; and what differs from another such pair.

use std::io::{BufWriter, Write, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use maki_app::{LawAt, LookRow, law_of};
use maki_domain::assess::{RuleSet, RuleSetState, rule_set, rule_sets};
use maki_domain::outlook::{Change, DutyView};
use maki_domain::plausibility::Severity;
use maki_domain::{Language, PartialDate};
use serde::Serialize;

use super::assess::whole_day;
use crate::config::Config;
use crate::place::{Need, Place};
use crate::progress;

#[derive(Args)]
pub struct Options {
    /// The day on which entries are judged
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = whole_day)]
    date: PartialDate,
    /// The law: a file of rules, such as a draft, or the id of one that is built in [default: the newest in force]
    #[arg(long, value_name = "FILE_OR_ID")]
    rules: Option<String>,
    /// Lists what differs on this day, by this law
    #[arg(long, value_name = "YYYY-MM-DD[,FILE_OR_ID]")]
    against: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Language of the messages
    #[arg(long, default_value = "de", value_parser = ["de", "en"])]
    language: String,
}

/// An entry as it is printed.
#[derive(Serialize)]
struct Line<'a> {
    kennung: Option<&'a str>,
    entry: String,
    name: &'a str,
    class: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lacking: Vec<LackLine<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeLine>,
}

#[derive(Serialize)]
struct LackLine<'a> {
    article: &'a str,
    due: PartialDate,
    rule: &'a str,
    field: &'a str,
    message: String,
}

/// What differs: of what, and how it was and is.
#[derive(Serialize)]
struct ChangeLine {
    what: String,
    before: String,
    after: String,
}

/// The law that an option names: a file first, since that is what somebody has at hand.
fn law(named: Option<&str>) -> Result<Arc<RuleSet>> {
    let Some(named) = named else { return Ok(Arc::new(rule_set().clone())) };
    if let Some(known) = law_of(named) {
        return Ok(known);
    }
    let text = match std::fs::read_to_string(named) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let ids: Vec<&str> = rule_sets().iter().map(RuleSet::id).collect();
            bail!("{named} is neither a file nor a law that is built in; there are {}", ids.join(", "));
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {named}")),
    };
    Ok(Arc::new(RuleSet::parse(named, &text)?))
}

fn against(text: &str) -> Result<LawAt> {
    let (day, named) = text.split_once(',').map_or((text, None), |(day, named)| (day, Some(named)));
    let day = whole_day(day).map_err(anyhow::Error::msg).context("--against")?;
    Ok(LawAt { day, law: law(named)? })
}

pub async fn run(options: Options, place: &Place, config: Config) -> Result<ExitCode> {
    let at = LawAt { day: options.date, law: law(options.rules.as_deref())? };
    let against = options.against.as_deref().map(against).transpose()?;
    let language = if options.language == "en" { Language::En } else { Language::De };
    let app = place.open(config.instance, Need::Existing).await?;
    let bar = progress::bar("judging", 0);
    let mut output = BufWriter::new(stdout().lock());
    let (mut told, mut failed) = (0_usize, None);
    let entries = app
        .look(
            &at,
            against.as_ref(),
            None,
            |progress| {
                bar.set_length(progress.total);
                bar.set_position(progress.done);
            },
            |row| {
                told += 1;
                let written = print(&mut output, &row, options.json, language);
                failed = failed.take().or(written.err());
            },
        )
        .await?;
    bar.finish_and_clear();
    output.flush()?;
    if let Some(error) = failed {
        return Err(error);
    }
    let of = |at: &LawAt| {
        let state = if at.law.state() == RuleSetState::Draft { " (draft)" } else { "" };
        format!("{} by {}{state}", at.day, at.law.id())
    };
    let all: usize = entries.values().sum();
    match &against {
        None => eprintln!("{}: {told} of {all} entries lack what is due", of(&at)),
        Some(against) => eprintln!("{} against {}: {told} of {all} entries differ", of(&at), of(against)),
    }
    Ok(ExitCode::SUCCESS)
}

fn print(output: &mut impl Write, row: &LookRow, json: bool, language: Language) -> Result<()> {
    let lack = |lack: &'_ maki_domain::outlook::Lack| -> String { lack.rule.message(language, lack.field) };
    let line = Line {
        kennung: row.kennung.as_ref().map(maki_domain::Kennung::as_str),
        entry: row.entry.to_string(),
        name: &row.name,
        class: &row.class,
        lacking: row
            .lacks
            .iter()
            .map(|one| LackLine {
                article: &one.article,
                due: one.due,
                rule: &one.rule.key,
                field: &one.field.field().key,
                message: lack(one),
            })
            .collect(),
        changes: row.changes.iter().map(change).collect(),
    };
    if json {
        serde_json::to_writer(&mut *output, &line)?;
        return Ok(output.write_all(b"\n")?);
    }
    let kennung = line.kennung.unwrap_or("-");
    if line.changes.is_empty() {
        for one in &line.lacking {
            writeln!(output, "{kennung} {} ({}) {} {}", one.article, one.due, one.field, one.message)?;
        }
    }
    for ChangeLine { what, before, after } in &line.changes {
        writeln!(output, "{kennung} {what}: {before} → {after}")?;
    }
    Ok(())
}

fn change(change: &Change) -> ChangeLine {
    let yes_or_no = |answer: &Option<bool>| match answer {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => "open".to_owned(),
    };
    let list = |codes: &[String]| if codes.is_empty() { "-".to_owned() } else { codes.join(" ") };
    let duty = |view: &Option<DutyView>| match view {
        None => "-".to_owned(),
        Some(view) => {
            let days: Vec<String> = view.from.iter().map(ToString::to_string).collect();
            format!("from {}{}", days.join(" or "), if view.is_due { ", due" } else { "" })
        }
    };
    let weight = |severity: &Option<Severity>| severity.map_or("-", Severity::code).to_owned();
    let (what, before, after) = match change {
        Change::Class { before, after } => ("class".to_owned(), before.clone(), after.clone()),
        Change::Registration { before, after } => ("registration".to_owned(), list(before), list(after)),
        Change::Use { before, after } => ("may be used".to_owned(), yes_or_no(before), yes_or_no(after)),
        Change::Fria { before, after } => ("FRIA required".to_owned(), yes_or_no(before), yes_or_no(after)),
        Change::Duty { article, who, before, after } => (format!("{article} {who}"), duty(before), duty(after)),
        Change::Finding { rule, before, after } => (format!("finding {rule}"), weight(before), weight(after)),
    };
    ChangeLine { what, before, after }
}
