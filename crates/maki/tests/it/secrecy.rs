//! No command tells of confidential entries: exports, checks, reports and verification of a register that has one with a
//! canary word in every text. A copy of the database holds them, as it should.

use maki_domain::catalogue::FieldType;
use maki_domain::confidential::{ConfidentialContent, ConfidentialStep, Restriction};
use maki_domain::{Content, Instant, RecordId, RecordKind, Value, catalogue};
use maki_store::{Actor, ConfidentialWrite, Store};

use crate::support::{Folder, Said, maki};

const CANARY: &str = "Zqkanarie";
const ID: u128 = 0x0193_7000_0000_7000_8000_0000_0000_0042;

fn content(kind: RecordKind) -> Content {
    let mut content = Content::new();
    for (id, field) in catalogue().fields_of(kind) {
        if matches!(field.field_type, FieldType::Text | FieldType::LongText) {
            content.set(id, Value::Text(format!("{CANARY} {}", field.key)).into());
        }
    }
    content
}

/// Puts an approved confidential entry into the register of a folder.
fn hide(folder: &Folder, organisation: RecordId) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open_existing_sqlite(&folder.data()).await.unwrap();
        let restriction = Restriction::parse("classified", CANARY, CANARY).unwrap();
        let (system, deployment) = (content(RecordKind::System), content(RecordKind::Deployment));
        let said = ConfidentialContent { restriction, system, deployment };
        let actor = Actor { id: "probe".into(), organisation: None, request: "r".into() };
        let (at, id) = (Instant(1_790_000_000_000_000), RecordId(uuid::Uuid::from_u128(ID)));
        let mut tx = store.write().await.unwrap();
        tx.make_confidential(at, &actor, (id, organisation), &said, [1; 32]).await.unwrap();
        let submitted = ConfidentialStep::Submitted { note: CANARY.to_owned(), reasons: [].into() };
        for step in [&submitted, &ConfidentialStep::Approved] {
            let write = ConfidentialWrite { entry: id, expected_revision: 1, step, seed: [2; 32] };
            tx.write_confidential(at, &actor, &write).await.unwrap();
        }
        tx.commit().await.unwrap();
        store.close().await;
    });
}

fn owner(folder: &Folder) -> RecordId {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open_existing_sqlite(&folder.data()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let found = tx.events_after(0, 1).await.unwrap().remove(0).record;
        drop(tx);
        store.close().await;
        found
    })
}

fn tells_nothing(what: &str, text: &str) {
    let text = text.to_lowercase();
    let id = uuid::Uuid::from_u128(ID);
    for word in [CANARY.to_lowercase(), id.to_string(), id.simple().to_string()] {
        assert!(!text.contains(&word), "{what} tells {word}");
    }
}

#[test]
fn commands_tell_nothing_of_confidential_entries() {
    let folder = Folder::with_register();
    let before = folder.run(&["export", "--format", "jsonl"]);
    hide(&folder, owner(&folder));
    let after = folder.run(&["export", "--format", "jsonl"]);
    after.expect(true, "10 entries");
    assert_eq!(before.out, after.out, "the public register is what it was");
    for arguments in [
        &["export", "--format", "csv"][..],
        &["check", "--json"],
        &["check", "--language", "en"],
        &["eu-report"],
        &["eu-report", "--format", "csv"],
        &["reindex"],
        &["verify"],
    ] {
        // With every word that the log can say.
        let mut command = maki();
        let said = command.args(arguments).arg("--data").arg(folder.data()).env("MAKI_LOG", "trace").output();
        let Said { success, out, err } = said.unwrap().into();
        assert!(success, "{arguments:?}: {out}{err}");
        tells_nothing(&arguments.join(" "), &format!("{out}{err}"));
    }
    let workbook = folder.path("register.xlsx");
    folder.run(&["export", "--format", "xlsx", "--output", workbook.to_str().unwrap()]).expect(true, "10 entries");
    let imported = Folder::new();
    imported.run(&["import", workbook.to_str().unwrap(), "--profile", "maki"]).expect(true, "10 entries");
    tells_nothing("the workbook", &imported.run(&["export", "--format", "jsonl"]).out);
    // The copy is for the operator to bring back: the entries are in it, and what comes back is whole.
    let copy = folder.path("copy.sqlite");
    folder.run(&["backup", copy.to_str().unwrap()]).expect(true, "");
    let restored = Folder::new();
    restored.run(&["restore", copy.to_str().unwrap()]).expect(true, "");
    restored.run(&["verify"]).expect(true, "");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open_existing_sqlite(&restored.data()).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let kept = tx.confidential_content(RecordId(uuid::Uuid::from_u128(ID)), 1).await.unwrap();
        assert!(kept.is_some_and(|kept| kept.restriction.provision == CANARY));
    });
}
