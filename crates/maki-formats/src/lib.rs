//! Bytes in, values out: tables in foreign formats, import profiles, the own format, exports.
//!
//! Invariants: no I/O beyond the readers and writers it is given (XLSX writing uses temporary files), no database, no
//! clock; every input is hostile and every limit is explicit; what cannot be taken over is reported, never lost quietly.
//!
//! Three floors. [`table`] turns bytes into rows and rows into bytes and knows no meaning. [`profile`] turns rows into
//! entries of the domain. [`export`] writes entries in the own format, which profile `maki` reads back.
//!
//! ```no_run
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use maki_formats::export::{Format, Options, Writer};
//! use maki_formats::profile::{ReadOptions, RowOutcome, open, profile};
//!
//! let us = profile("us-omb-2025").ok_or("no such profile")?;
//! let mut reader = open(std::fs::File::open("inventory.csv")?, "inventory.csv", &us, ReadOptions::default())?;
//! let mut out = Writer::new(Format::Xlsx, std::fs::File::create("register.xlsx")?, Options::default())?;
//! for outcome in reader.by_ref() {
//!     match outcome? {
//!         RowOutcome::Entry(row) => out.entry(&row.entry)?,
//!         RowOutcome::Skipped { .. } => {}
//!         RowOutcome::Rejected { row, problems, .. } => eprintln!("row {row}: {problems:?}"),
//!     }
//! }
//! println!("{:?} {:?}", reader.report(), out.finish()?);
//! # Ok(())
//! # }
//! ```

pub mod eu_report;
pub mod export;
mod own;
pub mod pdf;
pub mod profile;
pub mod table;
