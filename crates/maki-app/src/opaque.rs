//! Secrets that open doors: 32 random bytes, given out once as text, stored as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A secret as it stands in a cookie, a link or a token.
pub fn text_of(secret: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(secret)
}

/// The secret of a text; none where it is no text of ours.
fn secret_of(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

/// What is stored of a secret.
pub fn hash_of(secret: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(secret).into()
}

/// What is stored of the secret in a text; none where it is no text of ours.
pub fn hash_of_text(text: &str) -> Option<[u8; 32]> {
    secret_of(text).map(|secret| hash_of(&secret))
}
