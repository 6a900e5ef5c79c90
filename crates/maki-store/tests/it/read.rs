//! Reading: by id, Kennung and external id, relations, lists, versions.

use maki_domain::{Content, RecordId, RecordKind};
use maki_store::Publication;

use crate::support::{Fixture, actor, at, contract, external, named, new_id, new_kennung, new_system, next};

contract!(
    records_are_found_by_every_name,
    relations_tell_what_is_published,
    a_list_is_read_page_by_page,
    versions_come_newest_first,
    a_reader_sees_one_moment,
    a_sheet_is_a_system_with_all_that_its_page_says,
    a_sheet_agrees_with_reading_one_by_one,
    mistyped_kennungen_have_neighbours,
);

fn of_kind(kind: RecordKind, owner: Option<RecordId>, parent: Option<RecordId>) -> Publication {
    let mut publication = new_system(named("x"));
    (publication.record.kind, publication.record.owner, publication.record.parent) = (kind, owner, parent);
    publication
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn records_are_found_by_every_name(f: &Fixture) {
    let mut batch: Vec<Publication> = (0..900).map(|n| new_system(named(&format!("{n}")))).collect();
    for (n, publication) in batch.iter_mut().enumerate() {
        publication.record.new_external_ids =
            vec![external("table", &n.to_string()), external(&n.to_string(), "table")];
    }
    f.publish(&batch).await.unwrap();
    let mut tx = f.store.read().await.unwrap();

    let mut kennungen: Vec<_> = batch.iter().map(|p| p.record.kennung.clone()).collect();
    kennungen.push(new_kennung());
    let found = tx.by_kennungen(&kennungen).await.unwrap();
    assert_eq!(found.len(), 900);
    assert!(batch.iter().all(|p| found.get(&p.record.kennung) == Some(&p.record.id)));

    let mut pairs: Vec<_> = (0..900).map(|n| ("table".to_owned(), n.to_string())).collect();
    pairs.push(("table".to_owned(), "900".to_owned()));
    pairs.push(("1".to_owned(), "2".to_owned()));
    let found = tx.by_external_ids(&pairs).await.unwrap();
    assert_eq!(found.len(), 900);
    assert!(batch.iter().zip(&pairs).all(|(p, pair)| found.get(pair) == Some(&p.record.id)));

    let ids: Vec<_> = batch.iter().map(|p| p.record.id).chain([new_id()]).collect();
    let found = tx.records(&ids).await.unwrap();
    assert_eq!(found.len(), 900, "unknown ids are left out");
    assert!(found.iter().all(|r| r.envelope.external_ids.len() == 2));

    assert!(tx.records(&[]).await.unwrap().is_empty());
    assert!(tx.by_kennungen(&[]).await.unwrap().is_empty());
    assert!(tx.by_external_ids(&[]).await.unwrap().is_empty());
    assert!(tx.versions(&[]).await.unwrap().is_empty());
    assert!(tx.children(&[], RecordKind::System).await.unwrap().is_empty());
}

#[expect(clippy::cognitive_complexity, reason = "each assertion counts as a branch")]
async fn relations_tell_what_is_published(f: &Fixture) {
    let organisation = of_kind(RecordKind::Organisation, None, None);
    let owner = organisation.record.id;
    let system = of_kind(RecordKind::System, Some(owner), None);
    let parent = system.record.id;
    let deployments: Vec<_> = (0..3).map(|_| of_kind(RecordKind::Deployment, Some(owner), Some(parent))).collect();
    let legal_part = of_kind(RecordKind::Organisation, None, Some(owner));
    let mut batch = vec![organisation, system, legal_part.clone()];
    batch.extend(deployments.clone());
    f.publish(&batch).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    tx.withdraw(at(2), &actor(), deployments[1].record.id, 1).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = f.store.read().await.unwrap();
    let left: Vec<_> = [0, 2].iter().map(|n| deployments[*n].record.id).collect();
    let with = |of: RecordId| left.iter().map(|id| (of, *id)).collect::<Vec<_>>();
    assert_eq!(tx.children(&[parent, new_id()], RecordKind::Deployment).await.unwrap(), with(parent));
    assert_eq!(tx.owned(&[owner], RecordKind::Deployment).await.unwrap(), with(owner));
    assert_eq!(tx.owned(&[owner], RecordKind::System).await.unwrap(), [(owner, parent)]);
    assert_eq!(tx.children(&[owner], RecordKind::Organisation).await.unwrap(), [(owner, legal_part.record.id)]);
    assert_eq!(tx.count(RecordKind::Deployment).await.unwrap(), 2);
    let counts = tx.counts_by_owner(RecordKind::Deployment).await.unwrap();
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(owner, 2)]);
    let places = tx.places_of(RecordKind::Deployment).await.unwrap();
    assert_eq!(
        places.iter().map(|p| (p.id, p.owner, p.parent)).collect::<Vec<_>>(),
        [(left[0], Some(owner), Some(parent)), (left[1], Some(owner), Some(parent)),]
    );
    assert_eq!(tx.places(&[parent]).await.unwrap()[0].kind, RecordKind::System);
}

async fn a_list_is_read_page_by_page(f: &Fixture) {
    let mut systems: Vec<_> = (0..25).map(|_| new_system(named("x"))).collect();
    f.publish(&systems).await.unwrap();
    systems.sort_by_key(|p| p.record.id);
    let mut tx = f.store.read().await.unwrap();
    let (mut read, mut after) = (Vec::new(), None);
    loop {
        let page = tx.list(RecordKind::System, after, 10).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(*last);
        read.extend(page);
    }
    assert_eq!(read, systems.iter().map(|p| p.record.id).collect::<Vec<_>>());
    assert!(tx.list(RecordKind::Deployment, None, 10).await.unwrap().is_empty());
}

async fn versions_come_newest_first(f: &Fixture) {
    let one = new_system(named("One"));
    let other = new_system(named("Other"));
    for (n, publication) in
        [one.clone(), other.clone(), next(&one, named("One 2")), next(&next(&one, named("")), named("One 3"))]
            .into_iter()
            .enumerate()
    {
        let mut publication = publication;
        publication.change_note = format!("note {n}");
        let mut tx = f.store.write().await.unwrap();
        tx.publish(at(n as i64), &actor(), &[publication]).await.unwrap();
        tx.commit().await.unwrap();
    }
    let mut tx = f.store.read().await.unwrap();
    let versions = tx.versions(&[one.record.id, other.record.id]).await.unwrap();
    let told: Vec<_> = versions.iter().map(|v| (v.record, v.number, v.change_note.as_str())).collect();
    let (one, other) = (one.record.id, other.record.id);
    assert_eq!(told, [(one, 3, "note 3"), (one, 2, "note 2"), (other, 1, "note 1"), (one, 1, "note 0")]);
    assert_eq!((versions[0].published_at, versions[0].actor.as_str()), (at(3), "account-7"));
}

async fn a_reader_sees_one_moment(f: &Fixture) {
    let system = new_system(named("Lotte"));
    let id = system.record.id;
    f.publish(std::slice::from_ref(&system)).await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    assert_eq!(tx.head().await.unwrap().sequence, 1);
    // Reading does not stop a writer, and what he writes does not change what is being read.
    f.publish(&[next(&system, named("Lotte 2"))]).await.unwrap();
    assert_eq!(tx.head().await.unwrap().sequence, 1);
    assert_eq!(tx.records(&[id]).await.unwrap()[0].content, system.content);
    assert_eq!(tx.events_after(0, 10).await.unwrap().len(), 1);
    drop(tx);
    assert_ne!(f.record(id).await.content, system.content);
    assert_eq!(f.record(id).await.version_at, at(1));
}

async fn a_sheet_is_a_system_with_all_that_its_page_says(f: &Fixture) {
    let organisation = of_kind(RecordKind::Organisation, None, None);
    let owner = organisation.record.id;
    let mut system = of_kind(RecordKind::System, Some(owner), None);
    let parent = system.record.id;
    system.record.new_external_ids = vec![external("table", "2"), external("list", "7")];
    let deployments: Vec<_> = (0..3).map(|_| of_kind(RecordKind::Deployment, Some(owner), Some(parent))).collect();
    // A system that belongs to another one is not one of its deployments.
    let lookalike = of_kind(RecordKind::System, Some(owner), Some(parent));
    let mut batch = vec![organisation.clone(), system.clone(), lookalike];
    batch.extend(deployments.clone());
    f.publish(&batch).await.unwrap();
    let mut second = next(&system, named("y"));
    second.change_note = "corrected".to_owned();
    f.publish(&[second.clone()]).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    tx.withdraw(at(3), &actor(), deployments[1].record.id, 1).await.unwrap();
    tx.commit().await.unwrap();

    let (own, of_use) = (&system.record.kennung, &deployments[2].record.kennung);
    let (foreign, nobody) = (&organisation.record.kennung, &new_kennung());
    let asked = [own, foreign, of_use, nobody, own].map(Clone::clone);
    let sheets = f.store.sheets(&asked).await.unwrap();
    assert_eq!(sheets.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, true, false, true]);
    for sheet in sheets.into_iter().flatten() {
        assert_eq!(sheet.system.record, f.record(parent).await);
        assert_eq!(sheet.system.record.content, second.content);
        assert_eq!(sheet.system.record.envelope.external_ids, [external("list", "7"), external("table", "2")]);
        let told: Vec<_> = sheet.system.versions.iter().map(|v| (v.number, v.change_note.as_str())).collect();
        assert_eq!(told, [(2, "corrected"), (1, "")]);
        let ids: Vec<_> = sheet.deployments.iter().map(|d| d.record.envelope.id).collect();
        assert_eq!(ids, [deployments[0].record.id, deployments[2].record.id]);
        assert!(sheet.deployments.iter().all(|d| d.versions.len() == 1 && !d.record.content.is_empty()));
    }
    assert!(f.store.sheets(&[]).await.unwrap().is_empty());
}

async fn a_sheet_agrees_with_reading_one_by_one(f: &Fixture) {
    let alone = new_system(named("alone"));
    let withdrawn = new_system(named("withdrawn"));
    f.publish(&[alone.clone(), withdrawn.clone()]).await.unwrap();
    let mut tx = f.store.write().await.unwrap();
    tx.withdraw(at(2), &actor(), withdrawn.record.id, 1).await.unwrap();
    tx.commit().await.unwrap();
    let asked = [&alone, &withdrawn].map(|publication| publication.record.kennung.clone());
    let sheets = f.store.sheets(&asked).await.unwrap();
    for (publication, sheet) in [&alone, &withdrawn].into_iter().zip(sheets) {
        let sheet = sheet.unwrap();
        assert_eq!(sheet.system.record, f.record(publication.record.id).await);
        assert!(sheet.deployments.is_empty());
        let versions = f.store.read().await.unwrap().versions(&[publication.record.id]).await.unwrap();
        let own = sheet.system.versions.iter().map(|v| (v.number, v.published_at));
        assert!(own.eq(versions.iter().map(|v| (v.number, v.published_at))));
    }
}

async fn mistyped_kennungen_have_neighbours(f: &Fixture) {
    let mut batch: Vec<_> = (0..3).map(|_| new_system(Content::new())).collect();
    for (publication, kennung) in batch.iter_mut().zip(["TEST-2026-000123", "ANDR-2025-000123", "TEST-2026-000999"]) {
        publication.record.kennung = kennung.parse().unwrap();
    }
    f.publish(&batch).await.unwrap();
    let mut tx = f.store.read().await.unwrap();
    let check = async |tx: &mut maki_store::ReadTx, pattern: &str, expected: &[&str]| {
        assert_eq!(tx.kennungen_like(pattern, 5).await.unwrap(), expected, "{pattern}");
    };
    check(&mut tx, "%-000123", &["ANDR-2025-000123", "TEST-2026-000123"]).await;
    check(&mut tx, "TEST-2026-0009%", &["TEST-2026-000999"]).await;
    check(&mut tx, "!%", &[]).await;
}
