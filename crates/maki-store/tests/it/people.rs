//! Accounts, roles, sessions, second factors, attempts, links, applications, successions.

use maki_domain::{Content, RecordId, Role, Roles};
use maki_store::{
    AccountState, Action, ApplicationState, Attempts, Grant, LinkUse, NewAccount, NewApplication, NewLink, NewSession,
    StoreError, Succession, SuccessionKind, Totp,
};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, contract, named, new_seed, new_system};

contract!(
    an_account_lives_and_is_erased,
    roles_are_given_and_taken_with_events,
    a_session_is_read_with_its_person,
    providers_end_sessions,
    second_factors_count_once,
    failures_are_counted_and_forgotten,
    a_link_counts_once,
    an_application_is_decided_once,
    what_an_organisation_had_moves,
);

async fn make(fixture: &Fixture, email: &str) -> Uuid {
    let id = Uuid::now_v7();
    let new = NewAccount {
        id,
        email: email.to_owned(),
        name: "Anna Amt".to_owned(),
        password: None,
        state: AccountState::Invited,
        language: "de".to_owned(),
    };
    let mut tx = fixture.store.write().await.unwrap();
    tx.make_account(at(1), &actor(), &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn actions(fixture: &Fixture, subject: RecordId) -> Vec<Action> {
    let events = fixture.store.read().await.unwrap().events_after(0, 1_000).await.unwrap();
    events.into_iter().filter(|event| event.record == subject).map(|event| event.action).collect()
}

/// Does something in a transaction of its own.
macro_rules! write {
    ($fixture:expr, $tx:ident => $body:expr) => {{
        let mut $tx = $fixture.store.write().await.unwrap();
        let result = $body;
        $tx.commit().await.unwrap();
        result
    }};
}

async fn an_account_lives_and_is_erased(fixture: &Fixture) {
    let id = make(fixture, "anna@amt.example").await;
    let mut tx = fixture.store.write().await.unwrap();
    let twin = NewAccount {
        id: Uuid::now_v7(),
        email: "anna@amt.example".to_owned(),
        name: String::new(),
        password: None,
        state: AccountState::Active,
        language: "de".to_owned(),
    };
    let taken = tx.make_account(at(2), &actor(), &twin).await;
    assert!(matches!(taken, Err(StoreError::EmailTaken)), "{taken:?}");
    drop(tx);

    write!(fixture, tx => tx.set_password(at(2), &actor(), id, "phc").await.unwrap());
    write!(fixture, tx => tx.describe_account(id, "Anna Amtmann", "en").await.unwrap());
    let account = fixture.store.read().await.unwrap().account_by_email("anna@amt.example").await.unwrap().unwrap();
    assert_eq!((account.id, account.state, account.name.as_str()), (id, AccountState::Active, "Anna Amtmann"));
    assert_eq!((account.password.as_deref(), account.language.as_str()), (Some("phc"), "en"));

    write!(fixture, tx => tx.block_account(at(3), &actor(), id, true).await.unwrap());
    let refused = fixture.store.write().await.unwrap().set_password(at(4), &actor(), id, "neu").await;
    assert!(matches!(refused, Err(StoreError::NotPossible)), "{refused:?}");
    write!(fixture, tx => tx.block_account(at(4), &actor(), id, false).await.unwrap());
    write!(fixture, tx => tx.erase_account(at(5), &actor(), id).await.unwrap());
    let account = fixture.store.read().await.unwrap().account(id).await.unwrap().unwrap();
    assert_eq!((account.state, account.email, account.password), (AccountState::Erased, None, None));
    assert!(fixture.store.read().await.unwrap().account_names(&[id]).await.unwrap().is_empty());
    let again = fixture.store.write().await.unwrap().erase_account(at(6), &actor(), id).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
    let expected = [
        Action::AccountMade,
        Action::PasswordChanged,
        Action::AccountBlocked,
        Action::AccountReleased,
        Action::AccountErased,
    ];
    assert_eq!(actions(fixture, RecordId(id)).await, expected);
    fixture.assert_whole().await;
}

async fn roles_are_given_and_taken_with_events(fixture: &Fixture) {
    let (account, organisation) = (make(fixture, "anna@amt.example").await, RecordId(Uuid::now_v7()));
    let grant = async |roles: Roles| {
        let grant = Grant { account, organisation, roles, source: String::new() };
        write!(fixture, tx => tx.grant(at(2), &actor(), &grant).await.unwrap());
    };
    let editor = Roles::NONE.with(Role::Editor);
    grant(editor).await;
    grant(editor).await;
    grant(Roles::NONE.with(Role::Admin)).await;
    let mut tx = fixture.store.read().await.unwrap();
    let members = tx.members(organisation).await.unwrap();
    assert_eq!((members.len(), members[0].roles), (1, Roles::NONE.with(Role::Admin)));
    assert!(tx.members_with(organisation, Role::Admin).await.unwrap().is_empty(), "invited is not in");
    assert_eq!(tx.memberships(account).await.unwrap(), [(organisation, Roles::NONE.with(Role::Admin))]);
    drop(tx);
    grant(Roles::NONE).await;
    assert!(fixture.store.read().await.unwrap().members(organisation).await.unwrap().is_empty());
    let expected = [Action::RoleGranted, Action::RoleGranted, Action::RoleRevoked, Action::RoleRevoked];
    assert_eq!(actions(fixture, organisation).await, expected);
    assert_eq!(actions(fixture, RecordId(account)).await[1..], expected);
}

fn session(account: Uuid, id: u8, issuer: &str, provider_session: &str) -> NewSession {
    NewSession {
        id: [id; 32],
        account,
        ends_at: at(1_000),
        method: "password",
        agent: "Testläufer".to_owned(),
        issuer: issuer.to_owned(),
        provider_session: provider_session.to_owned(),
    }
}

async fn a_session_is_read_with_its_person(fixture: &Fixture) {
    let account = make(fixture, "anna@amt.example").await;
    write!(fixture, tx => tx.begin_session(at(10), &session(account, 1, "", "")).await.unwrap());
    write!(fixture, tx => tx.begin_session(at(11), &session(account, 2, "", "")).await.unwrap());
    let live = fixture.store.read().await.unwrap().session(&[1; 32]).await.unwrap().unwrap();
    assert_eq!((live.account, live.begun_at, live.seen_at, live.ends_at), (account, at(10), at(10), at(1_000)));
    assert!(live.memberships.is_empty() && !live.has_totp);
    let organisations = [RecordId(Uuid::now_v7()), RecordId(Uuid::now_v7())];
    for (n, organisation) in organisations.into_iter().enumerate() {
        let grant = Grant { account, organisation, roles: Roles::NONE.with(Role::Editor), source: String::new() };
        write!(fixture, tx => tx.grant(at(20 + n as i64), &actor(), &grant).await.unwrap());
    }
    write!(fixture, tx => tx.touch_session(at(70), &[1; 32]).await.unwrap());
    write!(fixture, tx => tx.touch_session(at(60), &[1; 32]).await.unwrap());
    let live = fixture.store.read().await.unwrap().session(&[1; 32]).await.unwrap().unwrap();
    assert_eq!(live.seen_at, at(70), "time does not run back");
    assert_eq!(live.memberships.iter().map(|(o, _)| *o).collect::<Vec<_>>(), organisations, "the oldest first");
    assert_eq!(fixture.store.read().await.unwrap().sessions_of(account).await.unwrap().len(), 2);

    let other = make(fixture, "ben@amt.example").await;
    assert!(!write!(fixture, tx => tx.end_session(other, &[1; 32]).await.unwrap()), "another person's");
    assert_eq!(write!(fixture, tx => tx.end_sessions(account, Some(&[1; 32])).await.unwrap()), 1);
    assert_eq!(write!(fixture, tx => tx.forget_sessions(at(100), at(69)).await.unwrap()), 0);
    assert_eq!(write!(fixture, tx => tx.forget_sessions(at(100), at(70)).await.unwrap()), 1);
    assert!(fixture.store.read().await.unwrap().session(&[1; 32]).await.unwrap().is_none());
}

async fn providers_end_sessions(fixture: &Fixture) {
    let account = make(fixture, "anna@amt.example").await;
    let other = make(fixture, "ben@amt.example").await;
    let issuer = "https://idp.example";
    write!(fixture, tx => tx.tie_identity(account, issuer, "sub-1").await.unwrap());
    write!(fixture, tx => tx.tie_identity(account, issuer, "sub-1").await.unwrap());
    let moved = fixture.store.write().await.unwrap().tie_identity(other, issuer, "sub-1").await;
    assert!(matches!(moved, Err(StoreError::NotPossible)), "{moved:?}");
    let known = write!(fixture, tx => tx.account_of_identity(issuer, "sub-1").await.unwrap());
    assert_eq!(known, Some(account));
    for (id, issuer, sid) in [(1, issuer, "a"), (2, issuer, "b"), (3, issuer, ""), (4, "", "")] {
        write!(fixture, tx => tx.begin_session(at(10), &session(account, id, issuer, sid)).await.unwrap());
    }
    let end = async |sid: Option<&str>, subject: Option<&str>| write!(fixture, tx => tx.end_provider_sessions(issuer, sid, subject).await.unwrap().len());
    assert_eq!(end(Some("c"), None).await, 0);
    assert_eq!(end(Some("a"), Some("sub-1")).await, 1);
    assert_eq!(end(None, None).await, 0);
    assert_eq!(end(Some(""), None).await, 0, "an empty name is none");
    assert_eq!(end(None, Some("sub-2")).await, 0);
    assert_eq!(end(None, Some("sub-1")).await, 2);
    assert!(fixture.store.read().await.unwrap().session(&[4; 32]).await.unwrap().is_some(), "not the provider's");
}

async fn second_factors_count_once(fixture: &Fixture) {
    let account = make(fixture, "anna@amt.example").await;
    let totp = Totp { secret: vec![7; 20], step: 100 };
    write!(fixture, tx => tx.set_totp(at(1), &actor(), account, &totp, &[[1; 32], [2; 32]]).await.unwrap());
    assert_eq!(write!(fixture, tx => tx.totp(account).await.unwrap()), Some(totp));
    for (step, expected) in [(100, false), (99, false), (101, true), (101, false), (103, true), (102, false)] {
        assert_eq!(write!(fixture, tx => tx.use_totp_step(account, step).await.unwrap()), expected, "{step}");
    }
    for (code, expected) in [(3, false), (1, true), (1, false)] {
        let used = write!(fixture, tx => tx.use_recovery_code(at(2), account, &[code; 32]).await.unwrap());
        assert_eq!(used, expected, "{code}");
    }
    assert_eq!(fixture.store.read().await.unwrap().recovery_codes_left(account).await.unwrap(), 1);
    write!(fixture, tx => tx.remove_totp(at(3), &actor(), account).await.unwrap());
    write!(fixture, tx => tx.remove_totp(at(3), &actor(), account).await.unwrap());
    assert_eq!(fixture.store.read().await.unwrap().recovery_codes_left(account).await.unwrap(), 0);
    let expected = [Action::AccountMade, Action::SecondFactorSet, Action::SecondFactorRemoved];
    assert_eq!(actions(fixture, RecordId(account)).await, expected);
}

async fn failures_are_counted_and_forgotten(fixture: &Fixture) {
    let key = [9; 32];
    let count = async |second: i64, forgotten: i64| write!(fixture, tx => tx.count_failure(at(second), &key, at(forgotten)).await.unwrap());
    assert_eq!([count(10, 0).await, count(11, 0).await, count(12, 0).await], [1, 2, 3]);
    let known = write!(fixture, tx => tx.sign_in_attempts(&key).await.unwrap());
    assert_eq!(known, Some(Attempts { failures: 3, last_at: at(12) }));
    write!(fixture, tx => tx.uncount_failure(&key).await.unwrap());
    assert_eq!(count(13, 0).await, 3);
    assert_eq!(count(100, 50).await, 1, "long ago");
    write!(fixture, tx => tx.clear_failures(&key).await.unwrap());
    assert_eq!(write!(fixture, tx => tx.sign_in_attempts(&key).await.unwrap()), None);
    write!(fixture, tx => tx.remember_key(at(200), &key).await.unwrap());
    write!(fixture, tx => tx.uncount_failure(&key).await.unwrap());
    assert_eq!(write!(fixture, tx => tx.forget_failures(at(300), at(100)).await.unwrap()), 0, "a key without failures");
    assert_eq!(write!(fixture, tx => tx.forget_failures(at(300), at(201)).await.unwrap()), 1);
}

async fn a_link_counts_once(fixture: &Fixture) {
    let subject = Uuid::now_v7();
    let link = |hash: u8| NewLink { hash: [hash; 32], purpose: "invitation", subject, ends_at: at(100) };
    let use_it = async |hash: u8, purpose: &str, second: i64| write!(fixture, tx => tx.use_link(at(second), &[hash; 32], purpose).await.unwrap());
    write!(fixture, tx => tx.make_link(at(1), &link(1)).await.unwrap());
    write!(fixture, tx => tx.make_link(at(2), &link(2)).await.unwrap());
    assert_eq!(use_it(1, "invitation", 3).await, LinkUse::Unknown, "a newer one replaced it");
    assert_eq!(use_it(2, "password_reset", 3).await, LinkUse::Unknown, "made for something else");
    assert_eq!(use_it(2, "invitation", 100).await, LinkUse::Expired);
    let look = fixture.store.read().await.unwrap().look_at_link(at(99), &[2; 32], "invitation").await.unwrap();
    assert_eq!(look, LinkUse::Counted(subject));
    assert_eq!(use_it(2, "invitation", 99).await, LinkUse::Counted(subject));
    assert_eq!(use_it(2, "invitation", 99).await, LinkUse::Used);
    write!(fixture, tx => tx.make_link(at(3), &link(3)).await.unwrap());
    assert_eq!(use_it(2, "invitation", 4).await, LinkUse::Used, "what was used is told apart from what never was");
    // Two at once on two transactions, one after the other: one counts.
    let (one, other) = tokio::join!(use_it(3, "invitation", 5), use_it(3, "invitation", 5));
    assert!([one, other].contains(&LinkUse::Counted(subject)) && [one, other].contains(&LinkUse::Used));
    assert_eq!(write!(fixture, tx => tx.forget_links(at(101)).await.unwrap()), 2);
}

async fn an_application_is_decided_once(fixture: &Fixture) {
    let id = Uuid::now_v7();
    let new = NewApplication {
        id,
        organisation: None,
        content: Content::new(),
        person_name: "Anna Amt".to_owned(),
        email: "anna@amt.example".to_owned(),
        language: "en".to_owned(),
    };
    write!(fixture, tx => tx.apply(at(1), &new).await.unwrap());
    let decide =
        async || fixture.store.write().await.unwrap().decide_application(at(2), &actor(), id, None, "nein").await;
    assert!(matches!(decide().await, Err(StoreError::NotPossible)), "not verified");
    write!(fixture, tx => tx.verify_application(at(2), &actor(), id).await.unwrap());
    let open = fixture.store.read().await.unwrap().applications(ApplicationState::Open, 10).await.unwrap();
    assert_eq!((open.len(), open[0].email.as_str(), open[0].language.as_str()), (1, "anna@amt.example", "en"));
    write!(fixture, tx => tx.decide_application(at(3), &actor(), id, None, "nein").await.unwrap());
    assert!(matches!(decide().await, Err(StoreError::NotPossible)), "decided");
    let kept = fixture.store.read().await.unwrap().application(id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.email.as_str(), kept.note.as_str()), (ApplicationState::Refused, "", "nein"));
    let other = NewApplication { id: Uuid::now_v7(), ..new };
    write!(fixture, tx => tx.apply(at(1), &other).await.unwrap());
    assert_eq!(write!(fixture, tx => tx.forget_applications(at(2)).await.unwrap()), 1, "the mailbox never answered");
}

async fn what_an_organisation_had_moves(fixture: &Fixture) {
    let organisation = |parent: Option<RecordId>| {
        let mut publication = new_system(named("Amt"));
        publication.record.kind = maki_domain::RecordKind::Organisation;
        publication.record.parent = parent;
        publication.seed = new_seed();
        publication
    };
    let above = organisation(None);
    let from = organisation(Some(above.record.id));
    let office = organisation(Some(from.record.id));
    let to = organisation(Some(from.record.id));
    let mut system = new_system(named("Lotte"));
    system.record.owner = Some(from.record.id);
    fixture.publish(&[above.clone(), from.clone(), office.clone(), to.clone(), system.clone()]).await.unwrap();
    let (from, to) = (from.record.id, to.record.id);
    assert!(write!(fixture, tx => tx.owns_anything(from).await.unwrap()));
    let before = fixture.record(system.record.id).await.envelope.revision;
    let moved = write!(fixture, tx => tx.move_owned(at(5), &actor(), from, to).await.unwrap());
    assert_eq!(moved.len(), 3);
    let after = fixture.record(system.record.id).await.envelope;
    assert_eq!((after.owner, after.revision), (Some(to), before), "a draft beside it stays what it is");
    assert_eq!(fixture.record(office.record.id).await.envelope.parent, Some(to));
    assert_eq!(fixture.record(to).await.envelope.parent, Some(above.record.id), "no ring");
    assert!(!write!(fixture, tx => tx.owns_anything(from).await.unwrap()));
    let touched = fixture.store.read().await.unwrap().touched_after(0, 100).await.unwrap();
    assert!(touched.iter().any(|t| t.action == Action::OwnerMoved && t.place.owner == Some(to)), "followers see it");

    write!(fixture, tx => tx.coordinate(at(6), &actor(), to, &[from]).await.unwrap());
    write!(fixture, tx => tx.delegate(at(6), &actor(), Uuid::now_v7(), from, to).await.unwrap());
    write!(fixture, tx => tx.end_powers(at(7), &actor(), from).await.unwrap());
    let mut tx = fixture.store.read().await.unwrap();
    assert!(tx.coordinated_by(to).await.unwrap().is_empty());
    assert_eq!(tx.delegations_of(from).await.unwrap()[0].revoked_at, Some(at(7)));
    assert!(tx.delegations_to(to).await.unwrap().is_empty());
    drop(tx);
    let succession = Succession {
        organisation: from,
        successor: Some(to),
        kind: SuccessionKind::Merged,
        at: at(8),
        reason: "eingemeindet".to_owned(),
    };
    write!(fixture, tx => tx.succeed(&actor(), &succession).await.unwrap());
    let twice = fixture.store.write().await.unwrap().succeed(&actor(), &succession).await;
    assert!(matches!(twice, Err(StoreError::NotPossible)), "{twice:?}");
    assert_eq!(fixture.store.read().await.unwrap().succession(from).await.unwrap(), Some(succession));
    fixture.assert_whole().await;
}
