//! The guided check inside an entry: the provider's assessment of a system and the deployer's of a use, how they stand,
//! what they were made of, and when they are to be made anew.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use maki_app::work::{AssessmentView, Check, Kept, MAX_REASONS, Stage};
use maki_domain::assess::{Assessment, Case, NOT_ASSESSED, reasons_field, rule_set, rule_sets};
use maki_domain::{FieldId, PartialDate, RecordKind};
use serde_json::Value as Json;

use super::desk::{self, Desk};
use super::finish::{below_entry, name_of};
use super::section::{entry_path, topic_path};
use super::views::Notice;
use super::{Asked, part_key, see, shown_moment};
use crate::context::localised;
use crate::error::WebError;
use crate::form::FaultSummary;
use crate::format;
use crate::guard::Submitted;
use crate::pages::law_check::document::Paper;
use crate::pages::law_check::result::{KeepForm, Outcome, ResultPage, class_label};
use crate::pages::law_check::walk::{Course, Walked, walk};
use crate::pages::law_check::way::Way;
use crate::paper;
use crate::plain_form::{PlainControl, PlainField};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::Link;

/// Name of the field for reasons.
const REASONS: &str = "begruendung";

/// An assessment in one line.
pub struct AssessmentRow {
    pub href: String,
    pub class: String,
    pub made: String,
    pub reviewed: String,
    /// Id of the rule set, marked where it is not today's.
    pub rules: String,
    pub is_older: bool,
}

/// How the assessment of a part stands.
#[derive(askama::Template)]
#[template(path = "work/assessment.html")]
struct StandPage {
    shell: Shell,
    name: String,
    lead: String,
    notice: Option<Notice>,
    /// Fields that changed since.
    changed: Vec<Link>,
    rows: Vec<AssessmentRow>,
    /// Where the check begins, and the words on the button; none where it cannot be made now.
    begin: Option<(String, String)>,
    back_href: String,
}

/// One that was made.
#[derive(askama::Template)]
#[template(path = "work/assessed.html")]
struct AssessedPage {
    shell: Shell,
    name: String,
    outcome: Outcome,
    may_change: bool,
    notice: Option<Notice>,
    reasons: String,
    made: String,
    reviewed: String,
    pdf_href: String,
    back_href: String,
}

macro_rules! pages {
    ($($page:ty),*) => {
        $(impl Page for $page {
            fn shell(&self) -> &Shell {
                &self.shell
            }
            fn cache(&self) -> Cache {
                Cache::Never
            }
        })*
    };
}
pages!(StandPage, AssessedPage);

/// The part that an address names.
fn part_of(slug: &str) -> Result<RecordKind, WebError> {
    match slug {
        "system" => Ok(RecordKind::System),
        "einsatz" => Ok(RecordKind::Deployment),
        _ => Err(WebError::NotFound),
    }
}

const fn slug(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Deployment => "einsatz",
        RecordKind::System | RecordKind::Organisation => "system",
    }
}

/// The path of the assessment of a part.
pub fn assessment_path(desk: &Desk, kind: RecordKind) -> String {
    format!("{}/ki-vo-check/{}", entry_path(desk), slug(kind))
}

pub async fn show(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, part)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let (desk, kind) = (desk::open(&state, &asked.permit).await?, part_of(&part)?);
    desk.work.part(kind).ok_or(WebError::NotFound)?;
    let (language, t) = (asked.context.language, asked.texts());
    let all = state.app.assessments(&asked.permit, &desk.work).await?;
    let made: Vec<&AssessmentView> = all.iter().filter(|one| one.kind == kind).collect();
    let newest = made.first().copied();
    let url = |path: &str| localised(language, path);
    let path = assessment_path(&desk, kind);
    let begin = if newest.is_some() { "assessment-again" } else { "assessment-begin" };
    let page = StandPage {
        shell: below_entry(&state, &asked, &desk, title_key(kind)),
        name: name_of(&asked, &desk),
        lead: t
            .get(if kind == RecordKind::System { "assessment-lead-system" } else { "assessment-lead-use" })
            .to_owned(),
        notice: Some(stand(&asked, newest)),
        changed: newest.map(|one| changed(&asked, &desk, one)).unwrap_or_default(),
        rows: made.iter().map(|one| row(&asked, &desk, one)).collect(),
        begin: desk.is_open().then(|| (url(&path), t.get(begin).to_owned())),
        back_href: url(&entry_path(&desk)),
    };
    respond(&page, &asked.context)
}

const fn title_key(kind: RecordKind) -> &'static str {
    if matches!(kind, RecordKind::System) { "assessment-title-system" } else { "assessment-title-use" }
}

/// How the newest assessment stands, in words.
fn stand(asked: &Asked, newest: Option<&AssessmentView>) -> Notice {
    let (language, t) = (asked.context.language, asked.texts());
    let Some(newest) = newest else {
        return Notice { kind: "info", title: t.get("assessment-none").to_owned(), text: None };
    };
    let class = class_label(newest.class(), language);
    let said = |key: &str| Some(t.get(key).to_owned());
    let why: Vec<String> = [
        (!newest.changed.is_empty()).then(|| said("assessment-changed")),
        newest.deviates.then(|| said("assessment-deviates")),
        newest.has_older_rules().then(|| said("assessment-older-rules")),
    ]
    .into_iter()
    .flatten()
    .flatten()
    .collect();
    match why.is_empty() {
        true => Notice { kind: "success", title: t.one("assessment-stands", "class", class), text: None },
        false => Notice { kind: "warning", title: t.get("assessment-anew").to_owned(), text: Some(why.join(" ")) },
    }
}

/// The fields that changed, each with the way to it.
fn changed(asked: &Asked, desk: &Desk, one: &AssessmentView) -> Vec<Link> {
    let language = asked.context.language;
    let link = |field: &FieldId| {
        let path = localised(language, &topic_path(desk, &field.field().section));
        let is_here = desk.is_open() && desk.work.part(field.field().record).is_some();
        let href = if is_here { format!("{path}#{}", crate::form::first_id(*field)) } else { String::new() };
        Link { label: field.field().label(language).to_owned(), href }
    };
    one.changed.iter().map(link).collect()
}

fn row(asked: &Asked, desk: &Desk, one: &AssessmentView) -> AssessmentRow {
    let language = asked.context.language;
    AssessmentRow {
        href: localised(language, &format!("{}/{}", assessment_path(desk, one.kind), one.id)),
        class: class_label(one.class(), language),
        made: made_by(asked, one),
        reviewed: reviewed_by(asked, one),
        rules: one.rule_set.clone(),
        is_older: one.has_older_rules(),
    }
}

fn made_by(asked: &Asked, one: &AssessmentView) -> String {
    by(asked, "assessment-made", shown_moment(asked, one.made_at), one.assessor.as_deref())
}

fn reviewed_by(asked: &Asked, one: &AssessmentView) -> String {
    match &one.reviewed {
        Some((who, at)) => by(asked, "assessment-reviewed", shown_moment(asked, *at), who.as_deref()),
        None => asked.texts().get("assessment-unreviewed").to_owned(),
    }
}

fn by(asked: &Asked, key: &str, moment: String, name: Option<&str>) -> String {
    let t = asked.texts();
    let name = name.unwrap_or_else(|| t.get("assessment-nobody"));
    t.with(key, &[("moment", moment.into()), ("name", name.to_owned().into())])
}

/// An assessment that was made, and the words around it.
struct Made {
    kind: RecordKind,
    view: AssessmentView,
    outcome: Outcome,
    /// The day as which the law was read.
    day: PartialDate,
    /// What became of it since: kind of the notice, and its text.
    notice: Option<(&'static str, &'static str)>,
}

/// The assessment that an address names, whatever became of law and entry.
async fn made(state: &WebState, asked: &Asked, desk: &Desk, part: &str, id: &str) -> Result<Made, WebError> {
    let (kind, t) = (part_of(part)?, asked.texts());
    let all = state.app.assessments(&asked.permit, &desk.work).await?;
    let view = all.into_iter().find(|one| one.kind == kind && one.id.to_string() == id).ok_or(WebError::NotFound)?;
    let day: PartialDate = view.day.parse().map_err(WebError::internal)?;
    let notice = match (view.is_newest, view.has_older_rules()) {
        (_, true) => Some(("warning", t.get("assessment-older-rules"))),
        (false, false) => Some(("info", t.get("assessment-replaced"))),
        (true, false) => None,
    };
    let outcome = Outcome::of(&view.answers, &judged(&view, day)?, day, asked.context.language);
    Ok(Made { kind, view, outcome, day, notice })
}

/// An assessment as it was made.
pub async fn show_one(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, part, id)): Path<(String, String, String)>,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let Made { kind, view, outcome, notice, .. } = made(&state, &asked, &desk, &part, &id).await?;
    let (language, t) = (asked.context.language, asked.texts());
    let path = assessment_path(&desk, kind);
    let page = AssessedPage {
        shell: below_entry(&state, &asked, &desk, title_key(kind)).crumb(t.get(title_key(kind)), &path),
        name: name_of(&asked, &desk),
        outcome,
        may_change: false,
        notice: notice.map(|(kind, title)| Notice { kind, title: title.to_owned(), text: None }),
        made: made_by(&asked, &view),
        reviewed: reviewed_by(&asked, &view),
        reasons: view.reasons,
        pdf_href: localised(language, &format!("{path}/{}/pdf", view.id)),
        back_href: localised(language, &path),
    };
    respond(&page, &asked.context)
}

/// The same as a PDF file.
pub async fn show_pdf(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, part, id)): Path<(String, String, String)>,
) -> Result<Response, WebError> {
    let desk = desk::open(&state, &asked.permit).await?;
    let made = made(&state, &asked, &desk, &part, &id).await?;
    let shell = asked.shell(&state, asked.texts().get(title_key(made.kind)));
    let paper = Paper {
        notice: made.notice.map(|(_, text)| text.to_owned()),
        made: vec![
            format!("{}: {}", asked.texts().get("assessment-column-made"), made_by(&asked, &made.view)),
            reviewed_by(&asked, &made.view),
        ],
        reasons: made.view.reasons,
        ..Paper::of(&state, &shell, name_of(&asked, &desk), made.day)
    };
    paper::attachment(paper.write(&made.outcome), "ki-vo-bewertung").await
}

/// The assessment as its own rules and day make it of its answers; where the register no longer has these rules, as it was
/// kept.
fn judged(one: &AssessmentView, day: PartialDate) -> Result<Assessment, WebError> {
    let rules = rule_sets().iter().find(|rules| rules.id() == one.rule_set);
    let Some(rules) = rules else { return serde_json::from_value(one.result.clone()).map_err(WebError::internal) };
    let case = Case::from_json(rules, &Json::Object(one.answers.clone()), &[]).map_err(WebError::internal)?;
    Ok(rules.assess(&case, day))
}

/// Begins the check, takes one answer after the other, and keeps the outcome.
pub async fn step(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, part)): Path<(String, String)>,
    pairs: Submitted,
) -> Result<Response, WebError> {
    let (desk, kind) = (desk::open(&state, &asked.permit).await?, part_of(&part)?);
    desk.work.part(kind).ok_or(WebError::NotFound)?;
    if desk.work.stage == Stage::InReview {
        return Ok(see(&asked.context, &assessment_path(&desk, kind)));
    }
    // Later steps carry what was proposed.
    let proposed = match pairs.has("stand") {
        true => serde_json::Map::new(),
        false => state.app.proposed_answers(&asked.permit, &desk.work, kind).await?,
    };
    let path = assessment_path(&desk, kind);
    let frame = |title: &str| {
        let t = asked.texts();
        let entry = asked.shell(&state, title).crumb(t.get("work-title"), "/arbeit");
        entry.crumb(name_of(&asked, &desk), &entry_path(&desk)).crumb(t.get(title_key(kind)), &path)
    };
    let course = Course {
        state: &state,
        context: &asked.context,
        path: path.clone(),
        bound: format!("assessment {} {}", desk.work.entry, slug(kind)),
        first: Way::proposing(proposed),
        frame: &frame,
    };
    if pairs.has("behalten") {
        return keep(&course, &asked, &desk, kind, &pairs).await;
    }
    match walk(&course, &pairs).await? {
        Walked::Page(page) => Ok(page),
        Walked::End(end) => {
            let stated =
                reasons_field(kind).and_then(|key| desk.work.part(kind)?.content.text(key)).unwrap_or_default();
            let field = reasons(&course, stated.to_owned());
            result(&course, &asked, &desk, kind, &end.0, field).await
        }
    }
}

fn reasons(course: &Course<'_>, value: String) -> PlainField {
    let shell = (course.frame)("");
    let hint = shell.t.get("assessment-reasons-hint");
    let field = PlainField::new(&shell, REASONS, "assessment-reasons", PlainControl::Area { rows: 5 });
    PlainField { value, ..field.hint(hint).optional() }
}

async fn keep(
    course: &Course<'_>,
    asked: &Asked,
    desk: &Desk,
    kind: RecordKind,
    pairs: &Submitted,
) -> Result<Response, WebError> {
    let t = asked.texts();
    let way = course.way(pairs).await?;
    let typed = pairs.get(REASONS).trim().replace("\r\n", "\n");
    let mut field = reasons(course, typed.clone());
    if typed.chars().count() > MAX_REASONS {
        let limit = i64::try_from(MAX_REASONS).unwrap_or(i64::MAX);
        field.fault = Some(t.one("assessment-reasons-long", "count", limit));
        return result(course, asked, desk, kind, &way, field).await;
    }
    let check = Check {
        kind,
        expected_revision: pairs.get("revision").parse().unwrap_or(-1),
        answers: way.given().clone(),
        reasons: typed,
    };
    match course.state.app.keep_assessment(&asked.permit, &check).await? {
        Kept::Done | Kept::Locked => Ok(see(&asked.context, &course.path)),
        Kept::Stale => {
            let by = desk.work.editor.clone().unwrap_or_else(|| t.get("assessment-nobody").to_owned());
            field.fault = Some(t.one("assessment-stale", "name", by));
            result(course, asked, desk, kind, &way, field).await
        }
    }
}

async fn result(
    course: &Course<'_>,
    asked: &Asked,
    desk: &Desk,
    kind: RecordKind,
    way: &Way,
    field: PlainField,
) -> Result<Response, WebError> {
    let (language, t) = (asked.context.language, asked.texts());
    let today = course.today()?;
    let assessment = way.assess(rule_set(), today);
    let is_open = assessment.risk_class == NOT_ASSESSED;
    let mut faults = FaultSummary::of(&[], language);
    if let Some(fault) = &field.fault {
        faults.push(&field.id(), fault.clone());
    }
    let page = ResultPage {
        shell: (course.frame)(t.get("check-result-title")),
        status: if field.fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        sealed: way.sealed(&course.state.app, &course.bound).await?,
        action: course.action(),
        faults,
        outcome: Outcome::of(way.given(), &assessment, today, language),
        may_change: true,
        print_hint: t.get("assessment-print-hint").to_owned(),
        keep: Some(KeepForm {
            revision: desk.work.part(kind).ok_or(WebError::NotFound)?.revision,
            hint: t.get(if is_open { "assessment-keep-open" } else { "assessment-keep-text" }).to_owned(),
            field,
        }),
    };
    respond(&page, &asked.context)
}

/// What readers of an entry are told of its assessments: the label of each part with its class or what to do, and the way.
pub async fn links(state: &WebState, asked: &Asked, desk: &Desk) -> Result<Vec<AssessmentLink>, WebError> {
    let (language, t) = (asked.context.language, asked.texts());
    let all = state.app.assessments(&asked.permit, &desk.work).await?;
    let kinds = desk.work.parts.iter().map(|part| part.kind).filter(|kind| *kind != RecordKind::Organisation);
    let link = |kind: RecordKind| {
        let newest = all.iter().find(|one| one.kind == kind);
        let text = match newest {
            None => t.get("assessment-none").to_owned(),
            Some(one) if one.is_outdated() => t.get("assessment-anew").to_owned(),
            Some(one) => {
                let day = format::day(language, one.made_at).human;
                let words = [("class", class_label(one.class(), language).into()), ("day", day.into())];
                t.with("assessment-short", &words)
            }
        };
        AssessmentLink {
            label: t.get(part_key(kind)).to_owned(),
            text,
            is_outdated: newest.is_some_and(AssessmentView::is_outdated),
            href: localised(language, &assessment_path(desk, kind)),
        }
    };
    Ok(kinds.map(link).collect())
}

/// How the assessment of a part stands, in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentLink {
    pub label: String,
    pub text: String,
    pub is_outdated: bool,
    pub href: String,
}
