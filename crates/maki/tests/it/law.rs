//! `maki law` and `maki check --store` over a register.
#![expect(clippy::indexing_slicing, reason = "tests")]

use serde_json::Value as Json;

use crate::support::Folder;

const OLD: &str = "ki-vo-2024-07-12";

fn demo() -> Folder {
    let folder = Folder::new();
    let file = folder.sample(1_000);
    folder.run(&["import", file.to_str().unwrap(), "--profile", "maki"]).expect(true, "303 entries");
    folder
}

fn lines(out: &str) -> Vec<Json> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_lacking_grows_with_the_day_and_laws_differ() {
    let folder = demo();
    let on = |day: &str| {
        let said = folder.run(&["law", "--date", day, "--json"]);
        said.expect(true, "of 303 entries lack what is due");
        lines(&said.out)
    };
    let (before, after) = (on("2027-12-01"), on("2030-08-02"));
    assert!(before.len() < after.len(), "{} {}", before.len(), after.len());
    for line in &after {
        let lacking = line["lacking"].as_array().unwrap();
        assert!(lacking.iter().all(|one| one["due"].as_str().unwrap() <= "2030-08-02"), "{line}");
        assert!(line["kennung"].as_str().is_some_and(|kennung| !kennung.is_empty()));
    }
    // Regulation (EU) 2026/1744 put off what the first text had for August 2026.
    let said = folder.run(&["law", "--date", "2026-08-02", "--rules", OLD, "--against", "2026-08-02", "--json"]);
    said.expect(true, "entries differ");
    let differing = lines(&said.out);
    let changes = || differing.iter().flat_map(|line| line["changes"].as_array().unwrap());
    assert!(changes().any(|one| one["what"] == "Art. 27 deployer"), "{:?}", differing.first());
    assert!(changes().all(|one| one["before"] != one["after"]));
    let same = folder.run(&["law", "--date", "2026-11-25", "--against", "2026-11-25"]);
    same.expect(true, ": 0 of 303 entries differ");
    assert!(same.out.is_empty(), "{}", same.out);
}

#[test]
fn a_draft_is_a_file_and_its_faults_are_told_with_their_line() {
    let folder = demo();
    let known = concat!(env!("CARGO_MANIFEST_DIR"), "/../maki-domain/data/law/ki-vo-2026-07-27.toml");
    let text = std::fs::read_to_string(known).unwrap();
    let draft = |from: &str, to: &str| {
        let file = folder.0.path().join("draft.toml");
        let text = text.replacen("id = \"ki-vo-2026-07-27\"", "id = \"draft\"", 1);
        std::fs::write(&file, text.replacen("state = \"in_force\"", "state = \"draft\"", 1).replacen(from, to, 1))
            .unwrap();
        file.to_str().unwrap().to_owned()
    };
    // A proposal that puts Annex III off by a year.
    let later = draft("annex_iii = \"2027-12-02\"", "annex_iii = \"2028-12-02\"");
    let said = folder.run(&["law", "--date", "2027-12-02", "--against", &format!("2027-12-02,{later}")]);
    said.expect(true, "by draft (draft)");
    assert!(said.out.contains("Art. 27 deployer: from 2027-12-02, due → "), "{}", said.out);
    let line_of = |part: &str| text.lines().position(|line| line.contains(part)).unwrap() + 1;
    let check = |from: &str, to: &str, reason: &str| {
        let file = draft(from, to);
        let said = folder.run(&["law", "--date", "2027-12-02", "--rules", &file]);
        said.expect(false, reason);
        said.expect(false, &format!("draft.toml, line {}", line_of(from)));
    };
    check("annex_iii = \"2027-12-02\"", "annex_iii = \"2027-13-02\"", "is no day that exists");
    check("when = \"not applies\"", "when = \"not aplies\"", "aplies");
    folder
        .run(&["law", "--date", "2027-12-02", "--rules", "nowhere.toml"])
        .expect(false, "is neither a file nor a law");
    folder.run(&["law", "--date", "2027-02-30"]).expect(false, "no day that exists");
    folder.run(&["law", "--date", "2027-12-02", "--against", "soon"]).expect(false, "no day that exists");
}

#[test]
fn what_is_found_is_kept_and_one_run_ends_before_the_next() {
    let folder = demo();
    for _ in 0..2 {
        folder.run(&["check", "--store"]).expect(true, "303 entries: ");
    }
    folder.run(&["check", "--store", "--json"]).expect(false, "cannot be used with");
}

#[test]
fn an_import_counts_what_the_rules_find() {
    let folder = Folder::new();
    let (file, report) = (folder.sample(1_000), folder.0.path().join("report.json"));
    let report = report.to_str().unwrap();
    let import = |more: &[&str]| {
        let args = [&["import", file.to_str().unwrap(), "--profile", "maki", "--report", report], more].concat();
        folder.run(&args)
    };
    import(&["--dry-run"]).expect(true, "plausibility: ");
    let read = || -> Json { serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap() };
    let told = read();
    assert_eq!((told["entries"].as_u64(), told["rows_with_errors"].as_u64()), (Some(303), Some(0)));
    assert!(told["findings"]["required"]["count"].as_u64().unwrap() > 50, "{}", told["findings"]);
    let errors = told["finding_errors"].as_array().unwrap();
    assert!(!errors.is_empty() && errors.iter().all(|one| one["row"].as_u64() > Some(0)), "{errors:?}");
    assert!(errors.iter().any(|one| one["reason"] == "before_its_technique"), "{errors:?}");
    let said = import(&["--no-check"]);
    said.expect(true, "303 entries");
    assert!(!said.out.contains("plausibility"), "{}", said.out);
    assert_eq!(read()["findings"], serde_json::json!({}));
}
