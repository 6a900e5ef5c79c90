//! Registers to test with. Each has a database and an index folder of its own.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use maki_app::{App, FileError, FollowError, ImportOptions, ImportReport, Instance, Selection, SystemEdge};
use maki_domain::{Content, Entry, Kennung, RecordId, View};
use maki_formats::export::{Format, Options, Writer};
use maki_formats::profile::{ReadOptions, open, profile};
use maki_store::{Actor, Publication, RecordWrite, Store, StoredRecord};
use tempfile::TempDir;

/// Runs functions `async fn(&Register)` on both engines.
macro_rules! both_engines {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&$crate::support::Register::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some(register) = $crate::support::Register::postgres().await else { return };
                super::$test(&register).await;
                register.drop_database().await;
            })*
        }
    };
}
pub(crate) use both_engines;

pub struct Register {
    pub app: App,
    pub folder: TempDir,
    database: Option<(String, String)>,
}

impl Register {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        Self::over(store, folder, None).await
    }

    /// `None` when there is no server.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("MAKI_TEST_POSTGRES") else {
            assert!(std::env::var_os("CI").is_none(), "CI must name a PostgreSQL server in MAKI_TEST_POSTGRES");
            eprintln!("SKIPPED: no PostgreSQL server is named by MAKI_TEST_POSTGRES");
            return None;
        };
        let name = format!("maki_app_{}", uuid::Uuid::now_v7().simple());
        sql(&server, &format!("CREATE DATABASE {name}"));
        let (place, _) = server.rsplit_once('/').expect("the server's URL names a database");
        let store = Store::open_postgres(&format!("{place}/{name}")).await.unwrap();
        Some(Self::over(store, tempfile::tempdir().unwrap(), Some((server, name))).await)
    }

    async fn over(store: Store, folder: TempDir, database: Option<(String, String)>) -> Self {
        store.migrate("register-of-tests").await.unwrap();
        let app = app_over(&store, folder.path());
        Self { app, folder, database }
    }

    pub async fn drop_database(self) {
        if let Some((server, name)) = &self.database {
            self.app.store().close().await;
            sql(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }

    /// Another process, as far as the index can tell.
    pub fn second(&self) -> App {
        app_over(self.app.store(), self.folder.path())
    }

    pub fn index_folder(&self, view: &str) -> PathBuf {
        self.folder.path().join("index").join(view)
    }

    pub async fn import(&self, text: &str) -> ImportReport {
        self.import_with(text, |_| {}).await
    }

    pub async fn import_with(&self, text: &str, adjust: impl FnOnce(&mut ImportOptions)) -> ImportReport {
        self.try_import(text.as_bytes().to_vec(), "test.jsonl", adjust).await.unwrap()
    }

    pub async fn try_import(
        &self,
        bytes: Vec<u8>,
        name: &str,
        adjust: impl FnOnce(&mut ImportOptions),
    ) -> Result<ImportReport, FileError> {
        let own = profile("maki").unwrap();
        let reader = open(Cursor::new(bytes), name, &own, ReadOptions::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut options = ImportOptions { profile: "maki".into(), file: name.into(), ..ImportOptions::default() };
        adjust(&mut options);
        self.app.import_file(reader, options, |_, _| {}).await.map_err(|early| early.cause)
    }

    pub async fn catch_up(&self) {
        catch_up(&self.app).await;
    }

    pub async fn entries(&self, view: View) -> Vec<Entry> {
        self.exported(view, Selection::All).await
    }

    pub async fn exported(&self, view: View, selection: Selection) -> Vec<Entry> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(16);
        let app = self.app.clone();
        let task = tokio::spawn(async move { app.export(view, selection, sender).await });
        let mut entries = Vec::new();
        while let Some(entry) = receiver.recv().await {
            entries.push(entry);
        }
        task.await.unwrap().unwrap();
        entries
    }

    /// The public register as a file.
    pub async fn file(&self, format: Format) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = Writer::new(format, &mut file, Options::default()).unwrap();
        for entry in self.entries(View::Public).await {
            writer.entry(&entry).unwrap();
        }
        assert!(writer.finish().unwrap().cuts.is_empty());
        file.flush().unwrap();
        file.into_inner()
    }

    pub async fn head(&self) -> i64 {
        self.app.store().read().await.unwrap().head().await.unwrap().sequence
    }

    /// The record that an external id or a Kennung names.
    pub async fn record(&self, name: &str) -> StoredRecord {
        let mut tx = self.app.store().read().await.unwrap();
        let id = match name.parse::<Kennung>() {
            Ok(kennung) => tx.by_kennungen(std::slice::from_ref(&kennung)).await.unwrap().remove(&kennung),
            Err(_) => {
                let key = ("test".to_owned(), name.to_owned());
                tx.by_external_ids(std::slice::from_ref(&key)).await.unwrap().remove(&key)
            }
        };
        tx.records(&[id.expect("the record exists")]).await.unwrap().pop().unwrap()
    }

    /// A change that a body makes itself.
    pub async fn edit(&self, name: &str, change: impl FnOnce(&mut Content)) -> RecordId {
        let StoredRecord { envelope, mut content, .. } = self.record(name).await;
        change(&mut content);
        let record = RecordWrite {
            id: envelope.id,
            kind: envelope.kind,
            kennung: envelope.kennung.unwrap(),
            owner: envelope.owner,
            parent: envelope.parent,
            version: envelope.version + 1,
            expected_revision: envelope.revision,
            new_external_ids: Vec::new(),
        };
        let publication = Publication { record, content, seed: [7; 32], change_note: "edited".into() };
        let mut tx = self.app.store().write().await.unwrap();
        tx.publish(self.app.now(), &actor(), &[publication]).await.unwrap();
        tx.commit().await.unwrap();
        envelope.id
    }
}

/// Programs that other tests start hold the lock for a moment, if they are started while it is held here.
pub async fn catch_up(app: &App) {
    for _ in 0..500 {
        match app.catch_up(&mut |_| {}).await {
            Err(FollowError::Elsewhere) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            done => return done.unwrap(),
        }
    }
    panic!("somebody else keeps the index");
}

pub fn actor() -> Actor {
    Actor { id: "account-7".into(), organisation: None, request: "request-1".into() }
}

fn app_over(store: &Store, folder: &Path) -> App {
    App::new(store.clone(), Instance::default(), Arc::new(SystemEdge), &folder.join("index"))
}

/// The workspace keeps SQL in the store, so the server's own client makes the databases.
fn sql(server: &str, statement: &str) {
    let status = Command::new("psql").args(["-q", "-d", server, "-c", statement]).status();
    assert!(status.expect("psql is installed").success(), "{statement}");
}

pub fn demo(file: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(file)).unwrap()
}

pub fn text(value: &str) -> maki_domain::Slot {
    maki_domain::Value::Text(value.to_owned()).into()
}

/// One use of one system, with an id for each record.
pub fn line(id: &str, name: &str, organisation: &str) -> String {
    format!(
        r#"{{"organisation":{{"external_ids":[{{"scheme":"test","value":"O{organisation}"}}],"organisation_name":"Stadt {organisation}","organisation_level":"municipal","organisation_land":"03"}},"system":{{"external_ids":[{{"scheme":"test","value":"S{id}"}}],"name":"{name}","kind":"procured"}},"deployment":{{"external_ids":[{{"scheme":"test","value":"D{id}-{organisation}"}}],"lifecycle":"operation"}}}}"#
    )
}
