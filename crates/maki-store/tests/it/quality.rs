//! What was found of entries: kept once, counted, forgotten; runs one at a time.

use std::collections::HashSet;

use maki_domain::{Instant, RecordId, RecordKind};
use maki_store::{
    JobFilter, JobState, Judgement, NewJob, NewJudgement, Problem, QualityTotals, RuleCount, Sight, StoreError,
    StoredFinding,
};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, content, contract, named, new_id, new_system};

contract!(
    what_was_found_is_kept_and_counted,
    what_stays_the_same_is_not_written_again,
    what_is_gone_is_forgotten,
    one_run_at_a_time_goes_on_where_it_ended,
    the_position_is_moved_by_whoever_read_from_it,
    a_scheduled_job_is_there_once,
    those_who_look_after_others_see_the_offices_below,
);

async fn organisation(f: &Fixture, parent: Option<RecordId>) -> RecordId {
    let mut body = new_system(content(r#"{"organisation_name":"Stadt"}"#));
    body.record.kind = RecordKind::Organisation;
    body.record.parent = parent;
    f.publish(std::slice::from_ref(&body)).await.unwrap();
    body.record.id
}

async fn system(f: &Fixture, owner: RecordId) -> RecordId {
    let mut system = new_system(named("Lotte"));
    system.record.owner = Some(owner);
    f.publish(std::slice::from_ref(&system)).await.unwrap();
    system.record.id
}

fn judged(entry: RecordId, organisation: RecordId, numbers: (u8, u8), rules: &[(&str, &str)]) -> NewJudgement {
    let finding = |(rule, severity): &(&str, &str)| StoredFinding {
        entry,
        rule: (*rule).to_owned(),
        field: "name".to_owned(),
        severity: (*severity).to_owned(),
        due: Some("2027-12-02".to_owned()).filter(|_| *severity == "warning"),
        words: r#"["Müll"]"#.to_owned(),
    };
    let count = |of: &str| u32::try_from(rules.iter().filter(|(_, severity)| *severity == of).count()).unwrap();
    let judgement = Judgement {
        entry,
        system: entry,
        organisation,
        completeness: numbers.0,
        quality: numbers.1,
        counts: [count("error"), count("warning"), count("hint")],
    };
    NewJudgement { judgement, findings: rules.iter().map(finding).collect() }
}

async fn put(f: &Fixture, judgements: &[NewJudgement]) -> usize {
    let mut tx = f.store.write().await.unwrap();
    let written = tx.put_judgements(at(1), judgements).await.unwrap();
    tx.commit().await.unwrap();
    written
}

async fn what_was_found_is_kept_and_counted(f: &Fixture) {
    let (town, county) = (organisation(f, None).await, organisation(f, None).await);
    let [a, b, c] = [system(f, town).await, system(f, town).await, system(f, county).await];
    let all = [
        judged(a, town, (40, 100), &[]),
        judged(b, town, (95, 60), &[("dead", "error"), ("short", "warning"), ("long", "hint")]),
        judged(c, county, (80, 80), &[("short", "warning")]),
    ];
    assert_eq!(put(f, &all).await, 3);
    let mut tx = f.store.read().await.unwrap();
    let own = [town];
    let totals: Vec<_> = tx.quality_totals(Sight::Of(&own)).await.unwrap();
    let expected = QualityTotals {
        entries: 2,
        completeness: 135,
        quality: 160,
        with_errors: 1,
        with_warnings: 1,
        with_any: 1,
        completeness_bands: [1, 0, 0, 1],
        quality_bands: [0, 1, 0, 1],
    };
    assert_eq!(totals, [(town, expected)]);
    assert_eq!(tx.quality_totals(Sight::All).await.unwrap().len(), 2);
    assert_eq!(tx.quality_totals(Sight::Of(&[])).await.unwrap(), []);
    let rule = |rule: &str, entries| RuleCount { rule: rule.to_owned(), entries };
    assert_eq!(tx.rule_counts(Sight::All).await.unwrap(), [rule("short", 2), rule("dead", 1), rule("long", 1)]);
    let check = [
        (Problem::None, vec![b, c, a]),
        (Problem::Errors, vec![b]),
        (Problem::Warnings, vec![b, c]),
        (Problem::Any, vec![b, c]),
        (Problem::Rule("long"), vec![b]),
        (Problem::Rule("short' OR 1=1"), vec![]),
    ];
    for (problem, expected) in check {
        let found = tx.judged(Sight::All, problem, 0, 10).await.unwrap();
        assert_eq!(found.iter().map(|one| one.entry).collect::<Vec<_>>(), expected, "{problem:?}");
        assert_eq!(tx.count_judged(Sight::All, problem).await.unwrap(), expected.len());
    }
    assert_eq!(tx.judged(Sight::All, Problem::None, 1, 1).await.unwrap(), [all[2].judgement.clone()]);
    let found = tx.findings_of(&[b]).await.unwrap();
    let rules: Vec<&str> = found.iter().map(|one| one.rule.as_str()).collect();
    assert_eq!(rules, ["dead", "long", "short"]);
    assert!(found.contains(&all[1].findings[1]));
}

async fn what_stays_the_same_is_not_written_again(f: &Fixture) {
    let town = organisation(f, None).await;
    let entry = system(f, town).await;
    let first = judged(entry, town, (50, 50), &[("dead", "error")]);
    assert_eq!(put(f, std::slice::from_ref(&first)).await, 1);
    assert_eq!(put(f, std::slice::from_ref(&first)).await, 0);
    let second = judged(entry, town, (51, 50), &[("short", "warning")]);
    assert_eq!(put(f, std::slice::from_ref(&second)).await, 1);
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.findings_of(&[entry]).await.unwrap(), second.findings);
    assert_eq!(tx.judged(Sight::All, Problem::None, 0, 10).await.unwrap(), [second.judgement]);
    drop(tx);
    // Many at once, and more findings than one statement takes.
    let rules: Vec<String> = (0..30).map(|n| format!("rule{n}")).collect();
    let rules: Vec<(&str, &str)> = rules.iter().map(|rule| (rule.as_str(), "hint")).collect();
    let mut systems = Vec::new();
    for _ in 0..220 {
        let mut one = new_system(named("Lotte"));
        one.record.owner = Some(town);
        systems.push(one);
    }
    f.publish(&systems).await.unwrap();
    let many: Vec<_> = systems.iter().map(|one| judged(one.record.id, town, (1, 1), &rules)).collect();
    assert_eq!(put(f, &many).await, 220);
    assert_eq!(f.number("SELECT COUNT(*) FROM finding").await, 220 * 30 + 1);
}

async fn what_is_gone_is_forgotten(f: &Fixture) {
    let town = organisation(f, None).await;
    let [a, b] = [system(f, town).await, system(f, town).await];
    let of = |entry| judged(entry, town, (50, 50), &[("dead", "error")]);
    put(f, &[of(a), of(b)]).await;
    let mut tx = f.store.write().await.unwrap();
    tx.forget_other_judgements(&[a, b], &HashSet::from([a, b])).await.unwrap();
    tx.forget_gone_judgements().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.number("SELECT COUNT(*) FROM judgement").await, 2);
    f.tamper("UPDATE record SET state = 'withdrawn' WHERE id IN (SELECT entry FROM judgement ORDER BY entry LIMIT 1)")
        .await;
    let mut tx = f.store.write().await.unwrap();
    tx.forget_gone_judgements().await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.number("SELECT COUNT(*) FROM judgement").await, 1);
    let mut tx = f.store.write().await.unwrap();
    tx.forget_other_judgements(&[a, b], &HashSet::new()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(f.number("SELECT COUNT(*) FROM judgement").await, 0);
    assert_eq!(f.number("SELECT COUNT(*) FROM finding").await, 0);
}

async fn one_run_at_a_time_goes_on_where_it_ended(f: &Fixture) {
    let begin = async |now: i64, day: &str| {
        let mut tx = f.store.write().await.unwrap();
        let run = tx.begin_quality_run(at(now), at(now + 10), Uuid::now_v7(), day, now).await;
        if run.is_ok() {
            tx.commit().await.unwrap();
        }
        run
    };
    let mut first = begin(1, "2026-11-25").await.unwrap();
    assert_eq!((first.attempt, first.head, first.after, first.is_whole), (1, 1, None, false));
    assert!(matches!(begin(5, "2026-11-25").await, Err(StoreError::NotPossible)));
    let after = new_id();
    (first.after, first.entries, first.found) = (Some(after), 7, [1, 2, 3]);
    let note = async |run: &maki_store::QualityRun, now: i64, ended: Option<Instant>| {
        let mut tx = f.store.write().await.unwrap();
        let held = tx.note_quality_run(run, at(now + 10), ended).await.unwrap();
        tx.commit().await.unwrap();
        held
    };
    assert!(note(&first, 6, None).await);
    // Nobody has said anything for long: the next one takes it over, and the first notices.
    let second = begin(17, "2026-11-25").await.unwrap();
    assert_eq!((second.id, second.attempt, second.after, second.entries), (first.id, 2, Some(after), 7));
    assert!(!note(&first, 18, None).await);
    // Another day begins anew.
    let third = begin(40, "2026-11-26").await.unwrap();
    assert!(third.id != first.id && third.after.is_none());
    assert!(!note(&second, 41, Some(at(41))).await);
    assert!(note(&third, 41, Some(at(42))).await);
    let runs = f.store.read().await.unwrap().quality_runs(5).await.unwrap();
    let ends: Vec<_> = runs.iter().map(|run| (run.is_whole, run.ended_at)).collect();
    assert_eq!(ends, [(true, Some(at(42))), (false, Some(at(40)))]);
    assert!(begin(43, "2026-11-26").await.is_ok());
}

async fn the_position_is_moved_by_whoever_read_from_it(f: &Fixture) {
    let position = async || f.store.read().await.unwrap().quality_position().await.unwrap();
    assert_eq!(position().await, None);
    let keep = async |head| {
        let mut tx = f.store.write().await.unwrap();
        tx.keep_quality_position(head).await.unwrap();
        tx.commit().await.unwrap();
    };
    keep(7).await;
    let mut tx = f.store.write().await.unwrap();
    assert!(tx.move_quality_position(7, 12).await.unwrap());
    assert!(!tx.move_quality_position(7, 13).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(position().await, Some(12));
    // What came while a run was under way is judged again; a run never skips anything.
    keep(20).await;
    assert_eq!(position().await, Some(12));
    keep(9).await;
    assert_eq!(position().await, Some(9));
}

async fn a_scheduled_job_is_there_once(f: &Fixture) {
    let job = |due: i64| NewJob {
        id: Uuid::now_v7(),
        kind: "quality",
        payload: "{}".to_owned(),
        due_at: at(due),
        account: None,
        organisation: None,
        total: 0,
    };
    let schedule = async |now: i64, due: i64| {
        let mut tx = f.store.write().await.unwrap();
        tx.schedule_job(at(now), &job(due)).await.unwrap();
        tx.commit().await.unwrap();
        let jobs = f.store.read().await.unwrap().jobs(&JobFilter::default(), 10, 0).await.unwrap();
        jobs.iter().map(|job| (job.state, job.due_at)).collect::<Vec<_>>()
    };
    assert_eq!(schedule(1, 100).await, [(JobState::Waiting, at(100))]);
    // Another time of day.
    assert_eq!(schedule(2, 90).await, [(JobState::Waiting, at(90))]);
    // What is due already is not put off by whoever starts late.
    assert_eq!(schedule(95, 190).await, [(JobState::Waiting, at(90))]);
    let mut tx = f.store.write().await.unwrap();
    let taken = tx.claim_jobs(at(95), at(200), &["quality"], 1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(schedule(96, 190).await, [(JobState::Running, at(200))]);
    let mut tx = f.store.write().await.unwrap();
    assert!(tx.finish_job(at(97), taken[0].lease(), "{}").await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(schedule(98, 190).await.len(), 2);
}

async fn those_who_look_after_others_see_the_offices_below(f: &Fixture) {
    let county = organisation(f, None).await;
    let town = organisation(f, None).await;
    let office = organisation(f, Some(town)).await;
    let other = organisation(f, None).await;
    let mut tx = f.store.write().await.unwrap();
    tx.coordinate(at(1), &actor(), county, &[town]).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.looked_after(&[county, other]).await.unwrap(), [town]);
    assert_eq!(tx.looked_after(&[]).await.unwrap(), []);
    let mut below = tx.bodies_below(&[town, other]).await.unwrap();
    below.sort_unstable();
    let mut expected = vec![town, office, other];
    expected.sort_unstable();
    assert_eq!(below, expected);
}
