//! Every bound that a foreign file meets before its bytes become rows, in one place.
//!
//! The numbers are generous for honest files (an official register of 100,000 entries passes) and finite for hostile
//! ones. Memory while reading is bounded by a small multiple of `row_bytes` plus, for XLSX, the shared strings.

/// Bounds for reading one file. All sizes are bytes of decoded or decompressed data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Most columns of one row; further cells are reported and dropped.
    pub columns: usize,
    /// Longest single cell; a longer one is reported and left empty.
    pub cell_bytes: usize,
    /// Longest row; a longer one is reported and skipped.
    pub row_bytes: usize,
    /// How many rows may be skipped because the file had to be re-synchronised (unclosed quotes, endless rows).
    pub resyncs: usize,
    /// Most entries in an XLSX archive.
    pub zip_entries: usize,
    /// Largest sum of decompressed sizes in an XLSX archive.
    pub zip_total_bytes: u64,
    /// Largest ratio of decompressed to compressed size of one archive entry, applied above `zip_ratio_from_bytes`.
    pub zip_ratio: u64,
    /// Entries smaller than this may have any ratio.
    pub zip_ratio_from_bytes: u64,
    /// Largest decompressed table of shared strings, the one part of a workbook held in memory.
    pub shared_strings_bytes: u64,
}

impl Limits {
    /// Default of [`Limits::columns`].
    pub const COLUMNS: usize = 2_000;
    /// Default of [`Limits::cell_bytes`].
    pub const CELL_BYTES: usize = 1_000_000;
    /// Default of [`Limits::row_bytes`].
    pub const ROW_BYTES: usize = 8_000_000;
    /// Default of [`Limits::resyncs`].
    pub const RESYNCS: usize = 100;
    /// Default of [`Limits::zip_entries`].
    pub const ZIP_ENTRIES: usize = 10_000;
    /// Default of [`Limits::zip_total_bytes`].
    pub const ZIP_TOTAL_BYTES: u64 = 500_000_000;
    /// Default of [`Limits::zip_ratio`].
    pub const ZIP_RATIO: u64 = 200;
    /// Default of [`Limits::zip_ratio_from_bytes`].
    pub const ZIP_RATIO_FROM_BYTES: u64 = 10_000_000;
    /// Default of [`Limits::shared_strings_bytes`].
    pub const SHARED_STRINGS_BYTES: u64 = 150_000_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            columns: Self::COLUMNS,
            cell_bytes: Self::CELL_BYTES,
            row_bytes: Self::ROW_BYTES,
            resyncs: Self::RESYNCS,
            zip_entries: Self::ZIP_ENTRIES,
            zip_total_bytes: Self::ZIP_TOTAL_BYTES,
            zip_ratio: Self::ZIP_RATIO,
            zip_ratio_from_bytes: Self::ZIP_RATIO_FROM_BYTES,
            shared_strings_bytes: Self::SHARED_STRINGS_BYTES,
        }
    }
}
