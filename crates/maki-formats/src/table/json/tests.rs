#![expect(clippy::unwrap_used, reason = "tests")]
use super::super::testing::{pairs, problems, read, read_with};
use super::super::*;
use proptest::prelude::*;
use std::io::Cursor;

#[test]
fn documents_and_lines_are_told_apart() {
    let check = |text: &str, kind: Kind, rows: &[&str]| {
        let (info, items) = read(text.as_bytes());
        assert_eq!(info.kind, kind, "{text}");
        assert_eq!(pairs(&items), rows, "{text}");
        assert!(problems(&items).is_empty());
    };
    check(r#"[{"a":1},{"a":"x","b":{"c":true}}]"#, Kind::Json, &["a=1", "a=x|b.c=true"]);
    check("{\n \"n\": 3, \"liste\": [\n {\"a\": 1.50}, {\"a\": null} ], \"ende\": [1]}", Kind::Json, &["a=1.5"]);
    check(r#"{"liste":[{"a":1}]}"#, Kind::Json, &["a=1"]);
    check(r#"{"a":1,"b":["x","y"]}"#, Kind::JsonLines, &["a=1|b=x; y"]);
    check("\u{FEFF}{\"a\":1}\r\n\r\n{\"a\":2}\r\n", Kind::JsonLines, &["a=1", "a=2"]);
    check("{\n\"a\": 1,\n\"b\": 2\n}", Kind::Json, &["a=1|b=2"]);
    check(r#"{"tags":["x"],"list":[{"a":1},{"a":2}]}"#, Kind::Json, &["a=1", "a=2"]);
}

#[test]
fn a_bad_line_costs_the_line() {
    let (info, items) = read(b"{\"a\":1}\n{\"a\":\n[1]\n{\"a\":4}\n");
    assert_eq!(info.headers, ["a"]);
    assert_eq!(problems(&items), [(2, "row-invalid-json"), (3, "row-not-an-object")]);
    assert_eq!(pairs(&items), ["a=1", "a=4"]);
}

#[test]
fn a_syntax_error_in_a_document_comes_after_its_rows() {
    let table = open(Cursor::new(b"[{\"a\":1},{\"a\":2},{\"a\" 3}]".to_vec()), Options::default()).unwrap();
    let all: Vec<_> = table.collect();
    assert_eq!(all.iter().filter(|item| item.is_ok()).count(), 2);
    assert_eq!(all.last().unwrap().as_ref().unwrap_err().key(), "file-json-invalid");
}

#[test]
fn sizes_are_bounded() {
    let limits = Limits { cell_bytes: 50, row_bytes: 1000, columns: 2, ..Limits::default() };
    let long = "x".repeat(60);
    let endless = "y".repeat(2000);
    let text = format!("{{\"a\":\"{long}\",\"b\":1}}\n{{\"a\":\"{endless}\"}}\n{{\"c\":1}}\n");
    let (_, items) = read_with(text.as_bytes(), Options { limits, ..Options::default() });
    assert_eq!(problems(&items), [(1, "row-cell-too-long"), (2, "row-too-long"), (3, "row-too-many-columns")]);
    let nested = "[".repeat(100_000);
    assert!(open(Cursor::new(nested.into_bytes()), Options::default()).unwrap().all(|item| item.is_err()));
    let huge = format!("[{{\"a\":\"{}\"}}]", "z".repeat(9_000_000));
    assert!(open(Cursor::new(huge.into_bytes()), Options::default()).unwrap().any(|item| item.is_err()));
}

#[test]
fn a_cell_like_an_absence_is_no_json() {
    let (info, _) = read("[Keine Angabe];Name\nx;y\n".as_bytes());
    assert_eq!(info.kind, Kind::Csv);
}

proptest! {
    #[test]
    fn arbitrary_json_like_text_never_crashes(text in "[\\[{][a\"1:,{}\\[\\]\n ]{0,200}") {
        let _outcome = open(Cursor::new(text.into_bytes()), Options::default()).map(Iterator::count);
    }
}
