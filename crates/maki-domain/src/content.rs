//! The content of a record: for each touched field a value or an absence, and where a body chose so, a narrower
//! visibility than the field's default.
//!
//! Written as one JSON object in catalogue order: `{"name": "…", "techniques": ["speech"], "hosting":
//! {"absent": "withheld", "reason": "it_security"}, "_visibility": {"problem": "authorities"}}`. Reading checks every
//! value against the type of its field, so content that exists is well-typed.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::catalogue::{FieldId, FieldType, catalogue};
use crate::ids::RecordId;
use crate::value::{Absence, Slot, Value};
use crate::view::{View, Visibility};
use crate::vocabulary::Code;

/// The key under which narrowed visibilities are written.
const VISIBILITY: &str = "_visibility";

/// Ordered by field, so that equal contents are equal in every representation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    slots: Vec<(FieldId, Slot)>,
    narrowed: Vec<(FieldId, Visibility)>,
}

impl Content {
    #[must_use]
    pub const fn new() -> Self {
        Self { slots: Vec::new(), narrowed: Vec::new() }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// All touched fields in catalogue order.
    pub fn iter(&self) -> impl Iterator<Item = (FieldId, &Slot)> {
        self.slots.iter().map(|(id, slot)| (*id, slot))
    }

    #[must_use]
    pub fn slot_of(&self, id: FieldId) -> Option<&Slot> {
        let place = self.slots.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        self.slots.get(place).map(|(_, slot)| slot)
    }

    /// What stands in a field, named by a constant of [`crate::keys`].
    #[must_use]
    pub fn slot(&self, key: &str) -> Option<&Slot> {
        self.slot_of(catalogue().id(key)?)
    }

    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.slot(key)?.value()
    }

    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key)?.as_text()
    }

    /// The codes of a field; empty when there is none.
    #[must_use]
    pub fn codes(&self, key: &str) -> &[Code] {
        self.value(key).map(Value::codes).unwrap_or_default()
    }

    #[must_use]
    pub fn code(&self, key: &str) -> Option<Code> {
        self.codes(key).first().copied()
    }

    /// Puts a slot; blank values are no statement and take the slot away.
    pub fn set(&mut self, id: FieldId, slot: Slot) {
        if slot.value().is_some_and(Value::is_blank) {
            self.remove(id);
            return;
        }
        match self.slots.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(place) => {
                if let Some(existing) = self.slots.get_mut(place) {
                    existing.1 = slot;
                }
            }
            Err(place) => self.slots.insert(place, (id, slot)),
        }
    }

    /// Like [`Self::set`] by key. Returns false when the catalogue has no such field.
    pub fn put(&mut self, key: &str, slot: impl Into<Slot>) -> bool {
        catalogue().id(key).map(|id| self.set(id, slot.into())).is_some()
    }

    pub fn remove(&mut self, id: FieldId) -> Option<Slot> {
        let place = self.slots.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(self.slots.remove(place).1)
    }

    /// Who may see a field: its default in the catalogue unless the body narrowed it.
    #[must_use]
    pub fn visibility(&self, id: FieldId) -> Visibility {
        let own = self.narrowed.iter().find(|(narrowed, _)| *narrowed == id).map(|(_, v)| *v);
        let default = id.field().visibility;
        own.map_or(default, |own| own.max(default))
    }

    /// Narrows who may see a field. A visibility can be narrowed, never widened beyond its default.
    pub fn narrow(&mut self, id: FieldId, visibility: Visibility) {
        self.narrowed.retain(|(narrowed, _)| *narrowed != id);
        if visibility > id.field().visibility {
            self.narrowed.push((id, visibility));
            self.narrowed.sort_unstable();
        }
    }

    /// Whether two views see the same of the content.
    #[must_use]
    pub fn is_alike_for(&self, views: [View; 2], owner: Option<RecordId>) -> bool {
        let [one, other] = views;
        let sees = |view: View, id| view.sees(self.visibility(id), owner);
        self.slots.iter().all(|(id, _)| sees(one, *id) == sees(other, *id))
            && sees_narrowings(one, owner) == sees_narrowings(other, owner)
    }

    /// The part of the content that a view may see.
    #[must_use]
    pub fn seen_by(&self, view: View, owner: Option<RecordId>) -> Self {
        self.clone().into_seen_by(view, owner)
    }

    /// The part of the content that a view may see. The one place where visibility is applied.
    #[must_use]
    pub fn into_seen_by(mut self, view: View, owner: Option<RecordId>) -> Self {
        let mut slots = std::mem::take(&mut self.slots);
        slots.retain(|(id, _)| view.sees(self.visibility(*id), owner));
        if !sees_narrowings(view, owner) {
            self.narrowed.clear();
        }
        Self { slots, narrowed: self.narrowed }
    }

    /// Roughly the memory that the content takes, in bytes.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        let of_slot = |slot: &Slot| match slot.value() {
            Some(Value::Text(text)) => text.len(),
            Some(Value::List(items)) => items.iter().map(|item| item.len() + size_of::<String>()).sum(),
            _ => 0,
        };
        self.slots.iter().map(|entry| size_of_val(entry) + of_slot(&entry.1)).sum()
    }
}

/// What was narrowed is itself internal to those who see everything of the record.
fn sees_narrowings(view: View, owner: Option<RecordId>) -> bool {
    view.sees(Visibility::OwnOrganisation, owner)
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (id, slot) in &self.slots {
            map.serialize_entry(&id.field().key, slot)?;
        }
        if !self.narrowed.is_empty() {
            let narrowed: std::collections::BTreeMap<&str, Visibility> =
                self.narrowed.iter().map(|(id, v)| (id.field().key.as_str(), *v)).collect();
            map.serialize_entry(VISIBILITY, &narrowed)?;
        }
        map.end()
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Absent(absence) => {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_entry("absent", absence.code())?;
                if let Some(reason) = absence.reason() {
                    map.serialize_entry("reason", reason.code())?;
                }
                map.end()
            }
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Code(code) => code.serialize(serializer),
            Self::Codes(codes) => codes.serialize(serializer),
            Self::Date(date) => serializer.collect_str(date),
            Self::Boolean(yes) => serializer.serialize_bool(*yes),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::List(items) => items.serialize(serializer),
        }
    }
}

/// Why a JSON value does not fit a field.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Misfit {
    #[error("{0} is not a field of the catalogue")]
    UnknownField(String),
    #[error("{key}: expected {expected:?}")]
    Type { key: String, expected: FieldType },
    #[error("{key}: {code:?} is not a value of its vocabulary")]
    UnknownCode { key: String, code: String },
    #[error("{key}: not a date (YYYY, YYYY-MM or YYYY-MM-DD)")]
    Date { key: String },
    #[error("{key}: an absence is not_stated, unknown, not_applicable, or withheld with a reason")]
    Absence { key: String },
}

impl Misfit {
    /// Stable key: names the text in the interface and in the API.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::UnknownField(_) => "field-unknown",
            Self::Type { .. } => "field-wrong-type",
            Self::UnknownCode { .. } => "field-value-unknown",
            Self::Date { .. } => "field-date-invalid",
            Self::Absence { .. } => "field-absence-invalid",
        }
    }
}

/// What JSON can say in a slot, before the catalogue gives it its type.
enum Loose {
    Text(String),
    Boolean(bool),
    Integer(i64),
    List(Vec<String>),
    Absent(LooseAbsence),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LooseAbsence {
    absent: String,
    #[serde(default)]
    reason: Option<String>,
}

/// Read by what stands there, not by trying one kind after the other, which would keep a copy and make up errors.
impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LooseVisitor;
        impl<'de> Visitor<'de> for LooseVisitor {
            type Value = Loose;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a number, true or false, a list of texts, or an absence")
            }
            fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Loose, E> {
                Ok(Loose::Boolean(yes))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Loose, E> {
                Ok(Loose::Integer(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Loose, E> {
                let fits = i64::try_from(number);
                fits.map(Loose::Integer).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Loose, E> {
                Ok(Loose::Text(text.to_owned()))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Loose, E> {
                Ok(Loose::Text(text))
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, items: A) -> Result<Loose, A::Error> {
                Vec::deserialize(de::value::SeqAccessDeserializer::new(items)).map(Loose::List)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Loose, A::Error> {
                LooseAbsence::deserialize(de::value::MapAccessDeserializer::new(map)).map(Loose::Absent)
            }
        }
        deserializer.deserialize_any(LooseVisitor)
    }
}

impl Loose {
    fn typed(self, id: FieldId) -> Result<Slot, Misfit> {
        let field = id.field();
        let key = || field.key.clone();
        let code = |text: &str| {
            let code = field.vocabulary().and_then(|v| v.code(text));
            code.ok_or_else(|| Misfit::UnknownCode { key: key(), code: text.to_owned() })
        };
        let value = match (self, field.field_type) {
            (Self::Absent(LooseAbsence { absent, reason }), _) => {
                let absence = Absence::from_codes(&absent, reason.as_deref());
                return absence.map(Slot::Absent).ok_or_else(|| Misfit::Absence { key: key() });
            }
            (
                Self::Text(text),
                FieldType::Text | FieldType::LongText | FieldType::Url | FieldType::Email | FieldType::Key,
            ) => Value::Text(text),
            (Self::Text(text), FieldType::Code) => Value::Code(code(&text)?),
            (Self::Text(text), FieldType::Date) => Value::Date(text.parse().map_err(|_| Misfit::Date { key: key() })?),
            (Self::Boolean(yes), FieldType::Boolean) => Value::Boolean(yes),
            (Self::Integer(number), FieldType::Integer) => Value::Integer(number),
            (Self::List(items), FieldType::Codes) => {
                Value::Codes(items.iter().map(|item| code(item)).collect::<Result<_, _>>()?)
            }
            (Self::List(items), FieldType::TextList | FieldType::UrlList | FieldType::KeyList) => Value::List(items),
            (_, expected) => return Err(Misfit::Type { key: key(), expected }),
        };
        Ok(Slot::Value(value))
    }
}

/// Reads one slot with the field's type at hand.
struct SlotOf(FieldId);

impl<'de> DeserializeSeed<'de> for SlotOf {
    type Value = Slot;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Slot, D::Error> {
        Loose::deserialize(deserializer)?.typed(self.0).map_err(de::Error::custom)
    }
}

impl Slot {
    /// Reads a JSON value as the slot of a field.
    ///
    /// # Errors
    /// When the value does not fit the type of the field.
    pub fn from_json(id: FieldId, json: serde_json::Value) -> Result<Self, Misfit> {
        let expected = id.field().field_type;
        let loose: Loose =
            serde_json::from_value(json).map_err(|_| Misfit::Type { key: id.field().key.clone(), expected })?;
        loose.typed(id)
    }
}

/// What a key of an object names.
pub(crate) enum Key {
    /// One of the names that stand beside the content.
    Name(&'static str),
    Field(FieldId),
    Visibility,
}

/// Reads a key without keeping its text; an unknown one is an error.
pub(crate) struct KeyAmong<'n>(pub &'n [&'static str]);

impl<'de> DeserializeSeed<'de> for KeyAmong<'_> {
    type Value = Key;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyAmong<'_> {
    type Value = Key;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field of the catalogue")
    }
    fn visit_str<E: de::Error>(self, key: &str) -> Result<Key, E> {
        if let Some(name) = self.0.iter().find(|name| **name == key) {
            return Ok(Key::Name(name));
        }
        if key == VISIBILITY {
            return Ok(Key::Visibility);
        }
        known_field(key).map(Key::Field)
    }
}

fn known_field<E: de::Error>(key: &str) -> Result<FieldId, E> {
    catalogue().id(key).ok_or_else(|| E::custom(Misfit::UnknownField(key.to_owned())))
}

impl Content {
    /// Reads what stands behind a key of an object. Names are not content; whoever asks for them reads them.
    pub(crate) fn read_next<'de, A: MapAccess<'de>>(&mut self, key: Key, map: &mut A) -> Result<(), A::Error> {
        let id = match key {
            Key::Field(id) => id,
            Key::Visibility => {
                for (key, visibility) in map.next_value::<BTreeMap<String, Visibility>>()? {
                    self.narrow(known_field(&key)?, visibility);
                }
                return Ok(());
            }
            Key::Name(name) => return Err(de::Error::custom(Misfit::UnknownField(name.to_owned()))),
        };
        let slot = map.next_value_seed(SlotOf(id))?;
        // Stored content comes in catalogue order: appending is the common case.
        if self.slots.last().is_none_or(|(last, _)| *last < id) {
            self.slots.push((id, slot));
        } else {
            self.set(id, slot);
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ContentVisitor;
        impl<'de> Visitor<'de> for ContentVisitor {
            type Value = Content;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of catalogue fields")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
                let mut content = Content { slots: Vec::with_capacity(32), narrowed: Vec::new() };
                while let Some(key) = map.next_key_seed(KeyAmong(&[]))? {
                    content.read_next(key, &mut map)?;
                }
                Ok(content)
            }
        }
        deserializer.deserialize_map(ContentVisitor)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use uuid::Uuid;

    use super::*;
    use crate::keys;

    #[test]
    fn json_is_read_by_the_type_of_each_field() {
        let check = |json: &str, expected: Result<&str, &str>| {
            let read = serde_json::from_str::<Content>(json);
            let written = read.map(|c| serde_json::to_string(&c).unwrap()).map_err(|e| e.to_string());
            match expected {
                Ok(expected) => assert_eq!(written.unwrap(), expected),
                Err(part) => assert!(written.as_ref().is_err_and(|e| e.contains(part)), "{json}: {written:?}"),
            }
        };
        check(r#"{"name":"Lotte"}"#, Ok(r#"{"name":"Lotte"}"#));
        check(r#"{"techniques":["speech"],"name":"Lotte"}"#, Ok(r#"{"name":"Lotte","techniques":["speech"]}"#));
        check(
            r#"{"hosting":{"absent":"withheld","reason":"it_security"}}"#,
            Ok(r#"{"hosting":{"absent":"withheld","reason":"it_security"}}"#),
        );
        check(r#"{"hosting":{"absent":"withheld"}}"#, Err("withheld with a reason"));
        check(r#"{"techniques":["magic"]}"#, Err("not a value of its vocabulary"));
        check(r#"{"lifecycle":["operation"]}"#, Err("expected Code"));
        check(r#"{"in_operation_since":"2026-02-30"}"#, Err("not a date"));
        check(r#"{"nonsense":1}"#, Err("not a field"));
    }

    #[test]
    fn a_view_never_sees_more_than_the_field_allows() {
        let owner = Some(RecordId(Uuid::from_u128(7)));
        let mut content: Content = serde_json::from_str(
            r#"{"name":"Lotte","problem":"geheim","contact_person":"Referat 3","_visibility":{"problem":"own_organisation"}}"#,
        )
        .unwrap();
        let keys_of = |c: &Content| c.iter().map(|(id, _)| id.field().key.clone()).collect::<Vec<_>>();
        assert_eq!(keys_of(&content.seen_by(View::Public, owner)), ["name"]);
        assert_eq!(keys_of(&content.seen_by(View::Authorities, owner)), ["name", "contact_person"]);
        assert_eq!(content.seen_by(View::Operator, owner), content);
        assert!(!content.is_alike_for([View::Public, View::Authorities], owner));
        let public = content.seen_by(View::Public, owner);
        assert!(public.is_alike_for([View::Public, View::Authorities], owner));
        let public = serde_json::to_string(&content.seen_by(View::Public, owner)).unwrap();
        assert!(!public.contains("problem"), "not even the name of a narrowed field leaks: {public}");
        // Widening is not possible.
        content.narrow(catalogue().id(keys::CONTACT_PERSON).unwrap(), Visibility::Public);
        assert_eq!(keys_of(&content.seen_by(View::Public, owner)), ["name"]);
    }

    #[test]
    fn blank_values_are_no_statement() {
        let mut content = Content::new();
        assert!(content.put(keys::NAME, Value::Text("  ".into())));
        assert!(content.is_empty());
    }
}
