//! Confidential entries: why an entry may be kept from the public, what it says, and what can be done to it when.
//!
//! Such an entry is no record. It has no Kennung, no version and no view: it exists for its organisation and for readers
//! named one by one. Everybody else learns how many there are, per level of administration and per legal ground, never
//! both together ([`Tally`]).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize};
use uuid::Uuid;

use crate::{Bilingual, Code, Content, RecordId, Term, vocabulary};

/// The vocabulary of legal grounds.
pub const GROUNDS: &str = "confidentiality_ground";
/// Longest provision in characters.
pub const MAX_PROVISION: usize = 200;
/// Longest reason in characters.
pub const MAX_REASON: usize = 2_000;
/// A count below this is not told: of a few entries somebody could find out whose they are.
pub const SMALLEST_TOLD: usize = 3;

/// A legal ground: a code of [`GROUNDS`] with its law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Ground(Code);

impl Ground {
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        vocabulary(GROUNDS)?.code(code).map(Self)
    }

    /// All of them in display order.
    pub fn all() -> impl Iterator<Item = Self> {
        let terms = vocabulary(GROUNDS).map(crate::Vocabulary::terms).unwrap_or_default();
        terms.iter().filter_map(|term| Self::from_code(&term.code))
    }

    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0.as_str()
    }

    #[must_use]
    pub fn term(self) -> Option<&'static Term> {
        vocabulary(GROUNDS)?.term(self.code())
    }

    /// The provisions of the law.
    #[must_use]
    pub fn law(self) -> Option<&'static Bilingual> {
        LAWS.ground.iter().find(|law| law.code == self.code()).map(|law| &law.words)
    }
}

impl<'de> Deserialize<'de> for Ground {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom("not a legal ground"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Laws {
    ground: Vec<Law>,
}

#[derive(Deserialize)]
struct Law {
    code: String,
    #[serde(flatten)]
    words: Bilingual,
}

const SOURCE: &str = include_str!("../data/confidential.toml");

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static LAWS: LazyLock<Laws> = LazyLock::new(|| toml::from_str(SOURCE).expect("embedded grounds parse"));

/// Why an entry is confidential, as its body says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    pub ground: Ground,
    /// The very provision, such as `§ 3 Nr. 1 Buchst. g IFG`.
    pub provision: String,
    /// Why it applies here.
    pub reason: String,
}

/// What is wrong with a restriction as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestrictionFault {
    #[error("no legal ground of the list")]
    Ground,
    #[error("the provision is missing")]
    ProvisionMissing,
    #[error("the provision is longer than {MAX_PROVISION} characters, or more than a line")]
    Provision,
    #[error("the reason is missing")]
    ReasonMissing,
    #[error("the reason is longer than {MAX_REASON} characters, or has characters that cannot be shown")]
    Reason,
}

impl Restriction {
    /// Reads what was typed.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(ground: &str, provision: &str, reason: &str) -> Result<Self, Vec<RestrictionFault>> {
        let (found, provision, reason) = (Ground::from_code(ground), provision.trim(), reason.trim());
        let mut faults = Vec::new();
        if found.is_none() {
            faults.push(RestrictionFault::Ground);
        }
        match provision {
            "" => faults.push(RestrictionFault::ProvisionMissing),
            line if line.chars().count() > MAX_PROVISION || line.chars().any(char::is_control) => {
                faults.push(RestrictionFault::Provision)
            }
            _ => {}
        }
        match reason {
            "" => faults.push(RestrictionFault::ReasonMissing),
            text if text.chars().count() > MAX_REASON || has_controls(text) => faults.push(RestrictionFault::Reason),
            _ => {}
        }
        match found {
            Some(ground) if faults.is_empty() => {
                Ok(Self { ground, provision: provision.to_owned(), reason: reason.replace("\r\n", "\n") })
            }
            _ => Err(faults),
        }
    }
}

fn has_controls(text: &str) -> bool {
    text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
}

/// What an entry says: system and use in the form of the catalogue, and why they are confidential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfidentialContent {
    pub restriction: Restriction,
    pub system: Content,
    pub deployment: Content,
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConfidentialState {
    Draft,
    InReview,
    Returned,
    /// The newest save is approved.
    Approved,
    /// Not in use any more, or not confidential any more. It stays readable for its organisation alone.
    Ended,
}

impl ConfidentialState {
    pub const ALL: [Self; 5] = [Self::Draft, Self::InReview, Self::Returned, Self::Approved, Self::Ended];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Returned => "returned",
            Self::Approved => "approved",
            Self::Ended => "ended",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Where an entry stands after a step; none where the step is not possible.
    #[must_use]
    pub const fn after(self, step: &ConfidentialStep) -> Option<Self> {
        match (self, step) {
            // What belongs to nobody any more has to be kept by somebody, whatever state it is in.
            (state, ConfidentialStep::Moved { .. }) => Some(state),
            // Readers of what ended are gone, and naming new ones would open it again.
            (Self::Ended, _) => None,
            (Self::Draft | Self::Returned | Self::Approved, ConfidentialStep::Saved(_)) => Some(Self::Draft),
            (Self::Draft | Self::Returned, ConfidentialStep::Submitted { .. }) => Some(Self::InReview),
            (Self::InReview, ConfidentialStep::TakenBack) => Some(Self::Draft),
            (Self::InReview, ConfidentialStep::Returned { .. }) => Some(Self::Returned),
            (Self::InReview, ConfidentialStep::Approved) => Some(Self::Approved),
            (_, ConfidentialStep::Ended { .. }) => Some(Self::Ended),
            (
                state,
                ConfidentialStep::ReaderNamed { .. }
                | ConfidentialStep::ReaderRevoked { .. }
                | ConfidentialStep::ReadByReader { .. },
            ) => Some(state),
            _ => None,
        }
    }
}

/// Something done to an entry. All of them together are its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfidentialStep {
    Saved(Box<ConfidentialContent>),
    /// Handed in, with a note and the reasons why warnings of plausibility stand, by rule.
    Submitted {
        note: String,
        reasons: BTreeMap<String, String>,
    },
    TakenBack,
    Returned {
        answer: String,
    },
    Approved,
    Ended {
        reason: String,
    },
    ReaderNamed {
        account: Uuid,
    },
    ReaderRevoked {
        account: Uuid,
    },
    /// A named reader opened the entry.
    ReadByReader {
        account: Uuid,
    },
    /// The organisation ended; the entry belongs to its successor now.
    Moved {
        from: RecordId,
    },
}

impl ConfidentialStep {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Saved(_) => "saved",
            Self::Submitted { .. } => "submitted",
            Self::TakenBack => "taken_back",
            Self::Returned { .. } => "returned",
            Self::Approved => "approved",
            Self::Ended { .. } => "ended",
            Self::ReaderNamed { .. } => "reader_named",
            Self::ReaderRevoked { .. } => "reader_revoked",
            Self::ReadByReader { .. } => "read",
            Self::Moved { .. } => "moved",
        }
    }

    /// The reader that the step is about.
    #[must_use]
    pub const fn account(&self) -> Option<Uuid> {
        match self {
            Self::ReaderNamed { account } | Self::ReaderRevoked { account } | Self::ReadByReader { account } => {
                Some(*account)
            }
            _ => None,
        }
    }
}

/// What the public learns of a group of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// None, or so few that somebody could find out whose they are.
    Few,
    Told(usize),
}

impl Tally {
    #[must_use]
    pub const fn of(count: usize) -> Self {
        if count < SMALLEST_TOLD { Self::Few } else { Self::Told(count) }
    }

    #[must_use]
    pub const fn told(self) -> Option<usize> {
        match self {
            Self::Few => None,
            Self::Told(count) => Some(count),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_ground_names_its_law() {
        let codes: Vec<&str> = Ground::all().map(Ground::code).collect();
        assert_eq!(codes, LAWS.ground.iter().map(|law| law.code.as_str()).collect::<Vec<_>>());
        assert!(!codes.is_empty());
        for ground in Ground::all() {
            let (law, term) = (ground.law().unwrap(), ground.term().unwrap());
            assert!(!law.de.is_empty() && !law.en.is_empty() && term.definition_de.is_some(), "{}", ground.code());
        }
    }

    #[test]
    fn a_restriction_says_all_that_is_wrong() {
        use RestrictionFault as F;
        let check = |ground: &str, provision: &str, reason: &str, expected: &[RestrictionFault]| {
            let found = Restriction::parse(ground, provision, reason).err().unwrap_or_default();
            assert_eq!(found, expected, "{ground} {provision} {reason}");
        };
        check("law_enforcement", "§ 3 Nr. 2 IFG", "Wer davon weiß, weicht aus.", &[]);
        check("law_enforcement", " § 3 Nr. 2 IFG ", "Zeile\r\nund Zeile", &[]);
        check("geheim", "", " ", &[F::Ground, F::ProvisionMissing, F::ReasonMissing]);
        check("", "§ 3 Nr. 2 IFG", "x", &[F::Ground]);
        check("classified", &"§".repeat(MAX_PROVISION), &"x".repeat(MAX_REASON), &[]);
        let too_long = ("§".repeat(MAX_PROVISION + 1), "x".repeat(MAX_REASON + 1));
        check("classified", &too_long.0, &too_long.1, &[F::Provision, F::Reason]);
        check("classified", "§ 3\n§ 4", "x\u{7}", &[F::Provision, F::Reason]);
    }

    fn secret() -> Box<ConfidentialContent> {
        let restriction = Restriction::parse("classified", "§ 4 SÜG", "Eingestuft.").unwrap();
        Box::new(ConfidentialContent { restriction, system: Content::new(), deployment: Content::new() })
    }

    #[test]
    fn steps_are_possible_where_the_work_stands() {
        use ConfidentialState::{Approved, Draft, Ended, InReview, Returned};
        let text = String::new;
        let account = Uuid::nil();
        // From draft, in review, returned, approved, ended.
        let check = |step: ConfidentialStep, expected: [Option<ConfidentialState>; 5]| {
            assert_eq!(ConfidentialState::ALL.map(|state| state.after(&step)), expected, "{step:?}");
        };
        check(ConfidentialStep::Saved(secret()), [Some(Draft), None, Some(Draft), Some(Draft), None]);
        let submitted = ConfidentialStep::Submitted { note: text(), reasons: BTreeMap::new() };
        check(submitted, [Some(InReview), None, Some(InReview), None, None]);
        check(ConfidentialStep::TakenBack, [None, Some(Draft), None, None, None]);
        check(ConfidentialStep::Returned { answer: text() }, [None, Some(Returned), None, None, None]);
        check(ConfidentialStep::Approved, [None, Some(Approved), None, None, None]);
        check(ConfidentialStep::Ended { reason: text() }, [Some(Ended), Some(Ended), Some(Ended), Some(Ended), None]);
        let same = [Some(Draft), Some(InReview), Some(Returned), Some(Approved), None];
        check(ConfidentialStep::ReaderNamed { account }, same);
        check(ConfidentialStep::ReaderRevoked { account }, same);
        check(ConfidentialStep::ReadByReader { account }, same);
        check(ConfidentialStep::Moved { from: RecordId::NIL }, ConfidentialState::ALL.map(Some));
    }

    #[test]
    fn few_are_not_told() {
        assert_eq!([0, 1, 2, 3, 40].map(|count| Tally::of(count).told()), [None, None, None, Some(3), Some(40)]);
    }
}
