//! A register in the wrong place, or none.

use crate::support::Folder;

#[test]
fn commands_that_read_make_no_register() {
    let folder = Folder::new();
    let (csv, copy) = (folder.path("all.csv"), folder.path("copy"));
    let commands: [&[&str]; 4] = [
        &["verify"],
        &["reindex"],
        &["export", "--format", "csv", "--output", csv.to_str().unwrap()],
        &["backup", copy.to_str().unwrap()],
    ];
    let check = |because: &str| {
        for command in commands {
            let said = folder.run(command);
            said.expect(false, "there is no register in");
            assert_eq!((said.err.lines().count(), said.out.as_str()), (1, ""), "{because}: {}", said.err);
        }
        assert!(!csv.exists() && !copy.exists());
    };
    check("no folder");
    assert!(!folder.data().exists(), "nothing is made");
    std::fs::create_dir(folder.data()).unwrap();
    check("an empty folder");
    std::fs::write(folder.data().join("maki.sqlite"), "").unwrap();
    check("an empty file");
    folder.run(&["migrate"]).expect(true, "up to date");
    folder.run(&["verify"]).expect(true, "0 events");
}

/// Needs a server with a database that anybody may look at; no table is made in it.
#[test]
fn a_database_without_tables_is_no_register() {
    let Ok(url) = std::env::var("MAKI_TEST_POSTGRES") else {
        assert!(std::env::var_os("CI").is_none(), "CI must name a PostgreSQL server in MAKI_TEST_POSTGRES");
        eprintln!("SKIPPED: no PostgreSQL server is named by MAKI_TEST_POSTGRES");
        return;
    };
    Folder::new().run(&["verify", "--database", &url]).expect(false, "there is no register in the PostgreSQL");
}

#[test]
fn causes_are_said_once_and_without_colours() {
    let folder = Folder::new();
    std::fs::create_dir(folder.data()).unwrap();
    std::fs::write(folder.data().join("maki.sqlite"), [b'x'; 10_000]).unwrap();
    let said = folder.run(&["verify"]);
    said.expect(false, "file is not a database");
    assert_eq!(said.err.matches("file is not a database").count(), 1, "{}", said.err);
    assert!(!said.err.contains('\u{1b}'), "{:?}", said.err);
}
