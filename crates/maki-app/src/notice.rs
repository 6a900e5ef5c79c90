//! What people are told by mail, and how that is put into the transaction of what they are told about.
//!
//! A notice holds what the mail needs beside the accounts it names: titles, notes, the secret of a link. It is the
//! payload of a job and goes with it: once the mail is sent nothing of it stays. Persons stand in it by account id
//! alone, so that a notice to somebody who was erased goes nowhere. Words and addresses of pages are added by a
//! [`crate::Composer`] when it is sent, in the language of who gets it.

use maki_domain::{Instant, Kennung, Language, RecordId};
use maki_store::{NewJob, WriteTx};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::jobs::JobKind;
use crate::{App, AppError};

/// Characters of a text that a mail quotes; more is cut, because the page shows it.
const MAX_QUOTE: usize = 2_000;

/// Who gets a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// At whatever address the account has when the mail is sent.
    Account(Uuid),
    /// Somebody who has no account yet.
    Address { address: String, language: Language },
}

/// Where an entry is found, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryName {
    /// The record under which the work on it is found: the deployment, or the system.
    pub entry: RecordId,
    pub title: String,
}

/// What somebody is told. `by` is the account of who did it; none where it was a program or the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum Notice {
    /// To the mailbox of an organisation that asks to take part: prove that it is read.
    VerifyMailbox { secret: String, organisation: String, ends_at: Instant },
    /// To somebody who is to get an account, or a role at another organisation.
    Invitation { secret: String, organisation: String, by: Option<Uuid>, ends_at: Instant },
    /// To somebody who cannot sign in any more and asked for it.
    PasswordReset { secret: String, ends_at: Instant },
    /// Somebody asked for a new password of an address that has an account at a provider only, or none.
    PasswordElsewhere,
    /// Password or second factor changed; whoever did not do it themselves has to know.
    AccountChanged { what: AccountChange },
    /// To approvers: an entry waits for them.
    ReviewAsked { entry: EntryName, by: Option<Uuid>, note: String },
    /// To who submitted it.
    Returned { entry: EntryName, by: Option<Uuid>, note: String },
    /// To who submitted it; the page of the public is that of the Kennung.
    Approved { entry: EntryName, kennung: Kennung, by: Option<Uuid>, note: String },
    /// Somebody is named in a comment.
    Mentioned { entry: EntryName, by: Option<Uuid>, text: String },
    /// To the steward of a shared system.
    Proposed { entry: EntryName, organisation: String, by: Option<Uuid>, note: String },
    /// To who proposed it.
    ProposalDecided { entry: EntryName, accepted: bool, note: String },
    /// To operators and coordinators: an organisation asks to take part.
    ApplicationReceived { application: Uuid, organisation: String },
    /// To who asked.
    ApplicationDecided { organisation: String, admitted: bool, note: String },
    /// Something confidential waits for who gets it; the mail does not even say that it is confidential.
    LookInside,
}

/// What changed about how somebody signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountChange {
    Password,
    SecondFactorSet,
    SecondFactorRemoved,
    /// One of the codes that replace the second factor was used.
    RecoveryCodeUsed,
    /// Somebody at a provider can sign in to the account, or cannot any more.
    ProviderTied,
    ProviderUntied,
}

/// The payload of a mail's job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub to: Recipient,
    #[serde(flatten)]
    pub notice: Notice,
}

impl Notice {
    /// The name of this kind of notice, as it is stored.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::VerifyMailbox { .. } => "verify_mailbox",
            Self::Invitation { .. } => "invitation",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordElsewhere => "password_elsewhere",
            Self::AccountChanged { .. } => "account_changed",
            Self::ReviewAsked { .. } => "review_asked",
            Self::Returned { .. } => "returned",
            Self::Approved { .. } => "approved",
            Self::Mentioned { .. } => "mentioned",
            Self::Proposed { .. } => "proposed",
            Self::ProposalDecided { .. } => "proposal_decided",
            Self::ApplicationReceived { .. } => "application_received",
            Self::ApplicationDecided { .. } => "application_decided",
            Self::LookInside => "look_inside",
        }
    }

    /// Who did it.
    #[must_use]
    pub const fn by(&self) -> Option<Uuid> {
        match self {
            Self::Invitation { by, .. }
            | Self::ReviewAsked { by, .. }
            | Self::Returned { by, .. }
            | Self::Approved { by, .. }
            | Self::Mentioned { by, .. }
            | Self::Proposed { by, .. } => *by,
            _ => None,
        }
    }

    /// The same with texts no longer than a mail quotes.
    fn quoted(mut self) -> Self {
        match &mut self {
            Self::ReviewAsked { note: text, .. }
            | Self::Returned { note: text, .. }
            | Self::Approved { note: text, .. }
            | Self::Mentioned { text, .. }
            | Self::Proposed { note: text, .. }
            | Self::ProposalDecided { note: text, .. }
            | Self::ApplicationDecided { note: text, .. } => shorten(text),
            _ => {}
        }
        self
    }
}

fn shorten(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(MAX_QUOTE) {
        text.truncate(end);
        text.push('…');
    }
}

impl App {
    /// Has somebody told by mail, once the transaction is committed. After the commit [`Self::wake_jobs`] lets it go
    /// out at once; otherwise it does within seconds.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn queue(&self, tx: &mut WriteTx, at: Instant, to: Recipient, notice: Notice) -> Result<(), AppError> {
        self.queue_all(tx, at, vec![to], notice).await
    }

    /// [`Self::queue`] for several, each with a mail of their own.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn queue_all(
        &self,
        tx: &mut WriteTx,
        at: Instant,
        to: Vec<Recipient>,
        notice: Notice,
    ) -> Result<(), AppError> {
        let notice = notice.quoted();
        let mut jobs = Vec::with_capacity(to.len());
        for to in to {
            let account = match &to {
                Recipient::Account(id) => Some(*id),
                Recipient::Address { .. } => None,
            };
            let letter = Letter { to, notice: notice.clone() };
            let payload = serde_json::to_string(&letter)?;
            let (id, kind) = (self.0.edge.new_id(), JobKind::Mail.code());
            jobs.push(NewJob { id, kind, payload, due_at: at, account, organisation: None, total: 0 });
        }
        Ok(tx.put_jobs(at, &jobs).await?)
    }
}
