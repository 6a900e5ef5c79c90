//! Every route × role × ownership: who gets in is what the table of rights says, and nothing else.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use maki_app::{TokenScope, TokenWish};
use maki_domain::rights::{may, may_somewhere};
use maki_domain::{Act, Content, Instant, Kennung, RecordId, RecordKind, Relation, Role, Roles};
use maki_store::{AccountState, Actor, Grant, NewAccount, NewSession, Publication, RecordWrite};
use maki_web::routes::{Declared, Of, Rule};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::register::{Answer, Site};

/// What the page says to whom no role lets in.
const REFUSED: &str = "Das dürfen Sie hier nicht";

/// Organisations in each relation to the one where the roles are held, with something of each.
struct World {
    site: Site,
    owned: Vec<(Relation, Owned)>,
}

struct Owned {
    organisation: Kennung,
    deployment: RecordId,
}

fn actor() -> Actor {
    Actor { id: "probe".into(), organisation: None, request: "r".into() }
}

fn publication(
    kind: RecordKind,
    number: u64,
    owner: Option<RecordId>,
    parent: Option<RecordId>,
    json: &str,
) -> Publication {
    let series = if kind == RecordKind::Organisation { Kennung::ORGANISATION_SERIES } else { "2026" };
    Publication {
        record: RecordWrite {
            id: RecordId(Uuid::from_u128(0x0193_7000_0000_7000_8000_0000_0000_0000 + u128::from(number))),
            kind,
            kennung: Kennung::new("PROBE", series, number).unwrap(),
            owner,
            parent,
            version: 1,
            expected_revision: 0,
            new_external_ids: Vec::new(),
        },
        content: serde_json::from_str::<Content>(json).unwrap(),
        seed: [3; 32],
        change_note: String::new(),
    }
}

impl World {
    async fn new() -> Self {
        let site = Site::empty(|_| {}).await;
        let mut owned = Vec::new();
        let mut publications: Vec<Publication> = Vec::new();
        let mut own = None;
        for (place, relation) in (0_u64..).zip(Relation::ALL) {
            let number = 100 + place * 10;
            let name = format!(r#"{{"organisation_name":"{}"}}"#, relation.code());
            let parent = own.filter(|_| relation == Relation::SameLegalBody);
            let body = publication(RecordKind::Organisation, number, None, parent, &name);
            let id = body.record.id;
            own.get_or_insert(id);
            let system =
                publication(RecordKind::System, number + 1, Some(id), None, r#"{"name":"Lotte","kind":"procured"}"#);
            let used = r#"{"lifecycle":"operation"}"#;
            let deployment = publication(RecordKind::Deployment, number + 2, Some(id), Some(system.record.id), used);
            owned.push((
                relation,
                Owned { organisation: body.record.kennung.clone(), deployment: deployment.record.id },
            ));
            publications.extend([body, system, deployment]);
        }
        let id_of = |at: usize| publications[at * 3].record.id;
        let (own, coordinated, delegated) = (id_of(0), id_of(2), id_of(3));
        let mut tx = site.app.store().write().await.unwrap();
        tx.publish(Instant(1), &actor(), &publications).await.unwrap();
        tx.coordinate(Instant(1), &actor(), own, &[coordinated, delegated]).await.unwrap();
        tx.delegate(Instant(1), &actor(), Uuid::from_u128(1), delegated, own).await.unwrap();
        tx.commit().await.unwrap();
        site.app.catch_up(&mut |_| {}).await.unwrap();
        Self { site, owned }
    }

    fn own(&self) -> RecordId {
        RecordId(Uuid::from_u128(0x0193_7000_0000_7000_8000_0000_0000_0000 + 100))
    }

    /// Somebody with one role at the own organisation, and the cookie of their session.
    async fn person(&self, role: Role) -> Person {
        let account = Uuid::from_u128(0x0193_7100_0000_7000_8000_0000_0000_0000 + role as u128);
        let organisation = if role == Role::Operator { RecordId::NIL } else { self.own() };
        let secret = [role as u8 + 1; 32];
        let new = NewAccount {
            id: account,
            email: format!("{}@stadt.example", role.code()),
            name: role.code().to_owned(),
            password: Some("none".into()),
            state: AccountState::Active,
            language: "de".into(),
        };
        let session = NewSession {
            id: Sha256::digest(secret).into(),
            account,
            ends_at: Instant(i64::MAX),
            method: "password_totp",
            agent: "probe".into(),
            issuer: String::new(),
            provider_session: String::new(),
        };
        let roles = Roles::NONE.with(role);
        let mut tx = self.site.app.store().write().await.unwrap();
        tx.make_account(Instant(1), &actor(), &new).await.unwrap();
        tx.grant(Instant(1), &actor(), &Grant { account, organisation, roles, source: String::new() }).await.unwrap();
        tx.begin_session(self.site.app.now(), &session).await.unwrap();
        tx.commit().await.unwrap();
        let cookie = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, secret);
        let token = self.site.app.form_token(&account.to_string()).await.unwrap();
        Person { cookie: format!("__Host-maki={cookie}"), token }
    }

    async fn ask(&self, method: &Method, path: &str, person: Option<&Person>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        let mut body = String::new();
        if let Some(person) = person {
            request = request.header("cookie", &person.cookie);
            body = format!("csrf={}", person.token);
        }
        if *method == Method::POST {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        self.site.send(request.body(Body::from(body)).unwrap()).await
    }
}

struct Person {
    cookie: String,
    token: String,
}

/// The path with something of an organisation in it.
fn filled(path: &str, owned: &Owned) -> String {
    let parts = path.split('/').map(|part| match part {
        "{organisation}" => owned.organisation.to_string(),
        "{record}" => owned.deployment.to_string(),
        "{section}" => "use".to_owned(),
        "{page}" => "1".to_owned(),
        part if part.starts_with('{') => Uuid::from_u128(9).to_string(),
        part => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Routes in German; the English ones are the same under a prefix.
fn declared(site: &Site) -> Vec<Declared> {
    let routes = maki_web::routes(&site.state());
    let all = routes.table().to_vec();
    for route in all.iter().filter(|route| route.path.starts_with("/en/")) {
        let german = route.path.trim_start_matches("/en");
        let german = all.iter().find(|other| other.path == german && other.method == route.method);
        assert_eq!(german.map(|german| german.rule), Some(route.rule), "{}", route.path);
    }
    all.into_iter().filter(|route| !route.path.starts_with("/en")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_in_is_what_the_table_says() {
    let world = World::new().await;
    let mut people = Vec::new();
    for role in Role::ALL {
        people.push((role, world.person(role).await));
    }
    let mut cells = 0;
    for Declared { method, path, rule } in declared(&world.site) {
        let Rule::May(act, of) = rule else { continue };
        // Confidential entries are no records, and hide from whoever may not see them: `confidential` asks about them.
        if of == Of::Confidential {
            continue;
        }
        for (relation, owned) in &world.owned {
            let address = filled(&path, owned);
            for (role, person) in &people {
                let roles = Roles::NONE.with(*role);
                let expected = if of == Of::Anywhere { may_somewhere(roles, act) } else { may(roles, act, *relation) };
                let answer = world.ask(&method, &address, Some(person)).await;
                let refused = answer.status == StatusCode::FORBIDDEN && answer.body.contains(REFUSED);
                assert_eq!(
                    !refused, expected,
                    "{method} {path} ({act:?}), {role:?}, {relation:?}: {} {}",
                    answer.status, answer.body
                );
                assert!(!answer.status.is_server_error(), "{method} {path}, {role:?}: {}", answer.body);
                cells += 1;
            }
        }
        let nobody = world.ask(&method, &filled(&path, &world.owned[0].1), None).await;
        let expected = if method == Method::GET { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
        assert_eq!(nobody.status, expected, "{method} {path} without a session");
    }
    println!("{cells} cells of route × role × ownership");
    assert!(cells > 200, "{cells}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_does_what_its_scopes_say() {
    let world = World::new().await;
    let permit = world.site.app.machine_permit(Act::ManageTokens, world.own());
    let mut tokens = Vec::new();
    for scope in TokenScope::ALL {
        let wish = TokenWish { name: "probe".into(), scopes: vec![scope], days: 1 };
        tokens.push((scope, world.site.app.make_token(&permit, &wish).await.unwrap()));
    }
    let mut cells = 0;
    for Declared { method, path, rule } in declared(&world.site) {
        let Rule::Token(act, of) = rule else { continue };
        for (relation, owned) in &world.owned {
            for (scope, token) in &tokens {
                let expected = scope.acts().contains(&act)
                    && (of == Of::Anywhere || may(Roles::NONE.with(Role::Editor), act, *relation));
                let request = Request::builder().method(&method).uri(filled(&path, owned));
                let request = request.header("authorization", format!("Bearer {token}"));
                let answer = world.site.send(request.body(Body::empty()).unwrap()).await;
                let refused = answer.status == StatusCode::FORBIDDEN;
                assert_eq!(!refused, expected, "{method} {path} {scope:?} {relation:?}: {}", answer.body);
                cells += 1;
            }
        }
        let nobody = Request::builder().method(&method).uri(filled(&path, &world.owned[0].1));
        let answer = world.site.send(nobody.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} without a token");
    }
    println!("{cells} cells of route × scope × ownership");
}

/// The browser tests look at every room, and find out by this list whether they missed one. `UPDATE_ROOMS=1` writes it
/// anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_browser_tests_know_every_room() {
    let world = World::new().await;
    let is_room = |route: &Declared| {
        route.method == Method::GET
            && !route.path.starts_with("/api/")
            // What a provider sends people back to only leads on, and a file or a table is no room.
            && !route.path.ends_with("/{file}")
            && !route.path.ends_with(".csv")
            && !route.path.starts_with("/anmelden/zurueck/")
            // A file to take away is no page.
            && !route.path.ends_with("/pdf")
            && matches!(route.rule, Rule::Open | Rule::SignedIn | Rule::May(..))
    };
    let mut rooms: Vec<String> = declared(&world.site).into_iter().filter(is_room).map(|route| route.path).collect();
    rooms.sort();
    let text = rooms.join("\n") + "\n";
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/support/rooms.txt");
    if std::env::var_os("UPDATE_ROOMS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), text, "UPDATE_ROOMS=1 writes {}", file.display());
}
