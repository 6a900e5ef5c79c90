//! The own format: entries as tables (CSV, XLSX) and as JSON Lines.
//!
//! Tables have one row per use with organisation, system and deployment side by side. Columns are those of the field
//! catalogue plus identity and relations ([`words::Role`]); headers may be keys, labels in either language or aliases.
//! JSON Lines hold the domain's [`Entry`] as it is. Here a value that cannot be read costs the row: the author can
//! correct it, and half an entry would be a wrong entry.

mod cells;
mod words;

use std::sync::Arc;

use maki_domain::catalogue::catalogue;
use maki_domain::check::faults;
use maki_domain::entry::{DeploymentPart, OrganisationPart, SystemPart};
use maki_domain::{Content, Entry, ExternalId, FieldId, Kennung, Language, RecordKind, Slot, keys};

use crate::profile::{Mapped, Problem, ReadOptions, Report, reason};
use crate::table::write::unescape;
use crate::table::{Cell, Headers, Kind, KnownHeaders, Row, TableInfo};
use words::{Column, Role, words};

/// Maps the rows of one file in the own format.
pub(crate) struct OwnRows {
    kind: Kind,
    organisation: Option<String>,
    columns: (Arc<Headers>, Vec<Option<Column>>),
}

impl OwnRows {
    /// All headers that the own format knows.
    pub fn known_headers() -> KnownHeaders {
        KnownHeaders::new(words::all_headers().iter().map(|(header, _)| header.as_str()))
    }

    pub fn new(info: &TableInfo, options: ReadOptions) -> Self {
        Self { kind: info.kind, organisation: options.organisation, columns: (Arc::default(), Vec::new()) }
    }

    pub fn map(&mut self, row: &Row, problems: &mut Vec<Problem>, report: &mut Report) -> Mapped {
        let before = problems.len();
        let entry = match self.kind {
            Kind::Json | Kind::JsonLines => read_json(row, problems),
            Kind::Csv | Kind::Xlsx | Kind::Fixed => Some(self.read_cells(row, problems, report)),
        };
        let Some(mut entry) = entry else { return Mapped::Rejected };
        if let Some(name) = &self.organisation {
            let content = &mut entry.organisation.content;
            if content.text(keys::ORGANISATION_NAME).is_none() {
                content.put(keys::ORGANISATION_NAME, maki_domain::Value::Text(name.clone()));
            }
        }
        check(row.number, &entry, problems);
        let refused = problems.iter().skip(before).any(|problem| problem.severity == crate::table::Severity::Error);
        if refused { Mapped::Rejected } else { Mapped::Entry(Box::new(entry)) }
    }

    fn read_cells(&mut self, row: &Row, problems: &mut Vec<Problem>, report: &mut Report) -> Entry {
        if !Arc::ptr_eq(&self.columns.0, &row.headers) {
            let columns = row.headers.names.iter().map(|name| words::column(name)).collect();
            self.columns = (Arc::clone(&row.headers), columns);
        }
        let mut parts = Parts::default();
        for (index, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank()) {
            let text = cell.text();
            // Only CSV needs protection against formulas.
            let text = if self.kind == Kind::Csv { unescape(&text) } else { &text };
            // Only cells of a workbook are too small for some texts. Half a text must not take the place of the whole.
            if self.kind == Kind::Xlsx && words().is_cut(text) {
                let header = row.headers.name(index);
                problems.push(Problem::warning(row.number, Some(&header), reason::CUT_IN_EXPORT, Some(text)));
                continue;
            }
            let misread = match self.columns.1.get(index).copied().flatten() {
                Some(Column::Field(id)) => parts.field(id, text),
                Some(Column::Role(role)) => parts.role(role, text),
                None => {
                    report.unknown_column(row.number, &row.headers.name(index));
                    continue;
                }
            };
            if let Err((reason, part)) = misread {
                let header = row.headers.name(index);
                problems.push(Problem::error(row.number, Some(&header), reason, Some(&part)));
                if reason == reason::VALUE_UNKNOWN {
                    report.unknown_value(row.number, &header, &part);
                }
            }
        }
        parts.entry()
    }
}

fn read_json(row: &Row, problems: &mut Vec<Problem>) -> Option<Entry> {
    let text = row.cells.first().map(Cell::text).unwrap_or_default();
    match serde_json::from_str::<Entry>(&text) {
        Ok(entry) => Some(entry),
        Err(error) => {
            problems.push(Problem::error(row.number, None, reason::ENTRY_INVALID, Some(&error.to_string())));
            None
        }
    }
}

/// What makes an entry complete enough to be one.
fn check(row: u64, entry: &Entry, problems: &mut Vec<Problem>) {
    let organisation = &entry.organisation;
    let named = organisation.content.text(keys::ORGANISATION_NAME).is_some();
    if !named && organisation.kennung.is_none() && organisation.external_ids.is_empty() {
        problems.push(Problem::error(row, Some(keys::ORGANISATION_NAME), reason::ORGANISATION_MISSING, None));
    }
    if entry.system.as_ref().is_some_and(|system| system.content.text(keys::NAME).is_none()) {
        problems.push(Problem::error(row, Some(keys::NAME), reason::NAME_MISSING, None));
    }
    if entry.deployment.is_some() && entry.system.is_none() {
        problems.push(Problem::error(row, Some(keys::NAME), reason::SYSTEM_MISSING, None));
    }
    let parts = [
        (RecordKind::Organisation, Some(&organisation.content)),
        (RecordKind::System, entry.system.as_ref().map(|part| &part.content)),
        (RecordKind::Deployment, entry.deployment.as_ref().map(|part| &part.content)),
    ];
    for (kind, content) in parts {
        for fault in content.map(|content| faults(kind, content)).unwrap_or_default() {
            let value = content.and_then(|content| content.slot_of(fault.field)).map(|slot| {
                let cell = cells::write(fault.field, slot, None);
                cell.text().into_owned()
            });
            let key = &catalogue().field(fault.field).key;
            problems.push(Problem::error(row, Some(key), fault.fault.key(), value.as_deref()));
        }
    }
}

/// The three parts of an entry while its cells are read.
#[derive(Default)]
struct Parts {
    organisation: OrganisationPart,
    system: SystemPart,
    deployment: DeploymentPart,
}

impl Parts {
    fn field(&mut self, id: FieldId, text: &str) -> Result<(), cells::Misread> {
        let Some(slot) = cells::read(id, text)? else { return Ok(()) };
        let content = match id.field().record {
            RecordKind::Organisation => &mut self.organisation.content,
            RecordKind::System => &mut self.system.content,
            RecordKind::Deployment => &mut self.deployment.content,
        };
        // Two headers may name one field; the first that says something counts.
        if content.slot_of(id).is_none() {
            content.set(id, slot);
        }
        Ok(())
    }

    fn role(&mut self, role: Role, text: &str) -> Result<(), cells::Misread> {
        let text = text.trim();
        let kennung = || -> Result<Option<Kennung>, cells::Misread> {
            text.parse().map(Some).map_err(|_| (reason::KENNUNG_INVALID, text.to_owned()))
        };
        match role {
            Role::OrganisationKennung => self.organisation.kennung = kennung()?,
            Role::OrganisationExternalIds => self.organisation.external_ids = cells::read_ids(text)?,
            Role::OrganisationParent => self.organisation.parent = Some(text.to_owned()),
            Role::SystemKennung => self.system.kennung = kennung()?,
            Role::SystemExternalIds => self.system.external_ids = cells::read_ids(text)?,
            Role::SystemResponsible => self.system.responsible = Some(text.to_owned()),
            Role::DeploymentKennung => self.deployment.kennung = kennung()?,
            Role::DeploymentExternalIds => self.deployment.external_ids = cells::read_ids(text)?,
        }
        Ok(())
    }

    fn entry(self) -> Entry {
        let system = Some(self.system).filter(|part| *part != SystemPart::default());
        let deployment = Some(self.deployment).filter(|part| *part != DeploymentPart::default());
        Entry { organisation: self.organisation, system, deployment }
    }
}

/// The columns of an exported table and how an entry fills them.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    columns: Vec<Column>,
    language: Option<Language>,
}

impl Columns {
    /// Identity and relations first, then all fields that pass, record by record.
    pub fn new(language: Option<Language>, wanted: impl Fn(FieldId) -> bool) -> Self {
        use Role::{
            DeploymentExternalIds, DeploymentKennung, OrganisationExternalIds, OrganisationKennung, OrganisationParent,
            SystemExternalIds, SystemKennung, SystemResponsible,
        };
        let records: [(RecordKind, &[Role]); 3] = [
            (RecordKind::Organisation, &[OrganisationKennung, OrganisationExternalIds, OrganisationParent]),
            (RecordKind::System, &[SystemKennung, SystemExternalIds, SystemResponsible]),
            (RecordKind::Deployment, &[DeploymentKennung, DeploymentExternalIds]),
        ];
        let mut columns = Vec::new();
        for (record, roles) in records {
            columns.extend(roles.iter().map(|role| Column::Role(*role)));
            let fields = catalogue().fields_of(record).filter(|(id, _)| wanted(*id));
            columns.extend(fields.map(|(id, _)| Column::Field(id)));
        }
        Self { columns, language }
    }

    /// Headers.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| match column {
            Column::Role(role) => words().role_header(*role, self.language),
            Column::Field(id) => {
                let field = catalogue().field(*id);
                self.language.map_or(field.key.as_str(), |language| field.label(language))
            }
        })
    }

    /// Whether a column holds long texts, for its width.
    pub fn is_wide(&self, index: usize) -> bool {
        matches!(self.columns.get(index), Some(Column::Field(id)) if id.field().field_type == maki_domain::FieldType::LongText)
    }

    /// End of a text that a cell cannot hold.
    pub fn cut_mark(&self) -> &'static str {
        words().cut.get(self.language.unwrap_or(Language::En))
    }

    /// Name of the sheet.
    pub fn sheet(&self) -> &'static str {
        words().sheet.get(self.language.unwrap_or_default())
    }

    /// The cells of an entry.
    pub fn cells(&self, entry: &Entry) -> Vec<Cell> {
        self.columns
            .iter()
            .map(|column| match column {
                Column::Role(role) => role_cell(*role, entry),
                Column::Field(id) => {
                    let slot = content(entry, id.field().record).and_then(|content| content.slot_of(*id));
                    slot.map_or(Cell::Empty, |slot: &Slot| cells::write(*id, slot, self.language))
                }
            })
            .collect()
    }
}

fn content(entry: &Entry, record: RecordKind) -> Option<&Content> {
    match record {
        RecordKind::Organisation => Some(&entry.organisation.content),
        RecordKind::System => entry.system.as_ref().map(|part| &part.content),
        RecordKind::Deployment => entry.deployment.as_ref().map(|part| &part.content),
    }
}

fn role_cell(role: Role, entry: &Entry) -> Cell {
    let text = |text: Option<&str>| text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()));
    let ids = |ids: Option<&[ExternalId]>| ids.map_or(Cell::Empty, cells::write_ids);
    let (organisation, system, deployment) = (&entry.organisation, entry.system.as_ref(), entry.deployment.as_ref());
    match role {
        Role::OrganisationKennung => text(organisation.kennung.as_ref().map(Kennung::as_str)),
        Role::OrganisationExternalIds => ids(Some(&organisation.external_ids)),
        Role::OrganisationParent => text(organisation.parent.as_deref()),
        Role::SystemKennung => text(system.and_then(|part| part.kennung.as_ref()).map(Kennung::as_str)),
        Role::SystemExternalIds => ids(system.map(|part| part.external_ids.as_slice())),
        Role::SystemResponsible => text(system.and_then(|part| part.responsible.as_deref())),
        Role::DeploymentKennung => text(deployment.and_then(|part| part.kennung.as_ref()).map(Kennung::as_str)),
        Role::DeploymentExternalIds => ids(deployment.map(|part| part.external_ids.as_slice())),
    }
}
