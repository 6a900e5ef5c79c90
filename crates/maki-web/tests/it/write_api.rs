//! Programs that write: tokens, many entries at once, keys, uploads, single entries; and bad input of each kind.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use maki_app::work::Seen;
use maki_app::writing::UploadHandler;
use maki_app::{Action, SignIn, SignInOutcome, Target, TokenScope, TokenWish};
use maki_domain::{Act, RecordId};
use serde_json::{Value, json};

use crate::register::{Answer, Site};
use crate::visitor::People;

const BATCH: &str = "/api/v1/entries:batch";

/// A program with a token of an organisation.
struct Program<'a> {
    site: &'a Site,
    token: String,
}

async fn organisation(site: &Site, name: &str) -> (RecordId, String) {
    let all = maki_app::OrganisationFilter { limit: usize::MAX, ..maki_app::OrganisationFilter::default() };
    let found = site.app.organisations(&all).await.unwrap().organisations;
    let one = found.into_iter().find(|o| o.organisation.name == name).unwrap().organisation;
    (one.id, one.kennung.to_string())
}

async fn program<'a>(site: &'a Site, scopes: &[TokenScope]) -> Program<'a> {
    program_of(site, "Stadt Talheide", scopes).await
}

async fn program_of<'a>(site: &'a Site, name: &str, scopes: &[TokenScope]) -> Program<'a> {
    let (town, _) = organisation(site, name).await;
    let permit = site.app.machine_permit(Act::ManageTokens, town);
    let wish = TokenWish { name: "IT-Verzeichnis".into(), scopes: scopes.to_vec(), days: 30 };
    Program { site, token: site.app.make_token(&permit, &wish).await.unwrap() }
}

impl Program<'_> {
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site.send(request.body(body.into()).unwrap()).await
    }

    async fn batch(&self, query: &str, headers: &[(&str, &str)], entries: &Value) -> (Answer, Value) {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        let answer = self.send(Method::POST, &format!("{BATCH}{query}"), &all, entries.to_string()).await;
        let value = serde_json::from_str(&answer.body).unwrap();
        (answer, value)
    }
}

fn entry(id: &str, name: &str) -> Value {
    json!({
        "system": { "external_ids": [{ "scheme": "verzeichnis", "value": id }], "name": name },
        "deployment": { "lifecycle": "operation" }
    })
}

/// Everything that has to be stated.
fn complete(id: &str, name: &str) -> Value {
    json!({
        "system": { "external_ids": [{ "scheme": "verzeichnis", "value": id }], "name": name,
            "kind": "embedded_function", "short_description": "Schlägt Formulierungen vor.",
            "purpose": "Hilft beim Schreiben.", "fields": ["citizen_services"],
            "techniques": ["generative_language_model"], "risk_class": "minimal" },
        "deployment": { "lifecycle": "operation", "in_operation_since": "2026", "affected": ["employees"],
            "decision_effect": "none", "personal_data": "none" }
    })
}

fn counts(answer: &Value) -> [u64; 4] {
    ["created", "changed", "unchanged", "refused"].map(|name| answer["counts"][name].as_u64().unwrap())
}

fn keys_of(row: &Value) -> Vec<(&str, &str)> {
    let problems = row["problems"].as_array().unwrap();
    problems.iter().map(|p| (p["field"].as_str().unwrap(), p["key"].as_str().unwrap())).collect()
}

fn problem_of(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.body);
    let value: Value = serde_json::from_str(&answer.body).unwrap();
    let kind = value["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert!(!value["title"].as_str().unwrap().starts_with("error-"), "{value}");
    (answer.status.as_u16(), kind)
}

#[tokio::test]
async fn only_a_token_with_the_scope_writes() {
    let site = Site::living().await;
    let nobody = Program { site: &site, token: "maki_falsch".into() };
    let (answer, _) = nobody.batch("", &[], &json!([])).await;
    assert_eq!(problem_of(&answer), (401, "token-refused".into()));
    let bare = site.send(Request::post(BATCH).body(Body::from("[]")).unwrap()).await;
    assert_eq!(problem_of(&bare), (401, "token-missing".into()));

    let reader = program(&site, &[TokenScope::Read]).await;
    let (answer, _) = reader.batch("", &[], &json!([entry("1", "Lotte")])).await;
    assert_eq!(problem_of(&answer), (403, "forbidden".into()));
    let writer = program(&site, &[TokenScope::Draft]).await;
    let (answer, _) = writer.batch("?mode=review", &[], &json!([entry("1", "Lotte")])).await;
    assert_eq!(problem_of(&answer), (403, "forbidden".into()));

    let (town, _) = organisation(&site, "Stadt Talheide").await;
    let permit = site.app.machine_permit(Act::ManageTokens, town);
    for token in site.app.tokens(&permit).await.unwrap() {
        assert!(token.used_at.is_some(), "{}", token.scopes);
        site.app.revoke_token(&permit, token.id).await.unwrap();
    }
    let (answer, _) = writer.batch("", &[], &json!([])).await;
    assert_eq!(problem_of(&answer), (401, "token-refused".into()));
}

#[tokio::test]
async fn rows_become_drafts_and_are_found_again() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let rows = json!([entry("1", "Lotte"), entry("2", "Otto"), { "system": { "name": "Ohne Kennung" } }]);
    let (answer, first) = program.batch("", &[], &rows).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!((counts(&first), &first["written"]), ([3, 0, 0, 0], &json!(true)), "{first}");
    let (_, again) = program.batch("", &[], &rows).await;
    assert_eq!(counts(&again), [0, 0, 3, 0], "{again}");
    assert_eq!(first["rows"][0]["entry"], again["rows"][0]["entry"]);

    // Silence changes nothing.
    let change = json!([{ "system": { "external_ids": [{ "scheme": "verzeichnis", "value": "1" }], "name": "Lotte",
        "purpose": "Hilft." } }]);
    let (_, changed) = program.batch("", &[], &change).await;
    assert_eq!(counts(&changed), [0, 1, 0, 0], "{changed}");
    let record = first["rows"][0]["entry"].as_str().unwrap();
    let shown = program.send(Method::GET, &format!("/api/v1/entries/{record}"), &[], "").await;
    let shown: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(shown["content"]["system"]["purpose"], "Hilft.");
    assert_eq!(shown["content"]["deployment"]["lifecycle"], "operation");
    assert_eq!((&shown["state"], &shown["organisation"]["name"]), (&json!("draft"), &json!("Stadt Talheide")));
    // They stand in the editor.
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, "ki@talheide.example").await;
    let page = editor.get(&format!("/arbeit/eintraege/{record}")).await;
    assert!(page.main().contains("Lotte"), "{}", page.body);
}

#[tokio::test]
async fn findings_are_told_and_refuse_nothing() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Read, TokenScope::Draft]).await;
    let mut odd = complete("1", "Lotte");
    odd["deployment"]["lifecycle"] = json!("idea");
    let (answer, told) =
        program.batch("", &[("accept-language", "en")], &json!([odd, complete("2", "Lotte zwei")])).await;
    assert_eq!((answer.status, counts(&told)), (StatusCode::OK, [2, 0, 0, 0]), "{}", answer.body);
    let findings = |value: &Value| -> Vec<(String, String)> {
        let all = value["findings"].as_array().unwrap().iter();
        all.map(|one| (one["rule"].as_str().unwrap().to_owned(), one["severity"].as_str().unwrap().to_owned()))
            .collect()
    };
    let error = ("planned_but_running".to_owned(), "error".to_owned());
    let rows = told["rows"].as_array().unwrap();
    assert!(findings(&rows[0]).contains(&error), "{}", rows[0]);
    assert!(!findings(&rows[1]).iter().any(|(_, severity)| severity == "error"), "{}", rows[1]);
    assert!(rows[0]["findings"].to_string().contains("An idea or concept is not in operation yet"), "{}", rows[0]);
    let path = format!("/api/v1/entries/{}", rows[0]["entry"].as_str().unwrap());
    let shown = program.send(Method::GET, &path, &[], Body::empty()).await;
    let shown: Value = serde_json::from_str(&shown.body).unwrap();
    assert!(findings(&shown).contains(&error), "{shown}");
}

#[tokio::test]
async fn a_dry_run_leaves_nothing_and_all_or_none_writes_none() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let head = async || site.app.store().read().await.unwrap().head().await.unwrap().sequence;
    let before = head().await;
    let good = json!([entry("1", "Lotte")]);
    let (_, dry) = program.batch("?dry_run=true", &[("idempotency-key", "k")], &good).await;
    assert_eq!((counts(&dry), &dry["written"], &dry["dry_run"]), ([1, 0, 0, 0], &json!(false), &json!(true)));
    assert!(dry["rows"][0]["entry"].is_null(), "{dry}");
    let mixed = json!([entry("1", "Lotte"), entry("2", &"x".repeat(300))]);
    let (_, none) = program.batch("?atomic=true", &[], &mixed).await;
    assert_eq!((counts(&none), &none["written"]), ([1, 0, 0, 1], &json!(false)));
    assert_eq!(head().await, before);
    let (_, some) = program.batch("", &[], &mixed).await;
    assert_eq!((counts(&some), &some["written"]), ([1, 0, 0, 1], &json!(true)));
    assert_eq!(keys_of(&some["rows"][1]), [("name", "field-too-long")]);
    assert_eq!(some["rows"][1]["problems"][0]["limit"], 200);
    // The key of the dry run is still free.
    let (answer, _) = program.batch("", &[("idempotency-key", "k")], &good).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (StatusCode::OK, ""));
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer_once() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let key = &[("idempotency-key", "2026-11-25/1")];
    let rows = json!([entry("1", "Lotte")]);
    let (first, _) = program.batch("", key, &rows).await;
    let (second, value) = program.batch("", key, &rows).await;
    assert_eq!((&first.body, counts(&value)), (&second.body, [1, 0, 0, 0]));
    assert_eq!(second.header("idempotency-replayed"), "true");
    let (other, _) = program.batch("", key, &json!([entry("2", "Otto")])).await;
    assert_eq!(problem_of(&other), (422, "key-reused".into()));
    let (other, _) = program.batch("?atomic=true", key, &rows).await;
    assert_eq!(problem_of(&other), (422, "key-reused".into()));
    for wrong in ["", &"x".repeat(101)] {
        let (answer, _) = program.batch("", &[("idempotency-key", wrong)], &rows).await;
        assert_eq!(problem_of(&answer), (400, "bad-parameter".into()));
    }
    // What was not answered may come again.
    let broken = &[("idempotency-key", "k2"), ("content-type", "application/json")];
    let answer = program.send(Method::POST, BATCH, broken, "[{").await;
    assert_eq!(problem_of(&answer).0, 400);
    let (answer, _) = program.batch("", &[("idempotency-key", "k2")], &rows).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn what_belongs_to_others_is_refused_row_by_row() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let (_, foreign) = organisation(&site, "Ministerium für Landesentwicklung Leinemark").await;
    let with = |organisation: Value| {
        let mut entry = entry("1", "Lotte");
        entry["organisation"] = organisation;
        entry
    };
    let (_, own) = organisation(&site, "Stadt Talheide").await;
    let rows = json!([
        with(json!({ "kennung": foreign })),
        with(json!({ "organisation_name": "Ministerium für Landesentwicklung Leinemark" })),
        with(json!({ "organisation_name": "Amt das es nicht gibt" })),
        with(json!({ "kennung": own })),
        with(json!({ "organisation_name": "Stadt  talheide" })),
        { "system": { "kennung": "PROBE-2026-999999", "name": "Lotte" } },
        { "deployment": { "lifecycle": "operation" } },
        { "system": { "name": { "absent": "unknown" } } },
        { "system": { "name": "Lotte", "nmae": "x" } },
        { "system": { "name": "Lotte", "repository_url": "javascript:alert(1)" } },
        { "system": { "name": "Lotte", "responsible": "Ministerium für Landesentwicklung Leinemark" } },
        7,
    ]);
    let (answer, value) = program.batch("", &[("accept-language", "en")], &rows).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let expected = [
        ("organisation", "forbidden-organisation"),
        ("organisation", "forbidden-organisation"),
        ("organisation", "organisation-unknown"),
        ("", ""),
        ("", ""),
        ("system", "kennung-unknown"),
        ("name", "entry-system-missing"),
        ("name", "entry-name-missing"),
        ("", "entry-invalid"),
        ("repository_url", "field-not-a-url"),
        ("responsible", "forbidden-organisation"),
        ("", "entry-invalid"),
    ];
    for (row, expected) in value["rows"].as_array().unwrap().iter().zip(expected) {
        let found = keys_of(row).first().copied().unwrap_or_default();
        assert_eq!(found, expected, "{row}");
        let texts = row["problems"].as_array().unwrap().iter().map(|p| p["text"].as_str().unwrap());
        assert!(texts.clone().all(|text| !text.contains("Eintrag")), "English was asked for: {row}");
    }
    assert_eq!(value["rows"].as_array().unwrap().len(), expected.len());
}

#[tokio::test]
async fn offices_of_the_legal_body_are_written_for_and_ids_belong_to_each_organisation() {
    let site = Site::living().await;
    let town = program(&site, &[TokenScope::Draft]).await;
    let ministry = program_of(&site, "Ministerium für Landesentwicklung Leinemark", &[TokenScope::Draft]).await;
    let mut of_office = entry("1", "Lotte");
    of_office["organisation"] = json!({ "organisation_name": "Landesamt für Verbraucherschutz Rotheide" });
    let unknown = json!({ "external_ids": [{ "scheme": "x", "value": "y" }] });
    let mut nowhere = entry("2", "Otto");
    nowhere["organisation"] = unknown;
    let (_, first) = town.batch("", &[], &json!([entry("1", "Lotte"), of_office, nowhere])).await;
    assert_eq!(counts(&first), [1, 0, 0, 2], "{first}");
    assert_eq!(keys_of(&first["rows"][2])[0].1, "organisation-unknown");
    // The same id of another organisation is another system; an office below is written for.
    let (_, second) = ministry.batch("", &[], &json!([entry("1", "Lotte"), of_office])).await;
    assert_eq!(counts(&second), [2, 0, 0, 0], "{second}");
    let record = second["rows"][1]["entry"].as_str().unwrap();
    let shown = ministry.send(Method::GET, &format!("/api/v1/entries/{record}"), &[], "").await;
    let shown: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(shown["organisation"]["name"], "Landesamt für Verbraucherschutz Rotheide");
}

#[tokio::test]
async fn what_a_program_wrote_is_approved_by_a_person_and_keeps_its_ids() {
    let site = Site::living().await;
    let people = site.app.make_demo_people(&site.app.machine_permit(Act::Operate, RecordId::NIL)).await.unwrap();
    let approver = people.iter().find(|person| person.email == "freigabe@talheide.example").unwrap();
    let program = program(&site, &[TokenScope::Submit]).await;
    let rows = json!([complete("1", "Schreibhilfe")]);
    let (_, value) = program.batch("?mode=review", &[], &rows).await;
    let entry: RecordId = serde_json::from_value(value["rows"][0]["entry"].clone()).unwrap();
    let given = SignIn {
        email: &approver.email,
        password: &approver.password,
        address: "192.0.2.1".parse().unwrap(),
        agent: "probe",
        request: "r",
    };
    let secret = match site.app.sign_in(&given).await.unwrap() {
        SignInOutcome::In(cookie) => cookie.secret,
        _ => String::new(),
    };
    let session = site.app.session(&secret, &Arc::from("r")).await.unwrap().unwrap();
    let permit = site.app.permit(&session.principal, Act::Approve, Target::Record(entry)).await.unwrap();
    let work = site.app.entry_work(&permit).await.unwrap();
    let seen: Vec<Seen> = work.parts.iter().map(|p| Seen { kind: p.kind, revision: p.revision }).collect();
    let kennung = site.app.approve_work(&permit, &seen).await.unwrap();
    let public: Value = serde_json::from_str(&site.get(&format!("/api/v1/systems/{kennung}")).await.body).unwrap();
    let id = &public["external_ids"][0];
    assert_eq!((&id["scheme"], &id["value"]), (&json!("verzeichnis"), &json!("1")), "{public}");
    assert_eq!(public["external_ids"].as_array().unwrap().len(), 1, "keys of drafts stay inside");
    let (_, again) = program.batch("", &[], &rows).await;
    assert_eq!((counts(&again), &again["rows"][0]["kennung"]), ([0, 0, 1, 0], &json!(kennung)));
    // Its history names the program, not a person.
    let events = site.app.store().read().await.unwrap().events_after(0, 100_000).await.unwrap();
    assert!(events.iter().any(|e| e.actor.starts_with("token:") && e.action == Action::Submitted));
}

#[tokio::test]
async fn a_published_system_of_others_is_adopted() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let found: Value = serde_json::from_str(&site.get("/api/v1/systems?limit=100").await.body).unwrap();
    let adopt = |kennung: &str| json!([{ "system": { "kennung": kennung, "name": "Anders genannt" }, "deployment": { "lifecycle": "operation" } }]);
    // One that the town does not use yet.
    let mut unused = None;
    for system in found["systems"].as_array().unwrap() {
        let kennung = system["kennung"].as_str().unwrap();
        let (_, dry) = program.batch("?dry_run=true", &[], &adopt(kennung)).await;
        if counts(&dry) == [1, 0, 0, 0] {
            unused = Some(kennung);
            break;
        }
    }
    let kennung = unused.unwrap();
    let adopted = adopt(kennung);
    let (_, value) = program.batch("", &[], &adopted).await;
    assert_eq!(counts(&value), [1, 0, 0, 0], "{value}");
    let record = value["rows"][0]["entry"].as_str().unwrap();
    let shown = program.send(Method::GET, &format!("/api/v1/entries/{record}"), &[], "").await;
    let shown: Value = serde_json::from_str(&shown.body).unwrap();
    assert!(shown["content"]["system"].is_null(), "{shown}");
    assert_eq!(shown["shared_system"]["kennung"], kennung);
    let (_, again) = program.batch("", &[], &adopted).await;
    assert_eq!(counts(&again), [0, 0, 1, 0], "its only use: {again}");
    let (_, alone) = program.batch("", &[], &json!([{ "system": { "kennung": kennung, "name": "x" } }])).await;
    assert_eq!(keys_of(&alone["rows"][0]), [("system", "system-of-another")]);
}

#[tokio::test]
async fn complete_entries_go_straight_into_review() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let program = program(&site, &[TokenScope::Submit]).await;
    let rows = json!([complete("1", "Schreibhilfe"), entry("2", "Lotte")]);
    let (_, value) = program.batch("?mode=review", &[], &rows).await;
    assert_eq!(counts(&value), [1, 0, 0, 1], "{value}");
    assert!(keys_of(&value["rows"][1]).iter().all(|(_, key)| *key == "field-missing"));
    let record = value["rows"][0]["entry"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/entries/{record}");
    let shown = program.send(Method::GET, &path, &[], "").await;
    let state: Value = serde_json::from_str(&shown.body).unwrap();
    assert_eq!(state["state"], "in_review");
    // Nobody changes it now: neither by row nor by address.
    let mut changed = complete("1", "Schreibhilfe");
    changed["system"]["purpose"] = "Anders.".into();
    let (_, locked) = program.batch("", &[], &json!([changed])).await;
    assert_eq!(keys_of(&locked["rows"][0]), [("system", "entry-in-review")]);
    let headers = [("if-match", shown.header("etag")), ("content-type", "application/json")];
    let answer = program.send(Method::PATCH, &path, &headers, r#"{"system":{"purpose":"Anders."}}"#).await;
    assert_eq!(problem_of(&answer), (409, "in-review".into()));
    // Its approver sees it, and it may be approved: a program wrote it.
    let approver = people.sign_in(&site, "freigabe@talheide.example").await;
    assert!(approver.get(&format!("/arbeit/eintraege/{record}")).await.main().contains("Schreibhilfe"));
}

#[tokio::test]
async fn what_is_no_body_of_rows_is_refused_as_a_whole() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let check = async |headers: &[(&str, &str)], body: String, expected: (u16, &str)| {
        let answer = program.send(Method::POST, BATCH, headers, body).await;
        assert_eq!(problem_of(&answer), (expected.0, expected.1.to_owned()));
        answer
    };
    let json = &[("content-type", "application/json")][..];
    let good = entry("1", "Lotte").to_string();
    let broken = check(json, format!("[{good},{good},{{\"system\":"), (400, "unreadable-row")).await;
    let value: Value = serde_json::from_str(&broken.body).unwrap();
    assert_eq!(value["row"], 3, "{value}");
    check(json, "\u{0}\u{1}\u{2}".to_owned(), (400, "unreadable-row")).await;
    check(&[("content-type", "application/x-www-form-urlencoded")], good.clone(), (415, "wrong-media-type")).await;
    let rows: Vec<Value> = (0..1_001).map(|n| entry(&n.to_string(), "Lotte")).collect();
    check(json, Value::from(rows).to_string(), (422, "too-many-rows")).await;
    check(json, format!("[{}]", entry("1", &"x".repeat(20 << 20))), (413, "too-large")).await;
    let (answer, _) = program.batch("?mode=publish", &[], &json!([])).await;
    assert_eq!(problem_of(&answer), (400, "bad-parameter".into()));
    let (answer, _) = program.batch("?dryrun=true", &[], &json!([])).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let (_, empty) = program.batch("", &[], &json!([])).await;
    assert_eq!(counts(&empty), [0; 4]);
}

#[tokio::test]
async fn lines_and_tables_are_read_too() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let lines = format!("{}\nkaputt\n{}\n", entry("1", "Lotte"), entry("2", "Otto"));
    let headers = &[("content-type", "application/x-ndjson; charset=utf-8")];
    let answer = program.send(Method::POST, BATCH, headers, lines).await;
    let value: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(counts(&value), [2, 0, 0, 1], "{value}");
    assert_eq!((&value["rows"][1]["row"], keys_of(&value["rows"][1])[0].0), (&json!(2), ""));
    let table = "Name des KI-Systems;Status\nSuse;Betrieb\nRita;Irgendwas\n";
    let answer = program.send(Method::POST, BATCH, &[("content-type", "text/csv")], table).await;
    let value: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(counts(&value), [1, 0, 0, 1], "{value}");
    assert_eq!(keys_of(&value["rows"][1])[0].1, "field-value-unknown");
}

#[tokio::test]
async fn a_single_entry_is_written_by_who_has_seen_it() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Submit]).await;
    let (_, value) = program.batch("", &[], &json!([complete("1", "Schreibhilfe")])).await;
    let path = format!("/api/v1/entries/{}", value["rows"][0]["entry"].as_str().unwrap());
    let first = program.send(Method::GET, &path, &[], "").await;
    let tag = first.header("etag").to_owned();
    let json = ("content-type", "application/json");
    let patch = r#"{"system":{"purpose":"Neu.","problem":"Zu wenig Zeit."}}"#;
    let answer = program.send(Method::PATCH, &path, &[json], patch).await;
    assert_eq!(problem_of(&answer), (428, "if-match-missing".into()));
    let written = program.send(Method::PATCH, &path, &[json, ("if-match", &tag)], patch).await;
    assert_eq!(written.status, StatusCode::OK, "{}", written.body);
    assert_ne!(written.header("etag"), tag);
    let stale = program.send(Method::PATCH, &path, &[json, ("if-match", &tag)], patch).await;
    assert_eq!(problem_of(&stale), (412, "changed-since".into()));
    assert_eq!(stale.header("etag"), written.header("etag"));

    let tag = written.header("etag").to_owned();
    let bad = r#"{"system":{"purpose":7,"nmae":"x","lifecycle":"operation","name":{"absent":"unknown"}},"extra":1}"#;
    let refused = program.send(Method::PATCH, &path, &[json, ("if-match", &tag)], bad).await;
    assert_eq!(problem_of(&refused), (422, "entry-refused".into()));
    let told: Value = serde_json::from_str(&refused.body).unwrap();
    let mut keys: Vec<&str> = told["problems"].as_array().unwrap().iter().map(|p| p["key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    let expected = ["field-must-be-stated", "field-unknown", "field-unknown", "field-wrong-record", "field-wrong-type"];
    assert_eq!(keys, expected, "{told}");

    let take_away = r#"{"system":{"problem":null}}"#;
    let written = program.send(Method::PATCH, &path, &[json, ("if-match", "*")], take_away).await;
    let shown: Value = serde_json::from_str(&written.body).unwrap();
    assert!(shown["content"]["system"]["problem"].is_null() && shown["content"]["system"]["purpose"] == "Neu.");
    let whole = json!({ "deployment": { "lifecycle": "operation" } }).to_string();
    let tag = written.header("etag").to_owned();
    let replaced = program.send(Method::PUT, &path, &[json, ("if-match", &tag)], whole).await;
    let shown: Value = serde_json::from_str(&replaced.body).unwrap();
    assert_eq!(shown["content"]["deployment"], json!({ "lifecycle": "operation" }));
    assert_eq!(shown["content"]["system"]["purpose"], "Neu.", "a part that is not named stays");

    let submit = format!("{path}/submit");
    let incomplete = program.send(Method::POST, &submit, &[], "").await;
    assert_eq!(problem_of(&incomplete), (422, "entry-refused".into()));
    let (_, _) = program.batch("", &[], &json!([complete("1", "Schreibhilfe")])).await;
    let done = program.send(Method::POST, &submit, &[json], r#"{"note":"Neu bei uns"}"#).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let shown: Value = serde_json::from_str(&done.body).unwrap();
    assert_eq!((&shown["state"], &shown["note"]), (&json!("in_review"), &json!("Neu bei uns")));
    let twice = program.send(Method::POST, &submit, &[json], "{}").await;
    assert_eq!(twice.status, StatusCode::CONFLICT);

    // An entry of others.
    let found: Value = serde_json::from_str(&site.get("/api/v1/systems?q=Auskunftsdialog").await.body).unwrap();
    let foreign = format!("/api/v1/entries/{}", found["systems"][0]["kennung"].as_str().unwrap());
    let answer = program.send(Method::GET, &foreign, &[], "").await;
    assert_eq!(problem_of(&answer), (403, "forbidden".into()));
}

#[tokio::test]
async fn an_upload_is_a_job_with_progress_and_an_end() {
    let site = Site::living().await;
    let program = program(&site, &[TokenScope::Draft]).await;
    let workers = site.app.workers().with(Arc::new(UploadHandler));
    let mut lines: Vec<String> =
        (0..1_200).map(|n| entry(&n.to_string(), &format!("System {n}")).to_string()).collect();
    lines.push(r#"{"system":{"name":"x","nmae":1}}"#.to_owned());
    let headers = &[("content-type", "application/x-ndjson")];
    let taken = program.send(Method::POST, "/api/v1/uploads", headers, lines.join("\n")).await;
    assert_eq!(taken.status, StatusCode::ACCEPTED, "{}", taken.body);
    let place = taken.header("location").to_owned();
    let show = async || {
        let answer = program.send(Method::GET, &place, &[], "").await;
        serde_json::from_str::<Value>(&answer.body).unwrap()
    };
    assert_eq!((&show().await["state"], &show().await["total"]), (&json!("waiting"), &json!(1_201)));
    workers.run_due().await.unwrap();
    let done = show().await;
    assert_eq!((&done["state"], &done["progress"]), (&json!("done"), &json!(1_201)), "{done}");
    assert_eq!(counts(&done["result"]), [1_200, 0, 0, 1]);
    assert_eq!(done["result"]["rows"].as_array().unwrap().len(), 1, "only what was refused");

    let second = program.send(Method::POST, "/api/v1/uploads", headers, lines[0].clone()).await;
    let place = second.header("location").to_owned();
    assert_eq!(program.send(Method::DELETE, &place, &[], "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(problem_of(&program.send(Method::DELETE, &place, &[], "").await).0, 409);
    assert_eq!(workers.run_due().await.unwrap(), 0);
    let nowhere = "/api/v1/uploads/01935e00-0000-7000-8000-000000000000";
    assert_eq!(program.send(Method::GET, nowhere, &[], "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(program.send(Method::GET, "/api/v1/uploads/x", &[], "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_of_other_hosts_are_not_offered_writing() {
    let site = Site::living().await;
    let ask = Request::builder()
        .method(Method::OPTIONS)
        .uri(BATCH)
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization");
    let answer = site.send(ask.body(Body::empty()).unwrap()).await;
    assert!(!answer.header("access-control-allow-methods").contains("POST"));
    assert!(!answer.header("access-control-allow-headers").to_ascii_lowercase().contains("authorization"));
}

#[tokio::test]
async fn an_administrator_makes_shows_and_revokes_tokens() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (_, kennung) = organisation(&site, "Stadt Talheide").await;
    let path = format!("/arbeit/{kennung}/tokens");
    let admin = people.sign_in(&site, "ki@talheide.example").await;
    let page = admin.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.main().contains("noch kein Token"));
    let refused = admin.fill(&path, &path, &[("name", " "), ("days", "9999")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.main().contains("Schreiben Sie einen Namen") && refused.main().contains("von 1 bis 365"));
    let made = admin.fill(&path, &path, &[("name", "<b>IT</b>"), ("days", "30")]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    assert!(made.main().contains("&#60;b&#62;IT"));
    let token = made.main().split("value=\"maki_").nth(1).unwrap().split('"').next().unwrap();
    let program = Program { site: &site, token: format!("maki_{token}") };
    let (answer, _) = program.batch("", &[], &json!([entry("1", "Lotte")])).await;
    assert_eq!(answer.status, StatusCode::OK);
    let list = admin.get(&path).await;
    assert!(!list.body.contains(token), "shown once");
    let revoke = list.main().split("href=\"").find(|part| part.contains("/widerrufen\"")).unwrap();
    let revoke = revoke.split('"').next().unwrap().to_owned();
    let asked = admin.get(&revoke).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    let pairs = vec![(
        "csrf".to_owned(),
        asked.body.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned(),
    )];
    assert_eq!(admin.post(&revoke, &pairs).await.status, StatusCode::SEE_OTHER);
    let (answer, _) = program.batch("", &[], &json!([])).await;
    assert_eq!(problem_of(&answer), (401, "token-refused".into()));
    assert!(admin.get(&path).await.main().contains("Widerrufen"));
    let approver = people.sign_in(&site, "freigabe@talheide.example").await;
    assert_eq!(approver.get(&path).await.status, StatusCode::FORBIDDEN);
}
