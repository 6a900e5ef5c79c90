//! Carries finished mails: to an SMTP server, or in a demonstration into a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::response::Severity;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use uuid::Uuid;

use super::Failure;
use super::settings::{MailSettings, MailSettingsError, ServerName, StartTls};
use crate::Instance;

/// How long a server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take for a whole mail; far less than a job is held.
const WHOLE_PATIENCE: Duration = Duration::from_secs(120);
const SUBMISSION_PORT: u16 = 587;
const SUBMISSIONS_PORT: u16 = 465;

/// The way mails take, and from whom they come.
#[derive(Debug)]
pub struct Carrier {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
    way: Way,
}

#[derive(Debug)]
enum Way {
    Server(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Folder(PathBuf),
}

impl Carrier {
    /// The server of the settings; none where they name none.
    ///
    /// # Errors
    /// When a setting cannot be meant or the password cannot be read.
    pub fn to_server(settings: &MailSettings, instance: &Instance) -> Result<Option<Self>, MailSettingsError> {
        let (from, reply_to) = (settings.sender(instance)?, settings.answers_to()?);
        let credentials = settings.credentials()?;
        let Some(url) = &settings.url else { return Ok(None) };
        let server = ServerName::read(url)?;
        let tls = tls(settings, &server, credentials.is_some())?;
        let usual = if server.wrapped { SUBMISSIONS_PORT } else { SUBMISSION_PORT };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port.unwrap_or(usual))
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = credentials {
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Some(Self { from, reply_to, way: Way::Server(Box::new(transport.build())) }))
    }

    /// A folder, in which each mail becomes a file; made when missing.
    ///
    /// # Errors
    /// When a setting cannot be meant or the folder cannot be made.
    pub fn to_folder(settings: &MailSettings, instance: &Instance, folder: &Path) -> Result<Self, MailSettingsError> {
        let made = std::fs::create_dir_all(folder);
        made.map_err(|cause| MailSettingsError::Folder { path: folder.display().to_string(), cause })?;
        let (from, reply_to) = (settings.sender(instance)?, settings.answers_to()?);
        Ok(Self { from, reply_to, way: Way::Folder(folder.to_owned()) })
    }

    /// Hands a mail over. It may arrive twice when the answer of the server is lost.
    pub(super) async fn carry(&self, job: Uuid, message: Message) -> Result<(), Failure> {
        match &self.way {
            Way::Server(server) => match tokio::time::timeout(WHOLE_PATIENCE, server.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(failure(&error)),
                Err(_) => Err(Failure::Temporary("the mail server took too long".to_owned())),
            },
            Way::Folder(folder) => {
                // The job names the file: one that is written twice is there once.
                let file = folder.join(format!("{job}.eml"));
                let text = message.formatted();
                tokio::fs::write(&file, text).await.map_err(|error| Failure::Temporary(error.to_string()))?;
                tracing::info!(file = %file.display(), "a mail was written");
                Ok(())
            }
        }
    }
}

fn tls(settings: &MailSettings, server: &ServerName, has_password: bool) -> Result<Tls, MailSettingsError> {
    let parameters =
        || TlsParameters::new(server.host.clone()).map_err(|error| MailSettingsError::Tls(error.to_string()));
    if server.wrapped {
        return Ok(Tls::Wrapper(parameters()?));
    }
    let usual = if server.is_here() { StartTls::Optional } else { StartTls::Required };
    match settings.starttls.unwrap_or(usual) {
        StartTls::Required => Ok(Tls::Required(parameters()?)),
        StartTls::Optional if has_password && !server.is_here() => Err(MailSettingsError::Clear),
        StartTls::Optional => Ok(Tls::Opportunistic(parameters()?)),
    }
}

/// A refusal counts for good when it is about this mail; what is about the connection or our account is not.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    // The cause tells what the outermost text only names.
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    let is_refusal = error.status().is_some_and(|code| {
        let number = u16::from(code);
        code.severity == Severity::PermanentNegativeCompletion && (number / 10 == 55) && number != 555
    });
    if is_refusal { Failure::Permanent(text) } else { Failure::Temporary(text) }
}
