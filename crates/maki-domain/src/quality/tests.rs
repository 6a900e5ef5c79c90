#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashSet;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::assess::rule_set;
use crate::plausibility::{Surroundings, rule_book};
use crate::{Entry, FieldType, WithheldReason};

const TODAY: &str = "2026-11-25";

fn entry(system: &str, deployment: &str) -> Entry {
    let json = format!(
        r#"{{"organisation":{{"organisation_name":"Stadt"}},"system":{{{system}}},"deployment":{{{deployment}}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn demo() -> Vec<Entry> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/register.jsonl");
    let text = std::fs::read_to_string(file).unwrap();
    let entries = text.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap());
    entries.filter(|entry| entry.system.is_some()).collect()
}

fn score_of(entry: &Entry) -> Score {
    let today = TODAY.parse().unwrap();
    let around = Surroundings { today, law: rule_set(), dead_links: &HashSet::new(), is_near_duplicate: false };
    let findings = rule_book().findings(entry.parts(), &around);
    method().score(Subject { parts: entry.parts(), is_shared: false }, &findings, today)
}

/// All that stage and class require of a harmless use in operation.
const SYSTEM: &str = r#""name":"Lotte","short_description":"Sortiert eingehende Post nach dem Amt, das sie bearbeitet.","description":"Die Software liest eingescannte Briefe, erkennt ihr Thema und schlägt das zuständige Amt vor. Menschen in der Poststelle prüfen jeden Vorschlag, bevor der Brief weitergeht.","purpose":"Post verteilen.","kind":"embedded_function","fields":["general_administration"],"techniques":["document_understanding"],"risk_class":"minimal""#;
const USE: &str = r#""lifecycle":"operation","in_operation_since":"2025-03","affected":["employees"],"decision_effect":"none","personal_data":"none""#;

#[test]
fn the_method_is_read_and_its_faults_are_told_with_their_line() {
    assert!(catalogue().fields().count() <= FieldSet::MOST);
    let check = |from: &str, to: &str, line: usize, reason: &str| {
        let text = FILE.1.replacen(from, to, 1);
        let fault = Method::parse("score.toml", &text).unwrap_err();
        assert!(fault.line == line && fault.reason.contains(reason), "{fault}");
    };
    let line_of = |part: &str| FILE.1.lines().position(|line| line.contains(part)).unwrap() + 1;
    check("\"reuse\", ", "\"reuze\", ", line_of("\"reuse\", "), "is no field");
    check("\"reuse\", ", "\"organisation_ars\", ", line_of("\"reuse\", "), "is no field of a system");
    check("[\"planned\"]", "[\"imagined\"]", line_of("[\"planned\"]") - 1, "has no code");
    check("required_weight = 3", "required_weight = 3\nbonus = 1", line_of("required_weight = 3") + 1, "unknown field");
    check("required_weight = 3", "required_weight = 0", 1, "weight is zero");
}

#[test]
fn completeness_counts_what_is_required_and_recommended() {
    let check = |system: &str, deployment: &str, required: (u32, u32), complete: bool| {
        let score = score_of(&entry(system, deployment));
        assert_eq!((score.required.answered, score.required.all), required, "{system} {deployment}");
        assert_eq!(score.completeness == 100, complete);
    };
    check(SYSTEM, USE, (12, 12), false);
    // An absence answers a required field, as it does when the entry is handed in.
    check(SYSTEM, &USE.replace("[\"employees\"]", r#"{"absent":"unknown"}"#), (12, 12), false);
    check(SYSTEM, &USE.replace(r#""affected":["employees"],"#, ""), (11, 12), false);
    // High risk asks more of the same entry.
    let high = SYSTEM.replace("\"minimal\"", "\"high_risk_annex_iii\"");
    let score = score_of(&entry(&high, USE));
    assert!(score.required.all > 25 && score.required.answered == 12, "{score:?}");
}

#[test]
fn as_long_as_the_class_is_open_the_least_favourable_counts() {
    let open = score_of(&entry(&SYSTEM.replace(r#","risk_class":"minimal""#, ""), USE));
    let high = score_of(&entry(&SYSTEM.replace("\"minimal\"", "\"high_risk_annex_iii\""), USE));
    assert!(open.assumes_worst && !high.assumes_worst);
    assert!(open.completeness <= high.completeness, "{} {}", open.completeness, high.completeness);
}

#[test]
fn quality_loses_by_findings_age_and_silence() {
    let check = |system: &str, deployment: &str, expected: &[(Matter, u32, u8)]| {
        let score = score_of(&entry(system, deployment));
        let found: Vec<_> = score.deductions.iter().map(|one| (one.matter, one.count, one.points)).collect();
        assert_eq!(found, expected, "{deployment}");
        let lost: u32 = score.deductions.iter().map(|one| u32::from(one.points)).sum();
        assert_eq!(u32::from(score.quality), 100 - lost);
    };
    let system = SYSTEM.to_owned();
    let confirmed = |day: &str| format!(r#"{USE},"last_confirmed_on":"{day}""#);
    check(&system, &confirmed("2026-10-01"), &[]);
    check(&system, USE, &[(Matter::NeverConfirmed, 1, 10)]);
    check(&system, &confirmed("2025-11-25"), &[]);
    check(&system, &confirmed("2025-11-24"), &[(Matter::Old(1), 1, 10)]);
    check(&system, &confirmed("2025"), &[]);
    check(&system, &confirmed("2024-11"), &[(Matter::Old(1), 1, 10)]);
    check(&system, &confirmed("2023"), &[(Matter::Old(2), 1, 20)]);
    let silent = confirmed("2026-10-01").replace("[\"employees\"]", r#"{"absent":"not_stated"}"#);
    check(&system, &silent, &[(Matter::Silent, 1, 3)]);
    let withheld = confirmed("2026-10-01").replace("[\"employees\"]", r#"{"absent":"not_applicable"}"#);
    check(&system, &withheld, &[]);
    // What is only planned need not be confirmed.
    check(&system, r#""lifecycle":"idea""#, &[]);
    check(&system, r#""lifecycle":"idea","in_operation_since":"2025""#, &[(Matter::Errors, 1, 25)]);
}

#[test]
fn steps_are_ordered_by_gain_and_name_their_field() {
    let score = score_of(&entry(SYSTEM, &USE.replace(r#""affected":["employees"],"#, "")));
    let gains: Vec<u16> = score.steps.iter().map(|s| u16::from(s.completeness) + u16::from(s.quality)).collect();
    assert!(gains.is_sorted_by(|a, b| a >= b), "{gains:?}");
    let step = |key: &str| score.steps.iter().find(|step| step.field.field().key == key);
    assert_eq!(step("affected").unwrap().why, Why::RequiredMissing);
    assert!(step("affected").unwrap().completeness > step("benefit").unwrap().completeness);
    // One answer serves both numbers.
    let confirmed = step("last_confirmed_on").unwrap();
    assert_eq!((confirmed.why, confirmed.quality), (Why::RecommendedMissing, 10));
}

#[test]
fn a_shared_system_does_not_count_for_those_who_use_it() {
    let entry = entry(&SYSTEM.replace(r#""description":"Die Software liest eingescannte Briefe, erkennt ihr Thema und schlägt das zuständige Amt vor. Menschen in der Poststelle prüfen jeden Vorschlag, bevor der Brief weitergeht.","purpose":"Post verteilen.","#, ""), USE);
    let subject = |is_shared| Subject { parts: entry.parts(), is_shared };
    let today = TODAY.parse().unwrap();
    let own = method().score(subject(false), &[], today);
    let used = method().score(subject(true), &[], today);
    assert_eq!((own.required.all, used.required.all), (12, 5));
    assert!(used.steps.iter().all(|step| step.field.field().record == RecordKind::Deployment));
}

#[test]
fn the_demo_register_spreads_over_the_scale() {
    let scores: Vec<Score> = demo().iter().map(score_of).collect();
    let mean = |of: fn(&Score) -> u8| scores.iter().map(|score| usize::from(of(score))).sum::<usize>() / scores.len();
    let (completeness, quality) = (mean(|s| s.completeness), mean(|s| s.quality));
    println!("completeness {completeness}, quality {quality}");
    assert!((40..100).contains(&completeness) && (60..100).contains(&quality), "{completeness} {quality}");
    assert!(scores.iter().any(|score| score.completeness < 60));
}

/// Something that can stand in a field: a value that says something, or an absence.
fn answers(field: FieldId) -> Vec<Slot> {
    let absences = [
        Absence::NotStated,
        Absence::Unknown,
        Absence::NotApplicable,
        Absence::Withheld(WithheldReason::PublicSecurity),
    ];
    let mut slots: Vec<Slot> = absences.into_iter().map(Slot::Absent).collect();
    let codes = field.field().vocabulary().map(|v| v.terms()).unwrap_or_default();
    let code = |code: &str| field.field().vocabulary().and_then(|v| v.code(code));
    match field.field().field_type {
        FieldType::Code => slots.extend(codes.iter().filter_map(|t| Some(Value::Code(code(&t.code)?).into()))),
        FieldType::Codes => {
            slots.extend(codes.iter().filter_map(|t| Some(Value::Codes(vec![code(&t.code)?]).into())));
        }
        FieldType::Date => slots.push(Value::Date(TODAY.parse().unwrap()).into()),
        FieldType::Boolean => slots.push(Value::Boolean(true).into()),
        FieldType::Integer => slots.push(Value::Integer(7).into()),
        FieldType::TextList | FieldType::UrlList | FieldType::KeyList => {
            slots.push(Value::List(vec!["05".to_owned()]).into());
        }
        _ => slots.push(Value::Text("Etwas".to_owned()).into()),
    }
    slots
}

fn any_entry() -> impl Strategy<Value = (Content, Content)> {
    let fields: Vec<FieldId> =
        catalogue().fields().map(|(id, _)| id).filter(|id| id.field().record != RecordKind::Organisation).collect();
    let some = proptest::collection::vec((0..fields.len(), any::<prop::sample::Index>()), 0..60);
    some.prop_map(move |picked| {
        let (mut system, mut deployment) = (Content::new(), Content::new());
        for (place, answer) in picked {
            let Some(field) = fields.get(place) else { continue };
            let slots = answers(*field);
            let slot = answer.get(&slots).clone();
            if field.field().record == RecordKind::System {
                system.set(*field, slot);
            } else {
                deployment.set(*field, slot);
            }
        }
        (system, deployment)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is missing and whatever fills it. The one answer that may change what is asked is an assessment of one's
    /// own that differs from the one taken over from the system: it does not fill a gap, it says something else.
    #[test]
    fn filling_a_missing_field_never_lowers_completeness(
        (system, deployment) in any_entry(),
        place in any::<prop::sample::Index>(),
        answer in any::<prop::sample::Index>(),
    ) {
        let missing: Vec<FieldId> = catalogue()
            .fields()
            .map(|(id, _)| id)
            .filter(|id| match id.field().record {
                RecordKind::Organisation => false,
                RecordKind::System => system.slot_of(*id).is_none(),
                RecordKind::Deployment => deployment.slot_of(*id).is_none(),
            })
            .collect();
        let field = *place.get(&missing);
        let slots = answers(field);
        let slot = answer.get(&slots).clone();
        let (mut fuller_system, mut fuller_use) = (system.clone(), deployment.clone());
        let of_system = field.field().record == RecordKind::System;
        if of_system { fuller_system.set(field, slot); } else { fuller_use.set(field, slot); }
        let (before, after) = (system.code(keys::RISK_CLASS), fuller_use.code(keys::DEPLOYMENT_RISK_CLASS));
        let is_own_view = field.field().key == keys::DEPLOYMENT_RISK_CLASS
            && before.is_some() && after.is_some() && before != after;
        prop_assume!(!is_own_view);
        let today = TODAY.parse().unwrap();
        let score = |system: &Content, deployment: &Content| {
            let parts = Parts { organisation: None, system: Some(system), deployment: Some(deployment) };
            method().score(Subject { parts, is_shared: false }, &[], today)
        };
        let (poorer, fuller) = (score(&system, &deployment), score(&fuller_system, &fuller_use));
        prop_assert!(fuller.completeness >= poorer.completeness, "{}: {poorer:?} {fuller:?}", field.field().key);
        // The same content gives the same score.
        prop_assert_eq!(&poorer, &score(&system, &deployment));
        // A step promises what it keeps, where it does not change what is asked.
        prop_assert!(poorer.completeness <= 100 && poorer.quality <= 100);
    }
}
