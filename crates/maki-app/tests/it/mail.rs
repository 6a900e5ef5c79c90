//! Mails on a real mail server, and what becomes of them when it is down, refuses, or the register dies.
//!
//! The server is the one named by `MAKI_TEST_SMTP` and `MAKI_TEST_SMTP_FOLDER`, as `cargo xtask test` provides it;
//! without it these tests say so and pass, except in CI, where they fail. It writes what Python's parser reads in each
//! mail, refuses recipients that begin with `refused` for good and those with `later` for now.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use maki_app::{
    Addressee, App, Carrier, Composed, Composer, EntryName, Failure, Handler, Instance, Job, JobKind, JobQuery,
    JobState, Mail, MailSettings, Notice, Recipient, StartTls, Work,
};
use maki_domain::{Act, Instant, Language, RecordId};
use maki_store::{AccountState, NewAccount};
use serde_json::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::support::{Register, actor, both_engines};

both_engines!(
    a_mail_arrives_as_text_and_as_html,
    nothing_that_is_said_reaches_the_headers,
    a_server_that_is_down_for_an_hour_gets_each_mail_once,
    a_refused_recipient_fails_in_sight_and_can_be_tried_again,
    a_mail_whose_runner_died_is_sent_again_under_the_same_name,
    nobody_is_written_to_who_is_gone,
    without_encryption_that_is_required_nothing_is_sent,
    a_demonstration_writes_mails_to_files,
    mails_wait_where_there_is_no_server,
);

const MINUTE: i64 = 60;
const SECRET: &str = "a-secret-that-is-in-the-link";

/// A clock that tests move.
#[derive(Default)]
struct Clock(AtomicI64);

impl maki_app::Edge for Clock {
    fn now(&self) -> Instant {
        Instant(1_790_000_000_000_000 + self.0.load(Ordering::Relaxed) * 1_000_000)
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn seed(&self) -> [u8; 32] {
        [7; 32]
    }
}

/// Words of a test's own.
struct Words;

impl Composer for Words {
    fn compose(&self, notice: &Notice, to: &Addressee, by: Option<&str>, _: &Instance) -> Result<Composed, String> {
        let (title, note) = match notice {
            Notice::Returned { entry, note, .. } => (entry.title.clone(), note.clone()),
            Notice::VerifyMailbox { organisation, secret, .. } => (organisation.clone(), secret.clone()),
            other => return Err(format!("no words for {}", other.code())),
        };
        Ok(Composed {
            subject: format!("Zurück: {title}"),
            text: format!("{} {} {note}", to.name.as_deref().unwrap_or("?"), by.unwrap_or("?")),
            html: format!("<p>{note}</p>"),
        })
    }
}

/// Sends, and then never says so.
struct Dying(Mail);

impl Handler for Dying {
    fn kind(&self) -> JobKind {
        JobKind::Mail
    }

    fn work<'a>(&'a self, app: &'a App, job: &'a Job) -> Work<'a> {
        Box::pin(async move {
            self.0.work(app, job).await?;
            std::future::pending::<Result<String, Failure>>().await
        })
    }
}

/// A register with a clock of its own, and the mail server.
struct Office {
    app: App,
    clock: Arc<Clock>,
    server: String,
    mails: PathBuf,
    folder: TempDir,
}

impl Office {
    /// `None` when there is no mail server.
    fn of(register: &Register) -> Option<Self> {
        let (Ok(server), Ok(mails)) = (std::env::var("MAKI_TEST_SMTP"), std::env::var("MAKI_TEST_SMTP_FOLDER")) else {
            assert!(std::env::var_os("CI").is_none(), "CI must name a mail server in MAKI_TEST_SMTP");
            eprintln!("SKIPPED: no mail server is named by MAKI_TEST_SMTP");
            return None;
        };
        let (clock, folder) = (Arc::new(Clock::default()), tempfile::tempdir().unwrap());
        let app = App::new(register.app.store().clone(), Instance::default(), clock.clone(), folder.path());
        Some(Self { app, clock, server, mails: mails.into(), folder })
    }

    fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds, Ordering::Relaxed);
    }

    fn mail_over(&self, url: &str) -> Mail {
        let settings = MailSettings {
            url: Some(url.to_owned()),
            from: Some("Register Köln <register@maki.example>".to_owned()),
            reply_to: Some("hilfe@maki.example".to_owned()),
            ..MailSettings::default()
        };
        Mail::new(Carrier::to_server(&settings, self.app.instance()).unwrap().unwrap(), Arc::new(Words))
    }

    async fn run(&self) -> usize {
        self.run_with(Arc::new(self.mail_over(&self.server))).await
    }

    async fn run_with(&self, handler: Arc<dyn Handler>) -> usize {
        self.app.workers().with(handler).run_due().await.unwrap()
    }

    /// Somebody with an address that no other test has.
    async fn person(&self, prefix: &str, name: &str) -> (Uuid, String) {
        let id = Uuid::now_v7();
        let email = format!("{prefix}-{}@behoerde.example", id.simple());
        let new = NewAccount {
            id,
            email: email.clone(),
            name: name.to_owned(),
            password: None,
            state: AccountState::Active,
            language: "de".to_owned(),
        };
        let mut tx = self.app.store().write().await.unwrap();
        tx.make_account(self.app.now(), &actor(), &new).await.unwrap();
        tx.commit().await.unwrap();
        (id, email)
    }

    async fn tell(&self, to: Recipient, notice: Notice) {
        let mut tx = self.app.store().write().await.unwrap();
        self.app.queue(&mut tx, self.app.now(), to, notice).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The only job there is, with its payload.
    async fn job(&self) -> Job {
        let jobs = self.app.store().read().await.unwrap().jobs(&maki_store::JobFilter::default(), 10, 0).await.unwrap();
        assert_eq!(jobs.len(), 1, "{jobs:?}");
        jobs.into_iter().next().unwrap()
    }

    /// What arrived at an address, as the mail server read it.
    fn arrived(&self, address: &str) -> Vec<Value> {
        let files = std::fs::read_dir(&self.mails).unwrap().map(|file| file.unwrap().path());
        files
            .filter(|file| file.extension().is_some_and(|e| e == "json"))
            .map(|file| serde_json::from_slice::<Value>(&std::fs::read(file).unwrap()).unwrap())
            .filter(|mail| mail["to"][0] == address)
            .collect()
    }

    /// Until the only job is in a state.
    async fn until(&self, state: JobState) {
        for _ in 0..500 {
            if self.job().await.state == state {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{:?}", self.job().await);
    }
}

fn returned(title: &str, note: &str, by: Option<Uuid>) -> Notice {
    let entry = EntryName { entry: RecordId(Uuid::nil()), title: title.to_owned() };
    Notice::Returned { entry, by, note: note.to_owned() }
}

fn headers<'a>(mail: &'a Value, name: &str) -> Vec<&'a str> {
    let all = mail["headers"].as_array().unwrap().iter();
    all.filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap()).collect()
}

async fn a_mail_arrives_as_text_and_as_html(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let (reader, address) = office.person("maja", "Maja Łęcka-Özdemir").await;
    let (by, _) = office.person("jo", "Jörg Groß").await;
    office.tell(Recipient::Account(reader), returned("Bürgerchat ÄÖÜ ß €", "Grüße 👋\nzweite Zeile", Some(by))).await;
    let payload = office.job().await.payload;
    assert!(!payload.contains(&address) && !payload.contains("Maja"), "persons stand there by id: {payload}");
    assert_eq!(office.run().await, 1);
    let mails = office.arrived(&address);
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(headers(mail, "subject"), ["Zurück: Bürgerchat ÄÖÜ ß €"]);
    assert_eq!(headers(mail, "to"), [format!("Maja Łęcka-Özdemir <{address}>")]);
    assert_eq!(headers(mail, "from"), ["Register Köln <register@maki.example>"]);
    assert_eq!(headers(mail, "reply-to"), ["hilfe@maki.example"]);
    assert_eq!(headers(mail, "auto-submitted"), ["auto-generated"]);
    assert_eq!(headers(mail, "date").len(), 1);
    assert_eq!(mail["parts"], serde_json::json!(["multipart/alternative", "text/plain", "text/html"]));
    let text = mail["bodies"]["text/plain"].as_str().unwrap();
    assert_eq!(text.lines().collect::<Vec<_>>(), ["Maja Łęcka-Özdemir Jörg Groß Grüße 👋", "zweite Zeile"]);
    assert!(mail["raw"].as_str().unwrap().is_ascii(), "servers that know nothing but ASCII carry it too");
    let done = office.job().await;
    assert_eq!((done.state, done.payload.as_str()), (JobState::Done, ""));
    assert_eq!(headers(mail, "message-id"), [format!("<{}@maki.example>", done.id)]);
    assert_eq!(office.run().await, 0, "it is sent once");
}

async fn nothing_that_is_said_reaches_the_headers(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let (reader, address) = office.person("eve", "Eve\r\nBcc: evil@example.org\r\n\r\nBody, <x@y.example>").await;
    office.tell(Recipient::Account(reader), returned("T\r\nX-Evil: 1\nX-Evil: 2\r\n\r\nBody", ".\r\nQUIT", None)).await;
    assert_eq!(office.run().await, 1);
    let mails = office.arrived(&address);
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail["to"], serde_json::json!([address]));
    assert!(headers(mail, "bcc").is_empty() && headers(mail, "x-evil").is_empty(), "{mail}");
    assert_eq!(headers(mail, "subject"), ["Zurück: T X-Evil: 1 X-Evil: 2 Body"]);
    assert!(mail["bodies"]["text/plain"].as_str().unwrap().contains("QUIT"));
    for wrong in ["no address", "a@b.example\r\nRCPT TO:<evil@example.org>", "a@b.example, c@d.example", ""] {
        let to = Recipient::Address { address: wrong.to_owned(), language: Language::De };
        office.tell(to, returned("T", "", None)).await;
        office.run().await;
    }
    assert!(office.arrived("evil@example.org").is_empty());
    let counts = office.app.store().read().await.unwrap().job_counts().await.unwrap();
    let failed = counts.iter().find(|count| count.state == JobState::Failed).unwrap();
    assert_eq!(failed.count, 4, "{counts:?}");
}

async fn a_server_that_is_down_for_an_hour_gets_each_mail_once(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let (reader, address) = office.person("max", "Max").await;
    office.tell(Recipient::Account(reader), returned("T", "n", None)).await;
    // A port where nobody listens any more.
    let down = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down = format!("smtp://{down}");
    let mut tries = 0;
    for _ in 0..60 {
        tries += office.run_with(Arc::new(office.mail_over(&down))).await;
        office.pass(MINUTE);
    }
    assert_eq!(tries, 6, "after 0, 1, 3, 7, 15 and 31 minutes");
    let waiting = office.job().await;
    assert_eq!((waiting.state, waiting.attempts), (JobState::Waiting, 6));
    assert!(!waiting.last_error.is_empty());
    assert!(office.arrived(&address).is_empty());
    for _ in 0..10 {
        office.run().await;
        office.pass(MINUTE);
    }
    assert_eq!(office.arrived(&address).len(), 1);
    assert_eq!(office.job().await.state, JobState::Done);
}

async fn a_refused_recipient_fails_in_sight_and_can_be_tried_again(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let (reader, address) = office.person("refused", "Rea").await;
    office.tell(Recipient::Account(reader), returned("T", "n", None)).await;
    assert_eq!(office.run().await, 1);
    office.pass(100 * 24 * 60 * MINUTE);
    assert_eq!(office.run().await, 0, "nothing is tried again by itself");
    let permit = office.app.machine_permit(Act::Operate, RecordId::NIL);
    let query = JobQuery { state: Some(JobState::Failed), kind: Some(JobKind::Mail), page: 1 };
    let page = office.app.jobs(&permit, query).await.unwrap();
    let [failed] = page.jobs.as_slice() else { panic!("{page:?}") };
    assert!(failed.last_error.contains("not known"), "{}", failed.last_error);
    assert_eq!((failed.payload.as_str(), page.total, page.pages), ("", 1, 1), "lists show no payloads");
    office.app.retry_job(&permit, failed.id).await.unwrap();
    assert_eq!(office.run().await, 1);
    office.app.cancel_job(&permit, failed.id).await.unwrap();
    assert!(office.app.retry_job(&permit, failed.id).await.is_err(), "cancelled is for good");
    assert_eq!(office.job().await.payload, "");
    assert!(office.arrived(&address).is_empty());
    let reading = office.app.machine_permit(Act::ReadShared, RecordId::NIL);
    assert!(office.app.jobs(&reading, query).await.is_err());
    assert!(office.app.retry_job(&reading, failed.id).await.is_err());
    // What is refused for now is tried again.
    let (reader, _) = office.person("later", "Lea").await;
    office.tell(Recipient::Account(reader), returned("T", "n", None)).await;
    office.run().await;
    let waiting = JobQuery { state: Some(JobState::Waiting), ..query };
    assert_eq!(office.app.jobs(&permit, waiting).await.unwrap().total, 1);
}

async fn a_mail_whose_runner_died_is_sent_again_under_the_same_name(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let (reader, address) = office.person("ada", "Ada").await;
    office.tell(Recipient::Account(reader), returned("T", "n", None)).await;
    let dying = office.app.workers().with(Arc::new(Dying(office.mail_over(&office.server))));
    let runner = tokio::spawn(async move { dying.run_due().await });
    for _ in 0..500 {
        if !office.arrived(&address).is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    runner.abort();
    assert_eq!(office.arrived(&address).len(), 1);
    assert_eq!(office.job().await.state, JobState::Running);
    office.pass(4 * MINUTE);
    assert_eq!(office.run().await, 0, "it may still be at work");
    office.pass(MINUTE);
    assert_eq!(office.run().await, 1);
    let mails = office.arrived(&address);
    assert_eq!(mails.len(), 2);
    assert_eq!(headers(&mails[0], "message-id"), headers(&mails[1], "message-id"));
    assert_eq!(office.job().await.state, JobState::Done);
}

async fn nobody_is_written_to_who_is_gone(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let (reader, address) = office.person("gone", "Gone").await;
    office.tell(Recipient::Account(reader), returned("T", "n", None)).await;
    let mut tx = office.app.store().write().await.unwrap();
    tx.erase_account(office.app.now(), &actor(), reader).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(office.run().await, 1);
    assert!(office.arrived(&address).is_empty());
    let done = office.job().await;
    assert_eq!((done.state, done.payload.as_str()), (JobState::Done, ""));
    assert!(done.result.contains("skipped"));
}

async fn without_encryption_that_is_required_nothing_is_sent(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let (reader, address) = office.person("tls", "T").await;
    office.tell(Recipient::Account(reader), returned("T", "n", None)).await;
    let settings = MailSettings {
        url: Some(office.server.clone()),
        starttls: Some(StartTls::Required),
        ..MailSettings::default()
    };
    let carrier = Carrier::to_server(&settings, office.app.instance()).unwrap().unwrap();
    office.run_with(Arc::new(Mail::new(carrier, Arc::new(Words)))).await;
    assert!(office.arrived(&address).is_empty());
    assert_eq!(office.job().await.state, JobState::Waiting);
}

async fn a_demonstration_writes_mails_to_files(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    let ends_at = Instant(1_800_000_000_000_000);
    let notice = Notice::VerifyMailbox { secret: SECRET.to_owned(), organisation: "Stadt".to_owned(), ends_at };
    let to = Recipient::Address { address: "post@stadt.example".to_owned(), language: Language::De };
    office.tell(to, notice).await;
    let job = office.job().await;
    assert!(job.payload.contains(SECRET));
    let folder = office.folder.path().join("mail");
    let carrier = Carrier::to_folder(&MailSettings::default(), office.app.instance(), &folder).unwrap();
    office.run_with(Arc::new(Mail::new(carrier, Arc::new(Words)))).await;
    let text = std::fs::read_to_string(folder.join(format!("{}.eml", job.id))).unwrap();
    assert!(text.contains("post@stadt.example") && text.contains(SECRET), "{text}");
    assert_eq!(office.job().await.payload, "", "the secret of the link is gone with the mail");
}

async fn mails_wait_where_there_is_no_server(register: &Register) {
    let Some(office) = Office::of(register) else { return };
    assert!(Carrier::to_server(&MailSettings::default(), office.app.instance()).unwrap().is_none());
    let (reader, _) = office.person("wait", "W").await;
    office.tell(Recipient::Account(reader), returned("T", "n", None)).await;
    office.pass(10 * 24 * 60 * MINUTE);
    assert_eq!(office.app.workers().run_due().await.unwrap(), 0);
    let waiting = office.job().await;
    assert_eq!((waiting.state, waiting.attempts), (JobState::Waiting, 0));
    // With one they go out, and the loop stops in order.
    let workers = office.app.workers().with(Arc::new(office.mail_over(&office.server)));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(workers.run(async move { drop(stopped.await) }));
    office.until(JobState::Done).await;
    stop.send(()).unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(5), running).await.unwrap().unwrap();
}
