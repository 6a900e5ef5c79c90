//! Review in the browser: the reviewer's page, four eyes, what changed meanwhile, comments, previews, taking back.

use axum::http::StatusCode;

use crate::register::{Answer, Site};
use crate::visitor::{People, Visitor, changed, form};

const EDITOR: &str = "ki@talheide.example";
const APPROVER: &str = "freigabe@talheide.example";

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

/// The path of the town's work.
async fn town(site: &Site) -> String {
    let all = maki_app::OrganisationFilter { limit: usize::MAX, ..maki_app::OrganisationFilter::default() };
    let found = site.app.organisations(&all).await.unwrap().organisations;
    let town = found.into_iter().find(|o| o.organisation.name == "Stadt Talheide").unwrap();
    format!("/arbeit/{}", town.organisation.kennung)
}

/// Begins an entry, fills it in and submits it; returns its path.
async fn submitted(site: &Site, editor: &Visitor<'_>) -> String {
    let path = format!("{}/neu", town(site).await);
    let first = place(&editor.fill(&path, &path, &[("name", "Schreibhilfe Lotte"), ("wahl", "short")]).await);
    let system = [
        ("short_description", "Schlägt Formulierungen vor."),
        ("purpose", "Hilft beim <b>Schreiben</b>."),
        ("fields", "citizen_services"),
        ("techniques", "generative_language_model"),
        ("risk_class", "minimal"),
    ];
    let second = place(&editor.fill(&first, &first, &system).await);
    let deployment = [
        ("lifecycle", "operation"),
        ("in_operation_since.year", "2026"),
        ("affected", "employees"),
        ("decision_effect", "none"),
        ("personal_data", "none"),
    ];
    let check = place(&editor.fill(&second, &second, &deployment).await);
    let submit = check.replace("/pruefen", "/einreichen");
    place(&editor.fill(&submit, &submit, &[("note", "Neu bei uns")]).await);
    check.replace("/pruefen", "")
}

#[tokio::test]
async fn work_begins_at_the_own_organisation() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let own = town(&site).await;
    assert_eq!(place(&editor.get("/arbeit").await), own);
    assert_eq!(place(&editor.get("/en/arbeit").await), format!("/en{own}"));
    let entry = submitted(&site, &editor).await;
    let mine = editor.get(&own).await;
    assert_eq!(mine.status, StatusCode::OK, "{}", mine.body);
    assert!(mine.main().contains("Neuer Eintrag") && mine.main().contains("Wartet auf eine andere Person"));
    let theirs = approver.get(&own).await;
    assert!(theirs.main().contains(&format!("href=\"{entry}/freigabe\"")), "{}", theirs.main());
    assert!(!theirs.main().contains("Neuer Eintrag"), "who does not edit begins nothing");
    for list in ["entwuerfe", "pruefen", "zurueck", "veroeffentlicht"] {
        let page = editor.get(&format!("{own}/{list}?seite=99")).await;
        assert_eq!(page.status, StatusCode::OK, "{list}: {}", page.body);
        assert_eq!(page.header("cache-control"), "no-store");
    }
    assert_eq!(editor.get(&format!("{own}/pruefen?seite=x")).await.status, StatusCode::BAD_REQUEST);
    let stranger = people.sign_in(&site, "erfassung@leinemark.example").await;
    assert_eq!(stranger.get(&own).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_second_person_approves() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = submitted(&site, &editor).await;
    let review = format!("{entry}/freigabe");
    // Who may approve, but wrote it, is told why somebody else has to.
    let own = editor.get(&review).await;
    assert!(own.main().contains("Hier muss eine andere Person freigeben"), "{}", own.main());
    assert!(!own.main().contains("Freigeben und veröffentlichen"));
    let token = form(&own.body, &format!("{entry}/kommentare")).into_iter().find(|(name, _)| name == "csrf").unwrap();
    let forced = editor.post(&review, &[token, ("decision".into(), "approve".into())]).await;
    assert_eq!(forced.status, StatusCode::FORBIDDEN, "{}", forced.body);
    let page = approver.get(&review).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for text in ["Neu bei uns", "Eingereicht von", "Schlägt Formulierungen vor.", "&#60;b&#62;Schreiben"] {
        assert!(page.main().contains(text), "{text} is not in {}", page.main());
    }
    // A form without a decision decides nothing.
    let undecided = approver.fill(&review, &review, &[]).await;
    assert_eq!(undecided.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = place(&approver.fill(&review, &review, &[("decision", "approve")]).await);
    let page = approver.get(&done).await;
    assert!(page.main().contains("Freigegeben") && page.main().contains("/systeme/PROBE-"), "{}", page.main());
    let kennung = page.main().split("href=\"/systeme/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(site.get(&format!("/systeme/{kennung}")).await.body.contains("Schreibhilfe Lotte"));
    // Approved is approved: the page leads on.
    assert_eq!(place(&approver.get(&review).await), entry);
}

#[tokio::test]
async fn an_entry_is_returned_with_an_answer() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = submitted(&site, &editor).await;
    let review = format!("{entry}/freigabe");
    let mute = approver.fill(&review, &review, &[("decision", "return")]).await;
    assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(mute.main().contains("Schreiben Sie, was sich ändern soll."));
    let answer = [("decision", "return"), ("answer", "Bitte den Zweck\ngenauer sagen.")];
    assert_eq!(place(&approver.fill(&review, &review, &answer).await), entry);
    let own = town(&site).await;
    assert!(editor.get(&own).await.main().contains("Bitte den Zweck\ngenauer sagen."));
    assert!(editor.get(&entry).await.main().contains("Zurückgegeben"));
}

#[tokio::test]
async fn what_changed_meanwhile_is_not_approved() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = submitted(&site, &editor).await;
    let review = format!("{entry}/freigabe");
    let opened = form(&approver.get(&review).await.body, &review);
    place(&editor.fill(&entry, &format!("{entry}/zurueckholen"), &[]).await);
    let section = format!("{entry}/abschnitt/basics");
    place(&editor.fill(&section, &section, &[("purpose", "Etwas anderes.")]).await);
    let submit = format!("{entry}/einreichen");
    place(&editor.fill(&submit, &submit, &[]).await);
    let stale = approver.post(&review, &changed(opened, &[("decision", "approve")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    assert!(stale.main().contains("Der Eintrag hat sich gerade geändert") && stale.main().contains("Etwas anderes."));
    place(&approver.post(&review, &changed(form(&stale.body, &review), &[("decision", "approve")])).await);
}

#[tokio::test]
async fn an_entry_is_discussed() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = submitted(&site, &editor).await;
    let (review, comments) = (format!("{entry}/freigabe"), format!("{entry}/kommentare"));
    let page = approver.get(&comments).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let empty = approver.fill(&comments, &comments, &[("text", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let person =
        page.main().split("<option value=\"").find(|o| o.contains("</option>") && o.len() > 40 && o.starts_with('0'));
    let person = person.unwrap().split('"').next().unwrap();
    let words = [("field", "purpose"), ("text", "Für <wen>?\nGenauer."), ("person", person), ("back", "freigabe")];
    let back = place(&approver.fill(&comments, &comments, &words).await);
    assert!(back.starts_with(&format!("{review}#k-")), "{back}");
    let shown = approver.get(&review).await;
    assert!(
        shown.main().contains("Für &#60;wen&#62;?\nGenauer.") && shown.main().contains("<strong>@"),
        "{}",
        shown.main()
    );
    assert!(editor.get(&entry).await.main().contains("Ein offener Kommentar"));
    let listed = editor.get(&comments).await;
    let resolve = listed.main().split("action=\"").map(|a| a.split('"').next().unwrap());
    let resolve = resolve.filter(|a| a.starts_with(&format!("{comments}/"))).last().unwrap().to_owned();
    place(&editor.fill(&comments, &resolve, &[]).await);
    let after = editor.get(&comments).await;
    assert!(after.main().contains("Eine erledigte Diskussion") && after.main().contains("Wieder öffnen"));
    place(&editor.fill(&comments, &resolve, &[]).await);
    assert!(!editor.get(&comments).await.main().contains("Eine erledigte Diskussion"));
    let foreign = form(&editor.get(&comments).await.body, &comments);
    let foreign = changed(foreign, &[("text", "x"), ("thread", "00000000-0000-7000-8000-000000000001")]);
    assert_eq!(editor.post(&comments, &foreign).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn outsiders_see_a_draft_by_a_link() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let editor = people.sign_in(&site, EDITOR).await;
    let entry = submitted(&site, &editor).await;
    let links = format!("{entry}/vorschau");
    let refused = editor.fill(&links, &links, &[("days", "99")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = editor.fill(&links, &links, &[("days", "3")]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let secret = made.main().split("/vorschau/").find(|p| !p.contains("widerrufen")).map(str::to_owned);
    let address = made.main().split("value=\"").find(|v| v.contains("/vorschau/")).unwrap().split('"').next().unwrap();
    let path = format!("/vorschau/{}", address.rsplit('/').next().unwrap());
    assert!(secret.is_some());
    let page = site.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.main().contains("Entwurf, nicht veröffentlicht") && page.main().contains("Schreibhilfe Lotte"));
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(page.body.contains("noindex"));
    let listed = editor.get(&links).await;
    assert!(!listed.body.contains(&path), "shown once");
    let revoke = listed.main().split("action=\"").map(|a| a.split('"').next().unwrap());
    let revoke = revoke.filter(|a| a.ends_with("/widerrufen")).last().unwrap().to_owned();
    place(&editor.fill(&links, &revoke, &[]).await);
    assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.get("/vorschau/geraten").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_published_is_taken_back_with_a_reason() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let entry = submitted(&site, &editor).await;
    let review = format!("{entry}/freigabe");
    place(&approver.fill(&review, &review, &[("decision", "approve")]).await);
    let withdraw = format!("{entry}/zurueckziehen");
    assert!(approver.get(&entry).await.main().contains(&withdraw));
    let reader = people.sign_in(&site, "lesen@leinemark.example").await;
    assert_eq!(reader.get(&withdraw).await.status, StatusCode::FORBIDDEN);
    let page = approver.get(&withdraw).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let token = page.main().split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let short = approver.post(&withdraw, &[pair("csrf", &token), pair("reason", "weg")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent =
        [pair("csrf", &token), pair("reason", "Doppelt eingetragen, bitte den anderen nehmen."), pair("system", "yes")];
    let sheet = place(&approver.post(&withdraw, &sent).await);
    let public = site.get(&sheet).await;
    assert!(public.body.contains("Doppelt eingetragen"), "{}", public.body);
}

#[tokio::test]
async fn a_change_to_a_shared_system_is_proposed_and_taken_over() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, other) =
        (people.sign_in(&site, EDITOR).await, people.sign_in(&site, "erfassung@leinemark.example").await);
    let entry = submitted(&site, &editor).await;
    let approver = people.sign_in(&site, APPROVER).await;
    let review = format!("{entry}/freigabe");
    let done = place(&approver.fill(&review, &review, &[("decision", "approve")]).await);
    let page = approver.get(&done).await;
    let kennung = page.main().split("href=\"/systeme/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let path = format!("/arbeit/systeme/{kennung}/vorschlag?abschnitt=basics");
    assert_eq!(editor.get(&path).await.status, StatusCode::FORBIDDEN, "one's own system is simply changed");
    let mute = other.fill(&path, &path, &[("purpose", "Hilft sehr.")]).await;
    assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", mute.body);
    assert!(mute.main().contains("Hilft sehr."), "what was typed stays");
    let same = other.fill(&path, &path, &[("note", "Nichts.")]).await;
    assert_eq!(same.status, StatusCode::UNPROCESSABLE_ENTITY);
    let list = place(&other.fill(&path, &path, &[("purpose", "Hilft sehr."), ("note", "Genauer.")]).await);
    let made = other.get(&list).await;
    assert!(made.main().contains("Vorschlag zurücknehmen") && made.main().contains("<ins>"), "{}", made.main());
    let own = town(&site).await;
    let to = editor.get(&format!("{own}/vorschlaege")).await;
    let about = to.main().split("href=\"").map(|h| h.split('"').next().unwrap());
    let about = about.filter(|h| h.starts_with("/arbeit/systeme/")).last().unwrap().to_owned();
    let shown = editor.get(&about).await;
    let decide = shown.main().split("action=\"").map(|a| a.split('"').next().unwrap());
    let decide = decide.filter(|a| a.starts_with(&format!("{about}/"))).last().unwrap().to_owned();
    let mute = editor.fill(&about, &decide, &[("decision", "decline")]).await;
    assert_eq!(mute.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", mute.body);
    let draft = place(&editor.fill(&about, &decide, &[("decision", "accept")]).await);
    let section = editor.get(&format!("{draft}/abschnitt/basics")).await;
    assert!(section.main().contains("Hilft sehr."), "{}", section.main());
    assert!(other.get(&list).await.main().contains("übernommen"));
}

#[tokio::test]
async fn many_entries_are_changed_at_once_and_undone() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let (editor, approver) = (people.sign_in(&site, EDITOR).await, people.sign_in(&site, APPROVER).await);
    let mine = submitted(&site, &editor).await;
    let review = format!("{mine}/freigabe");
    place(&approver.fill(&review, &review, &[("decision", "approve")]).await);
    let entry = mine.rsplit('/').next().unwrap();
    let path = format!("{}/mehrere", town(&site).await);
    let page = editor.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.main().contains(&format!("value=\"{entry}\"")), "{}", page.main());
    let none = editor.fill(&path, &path, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.main().contains("Wählen Sie mindestens einen Eintrag."));
    let blank = editor.fill(&path, &path, &[("entry", entry), ("change", "mailbox")]).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(blank.main().contains("checked"), "the choice stays");
    let done = place(&editor.fill(&path, &path, &[("entry", entry), ("change", "confirm")]).await);
    let said = editor.get(&done).await;
    assert!(said.main().contains("Ein Eintrag ist geändert und wartet auf Freigabe"), "{}", said.main());
    let action = |page: &Answer, end: &str| {
        let all = page.main().split("action=\"").map(|a| a.split('"').next().unwrap());
        all.filter(|a| a.ends_with(end)).last().map(str::to_owned)
    };
    assert!(action(&said, "/freigeben").is_none(), "nobody approves their own change");
    let again = editor.fill(&path, &path, &[("entry", entry), ("change", "confirm")]).await;
    assert!(again.main().contains("wird gerade bearbeitet"), "{}", again.body);
    let undo = action(&said, "/rueckgaengig").unwrap();
    let undone = editor.get(&place(&editor.fill(&path, &undo, &[]).await)).await;
    assert!(undone.main().contains("Ein Eintrag ist wieder wie vorher."), "{}", undone.main());
    place(&editor.fill(&path, &path, &[("entry", entry), ("change", "confirm")]).await);
    let approve = action(&approver.get(&path).await, "/freigeben").unwrap();
    let approved = approver.get(&place(&approver.fill(&path, &approve, &[]).await)).await;
    assert!(approved.main().contains("Ein Eintrag ist freigegeben."), "{}", approved.main());
    let every = [("alle", "1"), ("change", "mailbox"), ("address", "ki@neu.example")];
    let every = editor.fill(&path, &path, &every).await;
    assert!(every.main().contains("Ein Eintrag ist geändert und wartet auf Freigabe"), "{}", every.main());
    assert!(
        every.main().contains("<li><a class=\"kern-link\" href=\"/arbeit/eintraege/"),
        "one is left, with the reason"
    );
}
