//! Signing in, sessions, second factors, links: what works, and what those get who attack it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use maki_app::{
    Action, App, AppError, Edge, Instance, PeopleFault, Permit, Session, SignIn, SignInOutcome, SystemEdge,
};
use maki_domain::{Act, Instant, Language, RecordId, RecordKind};
use uuid::Uuid;

use crate::support::{Register, both_engines};

both_engines!(
    a_person_signs_in_and_out,
    what_is_wrong_is_not_said,
    failures_make_wait_and_the_wait_ends,
    a_victim_is_not_locked_out,
    sessions_end,
    an_operator_needs_a_second_factor,
    a_code_counts_once,
    recovery_codes_count_once,
    the_second_step_is_bound,
    a_password_is_reset_by_mail,
    a_link_works_once,
    own_sessions_are_listed_and_ended,
    a_blocked_account_is_out,
    an_erased_person_leaves_a_number,
    what_is_over_is_forgotten,
);

pub const PASSWORD: &str = "vier Kraniche zogen nordwärts";
pub const OTHER_PASSWORD: &str = "kupferne Ahornblätter im Regen";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// A clock that tests move; everything else is the machine's.
pub struct MovedClock(AtomicI64);

impl Edge for MovedClock {
    fn now(&self) -> Instant {
        Instant(self.0.load(Ordering::Relaxed))
    }

    fn new_id(&self) -> Uuid {
        SystemEdge.new_id()
    }

    fn seed(&self) -> [u8; 32] {
        SystemEdge.seed()
    }
}

/// A register whose clock can be moved.
pub struct Town {
    pub app: App,
    clock: Arc<MovedClock>,
}

impl Town {
    pub fn over(register: &Register) -> Self {
        let clock = Arc::new(MovedClock(AtomicI64::new(1_780_000_000_000_000)));
        let edge: Arc<dyn Edge> = Arc::clone(&clock) as Arc<dyn Edge>;
        let folder = register.folder.path().join("people-index");
        Self { app: App::new(register.app.store().clone(), Instance::default(), edge, &folder), clock }
    }

    pub fn wait(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub fn operate(&self) -> Permit {
        self.app.machine_permit(Act::Operate, RecordId::NIL)
    }

    pub async fn operator(&self, email: &str) -> Uuid {
        self.app.make_operator(&self.operate(), email, "Rieke Sander", PASSWORD).await.unwrap()
    }

    /// Somebody without any role.
    pub async fn person(&self, email: &str) -> Uuid {
        let id = self.operator(email).await;
        let mut tx = self.app.store().write().await.unwrap();
        let none = maki_store::Grant {
            account: id,
            organisation: RecordId::NIL,
            roles: maki_domain::Roles::NONE,
            source: String::new(),
        };
        tx.grant(self.app.now(), &crate::support::actor(), &none).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn try_from(&self, email: &str, password: &str, address: &str) -> SignInOutcome {
        let address: IpAddr = address.parse().unwrap();
        let given = SignIn { email, password, address, agent: "Testläufer", request: "request-1" };
        self.app.sign_in(&given).await.unwrap()
    }

    pub async fn try_in(&self, email: &str, password: &str) -> SignInOutcome {
        self.try_from(email, password, "192.0.2.1").await
    }

    pub async fn cookie(&self, email: &str) -> String {
        match self.try_in(email, PASSWORD).await {
            SignInOutcome::In(cookie) => cookie.secret,
            other => panic!("{other:?}"),
        }
    }

    pub async fn session(&self, cookie: &str) -> Option<Session> {
        self.app.session(cookie, "request-2").await.unwrap()
    }

    pub async fn signed_in(&self, email: &str) -> Session {
        let cookie = self.cookie(email).await;
        self.session(&cookie).await.unwrap()
    }

    /// Mails that wait, the latest first.
    pub async fn mails(&self, notice: &str) -> Vec<serde_json::Value> {
        let jobs =
            self.app.store().read().await.unwrap().jobs(&maki_store::JobFilter::default(), 100, 0).await.unwrap();
        let payloads = jobs.into_iter().map(|job| serde_json::from_str::<serde_json::Value>(&job.payload).unwrap());
        payloads.filter(|payload| payload["notice"] == notice).collect()
    }

    /// The secret of the link in the latest mail of a kind.
    pub async fn secret(&self, notice: &str) -> String {
        self.mails(notice).await[0]["secret"].as_str().unwrap().to_owned()
    }

    pub async fn actions_about(&self, subject: Uuid) -> Vec<Action> {
        let events = self.app.store().read().await.unwrap().events_after(0, 10_000).await.unwrap();
        events.into_iter().filter(|e| e.record == RecordId(subject)).map(|e| e.action).collect()
    }

    /// Sets up a second factor and returns secret and recovery codes.
    async fn second_factor(&self, session: &Session) -> (Vec<u8>, Vec<String>) {
        let setup = self.app.begin_totp(session).await.unwrap();
        let secret = from_base32(&setup.secret);
        let code = self.code(&secret);
        let codes = self.app.set_up_totp(session, &setup.secret, &setup.seal, &code).await.unwrap();
        (secret, codes)
    }

    /// What an authenticator shows.
    fn code(&self, secret: &[u8]) -> String {
        let step = self.app.now().0 / 1_000_000 / 30;
        let mut mac = Hmac::<sha1::Sha1>::new_from_slice(secret).unwrap();
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 15);
        let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    async fn second_step(&self, token: &str, code: &str) -> SignInOutcome {
        let address = "192.0.2.1".parse().unwrap();
        self.app.second_step(token, code, address, "Testläufer", "request-3").await.unwrap()
    }

    async fn pending(&self, email: &str) -> String {
        match self.try_in(email, PASSWORD).await {
            SignInOutcome::SecondFactorNeeded { token } => token,
            other => panic!("{other:?}"),
        }
    }
}

fn from_base32(text: &str) -> Vec<u8> {
    let bits: Vec<u8> = text
        .bytes()
        .map(|c| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|a| *a == c).unwrap() as u8)
        .flat_map(|five| (0..5).rev().map(move |bit| (five >> bit) & 1))
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| (value << 1) | bit)).collect()
}

fn fault<T>(result: Result<T, AppError>) -> PeopleFault {
    match result {
        Err(AppError::People(fault)) => fault,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was allowed"),
    }
}

const WRONG: SignInOutcome = SignInOutcome::Wrong;

async fn a_person_signs_in_and_out(register: &Register) {
    let town = Town::over(register);
    let id = town.person("anna@amt.example").await;
    let cookie = town.cookie("  Anna@AMT.example ").await;
    let session = town.session(&cookie).await.unwrap();
    assert_eq!((session.account, session.name.as_str(), session.has_totp), (id, "Rieke Sander", false));
    assert_eq!(session.principal.actor.as_ref(), id.to_string());
    // Another process knows the session too, and the same key for its forms.
    let elsewhere = register.second().store().read().await.unwrap();
    drop(elsewhere);
    assert_eq!(town.session(&cookie).await.unwrap().csrf_key, session.csrf_key);
    town.app.sign_out(&session).await.unwrap();
    assert!(town.session(&cookie).await.is_none(), "a session used after signing out");
    // Twice is no error.
    town.app.sign_out(&session).await.unwrap();
    let actions = town.actions_about(id).await;
    assert_eq!(actions.iter().filter(|a| **a == Action::SignedIn).count(), 1);
    assert_eq!(actions.iter().filter(|a| **a == Action::SignedOut).count(), 1);
    for garbage in ["", "x", "AAAA", &cookie[1..], &"A".repeat(43), "\u{0}"] {
        assert!(town.session(garbage).await.is_none(), "{garbage:?}");
    }
    assert!(maki_store::verify(town.app.store(), |_, _| ()).await.unwrap().is_whole());
}

async fn what_is_wrong_is_not_said(register: &Register) {
    let town = Town::over(register);
    let id = town.person("anna@amt.example").await;
    for (email, password) in [
        ("anna@amt.example", "falsch und lang genug"),
        ("niemand@amt.example", PASSWORD),
        ("gar keine Adresse", PASSWORD),
        ("", ""),
        ("anna@amt.example", ""),
    ] {
        assert_eq!(town.try_in(email, password).await, WRONG, "{email:?} {password:?}");
    }
    assert_eq!(town.try_in("anna@amt.example", &"x".repeat(1_000_000)).await, WRONG);
    assert_eq!(town.actions_about(id).await.iter().filter(|a| **a == Action::SignInRefused).count(), 3);
    let log = town.app.store().read().await.unwrap().events_after(0, 1_000).await.unwrap();
    assert!(!format!("{log:?}").contains("amt.example"), "the log names nobody");
}

async fn failures_make_wait_and_the_wait_ends(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    for n in 0..5 {
        assert_eq!(town.try_in("anna@amt.example", "falsch").await, WRONG, "{n}");
    }
    let mut longest = 0;
    for n in 0..14 {
        let SignInOutcome::Wait { seconds } = town.try_in("anna@amt.example", PASSWORD).await else {
            panic!("{n}: the right password must wait too")
        };
        assert!(seconds >= longest && seconds <= 15 * MINUTE, "{n}: {seconds}");
        longest = seconds;
        // Asking while waiting costs nothing.
        assert_eq!(town.try_in("anna@amt.example", "falsch").await, SignInOutcome::Wait { seconds });
        town.wait(seconds);
        assert_eq!(town.try_in("anna@amt.example", "falsch").await, WRONG, "{n}");
    }
    assert_eq!(longest, 15 * MINUTE);
    town.wait(15 * MINUTE);
    assert!(matches!(town.try_in("anna@amt.example", PASSWORD).await, SignInOutcome::In(_)));
    // And then all is forgotten.
    assert_eq!(town.try_in("anna@amt.example", "falsch").await, WRONG);
    assert_eq!(town.try_in("anna@amt.example", "falsch").await, WRONG);

    // One address that tries many names is slowed down as well, whatever of IPv6 it shows.
    for n in 0..30 {
        let address = format!("2001:db8:0:1::{n:x}");
        assert_eq!(town.try_from(&format!("name{n}@amt.example"), "falsch", &address).await, WRONG, "{n}");
    }
    let next = town.try_from("neu@amt.example", "falsch", "2001:db8:0:1:ffff::1").await;
    assert!(matches!(next, SignInOutcome::Wait { .. }), "{next:?}");
    assert_eq!(town.try_from("neu@amt.example", "falsch", "2001:db8:0:2::1").await, WRONG);
}

async fn a_victim_is_not_locked_out(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    town.person("ben@amt.example").await;
    // Anna has signed in from her office before; Ben never has.
    assert!(matches!(town.try_from("anna@amt.example", PASSWORD, "192.0.2.7").await, SignInOutcome::In(_)));
    for name in ["anna@amt.example", "ben@amt.example"] {
        for n in 0..8 {
            let _ = town.try_from(name, "falsch", &format!("198.51.100.{n}")).await;
        }
        let elsewhere = town.try_from(name, PASSWORD, "203.0.113.5").await;
        assert!(matches!(elsewhere, SignInOutcome::Wait { .. }), "{name}: {elsewhere:?}");
    }
    assert!(matches!(town.try_from("anna@amt.example", PASSWORD, "192.0.2.7").await, SignInOutcome::In(_)));
    // A mail lets Ben in at once.
    let address: IpAddr = "203.0.113.9".parse().unwrap();
    let waits = town.try_from("ben@amt.example", PASSWORD, "203.0.113.9").await;
    assert!(!matches!(waits, SignInOutcome::In(_)));
    town.app.ask_password_reset("ben@amt.example", Language::De, address).await.unwrap();
    let secret = town.secret("password_reset").await;
    town.app.reset_password(&secret, OTHER_PASSWORD, address, "request-4").await.unwrap();
    let after = town.try_from("ben@amt.example", OTHER_PASSWORD, "203.0.113.9").await;
    assert!(matches!(after, SignInOutcome::In(_)), "{after:?}");
}

async fn sessions_end(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    let cookie = town.cookie("anna@amt.example").await;
    town.wait(59 * MINUTE);
    assert!(town.session(&cookie).await.is_some(), "used within the hour");
    town.wait(59 * MINUTE);
    assert!(town.session(&cookie).await.is_some(), "use moves the limit");
    town.wait(60 * MINUTE);
    assert!(town.session(&cookie).await.is_none(), "an hour without use");

    let cookie = town.cookie("anna@amt.example").await;
    for _ in 0..23 {
        town.wait(30 * MINUTE);
        assert!(town.session(&cookie).await.is_some());
    }
    town.wait(30 * MINUTE);
    assert!(town.session(&cookie).await.is_none(), "twelve hours in any case");
}

async fn an_operator_needs_a_second_factor(register: &Register) {
    let town = Town::over(register);
    town.operator("op@maki.example").await;
    let cookie = town.cookie("op@maki.example").await;
    let session = town.session(&cookie).await.unwrap();
    assert!(session.needs_second_factor && !session.has_totp);
    assert!(session.principal.memberships.is_empty(), "no role before the second factor");
    assert!(!session.principal.is_operator());

    let setup = town.app.begin_totp(&session).await.unwrap();
    assert!(setup.uri.starts_with("otpauth://totp/"), "{}", setup.uri);
    let wrong = town.app.set_up_totp(&session, &setup.secret, &setup.seal, "000000").await;
    assert_eq!(fault(wrong), PeopleFault::CodeWrong);
    // Another secret than the one that was offered.
    let code = town.code(&[7; 20]);
    let foreign = "A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH";
    assert_eq!(fault(town.app.set_up_totp(&session, foreign, &setup.seal, &code).await), PeopleFault::SetupExpired);
    let again = town.app.again_totp(&session, &setup.secret, &setup.seal).await.unwrap();
    assert_eq!(again, setup);
    town.wait(31 * MINUTE);
    let code = town.code(&from_base32(&setup.secret));
    assert_eq!(
        fault(town.app.set_up_totp(&session, &setup.secret, &setup.seal, &code).await),
        PeopleFault::SetupExpired
    );

    let (_, codes) = town.second_factor(&session).await;
    assert_eq!(codes.len(), 10);
    let session = town.session(&cookie).await.unwrap();
    assert!(session.has_totp && !session.needs_second_factor && session.principal.is_operator());
    assert_eq!(town.app.recovery_codes_left(&session).await.unwrap(), 10);
    // An operator cannot do without.
    assert_eq!(fault(town.app.remove_totp(&session, &codes[0]).await), PeopleFault::SecondFactorNeeded);
}

async fn a_code_counts_once(register: &Register) {
    let town = Town::over(register);
    let id = town.person("anna@amt.example").await;
    let (secret, _) = town.second_factor(&town.signed_in("anna@amt.example").await).await;
    // The code of the set-up was used.
    let token = town.pending("anna@amt.example").await;
    assert_eq!(town.second_step(&token, &town.code(&secret)).await, WRONG, "a replayed code");
    town.wait(30);
    let code = town.code(&secret);
    let SignInOutcome::In(cookie) = town.second_step(&token, &code).await else { panic!("the next code counts") };
    assert!(town.session(&cookie.secret).await.unwrap().has_totp);
    let token = town.pending("anna@amt.example").await;
    assert_eq!(town.second_step(&token, &code).await, WRONG, "a code seen over a shoulder");
    for n in 0..3 {
        assert_eq!(town.second_step(&token, &format!("{n:06}")).await, WRONG, "{n}");
    }
    let guess = town.second_step(&token, "000004").await;
    let guess = if guess == WRONG { town.second_step(&token, "000005").await } else { guess };
    assert!(matches!(guess, SignInOutcome::Wait { .. }), "guessing codes is slowed down: {guess:?}");
    assert!(town.actions_about(id).await.contains(&Action::SignInRefused));
}

async fn recovery_codes_count_once(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    let (secret, codes) = town.second_factor(&town.signed_in("anna@amt.example").await).await;
    let token = town.pending("anna@amt.example").await;
    let typed = codes[3].to_lowercase().replace('-', " ");
    let SignInOutcome::In(cookie) = town.second_step(&token, &typed).await else { panic!("a recovery code") };
    let session = town.session(&cookie.secret).await.unwrap();
    assert_eq!(town.app.recovery_codes_left(&session).await.unwrap(), 9);
    assert_eq!(town.mails("account_changed").await[0]["what"], "recovery_code_used");
    let token = town.pending("anna@amt.example").await;
    assert_eq!(town.second_step(&token, &codes[3]).await, WRONG, "a used recovery code");
    town.wait(90);
    let renewed = town.app.renew_recovery_codes(&session, &town.code(&secret)).await.unwrap();
    assert_eq!(town.second_step(&token, &codes[4]).await, SignInOutcome::BeginAgain, "the factor was used meanwhile");
    let token = town.pending("anna@amt.example").await;
    assert_eq!(town.second_step(&token, &codes[4]).await, WRONG, "an old recovery code");
    assert!(matches!(town.second_step(&token, &renewed[0]).await, SignInOutcome::In(_)));
    town.wait(90);
    town.app.remove_totp(&session, &town.code(&secret)).await.unwrap();
    assert!(matches!(town.try_in("anna@amt.example", PASSWORD).await, SignInOutcome::In(_)));
}

async fn the_second_step_is_bound(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    town.person("ben@amt.example").await;
    let (secret, _) = town.second_factor(&town.signed_in("anna@amt.example").await).await;
    let (_, _) = town.second_factor(&town.signed_in("ben@amt.example").await).await;
    town.wait(30);
    let token = town.pending("anna@amt.example").await;
    let forged = format!("{}{}", if token.starts_with('A') { 'B' } else { 'A' }, &token[1..]);
    for garbage in ["", "x", &token[..20], &forged] {
        let outcome = town.second_step(garbage, &town.code(&secret)).await;
        assert!(matches!(outcome, SignInOutcome::BeginAgain | SignInOutcome::Wrong), "{garbage}: {outcome:?}");
    }
    let of_ben = town.pending("ben@amt.example").await;
    assert_eq!(town.second_step(&of_ben, &town.code(&secret)).await, WRONG, "another person's code");
    town.wait(5 * MINUTE + 1);
    assert_eq!(town.second_step(&token, &town.code(&secret)).await, SignInOutcome::BeginAgain, "too late");
    let token = town.pending("anna@amt.example").await;
    assert!(matches!(town.second_step(&token, &town.code(&secret)).await, SignInOutcome::In(_)));
    town.wait(30);
    let again = town.second_step(&token, &town.code(&secret)).await;
    assert_eq!(again, SignInOutcome::BeginAgain, "a token opens once");
}

async fn a_password_is_reset_by_mail(register: &Register) {
    let town = Town::over(register);
    let id = town.person("anna@amt.example").await;
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    let cookie = town.cookie("anna@amt.example").await;
    town.app.ask_password_reset("ANNA@amt.example", Language::De, address).await.unwrap();
    town.app.ask_password_reset("niemand@amt.example", Language::De, address).await.unwrap();
    assert_eq!(town.mails("password_reset").await.len(), 1);
    assert_eq!(town.mails("password_elsewhere").await.len(), 1);
    let secret = town.secret("password_reset").await;
    let reset = |password: &'static str| {
        let (app, secret) = (town.app.clone(), secret.clone());
        async move { app.reset_password(&secret, password, address, "request-5").await }
    };
    assert_eq!(fault(reset("kurz").await), PeopleFault::PasswordTooShort { limit: 12 });
    assert_eq!(fault(reset("Passwort12345").await), PeopleFault::PasswordCommon);
    assert_eq!(fault(reset("Rieke Sander 2026").await), PeopleFault::PasswordPersonal);
    reset(OTHER_PASSWORD).await.unwrap();
    assert_eq!(fault(reset(OTHER_PASSWORD).await), PeopleFault::LinkUsed);
    assert!(town.session(&cookie).await.is_none(), "sessions end with a new password");
    assert_eq!(town.try_in("anna@amt.example", PASSWORD).await, WRONG);
    assert!(matches!(town.try_in("anna@amt.example", OTHER_PASSWORD).await, SignInOutcome::In(_)));
    assert!(town.actions_about(id).await.contains(&Action::PasswordChanged));
    // Many mails to one mailbox are one too many, and nobody is told.
    for _ in 0..6 {
        town.app.ask_password_reset("anna@amt.example", Language::De, address).await.unwrap();
    }
    assert_eq!(town.mails("password_reset").await.len(), 3);

    let SignInOutcome::In(cookie) = town.try_in("anna@amt.example", OTHER_PASSWORD).await else { panic!("it was in") };
    let session = town.session(&cookie.secret).await.unwrap();
    let change = town.app.change_password(&session, PASSWORD, PASSWORD, address).await;
    assert_eq!(fault(change), PeopleFault::PasswordWrong);
    town.app.change_password(&session, OTHER_PASSWORD, PASSWORD, address).await.unwrap();
    assert_eq!(town.app.own_sessions(&session).await.unwrap().len(), 1, "this one stays");
}

async fn a_link_works_once(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    town.app.ask_password_reset("anna@amt.example", Language::De, address).await.unwrap();
    let first = town.secret("password_reset").await;
    town.app.ask_password_reset("anna@amt.example", Language::De, address).await.unwrap();
    let second = town.secret("password_reset").await;
    let reset = async |secret: &str| town.app.reset_password(secret, OTHER_PASSWORD, address, "r").await;
    assert_eq!(fault(reset(&first).await), PeopleFault::LinkUnknown, "a newer one replaced it");
    assert_eq!(fault(reset("").await), PeopleFault::LinkUnknown);
    assert_eq!(fault(reset(&"A".repeat(43)).await), PeopleFault::LinkUnknown);
    assert_eq!(
        fault(town.app.accept_invitation(&second, PASSWORD, "r").await),
        PeopleFault::LinkUnknown,
        "made for something else"
    );
    town.wait(HOUR);
    assert_eq!(fault(reset(&second).await), PeopleFault::LinkExpired);
    town.app.ask_password_reset("anna@amt.example", Language::De, address).await.unwrap();
    let third = town.secret("password_reset").await;
    // Two at once: one counts.
    let (one, other) = tokio::join!(reset(&third), reset(&third));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
}

async fn own_sessions_are_listed_and_ended(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    town.person("ben@amt.example").await;
    let cookies = [town.cookie("anna@amt.example").await, town.cookie("anna@amt.example").await];
    let of_ben = town.signed_in("ben@amt.example").await;
    let session = town.session(&cookies[0]).await.unwrap();
    let own = town.app.own_sessions(&session).await.unwrap();
    assert_eq!((own.len(), own.iter().filter(|s| s.is_this).count()), (2, 1));
    assert!(own.iter().all(|s| s.agent == "Testläufer"));
    let foreign = town.app.end_own_session(&session, &of_ben.id).await;
    assert!(matches!(foreign, Err(AppError::NotFound)), "another person's session: {foreign:?}");
    let other = own.iter().find(|s| !s.is_this).unwrap();
    town.app.end_own_session(&session, &other.id).await.unwrap();
    assert!(town.session(&cookies[1]).await.is_none());
    assert!(town.session(&cookies[0]).await.is_some());
    let third = town.cookie("anna@amt.example").await;
    assert_eq!(town.app.end_other_sessions(&session).await.unwrap(), 1);
    assert!(town.session(&third).await.is_none());
}

async fn a_blocked_account_is_out(register: &Register) {
    let town = Town::over(register);
    let id = town.person("anna@amt.example").await;
    let cookie = town.cookie("anna@amt.example").await;
    town.app.block_account(&town.operate(), id, true).await.unwrap();
    assert!(town.session(&cookie).await.is_none());
    assert_eq!(town.try_in("anna@amt.example", PASSWORD).await, WRONG);
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    town.app.ask_password_reset("anna@amt.example", Language::De, address).await.unwrap();
    assert!(town.mails("password_reset").await.is_empty(), "no way in by mail");
    town.app.block_account(&town.operate(), id, false).await.unwrap();
    assert!(matches!(town.try_in("anna@amt.example", PASSWORD).await, SignInOutcome::In(_)));
    assert!(town.actions_about(id).await.contains(&Action::AccountBlocked));
}

async fn an_erased_person_leaves_a_number(register: &Register) {
    let town = Town::over(register);
    let id = town.person("anna@amt.example").await;
    let session = town.signed_in("anna@amt.example").await;
    town.second_factor(&session).await;
    town.app.erase_account(&town.operate(), id).await.unwrap();
    let again = town.app.erase_account(&town.operate(), id).await;
    assert!(matches!(again, Err(AppError::NotFound)), "{again:?}");
    let account = town.app.store().read().await.unwrap().account(id).await.unwrap().unwrap();
    assert_eq!((account.email, account.name.as_str(), account.password, account.totp_secret), (None, "", None, None));
    assert_eq!(town.try_in("anna@amt.example", PASSWORD).await, WRONG);
    // The address is free again, for somebody else.
    assert_ne!(town.person("anna@amt.example").await, id);
    assert!(maki_store::verify(town.app.store(), |_, _| ()).await.unwrap().is_whole());
}

async fn what_is_over_is_forgotten(register: &Register) {
    let town = Town::over(register);
    town.person("anna@amt.example").await;
    town.cookie("anna@amt.example").await;
    let address: IpAddr = "192.0.2.1".parse().unwrap();
    town.app.ask_password_reset("anna@amt.example", Language::De, address).await.unwrap();
    assert_eq!(town.try_in("niemand@amt.example", "falsch").await, WRONG);
    assert_eq!(town.app.forget_ended().await.unwrap(), 0);
    town.wait(100 * 24 * HOUR);
    assert!(town.app.forget_ended().await.unwrap() >= 4);
    assert_eq!(town.app.forget_ended().await.unwrap(), 0);
    assert_eq!(town.app.store().read().await.unwrap().count(RecordKind::System).await.unwrap(), 0);
}
