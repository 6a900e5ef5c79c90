//! Foreign values to ours: enumerators taken off, spellings normalised, codes found, dates read.
//!
//! Comparison is by letters and digits in lower case after leading enumerators such as `a) ` are gone. A map key that
//! ends in `*` matches every value that begins like it. A value that no map knows is reported, never guessed.

use std::collections::HashMap;

use maki_domain::{Absence, Code, FieldId, FieldType, PartialDate, Slot, Value};

use super::schema::DateOrder;
use crate::table::header;

/// What a foreign value means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// It says nothing.
    Nothing,
    /// It says why there is no value.
    Absent(Absence),
    /// A code of the field's vocabulary.
    Code(Code),
    /// A fixed text.
    Text(String),
    /// A truth value.
    Boolean(bool),
}

impl Meaning {
    /// Reads the right side of a map: empty, `@absence` (`@withheld:reason`), a code, or a text, by the field's type.
    ///
    /// # Errors
    /// With the reason, for a profile's author.
    pub fn parse(to: Option<FieldId>, value: &str) -> Result<Self, String> {
        if value.is_empty() {
            return Ok(Self::Nothing);
        }
        if let Some(absence) = value.strip_prefix('@') {
            let (kind, reason) = absence.split_once(':').map_or((absence, None), |(kind, why)| (kind, Some(why)));
            let absence = Absence::from_codes(kind, reason);
            return absence.map(Self::Absent).ok_or_else(|| format!("{value} is not an absence"));
        }
        let Some(field) = to.map(FieldId::field) else {
            return Err(format!("{value}: only an absence or an empty text is possible here"));
        };
        match field.field_type {
            FieldType::Code | FieldType::Codes => {
                let code = field.vocabulary().and_then(|vocabulary| vocabulary.code(value));
                code.map(Self::Code).ok_or_else(|| format!("{value} is not a code of {}", field.key))
            }
            FieldType::Boolean => {
                value.parse().map(Self::Boolean).map_err(|_| format!("{value} is neither true nor false"))
            }
            _ => Ok(Self::Text(value.to_owned())),
        }
    }

    /// As a slot of a field; `None` for nothing.
    #[must_use]
    pub fn slot(&self, to: FieldId) -> Option<Slot> {
        match self {
            Self::Nothing => None,
            Self::Absent(absence) => Some(Slot::Absent(*absence)),
            Self::Code(code) if to.field().field_type == FieldType::Codes => Some(Value::Codes(vec![*code]).into()),
            Self::Code(code) => Some(Value::Code(*code).into()),
            Self::Text(text) => Some(Value::Text(text.clone()).into()),
            Self::Boolean(value) => Some(Value::Boolean(*value).into()),
        }
    }
}

/// Foreign values and what they mean.
#[derive(Debug, Clone, Default)]
pub struct ValueMap {
    exact: HashMap<String, Vec<Meaning>>,
    /// Longest beginning first.
    beginnings: Vec<(String, Vec<Meaning>)>,
}

impl ValueMap {
    /// Builds a map; keys as people write them, `*` at the end for beginnings.
    #[must_use]
    pub fn new(entries: Vec<(String, Vec<Meaning>)>) -> Self {
        let mut map = Self::default();
        for (from, meanings) in entries {
            match from.strip_suffix('*') {
                Some(beginning) => map.beginnings.push((normalise(beginning), meanings)),
                None => {
                    map.exact.insert(normalise(&from), meanings);
                }
            }
        }
        map.beginnings.sort_by_key(|(beginning, _)| std::cmp::Reverse(beginning.len()));
        map
    }

    /// What a value means; `None` when the map does not know it.
    #[must_use]
    pub fn get(&self, value: &str) -> Option<&[Meaning]> {
        let key = normalise(value);
        if let Some(meanings) = self.exact.get(&key) {
            return Some(meanings);
        }
        let found = self.beginnings.iter().find(|(beginning, _)| key.starts_with(beginning.as_str()));
        found.map(|(_, meanings)| meanings.as_slice())
    }
}

/// Letters and digits in lower case, leading enumerators taken off. Values without any letter or digit keep their
/// punctuation, so that `-` and `[]` can be named.
#[must_use]
pub fn normalise(value: &str) -> String {
    let bare = without_enumerator(value);
    let key = header::normalise(bare);
    if key.is_empty() { bare.trim().to_owned() } else { key }
}

/// Takes off `a) `, also when it is repeated.
#[must_use]
pub fn without_enumerator(value: &str) -> &str {
    let mut rest = value.trim();
    loop {
        let mut chars = rest.chars();
        match (chars.next(), chars.next()) {
            (Some(letter), Some(')')) if letter.is_ascii_alphanumeric() => rest = chars.as_str().trim_start(),
            _ => return rest,
        }
    }
}

/// Parts a cell with several values. A list in the notation of programming languages (`['a', 'b']`) is understood.
#[must_use]
pub fn split<'a>(text: &'a str, separators: &str) -> Vec<&'a str> {
    let trimmed = text.trim();
    if let Some(inner) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let quotes = ['\'', '"'];
        let items = inner.split("', '").flat_map(|item| item.split("\",\"")).flat_map(|item| item.split("\", \""));
        return items.map(|item| item.trim().trim_matches(quotes).trim()).filter(|item| !item.is_empty()).collect();
    }
    trimmed.split(|c| separators.contains(c)).map(str::trim).filter(|item| !item.is_empty()).collect()
}

/// A value as prose: enumerators taken off, lists in the notation of programming languages joined by commas.
#[must_use]
pub fn unlisted(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') {
        return split(text, "").into_iter().map(without_enumerator).collect::<Vec<_>>().join(", ");
    }
    without_enumerator(text).to_owned()
}

/// All web addresses in a text.
#[must_use]
pub fn urls(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '|' | ';')) {
        let Some(start) = word.find("https://").or_else(|| word.find("http://")) else { continue };
        let url = word.get(start..).unwrap_or_default().trim_end_matches(['.', ',', ')', ']', '\'']);
        if maki_domain::check::is_web_url(url) && !found.iter().any(|known| known == url) {
            found.push(url.to_owned());
        }
    }
    found
}

/// Whole sentences from the beginning of a text, at most `most` characters; the beginning of the first sentence with
/// an ellipsis when even that is longer.
#[must_use]
pub fn first_sentences(text: &str, most: usize) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat.chars().count() <= most {
        return flat;
    }
    let mut end = None;
    let mut chars = flat.char_indices().take(most).peekable();
    while let Some((at, c)) = chars.next() {
        let followed_by_blank = chars.peek().is_some_and(|(_, next)| *next == ' ');
        if matches!(c, '.' | '!' | '?') && followed_by_blank && at > 30 {
            end = Some(at + c.len_utf8());
        }
    }
    match end.and_then(|end| flat.get(..end)) {
        Some(sentences) => sentences.to_owned(),
        None => cut(&flat, most),
    }
}

/// At most `most` characters, cut at a blank where one is near, with an ellipsis.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most.saturating_sub(1)).collect();
    let at_blank = short.rfind(char::is_whitespace).filter(|at| *at + 40 > short.len());
    let kept = at_blank.and_then(|at| short.get(..at)).unwrap_or(&short);
    format!("{}…", kept.trim_end())
}

/// Text as the domain accepts it: line breaks as line feeds (blanks in one-line fields), control characters as blanks,
/// outer blanks off.
#[must_use]
pub fn clean(text: &str, several_lines: bool) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let shown: String = unified
        .chars()
        .map(|c| match c {
            '\n' | '\t' if several_lines => c,
            c if c.is_control() => ' ',
            c => c,
        })
        .collect();
    if several_lines {
        return shown.trim().to_owned();
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A year as people abbreviate it today: `25` is 2025.
const fn full_year(year: i16) -> i16 {
    if year < 100 { 2000 + year } else { year }
}

/// `Jul-25`, `July 2025`: month and year in English, as American spreadsheets show them.
fn english_month(text: &str) -> Option<PartialDate> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (name, year) = text.split_once(['-', ' '])?;
    let beginning = name.get(..3)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| *month == beginning)?;
    let year = full_year(year.trim().parse().ok()?);
    PartialDate::new(year, u8::try_from(month + 1).ok(), None).ok()
}

/// Reads a date; slashes by the order that the profile states.
#[must_use]
pub fn date(text: &str, order: DateOrder) -> Option<PartialDate> {
    let text = text.trim();
    if let Ok(date) = text.parse() {
        return Some(date);
    }
    if order == DateOrder::MonthFirst
        && let Some(date) = english_month(text)
    {
        return Some(date);
    }
    let day = text.split([' ', 'T']).next()?;
    let numbers: Vec<i16> = day.split('/').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let small = |number: i16| u8::try_from(number).ok();
    match (numbers.as_slice(), order) {
        ([a, b, year], DateOrder::MonthFirst) => {
            PartialDate::new(full_year(*year), Some(small(*a)?), Some(small(*b)?)).ok()
        }
        ([a, b, year], DateOrder::DayFirst) => {
            PartialDate::new(full_year(*year), Some(small(*b)?), Some(small(*a)?)).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_what_they_say() {
        let map = ValueMap::new(vec![
            ("Deployed*".to_owned(), vec![Meaning::Boolean(true)]),
            ("No*".to_owned(), vec![Meaning::Boolean(false)]),
            ("n/a".to_owned(), vec![Meaning::Nothing]),
        ]);
        let check = |value: &str, expected: Option<&Meaning>| {
            assert_eq!(map.get(value).and_then(<[Meaning]>::first), expected, "{value}");
        };
        check("c) Deployed – The use case is …", Some(&Meaning::Boolean(true)));
        check("b)  b)  deployed - x", Some(&Meaning::Boolean(true)));
        check(" No", Some(&Meaning::Boolean(false)));
        check("N/A", Some(&Meaning::Nothing));
        check("Retired", None);
    }

    #[test]
    fn lists_are_parted() {
        let check = |text: &str, expected: &[&str]| assert_eq!(split(text, ";,"), expected);
        check("a; b,c", &["a", "b", "c"]);
        check("['a) Race/Ethnicity', 'c) Age']", &["a) Race/Ethnicity", "c) Age"]);
        check("[\"None of the above\"]", &["None of the above"]);
        check("[]", &[]);
        assert_eq!(unlisted("['k) None of the above']"), "None of the above");
        assert_eq!(unlisted("a) Yes"), "Yes");
    }

    #[test]
    fn dates_with_slashes_need_an_order() {
        let check = |text: &str, order: DateOrder, expected: Option<&str>| {
            assert_eq!(date(text, order).map(|date| date.to_string()).as_deref(), expected, "{text}");
        };
        check("10/17/2023 00:00:00", DateOrder::MonthFirst, Some("2023-10-17"));
        check("2024-10-01 00:00:00", DateOrder::MonthFirst, Some("2024-10-01"));
        check("01/2024", DateOrder::MonthFirst, Some("2024-01"));
        check("1/2/2024", DateOrder::DayFirst, Some("2024-02-01"));
        check("1/2/2024", DateOrder::Unambiguous, None);
        check("Jan-03", DateOrder::MonthFirst, Some("2003-01"));
        check("July 2025", DateOrder::MonthFirst, Some("2025-07"));
        check("Jul-25", DateOrder::DayFirst, None);
        check("summer", DateOrder::MonthFirst, None);
    }

    #[test]
    fn texts_are_shortened_at_sentences() {
        let text = "Das System liest eingehende Post und ordnet sie zu. Danach prüft ein Mensch.";
        assert_eq!(first_sentences(text, 60), "Das System liest eingehende Post und ordnet sie zu.");
        assert_eq!(first_sentences("kurz", 60), "kurz");
        assert_eq!(first_sentences(&"x".repeat(70), 10), format!("{}…", "x".repeat(9)));
        assert_eq!(cut("ein Wort noch eins", 10), "ein Wort…");
    }

    #[test]
    fn web_addresses_are_taken_out() {
        assert_eq!(
            urls("Yes - https://a.example/x, and (http://b.example)."),
            ["https://a.example/x", "http://b.example"]
        );
        assert!(urls("not publicly available").is_empty());
    }
}
