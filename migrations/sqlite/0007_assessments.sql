-- Risk assessments by the KI-VO: the provider's of a system, the deployer's of each use. None is changed once it is made;
-- the newest of a record counts.
CREATE TABLE assessment (
    id BLOB NOT NULL PRIMARY KEY,
    record BLOB NOT NULL REFERENCES record (id),
    -- The system whose content it looked at as well; for an assessment of a system the same as record.
    system BLOB REFERENCES record (id),
    -- The rules it was made with, and the day as which they were read.
    rule_set TEXT NOT NULL,
    day TEXT NOT NULL,
    -- What was answered, and what follows from it, as JSON.
    answers TEXT NOT NULL,
    result TEXT NOT NULL,
    reasons TEXT NOT NULL,
    -- The substantial fields as they stood, so that a change of them asks for another assessment.
    substance BLOB NOT NULL,
    assessor TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    -- Who approved the entry with it; empty before.
    reviewer TEXT NOT NULL,
    reviewed_at BIGINT
) WITHOUT ROWID;
CREATE INDEX assessment_record ON assessment (record, made_at);
CREATE INDEX assessment_system ON assessment (system);
