//! A message as people read it.

use api::dto::chat::{Chat, Message};
use kernel::Micros;

use super::citation::CitationView;
use super::words;

/// Numbers to be called in danger, and what for.
const CALLS: [(&str, &str); 5] = [
    ("110", "拨打 110 报警"),
    ("119", "拨打 119 火警"),
    ("120", "拨打 120 急救"),
    ("122", "拨打 122 交通事故"),
    ("12356", "拨打 12356 心理援助"),
];

/// A number to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    pub digits: &'static str,
    pub words: &'static str,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    pub seq: i64,
    /// `me`, `them` or `sys`.
    pub side: &'static str,
    pub kind: String,
    pub who: String,
    pub at: String,
    pub at_iso: String,
    pub text: String,
    pub client_id: String,
    pub calls: Vec<Call>,
    pub citations: Vec<CitationView>,
    pub tickets: Vec<String>,
    pub token: String,
    pub options: Vec<String>,
    pub has_options: bool,
}

impl MessageView {
    /// A message of a chat.
    pub fn new(message: &Message, chat: &Chat, now: Micros) -> Self {
        let (side, who) = match message.author.as_str() {
            "citizen" => ("me", "我".to_owned()),
            "agent" => ("them", format!("工作人员 {}", message.agent_name.as_deref().unwrap_or_default())),
            "member" => ("them", format!("联络站 {}", message.agent_name.as_deref().unwrap_or_default())),
            "system" => ("sys", "系统".to_owned()),
            _ => ("them", "自动助手".to_owned()),
        };
        let text = match message.text.as_str() {
            // What the contact keeps for the key that the button presses.
            "按0" if side == "me" => "转人工".to_owned(),
            text => text.to_owned(),
        };
        let named = |number: &&String| message.kind == "ticket" && message.text.contains(number.as_str());
        Self {
            seq: message.seq,
            side,
            kind: if matches!(message.author.as_str(), "agent" | "member") {
                "text agent".to_owned()
            } else {
                message.kind.clone()
            },
            who,
            at: words::at(message.at_us, now),
            at_iso: words::iso(message.at_us),
            calls: if message.kind == "advice" { calls(&text) } else { Vec::new() },
            text,
            client_id: message.client_id.clone().unwrap_or_default(),
            citations: message.citations.iter().map(|one| CitationView::new(one, now)).collect(),
            tickets: chat.tickets.iter().filter(named).cloned().collect(),
            token: chat.token.clone(),
            options: message.options.clone(),
            has_options: !message.options.is_empty(),
        }
    }
}

/// The numbers to call that an advice names.
fn calls(text: &str) -> Vec<Call> {
    let named: Vec<&str> = text.split(|letter: char| !letter.is_ascii_digit()).collect();
    let known = CALLS.iter().filter(|(digits, _)| named.contains(digits));
    known.map(|&(digits, words)| Call { digits, words }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_to_call_are_whole_numbers() {
        let digits = |text| calls(text).iter().map(|call| call.digits).collect::<Vec<_>>();
        assert_eq!(digits("请马上拨打120，并拨打110。"), ["110", "120"]);
        assert_eq!(digits("12345 和 1200"), Vec::<&str>::new());
        assert_eq!(digits("可以打12356聊聊"), ["12356"]);
    }
}
