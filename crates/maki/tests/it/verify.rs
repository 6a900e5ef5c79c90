//! What `maki verify` calls late and what damaged.

use crate::support::Folder;

#[test]
fn a_late_index_is_no_damage() {
    let folder = Folder::with_register();
    folder.run(&["verify"]).expect(true, "index and database agree");
    let copy = folder.path("copy");
    folder.run(&["backup", copy.to_str().unwrap()]).expect(true, "copied to");
    folder.run(&["restore", copy.to_str().unwrap()]).expect(true, "restored");
    folder.run(&["verify"]).expect(true, "the index is late");
    std::fs::remove_dir_all(folder.data().join("index")).unwrap();
    folder.run(&["verify"]).expect(true, "the index is late");
    folder.run(&["reindex"]).expect(true, "are in the index");
    folder.run(&["verify"]).expect(true, "index and database agree");
}

#[test]
fn a_damaged_index_is_damage() {
    let folder = Folder::with_register();
    let public = folder.data().join("index/public");
    let store = std::fs::read_dir(public).unwrap().map(|e| e.unwrap().path());
    for file in store.filter(|file| file.extension().is_some_and(|e| e == "store")) {
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.iter_mut().take(20).for_each(|byte| *byte ^= 0x5a);
        std::fs::write(&file, bytes).unwrap();
    }
    folder.run(&["verify"]).expect(false, "index: public");
}
