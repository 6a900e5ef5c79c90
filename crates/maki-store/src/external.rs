//! Finding records by the ids that other registers gave them.

use std::collections::HashMap;

use maki_domain::RecordId;
use uuid::Uuid;

use crate::Result;
use crate::engine::{Tx, both};

/// Pairs in one statement.
const PAIRS: usize = 400;

pub(crate) async fn by_external_ids(
    tx: &mut Tx,
    ids: &[(String, String)],
) -> Result<HashMap<(String, String), RecordId>> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(PAIRS) {
        let rows = both!(&mut *tx, c => {
            let mut q = sqlx::QueryBuilder::<Be>::new("SELECT scheme, value, record FROM external_id WHERE (scheme, value) IN (");
            q.push_values(chunk, |mut pair, (scheme, value)| {
                pair.push_bind(scheme.as_str()).push_bind(value.as_str());
            });
            q.push(")");
            q.build_query_as::<(String, String, Uuid)>().fetch_all(c).await
        })?;
        found.extend(rows.into_iter().map(|(scheme, value, record)| ((scheme, value), RecordId(record))));
    }
    Ok(found)
}
