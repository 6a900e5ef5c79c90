-- What happens after a commit, and what programs may do.

-- Work that is done at least once and tried again: mails, large uploads.
CREATE TABLE job (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    -- JSON; what a kind needs.
    payload TEXT NOT NULL,
    -- waiting, running, done, failed, cancelled
    state TEXT NOT NULL,
    -- Not before; while running, until when the runner holds it.
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- Whose it is: the person who gets the mail, the organisation that uploads.
    account UUID,
    organisation UUID,
    -- Steps done and all steps; 0 where there are none.
    progress BIGINT NOT NULL,
    total BIGINT NOT NULL,
    -- What came of it, as JSON.
    result TEXT NOT NULL
);
CREATE INDEX job_due ON job (state, due_at);
CREATE INDEX job_organisation ON job (organisation, made_at);

-- Tokens of the write API.
CREATE TABLE api_token (
    id UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    -- SHA-256 of the token.
    hash BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Codes with blanks between them.
    scopes TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_token_organisation ON api_token (organisation);

-- Answers to requests that may come twice.
CREATE TABLE idempotency (
    organisation UUID NOT NULL,
    key TEXT NOT NULL,
    -- SHA-256 of the request: the same key with another one is refused.
    request BYTEA NOT NULL,
    -- 0 while it is worked on.
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, key)
);
CREATE INDEX idempotency_made ON idempotency (made_at);
