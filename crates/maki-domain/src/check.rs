//! Checks of single fields: length, form and number of values. What fields say about each other is judged elsewhere.

use crate::catalogue::{Field, FieldId, FieldType, Situation, catalogue};
use crate::content::Content;
use crate::record::RecordKind;
use crate::value::{Slot, Value};

/// Why a value cannot stand in its field. The key is that of its text in the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    TooLong {
        limit: usize,
    },
    TooManyItems {
        limit: usize,
    },
    /// The value belongs to another kind of record.
    WrongRecord,
    NotAUrl,
    NotAnEmail,
    NotDigits,
    Negative,
    /// A line break where one line is asked, or a control character.
    ControlCharacter,
}

impl Fault {
    /// Stable key: names the text in the interface and in the API.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::TooLong { .. } => "field-too-long",
            Self::TooManyItems { .. } => "field-too-many-items",
            Self::WrongRecord => "field-wrong-record",
            Self::NotAUrl => "field-not-a-url",
            Self::NotAnEmail => "field-not-an-email",
            Self::NotDigits => "field-not-digits",
            Self::Negative => "field-negative",
            Self::ControlCharacter => "field-control-character",
        }
    }

    #[must_use]
    pub const fn limit(self) -> Option<usize> {
        match self {
            Self::TooLong { limit } | Self::TooManyItems { limit } => Some(limit),
            _ => None,
        }
    }
}

/// A fault and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldFault {
    pub field: FieldId,
    pub fault: Fault,
}

/// Faults of every field of a content that is to be of this kind of record.
#[must_use]
pub fn faults(kind: RecordKind, content: &Content) -> Vec<FieldFault> {
    content
        .iter()
        .filter_map(|(id, slot)| {
            let field = id.field();
            let fault = if field.record == kind { slot_fault(field, slot) } else { Some(Fault::WrongRecord) };
            fault.map(|fault| FieldFault { field: id, fault })
        })
        .collect()
}

/// Fields that have to be stated in this situation and are not; any absence with its meaning answers a field.
#[must_use]
pub fn missing(kind: RecordKind, content: &Content, situation: Situation<'_>) -> Vec<FieldId> {
    catalogue()
        .fields_of(kind)
        .filter(|(id, field)| {
            field.is_required(situation.lifecycle_group, situation.risk_class) && content.slot_of(*id).is_none()
        })
        .map(|(id, _)| id)
        .collect()
}

/// The first fault of one slot.
#[must_use]
pub fn slot_fault(field: &Field, slot: &Slot) -> Option<Fault> {
    match slot.value()? {
        Value::Text(text) => text_fault(field, text),
        Value::List(items) if items.len() > field.max_items() => Some(Fault::TooManyItems { limit: field.max_items() }),
        Value::List(items) => items.iter().find_map(|item| text_fault(field, item)),
        Value::Codes(codes) if codes.len() > field.max_items() => {
            Some(Fault::TooManyItems { limit: field.max_items() })
        }
        Value::Integer(number) => (*number < 0).then_some(Fault::Negative),
        Value::Code(_) | Value::Codes(_) | Value::Date(_) | Value::Boolean(_) => None,
    }
}

fn text_fault(field: &Field, text: &str) -> Option<Fault> {
    let limit = field.max_length();
    // Bytes are never fewer than characters, so most texts need no counting.
    if text.len() > limit && text.chars().count() > limit {
        return Some(Fault::TooLong { limit });
    }
    let is_control = |c: char| c.is_control() && !(field.field_type == FieldType::LongText && matches!(c, '\n' | '\t'));
    if may_have_controls(text) && text.chars().any(is_control) {
        return Some(Fault::ControlCharacter);
    }
    match field.field_type {
        FieldType::Url | FieldType::UrlList => (!is_web_url(text)).then_some(Fault::NotAUrl),
        FieldType::Email => (!is_email(text)).then_some(Fault::NotAnEmail),
        FieldType::Key | FieldType::KeyList => {
            (text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit())).then_some(Fault::NotDigits)
        }
        _ => None,
    }
}

/// False for nearly all texts and quicker than looking at each character: no byte is below the blank, is the one of
/// DEL, or begins a character from U+0080 to U+00BF.
fn may_have_controls(text: &str) -> bool {
    const BEGINS_C1: u8 = 0xc2;
    text.bytes().fold(false, |found, b| found | (b < b' ') | (b == 0x7f) | (b == BEGINS_C1))
}

/// A link that may be shown: http or https with a host, no blanks, no user part. Other schemes could run code.
#[must_use]
pub fn is_web_url(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let scheme = if lower.starts_with("https://") {
        8
    } else if lower.starts_with("http://") {
        7
    } else {
        return false;
    };
    let rest = text.get(scheme..).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !host.is_empty()
        && !host.contains('@')
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\'))
}

/// One `@` with something on both sides and a dot in the domain; whether it arrives only a mail can tell. Letters
/// beyond ASCII are refused: mail servers that take them (RFC 6531) are rare, and a mail that is lost tells nobody.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !domain.contains('@')
        && text.is_ascii()
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | ',' | ';'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{catalogue, keys};

    #[test]
    fn a_value_must_fit_its_field() {
        let check = |key: &str, value: Value, expected: Option<Fault>| {
            let field = catalogue().id(key).unwrap().field();
            assert_eq!(slot_fault(field, &value.clone().into()), expected, "{key}: {value:?}");
        };
        let text = |t: &str| Value::Text(t.to_owned());
        check(keys::NAME, text("Lotte"), None);
        check(keys::SHORT_DESCRIPTION, text(&"ä".repeat(240)), None);
        check(keys::SHORT_DESCRIPTION, text(&"ä".repeat(241)), Some(Fault::TooLong { limit: 240 }));
        check(keys::NAME, text("zwei\nZeilen"), Some(Fault::ControlCharacter));
        check(keys::DESCRIPTION, text("zwei\nZeilen"), None);
        check(keys::DESCRIPTION, text("Glocke\u{7}"), Some(Fault::ControlCharacter));
        check(keys::DESCRIPTION, text("gelöscht\u{7f}"), Some(Fault::ControlCharacter));
        check(keys::DESCRIPTION, text("weiter\u{85}"), Some(Fault::ControlCharacter));
        check(keys::DESCRIPTION, text("§\u{a0}5 »ü«"), None);
        check(keys::REPOSITORY_URL, text("https://gitlab.example/a?b=c"), None);
        check(keys::REPOSITORY_URL, text("javascript:alert(1)"), Some(Fault::NotAUrl));
        check(keys::REPOSITORY_URL, text("https://a@b.example/"), Some(Fault::NotAUrl));
        check(keys::REPOSITORY_URL, text("https://"), Some(Fault::NotAUrl));
        check(keys::CONTACT_MAILBOX, text("ki@stadt.example"), None);
        check(keys::CONTACT_MAILBOX, text("ki@stadt"), Some(Fault::NotAnEmail));
        check(keys::CONTACT_MAILBOX, text("bestätigt@stadt.example"), Some(Fault::NotAnEmail));
        check(keys::PLACES, Value::List(vec!["010010000000".into()]), None);
        check(keys::PLACES, Value::List(vec!["Flensburg".into()]), Some(Fault::NotDigits));
        check(keys::USAGE_PER_YEAR, Value::Integer(-1), Some(Fault::Negative));
    }
}
