//! Assessments of an entry: they fill the draft, are reviewed with it, and say when they are to be made anew.

use maki_app::work::{AssessmentView, Check, Kept};
use maki_app::{AppError, Principal};
use maki_domain::{Act, RecordId, RecordKind, Role, keys};
use serde_json::{Map, Value as Json, json};

use crate::support::{Register, both_engines, catch_up, text};
use crate::work::{BOTH, Body, EDITOR, code, id};

both_engines!(
    an_assessment_fills_the_draft_and_is_reviewed_with_it,
    a_substantial_change_asks_for_another_one,
    an_assessment_meets_the_limits_of_a_save,
    a_use_begins_with_what_its_system_says,
);

fn answers(json: Json) -> Map<String, Json> {
    json.as_object().unwrap().clone()
}

/// A chatbot that talks to people.
fn chatbot() -> Json {
    json!({"is_ai_system": true, "out_of_scope": false, "art5": [], "annex_i": false, "annex_iii": [], "art50": ["1"],
        "role": ["provider"]})
}

async fn assess(body: &Body<'_>, who: &Principal, entry: RecordId, kind: RecordKind, json: Json) -> Kept {
    let revision = body.read(who, entry).await.part(kind).unwrap().revision;
    let reasons = "Es antwortet Menschen.".to_owned();
    let check = Check { kind, expected_revision: revision, answers: answers(json), reasons };
    body.app.keep_assessment(&body.permit(who, Act::Edit, entry).await.unwrap(), &check).await.unwrap()
}

async fn assessments(body: &Body<'_>, who: &Principal, entry: RecordId) -> Vec<AssessmentView> {
    let permit = body.permit(who, Act::ReadWork, entry).await.unwrap();
    body.app.assessments(&permit, &body.app.entry_work(&permit).await.unwrap()).await.unwrap()
}

async fn change(body: &Body<'_>, who: &Principal, entry: RecordId, key: &str, slot: maki_domain::Slot) {
    let kind = id(key).field().record;
    let revision = body.read(who, entry).await.part(kind).unwrap().revision;
    body.save(who, entry, vec![(kind, revision, vec![(id(key), Some(slot))])]).await;
}

async fn an_assessment_fills_the_draft_and_is_reviewed_with_it(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, BOTH).await, body.person(2, BOTH).await);
    let entry = body.start(&anna, "Lotte").await;
    assert_eq!(assess(&body, &anna, entry, RecordKind::System, chatbot()).await, Kept::Done);
    let work = body.read(&anna, entry).await;
    let content = &work.part(RecordKind::System).unwrap().content;
    assert_eq!(content.code(keys::RISK_CLASS).map(maki_domain::Code::as_str), Some("transparency"));
    assert_eq!(content.codes(keys::ARTICLE_50_PARAGRAPHS).len(), 1);
    assert_eq!(content.text(keys::RISK_REASONS), Some("Es antwortet Menschen."));
    assert!(content.value(keys::RISK_ASSESSED_ON).is_some());
    let made = assessments(&body, &anna, entry).await;
    let [one] = made.as_slice() else { panic!("{made:?}") };
    assert_eq!((one.class(), one.assessor.as_deref(), &one.reviewed), ("transparency", Some("Person 1"), &None));
    assert!(!one.is_outdated());

    body.complete(&anna, entry).await;
    body.submit(&anna, entry).await.unwrap();
    body.approve(&ben, entry).await.unwrap();
    catch_up(body.app).await;
    let made = assessments(&body, &ben, entry).await;
    assert_eq!(made[0].reviewed.as_ref().unwrap().0.as_deref(), Some("Person 2"));
    assert!(!made[0].is_outdated(), "what was filled in before the approval is no change: {:?}", made[0].changed);
    assert_eq!(body.app.verify(|_, _| {}).await.unwrap().chain.total_findings, 0);
}

async fn a_substantial_change_asks_for_another_one(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, BOTH).await, body.person(2, BOTH).await);
    let entry = body.start(&anna, "Lotte").await;
    change(&body, &anna, entry, keys::PURPOSE, text("Beantwortet Fragen zum Wohngeld.")).await;
    assess(&body, &anna, entry, RecordKind::System, chatbot()).await;
    let mut uses = chatbot();
    uses["role"] = json!(["deployer"]);
    assess(&body, &anna, entry, RecordKind::Deployment, uses).await;
    body.complete(&anna, entry).await;
    body.submit(&anna, entry).await.unwrap();
    body.approve(&ben, entry).await.unwrap();
    catch_up(body.app).await;

    change(&body, &anna, entry, keys::NAME, text("Lotte 2")).await;
    assert!(assessments(&body, &anna, entry).await.iter().all(|one| !one.is_outdated()), "a name changes no risk");
    change(&body, &anna, entry, keys::PURPOSE, text("Entscheidet über Wohngeld.")).await;
    let outdated = assessments(&body, &anna, entry).await;
    let told: Vec<_> = outdated.iter().map(|one| (one.kind, one.changed.clone())).collect();
    let purpose = vec![id(keys::PURPOSE)];
    assert_eq!(told, [(RecordKind::System, purpose.clone()), (RecordKind::Deployment, purpose)]);
    change(&body, &anna, entry, keys::AUTOMATION_LEVEL, code(keys::AUTOMATION_LEVEL, "delegation")).await;
    let outdated = assessments(&body, &anna, entry).await;
    assert_eq!((outdated[0].changed.len(), outdated[1].changed.len()), (1, 2), "a use does not change its system");

    // Made anew; the old one stays.
    assess(&body, &anna, entry, RecordKind::System, chatbot()).await;
    let made = assessments(&body, &anna, entry).await;
    let of_system: Vec<_> = made.iter().filter(|one| one.kind == RecordKind::System).collect();
    assert_eq!(of_system.iter().map(|one| one.is_newest).collect::<Vec<_>>(), [true, false]);
    assert!(of_system[0].changed.is_empty());
    // Another class by hand.
    change(&body, &anna, entry, keys::RISK_CLASS, code(keys::RISK_CLASS, "minimal")).await;
    let made = assessments(&body, &anna, entry).await;
    assert!(made[0].deviates && made[0].is_outdated());
    // A class that the entry does not state is not reviewed, and who assessed does not review.
    let publish = async |approver: &Principal| {
        body.complete(&ben, entry).await;
        body.submit(&ben, entry).await.unwrap();
        body.approve(approver, entry).await.unwrap();
        assessments(&body, &anna, entry).await[0].reviewed.is_some()
    };
    let carla = body.person(3, &[Role::Approver]).await;
    assert!(!publish(&carla).await);
    assess(&body, &anna, entry, RecordKind::System, chatbot()).await;
    change(&body, &ben, entry, keys::NAME, text("Lotte 3")).await;
    assert!(!publish(&anna).await);
    change(&body, &ben, entry, keys::NAME, text("Lotte 4")).await;
    assert!(publish(&carla).await);
}

async fn an_assessment_meets_the_limits_of_a_save(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let anna = body.person(1, EDITOR).await;
    let entry = body.start(&anna, "Lotte").await;
    let permit = body.permit(&anna, Act::Edit, entry).await.unwrap();
    let check = Check {
        kind: RecordKind::System,
        expected_revision: body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision,
        answers: answers(chatbot()),
        reasons: String::new(),
    };
    let keep = async |check: &Check| body.app.keep_assessment(&permit, check).await;
    let unknown = Check { answers: answers(json!({"art5": ["zz"]})), ..check.clone() };
    assert!(matches!(keep(&unknown).await, Err(AppError::Invalid)));
    let long = Check { reasons: "x".repeat(maki_app::work::MAX_REASONS + 1), ..check.clone() };
    assert!(matches!(keep(&long).await, Err(AppError::Invalid)));
    let organisation = Check { kind: RecordKind::Organisation, ..check.clone() };
    assert!(matches!(keep(&organisation).await, Err(AppError::NotFound)));
    let stale = Check { expected_revision: check.expected_revision - 1, ..check.clone() };
    assert_eq!(keep(&stale).await.unwrap(), Kept::Stale);
    assert!(assessments(&body, &anna, entry).await.is_empty());
    // What is open is kept, and overwrites nothing.
    change(&body, &anna, entry, keys::RISK_CLASS, code(keys::RISK_CLASS, "minimal")).await;
    let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
    let open = Check { answers: answers(json!({"is_ai_system": true})), expected_revision: revision, ..check.clone() };
    assert_eq!(keep(&open).await.unwrap(), Kept::Done);
    let work = body.read(&anna, entry).await;
    let class = work.part(RecordKind::System).unwrap().content.code(keys::RISK_CLASS);
    assert_eq!(class.map(maki_domain::Code::as_str), Some("minimal"));
    assert!(!assessments(&body, &anna, entry).await[0].is_outdated());

    body.complete(&anna, entry).await;
    body.submit(&anna, entry).await.unwrap();
    let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
    assert_eq!(keep(&Check { expected_revision: revision, ..check.clone() }).await.unwrap(), Kept::Locked);
}

async fn a_use_begins_with_what_its_system_says(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let anna = body.person(1, EDITOR).await;
    let entry = body.start(&anna, "Lotte").await;
    let proposed = async |kind| {
        let permit = body.permit(&anna, Act::Edit, entry).await.unwrap();
        let work = body.app.entry_work(&permit).await.unwrap();
        body.app.proposed_answers(&permit, &work, kind).await.unwrap()
    };
    assert!(!proposed(RecordKind::Deployment).await.contains_key("art50"));
    assess(&body, &anna, entry, RecordKind::System, chatbot()).await;
    assert_eq!(proposed(RecordKind::Deployment).await["art50"], json!(["1"]));
    let mut own = chatbot();
    own["art50"] = json!(["1", "4"]);
    assess(&body, &anna, entry, RecordKind::Deployment, own).await;
    assert_eq!(proposed(RecordKind::Deployment).await["art50"], json!(["1", "4"]));
    assert_eq!(proposed(RecordKind::System).await["art50"], json!(["1"]));
}
