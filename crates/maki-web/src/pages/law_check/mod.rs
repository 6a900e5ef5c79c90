//! The guided check by the KI-VO for everybody: one question per page, nothing is stored, no cookie, no address that
//! tells an answer.

mod result;
mod way;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::App;
use maki_domain::Language;
use maki_domain::assess::{Fact, rule_set};
use maki_domain::rules::Kind;
use serde_json::Value as Json;

use self::way::{NONE, Way, typed};
use crate::context::Context;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::guard::Submitted;
use crate::plain_form::{PlainChoice, PlainControl, PlainField};
use crate::respond::{Cache, Page, respond};
use crate::routes::{Routes, Rule};
use crate::shell::Shell;
use crate::state::WebState;
use crate::texts::texts;

/// Where the check is.
pub const PATH: &str = "/ki-vo-check";

pub fn routes(state: &WebState) -> Routes {
    Routes::new(state).page(PATH, Rule::Open, begin, step)
}

/// What the check is, before it begins.
#[derive(askama::Template)]
#[template(path = "law_check/start.html")]
struct StartPage {
    shell: Shell,
}

/// One question.
#[derive(askama::Template)]
#[template(path = "law_check/question.html")]
struct QuestionPage {
    shell: Shell,
    status: StatusCode,
    sealed: String,
    progress: String,
    article: String,
    help: String,
    example: String,
    fields: Vec<PlainField>,
    faults: FaultSummary,
    /// Answers that cannot be true together: the sentence, and whether to go on nevertheless.
    contradictions: Vec<String>,
    may_go_back: bool,
}

impl Page for StartPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

impl Page for QuestionPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
    fn status(&self) -> StatusCode {
        self.status
    }
}

pub async fn begin(State(state): State<WebState>, context: Context) -> Result<Response, WebError> {
    respond(&StartPage { shell: shell(&state, &context, texts(context.language).get("check-title")) }, &context)
}

fn shell(state: &WebState, context: &Context, title: &str) -> Shell {
    Shell::new(state, context, title.to_owned())
}

/// What stands against going on with an answer.
enum Against {
    Nothing,
    /// Key of the text.
    Fault(&'static str),
    Contradictions(Vec<String>),
}

pub async fn step(State(state): State<WebState>, context: Context, pairs: Submitted) -> Result<Response, WebError> {
    let mut way = Way::unsealed(&state.app, pairs.get("stand")).await?;
    let against = go(&mut way, &state, &context, &pairs)?;
    let rules = rule_set();
    let today = App::day_of(state.app.now()).ok_or(WebError::Invalid)?;
    let assessment = way.assess(rules, today);
    if !matches!(against, Against::Nothing) {
        let asked = way.open().and_then(|key| rules.facts().iter().find(|fact| fact.key == key));
        let fact = asked.ok_or(WebError::Invalid)?;
        return question(&state, &context, &way, fact, &against, &pairs).await;
    }
    // An answer that was asked for again, or the next one of the law.
    let again = way.open().filter(|key| is_again(&way, key, &pairs)).map(str::to_owned);
    let again = again.and_then(|key| rules.facts().iter().find(|fact| fact.key == key));
    match again.or_else(|| way.next(rules, &assessment)) {
        Some(fact) => {
            way.ask(&fact.key);
            question(&state, &context, &way, fact, &Against::Nothing, &Submitted::default()).await
        }
        None => {
            way.end();
            result::show(&state, &context, &way, &assessment, today).await
        }
    }
}

/// Whether the open question was chosen, not answered.
fn is_again(_: &Way, _: &str, pairs: &Submitted) -> bool {
    pairs.has("zurueck") || pairs.has("aendern")
}

/// Takes what was sent.
fn go(way: &mut Way, state: &WebState, context: &Context, pairs: &Submitted) -> Result<Against, WebError> {
    let rules = rule_set();
    if pairs.has("zurueck") {
        way.back();
        return Ok(Against::Nothing);
    }
    if pairs.has("aendern") {
        let fact = rules.facts().iter().find(|fact| fact.words.is_some() && fact.key == pairs.get("aendern"));
        way.ask(&fact.ok_or(WebError::Invalid)?.key);
        return Ok(Against::Nothing);
    }
    let Some(key) = way.open().map(str::to_owned) else { return Ok(Against::Nothing) };
    let Some(fact) = rules.facts().iter().find(|fact| fact.key == key) else { return Ok(Against::Nothing) };
    if pairs.has("offen") {
        way.skip(&key);
        return Ok(Against::Nothing);
    }
    if !pairs.has("weiter") && !pairs.has("trotzdem") {
        return Ok(Against::Nothing);
    }
    let answer = match typed(fact, pairs) {
        Ok(answer) => answer,
        Err(fault) => return Ok(Against::Fault(fault)),
    };
    let today = App::day_of(state.app.now()).ok_or(WebError::Invalid)?;
    let before = way.assess(rules, today).contradictions;
    let mut given = way.clone();
    given.give(&key, answer);
    let new = given.assess(rules, today).contradictions;
    let new = rules.contradictions().iter().filter(|one| new.contains(&one.key) && !before.contains(&one.key));
    let told: Vec<String> = new.map(|one| said(context.language, &one.de, &one.en)).collect();
    if !told.is_empty() && !pairs.has("trotzdem") {
        return Ok(Against::Contradictions(told));
    }
    *way = given;
    Ok(Against::Nothing)
}

fn said(language: Language, de: &str, en: &str) -> String {
    match language {
        Language::De => de.to_owned(),
        Language::En => en.to_owned(),
    }
}

async fn question(
    state: &WebState,
    context: &Context,
    way: &Way,
    fact: &Fact,
    against: &Against,
    pairs: &Submitted,
) -> Result<Response, WebError> {
    let language = context.language;
    let asked = fact.words.as_ref().ok_or(WebError::Invalid)?;
    let words = asked.words(language);
    let shell = shell(state, context, &words.question);
    let t = shell.t;
    let mut fields = fields(&shell, fact, way.answer(&fact.key), language);
    let is_typed = !matches!(against, Against::Nothing);
    if is_typed {
        fields = fields.into_iter().map(|field| field.typed(pairs)).collect();
    }
    let mut faults = FaultSummary::of(&[], language);
    let mut contradictions = Vec::new();
    match against {
        Against::Nothing => {}
        Against::Fault(key) => {
            let text = t.get(key).to_owned();
            if let Some(first) = fields.first_mut() {
                let id = if first.is_group() { format!("{}-1", first.id()) } else { first.id() };
                faults.push(&id, text.clone());
                first.fault = Some(text);
            }
        }
        Against::Contradictions(told) => contradictions.clone_from(told),
    }
    let page = QuestionPage {
        status: if is_typed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        sealed: way.sealed(&state.app).await?,
        progress: t.count("check-progress", way.done() + 1),
        article: asked.article.clone(),
        help: words.help.clone(),
        example: words.example.clone(),
        fields,
        faults,
        contradictions,
        may_go_back: way.done() > 0,
        shell,
    };
    respond(&page, context)
}

/// The controls of a question, with the answer that was given.
fn fields(shell: &Shell, fact: &Fact, given: Option<&Json>, language: Language) -> Vec<PlainField> {
    let t = shell.t;
    let choice = |value: &str, label: &str| PlainChoice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: None,
        chosen: is_chosen(given, value),
    };
    let code = |code: &String| {
        let label = fact.label(code, language);
        let number = if fact.vocabulary.is_some() { format!("{code}: {label}") } else { label.to_owned() };
        choice(code, &number)
    };
    let control = match fact.kind {
        Kind::Truth => PlainControl::Radios(vec![choice("ja", t.get("check-yes")), choice("nein", t.get("check-no"))]),
        Kind::Choice => {
            let none = choice(NONE, t.get("check-none"));
            PlainControl::Radios(fact.codes.iter().map(code).chain([none]).collect())
        }
        Kind::Codes => {
            let none = choice(NONE, t.get("check-none"));
            PlainControl::Boxes(fact.codes.iter().map(code).chain([none]).collect())
        }
        Kind::Day | Kind::DayOrNot => {
            let mut day = PlainField::line(shell, "tag", "check-day", "date");
            day.value = given.and_then(Json::as_str).unwrap_or_default().to_owned();
            let not = vec![choice("1", t.get("check-not-yet"))];
            let not = PlainField::new(shell, "nicht", "check-not-yet-label", PlainControl::Boxes(not)).optional();
            return [day].into_iter().chain((fact.kind == Kind::DayOrNot).then_some(not)).collect();
        }
    };
    vec![PlainField::new(shell, "antwort", "check-answer", control)]
}

fn is_chosen(given: Option<&Json>, value: &str) -> bool {
    match given {
        Some(Json::Bool(true)) => value == "ja",
        Some(Json::Bool(false)) => value == "nein" || value == NONE || value == "1",
        Some(Json::String(code)) => code == value,
        Some(Json::Array(codes)) if codes.is_empty() => value == NONE,
        Some(Json::Array(codes)) => codes.iter().any(|code| code == value),
        _ => false,
    }
}
