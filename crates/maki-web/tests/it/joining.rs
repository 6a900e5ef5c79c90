//! An organisation on its way: it applies, is admitted, invites, delegates, is renamed and ends; and what those who run
//! the register see of it.

use axum::http::StatusCode;
use maki_domain::{RecordId, Role, Roles};
use maki_store::{Job, JobFilter};

use crate::register::{Answer, Site};
use crate::visitor::{People, Visitor, changed, form};

const ADMIN: &str = "verwaltung@leinemark.example";
const MINISTRY: &str = "Ministerium für Landesentwicklung Leinemark";

async fn kennung_of(site: &Site, name: &str) -> String {
    let filter =
        maki_app::OrganisationFilter { name: name.into(), limit: 2, ..maki_app::OrganisationFilter::default() };
    site.app.organisations(&filter).await.unwrap().organisations[0].organisation.kennung.clone()
}

async fn operator(site: &Site) -> Visitor<'_> {
    Visitor::with_roles(site, RecordId::NIL, Roles::NONE.with(Role::Operator)).await
}

fn place(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").to_owned()
}

async fn jobs(site: &Site) -> Vec<Job> {
    site.app.store().read().await.unwrap().jobs(&JobFilter::default(), 100, 0).await.unwrap()
}

/// The secret of the link in the mail that was queued last.
async fn secret(site: &Site, notice: &str) -> String {
    let queued = jobs(site).await;
    let payload = queued.iter().map(|job| &job.payload).find(|payload| payload.contains(notice)).unwrap();
    payload.split_once("\"secret\":\"").unwrap().1.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_organisation_applies_answers_by_mail_and_is_admitted() {
    let site = Site::living().await;
    let nobody = Visitor::nobody(&site);
    let found = nobody.get("/beitreten?name=talheide").await;
    assert!(found.main().contains("Stadt Talheide") && found.main().contains("/beitreten?behoerde="));
    let none = nobody.get("/beitreten?name=%3Cb%3E").await;
    assert!(none.main().contains("Keine Behörde gefunden") && !none.main().contains("<b>"));
    assert_eq!(nobody.get("/beitreten?behoerde=PROBE-9999-1").await.status, StatusCode::NOT_FOUND);

    let nameless = nobody.fill("/beitreten?neu", "/beitreten", &[("email", "ki@neuburg.example")]).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nameless.main().contains("href=\"#f-organisation_name\"") && nameless.main().contains("ki@neuburg.example")
    );
    let wrong = [("organisation_name", "Stadt Neuburg"), ("person", "Ada Muster"), ("email", "keine Adresse")];
    let refused = nobody.fill("/beitreten?neu", "/beitreten", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.main().contains("value=\"Stadt Neuburg\"") && refused.main().contains("href=\"#f-email\""));
    let right = changed(form(&refused.body, "/beitreten"), &[("email", "ki@neuburg.example")]);
    let sent = nobody.post("/beitreten", &right).await;
    assert!(sent.main().contains("Sehen Sie in Ihr Postfach"), "{}", sent.body);

    let link = format!("/beitreten/bestaetigen/{}", secret(&site, "Neuburg").await);
    let confirmed = nobody.fill(&link, &link, &[]).await;
    assert!(confirmed.main().contains("bestätigt"), "{}", confirmed.body);
    assert_eq!(nobody.get(&link).await.status, StatusCode::GONE);

    let operator = operator(&site).await;
    let list = operator.get("/betrieb/antraege").await;
    let href = list.main().split("href=\"/betrieb/antraege/").nth(1).unwrap().split('"').next().unwrap();
    let application = format!("/betrieb/antraege/{href}");
    assert!(list.main().contains("Stadt Neuburg"));
    let silent = operator.fill(&application, &application, &[("ablehnen", "1")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "a refusal needs a reason");
    let admitted = operator.fill(&application, &application, &[("aufnehmen", "1")]).await;
    assert_eq!(place(&admitted), "/betrieb/antraege?aufgenommen");
    assert!(operator.get(&application).await.main().contains("ist aufgenommen"));
    site.app.catch_up(&mut |_| {}).await.unwrap();
    let invitation = format!("/einladung/{}", secret(&site, "invitation").await);
    assert_eq!(nobody.get(&invitation).await.status, StatusCode::OK);
}

#[tokio::test]
async fn joining_tells_nothing_about_accounts_and_ends_at_a_limit() {
    let site = Site::living().await;
    People::of(&site).await;
    let nobody = Visitor::nobody(&site);
    let path = format!("/beitreten?behoerde={}", kennung_of(&site, MINISTRY).await);
    let mut words = Vec::new();
    for email in [ADMIN, "niemand@leinemark.example"] {
        let sent = nobody.fill(&path, "/beitreten", &[("person", "Ada"), ("email", email)]).await;
        assert_eq!(sent.status, StatusCode::OK);
        words.push(sent.main().to_owned());
    }
    assert_eq!(words[0], words[1]);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let changes = [("person", "Ada"), ("email", "oft@leinemark.example")];
        statuses.push(nobody.fill(&path, "/beitreten", &changes).await.status);
    }
    assert_eq!(statuses[3], StatusCode::TOO_MANY_REQUESTS, "{statuses:?}");
}

#[tokio::test]
async fn a_team_is_invited_changed_and_never_without_somebody_who_administers() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let admin = people.sign_in(&site, ADMIN).await;
    let team = format!("/arbeit/{}/team", kennung_of(&site, MINISTRY).await);
    let without = admin.fill(&team, &team, &[("name", "Ada"), ("email", "x"), ("roles", "")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    let invited = [("name", "Ada <i>"), ("email", "ada@leinemark.example"), ("roles", "reader")];
    assert_eq!(place(&admin.fill(&team, &team, &invited).await), format!("{team}?eingeladen"));
    let page = admin.get(&team).await;
    assert!(page.main().contains("Ada &#60;i&#62;") && page.main().contains("eingeladen"), "{}", page.main());
    let twice = admin.fill(&team, &team, &invited).await;
    assert!(twice.main().contains("schon dabei"));
    let again = page.main().split("/erneut\"").next().unwrap().rsplit("action=\"").next().unwrap();
    let first = secret(&site, "invitation").await;
    assert_eq!(place(&admin.fill(&team, &format!("{again}/erneut"), &[]).await), format!("{team}?erneut"));
    assert_ne!(first, secret(&site, "invitation").await);
    assert_eq!(place(&admin.fill(again, again, &[("roles", "editor")]).await), format!("{team}?gespeichert"));
    let remove = format!("{again}/entfernen");
    assert_eq!(place(&admin.fill(&remove, &remove, &[]).await), format!("{team}?entfernt"));
    assert!(!admin.get(&team).await.main().contains("ada@leinemark.example"));

    let page = admin.get(&team).await;
    let own = page.main().split("(Sie)").nth(1).unwrap().split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let alone = admin.fill(own, own, &[("roles", "editor")]).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(alone.main().contains("Eine Person muss die Behörde weiter verwalten"));
    let leave = format!("{own}/entfernen");
    assert_eq!(admin.fill(&leave, &leave, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let foreign = format!("/arbeit/{}/team", kennung_of(&site, "Stadt Talheide").await);
    assert_eq!(admin.get(&foreign).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn approval_is_delegated_and_revoked() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let admin = people.sign_in(&site, "verwaltung@falkenmoor.example").await;
    let path = format!("/arbeit/{}/delegation", kennung_of(&site, "Samtgemeinde Falkenmoor").await);
    let page = admin.get(&path).await;
    let is_given = page.main().contains("name=\"widerrufen\"");
    let (first, second) = if is_given { ("widerrufen", "delegieren") } else { ("delegieren", "widerrufen") };
    place(&admin.fill(&path, &path, &[(first, "1")]).await);
    assert!(admin.get(&path).await.main().contains(&format!("name=\"{second}\"")));
    place(&admin.fill(&path, &path, &[(second, "1")]).await);
    let page = admin.get(&path).await;
    assert!(page.main().contains(&format!("name=\"{first}\"")) && page.main().contains("Insa Peters"));
    let strange = [("behoerde", kennung_of(&site, MINISTRY).await)].map(|(n, v)| (n.to_owned(), v));
    let sent = changed(form(&page.body, &path), &[("behoerde", strange[0].1.as_str()), ("delegieren", "1")]);
    assert_eq!(place(&admin.post(&path, &sent).await), path, "who does not look after us gets nothing");
}

#[tokio::test]
async fn an_organisation_describes_itself_and_nobody_overwrites_unseen() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let admin = people.sign_in(&site, ADMIN).await;
    let path = format!("/arbeit/{}/behoerde", kennung_of(&site, MINISTRY).await);
    let opened = form(&admin.get(&path).await.body, &path);
    let renamed = [("organisation_name", "Ministerium für Alles"), ("note", "Neuer Zuschnitt")];
    assert_eq!(place(&admin.fill(&path, &path, &renamed).await), format!("{path}?gespeichert"));
    assert!(admin.get(&path).await.main().contains("value=\"Ministerium für Alles\""));
    let stale = admin.post(&path, &changed(opened, &[("organisation_short_name", "MA")])).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    assert!(stale.main().contains("value=\"MA\""));
    let nameless = admin.fill(&path, &path, &[("organisation_name", " ")]).await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_merged_organisation_leads_to_its_successor() {
    let site = Site::living().await;
    let operator = operator(&site).await;
    let old = kennung_of(&site, "Samtgemeinde Falkenmoor").await;
    let new = kennung_of(&site, "Stadt Talheide").await;
    let path = format!("/betrieb/behoerden/{old}/zusammenlegen");
    let into_itself = [("nachfolgerin", old.as_str()), ("grund", "Gebietsreform")];
    assert_eq!(operator.fill(&path, &path, &into_itself).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let unknown = [("nachfolgerin", "Nirgendwo"), ("grund", "")];
    assert_eq!(operator.fill(&path, &path, &unknown).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked = operator.fill(&path, &path, &[("nachfolgerin", "stadt talheide"), ("grund", "Gebietsreform")]).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.main().contains("gehören danach zu „Stadt Talheide“"), "{}", asked.main());
    let done = operator.post(&path, &form(&asked.body, &path)).await;
    assert_eq!(place(&done), format!("/behoerden/{old}"));
    site.app.catch_up(&mut |_| {}).await.unwrap();
    let page = Visitor::nobody(&site).get(&format!("/behoerden/{old}")).await;
    assert!(page.main().contains("aufgegangen") && page.main().contains(&format!("/behoerden/{new}")));
    assert!(page.main().contains("Gebietsreform"), "{}", page.main());
    assert!(operator.get(&format!("/betrieb/behoerden/{old}")).await.main().contains("gibt es nicht mehr"));
    assert_eq!(operator.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_operator_arranges_coordination_accounts_and_jobs() {
    let site = Site::living().await;
    let people = People::of(&site).await;
    let operator = operator(&site).await;
    assert_eq!(operator.get("/betrieb").await.status, StatusCode::OK);
    let found = operator.get("/betrieb/behoerden?name=talheide").await;
    let path = format!("/betrieb/behoerden/{}", kennung_of(&site, "Stadt Talheide").await);
    assert!(found.main().contains(&path));
    let action = format!("{path}/betreuung");
    place(&operator.fill(&path, &action, &[("behoerde", MINISTRY)]).await);
    assert!(operator.get(&path).await.main().contains(MINISTRY));

    let list = operator.get(&format!("/betrieb/konten?email={ADMIN}")).await;
    let account = list.main().split("href=\"/betrieb/konten/").nth(1).unwrap().split('"').next().unwrap();
    let account = format!("/betrieb/konten/{account}");
    let admin = people.sign_in(&site, ADMIN).await;
    place(&operator.fill(&account, &account, &[("tat", "sperren")]).await);
    assert_eq!(admin.get("/konto").await.status, StatusCode::SEE_OTHER, "the session has ended");
    place(&operator.fill(&account, &account, &[("tat", "freigeben")]).await);
    let erase = format!("{account}/loeschen");
    assert_eq!(place(&operator.fill(&erase, &erase, &[]).await), "/betrieb/konten?geloescht");
    assert!(operator.get(&account).await.main().contains("Gelöschtes Konto"));

    let nobody = Visitor::nobody(&site);
    let apply = format!("/beitreten?behoerde={}", kennung_of(&site, MINISTRY).await);
    nobody.fill(&apply, "/beitreten", &[("person", "Ada"), ("email", "ki@leinemark.example")]).await;
    let page = operator.get("/betrieb/auftraege?zustand=waiting&art=mail").await;
    let job = page.main().split("/abbrechen\"").next().unwrap().rsplit("action=\"").next().unwrap().to_owned();
    let list = "/betrieb/auftraege";
    assert_eq!(place(&operator.fill(list, &format!("{job}/erneut"), &[]).await), format!("{list}?erneut"));
    let cancel = form(&operator.get(list).await.body, &format!("{job}/abbrechen"));
    assert_eq!(place(&operator.post(&format!("{job}/abbrechen"), &cancel).await), format!("{list}?abgebrochen"));
    assert_eq!(place(&operator.post(&format!("{job}/abbrechen"), &cancel).await), format!("{list}?nicht"));
}
