//! A new entry: first "does the system exist already?", then the way in. Similar systems are found by the words of the
//! search itself, so what is shown as the reason are the words that matched.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::{Card, Matcher, SearchPage, SearchRequest, Sort};
use maki_domain::{Kennung, RecordId, View, catalogue, keys};

use super::views::{NewPage, SimilarCard};
use super::{Asked, desk, see};
use crate::context::localised;
use crate::error::WebError;
use crate::form::{Choice, FaultSummary};
use crate::guard::Submitted;
use crate::respond::respond;
use crate::state::WebState;
use crate::view::card::{TextPart, marked};
use crate::view::foreign;

/// Similar systems that are shown.
const SHOWN: usize = 8;
/// Most words named as the reason of a hit.
const MOST_WORDS: usize = 5;
/// Characters of a search that are read.
const MAX_QUERY: usize = 300;

/// How an entry begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Full,
    Short,
    Idea,
}

impl Way {
    const ALL: [Self; 3] = [Self::Full, Self::Short, Self::Idea];

    const fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Short => "short",
            Self::Idea => "idea",
        }
    }

    const fn keys(self) -> [&'static str; 2] {
        match self {
            Self::Full => ["work-new-full", "work-new-full-hint"],
            Self::Short => ["work-new-short", "work-new-short-hint"],
            Self::Idea => ["work-new-idea", "work-new-idea-hint"],
        }
    }
}

/// What was typed into the lower form.
#[derive(Debug, Default)]
struct Begun {
    name: String,
    way: Option<Way>,
    faults: Vec<(&'static str, String)>,
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let query = asked.context.pairs().find(|(name, _)| name == "q").map(|(_, query)| query).unwrap_or_default();
    // Whoever comes from a Steckbrief searches for its Kennung, which is no name of another system.
    let name = if query.parse::<Kennung>().is_ok() { String::new() } else { query.trim().to_owned() };
    page(&state, &asked, &query, Begun { name, ..Begun::default() }).await
}

pub async fn begin(State(state): State<WebState>, asked: Asked, pairs: Submitted) -> Result<Response, WebError> {
    let t = asked.texts();
    if pairs.get("wahl") == "adopt" {
        let adopted = match pairs.get("system").parse::<Kennung>() {
            Ok(kennung) => desk::adopt(&state, &asked.permit, &kennung).await?,
            Err(_) => None,
        };
        if let Some(record) = adopted {
            return Ok(see(&asked.context, &format!("/arbeit/eintraege/{record}/kurz/1")));
        }
        let fault = ("q", t.get("work-new-system-unknown").to_owned());
        return page(&state, &asked, pairs.get("q"), Begun { faults: vec![fault], ..Begun::default() }).await;
    }
    let name = pairs.get("name").trim().to_owned();
    let way = Way::ALL.into_iter().find(|way| way.code() == pairs.get("wahl"));
    let mut faults = Vec::new();
    let limit = catalogue().id(keys::NAME).map_or(0, |id| id.field().max_length());
    if name.is_empty() {
        faults.push(("f-name", t.get("work-new-name-missing").to_owned()));
    } else if name.chars().count() > limit || name.chars().any(char::is_control) {
        faults.push(("f-name", t.count("work-new-name-long", limit)));
    }
    match way {
        Some(way) if faults.is_empty() => {
            let record: RecordId = desk::start(&state, &asked.permit, way, &name).await?;
            let place = if way == Way::Short { "/kurz/1" } else { "" };
            Ok(see(&asked.context, &format!("/arbeit/eintraege/{record}{place}")))
        }
        Some(_) => page(&state, &asked, "", Begun { name, way, faults }).await,
        None => {
            faults.push(("wahl-full", t.get("work-new-way-missing").to_owned()));
            page(&state, &asked, "", Begun { name, way, faults }).await
        }
    }
}

async fn page(state: &WebState, asked: &Asked, query: &str, begun: Begun) -> Result<Response, WebError> {
    let query: String = query.trim().chars().take(MAX_QUERY).collect();
    let (language, t) = (asked.context.language, asked.texts());
    let found = if query.is_empty() { None } else { Some(similar(state, &query)?) };
    let status_line = match &found {
        None => t.get("work-new-status-none").to_owned(),
        Some(found) if found.hits.total > SHOWN => t.count("work-new-status-more", found.hits.total),
        Some(found) => t.count("work-new-status", found.hits.total),
    };
    let cards = found.iter().flat_map(|found| {
        found.cards().map(|card| SimilarCard::new(&card, language, &found.hits.matcher)).collect::<Vec<_>>()
    });
    let mut faults = FaultSummary::of(&[], language);
    for (id, text) in &begun.faults {
        faults.push(id, text.as_str());
    }
    let organisation = desk::organisation(state, &asked.permit).await?;
    let page = NewPage {
        shell: asked.shell(state, t.get("work-new-title")),
        status: if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        status_line,
        organisation,
        action: localised(language, &asked.context.path),
        query,
        similar: cards.collect(),
        name_faulty: begun.faults.iter().any(|(id, _)| *id == "f-name"),
        name: begun.name,
        ways: ways(t, begun.way.unwrap_or(Way::Full)),
        faults,
    };
    respond(&page, &asked.context)
}

fn similar(state: &WebState, query: &str) -> Result<SearchPage, WebError> {
    let request = SearchRequest {
        query: query.to_owned(),
        sort: Sort::Relevance,
        limit: SHOWN,
        correct: true,
        ..SearchRequest::default()
    };
    Ok(state.app.search(View::Authorities, &request)?)
}

fn ways(t: &crate::texts::Texts, chosen: Way) -> Vec<Choice> {
    let choice = |way: Way| {
        let [label, hint] = way.keys().map(|key| t.get(key).to_owned());
        let id = format!("wahl-{}", way.code());
        Choice { id, value: way.code(), label, hint: Some(hint), chosen: way == chosen }
    };
    Way::ALL.into_iter().map(choice).collect()
}

impl SimilarCard {
    fn new(card: &Card, language: maki_domain::Language, matcher: &Matcher) -> Self {
        let (name, description) = (marked(&card.name, matcher), marked(&card.short_description, matcher));
        let t = crate::texts::texts(language);
        let words = matched(name.iter().chain(&description));
        let why = if words.is_empty() {
            t.get("work-new-why-other").to_owned()
        } else {
            t.one("work-new-why", "words", words.join(", "))
        };
        Self {
            kennung: card.kennung.clone(),
            href: localised(language, &format!("/systeme/{}", card.kennung)),
            who: card.organisations.iter().map(|o| o.name.as_str()).collect::<Vec<_>>().join(" · "),
            plain_name: card.name.clone(),
            name,
            description,
            lang: foreign(language, &card.language),
            why: Some(why),
        }
    }
}

/// The words that matched, each once.
fn matched<'a>(parts: impl Iterator<Item = &'a TextPart>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in parts.filter(|part| part.marked) {
        let known = |word: &String| word.to_lowercase() == part.text.to_lowercase();
        if words.len() < MOST_WORDS && !words.iter().any(known) {
            words.push(part.text.clone());
        }
    }
    words
}
