//! From bytes to rows: the reader of imports, in the own format, with a bound on rows.

use std::io::Cursor;

use bytes::Bytes;
use maki_formats::profile::{self, Problem, ReadOptions, RowOutcome};
use maki_formats::table::TableError;

use super::{SentRow, WriteError};
use crate::AppError;
use crate::import::RowFault;
use crate::import::entry_faults;

const PROFILE: &str = "maki";

/// Reads at most `most` rows. `own` names the organisation of rows that name none.
pub fn rows(body: Bytes, own: String, prefix: &str, most: usize) -> Result<Vec<SentRow>, WriteError> {
    let own_format = profile::profile(PROFILE).ok_or_else(|| AppError::Defect(format!("profile {PROFILE}")))?;
    let options = ReadOptions { organisation: Some(own), ..ReadOptions::default() };
    let is_blank = body.iter().all(u8::is_ascii_whitespace) || is_empty_list(&body);
    if is_blank {
        return Ok(Vec::new());
    }
    let opened = profile::open(Cursor::new(body), "", &own_format, options);
    let mut reader = opened.map_err(|error| WriteError::Unreadable { row: 1, key: error.key() })?;
    let (mut rows, mut last) = (Vec::new(), 0);
    for outcome in reader.by_ref() {
        let row = match outcome {
            Ok(outcome) => sent(outcome, prefix),
            Err(error) => return Err(unreadable(last + 1, &error)),
        };
        let Some(row) = row else { continue };
        last = row.number;
        if rows.len() >= most {
            return Err(WriteError::TooManyRows);
        }
        rows.push(row);
    }
    Ok(rows)
}

fn is_empty_list(body: &[u8]) -> bool {
    body.len() < 1_000 && body.iter().filter(|byte| !byte.is_ascii_whitespace()).eq(b"[]")
}

fn unreadable(row: u64, error: &TableError) -> WriteError {
    WriteError::Unreadable { row, key: error.key() }
}

fn sent(outcome: RowOutcome, prefix: &str) -> Option<SentRow> {
    Some(match outcome {
        RowOutcome::Entry(row) => {
            let faults = entry_faults(row.row, &row.entry, prefix);
            let entry = if faults.is_empty() { Ok(Box::new(row.entry)) } else { Err(faults) };
            SentRow { number: row.row, entry }
        }
        RowOutcome::Skipped { .. } => return None,
        RowOutcome::Rejected { row, problems, .. } => {
            SentRow { number: row, entry: Err(problems.iter().map(fault).collect()) }
        }
    })
}

fn fault(problem: &Problem) -> RowFault {
    let field = problem.field.clone().unwrap_or_default();
    let fault =
        RowFault::new(problem.row, field.as_str(), problem.value.as_deref().unwrap_or_default(), problem.reason);
    // The reader says that a value does not fit; by how much, the catalogue knows.
    let id = maki_domain::catalogue().id(&field);
    match (problem.reason, id) {
        ("field-too-long", Some(id)) => fault.with_detail(id.field().max_length().to_string()),
        ("field-too-many-items", Some(id)) => fault.with_detail(id.field().max_items().to_string()),
        _ => fault,
    }
}
