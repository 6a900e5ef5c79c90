//! What every handler has at hand.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;

use maki_app::{App, AppError};
use maki_domain::Language;
use maki_domain::instance::InstanceKind;
use tokio::sync::OnceCell;

use crate::auth::oidc::{OidcError, Provider, ProviderSettings};
use crate::limits::{LimitSettings, Limiter};
use crate::meters::Meters;

/// Cheap to clone: every layer around a request does.
#[derive(Clone)]
pub struct WebState(Arc<Shared>);

/// What handlers share.
#[derive(Clone)]
pub struct Shared {
    pub app: App,
    pub site: Arc<Site>,
    pub limiter: Arc<Limiter>,
    pub meters: Arc<Meters>,
    /// Where people may sign in beside their accounts here.
    pub providers: Arc<[Provider]>,
    register: Arc<OnceCell<String>>,
}

impl WebState {
    /// Reads from the instance what pages say about it.
    #[must_use]
    pub fn new(app: App, limits: LimitSettings) -> Self {
        let site = Arc::new(Site::of(&app));
        let shared = Shared {
            app,
            site,
            limiter: Arc::new(Limiter::new(limits)),
            meters: Arc::default(),
            providers: Arc::default(),
            register: Arc::default(),
        };
        Self(Arc::new(shared))
    }

    /// Lets people sign in at providers of OpenID Connect.
    ///
    /// # Errors
    /// When no client for HTTP can be made.
    pub fn with_providers(self, providers: Vec<ProviderSettings>) -> Result<Self, OidcError> {
        let base_url = &self.site.base_url;
        let redirect = |settings: &ProviderSettings| format!("{base_url}/anmelden/zurueck/{}", settings.key);
        let providers = providers.into_iter().map(|settings| {
            let redirect = redirect(&settings);
            Provider::new(settings, redirect)
        });
        let providers = providers.collect::<Result<Vec<_>, _>>()?.into();
        Ok(Self(Arc::new(Shared { providers, ..Arc::unwrap_or_clone(self.0) })))
    }

    /// The id that this register got when it was made and keeps for ever, wherever it is served.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn register_id(&self) -> Result<&str, AppError> {
        let read = async || Ok(self.app.changes(i64::MAX, 1).await?.register_id);
        self.register.get_or_try_init(read).await.map(String::as_str)
    }
}

impl Deref for WebState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What an instance says about itself on its pages.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Name of the instance where it differs from the product's.
    pub name: Option<String>,
    pub kind: InstanceKind,
    /// Languages of the pages, the first one first; German is always among them.
    pub languages: Vec<Language>,
    /// Claims the header line of an official website of the Federal Republic.
    pub official_website: bool,
    /// Where the instance is reached, without a slash at the end; empty when the operator did not say.
    pub base_url: String,
    /// Folder with the operator's own page texts, `de/*.md` and `en/*.md`.
    pub pages_dir: Option<PathBuf>,
    pub contact_email: String,
    pub security_contact: Option<String>,
    pub licence_label: String,
    pub licence_url: String,
    /// Hash over all of the above; part of every entity tag.
    pub fingerprint: String,
}

impl Site {
    /// The product's own name; an instance of this name needs no second line in the header.
    const PRODUCT: &'static str = "Marktplatz der KI-Möglichkeiten";

    fn of(app: &App) -> Self {
        let instance = app.instance().clone();
        let mut hasher = DefaultHasher::new();
        format!("{instance:?}").hash(&mut hasher);
        Self {
            name: Some(instance.name).filter(|name| !name.is_empty() && name != Self::PRODUCT),
            kind: instance.kind,
            languages: Language::ALL
                .into_iter()
                .filter(|language| *language == Language::De || instance.languages.contains(language))
                .collect(),
            official_website: instance.official_website,
            base_url: instance.base_url.trim_end_matches('/').to_owned(),
            pages_dir: instance.pages,
            contact_email: instance.contact_email,
            security_contact: instance.security_contact,
            licence_label: instance.licence,
            licence_url: instance.licence_url,
            fingerprint: format!("{:08x}", hasher.finish() & 0xffff_ffff),
        }
    }
}
