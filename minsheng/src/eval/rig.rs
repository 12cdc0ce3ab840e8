//! A whole node for evaluation: real engine, routing and stores in a temporary database, agents who answer.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use config::Config;
use contact::Hotline;
use kernel::{Actor, Clock, Ctx, Role, Scope, StaffId, SystemClock};
use tempfile::TempDir;

/// A node that lives as long as this.
pub struct Rig {
    /// The node.
    pub hotline: Hotline,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    _folder: TempDir,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// The configuration of a node in a folder of its own.
pub fn config_in(folder: &Path, pack: &Path) -> Config {
    let mut config = Config::default();
    config.store.url = config::DatabaseUrl(format!("sqlite:{}", folder.join("minsheng.db").display()));
    config.security.secret_file = folder.join("secret.key").display().to_string();
    config.knowledge.pack = pack.display().to_string();
    config
}

impl Rig {
    /// Starts a node with the pack and its sample agents at work.
    ///
    /// # Errors
    /// When the pack cannot be read.
    pub async fn start(pack: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let config = config_in(folder.path(), pack);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (hotline, _) = crate::boot::hotline(&config, clock, true).await?;
        let mut tasks = hotline.start();
        let system = Ctx::system("eval", hotline.clock());
        let agents: Vec<_> = hotline
            .accounts()
            .staff_list(&system)
            .await?
            .into_iter()
            .filter(|staff| staff.role == Role::Agent)
            .collect();
        for agent in &agents {
            let ctx = agent_ctx(&hotline, &agent.id);
            hotline.desk_profile(&ctx, &agent.skills).await?;
            hotline.desk_set_state(&ctx, "ready", None).await?;
        }
        let ids: Vec<StaffId> = agents.into_iter().map(|agent| agent.id).collect();
        let desk = hotline.clone();
        tasks.push(tokio::spawn(async move { answer_offers(&desk, &ids).await }));
        Ok(Self { hotline, tasks, _folder: folder })
    }

    /// Ends what an agent holds of a contact, so that the next caller finds a free one.
    pub async fn release(&self, contact: &kernel::ContactId) {
        for agent in self.hotline.router().agents().await.unwrap_or_default() {
            let ctx = agent_ctx(&self.hotline, &agent);
            let held = self.hotline.router().desk_of(&agent).await.unwrap_or_default();
            if held.iter().any(|(id, ..)| id == contact) {
                drop(self.hotline.desk_hang_up(&ctx, contact).await);
                drop(
                    self.hotline
                        .desk_wrap_up(&ctx, contact, "answered", None, &contact::Corrected::default())
                        .await,
                );
            }
        }
    }
}

fn agent_ctx(hotline: &Hotline, agent: &StaffId) -> Ctx {
    let actor = Actor::Staff { id: agent.clone(), role: Role::Agent, scope: Scope::District };
    Ctx { actor, now: hotline.now(), trace: "eval".to_owned() }
}

/// Agents who answer at once and write nothing.
async fn answer_offers(hotline: &Hotline, agents: &[StaffId]) {
    loop {
        for agent in agents {
            for (contact, state, _) in hotline.router().desk_of(agent).await.unwrap_or_default() {
                let ctx = agent_ctx(hotline, agent);
                match state {
                    "ringing" => drop(hotline.desk_accept(&ctx, &contact).await),
                    "wrap_up" => {
                        drop(
                            hotline
                                .desk_wrap_up(
                                    &ctx,
                                    &contact,
                                    "answered",
                                    None,
                                    &contact::Corrected::default(),
                                )
                                .await,
                        );
                    }
                    _ => {}
                }
            }
            // A missed offer sends an agent on break; here they come straight back.
            let ctx = agent_ctx(hotline, agent);
            if let Ok(Some(known)) = hotline.router().agent(agent).await
                && known.state().name() == "break"
            {
                drop(hotline.desk_set_state(&ctx, "ready", None).await);
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
