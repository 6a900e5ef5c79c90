//! Unpacks the faces of Fira Sans for PDF files. They come with the front-end packages, as the browser's do, which carry
//! them compressed as WOFF2; a PDF embeds the font itself.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// The faces that documents are set in.
const FACES: [&str; 3] = ["FiraSans-Regular", "FiraSans-SemiBold", "FiraSans-Bold"];

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let fonts = here.join("../../frontend/node_modules/@kern-ux/native/dist/fonts/fira-sans");
    for face in FACES {
        let packed = fonts.join(format!("{face}.woff2"));
        println!("cargo::rerun-if-changed={}", packed.display());
        if !packed.is_file() {
            println!(
                "cargo::error=The front-end packages are missing. Run `cargo xtask demo`, which fetches them, or \
                 `npm ci --ignore-scripts` in the folder frontend/."
            );
            return Ok(());
        }
        let font = wuff::decompress_woff2(&fs::read(&packed)?).map_err(|error| format!("{face}: {error:?}"))?;
        fs::write(out.join(format!("{face}.ttf")), font)?;
    }
    Ok(())
}
