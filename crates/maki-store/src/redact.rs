//! Redaction: a single value of a version is taken out on a legal ground, and that it was is itself in the log.
//!
//! Version and chain stay; of the value only its bare commitment remains (module `seal`). Drafts of the record, what
//! assessments were made of, and reports to the EU database lose the value where they hold the same. What an import kept of
//! its rows is not touched.

use maki_domain::{FieldId, Instant, RecordId};
use uuid::Uuid;

use crate::chain::redaction_root;
use crate::compress::{pack, unpack};
use crate::engine::{ReadTx, WriteTx, both};
use crate::event::{Action, Happening};
use crate::seal::{Fields, Seal};
use crate::write::Actor;
use crate::{Result, StoreError};

/// What is to be taken out of which version, and why.
#[derive(Debug, Clone)]
pub struct Redaction {
    pub record: RecordId,
    /// Number of the version. A value that several versions hold is redacted in each.
    pub number: i64,
    pub field: FieldId,
    /// The legal ground; public.
    pub ground: String,
}

/// A redaction that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactionInfo {
    pub record: RecordId,
    pub number: i64,
    /// Key of the field, which the catalogue of today may no longer have.
    pub field: String,
    pub ground: String,
    pub at: Instant,
    pub actor: String,
}

impl WriteTx {
    /// Takes a value out of a version for good.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such version or nothing in the field.
    pub async fn redact(&mut self, at: Instant, actor: &Actor, redaction: &Redaction) -> Result<()> {
        const FIND: &str = "SELECT content, seed FROM version WHERE record = $1 AND number = $2";
        const TAKE_OUT: &str = "UPDATE version SET content = $1, seed = $2 WHERE record = $3 AND number = $4";
        const CHANGED: &str = "UPDATE record SET revision = revision + 1, changed_at = $1 WHERE id = $2";
        const NOTE: &str =
            "INSERT INTO redaction (sequence, record, number, field, ground) VALUES ($1, $2, $3, $4, $5)";
        let Redaction { record, number, field, ground } = redaction;
        let key = field.field().key.as_str();
        let found = both!(&mut self.0, c => sqlx::query_as::<Be, (Vec<u8>, Vec<u8>)>(FIND)
            .bind(record.0).bind(number).fetch_optional(c).await)?;
        let (packed, seal) = found.ok_or(StoreError::NotFound)?;
        let redacted = Seal::decode(&seal)?.without(&unpack(&packed)?, key)?.ok_or(StoreError::NotFound)?;
        both!(&mut self.0, c => sqlx::query::<Be>(TAKE_OUT).bind(pack(&redacted.plain)?).bind(redacted.seal.encode())
            .bind(record.0).bind(number).execute(c).await.map(drop))?;
        self.redact_drafts(*record, key, &redacted.value).await?;
        self.redact_assessments(*record, key, &redacted.value).await?;
        self.redact_eu_reports(*record, key, &redacted.value).await?;
        both!(&mut self.0, c => sqlx::query::<Be>(CHANGED).bind(at.0).bind(record.0).execute(c).await.map(drop))?;
        let happening = Happening { action: Action::Redacted, record: *record, version: *number };
        let root = redaction_root(key, ground).to_vec();
        let sequence = self.append(at, actor, [(happening, root)]).await?;
        both!(&mut self.0, c => sqlx::query::<Be>(NOTE).bind(sequence).bind(record.0).bind(number).bind(key)
            .bind(ground.as_str()).execute(c).await.map(drop))?;
        Ok(())
    }

    async fn redact_drafts(&mut self, record: RecordId, key: &str, value: &str) -> Result<()> {
        const FIND: &str = "SELECT revision, content FROM draft WHERE record = $1";
        const TAKE_OUT: &str = "UPDATE draft SET content = $1 WHERE record = $2 AND revision = $3";
        let drafts = both!(&mut self.0, c => sqlx::query_as::<Be, (i64, Vec<u8>)>(FIND)
            .bind(record.0).fetch_all(c).await)?;
        for (revision, packed) in drafts {
            if let Some(packed) = without(&packed, key, value)? {
                both!(&mut self.0, c => sqlx::query::<Be>(TAKE_OUT).bind(packed).bind(record.0).bind(revision)
                    .execute(c).await.map(drop))?;
            }
        }
        Ok(())
    }

    async fn redact_assessments(&mut self, record: RecordId, key: &str, value: &str) -> Result<()> {
        const FIND: &str = "SELECT id, substance FROM assessment WHERE record = $1 OR system = $1";
        const TAKE_OUT: &str = "UPDATE assessment SET substance = $1 WHERE id = $2";
        let made =
            both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, Vec<u8>)>(FIND).bind(record.0).fetch_all(c).await)?;
        for (id, packed) in made {
            if let Some(packed) = without(&packed, key, value)? {
                both!(&mut self.0, c => sqlx::query::<Be>(TAKE_OUT).bind(packed).bind(id).execute(c).await.map(drop))?;
            }
        }
        Ok(())
    }
}

/// A packed content without a field, where it holds just this value.
fn without(packed: &[u8], key: &str, value: &str) -> Result<Option<Vec<u8>>> {
    let plain = unpack(packed)?;
    let fields = Fields::parse(&plain)?;
    let has_it = fields.get(key) == Some(value);
    has_it.then(|| pack(&fields.without(key))).transpose()
}

impl ReadTx {
    /// What was redacted in the versions of a record, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn redactions(&mut self, record: RecordId) -> Result<Vec<RedactionInfo>> {
        const SQL: &str = "SELECT r.number, r.field, r.ground, e.at, e.actor FROM redaction r
            JOIN event e ON e.sequence = r.sequence WHERE r.record = $1 ORDER BY r.sequence";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, (i64, String, String, i64, String)>(SQL)
            .bind(record.0).fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|(number, field, ground, at, actor)| RedactionInfo {
                record,
                number,
                field,
                ground,
                at: Instant(at),
                actor,
            })
            .collect())
    }
}
