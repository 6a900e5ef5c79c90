//! Tokens of forms: signed, bound to somebody, and expiring, so that no other site can send a form in a visitor's name.
//!
//! A token is `seconds.signature`: when it was made, and HMAC-SHA-256 over that and whom it is bound to, under a key of
//! the register. Every process of a register accepts the tokens of the others.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{App, AppError};

/// Seconds for which a form may lie open.
const LIFETIME: i64 = 24 * 60 * 60;
const KEY: &str = "form";
const MICROS: i64 = 1_000_000;

impl App {
    /// A token for the forms of somebody; who has not signed in is bound by the empty text.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub async fn form_token(&self, bound_to: &str) -> Result<String, AppError> {
        let made_at = self.now().0 / MICROS;
        let signature = self.form_mac(made_at, bound_to).await?.finalize().into_bytes();
        Ok(format!("{made_at}.{}", hex::encode(signature)))
    }

    /// Whether this is one of somebody's tokens and still counts.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub async fn is_form_token(&self, bound_to: &str, token: &str) -> Result<bool, AppError> {
        let Some((made_at, signature)) = token.split_once('.') else { return Ok(false) };
        let (Ok(made_at), Ok(signature)) = (made_at.parse::<i64>(), hex::decode(signature)) else { return Ok(false) };
        let age = (self.now().0 / MICROS).saturating_sub(made_at);
        if !(0..=LIFETIME).contains(&age) {
            return Ok(false);
        }
        Ok(self.form_mac(made_at, bound_to).await?.verify_slice(&signature).is_ok())
    }

    async fn form_mac(&self, made_at: i64, bound_to: &str) -> Result<Hmac<Sha256>, AppError> {
        let key = self.secret(KEY).await?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|error| AppError::Defect(error.to_string()))?;
        mac.update(&made_at.to_be_bytes());
        mac.update(bound_to.as_bytes());
        Ok(mac)
    }

    /// A key of the register, read once and made when there is none yet. Making it takes a write transaction of its own:
    /// who is about to open one asks for the key before.
    pub(crate) async fn secret(&self, name: &'static str) -> Result<std::sync::Arc<[u8]>, AppError> {
        let known =
            |secrets: &std::collections::HashMap<&'static str, std::sync::Arc<[u8]>>| secrets.get(name).cloned();
        let lock = || self.0.secrets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(secret) = known(&lock()) {
            return Ok(secret);
        }
        // A register that can only be read has its keys from before.
        let made = self.0.store.read().await?.secret(name).await?;
        let secret: std::sync::Arc<[u8]> = match made {
            Some(secret) => secret.into(),
            None => {
                let mut tx = self.0.store.write().await?;
                let secret = tx.secret(name, self.0.edge.seed()).await?;
                tx.commit().await?;
                secret.into()
            }
        };
        lock().insert(name, std::sync::Arc::clone(&secret));
        Ok(secret)
    }
}
