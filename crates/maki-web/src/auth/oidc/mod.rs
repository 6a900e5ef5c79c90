//! Signing in at a provider of OpenID Connect, and logout that begins there.

mod logout;
mod provider;

pub use logout::Logout;
pub use provider::{Handshake, Identity, OidcError, Provider, ProviderSettings};
