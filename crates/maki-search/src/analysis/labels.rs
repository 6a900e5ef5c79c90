//! Values of facets as words: whoever types the name of a Land, a level, a stage or a risk class finds what has it.
//!
//! A document holds one sign per value, a word that nobody types, and a query that names the value looks the sign up.
//! So "Betrieb" finds what is in operation and "Betriebsprüfung" does not, labels can be renamed without a new index,
//! and a label counts as known even when nothing has it: it is never taken for a slip of the pen.

use std::collections::HashMap;
use std::sync::LazyLock;

use maki_domain::Language;

use super::fold;
use super::words::Words;
use crate::codes::codes;
use crate::document::{DeploymentFacts, SystemFacts};
use crate::facet::Facet;

/// Begins every sign; a letter to the analysis, so that the sign is one word, and on no keyboard.
const MARK: char = 'ǀ';
/// Facets whose values are found by name.
const NAMED: [Facet; 4] = [Facet::Land, Facet::Level, Facet::Lifecycle, Facet::RiskClass];

type Aliases = HashMap<String, HashMap<String, Vec<String>>>;

fn aliases() -> Result<Aliases, toml::de::Error> {
    toml::from_str(include_str!("../../data/labels.toml"))
}

/// Folded words, joined by blanks → the signs of the values that are called so.
static SIGNS: LazyLock<HashMap<String, Vec<String>>> = LazyLock::new(|| {
    let mut signs = HashMap::new();
    // A broken file is found by the test below; without the file the labels of the vocabularies remain.
    let aliases = aliases().unwrap_or_default();
    for facet in NAMED {
        let terms = terms(facet);
        let aliases = aliases.get(facet.name());
        for term in terms {
            let own = [sign(facet, &term.code)];
            let labels = [Language::De, Language::En].map(|language| heading(term.label(language)));
            let aliases = aliases.and_then(|all| all.get(&term.code)).map(Vec::as_slice).unwrap_or_default();
            for label in labels.into_iter().chain(aliases.iter().map(String::as_str)) {
                add(&mut signs, &folded_words(label), &own);
                if facet == Facet::Land {
                    // "Bayerns Behörden"; by stems, "Bayer" would be the Land as well.
                    add(&mut signs, &folded_words(&format!("{label}s")), &own);
                }
            }
        }
    }
    for group in terms(Facet::LifecycleGroup) {
        let stages = terms(Facet::Lifecycle).iter().filter(|stage| stage.group.as_deref() == Some(group.code.as_str()));
        let own: Vec<String> = stages.map(|stage| sign(Facet::Lifecycle, &stage.code)).collect();
        for label in [Language::De, Language::En].map(|language| group.label(language)) {
            let words = folded_words(label);
            add(&mut signs, &words, &own);
            // A query loses its filler words: "in Betrieb" is looked up as "Betrieb".
            if let Some(("in", rest)) = words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
                add(&mut signs, rest, &own);
            }
        }
    }
    signs
});

fn terms(facet: Facet) -> &'static [maki_domain::Term] {
    facet.vocabulary().and_then(maki_domain::vocabulary).map(maki_domain::Vocabulary::terms).unwrap_or_default()
}

fn add(signs: &mut HashMap<String, Vec<String>>, words: &[String], own: &[String]) {
    if words.is_empty() {
        return;
    }
    let known = signs.entry(words.join(" ")).or_default();
    for sign in own {
        if !known.contains(sign) {
            known.push(sign.clone());
        }
    }
}

/// What a label calls its value, without the explanation behind it.
fn heading(label: &str) -> &str {
    label.split(['(', ',']).next().unwrap_or(label)
}

fn folded_words(text: &str) -> Vec<String> {
    Words::new(text).filter(|word| !word.joined).map(|word| word.text).collect()
}

fn sign(facet: Facet, code: &str) -> String {
    fold::fold(&format!("{MARK}{}{}", facet.name().replace('_', ""), codes(facet).number(code)))
}

/// Whether a word of the dictionary is a sign, which nobody should see.
pub fn is_sign(word: &str) -> bool {
    word.starts_with(MARK)
}

/// The signs of the values that a sequence of folded words names; empty when it names none.
pub fn of(words: &[String]) -> &'static [String] {
    SIGNS.get(&words.join(" ")).map(Vec::as_slice).unwrap_or_default()
}

/// The signs of a document, as a text for the index.
pub fn text_of(system: &SystemFacts, deployment: Option<&DeploymentFacts>) -> String {
    let own = |facet: Facet| match facet {
        Facet::Land => deployment?.land.as_ref(),
        Facet::Level => deployment?.level.as_ref(),
        Facet::Lifecycle => deployment?.lifecycle.as_ref(),
        _ => deployment.and_then(|deployment| deployment.risk_class.as_ref()).or(system.risk_class.as_ref()),
    };
    let signs = NAMED.into_iter().filter_map(|facet| Some(sign(facet, own(facet)?)));
    signs.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn names_lead_to_values() {
        let check = |query: &str, expected: &[(Facet, &str)]| {
            let found = of(&folded_words(query));
            let expected: Vec<_> = expected.iter().map(|(facet, code)| sign(*facet, code)).collect();
            assert_eq!(found, expected, "{query}");
        };
        check("Bayern", &[(Facet::Land, "09")]);
        check("bayerns", &[(Facet::Land, "09")]);
        check("Bavaria", &[(Facet::Land, "09")]);
        check("NRW", &[(Facet::Land, "05")]);
        check("Nordrhein-Westfalen", &[(Facet::Land, "05")]);
        check("Thueringen", &[(Facet::Land, "16")]);
        check("Sachsen", &[(Facet::Land, "14")]);
        check("Kommune", &[(Facet::Level, "municipal")]);
        check("Erprobung", &[(Facet::Lifecycle, "pilot")]);
        check("Hochrisiko", &[(Facet::RiskClass, "high_risk_annex_i"), (Facet::RiskClass, "high_risk_annex_iii")]);
        check("Geplant", &[(Facet::Lifecycle, "idea"), (Facet::Lifecycle, "concept")]);
        check("Baden-Württembergs", &[(Facet::Land, "08")]);
        check("bauern", &[]);
        check("Bayer", &[]);
        check("bewertet", &[]);
        check("", &[]);
    }

    #[test]
    fn a_sign_is_one_word_and_recognised() {
        for facet in NAMED {
            for term in terms(facet) {
                let sign = sign(facet, &term.code);
                assert_eq!(folded_words(&sign), [sign.as_str()]);
                assert!(is_sign(&sign));
            }
        }
        assert!(!is_sign("land"));
    }

    #[test]
    fn the_file_names_known_values() {
        for (facet, values) in aliases().unwrap() {
            let facet = NAMED.into_iter().find(|named| named.name() == facet).unwrap();
            for (code, names) in values {
                assert!(codes(facet).number(&code) > 0, "{code}");
                assert!(names.iter().all(|name| !folded_words(name).is_empty()), "{code}");
            }
        }
    }
}
