//! One provider of OpenID Connect: what it says of itself, the way to it, and what comes back.
//!
//! Authorisation code with PKCE (RFC 7636), state and nonce; the ID token is verified against the keys that the provider
//! publishes. What the provider says about itself is kept for an hour, and read anew once when a token does not verify,
//! because keys change. Redirects are not followed, answers are bounded in time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use maki_app::ClaimRules;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long what a provider says of itself is believed.
const BELIEVED: Duration = Duration::from_secs(60 * 60);
/// Limit of every request to a provider.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What the operator says about a provider.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// Names the provider in addresses.
    pub key: String,
    /// Names it on the button.
    pub label: String,
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Option<String>,
    /// Beside `openid`.
    pub scopes: Vec<String>,
    pub rules: ClaimRules,
}

/// Why signing in at a provider failed. The log has the cause, the person a way out.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[error("the provider cannot be asked: {0}")]
    Unreachable(String),
    #[error("the provider refused: {0}")]
    Refused(String),
    #[error("the provider's answer does not verify: {0}")]
    NotVerified(String),
    #[error("the settings of the provider cannot be used: {0}")]
    Settings(String),
}

/// What has to be remembered in the browser between the way there and the way back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Handshake {
    pub provider: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    /// Where the person wanted to go.
    pub back: String,
    /// The account that is to be tied to whoever comes back; without one, they sign in.
    pub tie: Option<uuid::Uuid>,
    /// Seconds since 1970.
    pub made_at: i64,
}

/// Who the provider says has come.
#[derive(Debug, Clone)]
pub struct Identity {
    pub issuer: String,
    pub subject: String,
    /// Its session there, for logout from there.
    pub session: Option<String>,
    pub name: Option<String>,
    /// Only where the provider has verified it.
    pub email: Option<String>,
    /// Everything it says.
    pub claims: Value,
}

/// Claims beyond the standard.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Others {
    #[serde(flatten)]
    all: serde_json::Map<String, Value>,
}

impl AdditionalClaims for Others {}

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Ready = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider that this instance trusts.
#[derive(Debug)]
pub struct Provider {
    pub settings: ProviderSettings,
    redirect: String,
    http: reqwest::Client,
    known: Mutex<Option<(Instant, Arc<CoreProviderMetadata>)>>,
}

impl Provider {
    /// `redirect` is the absolute address that the provider sends people back to.
    ///
    /// # Errors
    /// When no client for HTTP can be made, such as without certificates.
    pub fn new(settings: ProviderSettings, redirect: String) -> Result<Self, OidcError> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()
            .map_err(|error| OidcError::Settings(error.to_string()))?;
        Ok(Self { settings, redirect, http, known: Mutex::new(None) })
    }

    /// The address to send a browser to, and what it has to remember.
    ///
    /// # Errors
    /// When the provider cannot be asked about itself.
    pub async fn begin(
        &self,
        back: String,
        tie: Option<uuid::Uuid>,
        now: i64,
    ) -> Result<(String, Handshake), OidcError> {
        let client = self.client(&*self.metadata(false).await?)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = client.authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        let scopes = self.settings.scopes.iter().cloned().map(Scope::new);
        let (url, state, nonce) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
        let handshake = Handshake {
            provider: self.settings.key.clone(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            back,
            tie,
            made_at: now,
        };
        Ok((url.to_string(), handshake))
    }

    /// Who has come, from the code that the browser brought back.
    ///
    /// # Errors
    /// When the provider does not take the code, or its token does not verify.
    pub async fn finish(&self, code: String, handshake: &Handshake) -> Result<Identity, OidcError> {
        let client = self.client(&*self.metadata(false).await?)?;
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| OidcError::Settings(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(handshake.verifier.clone()));
        let tokens: Tokens =
            exchange.request_async(&self.http).await.map_err(|error| OidcError::Refused(error.to_string()))?;
        let claims = match self.verified(&client, &tokens, handshake) {
            Ok(claims) => claims,
            // The keys may have changed since they were read.
            Err(_) => self.verified(&self.client(&*self.metadata(true).await?)?, &tokens, handshake)?,
        };
        let claims = self.with_user_info(&client, &tokens, claims).await;
        Ok(self.identity(claims))
    }

    /// Claims of the ID token, after its signature, issuer, audience, time and nonce have been checked.
    fn verified(&self, client: &Ready, tokens: &Tokens, handshake: &Handshake) -> Result<Value, OidcError> {
        let token = tokens.id_token().ok_or_else(|| OidcError::NotVerified("no ID token".to_owned()))?;
        let nonce = Nonce::new(handshake.nonce.clone());
        let claims = token.claims(&client.id_token_verifier(), &nonce);
        let claims = claims.map_err(|error| OidcError::NotVerified(error.to_string()))?;
        serde_json::to_value(claims).map_err(|error| OidcError::NotVerified(error.to_string()))
    }

    /// Some providers say more when asked. A failure leaves what the token said.
    async fn with_user_info(&self, client: &Ready, tokens: &Tokens, mut claims: Value) -> Value {
        let Ok(request) = client.user_info(tokens.access_token().clone(), None) else { return claims };
        let more: Result<UserInfoClaims<Others, CoreGenderClaim>, _> = request.request_async(&self.http).await;
        let more = more.ok().and_then(|more| serde_json::to_value(more).ok());
        if let (Some(Value::Object(more)), Some(known)) = (more, claims.as_object_mut()) {
            // Only about the same person; the signed token wins.
            if more.get("sub") == known.get("sub") {
                for (name, value) in more {
                    known.entry(name).or_insert(value);
                }
            }
        }
        claims
    }

    fn identity(&self, claims: Value) -> Identity {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let is_verified = claims.get("email_verified").and_then(Value::as_bool) == Some(true);
        Identity {
            issuer: self.settings.issuer.clone(),
            subject: text("sub").unwrap_or_default(),
            session: text("sid"),
            name: text("name"),
            email: text("email").filter(|_| is_verified),
            claims,
        }
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Result<Ready, OidcError> {
        let redirect =
            RedirectUrl::new(self.redirect.clone()).map_err(|error| OidcError::Settings(error.to_string()))?;
        let secret = self.settings.client_secret.clone().map(ClientSecret::new);
        let id = ClientId::new(self.settings.client_id.clone());
        Ok(Client::from_provider_metadata(metadata.clone(), id, secret).set_redirect_uri(redirect))
    }

    /// What the provider says of itself.
    pub(super) async fn metadata(&self, anew: bool) -> Result<Arc<CoreProviderMetadata>, OidcError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((since, metadata)) = known.filter(|(since, _)| !anew && since.elapsed() < BELIEVED) {
            let _ = since;
            return Ok(metadata);
        }
        let issuer =
            IssuerUrl::new(self.settings.issuer.clone()).map_err(|error| OidcError::Settings(error.to_string()))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.http).await;
        let metadata = Arc::new(metadata.map_err(|error| OidcError::Unreachable(error.to_string()))?);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), Arc::clone(&metadata)));
        Ok(metadata)
    }
}
