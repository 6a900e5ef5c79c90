//! Writing by API: the same entries as drafts in requests of a thousand, beside the command-line import of them.
//!
//! An import publishes and feeds the index, the API leaves drafts; what both have in common is reading, checking,
//! finding and a durable commit with its events. All entries are of one organisation, because a token is.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use maki_app::{App, Instance, OrganisationFilter, SystemEdge, TokenScope, TokenWish};
use maki_domain::Act;
use maki_store::Store;
use serde_json::{Value, json};

use crate::figures::{Figures, Limit, median};
use crate::server::Server;
use crate::{entries, load, process};

const ENTRIES: usize = 10_000;
const ROWS: usize = 1_000;
const TURNS: usize = 3;
const ORGANISATION: &str = "Stadt Oberbach";

/// Measures import and API in turn.
pub fn measure(folder: &Path, figures: &mut Figures) -> Result<()> {
    let all = folder.join("writing.jsonl");
    let lines = of_one_organisation(folder)?;
    write(&all, &lines)?;
    let first = folder.join("writing-first.jsonl");
    write(&first, lines.get(..1).unwrap_or_default())?;
    let requests = requests(&lines)?;
    let (mut imports, mut writes) = (Vec::new(), Vec::new());
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let rate = |seconds: f64| ENTRIES as f64 / seconds;
    for turn in 0..TURNS {
        let register = folder.join(format!("imported-{turn}"));
        imports.push(rate(import(&all, &register)?));
        std::fs::remove_dir_all(&register)?;
        let register = folder.join(format!("written-{turn}"));
        import(&first, &register)?;
        let token = token(&register)?;
        let server = Server::maki(&register, "/")?;
        writes.push(rate(send(&server, &token, &requests)?));
        drop(server);
        std::fs::remove_dir_all(&register)?;
    }
    let (import, write) = (median(&imports), median(&writes));
    let note = format!("{write:.0} drafts per second in requests of {ROWS}, {import:.0} imported per second");
    figures.limited("entries by API, of the command-line import", write / import, " ×", Limit::AtLeast(0.5), &note);
    Ok(())
}

/// The generated entries as one organisation would write them.
fn of_one_organisation(folder: &Path) -> Result<Vec<String>> {
    let generated = folder.join("writing-generated.jsonl");
    entries::write(&generated, ENTRIES)?;
    let file = BufReader::new(std::fs::File::open(&generated)?);
    let mut lines = Vec::with_capacity(ENTRIES);
    for line in file.lines().take(ENTRIES) {
        let mut entry: Value = serde_json::from_str(&line?)?;
        let members = entry.as_object_mut().context("an entry is an object")?;
        members.insert("organisation".to_owned(), json!({ "organisation_name": ORGANISATION }));
        if let Some(system) = members.get_mut("system").and_then(Value::as_object_mut) {
            system.remove("responsible");
        }
        lines.push(entry.to_string());
    }
    ensure!(lines.len() == ENTRIES, "too few entries were generated");
    Ok(lines)
}

fn write(path: &Path, lines: &[String]) -> Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    Ok(file.flush()?)
}

/// Seconds of an import from the start of the process to its end.
fn import(source: &Path, register: &Path) -> Result<f64> {
    let mut command = Command::new(process::maki()?);
    command.args(["import", "--profile", "maki", "--data"]).arg(register).arg(source);
    Ok(process::run(command.stdin(Stdio::null()).stdout(Stdio::null()))?.wall)
}

/// A token of the only organisation.
fn token(register: &Path) -> Result<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let store = Store::open_sqlite(register).await?;
        let app = App::new(store, Instance::default(), Arc::new(SystemEdge), &register.join("index"));
        let filter = OrganisationFilter { name: ORGANISATION.to_owned(), limit: 1, ..OrganisationFilter::default() };
        let found = app.organisations(&filter).await?.organisations.pop().context("the register is empty")?;
        let permit = app.machine_permit(Act::ManageTokens, found.organisation.id);
        let wish = TokenWish { name: "bench".to_owned(), scopes: vec![TokenScope::Draft], days: 1 };
        let token = app.make_token(&permit, &wish).await?;
        app.store().close().await;
        Ok(token)
    })
}

/// Bodies of requests, each a JSON array.
fn requests(lines: &[String]) -> Result<Vec<String>> {
    let bodies: Vec<String> = lines.chunks(ROWS).map(|rows| format!("[{}]", rows.join(","))).collect();
    ensure!(!bodies.is_empty(), "nothing to send");
    Ok(bodies)
}

/// Seconds for all requests, one after the other.
fn send(server: &Server, token: &str, bodies: &[String]) -> Result<f64> {
    let start = Instant::now();
    for body in bodies {
        let answer = load::post(server.address, "/api/v1/entries:batch", token, body)?;
        let answer: Value = serde_json::from_str(&answer)?;
        let refused = answer.pointer("/counts/refused").and_then(Value::as_u64);
        ensure!(refused == Some(0), "rows were refused: {:?}", answer.pointer("/counts"));
    }
    Ok(start.elapsed().as_secs_f64())
}
