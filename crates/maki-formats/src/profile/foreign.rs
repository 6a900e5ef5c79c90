//! Rows of a foreign source to entries, by the rules of its profile.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use maki_domain::catalogue::catalogue;
use maki_domain::check::faults;
use maki_domain::entry::{DeploymentPart, OrganisationPart, SystemPart};
use maki_domain::{Content, Entry, ExternalId, FieldId, FieldType, RecordKind, Slot, Value, keys};

use super::identity::{Ids, tidy};
use super::schema::{Alias, Extract, FieldRule, Overlong, Profile, Title};
use super::values::{self, Meaning, clean, cut};
use super::{Mapped, Problem, ReadOptions, Report, reason};
use crate::table::{Cell, Headers, Row, header};

/// Maps the rows of one file.
pub struct ForeignRows {
    profile: Arc<Profile>,
    /// Organisation by the caller or by the file's name.
    organisation: Option<String>,
    ids: Ids,
    /// Hashes of the organisation ids of earlier rows, where the profile looks for parents; 8 bytes per row.
    organisations: HashSet<u64>,
    /// Headers of the last row and the columns they mean.
    columns: (Arc<Headers>, Vec<Option<Place>>),
}

/// The column that a header means, and its rank among the headers of that column.
#[derive(Debug, Clone, Copy)]
struct Place {
    column: usize,
    rank: usize,
}

/// The cells of a row by the profile's columns.
struct Source<'a> {
    row: u64,
    cells: Vec<Option<&'a Cell>>,
}

impl Source<'_> {
    fn text(&self, column: usize) -> Option<String> {
        let cell = self.cells.get(column).copied().flatten()?;
        if cell.is_blank() { None } else { Some(cell.text().trim().to_owned()) }
    }
}

/// Where problems and unknown values of a row go.
struct Notes<'a> {
    problems: &'a mut Vec<Problem>,
    report: &'a mut Report,
}

/// Which organisation a row belongs to.
struct Owner {
    name: String,
    short: Option<String>,
}

impl ForeignRows {
    pub fn new(profile: Arc<Profile>, file_name: &str, options: ReadOptions) -> Self {
        let lower = file_name.to_lowercase();
        let rules = &profile.organisation.file;
        let by_file = rules.iter().find(|rule| lower.contains(&rule.path.to_lowercase())).map(|rule| rule.name.clone());
        Self {
            organisation: options.organisation.or(by_file),
            profile,
            ids: Ids::default(),
            organisations: HashSet::new(),
            columns: (Arc::default(), Vec::new()),
        }
    }

    pub fn map(&mut self, row: &Row, problems: &mut Vec<Problem>, report: &mut Report) -> Mapped {
        let source = self.source(row, report);
        let profile = Arc::clone(&self.profile);
        if let Some(reason) = skipped(&profile, &source) {
            return Mapped::Skipped(reason);
        }
        let mut notes = Notes { problems, report };
        let mut contents = [Content::new(), Content::new(), Content::new()];
        for rule in &profile.fields {
            if let Some(slot) = fill(&profile, rule, &source, &mut notes) {
                content_of(&mut contents, rule.to).set(rule.to, slot);
            }
        }
        drop_faults(&mut contents, source.row, &mut notes);
        let [organisation, system, deployment] = contents;
        self.entry(&source, organisation, system, deployment, &mut notes)
    }

    /// Looks the columns up, once per header row.
    fn source<'a>(&mut self, row: &'a Row, report: &mut Report) -> Source<'a> {
        if !Arc::ptr_eq(&self.columns.0, &row.headers) {
            let place =
                |name: &Arc<str>| self.profile.column_of_header(name).map(|(column, rank)| Place { column, rank });
            self.columns = (Arc::clone(&row.headers), row.headers.names.iter().map(place).collect());
        }
        let mut cells = vec![None; self.profile.columns.len()];
        let mut ranks = vec![usize::MAX; cells.len()];
        for (index, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
            let Some(place) = self.columns.1.get(index).copied().flatten() else {
                report.unknown_column(row.number, &row.headers.name(index));
                continue;
            };
            // Several headers of one column: the one that the profile names first counts.
            if let (Some(known), Some(rank)) = (cells.get_mut(place.column), ranks.get_mut(place.column))
                && place.rank < *rank
            {
                (*known, *rank) = (Some(cell), place.rank);
            }
        }
        Source { row: row.number, cells }
    }

    fn entry(
        &mut self,
        source: &Source<'_>,
        mut organisation: Content,
        mut system: Content,
        mut deployment: Content,
        notes: &mut Notes<'_>,
    ) -> Mapped {
        let own_name = organisation.text(keys::ORGANISATION_NAME).map(str::to_owned);
        let Some(owner) = self.owner(source, own_name) else {
            notes.problems.push(Problem::error(source.row, None, reason::ORGANISATION_MISSING, None));
            return Mapped::Rejected;
        };
        organisation.put(keys::ORGANISATION_NAME, Value::Text(owner.name.clone()));
        if let Some(short) = &owner.short {
            organisation.put(keys::ORGANISATION_SHORT_NAME, Value::Text(short.clone()));
        }
        let has_system = !system.is_empty() || !deployment.is_empty();
        for (id, meaning) in &self.profile.constants {
            let content = match id.field().record {
                RecordKind::Organisation => &mut organisation,
                RecordKind::System => &mut system,
                RecordKind::Deployment => &mut deployment,
            };
            if let Some(slot) = meaning.slot(*id).filter(|_| content.slot_of(*id).is_none()) {
                content.set(*id, slot);
            }
        }
        let id = self.organisation_id(source, &owner);
        let parent = id.as_ref().and_then(|id| self.parent(source, id));
        let external_ids = id.into_iter().collect();
        let part = OrganisationPart { external_ids, parent, content: organisation, ..OrganisationPart::default() };
        if !self.profile.fields.iter().any(|rule| rule.to.field().record == RecordKind::System) {
            return Mapped::Entry(Box::new(Entry { organisation: part, system: None, deployment: None }));
        }
        if !has_system || system.text(keys::NAME).is_none() {
            notes.problems.push(Problem::error(source.row, Some(keys::NAME), reason::NAME_MISSING, None));
            return Mapped::Rejected;
        }
        let mut system = SystemPart { content: system, ..SystemPart::default() };
        let mut deployment = DeploymentPart { content: deployment, ..DeploymentPart::default() };
        self.give_ids(source, &owner, &mut system, &mut deployment, notes);
        Mapped::Entry(Box::new(Entry { organisation: part, system: Some(system), deployment: Some(deployment) }))
    }

    fn owner(&self, source: &Source<'_>, own_name: Option<String>) -> Option<Owner> {
        let rules = &self.profile.organisation;
        let column = |key: &Option<String>| source.text(self.profile.column(key.as_deref()?)?);
        let name = self.organisation.clone().or(own_name).or_else(|| column(&rules.column))?;
        let name = clean(&name, false);
        if let Some(alias) = find_alias(&rules.alias, &name) {
            return Some(Owner { name: alias.name.clone(), short: alias.short.clone() });
        }
        Some(Owner { name, short: column(&rules.short_column).map(|short| clean(&short, false)) })
    }

    fn organisation_id(&self, source: &Source<'_>, owner: &Owner) -> Option<ExternalId> {
        let rules = &self.profile.organisation;
        let scheme = rules.scheme.as_deref()?;
        let columns = rules.id_columns.iter().filter_map(|key| source.text(self.profile.column(key)?));
        let own = columns.collect::<String>();
        let value = if own.is_empty() { header::normalise(&owner.name) } else { own };
        Some(ExternalId::new(scheme, value.chars().take(ExternalId::MAX_VALUE).collect::<String>()))
    }

    /// The nearest body above that an earlier row has, as `scheme:value`.
    fn parent(&mut self, source: &Source<'_>, own: &ExternalId) -> Option<String> {
        let profile = Arc::clone(&self.profile);
        let rules = &profile.organisation.parents;
        if rules.is_empty() {
            return None;
        }
        let above = rules.iter().find_map(|rule| {
            let columns = rule.columns.iter().filter_map(|key| source.text(profile.column(key)?));
            let value = std::iter::once(rule.prefix.clone()).chain(columns).collect::<String>();
            (value != own.value && self.organisations.contains(&hash(&value))).then_some(value)
        });
        self.organisations.insert(hash(&own.value));
        above.map(|value| format!("{}:{value}", own.scheme))
    }

    fn give_ids(
        &mut self,
        source: &Source<'_>,
        owner: &Owner,
        system: &mut SystemPart,
        deployment: &mut DeploymentPart,
        notes: &mut Notes<'_>,
    ) {
        let profile = Arc::clone(&self.profile);
        let Some(rules) = &profile.ids else { return };
        let text = |key: &str| profile.column(key).and_then(|column| source.text(column));
        let prefix = owner.short.as_deref().unwrap_or(&owner.name);
        let own = rules.column.as_deref().and_then(text).and_then(|id| tidy(&id, prefix));
        let parts: Vec<String> = rules.derive.iter().map(|key| text(key).unwrap_or_default()).collect();
        let given = self.ids.give(own.as_deref(), &owner.name, &parts);
        if given.repeated {
            let value = own.as_deref();
            notes.problems.push(Problem::warning(source.row, None, reason::ID_REPEATED, value));
        }
        notes.report.derived_ids += u64::from(given.derived);
        let value: String = given.value.chars().take(ExternalId::MAX_VALUE).collect();
        let url = rules.url_column.as_deref().and_then(text).and_then(|url| values::urls(&url).into_iter().next());
        system.external_ids.push(ExternalId { scheme: rules.scheme.clone(), value: value.clone(), url });
        deployment.external_ids.push(ExternalId::new(rules.deployment_scheme.clone(), value));
    }
}

fn hash(value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn find_alias<'a>(aliases: &'a [Alias], name: &str) -> Option<&'a Alias> {
    let key = header::normalise(name);
    let is = |text: &str| header::normalise(text) == key;
    aliases.iter().find(|alias| {
        is(&alias.name) || alias.short.as_deref().is_some_and(is) || alias.also.iter().any(|also| is(also))
    })
}

fn skipped(profile: &Profile, source: &Source<'_>) -> Option<String> {
    profile
        .skip
        .iter()
        .find(|(column, rule)| {
            let value = source.text(*column).unwrap_or_default();
            let key = values::normalise(&value);
            rule.values.iter().any(|listed| values::normalise(listed) == key)
        })
        .map(|(_, rule)| rule.reason.clone())
}

fn content_of(contents: &mut [Content; 3], id: FieldId) -> &mut Content {
    let [organisation, system, deployment] = contents;
    match id.field().record {
        RecordKind::Organisation => organisation,
        RecordKind::System => system,
        RecordKind::Deployment => deployment,
    }
}

/// What a rule makes of a row.
fn fill(profile: &Profile, rule: &FieldRule, source: &Source<'_>, notes: &mut Notes<'_>) -> Option<Slot> {
    if let Some((column, values)) = &rule.when {
        let value = source.text(*column)?;
        if !values.contains(&value) {
            return None;
        }
    }
    let slot = if rule.parts.is_empty() {
        rule.from.iter().find_map(|column| {
            let text = source.text(*column)?;
            match profile.empty.get(&text) {
                Some(meanings) => meanings.first().and_then(|meaning| meaning.slot(rule.to)),
                None => value(profile, rule, source, &text, notes),
            }
        })
    } else {
        composed(profile, rule, source).and_then(|text| value(profile, rule, source, &text, notes))
    };
    slot.or_else(|| rule.missing.as_ref().and_then(|meaning| meaning.slot(rule.to)))
}

fn composed(profile: &Profile, rule: &FieldRule, source: &Source<'_>) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for (column, label) in &rule.parts {
        let Some(text) = source.text(*column).map(|text| values::unlisted(&text)) else { continue };
        // An empty list of the source is no statement either, and a label without a text says nothing.
        if text.trim().is_empty() || profile.empty.get(&text).is_some() {
            continue;
        }
        parts.push(match label {
            Some(label) => format!("{label}: {text}"),
            None => text,
        });
    }
    (!parts.is_empty()).then(|| parts.join(&rule.join))
}

fn value(profile: &Profile, rule: &FieldRule, source: &Source<'_>, text: &str, notes: &mut Notes<'_>) -> Option<Slot> {
    let field = rule.to.field();
    if rule.map.is_some() {
        return mapped(rule, source, text, notes);
    }
    let text = match &rule.title {
        Some(title) => titled(title, text, rule.title_column.and_then(|column| source.text(column)).as_deref()),
        None => text.to_owned(),
    };
    match field.field_type {
        FieldType::Text | FieldType::LongText => {
            Some(Value::Text(fitting(profile, rule, source.row, &text, notes)).into())
        }
        FieldType::Url | FieldType::Email | FieldType::Key if rule.extract.is_none() => {
            Some(Value::Text(clean(&text, false)).into())
        }
        FieldType::Url => values::urls(&text).into_iter().next().map(|url| Value::Text(url).into()),
        FieldType::UrlList => Some(Value::List(values::urls(&text)).into()),
        FieldType::TextList | FieldType::KeyList | FieldType::Email | FieldType::Key => {
            let separators = rule.split.as_deref().unwrap_or(";");
            Some(
                Value::List(values::split(&text, separators).into_iter().map(|item| clean(item, false)).collect())
                    .into(),
            )
        }
        FieldType::Date => match values::date(&text, profile.dates) {
            Some(date) => Some(Value::Date(date).into()),
            None => {
                notes.problems.push(Problem::warning(source.row, Some(&field.key), reason::DATE_INVALID, Some(&text)));
                None
            }
        },
        FieldType::Integer => match text.replace(['.', ',', ' '], "").parse() {
            Ok(number) => Some(Value::Integer(number).into()),
            Err(_) => {
                let problem = Problem::warning(source.row, Some(&field.key), reason::INTEGER_INVALID, Some(&text));
                notes.problems.push(problem);
                None
            }
        },
        // The checker demands a map for codes; truth values without one are read as written.
        FieldType::Boolean | FieldType::Code | FieldType::Codes => {
            text.parse::<bool>().ok().map(|value| Value::Boolean(value).into())
        }
    }
}

/// Values through the rule's map: the whole first, then its parts.
fn mapped(rule: &FieldRule, source: &Source<'_>, text: &str, notes: &mut Notes<'_>) -> Option<Slot> {
    let map = rule.map.as_ref()?;
    let parts = match (&rule.split, map.get(text)) {
        (Some(separators), None) => values::split(text, separators),
        _ => vec![text],
    };
    let mut codes = Vec::new();
    let mut other = None;
    for part in parts {
        let Some(meanings) = map.get(part) else {
            notes.report.unknown_value(source.row, &rule.to.field().key, part);
            continue;
        };
        for meaning in meanings {
            match meaning {
                Meaning::Code(code) if !codes.contains(code) => codes.push(*code),
                Meaning::Code(_) | Meaning::Nothing => {}
                meaning => other = meaning.slot(rule.to),
            }
        }
    }
    match (codes.first(), rule.to.field().field_type) {
        (Some(_), FieldType::Codes) => Some(Value::Codes(codes).into()),
        (Some(code), _) => Some(Value::Code(*code).into()),
        (None, _) => other,
    }
}

/// Text that fits its field, as the profile decides about long ones.
fn fitting(profile: &Profile, rule: &FieldRule, row: u64, text: &str, notes: &mut Notes<'_>) -> String {
    let field = rule.to.field();
    let most = field.max_length();
    let text = clean(text, field.field_type == FieldType::LongText);
    if rule.extract == Some(Extract::FirstSentences) {
        return values::first_sentences(&text, most);
    }
    if profile.overlong == Overlong::Cut && text.chars().count() > most {
        notes.problems.push(Problem::warning(row, Some(&field.key), reason::CUT, Some(&text)));
        return cut(&text, most);
    }
    text
}

/// `Flensburg, Stadt` with the title `Stadt` becomes `Stadt Flensburg`.
fn titled(title: &Title, text: &str, kind: Option<&str>) -> String {
    let bare = title.cut_at.as_deref().and_then(|cut| text.split_once(cut)).map_or(text, |(bare, _)| bare).trim();
    let lower = text.to_lowercase();
    let has_own = title.unless.iter().any(|word| lower.contains(&word.to_lowercase()));
    match kind.and_then(|kind| title.titles.get(kind)).filter(|_| !has_own) {
        Some(title) => format!("{title} {bare}"),
        None => bare.to_owned(),
    }
}

/// Takes out what the domain would refuse and says so; one bad link must not cost a row.
fn drop_faults(contents: &mut [Content; 3], row: u64, notes: &mut Notes<'_>) {
    for (kind, content) in RecordKind::ALL.into_iter().zip(contents.iter_mut()) {
        for fault in faults(kind, content) {
            let slot = content.remove(fault.field);
            let shown = slot.as_ref().and_then(Slot::value).map(shown).unwrap_or_default();
            let key = &catalogue().field(fault.field).key;
            notes.problems.push(Problem::warning(row, Some(key), fault.fault.key(), Some(&shown)));
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::List(items) => items.join("; "),
        other => format!("{other:?}"),
    }
}
