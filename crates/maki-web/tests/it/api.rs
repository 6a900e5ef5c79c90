//! The API, downloads and feeds as a program meets them.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::Value;

use crate::register::{Answer, Site};

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

async fn kennung(site: &Site) -> String {
    let found = json(&site.get("/api/v1/systems?limit=1").await);
    found["systems"][0]["kennung"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_cursor_leads_through_all_systems_once() {
    let site = Site::new().await;
    let total = json(&site.get("/api/v1/systems").await)["total"].as_u64().unwrap();
    assert!(total >= 3);
    let mut seen = BTreeSet::new();
    let mut pages = 0;
    let mut next = Some("/api/v1/systems?limit=1&sort=name".to_owned());
    while let Some(address) = next {
        let page = json(&site.get(&address).await);
        for system in page["systems"].as_array().unwrap() {
            assert!(seen.insert(system["kennung"].as_str().unwrap().to_owned()), "{address}");
        }
        pages += 1;
        assert!(pages <= total, "{address}");
        next = page["next"].as_str().map(str::to_owned);
    }
    assert_eq!(seen.len() as u64, total);
}

#[tokio::test]
async fn what_is_published_between_two_pages_neither_repeats_nor_hides_anything() {
    for list in ["sort=newest", "sort=newest&level=municipal&level=state&level=federal", "q=-Zebra&sort=newest"] {
        let site = Site::empty(|_| {}).await;
        let mut lines: Vec<&str> = include_str!("../../../../demo/register.jsonl").lines().collect();
        let late = lines.split_off(24);
        site.import(&lines.join("\n")).await;
        let all = json(&site.get(&format!("/api/v1/systems?limit=100&{list}")).await);
        let names = |page: &Value| -> Vec<String> {
            let systems = page["systems"].as_array().unwrap();
            systems.iter().map(|system| system["kennung"].as_str().unwrap().to_owned()).collect()
        };
        let mut seen = Vec::new();
        let mut next = Some(format!("/api/v1/systems?limit=3&{list}"));
        let mut late = late.iter();
        while let Some(address) = next {
            let page = json(&site.get(&address).await);
            seen.extend(names(&page));
            next = page["next"].as_str().map(str::to_owned);
            if let Some(line) = late.next() {
                site.import(line).await;
            }
        }
        assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len(), "{list}: {seen:?}");
        let all = names(&all);
        assert!(all.len() > 6, "{list}: {all:?}");
        // An older one may have come to match meanwhile; those of the first look are all there, in their order.
        seen.retain(|kennung| all.contains(kennung));
        assert_eq!(seen, all, "{list}");
    }
}

/// The page that the header names as the next one.
fn next_of(answer: &Answer) -> Option<String> {
    let link = answer.header("link").strip_suffix(">; rel=\"next\"")?;
    Some(link.strip_prefix('<').unwrap().to_owned())
}

#[tokio::test]
async fn every_paged_list_names_its_next_page_in_body_and_header() {
    let site = Site::new().await;
    for (list, name, least) in [
        ("/systems?limit=1&facets=none&level=municipal&level=state&level=federal", "systems", 3),
        ("/organisations?limit=1&with_entries=true", "organisations", 4),
        ("/changes?limit=2", "changes", 6),
    ] {
        let mut seen = 0;
        let mut next = Some(format!("/api/v1{list}"));
        while let Some(address) = next {
            let answer = site.get(&address).await;
            assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.body);
            let page = json(&answer);
            seen += page[name].as_array().unwrap().len();
            next = next_of(&answer);
            assert_eq!(next.as_deref(), page["next"].as_str(), "{address}");
            assert!(seen < 100, "{address}");
        }
        assert!(seen >= least, "{list}: {seen}");
    }
    let first = next_of(&site.get("/api/v1/systems?limit=1&facets=land&sort=name").await).unwrap();
    let second = json(&site.get(&first).await);
    assert!(second["facets"]["land"].is_array() && second["facets"]["level"].is_null(), "{second}");
}

#[tokio::test]
async fn facets_are_counted_as_asked() {
    let site = Site::new().await;
    let check = async |query: &str, expected: &[&str]| {
        let page = json(&site.get(&format!("/api/v1/systems?{query}")).await);
        let names: Vec<&str> = page["facets"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names, expected, "{query}");
    };
    check("facets=level,land", &["level", "land"]).await;
    check("facets=land,land&q=Lotte", &["land"]).await;
    check("facets=", &[]).await;
    check("facets=none", &[]).await;
    let all: Vec<&str> = maki_app::Facet::ALL.iter().map(|facet| facet.name()).collect();
    check("", &all).await;
    check("facets=all&limit=0", &all).await;
}

#[tokio::test]
async fn the_api_says_how_it_understood_a_query() {
    let site = Site::new().await;
    let check = async |query: &str, hint: &str| {
        let page = json(&site.get(&format!("/api/v1/systems?q={query}&facets=none")).await);
        assert_eq!(page["hints"], serde_json::json!([hint]), "{query}: {page}");
    };
    check("%22Lotte", "unbalanced_quote").await;
    check("-Lotte", "only_exclusions").await;
}

#[tokio::test]
async fn every_address_answers_json_with_a_tag_that_is_honoured() {
    let site = Site::new().await;
    let kennung = kennung(&site).await;
    for path in [
        "/systems".to_owned(),
        "/systems?q=KI".to_owned(),
        format!("/systems/{kennung}"),
        format!("/systems/{kennung}/versions"),
        format!("/systems/{kennung}/versions/1"),
        format!("/systems/{kennung}/diff?from=1&to=1"),
        "/organisations".to_owned(),
        "/vocabularies".to_owned(),
        "/vocabularies/lifecycle".to_owned(),
        "/fields".to_owned(),
        "/counts".to_owned(),
        "/confidential-counts".to_owned(),
        "/suggest?q=a".to_owned(),
        "/changes".to_owned(),
        "/openapi.json".to_owned(),
    ] {
        let path = format!("/api/v1{path}");
        let first = site.get(&path).await;
        assert_eq!(first.status, StatusCode::OK, "{path}: {}", first.body);
        assert_eq!(first.header("content-type"), "application/json", "{path}");
        assert_eq!(first.header("access-control-allow-origin"), "*", "{path}");
        json(&first);
        let again = Request::get(&path).header("if-none-match", first.header("etag")).body(Body::empty()).unwrap();
        assert_eq!(site.send(again).await.status, StatusCode::NOT_MODIFIED, "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_a_problem() {
    let site = Site::new().await;
    let long = format!("/systems?q={}", "a".repeat(10_000));
    for (path, status) in [
        ("/systems?farbe=rot", 400),
        ("/systems?land=99", 400),
        ("/systems?cursor=nonsense", 400),
        ("/systems?limit=viele", 400),
        ("/systems?limit=101", 400),
        ("/systems?facets=farbe", 400),
        ("/systems?limit=1&limit=2", 400),
        ("/systems?page=2", 400),
        ("/systems?page=1000000000", 400),
        ("/organisations?with_entries=vielleicht", 400),
        ("/organisations?land=99", 400),
        ("/organisations?level=hoch", 400),
        ("/organisations?limit=0", 400),
        ("/organisations?limit=201", 400),
        ("/organisations?lande=05", 400),
        ("/organisations?cursor=nonsense", 400),
        ("/suggest?limit=21", 400),
        ("/changes?limit=1001", 400),
        (long.as_str(), 400),
        ("/systems?q=KI&offset=99999999", 404),
        ("/systems/MAKI-1999-999999", 404),
        ("/systems/nichts", 404),
        ("/systems/nichts/versions", 404),
        ("/vocabularies/nichts", 404),
        ("/organisations/nichts", 404),
        ("/changes?after=nonsense", 400),
        ("/gibt-es-nicht", 404),
    ] {
        let answer = site.get(&format!("/api/v1{path}")).await;
        assert_eq!(answer.status.as_u16(), status, "{path:.80}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path:.80}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path:.80}");
        let problem = json(&answer);
        assert_eq!(problem["status"], status, "{path:.80}");
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        let explained = site.get(problem["type"].as_str().unwrap()).await;
        let (page, anchor) = explained.header("location").split_once('#').unwrap();
        assert!(site.get(page).await.main().contains(&format!("id=\"{anchor}\"")), "{path:.80}: {problem}");
    }
    let post = Request::post("/api/v1/systems").body(Body::empty()).unwrap();
    let answer = site.send(post).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_kennung_that_nobody_has_comes_with_near_ones() {
    let site = Site::new().await;
    let check = async |path: &str, first: &str| {
        let answer = site.get(&format!("/api/v1{path}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let problem = json(&answer);
        let similar = &problem["similar"];
        assert_eq!(similar[0]["kennung"], first, "{problem}");
        assert_eq!(similar[0]["href"], format!("/api/v1/systems/{first}"), "{problem}");
        assert_eq!(similar[0]["html"], format!("/systeme/{first}"), "{problem}");
        assert_eq!(site.get(similar[0]["href"].as_str().unwrap()).await.status, StatusCode::OK);
        assert!(problem["detail"].as_str().unwrap().contains("PROBE-2026-000123"), "{problem}");
    };
    let highest = format!("PROBE-2026-{:06}", highest(&site).await);
    check("/systems/PROBE-2025-000001", "PROBE-2026-000001").await;
    check("/systems/PROBE-2026-009999", &highest).await;
    check("/systems/MAKI-2026-009999/versions", &highest).await;
    let none = json(&site.get("/api/v1/systems/nichts").await);
    assert_eq!(none["similar"], serde_json::json!([]), "{none}");
}

/// The highest number of a system.
async fn highest(site: &Site) -> u64 {
    let page = json(&site.get("/api/v1/systems?limit=100").await);
    let number = |system: &Value| system["kennung"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
    page["systems"].as_array().unwrap().iter().map(number).max().unwrap()
}

#[tokio::test]
async fn problems_speak_the_language_that_a_program_prefers() {
    let site = Site::new().await;
    let check = async |accepted: &str, language: &str, title: &str| {
        let request = Request::get("/api/v1/systems?limit=101").header("accept-language", accepted);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        let problem = json(&answer);
        assert_eq!((answer.header("content-language"), problem["title"].as_str().unwrap()), (language, title));
        assert_eq!(problem["type"], "/api/problems/bad-parameter");
        assert_eq!(problem["parameter"], "limit");
        assert!(problem["detail"].as_str().unwrap().contains("limit"), "{problem}");
    };
    check("", "de", "Diese Adresse verstehen wir nicht").await;
    check("fr-FR, en;q=0.8, de;q=0.5", "en", "We do not understand this address").await;
    let nowhere = site.get("/api/problems/nichts").await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    assert!(nowhere.main().contains("Diese Seite gibt es nicht"));
}

#[tokio::test]
async fn the_change_feed_ends_and_a_restore_makes_it_start_anew() {
    let site = Site::new().await;
    let mut seen = 0;
    let mut cursor = String::new();
    loop {
        let page = json(&site.get(&format!("/api/v1/changes?limit=2&after={cursor}")).await);
        seen += page["changes"].as_array().unwrap().len();
        cursor = page["cursor"].as_str().unwrap().to_owned();
        if page["more"] == false {
            break;
        }
    }
    assert!(seen >= 6, "{seen}");
    let rest = json(&site.get(&format!("/api/v1/changes?after={cursor}")).await);
    assert_eq!(rest["changes"].as_array().map(Vec::len), Some(0));
    maki_store::mark_restored(site.app.store(), site.app.now()).await.unwrap();
    let answer = site.get(&format!("/api/v1/changes?after={cursor}")).await;
    assert_eq!(answer.status, StatusCode::GONE, "{}", answer.body);
    assert!(json(&answer)["type"].as_str().unwrap().ends_with("cursor-expired"));
}

#[tokio::test]
async fn downloads_name_their_file_and_licence() {
    let site = Site::new().await;
    for path in ["/daten/register.csv", "/daten/systeme.csv", "/en/daten/systeme.csv", "/daten/register.jsonl"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.header("content-disposition").starts_with("attachment; filename=\"maki-"), "{path}");
        assert!(answer.header("link").contains("rel=\"license\""), "{path}");
        assert!(answer.body.lines().count() > 3, "{path}: {}", answer.body);
    }
    let lines = site.get("/daten/systeme.jsonl").await.body;
    for line in lines.lines() {
        serde_json::from_str::<maki_domain::Entry>(line).unwrap();
    }
    assert_eq!(site.get("/daten/register.exe").await.status, StatusCode::NOT_FOUND);
}

/// Entries as an import reads them from a file of this name.
fn entries(file: &str, name: &str) -> Vec<maki_domain::Entry> {
    let own = maki_formats::profile::profile("maki").unwrap();
    let bytes = std::io::Cursor::new(file.as_bytes().to_vec());
    let reader = maki_formats::profile::open(bytes, name, &own, maki_formats::profile::ReadOptions::default()).unwrap();
    let read = reader.map(|outcome| match outcome.unwrap() {
        maki_formats::profile::RowOutcome::Entry(row) => row.entry,
        other => unreachable!("{other:?}"),
    });
    read.collect()
}

#[tokio::test]
async fn json_is_one_list_that_an_import_reads_back() {
    let site = Site::new().await;
    for name in ["register", "systeme"] {
        let list = site.get(&format!("/daten/{name}.json")).await;
        assert_eq!(list.header("content-type"), "application/json");
        assert!(list.header("content-disposition").ends_with(".json\""));
        let values: Vec<maki_domain::Entry> = serde_json::from_str(&list.body).unwrap();
        assert!(values.len() >= 4);
        assert_eq!(entries(&list.body, "a.json"), values, "{name}");
        let lines = site.get(&format!("/daten/{name}.jsonl")).await.body;
        assert_eq!(entries(&lines, "a.jsonl"), values, "{name}");
    }
    let none = site.get("/daten/systeme.json?q=nirgends").await;
    assert_eq!(none.body, "[]\n");
}

#[tokio::test]
async fn the_headers_of_a_download_can_be_asked_for_alone() {
    let site = Site::new().await;
    let head = async |path: &str| site.send(Request::head(path).body(Body::empty()).unwrap()).await;
    for path in ["/daten/register.csv", "/daten/systeme.xlsx?q=Lotte", "/daten/systeme.atom"] {
        let (alone, whole) = (head(path).await, site.header_of(path, "content-type").await);
        assert_eq!((alone.status, alone.body.as_str()), (StatusCode::OK, ""), "{path}");
        assert_eq!(alone.header("content-type"), whole, "{path}");
        assert_ne!(alone.header("content-length"), "0", "{path}");
    }
    assert_eq!(head("/daten/systeme.csv?land=99").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_readers_do_not_keep_others_from_downloading() {
    let site = Site::demo().await;
    let whole = site.get("/daten/register.jsonl").await.body;
    assert!(whole.len() > 400_000, "too small to fill what waits: {}", whole.len());
    let mut slow = Vec::new();
    for _ in 0..8 {
        let start = tokio::time::timeout(std::time::Duration::from_secs(15), site.unread("/daten/register.jsonl"));
        slow.push(start.await.unwrap());
    }
    for response in slow {
        assert_eq!(response.status(), StatusCode::OK);
        let bytes = axum::body::to_bytes(response.into_body(), 16 << 20).await.unwrap();
        assert!(bytes == whole.as_bytes(), "{} of {} bytes", bytes.len(), whole.len());
    }
}

#[tokio::test]
async fn ids_of_feeds_do_not_depend_on_the_host() {
    let feed = async |base_url: &str, path: &str| {
        let site = Site::empty(|instance| instance.base_url = base_url.to_owned()).await;
        site.import(include_str!("sample.jsonl")).await;
        let body = site.get(path).await.body;
        assert!(body.contains(&format!("href=\"{base_url}/systeme/PROBE-")), "{body}");
        let ids: Vec<String> =
            body.split("<id>").skip(1).map(|rest| rest[..rest.find('<').unwrap()].to_owned()).collect();
        let updated: Vec<String> =
            body.split("<updated>").skip(2).map(|rest| rest[..rest.find('<').unwrap()].to_owned()).collect();
        assert!(updated.is_sorted_by(|a, b| a >= b), "{updated:?}");
        ids
    };
    let here = feed("https://a.example", "/feed.atom").await;
    assert!(here.len() >= 4 && here.iter().all(|id| id.starts_with("urn:uuid:")), "{here:?}");
    assert_eq!(here.iter().collect::<BTreeSet<_>>().len(), here.len());
    assert_eq!(feed("https://b.example", "/feed.atom").await, here);
    let other = feed("https://a.example", "/daten/systeme.atom?level=municipal").await;
    assert_ne!(other.first(), here.first(), "another search is another feed");
}

#[tokio::test]
async fn the_title_of_a_feed_names_its_search() {
    let site = Site::new().await;
    let check = async |path: &str, title: &str| {
        let feed = site.get(path).await.body;
        assert!(feed.contains(&format!("<title>{title}</title>")), "{feed}");
    };
    check("/feed.atom", "Marktplatz der KI-Möglichkeiten").await;
    check(
        "/daten/systeme.atom?q=Lotte&level=municipal&level=state&land=03&sort=name",
        "Marktplatz der KI-Möglichkeiten: Lotte · Verwaltungsebene: Kommune, Land · Land: Niedersachsen",
    )
    .await;
}

#[tokio::test]
async fn pages_of_other_hosts_may_ask_whether_something_changed() {
    let site = Site::new().await;
    let asked = Request::options("/api/v1/systems")
        .header("origin", "https://seite.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "if-none-match");
    let answer = site.send(asked.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("access-control-allow-headers").contains("if-none-match"), "{:?}", answer.headers);
}

#[tokio::test]
async fn feeds_are_well_formed() {
    let site = Site::new().await;
    for path in ["/feed.atom", "/daten/systeme.atom?sort=name"] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.header("content-type").starts_with("application/atom+xml"), "{path}");
        let opened = answer.body.matches("<entry ").count();
        assert!(opened >= 3 && opened == answer.body.matches("</entry>").count(), "{}", answer.body);
    }
}
