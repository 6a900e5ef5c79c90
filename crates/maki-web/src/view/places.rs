//! Names of the places in which a system is used. A Steckbrief holds regional keys; the register knows many of them
//! as the key of an organisation.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use maki_domain::diff::FieldChange;
use maki_domain::{Content, Field, Language, Slot, Value, keys, vocabulary};

use super::field::{self, SectionView, Shown};
use crate::error::WebError;
use crate::state::WebState;
use crate::texts::texts;

/// Names by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places(HashMap<String, String>);

impl Places {
    /// The names of all places in these contents; asks the register only when there are any.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(state: &WebState, contents: impl Iterator<Item = &Content>) -> Result<Self, WebError> {
        Self::asked(state, wanted(contents.filter_map(|content| content.slot(keys::PLACES))).collect()).await
    }

    /// The names of all places that came, stayed or went.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of_changes(state: &WebState, changes: impl Iterator<Item = &FieldChange>) -> Result<Self, WebError> {
        let changes = changes.filter(|change| change.field.field().key == keys::PLACES);
        Self::asked(state, wanted(changes.flat_map(|change| change.before.iter().chain(&change.after))).collect()).await
    }

    async fn asked(state: &WebState, wanted: Vec<&str>) -> Result<Self, WebError> {
        if wanted.is_empty() {
            return Ok(Self::default());
        }
        let known = state.app.regions(wanted).await?;
        Ok(Self(known.into_iter().map(|(key, organisation)| (key, organisation.name)).collect()))
    }

    /// Whether the contents speak of a place whose name stands with an organisation, now or one day.
    pub fn concern<'a>(contents: impl Iterator<Item = &'a Content>) -> bool {
        wanted(contents.filter_map(|content| content.slot(keys::PLACES))).next().is_some()
    }

    /// The names of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Changes when a name changes; empty when there are none.
    #[must_use]
    pub fn revision(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut names: Vec<_> = self.0.iter().collect();
        names.sort_unstable();
        let mut hasher = DefaultHasher::new();
        names.hash(&mut hasher);
        format!("-{:016x}", hasher.finish())
    }

    /// The name of a place with its key, or the key with its kind.
    #[must_use]
    pub fn label(&self, key: &str, language: Language) -> String {
        let t = texts(language);
        let name = land(key).map(|code| vocabulary::label("land", code, language));
        if let Some(name) = name.or_else(|| self.0.get(key).map(String::as_str)) {
            return t.with("place-known", &[("name", name.into()), ("key", key.into())]);
        }
        let kind = match key.len() {
            3 => "place-region",
            5 => "place-district",
            9 => "place-association",
            8 | 12 => "place-municipality",
            _ => "place-other",
        };
        t.one(kind, "key", key)
    }

    /// The words of a value on one line, for comparisons; places by their names.
    #[must_use]
    pub fn plain(&self, field: &'static Field, slot: &Slot, language: Language) -> String {
        match slot.value() {
            Some(Value::List(keys)) if field.key == keys::PLACES => {
                keys.iter().map(|key| self.label(key, language)).collect::<Vec<_>>().join("\n")
            }
            _ => field::plain(field, slot, language),
        }
    }

    /// Puts names in the place of keys.
    pub fn name(&self, sections: &mut [SectionView], language: Language) {
        let rows = sections.iter_mut().flat_map(|section| &mut section.rows);
        for row in rows.filter(|row| row.key == keys::PLACES) {
            if let Shown::Items(items) = &mut row.shown {
                for item in items {
                    *item = self.label(item, language);
                }
            }
        }
    }
}

/// The keys of places that are not those of a Land.
fn wanted<'a>(slots: impl Iterator<Item = &'a Slot>) -> impl Iterator<Item = &'a str> {
    slots
        .filter_map(|slot| match slot.value()? {
            Value::List(list) => Some(list.iter().map(String::as_str)),
            _ => None,
        })
        .flatten()
        .filter(|key| land(key).is_none())
}

/// The Land that a key names, alone or padded to the length of a municipality's.
fn land(key: &str) -> Option<&str> {
    let (land, rest) = key.split_at_checked(2)?;
    let whole = rest.bytes().all(|b| b == b'0');
    (whole && vocabulary("land")?.position(land).is_some()).then_some(land)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_far_as_they_are_known() {
        let places = Places(HashMap::from([("033515401009".to_owned(), "Gemeinde Wesersand".to_owned())]));
        let check = |key: &str, expected: &str| assert_eq!(places.label(key, Language::De), expected);
        check("033515401009", "Gemeinde Wesersand (033515401009)");
        check("03", "Niedersachsen (03)");
        check("030000000000", "Niedersachsen (030000000000)");
        check("03351", "Kreis 03351");
        check("033515401", "Gemeindeverband 033515401");
        check("03351010", "Gemeinde 03351010");
        check("99", "Schlüssel 99");
        check("ää", "Schlüssel ää");
    }
}
