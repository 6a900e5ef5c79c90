//! Plausibility: what an entry says against itself, against its own text, and against duties of the law.
//!
//! Rules and signs are data (`data/plausibility/`), in the language of [`crate::rules`]. Judging is pure: the day, dead
//! links and what else stands in the register come from outside.

mod book;
mod facts;
mod signs;
mod wording;

pub use book::{Rule, RuleBook, Severity};

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use crate::assess::{Case, Duty, RuleSet};
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
    const fn missing(rule: &'a Rule, field: FieldId) -> Self {
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

/// Classes under which a sign of Annex III is a contradiction, and under which it is only worth a look.
const DENYING: [&str; 3] = ["minimal", "transparency", "not_applicable"];
const OPEN: [&str; 2] = ["", crate::assess::NOT_ASSESSED];

impl RuleBook {
    /// Everything that is to be said of an entry, in the order of the rules.
    #[must_use]
    pub fn findings<'a>(&'a self, parts: Parts<'_>, around: &Surroundings<'_>) -> Vec<Finding<'a>> {
        let known = self.directory.known(&self.signs, parts, around);
        let class = parts.class();
        let mut duties = None;
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
                let duties = duties.get_or_insert_with(|| duties_of(parts, around));
                let Some(day) = duties.get(article) else { continue };
                due = Some(*day);
                severity = if around.today >= *day { Severity::Error } else { severity };
            }
            found.push(Finding { rule, severity, field: rule.field, due, words: self.words(rule, &known) });
        }
        found
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
        found.extend(minimum.map(|id| Finding::missing(&self.minimum, *id)));
        for kind in RecordKind::ALL {
            let Some(content) = parts.of(kind) else { continue };
            let missing = check::missing(kind, content, situation);
            let others = missing.into_iter().filter(|id| !self.minimum_fields.contains(id));
            found.extend(others.map(|id| Finding::missing(&self.required, id)));
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

/// Duties of an entry by their article, with the last day from which each may be due: where the law has two readings,
/// nothing is an error before both have come.
fn duties_of(parts: Parts<'_>, around: &Surroundings<'_>) -> BTreeMap<String, PartialDate> {
    let case = Case::of_entry(around.law, parts);
    let mut days: BTreeMap<String, PartialDate> = BTreeMap::new();
    for Duty { article, from, .. } in around.law.assess(&case, around.today).duties {
        let day = days.entry(article).or_insert(from);
        *day = from.max(*day);
    }
    days
}

#[cfg(test)]
mod tests;
