-- What the rules of plausibility and the score say of published entries. All of it can be made anew.

-- An entry of an organisation: its use, or its system of which it has no use.
CREATE TABLE judgement (
    entry UUID PRIMARY KEY REFERENCES record (id),
    system UUID NOT NULL,
    organisation UUID NOT NULL,
    -- 0 to 100.
    completeness BIGINT NOT NULL,
    quality BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    warnings BIGINT NOT NULL,
    hints BIGINT NOT NULL,
    -- Of everything that was found: what stays the same is not written again.
    digest BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX judgement_organisation ON judgement (organisation, errors, warnings);
CREATE INDEX judgement_system ON judgement (system);

CREATE TABLE finding (
    entry UUID NOT NULL REFERENCES judgement (entry) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    field TEXT NOT NULL,
    -- error, warning, hint
    severity TEXT NOT NULL,
    -- From when the duty is due that is not met.
    due TEXT,
    -- JSON: the words that led to it.
    words TEXT NOT NULL,
    PRIMARY KEY (entry, rule, field)
);
CREATE INDEX finding_rule ON finding (rule, entry);

-- Runs over the whole register.
CREATE TABLE quality_run (
    id UUID PRIMARY KEY,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- Whether it came to its end; false of one that a later day overtook.
    is_whole BOOLEAN NOT NULL,
    -- The day on which duties and dates were judged.
    day TEXT NOT NULL,
    -- Sequence of the log when it began: what came later is judged again.
    head BIGINT NOT NULL,
    -- While it runs: until when whoever runs it holds it, and the how manieth that is.
    held_until BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    -- The last system that is done.
    after UUID,
    entries BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    warnings BIGINT NOT NULL,
    hints BIGINT NOT NULL
);
CREATE INDEX quality_run_started ON quality_run (started_at);

-- How far the log was read for judging again what changed.
CREATE TABLE quality_position (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    sequence BIGINT NOT NULL
);
