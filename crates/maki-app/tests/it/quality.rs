//! Entries are judged: as `check` finds them, every night, after each publication; and seen by those who answer for them.

use std::collections::BTreeSet;

use maki_app::{
    App, AppError, JobKind, JobState, Permit, Principal, ProblemWish, QualityHandler, QualityQuery, Target,
};
use maki_domain::{Act, Instant, Kennung, RecordId, Role, catalogue, keys};
use maki_store::{Problem, Sight, WriteTx};

use crate::support::{Register, actor, both_engines, demo, text};
use crate::work::Body;

both_engines!(
    the_run_keeps_what_the_check_finds,
    what_is_published_is_judged_again,
    a_run_goes_on_where_it_broke_off,
    the_nightly_run_is_a_job,
    everybody_sees_what_they_answer_for,
);

async fn demo_register(register: &Register) {
    register.try_import(demo("register.jsonl"), "register.jsonl", |_| {}).await.unwrap();
}

fn today(app: &App) -> maki_domain::PartialDate {
    App::day_of(app.now()).unwrap()
}

/// Rule, field and whose page it is about.
type Found = BTreeSet<(String, String)>;

async fn the_run_keeps_what_the_check_finds(register: &Register) {
    demo_register(register).await;
    let app = &register.app;
    let (sender, mut receiver) = tokio::sync::mpsc::channel(100_000);
    app.check_register(today(app), sender).await.unwrap();
    let mut checked = Found::new();
    while let Ok(finding) = receiver.try_recv() {
        // What the authority's own record says belongs to none of its entries.
        if finding.field.field().record != maki_domain::RecordKind::Organisation {
            checked.insert((finding.rule.key.clone(), finding.field.field().key.clone()));
        }
    }
    let summary = app.judge_register(today(app)).await.unwrap();
    assert!(summary.is_whole && summary.entries > 250 && summary.errors > 5 && summary.warnings > 100, "{summary:?}");
    let mut tx = app.store().read().await.unwrap();
    let judged = tx.judged(Sight::All, Problem::None, 0, 1_000).await.unwrap();
    assert_eq!(judged.len(), usize::try_from(summary.entries).unwrap());
    let entries: Vec<RecordId> = judged.iter().map(|one| one.entry).collect();
    let found = tx.findings_of(&entries).await.unwrap();
    let kept: Found = found.iter().map(|one| (one.rule.clone(), one.field.clone())).collect();
    assert_eq!(kept, checked);
    let sum = |place: usize| judged.iter().map(|one| i64::from(one.counts[place])).sum::<i64>();
    assert_eq!([sum(0), sum(1), sum(2)], [summary.errors, summary.warnings, summary.hints]);
    // Entries are those that their bodies have in their lists.
    let totals = tx.quality_totals(Sight::All).await.unwrap();
    for (organisation, totals) in totals {
        let listed = tx.published_count(organisation).await.unwrap();
        assert_eq!(usize::try_from(totals.entries).unwrap(), listed);
    }
}

async fn quality_of(register: &Register, entry: RecordId) -> Option<(u8, Vec<String>)> {
    let mut tx = register.app.store().read().await.unwrap();
    let judged = tx.judged(Sight::All, Problem::None, 0, 1_000).await.unwrap();
    let one = judged.into_iter().find(|one| one.entry == entry)?;
    let findings = tx.findings_of(&[entry]).await.unwrap();
    Some((one.completeness, findings.into_iter().map(|one| one.rule).collect()))
}

async fn what_is_published_is_judged_again(register: &Register) {
    let app = &register.app;
    register.import(&crate::support::line("1", "Lotte", "Talheide")).await;
    app.judge_changed().await.unwrap();
    let entry = register.record("D1-Talheide").await.envelope.id;
    let (before, rules) = quality_of(register, entry).await.unwrap();
    assert!(!rules.contains(&"planned_but_running".to_owned()));
    register
        .edit("D1-Talheide", |content| {
            let lifecycle = catalogue().id(keys::LIFECYCLE).unwrap();
            let idea = lifecycle.field().vocabulary().unwrap().code("idea").unwrap();
            content.set(lifecycle, maki_domain::Value::Code(idea).into());
            let begun = "2025".parse::<maki_domain::PartialDate>().unwrap();
            content.put(keys::IN_OPERATION_SINCE, maki_domain::Slot::Value(maki_domain::Value::Date(begun)));
        })
        .await;
    app.judge_changed().await.unwrap();
    let (after, rules) = quality_of(register, entry).await.unwrap();
    assert!(rules.contains(&"planned_but_running".to_owned()), "{rules:?}");
    assert_ne!(before, after);
    // A second use by the same body takes the place of nothing; a system without a use is an entry of its own.
    let system = register.record("S1").await.envelope.id;
    assert_eq!(quality_of(register, system).await, None);
    register
        .edit("OTalheide", |content| {
            content.put(keys::ORGANISATION_NAME, text("Stadt Talheide an der Ruhme"));
        })
        .await;
    app.judge_changed().await.unwrap();
    assert!(quality_of(register, entry).await.is_some());
}

async fn a_run_goes_on_where_it_broke_off(register: &Register) {
    demo_register(register).await;
    let app = &register.app;
    let day = today(app);
    // A run that broke off after its first systems, as a process that was killed leaves it.
    let mut tx: WriteTx = app.store().write().await.unwrap();
    let head = tx.head().await.unwrap().sequence;
    let mut run =
        tx.begin_quality_run(Instant(1), Instant(2), uuid::Uuid::now_v7(), &day.to_string(), head).await.unwrap();
    tx.commit().await.unwrap();
    let ids = app.store().read().await.unwrap().list(maki_domain::RecordKind::System, None, 10).await.unwrap();
    (run.after, run.entries) = (ids.last().copied(), 10);
    let mut tx = app.store().write().await.unwrap();
    assert!(tx.note_quality_run(&run, Instant(2), None).await.unwrap());
    tx.commit().await.unwrap();
    let resumed = app.judge_register(day).await.unwrap();
    let mut tx = app.store().read().await.unwrap();
    let runs = tx.quality_runs(5).await.unwrap();
    assert_eq!((runs.len(), runs[0].id, runs[0].is_whole), (1, run.id, true));
    // What the first try had done is not done again, and counts once.
    let judged = tx.judged(Sight::All, Problem::None, 0, 1_000).await.unwrap();
    assert_eq!(usize::try_from(resumed.entries).unwrap(), judged.len() + 10);
    assert!(judged.iter().all(|one| !ids.contains(&one.system)), "{judged:?}");
    assert_eq!(tx.quality_position().await.unwrap(), Some(head));
    // While somebody holds a run, there is no other.
    drop(tx);
    let mut tx = app.store().write().await.unwrap();
    let later = Instant(app.now().0 + 60_000_000);
    tx.begin_quality_run(app.now(), later, uuid::Uuid::now_v7(), &day.to_string(), head).await.unwrap();
    tx.commit().await.unwrap();
    assert!(matches!(app.judge_register(day).await, Err(maki_app::QualityRunError::Running)));
}

async fn the_nightly_run_is_a_job(register: &Register) {
    register.import(&crate::support::line("1", "Lotte", "Talheide")).await;
    let app = &register.app;
    app.schedule_judging("02:30".parse().unwrap()).await.unwrap();
    app.schedule_judging("02:30".parse().unwrap()).await.unwrap();
    let jobs = async || {
        let filter = maki_store::JobFilter { kind: Some(JobKind::Quality.code().to_owned()), ..Default::default() };
        app.store().read().await.unwrap().jobs(&filter, 10, 0).await.unwrap()
    };
    let waiting = jobs().await;
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0].due_at > app.now());
    let workers = app.workers().with(std::sync::Arc::new(QualityHandler));
    assert_eq!(workers.run_due().await.unwrap(), 0);
    let mut tx = app.store().write().await.unwrap();
    tx.retry_job(app.now(), waiting[0].id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(workers.run_due().await.unwrap(), 1);
    let done = jobs().await;
    assert_eq!((done[0].state, done[0].progress, done[0].total), (JobState::Done, 1, 1));
    assert!(done[0].result.contains(r#""entries":1"#), "{}", done[0].result);
    app.schedule_judging("02:30".parse().unwrap()).await.unwrap();
    assert_eq!(jobs().await.len(), 2);
}

async fn shared(app: &App, who: &Principal) -> Permit {
    app.permit(who, Act::ReadFindings, Target::Anywhere).await.unwrap()
}

async fn everybody_sees_what_they_answer_for(register: &Register) {
    let body = Body::of(register, "Talheide").await;
    register.import(&crate::support::line("2", "Fremdes", "Anderswo")).await;
    crate::support::catch_up(&register.app).await;
    let app = &register.app;
    app.judge_register(today(app)).await.unwrap();
    let editor = body.person(1, &[Role::Editor]).await;
    let reader = body.person(2, &[Role::Reader]).await;
    let coordinator = body.person(3, &[Role::Coordinator]).await;
    let query = |organisation: Option<Kennung>| QualityQuery { organisation, page: 1, ..QualityQuery::default() };
    let page = async |who: &Principal, query: QualityQuery| {
        let permit = shared(app, who).await;
        app.quality_page(&permit, &query).await
    };
    let own = page(&editor, query(None)).await.unwrap();
    assert_eq!((own.totals.entries, own.total, own.organisations.len()), (1, 1, 1));
    assert_eq!(own.organisations[0].place.id, body.organisation);
    assert_eq!(own.lands.len(), 1);
    assert!(own.entries[0].findings.iter().any(|one| one.rule.key == "minimum"), "{:?}", own.entries);
    assert!(own.rules.iter().any(|(rule, entries)| rule.key == "minimum" && *entries == 1));
    let other = register.record("OAnderswo").await.envelope;
    assert!(matches!(page(&editor, query(other.kennung.clone())).await, Err(AppError::NotFound)));
    let refused = app.permit(&reader, Act::ReadFindings, Target::Anywhere).await;
    assert!(matches!(refused, Err(AppError::Forbidden)));
    // Coordinators see those whom they look after, by the table, and nothing of their own body's work.
    assert_eq!(page(&coordinator, query(None)).await.unwrap().totals.entries, 0);
    let mut tx = app.store().write().await.unwrap();
    tx.coordinate(Instant(1), &actor(), body.organisation, &[other.id]).await.unwrap();
    tx.commit().await.unwrap();
    let looked_after = page(&coordinator, query(None)).await.unwrap();
    assert_eq!(looked_after.organisations.iter().map(|one| one.place.id).collect::<Vec<_>>(), [other.id]);
    // Filters by problem and by rule, in the list of the body too.
    let errors = QualityQuery { problem: ProblemWish::Errors, ..query(None) };
    assert_eq!(page(&editor, errors).await.unwrap().total, 1);
    let rule = QualityQuery { problem: ProblemWish::Rule("ended_without_date".into()), ..query(None) };
    assert_eq!(page(&editor, rule).await.unwrap().total, 0);
    let land = QualityQuery { land: Some("05".into()), ..query(None) };
    assert_eq!(page(&editor, land).await.unwrap().totals.entries, 0);
}
