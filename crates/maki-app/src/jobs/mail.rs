//! Mails: from a notice and who gets it to a message.
//!
//! Words, languages and addresses of pages come from a [`Composer`]; this crate knows none. Whatever ends in a header
//! is one line without control characters. The Message-ID is made of the job, so that a mail that was sent twice is
//! recognised as one.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message};
use maki_domain::Language;
use maki_store::{AccountState, Job};

use super::{Carrier, Failure, Handler, JobKind, Work};
use crate::notice::{Letter, Notice, Recipient};
use crate::{App, Instance};

/// Mails on their way at the same time.
const AT_ONCE: usize = 4;
/// Characters of a subject or a name; longer ones are cut.
const MAX_LINE: usize = 200;

/// Who gets a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// None where nobody has said it.
    pub name: Option<String>,
    pub language: Language,
    pub has_account: bool,
}

/// The words of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// Finds words for notices: brings texts, languages and the addresses of pages.
pub trait Composer: Send + Sync {
    /// `by` is the name of who did it.
    ///
    /// # Errors
    /// When a template cannot be filled; the text goes to the log.
    fn compose(
        &self,
        notice: &Notice,
        to: &Addressee,
        by: Option<&str>,
        instance: &Instance,
    ) -> Result<Composed, String>;
}

/// Sends notices as mails.
pub struct Mail {
    carrier: Carrier,
    composer: Arc<dyn Composer>,
}

impl Mail {
    #[must_use]
    pub fn new(carrier: Carrier, composer: Arc<dyn Composer>) -> Self {
        Self { carrier, composer }
    }

    async fn send(&self, app: &App, job: &Job) -> Result<String, Failure> {
        let letter: Letter =
            serde_json::from_str(&job.payload).map_err(|error| Failure::Permanent(format!("the notice: {error}")))?;
        let Some((address, to)) = addressee(app, &letter.to).await? else {
            return Ok(r#"{"skipped":"nobody to write to"}"#.to_owned());
        };
        let by = match letter.notice.by() {
            Some(id) => app.0.store.read().await?.account_names(&[id]).await?.pop().map(|(_, name)| name),
            None => None,
        };
        let composed = self.composer.compose(&letter.notice, &to, by.as_deref(), &app.0.instance);
        let composed = composed.map_err(Failure::Permanent)?;
        let message = self.message(app, job, &address, to.name.as_deref(), composed)?;
        self.carrier.carry(job.id, message).await?;
        Ok(format!(r#"{{"notice":"{}"}}"#, letter.notice.code()))
    }

    fn message(
        &self,
        app: &App,
        job: &Job,
        address: &str,
        name: Option<&str>,
        composed: Composed,
    ) -> Result<Message, Failure> {
        let address: Address = address.parse().map_err(|_| Failure::Permanent("no mail address".to_owned()))?;
        let name = name.map(one_line).filter(|name| !name.is_empty());
        let id = format!("<{}@{}>", job.id, self.carrier.from.email.domain());
        let now = UNIX_EPOCH + Duration::from_micros(u64::try_from(app.now().0).unwrap_or(0));
        let mut message = Message::builder()
            .from(self.carrier.from.clone())
            .to(Mailbox::new(name, address))
            .subject(one_line(&composed.subject))
            .message_id(Some(id))
            .date(now)
            .header(AutoSubmitted);
        if let Some(reply_to) = &self.carrier.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let body = MultiPart::alternative_plain_html(composed.text, composed.html);
        message.multipart(body).map_err(|error| Failure::Permanent(error.to_string()))
    }
}

impl Handler for Mail {
    fn kind(&self) -> JobKind {
        JobKind::Mail
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn work<'a>(&'a self, app: &'a App, job: &'a Job) -> Work<'a> {
        Box::pin(self.send(app, job))
    }
}

/// Where a mail goes now; nowhere when the account is blocked or erased.
async fn addressee(app: &App, to: &Recipient) -> Result<Option<(String, Addressee)>, Failure> {
    match to {
        Recipient::Address { address, language } => {
            let to = Addressee { name: None, language: *language, has_account: false };
            Ok(Some((address.clone(), to)))
        }
        Recipient::Account(id) => {
            let account = app.0.store.read().await?.account(*id).await?;
            let account = account.filter(|a| matches!(a.state, AccountState::Invited | AccountState::Active));
            Ok(account.and_then(|account| {
                let language = Language::ALL.into_iter().find(|l| l.tag() == account.language).unwrap_or_default();
                let name = Some(account.name).filter(|name| !name.is_empty());
                Some((account.email?, Addressee { name, language, has_account: true }))
            }))
        }
    }
}

/// A text as one line without control characters: nothing that stands in a header can begin another one.
pub(super) fn one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    let line: String = text.chars().map(visible).collect();
    let mut line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MAX_LINE) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// Says that no person wrote the mail, so that no machine answers (RFC 3834).
#[derive(Debug, Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_one_line() {
        let check = |text: &str, expected: &str| assert_eq!(one_line(text), expected);
        check("Jörg  Müller", "Jörg Müller");
        check("a\r\nBcc: evil@example.org", "a Bcc: evil@example.org");
        check("a\u{2028}b\u{0}c\t", "a b c");
        check("\n\n", "");
        assert_eq!(one_line(&"x".repeat(500)).chars().count(), MAX_LINE + 1);
    }
}
