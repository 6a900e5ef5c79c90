//! What can be wrong with what a person sends. The interface has a text for each key.

/// Something that the person can put right, or has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeopleFault {
    #[error("the password is shorter than {limit} characters")]
    PasswordTooShort { limit: usize },
    #[error("the password is longer than {limit} bytes")]
    PasswordTooLong { limit: usize },
    #[error("the password is one of those that are tried first")]
    PasswordCommon,
    #[error("the password contains the person's own address or name")]
    PasswordPersonal,
    #[error("the password is wrong")]
    PasswordWrong,
    #[error("the code is wrong or was used before")]
    CodeWrong,
    #[error("the set-up took too long; begin again")]
    SetupExpired,
    #[error("this account needs a second factor")]
    SecondFactorNeeded,
    #[error("the address is no e-mail address")]
    EmailInvalid,
    #[error("another account has this address")]
    EmailTaken,
    #[error("that identity belongs to another account")]
    IdentityTaken,
    #[error("the account could not be signed in to any more")]
    LastWayIn,
    #[error("nothing was entered")]
    Missing,
    #[error("longer than {limit} characters")]
    TooLong { limit: usize },
    #[error("contains characters that cannot be shown")]
    ControlCharacter,
    #[error("too often; again in {seconds} seconds")]
    TooOften { seconds: i64 },
    #[error("the link has been used")]
    LinkUsed,
    #[error("the link's time is over")]
    LinkExpired,
    #[error("there is no such link")]
    LinkUnknown,
    #[error("one administrator must stay")]
    LastAdmin,
    #[error("this role cannot be given here")]
    RoleNotHere,
    #[error("no role was chosen")]
    NoRole,
    #[error("the person is a member already")]
    AlreadyMember,
    #[error("there is no such organisation")]
    OrganisationUnknown,
    #[error("the organisation cannot take over from itself")]
    OrganisationItself,
    #[error("the organisation still has entries that need a successor")]
    EntriesLeft,
    #[error("that organisation does not look after this one")]
    NotCoordinator,
    #[error("what the application says about the organisation cannot be published")]
    ContentInvalid,
    #[error("it was decided before")]
    Decided,
    #[error("the account is not in a state in which that is possible")]
    AccountState,
    #[error("there is no account of this address that could read")]
    ReaderUnknown,
    #[error("there are {limit} readers already")]
    TooManyReaders { limit: usize },
}

impl PeopleFault {
    /// Key of the text, never renamed.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::PasswordTooShort { .. } => "password-too-short",
            Self::PasswordTooLong { .. } => "password-too-long",
            Self::PasswordCommon => "password-common",
            Self::PasswordPersonal => "password-personal",
            Self::PasswordWrong => "password-wrong",
            Self::CodeWrong => "code-wrong",
            Self::SetupExpired => "setup-expired",
            Self::SecondFactorNeeded => "second-factor-needed",
            Self::EmailInvalid => "email-invalid",
            Self::EmailTaken => "email-taken",
            Self::IdentityTaken => "identity-taken",
            Self::LastWayIn => "last-way-in",
            Self::Missing => "missing",
            Self::TooLong { .. } => "too-long",
            Self::ControlCharacter => "control-character",
            Self::TooOften { .. } => "too-often",
            Self::LinkUsed => "link-used",
            Self::LinkExpired => "link-expired",
            Self::LinkUnknown => "link-unknown",
            Self::LastAdmin => "last-admin",
            Self::RoleNotHere => "role-not-here",
            Self::NoRole => "no-role",
            Self::AlreadyMember => "already-member",
            Self::OrganisationUnknown => "organisation-unknown",
            Self::OrganisationItself => "organisation-itself",
            Self::EntriesLeft => "entries-left",
            Self::NotCoordinator => "not-coordinator",
            Self::ContentInvalid => "content-invalid",
            Self::Decided => "decided",
            Self::AccountState => "account-state",
            Self::ReaderUnknown => "reader-unknown",
            Self::TooManyReaders { .. } => "too-many-readers",
        }
    }

    /// The number in the text, where there is one: a limit, or seconds.
    #[must_use]
    pub fn number(self) -> Option<i64> {
        match self {
            Self::PasswordTooShort { limit }
            | Self::PasswordTooLong { limit }
            | Self::TooLong { limit }
            | Self::TooManyReaders { limit } => i64::try_from(limit).ok(),
            Self::TooOften { seconds } => Some(seconds),
            _ => None,
        }
    }
}
