//! Identities at providers of OpenID Connect that can sign in to an account which exists already.
//!
//! Only whoever is signed in ties one to their own account: a provider that could take over an account because it
//! knows its address could sign in anybody.

use maki_domain::{RecordId, Roles};
use maki_store::{Action, Grant, StoreError};

use super::session::Session;
use super::{PeopleFault, oneself};
use crate::notice::AccountChange;
use crate::{App, AppError};

impl App {
    /// Issuers of the providers whose identities can sign in to this account.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tied_issuers(&self, session: &Session) -> Result<Vec<String>, AppError> {
        Ok(self.0.store.read().await?.identities_of(session.account).await?)
    }

    /// Lets somebody at a provider sign in to this account. The roles that the provider's rules give come with the
    /// next time they sign in there.
    ///
    /// # Errors
    /// [`PeopleFault::IdentityTaken`] when that identity belongs to another account.
    pub async fn tie_identity(&self, session: &Session, issuer: &str, subject: &str) -> Result<(), AppError> {
        let mut tx = self.change_people().await?;
        match tx.tie_identity(session.account, issuer, subject).await {
            Err(StoreError::NotPossible) => return Err(PeopleFault::IdentityTaken.into()),
            tied => tied?,
        }
        let actor = oneself(session.account, session.request());
        tx.note(self.now(), &actor, Action::IdentityTied, RecordId(session.account)).await?;
        self.tell_change(&mut tx, session.account, AccountChange::ProviderTied).await?;
        self.commit_and_send(tx).await
    }

    /// Whoever could sign in to this account at a provider cannot any more, and what its rules gave is gone.
    ///
    /// # Errors
    /// [`PeopleFault::LastWayIn`] when the account has no password.
    pub async fn untie_identity(&self, session: &Session, issuer: &str) -> Result<(), AppError> {
        let mut tx = self.change_people().await?;
        let account = tx.account(session.account).await?.ok_or(AppError::NotFound)?;
        if account.password.is_none() {
            return Err(PeopleFault::LastWayIn.into());
        }
        if !tx.untie_identity(session.account, issuer).await? {
            return Ok(());
        }
        let actor = oneself(session.account, session.request());
        for (organisation, _) in tx.roles_from(session.account, issuer).await? {
            let none = Grant { account: session.account, organisation, roles: Roles::NONE, source: issuer.to_owned() };
            tx.grant(self.now(), &actor, &none).await?;
        }
        tx.note(self.now(), &actor, Action::IdentityUntied, RecordId(session.account)).await?;
        self.tell_change(&mut tx, session.account, AccountChange::ProviderUntied).await?;
        self.commit_and_send(tx).await
    }
}
