-- Work on records before they are public: state of drafts, comments, proposals, previews, bulk edits.

-- A record with an unpublished draft. System and deployment that are entered together share the entry.
CREATE TABLE work (
    record BLOB PRIMARY KEY REFERENCES record (id),
    -- The record under which the work is found: the deployment, or the system where there is none.
    entry BLOB NOT NULL,
    organisation BLOB NOT NULL,
    -- draft, in_review, returned
    state TEXT NOT NULL,
    -- Revision of the record that the draft's content belongs to.
    revision BIGINT NOT NULL,
    -- Version the draft began with; 0 for a new record.
    base_version BIGINT NOT NULL,
    -- Actor of the last save: never the one who approves.
    editor TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_at BIGINT,
    -- What changed, said at submission; becomes the change note of the version.
    note TEXT NOT NULL,
    -- Why it was returned.
    answer TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX work_entry ON work (entry);
CREATE INDEX work_organisation ON work (organisation, state, changed_at);

-- Discussion of a record, by field. A thread is named by its first comment.
CREATE TABLE comment (
    id BLOB PRIMARY KEY,
    record BLOB NOT NULL REFERENCES record (id),
    thread BLOB NOT NULL,
    -- Key of the field; empty for the whole record.
    field TEXT NOT NULL,
    author TEXT NOT NULL,
    organisation BLOB NOT NULL,
    body TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    -- Of the thread's first comment.
    resolved_at BIGINT,
    resolved_by TEXT NOT NULL
);
CREATE INDEX comment_record ON comment (record, written_at);

-- A change to a shared system, proposed to the organisation that looks after it.
CREATE TABLE proposal (
    id BLOB PRIMARY KEY,
    record BLOB NOT NULL REFERENCES record (id),
    base_version BIGINT NOT NULL,
    -- Who proposes.
    organisation BLOB NOT NULL,
    author TEXT NOT NULL,
    -- The whole content as it should be.
    content BLOB NOT NULL,
    note TEXT NOT NULL,
    -- open, accepted, declined, taken_back
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT NOT NULL,
    answer TEXT NOT NULL
);
CREATE INDEX proposal_record ON proposal (record, state);
CREATE INDEX proposal_organisation ON proposal (organisation, made_at);

-- Links by which outsiders read a draft.
CREATE TABLE preview (
    hash BLOB PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    entry BLOB NOT NULL,
    made_by TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    revoked_at BIGINT
) WITHOUT ROWID;
CREATE INDEX preview_entry ON preview (entry);

-- Why a record was taken back; public.
CREATE TABLE withdrawal (
    record BLOB PRIMARY KEY REFERENCES record (id),
    reason TEXT NOT NULL,
    at BIGINT NOT NULL
) WITHOUT ROWID;

-- One change to many drafts at once, so that it can be undone.
CREATE TABLE bulk_edit (
    id BLOB PRIMARY KEY,
    organisation BLOB NOT NULL,
    actor TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- What was done, as JSON.
    change TEXT NOT NULL,
    undone_at BIGINT
);
CREATE TABLE bulk_edit_item (
    edit BLOB NOT NULL REFERENCES bulk_edit (id),
    record BLOB NOT NULL REFERENCES record (id),
    -- Revision that the edit made; undone only while nobody has changed the record since.
    revision BIGINT NOT NULL,
    PRIMARY KEY (edit, record)
) WITHOUT ROWID;
