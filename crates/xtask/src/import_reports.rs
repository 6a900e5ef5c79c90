//! `cargo xtask import-reports`: imports the real registers that the tests know, each into an empty register, and writes
//! what became of every file into `docs/import-reports.md`. A second import of the same file has to change nothing.
//!
//! The files are not part of the product: they lie in the folder that `MAKI_SHARED` names.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process;
use crate::{cargo, maki_binary, root};

/// Unknown values listed per file; the rest is counted.
const LISTED: usize = 12;

pub fn run() -> Result<()> {
    process::run(cargo().args(["build", "--locked", "--package", "maki"]))?;
    let shared = shared()?;
    let mut page = String::from(HEAD);
    let mut details = String::new();
    for (file, profile) in files(&shared)? {
        let name = file.strip_prefix(&shared)?.display().to_string();
        println!("{name}");
        let (first, second) = import(&file, profile).with_context(|| name.clone())?;
        ensure!(changed(&second) == 0, "{name}: the second import changed something");
        row(&mut page, &name, profile, &first)?;
        detail(&mut details, &name, &first)?;
    }
    page.push_str("\n## Findings per file\n");
    page.push_str(&details);
    std::fs::write(root().join("docs/import-reports.md"), page)?;
    Ok(())
}

const HEAD: &str = "# Import reports\n\n\
    Real registers, each imported into an empty register by `cargo xtask import-reports`. Every file was imported \
    twice; the second run changed nothing.\n\n\
    *Rows* are rows with content; *skipped* are rows that by the profile's rules are no entry (a product that is not \
    in use, a line of the municipality directory that is no organisation); *errors* are refused rows. *Unknown values* \
    are distinct values without a mapping: the row arrives without that value, and the raw row is kept.\n\n\
    | file | profile | rows | entries | skipped | errors | warnings | unknown values | unused columns |\n\
    |---|---|--:|--:|--:|--:|--:|--:|--:|\n";

fn shared() -> Result<PathBuf> {
    let folder = std::env::var_os("MAKI_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    folder.join("data").canonicalize().context("the real registers are not here: set MAKI_SHARED to their folder")
}

fn files(shared: &Path) -> Result<Vec<(PathBuf, &'static str)>> {
    let registers = shared.join("registers");
    let mut files = vec![
        (registers.join("us_2025_individual.csv"), "us-omb-2025"),
        (registers.join("us_2025_individual.xlsx"), "us-omb-2025"),
        (registers.join("us_2025_cots.csv"), "us-omb-2025-cots"),
        (registers.join("nl_algoritmes_2026-08-08.json"), "nl-algoritmeregister"),
        (shared.join("reference/GV100AD_2023-11-30.txt"), "gv100ad"),
    ];
    let mut agencies = Vec::new();
    for agency in std::fs::read_dir(registers.join("us_2025_raw_agency"))? {
        for file in std::fs::read_dir(agency?.path())? {
            let file = file?.path();
            if file.extension().is_some_and(|e| e == "csv" || e == "xlsx") {
                agencies.push(file);
            }
        }
    }
    agencies.sort();
    // One agency published its list of standard software in the place of its inventory.
    files.extend(agencies.into_iter().map(|file| {
        let cots = file.to_string_lossy().contains("USTDA");
        (file, if cots { "us-omb-2025-cots" } else { "us-omb-2025" })
    }));
    Ok(files)
}

fn import(file: &Path, profile: &str) -> Result<(Value, Value)> {
    let folder = tempfile::tempdir()?;
    let once = |name: &str| -> Result<Value> {
        let report = folder.path().join(name);
        let mut command = std::process::Command::new(maki_binary());
        command.arg("import").arg(file).args(["--profile", profile]);
        command.arg("--data").arg(folder.path().join("data")).arg("--report").arg(&report);
        process::run(command.stdout(std::process::Stdio::null()))?;
        Ok(serde_json::from_slice(&std::fs::read(report)?)?)
    };
    Ok((once("first.json")?, once("second.json")?))
}

fn number(report: &Value, pointer: &str) -> u64 {
    report.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

fn changed(report: &Value) -> u64 {
    ["organisations", "systems", "deployments"]
        .iter()
        .map(|kind| number(report, &format!("/{kind}/new")) + number(report, &format!("/{kind}/changed")))
        .sum()
}

fn unknown(report: &Value) -> Vec<(&str, &str, u64)> {
    let fields = report.get("unknown_values").and_then(Value::as_object);
    let mut values: Vec<(&str, &str, u64)> = fields
        .into_iter()
        .flatten()
        .flat_map(|(field, values)| {
            let values = values.as_object().into_iter().flatten();
            values.map(move |(value, seen)| (field.as_str(), value.as_str(), number(seen, "/count")))
        })
        .collect();
    values.sort_by_key(|(_, _, count)| std::cmp::Reverse(*count));
    values
}

fn list<'a>(report: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    report.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn row(page: &mut String, name: &str, profile: &str, report: &Value) -> Result<()> {
    let of = |key: &str| number(report, &format!("/{key}"));
    writeln!(
        page,
        "| {name} | {profile} | {} | {} | {} | {} | {} | {} | {} |",
        of("rows"),
        of("entries"),
        of("skipped"),
        of("rows_with_errors"),
        of("warnings_total"),
        unknown(report).len(),
        list(report, "unknown_columns").count()
    )?;
    Ok(())
}

fn detail(details: &mut String, name: &str, report: &Value) -> Result<()> {
    writeln!(details, "\n### {name}\n")?;
    let table = report.get("table").and_then(Value::as_object);
    let read: Vec<String> =
        table.into_iter().flatten().map(|(k, v)| format!("{k} `{}`", v.as_str().unwrap_or_default())).collect();
    writeln!(details, "Read as: {}.", read.join(", "))?;
    for kind in ["organisations", "systems", "deployments"] {
        writeln!(details, "- {kind}: {} new", number(report, &format!("/{kind}/new")))?;
    }
    let text =
        |fault: &Value, key: &str| fault.get(key).and_then(Value::as_str).unwrap_or_default().replace('|', "\\|");
    for fault in list(report, "errors").take(LISTED) {
        let (field, reason) = (text(fault, "field"), text(fault, "reason"));
        writeln!(details, "- error in row {}: {field} {reason}", number(fault, "/row"))?;
    }
    let unknown = unknown(report);
    for (field, value, count) in unknown.iter().take(LISTED) {
        writeln!(
            details,
            "- unknown value of {field}, {count} times: `{}`",
            value.replace('`', "'").replace('\n', " ")
        )?;
    }
    if unknown.len() > LISTED {
        writeln!(details, "- and {} more unknown values", unknown.len() - LISTED)?;
    }
    for column in list(report, "unknown_columns").filter_map(Value::as_str) {
        writeln!(details, "- unused column: `{}`", column.replace(['\n', '`'], " "))?;
    }
    Ok(())
}
