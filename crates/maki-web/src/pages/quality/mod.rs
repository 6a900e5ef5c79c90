//! Quality of entries: how scores are computed, for everybody; what was found, for those who answer for entries.

mod method;
mod overview;
pub(super) mod score;
mod table;

pub use overview::{facts, run_text};

use maki_app::ProblemWish;
use maki_domain::plausibility::{Rule, rule_book};
use maki_domain::{Act, Language};

use crate::plain_form::PlainChoice;
use crate::routes::{Of, Routes, Rule as Leave};
use crate::state::WebState;
use crate::texts::{Texts, texts};

/// Where the method is explained.
pub const METHOD: &str = "/methodik/qualitaet";
/// Where those who answer for entries see what was found.
pub const OVERVIEW: &str = "/arbeit/qualitaet";

/// All entries of it as CSV.
pub const TABLE: &str = "/arbeit/qualitaet/eintraege.csv";

/// Name of the parameter for problems, and what it can say beside keys of rules.
pub const PROBLEM: &str = "befund";
const WISHES: [(&str, ProblemWish, &str); 3] = [
    ("fehler", ProblemWish::Errors, "quality-with-errors"),
    ("warnungen", ProblemWish::Warnings, "quality-with-warnings"),
    ("probleme", ProblemWish::Any, "quality-with-any"),
];

/// Pages about the quality of entries.
pub fn routes(state: &WebState) -> Routes {
    let answering = Leave::May(Act::ReadFindings, Of::Anywhere);
    Routes::new(state).get(METHOD, Leave::Public, method::show).get(OVERVIEW, answering, overview::show).get(
        TABLE,
        answering,
        table::download,
    )
}

/// Which entries an address asks for; none where it says something that there is not.
#[must_use]
pub fn wish(text: &str) -> Option<ProblemWish> {
    if text.is_empty() {
        return Some(ProblemWish::None);
    }
    let named = WISHES.into_iter().find(|(word, ..)| *word == text).map(|(_, wish, _)| wish);
    named.or_else(|| rule_book().rule(text).map(|rule| ProblemWish::Rule(rule.key.clone())))
}

/// How an address says it.
#[must_use]
pub fn word(wish: &ProblemWish) -> &str {
    match wish {
        ProblemWish::Rule(key) => key,
        wish => WISHES.iter().find(|(_, one, _)| one == wish).map_or("", |(word, ..)| word),
    }
}

/// What can be chosen, each with the number of entries: all, by weight, by rule.
#[must_use]
pub fn choices(
    t: &Texts,
    language: Language,
    chosen: &ProblemWish,
    totals: &maki_app::QualityTotals,
    rules: &[(&'static Rule, i64)],
) -> Vec<PlainChoice> {
    let choice = |value: &str, label: String, is_chosen: bool| PlainChoice {
        value: value.to_owned(),
        label,
        hint: None,
        chosen: is_chosen,
    };
    let counted = |key: &str, count: i64| t.with(key, &[("count", count.into())]);
    let mut all = vec![choice("", counted("quality-all", totals.entries), *chosen == ProblemWish::None)];
    let counts = [totals.with_errors, totals.with_warnings, totals.with_any];
    let weights = WISHES.into_iter().zip(counts);
    all.extend(weights.map(|((word, wish, key), count)| choice(word, counted(key, count), *chosen == wish)));
    let mut is_listed = false;
    all.extend(rules.iter().map(|(rule, count)| {
        let is_chosen = matches!(chosen, ProblemWish::Rule(key) if *key == rule.key);
        is_listed |= is_chosen;
        let variables = [("rule", rule_title(rule, language).into()), ("count", (*count).into())];
        choice(&rule.key, t.with("quality-by-rule", &variables), is_chosen)
    }));
    // A rule by which nothing is found any more stays chosen.
    if let ProblemWish::Rule(key) = chosen
        && let Some(rule) = rule_book().rule(key).filter(|_| !is_listed)
    {
        let variables = [("rule", rule_title(rule, language).into()), ("count", 0.into())];
        all.push(choice(key, t.with("quality-by-rule", &variables), true));
    }
    all
}

/// A rule in one line: its field and what is wrong.
#[must_use]
pub fn rule_title(rule: &Rule, language: Language) -> String {
    if rule.is_gap() {
        return texts(language).get(&format!("quality-rule-{}", rule.key)).to_owned();
    }
    let message = rule.message(language, rule.field);
    let first = message.split_inclusive(['.', '!', '?']).next().unwrap_or(&message);
    format!("{}: {}", rule.field.field().label(language), first.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_asks_for_is_read_and_written() {
        for text in ["", "fehler", "warnungen", "probleme", "minimum", "near_duplicate"] {
            assert_eq!(wish(text).as_ref().map(word), Some(text));
        }
        assert_eq!(wish("alles"), None);
    }

    #[test]
    fn every_rule_has_a_title() {
        for language in Language::ALL {
            for rule in rule_book().rules() {
                let title = rule_title(rule, language);
                assert!(!title.contains('{') && title.len() > 8, "{title}");
            }
        }
    }
}
