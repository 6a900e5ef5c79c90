//! A person's own account, and what operators do to those of others.

use std::net::IpAddr;

use hmac::Mac;
use maki_domain::{Act, Language, RecordId, Role, Roles};
use maki_store::{Account, AccountState, Action, Grant, NewAccount, Totp, WriteTx};
use uuid::Uuid;

use super::link::LinkPurpose;
use super::password::check_password;
use super::session::{Method, Session, must_have_second_factor};
use super::{HOUR, MAX_NAME, MINUTE, PeopleFault, REGISTER, checked_email, checked_line, oneself, totp};
use crate::notice::{AccountChange, Notice, Recipient};
use crate::{App, AppError, Permit};

/// Bytes of a recovery code: more than can be guessed, and short enough to write down.
pub(super) const RECOVERY_BYTES: usize = 10;
const RECOVERY_CODES: usize = 10;
/// Seconds for which the page that sets up a second factor may lie open.
const SETUP: i64 = 30 * MINUTE;
const SETUP_KEY: &str = "totp_setup";
/// Mails about a forgotten password in an hour: to one address, and asked for from one.
const RESETS_OF_ACCOUNT: i64 = 3;
const RESETS_FROM_ADDRESS: i64 = 20;
const MICROS: i64 = 1_000_000;

/// A second factor that is to be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpSetup {
    /// For typing into an authenticator.
    pub secret: String,
    /// For the picture.
    pub uri: String,
    /// Goes through the form, so that nothing but this secret can come back.
    pub seal: String,
}

impl App {
    // ---- second factor ----------------------------------------------------------------------------------

    /// Offers a second factor. Nothing is stored until a code of it was shown.
    ///
    /// # Errors
    /// [`PeopleFault::SecondFactorNeeded`] when the account has one that this session has not shown.
    pub async fn begin_totp(&self, session: &Session) -> Result<TotpSetup, AppError> {
        may_change_factor(session)?;
        let secret: Vec<u8> = self.0.edge.seed().into_iter().take(totp::SECRET_BYTES).collect();
        let seconds = self.now().0 / MICROS;
        let seal = self.setup_mac(session, &secret, seconds).await?.finalize().into_bytes();
        let who = session.email.as_deref().unwrap_or(&session.name);
        let uri = totp::uri(&self.instance().name, who, &secret);
        Ok(TotpSetup { secret: totp::base32(&secret), uri, seal: format!("{seconds}.{}", hex::encode(seal)) })
    }

    /// The same offer again, after a wrong code.
    ///
    /// # Errors
    /// [`PeopleFault::SetupExpired`] when the seal is not of this session or too old.
    pub async fn again_totp(&self, session: &Session, secret: &str, seal: &str) -> Result<TotpSetup, AppError> {
        let bytes = self.sealed_secret(session, secret, seal).await?;
        let who = session.email.as_deref().unwrap_or(&session.name);
        let uri = totp::uri(&self.instance().name, who, &bytes);
        Ok(TotpSetup { secret: totp::base32(&bytes), uri, seal: seal.to_owned() })
    }

    /// Sets the offered second factor up, when a code of it is shown, and returns the recovery codes: the only time
    /// that anybody sees them. Other sessions of the person end; this one has shown its second factor.
    ///
    /// # Errors
    /// [`PeopleFault::CodeWrong`], [`PeopleFault::SetupExpired`].
    pub async fn set_up_totp(
        &self,
        session: &Session,
        secret: &str,
        seal: &str,
        code: &str,
    ) -> Result<Vec<String>, AppError> {
        may_change_factor(session)?;
        let secret = self.sealed_secret(session, secret, seal).await?;
        let step = totp::step_of(&secret, code, self.now().0 / MICROS).ok_or(PeopleFault::CodeWrong)?;
        let actor = oneself(session.account, session.request());
        let mut tx = self.change_people().await?;
        let codes = self.set_totp(&mut tx, &actor, session.account, Totp { secret, step }).await?;
        tx.end_sessions(session.account, Some(&session.hash)).await?;
        tx.set_session_method(&session.hash, Method::strengthened(&session.method)).await?;
        self.tell_change(&mut tx, session.account, AccountChange::SecondFactorSet).await?;
        self.commit_and_send(tx).await?;
        Ok(codes)
    }

    pub(super) async fn set_totp(
        &self,
        tx: &mut WriteTx,
        actor: &maki_store::Actor,
        account: Uuid,
        totp: Totp,
    ) -> Result<Vec<String>, AppError> {
        let (codes, hashes) = self.recovery_codes(account).await?;
        tx.set_totp(self.now(), actor, account, &totp, &hashes).await?;
        Ok(codes)
    }

    /// New recovery codes; the old ones end.
    ///
    /// # Errors
    /// [`PeopleFault::CodeWrong`] when the code is not one of the second factor.
    pub async fn renew_recovery_codes(&self, session: &Session, code: &str) -> Result<Vec<String>, AppError> {
        let mut tx = self.change_people().await?;
        self.expect_code(&mut tx, session, code).await?;
        let (codes, hashes) = self.recovery_codes(session.account).await?;
        tx.set_recovery_codes(session.account, &hashes).await?;
        self.tell_change(&mut tx, session.account, AccountChange::SecondFactorSet).await?;
        self.commit_and_send(tx).await?;
        Ok(codes)
    }

    /// How many recovery codes are left.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recovery_codes_left(&self, session: &Session) -> Result<i64, AppError> {
        Ok(self.0.store.read().await?.recovery_codes_left(session.account).await?)
    }

    /// Takes the second factor away.
    ///
    /// # Errors
    /// [`PeopleFault::SecondFactorNeeded`] for those who must have one, [`PeopleFault::CodeWrong`].
    pub async fn remove_totp(&self, session: &Session, code: &str) -> Result<(), AppError> {
        let mut tx = self.change_people().await?;
        if must_have_second_factor(&tx.memberships(session.account).await?) {
            return Err(PeopleFault::SecondFactorNeeded.into());
        }
        self.expect_code(&mut tx, session, code).await?;
        let actor = oneself(session.account, session.request());
        tx.remove_totp(self.now(), &actor, session.account).await?;
        self.tell_change(&mut tx, session.account, AccountChange::SecondFactorRemoved).await?;
        self.commit_and_send(tx).await
    }

    /// A code within a session that began without one: at a provider, by somebody who must have a second factor.
    ///
    /// # Errors
    /// [`PeopleFault::CodeWrong`]; [`PeopleFault::TooOften`] after many.
    pub async fn show_second_factor(&self, session: &Session, code: &str, address: IpAddr) -> Result<(), AppError> {
        let keys = self.throttle_keys(session.email.as_deref().unwrap_or_default(), address).await?;
        let mut tx = self.change_people().await?;
        let begun = match self.begin_try(&mut tx, keys).await? {
            Ok(begun) => begun,
            Err(seconds) => return Err(PeopleFault::TooOften { seconds }.into()),
        };
        match self.expect_code(&mut tx, session, code).await {
            Err(wrong @ AppError::People(PeopleFault::CodeWrong)) => {
                let actor = oneself(session.account, session.request());
                tx.note(self.now(), &actor, Action::SignInRefused, RecordId(session.account)).await?;
                tx.commit().await?;
                return Err(wrong);
            }
            other => other?,
        }
        self.succeed_try(&mut tx, begun).await?;
        tx.set_session_method(&session.hash, Method::strengthened(&session.method)).await?;
        Ok(tx.commit().await?)
    }

    async fn expect_code(&self, tx: &mut WriteTx, session: &Session, code: &str) -> Result<(), AppError> {
        let account = tx.account(session.account).await?.ok_or(AppError::NotFound)?;
        let totp = tx.totp(session.account).await?.ok_or(PeopleFault::CodeWrong)?;
        if self.use_code(tx, &account, &totp, code).await? { Ok(()) } else { Err(PeopleFault::CodeWrong.into()) }
    }

    async fn recovery_codes(&self, account: Uuid) -> Result<(Vec<String>, Vec<[u8; 32]>), AppError> {
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        let mut hashes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let bytes: Vec<u8> = self.0.edge.seed().into_iter().take(RECOVERY_BYTES).collect();
            let letters: Vec<char> = totp::base32(&bytes).chars().collect();
            let code = letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-");
            hashes.extend(self.recovery_hash(account, &code).await?);
            codes.push(code);
        }
        Ok((codes, hashes))
    }

    async fn sealed_secret(&self, session: &Session, secret: &str, seal: &str) -> Result<Vec<u8>, AppError> {
        let expired = || AppError::from(PeopleFault::SetupExpired);
        let (seconds, signature) = seal.split_once('.').ok_or_else(expired)?;
        let seconds: i64 = seconds.parse().map_err(|_| expired())?;
        let signature = hex::decode(signature).map_err(|_| expired())?;
        let secret = totp::from_base32(secret).filter(|s| s.len() == totp::SECRET_BYTES).ok_or_else(expired)?;
        let age = (self.now().0 / MICROS).saturating_sub(seconds);
        let mac = self.setup_mac(session, &secret, seconds).await?;
        if !(0..=SETUP).contains(&age) || mac.verify_slice(&signature).is_err() {
            return Err(expired());
        }
        Ok(secret)
    }

    async fn setup_mac(
        &self,
        session: &Session,
        secret: &[u8],
        seconds: i64,
    ) -> Result<hmac::Hmac<sha2::Sha256>, AppError> {
        self.keyed(SETUP_KEY, &[&session.hash, secret, &seconds.to_be_bytes()]).await
    }

    pub(super) async fn tell_change(
        &self,
        tx: &mut WriteTx,
        account: Uuid,
        what: AccountChange,
    ) -> Result<(), AppError> {
        self.queue(tx, self.now(), Recipient::Account(account), Notice::AccountChanged { what }).await
    }

    // ---- password and name ------------------------------------------------------------------------------

    /// Changes a password; the person's other sessions end.
    ///
    /// # Errors
    /// [`PeopleFault::PasswordWrong`], or why the new one cannot be taken; [`PeopleFault::TooOften`] after many.
    pub async fn change_password(
        &self,
        session: &Session,
        old: &str,
        new: &str,
        address: IpAddr,
    ) -> Result<(), AppError> {
        let keys = self.throttle_keys(session.email.as_deref().unwrap_or_default(), address).await?;
        let mut tx = self.change_people().await?;
        let account = tx.account(session.account).await?.ok_or(AppError::NotFound)?;
        let begun = match self.begin_try(&mut tx, keys).await? {
            Ok(begun) => begun,
            Err(seconds) => return Err(PeopleFault::TooOften { seconds }.into()),
        };
        tx.commit().await?;
        if !self.is_password(old, account.password.clone()).await? {
            return Err(PeopleFault::PasswordWrong.into());
        }
        let hash = self.new_password(&account, new).await?;
        let actor = oneself(session.account, session.request());
        let mut tx = self.change_people().await?;
        self.take_back(&mut tx, begun).await?;
        tx.set_password(self.now(), &actor, session.account, &hash).await?;
        tx.end_sessions(session.account, Some(&session.hash)).await?;
        self.tell_change(&mut tx, session.account, AccountChange::Password).await?;
        self.commit_and_send(tx).await
    }

    async fn new_password(&self, account: &Account, password: &str) -> Result<String, AppError> {
        check_password(password, &[account.email.as_deref().unwrap_or_default(), &account.name])?;
        self.hash_password(password.to_owned()).await
    }

    /// Name and language of a person.
    ///
    /// # Errors
    /// When the name is empty or too long.
    pub async fn describe_oneself(&self, session: &Session, name: &str, language: Language) -> Result<(), AppError> {
        let name = checked_line(name, MAX_NAME)?;
        let mut tx = self.change_people().await?;
        tx.describe_account(session.account, &name, language.tag()).await?;
        Ok(tx.commit().await?)
    }

    /// Somebody forgot their password. Whether there is an account is told by mail only.
    ///
    /// # Errors
    /// [`PeopleFault::EmailInvalid`]; [`PeopleFault::TooOften`] when the address asks for very many.
    pub async fn ask_password_reset(&self, email: &str, language: Language, address: IpAddr) -> Result<(), AppError> {
        let email = checked_email(email)?;
        let mut tx = self.change_people().await?;
        if self.is_address_too_often(&mut tx, "reset", address, RESETS_FROM_ADDRESS, HOUR).await? {
            return Err(PeopleFault::TooOften { seconds: HOUR }.into());
        }
        // More of them to one mailbox say nothing new; nobody is told, since that would tell of the account.
        if !self.is_too_often(&mut tx, "reset-of", email.as_bytes(), RESETS_OF_ACCOUNT, HOUR).await? {
            let account = tx.account_by_email(&email).await?;
            let usable = account.filter(|a| a.state == AccountState::Active && a.password.is_some());
            let (to, notice) = match usable {
                Some(account) => {
                    let (secret, ends_at) = self.make_link(&mut tx, LinkPurpose::PasswordReset, account.id).await?;
                    (Recipient::Account(account.id), Notice::PasswordReset { secret, ends_at })
                }
                None => (Recipient::Address { address: email, language }, Notice::PasswordElsewhere),
            };
            self.queue(&mut tx, self.now(), to, notice).await?;
        }
        self.commit_and_send(tx).await
    }

    /// Sets a password by a link. All sessions end, and failures of signing in are forgotten.
    ///
    /// # Errors
    /// Why the link or the password cannot be taken; a password that cannot be taken does not use the link up.
    pub async fn reset_password(
        &self,
        secret: &str,
        password: &str,
        address: IpAddr,
        request: &str,
    ) -> Result<(), AppError> {
        let id = self.look_at_link(LinkPurpose::PasswordReset, secret).await?;
        let account = self.0.store.read().await?.account(id).await?.ok_or(PeopleFault::LinkUnknown)?;
        let hash = self.new_password(&account, password).await?;
        let mut tx = self.change_people().await?;
        self.use_link(&mut tx, LinkPurpose::PasswordReset, secret).await?;
        self.set_password(&mut tx, &account, &hash, request).await?;
        self.forgive(&mut tx, account.email.as_deref().unwrap_or_default(), address).await?;
        self.tell_change(&mut tx, id, AccountChange::Password).await?;
        self.commit_and_send(tx).await
    }

    async fn set_password(
        &self,
        tx: &mut WriteTx,
        account: &Account,
        hash: &str,
        request: &str,
    ) -> Result<(), AppError> {
        match tx.set_password(self.now(), &oneself(account.id, request), account.id, hash).await {
            Err(maki_store::StoreError::NotPossible) => return Err(PeopleFault::AccountState.into()),
            set => set?,
        }
        tx.end_sessions(account.id, None).await?;
        Ok(())
    }

    /// The account that an invitation is for: with whether it still needs a password.
    ///
    /// # Errors
    /// Why the link would not work.
    pub async fn look_at_invitation(&self, secret: &str) -> Result<(Account, bool), AppError> {
        let id = self.look_at_link(LinkPurpose::Invitation, secret).await?;
        let account = self.0.store.read().await?.account(id).await?.ok_or(PeopleFault::LinkUnknown)?;
        let needs_password = account.state == AccountState::Invited;
        Ok((account, needs_password))
    }

    /// Accepts an invitation with a first password; who has one needs none.
    ///
    /// # Errors
    /// Why the link or the password cannot be taken.
    pub async fn accept_invitation(&self, secret: &str, password: &str, request: &str) -> Result<(), AppError> {
        let (account, needs_password) = self.look_at_invitation(secret).await?;
        let hash = if needs_password { Some(self.new_password(&account, password).await?) } else { None };
        let mut tx = self.change_people().await?;
        self.use_link(&mut tx, LinkPurpose::Invitation, secret).await?;
        if let Some(hash) = hash {
            self.set_password(&mut tx, &account, &hash, request).await?;
        }
        Ok(tx.commit().await?)
    }

    // ---- by operators and by commands -------------------------------------------------------------------

    /// Accounts in the order in which they were made.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate.
    pub async fn accounts(&self, permit: &Permit, after: Uuid, limit: i64) -> Result<Vec<Account>, AppError> {
        permit.require(&[Act::Operate])?;
        Ok(self.0.store.read().await?.accounts(after, limit).await?)
    }

    /// The account of an address.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate, [`AppError::NotFound`].
    pub async fn account_by_email(&self, permit: &Permit, email: &str) -> Result<Account, AppError> {
        permit.require(&[Act::Operate])?;
        let email = checked_email(email)?;
        self.0.store.read().await?.account_by_email(&email).await?.ok_or(AppError::NotFound)
    }

    /// An account with its roles by organisation.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate, [`AppError::NotFound`].
    pub async fn account_of(&self, permit: &Permit, id: Uuid) -> Result<(Account, Vec<(RecordId, Roles)>), AppError> {
        permit.require(&[Act::Operate])?;
        let mut tx = self.0.store.read().await?;
        let account = tx.account(id).await?.ok_or(AppError::NotFound)?;
        Ok((account, tx.memberships(id).await?))
    }

    /// Shuts an account out and ends its sessions, or lets it in again.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate, [`PeopleFault::LastAdmin`] for oneself.
    pub async fn block_account(&self, permit: &Permit, account: Uuid, blocked: bool) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        if permit.principal().account == Some(account) {
            return Err(PeopleFault::LastAdmin.into());
        }
        let mut tx = self.change_people().await?;
        tx.block_account(self.now(), &permit.actor(), account, blocked).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a person out of the register: what names them goes, what they did stays under a number.
    ///
    /// # Errors
    /// As [`Self::block_account`]; [`AppError::NotFound`] when there is no such person any more.
    pub async fn erase_account(&self, permit: &Permit, account: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        if permit.principal().account == Some(account) {
            return Err(PeopleFault::LastAdmin.into());
        }
        let mut tx = self.change_people().await?;
        match tx.erase_account(self.now(), &permit.actor(), account).await {
            Err(maki_store::StoreError::NotFound) => return Err(AppError::NotFound),
            erased => erased?,
        }
        Ok(tx.commit().await?)
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate.
    pub async fn end_sessions_of(&self, permit: &Permit, account: Uuid) -> Result<u64, AppError> {
        permit.require(&[Act::Operate])?;
        let mut tx = self.change_people().await?;
        let ended = tx.end_sessions(account, None).await?;
        if ended > 0 {
            tx.note(self.now(), &permit.actor(), Action::SignedOut, RecordId(account)).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }

    /// Takes the second factor of somebody away who lost it and its recovery codes. Whoever must have one sets a new
    /// one up with the next sign-in.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate.
    pub async fn remove_totp_of(&self, permit: &Permit, account: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        let mut tx = self.change_people().await?;
        tx.remove_totp(self.now(), &permit.actor(), account).await?;
        tx.end_sessions(account, None).await?;
        self.tell_change(&mut tx, account, AccountChange::SecondFactorRemoved).await?;
        self.commit_and_send(tx).await
    }

    /// Makes an operator; their second factor is set up at the first sign-in.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate, [`PeopleFault::EmailTaken`], or why the password cannot be
    /// taken.
    pub async fn make_operator(
        &self,
        permit: &Permit,
        email: &str,
        name: &str,
        password: &str,
    ) -> Result<Uuid, AppError> {
        permit.require(&[Act::Operate])?;
        let (email, name) = (checked_email(email)?, checked_line(name, MAX_NAME)?);
        check_password(password, &[&email, &name])?;
        let hash = self.hash_password(password.to_owned()).await?;
        let mut tx = self.change_people().await?;
        let id = self.make_active(&mut tx, permit, (&email, &name), hash).await?;
        let roles = Roles::NONE.with(Role::Operator);
        let grant = Grant { account: id, organisation: REGISTER, roles, source: String::new() };
        tx.grant(self.now(), &permit.actor(), &grant).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Makes an account that can sign in at once.
    pub(super) async fn make_active(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        (email, name): (&str, &str),
        hash: String,
    ) -> Result<Uuid, AppError> {
        let new = NewAccount {
            id: self.0.edge.new_id(),
            email: email.to_owned(),
            name: name.to_owned(),
            password: Some(hash),
            state: AccountState::Active,
            language: Language::default().tag().to_owned(),
        };
        match tx.make_account(self.now(), &permit.actor(), &new).await {
            Err(maki_store::StoreError::EmailTaken) => Err(PeopleFault::EmailTaken.into()),
            made => Ok(made.map(|()| new.id)?),
        }
    }

    /// Sets somebody's password by a command of the machine's operator; all their sessions end.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit to operate, [`AppError::NotFound`], or why the password cannot be
    /// taken.
    pub async fn set_password_of(&self, permit: &Permit, account: Uuid, password: &str) -> Result<(), AppError> {
        permit.require(&[Act::Operate])?;
        let account = self.0.store.read().await?.account(account).await?.ok_or(AppError::NotFound)?;
        let hash = self.new_password(&account, password).await?;
        let mut tx = self.change_people().await?;
        match tx.set_password(self.now(), &permit.actor(), account.id, &hash).await {
            Err(maki_store::StoreError::NotPossible) => return Err(PeopleFault::AccountState.into()),
            set => set?,
        }
        tx.end_sessions(account.id, None).await?;
        self.tell_change(&mut tx, account.id, AccountChange::Password).await?;
        self.commit_and_send(tx).await
    }
}

/// Who has a second factor changes it only in a session that has shown it.
fn may_change_factor(session: &Session) -> Result<(), PeopleFault> {
    let has_shown = session.method.ends_with("_totp");
    if session.has_totp && !has_shown { Err(PeopleFault::SecondFactorNeeded) } else { Ok(()) }
}
