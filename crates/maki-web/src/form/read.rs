//! Reads a form that was sent. Everything in it is hostile until read: unknown names, fields of other forms, repeated
//! and contradictory controls are faults in words, and what was typed is kept for showing it again.

use maki_domain::check;
use maki_domain::{Absence, Content, Field, FieldId, Slot, Visibility, catalogue};

use super::fault::FormFault;
use super::parse;
use super::typed::{STATED, Typed, VISIBILITIES, visibility_code};
use super::{Part, may_be_absent};

/// What a form says about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub field: FieldId,
    /// None where nothing was stated and no absence chosen.
    pub slot: Option<Slot>,
    pub visibility: Visibility,
}

/// A form that was read.
#[derive(Debug, Clone, Default)]
pub struct Submitted {
    /// Fields whose controls were sent and are right, in the order of the form.
    pub changes: Vec<Change>,
    pub faults: Vec<FormFault>,
    /// Every control of the form's own fields exactly as it came.
    pub typed: Typed,
}

/// Reads the controls of some fields. Names that are no fields belong to the page and are left to it. `current` is what
/// stands there now: values that mean the same keep its writing, and a visibility that the form does not offer stays.
#[must_use]
pub fn read(fields: &[FieldId], pairs: &[(String, String)], current: &Content) -> Submitted {
    let mut submitted = Submitted::default();
    for (name, text) in pairs {
        let Some((key, _)) = Part::split(name) else { continue };
        match catalogue().id(key) {
            Some(id) if fields.contains(&id) => submitted.typed.push(name.as_str(), text.as_str()),
            Some(id) if !submitted.faults.iter().any(|fault| fault.field == id) => {
                submitted.faults.push(FormFault::new(id, "field-foreign"));
            }
            _ => {}
        }
    }
    for id in fields {
        match one(*id, &submitted.typed, current) {
            Ok(Some(change)) => submitted.changes.push(change),
            Ok(None) => {}
            Err(fault) => submitted.faults.push(fault),
        }
    }
    submitted
}

/// What was sent about one field; none when none of its controls was.
fn one(id: FieldId, typed: &Typed, current: &Content) -> Result<Option<Change>, FormFault> {
    let field = id.field();
    let fault = |key| FormFault::new(id, key);
    let sent = |part: &Part| typed.has(&part.name(field));
    if !Part::ALL.iter().any(sent) {
        return Ok(None);
    }
    let many = |part: &Part| typed.all(&part.name(field)).len() > 1;
    let is_group = field.field_type == maki_domain::FieldType::Codes;
    if Part::ALL.iter().any(|part| many(part) && !(is_group && *part == Part::Value)) {
        return Err(fault("field-repeated"));
    }
    let value = parse::value(field, typed).map_err(|unreadable| fault(unreadable.key()))?;
    let slot = match (value, absence(id, typed)?) {
        (Some(_), Some(_)) => return Err(fault("field-value-and-absence")),
        (Some(value), None) => Some(Slot::Value(value)),
        (None, absence) => absence.map(Slot::Absent),
    };
    if let Some(wrong) = slot.as_ref().and_then(|slot| check::slot_fault(field, slot)) {
        return Err(FormFault { field: id, key: wrong.key(), limit: wrong.limit() });
    }
    let visibility = visibility(id, typed, current)?;
    let slot = slot.map(|slot| as_written(slot, current.slot_of(id)));
    Ok(Some(Change { field: id, slot, visibility }))
}

fn absence(id: FieldId, typed: &Typed) -> Result<Option<Absence>, FormFault> {
    let field = id.field();
    let fault = |key| FormFault::new(id, key);
    let (kind, reason) = (typed.part(field, Part::Absence), typed.part(field, Part::Reason));
    match (kind, reason) {
        ("" | STATED, "") => return Ok(None),
        (_, _) if !may_be_absent(field) => return Err(fault("field-must-be-stated")),
        ("withheld", "") => return Err(fault("field-reason-missing")),
        ("withheld", _) => {}
        (_, "") => {}
        _ => return Err(fault("field-reason-alone")),
    }
    let reason = Some(reason).filter(|reason| !reason.is_empty());
    Absence::from_codes(kind, reason).map(Some).ok_or_else(|| fault("field-not-a-choice"))
}

fn visibility(id: FieldId, typed: &Typed, current: &Content) -> Result<Visibility, FormFault> {
    let field: &Field = id.field();
    let chosen = typed.part(field, Part::Visibility);
    if chosen.is_empty() {
        return Ok(current.visibility(id));
    }
    let known = VISIBILITIES.into_iter().find(|visibility| visibility_code(*visibility) == chosen);
    match known {
        None => Err(FormFault::new(id, "field-not-a-choice")),
        Some(wider) if wider < field.visibility => Err(FormFault::new(id, "field-visibility-wider")),
        Some(narrower) if narrower > field.visibility && !may_be_absent(field) => {
            Err(FormFault::new(id, "field-must-be-stated"))
        }
        Some(visibility) => Ok(visibility),
    }
}

/// The slot as it stands already when it means the same: other order of codes, other blanks at the ends.
fn as_written(slot: Slot, current: Option<&Slot>) -> Slot {
    use maki_domain::Value::{Codes, List, Text};
    let same = match (slot.value(), current.and_then(Slot::value)) {
        (Some(Codes(new)), Some(Codes(old))) => new.len() == old.len() && old.iter().all(|code| new.contains(code)),
        (Some(Text(new)), Some(Text(old))) => old.trim() == new,
        (Some(List(new)), Some(List(old))) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| old.trim() == new)
        }
        _ => false,
    };
    match current {
        Some(current) if same => current.clone(),
        _ => slot,
    }
}
