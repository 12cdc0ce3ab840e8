//! What the operator sets in the file named by `exchange.file`.

mod check;
mod faults;

use std::path::Path;

use security::Masked;
use serde::{Deserialize, Serialize};

use crate::mapping::Field;

pub use faults::Faults;

/// The whole file, checked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The platform above.
    pub peer: Option<Peer>,
    /// What it is told.
    #[serde(default)]
    pub push: Push,
    /// What stands where its messages leave something out.
    #[serde(default)]
    pub receive: Receive,
    /// Fields of a ticket.
    #[serde(default)]
    pub ticket: Vec<Field>,
    /// Fields of an event.
    #[serde(default)]
    pub event: Vec<Field>,
    /// Subscribers.
    #[serde(default)]
    pub webhooks: Vec<Webhook>,
    /// The public interface.
    pub open311: Option<Open311>,
}

/// A shared secret, read from its file.
pub type Secret = Masked<Vec<u8>>;

fn no_secret() -> Secret {
    Masked::new(Vec::new())
}

/// The platform above.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// What people call it.
    pub name: String,
    /// In keys and journals.
    pub code: String,
    /// Where it takes messages.
    pub url: String,
    /// How it calls us.
    pub site: String,
    /// The file of the secret.
    pub secret_file: String,
    /// How long it may take to answer.
    #[serde(default = "ten")]
    pub timeout_secs: u32,
    /// How often a message is tried at least before it is given up.
    #[serde(default = "twelve")]
    pub attempts: i64,
    /// For how long it is tried at least while nobody answers.
    #[serde(default = "day")]
    pub patience_hours: i64,
    /// The secret.
    #[serde(skip, default = "no_secret")]
    pub secret: Secret,
}

const fn ten() -> u32 {
    10
}

const fn twelve() -> i64 {
    12
}

const fn day() -> i64 {
    24
}

/// What the peer is told.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Of which tickets.
    #[serde(default)]
    pub tickets: Which,
    /// Of which domains; empty: every one.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Whether callers' names and numbers go with them.
    #[serde(default)]
    pub personal: bool,
}

/// Which tickets the peer is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// All.
    All,
    /// Only what it sent us.
    #[default]
    Received,
    /// None.
    None,
}

/// What stands where the peer's messages leave something out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Receive {
    /// The domain.
    pub domain: String,
    /// The kind.
    pub kind: String,
}

impl Default for Receive {
    fn default() -> Self {
        Self { domain: "其他".to_owned(), kind: "help".to_owned() }
    }
}

/// A subscriber.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// In keys.
    pub id: String,
    /// Where.
    pub url: String,
    /// `ticket.registered`, `ticket.*`.
    pub events: Vec<String>,
    /// The file of the secret.
    pub secret_file: String,
    /// How often a message is tried at least before it is given up.
    #[serde(default = "twelve")]
    pub attempts: i64,
    /// For how long it is tried at least while nobody answers.
    #[serde(default = "day")]
    pub patience_hours: i64,
    /// The secret.
    #[serde(skip, default = "no_secret")]
    pub secret: Secret,
}

impl Webhook {
    /// Whether it wants an event of a ticket.
    pub fn wants(&self, event: &str) -> bool {
        self.events.iter().any(|wanted| {
            wanted == "ticket.*" || wanted.strip_prefix("ticket.").is_some_and(|name| name == event)
        })
    }
}

/// The public interface.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open311 {
    /// The jurisdiction's name.
    pub jurisdiction: String,
    /// Whom to ask.
    #[serde(default)]
    pub contact: String,
    /// Codes of domains; empty: every one.
    #[serde(default)]
    pub services: Vec<String>,
    /// Who may file.
    #[serde(default)]
    pub keys: Vec<ApiKey>,
}

/// Who may file through Open311.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// Whose.
    pub name: String,
    /// The SM3 of the key, in hexadecimal.
    pub sm3: String,
}

impl Setup {
    /// Reads a file and its secrets; relative names of secrets begin where the program runs.
    ///
    /// # Errors
    /// Everything that is wrong, in one message.
    pub fn load(file: &Path) -> Result<Self, Faults> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|error| Faults::one(&name, format!("读不到文件：{error}")))?;
        let mut setup = Self::read(&name, &text)?;
        let mut faults = Faults::of(&name);
        if let Some(peer) = &mut setup.peer {
            peer.secret = secret(&peer.secret_file, "peer.secret_file", &mut faults);
        }
        for (at, hook) in setup.webhooks.iter_mut().enumerate() {
            hook.secret = secret(&hook.secret_file, &format!("webhooks[{at}].secret_file"), &mut faults);
        }
        faults.or(setup)
    }

    /// Reads a text, without secrets.
    ///
    /// # Errors
    /// Everything that is wrong, in one message.
    pub fn read(name: &str, text: &str) -> Result<Self, Faults> {
        let setup: Self = if text.trim().is_empty() {
            Self::default()
        } else {
            serde_yaml_ng::from_str(text).map_err(|error| Faults::one(name, faults::sentence(&error)))?
        };
        let mut faults = Faults::of(name);
        check::check(&setup, &mut faults);
        faults.or(setup)
    }
}

/// The secret of a file: at least 16 bytes in hexadecimal.
fn secret(file: &str, place: &str, faults: &mut Faults) -> Secret {
    const LEAST: usize = 16;
    let read = std::fs::read_to_string(file).map_err(|error| error.to_string());
    let bytes = read.and_then(|text| hex::decode(text.trim()).map_err(|_| "不是十六进制数字".to_owned()));
    match bytes {
        Ok(bytes) if bytes.len() >= LEAST => Masked::new(bytes),
        Ok(_) => {
            faults.add(place, format!("{file} 里的密钥太短，至少{}个十六进制数字", LEAST * 2));
            no_secret()
        }
        Err(reason) => {
            faults.add(
                place,
                format!("{file} 读不出密钥：{reason}。可用 openssl rand -hex 32 生成，双方各存一份"),
            );
            no_secret()
        }
    }
}
