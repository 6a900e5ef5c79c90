//! Risk assessments by the KI-VO as they were made. None is ever changed: who assesses anew makes another one, and only
//! its review is added. The event of each commits to what it says.

use maki_domain::{Content, Instant, RecordId};
use uuid::Uuid;

use crate::chain::{Hash, framed_hash};
use crate::compress::{pack_content, unpack_content};
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::{Action, Happening};
use crate::write::Actor;
use crate::{Result, StoreError};

/// An assessment that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAssessment {
    pub id: Uuid,
    /// The system, or the use of one.
    pub record: RecordId,
    /// The system whose content was looked at as well.
    pub system: Option<RecordId>,
    /// Id of the rule set.
    pub rule_set: String,
    /// The day as which the law was read, `YYYY-MM-DD`.
    pub day: String,
    /// What was answered, as JSON.
    pub answers: String,
    /// What follows from it, as JSON.
    pub result: String,
    pub reasons: String,
    /// The substantial fields as they stood.
    pub substance: Content,
}

/// An assessment that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAssessment {
    pub made: NewAssessment,
    /// Actor who made it.
    pub assessor: String,
    pub made_at: Instant,
    /// Actor who approved the entry with it, and when.
    pub reviewed: Option<(String, Instant)>,
}

type Row =
    (Uuid, Uuid, Option<Uuid>, String, String, String, String, String, Vec<u8>, String, i64, String, Option<i64>);

fn assessment(row: Row) -> Result<StoredAssessment> {
    let (
        id,
        record,
        system,
        rule_set,
        day,
        answers,
        result,
        reasons,
        substance,
        assessor,
        made_at,
        reviewer,
        reviewed_at,
    ) = row;
    Ok(StoredAssessment {
        made: NewAssessment {
            id,
            record: RecordId(record),
            system: system.map(RecordId),
            rule_set,
            day,
            answers,
            result,
            reasons,
            substance: unpack_content(&substance)?,
        },
        assessor,
        made_at: Instant(made_at),
        reviewed: reviewed_at.map(|at| (reviewer, Instant(at))),
    })
}

impl NewAssessment {
    /// What its event commits to. What it was made of is not among it: a redaction may reach that.
    pub(crate) fn root(&self) -> Hash {
        let Self { id, record: _, system: _, rule_set, day, answers, result, reasons, substance: _ } = self;
        let texts = [rule_set, day, answers, result, reasons].map(|text| text.as_bytes());
        framed_hash([&id.as_bytes()[..]].into_iter().chain(texts))
    }
}

async fn of_record(tx: &mut Tx, record: RecordId, limit: i64) -> Result<Vec<StoredAssessment>> {
    const SQL: &str =
        "SELECT id, record, system, rule_set, day, answers, result, reasons, substance, assessor, made_at,
            reviewer, reviewed_at
        FROM assessment WHERE record = $1 ORDER BY made_at DESC, id DESC LIMIT $2";
    let rows = both!(tx, c => sqlx::query_as::<Be, Row>(SQL).bind(record.0).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(assessment).collect()
}

impl ReadTx {
    /// Assessments of a record, newest first.
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn assessments(&mut self, record: RecordId, limit: i64) -> Result<Vec<StoredAssessment>> {
        of_record(&mut self.0, record, limit).await
    }
}

impl WriteTx {
    /// As [`ReadTx::assessments`].
    ///
    /// # Errors
    /// When the database cannot be read or stored content is damaged.
    pub async fn assessments(&mut self, record: RecordId, limit: i64) -> Result<Vec<StoredAssessment>> {
        of_record(&mut self.0, record, limit).await
    }

    /// Keeps an assessment.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn keep_assessment(&mut self, at: Instant, actor: &Actor, new: &NewAssessment) -> Result<()> {
        const SQL: &str = "INSERT INTO assessment (id, record, system, rule_set, day, answers, result, reasons,
                substance, assessor, made_at, reviewer)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '')";
        let substance = pack_content(&new.substance)?;
        both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.record.0).bind(new.system.map(|id| id.0))
            .bind(new.rule_set.as_str()).bind(new.day.as_str()).bind(new.answers.as_str()).bind(new.result.as_str())
            .bind(new.reasons.as_str()).bind(substance).bind(actor.id.as_str()).bind(at.0).execute(c).await.map(drop))?;
        let happening = Happening { action: Action::Assessed, record: new.record, version: 0 };
        self.append(at, actor, [(happening, new.root().to_vec())]).await?;
        Ok(())
    }

    /// Notes who approved an assessment, and the substantial fields as they stood then.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it was reviewed before.
    pub async fn review_assessment(&mut self, at: Instant, actor: &Actor, id: Uuid, substance: &Content) -> Result<()> {
        const SQL: &str = "UPDATE assessment SET reviewer = $1, reviewed_at = $2, substance = $3
            WHERE id = $4 AND reviewed_at IS NULL RETURNING record";
        let substance = pack_content(substance)?;
        let record = both!(&mut self.0, c => sqlx::query_scalar::<Be, Uuid>(SQL).bind(actor.id.as_str()).bind(at.0)
            .bind(substance).bind(id).fetch_optional(c).await)?;
        let record = RecordId(record.ok_or(StoreError::NotPossible)?);
        let happening = Happening { action: Action::AssessmentReviewed, record, version: 0 };
        self.append(at, actor, [(happening, id.as_bytes().to_vec())]).await?;
        Ok(())
    }
}
