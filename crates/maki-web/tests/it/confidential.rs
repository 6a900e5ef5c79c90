//! Confidential entries in the browser: begin, fill in, hand in, four eyes, readers, ending, strangers, bad input.

use axum::http::{Method, StatusCode};
use maki_domain::confidential::{ConfidentialContent, ConfidentialStep, Restriction};
use maki_domain::{Content, Instant, RecordId, Role, Roles};
use maki_store::{Actor, ConfidentialWrite};

use crate::register::{Answer, Site};
use crate::visitor::{People, Visitor, changed, form};

pub const EDITOR: &str = "ki@talheide.example";
pub const APPROVER: &str = "freigabe@talheide.example";
const STRANGER: &str = "erfassung@leinemark.example";
const AUDITOR: &str = "pruefung@leinemark.example";

pub fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

/// The editor's town.
pub async fn town(site: &Site) -> maki_app::OrganisationRef {
    let all = maki_app::OrganisationFilter { limit: usize::MAX, ..maki_app::OrganisationFilter::default() };
    let found = site.app.organisations(&all).await.unwrap().organisations;
    found.into_iter().find(|o| o.organisation.name == "Stadt Talheide").unwrap().organisation
}

const GROUND: [(&str, &str); 3] = [
    ("grund", "law_enforcement"),
    ("vorschrift", "§ 3 Nr. 1 Buchst. g IFG"),
    ("begruendung", "Wer davon weiß, weicht aus."),
];

/// Begins an entry and returns its path.
pub async fn begun(site: &Site, editor: &Visitor<'_>, name: &str) -> String {
    let path = format!("/arbeit/{}/vertraulich/neu", town(site).await.kennung);
    let page = editor.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.main().contains("nicht für Verschlusssachen zugelassen"));
    let mut pairs = form_here(&page);
    pairs = changed(pairs, &GROUND);
    place(&editor.post(&path, &changed(pairs, &[("name", name)])).await)
}

/// The form of a page that goes to its own address.
fn form_here(page: &Answer) -> Vec<(String, String)> {
    let main = page.main();
    let start = main.rfind("<form method=\"post\" aria-label").unwrap();
    form(&format!("<form action=\"here\"{}", &main[start + 5..]), "here")
}

/// Fills the short way through an entry that can be handed in.
pub async fn filled(editor: &Visitor<'_>, entry: &str) {
    // Topics are found on the entry's page; answers are given wherever they are asked.
    let all = [
        ("kind", "procured"),
        ("short_description", "Ordnet Spuren Fällen zu."),
        ("purpose", "Hilft bei der Arbeit."),
        ("fields", "internal_security"),
        ("techniques", "generative_language_model"),
        ("risk_class", "minimal"),
        ("lifecycle", "operation"),
        ("in_operation_since.year", "2026"),
        ("affected", "employees"),
        ("decision_effect", "none"),
        ("personal_data", "none"),
    ];
    for _ in 0..2 {
        let page = editor.get(entry).await;
        let topics: Vec<String> = page
            .main()
            .split("href=\"")
            .filter_map(|part| part.split_once('"'))
            .map(|(href, _)| href.to_owned())
            .filter(|href| href.starts_with(&format!("{entry}/abschnitt/")) && !href.contains('#'))
            .collect();
        for topic in topics {
            let page = editor.get(&topic).await;
            assert_eq!(page.status, StatusCode::OK, "{topic}: {}", page.body);
            let sent = form(&page.body, &topic);
            let asked = |name: &str| {
                sent.iter().any(|(known, _)| known == name) || page.body.contains(&format!("name=\"{name}\""))
            };
            let own: Vec<(&str, &str)> = all.iter().copied().filter(|(name, _)| asked(name)).collect();
            if !own.is_empty() {
                let next = place(&editor.post(&topic, &changed(sent, &own)).await);
                assert!(next.starts_with(entry), "{next}");
            }
        }
    }
}

pub async fn submitted(editor: &Visitor<'_>, entry: &str) {
    let check = editor.get(&format!("{entry}/pruefen")).await;
    assert!(check.main().contains("Weiter zum Einreichen"), "{}", check.main());
    let submit = format!("{entry}/einreichen");
    let page = editor.get(&submit).await;
    assert!(page.main().contains("Auch danach bleibt er vertraulich"), "{}", page.main());
    // Warnings of plausibility ask for reasons, here as elsewhere.
    let mut pairs = form(&page.body, &submit);
    for (name, text) in &mut pairs {
        if name.starts_with("grund-") {
            "Ist bei uns so.".clone_into(text);
        }
    }
    assert_eq!(place(&editor.post(&submit, &changed(pairs, &[("note", "Neu bei uns")])).await), entry);
}

pub async fn approved(approver: &Visitor<'_>, entry: &str) {
    let review = format!("{entry}/freigabe");
    assert_eq!(place(&approver.fill(&review, &review, &[("decision", "approve")]).await), entry);
}

/// An approved entry.
pub async fn finished(site: &Site, editor: &Visitor<'_>, approver: &Visitor<'_>, name: &str) -> String {
    let entry = begun(site, editor, name).await;
    filled(editor, &entry).await;
    submitted(editor, &entry).await;
    approved(approver, &entry).await;
    entry
}

#[tokio::test]
async fn an_entry_goes_from_name_to_approval() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = begun(&site, &editor, "Spurenvergleich").await;
    let page = editor.get(&entry).await;
    assert_eq!(page.header("cache-control"), "no-store");
    let title = page.body.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    assert!(title.contains("Vertrauliches System Nr. 1") && !title.contains("Spurenvergleich"), "{title}");
    assert!(page.main().contains("Spurenvergleich") && page.main().contains("Entwurf"), "{}", page.main());
    let early = editor.get(&format!("{entry}/einreichen")).await;
    assert_eq!(place(&early), format!("{entry}/pruefen"), "something is missing");
    filled(&editor, &entry).await;
    let section = editor.get(&format!("{entry}/abschnitt/basics")).await;
    assert!(!section.main().contains("Wer sieht"), "nobody sees more or less than the whole: {}", section.main());
    submitted(&editor, &entry).await;
    let own = editor.get(&format!("{entry}/freigabe")).await;
    assert!(own.main().contains("Hier muss eine andere Person freigeben"), "{}", own.main());
    let pairs = [("revision".to_owned(), "1".to_owned()), ("decision".to_owned(), "approve".to_owned())];
    let token = form(&approver.get(&format!("{entry}/freigabe")).await.body, &format!("{entry}/freigabe"));
    assert!(token.iter().any(|(name, _)| name == "revision"));
    assert_eq!(editor.post(&format!("{entry}/freigabe"), &pairs).await.status, StatusCode::FORBIDDEN, "no token");
    approved(&approver, &entry).await;
    let page = approver.get(&entry).await;
    assert!(page.main().contains("Freigegeben"), "{}", page.main());
    let read = approver.get(&format!("{entry}/lesen")).await;
    assert!(read.main().contains("Ordnet Spuren Fällen zu.") && !read.main().contains("festgehalten"));
    let list = approver.get("/arbeit/vertraulich").await;
    assert!(list.main().contains("Spurenvergleich") && list.main().contains("Strafverfolgung"), "{}", list.main());
    assert!(site.app.verify(|_, _| ()).await.unwrap().chain.is_whole());
}

#[tokio::test]
async fn what_came_back_is_changed_and_stale_saves_lose_nothing() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = begun(&site, &editor, "Spurenvergleich").await;
    filled(&editor, &entry).await;
    submitted(&editor, &entry).await;
    let review = format!("{entry}/freigabe");
    let empty = approver.fill(&review, &review, &[("decision", "return"), ("answer", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "x".repeat(5_000);
    let refused = approver.fill(&review, &review, &[("decision", "return"), ("answer", &long)]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.main().contains(&long), "nothing is lost");
    let back = approver.fill(&review, &review, &[("decision", "return"), ("answer", "Zweck genauer")]).await;
    assert_eq!(place(&back), entry);
    assert!(editor.get(&entry).await.main().contains("Zweck genauer"));
    // Two forms of the same page: the second one is told what the first has done.
    let topic = format!("{entry}/abschnitt/basics");
    let old = form(&editor.get(&topic).await.body, &topic);
    place(&editor.post(&topic, &changed(old.clone(), &[("purpose", "Erste Fassung")])).await);
    let stale = editor.post(&topic, &changed(old, &[("purpose", "Zweite Fassung")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.main().contains("Erste Fassung") && stale.main().contains("Zweite Fassung"), "{}", stale.main());
    let chosen = changed(form(&stale.body, &topic), &[("keep:purpose", "mine")]);
    place(&editor.post(&topic, &chosen).await);
    assert!(editor.get(&format!("{entry}/pruefen")).await.main().contains("Zweite Fassung"));
    // The same for the ground.
    let ground = format!("{entry}/rechtsgrund");
    let old = form_here(&editor.get(&ground).await);
    place(&editor.post(&ground, &changed(old.clone(), &[("vorschrift", "§ 1 Erste")])).await);
    let stale = editor.post(&ground, &changed(old, &[("vorschrift", "§ 2 Zweite")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.main().contains("§ 1 Erste") && stale.main().contains("value=\"§ 2 Zweite\""), "{}", stale.main());
    place(&editor.post(&ground, &form_here(&stale)).await);
    assert!(editor.get(&entry).await.main().contains("§ 2 Zweite"));
    // An approval of what was changed meanwhile approves nothing.
    submitted(&editor, &entry).await;
    let seen = form(&approver.get(&review).await.body, &review);
    let take_back = format!("{entry}/zurueckholen");
    place(&editor.fill(&entry, &take_back, &[]).await);
    place(&editor.fill(&topic, &topic, &[("purpose", "Dritte Fassung")]).await);
    submitted(&editor, &entry).await;
    let late = approver.post(&review, &changed(seen, &[("decision", "approve")])).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.main().contains("Dritte Fassung"));
}

#[tokio::test]
async fn readers_are_named_read_and_are_revoked() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let (auditor, stranger) = (people.sign_in(&site, AUDITOR).await, people.sign_in(&site, STRANGER).await);
    let entry = finished(&site, &editor, &approver, "Spurenvergleich").await;
    let (readers, read) = (format!("{entry}/leser"), format!("{entry}/lesen"));
    assert_eq!(auditor.get(&read).await.status, StatusCode::NOT_FOUND);
    // Who does not exist and who cannot read are told alike.
    let told = async |email: &str| {
        let answer = approver.fill(&readers, &readers, &[("email", email)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
        answer.main().replace(email, "").replace(form(&answer.body, &readers)[0].1.as_str(), "")
    };
    assert_eq!(told("niemand@leinemark.example").await, told("auch-niemand@leinemark.example").await);
    assert!(told("keine Adresse").await.contains("E-Mail"));
    assert_eq!(place(&approver.fill(&readers, &readers, &[("email", " Pruefung@Leinemark.example ")]).await), readers);
    let list = auditor.get("/arbeit/vertraulich").await;
    assert!(list.main().contains("Spurenvergleich") && list.main().contains("Stadt Talheide"), "{}", list.main());
    let sheet = auditor.get(&read).await;
    assert_eq!((sheet.status, sheet.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(sheet.main().contains("Ordnet Spuren Fällen zu.") && sheet.main().contains("festgehalten"));
    for page in ["", "/pruefen", "/verlauf", "/leser", "/rechtsgrund", "/freigabe", "/beenden"] {
        assert_eq!(
            auditor.get(&format!("{entry}{page}")).await.status,
            StatusCode::NOT_FOUND,
            "readers only read: {page}"
        );
    }
    assert_eq!(stranger.get(&read).await.status, StatusCode::NOT_FOUND);
    let history = approver.get(&format!("{entry}/verlauf")).await;
    assert_eq!(history.main().matches("Gelesen: Gesine Thormann").count(), 1, "{}", history.main());
    // A newer draft is none of the reader's business.
    let topic = format!("{entry}/abschnitt/basics");
    place(&editor.fill(&topic, &topic, &[("purpose", "Noch nicht freigegeben")]).await);
    assert!(!auditor.get(&read).await.main().contains("Noch nicht freigegeben"));
    let page = approver.get(&readers).await;
    let revoke = page.main().split("action=\"").find(|part| part.contains("/widerrufen\"")).unwrap();
    let revoke = revoke.split('"').next().unwrap().to_owned();
    assert_eq!(place(&approver.post(&revoke, &form(&page.body, &revoke)).await), readers);
    assert_eq!(auditor.get(&read).await.status, StatusCode::NOT_FOUND);
    assert!(!auditor.get("/arbeit/vertraulich").await.main().contains("Spurenvergleich"));
    // Trying out addresses ends.
    let mut last = String::new();
    for number in 0..25 {
        let email = format!("rate{number}@leinemark.example");
        last = approver.fill(&readers, &readers, &[("email", &email)]).await.main().to_owned();
    }
    assert!(last.contains("Minuten"), "{last}");
}

#[tokio::test]
async fn an_ended_entry_stays_for_its_organisation_alone() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let auditor = people.sign_in(&site, AUDITOR).await;
    let entry = finished(&site, &editor, &approver, "Spurenvergleich").await;
    let (end, readers) = (format!("{entry}/beenden"), format!("{entry}/leser"));
    place(&approver.fill(&readers, &readers, &[("email", AUDITOR)]).await);
    let page = approver.get(&end).await;
    let refused = approver.post(&end, &changed(form_here(&page), &[("begruendung", " ")])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        place(&approver.post(&end, &changed(form_here(&page), &[("begruendung", "Außer Betrieb")])).await),
        entry
    );
    assert_eq!(auditor.get(&format!("{entry}/lesen")).await.status, StatusCode::NOT_FOUND);
    let page = editor.get(&entry).await;
    assert!(page.main().contains("Beendet") && page.main().contains("Spurenvergleich"), "{}", page.main());
    assert!(editor.get(&format!("{entry}/pruefen")).await.main().contains("Ordnet Spuren Fällen zu."));
    assert!(editor.get(&format!("{entry}/verlauf")).await.main().contains("Außer Betrieb"));
    assert_eq!(place(&editor.get(&format!("{entry}/rechtsgrund")).await), entry, "nothing is changed any more");
    let topic = format!("{entry}/abschnitt/basics");
    let page = editor.get(&topic).await;
    assert!(page.main().contains("Dieser Eintrag ist beendet"));
    let sent = changed(form(&page.body, &topic), &[("purpose", "Doch noch anders")]);
    assert_eq!(place(&editor.post(&topic, &sent).await), entry);
    assert!(!editor.get(&format!("{entry}/pruefen")).await.main().contains("Doch noch anders"));
}

#[tokio::test]
async fn bad_input_is_told_and_nothing_of_it_is_lost() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let path = format!("/arbeit/{}/vertraulich/neu", town(&site).await.kennung);
    let page = editor.get(&path).await;
    let check = async |changes: &[(&str, &str)], expected: &str| {
        let answer = editor.post(&path, &changed(changed(form_here(&page), &GROUND), changes)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{expected}");
        assert!(answer.main().contains(expected), "{expected}: {}", answer.main());
        for (name, text) in changes.iter().filter(|(name, text)| *name != "grund" && !text.trim().is_empty()) {
            assert!(answer.main().contains(text), "{name} is lost");
        }
    };
    let (long, signs) = ("§".repeat(201), "Wer \u{7}weiß");
    check(&[("name", " ")], "Schreiben Sie, wie das System heißt.").await;
    check(&[("name", &"N".repeat(5_000))], "Kürzen Sie den Namen").await;
    check(&[("name", "Spuren"), ("grund", "geheim")], "Wählen Sie einen Rechtsgrund.").await;
    check(&[("name", "Spuren"), ("vorschrift", "")], "Nennen Sie die Vorschrift").await;
    check(&[("name", "Spuren"), ("vorschrift", &long)], "Kürzen Sie die Vorschrift").await;
    check(&[("name", "Spuren"), ("begruendung", "")], "Begründen Sie").await;
    check(&[("name", "Spuren"), ("begruendung", &"b".repeat(2_001))], "Kürzen Sie sie auf höchstens 2.000").await;
    check(&[("name", "Spuren"), ("begruendung", signs)], "Zeichen, die hier nicht gehen").await;
    assert!(editor.get("/arbeit/vertraulich").await.main().contains("noch keinen vertraulichen Eintrag"));
    assert_eq!(editor.get("/arbeit/vertraulich?seite=x").await.status, StatusCode::BAD_REQUEST);
    let entry = begun(&site, &editor, "Spuren").await;
    let topic = format!("{entry}/abschnitt/basics");
    let refused = editor.fill(&topic, &topic, &[("purpose", &"z".repeat(50_000))]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.main().contains(&"z".repeat(50_000)));
    for strange in ["nichts", "00000000-0000-0000-0000-000000000009", "PROBE-2026-000001", "%00"] {
        assert_eq!(
            editor.get(&format!("/arbeit/vertraulich/{strange}")).await.status,
            StatusCode::NOT_FOUND,
            "{strange}"
        );
    }
    assert_eq!(editor.get(&format!("{entry}/abschnitt/nichts")).await.status, StatusCode::NOT_FOUND);
}

/// The first moment after the end of this month, so that everything approved now counts then.
async fn approve_directly(site: &Site, organisation: RecordId, ground: &str, when: Instant) {
    let actor = Actor { id: "probe".into(), organisation: None, request: "r".into() };
    let restriction = Restriction::parse(ground, "§ 3 Nr. 2 IFG", "Probe").unwrap();
    let content = ConfidentialContent { restriction, system: Content::new(), deployment: Content::new() };
    let id = RecordId(uuid::Uuid::now_v7());
    let mut tx = site.app.store().write().await.unwrap();
    let made = tx.make_confidential(when, &actor, (id, organisation), &content, [1; 32]).await.unwrap();
    let submitted = ConfidentialStep::Submitted { note: String::new(), reasons: std::collections::BTreeMap::new() };
    for step in [&submitted, &ConfidentialStep::Approved] {
        let write = ConfidentialWrite { entry: made.id, expected_revision: 1, step, seed: [2; 32] };
        tx.write_confidential(when, &actor, &write).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_public_learns_numbers_apart_and_late() {
    let site = Site::demo().await;
    let town = town(&site).await.id;
    let long_ago = Instant(1_790_000_000_000_000);
    let counts = async || -> serde_json::Value {
        let answer = site.get("/api/v1/confidential-counts").await;
        assert_eq!(answer.status, StatusCode::OK);
        serde_json::from_str(&answer.body).unwrap()
    };
    let of = |json: &serde_json::Value, group: &str, code: &str| {
        let list = json[group].as_array().unwrap().clone();
        list.into_iter().find(|one| one["code"] == code).unwrap()["count"].clone()
    };
    for _ in 0..2 {
        approve_directly(&site, town, "law_enforcement", long_ago).await;
    }
    let few = counts().await;
    assert_eq!((few["as_of"].as_str(), few["null_means_fewer_than"].as_i64()), (Some("2026-11-01"), Some(3)));
    assert!(of(&few, "levels", "municipal").is_null() && of(&few, "grounds", "law_enforcement").is_null());
    approve_directly(&site, town, "law_enforcement", long_ago).await;
    approve_directly(&site, town, "classified", long_ago).await;
    // This month's do not count yet.
    approve_directly(&site, town, "law_enforcement", site.app.now()).await;
    let told = counts().await;
    assert_eq!(of(&told, "levels", "municipal"), 4);
    assert_eq!(of(&told, "grounds", "law_enforcement"), 3);
    assert!(of(&told, "grounds", "classified").is_null() && of(&told, "levels", "federal").is_null());
    for (path, few) in [("/vertrauliche-systeme", "weniger als 3"), ("/en/vertrauliche-systeme", "fewer than 3")] {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.main().contains("<td>4</td>") && page.main().contains("<td>3</td>"), "{}", page.main());
        assert!(page.main().contains(few));
    }
    assert!(site.get("/dashboard").await.main().contains("href=\"/vertrauliche-systeme\""));
}

/// Roles at the organisation itself open what the table of rights says; everything else looks as if there were no such
/// entry.
#[tokio::test]
async fn strangers_find_nothing() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = finished(&site, &editor, &approver, "Spurenvergleich").await;
    let id = entry.rsplit('/').next().unwrap().to_owned();
    let nothing = "00000000-0000-7000-8000-000000000009";
    let town = town(&site).await.id;
    let mut outside = Vec::new();
    for email in [
        "verwaltung@leinemark.example",
        STRANGER,
        AUDITOR,
        "koordination@it-verbund-heidemark.example",
        "betrieb@maki.example",
    ] {
        if email.starts_with("betrieb") {
            outside.push(Visitor::with_roles(&site, RecordId::NIL, Roles::NONE.with(Role::Operator)).await);
        } else {
            outside.push(people.sign_in(&site, email).await);
        }
    }
    for role in [Role::Coordinator, Role::Auditor] {
        outside.push(Visitor::with_roles(&site, town, Roles::NONE.with(role)).await);
    }
    let routes = maki_web::routes(&site.state());
    let mut asked = 0;
    for route in routes.table().iter().filter(|route| route.path.contains("/vertraulich/{entry}")) {
        let at = |id: &str| {
            let path = route.path.replace("{entry}", id).replace("{section}", "basics");
            path.replace("{account}", "00000000-0000-7000-8000-000000000008")
        };
        for visitor in &outside {
            let ask = async |id: &str| {
                let answer = match route.method {
                    Method::GET => visitor.get(&at(id)).await,
                    _ => {
                        let token = form(&visitor.get("/arbeit/vertraulich").await.body, "/abmelden");
                        visitor.post(&at(id), &token).await
                    }
                };
                (answer.status, answer.body.replace(id, ""))
            };
            let (found, missing) = (ask(&id).await, ask(nothing).await);
            assert_eq!(found.0, StatusCode::NOT_FOUND, "{} {}", route.method, route.path);
            assert_eq!(found, missing, "{} {}", route.method, route.path);
            asked += 1;
        }
        let nobody = Visitor::nobody(&site);
        if route.method == Method::GET {
            assert_eq!(nobody.get(&at(&id)).await.status, StatusCode::SEE_OTHER);
        }
    }
    assert!(asked > 150, "{asked}");
    // A reader of the organisation reads what is approved and nothing else.
    let reader = Visitor::with_roles(&site, town, Roles::NONE.with(Role::Reader)).await;
    assert_eq!(reader.get(&format!("{entry}/lesen")).await.status, StatusCode::OK);
    assert_eq!(reader.get(&entry).await.status, StatusCode::NOT_FOUND);
    let draft = begun(&site, &editor, "Entwurf bleibt Entwurf").await;
    assert_eq!(reader.get(&format!("{draft}/lesen")).await.status, StatusCode::NOT_FOUND);
    assert!(!reader.get("/arbeit/vertraulich").await.main().contains("Entwurf bleibt Entwurf"));
}
