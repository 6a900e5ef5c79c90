-- What was reported to the EU database, as its body wrote it down afterwards. Never changed: who reports again adds a row.
CREATE TABLE eu_report (
    id BLOB PRIMARY KEY,
    -- The system that its provider reported, or the use that its deployer did.
    record BLOB NOT NULL REFERENCES record (id),
    -- Code of the report: A, B, C, IX, national.
    code TEXT NOT NULL,
    -- What the database gave back; no address where it gave none.
    database_id TEXT NOT NULL,
    url TEXT,
    -- Day of the report, as in 2027-12-02.
    reported_on TEXT NOT NULL,
    -- Whether the report was owed then; one that ends an entry of the database is not.
    was_due BOOLEAN NOT NULL,
    -- The report as it stood, as JSON.
    report TEXT NOT NULL,
    -- Actor who wrote it down.
    author TEXT NOT NULL,
    noted_at BIGINT NOT NULL
);
CREATE INDEX eu_report_record ON eu_report (record, code, noted_at);

-- Texts of reports in a second language.
CREATE TABLE eu_report_text (
    -- The entry's own record that has the field; of a system that others look after, the use.
    record BLOB NOT NULL REFERENCES record (id),
    -- Key of the field.
    field TEXT NOT NULL,
    language TEXT NOT NULL,
    body TEXT NOT NULL,
    -- The text that it says in another language, as it stood then.
    source TEXT NOT NULL,
    author TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (record, field, language)
) WITHOUT ROWID;
