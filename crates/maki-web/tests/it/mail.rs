//! The links of mails lead to pages that exist.

use maki_app::{AccountChange, Addressee, Composer, EntryName, Instance, Notice};
use maki_domain::{Instant, Kennung, Language, RecordId};
use maki_web::mail::MailTexts;
use uuid::Uuid;

use crate::register::Site;

fn notices() -> Vec<Notice> {
    let (secret, organisation, note) = ("s3cret".to_owned(), "Stadt".to_owned(), String::new());
    let entry = EntryName { entry: RecordId(Uuid::nil()), title: "Chatbot".to_owned() };
    let (kennung, ends_at): (Kennung, _) = ("MAKI-2026-000123".parse().unwrap(), Instant(1_800_000_000_000_000));
    let decided =
        |admitted| Notice::ApplicationDecided { organisation: "Stadt".to_owned(), admitted, note: String::new() };
    vec![
        Notice::VerifyMailbox { secret: secret.clone(), organisation: organisation.clone(), ends_at },
        Notice::Invitation { secret: secret.clone(), organisation: organisation.clone(), by: None, ends_at },
        Notice::PasswordReset { secret, ends_at },
        Notice::PasswordElsewhere,
        Notice::LookInside,
        Notice::AccountChanged { what: AccountChange::Password },
        Notice::ReviewAsked { entry: entry.clone(), by: None, note: note.clone() },
        Notice::Returned { entry: entry.clone(), by: None, note: note.clone() },
        Notice::Approved { entry: entry.clone(), kennung, by: None, note: note.clone() },
        Notice::Mentioned { entry: entry.clone(), by: None, text: note.clone() },
        Notice::Proposed { entry: entry.clone(), organisation: organisation.clone(), by: None, note: note.clone() },
        Notice::ProposalDecided { entry, accepted: true, note },
        Notice::ApplicationReceived { application: Uuid::nil(), organisation },
        decided(true),
        decided(false),
    ]
}

fn fits(route: &str, path: &str) -> bool {
    // The start page in English is declared with the slash that its address does not have.
    let (route, path) = (route.trim_end_matches('/'), path.trim_end_matches('/'));
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route.iter().zip(&path).all(|(wanted, found)| wanted.starts_with('{') || wanted == found)
}

#[tokio::test]
async fn every_link_of_a_mail_is_a_page() {
    let site = Site::empty(|_| {}).await;
    let routes = maki_web::routes(&site.state());
    let instance = Instance::default();
    for language in Language::ALL {
        let to = Addressee { name: None, language, has_account: true };
        for notice in notices() {
            let mail = MailTexts.compose(&notice, &to, None, &instance).unwrap();
            let links: Vec<_> = mail.text.lines().filter_map(|line| line.strip_prefix(&instance.base_url)).collect();
            assert_eq!(links.len(), 2, "{}", mail.text);
            for link in links {
                let is_page = routes.table().iter().any(|route| route.method == "GET" && fits(&route.path, link));
                assert!(is_page, "{}: {link} leads nowhere", notice.code());
            }
        }
    }
}
