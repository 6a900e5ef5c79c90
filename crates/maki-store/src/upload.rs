//! Large uploads, beside the job that works on them: jobs are listed, and a list must not carry their bodies.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::Result;
use crate::compress::{pack_large, unpack_large};
use crate::engine::{ReadTx, WriteTx, both};

/// What a program sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Also the id of the job.
    pub id: Uuid,
    pub organisation: RecordId,
    /// The token it came with.
    pub token: Uuid,
    /// JSON.
    pub options: String,
    pub body: Vec<u8>,
}

impl ReadTx {
    /// # Errors
    /// When the database cannot be read or the body is damaged.
    pub async fn upload(&mut self, id: Uuid) -> Result<Option<Upload>> {
        const SQL: &str = "SELECT organisation, token, options, body FROM upload WHERE job = $1";
        let row = both!(&mut self.0, c => sqlx::query_as::<Be, (Uuid, Uuid, String, Vec<u8>)>(SQL).bind(id)
            .fetch_optional(c).await)?;
        let upload = |(organisation, token, options, body): (_, _, _, Vec<u8>)| {
            Ok(Upload { id, organisation: RecordId(organisation), token, options, body: unpack_large(&body)? })
        };
        row.map(upload).transpose()
    }

    /// Uploads of an organisation that are waiting or being worked on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_uploads(&mut self, organisation: RecordId) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM upload u JOIN job j ON j.id = u.job
            WHERE u.organisation = $1 AND j.state IN ('waiting', 'running')";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).bind(organisation.0).fetch_one(c).await)?)
    }
}

impl WriteTx {
    /// Puts the body of an upload; the job of the same id is put in the same transaction. What belongs to jobs that
    /// have ended is let go.
    ///
    /// # Errors
    /// When the body is too large or the database cannot be written.
    pub async fn put_upload(&mut self, at: Instant, upload: &Upload) -> Result<()> {
        const TIDY: &str = "DELETE FROM upload
            WHERE job NOT IN (SELECT id FROM job WHERE state IN ('waiting', 'running', 'failed'))";
        const SQL: &str = "INSERT INTO upload (job, organisation, token, options, body, made_at)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let body = pack_large(&upload.body)?;
        both!(&mut self.0, c => sqlx::query::<Be>(TIDY).execute(c).await.map(drop))?;
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(upload.id).bind(upload.organisation.0)
            .bind(upload.token).bind(upload.options.as_str()).bind(body).bind(at.0).execute(c).await.map(drop))?)
    }

    /// Lets the body of an upload go.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn drop_upload(&mut self, id: Uuid) -> Result<()> {
        const SQL: &str = "DELETE FROM upload WHERE job = $1";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(id).execute(c).await.map(drop))?)
    }
}
