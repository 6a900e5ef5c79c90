-- Why what a rule of plausibility warned of stands nevertheless. Given when an entry is handed in, shown to whoever
-- approves it, and kept as long as the entry.
CREATE TABLE finding_reason (
    entry BLOB NOT NULL REFERENCES record (id),
    rule TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- Actor who gave it.
    author TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    PRIMARY KEY (entry, rule)
) WITHOUT ROWID;
