//! What the register is: records and their content, the field catalogue, vocabularies, law, lifecycle and views.
//!
//! Invariant: this crate is pure. It knows no clock, no randomness, no file, no network and no async; whatever
//! needs a time or an id gets it as a parameter. The data files in `data/` are embedded and parsed once.

pub mod assess;
pub mod catalogue;
pub mod check;
pub mod confidential;
pub mod content;
pub mod diff;
pub mod entry;
pub mod eu_report;
pub mod glossary;
pub mod ids;
pub mod instance;
pub mod keys;
pub mod law;
pub mod lifecycle;
pub mod outlook;
pub mod plausibility;
pub mod quality;
pub mod record;
pub mod rights;
pub mod rules;
pub mod value;
pub mod view;
pub mod vocabulary;

pub use catalogue::{Field, FieldId, FieldType, Situation, catalogue};
pub use content::Content;
pub use entry::Entry;
pub use ids::{ExternalId, Kennung, RecordId};
pub use record::{Envelope, Instant, RecordKind, RecordState};
pub use rights::{Act, Relation, Role, Roles};
pub use value::{Absence, PartialDate, Slot, Value, WithheldReason};
pub use view::{View, Visibility};
pub use vocabulary::{Code, Term, Vocabulary, vocabulary};

/// The two languages of the interface. Law terms are official in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    De,
    En,
}

impl Language {
    /// Both languages in the order the interface offers them.
    pub const ALL: [Self; 2] = [Self::De, Self::En];

    /// The BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }
}

/// A text that the project itself wrote in both languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize, serde::Serialize)]
pub struct Bilingual {
    pub de: String,
    pub en: String,
}

impl Bilingual {
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}
