use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::register::Site;

#[tokio::test]
async fn errors_have_the_right_status_words_and_a_way_out() {
    let site = Site::new().await;
    let long = format!("/systeme?q={}", "a".repeat(10_000));
    let words = format!("/systeme?q={}", "wort+".repeat(100));
    let endless = format!("/systeme?q={}", "a".repeat(40_000));
    let check = async |path: &str, status: u16, words: &str, way: &str| {
        let page = site.get(path).await;
        let shown = &path[..path.len().min(60)];
        assert_eq!(page.status.as_u16(), status, "{shown}");
        assert!(page.main().contains(words), "{shown}: {}", page.main());
        assert!(page.main().contains(&format!("href=\"{way}\"")), "{shown}: no way to {way}: {}", page.main());
        assert_eq!(page.header("cache-control"), "no-store", "{shown}");
    };
    check("/nirgends", 404, "Diese Seite gibt es nicht", "/systeme").await;
    check("/en/nowhere", 404, "This page does not exist", "/en/systeme").await;
    check("/systeme/PROBE-2025-000001", 404, "Diese Kennung gibt es nicht", "/systeme/PROBE-2026-000001").await;
    check("/systeme/PROBE-2026-009999", 404, "zum Beispiel so aus: PROBE-2026-000123", "/systeme/PROBE-2026-000004")
        .await;
    check("/systeme/quatsch", 404, "Diese Kennung gibt es nicht", "/systeme").await;
    check("/systeme?page=1000000000", 404, "So weit reicht die Liste nicht", "/systeme").await;
    check("/systeme?page=99999999999999999999999", 404, "weniger Seiten, als die Adresse nennt", "/systeme").await;
    check("/systeme?q=Lotte&page=1000000000", 404, "So weit reicht die Liste nicht", "/systeme?q=Lotte").await;
    check("/systeme?farbe=rot&q=x", 400, "Diesen Filter gibt es nicht", "/systeme?q=x").await;
    check("/systeme?land=99", 400, "Diesen Wert gibt es nicht", "/systeme").await;
    check("/behoerden?land=99", 400, "Diesen Wert gibt es nicht", "/behoerden").await;
    check("/behoerden?page=77", 404, "So weit reicht die Liste nicht", "/behoerden").await;
    check(&long, 400, "Der Suchtext ist zu lang", "/systeme").await;
    check(&words, 400, "zu viele Suchwörter", "/systeme").await;
    check(&endless, 414, "Die Adresse ist zu lang", "/systeme").await;
    check(
        "/systeme/PROBE-2026-000001/versionen/99",
        404,
        "Diese Version gibt es nicht",
        "/systeme/PROBE-2026-000001/versionen",
    )
    .await;
    check("/kennung/probe/niemand", 404, "Diese Kennung gibt es nicht", "/systeme").await;
}

#[tokio::test]
async fn what_cannot_be_answered_yet_says_when_to_come_back() {
    let site = Site::damaged().await;
    for path in ["/", "/systeme?q=Lotte", "/dashboard", "/daten/systeme.csv", "/feed.atom"] {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(page.header("retry-after"), "30", "{path}");
        assert!(page.main().contains("Die Suche wird gerade aufgebaut"), "{path}: {}", page.main());
        assert!(page.main().contains("class=\"m-ways\""), "{path}: a way out");
    }
    let answer = site.get("/api/v1/systems").await;
    assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "30"));
    site.app.store().close().await;
    for path in [
        "/systeme/PROBE-2026-000001",
        "/behoerden",
        "/daten/register.csv",
        "/daten/register.xlsx",
        "/health/ready",
        "/api/v1/changes",
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", page.body);
        assert!(!page.header("retry-after").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn unbalanced_quotes_and_odd_bytes_are_no_error() {
    let site = Site::new().await;
    for path in [
        "/systeme?q=%22Lotte",
        "/systeme?q=%FF%FE",
        "/systeme?q=-",
        "/systeme?q=%00",
        "/systeme?q=%28%29%2A",
        "/systeme/vorschlaege?q=Lo",
    ] {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn other_methods_and_bodies_are_refused_in_words() {
    let site = Site::empty(|_| {}).await;
    let post = |size: usize| {
        Request::post("/systeme").header("content-length", size).body(Body::from(vec![b'x'; size])).unwrap()
    };
    let small = site.send(post(10)).await;
    assert_eq!(small.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(small.main().contains("lässt sich nur lesen"));
    assert!(!small.header("allow").is_empty());
    assert_eq!(site.send(post(40 << 20)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_slash_too_many_leads_on_and_never_to_another_host() {
    let site = Site::empty(|_| {}).await;
    let check =
        async |path: &str, expected: &str| assert_eq!(site.get(path).await.header("location"), expected, "{path}");
    check("/systeme/?q=a", "/systeme?q=a").await;
    check("/en/", "/en").await;
    check("//evil.example/", "").await;
    check("//evil.example", "").await;
}

#[tokio::test]
async fn well_known_files_say_what_the_instance_is() {
    let site = Site::empty(|instance| instance.security_contact = Some("sicherheit@amt.example".into())).await;
    assert!(site.get("/robots.txt").await.body.contains("Disallow: /\n"), "a demonstration is not listed");
    let security = site.get("/.well-known/security.txt").await.body;
    assert!(security.starts_with("Contact: mailto:sicherheit@amt.example\nExpires: 2027-"), "{security}");
}
