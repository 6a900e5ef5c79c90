//! Saving drafts: how many a second the register acknowledges, beside bare commits of SQLite on the same disk.
//!
//! Both are durable when they are acknowledged (`synchronous=FULL`). A bare commit writes one row of the size of a
//! draft; a save reads and checks the entry, keeps draft, work and event, and ties the event to the log. Saves go the
//! way that the editor's do, without HTTP; those that come at once share a commit.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use maki_app::work::{PartChange, SaveOutcome, SavePart, Start};
use maki_app::{App, Instance, Permit, Principal, SystemEdge, Target};
use maki_domain::{Act, Content, RecordId, RecordKind, Role, Roles, Slot, Value, Visibility, catalogue, keys};
use maki_store::{Actor, Publication, RecordWrite, Store};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};

use crate::figures::{Figures, Limit, median};

/// How long each is measured in a turn.
const TURN: Duration = Duration::from_millis(1_500);
const TURNS: usize = 3;
const CLIENTS: usize = 8;
/// A text as long as a purpose that somebody wrote.
const TEXT: usize = 600;

/// Measures saves and bare commits in turn.
pub fn measure(folder: &Path, figures: &mut Figures) -> Result<()> {
    let folder = folder.join("saving");
    std::fs::create_dir_all(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut bare = bare(&folder).await?;
        let register = Register::new(&folder).await?;
        let (mut commits, mut alone, mut together) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..TURNS {
            commits.push(commit_for(&mut bare, TURN).await?);
            alone.push(register.save_with(1).await?);
            together.push(register.save_with(CLIENTS).await?);
        }
        let (bare, alone, together) = (median(&commits), median(&alone), median(&together));
        let note = format!("with {CLIENTS} clients, who share commits; {bare:.0} bare commits per second");
        figures.limited("saves of drafts, of bare SQLite commits", together / bare, " ×", Limit::AtLeast(0.6), &note);
        let what = format!("saves of drafts per second with {CLIENTS} clients");
        figures.limited(what, together, "", Limit::AtLeast(1_000.0), "on a quiet machine");
        // Eight hand-overs to the thread of SQLite, each as long as a third of a bare commit.
        let note = format!("{alone:.0} saves per second");
        figures.plain("saves of drafts by one client, of bare SQLite commits", alone / bare, " ×", &note);
        register.app.store().close().await;
        Ok::<(), anyhow::Error>(())
    })?;
    Ok(std::fs::remove_dir_all(&folder)?)
}

async fn bare(folder: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(folder.join("bare.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = options.connect().await?;
    sqlx::raw_sql("CREATE TABLE draft (id INTEGER PRIMARY KEY, content BLOB)").execute(&mut connection).await?;
    Ok(connection)
}

/// Commits per second.
async fn commit_for(connection: &mut SqliteConnection, time: Duration) -> Result<f64> {
    let content = vec![b'x'; TEXT];
    let (start, mut done) = (Instant::now(), 0_u32);
    while start.elapsed() < time {
        sqlx::query("INSERT INTO draft (content) VALUES ($1)").bind(&content).execute(&mut *connection).await?;
        done += 1;
    }
    Ok(f64::from(done) / start.elapsed().as_secs_f64())
}

struct Register {
    app: App,
    editor: Principal,
    organisation: RecordId,
}

impl Register {
    async fn new(folder: &Path) -> Result<Self> {
        let store = Store::open_sqlite(folder).await?;
        store.migrate("register-of-measurements").await?;
        let app = App::new(store, Instance::default(), Arc::new(SystemEdge), &folder.join("index"));
        let organisation = organisation(&app).await?;
        let editor = Principal {
            account: None,
            actor: Arc::from("bench"),
            name: "bench".to_owned(),
            memberships: vec![(organisation, Roles::NONE.with(Role::Editor))],
            limited_to: None,
            request: Arc::from("bench"),
        };
        Ok(Self { app, editor, organisation })
    }

    /// Saves per second of clients who each work on an entry of their own.
    async fn save_with(&self, clients: usize) -> Result<f64> {
        let mut tasks = Vec::with_capacity(clients);
        for _ in 0..clients {
            let client = Client::new(self).await?;
            tasks.push(client);
        }
        let start = Instant::now();
        let running: Vec<_> = tasks.into_iter().map(|client| tokio::spawn(client.save_until(start + TURN))).collect();
        let mut done = 0;
        for task in running {
            done += task.await??;
        }
        Ok(f64::from(done) / start.elapsed().as_secs_f64())
    }
}

/// The first version of an organisation.
async fn organisation(app: &App) -> Result<RecordId> {
    let id = RecordId(maki_app::Edge::new_id(&SystemEdge));
    let mut content = Content::new();
    ensure!(content.put(keys::ORGANISATION_NAME, Value::Text("Stadt Oberbach".to_owned())), "the field is missing");
    let record = RecordWrite {
        id,
        kind: RecordKind::Organisation,
        kennung: "MAKI-B-000001".parse().context("a Kennung")?,
        owner: None,
        parent: None,
        version: 1,
        expected_revision: 0,
        new_external_ids: Vec::new(),
    };
    let actor = Actor { id: "bench".to_owned(), organisation: None, request: String::new() };
    let publication = Publication { record, content, seed: [7; 32], change_note: String::new() };
    let mut tx = app.store().write().await?;
    tx.publish(app.now(), &actor, &[publication]).await?;
    tx.commit().await?;
    Ok(id)
}

struct Client {
    app: App,
    permit: Permit,
    revision: i64,
}

impl Client {
    async fn new(register: &Register) -> Result<Self> {
        let app = register.app.clone();
        let permit = app.permit(&register.editor, Act::Edit, Target::Organisation(register.organisation)).await?;
        let mut system = Content::new();
        ensure!(system.put(keys::NAME, Value::Text("Lotte".to_owned())), "the field is missing");
        let entry = app.start_entry(&permit, Start::New { system, deployment: Content::new() }).await?;
        let permit = app.permit(&register.editor, Act::Edit, Target::Record(entry)).await?;
        Ok(Self { app, permit, revision: 1 })
    }

    async fn save_until(mut self, end: Instant) -> Result<u32> {
        let field = catalogue().id(keys::PURPOSE).context("the field is missing")?;
        let mut done = 0;
        while Instant::now() < end {
            let text = format!("{:0>TEXT$}", self.revision);
            let slot = Some(Slot::from(Value::Text(text)));
            let change = PartChange { field, slot, visibility: Visibility::Public };
            let save = SavePart { kind: RecordKind::System, expected_revision: self.revision, changes: vec![change] };
            match self.app.save_work(&self.permit, &[save]).await? {
                SaveOutcome::Saved(faults) if faults.is_empty() => self.revision += 1,
                other => bail!("not saved: {other:?}"),
            }
            done += 1;
        }
        Ok(done)
    }
}
