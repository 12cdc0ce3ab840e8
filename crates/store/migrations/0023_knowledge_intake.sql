-- Documents on editors' desks, and which column of a table is what.

CREATE TABLE intake_documents (
    seq        @SERIAL@,
    name       TEXT NOT NULL,                       -- the file's name
    kind       TEXT NOT NULL,                       -- docx | pdf | html | markdown | text
    title      TEXT NOT NULL,
    region     TEXT NOT NULL,                       -- the place it holds for: who may see it
    body       TEXT NOT NULL,                       -- JSON: paragraphs, entries, clauses, reasons
    clauses    BIGINT NOT NULL,
    entries    BIGINT NOT NULL,
    drafted    BIGINT NOT NULL,                     -- entries that have become drafts
    state      TEXT NOT NULL,                       -- open | dropped
    created_by TEXT NOT NULL,
    version    BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);
CREATE INDEX intake_documents_state ON intake_documents (state, updated_us);

CREATE TABLE import_mappings (
    name       TEXT PRIMARY KEY,
    body       TEXT NOT NULL,                       -- JSON: the mapping
    updated_by TEXT NOT NULL,
    updated_us BIGINT NOT NULL
);
