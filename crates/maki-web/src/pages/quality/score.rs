//! The score of an entry for whoever works on it: two numbers, why they are not 100, and what to do next.

use maki_domain::FieldId;
use maki_domain::plausibility::Finding;
use maki_domain::quality::{Deduction, Matter, Score, Step, Why};

use crate::context::localised;
use crate::form::first_id;
use crate::pages::work::Asked;
use crate::pages::work::desk::Desk;
use crate::pages::work::section::topic_path;
use crate::texts::Texts;

/// Steps that are shown at once; the rest can be opened.
const SHORT: usize = 5;

/// One of both numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub label: &'static str,
    pub value: u8,
    pub reasons: Vec<String>,
}

/// Something to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepView {
    pub label: String,
    /// The way to the field; none where whoever looks cannot change it.
    pub href: Option<String>,
    pub text: String,
    pub gain: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreView {
    pub marks: [Mark; 2],
    pub steps: Vec<StepView>,
    pub further: Vec<StepView>,
    pub further_label: String,
    pub method_href: String,
}

impl ScoreView {
    /// The score of the entry on a desk.
    #[must_use]
    pub fn new(asked: &Asked, desk: &Desk, score: &Score, findings: &[Finding<'static>]) -> Self {
        let t = asked.texts();
        let mut steps: Vec<StepView> = score.steps.iter().map(|step| view(asked, desk, step, findings)).collect();
        let further = steps.split_off(steps.len().min(SHORT));
        Self {
            marks: [
                Mark { label: t.get("quality-completeness"), value: score.completeness, reasons: complete(t, score) },
                Mark { label: t.get("quality-quality"), value: score.quality, reasons: good(t, score) },
            ],
            steps,
            further_label: t.count("quality-further", further.len()),
            further,
            method_href: localised(asked.context.language, super::METHOD),
        }
    }
}

fn complete(t: &Texts, score: &Score) -> Vec<String> {
    let share = |key: &str, share: maki_domain::quality::Share| {
        t.with(key, &[("answered", share.answered.into()), ("all", share.all.into())])
    };
    let mut reasons = vec![share("quality-required", score.required), share("quality-recommended", score.recommended)];
    if score.assumes_worst {
        reasons.push(t.get("quality-worst").to_owned());
    }
    reasons
}

fn good(t: &Texts, score: &Score) -> Vec<String> {
    if score.deductions.is_empty() {
        return vec![t.get("quality-nothing-found").to_owned()];
    }
    score.deductions.iter().map(|one| deduction(t, one)).collect()
}

fn deduction(t: &Texts, one: &Deduction) -> String {
    let (key, count) = match one.matter {
        Matter::Errors => ("quality-lost-errors", one.count),
        Matter::Warnings => ("quality-lost-warnings", one.count),
        Matter::Hints => ("quality-lost-hints", one.count),
        Matter::Silent => ("quality-lost-silent", one.count),
        Matter::NeverConfirmed => ("quality-lost-unconfirmed", 1),
        Matter::Old(years) => ("quality-lost-old", u32::try_from(years).unwrap_or(1)),
    };
    t.with(key, &[("count", count.into()), ("points", one.points.into())])
}

fn view(asked: &Asked, desk: &Desk, step: &Step, findings: &[Finding<'static>]) -> StepView {
    let (language, t) = (asked.context.language, asked.texts());
    let text = match step.why {
        Why::RequiredMissing => t.get("quality-step-required").to_owned(),
        Why::RecommendedMissing => t.get("quality-step-recommended").to_owned(),
        Why::Silent => t.get("quality-step-silent").to_owned(),
        Why::Unconfirmed => t.get("quality-step-confirm").to_owned(),
        Why::Finding(place) => findings.get(place).map_or_else(String::new, |f| f.rule.message(language, f.field)),
    };
    let gain = |key: &str, points: u8| (points > 0).then(|| t.with(key, &[("points", points.into())]));
    let gains = [gain("quality-gain-completeness", step.completeness), gain("quality-gain-quality", step.quality)];
    let gains: Vec<String> = gains.into_iter().flatten().collect();
    StepView {
        label: step.field.field().label(language).to_owned(),
        href: way(asked, desk, step.field),
        text,
        gain: (!gains.is_empty()).then(|| gains.join(", ")),
    }
}

/// The way to a field in the editor, where it can be changed and is asked.
fn way(asked: &Asked, desk: &Desk, field: FieldId) -> Option<String> {
    if !desk.is_open() {
        return None;
    }
    let topics = desk.topics();
    let topic = topics.iter().find(|topic| topic.fields.contains(&field) || topic.others.contains(&field))?;
    let path = localised(asked.context.language, &topic_path(desk, topic.key));
    Some(if topic.fields.contains(&field) { format!("{path}#{}", first_id(field)) } else { path })
}
