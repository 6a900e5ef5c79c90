//! Work on entries in the browser: begin, fill in, submit, adopt, two at once, bad input.

use axum::http::StatusCode;

use crate::register::{Answer, Site};
use crate::visitor::{People, changed, form};

const EDITOR: &str = "ki@talheide.example";

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

/// The editor's town.
async fn town(site: &Site) -> maki_app::OrganisationRef {
    let all = maki_app::OrganisationFilter { limit: usize::MAX, ..maki_app::OrganisationFilter::default() };
    let found = site.app.organisations(&all).await.unwrap().organisations;
    found.into_iter().find(|o| o.organisation.name == "Stadt Talheide").unwrap().organisation
}

/// The path of its page for new entries.
async fn new_path(site: &Site) -> String {
    format!("/arbeit/{}/neu", town(site).await.kennung)
}

#[tokio::test]
async fn nobody_works_without_signing_in() {
    let site = Site::living().await;
    let answer = site.get(&new_path(&site).await).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(answer.header("location").starts_with("/anmelden?weiter="));
}

#[tokio::test]
async fn a_new_entry_asks_first_what_exists() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let path = new_path(&site).await;
    let page = editor.get(&format!("{path}?q=Wohngeld")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.main().contains("<mark>Wohngeld"), "{}", page.main());
    assert!(page.main().contains("Gefunden wegen: Wohngeld"), "{}", page.main());
    let refused = editor.fill(&path, &path, &[("name", " "), ("wahl", "full")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.main().contains("Schreiben Sie, wie das System heißt."));
}

#[tokio::test]
async fn the_short_form_goes_from_name_to_submission() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let path = new_path(&site).await;
    let first = place(&editor.fill(&path, &path, &[("name", "Schreibhilfe"), ("wahl", "short")]).await);
    let system = [
        ("short_description", "Schlägt Formulierungen vor."),
        ("purpose", "Hilft beim Schreiben."),
        ("fields", "citizen_services"),
        ("techniques", "generative_language_model"),
        ("risk_class", "minimal"),
    ];
    let answer = editor.fill(&first, &first, &system).await;
    let second = place(&answer);
    assert!(second.ends_with("/kurz/2"), "{second}");
    let deployment = [
        ("lifecycle", "operation"),
        ("in_operation_since.year", "2026"),
        ("affected", "employees"),
        ("decision_effect", "none"),
        ("personal_data", "none"),
    ];
    let check = place(&editor.fill(&second, &second, &deployment).await);
    assert!(check.ends_with("/pruefen"), "{check}");
    let checked = editor.get(&check).await;
    assert!(checked.main().contains("Weiter zum Einreichen"), "{}", checked.main());
    let submit = check.replace("/pruefen", "/einreichen");
    let done = place(&editor.fill(&submit, &submit, &[("note", "Neu bei uns")]).await);
    let page = editor.get(&done).await;
    assert!(page.main().contains("wartet auf Freigabe"), "{}", page.main());
    // Sent a second time nothing breaks.
    let entry = check.replace("/pruefen", "");
    let locked = editor.get(&entry).await;
    assert!(locked.main().contains("Zurückholen und ändern"));
    let back = format!("{entry}/zurueckholen");
    assert_eq!(place(&editor.fill(&entry, &back, &[]).await), entry);
    assert!(editor.get(&entry).await.main().contains("Angaben prüfen"));
}

#[tokio::test]
async fn a_system_is_adopted_with_its_use_alone() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let path = new_path(&site).await;
    let search = format!("{path}?q=Auskunftsdialog");
    let page = editor.get(&search).await;
    let kennung = page.main().split("name=\"system\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = form(&page.body, &path);
    let sent = changed(form, &[("wahl", "adopt"), ("system", kennung.as_str())]);
    let first = place(&editor.post(&path, &sent).await);
    let shown = editor.get(&first).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    assert!(!shown.main().contains("name=\"short_description\""), "the system belongs to others");
    let unknown = changed(sent, &[("system", "MAKI-9999-999999")]);
    assert_eq!(editor.post(&path, &unknown).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_does_not_fit_is_shown_and_the_rest_saved() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let path = new_path(&site).await;
    let entry = place(&editor.fill(&path, &path, &[("name", "<script>Lotte</script>"), ("wahl", "full")]).await);
    let page = editor.get(&entry).await;
    assert!(page.main().contains("&#60;script&#62;Lotte"), "markup is text");
    let section = format!("{entry}/abschnitt/basics");
    let long = "x".repeat(300);
    let changes = [("short_description", long.as_str()), ("purpose", "Bleibt erhalten.")];
    let refused = editor.fill(&section, &section, &changes).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.main().contains(&long), "what was typed is still there");
    assert!(refused.main().contains("href=\"#f-short_description\""));
    // The rest is saved, and the form goes on from there.
    let again = changed(form(&refused.body, &section), &[("short_description", "Kurz.")]);
    place(&editor.post(&section, &again).await);
    let saved = editor.get(&section).await;
    assert!(saved.main().contains("Bleibt erhalten.") && saved.main().contains("Kurz."));
    assert_eq!(editor.get(&format!("{entry}/abschnitt/nichts")).await.status, StatusCode::NOT_FOUND);
    let discard = format!("{entry}/verwerfen");
    assert_eq!(place(&editor.fill(&discard, &discard, &[]).await), "/arbeit");
}

#[tokio::test]
async fn two_at_once_see_both_versions_and_lose_nothing() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (one, two) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, EDITOR).await);
    let path = new_path(&site).await;
    let entry = place(&one.fill(&path, &path, &[("name", "Lotte"), ("wahl", "full")]).await);
    let section = format!("{entry}/abschnitt/basics");
    let opened = form(&one.get(&section).await.body, &section);
    place(&two.fill(&section, &section, &[("purpose", "Vom anderen."), ("problem", "Auch vom anderen.")]).await);
    let mine = changed(opened, &[("purpose", "Von mir."), ("description", "Nur von mir.")]);
    let stale = one.post(&section, &mine).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    assert!(stale.main().contains("Von mir.") && stale.main().contains("Vom anderen."));
    assert!(!stale.main().contains("keep:description"), "only one changed it");
    let kept = changed(form(&stale.body, &section), &[("keep:purpose", "theirs")]);
    place(&one.post(&section, &kept).await);
    let saved = one.get(&section).await;
    for text in ["Vom anderen.", "Auch vom anderen.", "Nur von mir."] {
        assert!(saved.main().contains(text), "{text} is lost");
    }
    assert!(!saved.main().contains("Von mir."));
}

#[tokio::test]
async fn others_cannot_work_on_it() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let path = new_path(&site).await;
    let entry = place(&editor.fill(&path, &path, &[("name", "Lotte"), ("wahl", "full")]).await);
    for stranger in ["erfassung@leinemark.example", "lesen@leinemark.example"] {
        let stranger = people.sign_in(&site, stranger).await;
        for place in [&path, &entry, &format!("{entry}/abschnitt/basics")] {
            assert_eq!(stranger.get(place).await.status, StatusCode::FORBIDDEN, "{place}");
        }
    }
    let approver = people.sign_in(&site, "freigabe@talheide.example").await;
    assert_eq!(approver.get(&entry).await.status, StatusCode::OK);
    assert_eq!(approver.get(&format!("{entry}/abschnitt/basics")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_published_is_changed_beside_it() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let permit = site.app.machine_permit(maki_domain::Act::ReadWork, town(&site).await.id);
    let item = site.app.published_entries(&permit, &maki_app::ProblemWish::None, 1).await.unwrap().items.remove(0);
    let entry = format!("/arbeit/eintraege/{}", item.entry);
    let shown = editor.get(&entry).await;
    assert!(shown.main().contains("Veröffentlicht ist die Version"), "{}", shown.main());
    let section = format!("{entry}/abschnitt/use");
    place(&editor.fill(&section, &section, &[("deployment_purpose", "Beiseite gelegt.")]).await);
    assert!(editor.get(&section).await.main().contains("Beiseite gelegt."));
    let public = site.get(&format!("/systeme/{}", item.kennung.unwrap())).await;
    assert!(!public.body.contains("Beiseite gelegt."), "drafts are not public");
}
