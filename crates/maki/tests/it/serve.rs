//! What `maki serve` looks at before it starts, and what it finds out by itself.

use crate::support::{Folder, Server, maki};

#[test]
fn the_base_url_follows_the_address_when_nobody_names_one() {
    let folder = Folder::with_register();
    let feed = |settings: &str| {
        let config = folder.file("maki.toml", settings);
        let mut command = maki();
        command.arg("--config").arg(config).arg("--data").arg(folder.data());
        let server = Server::start(command);
        (server.get("/.well-known/security.txt") + &server.get("/feed.atom"), server.address)
    };
    let (text, address) = feed("[instance]\nsecurity_contact = \"mailto:a@example.org\"\n");
    assert!(text.contains(&format!("http://{address}/")) && !text.contains("127.0.0.1:8080"), "{text}");
    let (text, address) =
        feed("[instance]\nbase_url = \"https://r.example\"\nsecurity_contact = \"mailto:a@example.org\"\n");
    assert!(text.contains("https://r.example/") && !text.contains(&format!("http://{address}")), "{text}");
}

#[test]
fn a_folder_of_pages_that_is_not_there_is_an_error() {
    let folder = Folder::new();
    let config = folder.file("maki.toml", "[instance]\npages = \"/nonexist\"\n");
    folder
        .run(&["serve", "--listen", "127.0.0.1:0", "--config", config.to_str().unwrap()])
        .expect(false, "instance.pages names /nonexist, which is no folder");
    assert!(!folder.data().exists(), "nothing is made before the settings are sound");
}
