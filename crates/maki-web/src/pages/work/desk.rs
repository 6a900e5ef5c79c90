//! An entry as its pages work on it: which topics and fields are asked, how far they are, and the way to the use cases.

use maki_app::work::{EntryWork, PartChange, Reason, SaveOutcome, SavePart, Stage, Start, Submission, WorkPart};
use maki_app::{AppError, Permit, Target};
use maki_domain::catalogue::Section;
use maki_domain::check::{FieldFault, slot_fault};
use maki_domain::confidential::Restriction;
use maki_domain::{Act, Content, FieldId, Kennung, RecordId, RecordKind, Value, View, catalogue, keys};

use super::new::Way;
use crate::error::WebError;
use crate::form::{Change, FormFault, TaskState};
use crate::state::WebState;

/// Key of the fault of a field that still needs an answer.
const MISSING: &str = "field-missing";
/// Kind of system that the short form enters.
const EMBEDDED: &str = "embedded_function";

/// An entry on somebody's desk.
#[derive(Debug, Clone)]
pub struct Desk {
    pub work: EntryWork,
    /// Name of the body whose entry it is.
    pub organisation: String,
    pub organisation_kennung: Option<String>,
    /// Whether whoever looks may change it at all.
    pub may_edit: bool,
    pub may_submit: bool,
    pub may_approve: bool,
    pub may_withdraw: bool,
    /// Whether changes to the shared system can be proposed.
    pub may_propose: bool,
    /// Discussions that nobody resolved yet.
    pub open_threads: usize,
    /// What a confidential entry has beside; none for all others.
    pub confidential: Option<Confidential>,
}

/// What a confidential entry has that others have not.
#[derive(Debug, Clone)]
pub struct Confidential {
    /// Counted within the organisation.
    pub number: i64,
    /// Of the newest save.
    pub revision: i64,
    pub restriction: Restriction,
    /// As it was approved last.
    pub approved: Option<Restriction>,
}

/// A topic of an entry.
#[derive(Debug, Clone)]
pub struct Topic {
    pub kind: RecordKind,
    pub key: &'static str,
    pub section: &'static Section,
    /// Fields that are asked.
    pub fields: Vec<FieldId>,
    /// Fields that do not apply and are empty.
    pub others: Vec<FieldId>,
}

impl Desk {
    /// What the entry is called; none while it has no name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        Some(self.work.name()).filter(|name| !name.is_empty())
    }

    /// Whether it can be changed now, by whoever looks.
    #[must_use]
    pub fn is_open(&self) -> bool {
        // What is taken back can be published anew; what was confidential and has ended stays as it was.
        let has_ended = self.confidential.is_some() && self.work.stage == Stage::Withdrawn;
        self.may_edit && self.work.stage != Stage::InReview && !has_ended
    }

    /// The Kennung of the Steckbrief, once there is one.
    #[must_use]
    pub fn kennung(&self) -> Option<String> {
        let system = self.work.part(RecordKind::System).and_then(|part| part.kennung.as_ref());
        let shared = self.work.shared_system.as_ref().and_then(|shared| shared.kennung.as_ref());
        system.or(shared).map(ToString::to_string)
    }

    /// Whether anything of it is public.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.work.parts.iter().map(|part| part.version).max().unwrap_or(0)
    }

    /// Every topic with at least one field that is asked, in the order of the form.
    #[must_use]
    pub fn topics(&self) -> Vec<Topic> {
        let sections = |part: &'_ WorkPart| {
            let topics = catalogue().sections_of(part.kind).map(|section| self.topic(part, section));
            topics.collect::<Vec<_>>()
        };
        self.work.parts.iter().flat_map(sections).filter(|topic| !topic.fields.is_empty()).collect()
    }

    fn topic(&self, part: &WorkPart, section: &'static Section) -> Topic {
        let fields = catalogue().fields_of(part.kind).filter(|(_, field)| field.section == section.key);
        let (fields, others) = fields.map(|(id, _)| id).partition(|id| self.asks(part, *id));
        Topic { kind: part.kind, key: section.key.as_str(), section, fields, others }
    }

    /// Whether a field is asked: it applies, or something stands in it already.
    fn asks(&self, part: &WorkPart, field: FieldId) -> bool {
        part.content.slot_of(field).is_some() || field.field().is_asked(self.work.situation(part.kind))
    }

    /// Whether the entry cannot be submitted without an answer to the field.
    #[must_use]
    pub fn is_needed(&self, field: FieldId) -> bool {
        let situation = self.work.situation(field.field().record);
        field.field().is_required(situation.lifecycle_group, situation.risk_class)
    }

    /// What stands against submitting: needed fields without an answer, and values that do not fit.
    #[must_use]
    pub fn open_points(&self) -> Vec<FormFault> {
        self.topics().iter().flat_map(|topic| self.open_points_of(topic)).collect()
    }

    fn open_points_of(&self, topic: &Topic) -> Vec<FormFault> {
        let Some(part) = self.work.part(topic.kind) else { return Vec::new() };
        let point = |id: &FieldId| match part.content.slot_of(*id) {
            None => self.is_needed(*id).then(|| FormFault::new(*id, MISSING)),
            Some(slot) => slot_fault(id.field(), slot).map(|fault| FieldFault { field: *id, fault }.into()),
        };
        topic.fields.iter().filter_map(point).collect()
    }

    /// How far a topic is.
    #[must_use]
    pub fn state_of(&self, topic: &Topic) -> TaskState {
        let Some(part) = self.work.part(topic.kind) else { return TaskState::Optional };
        let points = self.open_points_of(topic);
        let missing = points.iter().filter(|point| point.key == MISSING).count();
        let is_begun = topic.fields.iter().any(|id| part.content.slot_of(*id).is_some());
        match (missing, is_begun) {
            _ if missing < points.len() => TaskState::Faulty,
            (0, false) => TaskState::Optional,
            (0, true) => TaskState::Done,
            (_, false) => TaskState::Empty,
            (missing, true) => TaskState::Open(missing),
        }
    }

    /// The contents of all parts in one, for forms over several of them.
    #[must_use]
    pub fn content(&self) -> Content {
        let mut all = Content::new();
        for part in &self.work.parts {
            for (id, slot) in part.content.iter() {
                all.set(id, slot.clone());
                all.narrow(id, part.content.visibility(id));
            }
        }
        all
    }

    /// Hidden fields that name the revision of each part.
    #[must_use]
    pub fn revision_fields(&self) -> Vec<(String, String)> {
        revision_fields(self.work.parts.iter().map(|part| (part.kind, part.revision)))
    }

    /// The revisions that a form names; where it names none, its save is stale.
    #[must_use]
    pub fn revisions_of(&self, read: impl Fn(&str) -> Option<i64>) -> Vec<(RecordKind, i64)> {
        let named = |part: &WorkPart| (part.kind, read(&revision_name(part.kind)).unwrap_or(-1));
        self.work.parts.iter().map(named).collect()
    }

    /// Fields of the short form, a page for each part.
    #[must_use]
    pub fn short_pages(&self) -> Vec<Vec<FieldId>> {
        let fields = |part: &WorkPart| {
            let of_part = catalogue().fields_of(part.kind).filter(|(_, field)| field.short_form);
            of_part.map(|(id, _)| id).collect::<Vec<_>>()
        };
        self.work.parts.iter().map(fields).filter(|page| !page.is_empty()).collect()
    }

    /// Whether the short form is offered: a use of somebody's system, or a function of standard software.
    #[must_use]
    pub fn is_short(&self) -> bool {
        let system = self.work.part(RecordKind::System);
        let kind = system.and_then(|part| part.content.code(keys::KIND));
        system.is_none() || kind.is_some_and(|kind| kind.as_str() == EMBEDDED)
    }
}

fn revision_name(kind: RecordKind) -> String {
    format!("revision:{}", kind.code())
}

/// Hidden fields that name revisions.
#[must_use]
pub fn revision_fields(revisions: impl Iterator<Item = (RecordKind, i64)>) -> Vec<(String, String)> {
    revisions.map(|(kind, revision)| (revision_name(kind), revision.to_string())).collect()
}

/// The entry of a permit's record, with what else may be done to it.
///
/// # Errors
/// When there is no such entry or the database cannot be read.
pub async fn open(state: &WebState, permit: &Permit) -> Result<Desk, WebError> {
    if permit.act().is_confidential() {
        return open_confidential(state, permit).await;
    }
    let work = state.app.entry_work(permit).await?;
    let may = async |act| match state.app.permit(permit.principal(), act, Target::Record(work.entry)).await {
        Ok(_) => Ok(true),
        Err(AppError::Forbidden) => Ok(false),
        Err(error) => Err(error),
    };
    let (may_edit, may_submit) = (may(Act::Edit).await?, may(Act::Submit).await?);
    let (may_approve, may_withdraw) = (may(Act::Approve).await?, may(Act::Withdraw).await?);
    let may_propose = match &work.shared_system {
        Some(shared) => {
            let asked = state.app.permit(permit.principal(), Act::Propose, Target::Record(shared.record)).await;
            asked.is_ok()
        }
        None => false,
    };
    let organisation = state.app.organisation_refs(&[work.organisation]).await?.pop();
    Ok(Desk {
        organisation: organisation.as_ref().map(|o| o.name.clone()).unwrap_or_default(),
        organisation_kennung: organisation.map(|o| o.kennung),
        may_edit,
        may_submit,
        may_approve,
        may_withdraw,
        may_propose,
        open_threads: 0,
        confidential: None,
        work,
    })
}

/// The same for a confidential entry, which nobody can withdraw, propose or discuss.
async fn open_confidential(state: &WebState, permit: &Permit) -> Result<Desk, WebError> {
    let found = state.app.confidential_work(permit).await?;
    let entry = Target::Confidential(found.work.entry);
    let may = async |act| match state.app.permit(permit.principal(), act, entry.clone()).await {
        Ok(_) => Ok(true),
        Err(AppError::NotFound) => Ok(false),
        Err(error) => Err(error),
    };
    let (may_edit, may_approve) = (may(Act::EditConfidential).await?, may(Act::ApproveConfidential).await?);
    let organisation = state.app.organisation_refs(&[found.work.organisation]).await?.pop();
    Ok(Desk {
        organisation: organisation.as_ref().map(|o| o.name.clone()).unwrap_or_default(),
        organisation_kennung: organisation.map(|o| o.kennung),
        may_edit,
        may_submit: may_edit,
        may_approve,
        may_withdraw: false,
        may_propose: false,
        open_threads: 0,
        confidential: Some(Confidential {
            number: found.number,
            revision: found.revision,
            restriction: found.restriction,
            approved: found.approved,
        }),
        work: found.work,
    })
}

/// Reasons given so far for warnings about an entry.
///
/// # Errors
/// When the database cannot be read.
pub async fn reasons(state: &WebState, permit: &Permit, desk: &Desk) -> Result<Vec<Reason>, WebError> {
    Ok(match desk.confidential {
        Some(_) => state.app.confidential_reasons(permit).await?,
        None => state.app.finding_reasons(permit, &desk.work).await?,
    })
}

/// Hands an entry in.
///
/// # Errors
/// As [`maki_app::App::submit_work`].
pub async fn submit(
    state: &WebState,
    permit: &Permit,
    desk: &Desk,
    note: &str,
    reasons: &[(String, String)],
) -> Result<Submission, AppError> {
    match desk.confidential {
        Some(_) => state.app.submit_confidential(permit, note, reasons).await,
        None => state.app.submit_work(permit, note, reasons).await,
    }
}

/// What the body of a permit is called.
///
/// # Errors
/// When the permit is for none or the database cannot be read.
pub async fn organisation(state: &WebState, permit: &Permit) -> Result<String, WebError> {
    let found = state.app.organisation_refs(&[permit.organisation()?]).await?.pop();
    Ok(found.map(|organisation| organisation.name).unwrap_or_default())
}

/// Begins the use of a published system; none when there is no such system.
///
/// # Errors
/// When the database cannot be written.
pub async fn adopt(state: &WebState, permit: &Permit, kennung: &Kennung) -> Result<Option<RecordId>, WebError> {
    let Some(found) = state.app.steckbrief(View::Authorities, kennung).await? else { return Ok(None) };
    let start = Start::Adopt { system: found.system.envelope.id, deployment: Content::new() };
    match state.app.start_entry(permit, start).await {
        Ok(entry) => Ok(Some(entry)),
        Err(AppError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Begins an entry of a system that the register does not know.
///
/// # Errors
/// When the database cannot be written.
pub async fn start(state: &WebState, permit: &Permit, way: Way, name: &str) -> Result<RecordId, WebError> {
    let (mut system, mut deployment) = (Content::new(), Content::new());
    system.put(keys::NAME, Value::Text(name.to_owned()));
    let choose = |content: &mut Content, key: &str, code: &str| {
        let code = catalogue().id(key).and_then(|id| id.field().vocabulary()?.code(code));
        code.map(|code| content.put(key, Value::Code(code)))
    };
    match way {
        Way::Full => None,
        Way::Short => choose(&mut system, keys::KIND, EMBEDDED),
        Way::Idea => {
            choose(&mut deployment, keys::LIFECYCLE, "idea");
            choose(&mut system, keys::KIND, "use_case")
        }
    };
    Ok(state.app.start_entry(permit, Start::New { system, deployment }).await?)
}

/// Saves the changes of a form, part by part, in one transaction.
///
/// # Errors
/// When the database cannot be written.
pub async fn save(
    state: &WebState,
    permit: &Permit,
    revisions: &[(RecordKind, i64)],
    changes: &[Change],
) -> Result<SaveOutcome, WebError> {
    let of_part = |(kind, revision): &(RecordKind, i64)| {
        let own = changes.iter().filter(|change| change.field.field().record == *kind);
        let changes: Vec<PartChange> =
            own.map(|c| PartChange { field: c.field, slot: c.slot.clone(), visibility: c.visibility }).collect();
        SavePart { kind: *kind, expected_revision: *revision, changes }
    };
    let parts: Vec<SavePart> = revisions.iter().map(of_part).filter(|part| !part.changes.is_empty()).collect();
    let is_confidential = permit.act().is_confidential();
    let saved = if is_confidential {
        state.app.save_confidential(permit, &parts).await
    } else {
        state.app.save_work(permit, &parts).await
    };
    Ok(saved?)
}
