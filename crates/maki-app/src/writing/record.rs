//! One entry, read and written by a program that has seen it: the parts as the own format writes them, and a tag that
//! names the revisions of all parts.

use maki_domain::{Act, Content, FieldId, RecordKind, Slot, Visibility, catalogue, check};
use serde_json::{Map, Value};

use super::plan::must_be_stated;
use crate::access::Permit;
use crate::import::RowFault;
use crate::work::{EntryWork, PartChange, SaveOutcome, SavePart, WorkPart};
use crate::{App, AppError};

/// Names beside the content of a part; what they say is decided when the entry begins.
const NAMES: [&str; 4] = ["kennung", "external_ids", "responsible", "parent"];
const VISIBILITY: &str = "_visibility";
/// Faults that are told of one request.
const MOST_FAULTS: usize = 200;

/// What is to become of an entry.
#[derive(Debug, Clone)]
pub struct RecordWish {
    /// Parts as the own format writes them; a part that is not there stays as it is.
    pub entry: Value,
    /// A part is replaced by what is said; otherwise laid over, and null takes a field away.
    pub replaces: bool,
    /// The tag that the writer has seen; none for whatever stands there.
    pub seen: Option<String>,
}

/// Why an entry was not written; nothing of the wish was.
#[derive(Debug, Clone)]
pub enum RecordFault {
    /// Somebody saved since; with the entry as it is.
    Stale(Box<EntryWork>),
    /// It waits for approval.
    Locked,
    Refused(Vec<RowFault>),
}

/// An entry after a write.
pub type WrittenEntry = Result<EntryWork, RecordFault>;

impl EntryWork {
    /// Names the revisions of all parts.
    #[must_use]
    pub fn tag(&self) -> String {
        let revisions: Vec<String> = self.parts.iter().map(|part| part.revision.to_string()).collect();
        format!("{}.{}", self.entry.0.simple(), revisions.join("."))
    }
}

impl App {
    /// Writes an entry that the program has seen, all or nothing.
    ///
    /// # Errors
    /// When the entry is none that is worked on, or the database cannot be written.
    pub async fn write_record(&self, permit: &Permit, wish: &RecordWish) -> Result<WrittenEntry, AppError> {
        permit.require(&[Act::Edit])?;
        let entry = self.entry_work(permit).await?;
        if wish.seen.as_ref().is_some_and(|seen| *seen != entry.tag()) {
            return Ok(Err(RecordFault::Stale(Box::new(entry))));
        }
        let saves = match saves(&entry, wish) {
            Ok(saves) => saves,
            Err(faults) => return Ok(Err(RecordFault::Refused(faults))),
        };
        match self.save_work(permit, &saves).await? {
            SaveOutcome::Saved(_) => Ok(Ok(self.entry_work(permit).await?)),
            SaveOutcome::Stale(_) => Ok(Err(RecordFault::Stale(Box::new(self.entry_work(permit).await?)))),
            SaveOutcome::Locked => Ok(Err(RecordFault::Locked)),
        }
    }
}

fn fault(field: &str, value: &str, reason: &str) -> RowFault {
    RowFault::new(1, field, value, reason)
}

fn saves(entry: &EntryWork, wish: &RecordWish) -> Result<Vec<SavePart>, Vec<RowFault>> {
    let Some(parts) = wish.entry.as_object() else { return Err(vec![fault("", "", "row-not-an-object")]) };
    let (mut saves, mut faults) = (Vec::new(), Vec::new());
    for (name, said) in parts {
        let kind = match name.as_str() {
            "system" => RecordKind::System,
            "deployment" => RecordKind::Deployment,
            // Whose it is does not change here.
            "organisation" => continue,
            _ => {
                faults.push(fault(name, "", "field-unknown"));
                continue;
            }
        };
        let (Some(part), Some(said)) = (entry.part(kind), said.as_object()) else {
            faults.push(fault(name, "", "part-missing"));
            continue;
        };
        let mut changes = changes(part, said, &mut faults);
        if wish.replaces {
            changes.extend(taken_away(part, &changes));
        }
        saves.push(SavePart { kind, expected_revision: part.revision, changes });
    }
    if faults.is_empty() { Ok(saves) } else { Err(faults) }
}

/// Fields that a replacement no longer states.
fn taken_away(part: &WorkPart, stated: &[PartChange]) -> Vec<PartChange> {
    let gone = part.content.iter().map(|(id, _)| id).filter(|id| !stated.iter().any(|change| change.field == *id));
    gone.map(|field| PartChange { field, slot: None, visibility: field.field().visibility }).collect()
}

fn changes(part: &WorkPart, said: &Map<String, Value>, faults: &mut Vec<RowFault>) -> Vec<PartChange> {
    let mut changes = Vec::new();
    let mut content = Content::new();
    let seen_by = visibilities(said.get(VISIBILITY), faults);
    for (key, value) in said.iter().filter(|(key, _)| !NAMES.contains(&key.as_str()) && *key != VISIBILITY) {
        if faults.len() >= MOST_FAULTS {
            break;
        }
        match slot(part.kind, key, value) {
            Ok((field, slot)) => {
                let narrowed = seen_by.iter().find(|(id, _)| *id == field).map(|(_, visibility)| *visibility);
                let visibility = narrowed.unwrap_or_else(|| part.content.visibility(field));
                if let Some(slot) = &slot {
                    content.set(field, slot.clone());
                    content.narrow(field, visibility);
                }
                changes.push(PartChange { field, slot, visibility });
            }
            Err(found) => faults.push(found),
        }
    }
    if let Err(found) = must_be_stated(1, &content) {
        faults.extend(found);
    }
    changes
}

/// A value as the field takes it; none where null takes the field away.
fn slot(kind: RecordKind, key: &str, value: &Value) -> Result<(FieldId, Option<Slot>), RowFault> {
    let Some(id) = catalogue().id(key) else { return Err(fault(key, "", "field-unknown")) };
    let field = id.field();
    if field.record != kind {
        return Err(fault(key, "", "field-wrong-record"));
    }
    if value.is_null() {
        return Ok((id, None));
    }
    let slot = Slot::from_json(id, value.clone()).map_err(|misfit| fault(key, &value.to_string(), misfit.reason()))?;
    match check::slot_fault(field, &slot) {
        None => Ok((id, Some(slot))),
        Some(found) => {
            let told = fault(key, &value.to_string(), found.key());
            Err(match found.limit() {
                Some(limit) => told.with_detail(limit.to_string()),
                None => told,
            })
        }
    }
}

fn visibilities(said: Option<&Value>, faults: &mut Vec<RowFault>) -> Vec<(FieldId, Visibility)> {
    let Some(said) = said else { return Vec::new() };
    let Some(said) = said.as_object() else {
        faults.push(fault(VISIBILITY, "", "field-wrong-type"));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (key, value) in said {
        let visibility = serde_json::from_value::<Visibility>(value.clone());
        match (catalogue().id(key), visibility) {
            (Some(id), Ok(visibility)) if visibility < id.field().visibility => {
                faults.push(fault(key, &value.to_string(), "field-visibility-wider"));
            }
            (Some(id), Ok(visibility)) => found.push((id, visibility)),
            (None, _) => faults.push(fault(key, "", "field-unknown")),
            (_, Err(_)) => faults.push(fault(key, &value.to_string(), "field-value-unknown")),
        }
    }
    found
}
