//! The stored bytes of a block: everything a hit needs besides its score, in one piece.
//!
//! Layout: system id (16), number of deployments (u32), their ids (16 each, in the order of the documents), length
//! of the Kennung (u32), Kennung, length of the name (u32), name, card. Numbers are little-endian.

use uuid::Uuid;

use crate::document::SystemDocument;

/// Reads the bytes of [`Stored::encode`].
#[derive(Debug, PartialEq, Eq)]
pub struct Stored<'a> {
    /// Id of the system.
    pub id: Uuid,
    deployments: &'a [u8],
    /// Kennung of the system.
    pub kennung: &'a str,
    /// Name of the system.
    pub name: &'a str,
    /// Opaque bytes of the app.
    pub card: &'a [u8],
}

fn take<'a>(bytes: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (head, rest) = bytes.split_at_checked(len)?;
    *bytes = rest;
    Some(head)
}

fn take_len(bytes: &mut &[u8]) -> Option<usize> {
    let number = u32::from_le_bytes(take(bytes, 4)?.try_into().ok()?);
    usize::try_from(number).ok()
}

fn push_len(bytes: &mut Vec<u8>, len: usize) {
    bytes.extend_from_slice(&u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
}

impl<'a> Stored<'a> {
    /// The bytes of a system whose deployments stand in this order.
    pub fn encode(system: &SystemDocument, deployments: impl ExactSizeIterator<Item = Uuid>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + system.name.len() + system.card.len() + 16 * deployments.len());
        bytes.extend_from_slice(system.id.as_bytes());
        push_len(&mut bytes, deployments.len());
        for deployment in deployments {
            bytes.extend_from_slice(deployment.as_bytes());
        }
        for text in [&system.kennung, &system.name] {
            push_len(&mut bytes, text.len());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.extend_from_slice(&system.card);
        bytes
    }

    /// Reads the bytes; none when they are damaged.
    pub fn decode(mut bytes: &'a [u8]) -> Option<Self> {
        let id = Uuid::from_slice(take(&mut bytes, 16)?).ok()?;
        let count = take_len(&mut bytes)?;
        let deployments = take(&mut bytes, count.checked_mul(16)?)?;
        let len = take_len(&mut bytes)?;
        let kennung = std::str::from_utf8(take(&mut bytes, len)?).ok()?;
        let len = take_len(&mut bytes)?;
        let name = std::str::from_utf8(take(&mut bytes, len)?).ok()?;
        Some(Self { id, deployments, kennung, name, card: bytes })
    }

    /// Id of the deployment at a place of the block.
    pub fn deployment(&self, place: usize) -> Option<Uuid> {
        let start = place.checked_mul(16)?;
        Uuid::from_slice(self.deployments.get(start..start.checked_add(16)?)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_damage_is_noticed() {
        let system = SystemDocument {
            id: Uuid::from_u128(7),
            kennung: "MAKI-2026-000007".into(),
            name: "Lotse".into(),
            card: b"{}".to_vec(),
            ..SystemDocument::default()
        };
        let bytes = Stored::encode(&system, [Uuid::from_u128(1), Uuid::from_u128(2)].into_iter());
        let stored = Stored::decode(&bytes);
        assert_eq!(
            stored.as_ref().map(|s| (s.kennung, s.name, s.card)),
            Some(("MAKI-2026-000007", "Lotse", &b"{}"[..]))
        );
        assert_eq!(stored.and_then(|s| s.deployment(1)), Some(Uuid::from_u128(2)));
        assert_eq!(Stored::decode(&bytes).and_then(|s| s.deployment(2)), None);
        assert_eq!(Stored::decode(bytes.get(..30).unwrap_or_default()), None);
    }
}
