//! Keys of this register that sign forms and links: made when first needed, the same for every process.

use crate::Result;
use crate::engine::{ReadTx, WriteTx, both};

impl ReadTx {
    /// The key of a name; none before it was first needed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn secret(&mut self, name: &str) -> Result<Option<Vec<u8>>> {
        const SQL: &str = "SELECT value FROM secret WHERE name = $1";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, Vec<u8>>(SQL).bind(name).fetch_optional(c).await)?)
    }
}

impl WriteTx {
    /// The key of a name; `fresh` becomes it when there is none yet.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn secret(&mut self, name: &str, fresh: [u8; 32]) -> Result<Vec<u8>> {
        const SQL: &str = "INSERT INTO secret (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET name = secret.name RETURNING value";
        Ok(both!(&mut self.0, c => sqlx::query_scalar::<Be, Vec<u8>>(SQL).bind(name).bind(&fresh[..])
            .fetch_one(c).await)?)
    }
}
