//! Proving the register: the chain of the log, and that index and database agree.

use maki_domain::RecordKind;
use maki_store::Verification;

use crate::{App, AppError};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterVerification {
    pub chain: Verification,
    /// Where index and database disagree although they should not, in words for the operator.
    pub index: Vec<String>,
    /// Where the index is only late, as after a crash or a restore: the next start catches up by itself.
    pub late: Vec<String>,
}

impl RegisterVerification {
    /// Nothing is damaged and nothing is late.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_sound() && self.late.is_empty()
    }

    /// Nothing is damaged; the index may be late.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.chain.is_whole() && self.index.is_empty()
    }
}

impl App {
    /// Recomputes the chain and compares both indexes with the database. `progress` is told events done and in all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verify(&self, progress: impl FnMut(i64, i64)) -> Result<RegisterVerification, AppError> {
        let chain = maki_store::verify(&self.0.store, progress).await?;
        let (mut index, mut late) = (Vec::new(), Vec::new());
        let mut tx = self.0.store.read().await?;
        let head = tx.head().await?;
        let expected = usize::try_from(tx.count(RecordKind::System).await?).unwrap_or(0);
        drop(tx);
        for view in self.0.indexes.all() {
            let name = format!("{:?}", view.class).to_lowercase();
            let open = match view.open() {
                Ok(open) => open,
                Err(error @ maki_search::Error::Outdated(_)) => {
                    late.push(format!("{name}: {error}"));
                    continue;
                }
                Err(error) => {
                    index.push(format!("{name}: {error}"));
                    continue;
                }
            };
            if let Err(error) = open.verify() {
                index.push(format!("{name}: {error}"));
            }
            let position = open.position()?;
            let changed = self.changed_after(position.as_ref().map_or(0, |p| p.sequence)).await?;
            let lag = match position {
                Some(p) if p.register_id != head.register_id || p.epoch != head.epoch => {
                    Some("built from another register or before a restore".to_owned())
                }
                Some(p) if p.sequence < changed => {
                    Some(format!("stands at event {}, the log at {changed}", p.sequence))
                }
                Some(p) if p.sequence > head.sequence => {
                    index.push(format!("{name}: stands at event {}, the log only at {}", p.sequence, head.sequence));
                    None
                }
                None if head.sequence > 0 => Some("never built".to_owned()),
                _ => None,
            };
            if let Some(lag) = lag {
                // What a late index holds cannot be compared.
                late.push(format!("{name}: {lag}"));
                continue;
            }
            let systems = self.overview(view.class.view()).map_or(0, |o| o.systems);
            if expected != systems {
                index.push(format!("{name}: {systems} systems, {expected} in the database"));
            }
        }
        Ok(RegisterVerification { chain, index, late })
    }

    /// The first event after a place in the log that an index has to show; 0 when there is none.
    async fn changed_after(&self, sequence: i64) -> Result<i64, AppError> {
        let touches = self.0.store.read().await?.touched_after(sequence, 1).await?;
        Ok(touches.first().map_or(0, |touch| touch.sequence))
    }
}
