//! A register of its own for each test, with clock and ids that repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use maki_app::{App, Edge, ImportOptions, Instance, Outcome, RowInput};
use maki_domain::Instant;
use maki_domain::instance::InstanceKind;
use maki_web::WebState;
use tower::ServiceExt;

/// 24 November 2026, 12:00 UTC, in microseconds.
const NOON: i64 = 1_795_521_600_000_000;

#[derive(Default)]
struct SteadyEdge {
    ids: AtomicU64,
    looks: AtomicU64,
    seeds: AtomicU64,
}

impl Edge for SteadyEdge {
    fn now(&self) -> Instant {
        // A millisecond passes at each look: newest first is then an order.
        Instant(NOON + i64::try_from(self.looks.fetch_add(1, Ordering::Relaxed)).unwrap() * 1_000)
    }
    fn new_id(&self) -> uuid::Uuid {
        let number = u128::from(self.ids.fetch_add(1, Ordering::Relaxed));
        uuid::Uuid::from_u128(0x0193_5e00_0000_7000_8000_0000_0000_0000 + number)
    }
    fn seed(&self) -> [u8; 32] {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&self.seeds.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        seed
    }
}

/// The site over a small register.
pub struct Site {
    pub app: App,
    router: axum::Router,
    _data: tempfile::TempDir,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// As text; empty where it is none.
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// What stands between the tags of the main part.
    pub fn main(&self) -> &str {
        let start = self.body.find("<main").unwrap();
        let end = self.body.find("</main>").unwrap();
        &self.body[start..end]
    }
}

impl Site {
    /// The four entries of `sample.jsonl`.
    pub async fn new() -> Self {
        let site = Self::empty(|_| {}).await;
        site.import(include_str!("sample.jsonl")).await;
        site
    }

    pub async fn empty(adjust: impl FnOnce(&mut Instance)) -> Self {
        let site = Self::over(adjust, |_| {}).await;
        site.app.catch_up(&mut |_| {}).await.unwrap();
        site
    }

    /// The register of the demonstration.
    pub async fn demo() -> Self {
        let site = Self::empty(|_| {}).await;
        site.fill_with_demo().await;
        site
    }

    async fn fill_with_demo(&self) {
        let lines = include_str!("../../../../demo/register.jsonl");
        let mut import = self.app.import(ImportOptions { profile: "maki".into(), ..ImportOptions::default() });
        for (number, line) in (1..).zip(lines.lines()) {
            let outcome = Outcome::Entry(Box::new(serde_json::from_str(line).unwrap()));
            let row = RowInput { number, outcome, warnings: Vec::new(), unknown: Vec::new(), raw: line.to_owned() };
            import.add(row).await.unwrap();
        }
        import.finish().await.unwrap();
        self.app.catch_up(&mut |_| {}).await.unwrap();
    }

    /// The register of the demonstration with the machine's own clock and random numbers, as signing in needs them.
    pub async fn living() -> Self {
        let site = Self::with(|_| {}, |_| {}, Arc::new(maki_app::SystemEdge)).await;
        site.fill_with_demo().await;
        site
    }

    /// A register whose index is damaged and not built anew yet.
    pub async fn damaged() -> Self {
        let damage = |index: &std::path::Path| {
            std::fs::create_dir_all(index.join("public")).unwrap();
            std::fs::write(index.join("public/meta.json"), "damaged").unwrap();
        };
        Self::over(|_| {}, damage).await
    }

    async fn over(adjust: impl FnOnce(&mut Instance), prepare: impl FnOnce(&std::path::Path)) -> Self {
        Self::with(adjust, prepare, Arc::new(SteadyEdge::default())).await
    }

    async fn with(
        adjust: impl FnOnce(&mut Instance),
        prepare: impl FnOnce(&std::path::Path),
        edge: Arc<dyn Edge>,
    ) -> Self {
        let data = tempfile::tempdir().unwrap();
        let store = maki_store::Store::open_sqlite(data.path()).await.unwrap();
        store.migrate("probe").await.unwrap();
        let mut instance = Instance { kind: InstanceKind::Demo, kennung_prefix: "PROBE".into(), ..Instance::default() };
        adjust(&mut instance);
        prepare(&data.path().join("index"));
        let app = App::new(store, instance, edge, &data.path().join("index"));
        let router = maki_web::router(WebState::new(app.clone(), maki_web::limits::LimitSettings::default()));
        Self { app, router, _data: data }
    }

    /// Where database and index are.
    pub fn folder(&self) -> &std::path::Path {
        self._data.path()
    }

    /// Imports line by line, each at its own time.
    pub async fn import(&self, lines: &str) {
        for (number, line) in (1..).zip(lines.lines()) {
            let options =
                ImportOptions { profile: "maki".into(), file: "sample.jsonl".into(), ..ImportOptions::default() };
            let mut import = self.app.import(options);
            let outcome = Outcome::Entry(Box::new(serde_json::from_str(line).unwrap()));
            let row = RowInput { number, outcome, warnings: Vec::new(), unknown: Vec::new(), raw: line.to_owned() };
            import.add(row).await.unwrap();
            let report = import.finish().await.unwrap();
            assert_eq!(report.rows_with_errors, 0, "{report:?}");
        }
        self.app.catch_up(&mut |_| {}).await.unwrap();
    }

    /// What handlers share, over the same register.
    pub fn state(&self) -> WebState {
        WebState::new(self.app.clone(), maki_web::limits::LimitSettings::default())
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// One header of what comes back; a workbook is no text.
    pub async fn header_of(&self, path: &str, name: &str) -> String {
        let response = self.unread(path).await;
        response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// An answer whose body nobody has read yet.
    pub async fn unread(&self, path: &str) -> axum::response::Response {
        self.router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap().to_vec();
        let is_text = parts.headers.get("content-type").is_none_or(|kind| kind != "application/pdf");
        let body = if is_text { String::from_utf8(bytes.clone()).unwrap() } else { String::new() };
        Answer { status: parts.status, headers: parts.headers, body, bytes }
    }
}
