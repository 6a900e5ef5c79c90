//! The way through the guided check: answers so far, what was skipped, and in which order it was asked.
//!
//! It travels in a hidden field, signed, so that nothing of it stands in an address, a cookie or the register.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maki_app::App;
use maki_domain::PartialDate;
use maki_domain::assess::{Assessment, Case, Fact, RuleSet};
use maki_domain::rules::Kind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::error::WebError;
use crate::guard::Submitted;

/// Longest field that is looked at. All answers together are well below.
const MOST: usize = 16_384;
/// Value of the box that denies all codes.
pub const NONE: &str = "-";

/// Where somebody is in the check.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    answers: Map<String, Json>,
    skipped: Vec<String>,
    /// Questions in the order in which they were asked.
    asked: Vec<String>,
    /// The one that is open; none before the first and at the result.
    at: Option<String>,
    /// Answers that were given elsewhere: shown to be confirmed, and no answers before.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    proposed: Map<String, Json>,
}

impl Way {
    /// The beginning of one that proposes answers.
    pub fn proposing(proposed: Map<String, Json>) -> Self {
        Self { proposed, ..Self::default() }
    }

    /// As a field of a form, signed for the course that it is `bound` to.
    pub async fn sealed(&self, app: &App, bound: &str) -> Result<String, WebError> {
        let content = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).map_err(WebError::internal)?);
        let signature = app.form_token(&format!("{bound} {content}")).await?;
        Ok(format!("{content}~{signature}"))
    }

    /// Reads a field. What nobody signed for this course, or too long ago, is refused.
    pub async fn unsealed(app: &App, bound: &str, field: &str) -> Result<Self, WebError> {
        let (content, signature) =
            field.split_once('~').filter(|_| field.len() <= MOST).ok_or(WebError::FormExpired)?;
        if !app.is_form_token(&format!("{bound} {content}"), signature).await? {
            return Err(WebError::FormExpired);
        }
        let read = URL_SAFE_NO_PAD.decode(content).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        read.ok_or(WebError::FormExpired)
    }

    /// The question that is open.
    pub fn open(&self) -> Option<&str> {
        self.at.as_deref()
    }

    pub fn answer(&self, key: &str) -> Option<&Json> {
        self.answers.get(key)
    }

    /// All answers.
    pub const fn given(&self) -> &Map<String, Json> {
        &self.answers
    }

    pub fn proposed(&self, key: &str) -> Option<&Json> {
        self.proposed.get(key)
    }

    pub fn is_skipped(&self, key: &str) -> bool {
        self.skipped.iter().any(|one| one == key)
    }

    /// Place of the open question, from 0; at the result after all of them.
    pub fn place(&self) -> usize {
        self.asked.iter().position(|key| Some(key) == self.at.as_ref()).unwrap_or(self.asked.len())
    }

    pub fn give(&mut self, key: &str, answer: Json) {
        self.skipped.retain(|one| one != key);
        self.answers.insert(key.to_owned(), answer);
    }

    pub fn skip(&mut self, key: &str) {
        self.answers.remove(key);
        if !self.is_skipped(key) {
            self.skipped.push(key.to_owned());
        }
    }

    /// Asks a question next, also one that was answered. A question that was left without an answer is forgotten: it
    /// comes again when it still matters.
    pub fn ask(&mut self, key: &str) {
        let (answers, skipped) = (&self.answers, &self.skipped);
        self.asked.retain(|one| one == key || answers.contains_key(one) || skipped.contains(one));
        if !self.asked.iter().any(|one| one == key) {
            self.asked.push(key.to_owned());
        }
        self.at = Some(key.to_owned());
    }

    /// Back to the question before the open one; the first has none before it.
    pub fn back(&mut self) {
        if let Some(before) = self.place().checked_sub(1).and_then(|place| self.asked.get(place)) {
            self.at = Some(before.clone());
        }
    }

    /// No question is open any more.
    pub fn end(&mut self) {
        self.at = None;
    }

    /// What follows from the answers so far; answers of a rule set that no longer knows them count as not given.
    pub fn assess(&self, rules: &RuleSet, today: PartialDate) -> Assessment {
        let mut known = self.answers.clone();
        known.retain(|key, answer| {
            let one: Map<String, Json> = [(key.clone(), answer.clone())].into_iter().collect();
            Case::from_json(rules, &Json::Object(one), &[]).is_ok()
        });
        let case = Case::from_json(rules, &Json::Object(known), &[]).unwrap_or_default();
        rules.assess(&case, today)
    }

    /// The first question in the order of the law whose answer could change the result.
    pub fn next<'a>(&self, rules: &'a RuleSet, assessment: &Assessment) -> Option<&'a Fact> {
        let is_next = |fact: &&Fact| {
            let key = &fact.key;
            assessment.open.contains(key) && !self.is_skipped(key) && !self.answers.contains_key(key)
        };
        rules.facts().iter().find(is_next)
    }
}

/// What was typed as the answer to a question; the error is the key of its text.
pub fn typed(fact: &Fact, pairs: &Submitted) -> Result<Json, &'static str> {
    let values: Vec<&str> = pairs.all("antwort").filter(|value| !value.is_empty()).collect();
    let has_none = values.contains(&NONE);
    let is_known = |value: &str| value == NONE || fact.codes.iter().any(|code| code == value);
    match (fact.kind, values.as_slice()) {
        (Kind::Day | Kind::DayOrNot, _) => day(fact, pairs),
        (_, []) => Err("check-answer-missing"),
        (Kind::Truth, ["ja"]) => Ok(Json::Bool(true)),
        (Kind::Truth, ["nein"]) => Ok(Json::Bool(false)),
        (Kind::Choice, [NONE]) => Ok(Json::Bool(false)),
        (Kind::Choice, [code]) if is_known(code) => Ok(Json::from(*code)),
        (Kind::Codes, values) if values.iter().all(|value| is_known(value)) => match (has_none, values.len()) {
            (true, 1) => Ok(Json::Array(Vec::new())),
            (true, _) => Err("check-answer-none-and-some"),
            (false, _) => Ok(Json::from(values.to_vec())),
        },
        _ => Err("check-answer-unknown"),
    }
}

fn day(fact: &Fact, pairs: &Submitted) -> Result<Json, &'static str> {
    let text = pairs.get("tag").trim();
    // As it stands in calendars: `1.2.2026`, also with a blank after each dot.
    let text = &text.replace(". ", ".");
    let not_yet = pairs.has("nicht") && fact.kind == Kind::DayOrNot;
    match (text.is_empty(), not_yet) {
        (true, true) => Ok(Json::Bool(false)),
        (true, false) => Err("check-answer-day-missing"),
        (false, true) => Err("check-answer-day-and-not"),
        (false, false) => {
            let day: Option<PartialDate> = text.parse().ok();
            let day = day.filter(|day| day.day().is_some()).ok_or("check-answer-day")?;
            Ok(Json::from(day.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::sync::Arc;

    use maki_domain::assess::rule_set;
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_are_read_by_the_kind_of_the_question() {
        let check = |key: &str, pairs: &[(&str, &str)], expected: Result<Json, &str>| {
            let fact = rule_set().facts().iter().find(|fact| fact.key == key).unwrap();
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(typed(fact, &Submitted(Arc::new(pairs))), expected, "{key}");
        };
        check("is_ai_system", &[("antwort", "ja")], Ok(json!(true)));
        check("is_ai_system", &[], Err("check-answer-missing"));
        check("is_ai_system", &[("antwort", "vielleicht")], Err("check-answer-unknown"));
        check("annex_i", &[("antwort", "-")], Ok(json!(false)));
        check("annex_i", &[("antwort", "B")], Ok(json!("B")));
        check("annex_iii", &[("antwort", "5a"), ("antwort", "4a")], Ok(json!(["5a", "4a"])));
        check("annex_iii", &[("antwort", "-")], Ok(json!([])));
        check("annex_iii", &[("antwort", "-"), ("antwort", "4a")], Err("check-answer-none-and-some"));
        check("annex_iii", &[("antwort", "9z")], Err("check-answer-unknown"));
        check("placed_in_service", &[("tag", "2026-02-30")], Err("check-answer-day"));
        check("placed_in_service", &[("tag", "01.02.2026")], Ok(json!("2026-02-01")));
        check("placed_in_service", &[("tag", " 1. 2. 2026 ")], Ok(json!("2026-02-01")));
        check("placed_in_service", &[("tag", "2026")], Err("check-answer-day"));
        check("placed_in_service", &[("nicht", "1")], Ok(json!(false)));
        check("placed_in_service", &[("nicht", "1"), ("tag", "2026-02-01")], Err("check-answer-day-and-not"));
    }

    #[test]
    fn back_leads_to_the_question_before_and_changes_nothing() {
        let mut way = Way::default();
        for (place, key) in ["is_ai_system", "out_of_scope", "art5"].into_iter().enumerate() {
            way.ask(key);
            assert_eq!((way.open(), way.place()), (Some(key), place));
            way.give(key, json!([]));
        }
        way.end();
        assert_eq!((way.open(), way.place()), (None, 3));
        for (key, place) in [("art5", 2), ("out_of_scope", 1), ("is_ai_system", 0), ("is_ai_system", 0)] {
            way.back();
            assert_eq!((way.open(), way.place()), (Some(key), place));
        }
        // One that is asked again keeps its place; one that was left without an answer leaves none.
        way.ask("out_of_scope");
        assert_eq!(way.place(), 1);
        way.ask("role");
        way.ask("art50");
        assert_eq!(way.asked, ["is_ai_system", "out_of_scope", "art5", "art50"]);
    }

    #[test]
    fn only_what_can_change_the_result_is_asked() {
        let (rules, today) = (rule_set(), "2026-11-25".parse().unwrap());
        let mut way = Way::default();
        let next = |way: &Way| way.next(rules, &way.assess(rules, today)).map(|fact| fact.key.clone());
        assert_eq!(next(&way).as_deref(), Some("is_ai_system"));
        way.give("is_ai_system", json!(false));
        assert_eq!(next(&way), None, "nothing follows for what is no AI system");
        way.give("is_ai_system", json!(true));
        way.skip("out_of_scope");
        assert_eq!(next(&way).as_deref(), Some("art5"), "what is not known is carried on");
        // An answer that no rule set knows any more counts as not given.
        way.give("art5", json!(["zz"]));
        assert_eq!(way.assess(rules, today).risk_class, "not_assessed");
    }
}
