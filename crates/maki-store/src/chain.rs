//! The audit chain: each event holds `hash = SHA-256(scheme ‖ previous hash ‖ every field of the event)`.
//!
//! Among the fields is a root: over the content of the version that was published (module `seal`), or over what was
//! redacted. Parts of unknown length carry their length in front, so that no two events give the same bytes.

use sha2::{Digest, Sha256};

use crate::event::Event;

pub(crate) type Hash = [u8; 32];

/// Names the way of hashing, so that a later one can stand beside it.
const SCHEME: &[u8] = b"maki event 1";

/// The hash that closes an event.
pub(crate) fn event_hash(previous: &[u8], event: &Event) -> Hash {
    // Named one by one, so that a new field of the event cannot be forgotten here.
    let Event { sequence, at, actor, organisation, action, record, version, request, root, hash: _ } = event;
    let organisation = organisation.map(|o| o.0.into_bytes());
    let mut hash = Sha256::new();
    update_framed(&mut hash, SCHEME);
    update_framed(&mut hash, previous);
    hash.update(sequence.to_be_bytes());
    hash.update(at.0.to_be_bytes());
    update_framed(&mut hash, actor.as_bytes());
    update_framed(&mut hash, organisation.as_ref().map_or(&[], |bytes| &bytes[..]));
    update_framed(&mut hash, action.code().as_bytes());
    hash.update(record.0.as_bytes());
    hash.update(version.to_be_bytes());
    update_framed(&mut hash, request.as_bytes());
    update_framed(&mut hash, root);
    hash.finalize().into()
}

/// The root of an event that tells of a redaction.
pub(crate) fn redaction_root(field: &str, ground: &str) -> Hash {
    framed_hash([field.as_bytes(), ground.as_bytes()])
}

/// The hash over parts, each with its length.
pub(crate) fn framed_hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    let mut hash = Sha256::new();
    parts.into_iter().for_each(|part| update_framed(&mut hash, part));
    hash.finalize().into()
}

/// Length before content: no two different sequences of parts give the same bytes.
pub(crate) fn update_framed(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_be_bytes());
    hash.update(part);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use maki_domain::{Instant, RecordId};
    use uuid::Uuid;

    use super::*;
    use crate::event::Action;

    fn event() -> Event {
        Event {
            sequence: 42,
            at: Instant(1_780_000_000_000_000),
            actor: "account-7".into(),
            organisation: Some(RecordId(Uuid::from_u128(3))),
            action: Action::Published,
            record: RecordId(Uuid::from_u128(5)),
            version: 2,
            request: "request-9".into(),
            root: vec![1; 32],
            hash: Vec::new(),
        }
    }

    #[test]
    fn every_field_counts() {
        let changes: [fn(&mut Event); 15] = [
            |_| (),
            |e| e.sequence = 43,
            |e| e.at.0 += 1,
            |e| e.actor = "account-8".into(),
            |e| e.organisation = None,
            |e| e.organisation = Some(RecordId(Uuid::from_u128(4))),
            |e| e.action = Action::Withdrawn,
            |e| e.action = Action::Redacted,
            |e| e.record = RecordId(Uuid::from_u128(6)),
            |e| e.version = 3,
            |e| e.request = "request-10".into(),
            |e| e.root = vec![2; 32],
            |e| e.root = Vec::new(),
            // Text that moves over the border between two fields.
            |e| (e.actor, e.request) = ("account-7request-9".into(), String::new()),
            |e| (e.actor, e.request) = (String::new(), "account-7request-9".into()),
        ];
        let mut hashes: HashSet<Hash> = changes
            .iter()
            .map(|change| {
                let mut event = event();
                change(&mut event);
                event_hash(&[0; 32], &event)
            })
            .collect();
        hashes.insert(event_hash(&[1; 32], &event()));
        assert_eq!(hashes.len(), changes.len() + 1);
    }

    #[test]
    fn the_hash_stays_what_it_was() {
        // Computed independently. A change here breaks the chain of every register that exists.
        let hash: String = event_hash(&[0; 32], &event()).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hash, "66aa6355d8e034f30c81fcf1863b2ef968c9ac87dce49c1c6f880eb6e5d76a7f");
    }

    #[test]
    fn redactions_commit_to_field_and_ground() {
        assert_ne!(redaction_root("ab", "c"), redaction_root("a", "bc"));
        assert_ne!(redaction_root("a", "b"), redaction_root("a", "c"));
    }
}
