//! One batch of an import: finds the records that its rows name ([`find`]), plans what changes ([`plan`]), and writes
//! it ([`write`]).
//!
//! Everything that the rows may refer to is read at once; then each row is planned against what is known, which
//! includes what earlier rows of the batch made. A row is planned whole before any of it counts, so a refused row leaves
//! nothing behind.

mod find;
mod part;
mod plan;
mod write;

use std::collections::HashMap;

use maki_domain::plausibility::Finding;
use maki_domain::{Content, Entry, ExternalId, Kennung, RecordId, RecordKind, RecordState};
use maki_store::{Provenance, WriteTx};
use uuid::Uuid;

use super::report::ImportReport;
use super::seen::Seen;
use super::{ImportOptions, Outcome, RowInput};
use crate::{App, AppError};

type ExternalKey = (String, String);

/// A record as this batch knows it.
struct Known {
    kind: RecordKind,
    kennung: Option<Kennung>,
    state: RecordState,
    owner: Option<RecordId>,
    parent: Option<RecordId>,
    external_ids: Vec<ExternalId>,
    content: Content,
    version: i64,
    /// 0 for a record that this batch makes.
    revision: i64,
    provenance: Option<Provenance>,
    /// What the first row of this batch that speaks of the record says; local edits make the content differ from it.
    said: Option<Content>,
    /// Set once this batch writes it.
    write: Option<PlannedWrite>,
}

struct PlannedWrite {
    row: u64,
    new_external_ids: Vec<ExternalId>,
}

pub(super) struct Batch<'a> {
    app: &'a App,
    options: &'a ImportOptions,
    run: Uuid,
    seen: &'a mut Seen,
    by_external: HashMap<ExternalKey, RecordId>,
    by_kennung: HashMap<Kennung, RecordId>,
    /// Deployments by system and deployer.
    uses: HashMap<(RecordId, RecordId), Vec<RecordId>>,
    known: HashMap<RecordId, Known>,
    /// What is written, in the order in which records refer to each other.
    order: Vec<RecordId>,
}

/// A part that has been found or is new, and that nothing speaks against.
struct Planned {
    id: RecordId,
    is_new: bool,
    content: Becomes,
    kept: usize,
}

/// What the content of a record becomes; only a merge makes another one.
enum Becomes {
    /// What the part says: the record is new.
    Said,
    /// What it is.
    Kept,
    Merged(Content),
}

impl<'a> Batch<'a> {
    pub fn new(app: &'a App, options: &'a ImportOptions, run: Uuid, seen: &'a mut Seen) -> Self {
        Self {
            app,
            options,
            run,
            seen,
            by_external: HashMap::new(),
            by_kennung: HashMap::new(),
            uses: HashMap::new(),
            known: HashMap::new(),
            order: Vec::new(),
        }
    }

    /// Plans all rows, which have been checked, and counts them in the report, with what was found of each; takes the
    /// entries out of them. True when there is something to write.
    pub async fn apply(
        &mut self,
        tx: &mut WriteTx,
        rows: &mut [RowInput],
        found: &[Vec<Finding<'static>>],
        report: &mut ImportReport,
    ) -> Result<bool, AppError> {
        let sound: Vec<&Entry> = rows
            .iter()
            .filter_map(|row| match &row.outcome {
                Outcome::Entry(entry) => Some(entry.as_ref()),
                Outcome::Skipped | Outcome::Error(_) => None,
            })
            .collect();
        self.load(tx, &sound).await?;
        for (place, row) in rows.iter_mut().enumerate() {
            report.rows += 1;
            for (field, value) in &row.unknown {
                report.unknown(field, value, row.number);
            }
            for warning in &row.warnings {
                report.warn(warning.clone());
            }
            match std::mem::replace(&mut row.outcome, Outcome::Skipped) {
                Outcome::Skipped => report.skipped += 1,
                Outcome::Error(faults) => report.error(faults),
                Outcome::Entry(entry) => match self.plan_entry(tx, row.number, *entry, report).await? {
                    Ok(()) => {
                        report.entries += 1;
                        report.found(row.number, found.get(place).map_or(&[], Vec::as_slice));
                    }
                    Err(faults) => report.error(faults),
                },
            }
        }
        Ok(!self.order.is_empty())
    }
}
