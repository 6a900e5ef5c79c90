//! What an entry of the register says of the facts of the guided check.

use std::collections::BTreeSet;

use super::{Case, RuleSet};
use crate::content::Content;
use crate::entry::Parts;
use crate::keys;
use crate::rules::Answer;
use crate::value::{PartialDate, Value};

/// Classes that say nothing about the system.
const UNKNOWN: [&str; 2] = ["", super::NOT_ASSESSED];

impl Case {
    /// The case of one use, by what the entry states; of a system alone as its provider sees it.
    ///
    /// What stands nowhere is read as the register means it: a system that was never changed substantially has no day of
    /// a change, and a body that names no entry of the provider knows none.
    #[must_use]
    pub fn of_entry(rules: &RuleSet, parts: Parts<'_>) -> Self {
        let mut case = Self::default();
        let class = parts.class();
        if UNKNOWN.contains(&class) {
            return case;
        }
        let mut set = |key: &str, answer: Answer| {
            if let Some(fact) = rules.fact_id(key) {
                case.answer(fact, answer);
            }
        };
        let applies = class != "not_applicable";
        set("is_ai_system", Answer::Truth(applies));
        set("out_of_scope", Answer::Truth(false));
        if class != "prohibited" {
            set("art5", codes([]));
        }
        if class != "high_risk_annex_i" {
            set("annex_i", codes([]));
        }
        let is_annex_iii = matches!(class, "high_risk_annex_iii" | "annex_iii_exempt");
        let points: Vec<&str> = parts.points().collect();
        if !is_annex_iii || !points.is_empty() {
            set("annex_iii", codes(points.into_iter().filter(|_| is_annex_iii)));
        }
        set_exemption(class, parts, &mut set);
        let paragraphs =
            [(parts.deployment, keys::DEPLOYMENT_ARTICLE_50_PARAGRAPHS), (parts.system, keys::ARTICLE_50_PARAGRAPHS)];
        set("art50", codes(paragraphs.iter().flat_map(|(content, key)| listed(*content, key))));
        set_body(parts, &mut set);
        set_days(parts, &mut set);
        case
    }
}

fn set_exemption(class: &str, parts: Parts<'_>, set: &mut impl FnMut(&str, Answer)) {
    let is_exempt = class == "annex_iii_exempt";
    let conditions: Vec<&str> = listed(parts.system, keys::ARTICLE_6_3_CONDITIONS).collect();
    if !is_exempt {
        set("art6_3", codes([]));
    } else if !conditions.is_empty() {
        set("art6_3", codes(conditions));
        set("profiling", Answer::Truth(false));
    }
}

/// Who provides and deploys.
fn set_body(parts: Parts<'_>, set: &mut impl FnMut(&str, Answer)) {
    let kind = listed(parts.system, keys::KIND).next();
    let provides = matches!(kind, Some("own_development" | "joint_development")) || parts.deployment.is_none();
    let roles = [(provides, "provider"), (parts.deployment.is_some(), "deployer")];
    set("role", codes(roles.into_iter().filter_map(|(is, role)| is.then_some(role))));
    match listed(parts.organisation, keys::ORGANISATION_LEVEL).next() {
        Some("federal" | "state" | "municipal") => {
            set("public_authority", Answer::Truth(true));
        }
        // A body of public law may be an authority or serve one; both provide public services and act for authorities.
        Some(_) => {
            set("public_service_provider", Answer::Truth(true));
            set("acts_for_authority", Answer::Truth(true));
        }
        None => {}
    }
    let is_restricted = listed(parts.system, keys::FIELDS).any(|f| matches!(f, "internal_security" | "migration"));
    set("restricted_context", Answer::Truth(is_restricted));
    let is_registered = parts.deployment.is_some_and(|d| d.text(keys::PROVIDER_EU_URL).is_some());
    set("provider_entry_registered", Answer::Truth(is_registered));
    set("real_time", Answer::Truth(false));
}

fn set_days(parts: Parts<'_>, set: &mut impl FnMut(&str, Answer)) {
    let day = |content: Option<&Content>, key| match content?.value(key)? {
        Value::Date(date) => first_day(*date),
        _ => None,
    };
    let begun = day(parts.deployment, keys::IN_OPERATION_SINCE);
    let stage = listed(parts.deployment, keys::LIFECYCLE).next();
    if begun.is_some() || !matches!(stage, Some("rollout" | "operation" | "suspended" | "retired")) {
        set("placed_in_service", Answer::Day(begun));
    }
    set("substantially_changed", Answer::Day(day(parts.system, keys::SUBSTANTIAL_CHANGE_ON)));
}

fn first_day(date: PartialDate) -> Option<PartialDate> {
    PartialDate::new(date.year(), Some(date.month().unwrap_or(1)), Some(date.day().unwrap_or(1))).ok()
}

fn listed<'a>(content: Option<&'a Content>, key: &str) -> impl Iterator<Item = &'static str> + use<'a> {
    content.map(|content| content.codes(key)).unwrap_or_default().iter().map(|code| code.as_str())
}

fn codes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Answer {
    Answer::Codes(codes.into_iter().map(str::to_owned).collect::<BTreeSet<_>>())
}
