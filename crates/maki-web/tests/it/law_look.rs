//! The law time machine: what is lacking on a day, what differs from another, who sees it, and bad input.

use axum::http::StatusCode;
use maki_domain::{RecordId, Role, Roles};

use crate::register::{Answer, Site};
use crate::visitor::{People, Visitor};

const PATH: &str = "/arbeit/rechtslage";

/// The finished page: a look takes a moment where many tests run.
async fn looked(who: &Visitor<'_>, path: &str) -> Answer {
    for _ in 0..40 {
        let page = who.get(path).await;
        if !page.body.contains("Das Register wird geprüft") {
            return page;
        }
    }
    unreachable!("the look does not end")
}

#[tokio::test]
async fn what_is_lacking_on_a_day_is_listed_by_duty_and_authority() {
    let site = Site::living().await;
    let operator = Visitor::with_roles(&site, RecordId::NIL, Roles::NONE.with(Role::Operator)).await;
    let early = looked(&operator, &format!("{PATH}?tag=1.12.2027")).await;
    assert_eq!(early.status, StatusCode::OK, "{}", early.body);
    assert!(early.main().contains("Was dann fehlt") && early.main().contains("Am 01.12.2027"), "{}", early.main());
    let late = looked(&operator, &format!("{PATH}?tag=2.8.2030")).await;
    assert!(late.main().contains("fällig seit 02.08.2030"), "{}", late.main());
    assert!(late.main().contains("Nach Pflicht"), "{}", late.main());
    let one = late.main().split("pflicht=").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let narrowed = looked(&operator, &format!("{PATH}?tag=2.8.2030&pflicht={one}")).await;
    assert!(narrowed.status == StatusCode::OK && narrowed.main().contains("m-chip"), "{}", narrowed.main());
    let table = operator.get("/arbeit/rechtslage/eintraege.csv?tag=2.8.2030").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        table.body.contains("Kennung;Name;Behörde;Risikoklasse;Pflicht;Fällig seit;Feld;Was fehlt"),
        "{}",
        table.body
    );
    assert!(table.body.contains("2030-08-02"), "{}", table.body);
}

#[tokio::test]
async fn two_laws_are_compared() {
    let site = Site::living().await;
    let operator = Visitor::with_roles(&site, RecordId::NIL, Roles::NONE.with(Role::Operator)).await;
    let query = "tag=2.8.2026&recht=ki-vo-2024-07-12&gegen=2.8.2026&gegenrecht=ki-vo-2026-07-27";
    let page = looked(&operator, &format!("{PATH}?{query}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for words in ["Was sich unterscheidet", "Fassung vom 12.07.2024", "Fassung vom 27.07.2026", "Vorher", "Nachher"] {
        assert!(page.main().contains(words), "{words}: {}", page.main());
    }
    let english = operator.get(&format!("/en{PATH}?{query}")).await;
    assert!(english.main().contains("What differs"), "{}", english.main());
    let same = looked(&operator, &format!("{PATH}?tag=2.8.2026&gegen=2026-08-02")).await;
    assert!(same.main().contains("unterscheidet sich kein Eintrag"), "{}", same.main());
    let table = operator.get(&format!("/arbeit/rechtslage/eintraege.csv?{query}")).await;
    assert!(table.body.contains("Was;Vorher;Nachher"), "{}", table.body);
}

#[tokio::test]
async fn everybody_looks_at_their_own_and_bad_days_are_told() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, "ki@talheide.example").await;
    let own = looked(&editor, &format!("{PATH}?tag=2.8.2030")).await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.body);
    assert!(!own.main().contains("id=\"behoerden\""), "one authority alone: {}", own.main());
    let reader = people.sign_in(&site, "lesen@leinemark.example").await;
    assert_eq!(reader.get(PATH).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.get(PATH).await.status, StatusCode::SEE_OTHER);
    for (query, field) in [("tag=31.2.2027", "#f-tag"), ("tag=2027", "#f-tag"), ("gegen=morgen", "#f-gegen")] {
        let wrong = editor.get(&format!("{PATH}?{query}")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        let typed = query.split_once('=').unwrap().1;
        assert!(
            wrong.main().contains(&format!("href=\"{field}\"")) && wrong.main().contains(typed),
            "{}",
            wrong.main()
        );
    }
    let foreign = "behoerde=MAKI-B-999999";
    assert_eq!(editor.get(&format!("{PATH}?{foreign}")).await.status, StatusCode::NOT_FOUND);
    for query in ["recht=morgen", "land=99", "seite=x", "sonst=1", "behoerde=quer"] {
        assert_eq!(editor.get(&format!("{PATH}?{query}")).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
}
