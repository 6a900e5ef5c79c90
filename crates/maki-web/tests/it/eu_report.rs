//! Reports to the EU database in the browser and in the API: dashboard, one report, what came back, what changed since,
//! texts in the other language, files, and who sees none of it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use maki_app::{OrganisationFilter, OrganisationRef, TokenScope, TokenWish};
use maki_domain::{Act, Role, Roles};
use serde_json::Value;

use crate::register::{Answer, Site};
use crate::visitor::{Visitor, changed, form};

/// Develops a high-risk system and uses it.
const OWN: &str = "Stadt Rabenfels";
/// Uses that system.
const USER: &str = "Stadt Ulmenbeck";
/// Reports to the non-public part.
const POLICE: &str = "Bundesamt für Schutzverfahren";
const EU: &str = "https://eu-database.example";

async fn body_named(site: &Site, name: &str) -> OrganisationRef {
    let all = OrganisationFilter { limit: usize::MAX, ..OrganisationFilter::default() };
    let found = site.app.organisations(&all).await.unwrap().organisations;
    found.into_iter().find(|one| one.organisation.name == name).unwrap().organisation
}

async fn editor<'a>(site: &'a Site, name: &str) -> (OrganisationRef, Visitor<'a>) {
    let organisation = body_named(site, name).await;
    let roles = [Role::Editor, Role::Approver].into_iter().collect::<Roles>();
    let visitor = Visitor::with_roles(site, organisation.id, roles).await;
    (organisation, visitor)
}

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

/// The addresses of the links of a page that end like this.
fn links(page: &Answer, end: &str) -> Vec<String> {
    let hrefs = page.main().split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
    let mut found: Vec<String> = hrefs.filter(|href| href.ends_with(end)).collect();
    found.dedup();
    found
}

async fn dashboard(visitor: &Visitor<'_>, organisation: &OrganisationRef) -> Answer {
    let page = visitor.get(&format!("/arbeit/{}/eu-meldung", organisation.kennung)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    page
}

/// The path of the only report of this code.
async fn report(visitor: &Visitor<'_>, organisation: &OrganisationRef, code: &str) -> String {
    let page = dashboard(visitor, organisation).await;
    let found = links(&page, &format!("/eu-meldung/{code}"));
    assert_eq!(found.len(), 1, "{code}: {}", page.main());
    found.into_iter().next().unwrap()
}

fn state_of(page: &Answer) -> &str {
    page.main()
        .split("kern-badge--small")
        .nth(1)
        .unwrap()
        .split("kern-label\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
}

/// Notes a report; gives the answer of the form.
async fn noted(visitor: &Visitor<'_>, path: &str, [id, url, day]: [&str; 3]) -> Answer {
    let form = format!("{path}/gemeldet");
    visitor.fill(&form, &form, &[("id", id), ("url", url), ("day", day)]).await
}

#[tokio::test]
async fn the_dashboard_shows_every_report_with_its_state() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let page = dashboard(&visitor, &own).await;
    assert_eq!(links(&page, "/eu-meldung/a").len(), 1, "the provider reports once");
    assert_eq!(links(&page, "/eu-meldung/c").len(), 1);
    for words in [
        "unvollständig",
        "noch nicht begonnen",
        "Fällig: 02.08.2030",
        "nennt keinen Eintrag des Anbieters",
        "Art. 26 Abs. 8",
    ] {
        assert!(page.main().contains(words), "{words}: {}", page.main());
    }
    let base = format!("/arbeit/{}/eu-meldung", own.kennung);
    let only_a = visitor.get(&format!("{base}?abschnitt=a")).await;
    assert!(links(&only_a, "/eu-meldung/c").is_empty() && !links(&only_a, "/eu-meldung/a").is_empty());
    let ready = visitor.get(&format!("{base}?stand=ready")).await;
    assert!(ready.main().contains("Hier ist nichts zu melden"), "{}", ready.main());
    let idle = visitor.get(&format!("{base}?stand=not_required")).await;
    assert!(idle.main().contains("nicht nötig"), "{}", idle.main());
    let warned = visitor.get(&format!("{base}?warnung=26-8")).await;
    assert!(links(&warned, "/eu-meldung/a").is_empty() && links(&warned, "/eu-meldung/c").len() == 1);
    for bad in ["stand=x", "abschnitt=z", "abschnitt=A", "warnung=1", "seite=x"] {
        assert_eq!(visitor.get(&format!("{base}?{bad}")).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
    let english = visitor.get(&format!("/en{base}")).await;
    assert!(english.main().contains("Due: 2 August 2030"), "{}", english.main());
    // One body: the page of all of them leads there.
    assert_eq!(place(&visitor.get("/arbeit/eu-meldung").await), base);
    let start = visitor.get(&format!("/arbeit/{}", own.kennung)).await;
    assert!(start.main().contains(&format!("href=\"{base}\"")), "{}", start.main());
}

#[tokio::test]
async fn a_body_that_uses_the_system_of_another_owes_only_its_use() {
    let site = Site::living().await;
    let (body, visitor) = editor(&site, USER).await;
    let page = dashboard(&visitor, &body).await;
    assert!(links(&page, "/eu-meldung/a").is_empty(), "{}", page.main());
    assert_eq!((links(&page, "/eu-meldung/c").len(), links(&page, "/eu-meldung/ix").len()), (1, 1));
    let test = visitor.get(&report(&visitor, &body, "ix").await).await;
    assert!(test.main().contains("bevor der Test unter Realbedingungen beginnt"), "{}", test.main());
    // The texts of the system are there to read, and a change is proposed to those who look after it.
    assert!(test.main().contains("Geben Sie in der EU-Datenbank selbst an"), "{}", test.main());
    assert!(test.main().contains("/vorschlag?abschnitt="), "{}", test.main());
}

#[tokio::test]
async fn the_non_public_part_has_fewer_items_and_says_why() {
    let site = Site::living().await;
    let (body, visitor) = editor(&site, POLICE).await;
    let path = report(&visitor, &body, "c").await;
    let page = visitor.get(&path).await;
    assert!(page.main().contains("nicht öffentlichen Teil der EU-Datenbank und umfasst weniger"), "{}", page.main());
    assert!(page.main().contains("Entfällt: Im nicht öffentlichen Teil"), "{}", page.main());
    // No address is needed there.
    let done = place(&noted(&visitor, &path, ["EU-NP-1", "", "24.11.2025"]).await);
    assert!(done.ends_with("?festgehalten"), "{done}");
}

#[tokio::test]
async fn missing_items_lead_to_their_fields_and_a_change_after_the_report_is_told() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    let entry = path.trim_end_matches("/eu-meldung/c").to_owned();
    let page = visitor.get(&path).await;
    assert_eq!(state_of(&page), "noch nicht begonnen");
    let section = format!("{entry}/abschnitt/impact_assessments");
    for field in ["provider_eu_url", "fria_summary"] {
        assert!(page.main().contains(&format!("{section}#f-{field}")), "{field}: {}", page.main());
    }
    let editing = visitor.get(&section).await;
    assert!(editing.body.contains("id=\"f-fria_summary\""), "the link leads to the field");
    let assess = [
        ("fria_summary", "=Kein Risiko"),
        ("provider_eu_url", "https://eu-database.example/systems/1"),
        ("dpia_summary", "Gering."),
    ];
    place(&visitor.fill(&section, &section, &assess).await);
    let page = visitor.get(&path).await;
    assert_eq!(state_of(&page), "bereit", "{}", page.main());
    assert!(page.main().contains("noch nicht freigegeben"), "drafts count, and are said to");
    assert!(!page.main().contains("Der Anbieter hat das System womöglich nicht registriert"));

    let done =
        place(&noted(&visitor, &path, [" EU-DEP-000123 ", &format!("{EU}/deployments/123"), "1. 2. 2026"]).await);
    let page = visitor.get(&done).await;
    assert_eq!(state_of(&page), "gemeldet", "{}", page.main());
    assert!(page.main().contains("Die Meldung ist festgehalten") && page.main().contains("01.02.2026"));
    // No second truth: the entry has the id as well, in its draft.
    let editing = visitor.get(&section).await;
    assert!(editing.body.contains("value=\"EU-DEP-000123\""), "{}", editing.body);
    assert!(!page.main().contains("Eine von beiden stimmt nicht"));

    place(&visitor.fill(&section, &section, &[("fria_summary", "Doch ein Risiko")]).await);
    let page = visitor.get(&path).await;
    assert_eq!(state_of(&page), "zu aktualisieren");
    let changes = page.main().split_once("Geändert seit der letzten Meldung").unwrap().1;
    assert!(
        changes.contains("=Kein Risiko") && changes.contains("Doch ein Risiko") && changes.contains("C4"),
        "{changes}"
    );
    assert!(dashboard(&visitor, &own).await.main().contains("zu aktualisieren"));

    // Reported again; the report before stays in sight.
    place(&noted(&visitor, &path, ["EU-DEP-000123", &format!("{EU}/deployments/123"), "2026-03-01"]).await);
    let page = visitor.get(&path).await;
    assert_eq!(state_of(&page), "gemeldet");
    let history = page.main().split_once("Bisherige Meldungen").unwrap().1;
    assert!(history.find("01.03.2026").unwrap() < history.find("01.02.2026").unwrap(), "the latest first");
    assert_eq!(history.matches("EU-DEP-000123").count(), 2);

    // Another id in the entry than the one that came back.
    place(&visitor.fill(&section, &section, &[("eu_database_id", "EU-DEP-9")]).await);
    let page = visitor.get(&path).await;
    assert!(page.main().contains("Eine von beiden stimmt nicht"), "{}", page.main());
    let events = site.app.store().read().await.unwrap().events_after(0, 100_000).await.unwrap();
    let reported = events.iter().filter(|event| event.action == maki_store::Action::EuReported).count();
    assert_eq!(reported, 2);
}

#[tokio::test]
async fn a_use_that_ends_has_to_be_told_too() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    let section = format!("{}/abschnitt/use", path.trim_end_matches("/eu-meldung/c"));
    place(&noted(&visitor, &path, ["EU-1", &format!("{EU}/1"), "1.2.2026"]).await);
    assert_eq!(state_of(&visitor.get(&path).await), "gemeldet", "what is missing was not there when it was reported");
    place(&visitor.fill(&section, &section, &[("lifecycle", "retired")]).await);
    let page = visitor.get(&path).await;
    assert_eq!(state_of(&page), "zu aktualisieren", "{}", page.main());
    assert!(page.main().contains("Die Pflicht besteht nicht mehr"));
    place(&noted(&visitor, &path, ["EU-1", &format!("{EU}/1"), "1.4.2026"]).await);
    let page = visitor.get(&path).await;
    assert_eq!(state_of(&page), "nicht nötig", "{}", page.main());
    assert!(page.main().contains("Eintrag beendet"));
}

#[tokio::test]
async fn only_what_the_database_can_have_given_is_taken() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    let url = format!("{EU}/deployments/123");
    let long = "E".repeat(101);
    for (typed, words) in [
        (["", &url, "1.2.2026"], "Tragen Sie die Kennung ein"),
        ([&long, &url, "1.2.2026"], "Höchstens 100 Zeichen"),
        (["=EU-1", &url, "1.2.2026"], "Nur Buchstaben ohne Umlaute"),
        (["<script>", &url, "1.2.2026"], "Nur Buchstaben ohne Umlaute"),
        (["EU-1", "", "1.2.2026"], "Tragen Sie die Adresse"),
        (["EU-1", "http://eu-database.example/1", "1.2.2026"], "Das ist keine sichere Adresse"),
        (["EU-1", "javascript:alert(1)", "1.2.2026"], "Das ist keine sichere Adresse"),
        (["EU-1", "https://a@eu-database.example", "1.2.2026"], "Das ist keine sichere Adresse"),
        (["EU-1", &url, ""], "Tragen Sie den Tag ein"),
        (["EU-1", &url, "31.02.2026"], "Das ist kein Tag"),
        (["EU-1", &url, "2026"], "Das ist kein Tag"),
        (["EU-1", &url, "31.12.2026"], "Der Tag liegt in der Zukunft"),
        (["EU-1", &url, "31.7.2024"], "Vor dem 1. August 2024"),
    ] {
        let answer = noted(&visitor, &path, typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed:?}");
        // At the field and in the summary.
        assert_eq!(answer.main().matches(words).count(), 2, "{typed:?}: {}", answer.main());
        assert!(!answer.body.contains("<script>\""), "what was typed is text");
    }
    assert!(visitor.get(&path).await.main().contains("Noch nichts gemeldet"));
}

#[tokio::test]
async fn nothing_is_noted_that_nobody_has_seen() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    let form_path = format!("{path}/gemeldet");
    let page = visitor.get(&form_path).await.body;
    let url = format!("{EU}/1");
    let typed = [("id", "EU-1"), ("url", url.as_str()), ("day", "1.2.2026")];
    let sent = changed(form(&page, &form_path), &typed);
    // Somebody changes a reported value between looking and sending.
    let section = format!("{}/abschnitt/impact_assessments", path.trim_end_matches("/eu-meldung/c"));
    place(&visitor.fill(&section, &section, &[("fria_summary", "Geprüft")]).await);
    let stale = visitor.post(&form_path, &sent).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.main().contains("hat sich geändert, seit Sie diese Seite geöffnet haben"), "{}", stale.main());
    assert!(stale.main().contains("value=\"EU-1\""), "what was typed stays");
    assert!(visitor.get(&path).await.main().contains("Noch nichts gemeldet"));
    // Sent twice, the second finds that it stands there already.
    let again = form(&stale.body, &form_path);
    place(&visitor.post(&form_path, &again).await);
    assert_eq!(visitor.post(&form_path, &again).await.status, StatusCode::CONFLICT);
    let foreign = changed(again, &[("stand", "0000")]);
    assert_eq!(visitor.post(&form_path, &foreign).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn while_an_entry_waits_for_approval_the_report_is_noted_beside_it() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    let entry: uuid::Uuid = path.split('/').nth(3).unwrap().parse().unwrap();
    let mut tx = site.app.store().write().await.unwrap();
    let actor = maki_store::Actor { id: "probe".into(), organisation: None, request: "r".into() };
    let record = maki_domain::RecordId(entry);
    let found = tx.records(&[record]).await.unwrap().pop().unwrap();
    let draft = maki_store::Draft {
        id: record,
        kind: maki_domain::RecordKind::Deployment,
        owner: Some(own.id),
        parent: found.envelope.parent,
        expected_revision: found.envelope.revision,
        content: found.content.clone(),
    };
    let revision = tx.save_draft(site.app.now(), &actor, &draft).await.unwrap();
    let work = maki_store::WorkSave {
        record,
        entry: record,
        organisation: own.id,
        revision,
        base_version: found.envelope.version,
    };
    tx.note_work(site.app.now(), &actor, &work).await.unwrap();
    let step = maki_store::Step {
        entry: record,
        from: &[maki_store::WorkState::Draft],
        to: maki_store::WorkState::InReview,
        action: maki_store::Action::Submitted,
        text: "",
    };
    tx.hand_on(site.app.now(), &actor, &step).await.unwrap();
    tx.commit().await.unwrap();
    let done = place(&noted(&visitor, &path, ["EU-1", &format!("{EU}/1"), "1.2.2026"]).await);
    let page = visitor.get(&done).await;
    assert!(page.main().contains("weil er gerade auf Freigabe wartet"), "{}", page.main());
    assert!(page.main().contains("Im Eintrag fehlt die Kennung EU-1"), "{}", page.main());
}

#[tokio::test]
async fn texts_are_said_in_english_and_told_when_they_are_old() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "a").await;
    let page = visitor.get(&path).await;
    assert!(
        page.main().contains("Englisch fehlt noch") && page.main().contains("/eu-meldung/a/texte#f-purpose"),
        "{}",
        page.main()
    );
    let texts = format!("{path}/texte");
    let shown = visitor.get(&texts).await;
    assert!(shown.body.contains("id=\"f-purpose\""), "the link leads to the text");
    let done = place(&visitor.fill(&texts, &texts, &[("purpose", "Allots <b>places</b>.")]).await);
    let page = visitor.get(&done).await;
    assert!(page.main().contains("Allots &#60;b&#62;places"), "markup is text: {}", page.main());
    assert!(page.main().contains("<div class=\"m-item__text\" lang=\"en\">"), "{}", page.main());
    let json: Value = serde_json::from_str(&visitor.get(&format!("{path}/datei/eu-meldung.json")).await.body).unwrap();
    let item = json["items"].as_array().unwrap().iter().find(|item| item["item"] == "A5").unwrap();
    assert_eq!(item["translations"]["purpose"]["text"], "Allots <b>places</b>.");
    // Too long, and with a character that nobody sees.
    for (text, words) in [
        ("x".repeat(10_001), "Höchstens 10.000 Zeichen"),
        ("a\u{1}b".to_owned(), "ein Zeichen, das sich nicht darstellen"),
    ] {
        let answer = visitor.fill(&texts, &texts, &[("purpose", &text)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.main().contains(words), "{}", answer.main());
    }
    // The German text changes: the English one may be old.
    let section = format!("{}/abschnitt/basics", path.trim_end_matches("/eu-meldung/a"));
    place(&visitor.fill(&section, &section, &[("purpose", "Verteilt Plätze anders.")]).await);
    assert!(visitor.get(&path).await.main().contains("Der Text hat sich seitdem geändert"));
    place(&visitor.fill(&texts, &texts, &[("purpose", "")]).await);
    assert!(!visitor.get(&path).await.main().contains("Allots"), "an empty text is taken away");
}

#[tokio::test]
async fn files_hold_what_the_schema_says_for_every_demo_entry() {
    let site = Site::living().await;
    let schema: Value = serde_json::from_str(&site.get("/api/v1/schema/eu-report").await.body).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let all = OrganisationFilter { limit: usize::MAX, with_entries: true, ..OrganisationFilter::default() };
    let operator = Visitor::with_roles(&site, maki_domain::RecordId::NIL, Roles::NONE.with(Role::Operator)).await;
    let (mut reports, mut bodies) = (0, 0);
    for organisation in site.app.organisations(&all).await.unwrap().organisations {
        let base = format!("/arbeit/{}/eu-meldung/datei", organisation.organisation.kennung);
        let answer = operator.get(&format!("{base}/eu-meldung.json")).await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"), "{}", answer.body);
        let json: Value = serde_json::from_str(&answer.body).unwrap();
        for line in json["reports"].as_array().unwrap() {
            let errors: Vec<String> = validator.iter_errors(&line["report"]).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{line}");
            assert!(line["state"].is_string() && line["kennung"].is_string());
            reports += 1;
        }
        bodies += 1;
    }
    assert!(reports > 25 && bodies > 100, "{reports} reports of {bodies} bodies");
}

#[tokio::test]
async fn no_file_begins_a_formula_and_no_other_file_exists() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    let section = format!("{}/abschnitt/impact_assessments", path.trim_end_matches("/eu-meldung/c"));
    place(&visitor.fill(&section, &section, &[("fria_summary", "=HYPERLINK(\"https://x.example\")")]).await);
    let base = format!("/arbeit/{}/eu-meldung/datei", own.kennung);
    for file in [
        format!("{path}/datei/eu-meldung.csv"),
        format!("{base}/eu-meldung.csv"),
        format!("{base}/eu-meldung.csv?stand=incomplete"),
    ] {
        let answer = visitor.get(&file).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}");
        assert!(answer.header("content-disposition").starts_with("attachment; filename=\"eu-meldung-"), "{file}");
        assert!(answer.body.contains("'=HYPERLINK"), "{file}: {}", answer.body);
        for cell in answer.body.trim_start_matches('\u{feff}').split([';', '\n']) {
            assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    let filtered = visitor.get(&format!("{base}/eu-meldung.json?abschnitt=a")).await;
    let json: Value = serde_json::from_str(&filtered.body).unwrap();
    assert!(json["reports"].as_array().unwrap().iter().all(|line| line["report"]["section"] == "A"));
    for wrong in ["eu-meldung.xlsx", "x.csv", "..%2Feu-meldung.csv"] {
        assert_eq!(visitor.get(&format!("{base}/{wrong}")).await.status, StatusCode::NOT_FOUND, "{wrong}");
        assert_eq!(visitor.get(&format!("{path}/datei/{wrong}")).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    for wrong in ["x", "C", "b", "national"] {
        let other = format!("{}/{wrong}", path.trim_end_matches("/c"));
        assert_eq!(visitor.get(&other).await.status, StatusCode::NOT_FOUND, "{wrong}");
        assert_eq!(visitor.get(&format!("{other}/gemeldet")).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn strangers_see_nothing_and_coordinators_no_drafts() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    let section = format!("{}/abschnitt/impact_assessments", path.trim_end_matches("/eu-meldung/c"));
    place(&visitor.fill(&section, &section, &[("fria_summary", "Geheim bis zur Freigabe")]).await);
    let base = format!("/arbeit/{}/eu-meldung", own.kennung);
    let entry = path.trim_end_matches("/c").to_owned();
    let paths = [
        base.clone(),
        format!("{base}/datei/eu-meldung.json"),
        entry,
        path.clone(),
        format!("{path}/datei/eu-meldung.json"),
        format!("{path}/gemeldet"),
        format!("{path}/texte"),
    ];
    let (_, stranger) = editor(&site, USER).await;
    let reader = Visitor::with_roles(&site, own.id, Roles::NONE.with(Role::Reader)).await;
    let coordinator_at = body_named(&site, POLICE).await;
    let mut tx = site.app.store().write().await.unwrap();
    let actor = maki_store::Actor { id: "probe".into(), organisation: None, request: "r".into() };
    tx.coordinate(site.app.now(), &actor, coordinator_at.id, &[own.id]).await.unwrap();
    tx.commit().await.unwrap();
    let coordinator = Visitor::with_roles(&site, coordinator_at.id, Roles::NONE.with(Role::Coordinator)).await;
    for path in &paths {
        for (who, visitor) in [("stranger", &stranger), ("reader", &reader), ("coordinator", &coordinator)] {
            let answer = visitor.get(path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{who} {path}");
            assert!(!answer.body.contains("Geheim bis zur Freigabe"));
        }
        assert_eq!(site.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    assert_eq!(stranger.get(&format!("{base}/stand")).await.status, StatusCode::FORBIDDEN);
    // The coordinator sees how far it is, by what is published: nothing is begun there.
    let page = coordinator.get(&format!("{base}/stand")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.main().contains("noch nicht begonnen") && !page.main().contains("Geheim"), "{}", page.main());
    assert!(links(&page, "/eu-meldung/c").is_empty() && !page.main().contains("/datei/"), "{}", page.main());
    assert!(dashboard(&visitor, &own).await.main().contains("unvollständig"));
    let only = place(&coordinator.get("/arbeit/eu-meldung").await);
    assert_eq!(only, format!("{base}/stand"));
    // An auditor reads, and writes nothing.
    let auditor = Visitor::with_roles(&site, own.id, Roles::NONE.with(Role::Auditor)).await;
    let page = auditor.get(&path).await;
    assert!(page.status == StatusCode::OK && !page.main().contains("/gemeldet\""), "{}", page.main());
    assert_eq!(auditor.get(&format!("{path}/gemeldet")).await.status, StatusCode::FORBIDDEN);
    // Nothing of it is public.
    for public in ["/api/v1/systems", "/daten/register.jsonl", "/api/v1/changes"] {
        assert!(!site.get(public).await.body.contains("Geheim bis zur Freigabe"), "{public}");
    }
}

#[tokio::test]
async fn who_looks_after_several_sees_them_in_one_table() {
    let site = Site::living().await;
    let coordinator_at = body_named(&site, POLICE).await;
    let bodies = [body_named(&site, OWN).await, body_named(&site, USER).await];
    let mut tx = site.app.store().write().await.unwrap();
    let actor = maki_store::Actor { id: "probe".into(), organisation: None, request: "r".into() };
    tx.coordinate(site.app.now(), &actor, coordinator_at.id, &bodies.each_ref().map(|body| body.id)).await.unwrap();
    tx.delegate(site.app.now(), &actor, uuid::Uuid::now_v7(), bodies[1].id, coordinator_at.id).await.unwrap();
    tx.commit().await.unwrap();
    let coordinator = Visitor::with_roles(&site, coordinator_at.id, Roles::NONE.with(Role::Coordinator)).await;
    let page = coordinator.get("/arbeit/eu-meldung").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    // Delegation lets the work be seen, coordination only what is published.
    assert!(
        page.main().contains(&format!("href=\"/arbeit/{}/eu-meldung/stand\"", bodies[0].kennung)),
        "{}",
        page.main()
    );
    assert!(page.main().contains(&format!("href=\"/arbeit/{}/eu-meldung\"", bodies[1].kennung)), "{}", page.main());
    assert!(coordinator.get("/arbeit").await.main().contains("/arbeit/eu-meldung\""));
    assert_eq!(coordinator.get("/arbeit/eu-meldung?seite=x").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(coordinator.get("/arbeit/eu-meldung?seite=99").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_provider_reported_is_told_to_those_who_use_its_system() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "a").await;
    let url = format!("{EU}/systems/4711");
    place(&noted(&visitor, &path, ["EU-SYS-4711", &url, "1.2.2026"]).await);
    // The provider uses it as well: its own use names the entry now, in its draft.
    let section = format!("{}/abschnitt/impact_assessments", path.trim_end_matches("/eu-meldung/a"));
    assert!(visitor.get(&section).await.body.contains(&format!("value=\"{url}\"")));
    let (body, user) = editor(&site, USER).await;
    let section = format!("{}/abschnitt/use", report(&user, &body, "c").await.trim_end_matches("/eu-meldung/c"));
    // The date is asked once it runs.
    place(&user.fill(&section, &section, &[("lifecycle", "operation")]).await);
    place(&user.fill(&section, &section, &[("in_operation_since.year", "2026")]).await);
    let page = user.get(&report(&user, &body, "c").await).await;
    assert!(page.main().contains("unter welcher Adresse der Anbieter es gemeldet hat"), "{}", page.main());
    assert!(page.main().contains(&url));
}

#[tokio::test]
async fn an_entry_without_a_class_says_that_nothing_is_certain() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let new = format!("/arbeit/{}/neu", own.kennung);
    let entry = place(&visitor.fill(&new, &new, &[("name", "Neue Idee"), ("wahl", "full")]).await);
    let page = visitor.get(&format!("{entry}/eu-meldung")).await;
    assert!(page.main().contains("noch keine Risikoklasse"), "{}", page.main());
    assert!(page.main().contains("abschnitt/risk#f-risk_class"), "{}", page.main());
    let listed = visitor.get(&format!("/arbeit/{}/eu-meldung?stand=unassessed", own.kennung)).await;
    assert!(listed.main().contains("Neue Idee"), "{}", listed.main());
    for page in [visitor.get(&entry).await, visitor.get(&format!("{entry}/pruefen")).await] {
        assert!(page.main().contains(&format!("href=\"{entry}/eu-meldung\"")), "{}", page.main());
    }
}

#[tokio::test]
async fn programs_read_reports_with_a_token() {
    let site = Site::living().await;
    let (own, visitor) = editor(&site, OWN).await;
    let path = report(&visitor, &own, "c").await;
    place(&noted(&visitor, &path, ["EU-1", &format!("{EU}/1"), "1.2.2026"]).await);
    let entry = path.split('/').nth(3).unwrap().to_owned();
    let permit = site.app.machine_permit(Act::ManageTokens, own.id);
    let wish = TokenWish { name: "probe".into(), scopes: vec![TokenScope::Read], days: 1 };
    let token = site.app.make_token(&permit, &wish).await.unwrap();
    let other = site.app.machine_permit(Act::ManageTokens, body_named(&site, USER).await.id);
    let foreign = site.app.make_token(&other, &wish).await.unwrap();
    let ask = async |token: &str, record: &str| {
        let request = Request::get(format!("/api/v1/entries/{record}/eu-report"));
        let request = request.header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
        site.send(request).await
    };
    let answer = ask(&token, &entry).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let json: Value = serde_json::from_str(&answer.body).unwrap();
    let document: Value = serde_json::from_str(&site.get("/api/v1/openapi.json").await.body).unwrap();
    let mut schema = document["components"]["schemas"]["EuReports"].clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{json}");
    let of = |code: &str| json["reports"].as_array().unwrap().iter().find(|one| one["code"] == code).unwrap().clone();
    assert_eq!((&of("C")["state"], &of("C")["reported"]["database_id"]), (&"reported".into(), &"EU-1".into()));
    assert_eq!((&of("A")["state"], &of("A")["reported"]), (&"incomplete".into(), &Value::Null));
    assert_eq!(ask(&foreign, &entry).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&token, "MAKI-1999-999999").await.status, StatusCode::NOT_FOUND);
    let schema = site.get("/api/v1/schema/eu-report").await;
    assert_eq!(schema.header("content-type"), "application/schema+json");
    assert_eq!(schema.body, maki_domain::eu_report::SCHEMA);
}
