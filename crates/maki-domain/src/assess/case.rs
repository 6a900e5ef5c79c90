//! A case: what is known of a system and of those who provide or deploy it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::rule_set::{Fact, RuleSet};
use crate::rules::{Answer, FactId, Kind};
use crate::value::PartialDate;

/// What is known, by the facts of one rule set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Case {
    answers: BTreeMap<FactId, Answer>,
    day: Option<PartialDate>,
}

/// Why a case cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseFault {
    #[error("a case is an object")]
    NotAnObject,
    #[error("{0}: there is no such question")]
    Unknown(String),
    #[error("{key}: expected {expected}")]
    Kind { key: String, expected: &'static str },
    #[error("{key}: {code:?} is none of its codes")]
    Code { key: String, code: String },
}

impl Case {
    /// Reads a case from JSON; keys of `beside` belong to others. A missing key, or `null`, means that it is not known.
    ///
    /// # Errors
    /// The first key that says something that cannot be an answer.
    pub fn from_json(rules: &RuleSet, json: &Json, beside: &[&str]) -> Result<Self, CaseFault> {
        let object = json.as_object().ok_or(CaseFault::NotAnObject)?;
        let mut case = Self::default();
        for (key, value) in object.iter().filter(|(key, value)| !beside.contains(&key.as_str()) && !value.is_null()) {
            if key == "date" {
                case.day = Some(day(key, value)?);
                continue;
            }
            let asked = rules.fact_id(key).filter(|id| *id != rules.today());
            let id = asked.ok_or_else(|| CaseFault::Unknown(key.clone()))?;
            case.answers.insert(id, answer(rules.fact(id), value)?);
        }
        Ok(case)
    }

    /// What is known of each fact.
    #[must_use]
    pub const fn answers(&self) -> &BTreeMap<FactId, Answer> {
        &self.answers
    }

    /// The day on which the case is to be judged, when it names one.
    #[must_use]
    pub const fn day(&self) -> Option<PartialDate> {
        self.day
    }

    /// The case as [`Self::from_json`] reads it, without its day.
    #[must_use]
    pub fn to_json(&self, rules: &RuleSet) -> Map<String, Json> {
        let said = |(fact, answer): (&FactId, &Answer)| {
            let fact = rules.fact(*fact);
            let json = match answer {
                Answer::Truth(truth) => Json::Bool(*truth),
                Answer::Codes(codes) if fact.kind == Kind::Choice => {
                    codes.first().map_or(Json::Bool(false), |code| Json::from(code.as_str()))
                }
                Answer::Codes(codes) => codes.iter().map(|code| Json::from(code.as_str())).collect(),
                Answer::Day(None) => Json::Bool(false),
                Answer::Day(Some(day)) => Json::from(day.to_string()),
            };
            (fact.key.clone(), json)
        };
        self.answers.iter().map(said).collect()
    }

    pub fn answer(&mut self, fact: FactId, answer: Answer) {
        self.answers.insert(fact, answer);
    }
}

fn day(key: &str, value: &Json) -> Result<PartialDate, CaseFault> {
    let fault = || CaseFault::Kind { key: key.to_owned(), expected: "a day as YYYY-MM-DD" };
    let day: PartialDate = value.as_str().and_then(|text| text.parse().ok()).ok_or_else(fault)?;
    day.day().map(|_| day).ok_or_else(fault)
}

fn answer(fact: &Fact, value: &Json) -> Result<Answer, CaseFault> {
    let wrong = |expected| CaseFault::Kind { key: fact.key.clone(), expected };
    match fact.kind {
        Kind::Truth => value.as_bool().map(Answer::Truth).ok_or_else(|| wrong("true or false")),
        Kind::Choice => match value {
            Json::Bool(false) => Ok(Answer::Codes(BTreeSet::new())),
            Json::String(code) => Ok(Answer::Codes(BTreeSet::from([known(fact, code)?]))),
            _ => Err(wrong("false or one of its codes")),
        },
        Kind::Codes => {
            let items = value.as_array().ok_or_else(|| wrong("a list of codes"))?;
            let codes = items.iter().map(|item| match item {
                Json::String(code) => known(fact, code),
                Json::Number(number) => known(fact, &number.to_string()),
                _ => Err(wrong("a list of codes")),
            });
            Ok(Answer::Codes(codes.collect::<Result<_, _>>()?))
        }
        Kind::Day => Ok(Answer::Day(Some(day(&fact.key, value)?))),
        Kind::DayOrNot if *value == Json::Bool(false) => Ok(Answer::Day(None)),
        Kind::DayOrNot => Ok(Answer::Day(Some(day(&fact.key, value)?))),
    }
}

fn known(fact: &Fact, code: &str) -> Result<String, CaseFault> {
    let is_known = fact.codes.iter().any(|known| known == code);
    is_known.then(|| code.to_owned()).ok_or_else(|| CaseFault::Code { key: fact.key.clone(), code: code.to_owned() })
}
