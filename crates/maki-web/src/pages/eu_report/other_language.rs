//! Texts of a report in the other language: English, or German where the entry is in English.

use axum::extract::{Path, State};
use axum::response::Response;
use maki_app::eu_report::{MAX_TRANSLATION, OtherText, ReportSheet};
use maki_domain::Language;

use super::note::shell;
use super::{code_of, report_path};
use crate::error::WebError;
use crate::guard::Submitted;
use crate::pages::work::{Asked, desk, see};
use crate::plain_form::{PlainControl, PlainField, PlainForm};
use crate::respond::respond;
use crate::state::WebState;

/// Characters that fit a line of a text area, for its height.
const LINE: usize = 80;

pub async fn ask(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, section)): Path<(String, String)>,
) -> Result<Response, WebError> {
    let sheet = state.app.eu_report(&asked.permit, code_of(&section)?).await?;
    render(&state, &asked, &sheet, None).await
}

pub async fn save(
    State(state): State<WebState>,
    asked: Asked,
    Path((_, section)): Path<(String, String)>,
    typed: Submitted,
) -> Result<Response, WebError> {
    let code = code_of(&section)?;
    let sheet = state.app.eu_report(&asked.permit, code).await?;
    let keys = sheet.texts.iter().map(|text| text.field).filter(|field| typed.has(&field.field().key));
    let texts: Vec<OtherText> =
        keys.map(|field| OtherText { field, text: written(&typed, &field.field().key) }).collect();
    if texts.iter().any(|text| fault_of(&text.text).is_some()) {
        return render(&state, &asked, &sheet, Some(&typed)).await;
    }
    state.app.save_eu_texts(&asked.permit, code, &texts).await?;
    Ok(see(&asked.context, &format!("{}?texte", report_path(sheet.of.entry.entry, code))))
}

fn written(typed: &Submitted, key: &str) -> String {
    typed.get(key).trim().replace("\r\n", "\n")
}

/// What is wrong with a text: key of the words.
fn fault_of(text: &str) -> Option<&'static str> {
    if text.chars().count() > MAX_TRANSLATION {
        Some("eu-text-long")
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        Some("eu-text-control")
    } else {
        None
    }
}

async fn render(
    state: &WebState,
    asked: &Asked,
    sheet: &ReportSheet,
    refused: Option<&Submitted>,
) -> Result<Response, WebError> {
    let desk = desk::open(state, &asked.permit).await?;
    let path = report_path(desk.work.entry, sheet.report.obligation.code);
    let is_english = sheet.report.report.other_language() == Language::En;
    let title = if is_english { "eu-texts-title-en" } else { "eu-texts-title-de" };
    let shell = shell(state, asked, &desk, sheet, title);
    let t = shell.t;
    let back = shell.url(&path);
    let action = shell.url(&format!("{path}/texte"));
    let lead = t.get(if is_english { "eu-texts-lead-en" } else { "eu-texts-lead-de" });
    let mut form = PlainForm::new(shell, "eu-texts-submit").action(action).lead(lead);
    for text in &sheet.texts {
        let field = text.field.field();
        let rows = u8::try_from((text.source.chars().count() / LINE + 2).min(12)).unwrap_or(12);
        let control = PlainField {
            name: field.key.as_str(),
            label: field.label(asked.context.language).to_owned(),
            hint: Some(t.one("eu-texts-source", "text", text.source.clone())),
            control: PlainControl::Area { rows },
            value: text.text.clone().unwrap_or_default(),
            needed: false,
            fault: None,
        };
        let control = match refused {
            Some(typed) => {
                let fault = fault_of(&written(typed, &field.key));
                control.typed(typed).fault(fault.map(|key| t.count(key, MAX_TRANSLATION)))
            }
            None => control,
        };
        form = form.field(control);
    }
    respond(&form.way("eu-back-to-report", back), &asked.context)
}
