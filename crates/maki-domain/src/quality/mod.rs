//! The score of an entry: how complete it is and how good, as two numbers from 0 to 100 with their reasons, and what to
//! do next.
//!
//! The method is data (`data/quality/score.toml`), shown to everybody. Scoring is pure: the same content gives the same
//! score on the same day. What the rest of the register says, such as near duplicates, does not count.

mod method;

pub use method::{Age, Cost, Costs, Method, Recommendation};

use std::sync::LazyLock;

use crate::catalogue::FieldId;
use crate::content::Content;
use crate::entry::Parts;
use crate::plausibility::{Finding, Severity};
use crate::record::RecordKind;
use crate::value::{Absence, PartialDate, Slot, Value};
use crate::{catalogue, keys, lifecycle};
use method::{FieldSet, Wanted, codes};

const FILE: (&str, &str) = ("quality/score.toml", include_str!("../../data/quality/score.toml"));

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static METHOD: LazyLock<Method> = LazyLock::new(|| Method::parse(FILE.0, FILE.1).expect("embedded method parses"));

/// The method of this build.
#[must_use]
pub fn method() -> &'static Method {
    &METHOD
}

/// How many of some fields are answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub answered: u32,
    pub all: u32,
}

/// Why quality is below 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    Errors,
    Warnings,
    Hints,
    /// Required fields answered by "not stated" or "unknown".
    Silent,
    NeverConfirmed,
    /// The last confirmation is older than so many years.
    Old(i16),
}

/// What a matter takes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deduction {
    pub matter: Matter,
    /// How often; 1 for matters that are there once.
    pub count: u32,
    /// From 1; never more than the limit of the matter.
    pub points: u8,
}

/// Why something is worth doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    RequiredMissing,
    RecommendedMissing,
    /// Answered, but by nothing that says something.
    Silent,
    Unconfirmed,
    /// A finding, by its place among those that were given.
    Finding(usize),
}

/// Something to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub field: FieldId,
    pub why: Why,
    /// What either number rises by when nothing else is done; 0 where only several steps together move it.
    pub completeness: u8,
    pub quality: u8,
}

/// The score of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    pub completeness: u8,
    pub quality: u8,
    pub required: Share,
    pub recommended: Share,
    /// Stage, class or kind are not known, so that the least favourable case counts.
    pub assumes_worst: bool,
    pub deductions: Vec<Deduction>,
    /// The most gain first.
    pub steps: Vec<Step>,
}

/// What is scored.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The organisation does not count; whoever keeps its record looks after that.
    pub parts: Parts<'a>,
    /// Others look after the system: it decides what is asked of the use, but does not count itself.
    pub is_shared: bool,
}

/// Number out of 100 that `part` of `whole` is, rounded down, so that only a whole is 100.
fn share_of_100(part: u32, whole: u32) -> u8 {
    (part * 100).checked_div(whole).map_or(100, |share| u8::try_from(share).unwrap_or(100))
}

/// What of the entry's fields is answered.
#[derive(Clone, Copy, Default)]
struct Answers {
    any: FieldSet,
    telling: FieldSet,
}

impl Answers {
    fn of(contents: [Option<&Content>; 2]) -> Self {
        let mut answers = Self::default();
        for (id, slot) in contents.into_iter().flatten().flat_map(Content::iter) {
            answers.any.insert(id);
            if !is_silent(slot) {
                answers.telling.insert(id);
            }
        }
        answers
    }

    /// The field with an answer that says something.
    fn and(mut self, field: FieldId) -> Self {
        self.any.insert(field);
        self.telling.insert(field);
        self
    }
}

const fn is_silent(slot: &Slot) -> bool {
    matches!(slot, Slot::Absent(Absence::NotStated | Absence::Unknown))
}

impl Method {
    /// The score of an entry on a day, with what the rules of plausibility found that day.
    #[must_use]
    pub fn score(&self, subject: Subject<'_>, findings: &[Finding<'_>], today: PartialDate) -> Score {
        let Parts { system, deployment, .. } = subject.parts;
        let own_system = system.filter(|_| !subject.is_shared);
        let answers = Answers::of([own_system, deployment]);
        let situations = self.situations(subject);
        let worst = situations.iter().min_by_key(|wanted| self.completeness(**wanted, answers));
        let wanted = worst.copied().unwrap_or_default();
        let completeness = self.completeness(wanted, answers);
        let counting: Vec<(usize, &Finding<'_>)> = findings
            .iter()
            .enumerate()
            .filter(|(_, finding)| !finding.rule.is_gap() && !finding.rule.is_about_others())
            .filter(|(_, finding)| match finding.field.field().record {
                RecordKind::Organisation => false,
                RecordKind::System => own_system.is_some(),
                RecordKind::Deployment => true,
            })
            .collect();
        let silent = answers.any.and(wanted.required).without(answers.telling);
        let confirmation = self.confirmation(deployment, today);
        let count = |severity| of_len(counting.iter().filter(|(_, f)| f.severity == severity).count());
        let cases = Cases { found: Severity::ALL.map(count), silent: silent.len(), confirmation };
        let mut steps = Vec::new();
        let step = |field: FieldId, why| {
            let with = self.completeness(wanted, answers.and(field));
            Step { field, why, completeness: with.saturating_sub(completeness), quality: 0 }
        };
        steps.extend(wanted.required.without(answers.any).iter().map(|field| step(field, Why::RequiredMissing)));
        let recommended = wanted.recommended.without(answers.telling);
        steps.extend(recommended.iter().map(|field| step(field, Why::RecommendedMissing)));
        self.mend(&cases, &counting, silent, &mut steps);
        let rank =
            |step: &Step| (std::cmp::Reverse(u16::from(step.completeness) + u16::from(step.quality)), step.why.rank());
        steps.sort_by_key(|step| (rank(step), step.field));
        Score {
            completeness,
            quality: self.quality(&cases),
            required: share(wanted.required, answers.any),
            recommended: share(wanted.recommended, answers.telling),
            assumes_worst: situations.len() > 1,
            deductions: self.deductions(&cases),
            steps,
        }
    }

    fn completeness(&self, wanted: Wanted, answers: Answers) -> u8 {
        let required = share(wanted.required, answers.any);
        let recommended = share(wanted.recommended, answers.telling);
        let weight = self.required_weight;
        share_of_100(weight * required.answered + recommended.answered, weight * required.all + recommended.all)
    }

    /// The fields that count in each situation that is possible.
    fn situations(&self, subject: Subject<'_>) -> Vec<Wanted> {
        let Parts { system, deployment, .. } = subject.parts;
        let code = |content: Option<&Content>, key: &str| Some(content?.code(key)?.as_str());
        let known = |code: Option<&'static str>, name: &str| match code {
            Some(code) => vec![code],
            None => codes(name),
        };
        let stage = deployment.and_then(|content| content.code(keys::LIFECYCLE)).and_then(lifecycle::group_of);
        let stages = match deployment {
            Some(_) => known(stage.map(crate::Code::as_str), "lifecycle_group").into_iter().map(Some).collect(),
            None => vec![None],
        };
        let class = code(system, keys::RISK_CLASS);
        let own = code(deployment, keys::DEPLOYMENT_RISK_CLASS).or(class);
        let (classes, own_classes) = (known(class, "risk_class"), known(own, "risk_class"));
        let kinds = known(code(system, keys::KIND), "system_kind");
        let mut all = Vec::new();
        for stage in stages {
            for kind in &kinds {
                for class in &classes {
                    for own in &own_classes {
                        let of_system = self.wanted(RecordKind::System, (stage, Some(class), Some(kind)));
                        let of_use = self.wanted(RecordKind::Deployment, (stage, Some(own), Some(kind)));
                        let mut wanted = Wanted::default();
                        if system.is_some() && !subject.is_shared {
                            wanted = wanted.and_also(of_system);
                        }
                        if deployment.is_some() {
                            wanted = wanted.and_also(of_use);
                        }
                        all.push(wanted);
                    }
                }
            }
        }
        all.dedup();
        all
    }

    /// What the last confirmation costs; nothing for what is not used.
    fn confirmation(&self, deployment: Option<&Content>, today: PartialDate) -> Option<(Matter, u8)> {
        let content = deployment?;
        let stage = content.code(keys::LIFECYCLE).and_then(lifecycle::group_of)?;
        if !matches!(stage.as_str(), "in_development" | "in_operation") {
            return None;
        }
        let Some(Value::Date(confirmed)) = content.value(keys::LAST_CONFIRMED_ON) else {
            return Some((Matter::NeverConfirmed, self.costs.never_confirmed));
        };
        let is_older = |age: &&Age| confirmed.last_day() < years_before(today, age.years);
        let age = self.costs.age.iter().rev().find(is_older)?;
        Some((Matter::Old(age.years), age.points))
    }

    fn quality(&self, cases: &Cases) -> u8 {
        let lost: u32 = self.deductions(cases).iter().map(|one| u32::from(one.points)).sum();
        u8::try_from(100_u32.saturating_sub(lost)).unwrap_or(0)
    }

    fn deductions(&self, cases: &Cases) -> Vec<Deduction> {
        let Costs { error, warning, hint, silent, .. } = &self.costs;
        let [errors, warnings, hints] = cases.found;
        let of = [
            (Matter::Errors, errors, error),
            (Matter::Warnings, warnings, warning),
            (Matter::Hints, hints, hint),
            (Matter::Silent, cases.silent, silent),
        ];
        let counted = of.into_iter().map(|(matter, count, cost)| {
            let points = count.saturating_mul(u32::from(cost.points)).min(u32::from(cost.limit));
            Deduction { matter, count, points: u8::try_from(points).unwrap_or(cost.limit) }
        });
        let once = cases.confirmation.map(|(matter, points)| Deduction { matter, count: 1, points });
        counted.chain(once).filter(|one| one.points > 0).collect()
    }

    /// Steps that raise quality, each with what it gains alone.
    fn mend(&self, cases: &Cases, findings: &[(usize, &Finding<'_>)], silent: FieldSet, steps: &mut Vec<Step>) {
        let now = self.quality(cases);
        let gain = |without: Cases| self.quality(&without).saturating_sub(now);
        for (place, finding) in findings {
            let mut found = cases.found;
            let of = Severity::ALL.iter().position(|severity| *severity == finding.severity);
            if let Some(count) = of.and_then(|of| found.get_mut(of)) {
                *count = count.saturating_sub(1);
            }
            let quality = gain(Cases { found, ..*cases });
            steps.push(Step { field: finding.field, why: Why::Finding(*place), completeness: 0, quality });
        }
        let quality = gain(Cases { silent: cases.silent.saturating_sub(1), ..*cases });
        steps.extend(silent.iter().map(|field| Step { field, why: Why::Silent, completeness: 0, quality }));
        let Some(field) = catalogue().id(keys::LAST_CONFIRMED_ON).filter(|_| cases.confirmation.is_some()) else {
            return;
        };
        let quality = gain(Cases { confirmation: None, ..*cases });
        match steps.iter_mut().find(|step| step.field == field && step.quality == 0) {
            // One answer serves both numbers.
            Some(step) => step.quality = quality,
            None => steps.push(Step { field, why: Why::Unconfirmed, completeness: 0, quality }),
        }
    }
}

impl Why {
    const fn rank(self) -> u8 {
        match self {
            Self::Finding(_) => 0,
            Self::RequiredMissing => 1,
            Self::Silent => 2,
            Self::Unconfirmed => 3,
            Self::RecommendedMissing => 4,
        }
    }
}

/// What counts against quality.
#[derive(Clone, Copy)]
struct Cases {
    /// In the order of [`Severity::ALL`].
    found: [u32; 3],
    silent: u32,
    confirmation: Option<(Matter, u8)>,
}

fn of_len(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn share(wanted: FieldSet, answered: FieldSet) -> Share {
    Share { answered: wanted.and(answered).len(), all: wanted.len() }
}

/// The same day some years ago; of 29 February the day before.
fn years_before(today: PartialDate, years: i16) -> PartialDate {
    let (year, month, day) = (today.year() - years, today.month(), today.day());
    let same = PartialDate::new(year, month, day);
    same.or_else(|_| PartialDate::new(year, month, Some(28))).unwrap_or(today)
}

#[cfg(test)]
mod tests;
