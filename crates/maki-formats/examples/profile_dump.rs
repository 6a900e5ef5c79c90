//! Reads a file with a profile and prints outcomes: `cargo run -p maki-formats --example profile_dump PROFILE FILE [ROWS]`.
use std::time::Instant;

use maki_formats::profile::{ReadOptions, RowOutcome, open, profile};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(name), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("give a profile and a file".into());
    };
    let shown: u64 = arguments.next().map_or(Ok(3), |rows| rows.parse())?;
    let profile = profile(&name).ok_or("no such profile")?;
    let started = Instant::now();
    let mut reader = open(std::fs::File::open(&path)?, &path, &profile, ReadOptions::default())?;
    println!("{:#?}", reader.info());
    let mut rows = 0;
    for outcome in reader.by_ref() {
        rows += 1;
        match outcome? {
            RowOutcome::Entry(row) if rows <= shown => {
                println!("row {}: {}", row.row, serde_json::to_string_pretty(&row.entry)?);
                println!("problems {:?}", row.problems);
            }
            RowOutcome::Entry(_) | RowOutcome::Skipped { .. } => {}
            RowOutcome::Rejected { row, problems, .. } => println!("row {row} refused: {problems:?}"),
        }
    }
    println!("{:#?}", reader.report());
    println!("{rows} rows in {:?}", started.elapsed());
    Ok(())
}
