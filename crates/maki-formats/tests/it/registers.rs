//! Every readable file of the real registers: kind, encoding, header row, number of rows.
use std::fs::File;

use maki_formats::table::{Item, Kind, KnownHeaders, Options, Row, TableInfo, open};

use super::shared;

const US_HEADERS: [&str; 30] = [
    "Use Case ID",
    "Use Case Name",
    "Use Case ID/Name",
    "Agency",
    "Bureau",
    "Bureau/Component",
    "Component",
    "Stage of Development",
    "Current stage of development",
    "Is the AI use case high-impact?",
    "Justification",
    "Use Case Topic Area",
    "Topic Area",
    "AI Classification",
    "What problem is the AI intended to solve?",
    "What are the expected benefits and positive outcomes from the AI",
    "Intended purpose and expected benefits of use case",
    "Describe the AI system's outputs.",
    "Vendor(s) Name",
    "Does this AI use case have an associated Authorization to Operate",
    "System(s) Name",
    "agency_name",
    "use_case_name",
    "id",
    "agency_bureau",
    "development_stage",
    "problem_solved",
    "benefits",
    "stage",
    "vendor",
];

fn read(path: &str, known: &[&str]) -> Option<(TableInfo, Vec<Row>, usize)> {
    let file = File::open(shared::path(path)?).unwrap();
    let options = Options { known: KnownHeaders::new(known.iter().copied()), ..Options::default() };
    let table = open(file, options).unwrap_or_else(|error| panic!("{path}: {error}"));
    let info = table.info().clone();
    let (mut rows, mut problems) = (Vec::new(), 0);
    for item in table {
        match item.unwrap_or_else(|error| panic!("{path}: {error}")) {
            Item::Row(row) => rows.push(row),
            Item::Problem(problem) => {
                eprintln!("{path}: {problem:?}");
                problems += 1;
            }
        }
    }
    eprintln!(
        "{path}: {:?} {:?} {:?} sheets {:?} header row {} columns {} matched {} rows {} problems {problems}",
        info.kind,
        info.encoding,
        info.separator,
        info.sheets,
        info.header_row,
        info.headers.len(),
        info.matched,
        rows.len()
    );
    Some((info, rows, problems))
}

#[test]
fn every_agency_file_finds_its_header() {
    let base = "registers/us_2025_raw_agency/";
    let check = |path: &str, encoding: Option<&str>, header_row: u64, columns: usize, rows: usize| {
        let Some((info, read, _)) = read(&format!("{base}{path}"), &US_HEADERS) else { return };
        let found = (info.encoding, info.header_row, info.headers.len(), read.len());
        assert_eq!(found, (encoding, header_row, columns, rows), "{path}: {:?}", info.headers);
    };
    check("department-of-agriculture/ai_inventory.csv", Some("UTF-8"), 1, 20, 89);
    check("department-of-commerce/Artificial-Intelligence-Use-Case-Inventory-FY25.xlsx", None, 2, 6, 223);
    check("department-of-energy/DOE 2025 AI Use Case Inventory_PublicReporting.xlsx", None, 2, 33, 340);
    check("department-of-state/Tab-1-2025-AI-Use-Case-Inventory-Reporting-DOS.csv", Some("windows-1252"), 2, 33, 60);
    check("department-of-the-treasury/Treasury-AI-Use-Case-Inventory.csv", Some("UTF-8"), 2, 34, 129);
    check("department-of-veterans-affairs/VA-AI-Use-Case-Inventory-2025-Web.xlsx", None, 2, 14, 367);
    check("equal-employment-opportunity-commission/EAC_AI_Use_Case_Inventory_1.28.26.xlsx", None, 2, 34, 4);
    check(
        "federal-deposit-insurance-corporation/fdic-2025-individual-ai-use-case-inventory-csv-version.csv",
        Some("windows-1252"),
        2,
        25,
        50,
    );
    check("federal-housing-finance-agency/fhfa_2025_ai_inventory.csv", Some("UTF-8"), 2, 34, 18);
    check("federal-reserve-board-of-governors/frb-2025-ai-use-case-inventory.xlsx", None, 1, 26, 38);
    check(
        "national-credit-union-administration/individual-ncua-ai-use-case-inventory.csv",
        Some("windows-1252"),
        2,
        34,
        3,
    );
    check("pension-benefit-guaranty-corporation/pbgc_extracted.csv", Some("UTF-8"), 1, 12, 17);
    check("tennessee-valley-authority/tva-inventory.csv", Some("UTF-8"), 1, 5, 59);
    check("united-states-trade-and-development-agency/2025-AI-Use-Case-Reporting-USTDA.xlsx", None, 1, 5, 20);
}

#[test]
fn pages_and_prose_are_no_tables() {
    let base = "registers/us_2025_raw_agency/tennessee-valley-authority/";
    if let Some(path) = shared::path(&format!("{base}tva-page.html")) {
        let error = open(File::open(path).unwrap(), Options::default()).unwrap_err();
        assert_eq!(error.key(), "file-unsupported");
    }
    if let Some((info, ..)) = read(&format!("{base}README.md"), &US_HEADERS) {
        assert_eq!(info.matched, 0);
    }
}

#[test]
fn csv_and_xlsx_of_the_consolidated_inventory_agree() {
    let Some((info, from_csv, problems)) = read("registers/us_2025_individual.csv", &US_HEADERS) else { return };
    assert_eq!((info.encoding, info.byte_order_mark, info.header_row), (Some("UTF-8"), true, 1));
    assert_eq!((info.headers.len(), from_csv.len(), problems), (36, 3611, 0));
    let Some((info, from_xlsx, _)) = read("registers/us_2025_individual.xlsx", &US_HEADERS) else { return };
    assert_eq!((info.kind, info.header_row, from_xlsx.len()), (Kind::Xlsx, 2, 3611));
    let names = |rows: &[Row], header: &str| {
        let mut names: Vec<String> =
            rows.iter().filter_map(|row| row.get(header)).map(|cell| cell.text().trim().to_owned()).collect();
        names.sort();
        names
    };
    let (csv, xlsx) = (names(&from_csv, "use_case_name"), names(&from_xlsx, "Use Case Name"));
    let equal = csv.iter().filter(|name| xlsx.binary_search(name).is_ok()).count();
    assert!(equal * 100 >= csv.len() * 99, "{equal} of {} names agree", csv.len());
}

#[test]
fn standard_software_list_is_read() {
    let Some((info, rows, problems)) = read("registers/us_2025_cots.csv", &["Agency", "AI Use Case"]) else { return };
    assert_eq!((info.header_row, info.headers.len(), rows.len(), problems), (1, 5, 900, 0));
}

#[test]
fn the_dutch_register_is_streamed() {
    let Some((info, rows, problems)) = read("registers/nl_algoritmes_2026-08-08.json", &["title", "doel"]) else {
        return;
    };
    assert_eq!((info.kind, info.headers.len(), rows.len(), problems, info.matched), (Kind::Json, 10, 1530, 0, 2));
    let Some((info, rows, _)) = read("registers/nl_real_change_log.jsonl", &[]) else { return };
    assert_eq!((info.kind, rows.len()), (Kind::JsonLines, 168));
}
