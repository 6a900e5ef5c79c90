//! Writing, replacing, removing, reopening, damage.

use maki_search::{Error, Index, IndexSettings, SearchRequest};
use uuid::Uuid;

use super::{empty, found, index_of, position, system};

#[test]
fn the_position_is_kept_with_the_data() {
    let test = empty();
    assert_eq!(test.index.position().unwrap(), None);
    let mut writer = test.index.writer().unwrap();
    writer.put(&system(1, "Eins", "")).unwrap();
    writer.commit(&position(42)).unwrap();
    assert_eq!(test.index.position().unwrap(), Some(position(42)));
    assert_eq!(test.index.snapshot().position(), None, "not visible before reload");
    test.index.reload().unwrap();
    assert_eq!(test.index.snapshot().position(), Some(&position(42)));
    drop(writer);
    let again = Index::open(test.folder.path(), IndexSettings::default()).unwrap();
    assert_eq!(again.snapshot().position(), Some(&position(42)));
    assert_eq!(found(&again.snapshot(), ""), ["Eins"]);
}

#[test]
fn a_position_can_move_without_documents() {
    let test = index_of(&[system(1, "Eins", "")]);
    let mut writer = test.index.writer().unwrap();
    writer.commit(&position(7)).unwrap();
    test.index.reload().unwrap();
    assert_eq!(test.index.snapshot().position(), Some(&position(7)));
}

#[test]
fn systems_are_replaced_and_removed_as_a_whole() {
    let test = index_of(&[system(1, "Eins", "alt"), system(2, "Zwei", "alt")]);
    let mut writer = test.index.writer().unwrap();
    let mut changed = system(1, "Eins neu", "frisch");
    changed.deployments.extend(system(8, "", "").deployments);
    writer.put(&changed).unwrap();
    writer.remove(Uuid::from_u128(2)).unwrap();
    writer.commit(&position(2)).unwrap();
    assert_eq!(found(&test.index.snapshot(), "alt").len(), 2, "the old snapshot does not change");
    test.index.reload().unwrap();
    let snapshot = test.index.snapshot();
    assert!(found(&snapshot, "alt -frisch").is_empty());
    assert_eq!(found(&snapshot, "frisch"), ["Eins neu"]);
    assert_eq!((snapshot.overview().systems, snapshot.overview().deployments), (1, 2));
    assert!(snapshot.suggest("zwei", 5).unwrap().is_empty(), "nothing dead is suggested");
}

#[test]
fn one_writer_at_a_time() {
    let test = empty();
    let writer = test.index.writer().unwrap();
    assert!(matches!(test.index.writer(), Err(Error::Locked)));
    drop(writer);
    assert!(test.index.writer().is_ok());
}

#[test]
fn what_somebody_writes_to_is_not_thrown_away() {
    let test = index_of(&[system(1, "Eins", "wort")]);
    let writer = test.index.writer().unwrap();
    let create = || Index::create(test.folder.path(), IndexSettings::default());
    assert!(matches!(create(), Err(Error::Locked)));
    test.index.verify().unwrap();
    // A folder that lost its index is no other case while somebody writes to it.
    std::fs::remove_file(test.folder.path().join("meta.json")).unwrap();
    assert!(matches!(Index::open(test.folder.path(), IndexSettings::default()), Err(Error::Locked)));
    drop(writer);
    assert_eq!(create().unwrap().position().unwrap(), None);
}

#[test]
fn building_anew_shows_the_old_until_it_is_done() {
    let test = index_of(&[system(1, "Alt", "")]);
    let mut bulk = test.index.bulk_writer().unwrap();
    for n in 10..200 {
        bulk.put(&system(n, &format!("Neu {n}"), "wort")).unwrap();
    }
    test.index.reload().unwrap();
    assert_eq!(found(&test.index.snapshot(), ""), ["Alt"]);
    bulk.finish(&position(9)).unwrap();
    test.index.reload().unwrap();
    let snapshot = test.index.snapshot();
    assert_eq!(snapshot.overview().systems, 190);
    assert_eq!(snapshot.position(), Some(&position(9)));
    test.index.verify().unwrap();
}

#[test]
fn damage_is_told_apart() {
    let test = index_of(&[system(1, "Eins", "wort")]);
    test.index.check().unwrap();
    for entry in std::fs::read_dir(test.folder.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    assert!(test.index.check().unwrap_err().needs_rebuild());
    assert_eq!(found(&test.index.snapshot(), "wort"), ["Eins"], "what is open can still be read");
    let anew = Index::create(test.folder.path(), IndexSettings::default()).unwrap();
    assert_eq!(anew.position().unwrap(), None);

    std::fs::write(test.folder.path().join("meta.json"), "{").unwrap();
    let opened = Index::open(test.folder.path(), IndexSettings::default());
    assert!(opened.err().unwrap().needs_rebuild());
    std::fs::write(test.folder.path().join("other.txt"), "kept").unwrap();
    Index::create(test.folder.path(), IndexSettings::default()).unwrap();
    assert!(test.folder.path().join("other.txt").exists());
}

#[test]
fn a_shortened_or_overwritten_file_is_damage() {
    let check = |change: fn(&mut Vec<u8>), noticed_by_length: bool| {
        let test = index_of(&[system(1, "Eins", "wort")]);
        test.index.check().unwrap();
        let files = std::fs::read_dir(test.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let store = files.filter(|path| path.extension().is_some_and(|e| e == "store")).last().unwrap();
        let mut bytes = std::fs::read(&store).unwrap();
        change(&mut bytes);
        // Another file: nobody may read behind the end of one that is mapped.
        std::fs::remove_file(&store).unwrap();
        std::fs::write(&store, bytes).unwrap();
        assert_eq!(test.index.check().is_err(), noticed_by_length);
        assert!(test.index.verify().unwrap_err().needs_rebuild());
        assert_eq!(Index::open(test.folder.path(), IndexSettings::default()).is_err(), noticed_by_length);
    };
    check(|bytes| bytes.truncate(bytes.len() / 2), true);
    check(Vec::clear, true);
    check(|bytes| bytes.iter_mut().take(20).for_each(|byte| *byte ^= 0x55), false);
}

#[test]
fn cards_come_back() {
    let test = index_of(&[system(3, "Drei", "wort")]);
    let hits =
        test.index.snapshot().search(&SearchRequest { query: "wort".into(), ..SearchRequest::default() }).unwrap();
    let hit = &hits.hits[0];
    assert_eq!((hit.kennung.as_str(), hit.card.as_slice()), ("MAKI-2026-000003", &b"card 3"[..]));
    assert_eq!((hit.id, hit.deployment), (Uuid::from_u128(3), Some(Uuid::from_u128(1_003))));
    assert!(hit.score > 0.0);
}
