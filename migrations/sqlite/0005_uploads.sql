-- Large uploads: what a program sent, until the job of the same id has worked on it.

CREATE TABLE upload (
    job BLOB PRIMARY KEY,
    organisation BLOB NOT NULL,
    -- The token it came with; asked again when the job runs.
    token BLOB NOT NULL,
    -- How it is to be written, as JSON.
    options TEXT NOT NULL,
    -- JSON Lines, compressed.
    body BLOB NOT NULL,
    made_at BIGINT NOT NULL
);
CREATE INDEX upload_organisation ON upload (organisation);
