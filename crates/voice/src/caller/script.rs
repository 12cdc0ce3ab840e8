//! What a test caller does, turn by turn, written as people write it.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

/// Seconds of `[[SILENCE]]` where none are written.
const SILENCE: u32 = 8;

/// One thing a caller does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Says words.
    Say(String),
    /// Plays a recording into the line.
    Play(PathBuf),
    /// Presses keys, one after another.
    Keys(String),
    /// Says nothing for so many seconds.
    Silence(u32),
    /// Hangs up.
    HangUp,
    /// Hangs up where that has not happened, and the same caller dials again.
    CallBack,
}

impl Act {
    /// Words, or what stands in double brackets: `[[SILENCE 8s]]`, `[[KEY 0]]`, `[[HANGUP]]`, `[[CALLBACK]]`. What is no such
    /// act is words.
    pub fn read(written: &str) -> Self {
        Self::marked(written).unwrap_or_else(|| Self::Say(written.to_owned()))
    }

    fn marked(written: &str) -> Option<Self> {
        let inner = written.trim().strip_prefix("[[")?.strip_suffix("]]")?;
        let upper = inner.to_uppercase();
        let (name, rest) = upper.split_once(char::is_whitespace).unwrap_or((&upper, ""));
        match name {
            "SILENCE" => {
                let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
                Some(Self::Silence(digits.parse().unwrap_or(SILENCE)))
            }
            "HANGUP" => Some(Self::HangUp),
            "CALLBACK" => Some(Self::CallBack),
            "KEY" | "KEYS" | "DTMF" => {
                let keys: String = rest.chars().filter(|key| is_key(*key)).collect();
                (!keys.is_empty()).then_some(Self::Keys(keys))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Say(words) => f.write_str(words),
            Self::Play(file) => write!(f, "[[PLAY {}]]", file.display()),
            Self::Keys(keys) => write!(f, "[[KEY {keys}]]"),
            Self::Silence(secs) => write!(f, "[[SILENCE {secs}s]]"),
            Self::HangUp => f.write_str("[[HANGUP]]"),
            Self::CallBack => f.write_str("[[CALLBACK]]"),
        }
    }
}

fn is_key(key: char) -> bool {
    key.is_ascii_digit() || matches!(key, '*' | '#')
}

/// A turn: what is done, and when.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Turn {
    /// What is done.
    pub act: Act,
    /// Not when the other side has finished, but so many milliseconds after it began to speak: interrupting it.
    pub after_ms: Option<u32>,
}

/// A turn as it is written: words, or a table with one act.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    Words(String),
    Table(Table),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    say: Option<String>,
    play: Option<PathBuf>,
    keys: Option<String>,
    silence: Option<u32>,
    #[serde(default)]
    hang_up: bool,
    after_ms: Option<u32>,
}

impl TryFrom<Written> for Turn {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let table = match written {
            Written::Words(words) => return Ok(Self { act: Act::read(&words), after_ms: None }),
            Written::Table(table) => table,
        };
        let acts = [
            table.say.map(Act::Say),
            table.play.map(Act::Play),
            table.keys.map(Act::Keys),
            table.silence.map(Act::Silence),
            table.hang_up.then_some(Act::HangUp),
        ];
        let mut acts = acts.into_iter().flatten();
        match (acts.next(), acts.next()) {
            (Some(Act::Keys(keys)), None) if keys.is_empty() || !keys.chars().all(is_key) => {
                Err(format!("keys 只能写0到9、*和#，这里写的是“{keys}”"))
            }
            (Some(act), None) => Ok(Self { act, after_ms: table.after_ms }),
            _ => Err("一轮里要写且只写一件事：say、play、keys、silence、hang_up".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_marks() {
        assert_eq!(Act::read("我要转人工"), Act::Say("我要转人工".to_owned()));
        assert_eq!(Act::read("[[SILENCE 12s]]"), Act::Silence(12));
        assert_eq!(Act::read("[[silence]]"), Act::Silence(8));
        assert_eq!(Act::read("[[KEY 0]]"), Act::Keys("0".to_owned()));
        assert_eq!(Act::read("[[HANGUP]]"), Act::HangUp);
        assert_eq!(Act::read("[[CALLBACK]]"), Act::CallBack);
        assert_eq!(Act::read("[[喂]]"), Act::Say("[[喂]]".to_owned()));
    }

    #[test]
    fn tables_hold_one_act() {
        let turns: Vec<Turn> = serde_json::from_value(serde_json::json!([
            "你好",
            {"say": "等等", "after_ms": 600},
            {"keys": "12#"},
            {"hang_up": true},
        ]))
        .unwrap();
        assert_eq!(turns[1], Turn { act: Act::Say("等等".to_owned()), after_ms: Some(600) });
        assert_eq!(turns[2].act, Act::Keys("12#".to_owned()));
        assert_eq!(turns[3].act, Act::HangUp);
        for wrong in [
            serde_json::json!({"say": "好", "keys": "1"}),
            serde_json::json!({}),
            serde_json::json!({"keys": "x"}),
        ] {
            assert!(serde_json::from_value::<Turn>(wrong).is_err());
        }
    }
}
