-- Entries that are readable only inside their organisation and for readers named one by one. They have tables of their
-- own and no foreign key to records, versions or drafts: whatever reads those (search, feeds, exports, pages) cannot
-- meet them.

CREATE TABLE confidential_entry (
    id BLOB PRIMARY KEY,
    organisation BLOB NOT NULL REFERENCES record (id),
    -- Own number of the organisation: the public series of Kennungen must have no gaps that tell of these.
    number BIGINT NOT NULL,
    -- draft, in_review, returned, approved, ended
    state TEXT NOT NULL,
    -- Of the last save.
    revision BIGINT NOT NULL,
    -- Of the save that was approved last; 0 before the first approval.
    approved_revision BIGINT NOT NULL,
    ended_at BIGINT,
    -- Actors of the last save and of the submission: never the ones who approve.
    editor TEXT NOT NULL,
    submitted_by TEXT NOT NULL,
    submitted_at BIGINT,
    changed_at BIGINT NOT NULL,
    UNIQUE (organisation, number)
) WITHOUT ROWID;

-- Everything that was ever done to an entry, one row beside each of its events: saves with their content, decisions
-- with their reasons, readers named and revoked, and each reading by one of them.
CREATE TABLE confidential_step (
    -- Of the event that commits to the content.
    sequence BIGINT PRIMARY KEY,
    entry BLOB NOT NULL REFERENCES confidential_entry (id),
    -- Of the entry after the step.
    revision BIGINT NOT NULL,
    step TEXT NOT NULL,
    -- Legal ground of what an approval approved: what the public counts go by.
    ground TEXT,
    -- The reader that a step is about.
    account BLOB,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    -- The whole step as JSON, compressed.
    content BLOB NOT NULL,
    -- What the commitment of the event is recomputed from; see the crate's module `seal`.
    seed BLOB NOT NULL
);
CREATE INDEX confidential_step_entry ON confidential_step (entry, sequence);
CREATE INDEX confidential_step_account ON confidential_step (account, entry, sequence);
