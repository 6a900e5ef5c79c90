//! Finding the folder with real data.
use std::path::{Path, PathBuf};

/// The path of a file of the real data, or `None` (said aloud) when the data are not at hand.
pub fn path(relative: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MAKI_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let path = folder.join("data").join(relative);
    if path.exists() {
        return Some(path);
    }
    if std::env::var_os("CI").is_some_and(|ci| ci == "true") {
        panic!("{} is missing; set MAKI_SHARED", path.display());
    }
    eprintln!("SKIPPED: {} is missing; set MAKI_SHARED to test with real data", path.display());
    None
}
