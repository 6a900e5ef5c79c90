//! Words and columns of the own table format, from `profiles/own-format.toml` and the field catalogue.

use std::collections::HashMap;
use std::sync::LazyLock;

use maki_domain::catalogue::{catalogue, normalise_header};
use maki_domain::{Bilingual, FieldId, Language};
use serde::Deserialize;

const SOURCE: &str = include_str!("../../profiles/own-format.toml");

/// A column that is no field: identity and relations of an entry's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Kennung of the organisation.
    OrganisationKennung,
    /// External ids of the organisation.
    OrganisationExternalIds,
    /// The body it belongs to.
    OrganisationParent,
    /// Kennung of the system.
    SystemKennung,
    /// External ids of the system.
    SystemExternalIds,
    /// The organisation that keeps the system.
    SystemResponsible,
    /// Kennung of the deployment.
    DeploymentKennung,
    /// External ids of the deployment.
    DeploymentExternalIds,
}

/// What a column of the own format holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Identity or relation.
    Role(Role),
    /// A field.
    Field(FieldId),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnWords {
    role: Role,
    de: String,
    en: String,
    aliases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AbsenceWords {
    code: String,
    de: String,
    en: String,
    aliases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BooleanWords {
    yes: Vec<String>,
    no: Vec<String>,
}

/// All words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Name of the sheet in a workbook.
    pub sheet: Bilingual,
    /// End of a text that a workbook's cell cannot hold.
    pub cut: Bilingual,
    column: Vec<ColumnWords>,
    absence: Vec<AbsenceWords>,
    boolean: BooleanWords,
}

#[expect(clippy::expect_used, reason = "the file is embedded, and a test proves that it parses")]
static WORDS: LazyLock<Words> = LazyLock::new(|| toml::from_str(SOURCE).expect("embedded words parse"));

static COLUMNS: LazyLock<HashMap<String, Column>> = LazyLock::new(|| {
    let mut columns = HashMap::new();
    // What is written first wins: keys and labels before aliases, systems before deployments before organisations.
    for (header, column) in all_headers() {
        columns.entry(normalise_header(&header)).or_insert(column);
    }
    columns
});

/// The words of this build.
pub fn words() -> &'static Words {
    &WORDS
}

/// The column that a header names.
pub fn column(header: &str) -> Option<Column> {
    COLUMNS.get(&normalise_header(header)).copied()
}

/// Every header of the own format with its column, the more binding first.
pub fn all_headers() -> Vec<(String, Column)> {
    use maki_domain::RecordKind::{Deployment, Organisation, System};
    let mut headers = Vec::new();
    for words in &words().column {
        let column = Column::Role(words.role);
        headers.extend([(role_key(words.role).to_owned(), column), (words.de.clone(), column)]);
        headers.push((words.en.clone(), column));
    }
    for (id, field) in catalogue().fields() {
        let column = Column::Field(id);
        headers.extend([(field.key.clone(), column), (field.de.label.clone(), column)]);
        headers.push((field.en.label.clone(), column));
    }
    for words in &words().column {
        headers.extend(words.aliases.iter().map(|alias| (alias.clone(), Column::Role(words.role))));
    }
    for record in [System, Deployment, Organisation] {
        for (id, field) in catalogue().fields_of(record) {
            headers.extend(field.aliases.iter().map(|alias| (alias.clone(), Column::Field(id))));
        }
    }
    headers
}

/// Key of a role, as in the file.
pub const fn role_key(role: Role) -> &'static str {
    match role {
        Role::OrganisationKennung => "organisation_kennung",
        Role::OrganisationExternalIds => "organisation_external_ids",
        Role::OrganisationParent => "organisation_parent",
        Role::SystemKennung => "system_kennung",
        Role::SystemExternalIds => "system_external_ids",
        Role::SystemResponsible => "system_responsible",
        Role::DeploymentKennung => "deployment_kennung",
        Role::DeploymentExternalIds => "deployment_external_ids",
    }
}

impl Words {
    /// Header of a role: its key, or its label in a language.
    pub fn role_header(&self, role: Role, language: Option<Language>) -> &str {
        let words = self.column.iter().find(|words| words.role == role);
        match (language, words) {
            (Some(Language::De), Some(words)) => &words.de,
            (Some(Language::En), Some(words)) => &words.en,
            _ => role_key(role),
        }
    }

    /// Whether a cell holds only the beginning of a text.
    pub fn is_cut(&self, text: &str) -> bool {
        let text = text.trim_end();
        text.ends_with(']') && (text.ends_with(&self.cut.de) || text.ends_with(&self.cut.en))
    }

    /// How a kind of absence is written within brackets.
    pub fn absence<'a>(&'a self, code: &'a str, language: Option<Language>) -> &'a str {
        let words = self.absence.iter().find(|words| words.code == code);
        match (language, words) {
            (Some(Language::De), Some(words)) => &words.de,
            (Some(Language::En), Some(words)) => &words.en,
            _ => code,
        }
    }

    /// Code of the kind of absence that a word means.
    pub fn absence_code(&self, word: &str) -> Option<&str> {
        let word = word.trim();
        let is = |text: &str| text.eq_ignore_ascii_case(word) || text.to_lowercase() == word.to_lowercase();
        let found = self.absence.iter().find(|words| {
            is(&words.code) || is(&words.de) || is(&words.en) || words.aliases.iter().any(|alias| is(alias))
        });
        found.map(|words| words.code.as_str())
    }

    /// Yes or no.
    pub fn boolean(&self, word: &str) -> Option<bool> {
        let word = word.trim().to_lowercase();
        let is = |list: &[String]| list.contains(&word);
        if is(&self.boolean.yes) {
            return Some(true);
        }
        is(&self.boolean.no).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_in_every_language_names_its_own_column() {
        for (id, field) in catalogue().fields() {
            for header in [&field.key, &field.de.label, &field.en.label] {
                assert_eq!(column(header), Some(Column::Field(id)), "{header}");
            }
        }
        for words in &words().column {
            for language in [None, Some(Language::De), Some(Language::En)] {
                let header = super::words().role_header(words.role, language);
                assert_eq!(column(header), Some(Column::Role(words.role)), "{header}");
            }
        }
        assert_eq!(column("ZWECK "), catalogue().id("purpose").map(Column::Field));
        assert_eq!(column("nonsense"), None);
    }
}
