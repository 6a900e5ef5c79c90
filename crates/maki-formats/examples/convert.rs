//! Converts entries between the formats of the own format: `… --example convert IN OUT.(csv|xlsx|jsonl)`.
use std::io::BufWriter;
use std::time::Instant;

use maki_formats::export::{Format, Options, Writer};
use maki_formats::profile::{ReadOptions, RowOutcome, open, profile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else { return Err("give two files".into()) };
    let format = [Format::Csv, Format::Xlsx, Format::JsonLines].into_iter().find(|f| to.ends_with(f.extension()));
    let own = profile("maki").ok_or("no own profile")?;
    let started = Instant::now();
    let reader = open(std::fs::File::open(&from)?, &from, &own, ReadOptions::default())?;
    let sink = BufWriter::new(std::fs::File::create(&to)?);
    let mut writer = Writer::new(format.ok_or("which format?")?, sink, Options::default())?;
    for outcome in reader {
        match outcome? {
            RowOutcome::Entry(row) => writer.entry(&row.entry)?,
            other => println!("{other:?}"),
        }
    }
    println!("{:?} in {:?}", writer.finish()?, started.elapsed());
    Ok(())
}
