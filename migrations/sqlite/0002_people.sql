-- People, what they may do, and how they sign in. Persons stand in these tables alone: versions and events name an
-- account by its id, so that a person can be erased without touching the chain. Instants are microseconds since 1970.

CREATE TABLE account (
    id BLOB PRIMARY KEY,
    -- Name for signing in, in lower case; none after erasure.
    email TEXT UNIQUE,
    name TEXT NOT NULL,
    -- argon2id in PHC form; none where the person signs in at a provider.
    password TEXT,
    -- Second factor; none where there is none.
    totp_secret BLOB,
    -- The last time step whose code was used: a code counts once.
    totp_step BIGINT NOT NULL,
    -- invited, active, blocked, erased
    state TEXT NOT NULL,
    language TEXT NOT NULL,
    made_at BIGINT NOT NULL
);

-- Hashes of codes that replace the second factor, each once.
CREATE TABLE recovery_code (
    account BLOB NOT NULL REFERENCES account (id),
    hash BLOB NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (account, hash)
) WITHOUT ROWID;

-- The same person at a provider of OpenID Connect.
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account BLOB NOT NULL REFERENCES account (id),
    PRIMARY KEY (issuer, subject)
) WITHOUT ROWID;
CREATE INDEX identity_account ON identity (account);

-- Roles of a person at an organisation. Operators hold theirs at no organisation: the nil id.
CREATE TABLE membership (
    account BLOB NOT NULL REFERENCES account (id),
    organisation BLOB NOT NULL,
    -- Codes with blanks between them.
    roles TEXT NOT NULL,
    -- Issuer whose claims gave the roles; empty where a person did.
    source TEXT NOT NULL,
    since BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY (account, organisation)
) WITHOUT ROWID;
CREATE INDEX membership_organisation ON membership (organisation);

CREATE TABLE session (
    -- SHA-256 of what the cookie says.
    id BLOB PRIMARY KEY,
    account BLOB NOT NULL REFERENCES account (id),
    begun_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    -- password, password_totp, oidc
    method TEXT NOT NULL,
    -- What the browser calls itself, shortened.
    agent TEXT NOT NULL,
    -- Where the provider ended the session, for logout from there; empty for local accounts.
    issuer TEXT NOT NULL,
    provider_session TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_account ON session (account);

-- Failures of signing in, by the hash of an account's name or of an address.
CREATE TABLE sign_in_attempt (
    key BLOB PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Links that work once: verify a mailbox, accept an invitation, set a new password.
CREATE TABLE one_time_link (
    -- SHA-256 of the secret in the link.
    hash BLOB PRIMARY KEY,
    purpose TEXT NOT NULL,
    -- What it is about: an account, an application.
    subject BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX one_time_link_subject ON one_time_link (subject);

-- Organisations that ask to take part, with their first responsible person.
CREATE TABLE application (
    id BLOB PRIMARY KEY,
    -- The organisation of the register that it says to be; none where the register does not know it yet.
    organisation BLOB REFERENCES record (id),
    -- What it says about itself: content of an organisation.
    content BLOB NOT NULL,
    person_name TEXT NOT NULL,
    email TEXT NOT NULL,
    -- In which mails to the applicant are written.
    language TEXT NOT NULL,
    -- unverified, open, admitted, refused
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT NOT NULL,
    -- Said to the applicant.
    note TEXT NOT NULL
);
CREATE INDEX application_state ON application (state, made_at);

-- Who looks after which organisation; delegation of approval is recorded beside it and can be revoked.
CREATE TABLE coordination (
    organisation BLOB NOT NULL REFERENCES record (id),
    coordinator BLOB NOT NULL REFERENCES record (id),
    since BIGINT NOT NULL,
    PRIMARY KEY (organisation, coordinator)
) WITHOUT ROWID;
CREATE INDEX coordination_coordinator ON coordination (coordinator);

CREATE TABLE delegation (
    id BLOB PRIMARY KEY,
    organisation BLOB NOT NULL REFERENCES record (id),
    coordinator BLOB NOT NULL REFERENCES record (id),
    granted_at BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT NOT NULL
);
CREATE INDEX delegation_organisation ON delegation (organisation);
CREATE INDEX delegation_coordinator ON delegation (coordinator);

-- An organisation that ended, and the one that took over.
CREATE TABLE succession (
    organisation BLOB PRIMARY KEY REFERENCES record (id),
    successor BLOB REFERENCES record (id),
    -- merged, dissolved
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;

-- Keys of this register that sign forms and links; made when first needed.
CREATE TABLE secret (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;
