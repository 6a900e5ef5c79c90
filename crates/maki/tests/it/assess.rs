//! `maki assess`: one line in, one line out, whatever the line says.
#![expect(clippy::indexing_slicing, reason = "tests")]

use serde_json::Value as Json;

use crate::support::Folder;

fn lines(folder: &Folder, text: &str, options: &[&str], success: bool) -> Vec<Json> {
    let file = folder.path("cases.jsonl");
    std::fs::write(&file, text).unwrap();
    let said = folder.run(&[&["assess", file.to_str().unwrap()], options].concat());
    assert_eq!(said.success, success, "{}{}", said.out, said.err);
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_case_gets_its_line() {
    let folder = Folder::new();
    let known = r#""is_ai_system": true, "out_of_scope": false, "art5": ["ba"], "annex_i": false, "annex_iii": [],
        "art50": [], "role": ["provider"]"#
        .replace('\n', " ");
    let cases =
        format!("{{\"id\": 7, {known}}}\n\n{{\"id\": \"b\", {known}, \"date\": \"2026-12-02\"}}\n{{\"id\": \"c\"}}");
    let found = lines(&folder, &cases, &["--date", "2026-12-01"], true);
    let class = |place: usize| (found[place]["id"].clone(), found[place]["risk_class"].as_str().unwrap());
    assert_eq!(class(0), (7.into(), "minimal"), "the letter does not count yet");
    assert_eq!(class(1), ("b".into(), "prohibited"), "the case has a day of its own");
    assert_eq!(class(2), ("c".into(), "not_assessed"));
    let keys: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    let expected = [
        "annex_iii",
        "art50",
        "contradictions",
        "duties",
        "fria_required",
        "id",
        "may_be_used",
        "open",
        "registration",
        "risk_class",
        "rule_set",
    ];
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(sorted, expected.iter().collect::<Vec<_>>());
    assert_eq!(
        found[1]["duties"][1],
        serde_json::json!({"article": "Art. 5(1)(ba)", "who": "provider", "from": "2026-12-02"})
    );
}

#[test]
fn a_line_that_makes_no_sense_does_not_stop_the_others() {
    let folder = Folder::new();
    let found = lines(&folder, "{\"id\": 1, \"art5\": [\"x\"]}\nnonsense\n{\"id\": 2}\n", &[], false);
    assert_eq!(found.len(), 3);
    assert_eq!(found[0], serde_json::json!({"id": 1, "line": 1, "error": "art5: \"x\" is none of its codes"}));
    assert_eq!((&found[1]["line"], &found[2]["id"]), (&Json::from(2), &Json::from(2)));
    folder.run(&["assess", "nowhere.jsonl"]).expect(false, "cannot open nowhere.jsonl");
    folder.run(&["assess", "x", "--date", "2026-13-01"]).expect(false, "no day that exists");
}

#[test]
fn a_rule_file_says_where_it_is_wrong() {
    let folder = Folder::new();
    let file = folder.path("draft.toml");
    std::fs::write(&file, "id = \"draft\"\nstate = \"draft\"\nvalid_form = \"2026-01-01\"\n").unwrap();
    let said = folder.run(&["assess", "-", "--rules", file.to_str().unwrap()]);
    said.expect(false, "draft.toml, line 3: unknown field `valid_form`");
}
