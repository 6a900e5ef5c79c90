//! The people of an organisation: invited, given roles, removed.
//!
//! An organisation always keeps somebody who administers it, and the register somebody who operates it. Operators are
//! made at the register only, and by operators only.

use maki_domain::{Act, Language, RecordId, Role, Roles, View, keys};
use maki_store::{AccountState, Grant, Member, NewAccount, WriteTx};
use uuid::Uuid;

use super::link::LinkPurpose;
use super::{MAX_NAME, PeopleFault, REGISTER, checked_email, checked_line};
use crate::notice::{Notice, Recipient};
use crate::{App, AppError, Permit};

/// Somebody who is to become a member.
#[derive(Debug, Clone)]
pub struct Invitation<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub roles: Roles,
    pub language: Language,
}

/// Roles that can be held at an organisation.
fn check_roles(organisation: RecordId, roles: Roles) -> Result<(), PeopleFault> {
    if roles.is_empty() {
        return Err(PeopleFault::NoRole);
    }
    let belongs = |role: Role| (role == Role::Operator) == (organisation == REGISTER);
    if roles.iter().all(belongs) { Ok(()) } else { Err(PeopleFault::RoleNotHere) }
}

/// The role that somebody must keep there.
const fn ruling(organisation_is_register: bool) -> Role {
    if organisation_is_register { Role::Operator } else { Role::Admin }
}

impl App {
    /// The members of the permit's organisation, by name.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit that shows them.
    pub async fn members(&self, permit: &Permit) -> Result<Vec<Member>, AppError> {
        permit.require(&[Act::ManageMembers, Act::ReadWork, Act::Operate])?;
        Ok(self.0.store.read().await?.members(permit.organisation()?).await?)
    }

    /// Invites somebody. Who has an account already gets the roles at once and a mail that says so.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit; what is wrong with what was entered.
    pub async fn invite(&self, permit: &Permit, invitation: &Invitation<'_>) -> Result<Uuid, AppError> {
        permit.require(&[Act::ManageMembers])?;
        let organisation = permit.organisation()?;
        let (email, name) = (checked_email(invitation.email)?, checked_line(invitation.name, MAX_NAME)?);
        check_roles(organisation, invitation.roles)?;
        let mut tx = self.change_people().await?;
        if tx.members(organisation).await?.iter().any(|m| m.email.as_deref() == Some(&email)) {
            return Err(PeopleFault::AlreadyMember.into());
        }
        let person = Person { email: &email, name: &name, language: invitation.language };
        let id = self.add_member(&mut tx, permit, organisation, &person, invitation.roles).await?;
        self.commit_and_send(tx).await?;
        Ok(id)
    }

    /// Gives somebody roles, making an account that waits for its password where there is none, and tells them.
    pub(super) async fn add_member(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        organisation: RecordId,
        person: &Person<'_>,
        roles: Roles,
    ) -> Result<Uuid, AppError> {
        let (now, actor) = (self.now(), permit.actor());
        let id = match tx.account_by_email(person.email).await? {
            Some(known) if matches!(known.state, AccountState::Active | AccountState::Invited) => known.id,
            Some(_) => return Err(PeopleFault::AccountState.into()),
            None => {
                let new = NewAccount {
                    id: self.0.edge.new_id(),
                    email: person.email.to_owned(),
                    name: person.name.to_owned(),
                    password: None,
                    state: AccountState::Invited,
                    language: person.language.tag().to_owned(),
                };
                tx.make_account(now, &actor, &new).await?;
                new.id
            }
        };
        tx.grant(now, &actor, &Grant { account: id, organisation, roles, source: String::new() }).await?;
        self.send_invitation(tx, permit, organisation, id).await?;
        Ok(id)
    }

    async fn send_invitation(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        organisation: RecordId,
        account: Uuid,
    ) -> Result<(), AppError> {
        let (secret, ends_at) = self.make_link(tx, LinkPurpose::Invitation, account).await?;
        let organisation = self.name_in(tx, organisation).await?;
        let notice = Notice::Invitation { secret, organisation, by: permit.principal().account, ends_at };
        self.queue(tx, self.now(), Recipient::Account(account), notice).await
    }

    /// The public name of an organisation; that of the register where none is meant.
    pub(super) async fn name_in(&self, tx: &mut WriteTx, organisation: RecordId) -> Result<String, AppError> {
        let record = tx.records(&[organisation]).await?.pop();
        let name = record.and_then(|record| {
            let seen = record.content.into_seen_by(View::Public, Some(organisation));
            seen.text(keys::ORGANISATION_NAME).map(str::to_owned)
        });
        Ok(name.unwrap_or_else(|| self.instance().name.clone()))
    }

    /// Sends an invitation once more; the link of the one before ends.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the person is no member, [`PeopleFault::AccountState`] when they have accepted.
    pub async fn invite_again(&self, permit: &Permit, account: Uuid) -> Result<(), AppError> {
        permit.require(&[Act::ManageMembers])?;
        let organisation = permit.organisation()?;
        let mut tx = self.change_people().await?;
        let member = member_of(&mut tx, organisation, account).await?;
        if member.state != AccountState::Invited {
            return Err(PeopleFault::AccountState.into());
        }
        self.send_invitation(&mut tx, permit, organisation, account).await?;
        self.commit_and_send(tx).await
    }

    /// Gives and takes roles of a member.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the person is no member, [`PeopleFault::LastAdmin`] when nobody would administer
    /// the organisation, [`PeopleFault::RoleNotHere`], [`PeopleFault::NoRole`].
    pub async fn set_roles(&self, permit: &Permit, account: Uuid, roles: Roles) -> Result<(), AppError> {
        check_roles(permit.organisation()?, roles)?;
        self.change_roles(permit, account, roles).await
    }

    /// Removes a member. An account that was never used and has no role left is erased: nobody needs it.
    ///
    /// # Errors
    /// As [`Self::set_roles`].
    pub async fn remove_member(&self, permit: &Permit, account: Uuid) -> Result<(), AppError> {
        self.change_roles(permit, account, Roles::NONE).await
    }

    async fn change_roles(&self, permit: &Permit, account: Uuid, roles: Roles) -> Result<(), AppError> {
        permit.require(&[Act::ManageMembers])?;
        let organisation = permit.organisation()?;
        let (now, actor) = (self.now(), permit.actor());
        let mut tx = self.change_people().await?;
        let member = member_of(&mut tx, organisation, account).await?;
        let ruling = ruling(organisation == REGISTER);
        let loses_rule = member.roles.has(ruling) && !roles.has(ruling);
        // Operators may leave an organisation without anybody; the register itself never.
        let must_stay = organisation == REGISTER || !permit.principal().is_operator();
        if loses_rule && must_stay {
            let all = tx.members(organisation).await?;
            let rules = |m: &Member| m.account != account && m.roles.has(ruling) && m.state == AccountState::Active;
            if !all.iter().any(rules) {
                return Err(PeopleFault::LastAdmin.into());
            }
        }
        tx.grant(now, &actor, &Grant { account, organisation, roles, source: String::new() }).await?;
        if roles.is_empty() && member.state == AccountState::Invited && tx.memberships(account).await?.is_empty() {
            tx.erase_account(now, &actor, account).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Names of accounts, by how the log names them; for those who may see who did what.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit that shows the work of an organisation.
    pub async fn names_of(&self, permit: &Permit, actors: &[String]) -> Result<Vec<(String, String)>, AppError> {
        permit.require(&[
            Act::ReadWork,
            Act::Comment,
            Act::Audit,
            Act::Operate,
            Act::ManageMembers,
            Act::ManageOrganisation,
            Act::Approve,
        ])?;
        let ids: Vec<Uuid> = actors.iter().filter_map(|actor| actor.parse().ok()).collect();
        let names = self.0.store.read().await?.account_names(&ids).await?;
        Ok(names.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
    }
}

/// Somebody as they are entered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Person<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub language: Language,
}

async fn member_of(tx: &mut WriteTx, organisation: RecordId, account: Uuid) -> Result<Member, AppError> {
    let members = tx.members(organisation).await?;
    members.into_iter().find(|member| member.account == account).ok_or(AppError::NotFound)
}
