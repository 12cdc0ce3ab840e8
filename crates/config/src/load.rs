//! Reading the file and the environment, and saying everything that is wrong at once.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use figment::Figment;
use figment::providers::{Format as _, Yaml};
use figment::value::{Dict, Tag, Value};

use crate::nearest::nearest;
use crate::{
    Chat, Config, ConfigError, Exchange, Knowledge, Notifier, Routing, Security, Server, Store, Voice,
};

const PREFIX: &str = "MINSHENG_";

/// Section -> its keys.
pub(crate) const SECTIONS: &[(&str, &[&str])] = &[
    ("server", Server::NAMES),
    ("store", Store::NAMES),
    ("security", Security::NAMES),
    ("chat", Chat::NAMES),
    ("knowledge", Knowledge::NAMES),
    ("routing", Routing::NAMES),
    ("voice", Voice::NAMES),
    ("exchange", Exchange::NAMES),
    ("notifier", Notifier::NAMES),
];

impl Config {
    /// The defaults, overridden by the file (when one is named) and by the process's environment.
    ///
    /// # Errors
    /// When the file cannot be read or anything in it, or in the environment, is wrong: all of it in one message.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let text = match path {
            None => None,
            Some(path) => Some((
                path.display().to_string(),
                std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
                    path: path.display().to_string(),
                    reason: error.to_string(),
                })?,
            )),
        };
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_texts(text.as_ref().map(|(path, text)| (path.as_str(), text.as_str())), variables)
    }

    /// As [`Config::load`], from texts: a file's name and content, and variables.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn from_texts(
        file: Option<(&str, &str)>,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut problems = Vec::new();
        let mut given: BTreeMap<String, Dict> = BTreeMap::new();
        if let Some((path, text)) = file {
            take_file(path, text, &mut given, &mut problems)?;
        }
        for (name, value) in variables {
            take_variable(&name, &value, &mut given, &mut problems);
        }
        let none = Dict::new();
        let of = |section: &str| given.get(section).unwrap_or(&none);
        let config = Self {
            server: Server::read("server", of("server"), &mut problems),
            store: Store::read("store", of("store"), &mut problems),
            security: Security::read("security", of("security"), &mut problems),
            chat: Chat::read("chat", of("chat"), &mut problems),
            knowledge: Knowledge::read("knowledge", of("knowledge"), &mut problems),
            routing: Routing::read("routing", of("routing"), &mut problems),
            voice: Voice::read("voice", of("voice"), &mut problems),
            exchange: Exchange::read("exchange", of("exchange"), &mut problems),
            notifier: Notifier::read("notifier", of("notifier"), &mut problems),
        };
        config.check(&mut problems);
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::Wrong(problems)) }
    }

    /// What no single key's type and range can say.
    fn check(&self, problems: &mut Vec<String>) {
        if self.server.listen.parse::<SocketAddr>().is_err() {
            problems.push(format!(
                "server.listen 的值“{}”不对：应写“IP:端口”，例如 0.0.0.0:8080。",
                self.server.listen
            ));
        }
        let url = &self.server.public_url;
        if !url.is_empty() && !url.starts_with("https://") && !url.starts_with("http://") {
            problems.push(format!("server.public_url 的值“{url}”不对：应以 https:// 或 http:// 开头。"));
        }
        for proxy in &self.server.trusted_proxies {
            if proxy.parse::<IpAddr>().is_err() {
                problems.push(format!("server.trusted_proxies 里的“{proxy}”不是 IP 地址。"));
            }
        }
        let url = &self.store.url.0;
        let is_file =
            url.strip_prefix("sqlite:").is_some_and(|path| !path.is_empty() && !path.contains(":memory:"));
        if !is_file && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            // The value may hold a password: not repeated.
            problems
                .push("store.url 不对：应写 sqlite:文件路径 或 postgres://用户:密码@主机/库名。".to_owned());
        }
        if self.security.session_idle_minutes > self.security.session_hours * 60 {
            problems
                .push("security.session_idle_minutes 比 security.session_hours 还长，请改短。".to_owned());
        }
        if self.security.password_memory_kib < 8 * self.security.password_lanes {
            problems.push("security.password_memory_kib 至少为 password_lanes 的 8 倍。".to_owned());
        }
        for (key, value) in [
            ("security.secret_file", &self.security.secret_file),
            ("knowledge.pack", &self.knowledge.pack),
            ("knowledge.region", &self.knowledge.region),
            ("knowledge.embedder", &self.knowledge.embedder),
        ] {
            if value.trim().is_empty() {
                problems.push(format!("{key} 不能为空。"));
            }
        }
    }
}

fn take_file(
    path: &str,
    text: &str,
    given: &mut BTreeMap<String, Dict>,
    problems: &mut Vec<String>,
) -> Result<(), ConfigError> {
    let text = text.trim_start_matches('\u{feff}');
    let is_blank =
        text.lines().all(|line| matches!(line.trim(), "" | "---") || line.trim_start().starts_with('#'));
    if is_blank {
        return Ok(());
    }
    let sections: Dict = Figment::from(Yaml::string(text))
        .extract()
        .map_err(|error| ConfigError::Malformed { path: path.to_owned(), reason: error.kind.to_string() })?;
    for (section, value) in sections {
        let known = SECTIONS.iter().find(|(name, _)| *name == section);
        match (known, value) {
            (None, _) => {
                problems.push(unknown_section(&format!("{path}{}", line_of(text, &section)), &section));
            }
            // A section whose keys are all commented out.
            (Some(_), Value::Empty(..)) => {}
            (Some((name, keys)), Value::Dict(_, dict)) => {
                for (key, value) in dict {
                    if keys.contains(&key.as_str()) {
                        given.entry((*name).to_owned()).or_default().insert(key, value);
                    } else {
                        let place = format!("{path}{}", line_of(text, &key));
                        problems.push(unknown_key(&place, name, keys, &key));
                    }
                }
            }
            (Some((name, keys)), _) => problems.push(format!(
                "{path}{}：{name} 下面应另起一行、缩进写它的各项，例如\n  {name}:\n    {}: …",
                line_of(text, name),
                keys.first().copied().unwrap_or_default()
            )),
        }
    }
    Ok(())
}

fn take_variable(name: &str, value: &str, given: &mut BTreeMap<String, Dict>, problems: &mut Vec<String>) {
    let Some((section, key)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once("__")) else {
        return;
    };
    let (section, key) = (section.to_lowercase(), key.to_lowercase());
    let place = format!("环境变量 {name}");
    match SECTIONS.iter().find(|(name, _)| *name == section) {
        None => problems.push(unknown_section(&place, &section)),
        Some((name, keys)) if !keys.contains(&key.as_str()) => {
            problems.push(unknown_key(&place, name, keys, &key));
        }
        Some((name, _)) => {
            // The reader of variables tells numbers, lists and texts apart; it cannot fail.
            let value = value.parse().unwrap_or_else(|_| Value::String(Tag::Default, value.to_owned()));
            given.entry((*name).to_owned()).or_default().insert(key, value);
        }
    }
}

fn unknown_section(place: &str, section: &str) -> String {
    let meant = nearest(section, SECTIONS.iter().map(|(name, _)| *name)).map_or("", |(name, _)| name);
    format!("{place}：没有“{section}”这一节，最接近的是 {meant}。")
}

/// Names the nearest key of the section, or the same or a much nearer key of another.
fn unknown_key(place: &str, section: &str, keys: &[&'static str], key: &str) -> String {
    let here = nearest(key, keys.iter().copied());
    let elsewhere = SECTIONS
        .iter()
        .filter(|(name, _)| *name != section)
        .filter_map(|(name, keys)| {
            nearest(key, keys.iter().copied()).map(|(found, distance)| (*name, found, distance))
        })
        .min_by_key(|&(_, _, distance)| distance);
    let meant = match (here, elsewhere) {
        (Some((_, near)), Some((other, found, far))) if far <= 1 && near > far + 1 => {
            format!("{other}.{found}")
        }
        (Some((found, _)), _) => format!("{section}.{found}"),
        (None, _) => section.to_owned(),
    };
    format!("{place}：没有 {section}.{key} 这一项，最接近的是 {meant}。")
}

/// `（第 3 行）` when exactly one line begins with the key.
fn line_of(text: &str, key: &str) -> String {
    let mut lines = text.lines().enumerate().filter(|(_, line)| {
        line.trim_start()
            .trim_start_matches(['"', '\''])
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':'))
    });
    match (lines.next(), lines.next()) {
        (Some((number, _)), None) => format!("（第 {} 行）", number + 1),
        _ => String::new(),
    }
}
