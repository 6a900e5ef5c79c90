//! The reports of one entry.

use axum::extract::State;
use axum::response::Response;
use maki_app::eu_report::EntryReports;
use maki_domain::eu_report::ReportState;

use super::sheet::{Unregistered, unregistered};
use super::{report_path, words};
use crate::error::WebError;
use crate::format;
use crate::pages::work::Asked;
use crate::pages::work::desk::{self, Desk};
use crate::pages::work::finish::{below_entry, name_of};
use crate::pages::work::section::{entry_path, topic_path};
use crate::respond::{Cache, Page, respond};
use crate::shell::Shell;
use crate::state::WebState;
use crate::view::{Badge, Link};

/// One report of the entry.
pub struct ReportCard {
    pub title: String,
    pub href: String,
    pub article: String,
    pub restricted: bool,
    pub state: Badge,
    pub text: String,
    pub due: String,
    pub notes: Vec<String>,
}

/// The page.
#[derive(askama::Template)]
#[template(path = "eu_report/entry.html")]
pub struct EntryReportsPage {
    pub shell: Shell,
    pub name: String,
    pub unregistered: Option<Unregistered>,
    pub reports: Vec<ReportCard>,
    /// Why there are none.
    pub none: Option<String>,
    /// Where the class is entered, where that is missing.
    pub class_href: Option<Link>,
    pub links: Vec<Link>,
}

impl Page for EntryReportsPage {
    fn shell(&self) -> &Shell {
        &self.shell
    }
    fn cache(&self) -> Cache {
        Cache::Never
    }
}

pub async fn show(State(state): State<WebState>, asked: Asked) -> Result<Response, WebError> {
    let of = state.app.eu_reports_of(&asked.permit).await?;
    let desk = desk::open(&state, &asked.permit).await?;
    let shell = below_entry(&state, &asked, &desk, "eu-title");
    let t = shell.t;
    let reports: Vec<ReportCard> = of.entry.reports.iter().map(|report| card(&shell, &of, report)).collect();
    let none = reports.is_empty().then(|| words::state_text(t, of.entry.state()).to_owned());
    let organisation = desk.organisation_kennung.clone().unwrap_or_default();
    let page = EntryReportsPage {
        name: name_of(&asked, &desk),
        unregistered: unregistered(&shell, &desk, &of),
        reports,
        none,
        class_href: class_link(&shell, &desk, &of),
        links: vec![
            Link { label: t.get("work-to-overview").to_owned(), href: shell.url(&entry_path(&desk)) },
            Link {
                label: t.get("eu-to-dashboard").to_owned(),
                href: shell.url(&format!("/arbeit/{organisation}/eu-meldung")),
            },
        ],
        shell,
    };
    respond(&page, &asked.context)
}

fn class_link(shell: &Shell, desk: &Desk, of: &EntryReports) -> Option<Link> {
    let is_open = of.entry.state() == ReportState::Unassessed && desk.is_open();
    let keys = [maki_domain::keys::RISK_CLASS, maki_domain::keys::DEPLOYMENT_RISK_CLASS];
    let fields: Vec<_> = keys.iter().filter_map(|key| maki_domain::catalogue().id(key)).collect();
    let topics = desk.topics();
    let found = fields.into_iter().find(|field| topics.iter().any(|topic| topic.fields.contains(field)))?;
    is_open.then(|| Link {
        label: shell.t.get("eu-classify").to_owned(),
        href: format!("{}#{}", shell.url(&topic_path(desk, &found.field().section)), crate::form::first_id(found)),
    })
}

fn card(shell: &Shell, of: &EntryReports, report: &maki_app::eu_report::ReportOf) -> ReportCard {
    let t = shell.t;
    let missing = (!report.report.missing.is_empty())
        .then(|| t.one("eu-missing-items", "items", report.report.missing.join(", ")));
    let reported = report.last.as_ref().map(|last| {
        let day = format::date(shell.language, last.reported_on).human;
        t.with("eu-reported-as", &[("day", day.into()), ("id", last.database_id.clone().into())])
    });
    ReportCard {
        title: words::long_name(&report.obligation, shell.language),
        href: shell.url(&report_path(of.entry.entry, report.obligation.code)),
        article: words::article(shell.language, report.obligation.article),
        restricted: report.obligation.restricted,
        state: words::state_badge(t, report.state),
        text: words::state_text(t, report.state).to_owned(),
        due: words::due(t, report),
        notes: [missing, reported].into_iter().flatten().collect(),
    }
}
