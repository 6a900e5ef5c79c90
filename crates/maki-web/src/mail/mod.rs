//! The words of mails: texts in the language of who gets them, as plain text and as HTML.
//!
//! The register knows what is to be told and to whom; this module knows how it is said and where its pages are. What
//! others have written (titles, notes, names) stands on lines of its own or marked as a quotation, so that it cannot
//! pass for words of the register; in HTML it is escaped by the template.

mod links;

use askama::Template;
use fluent_bundle::FluentValue;
use maki_app::{AccountChange, Addressee, Composed, Composer, Instance, Notice};
use maki_domain::{Instant, Language};

use crate::format;
use crate::texts::{Texts, texts};

/// Characters of a title, a name or an organisation; longer ones are cut.
const MAX_NAME: usize = 150;

/// Writes mails with the texts of the interface.
#[derive(Debug, Clone, Copy, Default)]
pub struct MailTexts;

impl Composer for MailTexts {
    fn compose(
        &self,
        notice: &Notice,
        to: &Addressee,
        by: Option<&str>,
        instance: &Instance,
    ) -> Result<Composed, String> {
        let mail = MailPage::of(notice, to, by, instance);
        Ok(Composed {
            subject: mail.subject.clone(),
            text: PlainMail { mail: &mail }.render().map_err(|error| error.to_string())?,
            html: HtmlMail { mail: &mail }.render().map_err(|error| error.to_string())?,
        })
    }
}

/// What a mail says, for both templates.
struct MailPage {
    language: Language,
    subject: String,
    greeting: String,
    lead: String,
    /// What somebody wrote, line by line, and what to call it.
    quote: Option<Quote>,
    action: Action,
    /// Until when the link works.
    valid: Option<String>,
    /// Why the mail came, and how to change that.
    why: String,
    sender: String,
    home: String,
}

struct Quote {
    label: String,
    lines: Vec<String>,
}

struct Action {
    label: String,
    href: String,
}

#[derive(Template)]
#[template(path = "mail/notice.txt", escape = "none")]
struct PlainMail<'a> {
    mail: &'a MailPage,
}

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct HtmlMail<'a> {
    mail: &'a MailPage,
}

impl MailPage {
    fn of(notice: &Notice, to: &Addressee, by: Option<&str>, instance: &Instance) -> Self {
        let language = if instance.languages.contains(&to.language) { to.language } else { Language::De };
        let t = texts(language);
        let facts = Facts::of(notice);
        let name = |text: &str| FluentValue::from(short(text));
        let nobody = t.get("mail-somebody");
        let variables = [
            ("title", name(facts.title)),
            ("organisation", name(facts.organisation)),
            ("by", name(by.filter(|by| !by.trim().is_empty()).unwrap_or(nobody))),
            ("kennung", FluentValue::from(facts.kennung.as_str())),
            ("register", name(&instance.name)),
        ];
        let say = |part: &str| t.with(&format!("mail-{}-{part}", facts.key), &variables);
        Self {
            language,
            subject: say("subject"),
            greeting: match &to.name {
                Some(name) => t.one("mail-greeting", "name", short(name)),
                None => t.get("mail-greeting-nobody").to_owned(),
            },
            lead: say("lead"),
            quote: quote(t, facts.quote),
            action: Action {
                label: say("action"),
                href: format!("{}{}", instance.base_url, crate::context::localised(language, &links::of(notice))),
            },
            valid: facts.ends_at.map(|at| t.one("mail-valid-until", "moment", format::moment(language, at).human)),
            why: say("why"),
            sender: short(&instance.name),
            home: format!("{}{}", instance.base_url, crate::context::localised(language, "/")),
        }
    }
}

/// What of a notice the texts need.
struct Facts<'a> {
    /// Middle of the keys of its texts.
    key: String,
    title: &'a str,
    organisation: &'a str,
    kennung: String,
    quote: &'a str,
    ends_at: Option<Instant>,
}

impl<'a> Facts<'a> {
    fn of(notice: &'a Notice) -> Self {
        let mut facts = Self {
            key: notice.code().replace('_', "-"),
            title: "",
            organisation: "",
            kennung: String::new(),
            quote: "",
            ends_at: None,
        };
        match notice {
            Notice::VerifyMailbox { organisation, ends_at, .. } | Notice::Invitation { organisation, ends_at, .. } => {
                facts.organisation = organisation;
                facts.ends_at = Some(*ends_at);
            }
            Notice::PasswordReset { ends_at, .. } => facts.ends_at = Some(*ends_at),
            Notice::PasswordElsewhere | Notice::LookInside => {}
            Notice::AccountChanged { what } => facts.key = format!("account-{}", change_key(*what)),
            Notice::ReviewAsked { entry, note, .. } | Notice::Returned { entry, note, .. } => {
                (facts.title, facts.quote) = (&entry.title, note);
            }
            Notice::Approved { entry, kennung, note, .. } => {
                (facts.title, facts.quote) = (&entry.title, note);
                facts.kennung = kennung.to_string();
            }
            Notice::Mentioned { entry, text, .. } => (facts.title, facts.quote) = (&entry.title, text),
            Notice::Proposed { entry, organisation, note, .. } => {
                (facts.title, facts.quote, facts.organisation) = (&entry.title, note, organisation);
            }
            Notice::ProposalDecided { entry, accepted, note } => {
                (facts.title, facts.quote) = (&entry.title, note);
                facts.key = if *accepted { "proposal-accepted" } else { "proposal-declined" }.to_owned();
            }
            Notice::ApplicationReceived { organisation, .. } => facts.organisation = organisation,
            Notice::ApplicationDecided { organisation, admitted, note } => {
                (facts.organisation, facts.quote) = (organisation, note);
                facts.key = if *admitted { "application-admitted" } else { "application-refused" }.to_owned();
            }
        }
        facts
    }
}

const fn change_key(what: AccountChange) -> &'static str {
    match what {
        AccountChange::Password => "password",
        AccountChange::SecondFactorSet => "factor-set",
        AccountChange::SecondFactorRemoved => "factor-removed",
        AccountChange::RecoveryCodeUsed => "code-used",
        AccountChange::ProviderTied => "provider-tied",
        AccountChange::ProviderUntied => "provider-untied",
    }
}

fn quote(t: &Texts, text: &str) -> Option<Quote> {
    let lines: Vec<String> = text.lines().map(visible).collect();
    let has_words = lines.iter().any(|line| !line.trim().is_empty());
    has_words.then(|| Quote { label: t.get("mail-quote").to_owned(), lines })
}

/// Without control characters, some of which would hide or turn what follows.
fn visible(text: &str) -> String {
    let hides = |c: &char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|c| !hides(c)).collect()
}

/// One line of bounded length.
fn short(text: &str) -> String {
    let line = text.split_whitespace().map(visible).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests;
