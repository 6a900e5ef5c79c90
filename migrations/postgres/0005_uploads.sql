-- Large uploads: what a program sent, until the job of the same id has worked on it.

CREATE TABLE upload (
    job UUID PRIMARY KEY,
    organisation UUID NOT NULL,
    -- The token it came with; asked again when the job runs.
    token UUID NOT NULL,
    -- How it is to be written, as JSON.
    options TEXT NOT NULL,
    -- JSON Lines, compressed.
    body BYTEA NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX upload_organisation ON upload (organisation);
