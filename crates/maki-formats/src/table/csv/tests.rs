#![expect(clippy::unwrap_used, reason = "tests")]
use super::super::testing::{problems, read, read_with, texts};
use super::super::write::{CsvOptions, CsvWriter, unescape};
use super::super::*;
use proptest::prelude::*;
use std::io::Cursor;

#[test]
fn dialects_and_header_rows_are_found() {
    let check = |bytes: &str, separator: char, quote: char, header_row: u64, rows: &[(u64, &[&str])]| {
        let (info, items) = read(bytes.as_bytes());
        assert_eq!(
            (info.separator, info.quote, info.header_row),
            (Some(separator), Some(quote), header_row),
            "{bytes:?}"
        );
        let expected: Vec<(u64, Vec<String>)> =
            rows.iter().map(|(number, row)| (*number, row.iter().map(|cell| (*cell).to_owned()).collect())).collect();
        assert_eq!(texts(&items), expected, "{bytes:?}");
    };
    check("a,b\n1,2\n", ',', '"', 1, &[(2, &["1", "2"])]);
    check("a;b\r\n1;2,5\r\n", ';', '"', 1, &[(2, &["1", "2,5"])]);
    check("a\tb\n\"x\ny\"\t2", '\t', '"', 1, &[(2, &["x\ny", "2"])]);
    check("a|b|c\n1|2|3\n", '|', '"', 1, &[(2, &["1", "2", "3"])]);
    check("sep=;\na;b\n1;2\n", ';', '"', 2, &[(3, &["1", "2"])]);
    check("'a b','c'\n'x,y','z'\n'x,y','z'\n", ',', '\'', 1, &[(2, &["x,y", "z"]), (3, &["x,y", "z"])]);
    check("Register\n\nName;Zweck\nA;B\n\nC;D\n", ';', '"', 3, &[(4, &["A", "B"]), (6, &["C", "D"])]);
    check("a;b\r1;2\r", ';', '"', 1, &[(2, &["1", "2"])]);
    check("Name\nA\nB\n", ',', '"', 1, &[(2, &["A"]), (3, &["B"])]);
}

#[test]
fn known_headers_decide() {
    let text = "Teil 1: Wer, was, wo;;\nlang, kurz;x, y;z, w\nName;Zweck;Land\nA, B, C;D, E, F;G, H, I\n";
    let options = Options { known: KnownHeaders::new(["name", "zweck", "land"]), ..Options::default() };
    let (info, items) = read_with(text.as_bytes(), options);
    assert_eq!((info.separator, info.header_row, info.matched), (Some(';'), 3, 3));
    assert_eq!(texts(&items), [(4, vec!["A, B, C".to_owned(), "D, E, F".to_owned(), "G, H, I".to_owned()])]);
}

#[test]
fn one_broken_row_does_not_take_the_rest() {
    let text = "a,b\n1,2\n3,\"offen\n5,6\n7,8\n";
    let (_, items) = read(text.as_bytes());
    assert_eq!(problems(&items), [(3, "row-unclosed-quote")]);
    let numbers: Vec<u64> = texts(&items).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [2, 4, 5]);
}

#[test]
fn limits_cost_the_cell_or_the_row() {
    let limits = Limits { cell_bytes: 10, row_bytes: 100, columns: 3, ..Limits::default() };
    let long = "x".repeat(11);
    let endless = "y".repeat(100_000);
    let text = format!("a,b\n{long},1\n{endless}\nz,2\n\"{endless}\n{endless}\nw,3\nm,n,o,p\n");
    let (_, items) = read_with(text.as_bytes(), Options { limits, ..Options::default() });
    assert_eq!(
        problems(&items),
        [
            (2, "row-cell-too-long"),
            (3, "row-too-long"),
            (5, "row-too-long"),
            (6, "row-too-long"),
            (8, "row-surplus-cells"),
            (8, "row-too-many-columns")
        ]
    );
    let numbers: Vec<u64> = texts(&items).into_iter().map(|(number, _)| number).collect();
    assert_eq!(numbers, [2, 4, 7, 8]);
}

#[test]
fn malformed_bytes_are_reported_with_row_and_field() {
    let mut bytes = "Name;Zweck\näöüß;ÄÖÜ\nGröße;Maß\näöü;x".as_bytes().to_vec();
    bytes.push(0xFF);
    bytes.extend_from_slice("y\nö;z\n".as_bytes());
    let (info, items) = read(&bytes);
    assert_eq!(info.encoding, Some("UTF-8"));
    assert_eq!(problems(&items), [(4, "row-malformed-text")]);
    assert_eq!(texts(&items).len(), 4);
}

#[test]
fn what_is_no_table_is_refused() {
    let check = |bytes: &[u8], key: &str| {
        let error = open(Cursor::new(bytes.to_vec()), Options::default()).unwrap_err();
        assert_eq!(error.key(), key);
    };
    check(b"", "file-empty");
    check(b" \n\n ", "file-empty");
    check(b"%PDF-1.7", "file-unsupported");
    check(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "file-unsupported");
    check(b"<!DOCTYPE html><html>", "file-unsupported");
    check(b"<body>\r\n", "file-unsupported");
}

fn encode(text: &str, encoding: usize) -> Vec<u8> {
    let marked = format!("\u{FEFF}{text}");
    match encoding {
        0 => text.as_bytes().to_vec(),
        1 => marked.into_bytes(),
        2 => marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(prop::collection::vec("[a-zäß€𝄞 ;,\t|'\"=\\[\r\n+\\-@]{0,12}", 3), 1..12),
        separator in prop::sample::select(vec![b';', b',', b'\t', b'|']),
        encoding in 0usize..4,
    ) {
        let mut writer = CsvWriter::new(Vec::new(), CsvOptions { separator, byte_order_mark: false }).unwrap();
        let text = |cells: &[String]| cells.iter().map(|cell| Cell::Text(cell.clone())).collect::<Vec<_>>();
        writer.row(&text(&["Name".to_owned(), "Zweck".to_owned(), "Land".to_owned()])).unwrap();
        for row in &rows {
            writer.row(&text(row)).unwrap();
        }
        let bytes = encode(&String::from_utf8(writer.finish().unwrap()).unwrap(), encoding);
        let options = Options { known: KnownHeaders::new(["Name", "Zweck", "Land"]), ..Options::default() };
        let (_, items) = read_with(&bytes, options);
        prop_assert!(problems(&items).is_empty(), "{:?}", problems(&items));
        let expected: Vec<Vec<String>> =
            rows.into_iter().filter(|row| row.iter().any(|cell| !escape_blank(cell))).collect();
        let read: Vec<Vec<String>> = texts(&items)
            .into_iter()
            .map(|(_, row)| (0..3).map(|at| row.get(at).map(|cell| unescape(cell).to_owned()).unwrap_or_default()).collect())
            .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn arbitrary_bytes_never_crash(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        let _outcome = open(Cursor::new(bytes), Options::default()).map(Iterator::count);
    }

    #[test]
    fn arbitrary_text_never_crashes(text in "[a-c\"';,\t\r\n|\u{E4}]{0,300}") {
        let (_, items) = match open(Cursor::new(text.into_bytes()), Options::default()) {
            Ok(table) => testing::drain(table),
            Err(_) => return Ok(()),
        };
        let numbered = items.iter().all(|item| match item {
            Item::Row(row) => row.number > 0,
            Item::Problem(problem) => problem.row > 0,
        });
        prop_assert!(numbered);
    }
}

/// Rows of nothing but white space are no rows; what is escaped is not white space.
fn escape_blank(cell: &str) -> bool {
    write::escape(cell).trim().is_empty()
}
