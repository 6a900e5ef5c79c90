//! Tokens of the API. A program that shows one acts as an editor of the organisation that made it, within its scopes;
//! it can never approve. A token is shown once, when it is made; the register keeps its hash.

use std::sync::Arc;

use maki_domain::{Act, Instant, Role, Roles};
use maki_store::{ApiToken, NewApiToken};
use uuid::Uuid;

use crate::access::{Permit, Principal};
use crate::opaque::{hash_of, hash_of_text, text_of};
use crate::{App, AppError};

/// Begins every token, so that scanners of leaked secrets know it.
const PREFIX: &str = "maki_";
/// Most tokens shown of one organisation.
const LISTED: i64 = 200;
/// Most days that a token counts.
pub const LONGEST_DAYS: i64 = 365;
const DAY: i64 = 24 * 60 * 60;
/// How often it is noted that a token was used, in microseconds.
const NOTED: i64 = 60 * 1_000_000;
/// Longest name of a token in characters.
const NAME: usize = 100;

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenScope {
    /// Read drafts and what authorities share.
    Read,
    /// Make and change drafts.
    Draft,
    /// Also hand them in for review.
    Submit,
}

impl TokenScope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Draft, Self::Submit];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Draft => "draft",
            Self::Submit => "submit",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.code() == code)
    }

    /// What a token with these scopes, as they are stored, allows.
    pub(crate) fn acts_of(scopes: &str) -> Vec<Act> {
        scopes.split_ascii_whitespace().filter_map(Self::from_code).flat_map(Self::acts).copied().collect()
    }

    #[must_use]
    pub const fn acts(self) -> &'static [Act] {
        match self {
            Self::Read => &[Act::ReadShared, Act::ReadWork],
            Self::Draft => &[Act::ReadShared, Act::ReadWork, Act::Edit],
            Self::Submit => &[Act::ReadShared, Act::ReadWork, Act::Edit, Act::Submit],
        }
    }
}

/// What somebody says about a token to be made.
#[derive(Debug, Clone)]
pub struct TokenWish {
    pub name: String,
    pub scopes: Vec<TokenScope>,
    pub days: i64,
}

impl App {
    /// Makes a token for the organisation of the permit and returns it: the only time that it is seen.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when the wish has no name or scope, or lasts too long.
    pub async fn make_token(&self, permit: &Permit, wish: &TokenWish) -> Result<String, AppError> {
        permit.require(&[Act::ManageTokens])?;
        let name = wish.name.trim();
        let is_named = !name.is_empty() && name.chars().count() <= NAME && !name.chars().any(char::is_control);
        if !is_named || wish.scopes.is_empty() || !(1..=LONGEST_DAYS).contains(&wish.days) {
            return Err(AppError::Invalid);
        }
        let secret = self.0.edge.seed();
        let codes: Vec<&str> = wish.scopes.iter().map(|scope| scope.code()).collect();
        let new = NewApiToken {
            id: self.0.edge.new_id(),
            organisation: permit.organisation()?,
            hash: hash_of(&secret),
            name: name.to_owned(),
            scopes: codes.join(" "),
            ends_at: self.in_seconds(wish.days * DAY),
        };
        let mut tx = self.0.store.write().await?;
        tx.make_api_token(self.now(), &permit.actor(), &new).await?;
        tx.commit().await?;
        Ok(format!("{PREFIX}{}", text_of(&secret)))
    }

    /// Tokens of the organisation of the permit, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tokens(&self, permit: &Permit) -> Result<Vec<ApiToken>, AppError> {
        permit.require(&[Act::ManageTokens])?;
        Ok(self.0.store.read().await?.api_tokens(permit.organisation()?, LISTED).await?)
    }

    /// Ends a token of the organisation of the permit.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it is none of its, or has ended.
    pub async fn revoke_token(&self, permit: &Permit, id: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::ManageTokens])?;
        let mut tx = self.0.store.write().await?;
        let revoked = tx.revoke_api_token(self.now(), &permit.actor(), permit.organisation()?, id).await?;
        tx.commit().await?;
        if revoked { Ok(()) } else { Err(AppError::NotFound) }
    }

    /// Who shows a token; none when it does not count.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn token_principal(&self, token: &str, request: &Arc<str>) -> Result<Option<Principal>, AppError> {
        let Some(hash) = token.strip_prefix(PREFIX).and_then(hash_of_text) else { return Ok(None) };
        let now = self.now();
        let found = self.0.store.read().await?.api_token(&hash).await?;
        let Some(found) = found.filter(|token| token.counts(now)) else { return Ok(None) };
        if found.used_at.is_none_or(|Instant(used_at)| now.0 - used_at > NOTED) {
            let mut tx = self.0.store.write().await?;
            tx.touch_api_token(now, found.id).await?;
            tx.commit().await?;
        }
        Ok(Some(Principal {
            account: None,
            actor: Arc::from(format!("token:{}", found.id)),
            name: found.name,
            memberships: vec![(found.organisation, Roles::NONE.with(Role::Editor))],
            limited_to: Some(TokenScope::acts_of(&found.scopes)),
            request: Arc::clone(request),
        }))
    }
}
