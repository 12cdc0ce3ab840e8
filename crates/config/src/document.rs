//! The configuration file that explains itself.

use std::fmt::Write as _;

use serde_json::Value;

use crate::section::Key;
use crate::{Chat, Config, Exchange, Knowledge, Notifier, Routing, Security, Server, Store, Voice};

impl Config {
    /// A YAML file of every key with its default, explained in Chinese.
    pub fn document() -> String {
        let defaults = serde_json::to_value(Self::default()).unwrap_or_default();
        let mut text = String::from(
            "# 民声平台配置。每一项写的都是默认值，不需要改的可以整行删去。\n\
             # 也可以用环境变量覆盖，例如 store.url 对应 MINSHENG_STORE__URL（两个下划线）。\n",
        );
        let sections: [(&str, &str, Vec<Key>); 9] = [
            ("server", Server::TITLE, Server::keys()),
            ("store", Store::TITLE, Store::keys()),
            ("security", Security::TITLE, Security::keys()),
            ("chat", Chat::TITLE, Chat::keys()),
            ("knowledge", Knowledge::TITLE, Knowledge::keys()),
            ("routing", Routing::TITLE, Routing::keys()),
            ("voice", Voice::TITLE, Voice::keys()),
            ("exchange", Exchange::TITLE, Exchange::keys()),
            ("notifier", Notifier::TITLE, Notifier::keys()),
        ];
        // Writing to a String cannot fail.
        for (name, title, keys) in sections {
            let _ = write!(text, "\n# {title}\n{name}:\n");
            for key in keys {
                let range = if key.range.is_empty() { String::new() } else { format!("（{}）", key.range) };
                let value =
                    defaults.get(name).and_then(|section| section.get(key.name)).unwrap_or(&Value::Null);
                // JSON scalars and lists are YAML.
                let _ = write!(text, "  # {}{range}\n  {}: {value}\n", key.text, key.name);
            }
        }
        text
    }
}
