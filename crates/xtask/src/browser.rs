//! The browser tests of `e2e/` against a running server.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::process::run;
use crate::server::Server;
use crate::{machine, root};

/// What a browser run looks at.
#[derive(Clone, Copy)]
pub enum Scope {
    /// Every page, the engines in the modes that find most.
    Everything,
    /// Every page, every engine, every mode.
    EveryMode,
    /// The journeys alone: what depends on the database behind the pages.
    Journeys,
}

/// Tests that change the register.
const WRITING: [&str; 5] = [
    "confidential-journeys.test.mjs",
    "eu-report-journeys.test.mjs",
    "join-journeys.test.mjs",
    "provider.test.mjs",
    "work-journeys.test.mjs",
];
/// And one that looks at what they left behind.
const LAST: &str = "rooms.test.mjs";

/// Runs the tests and fails when one fails or none ran.
pub fn test(server: &Server, scope: Scope) -> Result<()> {
    let folder = root().join("e2e");
    machine::npm_packages(&folder)?;
    let chromium = machine::chromium()?;
    let mut files = test_files(&folder)?;
    if matches!(scope, Scope::Journeys) {
        files.retain(|file| file.ends_with("journeys.test.mjs"));
    }
    ensure!(!files.is_empty(), "no browser test found in {}", folder.display());
    let modes = if matches!(scope, Scope::EveryMode) { "all" } else { "fast" };
    // What people write changes lists that others compare: they come last.
    let (last, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file == LAST);
    let (writing, reading): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| WRITING.contains(&file.as_str()));
    for files in [reading, writing, last].into_iter().filter(|files| !files.is_empty()) {
        run(Command::new(machine::require_node()?)
            .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
            .args(files)
            .current_dir(&folder)
            .envs(server.told())
            .env("MAKI_CHROMIUM", &chromium)
            .env("MAKI_E2E_MODES", modes))?;
    }
    Ok(())
}

/// Makes the pictures of the guide anew.
pub fn guide(server: &Server) -> Result<()> {
    let folder = root().join("e2e");
    machine::npm_packages(&folder)?;
    run(Command::new(machine::require_node()?)
        .arg("guide.mjs")
        .current_dir(&folder)
        .envs(server.told())
        .env("MAKI_CHROMIUM", machine::chromium()?)
        .env("MAKI_GUIDE", root().join("crates/maki-web/assets/guide")))
}

fn test_files(folder: &std::path::Path) -> Result<Vec<String>> {
    let mut files: Vec<String> = std::fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .collect();
    files.sort();
    Ok(files)
}
