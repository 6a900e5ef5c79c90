//! What an import says at its end, and how it ends.

use crate::support::Folder;

#[test]
fn a_report_that_cannot_be_written_stops_before_anything_is() {
    let folder = Folder::new();
    let file = folder.sample(5);
    let report = folder.path("nowhere/report.json");
    folder
        .run(&["import", file.to_str().unwrap(), "--profile", "maki", "--report", report.to_str().unwrap()])
        .expect(false, "cannot write");
    assert!(!folder.data().exists(), "nothing was imported");
}

#[test]
fn a_run_without_a_single_entry_has_failed() {
    let folder = Folder::new();
    let row = "{\"organisation\":{\"name\":\"\"},\"system\":{\"kind\":\"no such kind\"}}\n";
    let file = folder.file("wrong.jsonl", &row.repeat(3));
    let report = folder.path("report.json");
    let said =
        folder.run(&["import", file.to_str().unwrap(), "--profile", "maki", "--report", report.to_str().unwrap()]);
    said.expect(false, "none of the 3 rows became an entry");
    assert!(report.exists());
}

#[test]
fn another_profile_is_proposed_in_words() {
    let folder = Folder::new();
    let file = folder.file("x.csv", "a;b\n1;2\n");
    let said = folder.run(&["import", file.to_str().unwrap(), "--profile", "us-omb-2025"]);
    said.expect(false, "does not have the headers");
    assert!(!said.err.contains("None") && !said.err.contains("Some("), "{}", said.err);
}
