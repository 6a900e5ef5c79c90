//! Links that work once: the mail holds a secret, the register its hash.

use maki_domain::Instant;
use maki_store::{LinkUse, NewLink, WriteTx};
use uuid::Uuid;

use super::{DAY, HOUR, PeopleFault};
use crate::opaque::{hash_of, hash_of_text, text_of};
use crate::{App, AppError};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    /// The mailbox of an application answers.
    VerifyMailbox,
    /// Somebody invited sets their first password.
    Invitation,
    /// Somebody who forgot it sets a new password.
    PasswordReset,
}

impl LinkPurpose {
    const fn code(self) -> &'static str {
        match self {
            Self::VerifyMailbox => "verify_mailbox",
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
        }
    }

    /// Seconds for which it works.
    const fn lifetime(self) -> i64 {
        match self {
            Self::VerifyMailbox => 2 * DAY,
            Self::Invitation => 14 * DAY,
            Self::PasswordReset => HOUR,
        }
    }
}

fn counted(outcome: LinkUse) -> Result<Uuid, PeopleFault> {
    match outcome {
        LinkUse::Counted(subject) => Ok(subject),
        LinkUse::Used => Err(PeopleFault::LinkUsed),
        LinkUse::Expired => Err(PeopleFault::LinkExpired),
        LinkUse::Unknown => Err(PeopleFault::LinkUnknown),
    }
}

impl App {
    /// Makes a link and returns its secret and when it ends. Earlier ones for the same end.
    pub(super) async fn make_link(
        &self,
        tx: &mut WriteTx,
        purpose: LinkPurpose,
        subject: Uuid,
    ) -> Result<(String, Instant), AppError> {
        let secret = self.0.edge.seed();
        let hash = hash_of(&secret);
        let ends_at = self.in_seconds(purpose.lifetime());
        tx.make_link(self.now(), &NewLink { hash, purpose: purpose.code(), subject, ends_at }).await?;
        Ok((text_of(&secret), ends_at))
    }

    /// Uses a link: what it is about, once.
    pub(super) async fn use_link(
        &self,
        tx: &mut WriteTx,
        purpose: LinkPurpose,
        secret: &str,
    ) -> Result<Uuid, AppError> {
        let hash = hash_of_text(secret).ok_or(PeopleFault::LinkUnknown)?;
        Ok(counted(tx.use_link(self.now(), &hash, purpose.code()).await?)?)
    }

    /// Whether a link would work, for the page that asks before: opening a mail's link changes nothing yet, because
    /// programs that scan mails open it too.
    ///
    /// # Errors
    /// [`PeopleFault::LinkUsed`], [`PeopleFault::LinkExpired`] or [`PeopleFault::LinkUnknown`] where it would not.
    pub async fn look_at_link(&self, purpose: LinkPurpose, secret: &str) -> Result<Uuid, AppError> {
        let hash = hash_of_text(secret).ok_or(PeopleFault::LinkUnknown)?;
        let outcome = self.0.store.read().await?.look_at_link(self.now(), &hash, purpose.code()).await?;
        Ok(counted(outcome)?)
    }
}
