//! The guided check by the KI-VO for everybody: one question per page, nothing is stored, no cookie, no address that
//! tells an answer.

mod result;
mod way;

pub(super) use result::cited;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::App;
use maki_domain::assess::{Fact, QuestionWords, rule_set};
use maki_domain::rules::Kind;
use maki_domain::{Language, PartialDate, vocabulary};
use serde_json::Value as Json;

use self::way::{NONE, Way, typed};
use crate::context::Context;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format;
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
    /// Sentences on answers that cannot be true together.
    contradictions: Vec<String>,
    /// The other questions of those, to answer them anew: key and question.
    others: Vec<(String, String)>,
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
    let t = texts(context.language);
    let mut shell = shell(&state, &context, t.get("check-title")).describe(t.get("check-lead"));
    // A page for everybody, although it knows visitors.
    shell.listed = true;
    respond(&StartPage { shell }, &context)
}

fn shell(state: &WebState, context: &Context, title: &str) -> Shell {
    Shell::new(state, context, title.to_owned())
}

/// What stands against going on with an answer.
enum Against {
    Nothing,
    /// Key of the text.
    Fault(&'static str),
    /// Keys of contradictions.
    Contradictions(Vec<String>),
}

pub async fn step(State(state): State<WebState>, context: Context, pairs: Submitted) -> Result<Response, WebError> {
    let mut way = Way::unsealed(&state.app, pairs.get("stand")).await?;
    let rules = rule_set();
    let today = App::day_of(state.app.now()).ok_or(WebError::Invalid)?;
    let against = go(&mut way, today, &pairs)?;
    let assessment = way.assess(rules, today);
    if !matches!(against, Against::Nothing) {
        let asked = way.open().and_then(|key| rules.facts().iter().find(|fact| fact.key == key));
        let fact = asked.ok_or(WebError::Invalid)?;
        return question(&state, &context, &way, fact, &against, &pairs).await;
    }
    // An answer that was asked for again, or the next one of the law.
    let is_again = pairs.has("zurueck") || pairs.has("aendern");
    let again = way.open().filter(|_| is_again).and_then(|key| rules.facts().iter().find(|fact| fact.key == key));
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

/// Takes what was sent.
fn go(way: &mut Way, today: PartialDate, pairs: &Submitted) -> Result<Against, WebError> {
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
    let before = way.assess(rules, today).contradictions;
    let mut given = way.clone();
    given.give(&key, answer);
    let mut new = given.assess(rules, today).contradictions;
    new.retain(|key| !before.contains(key));
    if !new.is_empty() && !pairs.has("trotzdem") {
        return Ok(Against::Contradictions(new));
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
    let mut fields = fields(&shell, fact, words, way.answer(&fact.key), language);
    let is_typed = !matches!(against, Against::Nothing);
    if is_typed {
        fields = fields.into_iter().map(|field| field.typed(pairs)).collect();
    }
    let mut faults = FaultSummary::of(&[], language);
    let (mut contradictions, mut others) = (Vec::new(), Vec::new());
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
        Against::Contradictions(keys) => {
            contradictions = contradicting(keys, language);
            others = others_of(keys, way, fact, language);
        }
    }
    let page = QuestionPage {
        status: if is_typed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        sealed: way.sealed(&state.app).await?,
        progress: t.count("check-progress", way.place() + 1),
        article: words.article.clone(),
        help: words.help.clone(),
        example: words.example.clone(),
        fields,
        faults,
        contradictions,
        others,
        may_go_back: way.place() > 0,
        shell,
    };
    respond(&page, context)
}

/// Contradictions in words.
fn contradicting(keys: &[String], language: Language) -> Vec<String> {
    let found = rule_set().contradictions().iter().filter(|one| keys.contains(&one.key));
    found.map(|one| said(language, &one.de, &one.en)).collect()
}

/// The other answered questions that contradictions are about.
fn others_of(keys: &[String], way: &Way, asked: &Fact, language: Language) -> Vec<(String, String)> {
    let mut others = Vec::new();
    for fact in keys.iter().flat_map(|key| rule_set().contradicting(key)) {
        let says_nothing = way.answer(&fact.key).is_none_or(|answer| answer.as_array().is_some_and(Vec::is_empty));
        let Some(words) = fact.words.as_ref().filter(|_| fact.key != asked.key && !says_nothing) else { continue };
        let other = (fact.key.clone(), words.words(language).question.clone());
        if !others.contains(&other) {
            others.push(other);
        }
    }
    others
}

/// The controls of a question, with the answer that was given. Whoever only hears the page is asked the question at the
/// controls again: it is their legend, which the heading replaces for the eye.
fn fields(
    shell: &Shell,
    fact: &Fact,
    words: &QuestionWords,
    given: Option<&Json>,
    language: Language,
) -> Vec<PlainField> {
    let t = shell.t;
    let choice = |value: &str, label: &str, hint: Option<&str>| PlainChoice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: hint.map(str::to_owned),
        chosen: is_chosen(given, value),
    };
    let code = |code: &String| {
        let label = fact.label(code, language);
        let Some(name) = &fact.vocabulary else { return choice(code, label, None) };
        let term = vocabulary(name).and_then(|vocabulary| vocabulary.term(code));
        choice(code, &format!("{code}: {label}"), term.and_then(|term| term.definition(language)))
    };
    let none = || choice(NONE, t.get("check-none"), None);
    let yes_or_no = || vec![choice("ja", t.get("check-yes"), None), choice("nein", t.get("check-no"), None)];
    let control = match fact.kind {
        Kind::Truth => PlainControl::Radios(yes_or_no()),
        Kind::Choice => PlainControl::Radios(fact.codes.iter().map(code).chain([none()]).collect()),
        Kind::Codes => PlainControl::Boxes(fact.codes.iter().map(code).chain([none()]).collect()),
        Kind::Day | Kind::DayOrNot => {
            let mut day = PlainField::line(shell, "tag", "check-day", "text").hint(t.get("check-day-hint"));
            day.value = given.and_then(Json::as_str).map(|day| day_typed(day, language)).unwrap_or_default();
            let not = vec![choice("1", &words.none, None)];
            let not = PlainField::new(shell, "nicht", "check-not-yet-label", PlainControl::Boxes(not));
            return [day].into_iter().chain((fact.kind == Kind::DayOrNot).then_some(not)).collect();
        }
    };
    let mut field = PlainField::new(shell, "antwort", "check-answer", control);
    field.label.clone_from(&words.question);
    vec![field]
}

/// A day as people of the language type it.
fn day_typed(day: &str, language: Language) -> String {
    match language {
        Language::De => day.parse().map_or_else(|_| day.to_owned(), |day| format::date(language, day).human),
        Language::En => day.to_owned(),
    }
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
