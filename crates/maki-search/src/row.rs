//! The facts of one deployment packed into 32 bytes, so that filters and counts read one cache line half.
//!
//! Single values are numbers of [`crate::codes`] (0 = none), several values are masks with bit `number`.

use crate::codes::{codes, deployments_number, lifecycle_group, year_number};
use crate::document::{DeploymentFacts, SystemFacts};
use crate::facet::Facet;

/// No organisation.
pub const NO_AUTHORITY: u32 = u32::MAX;

/// Number of the class of systems without deployments.
const NO_DEPLOYMENT: u8 = 1;

/// Packed facts of one index document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Row {
    /// Ordinal of the organisation in the index; [`NO_AUTHORITY`] when none.
    pub authority: u32,
    /// Ordinal of the system in its segment.
    pub system: u32,
    fields: u32,
    techniques: u32,
    level: u8,
    land: u8,
    lifecycle: u8,
    lifecycle_group: u8,
    risk_class: u8,
    reuse: u8,
    cooperation: u8,
    affected: u8,
    personal_data: u8,
    decision_effect: u8,
    automation_level: u8,
    kind: u8,
    start_year: u8,
    /// First document of its system.
    pub first: bool,
    /// The only document of its system.
    pub single: bool,
    deployments: u8,
}

fn mask(facet: Facet, values: &[String]) -> u32 {
    let numbers = values.iter().map(|value| codes(facet).number(value));
    numbers.filter(|number| (1..32).contains(number)).fold(0, |mask, number| mask | 1 << number)
}

fn small_mask(facet: Facet, values: &[String]) -> u8 {
    u8::try_from(mask(facet, values) & 0xff).unwrap_or(0)
}

fn number(facet: Facet, value: Option<&String>) -> u8 {
    value.map_or(0, |code| codes(facet).number(code))
}

impl Row {
    /// Packs a deployment of a system with so many deployments, or the system alone.
    pub fn pack(
        system: &SystemFacts,
        deployment: Option<&DeploymentFacts>,
        (deployments, first): (usize, bool),
    ) -> Self {
        let of_system = Self {
            authority: NO_AUTHORITY,
            fields: mask(Facet::Field, &system.fields),
            techniques: mask(Facet::Technique, &system.techniques),
            reuse: small_mask(Facet::Reuse, &system.reuse),
            cooperation: small_mask(Facet::Cooperation, &system.cooperation),
            risk_class: number(Facet::RiskClass, system.risk_class.as_ref()),
            kind: number(Facet::Kind, system.kind.as_ref()),
            deployments: deployments_number(deployments),
            first,
            ..Self::default()
        };
        let Some(deployment) = deployment else { return of_system };
        let lifecycle = number(Facet::Lifecycle, deployment.lifecycle.as_ref());
        let own_risk = number(Facet::RiskClass, deployment.risk_class.as_ref());
        Self {
            level: number(Facet::Level, deployment.level.as_ref()),
            land: number(Facet::Land, deployment.land.as_ref()),
            lifecycle,
            lifecycle_group: lifecycle_group(lifecycle),
            risk_class: if own_risk == 0 { of_system.risk_class } else { own_risk },
            personal_data: number(Facet::PersonalData, deployment.personal_data.as_ref()),
            affected: small_mask(Facet::Affected, &deployment.affected),
            decision_effect: number(Facet::DecisionEffect, deployment.decision_effect.as_ref()),
            automation_level: number(Facet::AutomationLevel, deployment.automation_level.as_ref()),
            start_year: deployment.start_year.map_or(0, year_number),
            ..of_system
        }
    }

    /// The values of the columns that keep the row on disk.
    pub fn to_columns(self) -> [u64; 3] {
        let bytes = [
            self.level,
            self.land,
            self.lifecycle,
            self.lifecycle_group,
            self.risk_class,
            self.reuse,
            self.cooperation,
            self.affected,
        ];
        let rest = [
            self.personal_data,
            self.decision_effect,
            self.automation_level,
            self.kind,
            self.start_year,
            u8::from(self.first),
            self.deployments,
            0,
        ];
        let masks = u64::from(self.fields) << 32 | u64::from(self.techniques);
        [masks, u64::from_le_bytes(bytes), u64::from_le_bytes(rest)]
    }

    /// Reads a row from its columns; organisation and system are filled in by the segment.
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a 64-bit column")]
    pub fn from_columns([masks, bytes, rest]: [u64; 3]) -> Self {
        let [level, land, lifecycle, lifecycle_group, risk_class, reuse, cooperation, affected] = bytes.to_le_bytes();
        let [personal_data, decision_effect, automation_level, kind, start_year, first, deployments, _] =
            rest.to_le_bytes();
        Self {
            authority: NO_AUTHORITY,
            system: 0,
            fields: (masks >> 32) as u32,
            techniques: masks as u32,
            level,
            land,
            lifecycle,
            lifecycle_group,
            risk_class,
            reuse,
            cooperation,
            affected,
            personal_data,
            decision_effect,
            automation_level,
            kind,
            start_year,
            first: first != 0,
            single: false,
            deployments,
        }
    }

    /// Whether the document is that of a deployment, and not of a system that has none.
    #[inline]
    pub const fn is_deployment(&self) -> bool {
        self.deployments != NO_DEPLOYMENT
    }

    /// Values of a facet as a mask with bit `number`; 0 for `authority`, which has too many values.
    #[inline]
    pub const fn mask(&self, facet: Facet) -> u64 {
        match facet {
            Facet::Level => bit(self.level),
            Facet::Land => bit(self.land),
            Facet::Authority => 0,
            Facet::LifecycleGroup => bit(self.lifecycle_group),
            Facet::Lifecycle => bit(self.lifecycle),
            Facet::Field => self.fields as u64,
            Facet::Technique => self.techniques as u64,
            Facet::RiskClass => bit(self.risk_class),
            Facet::Reuse => self.reuse as u64,
            Facet::Cooperation => self.cooperation as u64,
            Facet::PersonalData => bit(self.personal_data),
            Facet::Affected => self.affected as u64,
            Facet::DecisionEffect => bit(self.decision_effect),
            Facet::AutomationLevel => bit(self.automation_level),
            Facet::Kind => bit(self.kind),
            Facet::StartYear => bit(self.start_year),
            Facet::Deployments => bit(self.deployments),
        }
    }
}

/// Counts by facet and number of the code; number 0 means "no value".
pub type FacetTable = [[u32; 64]; Facet::ALL.len()];

impl Row {
    /// Counts every value of the row, except the organisation.
    #[inline]
    pub fn count(&self, table: &mut FacetTable) {
        let singles = [
            (Facet::Level, self.level),
            (Facet::Land, self.land),
            (Facet::LifecycleGroup, self.lifecycle_group),
            (Facet::Lifecycle, self.lifecycle),
            (Facet::RiskClass, self.risk_class),
            (Facet::PersonalData, self.personal_data),
            (Facet::DecisionEffect, self.decision_effect),
            (Facet::AutomationLevel, self.automation_level),
            (Facet::Kind, self.kind),
            (Facet::StartYear, self.start_year),
            (Facet::Deployments, self.deployments),
        ];
        for (facet, number) in singles {
            if let Some(count) =
                table.get_mut(facet as usize).and_then(|counts| counts.get_mut(usize::from(number & 63)))
            {
                *count += 1;
            }
        }
        for facet in [Facet::Field, Facet::Technique, Facet::Reuse, Facet::Cooperation, Facet::Affected] {
            count_mask(table, facet, self.mask(facet));
        }
    }
}

/// Counts every value of a mask.
#[inline]
pub fn count_mask(table: &mut FacetTable, facet: Facet, mask: u64) {
    let Some(counts) = table.get_mut(facet as usize) else { return };
    let mut rest = mask;
    while rest != 0 {
        if let Some(count) = counts.get_mut(rest.trailing_zeros() as usize) {
            *count += 1;
        }
        rest &= rest - 1;
    }
}

/// The bit of a number; none for 0.
#[inline]
const fn bit(number: u8) -> u64 {
    (1 << (number & 63)) & !1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_half_a_cache_line_and_survives_its_columns() {
        assert_eq!(size_of::<Row>(), 32);
        let system = SystemFacts {
            fields: vec!["health".into(), "unknown".into()],
            techniques: vec!["agent".into()],
            reuse: vec!["service".into()],
            risk_class: Some("minimal".into()),
            ..SystemFacts::default()
        };
        let deployment = DeploymentFacts {
            land: Some("16".into()),
            lifecycle: Some("retired".into()),
            risk_class: Some("transparency".into()),
            affected: vec!["none".into()],
            start_year: Some(2024),
            ..DeploymentFacts::default()
        };
        for row in [Row::pack(&system, Some(&deployment), (3, true)), Row::pack(&system, None, (0, false))] {
            assert_eq!(Row::from_columns(row.to_columns()), row);
        }
        let row = Row::pack(&system, Some(&deployment), (1, true));
        let expect = |facet: Facet, code: &str| assert_eq!(row.mask(facet), bit(codes(facet).number(code)), "{code}");
        expect(Facet::Field, "health");
        expect(Facet::RiskClass, "transparency");
        expect(Facet::LifecycleGroup, "ended");
        expect(Facet::Level, "");
    }
}
