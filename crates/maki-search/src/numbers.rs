//! Lists of numbers that lie in memory, or in a file that is mapped into it.

use tantivy::directory::OwnedBytes;
use zerocopy::FromBytes as _;

/// A list of numbers.
#[derive(Debug)]
pub enum Numbers {
    /// In memory.
    Own(Box<[u64]>),
    /// In a mapped file, as this machine writes numbers.
    Mapped(OwnedBytes),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Own(Box::default())
    }
}

impl Numbers {
    /// The numbers. Mapped bytes that are not whole numbers in the right place are none.
    #[inline]
    pub fn get(&self) -> &[u64] {
        match self {
            Self::Own(numbers) => numbers,
            Self::Mapped(bytes) => <[u64]>::ref_from_bytes(bytes.as_slice()).unwrap_or_default(),
        }
    }
}
