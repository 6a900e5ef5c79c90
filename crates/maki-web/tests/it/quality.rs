//! Scores and problems: in the editor, in the list of an authority, for those who answer for several; never in public.

use axum::http::StatusCode;
use maki_app::App;
use maki_domain::{RecordId, Role, Roles};

use crate::register::Site;
use crate::visitor::{People, Visitor};

const EDITOR: &str = "ki@talheide.example";
const COORDINATOR: &str = "koordination@it-verbund-heidemark.example";

async fn judged() -> Site {
    let site = Site::living().await;
    site.app.judge_register(App::day_of(site.app.now()).unwrap()).await.unwrap();
    site
}

/// The path of the first link that begins with this.
fn link<'a>(html: &'a str, prefix: &str) -> &'a str {
    let found = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    found.into_iter().find(|href| href.starts_with(prefix)).unwrap_or_default()
}

#[tokio::test]
async fn the_list_of_an_authority_is_narrowed_to_problems() {
    let site = judged().await;
    let editor = People::of(&site).await.sign_in(&site, EDITOR).await;
    let home = editor.get("/arbeit").await.header("location").to_owned();
    let list = format!("{home}/veroeffentlicht");
    let all = editor.get(&list).await;
    assert!(all.main().contains("Alle Einträge (") && all.main().contains("Vollständigkeit "), "{}", all.main());
    let total = |html: &str| html.matches("<li><p><a class=\"kern-link\" href=\"/arbeit/eintraege/").count();
    let warned = editor.get(&format!("{list}?befund=warnungen")).await;
    assert!(total(warned.main()) <= total(all.main()));
    assert!(warned.main().contains("value=\"warnungen\" selected"), "{}", warned.main());
    let rule = editor.get(&format!("{list}?befund=ended_without_date")).await;
    assert_eq!((rule.status, total(rule.main())), (StatusCode::OK, 0));
    assert!(rule.main().contains("Kein Eintrag hat dieses Problem."), "{}", rule.main());
    assert!(rule.main().contains("value=\"ended_without_date\" selected"));
    let wrong = editor.get(&format!("{list}?befund=alles")).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_editor_says_what_helps_most_and_leads_there() {
    let site = judged().await;
    let editor = People::of(&site).await.sign_in(&site, EDITOR).await;
    let home = editor.get("/arbeit").await.header("location").to_owned();
    let list = editor.get(&format!("{home}/veroeffentlicht")).await;
    let entry = link(list.main(), "/arbeit/eintraege/").to_owned();
    let page = editor.get(&entry).await;
    let section = page.main().split("id=\"qualitaet\"").nth(1).unwrap();
    for words in
        ["Vollständigkeit", "Qualität", "nötigen Feldern beantwortet", "Was am meisten bringt", "So wird gerechnet"]
    {
        assert!(section.contains(words), "{words}: {section}");
    }
    let step = link(section, &format!("{entry}/abschnitt/")).to_owned();
    let (path, field) = step.split_once('#').unwrap();
    let form = editor.get(path).await;
    assert!(form.main().contains(&format!("id=\"{field}\"")), "{step}");
}

#[tokio::test]
async fn everybody_sees_what_they_answer_for_and_nobody_else_anything() {
    let site = judged().await;
    let people = People::of(&site).await;
    let operator = Visitor::with_roles(&site, RecordId::NIL, Roles::NONE.with(Role::Operator)).await;
    let page = operator.get("/arbeit/qualitaet").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for words in ["Zuletzt wurde das ganze Register", "Verteilung", "Länder", "Behörden", "Einträge mit Problemen"] {
        assert!(page.main().contains(words), "{words}: {}", page.main());
    }
    let land = link(page.main(), "/arbeit/qualitaet?land=").to_owned();
    assert_eq!(operator.get(&land).await.status, StatusCode::OK);
    let editor = people.sign_in(&site, EDITOR).await;
    let own = editor.get("/arbeit/qualitaet").await;
    assert!(!own.main().contains("Zuletzt wurde das ganze Register") && own.main().contains("Verteilung"));
    let table = editor.get("/arbeit/qualitaet/eintraege.csv").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let mut lines = table.body.lines();
    assert!(lines.next().unwrap().contains("Kennung;Name;Behörde;Land;Vollständigkeit;Qualität;Fehler"));
    assert!(lines.count() >= 1 && !table.body.contains("Stadt Leinemark"), "{}", table.body);
    let everything = operator.get("/arbeit/qualitaet/eintraege.csv?befund=probleme").await;
    assert!(everything.body.lines().count() > table.body.lines().count());
    let coordinator = people.sign_in(&site, COORDINATOR).await;
    assert_eq!(coordinator.get("/arbeit/qualitaet").await.status, StatusCode::OK);
    let reader = people.sign_in(&site, "lesen@leinemark.example").await;
    for path in ["/arbeit/qualitaet", "/arbeit/qualitaet/eintraege.csv"] {
        assert_eq!(reader.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(site.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
    }
    for query in ["land=99", "befund=nichts", "behoerde=quer", "seite=0", "sonst=1"] {
        assert_eq!(
            operator.get(&format!("/arbeit/qualitaet?{query}")).await.status,
            StatusCode::BAD_REQUEST,
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_method_is_public_and_complete_and_scores_are_not() {
    let site = judged().await;
    let page = site.get("/methodik/qualitaet").await;
    assert_eq!(page.status, StatusCode::OK);
    let method = maki_domain::quality::method();
    for field in method.recommendations.iter().flat_map(|one| &one.fields) {
        let label = field.field().label(maki_domain::Language::De).replace('&', "&#38;");
        assert!(page.main().contains(&label), "{label}");
    }
    for cost in [method.costs.error, method.costs.warning, method.costs.hint, method.costs.silent] {
        let row = format!("<td class=\"m-num\">{}</td><td class=\"m-num\">{}</td>", cost.points, cost.limit);
        assert!(page.main().contains(&row), "{row}");
    }
    assert!(site.get("/en/methodik/qualitaet").await.main().contains("Numbers are rounded down"));
    let list = site.get("/systeme").await;
    let sheet = site.get(link(list.main(), "/systeme/")).await;
    assert!(sheet.status == StatusCode::OK && !sheet.main().contains("nötigen Feldern"), "{}", sheet.body);
}
