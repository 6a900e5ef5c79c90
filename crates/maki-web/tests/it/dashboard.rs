//! The numbers of the dashboard are those of the search: every bar, figure and Land leads to as many hits as it says.

use axum::http::StatusCode;

use crate::register::Site;

/// Addresses with and without words and filters, in both languages.
const ADDRESSES: [&str; 5] = [
    "/dashboard",
    "/dashboard?level=municipal&level=state",
    "/en/dashboard?q=Chatbot&risk_class=minimal",
    "/karte?land=05&lifecycle_group=in_operation",
    "/en/karte?technique=speech",
];

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    Some(rest.split_once(end)?.0)
}

/// The first whole number of a text, whatever its separators.
fn number(text: &str) -> u64 {
    let from = text.find(|c: char| c.is_ascii_digit());
    let digits = from.map_or("0", |from| &text[from..]);
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(digits.len());
    digits[..end].replace(['.', ','], "").parse().unwrap()
}

fn address(html: &str) -> Option<String> {
    Some(between(html, "href=\"", "\"")?.replace("&amp;", "&").replace("&#38;", "&"))
}

/// Links with the number that stands at them: rows of charts, and Länder on the map.
fn links(main: &str) -> Vec<(String, u64)> {
    let rows = main.split("<tr>").skip(1).filter_map(|row| {
        let count = number(between(row, "class=\"m-chart__number\">", "</td>").unwrap_or_default());
        Some((address(row.split_once("</tr>")?.0)?, count))
    });
    let laender = main.split("<a ").skip(1).filter(|link| link.contains("m-map__land")).filter_map(|link| {
        let name = between(link, "aria-label=\"", "\"")?;
        Some((address(link)?, number(name.rsplit_once(": ")?.1)))
    });
    rows.chain(laender).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bar_leads_to_as_many_systems_as_it_says() {
    let site = Site::demo().await;
    for page in ADDRESSES {
        let answer = site.get(page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        let mut links = links(answer.main());
        assert!(links.len() > 10, "{page} has {} links", links.len());
        links.sort();
        links.dedup();
        for (href, count) in links {
            let list = site.get(&href).await;
            assert_eq!(list.status, StatusCode::OK, "{href}");
            let status = between(&list.body, "role=\"status\">", "</p>").unwrap();
            assert_eq!(number(status), count, "{page}: {href}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_lead_to_as_many_systems_as_they_say() {
    let site = Site::demo().await;
    for page in ["/dashboard", "/en/dashboard?land=05", "/dashboard?risk_class=minimal"] {
        let body = site.get(page).await.body;
        let figures = between(&body, "<ul class=\"m-figures\">", "</ul>").unwrap();
        let found: Vec<_> = figures.split("<li>").skip(1).collect();
        assert_eq!(found.len(), 5, "{page}");
        for place in [0, 3, 4] {
            let Some(href) = address(found[place]) else { continue };
            let count = number(between(found[place], "m-figures__n\">", "<").unwrap());
            let list = site.get(&href).await;
            assert_eq!(number(between(&list.body, "role=\"status\">", "</p>").unwrap()), count, "{page}: {href}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bar_leads_to_a_list() {
    let site = Site::demo().await;
    let page = site.get("/dashboard").await;
    let charts = page.main().split("<section class=\"m-chart\"").skip(1);
    for chart in charts {
        let name = between(chart, "aria-labelledby=\"chart-", "\"").unwrap();
        for row in chart.split("<tr>").skip(2) {
            let count = number(between(row, "class=\"m-chart__number\">", "</td>").unwrap());
            let linked = row.split("</th>").next().unwrap().contains("href=");
            assert_eq!(linked, count > 0, "{name}: {row}");
        }
    }
}

/// Twice high risk by two deployments, in two classes.
const TWICE: &str = r#"{"organisation":{"organisation_name":"Stadt Talheide"},"system":{"external_ids":[{"scheme":"probe","value":"R1"}],"name":"Vergabehilfe"},"deployment":{"deployment_risk_class":"high_risk_annex_i"}}
{"organisation":{"organisation_name":"Gemeinde Wesersand"},"system":{"external_ids":[{"scheme":"probe","value":"R1"}]},"deployment":{"deployment_risk_class":"high_risk_annex_iii"}}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_system_of_both_classes_of_high_risk_counts_once() {
    let site = Site::new().await;
    site.import(TWICE).await;
    for page in ["/", "/dashboard", "/en"] {
        let body = site.get(page).await.body;
        let figures = between(&body, "<ul class=\"m-figures\">", "</ul>").unwrap();
        let figure = figures.split("<li>").find(|figure| figure.contains("risk_class=high_risk_annex_iii")).unwrap();
        assert_eq!(number(between(figure, "m-figures__n\">", "<").unwrap()), 1, "{page}");
        let list = site.get(&address(figure).unwrap()).await;
        assert_eq!(number(between(&list.body, "role=\"status\">", "</p>").unwrap()), 1, "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_come_as_csv() {
    let site = Site::new().await;
    let check = async |path: &str, expected: &str| {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert!(answer.header("etag").starts_with("W/"), "{path}");
        let lines = answer.body.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        insta::assert_snapshot!(expected, lines);
    };
    check("/dashboard.csv?chart=level", "csv-level").await;
    check("/en/dashboard.csv?chart=risk_class&level=municipal", "csv-risk-class-english").await;
    check("/dashboard.csv?chart=deployments", "csv-deployments").await;
    for (path, status) in [
        ("/dashboard.csv", StatusCode::BAD_REQUEST),
        ("/dashboard.csv?chart=authority", StatusCode::BAD_REQUEST),
        ("/dashboard.csv?chart=level&land=99", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(site.get(path).await.status, status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_look_as_agreed() {
    let site = Site::new().await;
    for (name, path) in [("dashboard", "/dashboard"), ("map-english", "/en/karte?level=municipal")] {
        let answer = site.get(path).await;
        // Outlines are long and come from elsewhere.
        let parts: Vec<&str> = answer.main().split(" d=\"").collect();
        let short = parts
            .iter()
            .enumerate()
            .map(|(place, part)| if place == 0 { *part } else { part.split_once('"').unwrap().1 })
            .collect::<String>();
        assert!(!answer.body.contains("style=\""), "{path}");
        insta::assert_snapshot!(name, short);
    }
}
