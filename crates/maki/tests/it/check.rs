//! `maki check` and `maki eu-report` over a register.
#![expect(clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::support::Folder;

fn lines(out: &str) -> Vec<Json> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The whole demo register.
fn demo() -> Folder {
    let folder = Folder::new();
    let file = folder.sample(1_000);
    folder.run(&["import", file.to_str().unwrap(), "--profile", "maki"]).expect(true, "303 entries");
    folder
}

fn is_about(finding: &Json, id: &str) -> bool {
    finding["external_ids"].as_array().unwrap().iter().any(|one| one["value"] == id)
}

#[test]
fn every_finding_names_entry_rule_and_field() {
    let folder = demo();
    let said = folder.run(&["check", "--json", "--date", "2026-11-25"]);
    said.expect(true, "303 entries: ");
    let findings = lines(&said.out);
    for finding in &findings {
        for key in ["kennung", "rule", "severity", "field", "message"] {
            assert!(finding[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {finding}");
        }
    }
    for (id, rule) in [
        ("A093", "technique_speech"),
        ("B028", "hint_law_enforcement"),
        ("B060", "federal_with_land"),
        ("B078", "text_says_in_use"),
        ("B121", "before_its_technique"),
    ] {
        assert!(findings.iter().any(|finding| is_about(finding, id) && finding["rule"] == rule), "{id} {rule}");
    }
    // What is wrong with a system that several use is told once.
    let told: BTreeSet<String> =
        findings.iter().map(|f| format!("{}{}{}", f["kennung"], f["rule"], f["field"])).collect();
    assert_eq!(told.len(), findings.len());
    let text = folder.run(&["check", "--language", "en", "--date", "2026-11-25"]);
    text.expect(true, "The authority counts as federal, but has a state");
    assert_eq!(text.out.lines().count(), findings.len());
}

#[test]
fn reports_that_are_due_are_written_once() {
    let folder = demo();
    let said = folder.run(&["eu-report", "--date", "2026-11-25"]);
    said.expect(true, "reports ready");
    let reports = lines(&said.out);
    let of = |id: &str| -> Vec<&str> {
        let own = reports.iter().filter(|report| is_about(report, id));
        own.map(|report| report["report"]["section"].as_str().unwrap()).collect()
    };
    assert_eq!(of("A031"), ["A", "C"], "developed and used by the same body");
    assert_eq!(of("A059"), ["C"], "procured");
    assert_eq!(of("A051"), ["A", "C", "C", "IX"], "the provider reports once");
    assert_eq!(of("A040"), ["B"], "exempt");
    assert!(of("A001").is_empty(), "a chatbot is not registered");
    let of_police = reports.iter().find(|report| is_about(report, "B038")).unwrap();
    assert_eq!(of_police["report"]["restricted"], true);
    let table = folder.run(&["eu-report", "--format", "csv", "--date", "2026-11-25"]);
    table.expect(true, "kennung,organisation,section,restricted,item,title_de,title_en,state,text");
    let items: usize = reports.iter().map(|report| report["report"]["items"].as_array().unwrap().len()).sum();
    let mut reader = csv::Reader::from_reader(table.out.as_bytes());
    assert_eq!(reader.records().map(Result::unwrap).count(), items);
    folder.run(&["eu-report", "--schema"]).expect(true, "https://json-schema.org/draft/2020-12/schema");
}
