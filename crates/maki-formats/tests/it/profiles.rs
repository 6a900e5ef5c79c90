//! Every real register through its profile: entries, refused rows, unknown values and columns.
use std::collections::HashSet;
use std::fs::File;
use std::io::Cursor;

use maki_domain::keys;
use maki_formats::profile::{EntryReader, ReadOptions, Report, RowEntry, RowOutcome, open, profile};

use super::shared;

fn reader(path: &str, name: &str) -> Option<EntryReader> {
    let found = shared::path(path)?;
    let profile = profile(name).unwrap_or_else(|| panic!("no profile {name}"));
    let file = File::open(&found).unwrap();
    Some(open(file, path, &profile, ReadOptions::default()).unwrap_or_else(|error| panic!("{path}: {error}")))
}

fn read(path: &str, name: &str) -> Option<(Vec<RowEntry>, Report)> {
    let mut reader = reader(path, name)?;
    let mut entries = Vec::new();
    for outcome in reader.by_ref() {
        match outcome.unwrap_or_else(|error| panic!("{path}: {error}")) {
            RowOutcome::Entry(row) => entries.push(*row),
            RowOutcome::Rejected { row, problems, .. } => eprintln!("{path}: row {row}: {problems:?}"),
            RowOutcome::Skipped { .. } => {}
        }
    }
    let report = reader.report().clone();
    eprintln!(
        "{path}: rows {} entries {} rejected {} skipped {:?} derived ids {} problems {:?}",
        report.rows, report.entries, report.rejected, report.skipped, report.derived_ids, report.problems
    );
    for ((field, value), seen) in &report.unknown_values {
        eprintln!("    unknown {field} = {value:?} ({}×, first row {})", seen.count, seen.first_row);
    }
    for (header, seen) in &report.unknown_columns {
        eprintln!("    column {header:?} ({}×)", seen.count);
    }
    let skipped: u64 = report.skipped.values().sum();
    assert_eq!(report.rows, report.entries + report.rejected + skipped, "{path}: no row disappears");
    Some((entries, report))
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of files and what they hold")]
fn every_agency_file_is_imported() {
    let base = "registers/us_2025_raw_agency/";
    let check = |path: &str, name: &str, organisation: &str, entries: u64, rejected: u64| {
        let Some((rows, report)) = read(&format!("{base}{path}"), name) else { return };
        assert_eq!((report.entries, report.rejected), (entries, rejected), "{path}");
        assert!(report.unknown_columns.is_empty(), "{path}: {:?}", report.unknown_columns);
        for row in &rows {
            let content = &row.entry.organisation.content;
            assert_eq!(content.text(keys::ORGANISATION_NAME), Some(organisation), "{path} row {}", row.row);
        }
    };
    let us = "us-omb-2025";
    check("department-of-agriculture/ai_inventory.csv", us, "Department of Agriculture", 89, 0);
    check(
        "department-of-commerce/Artificial-Intelligence-Use-Case-Inventory-FY25.xlsx",
        us,
        "Department of Commerce",
        223,
        0,
    );
    check(
        "department-of-energy/DOE 2025 AI Use Case Inventory_PublicReporting.xlsx",
        us,
        "Department of Energy",
        340,
        0,
    );
    check("department-of-state/Tab-1-2025-AI-Use-Case-Inventory-Reporting-DOS.csv", us, "Department of State", 60, 0);
    check("department-of-the-treasury/Treasury-AI-Use-Case-Inventory.csv", us, "Department of the Treasury", 129, 0);
    check(
        "department-of-veterans-affairs/VA-AI-Use-Case-Inventory-2025-Web.xlsx",
        us,
        "Department of Veterans Affairs",
        367,
        0,
    );
    check(
        "equal-employment-opportunity-commission/EAC_AI_Use_Case_Inventory_1.28.26.xlsx",
        us,
        "Election Assistance Commission",
        4,
        0,
    );
    check(
        "federal-deposit-insurance-corporation/fdic-2025-individual-ai-use-case-inventory-csv-version.csv",
        us,
        "Federal Deposit Insurance Corporation",
        50,
        0,
    );
    check("federal-housing-finance-agency/fhfa_2025_ai_inventory.csv", us, "Federal Housing Finance Agency", 18, 0);
    check("federal-reserve-board-of-governors/frb-2025-ai-use-case-inventory.xlsx", us, "Federal Reserve Board", 38, 0);
    check(
        "national-credit-union-administration/individual-ncua-ai-use-case-inventory.csv",
        us,
        "National Credit Union Administration",
        3,
        0,
    );
    check("pension-benefit-guaranty-corporation/pbgc_extracted.csv", us, "Pension Benefit Guaranty Corporation", 17, 0);
    check("tennessee-valley-authority/tva-inventory.csv", us, "Tennessee Valley Authority", 59, 0);
    check(
        "united-states-trade-and-development-agency/2025-AI-Use-Case-Reporting-USTDA.xlsx",
        "us-omb-2025-cots",
        "United States Trade and Development Agency",
        3,
        0,
    );
}

#[test]
fn a_file_of_another_profile_is_refused_with_a_hint() {
    let path =
        "registers/us_2025_raw_agency/united-states-trade-and-development-agency/2025-AI-Use-Case-Reporting-USTDA.xlsx";
    let Some(found) = shared::path(path) else { return };
    let us = profile("us-omb-2025").unwrap();
    let Err(error) = open(File::open(found).unwrap(), path, &us, ReadOptions::default()) else { panic!("opened") };
    assert_eq!(error.key(), "file-wrong-profile");
    assert!(error.to_string().contains("us-omb-2025-cots"), "{error}");
}

#[test]
fn the_consolidated_inventory_is_imported_in_both_formats() {
    let mut both = Vec::new();
    for path in ["registers/us_2025_individual.csv", "registers/us_2025_individual.xlsx"] {
        let Some((rows, report)) = read(path, "us-omb-2025") else { return };
        assert_eq!((report.rows, report.entries, report.rejected), (3611, 3610, 1), "{path}");
        assert!(report.unknown_columns.is_empty(), "{:?}", report.unknown_columns);
        let mut ids: Vec<&str> = rows
            .iter()
            .map(|row| row.entry.system.as_ref().unwrap().external_ids.first().unwrap().value.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 3610, "ids are unique");
        both.push(ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        let short = rows.iter().filter_map(|row| row.entry.organisation.content.text(keys::ORGANISATION_NAME));
        assert_eq!(short.filter(|name| name.len() < 6).count(), 0, "names are written out");
    }
    let [csv, xlsx] = both.as_slice() else { return };
    let same = csv.iter().filter(|id| xlsx.binary_search(id).is_ok()).count();
    assert!(same >= 3600, "both files give the same ids: {same}");
}

#[test]
fn reading_twice_gives_the_same() {
    let path = "registers/us_2025_individual.csv";
    let (Some(first), Some(second)) = (read(path, "us-omb-2025"), read(path, "us-omb-2025")) else { return };
    assert_eq!(first, second);
}

#[test]
fn standard_software_counts_what_is_not_in_use() {
    let Some((rows, report)) = read("registers/us_2025_cots.csv", "us-omb-2025-cots") else { return };
    assert_eq!((report.rows, report.entries, report.rejected), (900, 468, 0));
    assert_eq!(report.skipped.get("not-in-use"), Some(&416));
    let system = rows.first().unwrap().entry.system.as_ref().unwrap();
    assert_eq!(system.content.code(keys::KIND).map(|code| code.as_str()), Some("embedded_function"));
}

#[test]
fn the_dutch_register_is_imported() {
    let Some((rows, report)) = read("registers/nl_algoritmes_2026-08-08.json", "nl-algoritmeregister") else { return };
    assert_eq!((report.rows, report.entries, report.rejected), (1530, 1530, 0));
    assert!(report.unknown_values.is_empty(), "{:?}", report.unknown_values);
    let system = rows.first().unwrap().entry.system.as_ref().unwrap();
    assert_eq!(system.content.code(keys::TEXT_LANGUAGE).map(|code| code.as_str()), Some("nl"));
    assert!(system.external_ids.first().unwrap().url.is_some());
}

#[test]
fn the_official_list_of_municipalities_becomes_organisations() {
    let Some((rows, report)) = read("reference/GV100AD_2023-11-30.txt", "gv100ad") else { return };
    assert_eq!((report.rows, report.rejected), (16035, 0));
    let of = |ars: &str| {
        let row = rows.iter().find(|row| row.entry.organisation.content.text(keys::ORGANISATION_ARS) == Some(ars));
        let content = &row.unwrap_or_else(|| panic!("no {ars}")).entry.organisation.content;
        let text = |key: &str| content.text(key).unwrap_or_default().to_owned();
        let code = |key: &str| content.code(key).map(|code| code.as_str().to_owned()).unwrap_or_default();
        [
            text(keys::ORGANISATION_NAME),
            text(keys::ORGANISATION_AGS),
            text(keys::ORGANISATION_PLACE),
            code(keys::ORGANISATION_LEVEL),
            code(keys::ORGANISATION_LAND),
        ]
    };
    assert_eq!(of("010010000000"), ["Stadt Flensburg", "01001000", "Flensburg", "municipal", "01"]);
    assert_eq!(of("010515166119"), ["Gemeinde Volsemenhusen", "01051119", "Volsemenhusen", "municipal", "01"]);
    assert_eq!(of("01051"), ["Kreis Dithmarschen", "", "Heide", "municipal", "01"]);
    assert_eq!(of("01"), ["Schleswig-Holstein", "", "Kiel", "state", "01"]);
    assert_eq!(of("110000000000"), ["Berlin", "11000000", "Berlin", "state", "11"]);

    let mut known = HashSet::new();
    let mut topmost = Vec::new();
    for part in rows.iter().map(|row| &row.entry.organisation) {
        match &part.parent {
            Some(parent) => assert!(known.contains(parent), "{parent}"),
            None => topmost.push(part.content.code(keys::ORGANISATION_LAND).map(|code| code.as_str()).unwrap()),
        }
        known.extend(part.external_ids.iter().map(|id| format!("{}:{}", id.scheme, id.value)));
    }
    topmost.sort_unstable();
    topmost.dedup();
    assert_eq!(topmost.len(), 16, "one for each Land");
    assert_eq!(rows.iter().filter(|row| row.entry.organisation.parent.is_none()).count(), 16);
}

/// A line of the official list.
fn unit(satzart: &str, kreis: &str, verband: &str, gemeinde: &str, name: &str, art: &str) -> String {
    format!("{satzart:2}20231130{kreis:5}{gemeinde:3}{verband:4}{name:50}{name:50}{art:2}{:96}\n", "")
}

#[test]
fn municipalities_belong_to_what_is_above_them() {
    let list = [
        unit("10", "01", "", "", "Sandland", ""),
        unit("10", "02", "", "", "Hamburg", ""),
        unit("20", "011", "", "", "Bezirk Nord", ""),
        unit("40", "01001", "", "", "Hafenau, Stadt", "41"),
        unit("50", "01001", "0000", "", "Hafenau, Stadt", "50"),
        unit("60", "01001", "0000", "000", "Hafenau, Stadt", "61"),
        unit("40", "01051", "", "", "Talheide", "43"),
        unit("50", "01051", "0011", "", "Moorau, Stadt", "50"),
        unit("50", "01051", "5163", "", "Heidetal", "51"),
        unit("60", "01051", "0011", "011", "Moorau, Stadt", "63"),
        unit("60", "01051", "5163", "022", "Birkheide", "64"),
        unit("40", "02000", "", "", "Hamburg, Freie und Hansestadt", "41"),
        unit("50", "02000", "0000", "", "Hamburg, Freie und Hansestadt", "50"),
        unit("60", "02000", "0000", "000", "Hamburg, Freie und Hansestadt", "61"),
    ];
    let rules = profile("gv100ad").unwrap();
    let reader = open(Cursor::new(list.concat()), "list.txt", &rules, ReadOptions::default()).unwrap();
    let mut found = Vec::new();
    for outcome in reader {
        if let RowOutcome::Entry(row) = outcome.unwrap() {
            let part = row.entry.organisation;
            let name = part.content.text(keys::ORGANISATION_NAME).unwrap_or_default().to_owned();
            let level = part.content.code(keys::ORGANISATION_LEVEL).map(|code| code.as_str()).unwrap_or_default();
            found.push(format!("{name} ({level}) < {}", part.parent.as_deref().unwrap_or("-")));
        }
    }
    let expected = [
        "Sandland (state) < -",
        "Stadt Hafenau (municipal) < gv100ad:1001",
        "Kreis Talheide (municipal) < gv100ad:1001",
        "Amt Heidetal (municipal) < gv100ad:4001051",
        "Stadt Moorau (municipal) < gv100ad:4001051",
        "Gemeinde Birkheide (municipal) < gv100ad:50010515163",
        "Hamburg (state) < -",
    ];
    assert_eq!(found, expected);
}

/// A label is put before the text of a column; where the column says nothing, the label must not stand alone.
#[test]
fn no_label_stands_without_its_text() {
    let Some((entries, _)) = read("registers/us_2025_individual.csv", "us-omb-2025") else { return };
    let ends_in_label = |text: &str| text.lines().any(|line| line.trim_end().ends_with(':') && line.len() < 60);
    let bare = entries.iter().filter_map(|row| row.entry.system.as_ref()?.content.text("bias_tests"));
    assert_eq!(bare.filter(|text| ends_in_label(text)).count(), 0);
}
