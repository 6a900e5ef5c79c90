use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::register::Site;

const PAGES: [&str; 21] = [
    "/",
    "/systeme",
    "/systeme?q=Lotte",
    "/systeme?q=nirgends&level=municipal",
    "/systeme?level=municipal&risk_class=transparency&sort=name",
    "/systeme/PROBE-2026-000001",
    "/systeme/PROBE-2026-000001/versionen",
    "/systeme/PROBE-2026-000001/versionen/1",
    "/systeme/PROBE-2026-000006",
    "/behoerden",
    "/behoerden?land=03",
    "/behoerden/PROBE-B-000001",
    "/glossar",
    "/barrierefreiheit",
    "/leichte-sprache",
    "/impressum",
    "/datenschutz",
    "/methodik",
    "/lizenz",
    "/daten",
    "/api/problems",
];

fn in_english(path: &str) -> String {
    match path {
        "/" => "/en".to_owned(),
        path => format!("/en{path}"),
    }
}

/// Where the Steckbrief of an external id stands.
async fn address(site: &Site, id: &str) -> String {
    let answer = site.get(&format!("/kennung/probe/{id}")).await;
    assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT);
    answer.header("location").to_owned()
}

#[tokio::test]
async fn every_page_is_whole_in_both_languages() {
    let site = Site::new().await;
    for path in PAGES {
        for (path, language, other) in
            [(path.to_owned(), "de", in_english(path)), (in_english(path), "en", path.to_owned())]
        {
            let page = site.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            let body = &page.body;
            assert!(body.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{language}\">")), "{path}");
            assert_eq!(body.matches("<h1").count(), 1, "{path}: one h1");
            assert!(body.contains("href=\"#inhalt\"") && body.contains("id=\"inhalt\""), "{path}: skip link");
            assert!(body.contains("m-banner"), "{path}: a demonstration says so");
            let other = other.replace('&', "&#38;");
            assert!(body.contains(&format!("href=\"{other}\" lang=")), "{path}: leads to {other}");
            assert!(!body.contains("style=") && !body.contains("<style") && !body.contains("onclick"), "{path}: CSP");
            for (start, _) in body.match_indices(" id=\"") {
                let id = body[start + 5..].split('"').next().unwrap();
                assert_eq!(body.matches(&format!(" id=\"{id}\"")).count(), 1, "{path}: id {id}");
            }
        }
    }
}

#[tokio::test]
async fn an_instance_may_speak_german_alone() {
    let site = Site::empty(|instance| instance.languages = vec![maki_domain::Language::De]).await;
    for path in ["/", "/systeme", "/api/problems"] {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains("hreflang=\"en\"") && !page.body.contains("href=\"/en"), "{path}");
    }
    for (path, german) in [("/en", "/"), ("/en/", "/"), ("/en/systeme?q=a", "/systeme?q=a"), ("/en/daten/", "/daten")] {
        let answer = site.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::TEMPORARY_REDIRECT, german), "{path}");
    }
    for path in ["/en//evil.example", "//evil.example/"] {
        assert_eq!(site.get(path).await.header("location"), "", "{path}");
    }
}

#[tokio::test]
async fn pages_carry_security_headers_and_no_cookie() {
    let site = Site::new().await;
    for path in ["/", "/systeme", "/nirgends", "/glossar.json"] {
        let page = site.get(path).await;
        assert_eq!(page.header("content-security-policy"), maki_web::middleware::CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!page.header("x-request-id").is_empty(), "{path}");
        assert!(!page.headers.contains_key("set-cookie"), "{path}");
    }
}

#[tokio::test]
async fn a_page_that_the_browser_holds_is_not_sent_again() {
    let site = Site::new().await;
    for path in PAGES {
        let tag = site.get(path).await.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}");
        let ask = |path: &str| Request::get(path).header("if-none-match", &tag).body(Body::empty()).unwrap();
        let again = site.send(ask(path)).await;
        assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        assert_eq!(again.header("etag"), tag, "{path}");
        assert_eq!(site.send(ask(&in_english(path))).await.status, StatusCode::OK, "{path}: another language");
    }
    let (system, held) = ("/systeme/PROBE-2026-000001", site.get("/systeme/PROBE-2026-000001").await);
    site.import(include_str!("revision.jsonl")).await;
    let changed = site.get(&address(&site, "S1").await).await;
    assert_ne!(changed.header("etag"), held.header("etag"), "{system} has changed");
}

#[tokio::test]
async fn what_is_kept_ready_is_what_would_be_made_now() {
    let site = Site::new().await;
    let page = address(&site, "S1").await;
    let api = page.replace("/systeme/", "/api/v1/systems/");
    let addresses = [page.clone(), in_english(&page), api.clone()];
    let mut first = Vec::new();
    for address in &addresses {
        let made = site.get(address).await;
        let again = site.get(address).await;
        assert_eq!(again.body, made.body, "{address}");
        for header in ["etag", "content-type", "cache-control", "content-security-policy"] {
            assert!(
                !made.header(header).is_empty() && again.header(header) == made.header(header),
                "{address} {header}"
            );
        }
        let held = Request::get(address).header("if-none-match", made.header("etag")).body(Body::empty()).unwrap();
        assert_eq!(site.send(held).await.status, StatusCode::NOT_MODIFIED, "{address}");
        first.push(made);
    }
    // Links to the other language carry the query, so such a page is made for itself.
    assert!(site.get(&format!("{page}?von=Suche")).await.body.contains(&format!("/en{page}?von=Suche")));
    assert!(!site.get(&page).await.body.contains("von=Suche"));
    // A Kennung in small letters finds the same in the API.
    assert_eq!(site.get(&api.to_lowercase()).await.body, site.get(&api).await.body);
    site.import(include_str!("revision.jsonl")).await;
    for (address, before) in addresses.iter().zip(first) {
        let after = site.get(address).await;
        assert_ne!(after.body, before.body, "{address}");
        assert_ne!(after.header("etag"), before.header("etag"), "{address}");
    }
}

#[tokio::test]
async fn a_steckbrief_says_what_is_absent_and_why() {
    let site = Site::new().await;
    let page = site.get(&address(&site, "S1").await).await;
    let main = page.main();
    assert!(main.contains("Nicht bekannt"), "unknown");
    assert!(main.contains("Nicht veröffentlicht</a>: Schutz der IT-Sicherheit"), "withheld says why");
    assert!(main.contains("href=\"https://talheide.example/lotte\""), "a web address is a link");
    assert!(main.contains("Februar 2025") && main.contains("01.10.2026"), "dates");
    assert!(main.contains("Stadt Talheide") && main.contains("Gemeinde Wesersand"), "both who use it");
    insta::assert_snapshot!("steckbrief", main);
    let foreign = site.get(&address(&site, "S3").await).await;
    assert!(foreign.main().contains("<p lang=\"en\">Sorting.</p>"), "foreign texts say their language");
}

/// A body with a key, and a use in its place and in two others.
const PLACED: &str = r#"{"organisation":{"organisation_name":"Gemeinde Wesersand","organisation_ars":"033615402011"}}
{"organisation":{"organisation_name":"Landesamt für Proben"},"system":{"external_ids":[{"scheme":"probe","value":"P1"}],"name":"Wegeschau"},"deployment":{"places":["033615402011","03361999","14"]}}"#;

#[tokio::test]
async fn places_are_shown_by_name() {
    let site = Site::empty(|_| {}).await;
    site.import(PLACED).await;
    let path = address(&site, "P1").await;
    let page = site.get(&path).await;
    for place in ["Gemeinde Wesersand (033615402011)", "Gemeinde 03361999", "Sachsen (14)"] {
        assert!(page.main().contains(&format!("<li>{place}</li>")), "{place}: {}", page.main());
    }
    let deployment = page.main().split("class=\"m-use\" id=\"").nth(1).unwrap().split('"').next().unwrap();
    let version = site.get(&format!("/systeme/{deployment}/versionen/1")).await;
    assert!(version.main().contains("Gemeinde Wesersand (033615402011)"), "{}", version.main());
}

#[tokio::test]
async fn lists_are_as_they_were() {
    let site = Site::new().await;
    insta::assert_snapshot!("start", site.get("/").await.main());
    insta::assert_snapshot!("search", site.get("/systeme?q=Lotte").await.main());
    insta::assert_snapshot!("search-english", site.get("/en/systeme?level=municipal").await.main());
    insta::assert_snapshot!("organisations", site.get("/behoerden?land=03").await.main());
}

#[tokio::test]
async fn hostile_texts_stay_texts() {
    let site = Site::new().await;
    let steckbrief = address(&site, "S2").await;
    let versions = format!("{steckbrief}/versionen/1");
    let typed = "/systeme?q=%3Cscript%3Ealert(9)%3C%2Fscript%3E".to_owned();
    let name = "/behoerden?name=%22%3E%3Cimg+src%3Dx+onerror%3Dalert(9)%3E".to_owned();
    for path in [steckbrief, versions, "/systeme".into(), "/".into(), typed, name, "/systeme/%3Cb%20onload=x%3E".into()]
    {
        let body = site.get(&path).await.body;
        for forbidden in ["<script>", "<img", "<b ", "<i>", "</main><"] {
            let allowed = body.matches("</main>\n").count();
            assert!(!body.contains(forbidden) && allowed == 1, "{path}: {forbidden}");
        }
    }
}

#[tokio::test]
async fn versions_are_compared_word_by_word() {
    let site = Site::new().await;
    let path = address(&site, "S1").await;
    site.import(include_str!("revision.jsonl")).await;
    let list = site.get(&format!("{path}/versionen")).await;
    assert!(list.main().contains(&format!("{path}/versionen/2?vergleich=1")), "{}", list.main());
    let page = site.get(&format!("{path}/versionen/2?vergleich=1")).await;
    assert!(page.main().contains("Gebühren") && page.main().contains("<ins>"), "{}", page.main());
    let other_way = site.get(&format!("{path}/versionen/1?vergleich=2")).await;
    assert!(other_way.main().contains("<ins>"), "older to newer, whichever page one stands on");
}

#[tokio::test]
async fn an_operator_replaces_a_page_with_a_file() {
    let pages = tempfile::tempdir().unwrap();
    std::fs::create_dir(pages.path().join("de")).unwrap();
    std::fs::write(pages.path().join("de/impressum.md"), "# Wir sind es\n\n{contact_email} <script>x</script>")
        .unwrap();
    let folder = pages.path().to_owned();
    let site = Site::empty(|instance| instance.pages = Some(folder)).await;
    let page = site.get("/impressum").await;
    assert!(page.main().contains("Wir sind es") && page.main().contains("kontakt@maki.example"));
    assert!(!page.body.contains("<script>x"));
    assert!(site.get("/en/impressum").await.main().contains("Imprint"), "the other language keeps the built-in text");
}

#[tokio::test]
async fn an_empty_register_has_its_pages() {
    let site = Site::empty(|_| {}).await;
    for path in ["/", "/systeme", "/behoerden", "/en", "/en/systeme"] {
        assert_eq!(site.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever() {
    let site = Site::empty(|_| {}).await;
    let asset = site.get(maki_web::assets::url::APP_CSS).await;
    assert_eq!(asset.status, StatusCode::OK);
    assert!(asset.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn the_systems_of_an_authority_are_found_from_its_page_and_by_the_filter() {
    let site = Site::new().await;
    let page = site.get("/behoerden/PROBE-B-000001").await;
    assert!(page.main().contains("Stadt Talheide") && page.main().contains("1 KI-System<"), "{}", page.main());
    let list = site.get("/systeme").await;
    assert!(list.main().contains("name=\"authority\" value=\"PROBE-B-000001\""));
    let filtered = site.get("/systeme?authority=PROBE-B-000001").await;
    assert_eq!(filtered.status, StatusCode::OK);
    assert!(filtered.main().contains("Behörde: <strong>Stadt Talheide</strong>"), "the chip names it");
    assert!(filtered.main().contains("1 KI-System<"));
}

#[tokio::test]
async fn organisations_stand_under_those_they_belong_to() {
    let site = Site::empty(|_| {}).await;
    let line = |name: &str, parent: &str| {
        let parent = if parent.is_empty() { String::new() } else { format!(r#""parent":"{parent}","#) };
        format!(
            r#"{{"organisation":{{{parent}"organisation_name":"{name}","organisation_level":"state","organisation_land":"03"}}}}"#
        )
    };
    let lines =
        [line("Ministerium", ""), line("Landesamt", "Ministerium"), line("Zweigstelle", "Landesamt"), line("Amt", "")];
    site.import(&lines.join("\n")).await;
    let page = site.get("/behoerden").await;
    let main = page.main();
    assert!(main.contains("4 Behörden"), "{main}");
    assert_eq!(main.matches("<details class=\"m-branch\"").count(), 2, "{main}");
    assert_eq!(main.matches("1 nachgeordnete Stelle<").count(), 2, "{main}");
    let places: Vec<usize> = ["Amt<", "Ministerium<", "<details", "Landesamt<", "Zweigstelle<", "</details>"]
        .iter()
        .map(|part| main.find(part).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?} {main}");
    // What is narrowed stays a list.
    let flat = site.get("/behoerden?name=zweig").await;
    assert!(!flat.main().contains("m-branch") && flat.main().contains("Zweigstelle"), "{}", flat.main());
}

#[tokio::test]
async fn a_search_without_hits_offers_only_what_helps() {
    let site = Site::new().await;
    let nothing = site.get("/systeme?q=zzzznix").await;
    for useless in ["Filter anwenden", "weniger Filtern", "Sortieren nach"] {
        assert!(!nothing.main().contains(useless), "{useless}: {}", nothing.main());
    }
    assert!(nothing.main().contains("Alle KI-Systeme anzeigen"), "{}", nothing.main());
    let phrase = site.get("/systeme?q=%22Fragen+Ausweisen%22").await;
    assert!(phrase.main().contains("Ohne Anführungszeichen: 1 Treffer"), "{}", phrase.main());
    let sign = site.get("/systeme?q=%F0%9F%91%8D").await;
    assert!(sign.main().contains("weder Buchstaben noch Ziffern"), "{}", sign.main());
    assert!(!sign.main().contains("Treffer für"), "{}", sign.main());
}

#[tokio::test]
async fn the_name_of_a_land_finds_its_systems() {
    let site = Site::new().await;
    let by_name = site.get("/api/v1/systems?q=Niedersachsen&limit=1").await;
    let by_filter = site.get("/api/v1/systems?land=03&limit=1").await;
    let total = |body: &str| serde_json::from_str::<serde_json::Value>(body).unwrap()["total"].clone();
    assert_eq!(total(&by_name.body), total(&by_filter.body));
    assert!(total(&by_name.body).as_u64().unwrap() > 0);
    let absent = site.get("/systeme?q=Hessen").await;
    assert!(absent.main().contains("Keine Treffer") && !absent.main().contains("Gesucht wurde nach"));
}

#[tokio::test]
async fn days_have_an_address_that_notices_can_cite() {
    let site = Site::new().await;
    let path = "/systeme/PROBE-2026-000001";
    let today = maki_app::App::day_of(site.app.now()).unwrap();
    let then = format!("{path}/stand/{today}");
    assert!(site.get(path).await.main().contains(&then), "the text to cite names the day");
    let page = site.get(&then).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.main().contains("Sie lesen, was am Ende des"), "{}", page.main());
    for missing in ["2001-01-01", "2198-01-01", "2026-13-01", "2026-02-30", "heute", "2026-1-1"] {
        let answer = site.get(&format!("{path}/stand/{missing}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
        assert!(answer.main().contains(&format!("{path}/versionen")), "{missing}");
    }
    for (at, status) in [(today.to_string(), 200), ("2001-01-01".to_owned(), 404), ("heute".to_owned(), 400)] {
        let answer = site.get(&format!("/api/v1/systems/PROBE-2026-000001?at={at}")).await;
        assert_eq!(answer.status.as_u16(), status, "{at}: {}", answer.body);
    }
    let list = site.get(&format!("{path}/versionen")).await;
    assert!(list.main().contains("Betrieb des Registers"), "what was imported was published by the register");
}
