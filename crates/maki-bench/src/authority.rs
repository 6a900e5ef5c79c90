//! The rooms of an authority under load: every page that people work on, in a register that is as full as the rest of
//! the measurements have it, as somebody of the organisation with the most entries, and as an operator.
//!
//! The person may do everything there, and signs in by a session of its own. Some entries are drafts, some wait for
//! approval. Pages that a form alone leads to are not asked for.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use maki_app::work::Start;
use maki_app::{App, Edge, Instance, Principal, SystemEdge, Target};
use maki_domain::{Act, Content, Instant, RecordId, Role, Roles, Value, keys};
use maki_store::{AccountState, Action, Actor, Grant, NewAccount, NewSession, Step, Store, WorkState};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::types::Uuid;
use sqlx::{Connection, SqliteConnection};

use crate::figures::{Figures, Limit};
use crate::load::{self, Requests};
use crate::process;
use crate::server::Server;

const CONNECTIONS: usize = 8;
const WARM_UP: f64 = 0.2;
const SECONDS: f64 = 0.8;
/// Entries that are worked on; half of them wait for approval.
const IN_WORK: usize = 60;
/// What the sessions' cookies say: 32 bytes of 7, and of 8.
const SECRETS: [([u8; 32], &str); 2] = [
    ([7; 32], "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"),
    ([8; 32], "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"),
];

/// What there is to look at.
struct World {
    organisation: String,
    entries: i64,
    draft: RecordId,
    waiting: RecordId,
    published: RecordId,
    account: String,
}

impl World {
    /// Pages of somebody who works for the organisation, and pages of an operator.
    fn pages(&self) -> (Vec<String>, Vec<String>) {
        let Self { organisation, draft, waiting, published, account, .. } = self;
        let room = format!("/arbeit/{organisation}");
        let of = |entry: &RecordId, step: &str| format!("/arbeit/eintraege/{}{step}", entry.0);
        let own = vec![
            room.clone(),
            format!("{room}/entwuerfe"),
            format!("{room}/pruefen"),
            format!("{room}/zurueck"),
            format!("{room}/veroeffentlicht"),
            format!("{room}/veroeffentlicht?seite=5"),
            format!("{room}/mehrere"),
            format!("{room}/neu"),
            format!("{room}/neu?q=Wohngeld%20Antrag"),
            format!("{room}/vorschlaege"),
            format!("{room}/team"),
            format!("{room}/team/{account}"),
            format!("{room}/tokens"),
            format!("{room}/delegation"),
            format!("{room}/behoerde"),
            of(draft, ""),
            of(draft, "/abschnitt/basics"),
            of(draft, "/abschnitt/use"),
            of(draft, "/pruefen"),
            of(draft, "/kommentare"),
            of(draft, "/vorschau"),
            of(draft, "/verwerfen"),
            of(published, ""),
            of(published, "/zurueckziehen"),
            of(waiting, ""),
            of(waiting, "/freigabe"),
            "/konto".to_owned(),
        ];
        let desk = vec![
            "/betrieb".to_owned(),
            "/betrieb/behoerden?name=Stadt".to_owned(),
            format!("/betrieb/behoerden/{organisation}"),
            "/betrieb/konten".to_owned(),
            "/betrieb/antraege".to_owned(),
            "/betrieb/auftraege".to_owned(),
        ];
        (own, desk)
    }
}

/// Measures each page at eight connections.
pub fn measure(register: &Path, figures: &mut Figures) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let world = runtime.block_on(furnish(register))?;
    let server = Server::maki(register, "/")?;
    let (own, desk) = world.pages();
    let mut worst = (0.0, String::new());
    for ((_, cookie), paths) in SECRETS.iter().zip([own, desk]) {
        // Each by itself: one slow page must not hide among fast ones.
        for path in paths {
            let requests = Requests::with_cookie([path.clone()], &format!("__Host-maki={cookie}"));
            load::run(server.address, &requests, CONNECTIONS, WARM_UP)?;
            let before = process::cpu_seconds(server.id())?;
            let outcome = load::run(server.address, &requests, CONNECTIONS, SECONDS)?;
            #[expect(clippy::cast_precision_loss, reason = "figures for people")]
            let cpu = (process::cpu_seconds(server.id())? - before) * 1e3 / outcome.requests.max(1) as f64;
            let shown = shortened(&path, &world.organisation);
            let note = format!("p50 {:.1} ms, {cpu:.1} ms CPU, {:.0} KB", outcome.p50, outcome.body / 1e3);
            figures.plain(format!("{shown}: p99"), outcome.p99, " ms", &note);
            if outcome.p99 > worst.0 {
                worst = (outcome.p99, shown);
            }
        }
    }
    let note = format!("{}, {CONNECTIONS} connections; the organisation has {} records", worst.1, world.entries);
    figures.limited("slowest page of an authority: p99", worst.0, " ms", Limit::AtMost(50.0), &note);
    Ok(())
}

/// The path without what differs from run to run.
fn shortened(path: &str, organisation: &str) -> String {
    let part = |part: &str| match part {
        part if part == organisation => "…".to_owned(),
        part if part.len() == 36 && part.matches('-').count() == 4 => "…".to_owned(),
        part => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Makes people, drafts and entries that wait.
async fn furnish(register: &Path) -> Result<World> {
    let (organisation, kennung, entries, published) = largest(register).await?;
    let store = Store::open_existing_sqlite(register).await?;
    let app = App::new(store, Instance::default(), Arc::new(SystemEdge), &register.join("index"));
    let roles: Roles = [Role::Editor, Role::Approver, Role::Admin].into_iter().collect();
    let account = person(&app, 0, organisation, roles).await?;
    person(&app, 1, RecordId::NIL, Roles::NONE.with(Role::Operator)).await?;
    let editor = Principal {
        account: None,
        actor: Arc::from("bench"),
        name: "bench".to_owned(),
        memberships: vec![(organisation, Roles::NONE.with(Role::Editor))],
        limited_to: None,
        request: Arc::from("bench"),
    };
    let permit = app.permit(&editor, Act::Edit, Target::Organisation(organisation)).await?;
    let mut all = Vec::with_capacity(IN_WORK);
    for number in 0..IN_WORK {
        let mut system = Content::new();
        ensure!(system.put(keys::NAME, Value::Text(format!("Lotte {number}"))), "the field is missing");
        all.push(app.start_entry(&permit, Start::New { system, deployment: Content::new() }).await?);
    }
    let (drafts, waiting) = all.split_at(IN_WORK / 2);
    let actor = Actor { id: "bench".to_owned(), organisation: Some(organisation), request: String::new() };
    let mut tx = app.store().write().await?;
    for entry in waiting {
        let (from, to) = (&[WorkState::Draft][..], WorkState::InReview);
        tx.hand_on(app.now(), &actor, &Step { entry: *entry, from, to, action: Action::Submitted, text: "" }).await?;
    }
    tx.commit().await?;
    app.store().close().await;
    let first = |entries: &[RecordId]| entries.first().copied().context("nothing is worked on");
    let (draft, waiting) = (first(drafts)?, first(waiting)?);
    Ok(World { organisation: kennung, entries, draft, waiting, published, account })
}

/// The organisation with the most records: its id, its Kennung, how many there are, and one of them.
async fn largest(register: &Path) -> Result<(RecordId, String, i64, RecordId)> {
    let options = SqliteConnectOptions::new().filename(register.join(maki_store::SQLITE_FILE)).read_only(true);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let sql = "SELECT r.owner, o.kennung, COUNT(*), MAX(r.id) FROM record r
        JOIN record o ON o.id = r.owner WHERE r.kind <> 'organisation' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 1";
    let (id, kennung, entries, published): (Uuid, String, i64, Uuid) =
        sqlx::query_as(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok((RecordId(id), kennung, entries, RecordId(published)))
}

/// Somebody with a session; gives the account.
async fn person(app: &App, number: usize, at: RecordId, roles: Roles) -> Result<String> {
    let (secret, _) = SECRETS.get(number).context("a secret for each")?;
    let account = SystemEdge.new_id();
    let new = NewAccount {
        id: account,
        email: format!("bench-{account}@stadt.example"),
        name: "Bench".to_owned(),
        password: Some("none".to_owned()),
        state: AccountState::Active,
        language: "de".to_owned(),
    };
    let session = NewSession {
        id: Sha256::digest(secret).into(),
        account,
        ends_at: Instant(i64::MAX),
        method: "password_totp",
        agent: "bench".to_owned(),
        issuer: String::new(),
        provider_session: String::new(),
    };
    let actor = Actor { id: "bench".to_owned(), organisation: None, request: String::new() };
    let mut tx = app.store().write().await?;
    tx.make_account(app.now(), &actor, &new).await?;
    let grant = Grant { account, organisation: at, roles, source: String::new() };
    tx.grant(app.now(), &actor, &grant).await?;
    tx.begin_session(app.now(), &session).await?;
    tx.commit().await?;
    Ok(account.to_string())
}
