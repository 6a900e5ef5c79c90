//! Whose entries somebody answers for: their own body's, those they look after, or all of the register. By the table of
//! rights, as for single records.

use std::collections::BTreeSet;

use maki_domain::rights::may;
use maki_domain::{Act, RecordId, Relation, Roles};
use maki_store::{MOST_ORGANISATIONS, Sight};

use crate::{App, AppError, Principal};

/// Organisations whose entries somebody answers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    All,
    /// In the order of their ids.
    Of(Vec<RecordId>),
}

impl Reach {
    pub(crate) fn sight(&self) -> Sight<'_> {
        match self {
            Self::All => Sight::All,
            Self::Of(organisations) => Sight::Of(organisations),
        }
    }

    /// Whether an organisation is among them.
    #[must_use]
    pub fn contains(&self, organisation: RecordId) -> bool {
        match self {
            Self::All => true,
            Self::Of(organisations) => organisations.binary_search(&organisation).is_ok(),
        }
    }

    /// Only these of them.
    #[must_use]
    pub fn narrowed(&self, to: impl IntoIterator<Item = RecordId>) -> Self {
        let to: BTreeSet<RecordId> = to.into_iter().filter(|id| self.contains(*id)).collect();
        Self::Of(to.into_iter().collect())
    }
}

impl App {
    /// Whose entries somebody answers for; it can be nobody's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reach_of(&self, principal: &Principal) -> Result<Reach, AppError> {
        if principal.is_operator() {
            return Ok(Reach::All);
        }
        let held = |relation: Relation| {
            let may_read = move |roles: &Roles| may(*roles, Act::ReadFindings, relation);
            let at = principal.memberships.iter().filter(move |(_, roles)| may_read(roles));
            at.map(|(at, _)| *at).collect::<Vec<_>>()
        };
        let mut tx = self.0.store.read().await?;
        let mut reach: BTreeSet<RecordId> = held(Relation::Own).into_iter().collect();
        let mut above = held(Relation::SameLegalBody);
        above.extend(tx.looked_after(&held(Relation::Coordinated)).await?);
        reach.extend(tx.bodies_below(&above).await?);
        reach.remove(&RecordId::NIL);
        Ok(Reach::Of(reach.into_iter().take(MOST_ORGANISATIONS).collect()))
    }
}
