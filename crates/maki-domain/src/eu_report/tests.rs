//! Items, sections and the schema, over the demo register and by hand.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::Entry;
use crate::assess::rule_set;
use crate::value::PartialDate;

fn entries() -> Vec<Entry> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/register.jsonl");
    std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_item_is_answered_by_fields_or_says_why_not() {
    let of_fields: BTreeSet<&str> =
        catalogue().fields().flat_map(|(_, field)| &field.annex_viii).map(String::as_str).collect();
    let known: BTreeSet<&str> = ANNEX.item.iter().map(|item| item.item.as_str()).collect();
    assert_eq!(of_fields.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "fields of no item");
    for item in ANNEX.item.iter().filter(|item| item.origin == Origin::Fields) {
        assert!(of_fields.contains(item.item.as_str()), "{} has no field", item.item);
    }
    let numbers = |code: &str| section(code).unwrap().items().count();
    assert_eq!([numbers("A"), numbers("B"), numbers("C"), numbers("IX")], [13, 9, 5, 5]);
}

#[test]
fn reports_of_all_demo_systems_fit_the_schema() {
    let schema: Json = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut reports = 0;
    for entry in entries() {
        for section in sections() {
            for restricted in [false, true] {
                let report = report(section, entry.parts(), restricted);
                let json = serde_json::to_value(&report).unwrap();
                let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
                assert_eq!(errors, Vec::<String>::new(), "{json}");
                assert_eq!(report.items.len(), section.items().count());
                reports += 1;
            }
        }
    }
    assert!(reports > 2_000);
    assert!(!validator.is_valid(&serde_json::json!({ "section": "Z" })), "the schema refuses something");
}

#[test]
fn sections_follow_from_the_classification() {
    let check = |system: Json, deployment: Json, expected: &[&str], restricted: bool| {
        let entry: Entry = serde_json::from_value(serde_json::json!({
            "organisation": { "organisation_name": "Stadt Talheide", "organisation_level": "municipal" },
            "system": system, "deployment": deployment,
        }))
        .unwrap();
        let owed = obligations(rule_set(), entry.parts(), true, "2026-11-25".parse().unwrap()).reports;
        assert_eq!(owed.iter().map(|report| report.code).collect::<Vec<_>>(), expected);
        assert!(owed.iter().all(|report| report.restricted == restricted), "{owed:?}");
    };
    let of = |class: &str, points: &[&str], kind: &str, fields: &str| {
        serde_json::json!({ "name": "x", "risk_class": class, "annex_iii_points": points, "kind": kind,
            "fields": [fields], "article_6_3_conditions": if class == "annex_iii_exempt" { vec!["a"] } else { vec![] } })
    };
    let running = || serde_json::json!({ "lifecycle": "operation", "in_operation_since": "2026-01" });
    let pilot = || serde_json::json!({ "lifecycle": "pilot" });
    check(of("high_risk_annex_iii", &["5a"], "procured", "social_affairs"), running(), &["C"], false);
    check(of("high_risk_annex_iii", &["5a"], "own_development", "social_affairs"), running(), &["A", "C"], false);
    check(of("high_risk_annex_iii", &["5a"], "procured", "social_affairs"), pilot(), &["C", "IX"], false);
    check(of("annex_iii_exempt", &["3a"], "own_development", "education"), running(), &["B"], false);
    check(of("high_risk_annex_iii", &["2"], "procured", "transport"), running(), &["national"], false);
    check(of("high_risk_annex_iii", &["6d"], "procured", "internal_security"), running(), &["C"], true);
    check(of("minimal", &[], "procured", "transport"), running(), &[], false);
    let ended = serde_json::json!({ "lifecycle": "retired" });
    check(of("high_risk_annex_iii", &["5a"], "own_development", "social_affairs"), ended, &[], false);
}

#[test]
fn what_is_missing_is_named() {
    let entry: Entry = serde_json::from_value(serde_json::json!({
        "organisation": { "organisation_name": "Stadt Talheide" },
        "system": { "name": "x", "purpose": "Hilft.", "kind": "procured", "risk_class": "high_risk_annex_iii" },
        "deployment": { "lifecycle": "operation", "fria_summary": { "absent": "not_applicable" } },
    }))
    .unwrap();
    let state = |report: &Report, item: &str| report.items.iter().find(|one| one.item == item).unwrap().state;
    let use_report = report(section("C").unwrap(), entry.parts(), false);
    assert_eq!(state(&use_report, "C1"), ItemState::Stated);
    assert_eq!(state(&use_report, "C2"), ItemState::AtDatabase);
    assert_eq!(state(&use_report, "C4"), ItemState::NotApplicable);
    assert_eq!(state(&use_report, "C5"), ItemState::Empty);
    assert_eq!((use_report.missing.as_slice(), use_report.complete), (&["C3"][..], false));
    let restricted = report(section("A").unwrap(), entry.parts(), true);
    assert_eq!(state(&restricted, "A6"), ItemState::NotInRestrictedPart);
    assert_eq!(restricted.missing, ["A1", "A4"]);
    let of_exempt = report(section("B").unwrap(), entry.parts(), false);
    assert_eq!(state(&of_exempt, "B7"), ItemState::Deleted);
}

fn day(text: &str) -> PartialDate {
    text.parse().unwrap()
}

fn entry(system: &Json, deployment: &Json) -> Entry {
    serde_json::from_value(serde_json::json!({
        "organisation": { "organisation_name": "Stadt Talheide", "organisation_level": "municipal",
            "organisation_address": "Markt 1", "organisation_mailbox": "ki@talheide.example" },
        "system": system, "deployment": deployment,
    }))
    .unwrap()
}

fn high_risk(kind: &str) -> Json {
    serde_json::json!({ "name": "x", "risk_class": "high_risk_annex_iii", "annex_iii_points": ["5a"], "kind": kind,
        "fields": ["social_affairs"] })
}

#[test]
fn what_is_owed_has_days_and_is_owed_by_the_right_body() {
    let check = |kind: &str, since: &str, is_steward: bool, expected: &[(&str, &[&str])]| {
        let deployment = serde_json::json!({ "lifecycle": "operation", "in_operation_since": since });
        let entry = entry(&high_risk(kind), &deployment);
        let owed = obligations(rule_set(), entry.parts(), is_steward, day("2026-11-25"));
        let found: Vec<(&str, Vec<String>)> =
            owed.reports.iter().map(|one| (one.code, one.from.iter().map(ToString::to_string).collect())).collect();
        let expected: Vec<(&str, Vec<String>)> =
            expected.iter().map(|(code, days)| (*code, days.iter().map(|&day| day.to_owned()).collect())).collect();
        assert_eq!(found, expected, "{kind} {since} {is_steward}");
        assert!(owed.is_assessed);
    };
    let legacy = &["2030-08-02"][..];
    check("own_development", "2025-01", true, &[("A", legacy), ("C", legacy)]);
    check("own_development", "2025-01", false, &[("C", legacy)]);
    check("procured", "2025-01", true, &[("C", legacy)]);
    // Where the law can be read in two ways, both days are named.
    check("procured", "2027-12-10", true, &[("C", &["2026-08-02", "2027-12-02"])]);
}

#[test]
fn nothing_is_said_before_a_class_is_known_and_nothing_owed_after_the_end() {
    let check = |system: Json, deployment: Json, is_assessed: bool| {
        let entry = entry(&system, &deployment);
        let owed = obligations(rule_set(), entry.parts(), true, day("2026-11-25"));
        assert_eq!((owed.reports.as_slice(), owed.is_assessed), (&[][..], is_assessed));
    };
    let running = || serde_json::json!({ "lifecycle": "operation" });
    check(serde_json::json!({ "name": "x" }), running(), false);
    check(serde_json::json!({ "name": "x", "risk_class": "not_assessed" }), running(), false);
    check(serde_json::json!({ "name": "x", "risk_class": "minimal" }), running(), true);
    check(high_risk("procured"), serde_json::json!({ "lifecycle": "retired" }), true);
}

#[test]
fn an_authority_is_warned_of_a_system_that_its_provider_has_not_registered() {
    let check = |deployment: Json, expected: Option<&str>| {
        let entry = entry(&high_risk("procured"), &deployment);
        let owed = obligations(rule_set(), entry.parts(), true, day("2026-11-25"));
        assert_eq!(owed.unregistered_from.map(|day| day.to_string()).as_deref(), expected);
    };
    let used = serde_json::json!({ "lifecycle": "operation", "in_operation_since": "2025-01" });
    check(used.clone(), Some("2030-08-02"));
    let mut named = used;
    named["provider_eu_url"] = "https://eu-database.example/systems/1".into();
    check(named, None);
    check(serde_json::json!({ "lifecycle": "concept" }), None);
}

#[test]
fn the_state_follows_from_entry_and_last_report() {
    let class_c = section("C").unwrap();
    let of = |deployment: Json| report(class_c, entry(&high_risk("procured"), &deployment).parts(), false);
    let none = of(serde_json::json!({ "lifecycle": "operation" }));
    let some = of(serde_json::json!({ "lifecycle": "operation", "fria_summary": "Geprüft." }));
    let whole = |text: &str| {
        of(serde_json::json!({ "lifecycle": "operation", "fria_summary": text,
            "provider_eu_url": "https://eu-database.example/systems/1" }))
    };
    let now = whole("Geprüft.");
    let json = |report: &Report| serde_json::to_value(report).unwrap();
    let (same, other, shorter) = (json(&now), json(&whole("Neu geprüft.")), json(&some));
    let check = |report: &Report, is_due: bool, last: Option<(&Json, bool)>, expected: ReportState| {
        assert_eq!(state(report, is_due, last), expected, "{is_due} {last:?}");
    };
    check(&none, false, None, ReportState::NotRequired);
    check(&none, true, None, ReportState::Required);
    check(&some, true, None, ReportState::Incomplete);
    check(&now, true, None, ReportState::Ready);
    check(&now, true, Some((&same, true)), ReportState::Reported);
    check(&now, true, Some((&other, true)), ReportState::ToBeUpdated);
    check(&now, true, Some((&shorter, true)), ReportState::ToBeUpdated);
    // The duty has ended: the database has to be told, and then it is over.
    check(&now, false, Some((&same, true)), ReportState::ToBeUpdated);
    check(&now, false, Some((&same, false)), ReportState::NotRequired);
    check(&now, true, Some((&same, false)), ReportState::ToBeUpdated);
    // What was stored and cannot be read is no reason to say that all is well.
    check(&now, true, Some((&Json::Null, true)), ReportState::ToBeUpdated);
    for state in ReportState::ALL {
        assert_eq!(ReportState::from_code(state.code()), Some(state));
    }
}

#[test]
fn changes_name_item_field_before_and_after() {
    let of = |class: &str, fria: &str| {
        let deployment = serde_json::json!({ "lifecycle": "operation", "fria_summary": fria });
        let mut system = high_risk("own_development");
        system["annex_viii_status"] = class.into();
        let entry = entry(&system, &deployment);
        ["A", "C"].map(|code| report(section(code).unwrap(), entry.parts(), false))
    };
    let [a, c] = of("on_market_or_in_service", "Geprüft.");
    let [new_a, new_c] = of("recalled", "Neu geprüft.");
    let names = |changes: Vec<ItemChange>| -> Vec<(String, String)> {
        changes.into_iter().map(|change| (change.item, change.field)).collect()
    };
    let json = |report: &Report| serde_json::to_value(report).unwrap();
    assert_eq!(names(changes(&json(&a), &new_a)), [("A7".to_owned(), "annex_viii_status".to_owned())]);
    let found = changes(&json(&c), &new_c);
    assert_eq!(found[0].before, Some("Geprüft.".into()));
    assert_eq!(found[0].after, Some("Neu geprüft.".into()));
    // Another label of the same code is no change, nor is a text in another language.
    let mut relabelled = json(&a);
    let status = relabelled["items"].as_array_mut().unwrap().iter_mut().find(|item| item["item"] == "A7").unwrap();
    status["values"]["annex_viii_status"]["de"] = "Anders benannt".into();
    assert_eq!(changes(&relabelled, &a), []);
    // An item that the annex no longer has was reported nevertheless.
    let mut old = json(&c);
    old["items"].as_array_mut().unwrap().push(serde_json::json!({ "item": "C9", "values": { "benefit": "x" } }));
    assert_eq!(names(changes(&old, &c)), [("C9".to_owned(), "benefit".to_owned())]);
}

#[test]
fn texts_are_said_in_the_other_language() {
    let mut system = high_risk("own_development");
    system["purpose"] = "Prüft Anträge.".into();
    let deployment = serde_json::json!({ "lifecycle": "pilot", "fria_summary": "Geprüft." });
    let entry = entry(&system, &deployment);
    let mut tested = report(section("IX").unwrap(), entry.parts(), false);
    let texts: Vec<(&str, &str)> =
        tested.texts_to_translate().into_iter().map(|(field, text)| (field.field().key.as_str(), text)).collect();
    assert_eq!(texts, [("purpose", "Prüft Anträge.")]);
    assert_eq!(tested.other_language(), Language::En);
    let translation = |key: &str| Translation {
        field: catalogue().id(key).unwrap(),
        language: Language::En,
        text: "Checks applications.".into(),
    };
    tested.translate(&[translation(keys::PURPOSE), translation(keys::FRIA_SUMMARY)]);
    let said = tested.items.iter().find(|item| item.item == "IX3").unwrap();
    assert_eq!(said.translations["purpose"]["text"], "Checks applications.");
    assert_eq!(said.translations.len(), 1, "only what is reported");
    let schema: Json = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&serde_json::to_value(&tested).unwrap()));
    for key in &ANNEX.translated {
        let field = catalogue().id(key).unwrap().field();
        assert!(field.field_type.is_prose() && !field.annex_viii.is_empty(), "{key}");
    }
}

#[test]
fn only_what_a_database_can_have_given_back_is_taken() {
    let today = day("2026-11-25");
    let check = |code: &str, restricted: bool, [id, url, day]: [&str; 3], expected: &[ReturnedFault]| {
        let of = Obligation::of_code(code, restricted).unwrap();
        let found = Returned::parse(&of, WrittenReturn { id, url, day }, today);
        assert_eq!(found.as_ref().err().map_or(&[][..], Vec::as_slice), expected, "{id:?} {url:?} {day:?}");
    };
    use ReturnedFault as F;
    const URL: &str = "https://eu-database.example/deployments/4711";
    check("C", false, ["EU-DEP-000123", URL, "24.11.2026"], &[]);
    check("C", false, [" EU:DEP/000_1.2 ", URL, " 2026-11-25 "], &[]);
    check("C", false, ["", "", ""], &[F::IdMissing, F::UrlMissing, F::DayMissing]);
    check("C", true, ["EU-1", "", "1. 2. 2026"], &[]);
    check("IX", false, ["EU-1", "", "1.2.2026"], &[]);
    check("national", false, ["NAT-1", "", "1.2.2026"], &[]);
    for id in ["=EU-1", "-EU-1", "EU 1", "EU\u{0}1", "EÜ-1", "EU-1<script>", "EU-1\n", "\u{202e}1"] {
        let expected: &[ReturnedFault] = if id.trim() == "EU-1" { &[] } else { &[F::IdMisshapen] };
        check("C", false, [id, URL, "24.11.2026"], expected);
    }
    check("C", false, [&"E".repeat(101), URL, "24.11.2026"], &[F::IdTooLong]);
    for url in [
        "http://eu-database.example/1",
        "javascript:alert(1)",
        "https://",
        "https://x",
        "https://user@eu-database.example/",
        "https://eu-database.example/ 1",
        "https://./",
        "//eu-database.example/1",
        "ftp://eu-database.example",
        "ä",
    ] {
        check("C", false, ["EU-1", url, "24.11.2026"], &[F::UrlMisshapen]);
        check("C", true, ["EU-1", url, "24.11.2026"], &[F::UrlMisshapen]);
    }
    let long = format!("https://eu-database.example/{}", "a".repeat(2_000));
    check("C", false, ["EU-1", &long, "24.11.2026"], &[F::UrlTooLong]);
    check("C", false, ["EU-1", URL, "26.11.2026"], &[F::DayInFuture]);
    check("C", false, ["EU-1", URL, "31.07.2024"], &[F::DayTooEarly]);
    for day in ["2026", "11.2026", "30.02.2026", "gestern", "11/25/2026"] {
        check("C", false, ["EU-1", URL, day], &[F::DayMisshapen]);
    }
}
