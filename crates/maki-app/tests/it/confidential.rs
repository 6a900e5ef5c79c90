//! Confidential entries: who may take which step, and what becomes of them when people and organisations go.

use maki_app::work::{PartChange, SaveOutcome, SavePart, Stage, Submission};
use maki_app::{AppError, PeopleFault, Permit, Principal, Target};
use maki_domain::confidential::{ConfidentialContent, Restriction};
use maki_domain::{Absence, Act, Content, Kennung, RecordId, RecordKind, Role, Slot, Visibility, keys};

use crate::support::{Register, actor, both_engines, text};
use crate::work::Body;

both_engines!(
    four_eyes_hold_for_the_content_as_it_stands,
    permits_for_records_open_nothing_confidential,
    readers_end_with_their_roles_and_accounts,
    nothing_is_published_or_lost_when_an_organisation_ends,
);

fn restriction(reason: &str) -> Restriction {
    Restriction::parse("law_enforcement", "§ 3 Nr. 2 IFG", reason).unwrap()
}

async fn permit(body: &Body<'_>, who: &Principal, act: Act, entry: RecordId) -> Result<Permit, AppError> {
    body.app.permit(who, act, Target::Confidential(entry)).await
}

/// An entry that can be handed in.
async fn whole(body: &Body<'_>, editor: &Principal) -> RecordId {
    let may = body.app.permit(editor, Act::EditConfidential, Target::Organisation(body.organisation)).await.unwrap();
    let mut system = Content::new();
    system.put(keys::NAME, text("Spurenvergleich"));
    let content = ConfidentialContent { restriction: restriction("weil"), system, deployment: Content::new() };
    let entry = body.app.start_confidential(&may, &content).await.unwrap();
    let edit = permit(body, editor, Act::EditConfidential, entry).await.unwrap();
    for _ in 0..3 {
        let found = body.app.confidential_work(&edit).await.unwrap();
        let open = found.work.open_points();
        let of_part = |kind: RecordKind| SavePart {
            kind,
            expected_revision: found.revision,
            changes: open
                .iter()
                .filter(|field| field.field().record == kind)
                .map(|field| PartChange {
                    field: *field,
                    slot: Some(Slot::Absent(Absence::Unknown)),
                    visibility: Visibility::Public,
                })
                .collect(),
        };
        let parts = [RecordKind::System, RecordKind::Deployment].map(of_part);
        let saved = body.app.save_confidential(&edit, &parts).await.unwrap();
        assert!(matches!(saved, SaveOutcome::Saved(faults) if faults.is_empty()));
    }
    entry
}

async fn submit(body: &Body<'_>, editor: &Principal, entry: RecordId) {
    let edit = permit(body, editor, Act::EditConfidential, entry).await.unwrap();
    let found = body.app.confidential_work(&edit).await.unwrap();
    let findings = body.app.findings_of(&found.work);
    let reasons: Vec<(String, String)> =
        maki_app::work::warnings(&findings).map(|rule| (rule.to_owned(), "Ist so.".to_owned())).collect();
    let done = body.app.submit_confidential(&edit, "neu", &reasons).await.unwrap();
    assert_eq!(done, Submission::Done);
}

async fn approve(body: &Body<'_>, approver: &Principal, entry: RecordId) -> Result<(), AppError> {
    let may = permit(body, approver, Act::ApproveConfidential, entry).await?;
    let seen = body.app.confidential_work(&may).await?.revision;
    body.app.approve_confidential(&may, seen).await
}

async fn stage(body: &Body<'_>, who: &Principal, entry: RecordId) -> Stage {
    let read = permit(body, who, Act::ReadConfidentialWork, entry).await.unwrap();
    body.app.confidential_work(&read).await.unwrap().work.stage
}

async fn four_eyes_hold_for_the_content_as_it_stands(register: &Register) {
    let body = Body::of(register, "1").await;
    let both = body.person(1, &[Role::Editor, Role::Approver]).await;
    let other = body.person(2, &[Role::Editor, Role::Approver]).await;
    let third = body.person(3, &[Role::Approver]).await;
    let entry = whole(&body, &both).await;
    submit(&body, &both, entry).await;
    assert!(matches!(approve(&body, &both, entry).await, Err(AppError::OwnWork)));
    // Whoever hands it in next is as little the one who approves, and whoever saved last still is not.
    let edit = permit(&body, &other, Act::EditConfidential, entry).await.unwrap();
    body.app.take_back_confidential(&edit).await.unwrap();
    submit(&body, &other, entry).await;
    assert!(matches!(approve(&body, &other, entry).await, Err(AppError::OwnWork)));
    assert!(matches!(approve(&body, &both, entry).await, Err(AppError::OwnWork)));
    let may = permit(&body, &third, Act::ApproveConfidential, entry).await.unwrap();
    assert!(matches!(body.app.approve_confidential(&may, 1).await, Err(AppError::Changed)));
    approve(&body, &third, entry).await.unwrap();
    assert_eq!(stage(&body, &third, entry).await, Stage::Published);
    assert!(matches!(approve(&body, &third, entry).await, Err(AppError::WrongStage)));
    let revision = body.app.confidential_work(&edit).await.unwrap().revision;
    let unseen = body.app.restrict_confidential(&edit, revision - 1, restriction("anders")).await;
    assert!(matches!(unseen, Err(AppError::Changed)));
    body.app.restrict_confidential(&edit, revision, restriction("anders")).await.unwrap();
    assert_eq!(stage(&body, &third, entry).await, Stage::Draft);
}

async fn permits_for_records_open_nothing_confidential(register: &Register) {
    let body = Body::of(register, "1").await;
    let all = body.person(1, &[Role::Editor, Role::Approver, Role::Admin]).await;
    let entry = whole(&body, &all).await;
    let deployment = register.record("D1-1").await.envelope.id;
    for act in Act::ALL.into_iter().filter(|act| !act.is_confidential()) {
        let refused = permit(&body, &all, act, entry).await;
        assert!(matches!(refused, Err(AppError::NotFound)), "{act:?}");
        if let Ok(wrong) = body.permit(&all, act, deployment).await {
            assert!(matches!(body.app.confidential_work(&wrong).await, Err(AppError::Forbidden)), "{act:?}");
            assert!(matches!(body.app.read_confidential(&wrong).await, Err(AppError::Forbidden)), "{act:?}");
        }
    }
    // Leave for confidential things of an organisation is none for its records, nor the other way round.
    let wrong = body.permit(&all, Act::EditConfidential, deployment).await.unwrap();
    assert!(matches!(body.app.confidential_work(&wrong).await, Err(AppError::NotFound)));
    assert!(matches!(body.app.entry_work(&wrong).await, Err(AppError::Forbidden)));
    assert!(matches!(body.app.permit(&all, Act::Edit, Target::Record(entry)).await, Err(AppError::NotFound)));
    let machine = body.app.machine_permit(Act::Operate, body.organisation);
    assert!(matches!(body.app.confidential_work(&machine).await, Err(AppError::Forbidden)));
    // What a program may is limited by its scopes; none of them reaches here.
    let program = Principal { account: None, limited_to: Some(vec![Act::Edit, Act::Submit, Act::ReadWork]), ..all };
    for act in Act::ALL.into_iter().filter(|act| act.is_confidential()) {
        assert!(matches!(permit(&body, &program, act, entry).await, Err(AppError::NotFound)), "{act:?}");
    }
}

async fn readers_end_with_their_roles_and_accounts(register: &Register) {
    let body = Body::of(register, "1").await;
    let away = Body::of(register, "2").await;
    let (editor, approver) = (body.person(1, &[Role::Editor]).await, body.person(2, &[Role::Approver]).await);
    let reader = away.person(3, &[Role::Auditor]).await;
    let entry = whole(&body, &editor).await;
    let may = permit(&body, &approver, Act::ApproveConfidential, entry).await.unwrap();
    body.app.name_confidential_reader(&may, "P3@stadt.example").await.unwrap();
    let read = permit(&body, &reader, Act::ReadConfidential, entry).await.unwrap();
    assert!(matches!(body.app.read_confidential(&read).await, Err(AppError::NotFound)), "not approved yet");
    submit(&body, &editor, entry).await;
    approve(&body, &approver, entry).await.unwrap();
    assert_eq!(body.app.read_confidential(&read).await.unwrap().content.restriction, restriction("weil"));
    for act in [Act::ReadConfidentialWork, Act::EditConfidential, Act::ApproveConfidential] {
        assert!(matches!(permit(&body, &reader, act, entry).await, Err(AppError::NotFound)), "{act:?}");
    }
    // Without a role, as between password and second factor, there is nothing to read.
    let roleless = Principal { memberships: Vec::new(), ..reader.clone() };
    assert!(matches!(permit(&body, &roleless, Act::ReadConfidential, entry).await, Err(AppError::NotFound)));
    let unknown = async |email: &str| {
        let refused = body.app.name_confidential_reader(&may, email).await;
        matches!(refused, Err(AppError::People(PeopleFault::ReaderUnknown)))
    };
    assert!(unknown("p9@stadt.example").await);
    let mut tx = body.app.store().write().await.unwrap();
    tx.block_account(body.app.now(), &actor(), editor.account.unwrap(), true).await.unwrap();
    tx.commit().await.unwrap();
    assert!(unknown("p1@stadt.example").await, "blocked");
    // A permit that was given before the revocation reads nothing after it.
    body.app.revoke_confidential_reader(&may, reader.account.unwrap()).await.unwrap();
    assert!(matches!(body.app.read_confidential(&read).await, Err(AppError::NotFound)));
    let (history, more) = body.app.confidential_history(&may, 1).await.unwrap();
    let readings = history.iter().filter(|row| row.event.step.code() == "read").count();
    assert_eq!((readings, more), (1, false), "what was refused is no reading");
    body.app.name_confidential_reader(&may, "p3@stadt.example").await.unwrap();
    let mut tx = body.app.store().write().await.unwrap();
    tx.erase_account(body.app.now(), &actor(), reader.account.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let left = body.app.confidential_readers(&may).await.unwrap();
    assert_eq!(left.iter().map(|one| (&one.name, &one.email)).collect::<Vec<_>>(), [(&None, &None)]);
    assert!(body.app.verify(|_, _| ()).await.unwrap().chain.is_whole());
}

async fn nothing_is_published_or_lost_when_an_organisation_ends(register: &Register) {
    let (body, other) = (Body::of(register, "1").await, Body::of(register, "2").await);
    let (editor, approver) = (body.person(1, &[Role::Editor]).await, body.person(2, &[Role::Approver]).await);
    let heir = other.person(3, &[Role::Editor, Role::Approver]).await;
    let entry = whole(&body, &editor).await;
    submit(&body, &editor, entry).await;
    approve(&body, &approver, entry).await.unwrap();
    assert!(matches!(permit(&other, &heir, Act::ReadConfidential, entry).await, Err(AppError::NotFound)));
    let before = register.entries(maki_domain::View::Operator).await.len();
    let kennung: Kennung = register.record("O2").await.envelope.kennung.unwrap();
    let operate = body.app.machine_permit(Act::Operate, body.organisation);
    body.app.merge_organisation(&operate, &kennung, "Eingemeindet").await.unwrap();
    assert_eq!(stage(&other, &heir, entry).await, Stage::Published);
    let gone = permit(&body, &editor, Act::ReadConfidential, entry).await;
    assert!(matches!(gone, Err(AppError::NotFound)), "roles at what has ended open nothing");
    let after = register.entries(maki_domain::View::Operator).await;
    assert_eq!(after.len(), before - 1, "the organisation itself is gone, and nothing came");
    assert!(!format!("{after:?}").contains("Spurenvergleich"));
    // The heir itself can end only when nothing confidential is left without somebody to keep it.
    let third = Body::of(register, "3").await;
    let keeper = third.person(4, &[Role::Editor, Role::Approver]).await;
    let kept = whole(&third, &keeper).await;
    let operate = third.app.machine_permit(Act::Operate, third.organisation);
    let into: Kennung = register.record("O2").await.envelope.kennung.unwrap();
    let alone = third.app.dissolve_organisation(&operate, None, "Aufgabe entfallen").await;
    assert!(matches!(alone, Err(AppError::People(PeopleFault::EntriesLeft))));
    third.app.dissolve_organisation(&operate, Some(&into), "Aufgabe entfallen").await.unwrap();
    assert_eq!(stage(&other, &heir, kept).await, Stage::Draft);
    assert!(third.app.verify(|_, _| ()).await.unwrap().chain.is_whole());
}
