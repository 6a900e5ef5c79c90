//! Reports to the EU database as files: a line of JSON each, or a table with one item a row.
//!
//! Both hold the same; who reads the table needs no second file. Every cell of it passes the guard against formulas
//! ([`crate::table::write::escape`]), because texts come from everywhere.

use std::io::Write;

use maki_domain::eu_report::{ItemReport, ItemState, Report};
use maki_domain::{ExternalId, PartialDate};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::table::Cell;
use crate::table::write::{CsvOptions, CsvWriter, WriteError};

/// What the database gave back for a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Given<'a> {
    pub database_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<&'a str>,
    pub reported_on: PartialDate,
}

/// A report and what it is about.
#[derive(Debug, Clone, Serialize)]
pub struct ReportLine<'a> {
    pub kennung: Option<&'a str>,
    pub external_ids: Vec<&'a ExternalId>,
    /// Kennung of the body that reports.
    pub organisation: Option<&'a str>,
    /// Whether it goes to the national register instead (Art. 49(5)).
    pub national: bool,
    /// How far it is, where that is known: code of a `ReportState`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'a str>,
    /// What the database gave back the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported: Option<Given<'a>>,
    pub report: &'a Report,
}

const HEADER: [&str; 14] = [
    "kennung",
    "organisation",
    "section",
    "restricted",
    "item",
    "title_de",
    "title_en",
    "state",
    "text",
    "translation",
    "report_state",
    "database_id",
    "database_url",
    "reported_on",
];

/// Writes reports as a table.
pub struct ReportTable<W: Write> {
    writer: CsvWriter<W>,
}

impl<W: Write> ReportTable<W> {
    /// A table onto `sink`, with its header.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn new(sink: W, options: CsvOptions) -> Result<Self, WriteError> {
        let mut writer = CsvWriter::new(sink, options)?;
        writer.row(&HEADER.map(|name| Cell::Text(name.to_owned())))?;
        Ok(Self { writer })
    }

    /// Writes a row for every item of a report.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn report(&mut self, line: &ReportLine<'_>) -> Result<(), WriteError> {
        line.report.items.iter().try_for_each(|item| self.writer.row(&row(line, item)))
    }

    /// Flushes and gives the sink back.
    ///
    /// # Errors
    /// When the sink fails.
    pub fn finish(self) -> Result<W, WriteError> {
        self.writer.finish()
    }
}

fn row(line: &ReportLine<'_>, item: &ItemReport) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    let maybe = |words: Option<&str>| words.map_or(Cell::Empty, text);
    let given = line.reported.as_ref();
    vec![
        maybe(line.kennung),
        maybe(line.organisation),
        text(if line.national { "national" } else { line.report.section }),
        Cell::Bool(line.report.restricted),
        text(item.item),
        text(&item.title.de),
        text(&item.title.en),
        text(state_code(item.state)),
        Cell::Text(item.values.values().map(plain).collect::<Vec<_>>().join("\n")),
        Cell::Text(translated(&item.translations)),
        maybe(line.state),
        maybe(given.map(|given| given.database_id)),
        maybe(given.and_then(|given| given.url)),
        given.map_or(Cell::Empty, |given| Cell::Text(given.reported_on.to_string())),
    ]
}

fn translated(translations: &Map<String, Json>) -> String {
    let texts = translations.values().filter_map(|said| said.get("text")?.as_str());
    texts.collect::<Vec<_>>().join("\n")
}

/// A value of a report in German words.
#[must_use]
pub fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Json::Object(code) => code.get("de").and_then(Json::as_str).unwrap_or_default().to_owned(),
        other => other.to_string(),
    }
}

const fn state_code(state: ItemState) -> &'static str {
    match state {
        ItemState::Stated => "stated",
        ItemState::Missing => "missing",
        ItemState::Empty => "empty",
        ItemState::NotApplicable => "not_applicable",
        ItemState::NotInRestrictedPart => "not_in_restricted_part",
        ItemState::AtDatabase => "at_database",
        ItemState::Deleted => "deleted",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use maki_domain::Entry;
    use maki_domain::eu_report::{report, section};

    use super::*;

    /// What a spreadsheet would take for a formula stands in no cell, wherever it comes from.
    #[test]
    fn no_cell_begins_a_formula() {
        let evil = "=HYPERLINK(\"https://x.example\")";
        let entry: Entry = serde_json::from_value(serde_json::json!({
            "organisation": { "organisation_name": "+Stadt", "organisation_mailbox": "-x@stadt.example" },
            "system": { "name": evil, "purpose": "@SUM(A1)", "trade_name": "\t=1", "provider_name": evil,
                "kind": "procured", "links": ["=1+1", "-2"], "information_used": "-3\n=4" },
            "deployment": { "lifecycle": "operation", "fria_summary": evil, "dpia_summary": "\r=5" },
        }))
        .unwrap();
        let mut table = ReportTable::new(Vec::new(), CsvOptions::default()).unwrap();
        for code in ["A", "B", "C", "IX"] {
            let mut report = report(section(code).unwrap(), entry.parts(), false);
            for (field, _) in report.clone().texts_to_translate() {
                let language = report.other_language();
                report.translate(&[maki_domain::eu_report::Translation { field, language, text: "=6".into() }]);
            }
            let line = ReportLine {
                kennung: Some("=K"),
                external_ids: Vec::new(),
                organisation: Some("@O"),
                national: false,
                state: Some("reported"),
                reported: Some(Given {
                    database_id: "=7",
                    url: Some("-8"),
                    reported_on: "2026-11-24".parse().unwrap(),
                }),
                report: &report,
            };
            table.report(&line).unwrap();
        }
        let bytes = table.finish().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let mut reader =
            ::csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let mut cells = 0;
        for record in reader.records() {
            for cell in &record.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
                cells += 1;
            }
        }
        assert_eq!(cells, HEADER.len() * 32);
        assert!(text.contains("'=HYPERLINK") && text.contains("'=6") && text.contains("'=7") && text.contains("'-8"));
    }
}
