//! How mails leave: table `[mail]` of the configuration file.
//!
//! A password stands in a file of its own: the settings can be shown and logged.

use std::path::PathBuf;

use lettre::message::Mailbox;
use serde::Deserialize;

/// Settings of mails; without `url` they wait.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailSettings {
    /// `smtp://host:587` or `smtps://host:465`; the port may be missing.
    pub url: Option<String>,
    /// Whether a connection that begins in the clear has to become encrypted. Required, but to this very machine.
    pub starttls: Option<StartTls>,
    pub user: Option<String>,
    /// File that holds nothing but the password.
    pub password_file: Option<PathBuf>,
    /// As in `MaKI <maki@behoerde.example>`; otherwise name and contact address of the instance.
    pub from: Option<String>,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StartTls {
    Required,
    Optional,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MailSettingsError {
    #[error("mail.url is not of the form smtp://host:port or smtps://host:port")]
    Url,
    #[error("mail.url names a user or a password; they stand in mail.user and mail.password_file")]
    Secret,
    #[error("mail.user and mail.password_file belong together")]
    Credentials,
    #[error("a user's password would go to another machine in the clear: leave mail.starttls at required")]
    Clear,
    #[error("{setting} is no mail address: {value:?}")]
    Address { setting: &'static str, value: String },
    #[error("cannot read {path}: {cause}")]
    Password { path: String, cause: std::io::Error },
    #[error("cannot set up the encryption of mails: {0}")]
    Tls(String),
    #[error("cannot make the folder {path}: {cause}")]
    Folder { path: String, cause: std::io::Error },
}

/// Where a mail server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerName {
    pub host: String,
    pub port: Option<u16>,
    /// Encrypted from the first byte.
    pub wrapped: bool,
}

impl ServerName {
    pub fn read(url: &str) -> Result<Self, MailSettingsError> {
        let (scheme, rest) = url.split_once("://").ok_or(MailSettingsError::Url)?;
        let wrapped = match scheme {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(MailSettingsError::Url),
        };
        if rest.contains('@') {
            return Err(MailSettingsError::Secret);
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(v6) => {
                let (host, after) = v6.split_once(']').ok_or(MailSettingsError::Url)?;
                let port =
                    if after.is_empty() { None } else { Some(after.strip_prefix(':').ok_or(MailSettingsError::Url)?) };
                (host, port)
            }
            None => rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port))),
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if host.is_empty() || !host.chars().all(is_name) {
            return Err(MailSettingsError::Url);
        }
        let port = port.map(|port| port.parse().ok().filter(|port| *port > 0).ok_or(MailSettingsError::Url));
        Ok(Self { host: host.to_owned(), port: port.transpose()?, wrapped })
    }

    /// Whether mails do not leave the machine on the way there.
    pub fn is_here(&self) -> bool {
        self.host == "localhost" || self.host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

impl MailSettings {
    /// Who mails come from.
    pub(super) fn sender(&self, instance: &crate::Instance) -> Result<Mailbox, MailSettingsError> {
        match &self.from {
            Some(from) => mailbox("mail.from", from),
            None => {
                let bare = mailbox("instance.contact_email", &instance.contact_email)?;
                Ok(Mailbox::new(Some(super::mail::one_line(&instance.name)), bare.email))
            }
        }
    }

    pub(super) fn answers_to(&self) -> Result<Option<Mailbox>, MailSettingsError> {
        self.reply_to.as_deref().map(|reply_to| mailbox("mail.reply_to", reply_to)).transpose()
    }

    /// User and password, when there are.
    pub(super) fn credentials(&self) -> Result<Option<(String, String)>, MailSettingsError> {
        match (&self.user, &self.password_file) {
            (None, None) => Ok(None),
            (Some(user), Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|cause| MailSettingsError::Password { path: file.display().to_string(), cause })?;
                Ok(Some((user.clone(), text.trim_end_matches(['\r', '\n']).to_owned())))
            }
            _ => Err(MailSettingsError::Credentials),
        }
    }
}

fn mailbox(setting: &'static str, value: &str) -> Result<Mailbox, MailSettingsError> {
    let wrong = || MailSettingsError::Address { setting, value: value.to_owned() };
    if value.chars().any(char::is_control) {
        return Err(wrong());
    }
    value.parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn addresses_of_servers() {
        let check = |url: &str, host: &str, port: Option<u16>, wrapped: bool| {
            assert_eq!(ServerName::read(url).unwrap(), ServerName { host: host.to_owned(), port, wrapped }, "{url}");
        };
        check("smtp://mail.example", "mail.example", None, false);
        check("smtps://mail.example:465/", "mail.example", Some(465), true);
        check("smtp://127.0.0.1:1026", "127.0.0.1", Some(1026), false);
        check("smtp://[::1]:25", "::1", Some(25), false);
        for wrong in ["", "mail.example", "http://mail.example", "smtp://", "smtp://h:0", "smtp://h:x", "smtp://h/p"] {
            assert!(matches!(ServerName::read(wrong), Err(MailSettingsError::Url)), "{wrong}");
        }
        assert!(matches!(ServerName::read("smtp://u:p@h"), Err(MailSettingsError::Secret)));
    }

    #[test]
    fn senders() {
        let sender = |from: &str| {
            MailSettings { from: Some(from.into()), ..MailSettings::default() }.sender(&crate::Instance::default())
        };
        assert_eq!(sender("Amt Ä <a@b.example>").unwrap().email.to_string(), "a@b.example");
        for wrong in ["", "a", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example"] {
            assert!(sender(wrong).is_err(), "{wrong}");
        }
        let own = MailSettings::default().sender(&crate::Instance::default()).unwrap();
        assert_eq!(own.email.to_string(), crate::Instance::default().contact_email);
    }
}
