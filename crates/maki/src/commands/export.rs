//! `maki export --format csv|xlsx|jsonl`.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use maki_app::Selection;
use maki_domain::{Entry, View};
use maki_formats::export::{Format, Options as WriteOptions, Summary, Writer};
use tokio::sync::mpsc::Receiver;

use crate::config::Config;
use crate::place::{Need, Place};

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    Csv,
    Xlsx,
    Jsonl,
}

impl From<FormatName> for Format {
    fn from(name: FormatName) -> Self {
        match name {
            FormatName::Csv => Self::Csv,
            FormatName::Xlsx => Self::Xlsx,
            FormatName::Jsonl => Self::JsonLines,
        }
    }
}

#[derive(Args)]
pub struct Options {
    #[arg(long, value_enum)]
    format: FormatName,
    /// Standard output when missing (not for XLSX)
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub async fn run(options: Options, place: &Place, config: Config) -> Result<ExitCode> {
    let app = place.open(config.instance, Need::Existing).await?;
    let format = Format::from(options.format);
    if options.output.is_none() && matches!(format, Format::Xlsx) {
        bail!("a workbook needs --output FILE");
    }
    // Writing has a thread of its own: neither it nor the database waits for the other.
    let (sender, entries) = tokio::sync::mpsc::channel::<Entry>(1_000);
    let writing = std::thread::spawn(move || write_all(format, options.output, entries));
    app.export(View::Public, Selection::All, sender).await?;
    let summary = writing.join().map_err(|_| anyhow::anyhow!("writing stopped unexpectedly"))??;
    eprintln!("{} entries", summary.entries);
    for cut in summary.cuts.iter().take(10) {
        eprintln!("cut to the length of a cell: row {}, column {}, {} characters", cut.row, cut.column + 1, cut.length);
    }
    Ok(ExitCode::SUCCESS)
}

fn write_all(format: Format, output: Option<PathBuf>, mut entries: Receiver<Entry>) -> Result<Summary> {
    let columns = WriteOptions { public_columns: true, ..WriteOptions::default() };
    let mut writer = match (&output, format) {
        (Some(path), _) => {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            Writer::new(format, BufWriter::new(file), columns)?
        }
        (None, Format::Csv) => Writer::csv(BufWriter::new(std::io::stdout()), columns)?,
        (None, _) => Writer::json_lines(BufWriter::new(std::io::stdout())),
    };
    while let Some(entry) = entries.blocking_recv() {
        writer.entry(&entry)?;
    }
    Ok(writer.finish()?)
}
