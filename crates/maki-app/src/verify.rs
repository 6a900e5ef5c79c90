//! Proving the register: the chain of the log, and that index and database agree.

use maki_domain::RecordKind;
use maki_store::Verification;

use crate::{App, AppError};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterVerification {
    pub chain: Verification,
    /// Where index and database disagree, in words for the operator.
    pub index: Vec<String>,
}

impl RegisterVerification {
    #[must_use]
    pub fn is_whole(&self) -> bool {
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
        let mut index = Vec::new();
        let mut tx = self.0.store.read().await?;
        let head = tx.head().await?;
        let expected = usize::try_from(tx.count(RecordKind::System).await?).unwrap_or(0);
        drop(tx);
        for view in self.0.indexes.all() {
            let name = format!("{:?}", view.class).to_lowercase();
            let open = match view.open() {
                Ok(open) => open,
                Err(error) => {
                    index.push(format!("{name}: {error}"));
                    continue;
                }
            };
            if let Err(error) = open.verify() {
                index.push(format!("{name}: {error}"));
            }
            match open.position()? {
                Some(p) if p.register_id != head.register_id || p.epoch != head.epoch => {
                    index.push(format!("{name}: built from another register or another restore"));
                }
                Some(p) if p.sequence != head.sequence => {
                    index.push(format!("{name}: stands at event {}, the log at {}", p.sequence, head.sequence));
                }
                None if head.sequence > 0 => index.push(format!("{name}: never built")),
                _ => {}
            }
            let systems = self.overview(view.class.view()).map_or(0, |o| o.systems);
            if expected != systems {
                index.push(format!("{name}: {systems} systems, {expected} in the database"));
            }
        }
        Ok(RegisterVerification { chain, index })
    }
}
