//! Signing in: name and password, second step, or an identity that a provider vouches for.
//!
//! A wrong name, a wrong password and an account that is blocked look and take the same. Between the two steps nothing
//! is stored: the pending token is signed, ends after five minutes, and is void once the password or the second factor
//! was used or changed.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use maki_domain::{RecordId, Roles};
use maki_store::{Account, AccountState, Action, Grant, NewAccount, Totp, WriteTx};
use uuid::Uuid;

use super::session::Method;
use super::throttle::Try;
use super::{MAX_NAME, MINUTE, PeopleFault, SessionCookie, checked_email, checked_line, nobody, oneself, totp};
use crate::notice::{AccountChange, Notice, Recipient};
use crate::{App, AppError};

/// Seconds in which the second step must follow the first.
const PENDING: i64 = 5 * MINUTE;
const PENDING_KEY: &str = "second_factor";
const RECOVERY_KEY: &str = "recovery";
const MICROS: i64 = 1_000_000;

/// What somebody sends to sign in, and from where.
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    pub email: &'a str,
    pub password: &'a str,
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: &'a str,
    pub request: &'a str,
}

/// What a provider of OpenID Connect vouches for.
#[derive(Debug, Clone)]
pub struct ProviderSignIn<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    /// The provider's name for its session; empty where it gives none.
    pub provider_session: &'a str,
    /// Only an address that the provider says it has verified.
    pub email: Option<&'a str>,
    pub name: &'a str,
    /// Organisations and the roles there that the rules give.
    pub grants: Vec<(RecordId, Roles)>,
    pub agent: &'a str,
    pub request: &'a str,
}

/// What came of signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInOutcome {
    In(SessionCookie),
    /// Name and password are right; a code must follow, with this token, within minutes.
    SecondFactorNeeded {
        token: String,
    },
    /// Something is wrong; what, is not said.
    Wrong,
    /// Too many failures; again in so many seconds. A link by mail gets in at once.
    Wait {
        seconds: i64,
    },
    /// The second step took too long, or the token is none: begin again.
    BeginAgain,
}

impl App {
    /// Name and password.
    ///
    /// # Errors
    /// [`AppError::Busy`] when too many sign in at once; when the database cannot be written.
    pub async fn sign_in(&self, given: &SignIn<'_>) -> Result<SignInOutcome, AppError> {
        // What is no address has no account, and takes as long.
        let email = checked_email(given.email).unwrap_or_default();
        let keys = self.throttle_keys(&email, given.address).await?;
        let mut tx = self.change_people().await?;
        let account = if email.is_empty() { None } else { tx.account_by_email(&email).await? };
        let begun = match self.begin_try(&mut tx, keys).await? {
            Ok(begun) => begun,
            Err(seconds) => return Ok(SignInOutcome::Wait { seconds }),
        };
        tx.commit().await?;

        let usable = account.filter(|account| account.state == AccountState::Active);
        let stored = usable.as_ref().and_then(|account| account.password.clone());
        let is_right = self.is_password(given.password, stored).await?;

        let mut tx = self.change_people().await?;
        let Some(account) = usable.filter(|_| is_right) else {
            let subject = tx.account_by_email(&email).await?.map_or(RecordId::NIL, |account| RecordId(account.id));
            tx.note(self.now(), &nobody(given.request), Action::SignInRefused, subject).await?;
            tx.commit().await?;
            return Ok(SignInOutcome::Wrong);
        };
        if account.totp_secret.is_some() {
            self.take_back(&mut tx, begun).await?;
            let step = tx.totp(account.id).await?.map_or(0, |totp| totp.step);
            tx.commit().await?;
            let token = self.pending_token(&account, step).await?;
            return Ok(SignInOutcome::SecondFactorNeeded { token });
        }
        let cookie = self.let_in(&mut tx, &account, begun, Method::Password, given.agent, given.request).await?;
        tx.commit().await?;
        Ok(SignInOutcome::In(cookie))
    }

    /// The second step: a code of the authenticator, or a recovery code.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn second_step(
        &self,
        token: &str,
        code: &str,
        address: IpAddr,
        agent: &str,
        request: &str,
    ) -> Result<SignInOutcome, AppError> {
        let Some(id) = account_of_token(token) else { return Ok(SignInOutcome::BeginAgain) };
        let mut tx = self.change_people().await?;
        let account = tx.account(id).await?.filter(|account| account.state == AccountState::Active);
        let totp = tx.totp(id).await?;
        let (Some(account), Some(totp)) = (account, totp) else { return Ok(SignInOutcome::BeginAgain) };
        if !self.is_pending_token(token, &account, totp.step).await? {
            return Ok(SignInOutcome::BeginAgain);
        }
        let keys = self.throttle_keys(account.email.as_deref().unwrap_or_default(), address).await?;
        let begun = match self.begin_try(&mut tx, keys).await? {
            Ok(begun) => begun,
            Err(seconds) => return Ok(SignInOutcome::Wait { seconds }),
        };
        if !self.use_code(&mut tx, &account, &totp, code).await? {
            tx.note(self.now(), &nobody(request), Action::SignInRefused, RecordId(id)).await?;
            tx.commit().await?;
            return Ok(SignInOutcome::Wrong);
        }
        let cookie = self.let_in(&mut tx, &account, begun, Method::PasswordTotp, agent, request).await?;
        tx.commit().await?;
        Ok(SignInOutcome::In(cookie))
    }

    async fn let_in(
        &self,
        tx: &mut WriteTx,
        account: &Account,
        begun: Try,
        method: Method,
        agent: &str,
        request: &str,
    ) -> Result<SessionCookie, AppError> {
        self.succeed_try(tx, begun).await?;
        let cookie = self.begin_session(tx, account.id, method, agent, ("", "")).await?;
        tx.note(self.now(), &oneself(account.id, request), Action::SignedIn, RecordId(account.id)).await?;
        Ok(cookie)
    }

    /// Somebody for whom a provider vouches. An unknown person gets an account when the rules give them a role; a
    /// verified address that has an account is not taken over by it, or a provider could sign in anybody.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when the rules give nothing or the account is blocked, [`PeopleFault::EmailTaken`] when
    /// the address belongs to an account that is not tied to the provider.
    pub async fn sign_in_by_provider(&self, given: &ProviderSignIn<'_>) -> Result<SessionCookie, AppError> {
        let now = self.now();
        let mut tx = self.change_people().await?;
        let known = tx.account_of_identity(given.issuer, given.subject).await?;
        let id = match known {
            Some(id) => id,
            None => self.account_from_provider(&mut tx, given).await?,
        };
        let account = tx.account(id).await?.ok_or(AppError::Forbidden)?;
        if account.state != AccountState::Active {
            return Err(AppError::Forbidden);
        }
        let actor = oneself(id, given.request);
        for (organisation, roles) in tx.roles_from(id, given.issuer).await? {
            if !given.grants.iter().any(|(at, _)| *at == organisation) && !roles.is_empty() {
                let none = Grant { account: id, organisation, roles: Roles::NONE, source: given.issuer.to_owned() };
                tx.grant(now, &actor, &none).await?;
            }
        }
        let given_here = tx.roles_from(id, "").await?;
        for (organisation, roles) in &given.grants {
            // What a person gave stands; claims neither add to it nor take from it.
            if !given_here.iter().any(|(at, _)| at == organisation) {
                let source = given.issuer.to_owned();
                let grant = Grant { account: id, organisation: *organisation, roles: *roles, source };
                tx.grant(now, &actor, &grant).await?;
            }
        }
        if tx.memberships(id).await?.is_empty() {
            return Err(AppError::Forbidden);
        }
        let provider = (given.issuer, given.provider_session);
        let cookie = self.begin_session(&mut tx, id, Method::Oidc, given.agent, provider).await?;
        tx.note(now, &actor, Action::SignedIn, RecordId(id)).await?;
        tx.commit().await?;
        Ok(cookie)
    }

    async fn account_from_provider(&self, tx: &mut WriteTx, given: &ProviderSignIn<'_>) -> Result<Uuid, AppError> {
        if given.grants.iter().all(|(_, roles)| roles.is_empty()) {
            return Err(AppError::Forbidden);
        }
        let email = given.email.ok_or(PeopleFault::EmailInvalid)?;
        let email = checked_email(email)?;
        let name: String = given.name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
        let new = NewAccount {
            id: self.0.edge.new_id(),
            name: checked_line(&name, MAX_NAME).unwrap_or_else(|_| email.clone()),
            email,
            password: None,
            state: AccountState::Active,
            language: maki_domain::Language::default().tag().to_owned(),
        };
        let made = tx.make_account(self.now(), &oneself(new.id, given.request), &new).await;
        match made {
            Err(maki_store::StoreError::EmailTaken) => return Err(PeopleFault::EmailTaken.into()),
            made => made?,
        }
        tx.tie_identity(new.id, given.issuer, given.subject).await?;
        Ok(new.id)
    }

    /// Ends the sessions that a provider has ended; returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn end_provider_sessions(
        &self,
        issuer: &str,
        provider_session: Option<&str>,
        subject: Option<&str>,
        request: &str,
    ) -> Result<usize, AppError> {
        let mut tx = self.change_people().await?;
        let ended = tx.end_provider_sessions(issuer, provider_session, subject).await?;
        for account in &ended {
            tx.note(self.now(), &nobody(request), Action::SignedOut, RecordId(*account)).await?;
        }
        tx.commit().await?;
        Ok(ended.len())
    }

    /// Whether a code is one of the account's second factor or one that replaces it; it counts once.
    pub(super) async fn use_code(
        &self,
        tx: &mut WriteTx,
        account: &Account,
        totp: &Totp,
        typed: &str,
    ) -> Result<bool, AppError> {
        if let Some(step) = totp::step_of(&totp.secret, typed, self.now().0 / MICROS) {
            return Ok(tx.use_totp_step(account.id, step).await?);
        }
        let Some(hash) = self.recovery_hash(account.id, typed).await? else { return Ok(false) };
        let counts = tx.use_recovery_code(self.now(), account.id, &hash).await?;
        if counts {
            let notice = Notice::AccountChanged { what: AccountChange::RecoveryCodeUsed };
            self.queue(tx, self.now(), Recipient::Account(account.id), notice).await?;
            // Tokens that wait for this step are void, as after a code.
            tx.use_totp_step(account.id, totp.step + 1).await?;
        }
        Ok(counts)
    }

    /// The hash of a recovery code as somebody typed it; none where it cannot be one.
    pub(super) async fn recovery_hash(&self, account: Uuid, typed: &str) -> Result<Option<[u8; 32]>, AppError> {
        let typed: String = typed.chars().filter(|c| *c != '-').take(64).collect();
        match totp::from_base32(&typed).filter(|bytes| bytes.len() == super::account::RECOVERY_BYTES) {
            Some(bytes) => Ok(Some(self.keyed_hash(RECOVERY_KEY, &[account.as_bytes(), &bytes]).await?)),
            None => Ok(None),
        }
    }

    async fn pending_token(&self, account: &Account, step: i64) -> Result<String, AppError> {
        let seconds = (self.now().0 / MICROS).to_be_bytes();
        let mac = self.pending_mac(account, step, seconds).await?.finalize().into_bytes();
        Ok(URL_SAFE_NO_PAD.encode([account.id.as_bytes(), &seconds[..], &mac].concat()))
    }

    async fn is_pending_token(&self, token: &str, account: &Account, step: i64) -> Result<bool, AppError> {
        let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
        let parts = bytes.get(16..24).and_then(|seconds| seconds.try_into().ok()).zip(bytes.get(24..));
        let Some((seconds, signature)) = parts else { return Ok(false) };
        let age = (self.now().0 / MICROS).saturating_sub(i64::from_be_bytes(seconds));
        if !(0..=PENDING).contains(&age) {
            return Ok(false);
        }
        Ok(self.pending_mac(account, step, seconds).await?.verify_slice(signature).is_ok())
    }

    async fn pending_mac(
        &self,
        account: &Account,
        step: i64,
        seconds: [u8; 8],
    ) -> Result<hmac::Hmac<sha2::Sha256>, AppError> {
        let password = account.password.as_deref().unwrap_or_default().as_bytes();
        self.keyed(PENDING_KEY, &[account.id.as_bytes(), &seconds, password, &step.to_be_bytes()]).await
    }
}

fn account_of_token(token: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    Uuid::from_slice(bytes.get(..16)?).ok()
}
