//! What is exported can be imported by somebody who has nothing yet.

use std::collections::HashMap;
use std::time::Duration;

use maki_app::Selection;
use maki_domain::{Entry, Kennung, RecordId, RecordKind, View, keys};
use maki_formats::export::Format;

use crate::support::{Register, both_engines, demo, line};

both_engines!(
    every_selection_stands_on_its_own,
    organisations_in_a_ring_are_exported_once,
    keys_of_the_register_stay_inside
);

/// Bodies above bodies, a steward that uses nothing itself, and a system without any use.
fn tree() -> String {
    let organisation = |name: &str, parent: &str| {
        let parent = if parent.is_empty() { String::new() } else { format!(r#","parent":"{parent}""#) };
        format!(r#"{{"organisation":{{"organisation_name":"{name}","organisation_land":"03"{parent}}}}}"#)
    };
    let system = |organisation: &str, name: &str, more: &str| {
        format!(
            r#"{{"organisation":{{"organisation_name":"{organisation}","organisation_land":"03"}},"system":{{"name":"{name}"{more}}},"deployment":{{"lifecycle":"pilot"}}}}"#
        )
    };
    let steward = r#","responsible":"Verbund Auental""#;
    let unused = system("Amt Auental", "Ohne Einsatz", "");
    [
        organisation("Land Auental", ""),
        organisation("Kreis Auental", "Land Auental"),
        organisation("Amt Auental", "Kreis Auental"),
        organisation("Zentrale Auental", "Kreis Auental"),
        // The steward belongs to a body that uses its system.
        organisation("Verbund Auental", "Zentrale Auental"),
        organisation("Ohne Eintrag", "Land Auental"),
        system("Zentrale Auental", "Geteilt", steward),
        system("Amt Auental", "Eigen", ""),
        system("Verbund Auental", "Beim Steward", steward),
        unused.split_once(r#","deployment""#).map(|(before, _)| format!("{before}}}")).unwrap(),
    ]
    .join("\n")
}

async fn system_ids(r: &Register) -> Vec<RecordId> {
    r.app.store().read().await.unwrap().list(RecordKind::System, None, 1_000).await.unwrap()
}

fn with_system(entries: Vec<Entry>) -> Vec<Entry> {
    entries.into_iter().filter(|e| e.system.is_some()).collect()
}

/// Exports systems into an empty register and compares what arrives.
async fn check(r: &Register, systems: Vec<RecordId>) {
    let exported = r.exported(View::Public, Selection::Systems(systems)).await;
    let file: Vec<String> = exported.iter().map(|e| serde_json::to_string(e).unwrap()).collect();
    let to = Register::sqlite().await;
    let report = to.import(&file.join("\n")).await;
    assert_eq!((report.rows_with_errors, report.warnings_total), (0, 0), "{:?}\n{}", report.errors, file.join("\n"));
    let sorted = |entries: Vec<Entry>| {
        let mut texts: Vec<String> = entries.iter().map(|e| serde_json::to_string(e).unwrap()).collect();
        texts.sort_unstable();
        texts
    };
    let arrived = with_system(to.entries(View::Public).await);
    assert_eq!(sorted(arrived), sorted(with_system(exported)));
}

async fn every_selection_stands_on_its_own(r: &Register) {
    for rows in [tree(), String::from_utf8(demo("register.jsonl")).unwrap()] {
        assert_eq!(r.import(&rows).await.rows_with_errors, 0);
    }
    let ids = system_ids(r).await;
    for id in ids.iter().take(8) {
        check(r, vec![*id]).await;
    }
    check(r, ids.iter().rev().step_by(3).copied().collect()).await;
    check(r, ids.iter().rev().copied().collect()).await;
    // Nothing is exported that no entry needs.
    let few = r.exported(View::Public, Selection::Systems(vec![ids[0]])).await;
    assert!(!serde_json::to_string(&few).unwrap().contains("Ohne Eintrag"));
}

async fn organisations_in_a_ring_are_exported_once(r: &Register) {
    r.import(&[line("1", "Lotte", "A"), line("2", "Otto", "B"), line("3", "Emil", "C")].join("\n")).await;
    for (organisation, parent) in [("A", "B"), ("B", "A"), ("C", "A")] {
        let kennung = r.record(&format!("O{parent}")).await.envelope.kennung.unwrap();
        let row = line("9", "", organisation);
        let (before, _) = row.split_once(r#","system""#).unwrap();
        let row = format!(
            "{}}}",
            before.replace("\"organisation_name\"", &format!(r#""parent":"{kennung}","organisation_name""#))
        );
        assert_eq!(r.import(&row).await.organisations.changed, 1);
    }
    let ids = system_ids(r).await;
    for selection in [Selection::All, Selection::Systems(ids)] {
        let exporting = r.exported(View::Public, selection);
        let entries = tokio::time::timeout(Duration::from_secs(30), exporting).await.unwrap();
        let mut parents: HashMap<String, Vec<Option<String>>> = HashMap::new();
        for organisation in entries.iter().map(|e| &e.organisation) {
            let kennung = organisation.kennung.as_ref().unwrap().to_string();
            parents.entry(kennung).or_default().push(organisation.parent.clone());
        }
        assert_eq!(parents.len(), 3);
        let alone = entries.iter().filter(|e| e.system.is_none()).count();
        assert!(alone <= 3 && entries.len() - alone == 3, "{entries:?}");
        for mentions in parents.values() {
            assert!(
                mentions.iter().all(|parent| parent == &mentions[0]),
                "an organisation says one thing: {parents:?}"
            );
        }
        let file: Vec<String> = entries.iter().map(|e| serde_json::to_string(e).unwrap()).collect();
        let report = Register::sqlite().await.import(&file.join("\n")).await;
        assert_eq!((report.rows_with_errors, report.organisations.new), (0, 3), "{:?}", report.errors);
    }
}

/// Rows without any id are found again by names; what the register keeps for that is nobody else's business.
#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn keys_of_the_register_stay_inside(r: &Register) {
    let rows = [tree(), line("1", "Lotte", "A")].join("\n");
    assert_eq!(r.import(&rows).await.rows_with_errors, 0);
    assert!(!r.import(&rows).await.changed_anything());

    let mut tx = r.app.store().read().await.unwrap();
    let mut ids = Vec::new();
    for kind in RecordKind::ALL {
        ids.extend(tx.list(kind, None, 1_000).await.unwrap());
    }
    let records = tx.records(&ids).await.unwrap();
    let kept: Vec<_> = records.iter().flat_map(|r| &r.envelope.external_ids).filter(|e| e.scheme != "test").collect();
    assert!(kept.iter().any(|e| e.scheme == "system-name") && kept.iter().any(|e| e.scheme == "organisation-name"));
    drop(tx);

    let check = |output: &str, what: &str| {
        for word in kept.iter().map(|e| e.scheme.as_str()).chain(kept.iter().map(|e| e.value.as_str())) {
            assert!(!output.contains(word), "{what} holds {word}");
        }
        assert!(ids.iter().all(|id| !output.contains(&id.to_string())), "{what} holds an internal id");
    };
    for format in [Format::Csv, Format::JsonLines] {
        let file = r.file(format).await;
        check(&String::from_utf8(file).unwrap(), "an export");
    }
    for entry in r.entries(View::Authorities).await {
        check(&serde_json::to_string(&entry).unwrap(), "an export for authorities");
    }
    for id in kept {
        assert_eq!(r.app.resolve(&id.scheme, &id.value).await.unwrap(), None);
    }
    assert!(r.app.resolve("test", "S1").await.unwrap().is_some());
    for record in &records {
        let kennung: &Kennung = record.envelope.kennung.as_ref().unwrap();
        let shown = match record.envelope.kind {
            RecordKind::Organisation => {
                r.app.organisation(View::Public, kennung).await.unwrap().unwrap().record.envelope.external_ids
            }
            RecordKind::System => {
                let steckbrief = r.app.steckbrief(View::Public, kennung).await.unwrap().unwrap();
                assert!(steckbrief.system.content.text(keys::NAME).is_some());
                steckbrief.system.envelope.external_ids.clone()
            }
            RecordKind::Deployment => continue,
        };
        assert!(shown.iter().all(|id| id.scheme == "test"), "{shown:?}");
    }

    // Its own export finds everything by Kennung, here and elsewhere.
    let file = r.file(Format::JsonLines).await;
    let again = r.try_import(file.clone(), "again.jsonl", |_| {}).await.unwrap();
    assert!(again.rows_with_errors == 0 && !again.changed_anything(), "{again:?}");
    let to = Register::sqlite().await;
    for changed in [true, false] {
        let report = to.try_import(file.clone(), "register.jsonl", |_| {}).await.unwrap();
        assert_eq!((report.rows_with_errors, report.changed_anything()), (0, changed), "{:?}", report.errors);
    }
}
