//! From what was typed into the controls of one value to the value.

use maki_domain::catalogue::{Field, FieldType};
use maki_domain::{Code, PartialDate, Value};

use super::Part;
use super::typed::{NO, Typed, YES};

/// Why typed text is no value at all. What a value must be like beyond that, `maki_domain::check` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Choice,
    Date,
    Number,
}

impl Unreadable {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Choice => "field-not-a-choice",
            Self::Date => "field-not-a-date",
            Self::Number => "field-not-a-number",
        }
    }
}

/// The value that was typed; none where nothing was.
pub(super) fn value(field: &Field, typed: &Typed) -> Result<Option<Value>, Unreadable> {
    let text = typed.part(field, Part::Value);
    let value = match field.field_type {
        FieldType::Text | FieldType::Url | FieldType::Email => Value::Text(line(text)),
        FieldType::Key => Value::Text(digits(text)),
        FieldType::LongText => Value::Text(paragraphs(text)),
        FieldType::TextList | FieldType::UrlList => Value::List(lines(text).map(line).collect()),
        FieldType::KeyList => Value::List(lines(text).map(digits).collect()),
        FieldType::Code if text.is_empty() => return Ok(None),
        FieldType::Code => Value::Code(code(field, text)?),
        FieldType::Codes => Value::Codes(codes(field, typed)?),
        FieldType::Date => return date(field, typed),
        FieldType::Boolean => match text {
            "" => return Ok(None),
            YES => Value::Boolean(true),
            NO => Value::Boolean(false),
            _ => return Err(Unreadable::Choice),
        },
        FieldType::Integer if text.trim().is_empty() => return Ok(None),
        FieldType::Integer => Value::Integer(integer(text).ok_or(Unreadable::Number)?),
    };
    Ok(Some(value).filter(|value| !value.is_blank()))
}

/// One line: a tab, as tables on the clipboard have it, is a blank.
fn line(text: &str) -> String {
    text.trim().replace('\t', " ")
}

/// A key may be pasted with the blanks that make it readable.
fn digits(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Browsers send lines with CR and LF.
fn paragraphs(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).filter(|line| !line.trim().is_empty())
}

fn code(field: &Field, text: &str) -> Result<Code, Unreadable> {
    field.vocabulary().and_then(|list| list.code(text)).ok_or(Unreadable::Choice)
}

/// Ticked boxes in the order of the list, each once.
fn codes(field: &Field, typed: &Typed) -> Result<Vec<Code>, Unreadable> {
    let ticked = typed.all(&Part::Value.name(field)).iter().filter(|text| !text.is_empty());
    let mut codes: Vec<Code> = ticked.map(|text| code(field, text)).collect::<Result<_, _>>()?;
    let place = |code: &Code| field.vocabulary().and_then(|list| list.position(code.as_str()));
    codes.sort_by_key(place);
    codes.dedup();
    Ok(codes)
}

/// Day and month may be empty, and the field for the year takes a whole date as well, because people paste one.
fn date(field: &Field, typed: &Typed) -> Result<Option<Value>, Unreadable> {
    let [day, month, year] = [Part::Day, Part::Month, Part::Year].map(|part| typed.part(field, part).trim());
    let read = match (day, month, year) {
        ("", "", "") => return Ok(None),
        ("", "", whole) => whole.parse().ok(),
        (day, month, year) => {
            let day = if day.is_empty() { Some(None) } else { small(day.trim_end_matches('.')).map(Some) };
            let month = month_number(month).map(Some);
            match (day, month, year.len()) {
                (Some(day), Some(month), 4) => {
                    year.parse().ok().and_then(|year| PartialDate::new(year, month, day).ok())
                }
                _ => None,
            }
        }
    };
    read.map(|date| Some(Value::Date(date))).ok_or(Unreadable::Date)
}

fn small(text: &str) -> Option<u8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A month by number or by its name in a language of the interface, also cut short.
fn month_number(text: &str) -> Option<u8> {
    const SHORTEST: usize = 3;
    let text = text.trim_end_matches('.').to_lowercase();
    small(&text).or_else(|| {
        let is_named = |number: &u8| {
            maki_domain::Language::ALL.into_iter().any(|language| {
                let name = crate::texts::texts(language).get(&format!("month-{number}")).to_lowercase();
                text.chars().count() >= SHORTEST && name.starts_with(&text)
            })
        };
        (1..=12).find(is_named)
    })
}

/// A whole number, with or without the separators of thousands of either language.
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, rest) = text.strip_prefix(['-', '−']).map_or(("", text), |rest| ("-", rest));
    let mut groups = rest.split(['.', ',', ' ', '\'', '’', '\u{a0}', '\u{202f}']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_number = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let grouped = rest.is_empty() || first.len() <= 3 && rest.iter().all(|group| group.len() == 3);
    if !grouped || !is_number(first) || !rest.iter().all(|group| is_number(group)) {
        return None;
    }
    format!("{sign}{first}{}", rest.concat()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_have_separators() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(integer(text), expected, "{text:?}");
        check("8500", Some(8_500));
        check(" 8.500 ", Some(8_500));
        check("1,234,567", Some(1_234_567));
        check("1 234", Some(1_234));
        check("-5", Some(-5));
        check("8,5", None);
        check("1234.567", None);
        check("viele", None);
        check("", None);
        check(".", None);
        check("99999999999999999999", None);
    }

    #[test]
    fn months_have_names() {
        let check = |text: &str, expected: Option<u8>| assert_eq!(month_number(text), expected, "{text:?}");
        check("3", Some(3));
        check("03", Some(3));
        check("März", Some(3));
        check("mär.", Some(3));
        check("October", Some(10));
        check("ma", None);
        check("", None);
    }
}
