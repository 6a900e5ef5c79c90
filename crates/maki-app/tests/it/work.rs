//! Work on entries: who may take which step when, and what two people at once leave behind.

use std::sync::Arc;

use maki_app::work::{EntryWork, PartChange, SaveOutcome, SavePart, Seen, Stage, Start, Submission};
use maki_app::{App, AppError, Permit, Principal, Target};
use maki_domain::{
    Absence, Act, Content, Instant, Kennung, RecordId, RecordKind, Role, Roles, Slot, View, Visibility, catalogue, keys,
};
use maki_store::{AccountState, Grant, NewAccount};
use uuid::Uuid;

use crate::support::{Register, actor, both_engines, catch_up, text};

both_engines!(
    a_draft_becomes_public_by_four_eyes,
    every_step_has_its_states,
    two_at_once_lose_nothing,
    saves_that_share_a_commit_meet_each_its_own_end,
    what_was_not_shown_is_not_approved,
    another_body_gets_nowhere,
    a_change_lies_beside_what_is_public,
    a_version_from_elsewhere_is_built_upon,
    an_adopted_system_stays_as_it_is,
    approvers_are_told,
    contradictions_stop_an_entry_and_warnings_need_a_reason,
);

/// A body with people.
pub struct Body<'a> {
    pub app: &'a App,
    pub organisation: RecordId,
}

impl<'a> Body<'a> {
    pub async fn of(register: &'a Register, name: &str) -> Self {
        register.import(&crate::support::line(name, &format!("System of {name}"), name)).await;
        catch_up(&register.app).await;
        let organisation = register.record(&format!("O{name}")).await.envelope.id;
        Self { app: &register.app, organisation }
    }

    pub async fn person(&self, number: u128, roles: &[Role]) -> Principal {
        let account = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + number);
        let roles: Roles = roles.iter().copied().collect();
        let new = NewAccount {
            id: account,
            email: format!("p{number}@stadt.example"),
            name: format!("Person {number}"),
            password: Some("none".into()),
            state: AccountState::Active,
            language: "de".into(),
        };
        let grant = Grant { account, organisation: self.organisation, roles, source: String::new() };
        let mut tx = self.app.store().write().await.unwrap();
        tx.make_account(Instant(1), &actor(), &new).await.unwrap();
        tx.grant(Instant(1), &actor(), &grant).await.unwrap();
        tx.commit().await.unwrap();
        Principal {
            account: Some(account),
            actor: Arc::from(account.to_string()),
            name: new.name,
            memberships: vec![(self.organisation, roles)],
            limited_to: None,
            request: Arc::from("r"),
        }
    }

    pub async fn permit(&self, who: &Principal, act: Act, record: RecordId) -> Result<Permit, AppError> {
        self.app.permit(who, act, Target::Record(record)).await
    }

    pub async fn start(&self, who: &Principal, name: &str) -> RecordId {
        let permit = self.app.permit(who, Act::Edit, Target::Organisation(self.organisation)).await.unwrap();
        let mut system = Content::new();
        system.put(keys::NAME, text(name));
        let mut deployment = Content::new();
        deployment.set(id(keys::LIFECYCLE), code(keys::LIFECYCLE, "operation"));
        self.app.start_entry(&permit, Start::New { system, deployment }).await.unwrap()
    }

    pub async fn read(&self, who: &Principal, record: RecordId) -> EntryWork {
        self.app.entry_work(&self.permit(who, Act::ReadWork, record).await.unwrap()).await.unwrap()
    }

    pub async fn save(&self, who: &Principal, record: RecordId, changes: Vec<PartSave>) -> SaveOutcome {
        let permit = self.permit(who, Act::Edit, record).await.unwrap();
        let parts: Vec<SavePart> = changes
            .into_iter()
            .map(|(kind, expected_revision, fields)| SavePart {
                kind,
                expected_revision,
                changes: fields.into_iter().map(|(field, slot)| change(field, slot)).collect(),
            })
            .collect();
        self.app.save_work(&permit, &parts).await.unwrap()
    }

    /// Answers every open point with "unknown".
    pub async fn complete(&self, who: &Principal, record: RecordId) {
        for _ in 0..3 {
            let entry = self.read(who, record).await;
            let open = entry.open_points();
            let of_part = |part: &maki_app::work::WorkPart| {
                let fields = open.iter().filter(|field| field.field().record == part.kind);
                let slots = fields.map(|field| (*field, Some(Slot::Absent(Absence::Unknown)))).collect::<Vec<_>>();
                (part.kind, part.revision, slots)
            };
            let changes = entry.parts.iter().map(of_part).collect();
            assert!(matches!(self.save(who, record, changes).await, SaveOutcome::Saved(faults) if faults.is_empty()));
        }
    }

    pub async fn submit(&self, who: &Principal, record: RecordId) -> Result<Submission, AppError> {
        self.app.submit_work(&self.permit(who, Act::Submit, record).await?, "first", &[]).await
    }

    pub async fn approve(&self, who: &Principal, record: RecordId) -> Result<Kennung, AppError> {
        let permit = self.permit(who, Act::Approve, record).await?;
        let seen = seen(&self.app.entry_work(&permit).await?);
        self.app.approve_work(&permit, &seen).await
    }
}

pub type PartSave = (RecordKind, i64, Vec<(maki_domain::FieldId, Option<Slot>)>);

pub fn seen(entry: &EntryWork) -> Vec<Seen> {
    entry.parts.iter().map(|part| Seen { kind: part.kind, revision: part.revision }).collect()
}

pub fn id(key: &str) -> maki_domain::FieldId {
    catalogue().id(key).unwrap()
}

pub fn code(key: &str, value: &str) -> Slot {
    Slot::from_json(id(key), serde_json::Value::String(value.to_owned())).unwrap()
}

pub fn change(field: maki_domain::FieldId, slot: Option<Slot>) -> PartChange {
    PartChange { field, slot, visibility: Visibility::Public }
}

pub const EDITOR: &[Role] = &[Role::Editor];
pub const BOTH: &[Role] = &[Role::Editor, Role::Approver];

async fn a_draft_becomes_public_by_four_eyes(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, BOTH).await, body.person(2, BOTH).await);
    let entry = body.start(&anna, "Lotte").await;
    assert_eq!(body.submit(&anna, entry).await.unwrap(), Submission::Incomplete);
    body.complete(&anna, entry).await;
    assert_eq!(body.submit(&anna, entry).await.unwrap(), Submission::Done);
    assert!(matches!(body.approve(&anna, entry).await, Err(AppError::OwnWork)), "never the own work");
    let kennung = body.approve(&ben, entry).await.unwrap();
    catch_up(body.app).await;
    let sheet = body.app.steckbrief(View::Public, &kennung).await.unwrap().unwrap();
    assert_eq!(sheet.system.content.text(keys::NAME), Some("Lotte"));
    assert_eq!(sheet.deployments.len(), 1);
    assert_eq!(body.read(&anna, entry).await.stage, Stage::Published);
    assert_eq!(body.app.verify(|_, _| {}).await.unwrap().chain.total_findings, 0);
}

/// What each step answers in each state.
async fn every_step_has_its_states(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let submit = async |entry| body.submit(&anna, entry).await.map(drop);
    let take_back = async |entry| body.app.take_back_work(&body.permit(&anna, Act::Submit, entry).await?).await;
    let give_back = async |entry| body.app.return_work(&body.permit(&ben, Act::Approve, entry).await?, "why").await;
    let approve = async |entry| body.approve(&ben, entry).await.map(drop);
    let discard = async |entry| body.app.discard_work(&body.permit(&anna, Act::Edit, entry).await?).await;
    let save = async |entry| {
        let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
        let changes = vec![(RecordKind::System, revision, vec![(id(keys::NAME), Some(text("Later")))])];
        body.save(&anna, entry, changes).await
    };
    let check = async |from: Stage, step: &str, expected: Option<Stage>| {
        let entry = body.start(&anna, "Lotte").await;
        body.complete(&anna, entry).await;
        let steps: &[&str] = match from {
            Stage::Draft => &[],
            Stage::InReview => &["submit"],
            Stage::Returned => &["submit", "return"],
            Stage::Published | Stage::Withdrawn => &["submit", "approve"],
        };
        let run = async |step: &str| match step {
            "submit" => submit(entry).await,
            "take back" => take_back(entry).await,
            "return" => give_back(entry).await,
            "approve" => approve(entry).await,
            "discard" => discard(entry).await,
            _ => match save(entry).await {
                SaveOutcome::Saved(_) => Ok(()),
                _ => Err(AppError::WrongStage),
            },
        };
        for step in steps {
            run(step).await.unwrap();
        }
        assert_eq!(body.read(&anna, entry).await.stage, from);
        let done = run(step).await;
        match expected {
            None => assert!(matches!(done, Err(AppError::WrongStage)), "{from:?} {step}: {done:?}"),
            Some(stage) => {
                done.unwrap_or_else(|error| panic!("{from:?} {step}: {error}"));
                assert_eq!(body.read(&anna, entry).await.stage, stage, "{from:?} {step}");
            }
        }
    };
    for (from, expected) in [
        (Stage::Draft, [Some(Stage::InReview), None, None, None, Some(Stage::Draft), Some(Stage::Draft)]),
        (Stage::InReview, [None, Some(Stage::Draft), Some(Stage::Returned), Some(Stage::Published), None, None]),
        (Stage::Returned, [Some(Stage::InReview), None, None, None, Some(Stage::Draft), Some(Stage::Draft)]),
        (Stage::Published, [None, None, None, None, None, Some(Stage::Draft)]),
    ] {
        for (step, expected) in ["submit", "take back", "return", "approve", "discard", "save"].iter().zip(expected) {
            check(from, step, expected).await;
        }
    }
}

async fn two_at_once_lose_nothing(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, EDITOR).await);
    let entry = body.start(&anna, "Lotte").await;
    let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
    let one = vec![(RecordKind::System, revision, vec![(id(keys::NAME), Some(text("Annas name")))])];
    let other = vec![(RecordKind::System, revision, vec![(id(keys::NAME), Some(text("Bens name")))])];
    assert!(matches!(body.save(&anna, entry, one).await, SaveOutcome::Saved(_)));
    let SaveOutcome::Stale(stale) = body.save(&ben, entry, other.clone()).await else { panic!("must be refused") };
    assert_eq!(stale.content.text(keys::NAME), Some("Annas name"));
    assert_eq!(stale.base.as_ref().unwrap().text(keys::NAME), Some("Lotte"));
    assert_eq!(stale.editor.as_deref(), Some("Person 1"));
    // Really at once: one is saved, the other told.
    let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
    let at = |name: &str| vec![(RecordKind::System, revision, vec![(id(keys::NAME), Some(text(name)))])];
    let (a, b) = tokio::join!(body.save(&anna, entry, at("A")), body.save(&ben, entry, at("B")));
    let saved = [&a, &b].iter().filter(|outcome| matches!(outcome, SaveOutcome::Saved(_))).count();
    let told = [&a, &b].iter().filter(|outcome| matches!(outcome, SaveOutcome::Stale(_))).count();
    assert_eq!((saved, told), (1, 1));
    // The same again changes nothing and makes no revision.
    let now = body.read(&anna, entry).await;
    let part = now.part(RecordKind::System).unwrap();
    let same =
        vec![(RecordKind::System, part.revision, vec![(id(keys::NAME), part.content.slot(keys::NAME).cloned())])];
    assert!(matches!(body.save(&anna, entry, same).await, SaveOutcome::Saved(_)));
    assert_eq!(body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision, part.revision);
}

async fn saves_that_share_a_commit_meet_each_its_own_end(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, EDITOR).await);
    let waiting = body.start(&anna, "Waits for approval").await;
    body.complete(&anna, waiting).await;
    body.submit(&anna, waiting).await.unwrap();
    let mut saves = Vec::new();
    for number in 0..8 {
        let entry = body.start(&anna, &format!("Lotte {number}")).await;
        // Of two people on the same entry one is told, whoever they share the commit with.
        for who in [&anna, &ben] {
            let name = vec![(id(keys::NAME), Some(text(&format!("Name by {}", who.name))))];
            saves.push((entry, body.save(who, entry, vec![(RecordKind::System, 1, name)])));
        }
    }
    let entries: Vec<RecordId> = saves.iter().map(|(entry, _)| *entry).collect();
    let late = body.save(&ben, waiting, vec![(RecordKind::System, 1, vec![(id(keys::NAME), Some(text("Late")))])]);
    let (outcomes, late) = tokio::join!(futures_util::future::join_all(saves.into_iter().map(|(_, save)| save)), late);
    assert!(matches!(late, SaveOutcome::Locked));
    for (pair, entry) in outcomes.chunks(2).zip(entries.chunks(2)) {
        let is_saved = |outcome: &SaveOutcome| matches!(outcome, SaveOutcome::Saved(faults) if faults.is_empty());
        assert_eq!(pair.iter().filter(|one| is_saved(one)).count(), 1);
        assert_eq!(pair.iter().filter(|one| matches!(one, SaveOutcome::Stale(_))).count(), 1);
        let winner = if is_saved(&pair[0]) { &anna } else { &ben };
        let stands = body.read(&anna, entry[0]).await;
        assert_eq!(stands.name(), format!("Name by {}", winner.name));
        assert_eq!(stands.editor.as_deref(), Some(winner.name.as_str()));
    }
}

async fn what_was_not_shown_is_not_approved(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, BOTH).await, body.person(2, BOTH).await);
    let entry = body.start(&anna, "Lotte").await;
    body.complete(&anna, entry).await;
    body.submit(&anna, entry).await.unwrap();
    let permit = body.permit(&ben, Act::Approve, entry).await.unwrap();
    let shown = seen(&body.app.entry_work(&permit).await.unwrap());
    // Taken back, changed and handed in again while the page lay open.
    body.app.take_back_work(&body.permit(&anna, Act::Submit, entry).await.unwrap()).await.unwrap();
    let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
    let changes = vec![(RecordKind::System, revision, vec![(id(keys::NAME), Some(text("Another")))])];
    body.save(&anna, entry, changes).await;
    body.submit(&anna, entry).await.unwrap();
    assert!(matches!(body.app.approve_work(&permit, &shown).await, Err(AppError::Changed)));
    assert!(matches!(body.app.approve_work(&permit, &[]).await, Err(AppError::Changed)));
    body.approve(&ben, entry).await.unwrap();
}

async fn another_body_gets_nowhere(register: &Register) {
    let (body, foreign) = (Body::of(register, "Stadt").await, Body::of(register, "Kreis").await);
    let anna = body.person(1, EDITOR).await;
    let eve = foreign.person(2, &[Role::Editor, Role::Approver, Role::Admin]).await;
    let entry = body.start(&anna, "Lotte").await;
    for act in [Act::ReadWork, Act::Edit, Act::Submit, Act::Approve, Act::Comment, Act::Withdraw, Act::Preview] {
        assert!(matches!(foreign.permit(&eve, act, entry).await, Err(AppError::Forbidden)), "{act:?}");
    }
    // A permit for something of one's own opens nothing else.
    let own = foreign.start(&eve, "Mine").await;
    let permit = foreign.permit(&eve, Act::ReadWork, own).await.unwrap();
    assert!(matches!(body.app.save_work(&permit, &[]).await, Err(AppError::Forbidden)), "reading is not editing");
}

async fn a_change_lies_beside_what_is_public(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let entry = body.start(&anna, "Lotte").await;
    body.complete(&anna, entry).await;
    body.submit(&anna, entry).await.unwrap();
    let kennung = body.approve(&ben, entry).await.unwrap();
    let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
    let changes = vec![(RecordKind::System, revision, vec![(id(keys::NAME), Some(text("Lotte 2")))])];
    body.save(&anna, entry, changes).await;
    catch_up(body.app).await;
    let public = async || body.app.steckbrief(View::Public, &kennung).await.unwrap().unwrap();
    assert_eq!(public().await.system.content.text(keys::NAME), Some("Lotte"));
    let work = body.read(&anna, entry).await;
    assert_eq!(
        (work.stage, work.part(RecordKind::System).unwrap().published.text(keys::NAME)),
        (Stage::Draft, Some("Lotte"))
    );
    assert!(!work.part(RecordKind::Deployment).unwrap().is_changed);
    body.submit(&anna, entry).await.unwrap();
    assert_eq!(body.approve(&ben, entry).await.unwrap(), kennung);
    catch_up(body.app).await;
    assert_eq!(public().await.system.content.text(keys::NAME), Some("Lotte 2"));
    assert_eq!(public().await.system.envelope.version, 2);
    assert_eq!(public().await.deployments[0].record.envelope.version, 1, "what did not change has no new version");
}

async fn a_version_from_elsewhere_is_built_upon(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let record = register.record("SStadt").await.envelope;
    let before = body.read(&anna, record.id).await;
    let revision = before.part(RecordKind::System).unwrap().revision;
    let hidden = |field: &str, says: &str| PartChange {
        field: id(field),
        slot: Some(text(says)),
        visibility: Visibility::OwnOrganisation,
    };
    // One that says something new, and one that only shows to fewer people what is said already.
    let changes = vec![hidden(keys::PROBLEM, "Anna says"), hidden(keys::NAME, "System of Stadt")];
    let permit = body.permit(&anna, Act::Edit, record.id).await.unwrap();
    let save = SavePart { kind: RecordKind::System, expected_revision: revision, changes };
    assert!(matches!(body.app.save_work(&permit, &[save]).await.unwrap(), SaveOutcome::Saved(_)));
    register
        .edit("SStadt", |content| {
            content.put(keys::PURPOSE, text("Published meanwhile"));
        })
        .await;
    let work = body.read(&anna, record.id).await;
    let part = work.part(RecordKind::System).unwrap();
    assert_eq!(part.content.text(keys::PROBLEM), Some("Anna says"));
    assert_eq!(part.content.text(keys::PURPOSE), Some("Published meanwhile"));
    for field in [keys::PROBLEM, keys::NAME] {
        assert_eq!(
            part.content.visibility(id(field)),
            Visibility::OwnOrganisation,
            "{field} is not shown to more people"
        );
    }
    body.complete(&anna, record.id).await;
    body.submit(&anna, record.id).await.unwrap();
    body.approve(&ben, record.id).await.unwrap();
    let now = register.record("SStadt").await;
    assert_eq!(now.content.text(keys::PURPOSE), Some("Published meanwhile"));
    assert_eq!(now.content.text(keys::PROBLEM), Some("Anna says"));
}

async fn an_adopted_system_stays_as_it_is(register: &Register) {
    let (body, other) = (Body::of(register, "Stadt").await, Body::of(register, "Kreis").await);
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let system = register.record("SKreis").await.envelope;
    let permit = body.app.permit(&anna, Act::Edit, Target::Organisation(body.organisation)).await.unwrap();
    let start = Start::Adopt { system: system.id, deployment: Content::new() };
    let entry = body.app.start_entry(&permit, start).await.unwrap();
    let work = body.read(&anna, entry).await;
    assert_eq!(work.parts.len(), 1, "the system of others is not changed here");
    assert_eq!(work.name(), "System of Kreis");
    let part = work.part(RecordKind::Deployment).unwrap();
    let lifecycle = vec![(id(keys::LIFECYCLE), Some(code(keys::LIFECYCLE, "operation")))];
    body.save(&anna, entry, vec![(RecordKind::Deployment, part.revision, lifecycle)]).await;
    body.complete(&anna, entry).await;
    body.submit(&anna, entry).await.unwrap();
    assert_eq!(Some(body.approve(&ben, entry).await.unwrap()), system.kennung);
    catch_up(body.app).await;
    let sheet = body.app.steckbrief(View::Public, &system.kennung.unwrap()).await.unwrap().unwrap();
    assert_eq!(sheet.system.envelope.version, 1);
    assert_eq!(sheet.deployments.len(), 2);
    // What is not published cannot be adopted.
    let draft = other.start(&other.person(3, EDITOR).await, "Secret").await;
    let start = Start::Adopt { system: draft, deployment: Content::new() };
    assert!(matches!(body.app.start_entry(&permit, start).await, Err(AppError::NotFound)));
}

async fn approvers_are_told(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, BOTH).await, body.person(2, BOTH).await);
    let entry = body.start(&anna, "Lotte").await;
    body.complete(&anna, entry).await;
    let jobs = async || {
        let permit = body.app.machine_permit(Act::Operate, RecordId::NIL);
        body.app.jobs(&permit, maki_app::JobQuery::default()).await.unwrap().jobs
    };
    body.submit(&anna, entry).await.unwrap();
    let asked: Vec<_> = jobs().await.into_iter().filter_map(|job| job.account).collect();
    assert_eq!(asked, [ben.account.unwrap()], "the approver is asked, not who submitted");
    body.approve(&ben, entry).await.unwrap();
    let told: Vec<_> = jobs().await.into_iter().filter_map(|job| job.account).collect();
    assert!(told.contains(&anna.account.unwrap()));
}

async fn contradictions_stop_an_entry_and_warnings_need_a_reason(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let entry = body.start(&anna, "Lotte").await;
    body.complete(&anna, entry).await;
    let change = async |key: &str, slot: Slot| {
        let revision = body.read(&anna, entry).await.part(RecordKind::Deployment).unwrap().revision;
        let changes = vec![(RecordKind::Deployment, revision, vec![(id(key), Some(slot))])];
        assert!(matches!(body.save(&anna, entry, changes).await, SaveOutcome::Saved(faults) if faults.is_empty()));
    };
    let submit = async |reasons: &[(&str, &str)]| {
        let reasons: Vec<_> = reasons.iter().map(|(rule, text)| ((*rule).to_owned(), (*text).to_owned())).collect();
        body.app.submit_work(&body.permit(&anna, Act::Submit, entry).await.unwrap(), "", &reasons).await
    };
    // Over, by its date, and running, by its stage.
    change(keys::ENDED_ON, Slot::Value(maki_domain::Value::Date("2019-05".parse().unwrap()))).await;
    assert_eq!(submit(&[]).await.unwrap(), Submission::Contradictory);
    change(keys::ENDED_ON, Slot::Absent(Absence::NotApplicable)).await;
    // A warning.
    change(keys::PERSONAL_DATA, code(keys::PERSONAL_DATA, "special_categories")).await;
    change(keys::DPIA_STATE, code(keys::DPIA_STATE, "open")).await;
    let rule = "special_data_without_dpia";
    assert_eq!(submit(&[]).await.unwrap(), Submission::Unexplained);
    assert_eq!(submit(&[(rule, "  ")]).await.unwrap(), Submission::Unexplained);
    assert_eq!(submit(&[("another", "Because.")]).await.unwrap(), Submission::Unexplained);
    assert!(matches!(submit(&[(rule, &"x".repeat(1_001))]).await, Err(AppError::Invalid)));
    assert_eq!(body.read(&anna, entry).await.stage, Stage::Draft);
    assert_eq!(submit(&[(rule, "Begun in May.")]).await.unwrap(), Submission::Done);
    // Whoever approves reads it, and it counts again.
    let permit = body.permit(&ben, Act::Approve, entry).await.unwrap();
    let reasons = body.app.finding_reasons(&permit, &body.read(&ben, entry).await).await.unwrap();
    let given: Vec<_> = reasons.iter().map(|one| (one.rule.as_str(), one.text.as_str(), one.by.clone())).collect();
    assert_eq!(given, [(rule, "Begun in May.", Some(anna.name.clone()))]);
    body.app.take_back_work(&body.permit(&anna, Act::Submit, entry).await.unwrap()).await.unwrap();
    assert_eq!(submit(&[]).await.unwrap(), Submission::Done);
    body.approve(&ben, entry).await.unwrap();
}
