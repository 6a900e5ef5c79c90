//! What an assessment leaves in the register: the fields that it answers, and what it was made of, so that a substantial
//! change asks for another one.

use super::{Assessment, Case, NOT_ASSESSED, RuleSet};
use crate::catalogue::{FieldId, catalogue};
use crate::content::Content;
use crate::diff::diff;
use crate::keys;
use crate::record::RecordKind;
use crate::rules::Answer;
use crate::value::{PartialDate, Slot, Value};

/// The field that holds the reasons for the class of a kind of record; organisations have none.
#[must_use]
pub const fn reasons_field(kind: RecordKind) -> Option<&'static str> {
    match kind {
        RecordKind::Organisation => None,
        RecordKind::System => Some(keys::RISK_REASONS),
        RecordKind::Deployment => Some(keys::DEPLOYMENT_RISK_REASONS),
    }
}

/// What an assessment says of the fields of a record, and what to erase there (none). While the class is open it says
/// nothing, so that no answer that stands there is lost.
#[must_use]
pub fn assessed_fields(
    rules: &RuleSet,
    kind: RecordKind,
    case: &Case,
    assessment: &Assessment,
    today: PartialDate,
) -> Vec<(FieldId, Option<Slot>)> {
    let class = assessment.risk_class.as_str();
    if class == NOT_ASSESSED {
        return Vec::new();
    }
    let conditions = rules.fact_id("art6_3").and_then(|fact| case.answers().get(&fact));
    let conditions: Vec<&str> = match conditions {
        Some(Answer::Codes(codes)) if class == "annex_iii_exempt" => codes.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let is_listed = matches!(class, "high_risk_annex_iii" | "annex_iii_exempt");
    let points: Vec<&str> = assessment.annex_iii.iter().filter(|_| is_listed).map(String::as_str).collect();
    let paragraphs: Vec<&str> = assessment.art50.iter().map(String::as_str).collect();
    let assessed_on = Some(Slot::Value(Value::Date(today)));
    let fields = match kind {
        RecordKind::Organisation => Vec::new(),
        RecordKind::System => vec![
            (keys::RISK_CLASS, code(keys::RISK_CLASS, class)),
            (keys::ANNEX_III_POINTS, codes(keys::ANNEX_III_POINTS, &points)),
            (keys::ARTICLE_6_3_CONDITIONS, codes(keys::ARTICLE_6_3_CONDITIONS, &conditions)),
            (keys::ARTICLE_50_PARAGRAPHS, codes(keys::ARTICLE_50_PARAGRAPHS, &paragraphs)),
            (keys::RISK_ASSESSED_ON, assessed_on),
        ],
        RecordKind::Deployment => vec![
            (keys::DEPLOYMENT_RISK_CLASS, code(keys::DEPLOYMENT_RISK_CLASS, class)),
            (keys::DEPLOYMENT_ANNEX_III_POINTS, codes(keys::DEPLOYMENT_ANNEX_III_POINTS, &points)),
            (keys::DEPLOYMENT_ARTICLE_50_PARAGRAPHS, codes(keys::DEPLOYMENT_ARTICLE_50_PARAGRAPHS, &paragraphs)),
            (keys::DEPLOYMENT_RISK_ASSESSED_ON, assessed_on),
        ],
    };
    fields.into_iter().filter_map(|(key, slot)| Some((catalogue().id(key)?, slot))).collect()
}

fn code(key: &str, code: &str) -> Option<Slot> {
    let code = catalogue().id(key)?.field().vocabulary()?.code(code)?;
    Some(Slot::Value(Value::Code(code)))
}

fn codes(key: &str, codes: &[&str]) -> Option<Slot> {
    let vocabulary = catalogue().id(key)?.field().vocabulary()?;
    let known: Vec<_> = codes.iter().filter_map(|code| vocabulary.code(code)).collect();
    (!known.is_empty()).then_some(Slot::Value(Value::Codes(known)))
}

/// What an assessment is made of: the fields of system and use whose change may change it (Art. 3(23) KI-VO: the intended
/// purpose, and what touches the requirements).
#[must_use]
pub fn substance<'a>(contents: impl IntoIterator<Item = &'a Content>) -> Content {
    let mut substance = Content::new();
    for (field, slot) in contents.into_iter().flat_map(Content::iter).filter(|(field, _)| field.field().substantial) {
        substance.set(field, slot.clone());
    }
    substance
}

/// Fields that say something else than when an assessment was made. What was first stated since is a change only once
/// the assessment was reviewed: before, the entry is still being filled in.
#[must_use]
pub fn changes_of_substance(then: &Content, now: &Content, is_reviewed: bool) -> Vec<FieldId> {
    let changes = diff(then, now).into_iter().filter(|change| is_reviewed || change.before.is_some());
    changes.map(|change| change.field).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;
    use crate::assess::rule_set;

    fn content(json: serde_json::Value) -> Content {
        serde_json::from_value(json).unwrap()
    }

    /// The fields of an assessment as they would be written.
    fn fields(kind: RecordKind, answers: serde_json::Value) -> serde_json::Value {
        let (rules, today) = (rule_set(), "2026-11-25".parse().unwrap());
        let case = Case::from_json(rules, &answers, &[]).unwrap();
        let mut written = Content::new();
        for (field, slot) in assessed_fields(rules, kind, &case, &rules.assess(&case, today), today) {
            written.set(field, slot.unwrap_or(Slot::Value(Value::List(Vec::new()))));
        }
        serde_json::to_value(written).unwrap()
    }

    #[test]
    fn an_assessment_fills_the_fields_of_its_record() {
        let exempt = json!({"is_ai_system": true, "out_of_scope": false, "art5": [], "annex_i": false, "annex_iii": ["5a"],
            "profiling": false, "art6_3": ["a"], "art50": [1], "role": ["provider"]});
        assert_eq!(
            fields(RecordKind::System, exempt.clone()),
            json!({"risk_class": "annex_iii_exempt", "annex_iii_points": ["5a"], "article_6_3_conditions": ["a"],
                "article_50_paragraphs": ["1"], "risk_assessed_on": "2026-11-25"})
        );
        assert_eq!(
            fields(RecordKind::Deployment, exempt),
            json!({"deployment_risk_class": "annex_iii_exempt", "deployment_annex_iii_points": ["5a"],
                "deployment_article_50_paragraphs": ["1"], "deployment_risk_assessed_on": "2026-11-25"})
        );
        assert_eq!(fields(RecordKind::Organisation, json!({"is_ai_system": false})), json!({}));
        assert_eq!(
            fields(RecordKind::System, json!({"is_ai_system": true})),
            json!({}),
            "open: nothing is overwritten"
        );
    }

    #[test]
    fn a_case_is_written_as_it_is_read() {
        let rules = rule_set();
        for answers in [
            json!({"is_ai_system": true, "annex_i": false, "annex_iii": ["4a", "5a"], "substantially_changed": false}),
            json!({"annex_i": "B", "art5": [], "placed_in_service": "2026-02-01", "substantially_changed": "2026-03-01"}),
        ] {
            let case = Case::from_json(rules, &answers, &[]).unwrap();
            assert_eq!(serde_json::Value::Object(case.to_json(rules)), answers);
        }
    }

    #[test]
    fn only_a_substantial_change_asks_for_another_assessment() {
        let then = substance([&content(json!({"name": "A", "purpose": "Prüft Anträge.", "techniques": ["speech"]}))]);
        let changed = |now: serde_json::Value, is_reviewed| {
            let now = substance([&content(now)]);
            let changes = changes_of_substance(&then, &now, is_reviewed);
            changes.into_iter().map(|field| field.field().key.as_str()).collect::<Vec<_>>()
        };
        let same = json!({"name": "B", "purpose": "Prüft Anträge.", "techniques": ["speech"]});
        assert!(changed(same, true).is_empty());
        assert_eq!(changed(json!({"purpose": "Entscheidet.", "techniques": ["speech"]}), false), ["purpose"]);
        assert_eq!(changed(json!({"purpose": "Prüft Anträge."}), false), ["techniques"]);
        let more = json!({"purpose": "Prüft Anträge.", "techniques": ["speech"], "kind": "procured"});
        assert!(changed(more.clone(), false).is_empty());
        assert_eq!(changed(more, true), ["kind"]);
    }
}
