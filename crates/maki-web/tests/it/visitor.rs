//! Somebody who has signed in and fills in forms as a browser does: controls of a page are read from its HTML, changed,
//! and sent.
#![expect(clippy::panic, reason = "tests")]

use axum::body::Body;
use axum::http::{Request, StatusCode};
use maki_app::{SignIn, SignInOutcome};
use maki_domain::{Act, Instant, RecordId, Roles};
use maki_store::{AccountState, Actor, Grant, NewAccount, NewSession};
use sha2::{Digest, Sha256};

use crate::register::{Answer, Site};

/// A person with a session.
pub struct Visitor<'a> {
    site: &'a Site,
    cookie: String,
}

/// Hashing a password is bounded over the whole process: tests take turns.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// The people of the demonstration with their passwords.
pub struct People(Vec<maki_app::DemoAccount>);

impl People {
    pub async fn of(site: &Site) -> Self {
        let _turn = TURN.lock().await;
        let permit = site.app.machine_permit(Act::Operate, RecordId::NIL);
        Self(site.app.make_demo_people(&permit).await.unwrap())
    }

    pub async fn sign_in<'a>(&self, site: &'a Site, email: &str) -> Visitor<'a> {
        let account = self.0.iter().find(|account| account.email == email).unwrap();
        let _turn = TURN.lock().await;
        let address = "192.0.2.1".parse().unwrap();
        let given = SignIn { email, password: &account.password, address, agent: "probe", request: "r" };
        match site.app.sign_in(&given).await.unwrap() {
            SignInOutcome::In(cookie) => Visitor { site, cookie: format!("__Host-maki={}", cookie.secret) },
            other => panic!("{other:?}"),
        }
    }
}

impl<'a> Visitor<'a> {
    /// Somebody who has not signed in.
    pub const fn nobody(site: &'a Site) -> Self {
        Self { site, cookie: String::new() }
    }

    /// Somebody with roles at an organisation, signed in with a second factor.
    pub async fn with_roles(site: &'a Site, organisation: RecordId, roles: Roles) -> Self {
        let account = uuid::Uuid::now_v7();
        let secret: [u8; 32] = Sha256::digest(account).into();
        let actor = Actor { id: "probe".into(), organisation: None, request: "r".into() };
        let new = NewAccount {
            id: account,
            email: format!("{account}@probe.example"),
            name: "Probe".into(),
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
        let now = site.app.now();
        let mut tx = site.app.store().write().await.unwrap();
        tx.make_account(now, &actor, &new).await.unwrap();
        tx.grant(now, &actor, &Grant { account, organisation, roles, source: String::new() }).await.unwrap();
        tx.begin_session(now, &session).await.unwrap();
        tx.commit().await.unwrap();
        let cookie = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, secret);
        Self { site, cookie: format!("__Host-maki={cookie}") }
    }
}

impl Visitor<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header("cookie", &self.cookie);
        self.site.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, pairs: &[(String, String)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path)
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        self.site.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Opens a page, changes some controls of the form on it that goes to `action`, and sends it.
    pub async fn fill(&self, path: &str, action: &str, changes: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        self.post(action, &changed(form(&page.body, action), changes)).await
    }
}

/// The controls with other texts; a name that is not there yet is added.
pub fn changed(mut pairs: Vec<(String, String)>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, _) in changes {
        pairs.retain(|(known, _)| known != name);
    }
    pairs.extend(changes.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    pairs
}

/// What a browser would send of the form that goes to an address by POST, without its buttons.
pub fn form(html: &str, action: &str) -> Vec<(String, String)> {
    let marker = format!("action=\"{action}\"");
    let forms = html.split("<form ").skip(1).filter(|form| {
        let tag = form.split_once('>').unwrap().0;
        tag.contains(&marker) && tag.contains("method=\"post\"")
    });
    let form = forms.last().unwrap_or_else(|| panic!("no form to {action}"));
    controls(form.split_once("</form>").unwrap().0)
}

fn controls(html: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (tag, after) = rest.split_at(start + 1).1.split_once('>').unwrap();
        rest = after;
        let attribute = |name: &str| {
            let from = tag.split_once(&format!(" {name}=\""))?.1;
            Some(decoded(from.split_once('"')?.0))
        };
        match tag.split([' ', '>']).next().unwrap() {
            "input" => {
                let boxed = matches!(attribute("type").as_deref(), Some("radio" | "checkbox"));
                if !boxed || tag.ends_with(" checked") || tag.contains(" checked ") {
                    pairs.push((attribute("name").unwrap(), attribute("value").unwrap()));
                }
            }
            "textarea" => {
                let (text, after) = rest.split_once("</textarea>").unwrap();
                let text = decoded(text.strip_prefix('\n').unwrap_or(text)).replace('\n', "\r\n");
                pairs.push((attribute("name").unwrap(), text));
                rest = after;
            }
            "select" => {
                let (options, after) = rest.split_once("</select>").unwrap();
                let chosen = options.split("<option").find(|option| option.contains(" selected"));
                let value = chosen.and_then(|o| o.split_once("value=\"")?.1.split_once('"')).map(|(value, _)| value);
                pairs.push((attribute("name").unwrap(), value.unwrap_or_default().to_owned()));
                rest = after;
            }
            _ => {}
        }
    }
    pairs
}

fn decoded(text: &str) -> String {
    let text = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'");
    text.replace("&#38;", "&")
}
