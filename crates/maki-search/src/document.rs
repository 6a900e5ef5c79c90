//! What the app feeds into the index: one system with its deployments, already reduced to one view.
//!
//! A system is written as one contiguous block of index documents, one per deployment; a system without deployments
//! is one document. All codes are codes of the vocabularies; unknown codes are left out of the facets.

use uuid::Uuid;

/// The language of a text; it decides how words are reduced to stems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lang {
    /// German, also for every language without rules of its own.
    #[default]
    De,
    /// English.
    En,
    /// Dutch.
    Nl,
}

impl Lang {
    /// All languages, in the order of their fields.
    pub const ALL: [Self; 3] = [Self::De, Self::En, Self::Nl];

    /// The language of a tag such as `de`, `en-GB` or `nl`; German for any other.
    #[must_use]
    pub fn from_tag(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Self::En,
            "nl" => Self::Nl,
            _ => Self::De,
        }
    }
}

/// One text in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Language of the text.
    pub lang: Lang,
    /// The text itself; cut off after 200,000 bytes per document.
    pub text: String,
}

impl Text {
    /// A text in a language.
    pub fn new(lang: Lang, text: impl Into<String>) -> Self {
        Self { lang, text: text.into() }
    }

    /// A German text.
    pub fn de(text: impl Into<String>) -> Self {
        Self::new(Lang::De, text)
    }
}

/// The texts of a record by weight, as the field catalogue gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Short description, purpose, labels of fields and techniques: a match here ranks above one elsewhere.
    pub high: Vec<Text>,
    /// Most texts.
    pub medium: Vec<Text>,
    /// Texts that can be found but say little; today ranked like `medium`.
    pub low: Vec<Text>,
}

/// Facets that belong to the system.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemFacts {
    /// Codes of vocabulary `field`.
    pub fields: Vec<String>,
    /// Codes of vocabulary `technique`.
    pub techniques: Vec<String>,
    /// Codes of vocabulary `reuse`.
    pub reuse: Vec<String>,
    /// Codes of vocabulary `cooperation`.
    pub cooperation: Vec<String>,
    /// Code of vocabulary `risk_class`: the provider's classification, used where a deployment has none of its own.
    pub risk_class: Option<String>,
    /// Code of vocabulary `system_kind`.
    pub kind: Option<String>,
}

/// What is searched and counted of one deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentFacts {
    /// Record id of the deployment.
    pub id: Uuid,
    /// Stable id of the deploying organisation (value of facet `authority`); empty when unknown.
    pub authority: String,
    /// Name of the organisation: label of the facet and searched text.
    pub authority_name: String,
    /// Code of vocabulary `administrative_level`.
    pub level: Option<String>,
    /// Two-digit Land key, `01` to `16`.
    pub land: Option<String>,
    /// Code of vocabulary `lifecycle`; its group is derived from the vocabulary.
    pub lifecycle: Option<String>,
    /// The deployment's own risk class, when it has one.
    pub risk_class: Option<String>,
    /// Code of vocabulary `personal_data`.
    pub personal_data: Option<String>,
    /// Codes of vocabulary `affected`.
    pub affected: Vec<String>,
    /// Code of vocabulary `decision_effect`.
    pub decision_effect: Option<String>,
    /// Code of vocabulary `automation_level`.
    pub automation_level: Option<String>,
    /// Year of the start, 1990 to 2051; others are left out.
    pub start_year: Option<u16>,
    /// Texts of the deployment: purpose, places, services, experience.
    pub texts: Texts,
}

/// One system of one view, as it is put into the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SystemDocument {
    /// Record id of the system.
    pub id: Uuid,
    /// Kennung; also found when typed into the search box. May be empty.
    pub kennung: String,
    /// Name of the system, shown in suggestions; a match here ranks highest.
    pub name: String,
    /// Language of the name.
    pub lang: Lang,
    /// Key of the order by name; empty: derived from the name.
    pub sort_name: String,
    /// Instant of publication in microseconds since 1970, for the order "newest".
    pub published_at: i64,
    /// Texts of the system.
    pub texts: Texts,
    /// Facets of the system.
    pub facts: SystemFacts,
    /// Opaque bytes that come back with each hit, for example a ready JSON object.
    pub card: Vec<u8>,
    /// The deployments.
    pub deployments: Vec<DeploymentFacts>,
}
