//! Beginning an entry: a new system with its first use, or the use of a system that exists.

use maki_domain::{Act, Content, Instant, RecordId, RecordKind, RecordState};
use maki_store::{Actor, Draft, WorkSave, WriteTx};

use crate::access::Permit;
use crate::{App, AppError};

/// How an entry begins.
#[derive(Debug, Clone)]
pub enum Start {
    /// A system that the register does not know yet, and the first use of it.
    New { system: Content, deployment: Content },
    /// A published system, used here too.
    Adopt { system: RecordId, deployment: Content },
}

impl App {
    /// Begins an entry of the permit's organisation and returns the record under which it is found.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the system to adopt is not published.
    pub async fn start_entry(&self, permit: &Permit, start: Start) -> Result<RecordId, AppError> {
        permit.require(&[Act::Edit])?;
        let organisation = permit.organisation()?;
        let (at, actor) = (self.now(), permit.actor());
        let mut tx = self.0.store.write().await?;
        let entry = RecordId(self.0.edge.new_id());
        let (system, deployment) = match start {
            Start::New { system, deployment } => {
                let id = RecordId(self.0.edge.new_id());
                let part = NewPart { id, kind: RecordKind::System, parent: None, content: system };
                put(&mut tx, (at, &actor), organisation, entry, part).await?;
                (id, deployment)
            }
            Start::Adopt { system, deployment } => {
                let found = tx.records(&[system]).await?.pop().ok_or(AppError::NotFound)?.envelope;
                if found.kind != RecordKind::System || found.state != RecordState::Published {
                    return Err(AppError::NotFound);
                }
                (system, deployment)
            }
        };
        let part = NewPart { id: entry, kind: RecordKind::Deployment, parent: Some(system), content: deployment };
        put(&mut tx, (at, &actor), organisation, entry, part).await?;
        tx.commit().await?;
        Ok(entry)
    }
}

struct NewPart {
    id: RecordId,
    kind: RecordKind,
    parent: Option<RecordId>,
    content: Content,
}

async fn put(
    tx: &mut WriteTx,
    (at, actor): (Instant, &Actor),
    organisation: RecordId,
    entry: RecordId,
    part: NewPart,
) -> Result<(), AppError> {
    let NewPart { id, kind, parent, content } = part;
    let draft = Draft { id, kind, owner: Some(organisation), parent, expected_revision: 0, content };
    let revision = tx.save_draft(at, actor, &draft).await?;
    tx.note_work(at, actor, &WorkSave { record: id, entry, organisation, revision, base_version: 0 }).await?;
    Ok(())
}
