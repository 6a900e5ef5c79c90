//! What speaks against an entry before anything is looked up: values that do not fit their fields, and names and
//! references that the register could not keep. A row that passes here may go to the database.

use maki_domain::{Entry, ExternalId, Kennung, RecordKind, check};

use super::report::RowFault;

/// Longest address of an external id, and longest reference to an organisation, in characters.
const MAX_URL: usize = 2_000;
const MAX_REFERENCE: usize = ExternalId::MAX_VALUE;
/// Highest number that an entry may bring for the instance's own series: a higher one would use the series up.
const MAX_NUMBER: u64 = 99_999_999;

/// All faults of an entry. `prefix` is that of the Kennungen given here.
pub(crate) fn entry_faults(row: u64, entry: &Entry, prefix: &str) -> Vec<RowFault> {
    let mut faults = field_faults(row, entry);
    faults.extend(name_faults(row, entry, prefix));
    faults
}

/// What single fields have against their values, over all parts of an entry.
fn field_faults(row: u64, entry: &Entry) -> Vec<RowFault> {
    let parts = [(RecordKind::Organisation, Some(&entry.organisation.content))]
        .into_iter()
        .chain([(RecordKind::System, entry.system.as_ref().map(|s| &s.content))])
        .chain([(RecordKind::Deployment, entry.deployment.as_ref().map(|d| &d.content))]);
    let mut faults = Vec::new();
    for (kind, content) in parts {
        let Some(content) = content else { continue };
        for found in check::faults(kind, content) {
            let field = found.field.field();
            let value = content.slot_of(found.field).map(|s| serde_json::to_string(s).unwrap_or_default());
            let mut fault = RowFault::new(row, field.key.as_str(), &value.unwrap_or_default(), found.fault.key());
            if let Some(limit) = found.fault.limit() {
                fault = fault.with_detail(limit.to_string());
            }
            faults.push(fault);
        }
    }
    faults
}

type Names<'e> = (RecordKind, Option<&'e Kennung>, &'e [ExternalId]);

/// What Kennungen, external ids and references have against them.
fn name_faults(row: u64, entry: &Entry, prefix: &str) -> Vec<RowFault> {
    let organisation = &entry.organisation;
    let mut parts: Vec<Names<'_>> =
        vec![(RecordKind::Organisation, organisation.kennung.as_ref(), &organisation.external_ids)];
    parts.extend(entry.system.iter().map(|s| (RecordKind::System, s.kennung.as_ref(), s.external_ids.as_slice())));
    let deployment = entry.deployment.iter();
    parts.extend(deployment.map(|d| (RecordKind::Deployment, d.kennung.as_ref(), d.external_ids.as_slice())));

    let mut faults = Vec::new();
    for (place, (kind, kennung, ids)) in parts.iter().enumerate() {
        let before = parts.get(..place).unwrap_or_default();
        if let Some(kennung) = kennung {
            let taken = before.iter().any(|(_, other, _)| *other == Some(kennung));
            let too_high = kennung.prefix() == prefix && kennung.number() > MAX_NUMBER;
            let reason =
                taken.then_some("id-of-another-record").or_else(|| too_high.then_some("kennung-number-too-high"));
            faults.extend(reason.map(|reason| RowFault::new(row, kind.code(), kennung.as_str(), reason)));
        }
        for id in *ids {
            let same = |other: &ExternalId| other.scheme == id.scheme && other.value == id.value;
            if before.iter().any(|(_, _, others)| others.iter().any(same)) {
                faults.push(RowFault::new(row, kind.code(), &id.value, "id-of-another-record"));
            }
            faults.extend(id_fault(row, *kind, id));
        }
    }
    let responsible = entry.system.as_ref().and_then(|s| s.responsible.as_deref());
    for (field, reference) in [("parent", organisation.parent.as_deref()), ("responsible", responsible)] {
        let Some(reference) = reference else { continue };
        faults.extend(text_fault(row, field, reference, MAX_REFERENCE));
    }
    faults
}

fn id_fault(row: u64, kind: RecordKind, id: &ExternalId) -> Option<RowFault> {
    let field = format!("{}_external_ids", kind.code());
    let url = || {
        let url = id.url.as_deref()?;
        let wrong = || (!check::is_web_url(url)).then(|| RowFault::new(row, &field, url, "field-not-a-url"));
        text_fault(row, &field, url, MAX_URL).or_else(wrong)
    };
    text_fault(row, &field, &id.scheme, ExternalId::MAX_SCHEME)
        .or_else(|| text_fault(row, &field, &id.value, ExternalId::MAX_VALUE))
        .or_else(url)
}

/// One line of limited length that is not blank.
fn text_fault(row: u64, field: &str, text: &str, limit: usize) -> Option<RowFault> {
    if text.trim().is_empty() {
        return Some(RowFault::new(row, field, text, "field-missing"));
    }
    if text.chars().any(char::is_control) {
        return Some(RowFault::new(row, field, text, "field-control-character"));
    }
    let too_long = text.len() > limit && text.chars().count() > limit;
    too_long.then(|| RowFault::new(row, field, text, "field-too-long").with_detail(limit.to_string()))
}
