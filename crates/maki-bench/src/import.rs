//! Loading: the real `maki import` of generated entries into an empty register, beside bare rows and a bare index of
//! the same entries, and what the register then takes on disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, SqliteConnection};

use crate::entries::{self, Written};
use crate::figures::{Figures, Limit};
use crate::process::{self, Cost};
use crate::{Options, twin};

/// Where everything lies.
pub struct Places {
    pub register: PathBuf,
    pub twin: PathBuf,
    /// Kennungen of all systems.
    pub kennungen: Vec<String>,
    /// Entries of the twins.
    pub rows: usize,
}

/// Generates, imports and measures; with `--reuse`, only finds what is there.
pub fn measure(options: &Options, folder: &Path, figures: &mut Figures) -> Result<Places> {
    let source = folder.join("entries.jsonl");
    let (register, twins) = (folder.join("register"), folder.join("twin"));
    if !options.reuse {
        load(options, folder, &source, figures)?;
    }
    let database = register.join(maki_store::SQLITE_FILE);
    let (kennungen, rows) = block_on(async {
        let mut connection = open(&database).await?;
        let sql = "SELECT kennung FROM record WHERE kind = 'system' AND kennung IS NOT NULL ORDER BY kennung";
        let kennungen: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await?;
        let mut connection = open(&twins.join(twin::serve::ROWS)).await?;
        let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM entry").fetch_one(&mut connection).await?;
        Ok((kennungen, rows))
    })?;
    ensure!(!kennungen.is_empty(), "the register is empty");
    Ok(Places { register, twin: twins, kennungen, rows: usize::try_from(rows)? })
}

fn load(options: &Options, folder: &Path, source: &Path, figures: &mut Figures) -> Result<()> {
    println!("generating {} systems", options.entries);
    let written = entries::write(source, options.entries)?;
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (rows, bytes) = (written.rows as f64, written.bytes as f64);
    figures.plain("entries", rows, "", &format!("of {:.0} bytes, of {} systems", bytes / rows, options.entries));

    let twins = folder.join("twin");
    std::fs::create_dir_all(&twins)?;
    let ((), bare_rows) = process::timed(|| twin::rows::build(&twins.join(twin::serve::ROWS), source))?;
    let ((), bare_index) = process::timed(|| twin::index::build(&twins.join(twin::serve::INDEX), source))?;

    let quarter_source = folder.join("quarter.jsonl");
    entries::write(&quarter_source, options.entries / 4)?;
    let quarter = import(&quarter_source, &folder.join("quarter"))?;
    std::fs::remove_dir_all(folder.join("quarter"))?;
    let register = folder.join("register");
    let whole = import(source, &register)?;

    let bare = bare_rows.wall + bare_index.wall;
    let note = |cost: &Cost| format!("{:.1} s CPU", cost.cpu);
    figures.plain("bare rows", bare_rows.wall, " s", &note(&bare_rows));
    figures.plain("bare index", bare_index.wall, " s", &note(&bare_index));
    figures.plain("import", whole.wall, " s", &note(&whole));
    figures.limited("import, by the time of bare rows and bare index", whole.wall / bare, " ×", Limit::AtMost(2.5), "");
    figures.plain("import, by their CPU time", whole.cpu / (bare_rows.cpu + bare_index.cpu), " ×", "");
    figures.limited("entries imported per second", rows / whole.wall, "", Limit::AtLeast(4_000.0), "");
    figures.limited("import, peak memory", whole.peak, " MB", Limit::AtMost(400.0), "mapped files included");
    // Twice the heap at four times the rows would still be far from growing with them; less is noise.
    let growth = whole.heap / quarter.heap;
    let heaps = format!("{:.0} MB, with a quarter of the rows {:.0} MB", whole.heap, quarter.heap);
    figures.limited("import, heap by that of a quarter of the rows", growth, " ×", Limit::AtMost(1.5), &heaps);
    disk(&register, written, figures)
}

fn import(source: &Path, register: &Path) -> Result<Cost> {
    println!("importing {}", source.display());
    process::run(
        Command::new(process::maki()?)
            .args(["import", "--no-check", "--profile", "maki", "--data"])
            .arg(register)
            .arg(source)
            .stdin(Stdio::null()),
    )
    .with_context(|| format!("the import of {}", source.display()))
}

/// Tables by what they hold.
const PUBLISHED: [&str; 4] = ["record", "version", "external_id", "kennung_series"];
const RAW: [&str; 3] = ["import_rows", "import_run", "provenance"];
const HISTORY: [&str; 2] = ["event", "head"];

fn disk(register: &Path, written: Written, figures: &mut Figures) -> Result<()> {
    let database = register.join(maki_store::SQLITE_FILE);
    let sizes: Vec<(String, i64)> = block_on(async {
        let mut connection = open(&database).await?;
        // An index counts as part of its table.
        let sql = "SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_schema m ON m.name = s.name GROUP BY 1";
        Ok(sqlx::query_as(sql).fetch_all(&mut connection).await?)
    })?;
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let of = |tables: &[&str]| {
        sizes.iter().filter(|(t, _)| tables.contains(&t.as_str())).map(|(_, b)| *b as f64).sum::<f64>()
    };
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (jsonl, index) = (written.bytes as f64, process::folder_bytes(&register.join("index"))? as f64);
    let published = of(&PUBLISHED);
    let parts = format!("versions {:.2}, index {:.2}", published / jsonl, index / jsonl);
    figures.limited(
        "published versions and index, by JSONL",
        (published + index) / jsonl,
        " ×",
        Limit::AtMost(1.5),
        &parts,
    );
    figures.plain("imported rows as they came, by JSONL", of(&RAW) / jsonl, " ×", "");
    figures.plain("history, by JSONL", of(&HISTORY) / jsonl, " ×", "");
    Ok(())
}

async fn open(database: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true);
    SqliteConnection::connect_with(&options).await.with_context(|| format!("cannot read {}", database.display()))
}

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}
