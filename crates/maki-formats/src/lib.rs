//! Bytes in, values out: tables in foreign formats, import profiles, the own format, exports.
//!
//! [`table`] turns bytes into rows and rows into bytes and knows no meaning. Invariants: no I/O beyond the readers and
//! writers it is given (XLSX writing uses temporary files), no database, no clock; every input is hostile and every
//! limit is explicit.

pub mod table;
