//! Events: what happened to which record, who did it, and the hash that ties it to all before.

use maki_domain::{Instant, RecordId};
use uuid::Uuid;

use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::read::{Place, place};
use crate::write::Actor;
use crate::{Result, StoreError, chain};

/// What an event says has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A version became public.
    Published,
    /// A draft was saved; nothing public changed.
    DraftSaved,
    /// The public page became a tombstone.
    Withdrawn,
    /// A value was taken out of a version on a legal ground.
    Redacted,
    /// An organisation began to look after this one.
    CoordinationBegun,
    /// The organisation delegated approval to its coordinator.
    ApprovalDelegated,
    DelegationRevoked,
    /// Somebody got a role: said of the organisation and of the account.
    RoleGranted,
    RoleRevoked,
    CoordinationEnded,
    AccountMade,
    AccountBlocked,
    AccountReleased,
    AccountErased,
    SignedIn,
    /// A wrong password or second factor; the subject is nil where there is no such account.
    SignInRefused,
    SignedOut,
    PasswordChanged,
    SecondFactorSet,
    SecondFactorRemoved,
    /// The mailbox of an organisation that asks to take part has answered.
    ApplicationOpened,
    ApplicationAdmitted,
    ApplicationRefused,
    /// A record belongs to another organisation now.
    OwnerMoved,
    /// The organisation became part of another one.
    OrganisationMerged,
    OrganisationDissolved,
    TokenMade,
    TokenRevoked,
    /// A draft was handed in for review.
    Submitted,
    /// A draft came back from review.
    Returned,
    /// A draft was taken back from review.
    TakenBack,
    /// A draft was thrown away; its saves stay.
    Discarded,
    /// The operator had a job tried again, or cancelled it; the subject is the job.
    JobRetried,
    JobCancelled,
    /// A comment was written about a record.
    Commented,
    ThreadResolved,
    ThreadReopened,
    /// A link was made by which outsiders read a draft.
    PreviewMade,
    PreviewRevoked,
    /// Another organisation proposed a change to a shared system.
    ChangeProposed,
    ProposalAccepted,
    ProposalDeclined,
    ProposalTakenBack,
    /// One change was made to many entries of the organisation.
    BulkEdited,
    BulkEditUndone,
    /// An account was tied to somebody at a provider, or is not any more.
    IdentityTied,
    IdentityUntied,
    /// A system, or the use of one, was assessed by the KI-VO.
    Assessed,
    /// An entry was approved with that assessment.
    AssessmentReviewed,
    /// Something was done to a confidential entry. One kind for everything, without organisation and version: the log
    /// proves that it was done and does not tell what.
    Confidential,
    /// A body wrote down that it reported the record to the EU database.
    EuReported,
    /// Texts of a report were said in a second language.
    EuReportTextsSaved,
}

impl Action {
    const ALL: &[Self] = &[
        Self::Published,
        Self::DraftSaved,
        Self::Withdrawn,
        Self::Redacted,
        Self::CoordinationBegun,
        Self::ApprovalDelegated,
        Self::DelegationRevoked,
        Self::RoleGranted,
        Self::RoleRevoked,
        Self::CoordinationEnded,
        Self::AccountMade,
        Self::AccountBlocked,
        Self::AccountReleased,
        Self::AccountErased,
        Self::SignedIn,
        Self::SignInRefused,
        Self::SignedOut,
        Self::PasswordChanged,
        Self::SecondFactorSet,
        Self::SecondFactorRemoved,
        Self::ApplicationOpened,
        Self::ApplicationAdmitted,
        Self::ApplicationRefused,
        Self::OwnerMoved,
        Self::OrganisationMerged,
        Self::OrganisationDissolved,
        Self::TokenMade,
        Self::TokenRevoked,
        Self::Submitted,
        Self::Returned,
        Self::TakenBack,
        Self::Discarded,
        Self::JobRetried,
        Self::JobCancelled,
        Self::Commented,
        Self::ThreadResolved,
        Self::ThreadReopened,
        Self::PreviewMade,
        Self::PreviewRevoked,
        Self::ChangeProposed,
        Self::ProposalAccepted,
        Self::ProposalDeclined,
        Self::ProposalTakenBack,
        Self::BulkEdited,
        Self::BulkEditUndone,
        Self::IdentityTied,
        Self::IdentityUntied,
        Self::Assessed,
        Self::AssessmentReviewed,
        Self::Confidential,
        Self::EuReported,
        Self::EuReportTextsSaved,
    ];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::DraftSaved => "draft_saved",
            Self::Withdrawn => "withdrawn",
            Self::Redacted => "redacted",
            Self::CoordinationBegun => "coordination_begun",
            Self::ApprovalDelegated => "approval_delegated",
            Self::DelegationRevoked => "delegation_revoked",
            Self::RoleGranted => "role_granted",
            Self::RoleRevoked => "role_revoked",
            Self::CoordinationEnded => "coordination_ended",
            Self::AccountMade => "account_made",
            Self::AccountBlocked => "account_blocked",
            Self::AccountReleased => "account_released",
            Self::AccountErased => "account_erased",
            Self::SignedIn => "signed_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignedOut => "signed_out",
            Self::PasswordChanged => "password_changed",
            Self::SecondFactorSet => "second_factor_set",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::ApplicationOpened => "application_opened",
            Self::ApplicationAdmitted => "application_admitted",
            Self::ApplicationRefused => "application_refused",
            Self::OwnerMoved => "owner_moved",
            Self::OrganisationMerged => "organisation_merged",
            Self::OrganisationDissolved => "organisation_dissolved",
            Self::TokenMade => "token_made",
            Self::TokenRevoked => "token_revoked",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::TakenBack => "taken_back",
            Self::Discarded => "discarded",
            Self::JobRetried => "job_retried",
            Self::JobCancelled => "job_cancelled",
            Self::Commented => "commented",
            Self::ThreadResolved => "thread_resolved",
            Self::ThreadReopened => "thread_reopened",
            Self::PreviewMade => "preview_made",
            Self::PreviewRevoked => "preview_revoked",
            Self::ChangeProposed => "change_proposed",
            Self::ProposalAccepted => "proposal_accepted",
            Self::ProposalDeclined => "proposal_declined",
            Self::ProposalTakenBack => "proposal_taken_back",
            Self::BulkEdited => "bulk_edited",
            Self::BulkEditUndone => "bulk_edit_undone",
            Self::IdentityTied => "identity_tied",
            Self::IdentityUntied => "identity_untied",
            Self::Assessed => "assessed",
            Self::AssessmentReviewed => "assessment_reviewed",
            Self::Confidential => "confidential",
            Self::EuReported => "eu_reported",
            Self::EuReportTextsSaved => "eu_report_texts_saved",
        }
    }

    pub(crate) fn from_code(code: &str) -> Result<Self> {
        let found = Self::ALL.iter().copied().find(|a| a.code() == code);
        found.ok_or_else(|| StoreError::Corrupt(format!("unknown action {code}")))
    }
}

/// One row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub sequence: i64,
    pub at: Instant,
    /// Pseudonymous: an account's id or the name of a process, never a person's name.
    pub actor: String,
    pub organisation: Option<RecordId>,
    pub action: Action,
    pub record: RecordId,
    /// The version the event made, ended or redacted; 0 for none.
    pub version: i64,
    /// Id of the request or of the import run.
    pub request: String,
    /// Commitment to the content of a published version or to what was redacted; empty for none.
    pub root: Vec<u8>,
    pub hash: Vec<u8>,
}

/// An event for those who follow the log, with the record as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    pub sequence: i64,
    pub action: Action,
    /// As in [`Event`].
    pub version: i64,
    pub place: Place,
}

/// Where the log stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub register_id: String,
    pub epoch: i64,
    pub sequence: i64,
    pub hash: Vec<u8>,
}

type EventRow = (i64, i64, String, Option<Uuid>, String, Uuid, i64, String, Vec<u8>, Vec<u8>);

/// The last event, as the next one is tied to it.
#[derive(Debug)]
pub(crate) struct LogEnd {
    pub sequence: i64,
    pub hash: Vec<u8>,
}

async fn head(tx: &mut Tx) -> Result<Head> {
    const SQL: &str = "SELECT register_id, epoch, sequence, hash FROM head";
    let (register_id, epoch, sequence, hash) =
        both!(tx, c => sqlx::query_as::<Be, (String, i64, i64, Vec<u8>)>(SQL).fetch_one(c).await)?;
    Ok(Head { register_id, epoch, sequence, hash })
}

impl ReadTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn head(&mut self) -> Result<Head> {
        head(&mut self.0).await
    }

    /// Which records changed for readers after a sequence number, oldest first: the log without what only proves it,
    /// such as saves of drafts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn touched_after(&mut self, sequence: i64, limit: i64) -> Result<Vec<Touch>> {
        const SQL: &str = "SELECT e.sequence, e.action, e.version, r.id, r.kind, r.owner, r.parent, r.revision
            FROM event e JOIN record r ON r.id = e.record
            WHERE e.sequence > $1 AND e.action IN ('published', 'withdrawn', 'redacted', 'owner_moved')
            ORDER BY e.sequence LIMIT $2";
        type Row = (i64, String, i64, Uuid, String, Option<Uuid>, Option<Uuid>, i64);
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL)
            .bind(sequence).bind(limit).fetch_all(c).await)?;
        let touch = |(sequence, action, version, id, kind, owner, parent, revision): Row| {
            let place = place((id, kind, owner, parent, revision))?;
            Ok(Touch { sequence, action: Action::from_code(&action)?, version, place })
        };
        rows.into_iter().map(touch).collect()
    }

    /// Events after a sequence number, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn events_after(&mut self, sequence: i64, limit: i64) -> Result<Vec<Event>> {
        const SQL: &str = "SELECT sequence, at, actor, organisation, action, record, version, request, root, hash
            FROM event WHERE sequence > $1 ORDER BY sequence LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, EventRow>(SQL)
            .bind(sequence).bind(limit).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(sequence, at, actor, organisation, action, record, version, request, root, hash)| {
                Ok(Event {
                    sequence,
                    at: Instant(at),
                    actor,
                    organisation: organisation.map(RecordId),
                    action: Action::from_code(&action)?,
                    record: RecordId(record),
                    version,
                    request,
                    root,
                    hash,
                })
            })
            .collect()
    }
}

/// What a writer says about an event; place in the log and hash come from the head.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Happening {
    pub action: Action,
    pub record: RecordId,
    pub version: i64,
}

impl WriteTx {
    /// Where the log stands, with what this transaction has written so far.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn head(&mut self) -> Result<Head> {
        head(&mut self.0).await
    }

    /// Appends events, each with its root (empty for none), and returns the last sequence number. The transaction is
    /// the only one that writes, so numbers are gapless and in commit order.
    pub(crate) async fn append(
        &mut self,
        at: Instant,
        actor: &Actor,
        happenings: impl IntoIterator<Item = (Happening, Vec<u8>)>,
    ) -> Result<i64> {
        let happenings = happenings.into_iter().map(|(happening, root)| (actor, happening, root)).collect();
        let end = self.log_end().await?;
        self.append_after(end, at, happenings).await
    }

    /// Where the log ends.
    pub(crate) async fn log_end(&mut self) -> Result<LogEnd> {
        let Head { sequence, hash, .. } = self.head().await?;
        Ok(LogEnd { sequence, hash })
    }

    /// The same for what several did, where the end of the log has been read in this transaction.
    pub(crate) async fn append_after(
        &mut self,
        LogEnd { mut sequence, mut hash }: LogEnd,
        at: Instant,
        happenings: Vec<(&Actor, Happening, Vec<u8>)>,
    ) -> Result<i64> {
        let mut events = Vec::new();
        for (actor, Happening { action, record, version }, root) in happenings {
            sequence += 1;
            let mut event = Event {
                sequence,
                at,
                actor: actor.id.clone(),
                organisation: actor.organisation,
                action,
                record,
                version,
                request: actor.request.clone(),
                root,
                hash: Vec::new(),
            };
            hash = chain::event_hash(&hash, &event).to_vec();
            event.hash.clone_from(&hash);
            events.push(event);
        }
        self.insert_events(&events).await?;
        const SQL: &str = "UPDATE head SET sequence = $1, hash = $2";
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(sequence).bind(hash).execute(c).await.map(drop))?;
        Ok(sequence)
    }

    async fn insert_events(&mut self, events: &[Event]) -> Result<()> {
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "INSERT INTO event (sequence, at, actor, organisation, action, record, version, request, root, hash) ",
            );
            q.push_values(events, |mut row, e| {
                row.push_bind(e.sequence)
                    .push_bind(e.at.0)
                    .push_bind(e.actor.as_str())
                    .push_bind(e.organisation.map(|o| o.0))
                    .push_bind(e.action.code())
                    .push_bind(e.record.0)
                    .push_bind(e.version)
                    .push_bind(e.request.as_str())
                    .push_bind(&e.root[..])
                    .push_bind(&e.hash[..]);
            });
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
    }
}
