//! Writing what was planned.

use std::collections::HashMap;

use maki_domain::{Kennung, RecordKind};
use maki_store::{Actor, PackedRows, Provenance, Publication, RecordWrite, StoredRecord, WriteTx};

use super::super::RowInput;
use super::{Batch, Known};
use crate::{AppError, series_of};

/// Bytes of raw rows that are stored together; far below what the store takes.
const RAW_BYTES: usize = 2_000_000;

/// Rows as they came, one after another.
struct RawRows {
    first: i64,
    last: i64,
    text: String,
}

fn raw_rows(rows: impl IntoIterator<Item = (u64, String)>) -> Vec<RawRows> {
    let mut chunks: Vec<RawRows> = Vec::new();
    for (number, raw) in rows {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let fits = |chunk: &&mut RawRows| chunk.text.len() + raw.len() < RAW_BYTES;
        if let Some(chunk) = chunks.last_mut().filter(fits) {
            chunk.text.push_str(&raw);
            chunk.text.push('\n');
            chunk.last = number;
        } else {
            chunks.push(RawRows { first: number, last: number, text: raw + "\n" });
        }
    }
    chunks
}

impl Batch<'_> {
    /// Writes what was planned: Kennungen, versions, provenance and raw rows. Returns the new records.
    pub async fn write(
        &mut self,
        tx: &mut WriteTx,
        actor: &Actor,
        rows: Vec<RowInput>,
    ) -> Result<Vec<StoredRecord>, AppError> {
        let at = self.app.now();
        self.give_kennungen(tx, at).await?;
        let mut publications = Vec::with_capacity(self.order.len());
        let mut provenance = Vec::with_capacity(self.order.len());
        for id in std::mem::take(&mut self.order) {
            let Some(known) = self.known.get_mut(&id) else { continue };
            let (Some(write), Some(kennung)) = (known.write.take(), known.kennung.clone()) else { continue };
            let version = known.version + 1;
            let row_number = i64::try_from(write.row).unwrap_or(i64::MAX);
            provenance.push(Provenance { record: id, run: self.run, row_number, version });
            publications.push(Publication {
                record: RecordWrite {
                    id,
                    kind: known.kind,
                    kennung,
                    owner: known.owner,
                    parent: known.parent,
                    version,
                    expected_revision: known.revision,
                    new_external_ids: write.new_external_ids,
                },
                content: std::mem::take(&mut known.content),
                seed: self.app.0.edge.seed(),
                change_note: String::new(),
            });
        }
        let packing = tokio::task::spawn_blocking(move || {
            let raw = raw_rows(rows.into_iter().map(|row| (row.number, row.raw)));
            raw.into_iter().map(|raw| Ok((raw.first, raw.last, PackedRows::new(raw.text.as_bytes())?))).collect()
        });
        let publications = tx.publish_many(at, actor, publications).await?;
        tx.put_provenance(&provenance).await?;
        let packed: Result<Vec<_>, maki_store::StoreError> = packing.await.map_err(std::io::Error::other)?;
        for (first, last, packed) in packed? {
            tx.put_packed_rows(self.run, first, last, packed).await?;
        }
        Ok(publications.into_iter().filter(|p| p.record.expected_revision == 0).map(|p| p.into_stored(at)).collect())
    }

    /// Gives a Kennung to every record that has none; numbers that came with the entries are never given again.
    async fn give_kennungen(&mut self, tx: &mut WriteTx, at: maki_domain::Instant) -> Result<(), AppError> {
        let prefix = &self.app.instance().kennung_prefix;
        for kind in [RecordKind::Organisation, RecordKind::System] {
            let series = series_of(kind, at);
            let of_series = |k: RecordKind| (k == RecordKind::Organisation) == (kind == RecordKind::Organisation);
            let mut nameless = Vec::new();
            let mut brought: HashMap<(String, String), Kennung> = HashMap::new();
            for id in &self.order {
                match self.known.get(id) {
                    Some(k) if of_series(k.kind) && k.kennung.is_none() => nameless.push(*id),
                    Some(Known { revision: 0, kennung: Some(kennung), .. }) => {
                        let highest = brought
                            .entry((kennung.prefix().to_owned(), kennung.series().to_owned()))
                            .or_insert_with(|| kennung.clone());
                        if kennung.number() > highest.number() {
                            *highest = kennung.clone();
                        }
                    }
                    _ => {}
                }
            }
            for kennung in brought.values() {
                tx.keep_kennung(kennung).await?;
            }
            if nameless.is_empty() {
                continue;
            }
            let first = tx.take_kennungen(&format!("{prefix}-{series}"), nameless.len() as u64).await?;
            for (id, number) in nameless.into_iter().zip(first..) {
                let kennung = Kennung::new(prefix, &series, number)
                    .map_err(|e| AppError::Io(std::io::Error::new(std::io::ErrorKind::InvalidInput, e)))?;
                if let Some(known) = self.known.get_mut(&id) {
                    known.kennung = Some(kennung);
                }
            }
        }
        Ok(())
    }
}
