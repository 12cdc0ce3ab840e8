//! The statements of the libraries.

store::sql! {
    /// The next revision of a collection. Taking it locks the row: changes of a collection commit in the order of their revisions.
    REVISION_NEXT = "INSERT INTO knowledge_revision (name, revision) VALUES ($1, 1)
        ON CONFLICT (name) DO UPDATE SET revision = knowledge_revision.revision + 1 RETURNING revision";
    /// Where each collection stands.
    REVISION_ALL = "SELECT name, revision FROM knowledge_revision WHERE name IN ('entries', 'scenarios')";

    /// Entries changed since a revision.
    ENTRY_SINCE = "SELECT id, status, body, revision, views, updated_us, updated_by FROM entries WHERE revision > $1";
    /// One entry.
    ENTRY_GET = "SELECT id, status, body, revision, views, updated_us, updated_by FROM entries WHERE id = $1";
    /// A new entry; no row when the id is taken.
    ENTRY_ADD = "INSERT INTO entries (id, domain, kind, region, status, title, body, owner, revision, updated_us, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING";
    /// An entry's new content; no row when it has moved on.
    ENTRY_CHANGE = "UPDATE entries SET domain = $2, kind = $3, region = $4, status = $5, title = $6, body = $7, owner = $8,
            revision = $9, updated_us = $10, updated_by = $11
        WHERE id = $1 AND revision = $12";
    /// Keeps a version for the history.
    ENTRY_KEEP = "INSERT INTO entry_history (entry_id, revision, status, title, body, updated_us, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// Every version of an entry, the latest first.
    ENTRY_HISTORY = "SELECT revision, status, body, updated_us, updated_by FROM entry_history
        WHERE entry_id = $1 ORDER BY revision DESC";
    /// A page of entries, the latest change first.
    ENTRY_LIST = "SELECT id, title, domain, kind, region, status, owner, revision, views, updated_us, updated_by FROM entries
        WHERE (CAST($1 AS TEXT) IS NULL OR domain = $1) AND (CAST($2 AS TEXT) IS NULL OR status = $2)
            AND (CAST($3 AS TEXT) IS NULL OR title LIKE $3 ESCAPE '\\' OR body LIKE $3 ESCAPE '\\' OR id LIKE $3 ESCAPE '\\')
        ORDER BY updated_us DESC, id LIMIT $4 OFFSET $5";
    /// How many entries a filter passes.
    ENTRY_COUNT = "SELECT COUNT(*) FROM entries
        WHERE (CAST($1 AS TEXT) IS NULL OR domain = $1) AND (CAST($2 AS TEXT) IS NULL OR status = $2)
            AND (CAST($3 AS TEXT) IS NULL OR title LIKE $3 ESCAPE '\\' OR body LIKE $3 ESCAPE '\\' OR id LIKE $3 ESCAPE '\\')";
    /// Adds views counted in memory: a JSON object of entry id to number.
    ENTRY_VIEWS = {
        sqlite: "UPDATE entries SET views = views + (SELECT CAST(seen.value AS BIGINT) FROM json_each($1) AS seen
                WHERE seen.key = entries.id)
            WHERE id IN (SELECT seen.key FROM json_each($1) AS seen)",
        postgres: "UPDATE entries SET views = entries.views + CAST(seen.value AS BIGINT)
            FROM json_each_text(CAST(CAST($1 AS TEXT) AS JSON)) AS seen WHERE entries.id = seen.key",
    };

    /// Scenarios changed since a revision.
    SCENARIO_SINCE = "SELECT id, status, body, revision, updated_us, updated_by FROM scenarios WHERE revision > $1";
    /// One scenario.
    SCENARIO_GET = "SELECT id, status, body, revision, updated_us, updated_by FROM scenarios WHERE id = $1";
    /// All scenarios.
    SCENARIO_LIST = "SELECT id, status, body, revision, updated_us, updated_by FROM scenarios ORDER BY domain, id";
    /// A new scenario; no row when the id is taken.
    SCENARIO_ADD = "INSERT INTO scenarios (id, domain, body, revision, updated_us, updated_by, status)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
    /// A scenario's new content; no row when it has moved on.
    SCENARIO_CHANGE = "UPDATE scenarios SET domain = $2, body = $3, revision = $4, updated_us = $5, updated_by = $6, status = $7
        WHERE id = $1 AND revision = $8";

    /// What wrote a row last.
    ORIGIN_GET = "SELECT origin, hash FROM knowledge_origins WHERE kind = $1 AND id = $2";
    /// Everything an origin wrote.
    ORIGIN_LIST = "SELECT id FROM knowledge_origins WHERE origin = $1 AND kind = $2 ORDER BY id";
    /// Notes what an origin wrote.
    ORIGIN_SET = "INSERT INTO knowledge_origins (kind, id, origin, hash, written_us) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (kind, id) DO UPDATE SET origin = excluded.origin, hash = excluded.hash, written_us = excluded.written_us";

    /// What a reader thought of an entry.
    FEEDBACK_ADD = "INSERT INTO entry_feedback (entry_id, revision, helpful, words, given_by, at_us)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// What readers thought of an entry, the latest first.
    FEEDBACK_LIST = "SELECT seq, entry_id, revision, helpful, words, given_by, at_us, handled_us, handled_by, handled_words
        FROM entry_feedback WHERE entry_id = $1 ORDER BY at_us DESC, seq DESC LIMIT $2";
    /// Reports that nobody has dealt with, the oldest first.
    REPORT_OPEN = "SELECT seq, entry_id, revision, helpful, words, given_by, at_us, handled_us, handled_by, handled_words
        FROM entry_feedback WHERE helpful = 0 AND handled_us IS NULL ORDER BY at_us, seq LIMIT $1";
    /// How many of them each entry has.
    REPORT_COUNTS = "SELECT entry_id, COUNT(*) FROM entry_feedback
        WHERE helpful = 0 AND handled_us IS NULL GROUP BY entry_id";
    /// The entry of a report that nobody has dealt with.
    REPORT_ENTRY = "SELECT entry_id FROM entry_feedback WHERE seq = $1 AND helpful = 0 AND handled_us IS NULL";
    /// Notes what was done about a report.
    REPORT_HANDLE = "UPDATE entry_feedback SET handled_us = $2, handled_by = $3, handled_words = $4
        WHERE seq = $1 AND handled_us IS NULL";

    /// Begins a draft; no row when the entry has an open one.
    DRAFT_ADD = "INSERT INTO entry_drafts (entry_id, title, domain, region, body, base_revision, state, author, origin, version,
            created_us, updated_us)
        VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, $8, 1, $9, $9)
        ON CONFLICT (entry_id) WHERE state IN ('draft', 'review', 'scheduled') DO NOTHING RETURNING seq";
    /// One draft.
    DRAFT_GET = "SELECT seq, body, base_revision, state, author, reviewer, publish_at_us, recheck_on, blocked, origin, version, created_us, updated_us FROM entry_drafts WHERE seq = $1";
    /// Open drafts, the latest change first.
    DRAFT_LIST = "SELECT seq, entry_id, title, domain, region, base_revision, state, author, publish_at_us, blocked, updated_us
        FROM entry_drafts WHERE state IN ('draft', 'review', 'scheduled') ORDER BY updated_us DESC, seq DESC LIMIT $1";
    /// Scheduled drafts whose time has come.
    DRAFT_DUE = "SELECT seq, body, base_revision, state, author, reviewer, publish_at_us, recheck_on, blocked, origin, version, created_us, updated_us FROM entry_drafts
        WHERE state = 'scheduled' AND publish_at_us <= $1 ORDER BY publish_at_us, seq LIMIT $2";
    /// The open draft of an entry.
    DRAFT_OPEN = "SELECT seq FROM entry_drafts WHERE entry_id = $1 AND state IN ('draft', 'review', 'scheduled')";
    /// A draft's new content; no row when it has moved on.
    DRAFT_SAVE = "UPDATE entry_drafts SET title = $2, domain = $3, region = $4, body = $5, state = $6, author = $7, reviewer = NULL,
            publish_at_us = NULL, blocked = '', version = version + 1, updated_us = $8
        WHERE seq = $1 AND version = $9";
    /// A draft's new state; no row when it has moved on.
    DRAFT_STATE = "UPDATE entry_drafts SET state = $2, reviewer = $3, publish_at_us = $4, recheck_on = $5, blocked = $6,
            version = version + 1, updated_us = $7
        WHERE seq = $1 AND version = $8";

    /// A document comes onto the desk.
    INTAKE_ADD = "INSERT INTO intake_documents (name, kind, title, region, body, clauses, entries, drafted, state, created_by, version,
            created_us, updated_us)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'open', $8, 1, $9, $9) RETURNING seq";
    /// One document.
    INTAKE_GET = "SELECT seq, name, kind, region, body, created_by, version, updated_us FROM intake_documents
        WHERE seq = $1 AND state = 'open'";
    /// Documents on the desk, the latest change first.
    INTAKE_LIST = "SELECT seq, name, kind, title, region, clauses, entries, drafted, created_by, updated_us FROM intake_documents
        WHERE state = 'open' ORDER BY updated_us DESC, seq DESC LIMIT $1";
    /// What was made of a document; no row when it has moved on.
    INTAKE_SAVE = "UPDATE intake_documents SET region = $2, body = $3, clauses = $4, entries = $5, drafted = $6, updated_us = $7,
            version = version + 1
        WHERE seq = $1 AND version = $8 AND state = 'open'";
    /// A document goes off the desk.
    INTAKE_DROP = "UPDATE intake_documents SET state = 'dropped', updated_us = $2, version = version + 1 WHERE seq = $1";

    /// The mappings of columns that were kept.
    MAPPING_LIST = "SELECT name, body, updated_by, updated_us FROM import_mappings ORDER BY name LIMIT $1";
    /// Keeps a mapping by its name.
    MAPPING_PUT = "INSERT INTO import_mappings (name, body, updated_by, updated_us) VALUES ($1, $2, $3, $4)
        ON CONFLICT (name) DO UPDATE SET body = excluded.body, updated_by = excluded.updated_by, updated_us = excluded.updated_us";
    /// Forgets a mapping.
    MAPPING_DROP = "DELETE FROM import_mappings WHERE name = $1";

    /// Says something about an entry.
    NOTE_ADD = "INSERT INTO entry_notes (entry_id, kind, words, by_key, at_us) VALUES ($1, $2, $3, $4, $5)";
    /// What was said, the latest first.
    NOTE_LIST = "SELECT seq, kind, words, by_key, at_us FROM entry_notes WHERE entry_id = $1 ORDER BY seq DESC LIMIT $2";

    /// How every entry is kept.
    CARE_ALL = "SELECT entry_id, keeper, recheck_on, checked_us, checked_by, urgent_revision, urgent_by FROM entry_care";
    /// How one entry is kept.
    CARE_GET = "SELECT entry_id, keeper, recheck_on, checked_us, checked_by, urgent_revision, urgent_by FROM entry_care
        WHERE entry_id = $1";
    /// Somebody looked at an entry and found it true.
    CARE_CHECKED = "INSERT INTO entry_care (entry_id, recheck_on, checked_us, checked_by) VALUES ($1, $2, $3, $4)
        ON CONFLICT (entry_id) DO UPDATE SET recheck_on = excluded.recheck_on, checked_us = excluded.checked_us,
            checked_by = excluded.checked_by";
    /// Who keeps an entry.
    CARE_KEEPER = "INSERT INTO entry_care (entry_id, keeper) VALUES ($1, $2)
        ON CONFLICT (entry_id) DO UPDATE SET keeper = excluded.keeper";
    /// A second person has seen an entry.
    CARE_REVIEWED = "INSERT INTO entry_care (entry_id, recheck_on) VALUES ($1, $2)
        ON CONFLICT (entry_id) DO UPDATE SET recheck_on = excluded.recheck_on, urgent_revision = NULL, urgent_by = NULL";
    /// An entry came into use without a second person.
    CARE_URGENT = "INSERT INTO entry_care (entry_id, urgent_revision, urgent_by) VALUES ($1, $2, $3)
        ON CONFLICT (entry_id) DO UPDATE SET urgent_revision = excluded.urgent_revision, urgent_by = excluded.urgent_by";

    /// One contact's asking of a question, once for each reason; no row when it is known.
    GAP_ASKED = "INSERT INTO knowledge_gap_asked (question, contact_id, why, at_us) VALUES ($1, $2, $3, $4)
        ON CONFLICT (question, contact_id, why) DO NOTHING";
    /// Counts a question that found no good answer. One that was closed is open again.
    GAP_NOTE = "INSERT INTO knowledge_gaps (question, sample, domain, times, first_us, last_us, contact_id, state)
        VALUES ($1, $2, $3, 1, $4, $4, $5, 'open')
        ON CONFLICT (question) DO UPDATE SET times = knowledge_gaps.times + 1, last_us = excluded.last_us,
            contact_id = excluded.contact_id,
            state = CASE WHEN knowledge_gaps.state = 'answered' THEN 'open' ELSE knowledge_gaps.state END";
    /// A question that was answered is asked again.
    GAP_REOPEN = "UPDATE knowledge_gaps SET state = 'open', last_us = $2 WHERE question = $1 AND state = 'answered'";
    /// Questions that are open or being answered, the most asked first.
    GAP_LIST = "SELECT question, sample, domain, times, first_us, last_us, draft FROM knowledge_gaps
        WHERE state IN ('open', 'drafted') ORDER BY times DESC, last_us DESC, question LIMIT $1";
    /// Every asking of the questions that are open or being answered.
    GAP_ASKINGS = "SELECT asked.question, asked.contact_id, asked.why, asked.at_us FROM knowledge_gap_asked AS asked
        JOIN knowledge_gaps AS gaps ON gaps.question = asked.question
        WHERE gaps.state IN ('open', 'drafted') ORDER BY asked.at_us DESC LIMIT $1";
    /// The askings of one question.
    GAP_ASKED_OF = "SELECT question, contact_id, why, at_us FROM knowledge_gap_asked WHERE question = $1 ORDER BY at_us LIMIT 1000";
    /// One question's wording as it came; none when it is at rest.
    GAP_GET = "SELECT sample FROM knowledge_gaps WHERE question = $1 AND state IN ('open', 'drafted')";
    /// A draft is to answer a question, or no draft any more.
    GAP_DRAFT = "UPDATE knowledge_gaps SET state = $2, draft = $3 WHERE question = $1 AND state IN ('open', 'drafted')";
    /// How long closing took.
    GAP_CLOSED_ADD = "INSERT INTO knowledge_gap_closed (entry_id, asked, first_us, fifth_us, live_us) VALUES ($1, $2, $3, $4, $5)";
    /// How long it took of late.
    GAP_CLOSED = "SELECT asked, fifth_us, live_us FROM knowledge_gap_closed WHERE live_us >= $1 ORDER BY seq";
    /// Closes a question.
    GAP_CLOSE = "UPDATE knowledge_gaps SET state = $2, entry_id = $3, draft = NULL
        WHERE question = $1 AND state IN ('open', 'drafted')";
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[tokio::test]
    async fn both_engines_take_every_statement() {
        store::testing::for_each_engine(async |db| {
            store::testing::prepare_all(db, ALL).await.unwrap();
        })
        .await;
    }
}
