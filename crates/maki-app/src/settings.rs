//! What an instance says about itself: table `[instance]` of the configuration file.

use std::path::PathBuf;

use maki_domain::instance::InstanceKind;
use serde::{Deserialize, Serialize};

/// Settings of an instance; every one has a default.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Instance {
    /// Anything but production carries a banner on every page.
    pub kind: InstanceKind,
    pub name: String,
    /// Prefix of every Kennung given here; chosen once, since Kennungen are never renamed.
    pub kennung_prefix: String,
    /// Address under which the public reaches the register, without a slash at the end.
    pub base_url: String,
    /// Short name of the licence of the data, as in `dl-de/zero-2-0`.
    pub licence: String,
    pub licence_url: String,
    /// Languages of the pages; German is always among them.
    pub languages: Vec<maki_domain::Language>,
    /// Shows the Kopfzeile of the federal design; only official websites may.
    pub official_website: bool,
    /// Folder with the operator's own texts (Impressum, Datenschutz …) as Markdown; they replace the built-in ones.
    pub pages: Option<PathBuf>,
    /// Address for reports about accessibility and errors.
    pub contact_email: String,
    /// Address for security reports, shown in `/.well-known/security.txt`.
    pub security_contact: Option<String>,
}

impl Default for Instance {
    fn default() -> Self {
        Self {
            kind: InstanceKind::Production,
            name: "Marktplatz der KI-Möglichkeiten".to_owned(),
            kennung_prefix: "MAKI".to_owned(),
            base_url: "http://127.0.0.1:8080".to_owned(),
            licence: "dl-de/zero-2-0".to_owned(),
            licence_url: "https://www.govdata.de/dl-de/zero-2-0".to_owned(),
            languages: maki_domain::Language::ALL.to_vec(),
            official_website: false,
            pages: None,
            contact_email: "kontakt@maki.example".to_owned(),
            security_contact: None,
        }
    }
}

impl Instance {
    #[must_use]
    pub fn licence(&self) -> Licence {
        Licence { id: self.licence.clone(), url: self.licence_url.clone() }
    }
}

/// The licence of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Licence {
    pub id: String,
    pub url: String,
}
