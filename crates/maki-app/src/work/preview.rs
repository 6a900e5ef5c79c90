//! Links by which outsiders read a draft as the public would see it. They end by themselves and can be revoked.

use maki_domain::{Act, Content, Instant, Kennung, RecordId, RecordKind, View, keys};
use maki_store::{NewPreview, StoreError};
use uuid::Uuid;

use super::Stage;
use super::entry::{read, read_as};
use crate::access::Permit;
use crate::opaque::{hash_of, hash_of_text, text_of};
use crate::records::PublishedRecord;
use crate::{App, AppError};

/// Days that a link can be in force.
pub const LONGEST_PREVIEW: i64 = 30;
const DAY: i64 = 24 * 60 * 60;

/// A link as it was made; its secret was shown then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewLink {
    pub id: Uuid,
    /// Name of who made it; none where the person is gone.
    pub made_by: Option<String>,
    pub made_at: Instant,
    pub ends_at: Instant,
    pub revoked_at: Option<Instant>,
    /// Whether it still opens anything.
    pub is_open: bool,
}

/// A draft as outsiders see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// Name of whoever enters it.
    pub organisation: String,
    pub name: String,
    /// What the public would see of each part, the system first.
    pub parts: Vec<PreviewPart>,
    /// Whether it is only the use of a published system that others look after; then that is what `name` names.
    pub is_use: bool,
    /// Of the public page, where there is one already.
    pub kennung: Option<Kennung>,
    pub stage: Stage,
    pub changed_at: Option<Instant>,
    pub ends_at: Instant,
}

/// What the public would see of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewPart {
    pub kind: RecordKind,
    pub content: Content,
}

impl App {
    /// Makes a link to the permit's entry, for 1 to [`LONGEST_PREVIEW`] days, and returns its secret, once.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for another number of days, [`AppError::WrongStage`] when there are too many links or
    /// there is no draft.
    pub async fn make_preview(&self, permit: &Permit, days: i64) -> Result<String, AppError> {
        permit.require(&[Act::Preview])?;
        if !(1..=LONGEST_PREVIEW).contains(&days) {
            return Err(AppError::Invalid);
        }
        let entry = read(&mut self.0.store.read().await?, permit, permit.record()?).await?;
        if entry.work.is_empty() {
            return Err(AppError::WrongStage);
        }
        let secret = self.0.edge.seed();
        let new = NewPreview {
            id: self.0.edge.new_id(),
            hash: hash_of(&secret),
            entry: entry.entry,
            ends_at: self.in_seconds(days * DAY),
        };
        let mut tx = self.0.store.write().await?;
        match tx.make_preview(self.now(), &permit.actor(), &new).await {
            Err(StoreError::NotPossible) => return Err(AppError::WrongStage),
            made => made?,
        }
        tx.commit().await?;
        Ok(text_of(&secret))
    }

    /// Links to the permit's entry, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn previews(&self, permit: &Permit) -> Result<Vec<PreviewLink>, AppError> {
        permit.require(&[Act::Preview])?;
        let mut tx = self.0.store.read().await?;
        let entry = read(&mut tx, permit, permit.record()?).await?;
        let links = tx.previews(entry.entry).await?;
        let people: Vec<Uuid> = links.iter().filter_map(|link| link.made_by.parse().ok()).collect();
        let names = tx.account_names(&people).await?;
        let name = |actor: &str| {
            let id = actor.parse::<Uuid>().ok()?;
            names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone())
        };
        let now = self.now();
        let link = |link: maki_store::Preview| PreviewLink {
            id: link.id,
            made_by: name(&link.made_by),
            made_at: link.made_at,
            ends_at: link.ends_at,
            revoked_at: link.revoked_at,
            is_open: link.is_open(now),
        };
        Ok(links.into_iter().map(link).collect())
    }

    /// Revokes a link to the permit's entry.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the entry has no such link.
    pub async fn revoke_preview(&self, permit: &Permit, id: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::Preview])?;
        let entry = read(&mut self.0.store.read().await?, permit, permit.record()?).await?.entry;
        let mut tx = self.0.store.write().await?;
        match tx.revoke_preview(self.now(), &permit.actor(), entry, id).await {
            Err(StoreError::NotFound) => return Err(AppError::NotFound),
            revoked => revoked?,
        }
        tx.commit().await?;
        Ok(())
    }

    /// What a link shows: the draft as the public would see it. None where the link opens nothing (any more), or the
    /// draft was thrown away before it was ever public.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn previewed(&self, secret: &str) -> Result<Option<Previewed>, AppError> {
        let Some(hash) = hash_of_text(secret) else { return Ok(None) };
        let mut tx = self.0.store.read().await?;
        let Some(link) = tx.preview(&hash).await?.filter(|link| link.is_open(self.now())) else {
            return Ok(None);
        };
        let entry = match read_as(&mut tx, None, "", link.entry).await {
            Err(AppError::NotFound) => return Ok(None),
            entry => entry?,
        };
        let is_known = |part: &super::WorkPart| part.is_changed || part.version > 0;
        if !entry.parts.iter().any(is_known) || entry.stage == Stage::Withdrawn {
            return Ok(None);
        }
        let organisation = name_of(tx.records(&[entry.organisation]).await?.pop());
        let shared: Vec<RecordId> = entry.shared_system.iter().map(|shared| shared.record).collect();
        let shared = tx.records(&shared).await?.pop().and_then(|record| PublishedRecord::of(record, View::Public));
        let seen = |part: &super::WorkPart| PreviewPart {
            kind: part.kind,
            content: part.content.seen_by(View::Public, Some(entry.organisation)),
        };
        let parts: Vec<PreviewPart> = entry.parts.iter().filter(|part| is_known(part)).map(seen).collect();
        let own = parts.iter().find(|part| part.kind == RecordKind::System);
        let content = own.map(|part| &part.content).or(shared.as_ref().map(|shared| &shared.content));
        let name = content.and_then(|content| content.text(keys::NAME)).unwrap_or_default().to_owned();
        let of_own = entry.part(RecordKind::System).and_then(|part| part.kennung.clone());
        Ok(Some(Previewed {
            organisation,
            name,
            is_use: own.is_none(),
            kennung: of_own.or(shared.and_then(|shared| shared.envelope.kennung)),
            parts,
            stage: entry.stage,
            changed_at: entry.changed_at,
            ends_at: link.ends_at,
        }))
    }
}

/// The name of an organisation.
pub(super) fn name_of(organisation: Option<maki_store::StoredRecord>) -> String {
    let name = organisation.as_ref().and_then(|record| record.content.text(keys::ORGANISATION_NAME));
    name.unwrap_or_default().to_owned()
}
