#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
use super::super::testing::{drain, pairs, problems, read_with, texts};
use super::super::write::{CELL_CHARS, Column, Sheet, XlsxWriter};
use super::super::*;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime as Date, Format, Formula, Workbook};
use std::io::Cursor;

fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

#[test]
fn the_right_sheet_and_row_are_found() {
    let bytes = workbook(|book| {
        let notes = book.add_worksheet().set_name("Hinweise").unwrap();
        for row in 0..50 {
            notes.write_string(row, 0, "Text").unwrap();
            notes.write_string(row, 1, format!("mehr {row}")).unwrap();
        }
        let data = book.add_worksheet().set_name("Daten").unwrap();
        data.write_string(0, 0, "Register").unwrap();
        data.write_string(2, 0, "Name").unwrap();
        data.write_string(2, 2, "Zweck").unwrap();
        data.write_string(4, 0, "A").unwrap();
        data.write_string(4, 2, "B").unwrap();
        let hidden = book.add_worksheet().set_name("Versteckt").unwrap();
        hidden.set_hidden(true);
        hidden.write_string(0, 0, "Name").unwrap();
        hidden.write_string(0, 1, "Zweck").unwrap();
        hidden.write_string(1, 0, "C").unwrap();
    });
    let known = || KnownHeaders::new(["name", "zweck"]);
    let (info, items) = read_with(&bytes, Options { known: known(), ..Options::default() });
    assert_eq!(info.sheets, [SheetInfo { name: "Daten".to_owned(), header_row: 3, matched: 2 }]);
    assert_eq!(info.headers, ["Name", "#2", "Zweck"]);
    assert_eq!(texts(&items), [(5, vec!["A".to_owned(), String::new(), "B".to_owned()])]);
    let (info, items) = read_with(&bytes, Options { known: known(), all_sheets: true, ..Options::default() });
    assert_eq!(info.sheets.len(), 2);
    assert_eq!(pairs(&items), ["Name=A|Zweck=B", "Name=C"]);
    let (info, _) = read_with(&bytes, Options::default());
    assert_eq!(info.sheets[0].name, "Hinweise");
    let wrong = Options { sheet: Some("Fehlt".to_owned()), ..Options::default() };
    assert_eq!(open(Cursor::new(bytes), wrong).unwrap_err().key(), "file-no-sheet");
}

#[test]
fn values_become_text_that_people_expect() {
    let bytes = workbook(|book| {
        let sheet = book.add_worksheet();
        for (column, name) in ["Text", "Ganz", "Bruch", "Datum", "Zeit", "Formel", "Fehler", "Ja"].iter().enumerate() {
            sheet.write_string(0, u16::try_from(column).unwrap(), *name).unwrap();
        }
        let date = Format::new().set_num_format("dd.mm.yyyy");
        let time = Format::new().set_num_format("dd.mm.yyyy hh:mm");
        sheet.write_string(1, 0, "=1+1").unwrap();
        sheet.write_number(1, 1, 2025.0).unwrap();
        sheet.write_number(1, 2, 0.1).unwrap();
        sheet.write_datetime_with_format(1, 3, Date::parse_from_str("2025-02-28").unwrap(), &date).unwrap();
        sheet.write_datetime_with_format(1, 4, Date::parse_from_str("2025-02-28T13:05:00").unwrap(), &time).unwrap();
        sheet.write_formula(1, 5, Formula::new("=1+2").set_result("3")).unwrap();
        sheet.write_formula(1, 6, Formula::new("=A1/0").set_result("#DIV/0!")).unwrap();
        sheet.write_boolean(1, 7, true).unwrap();
    });
    let (_, items) = read_with(&bytes, Options::default());
    let row = &pairs(&items)[0];
    let expected = "Text==1+1|Ganz=2025|Bruch=0.1|Datum=2025-02-28|Zeit=2025-02-28T13:05:00|Formel=3|Ja=true";
    assert_eq!(row, expected);
    assert_eq!(problems(&items), [(2, "row-error-cell")]);
}

fn sheets() -> Vec<Sheet> {
    let column = |name: &str| Column { name: name.to_owned(), width: 20 };
    vec![
        Sheet { name: "Einträge".to_owned(), columns: vec![column("Name"), column("Zweck")] },
        Sheet { name: "Hinweise".to_owned(), columns: vec![column("Text")] },
    ]
}

fn write(rows: &[Vec<Cell>]) -> (Vec<u8>, usize) {
    let mut writer = XlsxWriter::new(Cursor::new(Vec::new()), &sheets()).unwrap();
    for row in rows {
        writer.row(0, row).unwrap();
    }
    let cuts = writer.cuts().len();
    (writer.finish().unwrap().into_inner(), cuts)
}

fn known() -> Options {
    Options { known: KnownHeaders::new(["Name", "Zweck"]), ..Options::default() }
}

#[test]
fn long_texts_are_cut_and_reported() {
    let long = "𝄞".repeat(CELL_CHARS);
    let (bytes, cuts) = write(&[vec![Cell::Text(long), Cell::Number("-5".to_owned())]]);
    assert_eq!(cuts, 1);
    let (_, items) = read_with(&bytes, known());
    let rows = texts(&items);
    let read = rows[0].1[0].as_str();
    assert_eq!(read.encode_utf16().count(), CELL_CHARS);
    assert!(read.starts_with('𝄞') && read.ends_with("𝄞…"));
    assert_eq!(rows[0].1[1], "-5");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec(
        prop::collection::vec("[a-zäß€𝄞 <>&;\"=_x0D4\\[\r\n\t\u{1}]{0,14}", 2), 1..8)) {
        let cells: Vec<Vec<Cell>> =
            rows.iter().map(|row| row.iter().map(|text| Cell::Text(text.clone())).collect()).collect();
        let (bytes, _) = write(&cells);
        let (_, items) = read_with(&bytes, known());
        let expected: Vec<Vec<String>> =
            rows.into_iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).collect();
        let read: Vec<Vec<String>> = texts(&items)
            .into_iter()
            .map(|(_, row)| (0..2).map(|at| row.get(at).cloned().unwrap_or_default()).collect())
            .collect();
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn damaged_workbooks_never_crash(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let (mut bytes, _) = write(&[vec![Cell::Text("x".to_owned()), Cell::Bool(true)]]);
        let place = at.index(bytes.len());
        bytes[place] = byte;
        if byte % 4 == 0 {
            bytes.truncate(cut.index(bytes.len()).max(4));
        }
        let _outcome = open(Cursor::new(bytes), Options::default()).map(Iterator::count);
    }
}

#[test]
fn hostile_sheets_cost_cells_not_the_file() {
    let sheet = concat!(
        "<worksheet><sheetData>",
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Name</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>Zweck</t></is></c></row>",
        "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>99</v></c><c r=\"B2\" t=\"inlineStr\"><is><t>gut</t></is></c></row>",
        "<row r=\"3\"><c r=\"A3\" t=\"quark\"><v>1</v></c><c r=\"B3\"><v>7</v></c><c r=\"XFD3\"><v>8</v></c></row>",
        "</sheetData></worksheet>"
    );
    let bytes = replace_sheet(sheet);
    let table = open(Cursor::new(bytes), known()).unwrap();
    let (_, items) = drain(table);
    assert_eq!(problems(&items), [(2, "row-unreadable-cell"), (3, "row-unreadable-cell"), (3, "row-too-many-columns")]);
    assert_eq!(pairs(&items), ["Zweck=gut", "Zweck=7"]);
}

/// A workbook whose first sheet has this XML.
fn replace_sheet(xml: &str) -> Vec<u8> {
    use std::io::{Read, Write};
    let (bytes, _) = write(&[]);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        if name.ends_with("sheet1.xml") {
            content = xml.as_bytes().to_vec();
        }
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
