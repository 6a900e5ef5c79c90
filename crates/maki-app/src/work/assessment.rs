//! Risk assessments of an entry by the guided check: the provider's of its system, the deployer's of its use. One that is
//! made fills the fields that it answers in the draft; whoever approves the entry has reviewed it. It stays what it is
//! when law or entry change, and says so.

use std::collections::HashMap;

use maki_domain::assess::{
    Case, NOT_ASSESSED, assessed_fields, changes_of_substance, reasons_field, rule_set, substance,
};
use maki_domain::{Act, Content, FieldId, Instant, RecordId, RecordKind, Slot, Value, catalogue, keys};
use maki_store::{NewAssessment, ReadTx, StoredAssessment, WriteTx};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::entry::{EntryWork, assembled};
use super::review::checked;
use super::save::{Done, Save};
use super::{PartChange, SavePart};
use crate::access::Permit;
use crate::{App, AppError};

/// Longest reasons in characters, as long as their field.
pub const MAX_REASONS: usize = 5_000;
/// Assessments of a record that are shown, newest first.
pub const SHOWN_ASSESSMENTS: i64 = 100;

/// A check that was walked to its end.
#[derive(Debug, Clone)]
pub struct Check {
    /// System or deployment.
    pub kind: RecordKind,
    /// The revision of the part that the assessor has seen.
    pub expected_revision: i64,
    /// By the facts of today's rule set; what is missing is not known.
    pub answers: Map<String, Json>,
    /// In the assessor's words; may be empty.
    pub reasons: String,
}

/// What became of an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Done,
    /// Somebody saved the part since the assessor saw it.
    Stale,
    /// The entry waits for approval.
    Locked,
}

/// An assessment as those see it who work on the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentView {
    pub id: Uuid,
    pub kind: RecordKind,
    pub rule_set: String,
    /// The day as which the law was read, `YYYY-MM-DD`.
    pub day: String,
    pub answers: Map<String, Json>,
    /// As [`maki_domain::assess::Assessment`] is written.
    pub result: Json,
    pub reasons: String,
    /// Name of the assessor; none where the person is gone.
    pub assessor: Option<String>,
    pub made_at: Instant,
    /// Who approved the entry with it, and when.
    pub reviewed: Option<(Option<String>, Instant)>,
    /// Whether no other one of the part was made since.
    pub is_newest: bool,
    /// Substantial fields that say something else than when it was made: it is to be assessed anew.
    pub changed: Vec<FieldId>,
    /// Whether the entry states another class by now.
    pub deviates: bool,
}

impl AssessmentView {
    /// Code of the class.
    #[must_use]
    pub fn class(&self) -> &str {
        class_of(&self.result)
    }

    /// Whether it was made with other rules than today's.
    #[must_use]
    pub fn has_older_rules(&self) -> bool {
        self.rule_set != rule_set().id()
    }

    /// Whether it is to be made anew: law, entry or class have changed.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.has_older_rules() || self.deviates || !self.changed.is_empty()
    }
}

fn class_of(result: &Json) -> &str {
    result.get("risk_class").and_then(Json::as_str).unwrap_or(NOT_ASSESSED)
}

impl EntryWork {
    /// What an assessment of a part looks at: the part, and for a use its system.
    fn assessed_contents(&self, kind: RecordKind) -> impl Iterator<Item = &Content> {
        let of_system = || {
            let own = self.part(RecordKind::System).map(|part| &part.content);
            own.or(self.shared_system.as_ref().map(|shared| &shared.content))
        };
        let system = if kind == RecordKind::Deployment { of_system() } else { None };
        self.part(kind).map(|part| &part.content).into_iter().chain(system)
    }

    /// The system that an assessment of a part looks at.
    fn assessed_system(&self) -> Option<RecordId> {
        let own = self.part(RecordKind::System).map(|part| part.record);
        own.or(self.shared_system.as_ref().map(|shared| shared.record))
    }

    /// Whether the part states another class than an assessment.
    fn deviates(&self, kind: RecordKind, class: &str) -> bool {
        let key = if kind == RecordKind::Deployment { keys::DEPLOYMENT_RISK_CLASS } else { keys::RISK_CLASS };
        let stated = self.part(kind).and_then(|part| part.content.code(key));
        class != NOT_ASSESSED && stated.is_none_or(|stated| stated.as_str() != class)
    }

    fn view(&self, kind: RecordKind, made: StoredAssessment, place: usize) -> Result<AssessmentView, AppError> {
        let now = substance(self.assessed_contents(kind));
        let result: Json = serde_json::from_str(&made.made.result)?;
        Ok(AssessmentView {
            id: made.made.id,
            kind,
            rule_set: made.made.rule_set,
            day: made.made.day,
            answers: serde_json::from_str(&made.made.answers)?,
            changed: changes_of_substance(&made.made.substance, &now, made.reviewed.is_some()),
            deviates: self.deviates(kind, class_of(&result)),
            result,
            reasons: made.made.reasons,
            assessor: Some(made.assessor),
            made_at: made.made_at,
            reviewed: made.reviewed.map(|(who, at)| (Some(who), at)),
            is_newest: place == 0,
        })
    }
}

impl App {
    /// Assessments of the permit's entry, of each part the newest first.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn assessments(&self, permit: &Permit, entry: &EntryWork) -> Result<Vec<AssessmentView>, AppError> {
        permit.require(&[Act::ReadWork, Act::Edit, Act::Submit, Act::Approve])?;
        let mut tx = self.0.store.read().await?;
        let mut views = Vec::new();
        for part in &entry.parts {
            let made = tx.assessments(part.record, SHOWN_ASSESSMENTS).await?;
            for (place, one) in made.into_iter().enumerate() {
                views.push(entry.view(part.kind, one, place)?);
            }
        }
        name_people(&mut tx, &mut views).await?;
        Ok(views)
    }

    /// Answers that a new assessment of a part begins with, each to be confirmed: of the newest one of the part, of a use
    /// without one those of its system, and beside them what the entry states.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn proposed_answers(
        &self,
        permit: &Permit,
        entry: &EntryWork,
        kind: RecordKind,
    ) -> Result<Map<String, Json>, AppError> {
        permit.require(&[Act::Edit])?;
        let part = entry.part(kind).ok_or(AppError::NotFound)?;
        let mut tx = self.0.store.read().await?;
        let mut newest = tx.assessments(part.record, 1).await?.pop();
        if let (None, Some(system)) = (&newest, entry.assessed_system()) {
            newest = tx.assessments(system, 1).await?.pop().filter(|one| {
                // What another body has not even approved is no proposal.
                one.reviewed.is_some() || entry.part(RecordKind::System).is_some()
            });
        }
        let stated = match kind {
            RecordKind::Deployment => entry.contents(),
            RecordKind::System | RecordKind::Organisation => {
                maki_domain::entry::Parts { deployment: None, ..entry.contents() }
            }
        };
        let mut answers = Case::of_entry(rule_set(), stated).to_json(rule_set());
        if let Some(newest) = newest {
            answers.extend(serde_json::from_str::<Map<String, Json>>(&newest.made.answers)?);
        }
        Ok(answers)
    }

    /// Keeps an assessment of a part of the permit's entry and writes what it answers into the draft, in one transaction.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when an answer or the reasons cannot be meant, [`AppError::NotFound`] when the entry has no
    /// such part.
    pub async fn keep_assessment(&self, permit: &Permit, check: &Check) -> Result<Kept, AppError> {
        permit.require(&[Act::Edit])?;
        let reasons = checked(&check.reasons, MAX_REASONS)?;
        let (rules, at) = (rule_set(), self.now());
        let today = Self::day_of(at).ok_or(AppError::Invalid)?;
        let case = Case::from_json(rules, &Json::Object(check.answers.clone()), &["date"]);
        let case = case.map_err(|_| AppError::Invalid)?;
        let result = rules.assess(&case, today);
        let mut tx = self.0.store.write().await?;
        let entry = tx.entries(&[permit.record()?]).await?.pop().flatten().ok_or(AppError::NotFound)?;
        let entry = assembled(entry, Some(permit.organisation()?), &permit.principal().actor)?;
        let part = entry.part(check.kind).ok_or(AppError::NotFound)?;
        let fields = assessed_fields(rules, check.kind, &case, &result, today);
        let reason = (!fields.is_empty() && !reasons.is_empty()).then(|| reason_of(check.kind, reasons)).flatten();
        let change = |(field, slot): (FieldId, Option<Slot>)| PartChange {
            visibility: part.content.visibility(field),
            field,
            slot,
        };
        let changes = fields.into_iter().chain(reason).map(change).collect();
        let parts = vec![SavePart { kind: check.kind, expected_revision: check.expected_revision, changes }];
        let mut drafts = Vec::new();
        match Save::of(permit, parts)?.laid_over(&entry, &mut drafts)? {
            Done::Unseen => return Ok(Kept::Stale),
            Done::Locked => return Ok(Kept::Locked),
            Done::Saved(faults) if faults.is_empty() => {}
            Done::Saved(_) => return Err(AppError::Invalid),
        }
        let new = NewAssessment {
            id: self.0.edge.new_id(),
            record: part.record,
            system: entry.assessed_system(),
            rule_set: result.rule_set.clone(),
            day: today.to_string(),
            answers: serde_json::to_string(&case.to_json(rules))?,
            result: serde_json::to_string(&result)?,
            reasons: reasons.to_owned(),
            substance: substance(entry.assessed_contents(check.kind)),
        };
        if !drafts.is_empty() {
            tx.save_drafts_of(at, &drafts).await?;
        }
        tx.keep_assessment(at, &permit.actor(), &new).await?;
        tx.commit().await?;
        Ok(Kept::Done)
    }

    /// Notes that whoever approves an entry has reviewed its newest assessments. Nobody reviews an own one, nor one whose
    /// class the entry does not state.
    pub(super) async fn review_assessments(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        at: Instant,
        entry: &EntryWork,
    ) -> Result<(), AppError> {
        let actor = permit.actor();
        for part in &entry.parts {
            let Some(newest) = tx.assessments(part.record, 1).await?.pop() else { continue };
            let result: Json = serde_json::from_str(&newest.made.result)?;
            let is_in_force = !entry.deviates(part.kind, class_of(&result));
            if newest.reviewed.is_some() || newest.assessor == actor.id || !is_in_force {
                continue;
            }
            // What was filled in meanwhile was there when it was reviewed.
            let mut seen = substance(entry.assessed_contents(part.kind));
            for (field, slot) in newest.made.substance.iter() {
                seen.set(field, slot.clone());
            }
            tx.review_assessment(at, &actor, newest.made.id, &seen).await?;
        }
        Ok(())
    }
}

fn reason_of(kind: RecordKind, reasons: &str) -> Option<(FieldId, Option<Slot>)> {
    Some((catalogue().id(reasons_field(kind)?)?, Some(Slot::Value(Value::Text(reasons.to_owned())))))
}

/// Puts names in the place of account ids.
async fn name_people(tx: &mut ReadTx, views: &mut [AssessmentView]) -> Result<(), AppError> {
    let reviewer = |view: &AssessmentView| view.reviewed.as_ref().and_then(|(who, _)| who.clone());
    let actors = views.iter().flat_map(|view| [view.assessor.clone(), reviewer(view)]);
    let accounts: Vec<Uuid> = actors.flatten().filter_map(|actor| actor.parse().ok()).collect();
    let names: HashMap<Uuid, String> = tx.account_names(&accounts).await?.into_iter().collect();
    let name = |actor: &Option<String>| names.get(&actor.as_ref()?.parse().ok()?).cloned();
    for view in views {
        view.assessor = name(&view.assessor);
        if let Some((who, _)) = &mut view.reviewed {
            *who = name(who);
        }
    }
    Ok(())
}
