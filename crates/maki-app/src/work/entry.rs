//! An entry as those see it who work on it: its parts with what their drafts say, and where the work stands.

use std::collections::BTreeSet;

use maki_domain::catalogue::Situation;
use maki_domain::diff::{apply, diff};
use maki_domain::entry::Parts;
use maki_domain::{
    Act, Content, FieldId, Instant, Kennung, RecordId, RecordKind, RecordState, View, check, keys, lifecycle,
};
use maki_store::{Entry, EntryRecord, ReadTx, StoreError, StoredRecord, Work, WorkState};
use uuid::Uuid;

use crate::access::Permit;
use crate::{App, AppError};

/// Where the work on an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Draft,
    InReview,
    Returned,
    /// No unpublished change.
    Published,
    Withdrawn,
}

/// One record of an entry.
#[derive(Debug, Clone)]
pub struct WorkPart {
    pub record: RecordId,
    pub kind: RecordKind,
    pub kennung: Option<Kennung>,
    /// What the draft says, or what is public where there is no draft.
    pub content: Content,
    /// What is public; empty before the first publication.
    pub published: Content,
    /// To be named by the next save.
    pub revision: i64,
    /// Version that is public; 0 before the first publication.
    pub version: i64,
    /// Whether there is a draft.
    pub is_changed: bool,
}

/// An entry and the work on it.
#[derive(Debug, Clone)]
pub struct EntryWork {
    pub entry: RecordId,
    pub organisation: RecordId,
    /// The system first.
    pub parts: Vec<WorkPart>,
    pub stage: Stage,
    pub changed_at: Option<Instant>,
    /// Name of who saved last; none where the person is gone or it was a program.
    pub editor: Option<String>,
    pub submitted_by: Option<String>,
    pub submitted_at: Option<Instant>,
    pub note: String,
    pub answer: String,
    /// Whether who looks saved last or handed it in: then somebody else has to approve.
    pub is_own: bool,
    /// The system that the entry is only a use of.
    pub shared_system: Option<Shared>,
    /// What the register says about the body whose entry it is.
    pub about_organisation: Content,
    pub(crate) work: Vec<Work>,
}

/// A published system that others look after, or that is not changed here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    pub record: RecordId,
    pub kennung: Option<Kennung>,
    pub name: String,
    /// What authorities see of it.
    pub content: Content,
}

impl EntryWork {
    #[must_use]
    pub fn part(&self, kind: RecordKind) -> Option<&WorkPart> {
        self.parts.iter().find(|part| part.kind == kind)
    }

    /// What the entry is called.
    #[must_use]
    pub fn name(&self) -> &str {
        let own = self.part(RecordKind::System).and_then(|part| part.content.text(keys::NAME));
        own.or(self.shared_system.as_ref().map(|shared| shared.name.as_str())).unwrap_or_default()
    }

    /// What decides which fields of a part are asked and needed.
    #[must_use]
    pub fn situation(&self, kind: RecordKind) -> Situation<'static> {
        let Parts { system, deployment, .. } = self.contents();
        situation_of(kind, system, deployment)
    }

    /// What its parts say by their drafts, a shared system as authorities see it, and the body it belongs to.
    #[must_use]
    pub fn contents(&self) -> Parts<'_> {
        let content = |kind| self.part(kind).map(|part| &part.content);
        let shared = self.shared_system.as_ref().map(|shared| &shared.content);
        Parts {
            organisation: content(RecordKind::Organisation).or(Some(&self.about_organisation)),
            system: content(RecordKind::System).or(shared),
            deployment: content(RecordKind::Deployment),
        }
    }

    /// Fields that have to be stated before the entry can be handed in, and faults of what is stated.
    #[must_use]
    pub fn open_points(&self) -> Vec<FieldId> {
        let of_part = |part: &WorkPart| {
            let mut open = check::missing(part.kind, &part.content, self.situation(part.kind));
            open.extend(check::faults(part.kind, &part.content).into_iter().map(|fault| fault.field));
            open
        };
        self.parts.iter().flat_map(of_part).collect()
    }

    /// Actors of the last save and of the submission.
    fn hands(&self) -> (Option<&str>, Option<&str>) {
        let latest = self.work.iter().max_by_key(|work| work.changed_at);
        (latest.map(|work| work.editor.as_str()), latest.map(|work| work.submitted_by.as_str()))
    }

    /// Accounts of those.
    fn people(&self) -> impl Iterator<Item = Uuid> + use<> {
        let (editor, submitted_by) = self.hands();
        let account = |actor: Option<&str>| actor?.parse::<Uuid>().ok();
        [account(editor), account(submitted_by)].into_iter().flatten()
    }

    /// Whether there is anything to hand in.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.parts.iter().any(|part| part.is_changed)
    }
}

/// What decides which fields of a part are asked and needed, by what system and use say.
pub(crate) fn situation_of(
    kind: RecordKind,
    system: Option<&Content>,
    deployment: Option<&Content>,
) -> Situation<'static> {
    let code = |content: Option<&Content>, key: &str| content?.code(key).map(maki_domain::Code::as_str);
    let lifecycle = deployment.and_then(|content| content.code(keys::LIFECYCLE)).and_then(lifecycle::group_of);
    let risk = code(system, keys::RISK_CLASS);
    let own_risk = code(deployment, keys::DEPLOYMENT_RISK_CLASS).or(risk);
    Situation {
        lifecycle_group: lifecycle.map(maki_domain::Code::as_str),
        risk_class: if kind == RecordKind::Deployment { own_risk } else { risk },
        kind: code(system, keys::KIND),
    }
}

impl App {
    /// The entry of the permit's record, for those who may see work on it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the record is none that is worked on.
    pub async fn entry_work(&self, permit: &Permit) -> Result<EntryWork, AppError> {
        permit.require(&[
            Act::ReadWork,
            Act::Edit,
            Act::Submit,
            Act::Approve,
            Act::Comment,
            Act::Preview,
            Act::Withdraw,
        ])?;
        let mut tx = self.0.store.read().await?;
        read(&mut tx, permit, permit.record()?).await
    }
}

/// Reads an entry by any of its records.
pub(super) async fn read(tx: &mut ReadTx, permit: &Permit, record: RecordId) -> Result<EntryWork, AppError> {
    read_as(tx, Some(permit.organisation()?), &permit.principal().actor, record).await
}

/// Reads an entry by any of its records: of one organisation, or whoever it belongs to.
pub(super) async fn read_as(
    tx: &mut ReadTx,
    asked: Option<RecordId>,
    me: &str,
    record: RecordId,
) -> Result<EntryWork, AppError> {
    read_all(tx, asked, me, &[record]).await?.pop().unwrap_or(Err(AppError::NotFound))
}

/// Reads entries, each in its place, by any of their records.
pub(crate) async fn read_all(
    tx: &mut ReadTx,
    asked: Option<RecordId>,
    me: &str,
    records: &[RecordId],
) -> Result<Vec<Result<EntryWork, AppError>>, AppError> {
    let found = tx.entries(records).await?;
    let mut entries: Vec<Result<EntryWork, AppError>> =
        found.into_iter().map(|entry| assembled(entry.ok_or(AppError::NotFound)?, asked, me)).collect();
    let people: BTreeSet<Uuid> = entries.iter().flatten().flat_map(EntryWork::people).collect();
    let names = tx.account_names(&people.into_iter().collect::<Vec<_>>()).await?;
    let bodies: BTreeSet<RecordId> = entries.iter().flatten().map(|entry| entry.organisation).collect();
    let bodies = tx.records(&bodies.into_iter().collect::<Vec<_>>()).await?;
    for entry in entries.iter_mut().flatten() {
        if let Some(body) = bodies.iter().find(|body| body.envelope.id == entry.organisation) {
            entry.about_organisation.clone_from(&body.content);
        }
        let name = |actor: Option<&str>| {
            let account = actor?.parse::<Uuid>().ok()?;
            Some(names.iter().find(|(id, _)| *id == account)?.1.clone())
        };
        let (editor, submitted_by) = entry.hands();
        (entry.editor, entry.submitted_by) = (name(editor), name(submitted_by));
    }
    Ok(entries)
}

/// An entry, with nobody's name yet.
pub(super) fn assembled(entry: Entry, asked: Option<RecordId>, me: &str) -> Result<EntryWork, AppError> {
    let Entry { id, records } = entry;
    let head = records.iter().find(|one| one.record.envelope.id == id).ok_or(AppError::NotFound)?;
    let head = head.record.envelope.clone();
    let organisation = head.owner.ok_or(AppError::NotFound)?;
    if asked.is_some_and(|asked| asked != organisation) {
        return Err(AppError::Forbidden);
    }
    let (mut work, mut parts, mut shared_system) = (Vec::new(), Vec::with_capacity(records.len()), None);
    for EntryRecord { record, work: own, draft, base } in records {
        let is_of_entry = record.envelope.id == id || own.as_ref().is_some_and(|work| work.entry == id);
        // A use is worked on together with its system, where that is the same body's and nobody works on it elsewhere.
        let is_free = own.is_none() && record.envelope.owner == Some(organisation);
        if !is_of_entry && !is_free {
            shared_system = Some(shared(&record));
            continue;
        }
        parts.push(part(record, own.as_ref().and(draft), base));
        work.extend(own);
    }
    parts.sort_by_key(|part| part.kind != RecordKind::System);
    let latest = work.iter().max_by_key(|work| work.changed_at);
    Ok(EntryWork {
        entry: id,
        organisation,
        stage: stage(&work, head.state),
        changed_at: latest.map(|work| work.changed_at),
        editor: None,
        submitted_by: None,
        submitted_at: latest.and_then(|work| work.submitted_at),
        note: latest.map(|work| work.note.clone()).unwrap_or_default(),
        answer: latest.map(|work| work.answer.clone()).unwrap_or_default(),
        is_own: work.iter().any(|work| work.editor == me || work.submitted_by == me),
        shared_system,
        about_organisation: Content::new(),
        parts,
        work,
    })
}

fn stage(work: &[Work], state: RecordState) -> Stage {
    match work.first().map(|work| work.state) {
        Some(WorkState::Draft) => Stage::Draft,
        Some(WorkState::InReview) => Stage::InReview,
        Some(WorkState::Returned) => Stage::Returned,
        None if state == RecordState::Published => Stage::Published,
        None if state == RecordState::Withdrawn => Stage::Withdrawn,
        // Thrown away before it was ever public.
        None => Stage::Draft,
    }
}

fn shared(record: &StoredRecord) -> Shared {
    let content = record.content.clone().into_seen_by(View::Authorities, record.envelope.owner);
    Shared {
        record: record.envelope.id,
        kennung: record.envelope.kennung.clone(),
        name: content.text(keys::NAME).unwrap_or_default().to_owned(),
        content,
    }
}

fn part(record: StoredRecord, draft: Option<Content>, base: Option<Content>) -> WorkPart {
    let StoredRecord { envelope, content: published, .. } = record;
    let is_changed = draft.is_some();
    let content = match (draft, base) {
        (Some(newest), Some(base)) => laid_over(&published, &base, &newest),
        (Some(newest), None) => newest,
        (None, _) => published.clone(),
    };
    WorkPart {
        record: envelope.id,
        kind: envelope.kind,
        kennung: envelope.kennung,
        content,
        published,
        revision: envelope.revision,
        version: envelope.version,
        is_changed,
    }
}

/// What the newest draft says. Where a version was published since it began, its changes are laid over that version.
pub(crate) async fn draft_content(
    tx: &mut ReadTx,
    work: &Work,
    envelope: &maki_domain::Envelope,
    published: &Content,
) -> Result<Content, AppError> {
    let gone = |what: &str| AppError::Store(StoreError::Corrupt(format!("{what} of {}", work.record)));
    // An empty content in its place could be approved.
    let newest = tx.drafts(work.record, 1).await?.pop().ok_or_else(|| gone("draft"))?.content;
    if work.base_version == envelope.version {
        return Ok(newest);
    }
    let base = match work.base_version {
        0 => Content::new(),
        number => tx.version(work.record, number).await?.ok_or_else(|| gone("version"))?.0,
    };
    Ok(laid_over(published, &base, &newest))
}

/// What was changed from a base, on top of what is public now.
fn laid_over(published: &Content, base: &Content, newest: &Content) -> Content {
    let mut content = published.clone();
    apply(&mut content, diff(base, newest));
    // Who may see a field is changed like a value, also where the value stays: nothing gets wider by being laid over.
    for (field, _) in newest.iter().filter(|(field, _)| newest.visibility(*field) != base.visibility(*field)) {
        content.narrow(field, newest.visibility(field));
    }
    content
}
