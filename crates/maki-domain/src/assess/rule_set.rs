//! Rule sets: read from a file, every name resolved, every day checked, before anything is judged by them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;
use toml::Spanned;

use crate::rules::expression::{Expression, Fault, Moment, Names, parse};
use crate::rules::source::{RuleFault, fault, read_file, whole_day};
use crate::rules::{FactId, Kind};
use crate::value::PartialDate;
use crate::vocabulary::vocabulary;
use crate::{Bilingual, Language};

/// The oldest first.
const EMBEDDED: [(&str, &str); 2] = [
    ("ki-vo-2024-07-12.toml", include_str!("../../data/law/ki-vo-2024-07-12.toml")),
    ("ki-vo-2026-07-27.toml", include_str!("../../data/law/ki-vo-2026-07-27.toml")),
];

/// The fact that nobody is asked.
const TODAY: &str = "today";

/// Whether a rule set is law or a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSetState {
    InForce,
    Draft,
}

/// A fact that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub key: String,
    pub kind: Kind,
    /// Codes in the order of the law; empty for other kinds.
    pub codes: Vec<String>,
    /// The vocabulary of the codes; none when they stand in the file.
    pub vocabulary: Option<String>,
    /// Words of the question; only the day itself is not asked.
    pub words: Option<Question>,
}

/// How a fact is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    de: QuestionWords,
    en: QuestionWords,
    labels: BTreeMap<String, Bilingual>,
}

/// What people read about a question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionWords {
    /// What of the law is asked.
    pub article: String,
    pub question: String,
    pub help: String,
    pub example: String,
    /// Of a day: that it has not happened.
    #[serde(default)]
    pub none: String,
}

impl Question {
    #[must_use]
    pub const fn words(&self, language: Language) -> &QuestionWords {
        match language {
            Language::De => &self.de,
            Language::En => &self.en,
        }
    }
}

impl Fact {
    /// What people call one of its codes.
    #[must_use]
    pub fn label<'a>(&'a self, code: &'a str, language: Language) -> &'a str {
        if let Some(vocabulary) = &self.vocabulary {
            return crate::vocabulary::label(vocabulary, code, language);
        }
        let label = self.words.as_ref().and_then(|words| words.labels.get(code));
        label.map_or(code, |label| label.get(language))
    }
}

/// A code and when it is given.
#[derive(Debug, Clone)]
pub struct Rule {
    pub code: String,
    pub when: Expression,
    /// What it means that the condition holds.
    pub words: Bilingual,
}

/// A duty before anything is known.
#[derive(Debug, Clone)]
pub struct DutyRule {
    pub article: String,
    /// Whose it is, and the condition that says so.
    pub who: Vec<(String, Expression)>,
    pub when: Expression,
    pub from: String,
    pub de: String,
    pub en: String,
}

/// From when a duty is due in which case.
#[derive(Debug, Clone)]
pub struct Step {
    /// None holds always.
    pub when: Option<Expression>,
    pub from: Vec<Moment>,
}

/// Answers that cannot be true together.
#[derive(Debug, Clone)]
pub struct Contradiction {
    pub key: String,
    pub when: Expression,
    pub de: String,
    pub en: String,
}

/// The law of a day as rules.
#[derive(Debug, Clone)]
pub struct RuleSet {
    id: String,
    state: RuleSetState,
    valid_from: PartialDate,
    facts: Vec<Fact>,
    today: FactId,
    applies: Expression,
    classes: Vec<Rule>,
    sections: Vec<Rule>,
    fria: Expression,
    forbidden: Expression,
    schedules: BTreeMap<String, Vec<Step>>,
    duties: Vec<DutyRule>,
    contradictions: Vec<Contradiction>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    id: String,
    state: RuleSetState,
    valid_from: Spanned<String>,
    days: BTreeMap<String, Spanned<String>>,
    groups: BTreeMap<String, BTreeSet<String>>,
    fact: Vec<FactSource>,
    condition: Vec<ConditionSource>,
    class: Vec<RuleSource>,
    section: Vec<RuleSource>,
    fria: SingleSource,
    forbidden: SingleSource,
    schedule: Vec<ScheduleSource>,
    duty: Vec<DutySource>,
    contradiction: Vec<ContradictionSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactSource {
    key: Spanned<String>,
    kind: Kind,
    vocabulary: Option<String>,
    #[serde(default)]
    codes: Vec<String>,
    de: Option<QuestionWords>,
    en: Option<QuestionWords>,
    #[serde(default)]
    labels: BTreeMap<String, Bilingual>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionSource {
    name: String,
    when: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSource {
    code: String,
    #[serde(default, rename = "article")]
    _article: String,
    when: Spanned<String>,
    de: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SingleSource {
    #[serde(rename = "article")]
    _article: String,
    when: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduleSource {
    name: String,
    steps: Vec<StepSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepSource {
    when: Option<Spanned<String>>,
    from: Spanned<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DutySource {
    article: String,
    who: Vec<String>,
    when: Spanned<String>,
    from: Spanned<String>,
    de: String,
    en: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContradictionSource {
    key: String,
    when: Spanned<String>,
    de: String,
    en: String,
}

/// What names mean while a file is read.
struct Known<'a> {
    file: &'a str,
    text: &'a str,
    days: BTreeMap<String, PartialDate>,
    groups: &'a BTreeMap<String, BTreeSet<String>>,
    facts: &'a [Fact],
    conditions: BTreeMap<String, Expression>,
}

impl Names for Known<'_> {
    fn fact(&self, name: &str) -> Option<(FactId, Kind)> {
        self.facts.iter().position(|fact| fact.key == name).and_then(|id| Some((id, self.facts.get(id)?.kind)))
    }

    fn knows(&self, fact: FactId, code: &str) -> bool {
        self.facts.get(fact).is_some_and(|fact| fact.codes.iter().any(|known| known == code))
    }

    fn group(&self, name: &str) -> Option<&BTreeSet<String>> {
        self.groups.get(name)
    }

    fn day(&self, name: &str) -> Option<PartialDate> {
        self.days.get(name).copied()
    }

    fn condition(&self, name: &str) -> Option<&Expression> {
        self.conditions.get(name)
    }
}

impl Known<'_> {
    fn fault(&self, place: usize, reason: impl ToString) -> RuleFault {
        fault(self.file, self.text, place, reason)
    }

    fn read(&self, source: &Spanned<String>) -> Result<Expression, RuleFault> {
        parse(source.get_ref(), self).map_err(|reason| self.fault(source.span().start, reason))
    }

    fn moments(&self, source: &Spanned<Vec<String>>) -> Result<Vec<Moment>, RuleFault> {
        let moment = |name: &String| match (self.day(name), self.fact(name)) {
            (Some(day), _) => Ok(Moment::Day(day)),
            (None, Some((fact, Kind::Day | Kind::DayOrNot))) => Ok(Moment::Fact(fact)),
            _ => Err(self.fault(source.span().start, Fault::UnknownMoment(name.clone()))),
        };
        source.get_ref().iter().map(moment).collect()
    }

    fn rules(&self, sources: Vec<RuleSource>) -> Result<Vec<Rule>, RuleFault> {
        let rule = |source: RuleSource| {
            let words = Bilingual { de: source.de, en: source.en };
            Ok(Rule { when: self.read(&source.when)?, code: source.code, words })
        };
        sources.into_iter().map(rule).collect()
    }

    /// Conditions may stand in any order and name each other, but never themselves.
    fn resolve(&mut self, sources: &[ConditionSource], name: &str, above: &mut Vec<String>) -> Result<(), RuleFault> {
        let Some(source) = sources.iter().find(|source| source.name == name) else { return Ok(()) };
        if self.conditions.contains_key(name) {
            return Ok(());
        }
        if above.iter().any(|one| one == name) {
            let circle = above.iter().chain([&name.to_owned()]).cloned().collect::<Vec<_>>().join(" → ");
            return Err(self.fault(source.when.span().start, format!("conditions go round in a circle: {circle}")));
        }
        above.push(name.to_owned());
        let separators = |c: char| c.is_whitespace() || "()<>=\"".contains(c);
        for word in source.when.get_ref().split(separators) {
            self.resolve(sources, word, above)?;
        }
        above.pop();
        let read = self.read(&source.when)?;
        self.conditions.insert(name.to_owned(), read);
        Ok(())
    }

    fn schedules(&self, sources: Vec<ScheduleSource>) -> Result<BTreeMap<String, Vec<Step>>, RuleFault> {
        let step = |source: StepSource| {
            let when = source.when.as_ref().map(|when| self.read(when)).transpose()?;
            Ok(Step { when, from: self.moments(&source.from)? })
        };
        let schedule = |source: ScheduleSource| {
            Ok((source.name, source.steps.into_iter().map(step).collect::<Result<Vec<_>, _>>()?))
        };
        let mut schedules: BTreeMap<String, Vec<Step>> = sources.into_iter().map(schedule).collect::<Result<_, _>>()?;
        // A day alone is a schedule of one step.
        for (name, day) in &self.days {
            schedules.entry(name.clone()).or_insert_with(|| vec![Step { when: None, from: vec![Moment::Day(*day)] }]);
        }
        Ok(schedules)
    }

    fn duty(&self, source: DutySource, schedules: &BTreeMap<String, Vec<Step>>) -> Result<DutyRule, RuleFault> {
        let place = source.when.span().start;
        let role = |who: String| {
            let condition = format!("role has \"{who}\"");
            Ok((who, parse(&condition, self).map_err(|reason| self.fault(place, reason))?))
        };
        let from = source.from.get_ref();
        if !schedules.contains_key(from) {
            let reason = format!("{from:?} is neither a schedule nor a day");
            return Err(self.fault(source.from.span().start, reason));
        }
        Ok(DutyRule {
            who: source.who.into_iter().map(role).collect::<Result<_, _>>()?,
            when: self.read(&source.when)?,
            from: from.clone(),
            article: source.article,
            de: source.de,
            en: source.en,
        })
    }
}

fn fact(file: &str, text: &str, source: FactSource) -> Result<Fact, RuleFault> {
    let codes = match &source.vocabulary {
        None => source.codes.clone(),
        Some(name) => {
            let unknown = || fault(file, text, source.key.span().start, format!("{name:?} is no vocabulary"));
            vocabulary(name).ok_or_else(unknown)?.terms().iter().map(|term| term.code.as_str().to_owned()).collect()
        }
    };
    let at = source.key.span().start;
    let key = source.key.into_inner();
    let is_told = |words: &QuestionWords| !words.none.is_empty() || source.kind != Kind::DayOrNot;
    let words = match (source.de, source.en) {
        (Some(de), Some(en)) if is_told(&de) && is_told(&en) => Some(Question { de, en, labels: source.labels }),
        (None, None) if key == TODAY => None,
        _ => return Err(fault(file, text, at, format!("{key:?} needs all its words in both languages"))),
    };
    let is_named = |code: &String| words.as_ref().is_some_and(|words| words.labels.contains_key(code));
    if let Some(code) = codes.iter().find(|code| source.vocabulary.is_none() && !is_named(code)) {
        return Err(fault(file, text, at, format!("{code:?} has no label")));
    }
    Ok(Fact { key, kind: source.kind, codes, vocabulary: source.vocabulary, words })
}

impl RuleSet {
    /// Reads a rule set; the file's name is for messages.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn parse(file: &str, text: &str) -> Result<Self, RuleFault> {
        let source: Source = read_file(file, text)?;
        let facts: Vec<Fact> = source.fact.into_iter().map(|one| fact(file, text, one)).collect::<Result<_, _>>()?;
        let days = source.days.iter().map(|(name, day)| Ok((name.clone(), whole_day(file, text, day)?)));
        let mut known = Known {
            file,
            text,
            days: days.collect::<Result<_, _>>()?,
            groups: &source.groups,
            facts: &facts,
            conditions: BTreeMap::new(),
        };
        for condition in &source.condition {
            known.resolve(&source.condition, &condition.name, &mut Vec::new())?;
        }
        let named = |name: &str| known.condition(name).cloned();
        let applies = named("applies").ok_or_else(|| known.fault(0, "the condition \"applies\" is missing"))?;
        let today = known.fact(TODAY).filter(|(_, kind)| *kind == Kind::Day);
        let (today, _) = today.ok_or_else(|| known.fault(0, "the fact \"today\" is missing"))?;
        let schedules = known.schedules(source.schedule)?;
        let contradiction = |one: ContradictionSource| {
            Ok(Contradiction { when: known.read(&one.when)?, key: one.key, de: one.de, en: one.en })
        };
        Ok(Self {
            valid_from: whole_day(file, text, &source.valid_from)?,
            classes: known.rules(source.class)?,
            sections: known.rules(source.section)?,
            fria: known.read(&source.fria.when)?,
            forbidden: known.read(&source.forbidden.when)?,
            duties: source.duty.into_iter().map(|one| known.duty(one, &schedules)).collect::<Result<_, _>>()?,
            contradictions: source.contradiction.into_iter().map(contradiction).collect::<Result<_, _>>()?,
            id: source.id,
            state: source.state,
            today,
            applies,
            schedules,
            facts,
        })
    }

    /// Names it for good.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    #[must_use]
    pub const fn state(&self) -> RuleSetState {
        self.state
    }

    /// The day of the text that it was read from.
    #[must_use]
    pub const fn valid_from(&self) -> PartialDate {
        self.valid_from
    }

    /// Facts in the order in which they are asked.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    #[must_use]
    pub fn fact_id(&self, key: &str) -> Option<FactId> {
        self.facts.iter().position(|fact| fact.key == key)
    }

    /// Contradictions that answers can have, with their words.
    #[must_use]
    pub fn contradictions(&self) -> &[Contradiction] {
        &self.contradictions
    }

    /// Duties with their words.
    #[must_use]
    pub fn duties(&self) -> &[DutyRule] {
        &self.duties
    }

    pub(super) fn fact(&self, id: FactId) -> &Fact {
        static NONE: Fact =
            Fact { key: String::new(), kind: Kind::Truth, codes: Vec::new(), vocabulary: None, words: None };
        self.facts.get(id).unwrap_or(&NONE)
    }

    pub(super) const fn today(&self) -> FactId {
        self.today
    }

    pub(super) const fn applies(&self) -> &Expression {
        &self.applies
    }

    /// Why a class is given; none for one that the rules do not give.
    #[must_use]
    pub fn class_words(&self, code: &str) -> Option<&Bilingual> {
        self.classes.iter().find(|class| class.code == code).map(|class| &class.words)
    }

    /// What a section asks for.
    #[must_use]
    pub fn section_words(&self, code: &str) -> Option<&Bilingual> {
        self.sections.iter().find(|section| section.code == code).map(|section| &section.words)
    }

    pub(super) fn classes(&self) -> &[Rule] {
        &self.classes
    }

    pub(super) fn sections(&self) -> &[Rule] {
        &self.sections
    }

    pub(super) const fn fria(&self) -> &Expression {
        &self.fria
    }

    pub(super) const fn forbidden(&self) -> &Expression {
        &self.forbidden
    }

    pub(super) fn schedule(&self, duty: &DutyRule) -> &[Step] {
        self.schedules.get(&duty.from).map(Vec::as_slice).unwrap_or_default()
    }

    /// Codes in the order of the law.
    pub(super) fn in_order(&self, fact: FactId, codes: &BTreeSet<String>) -> Vec<String> {
        self.fact(fact).codes.iter().filter(|code| codes.contains(*code)).cloned().collect()
    }
}

#[expect(clippy::expect_used, reason = "the files are embedded, and a test proves that they parse")]
static RULE_SETS: LazyLock<Vec<RuleSet>> = LazyLock::new(|| {
    EMBEDDED.into_iter().map(|(file, text)| RuleSet::parse(file, text).expect("embedded rules parse")).collect()
});

/// The rule sets that this program knows, the oldest first.
#[must_use]
pub fn rule_sets() -> &'static [RuleSet] {
    &RULE_SETS
}

/// A rule set by its id.
#[must_use]
pub fn rule_set_of(id: &str) -> Option<&'static RuleSet> {
    RULE_SETS.iter().find(|rules| rules.id == id)
}

/// The newest rule set in force.
#[must_use]
#[expect(clippy::expect_used, reason = "one is embedded")]
pub fn rule_set() -> &'static RuleSet {
    RULE_SETS.iter().rev().find(|rules| rules.state == RuleSetState::InForce).expect("a rule set is in force")
}
