//! Settings, the audit and scenarios for those who run the site.

use std::collections::VecDeque;

use dialogue::scenario::{self, Problem, ScenarioError};
use dialogue::{Brain, Conversation, Effect, Event, Phase, Scenarios, step};
use kernel::{ContactId, Ctx, LineId};
use security::{Permission, authorise};
use serde::Serialize;
use sqlx::Row as _;

use crate::site::Site;
use crate::turn::name;
use crate::view::{Message, Page};
use crate::{ContactError, Hotline, sql};

/// A conversation that was tried against a scenario's text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// What was said.
    pub transcript: Vec<Message>,
    /// The nodes of the scenario that were passed or stopped at, each once, in order.
    pub walked: Vec<String>,
    /// The node it stands at; nothing once the scenario is left.
    pub at: Option<String>,
}

/// Rows of a page of the audit.
const PAGE: i64 = 100;

/// A row of the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Its number.
    pub seq: i64,
    /// When.
    pub at_us: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub object: String,
    /// More; no personal data.
    pub detail: String,
}

/// Versions of a settings document that are shown.
const SETTING_VERSIONS: usize = 20;

/// A value a settings document has had.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SettingVersion {
    /// The value.
    pub value: serde_json::Value,
    /// Its version, from 1.
    pub version: i64,
    /// Who set it.
    pub by: String,
    /// When.
    pub at_us: i64,
}

impl Hotline {
    /// A page of the audit, newest first.
    ///
    /// # Errors
    /// When the person may not read it.
    pub async fn audit_list(
        &self,
        ctx: &Ctx,
        object: &str,
        actor: &str,
        page: i64,
    ) -> Result<Page<AuditRow>, ContactError> {
        authorise(ctx, Permission::AuditRead, None)?;
        let rows = sqlx::query(sql::AUDIT_LIST)
            .bind(object)
            .bind(actor)
            .bind(PAGE)
            .bind((page.max(1) - 1) * PAGE)
            .fetch_all(self.store().read())
            .await?;
        let total = sqlx::query(sql::AUDIT_COUNT)
            .bind(object)
            .bind(actor)
            .fetch_one(self.store().read())
            .await?
            .try_get(0)?;
        let row = |row: &sqlx::any::AnyRow| -> Result<AuditRow, sqlx::Error> {
            let actor: String = row.try_get("actor")?;
            let who = actor.strip_prefix("staff:").map(|id| self.name_of(id));
            Ok(AuditRow {
                seq: row.try_get("seq")?,
                at_us: row.try_get("at_us")?,
                actor: who.unwrap_or(actor),
                action: row.try_get("action")?,
                object: row.try_get("object")?,
                detail: row.try_get("detail")?,
            })
        };
        Ok(Page { rows: rows.iter().map(row).collect::<Result<_, _>>()?, total })
    }

    /// Changes a setting; one that the site could not start with is refused.
    ///
    /// # Errors
    /// When the document is faulty, was changed by somebody else, or the person may not.
    pub async fn setting_put(
        &self,
        ctx: &Ctx,
        name: &str,
        value: serde_json::Value,
        seen: i64,
    ) -> Result<i64, ContactError> {
        authorise(ctx, Permission::SettingsManage, None)?;
        Site::from_documents(|asked| (asked == name).then(|| value.clone()))
            .map_err(|_| ContactError::Words("这份设置的格式不对，请检查后再保存，原来的设置没有变。"))?;
        self.casework().setting_check(name, &value)?;
        let mut tx = self.store().begin(ctx).await?;
        let version = tx.setting_put(name, &value, seen).await?;
        tx.audit("setting.put", &format!("setting:{name}"), &version).await?;
        tx.commit().await?;
        self.reload().await?;
        Ok(version)
    }

    /// The latest values a settings document has had, the present one first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn setting_history(&self, name: &str) -> Result<Vec<SettingVersion>, ContactError> {
        let changes = self.store().setting_history(name).await?.into_iter().take(SETTING_VERSIONS);
        changes
            .map(|change| {
                Ok(SettingVersion {
                    value: store::from_json("setting", &change.value)?,
                    version: change.version,
                    by: self.actor_name(&change.changed_by),
                    at_us: change.changed_us,
                })
            })
            .collect()
    }

    /// What is wrong with a scenario's text, entries it names included.
    pub fn scenario_problems(&self, yaml: &str) -> Vec<Problem> {
        let parsed = match scenario::parse("场景", yaml) {
            Ok(parsed) => parsed,
            Err(error) => return error.problems,
        };
        let now = self.now();
        let mut problems = Vec::new();
        for (id, node) in &parsed.nodes {
            let scenario::NodeBody::Answer(reference) = &node.body else { continue };
            if self.library().card(&reference.entry, reference.clause.as_deref(), now).is_none() {
                let line = yaml
                    .lines()
                    .position(|line| line.contains(reference.entry.as_str()))
                    .map_or(0, |at| at + 1);
                let message = format!(
                    "节点“{id}”引用的条目“{}”不存在或今天没有有效条款，请换一个条目。",
                    reference.entry
                );
                problems.push(Problem { file: "场景".to_owned(), line, message });
            }
        }
        problems
    }

    /// Refuses a faulty scenario.
    ///
    /// # Errors
    /// All faults.
    pub fn scenario_check(&self, yaml: &str) -> Result<(), ScenarioError> {
        let problems = self.scenario_problems(yaml);
        if problems.is_empty() { Ok(()) } else { Err(ScenarioError { problems }) }
    }

    /// Plays turns against a scenario's text, with the site's own knowledge, without touching any row.
    ///
    /// # Errors
    /// All faults of the text.
    pub fn scenario_try(&self, yaml: &str, turns: &[String]) -> Result<Tried, ScenarioError> {
        const MOST_TURNS: usize = 50;
        self.scenario_check(yaml)?;
        let tried = scenario::parse("场景", yaml)?;
        let id = tried.id.clone();
        let site = self.brain();
        let others = site.scenarios.iter().filter(|known| known.id != id).cloned();
        let brain = Brain {
            scenarios: Scenarios::new(others.chain([tried])),
            reader: std::sync::Arc::clone(&site.reader),
            boundary: site.boundary.clone(),
            lines: site.lines.clone(),
            line_of_domain: site.line_of_domain.clone(),
            skill_of_domain: site.skill_of_domain.clone(),
            policy: site.policy,
            ..Brain::default()
        };
        let mut trial = Trial {
            hotline: self,
            brain,
            id,
            state: Conversation::new(ContactId::from("trial"), self.now()),
            said: Vec::new(),
            walked: Vec::new(),
        };
        trial.state.line = LineId::from("12345");
        for (at, turn) in turns.iter().take(MOST_TURNS).enumerate() {
            trial.say(turn, at == 0);
        }
        let at = trial.state.flow.filter(|flow| flow.scenario == trial.id).map(|flow| flow.node);
        Ok(Tried { transcript: trial.said, walked: trial.walked, at })
    }
}

/// A conversation that is only tried.
struct Trial<'a> {
    hotline: &'a Hotline,
    brain: Brain,
    id: String,
    state: Conversation,
    said: Vec<Message>,
    walked: Vec<String>,
}

impl Trial<'_> {
    fn say(&mut self, text: &str, first: bool) {
        self.push("citizen", "text", text.to_owned(), Vec::new(), Vec::new());
        let now = self.hotline.now();
        let mut events = VecDeque::from([Event::Said { text: text.to_owned(), speech: None }]);
        while let Some(event) = events.pop_front() {
            let stepped = step(&self.brain, self.state.clone(), event, now);
            self.state = stepped.state;
            for (scenario, node) in stepped.walked {
                if scenario == self.id && !self.walked.contains(&node) {
                    self.walked.push(node);
                }
            }
            for effect in stepped.effects {
                match effect {
                    Effect::Say(said) => {
                        self.push("bot", &name(&said.kind), said.text, said.citations, said.options);
                    }
                    Effect::Search { request, query, domain, about, except } => {
                        let ask = knowledge::Ask {
                            text: &query,
                            domain: domain.as_deref(),
                            region: None,
                            about: about.as_deref(),
                            except: &except,
                            quick: false,
                        };
                        let mut candidates: Vec<dialogue::Candidate> = self
                            .hotline
                            .library()
                            .search(&ask, now, 5)
                            .into_iter()
                            .map(crate::link::candidate)
                            .collect();
                        if first {
                            // The first words begin the scenario that is tried, whatever else they might begin.
                            candidates.insert(
                                0,
                                dialogue::Candidate {
                                    target: dialogue::Target::Scenario(self.id.clone()),
                                    title: self.id.clone(),
                                    confidence: 1.0,
                                    card: None,
                                },
                            );
                        }
                        events.push_back(Event::Found { request, candidates });
                    }
                    Effect::Fetch { request, entry, clause } => {
                        let card = self
                            .hotline
                            .library()
                            .card(&entry, clause.as_deref(), now)
                            .map(crate::link::card);
                        events.push_back(Event::Fetched { request, card });
                    }
                    Effect::OpenTicket { request, .. } => events.push_back(Event::TicketOpened {
                        request,
                        number: "YZ（试走不开单）".to_owned(),
                        due: "到期日".to_owned(),
                    }),
                    Effect::LookUpTicket { request, .. } => {
                        events.push_back(Event::TicketProgress { request, text: None });
                    }
                    _ => {}
                }
            }
            debug_assert!(!matches!(self.state.phase, Phase::Seeking { .. }) || !events.is_empty());
        }
    }

    fn push(
        &mut self,
        author: &str,
        kind: &str,
        text: String,
        citations: Vec<dialogue::Citation>,
        options: Vec<String>,
    ) {
        self.said.push(Message {
            seq: self.said.len() as i64 + 1,
            author: author.to_owned(),
            kind: kind.to_owned(),
            text,
            citations,
            options,
            at_us: self.hotline.now().0,
            client_id: None,
            agent_name: None,
            normal: None,
        });
    }
}
