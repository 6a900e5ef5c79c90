//! From records and hits to what templates print: plain structs with finished words, no decisions left.

pub mod card;
pub mod diff;
pub mod facets;
pub mod field;
pub mod paging;
pub mod places;

use maki_domain::{Language, vocabulary};

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub label: String,
    pub href: String,
}

/// A link with a number behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedLink {
    pub label: String,
    pub href: String,
    pub count: u64,
    pub chosen: bool,
}

/// A short coloured label; the words carry the meaning, the colour only helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    pub label: String,
    pub class: &'static str,
}

impl Badge {
    const PLAIN: &'static str = "m-badge--plain";

    /// The badge of a lifecycle group.
    #[must_use]
    pub fn lifecycle(language: Language, group: &str) -> Self {
        let class = match group {
            "in_operation" => "kern-badge--success",
            "in_development" => "kern-badge--info",
            _ => Self::PLAIN,
        };
        Self { label: vocabulary::label("lifecycle_group", group, language).to_owned(), class }
    }

    /// The badge of a risk class.
    #[must_use]
    pub fn risk(language: Language, class: &str) -> Self {
        let colour = match class {
            "prohibited" | "high_risk_annex_i" | "high_risk_annex_iii" => "kern-badge--danger",
            "transparency" | "annex_iii_exempt" => "kern-badge--warning",
            _ => Self::PLAIN,
        };
        // The legal reference in brackets stands in the text and in the glossary.
        let label = vocabulary::label("risk_class", class, language);
        let label = label.split(" (").next().unwrap_or(label);
        Self { label: label.to_owned(), class: colour }
    }
}

/// The language tag of a text when it differs from that of the page.
#[must_use]
pub fn foreign(page: Language, tag: &str) -> Option<String> {
    (!tag.is_empty() && tag != page.tag()).then(|| tag.to_owned())
}

/// "Level, Land" of an organisation, whatever of it is known.
#[must_use]
pub fn place(language: Language, level: Option<&str>, land: Option<&str>) -> String {
    let level = level.map(|code| vocabulary::label("administrative_level", code, language));
    let land = land.map(|code| vocabulary::label("land", code, language));
    [land, level].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Where the glossary explains a value; none when it has no definition.
#[must_use]
pub fn glossary_href(language: Language, vocabulary_name: &str, code: &str) -> Option<String> {
    let term = vocabulary(vocabulary_name)?.term(code)?;
    term.definition(language)?;
    Some(crate::context::localised(language, &format!("/glossar#{vocabulary_name}-{code}")))
}
