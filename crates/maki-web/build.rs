//! Gathers what the browser gets: KERN, three faces of Fira Sans, own style, script and icon, the map of the Länder,
//! and the texts of the interface.
//!
//! Every asset is stored under a name that carries its hash, so that browsers may keep it for ever, and is compressed
//! here once instead of at each request. The build id is a hash over everything that shapes a page; it is part of
//! every ETag, so that a new build never meets an old copy in a browser.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Weight and file of the faces in use; KERN brings 40.
const FACES: [(u16, &str); 3] = [(400, "FiraSans-Regular"), (600, "FiraSans-SemiBold"), (700, "FiraSans-Bold")];

fn main() -> Outcome<()> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let modules = here.join("../../frontend/node_modules");
    let kern = modules.join("@kern-ux/native/dist");
    let map = modules.join("@svg-maps/germany/index.js");
    println!("cargo::rerun-if-changed={}", kern.join("kern.min.css").display());
    println!("cargo::rerun-if-changed={}", map.display());
    if !kern.join("kern.min.css").is_file() || !map.is_file() {
        println!(
            "cargo::error=The front-end packages are missing. Run `cargo xtask demo`, which fetches them, or \
             `npm ci --ignore-scripts` in the folder frontend/."
        );
        return Ok(());
    }
    let mut assets = Assets { out: out.clone(), table: String::new(), names: String::new() };
    assets.add_all(&here.join("assets"), &kern)?;
    fs::write(out.join("assets.rs"), assets.source())?;
    fs::write(out.join("germany.rs"), map_source(&fs::read_to_string(map)?)?)?;
    fs::write(out.join("texts.rs"), texts_source(&here)?)?;
    fs::write(out.join("build_id.rs"), format!("pub const BUILD_ID: &str = {:?};\n", build_id(&here)?))?;
    Ok(())
}

struct Assets {
    out: PathBuf,
    table: String,
    names: String,
}

impl Assets {
    fn add_all(&mut self, own: &Path, kern: &Path) -> Outcome<()> {
        println!("cargo::rerun-if-changed={}", own.display());
        let mut style = String::new();
        for (weight, face) in FACES {
            let bytes = fs::read(kern.join(format!("fonts/fira-sans/{face}.woff2")))?;
            let url = self.add(face, "woff2", "font/woff2", &bytes)?;
            write!(
                style,
                "@font-face{{font-family:\"Fira Sans\";font-weight:{weight};font-style:normal;font-display:swap;\
                 src:url(\"{url}\") format(\"woff2\")}}"
            )?;
        }
        let kern_style = fs::read_to_string(kern.join("kern.min.css"))?;
        // A charset rule counts only at the very start; the header states the charset anyway.
        style.push_str(kern_style.trim_start_matches('\u{feff}').trim_start_matches("@charset \"UTF-8\";"));
        self.add("kern", "css", "text/css; charset=utf-8", style.as_bytes())?;
        self.add("app", "css", "text/css; charset=utf-8", &fs::read(own.join("app.css"))?)?;
        self.add("app", "js", "text/javascript; charset=utf-8", &fs::read(own.join("app.js"))?)?;
        self.add("icon", "svg", "image/svg+xml", &fs::read(own.join("icon.svg"))?)?;
        // Pictures of the guide, by language.
        for language in ["de", "en"] {
            for path in files(&own.join("guide").join(language))? {
                let name = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a picture without a name")?;
                self.add(&format!("guide-{name}-{language}"), "png", "image/png", &fs::read(&path)?)?;
            }
        }
        Ok(())
    }

    /// Stores an asset and returns its address.
    fn add(&mut self, stem: &str, extension: &str, mime: &str, bytes: &[u8]) -> Outcome<String> {
        let hash = hex::encode(Sha256::digest(bytes));
        let name = format!("{stem}.{}.{extension}", hash.get(..12).unwrap_or(&hash));
        let url = format!("/assets/{name}");
        fs::write(self.out.join(&name), bytes)?;
        let compressed = if matches!(extension, "woff2" | "png") {
            "br: None, gzip: None".to_owned()
        } else {
            self.compress(&name, bytes)?;
            format!(
                "br: Some(include_bytes!({:?})), gzip: Some(include_bytes!({:?}))",
                self.out.join(format!("{name}.br")),
                self.out.join(format!("{name}.gz"))
            )
        };
        writeln!(
            self.table,
            "    Asset {{ name: {name:?}, mime: {mime:?}, bytes: include_bytes!({:?}), {compressed} }},",
            self.out.join(&name)
        )?;
        let constant = format!("{stem}_{extension}").to_uppercase().replace('-', "_");
        writeln!(self.names, "    pub const {constant}: &str = {url:?};")?;
        Ok(url)
    }

    /// Compresses once per content: the name carries the hash.
    fn compress(&self, name: &str, bytes: &[u8]) -> Outcome<()> {
        let (br, gz) = (self.out.join(format!("{name}.br")), self.out.join(format!("{name}.gz")));
        if br.is_file() && gz.is_file() {
            return Ok(());
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes)?;
        fs::write(gz, encoder.finish()?)?;
        let mut compressed = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: 10, ..Default::default() };
        brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
        fs::write(br, compressed)?;
        Ok(())
    }

    fn source(&self) -> String {
        format!(
            "/// Every asset.\npub static ASSETS: &[Asset] = &[\n{}];\n\n/// Addresses of the assets.\npub mod url {{\n{}}}\n",
            self.table, self.names
        )
    }
}

/// The Länder as SVG paths with their ISO 3166-2 suffix, from the module's one JSON literal.
fn map_source(module: &str) -> Outcome<String> {
    let json = module.trim().trim_start_matches("export default").trim().trim_end_matches(';');
    let map: serde_json::Value = serde_json::from_str(json)?;
    let text = |value: &serde_json::Value, key: &str| {
        value.get(key).and_then(serde_json::Value::as_str).map(str::to_owned).ok_or("the map has no such text")
    };
    let mut source =
        format!("/// Coordinates of the drawing.\npub const VIEW_BOX: &str = {:?};\n\n", text(&map, "viewBox")?);
    source.push_str(
        "/// ISO 3166-2 suffix in small letters, and the outline.\npub static LAENDER: &[(&str, &str)] = &[\n",
    );
    for land in map.get("locations").and_then(serde_json::Value::as_array).ok_or("the map has no places")? {
        writeln!(source, "    ({:?}, {:?}),", text(land, "id")?, text(land, "path")?)?;
    }
    source.push_str("];\n");
    Ok(source)
}

/// Tables of the Fluent files and of the editable pages, per language.
fn texts_source(here: &Path) -> Outcome<String> {
    let mut source = String::new();
    for (folder, extension, constant) in [("texts", "ftl", "FLUENT"), ("pages", "md", "PAGES")] {
        println!("cargo::rerun-if-changed={}", here.join(folder).display());
        for language in ["de", "en"] {
            writeln!(source, "pub static {constant}_{}: &[(&str, &str)] = &[", language.to_uppercase())?;
            for path in files(&here.join(folder).join(language))? {
                if path.extension().is_some_and(|e| e == extension) {
                    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                    writeln!(source, "    ({stem:?}, include_str!({path:?})),")?;
                }
            }
            source.push_str("];\n");
        }
    }
    Ok(source)
}

/// A hash over the sources of every crate that shapes a page.
fn build_id(here: &Path) -> Outcome<String> {
    let mut hash = Sha256::new();
    let crates = ["maki-domain", "maki-formats", "maki-store", "maki-search", "maki-app", "maki-web"];
    for folder in
        crates.iter().flat_map(|name| ["src", "data", "templates", "texts", "pages", "assets"].map(|f| (name, f)))
    {
        let folder = here.join("..").join(folder.0).join(folder.1);
        if !folder.is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", folder.display());
        for path in files(&folder)? {
            hash.update(fs::read(&path)?);
        }
    }
    let hash = hex::encode(hash.finalize());
    Ok(hash.get(..10).unwrap_or(&hash).to_owned())
}

/// All files below a folder in a fixed order.
fn files(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
