//! Signing in: pages of accounts, and providers of OpenID Connect.

pub mod oidc;
