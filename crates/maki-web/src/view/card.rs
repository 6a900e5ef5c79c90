//! A system in a list.

use maki_app::{Card, Matcher};
use maki_domain::{Language, vocabulary};

use super::{Badge, foreign};
use crate::context::localised;
use crate::format;
use crate::texts::texts;

/// Most techniques and fields named on a card.
const MAX_FACTS: usize = 4;

/// A stretch of text, marked where the query matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPart {
    pub text: String,
    pub marked: bool,
}

/// A system as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardView {
    pub href: String,
    pub preline: String,
    pub name: Vec<TextPart>,
    pub description: Vec<TextPart>,
    /// Language of both texts, when it is not that of the page.
    pub lang: Option<String>,
    pub badges: Vec<Badge>,
    pub uses: Option<String>,
    pub facts: Vec<String>,
}

impl CardView {
    #[must_use]
    pub fn new(card: &Card, language: Language, matcher: &Matcher) -> Self {
        let badges = card
            .lifecycle_groups
            .iter()
            .map(|group| Badge::lifecycle(language, group))
            .chain(card.risk_class.iter().map(|class| Badge::risk(language, class)))
            .collect();
        let labels = |list: &'static str, codes: &[String]| -> Vec<String> {
            codes.iter().map(|code| vocabulary::label(list, code.as_str(), language).to_owned()).collect()
        };
        let mut facts = labels("field", &card.fields);
        facts.extend(labels("technique", &card.techniques));
        facts.truncate(MAX_FACTS);
        let uses = (card.deployments > 1).then(|| texts(language).count("card-uses", card.deployments));
        Self {
            href: localised(language, &format!("/systeme/{}", card.kennung)),
            preline: preline(card, language),
            name: marked(&card.name, matcher),
            description: marked(&card.short_description, matcher),
            lang: foreign(language, &card.language),
            badges,
            uses,
            facts,
        }
    }
}

/// Who uses it, and where: one body with its Land, or the first with the number of the others.
fn preline(card: &Card, language: Language) -> String {
    let Some(first) = card.organisations.first() else {
        return texts(language).get("card-nobody").to_owned();
    };
    let land = first.land.as_deref().map(|land| vocabulary::label("land", land, language));
    let name = match land {
        Some(land) if !first.name.contains(land) => format!("{}, {land}", first.name),
        _ => first.name.clone(),
    };
    match card.deployments.saturating_sub(1) {
        0 => name,
        others => texts(language).with("card-and-others", &[("name", name.into()), ("count", format_count(others))]),
    }
}

fn format_count(count: usize) -> fluent_bundle::FluentValue<'static> {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

/// A text parted where the matcher found words of the query.
#[must_use]
pub fn marked(text: &str, matcher: &Matcher) -> Vec<TextPart> {
    let mut parts = Vec::new();
    let mut at = 0;
    let mut push = |part: Option<&str>, marked: bool| {
        if let Some(part) = part.filter(|p| !p.is_empty()) {
            parts.push(TextPart { text: part.to_owned(), marked });
        }
    };
    if !matcher.is_empty() {
        for span in matcher.spans(text) {
            push(text.get(at..span.start), false);
            push(text.get(span.start..span.end), true);
            at = span.end;
        }
    }
    push(text.get(at..), false);
    parts
}

/// The day of an RFC 3339 instant, for the eye.
#[must_use]
pub fn day_of(language: Language, instant: &str) -> Option<format::DateText> {
    Some(format::date(language, instant.parse().ok()?))
}
