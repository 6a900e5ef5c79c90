//! Logout that begins at the provider: OpenID Connect Back-Channel Logout 1.0. The provider posts a signed token that
//! names a session or a person; it is checked as section 2.6 of that standard says.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyId};
use serde::Deserialize;
use serde_json::Value;

use super::provider::{OidcError, Provider};

/// The event that makes a token one for logout.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Longest token in bytes.
const MOST: usize = 16 * 1024;
/// Seconds that a token may be old, or clocks may differ.
const FRESH: i64 = 5 * 60;

/// Whose sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logout {
    pub subject: Option<String>,
    pub session: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<JsonWebKeyId>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    iat: i64,
    exp: Option<i64>,
    sub: Option<String>,
    sid: Option<String>,
    nonce: Option<Value>,
    events: serde_json::Map<String, Value>,
}

impl Provider {
    /// Reads a logout token.
    ///
    /// # Errors
    /// When it is not one of this provider for this instance, or too old.
    pub async fn logout(&self, token: &str, now: i64) -> Result<Logout, OidcError> {
        let keys = |metadata: &openidconnect::core::CoreProviderMetadata| metadata.jwks().keys().clone();
        let claims = match verified(token, &keys(&*self.metadata(false).await?)) {
            Ok(claims) => claims,
            // The keys may have changed since they were read.
            Err(_) => verified(token, &keys(&*self.metadata(true).await?))?,
        };
        self.meant(claims, now).map_err(|why| OidcError::NotVerified(why.to_owned()))
    }

    fn meant(&self, claims: Claims, now: i64) -> Result<Logout, &'static str> {
        let is_for_us = |audience: &Value| audience.as_str() == Some(self.settings.client_id.as_str());
        if claims.iss != self.settings.issuer {
            return Err("another issuer");
        }
        if !(is_for_us(&claims.aud) || claims.aud.as_array().is_some_and(|all| all.iter().any(is_for_us))) {
            return Err("for somebody else");
        }
        if (now - claims.iat).abs() > FRESH || claims.exp.is_some_and(|end| end + FRESH < now) {
            return Err("too old");
        }
        if claims.nonce.is_some() || !claims.events.contains_key(EVENT) {
            return Err("no logout token");
        }
        if claims.sub.is_none() && claims.sid.is_none() {
            return Err("names nobody");
        }
        Ok(Logout { subject: claims.sub, session: claims.sid })
    }
}

/// The claims of a token that one of the keys has signed.
fn verified(token: &str, keys: &[CoreJsonWebKey]) -> Result<Claims, OidcError> {
    let refused = |why: &str| OidcError::NotVerified(why.to_owned());
    if token.len() > MOST {
        return Err(refused("too long"));
    }
    let (message, signature) = token.rsplit_once('.').ok_or_else(|| refused("no token"))?;
    let (header, body) = message.split_once('.').ok_or_else(|| refused("no token"))?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| refused("no token"));
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| refused("unknown algorithm"))?;
    if !is_asymmetric(&header.alg) {
        // A symmetric signature would be made with our own secret.
        return Err(refused("unknown algorithm"));
    }
    let signature = decode(signature)?;
    let is_meant = |key: &&CoreJsonWebKey| header.kid.is_none() || key.key_id() == header.kid.as_ref();
    let signed = keys
        .iter()
        .filter(is_meant)
        .any(|key| key.verify_signature(&header.alg, message.as_bytes(), &signature).is_ok());
    if !signed {
        return Err(refused("signed by nobody we know"));
    }
    serde_json::from_slice(&decode(body)?).map_err(|_| refused("claims are missing"))
}

const fn is_asymmetric(algorithm: &CoreJwsSigningAlgorithm) -> bool {
    !matches!(
        algorithm,
        CoreJwsSigningAlgorithm::HmacSha256
            | CoreJwsSigningAlgorithm::HmacSha384
            | CoreJwsSigningAlgorithm::HmacSha512
            | CoreJwsSigningAlgorithm::None
    )
}
