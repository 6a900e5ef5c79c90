//! Content on its way to and from the database: JSON, compressed with zstd.

use std::cell::RefCell;

use maki_domain::Content;

use crate::{Result, StoreError};

/// The fastest: a load spends a tenth of its time here, and a text of a few kilobytes gets a sixth larger than at 1.
const LEVEL: i32 = -1;
/// No content of a record and no chunk of raw rows may be larger; a damaged blob must not ask for more memory.
const MAX_PLAIN: usize = 16 << 20;
/// The same for a large upload.
const MAX_LARGE: usize = 33 << 20;

thread_local! {
    // A context costs more to make than a record to compress.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

pub(crate) fn pack(plain: &[u8]) -> Result<Vec<u8>> {
    if plain.len() > MAX_PLAIN {
        return Err(StoreError::TooLarge { bytes: plain.len(), limit: MAX_PLAIN });
    }
    COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(zstd::bulk::Compressor::new(LEVEL)?),
        };
        Ok(compressor.compress(plain)?)
    })
}

pub(crate) fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => slot.insert(zstd::bulk::Decompressor::new()?),
        };
        let size = zstd::bulk::Decompressor::upper_bound(packed).unwrap_or(MAX_PLAIN).min(MAX_PLAIN);
        decompressor.decompress(packed, size).map_err(|e| StoreError::Corrupt(e.to_string()))
    })
}

/// [`pack`] for an upload, with a context of its own.
pub(crate) fn pack_large(plain: &[u8]) -> Result<Vec<u8>> {
    if plain.len() > MAX_LARGE {
        return Err(StoreError::TooLarge { bytes: plain.len(), limit: MAX_LARGE });
    }
    Ok(zstd::bulk::compress(plain, LEVEL)?)
}

pub(crate) fn unpack_large(packed: &[u8]) -> Result<Vec<u8>> {
    let size = zstd::bulk::Decompressor::upper_bound(packed).unwrap_or(MAX_LARGE).min(MAX_LARGE);
    zstd::bulk::decompress(packed, size).map_err(|e| StoreError::Corrupt(e.to_string()))
}

pub(crate) fn to_json(content: &Content) -> Result<Vec<u8>> {
    serde_json::to_vec(content).map_err(|e| StoreError::Corrupt(e.to_string()))
}

pub(crate) fn pack_content(content: &Content) -> Result<Vec<u8>> {
    pack(&to_json(content)?)
}

pub(crate) fn unpack_content(packed: &[u8]) -> Result<Content> {
    serde_json::from_slice(&unpack(packed)?).map_err(|e| StoreError::Corrupt(e.to_string()))
}
