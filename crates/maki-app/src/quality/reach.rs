//! Whose entries somebody answers for: their own body's, those they look after, or all of the register. By the table of
//! rights, as for single records.

use std::collections::BTreeSet;

use maki_domain::rights::may;
use maki_domain::{Act, RecordId, Relation, Role};
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
    /// Whose entries somebody answers for.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when it is nobody's.
    pub async fn seen_by(&self, principal: &Principal) -> Result<Reach, AppError> {
        if principal.is_operator() {
            return Ok(Reach::All);
        }
        let held = |relation: Relation, act: Act| {
            let at = principal.memberships.iter().filter(move |(_, roles)| may(*roles, act, relation));
            at.map(|(at, _)| *at).collect::<Vec<_>>()
        };
        let own = held(Relation::Own, Act::ReadWork);
        let (body, looking_after) =
            (held(Relation::SameLegalBody, Act::ReadWork), held(Relation::Coordinated, Act::Coordinate));
        let mut tx = self.0.store.read().await?;
        let mut seen: BTreeSet<RecordId> = own.into_iter().collect();
        let mut above = body;
        above.extend(tx.looked_after(&looking_after).await?);
        seen.extend(tx.bodies_below(&above).await?);
        seen.remove(&RecordId::NIL);
        if seen.is_empty() {
            return Err(AppError::Forbidden);
        }
        Ok(Reach::Of(seen.into_iter().take(MOST_ORGANISATIONS).collect()))
    }

    /// Whether anybody's entries are theirs to answer for: whether the pages about them are worth a link.
    #[must_use]
    pub fn answers_for_entries(principal: &Principal) -> bool {
        principal.memberships.iter().any(|(_, roles)| {
            roles.has(Role::Operator)
                || may(*roles, Act::ReadWork, Relation::Own)
                || may(*roles, Act::Coordinate, Relation::Coordinated)
        })
    }
}
