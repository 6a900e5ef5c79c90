//! Jobs: each handed to one runner at a time, at least once, and kept in sight.

use std::collections::HashMap;

use maki_domain::RecordId;
use maki_store::{Job, JobFilter, JobState, Lease, NewJob, StoreError};
use uuid::Uuid;

use crate::support::{Fixture, at, contract};

contract!(
    a_job_is_put_with_its_transaction,
    a_job_is_taken_at_its_time_and_again_after_the_lease,
    what_ends_well_keeps_no_payload,
    what_fails_waits_for_another_try,
    what_is_cancelled_stops,
    two_runners_never_have_the_same_job,
    lists_and_counts,
    what_ended_long_ago_is_deleted,
);

const KINDS: &[&str] = &["mail"];

fn new_job(due: i64) -> NewJob {
    NewJob {
        id: Uuid::now_v7(),
        kind: "mail",
        payload: r#"{"to":"Ä"}"#.to_owned(),
        due_at: at(due),
        account: None,
        organisation: None,
        total: 0,
    }
}

async fn put(f: &Fixture, jobs: &[NewJob]) {
    let mut tx = f.store.write().await.unwrap();
    tx.put_jobs(at(0), jobs).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(f: &Fixture, now: i64, limit: i64) -> Vec<Job> {
    let mut tx = f.store.write().await.unwrap();
    let jobs = tx.claim_jobs(at(now), at(now + 300), KINDS, limit).await.unwrap();
    tx.commit().await.unwrap();
    jobs
}

async fn job(f: &Fixture, id: Uuid) -> Job {
    f.store.read().await.unwrap().job(id).await.unwrap().unwrap()
}

async fn next(f: &Fixture) -> Option<maki_domain::Instant> {
    f.store.read().await.unwrap().next_job_at(KINDS).await.unwrap()
}

async fn finish(f: &Fixture, now: i64, lease: Lease) -> bool {
    let mut tx = f.store.write().await.unwrap();
    let held = tx.finish_job(at(now), lease, "{}").await.unwrap();
    tx.commit().await.unwrap();
    held
}

async fn a_job_is_put_with_its_transaction(f: &Fixture) {
    let new = new_job(0);
    let mut tx = f.store.write().await.unwrap();
    tx.put_jobs(at(0), std::slice::from_ref(&new)).await.unwrap();
    drop(tx);
    assert_eq!(f.store.read().await.unwrap().job(new.id).await.unwrap(), None);
    put(f, &[]).await;
    put(f, std::slice::from_ref(&new)).await;
    let stored = job(f, new.id).await;
    assert_eq!((stored.payload, stored.state, stored.attempts), (new.payload, JobState::Waiting, 0));
}

async fn a_job_is_taken_at_its_time_and_again_after_the_lease(f: &Fixture) {
    let (early, late) = (new_job(10), new_job(20));
    put(f, &[late.clone(), early.clone()]).await;
    assert_eq!(next(f).await, Some(at(10)));
    assert_eq!(claim(f, 9, 10).await, []);
    let taken = claim(f, 10, 10).await;
    assert_eq!(taken.iter().map(|job| (job.id, job.attempts)).collect::<Vec<_>>(), [(early.id, 1)]);
    assert_eq!(claim(f, 10, 10).await, []);
    // The runner dies. Nobody gets its job before the lease is over.
    let first = taken[0].lease();
    let others: Vec<_> = claim(f, 309, 10).await.iter().map(|job| job.id).collect();
    assert_eq!(others, [late.id]);
    let again = claim(f, 310, 10).await;
    assert_eq!(again.iter().map(|job| (job.id, job.attempts)).collect::<Vec<_>>(), [(early.id, 2)]);
    // It was not dead after all, and is no longer asked.
    assert!(!finish(f, 311, first).await);
    assert_eq!(job(f, early.id).await.state, JobState::Running);
    assert!(finish(f, 312, again[0].lease()).await);
    assert_eq!(job(f, early.id).await.state, JobState::Done);
    // A clock that went back finds nothing that was taken later.
    assert_eq!(claim(f, 0, 10).await, []);
}

async fn what_ends_well_keeps_no_payload(f: &Fixture) {
    let new = new_job(0);
    put(f, std::slice::from_ref(&new)).await;
    let lease = claim(f, 1, 1).await[0].lease();
    assert!(finish(f, 2, lease).await);
    let done = job(f, new.id).await;
    assert_eq!((done.payload.as_str(), done.result.as_str(), done.ended_at), ("", "{}", Some(at(2))));
    assert!(!finish(f, 3, lease).await, "it has ended");
    assert_eq!(next(f).await, None);
}

async fn what_fails_waits_for_another_try(f: &Fixture) {
    let new = new_job(0);
    put(f, std::slice::from_ref(&new)).await;
    let lease = claim(f, 1, 1).await[0].lease();
    let mut tx = f.store.write().await.unwrap();
    assert!(tx.put_back_job(lease, at(60), &"ü".repeat(5_000)).await.unwrap());
    tx.commit().await.unwrap();
    let waiting = job(f, new.id).await;
    assert_eq!((waiting.state, waiting.due_at, waiting.attempts), (JobState::Waiting, at(60), 1));
    assert_eq!(waiting.last_error.chars().count(), 500);
    assert_eq!(claim(f, 59, 1).await, []);
    let lease = claim(f, 60, 1).await[0].lease();
    let mut tx = f.store.write().await.unwrap();
    assert!(tx.fail_job(at(61), lease, "refused").await.unwrap());
    tx.commit().await.unwrap();
    let failed = job(f, new.id).await;
    assert_eq!((failed.state, failed.payload, failed.last_error.as_str()), (JobState::Failed, new.payload, "refused"));
    assert_eq!(claim(f, 10_000, 1).await, []);
    let mut tx = f.store.write().await.unwrap();
    tx.retry_job(at(70), new.id).await.unwrap();
    tx.commit().await.unwrap();
    let again = claim(f, 70, 1).await;
    assert_eq!((again[0].attempts, again[0].ended_at), (1, None));
    let mut tx = f.store.write().await.unwrap();
    assert!(matches!(tx.retry_job(at(71), new.id).await, Err(StoreError::NotPossible)), "it runs");
}

async fn what_is_cancelled_stops(f: &Fixture) {
    let new = NewJob { total: 100, ..new_job(0) };
    put(f, std::slice::from_ref(&new)).await;
    let lease = claim(f, 1, 1).await[0].lease();
    let mut tx = f.store.write().await.unwrap();
    assert!(tx.hold_job(lease, at(500), 40, 100).await.unwrap());
    tx.commit().await.unwrap();
    let held = job(f, new.id).await;
    assert_eq!((held.progress, held.total, held.due_at), (40, 100, at(500)));
    let mut tx = f.store.write().await.unwrap();
    tx.cancel_job(at(3), new.id).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    assert!(!tx.hold_job(lease, at(600), 50, 100).await.unwrap());
    assert!(!tx.put_back_job(lease, at(600), "late").await.unwrap());
    assert!(!tx.fail_job(at(4), lease, "late").await.unwrap());
    assert!(matches!(tx.cancel_job(at(4), new.id).await, Err(StoreError::NotPossible)));
    assert!(matches!(tx.cancel_job(at(4), Uuid::now_v7()).await, Err(StoreError::NotPossible)));
    drop(tx);
    let cancelled = job(f, new.id).await;
    assert_eq!((cancelled.state, cancelled.payload.as_str()), (JobState::Cancelled, ""));
}

async fn two_runners_never_have_the_same_job(f: &Fixture) {
    const JOBS: usize = 250;
    put(f, &(0..JOBS).map(|_| new_job(0)).collect::<Vec<_>>()).await;
    let runner = |store: maki_store::Store| async move {
        let mut taken = Vec::new();
        loop {
            let mut tx = store.write().await.unwrap();
            let jobs = tx.claim_jobs(at(1), at(300), KINDS, 7).await.unwrap();
            tx.commit().await.unwrap();
            if jobs.is_empty() {
                return taken;
            }
            assert!(jobs.len() <= 7);
            taken.extend(jobs.iter().map(|job| job.id));
        }
    };
    let runners: Vec<_> = (0..4).map(|_| tokio::spawn(runner(f.store.clone()))).collect();
    let mut times: HashMap<Uuid, usize> = HashMap::new();
    for runner in runners {
        for id in runner.await.unwrap() {
            *times.entry(id).or_default() += 1;
        }
    }
    assert_eq!(times.len(), JOBS);
    assert!(times.values().all(|times| *times == 1));
}

async fn lists_and_counts(f: &Fixture) {
    let organisation = RecordId(Uuid::now_v7());
    let mut jobs: Vec<NewJob> = (0..5).map(new_job).collect();
    jobs[0].kind = "upload";
    jobs[0].organisation = Some(organisation);
    put(f, &jobs).await;
    claim(f, 1, 10).await;
    let mut tx = f.store.read().await.unwrap();
    let check = async |tx: &mut maki_store::ReadTx, filter: JobFilter, expected: &[usize]| {
        let found = tx.jobs(&filter, 10, 0).await.unwrap();
        let expected: Vec<Uuid> = expected.iter().map(|place| jobs[*place].id).collect();
        assert_eq!(found.iter().map(|job| job.id).collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!(tx.count_jobs(&filter).await.unwrap(), i64::try_from(expected.len()).unwrap());
    };
    let any = JobFilter::default();
    check(&mut tx, any.clone(), &[4, 3, 2, 1, 0]).await;
    check(&mut tx, JobFilter { state: Some(JobState::Running), ..any.clone() }, &[1]).await;
    check(&mut tx, JobFilter { kind: Some("upload".into()), ..any.clone() }, &[0]).await;
    check(&mut tx, JobFilter { organisation: Some(organisation), ..any.clone() }, &[0]).await;
    check(&mut tx, JobFilter { organisation: Some(RecordId::NIL), ..any.clone() }, &[]).await;
    let second = tx.jobs(&any, 2, 2).await.unwrap();
    assert_eq!(second.iter().map(|job| job.id).collect::<Vec<_>>(), [jobs[2].id, jobs[1].id]);
    let counts = tx.job_counts().await.unwrap();
    let counts: Vec<_> = counts.iter().map(|c| (c.kind.as_str(), c.state, c.count, c.earliest)).collect();
    assert_eq!(
        counts,
        [
            ("mail", JobState::Running, 1, at(301)),
            ("mail", JobState::Waiting, 3, at(2)),
            ("upload", JobState::Waiting, 1, at(0)),
        ]
    );
    assert_eq!(tx.next_job_at(&[]).await.unwrap(), None);
}

async fn what_ended_long_ago_is_deleted(f: &Fixture) {
    let (done, waiting) = (new_job(0), new_job(1_000));
    put(f, &[done.clone(), waiting.clone()]).await;
    let lease = claim(f, 1, 1).await[0].lease();
    assert!(finish(f, 5, lease).await);
    let delete = async |before: i64| {
        let mut tx = f.store.write().await.unwrap();
        let deleted = tx.delete_ended_jobs(at(before)).await.unwrap();
        tx.commit().await.unwrap();
        deleted
    };
    assert_eq!(delete(5).await, 0);
    assert_eq!(delete(6).await, 1);
    assert_eq!(delete(1_000_000).await, 0);
    assert_eq!(f.store.read().await.unwrap().job(done.id).await.unwrap(), None);
    assert_eq!(job(f, waiting.id).await.state, JobState::Waiting);
}
