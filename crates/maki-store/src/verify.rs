//! Proves the log: recomputes every hash from the beginning and every root from the stored versions, and checks that
//! versions, redactions and records say what the log says.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::assessment::StoredAssessment;
use crate::compress::unpack;
use crate::confidential::SealedStep;
use crate::engine::{ReadTx, Store, both};
use crate::event::{Action, Event};
use crate::seal::Seal;
use crate::{Result, chain};

/// Events read at a time.
const PAGE: i64 = 1_000;
/// Versions read at a time.
const VERSIONS: usize = 200;

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
    let mut taken_out = BTreeSet::new();
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
        check_versions(&mut tx, &page, &mut taken_out, &mut result).await?;
        check_assessments(&mut tx, &page, &mut result).await?;
        check_steps(&mut tx, &page, &mut result).await?;
        progress(last, head.sequence);
    }
    if expected - 1 != head.sequence || previous != head.hash {
        result.note(head.sequence, "head does not agree with the last event");
    }
    check_redactions(&mut tx, &taken_out, head.sequence, &mut result).await?;
    for (sql, what) in STRAYS {
        if tx.count_strays(sql).await? > 0 {
            result.note(head.sequence, what);
        }
    }
    Ok(result)
}

/// What no event speaks of.
const STRAYS: &[(&str, &str)] = &[
    (
        "SELECT COUNT(*) FROM assessment a WHERE NOT EXISTS (
            SELECT 1 FROM event e WHERE e.record = a.record AND e.at = a.made_at AND e.action = 'assessed')",
        "an assessment without an event",
    ),
    (
        "SELECT COUNT(*) FROM version v WHERE NOT EXISTS (
            SELECT 1 FROM event e WHERE e.record = v.record AND e.version = v.number AND e.action = 'published')",
        "a version without an event",
    ),
    (
        "SELECT COUNT(*) FROM record r
            WHERE r.version <> COALESCE((SELECT MAX(v.number) FROM version v WHERE v.record = r.id), 0)",
        "a record does not stand at its last version",
    ),
    (
        "SELECT COUNT(*) FROM record r
            WHERE CASE WHEN r.state IN ('published', 'withdrawn') THEN r.state ELSE '' END <> COALESCE((
                SELECT e.action FROM event e WHERE e.record = r.id AND e.action IN ('published', 'withdrawn')
                ORDER BY e.sequence DESC LIMIT 1), '')",
        "a record is not in the state its last event left it in",
    ),
    (
        "SELECT COUNT(*) FROM confidential_step s WHERE NOT EXISTS (
            SELECT 1 FROM event e WHERE e.sequence = s.sequence AND e.action = 'confidential')",
        "a step of a confidential entry without an event",
    ),
    (
        "SELECT COUNT(*) FROM confidential_entry c WHERE c.revision <> COALESCE((
                SELECT MAX(s.revision) FROM confidential_step s WHERE s.entry = c.id AND s.step = 'saved'), 0)
            OR c.approved_revision <> COALESCE((
                SELECT MAX(s.revision) FROM confidential_step s WHERE s.entry = c.id AND s.step = 'approved'), 0)",
        "a confidential entry does not stand at its last save or approval",
    ),
    (
        "SELECT COUNT(*) FROM confidential_entry c WHERE c.state <> CASE COALESCE((
                SELECT s.step FROM confidential_step s WHERE s.entry = c.id
                    AND s.step IN ('saved', 'submitted', 'taken_back', 'returned', 'approved', 'ended')
                ORDER BY s.sequence DESC LIMIT 1), '')
            WHEN 'saved' THEN 'draft' WHEN 'taken_back' THEN 'draft' WHEN 'submitted' THEN 'in_review'
            WHEN 'returned' THEN 'returned' WHEN 'approved' THEN 'approved' WHEN 'ended' THEN 'ended' ELSE '' END",
        "a confidential entry is not in the state its last step left it in",
    ),
];

/// Record, number and key of a value that is not there any more.
type TakenOut = BTreeSet<(Uuid, i64, String)>;

/// Whether each version that an event speaks of has the content the event committed to.
async fn check_versions(
    tx: &mut ReadTx,
    page: &[Event],
    taken_out: &mut TakenOut,
    result: &mut Verification,
) -> Result<()> {
    let published: Vec<&Event> = page.iter().filter(|e| e.action == Action::Published).collect();
    for chunk in published.chunks(VERSIONS) {
        let mut versions = tx.sealed_versions(chunk).await?;
        for event in chunk {
            let Some(version) = versions.remove(&(event.record.0, event.version)) else {
                result.note(event.sequence, "version is missing");
                continue;
            };
            if (version.published_at, &version.actor) != (event.at.0, &event.actor) {
                result.note(event.sequence, "version and event name another time or actor");
            }
            let Ok(seal) = Seal::decode(&version.seal) else {
                result.note(event.sequence, "seed cannot be read");
                continue;
            };
            let root = unpack(&version.packed).and_then(|plain| seal.root(&plain));
            if root.is_ok_and(|root| root[..] == event.root[..]) {
                taken_out.extend(seal.redacted().map(|key| (event.record.0, event.version, key.to_owned())));
            } else {
                result.note(event.sequence, "content is not what was committed to");
            }
        }
    }
    Ok(())
}

/// Whether each assessment that an event speaks of says what the event committed to.
async fn check_assessments(tx: &mut ReadTx, page: &[Event], result: &mut Verification) -> Result<()> {
    for event in page.iter().filter(|event| event.action == Action::Assessed) {
        let made = tx.assessments(event.record, i64::MAX).await?;
        let is_it = |one: &StoredAssessment| {
            (one.made_at, &one.assessor) == (event.at, &event.actor) && one.made.root()[..] == event.root[..]
        };
        if !made.iter().any(is_it) {
            result.note(event.sequence, "assessment is not what was committed to");
        }
    }
    Ok(())
}

/// Whether each step of a confidential entry is what its event committed to.
async fn check_steps(tx: &mut ReadTx, page: &[Event], result: &mut Verification) -> Result<()> {
    let told: Vec<&Event> = page.iter().filter(|e| e.action == Action::Confidential).collect();
    let (Some(first), Some(last)) = (told.first(), told.last()) else { return Ok(()) };
    let mut steps: HashMap<i64, SealedStep> =
        tx.sealed_steps(first.sequence, last.sequence).await?.into_iter().map(|step| (step.sequence, step)).collect();
    for event in told {
        match steps.remove(&event.sequence) {
            Some(step) if step.fits(event) => {}
            Some(_) => result.note(event.sequence, "step of a confidential entry is not what was committed to"),
            None => result.note(event.sequence, "step of a confidential entry is missing"),
        }
    }
    Ok(())
}

/// Whether exactly those values are gone whose redaction is in the log.
async fn check_redactions(tx: &mut ReadTx, taken_out: &TakenOut, last: i64, result: &mut Verification) -> Result<()> {
    let mut noted = BTreeSet::new();
    for redaction in tx.all_redactions().await? {
        let root = chain::redaction_root(&redaction.field, &redaction.ground);
        if redaction.root.as_deref() != Some(&root[..]) {
            result.note(redaction.sequence, "redaction is not what its event says");
        }
        noted.insert((redaction.record, redaction.number, redaction.field));
    }
    if noted != *taken_out {
        result.note(last, "values are gone that no redaction names, or there although redacted");
    }
    let told = tx.count_strays("SELECT COUNT(*) FROM event WHERE action = 'redacted'").await?;
    if usize::try_from(told).ok() != Some(noted.len()) {
        result.note(last, "redactions and their events differ in number");
    }
    Ok(())
}

struct SealedVersion {
    packed: Vec<u8>,
    seal: Vec<u8>,
    published_at: i64,
    actor: String,
}

#[derive(sqlx::FromRow)]
struct NotedRedaction {
    sequence: i64,
    record: Uuid,
    number: i64,
    field: String,
    ground: String,
    /// Of the event, when there is one for this version.
    root: Option<Vec<u8>>,
}

type SealedRow = (Uuid, i64, Vec<u8>, Vec<u8>, i64, String);

impl ReadTx {
    async fn sealed_versions(&mut self, events: &[&Event]) -> Result<HashMap<(Uuid, i64), SealedVersion>> {
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(
                "SELECT record, number, content, seed, published_at, actor FROM version WHERE (record, number) IN (",
            );
            q.push_values(events, |mut pair, e| {
                pair.push_bind(e.record.0).push_bind(e.version);
            });
            q.push(")");
            q.build_query_as::<SealedRow>().fetch_all(c).await
        })?;
        Ok(rows
            .into_iter()
            .map(|(record, number, packed, seal, published_at, actor)| {
                ((record, number), SealedVersion { packed, seal, published_at, actor })
            })
            .collect())
    }

    async fn all_redactions(&mut self) -> Result<Vec<NotedRedaction>> {
        const SQL: &str = "SELECT r.sequence, r.record, r.number, r.field, r.ground, e.root FROM redaction r
            LEFT JOIN event e ON e.sequence = r.sequence AND e.action = 'redacted' AND e.record = r.record
                AND e.version = r.number
            ORDER BY r.sequence";
        Ok(both!(&mut self.0, c => sqlx::query_as::<Be, NotedRedaction>(SQL).fetch_all(c).await)?)
    }

    async fn count_strays(&mut self, sql: &'static str) -> Result<i64> {
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(sql).fetch_one(c).await)?)
    }
}
