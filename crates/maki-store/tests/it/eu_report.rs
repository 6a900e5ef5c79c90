//! Reports to the EU database: written down, never changed, the last one of each kind found; texts in a second language.

use maki_domain::RecordId;
use maki_store::{Action, EuReportText, NewEuReport, Redaction};
use uuid::Uuid;

use crate::support::{Fixture, actor, at, content, contract, named, new_system};

contract!(
    reports_stay_and_the_last_one_counts,
    texts_take_the_place_of_the_one_before,
    what_is_redacted_goes_from_reports
);

async fn systems(f: &Fixture) -> [RecordId; 2] {
    let systems = [new_system(named("Lotte")), new_system(named("Otto"))];
    f.publish(&systems).await.unwrap();
    systems.map(|system| system.record.id)
}

fn new(record: RecordId, code: &str, database_id: &str) -> NewEuReport {
    NewEuReport {
        id: Uuid::now_v7(),
        record,
        code: code.into(),
        database_id: database_id.into(),
        url: (code != "IX").then(|| format!("https://eu-database.example/{database_id}")),
        reported_on: "2026-11-24".parse().unwrap(),
        was_due: code != "B",
        report: r#"{"items":[{"item":"A5","values":{"purpose":"Prüft Anträge."}}]}"#.into(),
    }
}

async fn reports_stay_and_the_last_one_counts(f: &Fixture) {
    let [one, other] = systems(f).await;
    let made = [new(one, "A", "EU-1"), new(one, "A", "EU-2"), new(one, "IX", "EU-3"), new(other, "B", "EU-4")];
    for (moment, new) in (2..).zip(&made) {
        let mut tx = f.store.write().await.unwrap();
        tx.note_eu_report(at(moment), &actor(), new).await.unwrap();
        tx.commit().await.unwrap();
    }
    // Two that are written down in the same moment are told apart by their ids.
    let twins = [new(other, "C", "EU-5"), new(other, "C", "EU-6")];
    let mut tx = f.store.write().await.unwrap();
    for twin in &twins {
        tx.note_eu_report(at(9), &actor(), twin).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let last = tx.last_eu_reports(&[one, other]).await.unwrap();
    let mut found: Vec<&NewEuReport> = last.iter().map(|report| &report.made).collect();
    found.sort_by_key(|report| report.database_id.as_str());
    assert_eq!(found, [&made[1], &made[2], &made[3], &twins[1]]);
    assert_eq!((last[0].author.as_str(), last[0].noted_at), (actor().id.as_str(), at(3)));
    let history = tx.eu_reports(one, "A").await.unwrap();
    assert_eq!(history.iter().map(|report| report.made.database_id.as_str()).collect::<Vec<_>>(), ["EU-2", "EU-1"]);
    assert!(tx.eu_reports(one, "B").await.unwrap().is_empty());
    assert!(tx.last_eu_reports(&[]).await.unwrap().is_empty());
    let events = tx.events_after(0, 100).await.unwrap();
    let reported: Vec<RecordId> =
        events.iter().filter(|event| event.action == Action::EuReported).map(|event| event.record).collect();
    assert_eq!(reported, [one, one, one, other, other, other]);
    assert!(tx.touched_after(2, 100).await.unwrap().is_empty(), "nothing public has changed");
    drop(tx);
    // A record that does not exist has no reports.
    let mut tx = f.store.write().await.unwrap();
    assert!(tx.note_eu_report(at(10), &actor(), &new(RecordId(Uuid::now_v7()), "A", "EU-7")).await.is_err());
    drop(tx);
    f.assert_whole().await;
}

async fn texts_take_the_place_of_the_one_before(f: &Fixture) {
    let [one, other] = systems(f).await;
    let text = |record: RecordId, field: &str, body: &str| EuReportText {
        record,
        field: field.into(),
        language: "en".into(),
        body: body.into(),
        source: "Prüft Anträge.".into(),
    };
    let save = async |moment, texts: &[EuReportText]| {
        let mut tx = f.store.write().await.unwrap();
        tx.save_eu_report_texts(at(moment), &actor(), one, texts).await.unwrap();
        tx.commit().await.unwrap();
    };
    save(2, &[text(one, "purpose", "Checks."), text(one, "components", "Forms."), text(other, "purpose", "Reads.")])
        .await;
    let newer = EuReportText { source: "Prüft.".into(), ..text(one, "purpose", "Checks applications.") };
    save(3, &[newer.clone(), text(one, "components", "")]).await;
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.eu_report_texts(&[one]).await.unwrap(), [newer]);
    assert_eq!(tx.eu_report_texts(&[one, other]).await.unwrap().len(), 2);
    let events = tx.events_after(0, 100).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.action == Action::EuReportTextsSaved).count(), 2);
    drop(tx);
    f.assert_whole().await;
}

async fn what_is_redacted_goes_from_reports(f: &Fixture) {
    let mut system = new_system(named("Lotte"));
    system.content = content(r#"{"name":"Lotte","purpose":"Prüft Anträge."}"#);
    f.publish(std::slice::from_ref(&system)).await.unwrap();
    let id = system.record.id;
    let other = NewEuReport {
        report: r#"{"items":[{"item":"A5","values":{"purpose":"Prüft."}}]}"#.into(),
        ..new(id, "B", "EU-2")
    };
    let text = EuReportText {
        record: id,
        field: "purpose".into(),
        language: "en".into(),
        body: "Checks applications.".into(),
        source: "Prüft Anträge.".into(),
    };
    let redaction = Redaction {
        record: id,
        number: 1,
        field: maki_domain::catalogue().id("purpose").unwrap(),
        ground: "Art. 17 DSGVO".into(),
    };
    let mut tx = f.store.write().await.unwrap();
    tx.note_eu_report(at(2), &actor(), &new(id, "A", "EU-1")).await.unwrap();
    tx.note_eu_report(at(2), &actor(), &other).await.unwrap();
    tx.save_eu_report_texts(at(2), &actor(), id, &[text]).await.unwrap();
    tx.redact(at(3), &actor(), &redaction).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let reports: Vec<String> =
        tx.last_eu_reports(&[id]).await.unwrap().into_iter().map(|one| one.made.report).collect();
    assert_eq!(reports, [r#"{"items":[{"item":"A5","values":{}}]}"#, other.report.as_str()], "another text stays");
    assert!(tx.eu_report_texts(&[id]).await.unwrap().is_empty());
    drop(tx);
    f.assert_whole().await;
}
