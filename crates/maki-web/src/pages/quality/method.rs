//! How scores are computed, in words, from the very data by which they are computed.

use axum::extract::State;
use axum::response::Response;
use maki_domain::Language;
use maki_domain::catalogue::{Applicability, catalogue};
use maki_domain::plausibility::{Severity, rule_book};
use maki_domain::quality::{Cost, method};
use maki_domain::vocabulary;

use super::rule_title;
use crate::context::Context;
use crate::error::WebError;
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::{Texts, texts};

/// Fields that count under one condition.
pub struct FieldGroup {
    pub when: String,
    pub fields: Vec<String>,
}

/// One matter that takes points off.
pub struct CostRow {
    pub matter: String,
    pub points: String,
    pub limit: String,
}

/// Rules of one weight.
pub struct RuleGroup {
    pub title: String,
    pub rules: Vec<String>,
}

/// The page of the method.
#[derive(askama::Template)]
#[template(path = "quality/method.html")]
pub struct MethodPage {
    pub shell: Shell,
    pub weight: String,
    pub required: Vec<FieldGroup>,
    pub recommended: Vec<FieldGroup>,
    pub costs: Vec<CostRow>,
    pub rules: Vec<RuleGroup>,
}

impl Page for MethodPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    /// Rules and method are part of the build, whose id every tag holds.
    fn cache(&self) -> Cache {
        Cache::Revision("quality-method".to_owned())
    }
}

pub async fn show(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    let (language, t) = (context.language, texts(context.language));
    let shell = Shell::new(&state, &context, t.get("quality-method-title")).crumb(t.get("nav-method"), "/methodik");
    let page = MethodPage {
        weight: t.with("quality-method-weight", &[("count", method().required_weight.into())]),
        required: required(t, language),
        recommended: recommended(t, language),
        costs: costs(t),
        rules: rules(t, language),
        shell,
    };
    respond(&page, &context)
}

/// Required fields, those of one condition together.
fn required(t: &Texts, language: Language) -> Vec<FieldGroup> {
    let mut groups: Vec<FieldGroup> = Vec::new();
    let fields = catalogue().fields().filter(|(_, field)| field.record != maki_domain::RecordKind::Organisation);
    for (_, field) in fields {
        for one in &field.required {
            let when = condition(t, language, one.lifecycle.as_deref(), one.risk.as_deref(), None);
            let label = field.label(language).to_owned();
            match groups.iter_mut().find(|group| group.when == when) {
                Some(group) => group.fields.push(label),
                None => groups.push(FieldGroup { when, fields: vec![label] }),
            }
        }
    }
    groups
}

fn recommended(t: &Texts, language: Language) -> Vec<FieldGroup> {
    let group = |one: &maki_domain::quality::Recommendation| {
        let Applicability { lifecycle, risk, kind } = &one.when;
        FieldGroup {
            when: condition(t, language, lifecycle.as_deref(), risk.as_deref(), kind.as_deref()),
            fields: one.fields.iter().map(|id| id.field().label(language).to_owned()).collect(),
        }
    };
    method().recommendations.iter().map(group).collect()
}

/// A condition in words.
fn condition(
    t: &Texts,
    language: Language,
    lifecycle: Option<&[String]>,
    risk: Option<&[String]>,
    kind: Option<&[String]>,
) -> String {
    let named = |key: &str, name: &str, codes: Option<&[String]>| {
        let labels: Vec<&str> = codes?.iter().map(|code| vocabulary::label(name, code, language)).collect();
        Some(t.one(key, "values", labels.join(", ")))
    };
    let parts = [
        named("quality-method-stage", "lifecycle_group", lifecycle),
        named("quality-method-class", "risk_class", risk),
        named("quality-method-kind", "system_kind", kind),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { t.get("quality-method-always").to_owned() } else { parts.join("; ") }
}

fn costs(t: &Texts) -> Vec<CostRow> {
    let costs = &method().costs;
    let counted = |key: &str, cost: Cost| CostRow {
        matter: t.get(key).to_owned(),
        points: cost.points.to_string(),
        limit: cost.limit.to_string(),
    };
    let once = |matter: String, points: u8| CostRow { matter, points: points.to_string(), limit: points.to_string() };
    let mut rows = vec![
        counted("quality-method-errors", costs.error),
        counted("quality-method-warnings", costs.warning),
        counted("quality-method-hints", costs.hint),
        counted("quality-method-silent", costs.silent),
        once(t.get("quality-method-unconfirmed").to_owned(), costs.never_confirmed),
    ];
    let old = |age: &maki_domain::quality::Age| once(t.count("quality-method-old", i64::from(age.years)), age.points);
    rows.extend(costs.age.iter().map(old));
    rows
}

fn rules(t: &Texts, language: Language) -> Vec<RuleGroup> {
    let group = |(severity, key): (Severity, &str)| {
        let of = rule_book().rules().filter(|rule| rule.severity == severity && !rule.is_gap());
        let rules: Vec<String> = of.map(|rule| rule_title(rule, language)).collect();
        RuleGroup { title: t.count(key, rules.len()), rules }
    };
    let keys = ["quality-method-rules-errors", "quality-method-rules-warnings", "quality-method-rules-hints"];
    Severity::ALL.into_iter().zip(keys).map(group).collect()
}
