//! The guided check for everybody: from question to result by what stands on the pages, and what forged forms get.

use axum::http::StatusCode;

use crate::paper;
use crate::register::{Answer, Site};
use crate::visitor::{Visitor, changed, form};

const PATH: &str = "/ki-vo-check";

/// Answers the open question by its heading; none says that it is not known.
async fn walk(site: &Site, answers: &[(&str, &[(&str, &str)])]) -> Answer {
    let nobody = Visitor::nobody(site);
    let mut page = nobody.fill(PATH, PATH, &[]).await;
    for _ in 0..20 {
        assert_eq!(page.status, StatusCode::OK, "{}", page.main());
        assert!(!page.headers.contains_key("set-cookie"), "no cookie");
        let Some((_, given)) = answers.iter().find(|(question, _)| page.main().contains(&format!("{question}</h1>")))
        else {
            if page.main().contains("Ergebnis:") {
                return page;
            }
            page = nobody.post(PATH, &changed(bare(&page), &[("offen", "1")])).await;
            continue;
        };
        let pairs = bare(&page).into_iter().chain(given.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        let pairs: Vec<_> = pairs.chain([("weiter".to_owned(), "1".to_owned())]).collect();
        page = nobody.post(PATH, &pairs).await;
    }
    page
}

/// The hidden fields alone.
fn bare(page: &Answer) -> Vec<(String, String)> {
    bare_of(page, PATH)
}

fn bare_of(page: &Answer, path: &str) -> Vec<(String, String)> {
    form(&page.body, path).into_iter().filter(|(name, _)| name == "csrf" || name == "stand").collect()
}

const YES: &[(&str, &str)] = &[("antwort", "ja")];
const NO: &[(&str, &str)] = &[("antwort", "nein")];
const NONE: &[(&str, &str)] = &[("antwort", "-")];

const AI: (&str, &[(&str, &str)]) = ("Ist es ein KI-System?", YES);
const IN_SCOPE: (&str, &[(&str, &str)]) = ("Ist das System von der KI-VO ausgenommen?", NO);
const ALLOWED: (&str, &[(&str, &str)]) = ("Tut das System etwas, das verboten ist?", NONE);
const NO_PRODUCT: (&str, &[(&str, &str)]) = ("Ist das System ein Produkt oder Sicherheitsbauteil nach Anhang I?", NONE);
const PURPOSE: &str = "Wird das System für einen dieser Zwecke verwendet?";
const EXEMPT: &str = "Gilt eine dieser Bedingungen, und hat der Anbieter das dokumentiert?";
const ROLE: (&str, &[(&str, &str)]) = ("Welche Rolle haben Sie?", &[("antwort", "deployer")]);

#[tokio::test]
async fn answers_lead_to_class_duties_and_register() {
    let site = Site::living().await;
    let (benefits, no_condition, condition) = (&[("antwort", "5a")][..], NONE, &[("antwort", "a")][..]);
    let high = [
        AI,
        IN_SCOPE,
        ALLOWED,
        NO_PRODUCT,
        (PURPOSE, benefits),
        (EXEMPT, no_condition),
        ROLE,
        ("Sind Sie eine Behörde oder eine Einrichtung des öffentlichen Rechts?", YES),
        ("Seit wann ist das System in Betrieb?", &[("nicht", "1")]),
    ];
    let result = walk(&site, &high).await;
    for words in
        ["Ergebnis: Hochrisiko (Anhang III", "Art. 27", "Abschnitt C", "je nach Lesart", "Keine Rechtsberatung"]
    {
        assert!(result.main().contains(words), "{words}: {}", result.main());
    }
    // All of it on paper.
    assert!(result.main().contains("name=\"pdf\""), "{}", result.main());
    let paper = Visitor::nobody(&site).post(PATH, &changed(bare(&result), &[("pdf", "1")])).await;
    assert_eq!(paper.status, StatusCode::OK);
    assert!(!paper.headers.contains_key("set-cookie"));
    let text = paper::read(&paper, "ki-vo-check");
    for words in [
        "KI-VO-Check Ergebnis: Hochrisiko (Anhang III KI-VO) Dies ist ein Demo-Register.",
        "Beschäftigten",
        "Keine Rechtsberatung",
        "Abschnitt C",
        "Was daraus folgt Artikel Pflicht Wer Ab",
        "Art. 27",
        "Betreiber",
        "je nach Lesart",
        "Welche Rolle haben Sie? Betreiber",
        "Seite 1 von",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let profiling = ("Erstellt das System Profile von Menschen?", NO);
    let exempt = [AI, IN_SCOPE, ALLOWED, NO_PRODUCT, (PURPOSE, benefits), profiling, (EXEMPT, condition), ROLE];
    let result = walk(&site, &exempt).await;
    assert!(result.main().contains("Ergebnis: Anhang III, nicht hochriskant"), "{}", result.main());
    let chat = ("Gilt eine dieser Transparenzpflichten?", &[("antwort", "1")][..]);
    let result = walk(&site, &[AI, IN_SCOPE, ALLOWED, NO_PRODUCT, (PURPOSE, NONE), chat, ROLE]).await;
    assert!(result.main().contains("Ergebnis: Transparenzpflicht"), "{}", result.main());
    // What is no AI system is asked nothing else.
    let result = walk(&site, &[("Ist es ein KI-System?", NO)]).await;
    assert!(result.main().contains("Ergebnis: KI-VO nicht anwendbar"), "{}", result.main());
}

#[tokio::test]
async fn back_change_and_contradictions() {
    let site = Site::living().await;
    let nobody = Visitor::nobody(&site);
    let step = async |page: &Answer, pairs: &[(&str, &str)]| nobody.post(PATH, &changed(bare(page), pairs)).await;
    let first = nobody.fill(PATH, PATH, &[]).await;
    let empty = step(&first, &[("weiter", "1")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.main().contains("href=\"#f-antwort-1\""), "{}", empty.main());
    let second = step(&first, &[("weiter", "1"), ("antwort", "ja")]).await;
    let again = step(&second, &[("zurueck", "1")]).await;
    assert!(
        again.main().contains("Ist es ein KI-System?</h1>")
            && again.main().contains("checked")
            && again.main().contains("Frage 1")
            && !again.main().contains("name=\"zurueck\""),
        "{}",
        again.main()
    );
    let third = step(&second, &[("weiter", "1"), ("antwort", "nein")]).await;
    let found = step(&third, &[("weiter", "1"), ("antwort", "c")]).await;
    // It becomes no AI system after something prohibited was found.
    let change = step(&found, &[("aendern", "is_ai_system")]).await;
    let told = step(&change, &[("weiter", "1"), ("antwort", "nein")]).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.main().contains("Was kein KI-System ist, fällt unter keinen dieser Punkte."), "{}", told.main());
    // The other answer can be changed from there.
    assert!(told.main().contains("name=\"aendern\" value=\"art5\""), "{}", told.main());
    let other = step(&told, &[("aendern", "art5")]).await;
    assert!(other.main().contains("Tut das System etwas, das verboten ist?</h1>") && other.main().contains("Frage 3"));
    let on = step(&told, &[("trotzdem", "1"), ("antwort", "nein")]).await;
    assert!(on.main().contains("Ergebnis: KI-VO nicht anwendbar") && on.main().contains("passen nicht zusammen"));
}

#[tokio::test]
async fn a_forged_way_is_refused() {
    let site = Site::living().await;
    let nobody = Visitor::nobody(&site);
    let page = nobody.fill(PATH, PATH, &[]).await;
    for forged in ["x", "x~y", "e30~AAAA", &"a".repeat(20_000)] {
        let refused = nobody.post(PATH, &changed(bare(&page), &[("stand", forged), ("weiter", "1")])).await;
        assert!(refused.status.is_client_error(), "{forged}: {}", refused.status);
    }
    for forged in ["x~y", "e30~AAAA"] {
        let refused = nobody.post(PATH, &changed(bare(&page), &[("stand", forged), ("pdf", "1")])).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{forged}");
        assert_ne!(refused.header("content-type"), "application/pdf");
    }
    // Before the end there is no result to take away: the question is asked.
    let early = nobody.post(PATH, &changed(bare(&page), &[("pdf", "1")])).await;
    assert!(early.main().contains("Ist es ein KI-System?</h1>"), "{}", early.main());
    let unknown = nobody.post(PATH, &changed(bare(&page), &[("aendern", "today")])).await;
    assert!(unknown.status.is_client_error());
}

#[tokio::test]
async fn what_was_signed_cannot_be_changed() {
    let site = Site::living().await;
    let nobody = Visitor::nobody(&site);
    let first = nobody.fill(PATH, PATH, &[]).await;
    let signed = bare(&first).into_iter().find(|(name, _)| name == "stand").unwrap().1;
    let (content, signature) = signed.split_once('~').unwrap();
    let engine = &base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let read = String::from_utf8(base64::Engine::decode(engine, content).unwrap()).unwrap();
    let other = read.replace("\"answers\":{}", "\"answers\":{\"is_ai_system\":false}");
    assert_ne!(read, other);
    let other = base64::Engine::encode(engine, other);
    // The token of another form signs no answers either.
    let csrf = bare(&first).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    for forged in [format!("{other}~{signature}"), format!("{content}~{csrf}"), content.to_owned()] {
        let refused = nobody.post(PATH, &changed(bare(&first), &[("stand", &forged), ("offen", "1")])).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{forged}");
        assert!(refused.main().contains("href=\"/ki-vo-check\""), "a way back: {}", refused.main());
    }
    let right = nobody.post(PATH, &changed(bare(&first), &[("stand", &signed), ("offen", "1")])).await;
    assert_eq!(right.status, StatusCode::OK);
    assert_eq!(right.header("cache-control"), "no-store");
}

#[tokio::test]
async fn days_are_told_at_their_field_and_english_cites_as_english_does() {
    let site = Site::living().await;
    let nobody = Visitor::nobody(&site);
    let start = nobody.get("/ki-vo-check").await;
    assert_eq!((start.status, start.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(!start.body.contains("noindex"), "everybody may find it");
    let english = format!("/en{PATH}");
    let first = nobody.fill(&english, &english, &[]).await;
    assert!(first.main().contains("Art. 3(1) AI Act"), "{}", first.main());
    let asked = nobody.post(PATH, &changed(bare_of(&first, &english), &[("aendern", "placed_in_service")])).await;
    for (day, told) in [("31.2.2026", "gibt es nicht"), ("2026", "gibt es nicht"), ("", "Schreiben Sie ein Datum")] {
        let refused = nobody.post(PATH, &changed(bare(&asked), &[("weiter", "1"), ("tag", day)])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{day}");
        assert!(refused.main().contains("id=\"f-tag-fault\"") && refused.main().contains(told), "{}", refused.main());
        assert!(refused.main().contains(&format!("value=\"{day}\"")), "what was typed stays");
    }
}
