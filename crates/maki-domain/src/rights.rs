//! Who may do what, where: role × act × relation as one table.
//!
//! A person holds roles at organisations. What they may do to a record of some organisation depends on how that one is
//! related to theirs ([`Relation`]). Three relations between organisations are kept apart, because municipalities
//! govern themselves: the legal body inherits administration, a territory gives no rights, and coordination gives
//! coverage and reminders, approval only where it was delegated. Nothing outside [`RIGHTS`] grants anything; rules that
//! depend on the state of a record, above all four eyes, are added by the use case.

use serde::{Deserialize, Serialize};

/// What somebody is at an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Reader,
    Editor,
    Approver,
    /// Administers the organisation; the interface calls it Verwaltung.
    Admin,
    Coordinator,
    Auditor,
    /// Runs the register; held at no particular organisation.
    Operator,
}

impl Role {
    pub const ALL: [Self; 7] =
        [Self::Reader, Self::Editor, Self::Approver, Self::Admin, Self::Coordinator, Self::Auditor, Self::Operator];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Editor => "editor",
            Self::Approver => "approver",
            Self::Admin => "admin",
            Self::Coordinator => "coordinator",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The roles of one person at one organisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    pub const NONE: Self = Self(0);

    #[must_use]
    pub const fn with(self, role: Role) -> Self {
        Self(self.0 | role.bit())
    }

    #[must_use]
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.has(*role))
    }

    /// Codes with blanks between them, as they are stored.
    #[must_use]
    pub fn codes(self) -> String {
        self.iter().map(Role::code).collect::<Vec<_>>().join(" ")
    }

    /// Reads [`Self::codes`]; unknown words are no roles.
    #[must_use]
    pub fn from_codes(codes: &str) -> Self {
        codes.split_ascii_whitespace().filter_map(Role::from_code).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, Self::with)
    }
}

/// How the organisation that something belongs to is related to the one where a role is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    Own,
    /// An office below it in the same legal body.
    SameLegalBody,
    /// Looked after, without delegation.
    Coordinated,
    /// Looked after, and it has delegated approval.
    Delegated,
    Foreign,
}

impl Relation {
    pub const ALL: [Self; 5] = [Self::Own, Self::SameLegalBody, Self::Coordinated, Self::Delegated, Self::Foreign];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::SameLegalBody => "same_legal_body",
            Self::Coordinated => "coordinated",
            Self::Delegated => "delegated",
            Self::Foreign => "foreign",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What can be done to something of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    /// See what authorities share: the view of the authorities.
    ReadShared,
    /// See drafts, reviews and comments of an organisation.
    ReadWork,
    /// Make and change drafts, adopt systems.
    Edit,
    /// Hand a draft in for review, and take it back.
    Submit,
    /// Propose a change to a system that others look after.
    Propose,
    /// Take part in the discussion of a draft.
    Comment,
    /// Approve or return what others submitted, merge with consent.
    Approve,
    /// Take a published record back, with a public reason.
    Withdraw,
    /// Hand a draft to outsiders for reading.
    Preview,
    /// Invite colleagues, give and take roles.
    ManageMembers,
    /// Make and revoke tokens of the API.
    ManageTokens,
    /// Change what the register says about the organisation; delegate approval.
    ManageOrganisation,
    /// See how complete and current the entries are, remind.
    Coordinate,
    /// See how complete and good entries are, which problems they have, and what the law asks of them.
    ReadFindings,
    /// Admit an organisation that registered itself.
    AdmitOrganisation,
    /// Read log and history.
    Audit,
    /// Merge and dissolve organisations, see jobs and accounts: run the register.
    Operate,
    /// Read approved confidential entries. Named readers may, too; who they are stands with the entry.
    ReadConfidential,
    /// See drafts, reviews and readers of confidential entries.
    ReadConfidentialWork,
    /// Make, change and hand in confidential entries.
    EditConfidential,
    /// Approve, return and end confidential entries, name and revoke readers.
    ApproveConfidential,
}

impl Act {
    pub const ALL: [Self; 21] = [
        Self::ReadShared,
        Self::ReadWork,
        Self::ReadFindings,
        Self::Edit,
        Self::Submit,
        Self::Propose,
        Self::Comment,
        Self::Approve,
        Self::Withdraw,
        Self::Preview,
        Self::ManageMembers,
        Self::ManageTokens,
        Self::ManageOrganisation,
        Self::Coordinate,
        Self::AdmitOrganisation,
        Self::Audit,
        Self::Operate,
        Self::ReadConfidential,
        Self::ReadConfidentialWork,
        Self::EditConfidential,
        Self::ApproveConfidential,
    ];

    /// What an operator may: everything but confidential entries, which are no business of who runs the register.
    const OPERATION: [Self; 17] = [
        Self::ReadShared,
        Self::ReadWork,
        Self::Edit,
        Self::Submit,
        Self::Propose,
        Self::Comment,
        Self::Approve,
        Self::Withdraw,
        Self::Preview,
        Self::ManageMembers,
        Self::ManageTokens,
        Self::ManageOrganisation,
        Self::Coordinate,
        Self::ReadFindings,
        Self::AdmitOrganisation,
        Self::Audit,
        Self::Operate,
    ];

    /// Whether it is about confidential entries.
    #[must_use]
    pub const fn is_confidential(self) -> bool {
        matches!(
            self,
            Self::ReadConfidential | Self::ReadConfidentialWork | Self::EditConfidential | Self::ApproveConfidential
        )
    }
}

/// Where a right reaches: a set of relations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope(u8);

impl Scope {
    const fn of(relations: &[Relation]) -> Self {
        let mut bits = 0;
        let mut rest = relations;
        while let [first, after @ ..] = rest {
            bits |= first.bit();
            rest = after;
        }
        Self(bits)
    }

    #[must_use]
    pub const fn contains(self, relation: Relation) -> bool {
        self.0 & relation.bit() != 0
    }
}

/// The organisation itself and nobody above or beside it.
const OWN: Scope = Scope::of(&[Relation::Own]);
/// The organisation itself and the offices of its legal body.
const BODY: Scope = Scope::of(&[Relation::Own, Relation::SameLegalBody]);
const DELEGATED: Scope = Scope::of(&[Relation::Delegated]);
const LOOKED_AFTER: Scope = Scope::of(&[Relation::Coordinated, Relation::Delegated]);
const OTHERS: Scope = Scope::of(&[Relation::Coordinated, Relation::Delegated, Relation::Foreign]);
const ALL: Scope = Scope::of(&Relation::ALL);

/// The table. What is not here is not allowed.
pub const RIGHTS: &[(Role, &[Act], Scope)] = &[
    (Role::Reader, &[Act::ReadShared], ALL),
    (Role::Editor, &[Act::ReadShared], ALL),
    (Role::Editor, &[Act::ReadWork, Act::ReadFindings, Act::Edit, Act::Submit, Act::Comment, Act::Preview], BODY),
    (Role::Editor, &[Act::Propose], OTHERS),
    (Role::Approver, &[Act::ReadShared], ALL),
    (
        Role::Approver,
        &[Act::ReadWork, Act::ReadFindings, Act::Comment, Act::Approve, Act::Withdraw, Act::Preview],
        BODY,
    ),
    (Role::Admin, &[Act::ReadShared], ALL),
    (
        Role::Admin,
        &[Act::ReadWork, Act::ReadFindings, Act::ManageMembers, Act::ManageTokens, Act::ManageOrganisation, Act::Audit],
        BODY,
    ),
    (Role::Coordinator, &[Act::ReadShared], ALL),
    (Role::Coordinator, &[Act::Coordinate, Act::ReadFindings, Act::AdmitOrganisation], LOOKED_AFTER),
    (Role::Coordinator, &[Act::ReadWork, Act::Comment, Act::Approve], DELEGATED),
    (Role::Auditor, &[Act::ReadShared], ALL),
    (Role::Auditor, &[Act::ReadWork, Act::ReadFindings, Act::Audit], BODY),
    (Role::Operator, &Act::OPERATION, ALL),
    // Coordinators, auditors and operators have none of these: who of them is to read one is named as its reader.
    (Role::Reader, &[Act::ReadConfidential], OWN),
    (Role::Editor, &[Act::ReadConfidential, Act::ReadConfidentialWork, Act::EditConfidential], OWN),
    (Role::Approver, &[Act::ReadConfidential, Act::ReadConfidentialWork, Act::ApproveConfidential], OWN),
    (Role::Admin, &[Act::ReadConfidential, Act::ReadConfidentialWork], OWN),
];

/// Whether a role at one organisation allows an act at another one.
#[must_use]
pub fn may(roles: Roles, act: Act, relation: Relation) -> bool {
    RIGHTS.iter().any(|(role, acts, scope)| roles.has(*role) && scope.contains(relation) && acts.contains(&act))
}

/// Whether the act is allowed anywhere at all: whether its page is worth offering.
#[must_use]
pub fn may_somewhere(roles: Roles, act: Act) -> bool {
    RIGHTS.iter().any(|(role, acts, _)| roles.has(*role) && acts.contains(&act))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_those_of_the_table_of_roles() {
        let check = |role: Role, act: Act, expected: [bool; 5]| {
            let roles = Roles::NONE.with(role);
            assert_eq!(Relation::ALL.map(|relation| may(roles, act, relation)), expected, "{role:?} {act:?}");
        };
        // own, same legal body, coordinated, delegated, foreign
        check(Role::Reader, Act::ReadShared, [true; 5]);
        check(Role::Reader, Act::Edit, [false; 5]);
        check(Role::Editor, Act::Edit, [true, true, false, false, false]);
        check(Role::Editor, Act::Approve, [false; 5]);
        check(Role::Editor, Act::Propose, [false, false, true, true, true]);
        check(Role::Approver, Act::Approve, [true, true, false, false, false]);
        check(Role::Approver, Act::Edit, [false; 5]);
        check(Role::Admin, Act::ManageTokens, [true, true, false, false, false]);
        check(Role::Admin, Act::Approve, [false; 5]);
        check(Role::Coordinator, Act::Approve, [false, false, false, true, false]);
        check(Role::Coordinator, Act::Coordinate, [false, false, true, true, false]);
        check(Role::Auditor, Act::Audit, [true, true, false, false, false]);
        check(Role::Auditor, Act::Comment, [false; 5]);
        check(Role::Reader, Act::ReadFindings, [false; 5]);
        check(Role::Editor, Act::ReadFindings, [true, true, false, false, false]);
        check(Role::Coordinator, Act::ReadFindings, [false, false, true, true, false]);
        check(Role::Operator, Act::Operate, [true; 5]);
        let own = [true, false, false, false, false];
        check(Role::Reader, Act::ReadConfidential, own);
        check(Role::Reader, Act::ReadConfidentialWork, [false; 5]);
        check(Role::Editor, Act::EditConfidential, own);
        check(Role::Editor, Act::ApproveConfidential, [false; 5]);
        check(Role::Approver, Act::ApproveConfidential, own);
        check(Role::Approver, Act::EditConfidential, [false; 5]);
        check(Role::Admin, Act::ReadConfidentialWork, own);
    }

    #[test]
    fn confidential_entries_are_for_their_organisation_alone() {
        let outside = [Relation::SameLegalBody, Relation::Coordinated, Relation::Delegated, Relation::Foreign];
        for act in Act::ALL.into_iter().filter(|act| act.is_confidential()) {
            for role in [Role::Coordinator, Role::Auditor, Role::Operator] {
                assert!(!may_somewhere(Roles::NONE.with(role), act), "{role:?} {act:?}");
            }
            let all: Roles = Role::ALL.into_iter().collect();
            assert!(outside.iter().all(|relation| !may(all, act, *relation)), "{act:?}");
        }
        let of_operators = Act::ALL.into_iter().filter(|act| may_somewhere(Roles::NONE.with(Role::Operator), *act));
        assert_eq!(of_operators.count(), Act::ALL.len() - 4, "what a new act is for operators has to be said");
    }

    #[test]
    fn an_auditor_changes_nothing() {
        let reading = [Act::ReadShared, Act::ReadWork, Act::ReadFindings, Act::Audit];
        for act in Act::ALL.into_iter().filter(|act| !reading.contains(act)) {
            assert!(!may_somewhere(Roles::NONE.with(Role::Auditor), act), "{act:?}");
        }
    }

    #[test]
    fn roles_are_stored_as_words() {
        let roles: Roles = [Role::Approver, Role::Editor].into_iter().collect();
        assert_eq!(roles.codes(), "editor approver");
        assert_eq!(Roles::from_codes("approver editor emperor"), roles);
        assert!(Roles::from_codes("").is_empty());
    }
}
