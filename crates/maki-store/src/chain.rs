//! The audit chain. Each event holds `hash = SHA-256(previous hash ‖ event ‖ root)`, and the root commits to the
//! content of the version field by field, so that the chain proves content and single values can still be redacted.
//!
//! For a field `f` of a version with seed `s` (32 random bytes): `salt = HMAC-SHA-256(s, key of f)`, `commitment =
//! SHA-256(salt ‖ length of key ‖ key ‖ slot as JSON)`; the root is the SHA-256 over all commitments in catalogue
//! order, each preceded by its key. A redaction replaces the seed by the salts of the remaining fields together with
//! the bare commitment of the redacted one.

use hmac::{Hmac, KeyInit, Mac};
use maki_domain::Content;
use sha2::{Digest, Sha256};

use crate::{Result, StoreError};
use crate::event::Event;

pub(crate) type Hash = [u8; 32];

/// The root over a version's content.
pub(crate) fn root(seed: &[u8], content: &Content) -> Result<Hash> {
    let mut root = Sha256::new();
    let mut slot_json = Vec::with_capacity(1024);
    for (id, slot) in content.iter() {
        let key = &id.field().key;
        let mut salt = Hmac::<Sha256>::new_from_slice(seed).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        salt.update(key.as_bytes());
        slot_json.clear();
        serde_json::to_writer(&mut slot_json, slot).map_err(|e| StoreError::Corrupt(e.to_string()))?;
        let mut commitment = Sha256::new();
        commitment.update(salt.finalize().into_bytes());
        update_framed(&mut commitment, key.as_bytes());
        commitment.update(&slot_json);
        update_framed(&mut root, key.as_bytes());
        root.update(commitment.finalize());
    }
    Ok(root.finalize().into())
}

/// The hash that closes an event.
pub(crate) fn event_hash(previous: &[u8], event: &Event) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(event.sequence.to_be_bytes());
    hash.update(event.at.0.to_be_bytes());
    update_framed(&mut hash, event.actor.as_bytes());
    update_framed(&mut hash, event.organisation.map(|o| o.0.into_bytes()).as_ref().map_or(&[][..], |b| &b[..]));
    update_framed(&mut hash, event.action.code().as_bytes());
    hash.update(event.record.0.as_bytes());
    hash.update(event.version.to_be_bytes());
    update_framed(&mut hash, event.request.as_bytes());
    hash.update(&event.root);
    hash.finalize().into()
}

/// Length before content: no two different sequences of parts give the same bytes.
fn update_framed(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_be_bytes());
    hash.update(part);
}
