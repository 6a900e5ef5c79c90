//! Requests with a key: who comes again gets the first answer again, and nothing is done twice.

use maki_domain::RecordId;
use maki_store::{Begun, KeyedRequest};
use sha2::{Digest, Sha256};

use super::WriteError;
use crate::{App, AppError};

/// How long answers are kept, in seconds.
const KEPT: i64 = 24 * 60 * 60;
/// After how many seconds a request that has not ended is taken for lost; no request may take so long.
const LOST: i64 = 120;
/// The status of a request that was answered.
pub(super) const ANSWERED: i64 = 200;

/// The key of a request, and what makes it another request.
#[derive(Debug, Clone)]
pub struct RequestKey {
    key: String,
    hash: [u8; 32],
}

impl RequestKey {
    /// `parts` is everything that decides what the request does.
    #[must_use]
    pub fn new(key: impl Into<String>, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            // With its length, so that parts cannot run into each other.
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        Self { key: key.into(), hash: hasher.finalize().into() }
    }

    pub(super) fn of(&self, organisation: RecordId) -> KeyedRequest<'_> {
        KeyedRequest { organisation, key: &self.key, hash: &self.hash }
    }
}

/// An answer as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    Now(String),
    /// The one that was given before.
    Before(String),
}

impl App {
    /// The kept answer, when there is one; otherwise the request begins.
    pub(super) async fn begin_keyed(
        &self,
        organisation: RecordId,
        key: &RequestKey,
    ) -> Result<Option<Answered>, WriteError> {
        let mut tx = self.0.store.write().await?;
        let (abandoned, forgotten) = (self.in_seconds(-LOST), self.in_seconds(-KEPT));
        let begun = tx.begin_request(self.now(), key.of(organisation), abandoned, forgotten).await?;
        match begun {
            Begun::New => {
                tx.commit().await?;
                Ok(None)
            }
            Begun::Running => Err(WriteError::Running),
            Begun::Answered { answer, .. } => Ok(Some(Answered::Before(answer))),
            Begun::Another => Err(WriteError::KeyReused),
        }
    }

    pub(super) async fn forget_keyed(&self, organisation: RecordId, key: &RequestKey) -> Result<(), AppError> {
        let mut tx = self.0.store.write().await?;
        tx.forget_request(key.of(organisation)).await?;
        Ok(tx.commit().await?)
    }
}
