//! Nothing of a confidential entry gets out. Entries with a canary word in every text are made, changed, returned,
//! approved, read and ended; then everything that the public, other authorities, coordinators, auditors, operators,
//! mails, logs, metrics and the index hold is searched for the word and for the ids.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::Method;
use maki_app::{Carrier, Mail, MailSettings, SearchRequest, Selection};
use maki_domain::catalogue::FieldType;
use maki_domain::confidential::{ConfidentialContent, ConfidentialStep, Restriction};
use maki_domain::{Content, RecordId, RecordKind, Role, Roles, Value, View, catalogue};
use maki_formats::profile::{ReadOptions, open, profile};
use maki_store::{Actor, ConfidentialWrite};
use maki_web::routes::{Declared, Rule};
use uuid::Uuid;

use crate::confidential::{APPROVER, EDITOR, begun, filled, place, submitted, town};
use crate::register::Site;
use crate::visitor::{People, Visitor, changed, form};

/// No word of any language; it stands in every text of the entries.
const CANARY: &str = "Zqkanarie";
/// What is searched for: asking for it does not put the whole word into the answer.
const ASKED: &str = "zqkanar";
const LISTENING: &str = "an ear listens";

/// Hears every span and event at every level, of all tests of this process, and every name and label of a metric.
#[derive(Default)]
struct Ear {
    heard: AtomicUsize,
    statements: AtomicUsize,
    metrics: AtomicUsize,
    spilt: Mutex<Vec<String>>,
}

static EAR: std::sync::LazyLock<Arc<Ear>> = std::sync::LazyLock::new(Arc::default);

impl Ear {
    fn hear(&self, what: &str) {
        self.heard.fetch_add(1, Ordering::Relaxed);
        if what.contains("confidential_step") {
            self.statements.fetch_add(1, Ordering::Relaxed);
        }
        if what.to_lowercase().contains(&CANARY.to_lowercase()) || what.contains(LISTENING) {
            self.spilt.lock().unwrap().push(what.to_owned());
        }
    }
}

struct Words(String);

impl tracing::field::Visit for Words {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

struct Listener;

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        let mut words = Words(span.metadata().name().to_owned());
        span.record(&mut words);
        EAR.hear(&words.0);
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        let mut words = Words(String::new());
        values.record(&mut words);
        EAR.hear(&words.0);
    }
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut words = Words(event.metadata().target().to_owned());
        event.record(&mut words);
        EAR.hear(&words.0);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

impl metrics::Recorder for Listener {
    fn describe_counter(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_gauge(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn describe_histogram(&self, _: metrics::KeyName, _: Option<metrics::Unit>, _: metrics::SharedString) {}
    fn register_counter(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Counter {
        EAR.metrics.fetch_add(1, Ordering::Relaxed);
        EAR.hear(&key.to_string());
        metrics::Counter::noop()
    }
    fn register_gauge(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Gauge {
        EAR.hear(&key.to_string());
        metrics::Gauge::noop()
    }
    fn register_histogram(&self, key: &metrics::Key, _: &metrics::Metadata<'_>) -> metrics::Histogram {
        EAR.hear(&key.to_string());
        metrics::Histogram::noop()
    }
}

/// A content with the canary in every field that takes text, and with every field that takes a code.
fn content(kind: RecordKind) -> Content {
    let mut content = Content::new();
    for (id, field) in catalogue().fields_of(kind) {
        let word = format!("{CANARY}{}", field.key.replace('_', ""));
        let first = || field.vocabulary()?.code(&field.vocabulary()?.terms().first()?.code);
        let value = match field.field_type {
            FieldType::Text | FieldType::LongText => Value::Text(format!("{CANARY} {word}")),
            FieldType::TextList => Value::List(vec![word]),
            FieldType::Url => Value::Text(format!("https://{}.example/{word}", CANARY.to_lowercase())),
            FieldType::UrlList => Value::List(vec![format!("https://{}.example/{word}", CANARY.to_lowercase())]),
            FieldType::Email => Value::Text(format!("{}@{}.example", CANARY.to_lowercase(), CANARY.to_lowercase())),
            FieldType::Code => Value::Code(first().unwrap()),
            FieldType::Codes => Value::Codes(vec![first().unwrap()]),
            _ => continue,
        };
        content.set(id, value.into());
    }
    content
}

fn actor() -> Actor {
    Actor { id: "probe".into(), organisation: None, request: "r".into() }
}

/// Entries of an organisation that every step was taken with; the last one is ended.
async fn entries(site: &Site, organisation: RecordId, reader: Uuid) -> Vec<RecordId> {
    let text = |what: &str| format!("{CANARY} {CANARY}{what}");
    let restriction = Restriction::parse("classified", &text("vorschrift"), &text("begruendung")).unwrap();
    let (system, deployment) = (content(RecordKind::System), content(RecordKind::Deployment));
    let said = ConfidentialContent { restriction, system, deployment };
    let reasons = BTreeMap::from([("technique_speech".to_owned(), text("warnung"))]);
    let submitted = ConfidentialStep::Submitted { note: text("notiz"), reasons };
    let steps = [
        submitted.clone(),
        ConfidentialStep::Returned { answer: text("antwort") },
        submitted,
        ConfidentialStep::Approved,
        ConfidentialStep::ReaderNamed { account: reader },
        ConfidentialStep::ReadByReader { account: reader },
        ConfidentialStep::Ended { reason: text("ende") },
    ];
    let mut made = Vec::new();
    for taken in [0, 1, 6, 7] {
        let id = RecordId(Uuid::now_v7());
        let mut tx = site.app.store().write().await.unwrap();
        tx.make_confidential(site.app.now(), &actor(), (id, organisation), &said, [1; 32]).await.unwrap();
        for step in steps.iter().take(taken) {
            let write = ConfidentialWrite { entry: id, expected_revision: 1, step, seed: [2; 32] };
            tx.write_confidential(site.app.now(), &actor(), &write).await.unwrap();
        }
        tx.commit().await.unwrap();
        made.push(id);
    }
    made
}

/// One more, made by people with the forms.
async fn by_hand(site: &Site, editor: &Visitor<'_>, approver: &Visitor<'_>) -> RecordId {
    let entry = begun(site, editor, &format!("{CANARY}name")).await;
    filled(editor, &entry).await;
    let topic = format!("{entry}/abschnitt/basics");
    let purpose = format!("{CANARY}zweck");
    place(&editor.fill(&topic, &topic, &[("purpose", &purpose)]).await);
    submitted(editor, &entry).await;
    let review = format!("{entry}/freigabe");
    let answer = format!("{CANARY}antwort");
    place(&approver.fill(&review, &review, &[("decision", "return"), ("answer", &answer)]).await);
    submitted(editor, &entry).await;
    place(&approver.fill(&review, &review, &[("decision", "approve")]).await);
    let readers = format!("{entry}/leser");
    place(&approver.fill(&readers, &readers, &[("email", "lesen@leinemark.example")]).await);
    assert!(approver.get(&entry).await.body.contains(CANARY), "its own people see it");
    RecordId(entry.rsplit('/').next().unwrap().parse().unwrap())
}

/// What must not be found anywhere.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(ids: &[RecordId]) -> Self {
        let mut words = vec![CANARY.to_lowercase(), "vertrauliches system nr".to_owned()];
        words.extend(ids.iter().flat_map(|id| [id.to_string(), id.0.simple().to_string()]));
        Self(words)
    }

    fn absent(&self, place: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        for word in &self.0 {
            assert!(!text.contains(word), "{word} is told by {place}: {text:.2000}");
        }
    }

    /// The same for a page that answers about an address which may name an id itself.
    fn absent_but(&self, place: &str, asked: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes).replace(asked, "");
        self.absent(place, text.as_bytes());
    }
}

async fn bytes_of(site: &Site, path: &str) -> Vec<u8> {
    axum::body::to_bytes(site.unread(path).await.into_body(), 64 << 20).await.unwrap().to_vec()
}

/// Real values for the parts of an address.
struct Parts {
    system: String,
    organisation: String,
    record: String,
    entry: String,
}

impl Parts {
    fn filled(&self, route: &Declared) -> String {
        let is_organisation = route.path.contains("/behoerden") || route.path.contains("/organisations");
        let parts = route.path.split('/').map(|part| match part {
            "{kennung}" if is_organisation => self.organisation.as_str(),
            "{kennung}" => self.system.as_str(),
            "{organisation}" => self.organisation.as_str(),
            "{record}" => self.record.as_str(),
            "{entry}" => self.entry.as_str(),
            "{number}" | "{page}" => "1",
            "{day}" => "2026-11-20",
            "{section}" => "basics",
            "{name}" => "confidentiality_ground",
            "{scheme}" => "maki-demo",
            "{id}" => "A001",
            "{key}" => "not-found",
            "{file}" => "register.csv",
            part if part.starts_with('{') => "00000000-0000-7000-8000-000000000009",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// Everything that can be asked without signing in.
fn public_addresses(site: &Site, parts: &Parts) -> Vec<String> {
    let routes = maki_web::routes(&site.state());
    let is_open = |route: &&Declared| {
        route.method == Method::GET
            && matches!(route.rule, Rule::Public | Rule::Open)
            && !route.path.contains("/assets/")
    };
    let mut all: Vec<String> = routes.table().iter().filter(is_open).map(|route| parts.filled(route)).collect();
    for language in ["", "/en"] {
        for page in ["/systeme", "/systeme/vorschlaege", "/dashboard", "/karte", "/behoerden", "/dashboard.csv"] {
            all.push(format!("{language}{page}?q={ASKED}"));
        }
        all.push(format!("{language}/behoerden?name={ASKED}"));
        all.push(format!("{language}/feed.atom"));
        for list in ["register", "systeme"] {
            for format in ["csv", "jsonl", "json", "atom", "xlsx"] {
                all.push(format!("{language}/daten/{list}.{format}"));
                all.push(format!("{language}/daten/{list}.{format}?q={ASKED}"));
            }
        }
        all.push(format!("{language}/arbeit/vertraulich/{}", parts.entry));
    }
    for query in [
        "systems?limit=100".to_owned(),
        "systems?limit=100&sort=name&facets=all".to_owned(),
        format!("systems?q={ASKED}"),
        format!("systems?q={ASKED}&exact=1"),
        format!("suggest?q={ASKED}&limit=20"),
        format!("organisations?name={ASKED}"),
        "organisations?limit=200&with_entries=true".to_owned(),
        "changes?limit=1000".to_owned(),
        format!("systems/{}", parts.entry),
        format!("systems/{}/diff?from=1&to=1", parts.system),
        format!("organisations/{}", parts.organisation),
        "confidential-counts".to_owned(),
    ] {
        all.push(format!("/api/v1/{query}"));
    }
    all
}

async fn nothing_in_public(site: &Site, secrets: &Secrets, parts: &Parts) {
    let mut found = 0;
    for address in public_addresses(site, parts) {
        let answer = site.unread(&address).await;
        found += usize::from(answer.status().is_success());
        for (name, value) in answer.headers() {
            // Who asks for an address is led back to it.
            secrets.absent_but(&format!("{address}, header {name}"), &parts.entry, value.as_bytes());
        }
        let bytes = axum::body::to_bytes(answer.into_body(), 64 << 20).await.unwrap().to_vec();
        secrets.absent_but(&address, &parts.entry, &bytes);
        if address.contains(".xlsx") && bytes.starts_with(b"PK") {
            let reader = open(Cursor::new(bytes), "r.xlsx", &profile("maki").unwrap(), ReadOptions::default()).unwrap();
            let rows = reader.fold(String::new(), |all, row| format!("{all}{row:?}"));
            assert!(address.contains(ASKED) || rows.contains("Talheide"), "the workbook was read: {rows:.300}");
            secrets.absent(&address, rows.as_bytes());
        }
    }
    assert!(found > 120, "{found} addresses answered");
    // What the changes say is read page by page to the end.
    let mut next = Some("/api/v1/changes?limit=1000".to_owned());
    while let Some(address) = next {
        let bytes = bytes_of(site, &address).await;
        secrets.absent(&address, &bytes);
        next = serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()["next"].as_str().map(str::to_owned);
    }
}

/// Exports of every view, hits of every view, and the bytes of the index.
async fn nothing_in_index_and_exports(site: &Site, secrets: &Secrets, town: RecordId) {
    let views = [View::Public, View::Authorities, View::Operator, View::Organisation(town)];
    for view in views {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(16);
        let app = site.app.clone();
        let task = tokio::spawn(async move { app.export(view, Selection::All, sender).await });
        let mut entries = 0;
        while let Some(entry) = receiver.recv().await {
            secrets.absent("an export", serde_json::to_string(&entry).unwrap().as_bytes());
            entries += 1;
        }
        task.await.unwrap().unwrap();
        assert!(entries > 300, "{entries}");
        for word in [CANARY.to_owned(), format!("{CANARY}name"), format!("{CANARY}zweck"), ASKED.to_owned()] {
            for exact in [true, false] {
                let request =
                    SearchRequest { query: word.clone(), limit: 10, correct: !exact, ..SearchRequest::default() };
                let found = site.app.search(view, &request).unwrap();
                secrets.absent("a hit", format!("{:?}", found.cards().collect::<Vec<_>>()).as_bytes());
                assert!(!exact || found.hits.total == 0, "{word} is found");
            }
            secrets.absent("a suggestion", format!("{:?}", site.app.suggest(view, &word, 20).unwrap()).as_bytes());
        }
        let (mut offset, mut total) = (0, 1);
        while offset < total {
            let request = SearchRequest { offset, limit: 100, ..SearchRequest::default() };
            let page = site.app.search(view, &request).unwrap();
            secrets.absent("a card", format!("{:?}", page.hits).as_bytes());
            secrets.absent("a card", format!("{:?}", page.cards().collect::<Vec<_>>()).as_bytes());
            (total, offset) = (page.hits.total, offset + 100);
        }
        assert!(total > 200, "{total}");
    }
    // Words that are public lie in the index so that this search of its bytes finds them.
    let (mut files, mut public) = (0, 0);
    let mut folders = vec![site.folder().join("index")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                secrets.absent(&path.display().to_string(), &bytes);
                public += usize::from(String::from_utf8_lossy(&bytes).contains("wohngeld"));
                files += 1;
            }
        }
    }
    assert!(files > 5 && public > 0, "{files} files of the index, {public} with words");
}

/// Pages behind the sign-in, as people who have no business there.
async fn nothing_for_others(site: &Site, secrets: &Secrets, parts: &Parts, town: RecordId, people: &People) {
    let operator = Visitor::with_roles(site, RecordId::NIL, Roles::NONE.with(Role::Operator)).await;
    let mut others = vec![("operator", operator)];
    for (who, role) in [("coordinator of the town", Role::Coordinator), ("auditor of the town", Role::Auditor)] {
        others.push((who, Visitor::with_roles(site, town, Roles::NONE.with(role)).await));
    }
    for email in [
        "koordination@it-verbund-heidemark.example",
        "pruefung@leinemark.example",
        "erfassung@leinemark.example",
        "freigabe@leinemark.example",
        "erfassung@rotheide.example",
    ] {
        others.push((email, people.sign_in(site, email).await));
    }
    let routes = maki_web::routes(&site.state());
    let mut seen = 0;
    for route in routes.table().iter().filter(|route| route.method == Method::GET) {
        if !matches!(route.rule, Rule::SignedIn | Rule::May(..) | Rule::Open) {
            continue;
        }
        for (who, visitor) in &others {
            let address = parts.filled(route);
            let answer = visitor.get(&address).await;
            seen += usize::from(answer.status.is_success());
            secrets.absent_but(&format!("{address} to {who}"), &parts.entry, answer.body.as_bytes());
        }
    }
    assert!(seen > 100, "{seen} pages behind the sign-in");
}

async fn nothing_in_mails(site: &Site, secrets: &Secrets, folder: &Path) {
    let carrier = Carrier::to_folder(&MailSettings::default(), site.app.instance(), folder).unwrap();
    let mail = Arc::new(Mail::new(carrier, Arc::new(maki_web::mail::MailTexts)));
    while site.app.workers().with(Arc::<Mail>::clone(&mail)).run_due().await.unwrap() > 0 {}
    let mut mails = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        secrets.absent("a mail", text.as_bytes());
        // Neither subject nor words say that it is about something confidential.
        assert!(!text.to_lowercase().contains("vertraulich") && !text.contains("confidential"), "{text}");
        mails += 1;
    }
    assert!(mails >= 4, "{mails} mails");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_confidential_entry_gets_out() {
    tracing::subscriber::set_global_default(Listener).unwrap();
    assert!(metrics::set_global_recorder(Listener).is_ok());
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let town = town(&site).await;
    let mut ids = entries(&site, town.id, Uuid::now_v7()).await;
    ids.push(by_hand(&site, &editor, &approver).await);
    site.app.catch_up(&mut |_| {}).await.unwrap();
    let secrets = Secrets::of(&ids);
    let parts = parts(&site, &town, ids[2]).await;
    // The search finds what it looks for, where it may be.
    let own = editor.get(&format!("/arbeit/vertraulich/{}/pruefen", ids[2])).await;
    assert!(own.body.matches(CANARY).count() > 40, "the canary is in every text: {}", own.body);

    nothing_in_public(&site, &secrets, &parts).await;
    nothing_in_index_and_exports(&site, &secrets, town.id).await;
    nothing_for_others(&site, &secrets, &parts, town.id, &people).await;
    let folder = tempfile::tempdir().unwrap();
    nothing_in_mails(&site, &secrets, folder.path()).await;
    // Built anew from the database, the index still knows nothing.
    site.app.reindex(&mut |_| {}).await.unwrap();
    nothing_in_index_and_exports(&site, &secrets, town.id).await;
    // A form that is refused tells the log nothing either.
    let topic = format!("/arbeit/vertraulich/{}/abschnitt/basics", ids[0]);
    let sent = changed(form(&editor.get(&topic).await.body, &topic), &[("purpose", &CANARY.repeat(5_000))]);
    assert!(editor.post(&topic, &sent).await.status.is_client_error());

    tracing::trace!("{LISTENING}");
    assert!(EAR.heard.load(Ordering::Relaxed) > 1_000, "the log was heard");
    assert!(EAR.statements.load(Ordering::Relaxed) > 10, "and the statements in it");
    assert!(EAR.metrics.load(Ordering::Relaxed) > 10, "and the metrics");
    assert!(site.app.verify(|_, _| ()).await.unwrap().chain.is_whole());
    let spilt = EAR.spilt.lock().unwrap().clone();
    assert!(spilt.iter().all(|line| line.contains(LISTENING)) && spilt.len() == 1, "{spilt:?}");
}

async fn parts(site: &Site, town: &maki_app::OrganisationRef, entry: RecordId) -> Parts {
    let page = site.app.search(View::Public, &SearchRequest { limit: 1, ..SearchRequest::default() }).unwrap();
    let hit = &page.hits.hits[0];
    Parts {
        system: hit.kennung.clone(),
        organisation: town.kennung.clone(),
        record: hit.id.to_string(),
        entry: entry.to_string(),
    }
}
