//! The guided check by the KI-VO: from answers to the class, what is to be registered, duties and their days.
//!
//! What is asked and what follows stands in rule sets (`data/law/`), which are law of a day; this module reads them,
//! judges a case by one, and says which answers are missing that could change the result. No legal advice.

mod case;
mod entry;
mod record;
mod rule_set;

pub use case::{Case, CaseFault};
pub use record::{assessed_fields, changes_of_substance, reasons_field, substance};
pub use rule_set::{DutyRule, Fact, Question, QuestionWords, RuleSet, RuleSetState, rule_set, rule_set_of, rule_sets};

pub use crate::rules::RuleFault;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::rules::expression::{Expression, Moment};
use crate::rules::open::{self, Leaf};
use crate::rules::{Answer, FactId, Facts, Kind};
use crate::value::PartialDate;

/// The class of a system of which too little is known.
pub const NOT_ASSESSED: &str = "not_assessed";

/// What follows from a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// A code of the vocabulary `risk_class`.
    pub risk_class: String,
    /// Paragraphs of Art. 50; they add to every class.
    pub art50: Vec<String>,
    /// Points of Annex III.
    pub annex_iii: Vec<String>,
    /// Sections of Annex VIII, the national register, and whether the entry is not public.
    pub registration: Vec<String>,
    /// Whether Art. 27 asks for an assessment; none while that is open.
    pub fria_required: Option<bool>,
    /// Whether the KI-VO itself allows the use on this day; none while that is open.
    pub may_be_used: Option<bool>,
    pub duties: Vec<Duty>,
    /// Facts that are not known and could change any of it.
    pub open: Vec<String>,
    /// Keys of contradictions in the answers.
    pub contradictions: Vec<String>,
    pub rule_set: String,
}

/// A duty; where the law can be read in two ways it stands once for each day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    pub article: String,
    pub who: String,
    pub from: PartialDate,
    /// Place of the duty in its rule set, for its words; of one that was read from elsewhere there is none.
    #[serde(skip, default = "nowhere")]
    pub rule: usize,
}

const fn nowhere() -> usize {
    usize::MAX
}

/// From when a duty is due: days of the law, or the day that a fact names.
type Due = Option<Vec<Moment>>;

/// Judges one case.
struct Judge<'a> {
    rules: &'a RuleSet,
    known: BTreeMap<FactId, Answer>,
    open: BTreeSet<FactId>,
}

impl RuleSet {
    /// Judges a case on a day.
    #[must_use]
    pub fn assess(&self, case: &Case, today: PartialDate) -> Assessment {
        let mut known = case.answers().clone();
        known.insert(self.today(), Answer::Day(Some(case.day().unwrap_or(today))));
        let mut judge = Judge { rules: self, known, open: BTreeSet::new() };
        let risk_class = judge.class();
        let registration = self.sections().iter().filter(|section| judge.certainly(&section.when) == Some(true));
        let registration = registration.map(|section| section.code.clone()).collect();
        let fria_required = judge.certainly(self.fria());
        let may_be_used = judge.certainly(self.forbidden()).map(|forbidden| !forbidden);
        let duties = judge.duties();
        let art50 = judge.listed("art50");
        let annex_iii = judge.listed("annex_iii");
        let contradictions = self.contradictions().iter().filter(|one| judge.is_known_to_hold(&one.when));
        Assessment {
            risk_class,
            art50,
            annex_iii,
            registration,
            fria_required,
            may_be_used,
            duties,
            contradictions: contradictions.map(|one| one.key.clone()).collect(),
            open: judge.open.iter().map(|fact| self.fact(*fact).key.clone()).collect(),
            rule_set: self.id().to_owned(),
        }
    }
}

impl RuleSet {
    /// The last day from which a duty may be due on any reading of the law; none where it is not certainly a duty of the
    /// case. Quicker than [`Self::assess`], which also finds what is open.
    #[must_use]
    pub fn due(&self, case: &Case, today: PartialDate, article: &str) -> Option<PartialDate> {
        let mut known = case.answers().clone();
        known.insert(self.today(), Answer::Day(Some(today)));
        let judge = Judge { rules: self, known, open: BTreeSet::new() };
        let duties = self.duties().iter().filter(|duty| duty.article == article);
        let theirs = duties.flat_map(|duty| duty.who.iter().map(move |(_, is_theirs)| (duty, is_theirs)));
        theirs.filter_map(|(duty, is_theirs)| judge.certain_days(&judge.due(duty, is_theirs)).last().copied()).max()
    }
}

impl RuleSet {
    /// The facts that contradict each other, by the key of the contradiction.
    pub fn contradicting(&self, key: &str) -> impl Iterator<Item = &Fact> {
        let found = self.contradictions().iter().filter(move |one| one.key == key);
        found.flat_map(|one| tests_of(&[&one.when]).into_keys()).map(|fact| self.fact(fact))
    }
}

impl Judge<'_> {
    /// Every result of a computation over these conditions; what could change it is noted as open.
    fn results<R: PartialEq + Clone>(
        &mut self,
        conditions: &[&Expression],
        compute: &dyn Fn(&dyn Facts) -> Result<R, FactId>,
    ) -> Vec<Leaf<R>> {
        let leaves = self.leaves(conditions, compute);
        self.open.extend(open::deciding(&leaves));
        leaves
    }

    /// Every result of a computation over these conditions.
    fn leaves<R>(&self, conditions: &[&Expression], compute: &dyn Fn(&dyn Facts) -> Result<R, FactId>) -> Vec<Leaf<R>> {
        let tests = OnceCell::new();
        let answers = |fact: FactId| {
            let tests: &BTreeMap<_, _> = tests.get_or_init(|| tests_of(conditions));
            possible(self.rules.fact(fact), fact, tests.get(&fact).map_or(&[], Vec::as_slice), &self.known)
        };
        open::leaves(&self.known, &answers, compute)
    }

    fn certainly(&mut self, condition: &Expression) -> Option<bool> {
        let leaves = self.results(&[condition], &|facts| condition.holds(facts));
        open::certain(&leaves).copied()
    }

    fn class(&mut self) -> String {
        let classes = self.rules.classes();
        let conditions: Vec<&Expression> = classes.iter().map(|class| &class.when).collect();
        let leaves = self.results(&conditions, &|facts| {
            for (place, class) in classes.iter().enumerate() {
                if class.when.holds(facts)? {
                    return Ok(Some(place));
                }
            }
            Ok(None)
        });
        let class = open::certain(&leaves).copied().flatten().and_then(|place| classes.get(place));
        class.map_or_else(|| NOT_ASSESSED.to_owned(), |class| class.code.clone())
    }

    /// Codes of a fact, where the KI-VO applies.
    fn listed(&mut self, key: &str) -> Vec<String> {
        let (Some(fact), rules) = (self.rules.fact_id(key), self.rules) else { return Vec::new() };
        let applies = rules.applies();
        let any = Expression::Any(fact);
        let leaves = self
            .results(&[applies, &any], &|facts| applies.holds(facts)?.then(|| facts.ask(fact).cloned()).transpose());
        match open::certain(&leaves) {
            Some(Some(Answer::Codes(codes))) => rules.in_order(fact, codes),
            _ => Vec::new(),
        }
    }

    fn duties(&mut self) -> Vec<Duty> {
        let rules = self.rules;
        let mut due = Vec::new();
        for (rule, duty) in rules.duties().iter().enumerate() {
            for (who, is_theirs) in &duty.who {
                let leaves = self.due(duty, is_theirs);
                self.open.extend(open::deciding(&leaves));
                let days = self.certain_days(&leaves);
                let one = |from| Duty { article: duty.article.clone(), who: who.clone(), from, rule };
                due.extend(days.into_iter().map(one));
            }
        }
        due
    }

    /// From when a duty is due in each case that is possible.
    fn due(&self, duty: &DutyRule, is_theirs: &Expression) -> Vec<Leaf<Due>> {
        let steps = self.rules.schedule(duty);
        let conditions: Vec<&Expression> =
            [is_theirs, &duty.when].into_iter().chain(steps.iter().filter_map(|s| s.when.as_ref())).collect();
        self.leaves(&conditions, &|facts| {
            if !duty.when.holds(facts)? || !is_theirs.holds(facts)? {
                return Ok(None);
            }
            for step in steps {
                if step.when.as_ref().map_or(Ok(true), |when| when.holds(facts))? {
                    return Ok(Some(step.from.clone()));
                }
            }
            Ok(None)
        })
    }

    /// Only what is due in every case, with each day that is possible.
    fn certain_days(&self, leaves: &[Leaf<Due>]) -> BTreeSet<PartialDate> {
        if leaves.iter().any(|leaf| leaf.result.is_none()) {
            return BTreeSet::new();
        }
        leaves.iter().filter_map(|leaf| leaf.result.as_ref()).flatten().filter_map(|m| self.day(*m)).collect()
    }

    fn day(&self, moment: Moment) -> Option<PartialDate> {
        match moment {
            Moment::Day(day) => Some(day),
            Moment::Fact(fact) => match self.known.get(&fact) {
                Some(Answer::Day(day)) => *day,
                _ => None,
            },
        }
    }

    /// What nobody knows contradicts nothing.
    fn is_known_to_hold(&self, condition: &Expression) -> bool {
        condition.holds(&self.known).unwrap_or(false)
    }
}

impl Facts for BTreeMap<FactId, Answer> {
    fn ask(&self, fact: FactId) -> Result<&Answer, FactId> {
        self.get(&fact).ok_or(fact)
    }
}

/// The tests of conditions by the facts that they ask.
fn tests_of(conditions: &[&Expression]) -> BTreeMap<FactId, Vec<Expression>> {
    let mut tests: BTreeMap<FactId, Vec<Expression>> = BTreeMap::new();
    for condition in conditions {
        condition.visit(&mut |test| {
            let mut note = |fact: FactId| {
                let known = tests.entry(fact).or_default();
                if !known.contains(test) {
                    known.push(test.clone());
                }
            };
            match test {
                Expression::Any(fact) | Expression::Has(fact, _) | Expression::Meets(fact, _) => note(*fact),
                Expression::Before(fact, moment) | Expression::From(fact, moment) => {
                    note(*fact);
                    if let Moment::Fact(other) = moment {
                        note(*other);
                    }
                }
                Expression::Not(_) | Expression::And(_) | Expression::Or(_) => {}
            }
        });
    }
    tests
}

/// Answers to an unknown fact of which each makes another difference to the tests.
fn possible(fact: &Fact, id: FactId, tests: &[Expression], known: &BTreeMap<FactId, Answer>) -> Vec<Answer> {
    let candidates = match fact.kind {
        Kind::Truth => return vec![Answer::Truth(false), Answer::Truth(true)],
        Kind::Choice | Kind::Codes => {
            let one = |code: &String| BTreeSet::from([code.clone()]);
            let mut sets: Vec<BTreeSet<String>> =
                std::iter::once(BTreeSet::new()).chain(fact.codes.iter().map(one)).collect();
            if fact.kind == Kind::Codes {
                sets.push(fact.codes.iter().cloned().collect());
            }
            sets.into_iter().map(Answer::Codes).collect::<Vec<_>>()
        }
        Kind::Day | Kind::DayOrNot => days(fact.kind, tests, known),
    };
    let mut seen = BTreeSet::new();
    let differs = |answer: &Answer| {
        let mut assumed = known.clone();
        assumed.insert(id, answer.clone());
        let says: Vec<Option<bool>> = tests.iter().map(|test| test.holds(&assumed).ok()).collect();
        // Two unknown days that are compared with each other: every candidate counts.
        says.iter().any(Option::is_none) || seen.insert(says)
    };
    candidates.into_iter().filter(differs).collect()
}

/// The first day there is, every day that is compared with, and the last.
fn days(kind: Kind, tests: &[Expression], known: &BTreeMap<FactId, Answer>) -> Vec<Answer> {
    let ends = [(1900, 1, 1), (2199, 12, 31)].map(|(y, m, d)| PartialDate::new(y, Some(m), Some(d)).ok());
    let mut found: BTreeSet<PartialDate> = ends.into_iter().flatten().collect();
    for test in tests {
        if let Expression::Before(_, Moment::Day(day)) | Expression::From(_, Moment::Day(day)) = test {
            found.insert(*day);
        }
    }
    found.extend(known.values().filter_map(|answer| if let Answer::Day(day) = answer { *day } else { None }));
    let not = (kind == Kind::DayOrNot).then_some(Answer::Day(None));
    not.into_iter().chain(found.into_iter().map(|day| Answer::Day(Some(day)))).collect()
}

#[cfg(test)]
mod tests;
