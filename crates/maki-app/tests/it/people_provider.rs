//! Signing in at a provider: whose account it is, tying one that exists, and what ends with the tie.

use maki_app::{Action, AppError, PeopleFault, ProviderSignIn, SignInOutcome};
use maki_domain::{RecordId, Role, Roles};

use crate::people::Town;
use crate::support::{Register, both_engines};

both_engines!(a_known_address_is_not_taken_over, an_account_is_tied_and_untied, the_only_way_in_stays);

const ISSUER: &str = "https://id.land.example";

impl Town {
    async fn by_provider(&self, subject: &str, email: &str, at: Option<RecordId>) -> Result<String, AppError> {
        let editor = [Role::Editor].into_iter().collect::<Roles>();
        let given = ProviderSignIn {
            issuer: ISSUER,
            subject,
            provider_session: "",
            email: Some(email),
            name: "Frauke Petersen",
            grants: at.map(|at| (at, editor)).into_iter().collect(),
            agent: "Testläufer",
            request: "request-3",
        };
        Ok(self.app.sign_in_by_provider(&given).await?.secret)
    }
}

fn fault<T>(result: Result<T, AppError>) -> Option<PeopleFault> {
    match result {
        Err(AppError::People(fault)) => Some(fault),
        _ => None,
    }
}

async fn organisation(register: &Register) -> RecordId {
    register.import(&crate::support::line("a", "Lotte", "Talheide")).await;
    register.record("OTalheide").await.envelope.id
}

async fn a_known_address_is_not_taken_over(register: &Register) {
    let (town, at) = (Town::over(register), organisation(register).await);
    town.operator("frauke@talheide.example").await;
    let refused = town.by_provider("frauke", "frauke@talheide.example", Some(at)).await;
    assert_eq!(fault(refused), Some(PeopleFault::EmailTaken));
}

async fn an_account_is_tied_and_untied(register: &Register) {
    let (town, at) = (Town::over(register), organisation(register).await);
    let (own, other) = ("frauke@talheide.example", "enno@talheide.example");
    let account = town.operator(own).await;
    town.operator(other).await;
    let (session, stranger) = (town.signed_in(own).await, town.signed_in(other).await);
    town.app.tie_identity(&session, ISSUER, "frauke").await.unwrap();
    town.app.tie_identity(&session, ISSUER, "frauke").await.unwrap();
    assert_eq!(fault(town.app.tie_identity(&stranger, ISSUER, "frauke").await), Some(PeopleFault::IdentityTaken));
    assert_eq!(town.app.tied_issuers(&session).await.unwrap(), [ISSUER]);
    assert_eq!(town.mails("account_changed").await.len(), 2, "each tie is told");

    let cookie = town.by_provider("frauke", "elsewhere@id.example", Some(at)).await.unwrap();
    let there = town.session(&cookie).await.unwrap();
    assert_eq!(there.account, account);
    let roles =
        |session: &maki_app::Session| session.principal.memberships.iter().map(|(at, _)| *at).collect::<Vec<_>>();
    assert!(!roles(&there).contains(&at), "an operator shows a second factor first");

    town.app.untie_identity(&session, ISSUER).await.unwrap();
    town.app.untie_identity(&session, ISSUER).await.unwrap();
    assert!(town.app.tied_issuers(&session).await.unwrap().is_empty());
    let again = town.by_provider("frauke", own, Some(at)).await;
    assert_eq!(fault(again), Some(PeopleFault::EmailTaken), "it is nobody's identity any more");
    let held = town.app.store().read().await.unwrap().memberships(account).await.unwrap();
    assert!(!held.iter().any(|(held, _)| *held == at), "what the provider gave is gone");
    let actions = town.actions_about(account).await;
    let count = |action: Action| actions.iter().filter(|known| **known == action).count();
    assert_eq!((count(Action::IdentityTied), count(Action::IdentityUntied)), (2, 1));
    assert!(matches!(town.try_in(own, crate::people::PASSWORD).await, SignInOutcome::In(_)));
}

async fn the_only_way_in_stays(register: &Register) {
    let (town, at) = (Town::over(register), organisation(register).await);
    let cookie = town.by_provider("frauke", "frauke@talheide.example", Some(at)).await.unwrap();
    let session = town.session(&cookie).await.unwrap();
    assert_eq!(session.principal.memberships.len(), 1);
    assert_eq!(fault(town.app.untie_identity(&session, ISSUER).await), Some(PeopleFault::LastWayIn));
    assert!(town.by_provider("frauke", "frauke@talheide.example", Some(at)).await.is_ok());
}
