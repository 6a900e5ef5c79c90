//! A register that may only be read. Root may write everywhere, so another account looks at it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Folder, Said, Server, clean};

const NOBODY: u32 = 65_534;

fn set(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Takes the right to write from everything below.
fn close(path: &Path, closed: bool) {
    let (folder, file) = if closed { (0o555, 0o444) } else { (0o755, 0o644) };
    if path.is_dir() {
        set(path, 0o755);
        for entry in std::fs::read_dir(path).unwrap() {
            close(&entry.unwrap().path(), closed);
        }
        set(path, folder);
    } else {
        set(path, file);
    }
}

fn as_nobody(folder: &Folder, binary: &Path) -> Command {
    let mut maki = clean(Command::new(binary));
    if std::process::Command::new("id").arg("-u").output().unwrap().stdout == b"0\n" {
        maki.uid(NOBODY).gid(NOBODY);
    }
    maki.current_dir("/").arg("--data").arg(folder.data());
    maki
}

#[test]
fn reading_works_and_writing_says_what_to_do() {
    let folder = Folder::with_register();
    let sample = folder.sample(5);
    // The binary may lie where nobody else may look.
    let binary: PathBuf = folder.path("maki-copy");
    std::fs::copy(env!("CARGO_BIN_EXE_maki"), &binary).unwrap();
    set(&binary, 0o755);
    set(folder.0.path(), 0o755);
    close(&folder.data(), true);
    let run = |arguments: &[&str]| Said::from(as_nobody(&folder, &binary).args(arguments).output().unwrap());

    run(&["verify"]).expect(true, "index and database agree");
    let said = run(&["export", "--format", "jsonl"]);
    // The organisations and what they use.
    assert!(said.success && said.err.contains("10 entries"), "{}", said.err);
    assert_eq!(said.out.lines().count(), 10);
    run(&["import", sample.to_str().unwrap(), "--profile", "maki"]).expect(false, "may only be read here");
    run(&["migrate"]).expect(true, "up to date");
    run(&["reindex"]).expect(false, "cannot build the index");

    let server = Server::start(as_nobody(&folder, &binary));
    let since = std::time::Instant::now();
    loop {
        let answer = server.get("/api/v1/systems");
        let ready = server.get("/health/ready");
        if answer.starts_with("HTTP/1.1 200") && answer.contains("MAKI-") {
            break;
        }
        assert!(since.elapsed() < std::time::Duration::from_secs(10), "{answer}\n{ready}");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert!(server.get("/").starts_with("HTTP/1.1 200"));
    drop(server);
    close(&folder.data(), false);
}
