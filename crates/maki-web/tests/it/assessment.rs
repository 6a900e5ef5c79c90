//! The guided check inside an entry: from its proposals to the draft, its history, and what it refuses.

use axum::http::StatusCode;

use crate::paper;
use crate::register::{Answer, Site};
use crate::visitor::{People, Visitor, changed, form};

const EDITOR: &str = "ki@talheide.example";
/// An editor of another town.
const STRANGER: &str = "erfassung@leinemark.example";

/// A new entry of the editor's town, with a name only; its path.
async fn entry(site: &Site, editor: &Visitor<'_>) -> String {
    let all = maki_app::OrganisationFilter { limit: usize::MAX, ..maki_app::OrganisationFilter::default() };
    let found = site.app.organisations(&all).await.unwrap().organisations;
    let town = found.into_iter().find(|o| o.organisation.name == "Stadt Talheide").unwrap().organisation;
    let path = format!("/arbeit/{}/neu", town.kennung);
    let first = editor.fill(&path, &path, &[("name", "Lotte"), ("wahl", "full")]).await;
    first.header("location").split("/abschnitt/").next().unwrap().to_owned()
}

/// The hidden fields of the form, and the revision where it has one.
fn bare(page: &Answer, path: &str) -> Vec<(String, String)> {
    let kept = ["csrf", "stand", "revision"];
    form(&page.body, path).into_iter().filter(|(name, _)| kept.contains(&name.as_str())).collect()
}

/// Answers every question: by its words, as proposed where there is a proposal, and else as not known.
async fn walk(editor: &Visitor<'_>, path: &str, answers: &[(&str, &str)]) -> Answer {
    let mut page = editor.fill(path, path, &[]).await;
    for _ in 0..20 {
        assert_eq!(page.status, StatusCode::OK, "{}", page.main());
        if page.main().contains("Ergebnis:") {
            return page;
        }
        let given = answers.iter().find(|(question, _)| page.main().contains(&format!("{question}</h1>")));
        let pairs = match given {
            Some((_, answer)) => changed(bare(&page, path), &[("antwort", answer), ("weiter", "1")]),
            None if page.main().contains("Diese Antwort ist ein Vorschlag") => {
                changed(form(&page.body, path), &[("weiter", "1")])
            }
            None => changed(bare(&page, path), &[("offen", "1")]),
        };
        page = editor.post(path, &pairs).await;
    }
    page
}

const CHATBOT: &[(&str, &str)] = &[
    ("Ist es ein KI-System?", "ja"),
    ("Ist das System von der KI-VO ausgenommen?", "nein"),
    ("Tut das System etwas, das verboten ist?", "-"),
    ("Ist das System ein Produkt oder Sicherheitsbauteil nach Anhang I?", "-"),
    ("Wird das System für einen dieser Zwecke verwendet?", "-"),
    ("Gilt eine dieser Transparenzpflichten?", "1"),
    ("Welche Rolle haben Sie?", "provider"),
];

#[tokio::test]
async fn an_assessment_is_kept_with_its_entry_and_proposed_again() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let entry = entry(&site, &editor).await;
    let path = format!("{entry}/ki-vo-check/system");
    let risk = editor.get(&format!("{entry}/abschnitt/risk")).await;
    assert!(risk.main().contains(&format!("href=\"{path}\"")), "the way stands at the fields: {}", risk.main());
    let none = editor.get(&path).await;
    assert!(none.main().contains("Noch nicht mit dem KI-VO-Check bewertet"), "{}", none.main());

    let result = walk(&editor, &path, CHATBOT).await;
    assert!(result.main().contains("Ergebnis: Transparenzpflicht"), "{}", result.main());
    let kept = [("behalten", "1"), ("begruendung", "Es antwortet Menschen.")];
    let done = editor.post(&path, &changed(bare(&result, &path), &kept)).await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
    let stands = editor.get(&path).await;
    for words in ["Bewertet: Transparenzpflicht", "Noch nicht geprüft", "Neu bewerten"] {
        assert!(stands.main().contains(words), "{words}: {}", stands.main());
    }
    let fields = editor.get(&format!("{entry}/abschnitt/risk")).await;
    assert!(fields.main().contains("Es antwortet Menschen."), "{}", fields.main());
    let task_list = editor.get(&entry).await;
    assert!(task_list.main().contains("Transparenzpflicht (Art. 50 KI-VO), bewertet am"), "{}", task_list.main());

    // As it was made: readable, printable, unchangeable.
    let one = stands.main().split(&format!("href=\"{path}/")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let made = editor.get(&format!("{path}/{one}")).await;
    assert_eq!(made.status, StatusCode::OK);
    for words in ["Es antwortet Menschen.", "Art. 50", "Ist es ein KI-System?", "Keine Rechtsberatung"] {
        assert!(made.main().contains(words), "{words}: {}", made.main());
    }
    assert!(!made.main().contains("name=\"aendern\""), "{}", made.main());
    let english = editor.get(&format!("/en{path}/{one}")).await;
    assert!(english.main().contains("AI Act assessment of the system"), "{}", english.main());
    assert!(!result.main().contains("name=\"pdf\""));
    on_paper(&site, &people, &editor, (&entry, &path, &one)).await;

    // The use begins with these answers, each to be confirmed.
    let of_use = format!("{entry}/ki-vo-check/einsatz");
    let first = editor.fill(&of_use, &of_use, &[]).await;
    assert!(first.main().contains("Diese Antwort ist ein Vorschlag"), "{}", first.main());
    let result = walk(&editor, &of_use, &[("Welche Rolle haben Sie?", "deployer")]).await;
    assert!(result.main().contains("Ergebnis: Transparenzpflicht"), "{}", result.main());

    // A change of what it depends on is told.
    let basics = format!("{entry}/abschnitt/use");
    editor.fill(&basics, &basics, &[("deployment_purpose", "Entscheidet.")]).await;
    editor.post(&of_use, &changed(bare(&result, &of_use), &[("behalten", "1")])).await;
    editor.fill(&basics, &basics, &[("deployment_purpose", "Entscheidet über Anträge.")]).await;
    let stale = editor.get(&of_use).await;
    assert!(!stale.main().contains("Bewertet: "), "stale save: {}", stale.main());
}

/// An assessment as PDF: for those who may read the entry.
async fn on_paper(site: &Site, people: &People, editor: &Visitor<'_>, (entry, path, one): (&str, &str, &str)) {
    let made = editor.get(&format!("{path}/{one}")).await;
    let pdf = format!("{path}/{one}/pdf");
    assert!(made.main().contains(&format!("href=\"{pdf}\"")), "{}", made.main());
    assert!(!made.main().contains("name=\"pdf\""));
    let text = paper::read(&editor.get(&pdf).await, "ki-vo-bewertung");
    for words in [
        "Lotte KI-VO-Bewertung des Systems: Transparenzpflicht (Art. 50 KI-VO) Dies ist ein Demo-Register.",
        "Bewertet: ",
        "Begründung Es antwortet Menschen.",
        "Noch nicht geprüft.",
        "Art. 50 Abs. 1",
        "Ist es ein KI-System? Ja",
        "Keine Rechtsberatung",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let text = paper::read(&editor.get(&format!("/en{pdf}")).await, "ki-vo-bewertung");
    assert!(text.contains("AI Act assessment of the system") && text.contains("Page 1 of"), "{text}");
    let other = people.sign_in(site, STRANGER).await;
    assert_eq!(other.get(&pdf).await.status, other.get(&format!("{path}/{one}")).await.status);
    assert!(other.get(&pdf).await.status.is_client_error());
    assert_eq!(Visitor::nobody(site).get(&pdf).await.status, StatusCode::SEE_OTHER);
    for unknown in [format!("{entry}/ki-vo-check/einsatz/{one}/pdf"), format!("{path}/none/pdf")] {
        assert_eq!(editor.get(&unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
    }
}

#[tokio::test]
async fn a_substantial_change_is_told_with_its_field() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let entry = entry(&site, &editor).await;
    let path = format!("{entry}/ki-vo-check/system");
    let basics = format!("{entry}/abschnitt/basics");
    editor.fill(&basics, &basics, &[("purpose", "Beantwortet Fragen.")]).await;
    let result = walk(&editor, &path, CHATBOT).await;
    editor.post(&path, &changed(bare(&result, &path), &[("behalten", "1")])).await;
    assert!(editor.get(&path).await.main().contains("Bewertet: Transparenzpflicht"));
    editor.fill(&basics, &basics, &[("purpose", "Entscheidet über Anträge.")]).await;
    let told = editor.get(&path).await;
    assert!(told.main().contains("Bitte neu bewerten"), "{}", told.main());
    assert!(told.main().contains(&format!("href=\"{entry}/abschnitt/basics#")), "{}", told.main());
    assert!(editor.get(&entry).await.main().contains("Bitte neu bewerten"));
}

#[tokio::test]
async fn what_cannot_be_kept_is_said_and_nothing_is_lost() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let entry = entry(&site, &editor).await;
    let path = format!("{entry}/ki-vo-check/system");
    let result = walk(&editor, &path, CHATBOT).await;
    let long = "x".repeat(5_001);
    let refused =
        editor.post(&path, &changed(bare(&result, &path), &[("behalten", "1"), ("begruendung", &long)])).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.main().contains("höchstens 5.000 Zeichen") && refused.main().contains(&long));
    let basics = format!("{entry}/abschnitt/basics");
    editor.fill(&basics, &basics, &[("purpose", "Beantwortet Fragen.")]).await;
    let kept = [("behalten", "1"), ("begruendung", "Meine Gründe")];
    let stale = editor.post(&path, &changed(bare(&result, &path), &kept)).await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(stale.main().contains("inzwischen geändert") && stale.main().contains("Meine Gründe"), "{}", stale.main());
    let done = editor.post(&path, &changed(bare(&stale, &path), &kept)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);

    // Answers of another course are none of this one.
    let nobody = Visitor::nobody(&site);
    let public = nobody.fill("/ki-vo-check", "/ki-vo-check", &[]).await;
    let stand = bare(&public, "/ki-vo-check").into_iter().find(|(name, _)| name == "stand").unwrap().1;
    let forged = editor.post(&path, &changed(bare(&stale, &path), &[("stand", &stand), ("behalten", "1")])).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    for unknown in ["organisation", "x"] {
        let answer = editor.get(&format!("{entry}/ki-vo-check/{unknown}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{unknown}");
    }
    assert_eq!(editor.get(&format!("{path}/none")).await.status, StatusCode::NOT_FOUND);
    let stranger = nobody.get(&path).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_assessment_by_older_rules_stays_readable_and_is_marked() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let entry = entry(&site, &editor).await;
    let path = format!("{entry}/ki-vo-check/system");
    let result = walk(&editor, &path, CHATBOT).await;
    editor.post(&path, &changed(bare(&result, &path), &[("behalten", "1")])).await;
    let head: uuid::Uuid = entry.rsplit('/').next().unwrap().parse().unwrap();
    let all = site.app.store().read().await.unwrap().entries(&[maki_domain::RecordId(head)]).await.unwrap();
    let records = all.into_iter().flatten().flat_map(|entry| entry.records);
    let mut records = records.map(|one| one.record.envelope);
    let system = records.find(|envelope| envelope.kind == maki_domain::RecordKind::System).unwrap().id;
    let newest = site.app.store().read().await.unwrap().assessments(system, 1).await.unwrap().pop().unwrap();
    // The same, as it would have been made then, and by rules that nobody has any more.
    let mut shown = Vec::new();
    for rules in ["ki-vo-2024-07-12", "ki-vo-1999-01-01"] {
        let older = maki_store::NewAssessment {
            id: uuid::Uuid::now_v7(),
            rule_set: rules.to_owned(),
            day: "2025-03-01".to_owned(),
            ..newest.made.clone()
        };
        let by = maki_store::Actor { id: newest.assessor.clone(), organisation: None, request: "r".to_owned() };
        let mut tx = site.app.store().write().await.unwrap();
        tx.keep_assessment(site.app.now(), &by, &older).await.unwrap();
        tx.commit().await.unwrap();
        let stand = editor.get(&path).await;
        for words in ["Bitte neu bewerten", "älteren Regelwerk", "älteres Regelwerk", rules] {
            assert!(stand.main().contains(words), "{words}: {}", stand.main());
        }
        let one = editor.get(&format!("{path}/{}", older.id)).await;
        assert_eq!(one.status, StatusCode::OK, "{rules}");
        for words in ["Transparenzpflicht", "älteren Regelwerk", "01.03.2025", "Ist es ein KI-System?", "Art. 50"] {
            assert!(one.main().contains(words), "{rules} {words}: {}", one.main());
        }
        shown.push(one);
    }
    assert!(shown[0].main().contains("Darauf hinweisen"), "its own words: {}", shown[0].main());
    assert_eq!(site.app.verify(|_, _| ()).await.unwrap().chain.total_findings, 0);
}
