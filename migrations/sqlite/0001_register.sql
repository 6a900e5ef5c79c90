-- The register: records with drafts and immutable versions, one gapless event log that is both change log and audit
-- chain, and what imports brought. Instants are microseconds since 1970, UTC.

CREATE TABLE head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    register_id TEXT NOT NULL,
    -- Another one after every restore from a backup, so that followers notice.
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    hash BLOB NOT NULL
);

-- The last number given in a series of Kennungen.
CREATE TABLE kennung_series (
    series TEXT PRIMARY KEY,
    last_number BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE record (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    kennung TEXT UNIQUE,
    state TEXT NOT NULL,
    owner BLOB REFERENCES record (id),
    parent BLOB REFERENCES record (id),
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    published_at BIGINT,
    changed_at BIGINT NOT NULL
) WITHOUT ROWID;
-- Lists and counts what is published.
CREATE INDEX record_kind ON record (kind, state, id);
CREATE INDEX record_owner ON record (owner, kind, state);
CREATE INDEX record_parent ON record (parent, kind);

-- Published content, compressed; never changed but by a redaction.
CREATE TABLE version (
    record BLOB NOT NULL REFERENCES record (id),
    number BIGINT NOT NULL,
    content BLOB NOT NULL,
    -- What the commitments to the fields are recomputed from; see the crate's module `seal`.
    seed BLOB NOT NULL,
    published_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    change_note TEXT NOT NULL,
    PRIMARY KEY (record, number)
);

-- Each save of a draft is kept; the newest counts until a version is published from it.
CREATE TABLE draft (
    record BLOB NOT NULL REFERENCES record (id),
    revision BIGINT NOT NULL,
    content BLOB NOT NULL,
    saved_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (record, revision)
);

CREATE TABLE external_id (
    scheme TEXT NOT NULL,
    value TEXT NOT NULL,
    record BLOB NOT NULL REFERENCES record (id),
    url TEXT,
    PRIMARY KEY (scheme, value)
) WITHOUT ROWID;
-- With the address, so that nothing else is looked up (scheme and value are in it).
CREATE INDEX external_id_record ON external_id (record, url);

CREATE TABLE event (
    -- The row itself: no index beside it.
    sequence INTEGER PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    organisation BLOB,
    action TEXT NOT NULL,
    record BLOB NOT NULL,
    version BIGINT NOT NULL,
    request TEXT NOT NULL,
    root BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX event_record ON event (record, sequence);

-- Values that were taken out of versions on a legal ground. The event commits to field and ground.
CREATE TABLE redaction (
    sequence BIGINT PRIMARY KEY,
    record BLOB NOT NULL,
    number BIGINT NOT NULL,
    field TEXT NOT NULL,
    ground TEXT NOT NULL,
    UNIQUE (record, number, field),
    FOREIGN KEY (record, number) REFERENCES version (record, number)
);

CREATE TABLE import_run (
    id BLOB PRIMARY KEY,
    at BIGINT NOT NULL,
    profile TEXT NOT NULL,
    file_name TEXT NOT NULL,
    report TEXT NOT NULL
);

-- The rows of a run as they came, compressed in chunks.
CREATE TABLE import_rows (
    run BLOB NOT NULL REFERENCES import_run (id),
    first_row BIGINT NOT NULL,
    last_row BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (run, first_row)
);

-- Which row a record came from last, and which version that import wrote: what a body changed since stays.
CREATE TABLE provenance (
    record BLOB PRIMARY KEY REFERENCES record (id),
    run BLOB NOT NULL REFERENCES import_run (id),
    row_number BIGINT NOT NULL,
    version BIGINT NOT NULL
) WITHOUT ROWID;
