//! What reports are called and say, in words of the page.

use maki_app::eu_report::ReportOf;
use maki_domain::eu_report::{ItemState, Obligation, ReportState};
use maki_domain::{FieldType, Language, PartialDate, catalogue};
use serde_json::Value as Json;

use crate::format;
use crate::texts::{Texts, texts};
use crate::view::Badge;

/// The badge of a state.
pub fn state_badge(t: &Texts, state: ReportState) -> Badge {
    let class = match state {
        ReportState::ToBeUpdated | ReportState::Incomplete | ReportState::Required => "kern-badge--warning",
        ReportState::Ready => "kern-badge--info",
        ReportState::Reported => "kern-badge--success",
        ReportState::Unassessed | ReportState::NotRequired => "m-badge--plain",
    };
    Badge { label: state_label(t, state).to_owned(), class }
}

pub fn state_label(t: &Texts, state: ReportState) -> &str {
    t.get(match state {
        ReportState::ToBeUpdated => "eu-state-to-be-updated",
        ReportState::Incomplete => "eu-state-incomplete",
        ReportState::Required => "eu-state-required",
        ReportState::Ready => "eu-state-ready",
        ReportState::Reported => "eu-state-reported",
        ReportState::Unassessed => "eu-state-unassessed",
        ReportState::NotRequired => "eu-state-not-required",
    })
}

/// What a state means, and what is to be done next.
pub fn state_text(t: &Texts, state: ReportState) -> &str {
    t.get(match state {
        ReportState::ToBeUpdated => "eu-state-to-be-updated-text",
        ReportState::Incomplete => "eu-state-incomplete-text",
        ReportState::Required => "eu-state-required-text",
        ReportState::Ready => "eu-state-ready-text",
        ReportState::Reported => "eu-state-reported-text",
        ReportState::Unassessed => "eu-state-unassessed-text",
        ReportState::NotRequired => "eu-state-not-required-text",
    })
}

/// What a report is called in lists: its section, or the national register.
pub fn short_name(t: &Texts, code: &str) -> String {
    match code {
        "IX" => t.get("eu-section-ix").to_owned(),
        "national" => t.get("eu-section-national").to_owned(),
        code => t.one("eu-section", "code", code.to_owned()),
    }
}

/// What a report is.
pub fn long_name(obligation: &Obligation, language: Language) -> String {
    match obligation.code {
        "national" => texts(language).get("eu-section-national-long").to_owned(),
        _ if language == Language::De => obligation.section.de.clone(),
        _ => obligation.section.en.clone(),
    }
}

/// An article in the words of the language: the law's data name it in English.
pub fn article(language: Language, article: &str) -> String {
    match language {
        Language::En => article.to_owned(),
        Language::De => {
            let words = article.replace(")(", " Buchst. ").replace('(', " Abs. ").replace(')', "");
            // A letter stands after its paragraph as in `Art. 60 Abs. 4 Buchst. c`.
            texts(language).one("eu-article", "article", words)
        }
    }
}

/// From when a report is owed, in a sentence.
pub fn due(t: &Texts, report: &ReportOf) -> String {
    let language = t.language();
    let day = |day: &PartialDate| format::date(language, *day).human;
    match (report.is_due, report.obligation.from.as_slice()) {
        (false, _) => t.get("eu-due-over").to_owned(),
        (true, []) if report.obligation.code == "IX" => t.get("eu-due-before-test").to_owned(),
        (true, []) => t.get("eu-due-open").to_owned(),
        (true, [only]) => t.one("eu-due-day", "day", day(only)),
        (true, [first, .., last]) => t.with("eu-due-days", &[("first", day(first).into()), ("last", day(last).into())]),
    }
}

/// The same in a few characters for lists.
pub fn due_short(t: &Texts, report: &ReportOf) -> String {
    let language = t.language();
    let days: Vec<String> = report.obligation.from.iter().map(|day| format::date(language, *day).human).collect();
    match (report.is_due, days.is_empty()) {
        (false, _) => t.get("eu-due-over-short").to_owned(),
        (true, true) if report.obligation.code == "IX" => t.get("eu-due-before-test-short").to_owned(),
        (true, true) => t.get("eu-due-open-short").to_owned(),
        (true, false) => days.join(t.get("eu-due-or")),
    }
}

/// Why nothing stands in an item.
pub fn item_text(t: &Texts, state: ItemState) -> Option<&str> {
    Some(t.get(match state {
        ItemState::Stated => return None,
        ItemState::Missing => "eu-item-missing",
        ItemState::Empty => "eu-item-empty",
        ItemState::NotApplicable => "eu-item-not-applicable",
        ItemState::NotInRestrictedPart => "eu-item-not-in-restricted",
        ItemState::AtDatabase => "eu-item-at-database",
        ItemState::Deleted => "eu-item-deleted",
    }))
}

/// The label of a value of a report.
pub fn field_label(language: Language, key: &str) -> String {
    let field = catalogue().id(key).map(|id| id.field().label(language).to_owned());
    field.unwrap_or_else(|| match key {
        "member_states" => texts(language).get("eu-member-states").to_owned(),
        other => other.to_owned(),
    })
}

/// A value of a report, line by line.
pub fn lines(language: Language, key: &str, value: &Json) -> Vec<String> {
    match value {
        Json::Array(items) => items.iter().flat_map(|item| lines(language, key, item)).collect(),
        Json::Object(code) => {
            let label = code.get(language.tag()).or_else(|| code.get("code")).and_then(Json::as_str);
            vec![label.unwrap_or_default().to_owned()]
        }
        Json::String(text) if key == "member_states" && text == "DE" => {
            vec![texts(language).get("eu-germany").to_owned()]
        }
        Json::String(text) => {
            let is_date = catalogue().id(key).is_some_and(|id| id.field().field_type == FieldType::Date);
            match text.parse::<PartialDate>() {
                Ok(date) if is_date => vec![format::date(language, date).human],
                _ => text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
            }
        }
        Json::Bool(yes) => vec![texts(language).get(if *yes { "value-yes" } else { "value-no" }).to_owned()],
        Json::Number(number) => vec![number.to_string()],
        Json::Null => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_named_as_the_language_does() {
        let check = |english: &str, german: &str| {
            assert_eq!(article(Language::De, english), german);
            assert_eq!(article(Language::En, english), english);
        };
        check("Art. 49(1)", "Art. 49 Abs. 1 KI-VO");
        check("Art. 60(4)(c)", "Art. 60 Abs. 4 Buchst. c KI-VO");
    }

    #[test]
    fn values_are_words() {
        let check = |key: &str, value: Json, expected: &[&str]| {
            assert_eq!(lines(Language::De, key, &value), expected, "{key}");
        };
        check("member_states", serde_json::json!(["DE"]), &["Deutschland"]);
        check("ended_on", serde_json::json!("2026-03-01"), &["01.03.2026"]);
        check("purpose", serde_json::json!("Eins.\n\nZwei."), &["Eins.", "Zwei."]);
        check("purpose", serde_json::json!("2026"), &["2026"]);
        check(
            "annex_viii_status",
            serde_json::json!({ "code": "recalled", "de": "Zurückgerufen", "en": "Recalled" }),
            &["Zurückgerufen"],
        );
        check(
            "links",
            serde_json::json!(["https://a.example", "https://b.example"]),
            &["https://a.example", "https://b.example"],
        );
    }
}
