//! `maki assess FILE.jsonl`: the guided check by the KI-VO over cases, one a line.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write, stdin, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use maki_app::{App, Edge, SystemEdge};
use maki_domain::PartialDate;
use maki_domain::assess::{Assessment, Case, RuleSet, rule_set};
use serde::Serialize;
use serde_json::Value as Json;

/// Longest line that is read, in bytes.
const MAX_LINE: u64 = 1_000_000;

#[derive(Args)]
pub struct Options {
    /// Cases, one JSON object a line; `-` for standard input
    file: PathBuf,
    /// The day on which cases without a day of their own are judged; today when missing
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = whole_day)]
    date: Option<PartialDate>,
    /// Another rule set, such as a draft
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

pub fn whole_day(text: &str) -> Result<PartialDate, String> {
    let day: Option<PartialDate> = text.parse().ok();
    day.filter(|day| day.day().is_some()).ok_or_else(|| "no day that exists; it looks like 2027-12-02".to_owned())
}

/// What is printed for a line.
#[derive(Serialize)]
struct Judged<'a> {
    id: &'a Json,
    #[serde(flatten)]
    assessment: Assessment,
}

#[derive(Serialize)]
struct Refused<'a> {
    id: &'a Json,
    line: usize,
    error: String,
}

pub fn run(options: &Options) -> Result<ExitCode> {
    let own = options.rules.as_deref().map(read_rules).transpose()?;
    let rules = own.as_ref().unwrap_or_else(|| rule_set());
    let today = options.date.or_else(|| App::day_of(SystemEdge.now())).context("the clock of this machine is wrong")?;
    let input: Box<dyn BufRead> = if options.file == Path::new("-") {
        Box::new(stdin().lock())
    } else {
        let file = File::open(&options.file).with_context(|| format!("cannot open {}", options.file.display()))?;
        Box::new(BufReader::new(file))
    };
    let refused = assess_all(rules, today, input, BufWriter::new(stdout().lock()))?;
    if refused > 0 {
        eprintln!("{refused} lines could not be read; each says why");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn read_rules(file: &Path) -> Result<RuleSet> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(RuleSet::parse(&file.display().to_string(), &text)?)
}

/// Judges every line and prints one for it; returns how many could not be read.
fn assess_all(
    rules: &RuleSet,
    today: PartialDate,
    mut input: Box<dyn BufRead>,
    mut output: impl Write,
) -> Result<usize> {
    let mut refused = 0;
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        let read = Read::take(&mut input, MAX_LINE).read_until(b'\n', &mut text).context("cannot read on")?;
        if read == 0 {
            break;
        }
        if !text.ends_with(b"\n") && read as u64 == MAX_LINE {
            bail!("line {line} is longer than {MAX_LINE} bytes");
        }
        // A byte order mark is what some editors begin a file with.
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text).trim_ascii();
        if text.is_empty() {
            continue;
        }
        let json: Result<Json, String> = serde_json::from_slice(text).map_err(|error| error.to_string());
        let id = json.as_ref().ok().and_then(|json| json.get("id")).cloned().unwrap_or_default();
        let case = json.and_then(|json| Case::from_json(rules, &json, &["id"]).map_err(|fault| fault.to_string()));
        match case {
            Ok(case) => {
                let assessment = rules.assess(&case, today);
                serde_json::to_writer(&mut output, &Judged { id: &id, assessment })?;
            }
            Err(error) => {
                refused += 1;
                serde_json::to_writer(&mut output, &Refused { id: &id, line, error })?;
            }
        }
        output.write_all(b"\n")?;
    }
    output.flush()?;
    Ok(refused)
}
