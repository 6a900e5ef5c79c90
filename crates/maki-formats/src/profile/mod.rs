//! Rows to entries: import profiles.
//!
//! [`open`] takes a reader, the file's name and a [`Profile`] and gives an [`EntryReader`], an iterator with one outcome
//! per row: an entry of the domain with the raw row beside it, a row that is none by the profile's rules, or a refused
//! row with its reasons. Invariants: no row disappears (outcomes add up to the rows of the file); what the profile does
//! not know is in the [`Report`]; reading the same file twice gives the same entries with the same external ids.

mod foreign;
mod identity;
mod report;
mod schema;
pub mod values;

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::sync::{Arc, LazyLock};

use maki_domain::Entry;

pub use report::{MOST_LISTED, Problem, Report, Seen, reason};
pub use schema::{
    Alias, DateOrder, Extract, FieldRule, FileRule, IdRules, OrganisationRules, Overlong, ParentRule, Part, Profile,
    ProfileError, SkipRule, Title, When,
};

use crate::own::OwnRows;
use crate::table::{self, Item, Kind, Limits, Progress, Reason, Row, Severity, Table, TableError, TableInfo};
use foreign::ForeignRows;

/// The profiles of this build: file name and text.
const SOURCES: [(&str, &str); 5] = [
    ("maki.toml", include_str!("../../profiles/maki.toml")),
    ("us-omb-2025.toml", include_str!("../../profiles/us-omb-2025.toml")),
    ("us-omb-2025-cots.toml", include_str!("../../profiles/us-omb-2025-cots.toml")),
    ("nl-algoritmeregister.toml", include_str!("../../profiles/nl-algoritmeregister.toml")),
    ("gv100ad.toml", include_str!("../../profiles/gv100ad.toml")),
];

static PROFILES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    // A test proves that every embedded profile parses.
    SOURCES.iter().filter_map(|(file, text)| Profile::parse(file, text).ok()).map(Arc::new).collect()
});

/// All embedded profiles.
#[must_use]
pub fn profiles() -> &'static [Arc<Profile>] {
    &PROFILES
}

/// An embedded profile by its name.
#[must_use]
pub fn profile(name: &str) -> Option<Arc<Profile>> {
    PROFILES.iter().find(|profile| profile.name == name).cloned()
}

/// What the caller knows about a file.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Whose entries these are, whatever the file says.
    pub organisation: Option<String>,
    /// Bounds for reading.
    pub limits: Limits,
}

/// The file is not one of this profile, or no table at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file cannot be read as a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The profile does not read this kind of file.
    #[error("profile {profile} does not read files of kind {kind:?}")]
    WrongKind {
        /// Name of the profile.
        profile: String,
        /// Kind that was found.
        kind: Kind,
    },
    /// Too few of the profile's headers are there.
    #[error("the file does not have the headers of profile {profile}{}", proposal(.better.as_deref()))]
    WrongProfile {
        /// Name of the profile.
        profile: String,
        /// Headers found.
        headers: Vec<String>,
        /// A profile that knows more of them.
        better: Option<String>,
    },
}

fn proposal(better: Option<&str>) -> String {
    better.map_or_else(String::new, |name| format!("; it seems to be one of profile {name}"))
}

impl OpenError {
    /// Stable key for texts and reports.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Table(error) => error.key(),
            Self::WrongKind { .. } => "file-wrong-kind",
            Self::WrongProfile { .. } => "file-wrong-profile",
        }
    }
}

/// A row that became an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowEntry {
    /// Row number in the source.
    pub row: u64,
    /// Sheet, for workbooks.
    pub sheet: Option<Arc<str>>,
    /// The entry.
    pub entry: Entry,
    /// What was changed or left out on the way.
    pub problems: Vec<Problem>,
    /// Fields and values that the profile does not know.
    pub unknown: Vec<(String, String)>,
    /// The row as it stands in the source, filled cells only.
    pub raw: Vec<(String, String)>,
}

/// What became of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowOutcome {
    /// An entry.
    Entry(Box<RowEntry>),
    /// No entry by the profile's rules.
    Skipped {
        /// Row number in the source.
        row: u64,
        /// Key of the reason, from the profile.
        reason: String,
    },
    /// Refused.
    Rejected {
        /// Row number in the source.
        row: u64,
        /// Why; at least one is an error.
        problems: Vec<Problem>,
        /// The row as it stands in the source, as far as it could be read.
        raw: Vec<(String, String)>,
    },
}

/// Turns rows into outcomes.
enum Mapper {
    Own(Box<OwnRows>),
    Foreign(Box<ForeignRows>),
}

/// What a mapper makes of a row; the reader adds row number, raw row and counts.
pub(crate) enum Mapped {
    Entry(Box<Entry>),
    Skipped(String),
    Rejected,
}

/// Iterator over the rows of a file as outcomes. Ends after an error of the table.
pub struct EntryReader {
    table: Table,
    mapper: Mapper,
    report: Report,
    /// Warnings of the table about the row that follows.
    pending: VecDeque<Problem>,
}

/// Opens a file with a profile. `file_name` may be a path; profiles can tell organisations by it.
///
/// # Errors
/// When the file is no table, or not one of this profile.
pub fn open<R: Read + Seek + Send + 'static>(
    reader: R,
    file_name: &str,
    profile: &Arc<Profile>,
    options: ReadOptions,
) -> Result<EntryReader, OpenError> {
    let own = profile.own_format.then(OwnRows::known_headers);
    let table_options = table::Options {
        known: own.unwrap_or_else(|| profile.known.clone()),
        all_sheets: profile.all_sheets,
        whole_json: profile.own_format,
        sheet: None,
        fixed: profile.fixed.clone(),
        limits: options.limits.clone(),
    };
    let table = table::open(reader, table_options)?;
    check_fits(table.info(), profile)?;
    let mapper = if profile.own_format {
        Mapper::Own(Box::new(OwnRows::new(table.info(), options)))
    } else {
        Mapper::Foreign(Box::new(ForeignRows::new(Arc::clone(profile), file_name, options)))
    };
    Ok(EntryReader { table, mapper, report: Report::default(), pending: VecDeque::new() })
}

fn check_fits(info: &TableInfo, profile: &Profile) -> Result<(), OpenError> {
    if !profile.kinds.contains(&info.kind) {
        return Err(OpenError::WrongKind { profile: profile.name.clone(), kind: info.kind });
    }
    let names_itself = profile.own_format && matches!(info.kind, Kind::Json | Kind::JsonLines);
    if names_itself || info.kind == Kind::Fixed || info.matched >= profile.least_headers {
        return Ok(());
    }
    let count = |known: &table::KnownHeaders| known.count(info.headers.iter().map(String::as_str));
    let better = profiles()
        .iter()
        .filter(|other| other.name != profile.name)
        .map(|other| {
            let matched = if other.own_format { count(&OwnRows::known_headers()) } else { count(&other.known) };
            (matched, other)
        })
        .filter(|(matched, other)| *matched >= other.least_headers && *matched > info.matched)
        .max_by_key(|(matched, _)| *matched)
        .map(|(_, other)| other.name.clone());
    Err(OpenError::WrongProfile { profile: profile.name.clone(), headers: info.headers.clone(), better })
}

impl EntryReader {
    /// What was found out about the file.
    #[must_use]
    pub fn info(&self) -> &TableInfo {
        self.table.info()
    }

    /// How far reading is; may be asked from another thread.
    #[must_use]
    pub fn progress(&self) -> Arc<Progress> {
        self.table.progress()
    }

    /// Counts and unknown things so far; complete when the iterator has ended.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    fn row(&mut self, row: &Row) -> RowOutcome {
        self.report.rows += 1;
        let mut problems = Vec::new();
        let mut is_damaged = false;
        while let Some(mut problem) = self.pending.pop_front() {
            if problem.reason == Reason::MalformedText.key() {
                // What stood there is lost; a register does not publish a guess.
                problem.severity = Severity::Error;
                is_damaged = true;
            }
            problems.push(problem);
        }
        let mapped = match &mut self.mapper {
            _ if is_damaged => Mapped::Rejected,
            Mapper::Own(own) => own.map(row, &mut problems, &mut self.report),
            Mapper::Foreign(foreign) => foreign.map(row, &mut problems, &mut self.report),
        };
        self.report.count(&problems);
        let unknown = std::mem::take(&mut self.report.of_row);
        let raw = || row.filled().map(|(name, cell)| (name.into_owned(), cell.text().into_owned())).collect();
        match mapped {
            Mapped::Entry(entry) => {
                self.report.entries += 1;
                let sheet = row.headers.sheet.clone();
                let (number, entry) = (row.number, *entry);
                RowOutcome::Entry(Box::new(RowEntry { row: number, sheet, entry, problems, unknown, raw: raw() }))
            }
            Mapped::Skipped(reason) => {
                *self.report.skipped.entry(reason.clone()).or_insert(0) += 1;
                RowOutcome::Skipped { row: row.number, reason }
            }
            Mapped::Rejected => {
                self.report.rejected += 1;
                RowOutcome::Rejected { row: row.number, problems, raw: raw() }
            }
        }
    }

    fn lost(&mut self, problem: Problem) -> RowOutcome {
        self.report.rows += 1;
        self.report.rejected += 1;
        let problems = vec![problem];
        self.report.count(&problems);
        let row = problems.first().map_or(0, |problem| problem.row);
        RowOutcome::Rejected { row, problems, raw: Vec::new() }
    }
}

impl Iterator for EntryReader {
    type Item = Result<RowOutcome, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.table.next()? {
                Err(error) => return Some(Err(error)),
                Ok(Item::Row(row)) => return Some(Ok(self.row(&row))),
                Ok(Item::Problem(problem)) => {
                    let problem = Problem::from(problem);
                    if problem.severity == Severity::Error {
                        return Some(Ok(self.lost(problem)));
                    }
                    self.pending.push_back(problem);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn every_embedded_profile_is_valid() {
        for (file, text) in SOURCES {
            if let Err(error) = Profile::parse(file, text) {
                panic!("{error}");
            }
        }
        assert_eq!(profiles().len(), SOURCES.len());
    }

    #[test]
    fn a_wrong_profile_says_where() {
        let head = "name = \"x\"\nlabel = { de = \"x\", en = \"x\" }\nkinds = [\"csv\"]\n";
        let check = |rest: &str, line: usize, part: &str| {
            let error = Profile::parse("x.toml", &format!("{head}{rest}")).unwrap_err();
            assert!(error.reason.contains(part), "{error}");
            assert_eq!(error.line, line, "{error}");
        };
        check("nonsense = 1\n", 4, "unknown field");
        check("\n[[column]]\nkey = \"a\"\nheaders = [\"A\"]\n", 6, "unused");
        let column = "[[column]]\nkey = \"a\"\nheaders = [\"A\"]\n";
        check(&format!("{column}[[field]]\nto = \"nmae\"\nfrom = [\"a\"]\n"), 8, "nmae is not a field");
        check(&format!("{column}[[field]]\nto = \"name\"\nfrom = [\"b\"]\n"), 8, "b is not a column");
        check(&format!("{column}[[field]]\nto = \"lifecycle\"\nfrom = [\"a\"]\n"), 8, "needs a `map`");
        let map = "[map.stage]\n\"x\" = \"running\"\n[[field]]\nto = \"lifecycle\"\nfrom = [\"a\"]\nmap = \"stage\"\n";
        check(&format!("{column}{map}"), 7, "running is not a code");
        check(
            &format!("{column}[constants]\nkind = \"x\"\n[[field]]\nto = \"name\"\nfrom = [\"a\"]\n"),
            8,
            "not a code",
        );
    }

    fn outcomes(text: &str) -> (Vec<RowOutcome>, Report) {
        let own = profile("maki").unwrap();
        let mut reader =
            open(std::io::Cursor::new(text.as_bytes().to_vec()), "x", &own, ReadOptions::default()).unwrap();
        let outcomes = reader.by_ref().map(Result::unwrap).collect();
        (outcomes, reader.report().clone())
    }

    #[test]
    fn a_wrong_row_says_row_field_value_and_reason_and_the_rest_arrives() {
        let check = |text: &str, expected: &[(u64, Option<&str>, &str)], entries: u64| {
            let (outcomes, report) = outcomes(text);
            let problems: Vec<(u64, Option<&str>, &str)> = outcomes
                .iter()
                .filter_map(|outcome| match outcome {
                    RowOutcome::Rejected { problems, .. } => Some(problems),
                    _ => None,
                })
                .flatten()
                .map(|problem| (problem.row, problem.field.as_deref(), problem.reason))
                .collect();
            assert_eq!((problems.as_slice(), report.entries), (expected, entries), "{text}");
        };
        let table = "Behörde;Name des KI-Systems;Status;In Betrieb seit\n";
        check(
            &format!("{table}Stadt A;X;Betrieb;2025\nStadt A;Y;Fertig;2025\n"),
            &[(3, Some("Status"), "field-value-unknown")],
            1,
        );
        check(&format!("{table};X;Betrieb;\n"), &[(2, Some("organisation_name"), "entry-organisation-missing")], 0);
        check(&format!("{table}Stadt A;;Betrieb;\nStadt B;X;;\n"), &[(2, Some("name"), "entry-system-missing")], 1);
        check(
            &format!("{table}Stadt A;X;Betrieb;31.02.2025\n"),
            &[(2, Some("In Betrieb seit"), "field-date-invalid")],
            0,
        );
        let good = r#"{"organisation":{"organisation_name":"A"},"system":{"name":"X"}}"#;
        check(&format!("{good}\n{{\"organisation\":\n{good}\n"), &[(2, None, "entry-invalid")], 2);
        check(
            &format!("{good}\n{{\"organisation\":{{}},\"system\":{{\"nmae\":\"X\"}}}}\n"),
            &[(2, None, "entry-invalid")],
            1,
        );
        check(&format!("[{good},{good}]"), &[], 2);
    }

    #[test]
    fn a_row_with_broken_characters_is_refused_and_the_rest_arrives() {
        let own = profile("maki").unwrap();
        let text = |broken: &[u8]| {
            let many = "Behörde;Name des KI-Systems\n".to_owned() + &"Stadt Düren;Prüfung für Anträge\n".repeat(20);
            [many.as_bytes(), broken, "Stadt Düren;Ende gut\n".as_bytes()].concat()
        };
        let mut reader =
            open(std::io::Cursor::new(text(b"Stadt A;Kap\xff\xfeutt\n")), "x", &own, ReadOptions::default()).unwrap();
        let outcomes: Vec<RowOutcome> = reader.by_ref().map(Result::unwrap).collect();
        let refused: Vec<_> = outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                RowOutcome::Rejected { row, problems, .. } => Some((*row, problems.first()?.reason)),
                _ => None,
            })
            .collect();
        assert_eq!((refused.as_slice(), reader.report().entries), (&[(22, "row-malformed-text")][..], 21));
    }

    #[test]
    fn values_that_are_too_long_are_refused_in_the_own_format() {
        let long = "x".repeat(201);
        let (outcomes, _) = outcomes(&format!("Behörde;Name des KI-Systems\nStadt A;{long}\n"));
        let Some(RowOutcome::Rejected { problems, raw, .. }) = outcomes.first() else { panic!("{outcomes:?}") };
        assert_eq!(problems.first().map(|problem| problem.reason), Some("field-too-long"));
        assert_eq!(raw.len(), 2, "the raw row is handed on");
    }
}
