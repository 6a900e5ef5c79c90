#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
use serde_json::Value as Json;

use super::*;

const GOLD: &str = include_str!("../../tests/gold/assess.jsonl");
const TODAY: &str = "2026-11-25";

fn assessed_by(rules: &RuleSet, json: &Json) -> Assessment {
    let case = Case::from_json(rules, json, &["id"]).unwrap();
    rules.assess(&case, TODAY.parse().unwrap())
}

fn assessed(json: &str) -> Assessment {
    assessed_by(rule_set(), &serde_json::from_str(json).unwrap())
}

fn strings(json: &Json) -> Vec<&str> {
    json.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// Where a case is judged otherwise than its label says.
fn differences(line: &Json) -> Vec<String> {
    let (found, wanted) = (assessed_by(rule_set(), &line["case"]), &line["expect"]);
    let articles: Vec<&str> = found.duties.iter().map(|duty| duty.article.as_str()).collect();
    let said = serde_json::to_value(&found).unwrap();
    let keys = ["risk_class", "annex_iii", "registration", "fria_required", "may_be_used", "open", "contradictions"];
    let different = keys.iter().filter(|key| said[**key] != wanted[**key]);
    let mut differences: Vec<String> =
        different.map(|key| format!("{key}: {} instead of {}", said[*key], wanted[*key])).collect();
    let missing = strings(&wanted["duties"]).into_iter().filter(|duty| !articles.contains(duty));
    differences.extend(missing.map(|duty| format!("{duty} is missing")));
    let needless = strings(&wanted["without"]).into_iter().filter(|duty| articles.contains(duty));
    differences.extend(needless.map(|duty| format!("{duty} is no duty here")));
    differences.iter().map(|text| format!("{}: {text}", line["id"])).collect()
}

#[test]
fn every_labelled_case_is_judged_as_its_label_says() {
    let cases: Vec<Json> = GOLD.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let differences: Vec<String> = cases.iter().flat_map(differences).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(cases.len() >= 120, "{}", cases.len());
    let count = |fits: &dyn Fn(&Json) -> bool| cases.iter().filter(|line| fits(&line["case"])).count();
    for area in 1..=8 {
        let fits = |case: &Json| strings(&case["annex_iii"]).iter().any(|point| point.starts_with(&area.to_string()));
        assert!(count(&fits) >= 5, "area {area}");
    }
    for letter in ["a", "b", "ba", "bb", "c", "d", "e", "f", "g", "h"] {
        assert!(count(&|case| strings(&case["art5"]).contains(&letter)) >= 3, "letter {letter}");
    }
}

#[test]
fn nothing_known_leaves_open_what_matters() {
    let found = assessed("{}");
    assert_eq!(found.risk_class, NOT_ASSESSED);
    assert_eq!((found.fria_required, found.may_be_used), (None, None));
    assert!(found.duties.is_empty() && found.registration.is_empty() && found.contradictions.is_empty());
    let not_open = rule_set().facts().iter().filter(|fact| !found.open.contains(&fact.key));
    // Whether the provider has registered matters from December 2027 on.
    assert_eq!(not_open.map(|fact| fact.key.as_str()).collect::<Vec<_>>(), ["today", "provider_entry_registered"]);
    assert!(assessed(r#"{"date": "2028-01-01"}"#).open.contains(&"provider_entry_registered".to_owned()));
}

#[test]
fn an_answer_that_cannot_change_anything_is_not_asked_for() {
    let check = |json: &str, open: &[&str]| assert_eq!(assessed(json).open, open, "{json}");
    check(r#"{"is_ai_system": false}"#, &[]);
    check(r#"{"out_of_scope": true}"#, &[]);
    // Letter a is forbidden today whatever else is true; only who has the duty is open, and what adds to it.
    check(r#"{"is_ai_system": true, "out_of_scope": false, "art5": ["a"], "annex_iii": [], "art50": []}"#, &["role"]);
    let exempt = r#"{"is_ai_system": true, "out_of_scope": false, "art5": [], "annex_i": false, "annex_iii": ["5a"],
        "profiling": false, "art6_3": ["a"], "art50": [], "role": ["deployer"]}"#;
    check(exempt, &[]);
    let low = r#"{"is_ai_system": true, "out_of_scope": false, "art5": [], "annex_i": false, "annex_iii": [],
        "art50": ["2"], "role": ["provider"]}"#;
    check(low, &["placed_in_service"]);
}

#[test]
fn both_readings_of_an_open_date_are_named() {
    let found = assessed(
        r#"{"is_ai_system": true, "out_of_scope": false, "art5": [], "annex_iii": ["5a"], "art6_3": [],
        "role": ["deployer"], "public_authority": true, "placed_in_service": "2028-01-10"}"#,
    );
    let days = |article: &str| {
        let duties = found.duties.iter().filter(|duty| duty.article == article);
        duties.map(|duty| duty.from.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(days("Art. 49(3)"), ["2026-08-02", "2027-12-02"]);
    assert_eq!(days("Art. 27"), ["2027-12-02"]);
}

#[test]
fn a_case_says_what_is_wrong_with_it() {
    let check = |json: &str, expected: &str| {
        let fault = Case::from_json(rule_set(), &serde_json::from_str(json).unwrap(), &["id"]).unwrap_err();
        assert_eq!(fault.to_string(), expected);
    };
    check("[]", "a case is an object");
    check(r#"{"id": "1", "art_5": []}"#, "art_5: there is no such question");
    check(r#"{"today": "2026-01-01"}"#, "today: there is no such question");
    check(r#"{"annex_iii": ["9z"]}"#, "annex_iii: \"9z\" is none of its codes");
    check(r#"{"profiling": "yes"}"#, "profiling: expected true or false");
    check(r#"{"placed_in_service": "2026-02-30"}"#, "placed_in_service: expected a day as YYYY-MM-DD");
    check(r#"{"date": "2026"}"#, "date: expected a day as YYYY-MM-DD");
}

/// The embedded rules with a change, and what is said about it.
fn broken(from: &str, to: &str) -> String {
    let text = include_str!("../../data/law/ki-vo-2026-07-27.toml");
    assert!(text.contains(from), "{from}");
    match RuleSet::parse("draft.toml", &text.replacen(from, to, 1)) {
        Err(fault) => fault.to_string(),
        Ok(_) => panic!("{to} was taken"),
    }
}

#[test]
fn a_rule_file_that_makes_no_sense_is_refused_with_its_line() {
    let text = include_str!("../../data/law/ki-vo-2026-07-27.toml");
    let line = |part: &str| text.split(part).next().unwrap().matches('\n').count() + 1;
    let check = |from: &str, to: &str, expected: &str| {
        assert_eq!(broken(from, to), format!("draft.toml, line {}: {expected}", line(from)));
    };
    check("general = \"2026-08-02\"", "general = \"2026-02-30\"", "\"2026-02-30\" is no day that exists (YYYY-MM-DD)");
    check("general = \"2026-08-02\"", "general = \"2026-08\"", "\"2026-08\" is no day that exists (YYYY-MM-DD)");
    check(
        "when = \"prohibited and today >= article_5\"",
        "when = \"prohibited and todai >= article_5\"",
        "\"todai\" is neither a fact nor a condition",
    );
    check(
        "when = \"is_ai_system and not out_of_scope\"",
        "when = \"is_ai_system and not prohibited\"",
        "conditions go round in a circle: applies → prohibited → applies",
    );
    check("when = 'applies and art5 has \"a\"'", "when = 'applies and art5 has \"z\"'", "\"art5\" has no code \"z\"");
    check("when = \"any art50\"", "when = \"any (art50)\"", "\"(\" is neither a fact nor a condition");
    check("when = \"any art50\"", "when = \"art50\"", "\"art50\" cannot be asked this way");
    check("when = \"any art50\"", "when = \"any art50 and\"", "something is missing after \"and\"");
    check("from = \"marking\"", "from = \"markings\"", "\"markings\" is neither a schedule nor a day");
    assert!(broken("kind = \"choice\"", "kind = \"choyce\"").starts_with("draft.toml, line "));
    assert!(broken("key = \"annex_i\"", "key = \"annex_i\"\nquestion = 1").contains("unknown field"));
}

#[test]
fn every_question_has_all_its_words_in_both_languages() {
    for fact in rule_set().facts().iter().filter(|fact| fact.key != "today") {
        let asked = fact.words.as_ref().unwrap();
        for language in crate::Language::ALL {
            let words = asked.words(language);
            let texts = [&words.article, &words.question, &words.help, &words.example];
            assert!(texts.iter().all(|text| !text.trim().is_empty()), "{} {language:?}", fact.key);
            assert!(words.question.ends_with('?'), "{}", words.question);
            assert!(words.article.contains(if language == crate::Language::De { "KI-VO" } else { "AI Act" }));
            assert_eq!(!words.none.is_empty(), fact.kind == crate::rules::Kind::DayOrNot, "{}", fact.key);
            assert!(fact.codes.iter().all(|code| !fact.label(code, language).is_empty()), "{}", fact.key);
        }
    }
    for language in crate::Language::ALL {
        let classes = rule_set().classes().iter().chain(rule_set().sections());
        assert!(classes.into_iter().all(|rule| rule.words.get(language).ends_with('.')));
    }
    assert!(broken("none = \"Noch nicht in Betrieb\"", "").contains("needs all its words in both languages"));
}

#[test]
fn a_contradiction_names_its_facts() {
    let facts = |key: &str| rule_set().contradicting(key).map(|fact| fact.key.as_str()).collect::<Vec<_>>();
    assert_eq!(facts("condition_without_point"), ["annex_iii", "art6_3"]);
    assert_eq!(facts("changed_before_service"), ["placed_in_service", "substantially_changed"]);
    assert!(facts("no such key").is_empty());
}
