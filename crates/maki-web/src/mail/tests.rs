#![expect(clippy::unwrap_used, reason = "tests")]

use maki_app::EntryName;
use maki_domain::{Kennung, RecordId};
use uuid::Uuid;

use super::*;

const NOTE: &str = "Zeile <b>eins</b>\r\n\r\nBcc: evil@example.org\u{202e}";

fn entry() -> EntryName {
    EntryName { entry: RecordId(Uuid::nil()), title: "Chatbot <script>alert(1)</script>\r\nX: y".to_owned() }
}

/// One of each kind.
fn notices() -> Vec<Notice> {
    let (organisation, note) = ("Stadt \"Musterstadt\"".to_owned(), NOTE.to_owned());
    let (secret, by, ends_at) = ("s3cret".to_owned(), Some(Uuid::nil()), Instant(1_800_000_000_000_000));
    let kennung: Kennung = "MAKI-2026-000123".parse().unwrap();
    let changes = [
        AccountChange::Password,
        AccountChange::SecondFactorSet,
        AccountChange::SecondFactorRemoved,
        AccountChange::RecoveryCodeUsed,
        AccountChange::ProviderTied,
        AccountChange::ProviderUntied,
    ];
    let mut all = vec![
        Notice::VerifyMailbox { secret: secret.clone(), organisation: organisation.clone(), ends_at },
        Notice::Invitation { secret: secret.clone(), organisation: organisation.clone(), by, ends_at },
        Notice::PasswordReset { secret, ends_at },
        Notice::PasswordElsewhere,
        Notice::LookInside,
        Notice::ReviewAsked { entry: entry(), by, note: note.clone() },
        Notice::Returned { entry: entry(), by, note: note.clone() },
        Notice::Approved { entry: entry(), kennung, by, note: note.clone() },
        Notice::Mentioned { entry: entry(), by, text: note.clone() },
        Notice::Proposed { entry: entry(), organisation: organisation.clone(), by, note: note.clone() },
        Notice::ApplicationReceived { application: Uuid::nil(), organisation: organisation.clone() },
    ];
    all.extend(changes.map(|what| Notice::AccountChanged { what }));
    for yes in [true, false] {
        all.push(Notice::ProposalDecided { entry: entry(), accepted: yes, note: note.clone() });
        all.push(Notice::ApplicationDecided { organisation: organisation.clone(), admitted: yes, note: note.clone() });
    }
    all
}

fn composed(notice: &Notice, language: Language, name: Option<&str>) -> Composed {
    let to = Addressee { name: name.map(str::to_owned), language, has_account: true };
    MailTexts.compose(notice, &to, Some("Jörg Groß"), &Instance::default()).unwrap()
}

#[test]
fn every_notice_has_words_in_both_languages() {
    for language in Language::ALL {
        for notice in notices() {
            let mail = composed(&notice, language, Some("Änne Öz"));
            let code = notice.code();
            for text in [&mail.subject, &mail.text, &mail.html] {
                // A text that does not exist, or lacks a variable, is shown as its key.
                assert!(!text.contains("mail-") && !text.contains("{ $"), "{code} in {language:?}: {text}");
            }
            assert!(!mail.subject.contains(['\r', '\n']), "{code}: {:?}", mail.subject);
            assert!(mail.text.contains("Änne Öz") && mail.html.contains("Änne Öz"), "{code}");
            assert!(mail.text.contains("http://127.0.0.1:8080"), "{code}: {}", mail.text);
        }
    }
}

#[test]
fn what_others_wrote_is_shown_as_text_and_as_a_quotation() {
    for notice in notices() {
        let mail = composed(&notice, Language::De, None);
        assert!(!mail.html.contains("<script>") && !mail.html.contains("<b>"), "{}", mail.html);
        for line in mail.text.lines().filter(|line| line.contains("Bcc:")) {
            assert_eq!(line, "> Bcc: evil@example.org");
        }
        assert!(!mail.text.lines().any(|line| line.starts_with("X:")), "{}", mail.text);
    }
}

#[test]
fn mails_read_like_letters() {
    let ends_at = Instant(1_800_000_000_000_000);
    let invitation = Notice::Invitation { secret: "s3cret".into(), organisation: "Stadt X".into(), by: None, ends_at };
    let mail = composed(&invitation, Language::De, Some("Änne Öz"));
    insta::assert_snapshot!("invitation_text", mail.text);
    insta::assert_snapshot!("invitation_html", mail.html);
    let returned = Notice::Returned {
        entry: EntryName { entry: RecordId(Uuid::nil()), title: "Chatbot".into() },
        by: None,
        note: "Bitte den Zweck genauer beschreiben.\nDanke".into(),
    };
    insta::assert_snapshot!("returned_text", composed(&returned, Language::En, None).text);
}
