//! Import profiles as data: what a foreign source's columns mean in our terms.
//!
//! A profile is a TOML file. [`Profile::parse`] checks it completely: every target is a catalogue field, every code one
//! of its vocabulary, every column is used or says why not. A wrong profile is refused with file, line and reason
//! before any row is read, so rows never meet a half-valid profile.

use std::collections::{BTreeMap, HashMap};

use maki_domain::catalogue::catalogue;
use maki_domain::{Bilingual, FieldId, FieldType};
use serde::Deserialize;
use toml::Spanned;

use super::values::{Meaning, ValueMap};
use crate::table::{FixedLayout, Kind, KnownHeaders, header};

/// A profile that is not usable.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {reason}")]
pub struct ProfileError {
    /// File of the profile.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

/// How dates written with slashes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// ISO and German notation only; `1/2/2026` is refused as ambiguous.
    #[default]
    Unambiguous,
    /// Month, day, year.
    MonthFirst,
    /// Day, month, year.
    DayFirst,
}

/// What a text says that is longer than its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlong {
    /// The row is refused.
    #[default]
    Refuse,
    /// The text is cut, the row says so, the raw row keeps all of it.
    Cut,
}

/// A part of a text that is taken out instead of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extract {
    /// All web addresses in it.
    Urls,
    /// Whole sentences from the beginning, as many as fit the field.
    FirstSentences,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: String,
    label: Bilingual,
    kinds: Vec<KindName>,
    #[serde(default)]
    own_format: bool,
    #[serde(default)]
    all_sheets: bool,
    #[serde(default)]
    dates: DateOrder,
    #[serde(default)]
    overlong: Overlong,
    /// Fewest known headers that make a file one of this profile.
    #[serde(default = "two")]
    least_headers: usize,
    #[serde(default)]
    fixed: Option<FixedLayout>,
    /// Whole values that say nothing, or say an absence (`@unknown`).
    #[serde(default)]
    empty: BTreeMap<String, String>,
    #[serde(default)]
    organisation: OrganisationRules,
    #[serde(default)]
    ids: Option<IdRules>,
    #[serde(default)]
    constants: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    column: Vec<Column>,
    #[serde(default)]
    skip: Vec<SkipRule>,
    #[serde(default)]
    map: BTreeMap<Spanned<String>, BTreeMap<String, Targets>>,
    #[serde(default)]
    field: Vec<FieldSource>,
}

const fn two() -> usize {
    2
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    Csv,
    Xlsx,
    Json,
    JsonLines,
    Fixed,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Csv => Self::Csv,
            KindName::Xlsx => Self::Xlsx,
            KindName::Json => Self::Json,
            KindName::JsonLines => Self::JsonLines,
            KindName::Fixed => Self::Fixed,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Targets {
    One(String),
    Many(Vec<String>),
}

/// Which organisation a row belongs to. Order: what the caller says, a rule for the file, the column, in this order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationRules {
    /// Column with the name.
    #[serde(default)]
    pub column: Option<String>,
    /// Column with the short name.
    #[serde(default)]
    pub short_column: Option<String>,
    /// Scheme of the organisation's external id, which is its name in letters and digits.
    #[serde(default)]
    pub scheme: Option<String>,
    /// Columns that make up the organisation's id; without them the id is its name in letters and digits.
    #[serde(default)]
    pub id_columns: Vec<String>,
    /// Ids that the body above may have, the nearest first. The first counts that an earlier row of the file has.
    #[serde(default)]
    pub parents: Vec<ParentRule>,
    /// Other spellings.
    #[serde(default)]
    pub alias: Vec<Alias>,
    /// Organisations of files that do not name theirs.
    #[serde(default)]
    pub file: Vec<FileRule>,
}

/// The id of a body above, made of a row's columns in the way the source makes its ids.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParentRule {
    /// Stands before the columns.
    pub prefix: String,
    /// Columns that make up the rest.
    pub columns: Vec<String>,
}

/// Spellings of one organisation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// The name to use.
    pub name: String,
    /// The short name.
    #[serde(default)]
    pub short: Option<String>,
    /// What else is written for it; letter case and punctuation do not matter.
    #[serde(default)]
    pub also: Vec<String>,
}

/// The organisation of a file, found by a part of its path.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Part of the path, any letter case.
    pub path: String,
    /// Name of the organisation.
    pub name: String,
}

/// Where external ids come from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdRules {
    /// Scheme of the system's external id.
    pub scheme: String,
    /// Scheme of the deployment's external id, which has the same value.
    pub deployment_scheme: String,
    /// Column with the id.
    #[serde(default)]
    pub column: Option<String>,
    /// Column with the page of the entry at its source.
    #[serde(default)]
    pub url_column: Option<String>,
    /// Columns from which a stable id is derived where the source has none; the organisation always belongs to it.
    pub derive: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    key: Spanned<String>,
    headers: Vec<String>,
    #[serde(default)]
    unused: Option<String>,
}

/// Rows that are no entries.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipRule {
    /// The column that tells.
    pub column: String,
    /// Its values, compared by letters and digits; an empty text is a blank cell.
    pub values: Vec<String>,
    /// Key of the reason in the report.
    pub reason: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldSource {
    to: Spanned<String>,
    #[serde(default)]
    from: Vec<String>,
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    join: Option<String>,
    #[serde(default)]
    map: Option<String>,
    #[serde(default)]
    split: Option<String>,
    #[serde(default)]
    extract: Option<Extract>,
    #[serde(default)]
    missing: Option<String>,
    #[serde(default)]
    title: Option<Title>,
    #[serde(default)]
    when: Option<When>,
}

/// A rule that only holds for rows of some kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The column that tells.
    pub column: String,
    /// Its values.
    pub values: Vec<String>,
}

/// One column within a composed text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Column.
    pub from: String,
    /// Stands before the text as `label: `.
    #[serde(default)]
    pub label: Option<String>,
}

/// An official name made of a bare name and a kind: `Flensburg, Stadt` becomes `Stadt Flensburg`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// Column that tells the kind.
    pub by: String,
    /// Titles by the value of that column; other values give none.
    pub titles: BTreeMap<String, String>,
    /// The name ends here.
    #[serde(default)]
    pub cut_at: Option<String>,
    /// No title when the name contains one of these, any letter case.
    #[serde(default)]
    pub unless: Vec<String>,
}

/// How one field of ours is filled.
#[derive(Debug)]
pub struct FieldRule {
    /// The field.
    pub to: FieldId,
    /// First of these columns that says something.
    pub from: Vec<usize>,
    /// Several columns as one text.
    pub parts: Vec<(usize, Option<String>)>,
    /// Between the parts.
    pub join: String,
    /// Values to codes.
    pub map: Option<ValueMap>,
    /// Characters that part several values.
    pub split: Option<String>,
    /// Part of the text to take.
    pub extract: Option<Extract>,
    /// What stands there when the source says nothing.
    pub missing: Option<Meaning>,
    /// Making an official name.
    pub title: Option<Title>,
    /// Column of the title's kind.
    pub title_column: Option<usize>,
    /// Rows for which the rule holds: column and values; all without it.
    pub when: Option<(usize, Vec<String>)>,
}

/// A checked import profile.
#[derive(Debug)]
pub struct Profile {
    /// Name on the command line.
    pub name: String,
    /// Name for people.
    pub label: Bilingual,
    /// Kinds of file it reads.
    pub kinds: Vec<Kind>,
    /// Whether it is the own format, whose columns are the field catalogue.
    pub own_format: bool,
    /// Whether all sheets with the header are read.
    pub all_sheets: bool,
    /// How dates are read.
    pub dates: DateOrder,
    /// What happens to texts that are too long.
    pub overlong: Overlong,
    /// Fewest known headers that make a file one of this profile.
    pub least_headers: usize,
    /// Layout of fixed-width files.
    pub fixed: Option<FixedLayout>,
    /// Whole values that say nothing or an absence.
    pub empty: ValueMap,
    /// Which organisation.
    pub organisation: OrganisationRules,
    /// External ids.
    pub ids: Option<IdRules>,
    /// Values of every entry.
    pub constants: Vec<(FieldId, Meaning)>,
    /// Keys of the columns.
    pub columns: Vec<String>,
    /// Rows that are no entries, with the column's place.
    pub skip: Vec<(usize, SkipRule)>,
    /// Rules by field.
    pub fields: Vec<FieldRule>,
    /// Headers to columns: the header's place in `header_columns` is the column's place in `columns`.
    pub known: KnownHeaders,
    header_columns: Vec<usize>,
}

impl Profile {
    /// Reads and checks a profile.
    ///
    /// # Errors
    /// With line and reason when anything in it is wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, ProfileError> {
        let error = |offset: usize, reason: String| ProfileError {
            file: file.to_owned(),
            line: text.get(..offset).unwrap_or(text).matches('\n').count() + 1,
            reason,
        };
        let source: Source =
            toml::from_str(text).map_err(|e| error(e.span().map_or(0, |span| span.start), e.message().to_owned()))?;
        Checker { source: &source }.check().map_err(|(offset, reason)| error(offset, reason))
    }

    /// Place of a column by its key.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|known| known == key)
    }

    /// Place of the column that a header of a file names, and the rank of that header: lower ranks are named first.
    #[must_use]
    pub fn column_of_header(&self, header: &str) -> Option<(usize, usize)> {
        let rank = self.known.lookup(header)?;
        self.header_columns.get(rank).map(|column| (*column, rank))
    }
}

/// Offset in the text and reason.
type Fault = (usize, String);

struct Checker<'a> {
    source: &'a Source,
}

impl Checker<'_> {
    fn check(&self) -> Result<Profile, Fault> {
        let source = self.source;
        let columns: Vec<String> = source.column.iter().map(|column| column.key.get_ref().clone()).collect();
        let fields = source.field.iter().map(|field| self.field(field)).collect::<Result<Vec<_>, _>>()?;
        self.check_columns_are_used()?;
        self.check_headers_are_unique()?;
        let skip = source
            .skip
            .iter()
            .map(|rule| Ok((self.column(&rule.column, 0)?, rule.clone())))
            .collect::<Result<_, Fault>>()?;
        let (headers, header_columns): (Vec<&str>, Vec<usize>) = source
            .column
            .iter()
            .enumerate()
            .flat_map(|(index, column)| column.headers.iter().map(move |header| (header.as_str(), index)))
            .unzip();
        let empty = source.empty.iter().map(|(from, to)| Ok((from.clone(), vec![self.meaning(None, to, 0)?])));
        Ok(Profile {
            name: source.name.clone(),
            label: source.label.clone(),
            kinds: source.kinds.iter().map(|kind| Kind::from(*kind)).collect(),
            own_format: source.own_format,
            all_sheets: source.all_sheets,
            dates: source.dates,
            overlong: source.overlong,
            least_headers: source.least_headers,
            fixed: source.fixed.clone(),
            empty: ValueMap::new(empty.collect::<Result<_, Fault>>()?),
            organisation: source.organisation.clone(),
            ids: source.ids.clone(),
            constants: self.constants()?,
            columns,
            skip,
            fields,
            known: KnownHeaders::new(headers),
            header_columns,
        })
    }

    fn constants(&self) -> Result<Vec<(FieldId, Meaning)>, Fault> {
        let constant = |(key, value): (&Spanned<String>, &String)| {
            let id = target(key)?;
            Ok((id, self.meaning(Some(id), value, key.span().start)?))
        };
        self.source.constants.iter().map(constant).collect()
    }

    fn column(&self, key: &str, offset: usize) -> Result<usize, Fault> {
        let place = self.source.column.iter().position(|column| column.key.get_ref() == key);
        place.ok_or_else(|| (offset, format!("{key} is not a column of this profile")))
    }

    fn field(&self, field: &FieldSource) -> Result<FieldRule, Fault> {
        let offset = field.to.span().start;
        let to = target(&field.to)?;
        if field.from.is_empty() == field.parts.is_empty() {
            return Err((offset, format!("{}: give either `from` or `parts`", field.to.get_ref())));
        }
        let is_coded = matches!(to.field().field_type, FieldType::Code | FieldType::Codes);
        if is_coded && field.map.is_none() {
            return Err((offset, format!("{}: a field of codes needs a `map`", field.to.get_ref())));
        }
        let map = field.map.as_deref().map(|name| self.value_map(to, name, offset)).transpose()?;
        let title_column = field.title.as_ref().map(|title| self.column(&title.by, offset)).transpose()?;
        let parts = |part: &Part| Ok((self.column(&part.from, offset)?, part.label.clone()));
        Ok(FieldRule {
            to,
            from: field.from.iter().map(|key| self.column(key, offset)).collect::<Result<_, _>>()?,
            parts: field.parts.iter().map(parts).collect::<Result<_, Fault>>()?,
            join: field.join.clone().unwrap_or_else(|| "\n\n".to_owned()),
            map,
            split: field.split.clone(),
            extract: field.extract,
            missing: field.missing.as_deref().map(|value| self.meaning(Some(to), value, offset)).transpose()?,
            title: field.title.clone(),
            title_column,
            when: field
                .when
                .as_ref()
                .map(|when| Ok((self.column(&when.column, offset)?, when.values.clone())))
                .transpose()?,
        })
    }

    fn value_map(&self, to: FieldId, name: &str, offset: usize) -> Result<ValueMap, Fault> {
        let (key, values) = self
            .source
            .map
            .iter()
            .find(|(key, _)| key.get_ref() == name)
            .ok_or_else(|| (offset, format!("{name} is not a map of this profile")))?;
        let at = key.span().start;
        let entries = values.iter().map(|(from, targets)| {
            let meanings = match targets {
                Targets::One(target) => vec![self.meaning(Some(to), target, at)?],
                Targets::Many(many) => {
                    many.iter().map(|target| self.meaning(Some(to), target, at)).collect::<Result<_, _>>()?
                }
            };
            Ok((from.clone(), meanings))
        });
        Ok(ValueMap::new(entries.collect::<Result<_, Fault>>()?))
    }

    fn meaning(&self, to: Option<FieldId>, value: &str, offset: usize) -> Result<Meaning, Fault> {
        Meaning::parse(to, value).map_err(|reason| (offset, reason))
    }

    fn check_headers_are_unique(&self) -> Result<(), Fault> {
        let mut seen = HashMap::new();
        for column in &self.source.column {
            for header in &column.headers {
                let other = seen.insert(header::normalise(header), column.key.get_ref());
                if let Some(other) = other.filter(|other| *other != column.key.get_ref()) {
                    let reason = format!("header {header} is one of column {other} already");
                    return Err((column.key.span().start, reason));
                }
            }
        }
        Ok(())
    }

    /// A column that nothing reads must say why; otherwise a misspelt rule would lose data quietly.
    fn check_columns_are_used(&self) -> Result<(), Fault> {
        let source = self.source;
        let organisation = &source.organisation;
        let mut used: Vec<&str> = Vec::new();
        for field in &source.field {
            used.extend(field.from.iter().map(String::as_str));
            used.extend(field.parts.iter().map(|part| part.from.as_str()));
            used.extend(field.title.iter().map(|title| title.by.as_str()));
            used.extend(field.when.iter().map(|when| when.column.as_str()));
        }
        used.extend(source.skip.iter().map(|rule| rule.column.as_str()));
        let named = [&organisation.column, &organisation.short_column];
        let mut named: Vec<&str> = named.into_iter().flatten().map(String::as_str).collect();
        named.extend(organisation.id_columns.iter().map(String::as_str));
        named.extend(organisation.parents.iter().flat_map(|rule| &rule.columns).map(String::as_str));
        if let Some(ids) = &source.ids {
            named.extend([&ids.column, &ids.url_column].into_iter().flatten().map(String::as_str));
            named.extend(ids.derive.iter().map(String::as_str));
        }
        for key in &named {
            self.column(key, 0)?;
        }
        used.extend(named);
        for column in &source.column {
            let key = column.key.get_ref();
            if used.contains(&key.as_str()) == column.unused.is_some() {
                let reason = format!("column {key} is either used by a rule or says why it is `unused`");
                return Err((column.key.span().start, reason));
            }
        }
        Ok(())
    }
}

fn target(key: &Spanned<String>) -> Result<FieldId, Fault> {
    let name = key.get_ref();
    catalogue().id(name).ok_or_else(|| (key.span().start, format!("{name} is not a field of the catalogue")))
}
