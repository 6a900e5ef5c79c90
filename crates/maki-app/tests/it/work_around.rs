//! Around the work on entries: discussion, previews, proposals, changes to many, withdrawal, and what was public when.

use maki_app::work::{
    BulkChange, BulkSkip, NewRemark, ProposalState, ProposeOutcome, SaveOutcome, Segment, Stage, Submission,
};
use maki_app::{App, AppError, Principal, Target};
use maki_domain::{Absence, Act, Instant, RecordId, RecordKind, Role, Slot, View, Visibility, keys};
use uuid::Uuid;

use crate::support::{Register, both_engines, catch_up, text};
use crate::work::{BOTH, Body, EDITOR, change, code, id};

both_engines!(
    discussions_stay_with_the_entry,
    only_those_who_see_it_are_named,
    outsiders_read_what_the_public_would,
    stewards_decide_about_proposals,
    many_are_changed_and_approved,
    many_are_undone_where_nobody_touched_them,
    what_is_taken_back_says_why,
    days_show_what_was_public,
);

fn remark(text: &str) -> NewRemark {
    NewRemark { text: text.into(), ..NewRemark::default() }
}

/// An entry that is public.
async fn published(body: &Body<'_>, anna: &Principal, ben: &Principal, name: &str) -> RecordId {
    let entry = body.start(anna, name).await;
    body.complete(anna, entry).await;
    assert_eq!(body.submit(anna, entry).await.unwrap(), Submission::Done);
    body.approve(ben, entry).await.unwrap();
    catch_up(body.app).await;
    entry
}

async fn told(app: &App) -> Vec<Uuid> {
    let permit = app.machine_permit(Act::Operate, RecordId::NIL);
    app.jobs(&permit, maki_app::JobQuery::default()).await.unwrap().jobs.into_iter().filter_map(|j| j.account).collect()
}

async fn discussions_stay_with_the_entry(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let entry = body.start(&anna, "Lotte").await;
    let permit = body.permit(&ben, Act::Comment, entry).await.unwrap();
    let mention = format!("<b>Why</b>, @{{{}}}?", anna.account.unwrap());
    let new = NewRemark { field: Some(id(keys::PURPOSE)), ..remark(&mention) };
    let thread = body.app.comment(&permit, &new).await.unwrap();
    assert_eq!(told(body.app).await, [anna.account.unwrap()]);
    let answering = body.permit(&anna, Act::Comment, entry).await.unwrap();
    body.app.comment(&answering, &NewRemark { thread: Some(thread), ..remark("Because.") }).await.unwrap();
    body.app.comment(&answering, &remark("About all of it")).await.unwrap();
    body.complete(&anna, entry).await;
    body.submit(&anna, entry).await.unwrap();
    body.approve(&ben, entry).await.unwrap();
    let reading = body.permit(&anna, Act::ReadWork, entry).await.unwrap();
    let threads = body.app.threads(&reading).await.unwrap();
    let fields: Vec<_> = threads.iter().map(|t| (t.kind, t.field, t.remarks.len())).collect();
    let purpose = Some(id(keys::PURPOSE));
    assert_eq!(fields, [(RecordKind::System, purpose, 2), (RecordKind::Deployment, None, 1)]);
    let first = &threads[0].remarks[0];
    assert_eq!((first.author.as_deref(), first.is_own), (Some("Person 2"), false));
    let segments =
        [Segment::Text("<b>Why</b>, ".into()), Segment::Mention(Some("Person 1".into())), Segment::Text("?".into())];
    assert_eq!(first.segments, segments);
    body.app.resolve_thread(&answering, thread, true).await.unwrap();
    let resolved = body.app.threads(&reading).await.unwrap()[0].resolved.clone().unwrap();
    assert_eq!(resolved.1.as_deref(), Some("Person 1"));
    // Who is erased is named nowhere.
    let mut tx = body.app.store().write().await.unwrap();
    tx.erase_account(Instant(9), &crate::support::actor(), anna.account.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    let reading = body.permit(&ben, Act::ReadWork, entry).await.unwrap();
    let threads = body.app.threads(&reading).await.unwrap();
    assert_eq!(threads[0].remarks[0].segments[1], Segment::Mention(None));
    assert_eq!(threads[0].remarks[1].author, None);
    assert_eq!(body.app.verify(|_, _| {}).await.unwrap().chain.total_findings, 0);
}

async fn only_those_who_see_it_are_named(register: &Register) {
    let (body, foreign) = (Body::of(register, "Stadt").await, Body::of(register, "Kreis").await);
    let (anna, eve) = (body.person(1, EDITOR).await, foreign.person(2, BOTH).await);
    let reader = body.person(3, &[Role::Reader]).await;
    let entry = body.start(&anna, "Lotte").await;
    let permit = body.permit(&anna, Act::Comment, entry).await.unwrap();
    let names: Vec<_> = body.app.colleagues(&permit).await.unwrap().into_iter().map(|c| c.account).collect();
    assert_eq!(names, [anna.account.unwrap()], "whoever cannot read it is not offered");
    for stranger in [&eve, &reader] {
        let text = format!("@{{{}}}", stranger.account.unwrap());
        assert!(matches!(body.app.comment(&permit, &remark(&text)).await, Err(AppError::Invalid)));
    }
    for text in ["", " \n ", &"x".repeat(10_001), "a\u{0}b"] {
        assert!(matches!(body.app.comment(&permit, &remark(text)).await, Err(AppError::Invalid)));
    }
    body.app.comment(&permit, &remark(&"ä".repeat(10_000))).await.unwrap();
    // Threads of others are not answered, nor resolved.
    let other = foreign.start(&eve, "Mine").await;
    let theirs = foreign.permit(&eve, Act::Comment, other).await.unwrap();
    let thread = foreign.app.comment(&theirs, &remark("secret")).await.unwrap();
    let answer = NewRemark { thread: Some(thread), ..remark("seen") };
    assert!(matches!(body.app.comment(&permit, &answer).await, Err(AppError::NotFound)));
    assert!(matches!(body.app.resolve_thread(&permit, thread, true).await, Err(AppError::NotFound)));
}

async fn outsiders_read_what_the_public_would(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let anna = body.person(1, EDITOR).await;
    let entry = body.start(&anna, "Lotte").await;
    let revision = body.read(&anna, entry).await.part(RecordKind::System).unwrap().revision;
    let permit = body.permit(&anna, Act::Edit, entry).await.unwrap();
    let mut hidden = change(id(keys::PURPOSE), Some(text("Not for all")));
    hidden.visibility = Visibility::OwnOrganisation;
    let save = maki_app::work::SavePart {
        kind: RecordKind::System,
        expected_revision: revision,
        changes: vec![hidden, change(id(keys::PROBLEM), Some(text("For all")))],
    };
    assert!(matches!(body.app.save_work(&permit, &[save]).await.unwrap(), SaveOutcome::Saved(_)));
    let permit = body.permit(&anna, Act::Preview, entry).await.unwrap();
    for days in [0, -1, 31, i64::MAX] {
        assert!(matches!(body.app.make_preview(&permit, days).await, Err(AppError::Invalid)));
    }
    let secret = body.app.make_preview(&permit, 30).await.unwrap();
    let seen = body.app.previewed(&secret).await.unwrap().unwrap();
    assert_eq!((seen.name.as_str(), seen.organisation.as_str()), ("Lotte", "Stadt Stadt"));
    assert_eq!((seen.stage, seen.kennung), (Stage::Draft, None));
    assert_eq!(seen.parts[0].content.text(keys::PROBLEM), Some("For all"));
    assert_eq!(seen.parts[0].content.text(keys::PURPOSE), None);
    for wrong in ["", "x", &secret[1..], &"A".repeat(43), &format!("{secret}="), "ä"] {
        assert_eq!(body.app.previewed(wrong).await.unwrap(), None, "{wrong}");
    }
    let link = body.app.previews(&permit).await.unwrap().remove(0);
    assert!(link.is_open);
    body.app.revoke_preview(&permit, link.id).await.unwrap();
    assert_eq!(body.app.previewed(&secret).await.unwrap(), None);
    // A draft that was thrown away is shown to nobody.
    let secret = body.app.make_preview(&permit, 1).await.unwrap();
    body.app.discard_work(&body.permit(&anna, Act::Edit, entry).await.unwrap()).await.unwrap();
    assert_eq!(body.app.previewed(&secret).await.unwrap(), None);
}

async fn stewards_decide_about_proposals(register: &Register) {
    let (steward, other) = (Body::of(register, "Stadt").await, Body::of(register, "Kreis").await);
    let (anna, eve) = (steward.person(1, BOTH).await, other.person(2, EDITOR).await);
    let ben = steward.person(3, &[Role::Approver]).await;
    let entry = published(&steward, &anna, &ben, "Lotte").await;
    let system = steward.read(&anna, entry).await.part(RecordKind::System).unwrap().record;
    assert!(matches!(steward.permit(&anna, Act::Propose, system).await, Err(AppError::Forbidden)), "it is one's own");
    let permit = other.permit(&eve, Act::Propose, system).await.unwrap();
    let basis = other.app.proposable(&permit).await.unwrap();
    assert_eq!((basis.version, basis.steward.as_str()), (1, "Stadt Stadt"));
    let propose = async |value: &str, note: &str| {
        other.app.propose(&permit, 1, &[change(id(keys::PURPOSE), Some(text(value)))], note).await
    };
    assert!(matches!(propose("Better", "").await, Err(AppError::Invalid)), "say why");
    assert!(matches!(propose(&"x".repeat(50_000), "why").await.unwrap(), ProposeOutcome::Faults(_)));
    let same = [change(id(keys::NAME), Some(text("Lotte")))];
    assert_eq!(other.app.propose(&permit, 1, &same, "why").await.unwrap(), ProposeOutcome::Unchanged);
    let stale = [change(id(keys::NAME), Some(text("New")))];
    assert!(matches!(other.app.propose(&permit, 0, &stale, "why").await, Err(AppError::Changed)));
    let ProposeOutcome::Made(first) = propose("Better", "why").await.unwrap() else { panic!("must be made") };
    let ProposeOutcome::Made(second) = propose("Worse", "why").await.unwrap() else { panic!("must be made") };
    assert!(told(steward.app).await.contains(&anna.account.unwrap()), "editors of the steward are told");

    let own = steward.app.permit(&anna, Act::ReadWork, Target::Organisation(steward.organisation)).await.unwrap();
    let open = steward.app.proposals_to(&own).await.unwrap();
    assert_eq!(open.iter().map(|p| p.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((open[0].organisation.as_str(), open[0].changes.len()), ("Stadt Kreis", 1));
    let edit = steward.permit(&anna, Act::Edit, system).await.unwrap();
    assert!(matches!(steward.app.decline_proposal(&edit, second, " ").await, Err(AppError::Invalid)));
    steward.app.decline_proposal(&edit, second, "It is not so").await.unwrap();
    let draft = steward.app.accept_proposal(&edit, first, "Thank you").await.unwrap();
    assert!(matches!(steward.app.accept_proposal(&edit, first, "").await, Err(AppError::WrongStage)));
    let work = steward.read(&anna, draft).await;
    let part = work.part(RecordKind::System).unwrap();
    assert_eq!((work.stage, part.content.text(keys::PURPOSE)), (Stage::Draft, Some("Better")));
    assert_eq!(part.content.text(keys::NAME), Some("Lotte"), "the rest stays");
    let theirs = other.app.permit(&eve, Act::ReadWork, Target::Organisation(other.organisation)).await.unwrap();
    let states: Vec<_> = other.app.proposals_by(&theirs).await.unwrap().into_iter().map(|p| (p.id, p.state)).collect();
    assert_eq!(states, [(second, ProposalState::Declined), (first, ProposalState::Accepted)]);
    assert!(told(other.app).await.contains(&eve.account.unwrap()), "who proposed is told");
    // Only who made it takes it back.
    let ProposeOutcome::Made(third) = propose("Again", "why").await.unwrap() else { panic!("must be made") };
    let stranger = Body::of(register, "Land").await;
    let mallory = stranger.person(9, EDITOR).await;
    let foreign = stranger.permit(&mallory, Act::Propose, system).await.unwrap();
    assert!(matches!(stranger.app.take_back_proposal(&foreign, third).await, Err(AppError::NotFound)));
    other.app.take_back_proposal(&permit, third).await.unwrap();
    assert!(steward.app.proposals_to(&own).await.unwrap().is_empty());
}

async fn many_are_changed_and_approved(register: &Register) {
    let (body, foreign) = (Body::of(register, "Stadt").await, Body::of(register, "Kreis").await);
    let (anna, ben) = (body.person(1, BOTH).await, body.person(2, &[Role::Approver]).await);
    let mut entries = Vec::new();
    for name in ["A", "B", "C"] {
        entries.push(published(&body, &anna, &ben, name).await);
    }
    let busy = published(&body, &anna, &ben, "Busy").await;
    let revision = body.read(&anna, busy).await.part(RecordKind::System).unwrap().revision;
    body.save(&anna, busy, vec![(RecordKind::System, revision, vec![(id(keys::NAME), Some(text("Now")))])]).await;
    let theirs = register.record("DKreis-Kreis").await.envelope.id;
    let permit =
        async |who: &Principal, act| body.app.permit(who, act, Target::Organisation(body.organisation)).await.unwrap();
    let editing = permit(&anna, Act::Submit).await;
    let chosen: Vec<RecordId> = entries.iter().copied().chain([busy, theirs, RecordId::NIL]).collect();
    for wrong in [
        BulkChange::Lifecycle { to: "nonsense".into() },
        BulkChange::Mailbox { address: "no address".into() },
        BulkChange::Mailbox { address: String::new() },
    ] {
        assert!(matches!(body.app.bulk_edit(&editing, &chosen, &wrong, "").await, Err(AppError::Invalid)));
    }
    let too_many: Vec<RecordId> = (0..501).map(|n| RecordId(Uuid::from_u128(n))).collect();
    assert!(matches!(body.app.bulk_edit(&editing, &too_many, &BulkChange::Confirm, "").await, Err(AppError::Invalid)));
    let outcome = body.app.bulk_edit(&editing, &chosen, &BulkChange::Confirm, "looked at").await.unwrap();
    let mut done = outcome.done.clone();
    done.sort_unstable();
    let mut wanted = entries.clone();
    wanted.sort_unstable();
    assert_eq!(done, wanted);
    let mut why: Vec<_> = outcome.skipped.iter().map(|(_, _, skip)| *skip).collect();
    why.sort_unstable();
    assert_eq!(why, [BulkSkip::Unknown, BulkSkip::Unknown, BulkSkip::InWork]);
    let bulk = outcome.id.unwrap();
    let summary = body.app.bulk_edits(&permit(&ben, Act::ReadWork).await).await.unwrap().remove(0);
    assert_eq!((summary.entries, summary.waiting, summary.is_own), (3, 3, false));
    // One is decided by itself, and one taken back, before the rest is approved together.
    body.approve(&ben, entries[0]).await.unwrap();
    body.app.take_back_work(&body.permit(&anna, Act::Submit, entries[1]).await.unwrap()).await.unwrap();
    assert!(matches!(body.app.approve_bulk(&permit(&anna, Act::Approve).await, bulk).await, Err(AppError::OwnWork)));
    let eve = foreign.person(3, BOTH).await;
    let other = foreign.app.permit(&eve, Act::Approve, Target::Organisation(foreign.organisation)).await.unwrap();
    assert!(matches!(body.app.approve_bulk(&other, bulk).await, Err(AppError::NotFound)));
    let end = body.app.approve_bulk(&permit(&ben, Act::Approve).await, bulk).await.unwrap();
    assert_eq!((end.done, end.left), (1, 2));
    let stages = [entries[0], entries[1], entries[2]];
    for (entry, stage) in stages.into_iter().zip([Stage::Published, Stage::Draft, Stage::Published]) {
        let work = body.read(&anna, entry).await;
        assert_eq!(work.stage, stage);
        assert!(work.part(RecordKind::Deployment).unwrap().content.slot(keys::LAST_CONFIRMED_ON).is_some());
    }
}

async fn many_are_undone_where_nobody_touched_them(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, BOTH).await, body.person(2, &[Role::Approver]).await);
    let mut entries = Vec::new();
    for name in ["A", "B", "C"] {
        entries.push(published(&body, &anna, &ben, name).await);
    }
    let editing = body.app.permit(&anna, Act::Submit, Target::Organisation(body.organisation)).await.unwrap();
    // A stage that cannot follow is left.
    let idea = BulkChange::Lifecycle { to: "idea".into() };
    let outcome = body.app.bulk_edit(&editing, &entries, &idea, "").await.unwrap();
    assert!(outcome.id.is_none() && outcome.skipped.iter().all(|(_, _, skip)| *skip == BulkSkip::NotPossible));
    let mailbox = BulkChange::Mailbox { address: "ki@stadt.example".into() };
    let outcome = body.app.bulk_edit(&editing, &entries, &mailbox, "").await.unwrap();
    assert_eq!(outcome.done.len(), 3);
    body.approve(&ben, entries[2]).await.unwrap();
    let end = body.app.undo_bulk(&editing, outcome.id.unwrap()).await.unwrap();
    assert_eq!((end.done, end.left), (2, 1));
    assert!(matches!(body.app.undo_bulk(&editing, outcome.id.unwrap()).await, Err(AppError::WrongStage)));
    let mailbox_of = async |entry| {
        let work = body.read(&anna, entry).await;
        let content = work.part(RecordKind::System).unwrap().content.clone();
        content.text(keys::CONTACT_MAILBOX).map(str::to_owned)
    };
    assert_eq!(mailbox_of(entries[0]).await, None);
    assert_eq!(mailbox_of(entries[2]).await.as_deref(), Some("ki@stadt.example"));
    assert_eq!(body.app.verify(|_, _| {}).await.unwrap().chain.total_findings, 0);
}

async fn what_is_taken_back_says_why(register: &Register) {
    let (body, other) = (Body::of(register, "Stadt").await, Body::of(register, "Kreis").await);
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let entry = published(&body, &anna, &ben, "Lotte").await;
    let work = body.read(&anna, entry).await;
    let kennung = work.part(RecordKind::System).unwrap().kennung.clone().unwrap();
    let permit = body.permit(&ben, Act::Withdraw, entry).await.unwrap();
    for reason in ["", "too short", &"x".repeat(2_001)] {
        assert!(matches!(body.app.withdraw(&permit, reason, true).await, Err(AppError::Invalid)));
    }
    // Whom others build on stays.
    let system = register.record("SStadt").await.envelope;
    let eve = other.person(4, EDITOR).await;
    let adopting = other.app.permit(&eve, Act::Edit, Target::Organisation(other.organisation)).await.unwrap();
    let start = maki_app::work::Start::Adopt { system: system.id, deployment: maki_domain::Content::new() };
    let adopted = other.app.start_entry(&adopting, start).await.unwrap();
    let revision = other.read(&eve, adopted).await.part(RecordKind::Deployment).unwrap().revision;
    let running = vec![(id(keys::LIFECYCLE), Some(code(keys::LIFECYCLE, "operation")))];
    other.save(&eve, adopted, vec![(RecordKind::Deployment, revision, running)]).await;
    other.complete(&eve, adopted).await;
    other.submit(&eve, adopted).await.unwrap();
    other.approve(&other.person(5, &[Role::Approver]).await, adopted).await.unwrap();
    let shared = body.permit(&ben, Act::Withdraw, system.id).await.unwrap();
    let scope = body.app.withdrawal_scope(&shared).await.unwrap();
    assert_eq!((scope.system, scope.own_uses, scope.foreign_uses), (false, 1, 1));
    let refused = body.app.withdraw(&shared, "It was never in use.", false).await;
    assert!(matches!(refused, Err(AppError::WrongStage)));

    body.app.withdraw(&permit, "It was never in use.", true).await.unwrap();
    assert!(matches!(body.app.withdraw(&permit, "It was never in use.", true).await, Err(AppError::WrongStage)));
    catch_up(body.app).await;
    let sheet = body.app.steckbrief(View::Public, &kennung).await.unwrap().unwrap();
    assert!(sheet.system.is_withdrawn() && sheet.deployments.is_empty());
    assert_eq!(sheet.withdrawal.as_ref().unwrap().reason, "It was never in use.");
    let work = body.read(&anna, entry).await;
    assert_eq!(work.stage, Stage::Withdrawn);
    // Published again, it is public again.
    let changes: Vec<_> = work
        .parts
        .iter()
        .map(|part| {
            let key = if part.kind == RecordKind::System { keys::PURPOSE } else { keys::DEPLOYMENT_PURPOSE };
            (part.kind, part.revision, vec![(id(key), Some(Slot::Absent(Absence::NotStated)))])
        })
        .collect();
    assert!(matches!(body.save(&anna, entry, changes).await, SaveOutcome::Saved(_)));
    body.submit(&anna, entry).await.unwrap();
    body.approve(&ben, entry).await.unwrap();
    catch_up(body.app).await;
    let sheet = body.app.steckbrief(View::Public, &kennung).await.unwrap().unwrap();
    assert_eq!((sheet.system.is_withdrawn(), sheet.deployments.len(), &sheet.withdrawal), (false, 1, &None));
}

async fn days_show_what_was_public(register: &Register) {
    let body = Body::of(register, "Stadt").await;
    let (anna, ben) = (body.person(1, EDITOR).await, body.person(2, &[Role::Approver]).await);
    let entry = published(&body, &anna, &ben, "Lotte").await;
    let kennung = body.read(&anna, entry).await.part(RecordKind::System).unwrap().kennung.clone().unwrap();
    let today = App::day_of(body.app.now()).unwrap();
    let at = async |day: &str| body.app.steckbrief_at(View::Public, &kennung, day.parse().unwrap()).await.unwrap();
    let now = at(&today.to_string()).await.unwrap();
    let current = body.app.steckbrief(View::Public, &kennung).await.unwrap().unwrap();
    assert_eq!((&now.system, &now.deployments), (&current.system, &current.deployments));
    assert_eq!((&now.versions, &now.responsible), (&current.versions, &current.responsible));
    let by = body.app.published_by(&current).await.unwrap();
    assert_eq!(by.len(), 2, "the system and its use");
    assert_eq!(by[&(kennung.to_string(), 1)].name, "Stadt Stadt");
    let page = body.app.changes(0, 1_000).await.unwrap();
    let last = page.changes.last().unwrap();
    assert_eq!(last.organisation.as_ref().map(|o| o.name.as_str()), Some("Stadt Stadt"));
    assert_eq!((last.change_note.as_str(), &page.changes[0].organisation), ("first", &None));
    for (day, why) in [("2001-01-01", "before"), ("2198-01-01", "to come"), ("2026-01", "no day"), ("2026", "no day")] {
        assert_eq!(at(day).await, None, "{why}");
    }
}
