//! One cell of the own format: a field's slot as text, and back.
//!
//! What [`write`] writes, [`read`] reads, for every slot that the domain accepts. Absences stand in brackets
//! (`[Nicht bekannt]`, `[withheld: it_security]`); a text that would look like one, or like the same words without
//! brackets, gets an apostrophe, and reading takes off exactly that one. Lists are parted by `; `; `\;` and `\\` stand
//! for the characters themselves.

use std::borrow::Cow;

use maki_domain::catalogue::Field;
use maki_domain::vocabulary::vocabulary;
use maki_domain::{Absence, Code, ExternalId, FieldId, FieldType, Language, Slot, Value};

use super::words::words;
use crate::profile::reason;
use crate::table::Cell;

/// Why a cell cannot be read, as a reason key, with the offending part.
pub type Misread = (&'static str, String);

/// A slot as a cell: codes without language, labels with one.
pub fn write(id: FieldId, slot: &Slot, language: Option<Language>) -> Cell {
    let field = id.field();
    match slot {
        Slot::Absent(absence) => Cell::Text(write_absence(*absence, language)),
        Slot::Value(Value::Text(text)) => Cell::Text(escape(text).into_owned()),
        Slot::Value(Value::Code(code)) => Cell::Text(write_code(field, *code, language)),
        Slot::Value(Value::Codes(codes)) => {
            let codes: Vec<String> = codes.iter().map(|code| write_code(field, *code, language)).collect();
            Cell::Text(codes.join("; "))
        }
        Slot::Value(Value::Date(date)) => Cell::Text(date.to_string()),
        Slot::Value(Value::Boolean(value)) => Cell::Bool(*value),
        Slot::Value(Value::Integer(number)) => Cell::Number(number.to_string()),
        Slot::Value(Value::List(items)) => Cell::Text(escape(&join(items.iter().map(String::as_str))).into_owned()),
    }
}

fn write_code(field: &Field, code: Code, language: Option<Language>) -> String {
    let label = language.and_then(|language| Some(field.vocabulary()?.label_of(code.as_str(), language)));
    label.unwrap_or(code.as_str()).to_owned()
}

fn write_absence(absence: Absence, language: Option<Language>) -> String {
    let kind = words().absence(absence.code(), language);
    let Some(reason) = absence.reason() else { return format!("[{kind}]") };
    let label = language.map(|language| maki_domain::vocabulary::label("withheld_reason", reason.code(), language));
    format!("[{kind}: {}]", label.unwrap_or(reason.code()))
}

/// A cell as a slot; `None` for a blank cell.
///
/// # Errors
/// With the reason when the text is no value of the field.
pub fn read(id: FieldId, text: &str) -> Result<Option<Slot>, Misread> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let field = id.field();
    if let Some(absence) = bracketed_absence(trimmed) {
        return Ok(Some(Slot::Absent(absence)));
    }
    // Some vocabularies have a code that is also the word for an absence; there the code is meant.
    let coded = field.vocabulary().is_some_and(|list| list.parse(trimmed).is_some());
    if let Some(absence) = bare_absence(trimmed).filter(|_| !coded) {
        return Ok(Some(Slot::Absent(absence)));
    }
    read_value(field, text).map(|value| Some(value).filter(|value| !value.is_blank()).map(Slot::Value))
}

fn read_value(field: &Field, text: &str) -> Result<Value, Misread> {
    let trimmed = text.trim();
    let wrong = |reason: &'static str| (reason, trimmed.to_owned());
    Ok(match field.field_type {
        FieldType::LongText => Value::Text(unescape(&text.replace("\r\n", "\n").replace('\r', "\n")).to_owned()),
        FieldType::Text => Value::Text(one_line(unescape(trimmed))),
        FieldType::Url | FieldType::Email | FieldType::Key => Value::Text(unescape(trimmed).to_owned()),
        FieldType::Code => Value::Code(read_code(field, trimmed).ok_or_else(|| wrong(reason::VALUE_UNKNOWN))?),
        FieldType::Codes => Value::Codes(read_codes(field, trimmed)?),
        FieldType::Date => Value::Date(trimmed.parse().map_err(|_| wrong(reason::DATE_INVALID))?),
        FieldType::Boolean => Value::Boolean(words().boolean(trimmed).ok_or_else(|| wrong(reason::BOOLEAN_INVALID))?),
        FieldType::Integer => Value::Integer(integer(trimmed).ok_or_else(|| wrong(reason::INTEGER_INVALID))?),
        FieldType::TextList | FieldType::UrlList | FieldType::KeyList => {
            Value::List(split(unescape(trimmed)).iter().map(|item| one_line(item)).collect())
        }
    })
}

/// A line break in a one-line field comes from wrapping in a spreadsheet.
fn one_line(text: &str) -> String {
    if text.contains(['\n', '\r']) {
        text.split(['\n', '\r']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        text.to_owned()
    }
}

fn read_code(field: &Field, text: &str) -> Option<Code> {
    let list = field.vocabulary()?;
    list.parse(text).or_else(|| {
        // Spreadsheets eat leading zeros of keys such as that of a Land.
        (text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| list.code(&format!("0{text}")))?
    })
}

fn read_codes(field: &Field, text: &str) -> Result<Vec<Code>, Misread> {
    let mut codes = Vec::new();
    for item in split(text) {
        // People part by comma or line break too; labels may contain a comma, so the whole item is tried first.
        let parts: Vec<Code> = match read_code(field, &item) {
            Some(code) => vec![code],
            None => {
                let parts = item.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
                let parts: Option<Vec<Code>> = parts.map(|part| read_code(field, part)).collect();
                parts.ok_or((reason::VALUE_UNKNOWN, item))?
            }
        };
        for code in parts {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    Ok(codes)
}

/// Whole numbers, also with thousands separators (`2.400`, `2 400`) and as spreadsheets give them (`2400.0`).
fn integer(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let groups: Vec<&str> = text.split(['.', '\'', ' ', '\u{A0}', '\u{202F}']).collect();
    let grouped = groups.len() > 1
        && groups.iter().skip(1).all(|group| group.len() == 3)
        && groups.first().is_some_and(|first| (1..=3).contains(&first.len()));
    if grouped {
        return groups.concat().parse().ok();
    }
    text.strip_suffix(".0").or_else(|| text.strip_suffix(",0"))?.parse().ok()
}

fn bracketed_absence(text: &str) -> Option<Absence> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    if let Some(code) = words().absence_code(inner) {
        return Absence::from_codes(code, None);
    }
    let (kind, why) = inner.split_once(':')?;
    let reason = vocabulary("withheld_reason")?.parse(why)?;
    Absence::from_codes(words().absence_code(kind)?, Some(reason.as_str()))
}

/// The words of an absence as a whole cell. Withheld always needs its reason, and so its brackets.
fn bare_absence(text: &str) -> Option<Absence> {
    Absence::from_codes(words().absence_code(text)?, None)
}

fn looks_absent(text: &str) -> bool {
    let bare = text.trim_start_matches('\'').trim();
    bare.starts_with('[') || words().absence_code(bare).is_some()
}

/// Puts an apostrophe before a text that would be read as an absence.
fn escape(text: &str) -> Cow<'_, str> {
    if looks_absent(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn unescape(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if looks_absent(rest) => rest,
        _ => text,
    }
}

/// Items as one text.
pub fn join<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let escaped: Vec<String> = items.map(|item| item.replace('\\', "\\\\").replace(';', "\\;")).collect();
    escaped.join("; ")
}

/// Items of a text; `\;` and `\\` are no separators.
pub fn split(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match (c, next) {
            ('\\', Some(escaped @ (';' | '\\'))) => {
                chars.next();
                push(&mut items, escaped);
            }
            (';', _) => items.push(String::new()),
            _ => push(&mut items, c),
        }
    }
    items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

fn push(items: &mut [String], c: char) {
    if let Some(last) = items.last_mut() {
        last.push(c);
    }
}

/// External ids as one text: `scheme:value`, and `scheme:value <url>` where there is one.
pub fn write_ids(ids: &[ExternalId]) -> Cell {
    let texts: Vec<String> = ids
        .iter()
        .map(|id| match &id.url {
            Some(url) => format!("{}:{} <{url}>", id.scheme, id.value),
            None => format!("{}:{}", id.scheme, id.value),
        })
        .collect();
    if texts.is_empty() { Cell::Empty } else { Cell::Text(join(texts.iter().map(String::as_str))) }
}

/// External ids of a text.
///
/// # Errors
/// With the part that is none.
pub fn read_ids(text: &str) -> Result<Vec<ExternalId>, Misread> {
    split(text)
        .into_iter()
        .map(|item| {
            let (id, url) = match item.strip_suffix('>').and_then(|rest| rest.rsplit_once(" <")) {
                Some((id, url)) if maki_domain::check::is_web_url(url) => (id, Some(url.to_owned())),
                _ => (item.as_str(), None),
            };
            let (scheme, value) = id.split_once(':').unwrap_or_default();
            let (scheme, value) = (scheme.trim(), value.trim());
            let fits = |text: &str, most: usize| !text.is_empty() && text.chars().count() <= most;
            if !fits(scheme, ExternalId::MAX_SCHEME) || !fits(value, ExternalId::MAX_VALUE) {
                return Err((reason::EXTERNAL_ID_INVALID, item));
            }
            Ok(ExternalId { scheme: scheme.to_owned(), value: value.to_owned(), url })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use maki_domain::{catalogue, keys};

    fn shown(key: &str, text: &str) -> String {
        let id = catalogue().id(key).unwrap();
        match read(id, text) {
            Ok(None) => "-".to_owned(),
            Ok(Some(slot)) => serde_json::to_string(&slot).unwrap(),
            Err((reason, part)) => format!("{reason} {part}"),
        }
    }

    #[test]
    fn people_may_write_values_in_their_words() {
        let check = |key: &str, text: &str, expected: &str| assert_eq!(shown(key, text), expected, "{key} {text:?}");
        check(keys::NAME, "  Lotte ", "\"Lotte\"");
        check(keys::NAME, " ", "-");
        check(keys::NAME, "zwei\nZeilen", "\"zwei Zeilen\"");
        check(keys::NAME, "[Entwurf] Lotte", "\"[Entwurf] Lotte\"");
        check(keys::LIFECYCLE, "betrieb", "\"operation\"");
        check(keys::LIFECYCLE, "Stilllegung", "field-value-unknown Stilllegung");
        check(keys::ORGANISATION_LAND, "5", "\"05\"");
        check(keys::ORGANISATION_LAND, "Hessen", "\"06\"");
        check(keys::TECHNIQUES, "Prognose; speech", "[\"forecasting\",\"speech\"]");
        check(keys::TECHNIQUES, "Prognose, Empfehlungssystem", "[\"forecasting\",\"recommendation\"]");
        check(keys::TECHNIQUES, "Magie", "field-value-unknown Magie");
        check(keys::HOSTING, "[Nicht bekannt]", "{\"absent\":\"unknown\"}");
        check(keys::HOSTING, "trifft nicht zu", "{\"absent\":\"not_applicable\"}");
        check(keys::RISK_CLASS, "not_applicable", "\"not_applicable\"");
        check(keys::RISK_CLASS, "[not_applicable]", "{\"absent\":\"not_applicable\"}");
        check(
            keys::HOSTING,
            "[Nicht veröffentlicht: Schutz der IT-Sicherheit]",
            "{\"absent\":\"withheld\",\"reason\":\"it_security\"}",
        );
        check(keys::USED_ON_REAL_CASES, "Ja", "true");
        check(keys::USED_ON_REAL_CASES, "vielleicht", "field-boolean-invalid vielleicht");
        check(keys::USAGE_PER_YEAR, "2.400", "2400");
        check(keys::USAGE_PER_YEAR, "viele", "field-integer-invalid viele");
        check(keys::IN_OPERATION_SINCE, "03.2025", "\"2025-03\"");
        check(
            keys::INTERFACE_LANGUAGES,
            "Deutsch; Leichte Sprache\\; einfach",
            "[\"Deutsch\",\"Leichte Sprache; einfach\"]",
        );
    }

    #[test]
    fn texts_that_look_like_absences_survive() {
        let id = catalogue().id(keys::NAME).unwrap();
        for text in ["[Keine Angabe]", "Unbekannt", "'[x", "''[", "[", "n/a", "'n Abend", "k. A."] {
            let slot = Slot::Value(Value::Text(text.to_owned()));
            for language in [None, Some(Language::De), Some(Language::En)] {
                let cell = write(id, &slot, language);
                assert_eq!(read(id, &cell.text()).unwrap(), Some(slot.clone()), "{text} as {cell:?}");
            }
        }
    }

    #[test]
    fn external_ids_survive() {
        let mut ids = vec![ExternalId::new("demo", "A:1; b\\c"), ExternalId::new("x", "2 <3>")];
        ids.push(ExternalId { scheme: "nl".into(), value: "7".into(), url: Some("https://a.example/7;x".into()) });
        assert_eq!(read_ids(&write_ids(&ids).text()).unwrap(), ids);
        assert!(read_ids("ohne Schema").is_err());
    }
}
