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
    FEEDBACK_LIST = "SELECT entry_id, revision, helpful, words, given_by, at_us FROM entry_feedback
        WHERE entry_id = $1 ORDER BY at_us DESC, seq DESC LIMIT $2";

    /// Counts an unanswered question.
    GAP_NOTE = "INSERT INTO knowledge_gaps (question, sample, domain, times, first_us, last_us, contact_id, state)
        VALUES ($1, $2, $3, 1, $4, $4, $5, 'open')
        ON CONFLICT (question) DO UPDATE SET times = knowledge_gaps.times + 1, last_us = excluded.last_us,
            contact_id = excluded.contact_id,
            state = CASE WHEN knowledge_gaps.state = 'answered' THEN 'open' ELSE knowledge_gaps.state END";
    /// Open questions, the most asked first.
    GAP_LIST = "SELECT question, sample, domain, times, first_us, last_us FROM knowledge_gaps
        WHERE state = 'open' ORDER BY times DESC, last_us DESC LIMIT $1";
    /// Closes a question; no row when it is not open.
    GAP_CLOSE = "UPDATE knowledge_gaps SET state = $2, entry_id = $3 WHERE question = $1 AND state = 'open'";
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
