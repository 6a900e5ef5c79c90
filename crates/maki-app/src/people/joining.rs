//! Organisations join: they apply, their mailbox answers, an operator or their coordinator admits or refuses.
//!
//! Admission makes the organisation's record, or claims the one that the register has: what imports entered for it is
//! its own from then on, because ownership is by the record. Its first person gets an account with the roles to work
//! and to invite others.

use std::net::IpAddr;

use maki_domain::{
    Act, Content, Kennung, Language, RecordId, RecordKind, RecordState, Role, Roles, Value, catalogue, check, keys,
};
use maki_store::{Application, ApplicationState, NewApplication, StoredRecord, WriteTx};
use uuid::Uuid;

use super::link::LinkPurpose;
use super::members::Person;
use super::organisation::OrganisationWrite;
use super::{HOUR, MAX_NAME, PeopleFault, REGISTER, checked_email, checked_line, checked_note, language_of, nobody};
use crate::notice::{Notice, Recipient};
use crate::{App, AppError, Permit, Principal, Target};

/// Applications in an hour: from one address, and to one mailbox.
const FROM_ADDRESS: i64 = 10;
const TO_MAILBOX: i64 = 3;
/// Applications shown at a time.
const MOST: i64 = 200;

/// Who asks to take part.
#[derive(Debug, Clone)]
pub struct Applicant<'a> {
    /// The organisation of the register that it says to be.
    pub organisation: Option<Kennung>,
    /// What it says about itself; fields of other records are left out.
    pub content: Content,
    pub person_name: &'a str,
    /// The functional mailbox of the organisation.
    pub email: &'a str,
    pub language: Language,
    pub address: IpAddr,
}

/// An application in the list of those who decide.
#[derive(Debug, Clone)]
pub struct ApplicationSummary {
    pub application: Application,
    pub organisation_name: String,
    /// The organisation has people already: whoever admits should know.
    pub has_members: bool,
}

impl App {
    /// An organisation asks to take part. A mail asks its mailbox to confirm.
    ///
    /// # Errors
    /// What is wrong with what was entered; [`PeopleFault::TooOften`].
    pub async fn apply(&self, applicant: Applicant<'_>) -> Result<Uuid, AppError> {
        let email = checked_email(applicant.email)?;
        let person_name = checked_line(applicant.person_name, MAX_NAME)?;
        let mut tx = self.change_people().await?;
        let organisation = match &applicant.organisation {
            Some(kennung) => Some(active_organisation(&mut tx, kennung).await?.envelope.id),
            None => None,
        };
        let content = organisation_content(applicant.content, organisation.is_none(), &email)?;
        let too_many = self.is_address_too_often(&mut tx, "apply", applicant.address, FROM_ADDRESS, HOUR).await?
            || self.is_too_often(&mut tx, "apply-of", email.as_bytes(), TO_MAILBOX, HOUR).await?;
        if too_many {
            return Err(PeopleFault::TooOften { seconds: HOUR }.into());
        }
        let id = self.0.edge.new_id();
        let name = match organisation {
            Some(organisation) => self.name_in(&mut tx, organisation).await?,
            None => content.text(keys::ORGANISATION_NAME).unwrap_or_default().to_owned(),
        };
        let language = applicant.language.tag().to_owned();
        let new = NewApplication { id, organisation, content, person_name, email: email.clone(), language };
        tx.apply(self.now(), &new).await?;
        let (secret, ends_at) = self.make_link(&mut tx, LinkPurpose::VerifyMailbox, id).await?;
        let to = Recipient::Address { address: email, language: applicant.language };
        self.queue(&mut tx, self.now(), to, Notice::VerifyMailbox { secret, organisation: name, ends_at }).await?;
        self.commit_and_send(tx).await?;
        Ok(id)
    }

    /// The mailbox has answered: those who decide are told.
    ///
    /// # Errors
    /// Why the link does not work.
    pub async fn verify_mailbox(&self, secret: &str, request: &str) -> Result<Uuid, AppError> {
        let mut tx = self.change_people().await?;
        let id = self.use_link(&mut tx, LinkPurpose::VerifyMailbox, secret).await?;
        let application = tx.application(id).await?.ok_or(PeopleFault::LinkUnknown)?;
        match tx.verify_application(self.now(), &nobody(request), id).await {
            Err(maki_store::StoreError::NotPossible) => return Err(PeopleFault::Decided.into()),
            verified => verified?,
        }
        let mut deciders = tx.members(REGISTER).await?;
        if let Some(organisation) = application.organisation {
            for coordinator in tx.coordinators_of(organisation).await? {
                let members = tx.members(coordinator).await?;
                deciders.extend(members.into_iter().filter(|member| member.roles.has(Role::Coordinator)));
            }
        }
        deciders.retain(|member| member.state == maki_store::AccountState::Active);
        let mut to: Vec<Recipient> = Vec::new();
        for decider in deciders {
            let recipient = Recipient::Account(decider.account);
            if !to.contains(&recipient) {
                to.push(recipient);
            }
        }
        let organisation = self.name_of_application(&mut tx, &application).await?;
        let notice = Notice::ApplicationReceived { application: id, organisation };
        self.queue_all(&mut tx, self.now(), to, notice).await?;
        self.commit_and_send(tx).await?;
        Ok(id)
    }

    async fn name_of_application(&self, tx: &mut WriteTx, application: &Application) -> Result<String, AppError> {
        match application.organisation {
            Some(organisation) => self.name_in(tx, organisation).await,
            None => Ok(application.content.text(keys::ORGANISATION_NAME).unwrap_or_default().to_owned()),
        }
    }

    /// What a permit to decide an application is to be about. One from an organisation that the register does not
    /// know yet is the operators'.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such application.
    pub async fn target_of_application(&self, id: Uuid) -> Result<Target, AppError> {
        let application = self.0.store.read().await?.application(id).await?.ok_or(AppError::NotFound)?;
        Ok(target_of(&application))
    }

    /// Applications that wait for somebody's decision, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn applications(&self, principal: &Principal) -> Result<Vec<ApplicationSummary>, AppError> {
        let waiting = self.0.store.read().await?.applications(ApplicationState::Open, MOST).await?;
        let mut theirs = Vec::new();
        for application in waiting {
            match self.permit(principal, Act::AdmitOrganisation, target_of(&application)).await {
                Ok(permit) => theirs.push(self.application(&permit, application.id).await?),
                Err(AppError::Forbidden | AppError::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(theirs)
    }

    /// One application.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit for it, [`AppError::NotFound`].
    pub async fn application(&self, permit: &Permit, id: Uuid) -> Result<ApplicationSummary, AppError> {
        let mut tx = self.0.store.read().await?;
        let application = tx.application(id).await?.ok_or(AppError::NotFound)?;
        expect_permit(permit, &application)?;
        let (mut name, mut has_members) = (None, false);
        if let Some(organisation) = application.organisation {
            let record = tx.records(&[organisation]).await?.pop();
            name = record.and_then(|record| record.content.text(keys::ORGANISATION_NAME).map(str::to_owned));
            has_members = !tx.members(organisation).await?.is_empty();
        }
        let own = || application.content.text(keys::ORGANISATION_NAME).unwrap_or_default().to_owned();
        let organisation_name = name.unwrap_or_else(own);
        Ok(ApplicationSummary { application, organisation_name, has_members })
    }

    /// Admits an organisation; returns its record. Its first person is invited.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] without a permit for it, [`PeopleFault::Decided`] when it does not wait any more.
    pub async fn admit(&self, permit: &Permit, id: Uuid, note: &str) -> Result<RecordId, AppError> {
        let note = checked_note(note)?;
        let mut tx = self.change_people().await?;
        let application = open_application(&mut tx, permit, id).await?;
        let organisation = self.claim_or_make(&mut tx, permit, &application).await?;
        match tx.decide_application(self.now(), &permit.actor(), id, Some(organisation), &note).await {
            Err(maki_store::StoreError::NotPossible) => return Err(PeopleFault::Decided.into()),
            decided => decided?,
        }
        let (email, name) = (application.email.as_str(), application.person_name.as_str());
        let person = Person { email, name, language: language_of(&application.language) };
        let roles = [Role::Admin, Role::Editor, Role::Approver].into_iter().collect::<Roles>();
        let account = self.add_member(&mut tx, permit, organisation, &person, roles).await?;
        let organisation_name = self.name_in(&mut tx, organisation).await?;
        let notice = Notice::ApplicationDecided { organisation: organisation_name, admitted: true, note };
        self.queue(&mut tx, self.now(), Recipient::Account(account), notice).await?;
        self.commit_and_send(tx).await?;
        self.0.written.notify_one();
        Ok(organisation)
    }

    /// Refuses an application, with a note to who asked.
    ///
    /// # Errors
    /// As [`Self::admit`]; [`PeopleFault::Missing`] without a note.
    pub async fn refuse(&self, permit: &Permit, id: Uuid, note: &str) -> Result<(), AppError> {
        let note = checked_note(note)?;
        if note.is_empty() {
            return Err(PeopleFault::Missing.into());
        }
        let mut tx = self.change_people().await?;
        let application = open_application(&mut tx, permit, id).await?;
        let organisation = self.name_of_application(&mut tx, &application).await?;
        match tx.decide_application(self.now(), &permit.actor(), id, None, &note).await {
            Err(maki_store::StoreError::NotPossible) => return Err(PeopleFault::Decided.into()),
            decided => decided?,
        }
        let to = Recipient::Address { address: application.email, language: language_of(&application.language) };
        let notice = Notice::ApplicationDecided { organisation, admitted: false, note };
        self.queue(&mut tx, self.now(), to, notice).await?;
        self.commit_and_send(tx).await
    }

    /// The record of an admitted organisation: the one it says to be, with its mailbox where it had none, or a new one.
    async fn claim_or_make(
        &self,
        tx: &mut WriteTx,
        permit: &Permit,
        application: &Application,
    ) -> Result<RecordId, AppError> {
        let Some(id) = application.organisation else {
            let write = OrganisationWrite { before: None, content: application.content.clone(), note: String::new() };
            return self.publish_organisation(tx, permit, write).await;
        };
        let record = tx.records(&[id]).await?.pop().ok_or(PeopleFault::OrganisationUnknown)?;
        if record.envelope.state != RecordState::Published {
            return Err(PeopleFault::OrganisationUnknown.into());
        }
        let has_mailbox = record.content.value(keys::ORGANISATION_MAILBOX).is_some();
        if !has_mailbox {
            let mut content = record.content.clone();
            content.put(keys::ORGANISATION_MAILBOX, Value::Text(application.email.clone()));
            let write = OrganisationWrite { before: Some(record), content, note: String::new() };
            self.publish_organisation(tx, permit, write).await?;
        }
        Ok(id)
    }
}

fn target_of(application: &Application) -> Target {
    Target::Organisation(application.organisation.unwrap_or(REGISTER))
}

fn expect_permit(permit: &Permit, application: &Application) -> Result<(), AppError> {
    permit.require(&[Act::AdmitOrganisation])?;
    let about = permit.organisation()?;
    if about == application.organisation.unwrap_or(REGISTER) { Ok(()) } else { Err(AppError::Forbidden) }
}

async fn open_application(tx: &mut WriteTx, permit: &Permit, id: Uuid) -> Result<Application, AppError> {
    permit.require(&[Act::AdmitOrganisation])?;
    let application = tx.application(id).await?.ok_or(AppError::NotFound)?;
    // A form sent twice finds an application that is about a record by now.
    if application.state != ApplicationState::Open {
        return Err(PeopleFault::Decided.into());
    }
    expect_permit(permit, &application)?;
    Ok(application)
}

/// The published organisation of a Kennung.
pub(super) async fn active_organisation(tx: &mut WriteTx, kennung: &Kennung) -> Result<StoredRecord, AppError> {
    let unknown = || AppError::from(PeopleFault::OrganisationUnknown);
    let id = tx.by_kennungen(std::slice::from_ref(kennung)).await?.remove(kennung).ok_or_else(unknown)?;
    let record = tx.records(&[id]).await?.pop().ok_or_else(unknown)?;
    let is_active = record.envelope.kind == RecordKind::Organisation && record.envelope.state == RecordState::Published;
    if is_active { Ok(record) } else { Err(unknown()) }
}

/// What an application says about the organisation, reduced to its fields, with its mailbox.
fn organisation_content(mut content: Content, is_new: bool, email: &str) -> Result<Content, PeopleFault> {
    let foreign: Vec<_> = content.iter().map(|(id, _)| id).filter(|id| !is_of_organisation(*id)).collect();
    for id in foreign {
        content.remove(id);
    }
    content.put(keys::ORGANISATION_MAILBOX, Value::Text(email.to_owned()));
    if is_new && content.text(keys::ORGANISATION_NAME).is_none_or(|name| name.trim().is_empty()) {
        return Err(PeopleFault::Missing);
    }
    if check::faults(RecordKind::Organisation, &content).is_empty() {
        Ok(content)
    } else {
        Err(PeopleFault::ContentInvalid)
    }
}

fn is_of_organisation(id: maki_domain::FieldId) -> bool {
    catalogue().field(id).record == RecordKind::Organisation
}
