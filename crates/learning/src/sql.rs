//! Learning's statements.

store::sql! {
    /// A new label.
    LABEL_ADD = "INSERT INTO labels (id, task, text, label, was, labelled_by, labelled_us, context, service, contact_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// A page of labels, those that wait first come first.
    LABEL_LIST = "SELECT id, task, text, label, was, labelled_by, labelled_us, context, service, contact_id, state, checked_by, checked_us
        FROM labels WHERE ($1 = '' OR task = $1) AND ($2 = '' OR state = $2)
        ORDER BY labelled_us DESC, id DESC LIMIT $3 OFFSET $4";
    /// How many labels a filter passes.
    LABEL_COUNT = "SELECT COUNT(*) FROM labels WHERE ($1 = '' OR task = $1) AND ($2 = '' OR state = $2)";
    /// How many labels of each task are in each state.
    LABEL_STATES = "SELECT task, state, COUNT(*) FROM labels GROUP BY task, state";
    /// A label's task.
    LABEL_TASK = "SELECT task FROM labels WHERE id = $1";
    /// A label is kept or left, as it is or with another label.
    LABEL_CHECK = "UPDATE labels SET state = $1, label = $2, service = $3, checked_by = $4, checked_us = $5 WHERE id = $6";
    /// What a task learns from: the latest word on each text counts.
    LABEL_KEPT = "SELECT text, label, service, context FROM labels WHERE task = $1 AND state = 'kept' ORDER BY labelled_us, id";
    /// How often people corrected since an instant, by task.
    LABEL_SINCE = "SELECT task, COUNT(*) FROM labels WHERE labelled_us >= $1 AND labelled_us < $2 AND state <> 'left' GROUP BY task";

    /// Where each task stands.
    PRESENT_ALL = "SELECT task, version, since_us, set_by FROM model_present";
    /// Makes a version the present one.
    PRESENT_PUT = "INSERT INTO model_present (task, version, since_us, set_by) VALUES ($1, $2, $3, $4)
        ON CONFLICT (task) DO UPDATE SET version = excluded.version, since_us = excluded.since_us, set_by = excluded.set_by";
    /// A task's versions, the latest first.
    VERSION_LIST = "SELECT version, report, made_by, made_us FROM model_versions WHERE task = $1 ORDER BY version DESC";
    /// The newest version of a task.
    VERSION_NEWEST = "SELECT COALESCE(MAX(version), 0) FROM model_versions WHERE task = $1";
    /// Whether there is such a version.
    VERSION_GET = "SELECT COUNT(*) FROM model_versions WHERE task = $1 AND version = $2";
    /// Keeps a version.
    VERSION_ADD = "INSERT INTO model_versions (task, version, report, made_by, made_us) VALUES ($1, $2, $3, $4, $5)";
    /// Keeps a part's weights.
    WEIGHTS_ADD = "INSERT INTO model_weights (task, version, part, weights) VALUES ($1, $2, $3, $4)";
    /// A version's weights.
    WEIGHTS_GET = "SELECT part, weights FROM model_weights WHERE task = $1 AND version = $2";

    /// A training begins.
    RUN_ADD = "INSERT INTO training_runs (id, task, state, lines, started_by, started_us) VALUES ($1, $2, 'running', $3, $4, $5)";
    /// A training has ended.
    RUN_END = "UPDATE training_runs SET state = $1, report = $2, ended_us = $3 WHERE id = $4";
    /// The latest training of each task.
    RUN_LATEST = "SELECT id, task, state, lines, report, started_by, started_us, ended_us FROM training_runs AS run
        WHERE started_us = (SELECT MAX(started_us) FROM training_runs WHERE task = run.task)";
    /// A training that a dead process left.
    RUN_LEFT = "UPDATE training_runs SET state = 'failed', ended_us = $1 WHERE state = 'running' AND started_us < $2";

    /// Adds what was counted in memory.
    READ_ADD = "INSERT INTO readings_daily (day, task, label, times, sure_milli) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (day, task, label) DO UPDATE SET times = readings_daily.times + excluded.times,
            sure_milli = readings_daily.sure_milli + excluded.sure_milli";
    /// What was read on some days, by task and label.
    READ_SUM = "SELECT task, label, CAST(SUM(times) AS BIGINT), CAST(SUM(sure_milli) AS BIGINT) FROM readings_daily
        WHERE day >= $1 AND day < $2 GROUP BY task, label";
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
