//! Settings: a TOML file; command line and environment win over it.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use maki_app::{Instance, MailSettings, TimeOfDay};
use maki_web::auth::oidc::ProviderSettings;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub log: Log,
    pub instance: Instance,
    pub sign_in: SignIn,
    pub mail: MailSettings,
    pub quality: Quality,
    /// The operator says where the public reaches the register; otherwise the server finds something that works.
    #[serde(skip)]
    pub names_base_url: bool,
}

/// Where the register lies and listens.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    pub listen: Option<SocketAddr>,
    /// Prometheus metrics, for operators only.
    pub metrics_listen: Option<SocketAddr>,
    pub data: Option<PathBuf>,
    pub database: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Requests of one address to API, downloads and feeds; 0 switches the limit off.
    pub requests_per_minute: Option<u32>,
}

/// When everything is judged for plausibility.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quality {
    /// Time of day in Berlin of the nightly run.
    pub nightly_at: TimeOfDay,
    /// Another program runs `maki check --store`.
    pub nightly_off: bool,
}

/// Where people may sign in beside their accounts here.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    pub provider: Vec<ProviderFile>,
}

/// A provider of OpenID Connect.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderFile {
    /// Names it in addresses: lower-case letters, digits and hyphens.
    key: String,
    /// Names it on the button.
    label: String,
    issuer: String,
    client_id: String,
    /// File that holds nothing but the secret.
    client_secret_file: Option<PathBuf>,
    /// Asked for beside `openid`.
    #[serde(default)]
    scopes: Vec<String>,
    /// The rule file that maps claims to organisation and roles.
    rules: PathBuf,
}

impl ProviderFile {
    /// Reads what the settings point to.
    ///
    /// # Errors
    /// When a file cannot be read or says something that cannot be meant.
    pub fn load(&self) -> Result<ProviderSettings> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.key.is_empty() || !self.key.chars().all(is_plain) {
            bail!("sign_in.provider.key {:?} is not of lower-case letters, digits and hyphens", self.key);
        }
        let read =
            |file: &Path| std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()));
        let rules: maki_app::ClaimRules =
            toml::from_str(&read(&self.rules)?).with_context(|| format!("rules in {}", self.rules.display()))?;
        let rules = rules.checked().with_context(|| format!("rules in {}", self.rules.display()))?;
        let secret = self.client_secret_file.as_deref().map(read).transpose()?;
        Ok(ProviderSettings {
            key: self.key.clone(),
            label: self.label.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret.map(|text| text.trim().to_owned()),
            scopes: self.scopes.clone(),
            rules,
        })
    }
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    /// As in `info` or `maki=debug`; the variable `MAKI_LOG` wins.
    pub filter: Option<String>,
}

impl Config {
    /// # Errors
    /// When the file cannot be read or has a setting that does not exist.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let Some(file) = file else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let settings = || format!("settings in {}", file.display());
        let mut config: Self = toml::from_str(&text).with_context(settings)?;
        let table: toml::Table = toml::from_str(&text).with_context(settings)?;
        config.names_base_url = table.get("instance").is_some_and(|instance| instance.get("base_url").is_some());
        maki_domain::Kennung::new(&config.instance.kennung_prefix, "2026", 1)
            .with_context(|| format!("instance.kennung_prefix in {}", file.display()))?;
        Ok(config)
    }

    /// Where nobody says under which address the register is reached, one that only this machine reaches is its own.
    pub fn find_base_url(&mut self, listen: SocketAddr) {
        if self.names_base_url {
            return;
        }
        if listen.ip().is_loopback() {
            self.instance.base_url = format!("http://{listen}");
        } else {
            let assumed = &self.instance.base_url;
            tracing::warn!(%assumed, "instance.base_url is not set; feeds and API name an address that may not lead here");
        }
    }

    /// Looks at the folder with the operator's page texts before anybody asks for one: a built-in Impressum in place
    /// of the operator's own would be wrong without a word.
    ///
    /// # Errors
    /// When the folder is configured and is not there.
    pub fn check_pages(&self) -> Result<()> {
        let Some(folder) = &self.instance.pages else { return Ok(()) };
        if !folder.is_dir() {
            bail!("instance.pages names {}, which is no folder", folder.display());
        }
        for language in &self.instance.languages {
            let file = |name: &&str| folder.join(language.tag()).join(format!("{name}.md"));
            let missing: Vec<&str> =
                maki_web::pages::text::NAMES.into_iter().filter(|name| !file(name).is_file()).collect();
            if !missing.is_empty() {
                let (folder, missing) = (folder.join(language.tag()), missing.join(", "));
                tracing::warn!(folder = %folder.display(), %missing, "built-in texts are shown in place of missing ones");
            }
        }
        Ok(())
    }

    /// The server logs to standard output; other commands leave it to their result and log warnings to standard error.
    pub fn start_logging(&self, serves: bool) {
        let default = if serves { "info" } else { "warn" };
        let filter = std::env::var("MAKI_LOG").ok().or_else(|| self.log.filter.clone());
        let filter =
            EnvFilter::try_new(filter.as_deref().unwrap_or(default)).unwrap_or_else(|_| EnvFilter::new(default));
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
        match (self.log.format, serves) {
            (LogFormat::Json, true) => log.json().init(),
            (LogFormat::Text, true) => log.with_ansi(false).init(),
            (_, false) => log.with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr).init(),
        }
    }
}
