//! Reports to the EU database (EU-Meldung): what an organisation owes and how far it is, one report item by item, what
//! the database gave back, texts in the other language, and files.
//!
//! A handler here is extract → use case → page. What is owed, how far it is and what has changed is known by `maki_app`;
//! `words` says it.

mod dashboard;
mod entry;
mod files;
mod note;
mod other_language;
mod overview;
mod sheet;
mod words;

use maki_domain::Act;
use maki_domain::eu_report::Obligation;

use crate::error::WebError;
use crate::routes::{Of, Routes, Rule};
use crate::state::WebState;

/// Pages of reports.
pub fn routes(state: &WebState) -> Routes {
    let read = Rule::May(Act::ReadWork, Of::Organisation);
    let coordinate = Rule::May(Act::Coordinate, Of::Organisation);
    let read_entry = Rule::May(Act::ReadWork, Of::Record);
    let edit = Rule::May(Act::Edit, Of::Record);
    let one = "/arbeit/eintraege/{record}/eu-meldung/{section}";
    Routes::new(state)
        .get("/arbeit/eu-meldung", Rule::SignedIn, overview::show)
        .get("/arbeit/{organisation}/eu-meldung", read, dashboard::show)
        .get("/arbeit/{organisation}/eu-meldung/stand", coordinate, dashboard::show)
        .get("/arbeit/{organisation}/eu-meldung/datei/{file}", read, files::all)
        .get("/arbeit/eintraege/{record}/eu-meldung", read_entry, entry::show)
        .get(one, read_entry, sheet::show)
        .get(&format!("{one}/datei/{{file}}"), read_entry, files::one)
        .page(&format!("{one}/gemeldet"), edit, note::ask, note::note)
        .page(&format!("{one}/texte"), edit, other_language::ask, other_language::save)
}

/// The code that an address names in small letters.
fn code_of(section: &str) -> Result<&'static str, WebError> {
    Obligation::CODES.into_iter().find(|code| code.to_ascii_lowercase() == section).ok_or(WebError::NotFound)
}

/// The path of a report of an entry.
fn report_path(entry: impl std::fmt::Display, code: &str) -> String {
    format!("/arbeit/eintraege/{entry}/eu-meldung/{}", code.to_ascii_lowercase())
}
