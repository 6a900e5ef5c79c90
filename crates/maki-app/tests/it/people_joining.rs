//! Joining, colleagues, organisations that change, delegation: and what those get who reach for what is not theirs.

use std::net::IpAddr;

use maki_app::{
    Action, AppError, Applicant, Invitation, PeopleFault, Permit, Session, SignInOutcome, SuccessionKind, Target,
};
use maki_domain::{Act, Content, Kennung, Language, RecordId, RecordState, Role, Roles, keys};
use uuid::Uuid;

use crate::people::{PASSWORD, Town};
use crate::support::{Register, both_engines, line, text};

both_engines!(
    an_organisation_joins,
    an_organisation_claims_what_was_imported,
    an_applicant_is_answered_in_their_language,
    applications_are_checked,
    a_coordinator_admits_only_its_own,
    colleagues_are_invited_and_removed,
    foreign_organisations_are_out_of_reach,
    an_organisation_is_renamed,
    organisations_merge,
    an_organisation_is_dissolved,
    approval_is_delegated_and_taken_back,
);

const ADDRESS: &str = "192.0.2.1";

fn roles(of: &[Role]) -> Roles {
    of.iter().copied().collect()
}

fn fault<T>(result: Result<T, AppError>) -> PeopleFault {
    match result {
        Err(AppError::People(fault)) => fault,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was allowed"),
    }
}

fn applicant(organisation: Option<Kennung>, name: &str, email: &'static str) -> Applicant<'static> {
    let mut content = Content::new();
    content.put(keys::ORGANISATION_NAME, text(name));
    // Fields of other records are nobody's business here.
    content.put(keys::PURPOSE, text("untergeschoben"));
    let address: IpAddr = ADDRESS.parse().unwrap();
    Applicant { organisation, content, person_name: "Tomke Harms", email, language: Language::De, address }
}

impl Town {
    /// A town that joined, with its first person signed in.
    async fn joined(&self, name: &str, email: &'static str) -> (RecordId, Session) {
        self.app.apply(applicant(None, name, email)).await.unwrap();
        let application = self.app.verify_mailbox(&self.secret("verify_mailbox").await, "r").await.unwrap();
        let organisation = self.app.admit(&self.admitting(), application, "").await.unwrap();
        (organisation, self.accepted(email).await)
    }

    fn admitting(&self) -> Permit {
        self.app.machine_permit(Act::AdmitOrganisation, RecordId::NIL)
    }

    async fn accepted(&self, email: &str) -> Session {
        let secret = self.secret("invitation").await;
        self.app.accept_invitation(&secret, PASSWORD, "r").await.unwrap();
        self.signed_in(email).await
    }

    async fn permit(&self, session: &Session, act: Act, organisation: RecordId) -> Result<Permit, AppError> {
        self.app.permit(&session.principal, act, Target::Organisation(organisation)).await
    }

    async fn again(&self, session: &Session) -> Session {
        let email = session.email.clone().unwrap();
        self.signed_in(&email).await
    }

    async fn invited(&self, permit: &Permit, email: &str, of: &[Role]) -> Uuid {
        let invitation = Invitation { email, name: "Enno Wilken", roles: roles(of), language: Language::De };
        self.app.invite(permit, &invitation).await.unwrap()
    }

    async fn kennung(&self, organisation: RecordId) -> Kennung {
        self.stored(organisation).await.envelope.kennung.unwrap()
    }

    async fn stored(&self, id: RecordId) -> maki_store::StoredRecord {
        self.app.store().read().await.unwrap().records(&[id]).await.unwrap().pop().unwrap()
    }
}

async fn an_organisation_joins(register: &Register) {
    let town = Town::over(register);
    let application = town.app.apply(applicant(None, "Stadt Talheide", "KI@Talheide.example")).await.unwrap();
    let early = town.app.admit(&town.admitting(), application, "").await;
    assert_eq!(fault(early), PeopleFault::Decided, "its mailbox has not answered");
    let secret = town.secret("verify_mailbox").await;
    town.app.verify_mailbox(&secret, "r").await.unwrap();
    assert_eq!(fault(town.app.verify_mailbox(&secret, "r").await), PeopleFault::LinkUsed);
    let wrong = town.app.machine_permit(Act::Operate, RecordId::NIL);
    assert!(matches!(town.app.admit(&wrong, application, "").await, Err(AppError::Forbidden)));
    let shown = town.app.application(&town.admitting(), application).await.unwrap();
    assert_eq!((shown.organisation_name.as_str(), shown.has_members), ("Stadt Talheide", false));

    let organisation = town.app.admit(&town.admitting(), application, "Willkommen").await.unwrap();
    assert_eq!(fault(town.app.admit(&town.admitting(), application, "").await), PeopleFault::Decided, "sent twice");
    let record = town.stored(organisation).await;
    assert_eq!(record.content.text(keys::ORGANISATION_NAME), Some("Stadt Talheide"));
    assert_eq!(record.content.text(keys::ORGANISATION_MAILBOX), Some("ki@talheide.example"));
    assert_eq!(record.content.text(keys::PURPOSE), None);
    assert!(record.envelope.kennung.unwrap().as_str().starts_with("MAKI-B-"));
    assert_eq!(town.mails("application_decided").await.len(), 1);

    assert_eq!(town.try_in("ki@talheide.example", PASSWORD).await, SignInOutcome::Wrong, "invited, not in");
    let session = town.accepted("ki@talheide.example").await;
    assert_eq!(session.principal.memberships, [(organisation, roles(&[Role::Admin, Role::Editor, Role::Approver]))]);
    assert!(town.permit(&session, Act::Edit, organisation).await.is_ok());
    // What the application knew of the person is gone.
    let kept = town.app.store().read().await.unwrap().application(application).await.unwrap().unwrap();
    assert_eq!((kept.person_name.as_str(), kept.email.as_str()), ("", ""));
    assert!(town.actions_about(application).await.ends_with(&[Action::ApplicationOpened, Action::ApplicationAdmitted]));
    assert!(town.actions_about(organisation.0).await.contains(&Action::RoleGranted));
}

async fn an_organisation_claims_what_was_imported(register: &Register) {
    let town = Town::over(register);
    register.import(&line("1", "Lotte", "Talheide")).await;
    let imported = register.record("OTalheide").await;
    let entry = register.record("D1-Talheide").await;
    let kennung = imported.envelope.kennung.clone().unwrap();
    town.app.apply(applicant(Some(kennung), "", "ki@talheide.example")).await.unwrap();
    let application = town.app.verify_mailbox(&town.secret("verify_mailbox").await, "r").await.unwrap();
    let other = town.admitting();
    assert!(matches!(town.app.admit(&other, application, "").await, Err(AppError::Forbidden)), "another target");
    let own = town.app.machine_permit(Act::AdmitOrganisation, imported.envelope.id);
    assert_eq!(town.app.admit(&own, application, "").await.unwrap(), imported.envelope.id);
    let session = town.accepted("ki@talheide.example").await;
    let permit = town.app.permit(&session.principal, Act::Edit, Target::Record(entry.envelope.id)).await.unwrap();
    assert_eq!(permit.organisation().unwrap(), imported.envelope.id);
    let after = town.stored(imported.envelope.id).await;
    assert_eq!(after.content.text(keys::ORGANISATION_MAILBOX), Some("ki@talheide.example"));
    assert_eq!(after.content.text(keys::ORGANISATION_NAME), Some("Stadt Talheide"));
    assert_eq!(after.envelope.version, 2);
}

async fn an_applicant_is_answered_in_their_language(register: &Register) {
    let town = Town::over(register);
    for (email, admitted) in [("ki@talheide.example", true), ("ki@auheim.example", false)] {
        let applicant = Applicant { language: Language::En, ..applicant(None, email, email) };
        town.app.apply(applicant).await.unwrap();
        let application = town.app.verify_mailbox(&town.secret("verify_mailbox").await, "r").await.unwrap();
        match admitted {
            true => drop(town.app.admit(&town.admitting(), application, "").await.unwrap()),
            false => town.app.refuse(&town.admitting(), application, "no").await.unwrap(),
        }
    }
    assert_eq!(town.mails("application_decided").await[0]["to"]["address"]["language"], "en", "refused");
    assert_eq!(town.accepted("ki@talheide.example").await.language, Language::En, "admitted");
    let umlaut = town.app.apply(applicant(None, "Stadt Köln", "rathaus@köln.example")).await;
    assert_eq!(fault(umlaut), PeopleFault::EmailInvalid, "a mail to it would be lost");
}

async fn applications_are_checked(register: &Register) {
    let town = Town::over(register);
    let check = async |given: Applicant<'_>, expected: PeopleFault| {
        assert_eq!(fault(town.app.apply(given).await), expected);
    };
    check(applicant(None, "Stadt Talheide", "keine Adresse"), PeopleFault::EmailInvalid).await;
    check(applicant(None, "   ", "ki@talheide.example"), PeopleFault::Missing).await;
    check(applicant(None, &"x".repeat(301), "ki@talheide.example"), PeopleFault::ContentInvalid).await;
    let unknown: Kennung = "MAKI-B-000099".parse().unwrap();
    check(applicant(Some(unknown), "", "ki@talheide.example"), PeopleFault::OrganisationUnknown).await;
    let mut nameless = applicant(None, "Stadt Talheide", "ki@talheide.example");
    nameless.person_name = "";
    check(nameless, PeopleFault::Missing).await;
    let mut injected = applicant(None, "Stadt Talheide", "ki@talheide.example");
    injected.person_name = "Tomke\r\nBcc: alle@talheide.example";
    check(injected, PeopleFault::ControlCharacter).await;
    for _ in 0..3 {
        town.app.apply(applicant(None, "Stadt Talheide", "ki@talheide.example")).await.unwrap();
    }
    let more = applicant(None, "Stadt Talheide", "ki@talheide.example");
    check(more, PeopleFault::TooOften { seconds: 3_600 }).await;
    // Refused with a note, once.
    let application = town.app.verify_mailbox(&town.secret("verify_mailbox").await, "r").await.unwrap();
    assert_eq!(fault(town.app.refuse(&town.admitting(), application, " ").await), PeopleFault::Missing);
    town.app.refuse(&town.admitting(), application, "Bitte über den Landkreis.").await.unwrap();
    assert_eq!(fault(town.app.admit(&town.admitting(), application, "").await), PeopleFault::Decided);
    assert_eq!(town.mails("application_decided").await[0]["admitted"], false);
}

async fn a_coordinator_admits_only_its_own(register: &Register) {
    let town = Town::over(register);
    let (union, admin) = town.joined("IT-Verbund Heidemark", "post@it-verbund.example").await;
    let manage = town.permit(&admin, Act::ManageMembers, union).await.unwrap();
    town.invited(&manage, "koordination@it-verbund.example", &[Role::Coordinator]).await;
    let coordinator = town.accepted("koordination@it-verbund.example").await;
    register.import(&[line("1", "Lotte", "Talheide"), line("2", "Otto", "Rurhagen")].join("\n")).await;
    let (own, foreign) = (register.record("OTalheide").await, register.record("ORurhagen").await);
    let kennung = town.kennung(union).await;
    town.app.coordinate(&town.app.machine_permit(Act::Operate, own.envelope.id), &kennung).await.unwrap();

    let mut applications = Vec::new();
    for (record, email) in [(&own, "ki@talheide.example"), (&foreign, "ki@rurhagen.example")] {
        town.app.apply(applicant(record.envelope.kennung.clone(), "", email)).await.unwrap();
        applications.push(town.app.verify_mailbox(&town.secret("verify_mailbox").await, "r").await.unwrap());
    }
    assert_eq!(town.mails("application_received").await.len(), 1, "the coordinator is told of its own");
    let seen = town.app.applications(&coordinator.principal).await.unwrap();
    assert_eq!(seen.iter().map(|a| a.application.id).collect::<Vec<_>>(), applications[..1]);
    assert!(town.permit(&coordinator, Act::AdmitOrganisation, foreign.envelope.id).await.is_err());
    assert!(town.permit(&coordinator, Act::AdmitOrganisation, RecordId::NIL).await.is_err());
    let permit = town.permit(&coordinator, Act::AdmitOrganisation, own.envelope.id).await.unwrap();
    let crossed = town.app.admit(&permit, applications[1], "").await;
    assert!(matches!(crossed, Err(AppError::Forbidden)), "{crossed:?}");
    assert_eq!(town.app.admit(&permit, applications[0], "").await.unwrap(), own.envelope.id);
}

async fn colleagues_are_invited_and_removed(register: &Register) {
    let town = Town::over(register);
    let (organisation, admin) = town.joined("Stadt Talheide", "ki@talheide.example").await;
    let permit = town.permit(&admin, Act::ManageMembers, organisation).await.unwrap();
    let check = async |email: &str, of: &[Role], expected: PeopleFault| {
        let invitation = Invitation { email, name: "Enno", roles: roles(of), language: Language::De };
        assert_eq!(fault(town.app.invite(&permit, &invitation).await), expected, "{email}");
    };
    check("keine", &[Role::Editor], PeopleFault::EmailInvalid).await;
    check("enno@talheide.example", &[], PeopleFault::NoRole).await;
    check("enno@talheide.example", &[Role::Operator], PeopleFault::RoleNotHere).await;
    check("ki@talheide.example", &[Role::Editor], PeopleFault::AlreadyMember).await;

    let enno = town.invited(&permit, "enno@talheide.example", &[Role::Editor]).await;
    let first = town.secret("invitation").await;
    town.app.invite_again(&permit, enno).await.unwrap();
    assert_eq!(fault(town.app.accept_invitation(&first, PASSWORD, "r").await), PeopleFault::LinkUnknown);
    let session = town.accepted("enno@talheide.example").await;
    assert_eq!(fault(town.app.invite_again(&permit, enno).await), PeopleFault::AccountState);
    assert!(town.permit(&session, Act::ManageMembers, organisation).await.is_err());

    // Roles count with the next request.
    town.app.set_roles(&permit, enno, roles(&[Role::Reader])).await.unwrap();
    let session = town.again(&session).await;
    assert!(town.permit(&session, Act::Edit, organisation).await.is_err());
    assert_eq!(fault(town.app.set_roles(&permit, enno, roles(&[Role::Operator])).await), PeopleFault::RoleNotHere);

    assert_eq!(fault(town.app.remove_member(&permit, admin.account).await), PeopleFault::LastAdmin);
    assert_eq!(fault(town.app.set_roles(&permit, admin.account, roles(&[Role::Editor])).await), PeopleFault::LastAdmin);
    // An invited administrator is none yet.
    let late = town.invited(&permit, "insa@talheide.example", &[Role::Admin]).await;
    assert_eq!(fault(town.app.remove_member(&permit, admin.account).await), PeopleFault::LastAdmin);
    town.app.remove_member(&permit, late).await.unwrap();
    let gone = town.app.store().read().await.unwrap().account(late).await.unwrap().unwrap();
    assert_eq!(gone.email, None, "who never came is erased");
    town.app.set_roles(&permit, enno, roles(&[Role::Admin])).await.unwrap();
    town.app.remove_member(&permit, admin.account).await.unwrap();
    let admin = town.again(&admin).await;
    assert!(admin.principal.memberships.is_empty());
}

async fn foreign_organisations_are_out_of_reach(register: &Register) {
    let town = Town::over(register);
    let (_, admin) = town.joined("Stadt Talheide", "ki@talheide.example").await;
    let (foreign, _) = town.joined("Stadt Rurhagen", "ki@rurhagen.example").await;
    for act in [Act::ManageMembers, Act::ManageOrganisation, Act::Edit, Act::Approve, Act::Operate] {
        assert!(town.permit(&admin, act, foreign).await.is_err(), "{act:?}");
    }
    // A member's id of another organisation, sent in a form of one's own.
    let own = admin.principal.memberships[0].0;
    let permit = town.permit(&admin, Act::ManageMembers, own).await.unwrap();
    let stranger = town.app.store().read().await.unwrap().members(foreign).await.unwrap()[0].account;
    for result in [
        town.app.remove_member(&permit, stranger).await,
        town.app.set_roles(&permit, stranger, roles(&[Role::Reader])).await,
        town.app.invite_again(&permit, stranger).await,
    ] {
        assert!(matches!(result, Err(AppError::NotFound)), "{result:?}");
    }
    // A permit for one thing is none for another.
    let edit = town.permit(&admin, Act::Edit, own).await.unwrap();
    assert!(matches!(town.app.remove_member(&edit, stranger).await, Err(AppError::Forbidden)));
    assert!(matches!(town.app.accounts(&edit, Uuid::nil(), 10).await, Err(AppError::Forbidden)));
    assert!(matches!(town.app.dissolve_organisation(&edit, None, "weil").await, Err(AppError::Forbidden)));
}

async fn an_organisation_is_renamed(register: &Register) {
    let town = Town::over(register);
    let (organisation, admin) = town.joined("Stadt Talheide", "ki@talheide.example").await;
    let permit = town.permit(&admin, Act::ManageOrganisation, organisation).await.unwrap();
    assert_eq!(fault(town.app.rename_organisation(&permit, " ", "").await), PeopleFault::Missing);
    town.app.rename_organisation(&permit, "Hansestadt Talheide", "Seit 2027 Hansestadt").await.unwrap();
    let record = town.stored(organisation).await;
    assert_eq!(record.content.text(keys::ORGANISATION_NAME), Some("Hansestadt Talheide"));
    let mut tx = town.app.store().read().await.unwrap();
    let (old, _) = tx.version(organisation, 1).await.unwrap().unwrap();
    assert_eq!(old.text(keys::ORGANISATION_NAME), Some("Stadt Talheide"));
    let stale = town.app.describe_organisation(&permit, 1, record.content.clone(), "").await;
    assert!(matches!(stale, Err(AppError::Changed)), "{stale:?}");
    town.app.describe_organisation(&permit, record.envelope.revision, record.content, "").await.unwrap();
}

async fn organisations_merge(register: &Register) {
    let town = Town::over(register);
    let (into, _) = town.joined("Samtgemeinde Falkenmoor", "sg@falkenmoor.example").await;
    register.import(&line("1", "Lotte", "Talheide")).await;
    let old = register.record("OTalheide").await;
    town.app.apply(applicant(old.envelope.kennung.clone(), "", "ki@talheide.example")).await.unwrap();
    let application = town.app.verify_mailbox(&town.secret("verify_mailbox").await, "r").await.unwrap();
    let own = town.app.machine_permit(Act::AdmitOrganisation, old.envelope.id);
    town.app.admit(&own, application, "").await.unwrap();
    let session = town.accepted("ki@talheide.example").await;

    let permit = town.app.machine_permit(Act::Operate, old.envelope.id);
    let kennung = town.kennung(into).await;
    let itself = old.envelope.kennung.clone().unwrap();
    assert_eq!(fault(town.app.merge_organisation(&permit, &itself, "weil").await), PeopleFault::OrganisationItself);
    assert_eq!(fault(town.app.merge_organisation(&permit, &kennung, "").await), PeopleFault::Missing);
    assert_eq!(fault(town.app.dissolve_organisation(&permit, None, "weil").await), PeopleFault::EntriesLeft);
    town.app.merge_organisation(&permit, &kennung, "Eingemeindet zum 1. Januar").await.unwrap();

    for name in ["S1", "D1-Talheide"] {
        let record = register.record(name).await;
        assert_eq!(record.envelope.owner, Some(into), "{name}");
        assert!(town.actions_about(record.envelope.id.0).await.contains(&Action::OwnerMoved));
    }
    let ended = town.stored(old.envelope.id).await;
    assert_eq!(ended.envelope.state, RecordState::Withdrawn);
    let succession = town.app.succession(old.envelope.id).await.unwrap().unwrap();
    assert_eq!((succession.successor, succession.kind), (Some(into), SuccessionKind::Merged));
    assert_eq!(succession.reason, "Eingemeindet zum 1. Januar");
    let session = town.again(&session).await;
    assert_eq!(session.principal.organisations().collect::<Vec<_>>(), [into], "people move with it");
    let twice = town.app.merge_organisation(&permit, &kennung, "weil").await;
    assert!(matches!(twice, Err(AppError::NotFound)), "{twice:?}");
    let gone = applicant(Some(itself), "", "neu@talheide.example");
    assert_eq!(fault(town.app.apply(gone).await), PeopleFault::OrganisationUnknown);
    // The index follows: the entry is found at its new owner.
    crate::support::catch_up(&register.app).await;
    assert!(maki_store::verify(town.app.store(), |_, _| ()).await.unwrap().is_whole());
}

async fn an_organisation_is_dissolved(register: &Register) {
    let town = Town::over(register);
    let (organisation, admin) = town.joined("Zweckverband Moor", "post@moor.example").await;
    let permit = town.app.machine_permit(Act::Operate, organisation);
    town.app.dissolve_organisation(&permit, None, "Aufgabe entfallen").await.unwrap();
    assert!(town.again(&admin).await.principal.memberships.is_empty());
    assert!(town.permit(&admin, Act::Edit, organisation).await.is_ok(), "the principal of an old request");
    let succession = town.app.succession(organisation).await.unwrap().unwrap();
    assert_eq!((succession.successor, succession.kind), (None, SuccessionKind::Dissolved));
}

async fn approval_is_delegated_and_taken_back(register: &Register) {
    let town = Town::over(register);
    let (union, union_admin) = town.joined("IT-Verbund Heidemark", "post@it-verbund.example").await;
    let manage = town.permit(&union_admin, Act::ManageMembers, union).await.unwrap();
    town.invited(&manage, "koordination@it-verbund.example", &[Role::Coordinator]).await;
    let coordinator = town.accepted("koordination@it-verbund.example").await;
    let (organisation, admin) = town.joined("Stadt Talheide", "ki@talheide.example").await;
    let permit = town.permit(&admin, Act::ManageOrganisation, organisation).await.unwrap();
    let kennung = town.kennung(union).await;

    let early = town.app.delegate_approval(&permit, &kennung).await;
    assert_eq!(fault(early), PeopleFault::NotCoordinator, "nobody who does not look after it");
    let operate = town.app.machine_permit(Act::Operate, organisation);
    town.app.coordinate(&operate, &kennung).await.unwrap();
    assert!(town.permit(&coordinator, Act::Approve, organisation).await.is_err());
    assert!(town.permit(&coordinator, Act::Coordinate, organisation).await.is_ok());
    town.app.delegate_approval(&permit, &kennung).await.unwrap();
    town.app.delegate_approval(&permit, &kennung).await.unwrap();
    assert!(town.permit(&coordinator, Act::Approve, organisation).await.is_ok());
    assert_eq!(town.app.looked_after(union).await.unwrap(), [(organisation, true)]);
    assert_eq!(town.app.coordinators(&permit).await.unwrap(), [union]);
    town.app.revoke_delegation(&permit, union).await.unwrap();
    assert!(town.permit(&coordinator, Act::Approve, organisation).await.is_err());
    town.app.delegate_approval(&permit, &kennung).await.unwrap();
    town.app.end_coordination(&operate, union).await.unwrap();
    assert!(town.permit(&coordinator, Act::Approve, organisation).await.is_err(), "it ends with coordination");
    let given = town.app.delegations(&permit).await.unwrap();
    assert_eq!(given.len(), 2, "recorded");
    assert!(given.iter().all(|d| d.revoked_at.is_some() && !d.revoked_by.is_empty()));
    let actions = town.actions_about(organisation.0).await;
    for action in
        [Action::CoordinationBegun, Action::ApprovalDelegated, Action::DelegationRevoked, Action::CoordinationEnded]
    {
        assert!(actions.contains(&action), "{action:?}");
    }
}
