//! Organisations that ask to take part, with their first responsible person.

use maki_domain::{Content, Instant, RecordId};
use uuid::Uuid;

use crate::compress::{pack_content, unpack_content};
use crate::engine::{ReadTx, Tx, WriteTx, both};
use crate::event::Action;
use crate::write::Actor;
use crate::{Result, StoreError};

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApplicationState {
    /// Nobody has opened the link in the mail to its mailbox.
    Unverified,
    /// Waits for a decision.
    Open,
    Admitted,
    Refused,
}

impl ApplicationState {
    const ALL: [Self; 4] = [Self::Unverified, Self::Open, Self::Admitted, Self::Refused];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Open => "open",
            Self::Admitted => "admitted",
            Self::Refused => "refused",
        }
    }

    fn from_code(code: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| StoreError::Corrupt(format!("unknown state of an application {code}")))
    }
}

/// What an application says.
#[derive(Debug, Clone)]
pub struct NewApplication {
    pub id: Uuid,
    /// The organisation of the register that it says to be.
    pub organisation: Option<RecordId>,
    /// What it says about itself.
    pub content: Content,
    pub person_name: String,
    /// The functional mailbox, in lower case.
    pub email: String,
    /// In which the applicant reads; a tag of BCP 47.
    pub language: String,
}

/// An application as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub id: Uuid,
    pub organisation: Option<RecordId>,
    pub content: Content,
    pub person_name: String,
    pub email: String,
    pub language: String,
    pub state: ApplicationState,
    pub made_at: Instant,
    pub decided_at: Option<Instant>,
    pub decided_by: String,
    pub note: String,
}

type Row = (Uuid, Option<Uuid>, Vec<u8>, String, String, String, String, i64, Option<i64>, String, String);

fn application(row: Row) -> Result<Application> {
    let (id, organisation, content, person_name, email, language, state, made_at, decided_at, decided_by, note) = row;
    Ok(Application {
        id,
        organisation: organisation.map(RecordId),
        content: unpack_content(&content)?,
        person_name,
        email,
        language,
        state: ApplicationState::from_code(&state)?,
        made_at: Instant(made_at),
        decided_at: decided_at.map(Instant),
        decided_by,
        note,
    })
}

async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Application>> {
    const SQL: &str = "SELECT id, organisation, content, person_name, email, language, state, made_at, decided_at,
        decided_by, note FROM application WHERE id = $1";
    let row = both!(tx, c => sqlx::query_as::<Be, Row>(SQL).bind(id).fetch_optional(c).await)?;
    row.map(application).transpose()
}

impl ReadTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn application(&mut self, id: Uuid) -> Result<Option<Application>> {
        by_id(&mut self.0, id).await
    }

    /// Applications in a state, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn applications(&mut self, state: ApplicationState, limit: i64) -> Result<Vec<Application>> {
        const SQL: &str = "SELECT id, organisation, content, person_name, email, language, state, made_at,
            decided_at, decided_by, note FROM application WHERE state = $1 ORDER BY made_at, id LIMIT $2";
        let rows = both!(&mut self.0, c => sqlx::query_as::<Be, Row>(SQL).bind(state.code()).bind(limit)
            .fetch_all(c).await)?;
        rows.into_iter().map(application).collect()
    }
}

impl WriteTx {
    /// # Errors
    /// When the database cannot be read.
    pub async fn application(&mut self, id: Uuid) -> Result<Option<Application>> {
        by_id(&mut self.0, id).await
    }

    /// # Errors
    /// When the database cannot be written.
    pub async fn apply(&mut self, at: Instant, new: &NewApplication) -> Result<()> {
        const SQL: &str = "INSERT INTO application (id, organisation, content, person_name, email, language, state,
                made_at, decided_by, note)
            VALUES ($1, $2, $3, $4, $5, $6, 'unverified', $7, '', '')";
        let content = pack_content(&new.content)?;
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(new.id).bind(new.organisation.map(|o| o.0))
            .bind(content).bind(new.person_name.as_str()).bind(new.email.as_str()).bind(new.language.as_str())
            .bind(at.0).execute(c).await.map(drop))?)
    }

    /// The mailbox has answered: the application waits for a decision.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it is not one that waits for its mailbox.
    pub async fn verify_application(&mut self, at: Instant, actor: &Actor, id: Uuid) -> Result<()> {
        const SQL: &str = "UPDATE application SET state = 'open' WHERE id = $1 AND state = 'unverified'";
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(id).execute(c).await
            .map(|d| d.rows_affected()))?;
        if done != 1 {
            return Err(StoreError::NotPossible);
        }
        self.note(at, actor, Action::ApplicationOpened, RecordId(id)).await
    }

    /// Decides an open application; the person's name and mailbox are not needed in it any more and go.
    ///
    /// # Errors
    /// [`StoreError::NotPossible`] when it is not open.
    pub async fn decide_application(
        &mut self,
        at: Instant,
        actor: &Actor,
        id: Uuid,
        organisation: Option<RecordId>,
        note: &str,
    ) -> Result<()> {
        const SQL: &str = "UPDATE application SET state = $1, organisation = COALESCE($2, organisation),
                decided_at = $3, decided_by = $4, note = $5, person_name = '', email = ''
            WHERE id = $6 AND state = 'open'";
        let (state, action) = match organisation {
            Some(_) => (ApplicationState::Admitted, Action::ApplicationAdmitted),
            None => (ApplicationState::Refused, Action::ApplicationRefused),
        };
        let done = both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(state.code()).bind(organisation.map(|o| o.0))
            .bind(at.0).bind(actor.id.as_str()).bind(note).bind(id).execute(c).await.map(|d| d.rows_affected()))?;
        if done != 1 {
            return Err(StoreError::NotPossible);
        }
        self.note(at, actor, action, RecordId(id)).await
    }

    /// Forgets applications whose mailbox never answered.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn forget_applications(&mut self, before: Instant) -> Result<u64> {
        const SQL: &str = "DELETE FROM application WHERE state = 'unverified' AND made_at < $1";
        Ok(both!(&mut self.0, c => sqlx::query::<Be>(SQL).bind(before.0).execute(c).await
            .map(|d| d.rows_affected()))?)
    }
}
