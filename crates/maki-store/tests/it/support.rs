//! Stores to test with, and records to put into them. Each test has a database of its own.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use maki_domain::{Content, ExternalId, Instant, Kennung, RecordId, RecordKind};
use maki_store::{Actor, Publication, RecordWrite, Result, Store, StoredRecord, Verification, verify};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// Runs functions `async fn(&Fixture)` on both engines.
macro_rules! contract {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&$crate::support::Fixture::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let Some(fixture) = $crate::support::Fixture::postgres().await else { return };
                super::$test(&fixture).await;
                fixture.drop_database().await;
            })*
        }
    };
}
pub(crate) use contract;

/// Where a store is, so that another process can open the same.
#[derive(Debug)]
pub enum Place {
    Folder(TempDir),
    Database { server: String, name: String },
}

#[derive(Debug)]
pub struct Fixture {
    pub store: Store,
    pub place: Place,
}

impl Fixture {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path()).await.unwrap();
        store.migrate("register-of-tests").await.unwrap();
        Self { store, place: Place::Folder(folder) }
    }

    /// `None` when there is no server.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("MAKI_TEST_POSTGRES") else {
            assert!(std::env::var_os("CI").is_none(), "CI must name a PostgreSQL server in MAKI_TEST_POSTGRES");
            eprintln!("SKIPPED: no PostgreSQL server is named by MAKI_TEST_POSTGRES");
            return None;
        };
        let name = format!("maki_test_{}", Uuid::now_v7().simple());
        run_on(&server, &format!("CREATE DATABASE {name}")).await;
        let store = Store::open_postgres(&database_url(&server, &name)).await.unwrap();
        store.migrate("register-of-tests").await.unwrap();
        Some(Self { store, place: Place::Database { server, name } })
    }

    /// What [`open`] understands.
    pub fn address(&self) -> String {
        match &self.place {
            Place::Folder(folder) => folder.path().to_str().unwrap().to_owned(),
            Place::Database { server, name } => database_url(server, name),
        }
    }

    pub fn folder(&self) -> &Path {
        match &self.place {
            Place::Folder(folder) => folder.path(),
            Place::Database { .. } => panic!("not embedded"),
        }
    }

    /// A failed test leaves its database, for looking at.
    pub async fn drop_database(self) {
        if let Place::Database { server, name } = &self.place {
            self.store.close().await;
            run_on(server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }

    /// Writes publications in one commit.
    pub async fn publish(&self, publications: &[Publication]) -> Result<()> {
        let mut tx = self.store.write().await?;
        tx.publish(at(1), &actor(), publications).await?;
        tx.commit().await
    }

    pub async fn record(&self, id: RecordId) -> StoredRecord {
        let mut tx = self.store.read().await.unwrap();
        tx.records(&[id]).await.unwrap().pop().expect("the record exists")
    }

    pub async fn verify(&self) -> Verification {
        verify(&self.store, |_, _| ()).await.unwrap()
    }

    pub async fn assert_whole(&self) {
        let verification = self.verify().await;
        assert!(verification.is_whole(), "{verification:?}");
    }

    /// Bare SQL past the store, as somebody with access to the database would use it. Returns the rows changed.
    pub async fn tamper(&self, sql: &'static str) -> u64 {
        match &self.store {
            Store::Sqlite { write, .. } => sqlx::query(sql).execute(write).await.unwrap().rows_affected(),
            Store::Postgres(pool) => sqlx::query(sql).execute(pool).await.unwrap().rows_affected(),
        }
    }

    pub async fn number(&self, sql: &'static str) -> i64 {
        match &self.store {
            Store::Sqlite { write, .. } => sqlx::query_scalar(sql).fetch_one(write).await.unwrap(),
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }
}

fn database_url(server: &str, name: &str) -> String {
    let (server, _) = server.rsplit_once('/').expect("the server's URL names a database");
    format!("{server}/{name}")
}

/// Opens what [`Fixture::address`] names.
pub async fn open(address: &str) -> Result<Store> {
    if address.starts_with("postgres") {
        Store::open_postgres(address).await
    } else {
        Store::open_sqlite(Path::new(address)).await
    }
}

async fn run_on(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.expect("MAKI_TEST_POSTGRES names a server that answers");
    // Names are made above from digits and letters.
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Second `n` of a day long ago.
pub const fn at(n: i64) -> Instant {
    Instant(1_700_000_000_000_000 + n * 1_000_000)
}

pub fn actor() -> Actor {
    Actor { id: "account-7".into(), organisation: None, request: "request-1".into() }
}

pub fn new_id() -> RecordId {
    RecordId(Uuid::now_v7())
}

/// A number that no other call of this process gives.
pub fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A Kennung that no other record of this process has.
pub fn new_kennung() -> Kennung {
    Kennung::new("TEST", "2026", unique()).unwrap()
}

/// A seed that no other call gives; in the product it is random.
pub fn new_seed() -> [u8; 32] {
    let half = Uuid::now_v7().into_bytes();
    [half, half.map(|b| b ^ 0x5a)].concat().try_into().unwrap()
}

pub fn content(json: &str) -> Content {
    serde_json::from_str(json).unwrap()
}

pub fn named(name: &str) -> Content {
    content(&format!(r#"{{"name":"{name}","kind":"procured"}}"#))
}

/// The first version of a system.
pub fn new_system(content: Content) -> Publication {
    Publication {
        record: RecordWrite {
            id: new_id(),
            kind: RecordKind::System,
            kennung: new_kennung(),
            owner: None,
            parent: None,
            version: 1,
            expected_revision: 0,
            new_external_ids: Vec::new(),
        },
        content,
        seed: new_seed(),
        change_note: String::new(),
    }
}

/// The next version of something published, when nobody wrote in between.
pub fn next(before: &Publication, content: Content) -> Publication {
    let mut after = before.clone();
    after.record.version += 1;
    after.record.expected_revision += 1;
    after.record.new_external_ids = Vec::new();
    after.content = content;
    after.seed = new_seed();
    after
}

pub fn external(scheme: &str, value: &str) -> ExternalId {
    ExternalId::new(scheme, value)
}
