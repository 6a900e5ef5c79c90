//! Who looks. Whatever reads records asks for a [`View`]; it is applied in one place, [`crate::Content::seen_by`].

use serde::{Deserialize, Serialize};

use crate::ids::RecordId;

/// How far a value may travel; each level includes the ones above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Public,
    Authorities,
    OwnOrganisation,
}

/// Whose eyes a record is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    Public,
    /// Members of any registered authority.
    Authorities,
    /// Members of this organisation.
    Organisation(RecordId),
    Operator,
}

impl View {
    /// Whether a value of this visibility, in a record of this owner, is seen.
    #[must_use]
    pub fn sees(self, visibility: Visibility, owner: Option<RecordId>) -> bool {
        match (self, visibility) {
            (_, Visibility::Public) | (Self::Operator, _) => true,
            (Self::Public, _) | (Self::Authorities, Visibility::OwnOrganisation) => false,
            (Self::Authorities | Self::Organisation(_), Visibility::Authorities) => true,
            (Self::Organisation(own), Visibility::OwnOrganisation) => owner == Some(own),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_view_sees_what_is_meant_for_it() {
        let own = RecordId(Uuid::from_u128(1));
        let foreign = RecordId(Uuid::from_u128(2));
        let check = |view: View, expected: [bool; 3]| {
            let levels = [Visibility::Public, Visibility::Authorities, Visibility::OwnOrganisation];
            assert_eq!(levels.map(|l| view.sees(l, Some(own))), expected, "{view:?}");
        };
        check(View::Public, [true, false, false]);
        check(View::Authorities, [true, true, false]);
        check(View::Organisation(own), [true, true, true]);
        check(View::Organisation(foreign), [true, true, false]);
        check(View::Operator, [true, true, true]);
    }
}
