//! Sessions: who somebody is, told by a cookie, with one read for each page.
//!
//! The cookie holds 32 random bytes, the register their hash. A session ends after an hour without use and after twelve
//! hours in any case. Roles are read with it every time, so what was taken from a person counts with the next request.

use std::sync::Arc;
use std::time::Duration;

use maki_domain::{Instant, Language, RecordId, Role, Roles};
use maki_store::{AccountState, Action, LiveSession, NewSession, WriteTx};
use uuid::Uuid;

use super::{HOUR, MINUTE, REGISTER, language_of, oneself};
use crate::opaque::{hash_of, hash_of_text, text_of};
use crate::{App, AppError, Principal};

/// Seconds without use after which a session ends.
pub(super) const IDLE: i64 = HOUR;
/// Seconds after which it ends in any case.
const ABSOLUTE: i64 = 12 * HOUR;
/// Use is noted at most this often, in seconds.
const TOUCH: i64 = MINUTE;
/// A page does not wait longer than this for its use to be noted; the next one notes it.
const TOUCH_PATIENCE: Duration = Duration::from_millis(250);
/// Characters kept of what a browser calls itself.
const MAX_AGENT: usize = 120;
const KEY: &str = "session";

/// How a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Password,
    PasswordTotp,
    Oidc,
    OidcTotp,
}

impl Method {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordTotp => "password_totp",
            Self::Oidc => "oidc",
            Self::OidcTotp => "oidc_totp",
        }
    }

    fn has_second_factor(code: &str) -> bool {
        [Self::PasswordTotp, Self::OidcTotp].iter().any(|method| method.code() == code)
    }

    /// The same with a second factor.
    pub fn strengthened(code: &str) -> &'static str {
        if code.starts_with(Self::Oidc.code()) { Self::OidcTotp.code() } else { Self::PasswordTotp.code() }
    }
}

/// What the cookie is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCookie {
    pub secret: String,
    /// Seconds until the session ends in any case.
    pub max_age: i64,
}

/// Somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Without any role while [`Self::needs_second_factor`].
    pub principal: Principal,
    pub account: Uuid,
    pub name: String,
    pub email: Option<String>,
    pub language: Language,
    pub has_totp: bool,
    /// The person must have a second factor and has not shown it: only the page that sets it up (`has_totp` is false)
    /// or asks for a code (it is true) is open.
    pub needs_second_factor: bool,
    pub begun_at: Instant,
    pub ends_at: Instant,
    /// For the tokens of forms: derived from the session, and telling nothing about it.
    pub csrf_key: [u8; 32],
    /// How the list of sessions names it.
    pub id: String,
    pub(super) hash: [u8; 32],
    pub(super) method: String,
}

/// One of a person's own sessions, in their list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// For [`App::end_own_session`].
    pub id: String,
    pub begun_at: Instant,
    pub seen_at: Instant,
    pub agent: String,
    /// It is the one that asks.
    pub is_this: bool,
}

impl Session {
    /// To what the tokens of this session's forms are bound.
    #[must_use]
    pub fn binding(&self) -> String {
        hex::encode(self.csrf_key)
    }

    pub(super) fn request(&self) -> &str {
        &self.principal.request
    }
}

impl App {
    /// Who a cookie says somebody is; none when it is no session, or one that is over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn session(&self, cookie: &str, request: &str) -> Result<Option<Session>, AppError> {
        let Some(hash) = hash_of_text(cookie) else { return Ok(None) };
        let Some(live) = self.0.store.read().await?.session(&hash).await? else { return Ok(None) };
        let now = self.now();
        let is_over = live.ends_at <= now || live.seen_at <= self.in_seconds(-IDLE);
        if is_over || live.state != AccountState::Active {
            return Ok(None);
        }
        if live.seen_at <= self.in_seconds(-TOUCH) {
            // A writer at work must not hold up a page, and a register that is only read has sessions too.
            let _ = tokio::time::timeout(TOUCH_PATIENCE, self.touch(&hash)).await;
        }
        let csrf_key = self.keyed_hash(KEY, &[b"csrf", &hash]).await?;
        Ok(Some(session_of(live, hash, csrf_key, request)))
    }

    async fn touch(&self, hash: &[u8; 32]) -> Result<(), AppError> {
        let mut tx = self.change_people().await?;
        tx.touch_session(self.now(), hash).await?;
        Ok(tx.commit().await?)
    }

    /// Begins a session inside a transaction.
    pub(super) async fn begin_session(
        &self,
        tx: &mut WriteTx,
        account: Uuid,
        method: Method,
        agent: &str,
        provider: (&str, &str),
    ) -> Result<SessionCookie, AppError> {
        let secret = self.0.edge.seed();
        let (issuer, provider_session) = provider;
        let new = NewSession {
            id: hash_of(&secret),
            account,
            ends_at: self.in_seconds(ABSOLUTE),
            method: method.code(),
            agent: agent.chars().filter(|c| !c.is_control()).take(MAX_AGENT).collect(),
            issuer: issuer.to_owned(),
            provider_session: provider_session.to_owned(),
        };
        tx.begin_session(self.now(), &new).await?;
        Ok(SessionCookie { secret: text_of(&secret), max_age: ABSOLUTE })
    }

    /// Ends the session of a person who leaves.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn sign_out(&self, session: &Session) -> Result<(), AppError> {
        let mut tx = self.change_people().await?;
        if tx.end_session(session.account, &session.hash).await? {
            let actor = oneself(session.account, session.request());
            tx.note(self.now(), &actor, Action::SignedOut, RecordId(session.account)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A person's own sessions that are not over, the latest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn own_sessions(&self, session: &Session) -> Result<Vec<OwnSession>, AppError> {
        let known = self.0.store.read().await?.sessions_of(session.account).await?;
        let (now, idle) = (self.now(), self.in_seconds(-IDLE));
        let lives = known.into_iter().filter(|known| known.ends_at > now && known.seen_at > idle);
        let own = lives.map(|known| OwnSession {
            id: hex::encode(&known.id),
            begun_at: known.begun_at,
            seen_at: known.seen_at,
            agent: known.agent,
            is_this: known.id == session.hash,
        });
        Ok(own.collect())
    }

    /// Ends one of a person's own sessions, named as in their list. One that is not theirs is none.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when they have no such session.
    pub async fn end_own_session(&self, session: &Session, id: &str) -> Result<(), AppError> {
        let id = hex::decode(id).map_err(|_| AppError::NotFound)?;
        let mut tx = self.change_people().await?;
        if !tx.end_session(session.account, &id).await? {
            return Err(AppError::NotFound);
        }
        let actor = oneself(session.account, session.request());
        tx.note(self.now(), &actor, Action::SignedOut, RecordId(session.account)).await?;
        Ok(tx.commit().await?)
    }

    /// Ends all sessions of a person but the one that asks; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_other_sessions(&self, session: &Session) -> Result<u64, AppError> {
        let mut tx = self.change_people().await?;
        let ended = tx.end_sessions(session.account, Some(&session.hash)).await?;
        if ended > 0 {
            let actor = oneself(session.account, session.request());
            tx.note(self.now(), &actor, Action::SignedOut, RecordId(session.account)).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }
}

/// Whether somebody with these roles has to have a second factor.
pub(super) fn must_have_second_factor(memberships: &[(RecordId, Roles)]) -> bool {
    memberships.iter().any(|(_, roles)| roles.has(Role::Operator))
}

fn session_of(live: LiveSession, hash: [u8; 32], csrf_key: [u8; 32], request: &str) -> Session {
    let needs_second_factor = must_have_second_factor(&live.memberships) && !Method::has_second_factor(&live.method);
    // The role of operators counts only where the whole register is meant.
    let is_possible =
        |(organisation, roles): &(RecordId, Roles)| *organisation == REGISTER || !roles.has(Role::Operator);
    let memberships =
        if needs_second_factor { Vec::new() } else { live.memberships.into_iter().filter(is_possible).collect() };
    let principal = Principal {
        account: Some(live.account),
        actor: Arc::from(live.account.to_string()),
        name: live.name.clone(),
        memberships,
        limited_to: None,
        request: Arc::from(request),
    };
    Session {
        principal,
        account: live.account,
        name: live.name,
        email: live.email,
        language: language_of(&live.language),
        has_totp: live.has_totp,
        needs_second_factor,
        begun_at: live.begun_at,
        ends_at: live.ends_at,
        csrf_key,
        id: hex::encode(hash),
        hash,
        method: live.method,
    }
}
