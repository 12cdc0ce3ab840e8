//! Training at a site: a challenger is made from our lines and the site's, meets the present weights, and takes their place if it wins.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{Clock, Ctx};
use language::Reader;
use language::model::{Linear, Models, Part};
use language::table::{Row, Task, heard};
use language::train::{Contest, Weights, contest};
use security::{Permission, authorise};
use serde::Serialize;
use sqlx::Row as _;
use store::{from_json, to_json};

use crate::drift::Drift;
use crate::task::{Choice, TASKS, choices, task_words};
use crate::{Learning, LearningError, ours, sql};

/// Below this nothing is held out that proves anything: a quarter of the families is.
const LEAST: usize = 20;
/// Which process trains.
const LEASE: &str = "learning.train";
/// A training that has not ended by then was left by a dead process. The largest task takes about a minute.
const LONGEST_SECS: i64 = 1_200;

/// A training.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// `running`, `won` (a new version is in use), `lost` (the present weights stay) or `failed`.
    pub state: String,
    /// The site's checked labels it used.
    pub lines: i64,
    /// How the challenger did.
    pub report: Option<Contest>,
    /// Who began it.
    pub started_by: String,
    /// When.
    pub started_us: i64,
    /// When it ended.
    pub ended_us: Option<i64>,
}

/// A version of a task's weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Version {
    /// From 1; 0 are the weights built in.
    pub version: i64,
    /// How it did against the one before; nothing for those built in.
    pub report: Option<Contest>,
    /// Who made it.
    pub made_by: String,
    /// When; 0 for those built in.
    pub made_us: i64,
    /// Whether it is in use.
    pub present: bool,
}

/// Where a task stands.
#[derive(Debug, Clone, Serialize)]
pub struct TaskView {
    /// The task's name.
    pub task: &'static str,
    /// Its name for people.
    pub words: &'static str,
    /// Its labels.
    pub choices: &'static [Choice],
    /// Labels that wait to be checked.
    pub new: i64,
    /// Labels it can learn from.
    pub kept: i64,
    /// How many it needs.
    pub least: i64,
    /// The version in use.
    pub version: i64,
    /// All versions, the latest first, those built in last.
    pub versions: Vec<Version>,
    /// The latest training.
    pub run: Option<Run>,
    /// What turns are read as, against before.
    pub drift: Drift,
}

/// Where learning stands.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// By task.
    pub tasks: Vec<TaskView>,
}

impl Learning {
    /// Where every task stands.
    ///
    /// # Errors
    /// When the person may not.
    pub async fn overview(&self, ctx: &Ctx) -> Result<Overview, LearningError> {
        authorise(ctx, Permission::ReaderTrain, None)?;
        let mut states: BTreeMap<(String, String), i64> = BTreeMap::new();
        for row in sqlx::query(sql::LABEL_STATES).fetch_all(self.store().read()).await? {
            states.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
        }
        let count = |task: Task, state: &str| {
            states.get(&(task.name().to_owned(), state.to_owned())).copied().unwrap_or_default()
        };
        let present = self.present().await?;
        let mut runs = self.runs(ctx).await?;
        let mut drifts = self.drifts(ctx.now).await?;
        let mut tasks = Vec::with_capacity(TASKS.len());
        for task in TASKS {
            let version = present.get(task.name()).copied().unwrap_or_default();
            tasks.push(TaskView {
                task: task.name(),
                words: task_words(task),
                choices: choices(task),
                new: count(task, "new"),
                kept: count(task, "kept"),
                least: LEAST as i64,
                version,
                versions: self.versions(task, version).await?,
                run: runs.remove(task.name()),
                drift: drifts.remove(task.name()).unwrap_or_default(),
            });
        }
        Ok(Overview { tasks })
    }

    async fn runs(&self, ctx: &Ctx) -> Result<BTreeMap<String, Run>, LearningError> {
        let mut runs = BTreeMap::new();
        for row in sqlx::query(sql::RUN_LATEST).fetch_all(self.store().read()).await? {
            let report: Option<String> = row.try_get("report")?;
            let started_us: i64 = row.try_get("started_us")?;
            let left = started_us < ctx.now.plus_secs(-LONGEST_SECS).0;
            let state: String = row.try_get("state")?;
            let run = Run {
                id: row.try_get("id")?,
                state: if left && state == "running" { "failed".to_owned() } else { state },
                lines: row.try_get("lines")?,
                report: report.map(|text| from_json("training run", &text)).transpose()?,
                started_by: row.try_get("started_by")?,
                started_us,
                ended_us: row.try_get("ended_us")?,
            };
            runs.insert(row.try_get::<String, _>("task")?, run);
        }
        Ok(runs)
    }

    async fn versions(&self, task: Task, present: i64) -> Result<Vec<Version>, LearningError> {
        let mut versions = Vec::new();
        for row in sqlx::query(sql::VERSION_LIST).bind(task.name()).fetch_all(self.store().read()).await? {
            let version = row.try_get("version")?;
            versions.push(Version {
                version,
                report: Some(from_json("model version", row.try_get::<String, _>("report")?.as_str())?),
                made_by: row.try_get("made_by")?,
                made_us: row.try_get("made_us")?,
                present: version == present,
            });
        }
        versions.push(Version {
            version: 0,
            report: None,
            made_by: "system:start".to_owned(),
            made_us: 0,
            present: present == 0,
        });
        Ok(versions)
    }

    /// Begins a training and comes back at once; [`Self::overview`] tells how it goes.
    ///
    /// # Errors
    /// When the person may not, too few labels are checked, or another training runs.
    pub async fn train(&self, ctx: &Ctx, task: Task, clock: Arc<dyn Clock>) -> Result<(), LearningError> {
        authorise(ctx, Permission::ReaderTrain, None)?;
        if !TASKS.contains(&task) {
            return Err(LearningError::NotFound("这项内容"));
        }
        let site = self.kept(task).await?;
        if site.len() < LEAST {
            return Err(LearningError::TooFew { task: task_words(task), kept: site.len(), least: LEAST });
        }
        // Each training holds the lease under a name of its own: the same process, too, trains once at a time.
        let run = self.fresh(ctx);
        let holder = format!("{}-{run}", self.0.holder);
        let lease = self.store().lease_take(LEASE, &holder, LONGEST_SECS, ctx.now).await?;
        let lease = lease.ok_or(LearningError::Busy)?;
        let mut tx = self.store().begin(ctx).await?;
        sqlx::query(sql::RUN_LEFT).bind(ctx.now.0).bind(ctx.now.0).execute(&mut *tx).await?;
        sqlx::query(sql::RUN_ADD)
            .bind(run.as_str())
            .bind(task.name())
            .bind(site.len() as i64)
            .bind(ctx.actor_key())
            .bind(ctx.now.0)
            .execute(&mut *tx)
            .await?;
        tx.audit(
            "learning.train",
            &format!("model:{}", task.name()),
            &serde_json::json!({ "lines": site.len() }),
        )
        .await?;
        tx.commit().await?;
        let (learning, ctx) = (self.clone(), ctx.clone());
        tokio::spawn(async move {
            let fought = learning.fight(task, site).await;
            let ctx = Ctx { now: clock.now(), ..ctx };
            if let Err(error) = learning.settle(&ctx, task, &run, &lease, fought).await {
                tracing::error!(task = task.name(), %error, "a training could not be settled");
            }
            if let Err(error) = learning.store().lease_release(&lease, clock.now()).await {
                tracing::warn!(%error, "the lease of training runs out by itself");
            }
        });
        Ok(())
    }

    /// The site's checked labels of a task. The latest word on a text counts; each text is a wording family of its own.
    async fn kept(&self, task: Task) -> Result<Vec<Row>, LearningError> {
        let mut rows = BTreeMap::new();
        for row in sqlx::query(sql::LABEL_KEPT).bind(task.name()).fetch_all(self.store().read()).await? {
            let text: String = row.try_get("text")?;
            let line = Row {
                heard: heard(row.try_get::<String, _>("context")?.as_str()),
                label: row.try_get("label")?,
                service: row.try_get("service")?,
                family: text.clone(),
                split: String::new(),
                text: text.clone(),
            };
            rows.insert(text, line);
        }
        Ok(rows.into_values().collect())
    }

    /// The contest, off the threads that serve.
    async fn fight(&self, task: Task, site: Vec<Row>) -> Result<(Contest, Option<Weights>), LearningError> {
        let present = self.models().await?;
        let ours = ours::rows(task).map_err(|error| LearningError::Faulty(error.to_string()))?;
        tokio::task::spawn_blocking(move || contest(task, &ours, &site, &present))
            .await
            .map_err(|_| LearningError::Faulty("训练中断了，请再试一次".to_owned()))
    }

    async fn settle(
        &self,
        ctx: &Ctx,
        task: Task,
        run: &str,
        lease: &store::Lease,
        fought: Result<(Contest, Option<Weights>), LearningError>,
    ) -> Result<(), LearningError> {
        let mut tx = self.store().begin(ctx).await?;
        tx.lease_guard(lease).await?;
        let (state, report) = match fought {
            Ok((mut report, weights)) => {
                let state = if weights.is_some() { "won" } else { "lost" };
                if let Some(weights) = weights {
                    let newest: i64 = sqlx::query(sql::VERSION_NEWEST)
                        .bind(task.name())
                        .fetch_one(&mut *tx)
                        .await?
                        .try_get(0)?;
                    let version = newest + 1;
                    report.version = u32::try_from(version).unwrap_or(u32::MAX);
                    sqlx::query(sql::VERSION_ADD)
                        .bind(task.name())
                        .bind(version)
                        .bind(to_json("model version", &report)?)
                        .bind(ctx.actor_key())
                        .bind(ctx.now.0)
                        .execute(&mut *tx)
                        .await?;
                    for (part, bytes) in weights {
                        sqlx::query(sql::WEIGHTS_ADD)
                            .bind(task.name())
                            .bind(version)
                            .bind(part.name())
                            .bind(STANDARD.encode(bytes))
                            .execute(&mut *tx)
                            .await?;
                    }
                    put_present(&mut tx, ctx, task, version).await?;
                }
                (state, Some(report))
            }
            Err(error) => {
                tracing::error!(task = task.name(), %error, "a training failed");
                ("failed", None)
            }
        };
        sqlx::query(sql::RUN_END)
            .bind(state)
            .bind(report.as_ref().map(|report| to_json("training run", report)).transpose()?)
            .bind(ctx.now.0)
            .bind(run)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Makes a version the present one: the way back as well as forward. 0 are the weights built in.
    ///
    /// # Errors
    /// When the person may not or there is no such version.
    pub async fn use_version(&self, ctx: &Ctx, task: Task, version: i64) -> Result<(), LearningError> {
        authorise(ctx, Permission::ReaderTrain, None)?;
        let mut tx = self.store().begin(ctx).await?;
        if version != 0 {
            let found: i64 = sqlx::query(sql::VERSION_GET)
                .bind(task.name())
                .bind(version)
                .fetch_one(&mut *tx)
                .await?
                .try_get(0)?;
            if found == 0 {
                return Err(LearningError::NotFound("这个版本"));
            }
        }
        put_present(&mut tx, ctx, task, version).await?;
        Ok(tx.commit().await?)
    }

    /// The version in use of each task that has one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn present(&self) -> Result<BTreeMap<String, i64>, LearningError> {
        let rows = sqlx::query(sql::PRESENT_ALL).fetch_all(self.store().read()).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("task")?, row.try_get("version")?)))
            .collect::<Result<_, sqlx::Error>>()
            .map_err(Into::into)
    }

    /// The reader with the weights in use.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reader(&self) -> Result<Reader, LearningError> {
        Ok(Reader::with(Arc::new(self.models().await?)))
    }

    async fn models(&self) -> Result<Models, LearningError> {
        let mut models = Models::clone(&Models::builtin());
        for (task, version) in self.present().await? {
            let rows = sqlx::query(sql::WEIGHTS_GET)
                .bind(task.as_str())
                .bind(version)
                .fetch_all(self.store().read())
                .await?;
            for row in rows {
                let name: String = row.try_get("part")?;
                let bytes = STANDARD.decode(row.try_get::<String, _>("weights")?);
                let read = bytes.ok().and_then(|bytes| Linear::from_bytes(&bytes).ok());
                match (Part::ALL.into_iter().find(|part| part.name() == name), read) {
                    (Some(part), Some(model)) => models = models.with(part, model),
                    // A database touched by hand must not take the hotline down: what is built in stands.
                    _ => {
                        tracing::error!(
                            task,
                            version,
                            part = name,
                            "weights cannot be read and are left out"
                        );
                    }
                }
            }
        }
        Ok(models)
    }
}

async fn put_present(tx: &mut store::Tx, ctx: &Ctx, task: Task, version: i64) -> Result<(), LearningError> {
    sqlx::query(sql::PRESENT_PUT)
        .bind(task.name())
        .bind(version)
        .bind(ctx.now.0)
        .bind(ctx.actor_key())
        .execute(&mut **tx)
        .await?;
    tx.audit("learning.use", &format!("model:{}", task.name()), &serde_json::json!({ "version": version }))
        .await?;
    Ok(())
}
