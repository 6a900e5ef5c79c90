//! Plausibility: what an entry says against itself, against its own text, and against duties of the law.
//!
//! Rules and signs are data (`data/plausibility/`), in the language of [`crate::rules`]. Judging is pure: the day, dead
//! links and what else stands in the register come from outside.

mod book;
mod facts;
mod signs;
mod wording;

pub use book::{Rule, RuleBook, Severity};

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::assess::{Case, RuleSet};
use crate::catalogue::{FieldId, Situation};
use crate::entry::Parts;
use crate::record::RecordKind;
use crate::rules::expression::Expression;
use crate::value::PartialDate;
use crate::{check, keys, lifecycle};

/// What is known beside the entry.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    pub today: PartialDate,
    /// The law by which duties are judged.
    pub law: &'a RuleSet,
    pub dead_links: &'a HashSet<&'a str>,
    /// Whether another entry has nearly the same text.
    pub is_near_duplicate: bool,
}

/// What a rule found.
#[derive(Debug, Clone)]
pub struct Finding<'a> {
    pub rule: &'a Rule,
    pub severity: Severity,
    pub field: FieldId,
    /// From when the duty is due that is not met.
    pub due: Option<PartialDate>,
    /// Words of the text that led to it.
    pub words: Vec<String>,
}

impl<'a> Finding<'a> {
    const fn plain(rule: &'a Rule, field: FieldId) -> Self {
        Self { rule, severity: rule.severity, field, due: None, words: Vec::new() }
    }
}

const FILES: [(&str, &str); 2] = [
    ("plausibility/rules.toml", include_str!("../../data/plausibility/rules.toml")),
    ("plausibility/signs.toml", include_str!("../../data/plausibility/signs.toml")),
];

#[expect(clippy::expect_used, reason = "the files are embedded, and a test proves that they parse")]
static BOOK: LazyLock<RuleBook> = LazyLock::new(|| {
    let [rules, signs] = FILES;
    RuleBook::parse(rules, signs).expect("embedded rules parse")
});

/// The rules of this build.
#[must_use]
pub fn rule_book() -> &'static RuleBook {
    &BOOK
}

/// Key of the rule about entries that are nearly the same.
const NEAR_DUPLICATE: &str = "near_duplicate";

/// Classes under which a sign of Annex III is a contradiction, and under which it is only worth a look.
const DENYING: [&str; 3] = ["minimal", "transparency", "not_applicable"];
const OPEN: [&str; 2] = ["", crate::assess::NOT_ASSESSED];

impl RuleBook {
    /// Everything that is to be said of an entry, in the order of the rules.
    #[must_use]
    pub fn findings<'a>(&'a self, parts: Parts<'_>, around: &Surroundings<'_>) -> Vec<Finding<'a>> {
        let known = self.directory.known(&self.signs, parts, around);
        let class = parts.class();
        let case = OnceCell::new();
        let mut found = self.missing(parts);
        for rule in self.rules.iter().filter(|rule| facts::is_present(parts, rule.field.field().record)) {
            let mut severity = rule.severity;
            if !rule.hints.is_empty() {
                match class {
                    class if DENYING.contains(&class) => {}
                    class if OPEN.contains(&class) => severity = Severity::Hint,
                    _ => continue,
                }
            }
            if rule.when.holds(&known) != Ok(true) {
                continue;
            }
            let mut due = None;
            if let Some(article) = &rule.duty {
                let case = case.get_or_init(|| Case::of_entry(around.law, parts));
                // Where the law has two readings, nothing is an error before both days have come.
                let Some(day) = around.law.due(case, around.today, article) else { continue };
                due = Some(day);
                severity = if around.today >= day { Severity::Error } else { severity };
            }
            found.push(Finding { rule, severity, field: rule.field, due, words: self.words(rule, &known) });
        }
        found
    }

    /// The finding that another entry has nearly the same text, for those who compare all of them.
    #[must_use]
    pub fn near_duplicate(&self, other: Option<String>) -> Option<Finding<'_>> {
        let rule = self.rules.iter().find(|rule| rule.key == NEAR_DUPLICATE)?;
        Some(Finding { words: other.into_iter().collect(), ..Finding::plain(rule, rule.field) })
    }

    /// Points of Annex III that the text may mean, whatever the class says.
    #[must_use]
    pub fn annex_iii_hints<'a>(&'a self, parts: Parts<'_>, around: &Surroundings<'_>) -> Vec<&'a str> {
        let known = self.directory.known(&self.signs, parts, around);
        let holding = self.rules.iter().filter(|rule| rule.when.holds(&known) == Ok(true));
        holding.flat_map(|rule| &rule.hints).map(String::as_str).collect()
    }

    fn missing(&self, parts: Parts<'_>) -> Vec<Finding<'_>> {
        let situation = situation(parts);
        let is_open = |id: &FieldId| {
            let content = parts.of(id.field().record);
            content.is_some_and(|content| content.slot_of(*id).is_none())
        };
        let mut found: Vec<Finding<'_>> = Vec::new();
        let is_techniques = |id: &FieldId| id.field().key == keys::TECHNIQUES;
        // An idea need not know its technique.
        let is_planned = situation.lifecycle_group == Some("planned");
        let minimum = self.minimum_fields.iter().filter(|id| is_open(id) && !(is_planned && is_techniques(id)));
        found.extend(minimum.map(|id| Finding::plain(&self.minimum, *id)));
        for kind in RecordKind::ALL {
            let Some(content) = parts.of(kind) else { continue };
            let missing = check::missing(kind, content, situation);
            let others = missing.into_iter().filter(|id| !self.minimum_fields.contains(id));
            found.extend(others.map(|id| Finding::plain(&self.required, id)));
        }
        found
    }

    /// Words that stand for the signs which a rule asks for.
    fn words(&self, rule: &Rule, known: &facts::Known) -> Vec<String> {
        let mut words = Vec::new();
        rule.when.visit(&mut |test| {
            let Expression::Any(fact) = test else { return };
            let sign = self.directory.sign(*fact).and_then(|place| known.said.get(place));
            if let Some(Some(word)) = sign
                && !words.contains(word)
            {
                words.push(word.clone());
            }
        });
        words
    }
}

/// What decides which fields are required.
fn situation(parts: Parts<'_>) -> Situation<'static> {
    let stage = parts.deployment.and_then(|content| content.code(keys::LIFECYCLE));
    let class = parts.class();
    Situation {
        lifecycle_group: stage.and_then(lifecycle::group_of).map(crate::Code::as_str),
        risk_class: Some(class).filter(|class| !class.is_empty()),
        kind: parts.system.and_then(|content| content.code(keys::KIND)).map(crate::Code::as_str),
    }
}

#[cfg(test)]
mod tests;
