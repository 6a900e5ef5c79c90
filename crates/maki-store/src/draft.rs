//! Drafts: saved beside what is public, every save kept. The newest counts until a version is published from it.

use maki_domain::{Content, Instant, RecordId, RecordKind};

use crate::Result;
use crate::compress::{pack_content, unpack_content};
use crate::engine::{ReadTx, WriteTx, both};
use crate::event::{Action, Happening};
use crate::write::Actor;

/// A save of a draft.
#[derive(Debug, Clone)]
pub struct Draft {
    pub id: RecordId,
    pub kind: RecordKind,
    pub owner: Option<RecordId>,
    pub parent: Option<RecordId>,
    /// The revision that the writer has read; 0 for a new record.
    pub expected_revision: i64,
    pub content: Content,
}

/// A draft as it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedDraft {
    /// The revision of the record that this save made.
    pub revision: i64,
    pub content: Content,
    pub saved_at: Instant,
    pub actor: String,
}

impl WriteTx {
    /// Saves a draft beside what is public; makes the record when it is new. Returns the new revision.
    ///
    /// # Errors
    /// [`crate::StoreError::Stale`] when somebody saved since the writer read the record, [`crate::StoreError::NotFound`] when it
    /// does not exist.
    pub async fn save_draft(&mut self, at: Instant, actor: &Actor, draft: &Draft) -> Result<i64> {
        const SAVE: &str = "INSERT INTO draft (record, revision, content, saved_at, actor) VALUES ($1, $2, $3, $4, $5)";
        let revision = match self.next_revision(at, draft).await? {
            Some(revision) => revision,
            None => return Err(self.why_not_changed(draft.id, draft.expected_revision).await?),
        };
        let content = pack_content(&draft.content)?;
        both!(&mut self.0, c => sqlx::query::<Be>(SAVE).bind(draft.id.0).bind(revision).bind(content).bind(at.0)
            .bind(actor.id.as_str()).execute(c).await.map(drop))?;
        let happening = Happening { action: Action::DraftSaved, record: draft.id, version: 0 };
        self.append(at, actor, [(happening, Vec::new())]).await?;
        Ok(revision)
    }

    /// `None` when the record is not as the writer has read it.
    async fn next_revision(&mut self, at: Instant, draft: &Draft) -> Result<Option<i64>> {
        const NEW: &str = "INSERT INTO record (id, kind, state, owner, parent, version, revision, changed_at)
            VALUES ($1, $2, 'draft', $3, $4, 0, 1, $5) ON CONFLICT DO NOTHING RETURNING revision";
        const CHANGED: &str = "UPDATE record SET revision = revision + 1, changed_at = $1
            WHERE id = $2 AND revision = $3 RETURNING revision";
        let revision = if draft.expected_revision == 0 {
            both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(NEW).bind(draft.id.0).bind(draft.kind.code())
                .bind(draft.owner.map(|o| o.0)).bind(draft.parent.map(|p| p.0)).bind(at.0).fetch_optional(c).await)?
        } else {
            both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(CHANGED).bind(at.0).bind(draft.id.0)
                .bind(draft.expected_revision).fetch_optional(c).await)?
        };
        Ok(revision)
    }
}

impl ReadTx {
    /// The newest saves of a record's draft, newest first. One whose revision is the record's is what the record's
    /// body works on; otherwise a version has been published since.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn drafts(&mut self, record: RecordId, limit: i64) -> Result<Vec<SavedDraft>> {
        const SQL: &str = "SELECT revision, content, saved_at, actor FROM draft WHERE record = $1
            ORDER BY revision DESC LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, (i64, Vec<u8>, i64, String)>(SQL)
            .bind(record.0).bind(limit).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(revision, packed, saved_at, actor)| {
                Ok(SavedDraft { revision, content: unpack_content(&packed)?, saved_at: Instant(saved_at), actor })
            })
            .collect()
    }
}
