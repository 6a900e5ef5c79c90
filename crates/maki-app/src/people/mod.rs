//! People: joining, signing in, roles, and organisations that change.
//!
//! Invariants: an answer to somebody who has not signed in never tells whether an account exists, neither by words nor
//! by time. What opens a door (cookie, link, code) is random, given out once and stored as a hash. A person who must
//! have a second factor and has not shown it holds no role. Only use cases with a [`crate::Permit`] act for others.

mod account;
pub mod claims;
mod delegation;
mod demo;
mod fault;
mod identity;
mod joining;
mod link;
mod members;
mod organisation;
mod password;
mod session;
mod sign_in;
mod throttle;
mod totp;
mod upkeep;

pub use account::TotpSetup;
pub use demo::DemoAccount;
pub use fault::PeopleFault;
pub use joining::{Applicant, ApplicationSummary};
pub use link::LinkPurpose;
pub use members::Invitation;
pub use session::{OwnSession, Session, SessionCookie};
pub use sign_in::{ProviderSignIn, SignIn, SignInOutcome};

use hmac::{Hmac, KeyInit, Mac};
use maki_domain::{Language, RecordId};
use maki_store::{Actor, WriteTx};
use sha2::Sha256;
use uuid::Uuid;

use crate::{App, AppError};

/// Seconds in a minute and an hour: limits are said in them.
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Name of the key under which hashes and seals about people are made.
const KEY: &str = "people";

/// Longest name of a person, in characters.
const MAX_NAME: usize = 120;
/// Longest address, in bytes (RFC 5321).
const MAX_EMAIL: usize = 254;
/// Longest note or reason, in characters.
const MAX_NOTE: usize = 2_000;

/// What this process keeps about people.
#[derive(Debug, Default)]
pub(crate) struct PeopleState {
    pub(self) hashing: password::Hashing,
}

/// Who asks without having signed in, for the log.
fn nobody(request: &str) -> Actor {
    Actor { id: "anonymous".to_owned(), organisation: None, request: request.to_owned() }
}

/// Somebody who acts in their own affairs.
fn oneself(account: Uuid, request: &str) -> Actor {
    Actor { id: account.to_string(), organisation: None, request: request.to_owned() }
}

/// An address as it is stored and compared.
pub(crate) fn checked_email(email: &str) -> Result<String, PeopleFault> {
    let email = email.trim().to_lowercase();
    if email.len() > MAX_EMAIL || !maki_domain::check::is_email(&email) {
        return Err(PeopleFault::EmailInvalid);
    }
    Ok(email)
}

/// A line of text that somebody typed: a name, a reason.
fn checked_line(text: &str, limit: usize) -> Result<String, PeopleFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(PeopleFault::Missing);
    }
    if text.chars().count() > limit {
        return Err(PeopleFault::TooLong { limit });
    }
    if text.chars().any(char::is_control) {
        return Err(PeopleFault::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// A longer text, with lines; it may be empty.
fn checked_note(text: &str) -> Result<String, PeopleFault> {
    let text = text.trim();
    if text.chars().count() > MAX_NOTE {
        return Err(PeopleFault::TooLong { limit: MAX_NOTE });
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(PeopleFault::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// The language of a tag; German for anything else.
fn language_of(tag: &str) -> Language {
    Language::ALL.into_iter().find(|language| language.tag() == tag).unwrap_or_default()
}

impl App {
    /// A transaction of these use cases. The key is read before, because making it takes a transaction of its own and
    /// there is one at a time.
    pub(crate) async fn change_people(&self) -> Result<WriteTx, AppError> {
        self.secret(KEY).await?;
        Ok(self.0.store.write().await?)
    }

    /// Ends a transaction that put mails into the queue, and has them sent now.
    pub(crate) async fn commit_and_send(&self, tx: WriteTx) -> Result<(), AppError> {
        tx.commit().await?;
        self.wake_jobs();
        Ok(())
    }

    /// HMAC-SHA-256 under the key of people, for one purpose.
    async fn keyed(&self, purpose: &'static str, parts: &[&[u8]]) -> Result<Hmac<Sha256>, AppError> {
        let key = self.secret(KEY).await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| AppError::Defect(error.to_string()))?;
        for part in [purpose.as_bytes()].iter().chain(parts) {
            // The length keeps one list of parts from reading like another.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Ok(mac)
    }

    async fn keyed_hash(&self, purpose: &'static str, parts: &[&[u8]]) -> Result<[u8; 32], AppError> {
        Ok(self.keyed(purpose, parts).await?.finalize().into_bytes().into())
    }
}

/// Where operators hold their role.
const REGISTER: RecordId = RecordId::NIL;
