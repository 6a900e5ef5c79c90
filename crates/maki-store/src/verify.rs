//! Proves the log: recomputes every hash from the beginning and every root from the stored versions.

use crate::compress::unpack_content;
use crate::engine::{ReadTx, Store, both};
use crate::event::{Action, Event};
use crate::{Result, chain};
use uuid::Uuid;

/// Events read at a time.
const PAGE: i64 = 1_000;

/// What a verification found. No findings: the chain is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    pub events: i64,
    /// Sequence number and what is wrong there, the first hundred.
    pub findings: Vec<(i64, &'static str)>,
    /// How many findings there are in all.
    pub total_findings: usize,
}

impl Verification {
    const KEPT: usize = 100;

    fn note(&mut self, sequence: i64, what: &'static str) {
        self.total_findings += 1;
        if self.findings.len() < Self::KEPT {
            self.findings.push((sequence, what));
        }
    }

    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.total_findings == 0
    }
}

/// Recomputes the chain. `progress` is told the sequence number reached and the last one.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(store: &Store, mut progress: impl FnMut(i64, i64)) -> Result<Verification> {
    let mut tx = store.read().await?;
    let head = tx.head().await?;
    let mut result = Verification::default();
    let mut previous = vec![0_u8; 32];
    let mut expected = 1;
    loop {
        let page = tx.events_after(expected - 1, PAGE).await?;
        let Some(last) = page.last().map(|e| e.sequence) else { break };
        for event in &page {
            if event.sequence != expected {
                result.note(event.sequence, "gap in the sequence");
            }
            expected = event.sequence + 1;
            if chain::event_hash(&previous, event)[..] != event.hash[..] {
                result.note(event.sequence, "hash does not follow from the event before");
            }
            previous.clone_from(&event.hash);
            result.events += 1;
        }
        check_versions(&mut tx, &page, &mut result).await?;
        progress(last, head.sequence);
    }
    if expected - 1 != head.sequence || previous != head.hash {
        result.note(head.sequence, "head does not agree with the last event");
    }
    if tx.unlogged_versions().await? > 0 {
        result.note(head.sequence, "a version without an event");
    }
    Ok(result)
}

/// Whether each version that an event speaks of has the content the event committed to.
async fn check_versions(tx: &mut ReadTx, page: &[Event], result: &mut Verification) -> Result<()> {
    let published: Vec<&Event> = page.iter().filter(|e| e.action == Action::Published).collect();
    for chunk in published.chunks(200) {
        let mut versions = tx.sealed_versions(chunk).await?;
        for event in chunk {
            match versions.remove(&(event.record.0, event.version)) {
                None => result.note(event.sequence, "version is missing"),
                Some((content, seed)) => {
                    let root = unpack_content(&content).and_then(|c| chain::root(&seed, &c));
                    if root.is_ok_and(|root| root[..] == event.root[..]) {
                        continue;
                    }
                    result.note(event.sequence, "content is not what was committed to");
                }
            }
        }
    }
    Ok(())
}

type Sealed = std::collections::HashMap<(Uuid, i64), (Vec<u8>, Vec<u8>)>;

impl ReadTx {
    async fn sealed_versions(&mut self, events: &[&Event]) -> Result<Sealed> {
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "SELECT record, number, content, seed FROM version WHERE (record, number) IN (",
            );
            q.push_values(events, |mut pair, e| {
                pair.push_bind(e.record.0).push_bind(e.version);
            });
            q.push(")");
            q.build_query_as::<(Uuid, i64, Vec<u8>, Vec<u8>)>().fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(|(record, number, content, seed)| ((record, number), (content, seed))).collect())
    }

    async fn unlogged_versions(&mut self) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM version v WHERE NOT EXISTS (
            SELECT 1 FROM event e WHERE e.record = v.record AND e.version = v.number AND e.action = 'published')";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).fetch_one(c).await)?)
    }
}
