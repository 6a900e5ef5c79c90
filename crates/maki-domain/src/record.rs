//! The envelope around content: which record it is, whose it is, and where it stands in its life as a record.

use serde::{Deserialize, Serialize};

use crate::ids::{ExternalId, Kennung, RecordId};

/// An instant in microseconds since 1970, UTC. The domain never reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

/// The kinds of record. A need, a lesson and a joint project will be further ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    Organisation,
    System,
    Deployment,
}

impl RecordKind {
    pub const ALL: [Self; 3] = [Self::Organisation, Self::System, Self::Deployment];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::System => "system",
            Self::Deployment => "deployment",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// Where a record stands on its way to the public. A published record with a new draft is `Published`, and the draft
/// lies beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    Draft,
    InReview,
    Returned,
    Published,
    Withdrawn,
}

impl RecordState {
    pub const ALL: [Self; 5] = [Self::Draft, Self::InReview, Self::Returned, Self::Published, Self::Withdrawn];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Returned => "returned",
            Self::Published => "published",
            Self::Withdrawn => "withdrawn",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    /// Whether the step is one of `draft → in_review → published`, `in_review → returned → draft`,
    /// `published → withdrawn → published`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft, Self::InReview)
                | (Self::InReview, Self::Published | Self::Returned)
                | (Self::Returned, Self::Draft)
                | (Self::Published, Self::Withdrawn)
                | (Self::Withdrawn, Self::Published)
        )
    }
}

/// Everything about a record but its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    pub id: RecordId,
    pub kind: RecordKind,
    /// Given at first publication.
    pub kennung: Option<Kennung>,
    pub state: RecordState,
    /// The responsible organisation: steward of a system, deployer of a deployment. None for an organisation.
    pub owner: Option<RecordId>,
    /// The system of a deployment; the legal body of an organisation. None for a system.
    pub parent: Option<RecordId>,
    /// Number of the version the public sees; 0 before first publication.
    pub version: i64,
    /// Grows with every write; a save that names an older one is refused.
    pub revision: i64,
    pub external_ids: Vec<ExternalId>,
    pub published_at: Option<Instant>,
    pub changed_at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_drawn_steps_exist() {
        let steps: usize = RecordState::ALL
            .iter()
            .map(|from| RecordState::ALL.iter().filter(|to| from.may_become(**to)).count())
            .sum();
        assert_eq!(steps, 6);
        assert!(!RecordState::Draft.may_become(RecordState::Published), "four eyes need a review");
    }
}
