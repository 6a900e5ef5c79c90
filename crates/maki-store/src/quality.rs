//! What was found of published entries, and how far judging is. Whatever stands here can be made anew from the records.

use std::collections::{HashMap, HashSet};

use maki_domain::{Instant, RecordId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Result;
use crate::engine::{ReadTx, WriteTx, both};

/// Entries in one statement, and findings.
const ROWS: usize = 500;
/// Organisations that one sight can have: far more than there are authorities, and fewer than a statement can name.
pub const MOST_ORGANISATIONS: usize = 30_000;

/// What was found of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The use, or the system of which its body has none.
    pub entry: RecordId,
    pub system: RecordId,
    pub organisation: RecordId,
    /// From 0 to 100.
    pub completeness: u8,
    pub quality: u8,
    /// Errors, warnings, hints.
    pub counts: [u32; 3],
}

/// One finding as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    pub entry: RecordId,
    /// Key of the rule.
    pub rule: String,
    /// Key of the field.
    pub field: String,
    /// error, warning or hint
    pub severity: String,
    /// A day as YYYY-MM-DD.
    pub due: Option<String>,
    /// JSON: a list of words.
    pub words: String,
}

/// An entry as it is to be kept.
#[derive(Debug, Clone)]
pub struct NewJudgement {
    pub judgement: Judgement,
    pub findings: Vec<StoredFinding>,
}

/// Which entries are looked at: those of some organisations, or all.
#[derive(Debug, Clone, Copy)]
pub enum Sight<'a> {
    All,
    Of(&'a [RecordId]),
}

/// Which entries of a sight are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Problem<'a> {
    /// All of them, also those without any.
    #[default]
    None,
    Errors,
    Warnings,
    /// Errors or warnings.
    Any,
    /// A finding of this rule.
    Rule(&'a str),
}

/// The entries of an organisation in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QualityTotals {
    pub entries: i64,
    /// Sums over the entries.
    pub completeness: i64,
    pub quality: i64,
    pub with_errors: i64,
    pub with_warnings: i64,
    /// Entries with either.
    pub with_any: i64,
    /// Entries by completeness and by quality: below 50, 75, 90, and from there.
    pub completeness_bands: [i64; 4],
    pub quality_bands: [i64; 4],
}

/// How many entries have findings of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleCount {
    pub rule: String,
    pub entries: i64,
}

type TotalsRow = (Uuid, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);
type Row = (Uuid, Uuid, Uuid, i64, i64, i64, i64, i64);

fn judgement((entry, system, organisation, completeness, quality, errors, warnings, hints): Row) -> Judgement {
    let percent = |number: i64| u8::try_from(number.clamp(0, 100)).unwrap_or(0);
    Judgement {
        entry: RecordId(entry),
        system: RecordId(system),
        organisation: RecordId(organisation),
        completeness: percent(completeness),
        quality: percent(quality),
        counts: [errors, warnings, hints].map(|count| u32::try_from(count).unwrap_or(0)),
    }
}

/// Adds what is looked at to a query that has a condition already.
macro_rules! push_sight {
    ($q:expr, $sight:expr) => {
        if let Sight::Of(organisations) = $sight {
            $q.push(" AND j.organisation IN (");
            let mut list = $q.separated(", ");
            // Nothing is in an empty list; SQL does not know one.
            list.push_bind(Uuid::nil());
            for id in organisations.iter().take(MOST_ORGANISATIONS) {
                list.push_bind(id.0);
            }
            $q.push(")");
        }
    };
}

macro_rules! push_problem {
    ($q:expr, $problem:expr) => {
        match $problem {
            Problem::None => {}
            Problem::Errors => drop($q.push(" AND j.errors > 0")),
            Problem::Warnings => drop($q.push(" AND j.warnings > 0")),
            Problem::Any => drop($q.push(" AND j.errors + j.warnings > 0")),
            Problem::Rule(rule) => {
                $q.push(" AND EXISTS (SELECT 1 FROM finding f WHERE f.entry = j.entry AND f.rule = ");
                $q.push_bind(rule.to_owned()).push(")");
            }
        }
    };
}

const TOTALS: &str =
    "SELECT j.organisation, COUNT(*), CAST(SUM(j.completeness) AS BIGINT), CAST(SUM(j.quality) AS BIGINT),
        COUNT(CASE WHEN j.errors > 0 THEN 1 END), COUNT(CASE WHEN j.warnings > 0 THEN 1 END),
        COUNT(CASE WHEN j.errors + j.warnings > 0 THEN 1 END),
        COUNT(CASE WHEN j.completeness < 50 THEN 1 END),
        COUNT(CASE WHEN j.completeness >= 50 AND j.completeness < 75 THEN 1 END),
        COUNT(CASE WHEN j.completeness >= 75 AND j.completeness < 90 THEN 1 END),
        COUNT(CASE WHEN j.completeness >= 90 THEN 1 END),
        COUNT(CASE WHEN j.quality < 50 THEN 1 END),
        COUNT(CASE WHEN j.quality >= 50 AND j.quality < 75 THEN 1 END),
        COUNT(CASE WHEN j.quality >= 75 AND j.quality < 90 THEN 1 END),
        COUNT(CASE WHEN j.quality >= 90 THEN 1 END)
    FROM judgement j WHERE 1 = 1";

impl ReadTx {
    /// The entries of each organisation in numbers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn quality_totals(&mut self, sight: Sight<'_>) -> Result<Vec<(RecordId, QualityTotals)>> {
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new(TOTALS);
            push_sight!(q, sight);
            q.push(" GROUP BY j.organisation ORDER BY j.organisation");
            q.build_query_as::<TotalsRow>().fetch_all(c).await
        })?;
        let totals = |row: TotalsRow| {
            let (id, entries, completeness, quality, with_errors, with_warnings, with_any, a, b, d, e, f, g, h, i) =
                row;
            let totals = QualityTotals {
                entries,
                completeness,
                quality,
                with_errors,
                with_warnings,
                with_any,
                completeness_bands: [a, b, d, e],
                quality_bands: [f, g, h, i],
            };
            (RecordId(id), totals)
        };
        Ok(rows.into_iter().map(totals).collect())
    }

    /// How many entries have findings of each rule, the most frequent first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn rule_counts(&mut self, sight: Sight<'_>) -> Result<Vec<RuleCount>> {
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT f.rule, COUNT(DISTINCT f.entry) FROM finding f
                JOIN judgement j ON j.entry = f.entry WHERE 1 = 1");
            push_sight!(q, sight);
            q.push(" GROUP BY f.rule ORDER BY 2 DESC, f.rule");
            q.build_query_as::<(String, i64)>().fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(|(rule, entries)| RuleCount { rule, entries }).collect())
    }

    /// How many entries have a problem.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn count_judged(&mut self, sight: Sight<'_>, problem: Problem<'_>) -> Result<usize> {
        let count = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT COUNT(*) FROM judgement j WHERE 1 = 1");
            push_sight!(q, sight);
            push_problem!(q, problem);
            q.build_query_scalar::<i64>().fetch_one(c).await
        })?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Entries with a problem: the worst first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn judged(
        &mut self,
        sight: Sight<'_>,
        problem: Problem<'_>,
        offset: i64,
        limit: i64,
    ) -> Result<Vec<Judgement>> {
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT j.entry, j.system, j.organisation, j.completeness,
                j.quality, j.errors, j.warnings, j.hints FROM judgement j WHERE 1 = 1");
            push_sight!(q, sight);
            push_problem!(q, problem);
            q.push(" ORDER BY j.errors DESC, j.warnings DESC, j.completeness + j.quality, j.entry LIMIT ")
                .push_bind(limit).push(" OFFSET ").push_bind(offset);
            q.build_query_as::<Row>().fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(judgement).collect())
    }

    /// What was found of these entries; those that were not judged yet are missing.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn judgements(&mut self, entries: &[RecordId]) -> Result<HashMap<RecordId, Judgement>> {
        let mut found = HashMap::new();
        for chunk in entries.chunks(ROWS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT entry, system, organisation, completeness, quality,
                    errors, warnings, hints FROM judgement WHERE entry IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_as::<Row>().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(|row| (RecordId(row.0), judgement(row))));
        }
        Ok(found)
    }

    /// Findings of entries, by entry.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn findings_of(&mut self, entries: &[RecordId]) -> Result<Vec<StoredFinding>> {
        let mut found = Vec::new();
        for chunk in entries.chunks(ROWS) {
            let rows = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new(
                    "SELECT entry, rule, field, severity, due, words FROM finding WHERE entry IN (",
                );
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(") ORDER BY entry, severity, rule, field");
                q.build_query_as::<(Uuid, String, String, String, Option<String>, String)>().fetch_all(c).await
            })?;
            found.extend(rows.into_iter().map(|(entry, rule, field, severity, due, words)| StoredFinding {
                entry: RecordId(entry),
                rule,
                field,
                severity,
                due,
                words,
            }));
        }
        Ok(found)
    }

    /// How far the log was read for judging; none before the first run.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn quality_position(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT sequence FROM quality_position";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, i64>(SQL).fetch_optional(c).await)?)
    }
}

impl WriteTx {
    /// Keeps what was found of entries, in the place of what was found before. Only what differs is written; returns
    /// how many entries that were.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn put_judgements(&mut self, at: Instant, new: &[NewJudgement]) -> Result<usize> {
        let mut written = 0;
        for chunk in new.chunks(ROWS) {
            let known = self.digests(chunk).await?;
            let changed: Vec<(&NewJudgement, i64)> = chunk
                .iter()
                .map(|one| (one, digest(one)))
                .filter(|(one, digest)| known.get(&one.judgement.entry) != Some(digest))
                .collect();
            if changed.is_empty() {
                continue;
            }
            written += changed.len();
            self.write_judgements(at, &changed).await?;
            let findings: Vec<&StoredFinding> = changed.iter().flat_map(|(one, _)| &one.findings).collect();
            self.write_findings(&findings).await?;
        }
        Ok(written)
    }

    async fn digests(&mut self, of: &[NewJudgement]) -> Result<HashMap<RecordId, i64>> {
        let rows = both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT entry, digest FROM judgement WHERE entry IN (");
            let mut list = q.separated(", ");
            for one in of { list.push_bind(one.judgement.entry.0); }
            q.push(")");
            q.build_query_as::<(Uuid, i64)>().fetch_all(c).await
        })?;
        Ok(rows.into_iter().map(|(entry, digest)| (RecordId(entry), digest)).collect())
    }

    async fn write_judgements(&mut self, at: Instant, changed: &[(&NewJudgement, i64)]) -> Result<()> {
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("DELETE FROM finding WHERE entry IN (");
            let mut list = q.separated(", ");
            for (one, _) in changed { list.push_bind(one.judgement.entry.0); }
            q.push(")");
            q.build().execute(c).await.map(drop)
        })?;
        both!(&mut self.0, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("INSERT INTO judgement (entry, system, organisation, completeness,
                quality, errors, warnings, hints, digest, changed_at) ");
            q.push_values(changed, |mut row, (one, digest)| {
                let of = &one.judgement;
                let [errors, warnings, hints] = of.counts.map(i64::from);
                row.push_bind(of.entry.0).push_bind(of.system.0).push_bind(of.organisation.0)
                    .push_bind(i64::from(of.completeness)).push_bind(i64::from(of.quality)).push_bind(errors)
                    .push_bind(warnings).push_bind(hints).push_bind(*digest).push_bind(at.0);
            });
            q.push(" ON CONFLICT (entry) DO UPDATE SET system = excluded.system, organisation = excluded.organisation,
                completeness = excluded.completeness, quality = excluded.quality, errors = excluded.errors,
                warnings = excluded.warnings, hints = excluded.hints, digest = excluded.digest,
                changed_at = excluded.changed_at");
            q.build().execute(c).await.map(drop)
        })?;
        Ok(())
    }

    async fn write_findings(&mut self, findings: &[&StoredFinding]) -> Result<()> {
        // A finding has six values, and a statement fewer than 32,766.
        for chunk in findings.chunks(ROWS * 8) {
            both!(&mut self.0, c => {
                let mut q =
                    sqlx::QueryBuilder::<Be>::new("INSERT INTO finding (entry, rule, field, severity, due, words) ");
                q.push_values(chunk, |mut row, one| {
                    row.push_bind(one.entry.0).push_bind(one.rule.as_str()).push_bind(one.field.as_str())
                        .push_bind(one.severity.as_str()).push_bind(one.due.as_deref()).push_bind(one.words.as_str());
                });
                q.push(" ON CONFLICT DO NOTHING");
                q.build().execute(c).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// Forgets entries of these systems that are not among those that stand.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_other_judgements(&mut self, systems: &[RecordId], standing: &HashSet<RecordId>) -> Result<()> {
        for chunk in systems.chunks(ROWS) {
            let known = both!(&mut self.0, c => {
                let mut q = sqlx::QueryBuilder::<Be>::new("SELECT entry FROM judgement WHERE system IN (");
                let mut list = q.separated(", ");
                for id in chunk { list.push_bind(id.0); }
                q.push(")");
                q.build_query_scalar::<Uuid>().fetch_all(c).await
            })?;
            let gone: Vec<Uuid> = known.into_iter().filter(|id| !standing.contains(&RecordId(*id))).collect();
            for gone in gone.chunks(ROWS) {
                both!(&mut self.0, c => {
                    let mut q = sqlx::QueryBuilder::<Be>::new("DELETE FROM judgement WHERE entry IN (");
                    let mut list = q.separated(", ");
                    for id in gone { list.push_bind(*id); }
                    q.push(")");
                    q.build().execute(c).await.map(drop)
                })?;
            }
        }
        Ok(())
    }

    /// Forgets entries that are not public any more.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_gone_judgements(&mut self) -> Result<()> {
        const SQL: &str = "DELETE FROM judgement WHERE entry IN (SELECT j.entry FROM judgement j
            JOIN record r ON r.id = j.entry JOIN record s ON s.id = j.system
            WHERE r.state <> 'published' OR s.state <> 'published')";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).execute(c).await.map(drop))?)
    }

    /// Says how far the log was read for judging. False when somebody else has read on since `from`; then nothing of
    /// this transaction is to be kept.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn move_quality_position(&mut self, from: i64, to: i64) -> Result<bool> {
        const SQL: &str = "UPDATE quality_position SET sequence = $1 WHERE sequence = $2";
        let moved = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(to).bind(from).execute(c).await
            .map(|d| d.rows_affected()))?;
        Ok(moved == 1)
    }

    /// Everything was judged as it stood at a sequence of the log; what came later is to be judged again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_quality_position(&mut self, head: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO quality_position (one, sequence) VALUES (1, $1)
            ON CONFLICT (one) DO UPDATE SET sequence = CASE
                WHEN excluded.sequence < quality_position.sequence THEN excluded.sequence
                ELSE quality_position.sequence END";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(head).execute(c).await.map(drop))?)
    }
}

/// Of everything that is kept of an entry.
fn digest(new: &NewJudgement) -> i64 {
    let Judgement { entry, system, organisation, completeness, quality, counts } = &new.judgement;
    let mut hash = Sha256::new();
    for id in [entry, system, organisation] {
        hash.update(id.0.as_bytes());
    }
    hash.update([*completeness, *quality]);
    for count in counts {
        hash.update(count.to_be_bytes());
    }
    for StoredFinding { rule, field, severity, due, words, .. } in &new.findings {
        for part in [rule, field, severity, due.as_ref().unwrap_or(&String::new()), words] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
    }
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0_i64, |all, byte| (all << 8) | i64::from(*byte))
}
