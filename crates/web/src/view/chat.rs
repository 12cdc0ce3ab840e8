//! A chat as people read it.

use api::dto::chat::Chat;
use kernel::Micros;

use super::message::MessageView;
use super::words;

/// A chat.
#[derive(Debug, Clone, Default)]
pub struct ChatView {
    pub token: String,
    pub line: String,
    /// Not begun: the first message begins it.
    pub fresh: bool,
    pub messages: Vec<MessageView>,
    /// Something may come without the citizen writing.
    pub live: bool,
    pub last_seq: i64,
    pub error: String,
    pub draft: String,
    pub client_id: String,
    pub prompt: &'static str,
    pub link: String,
    pub phase: String,
    /// Changes when what the card shows changes.
    pub card_key: String,
    pub queued: bool,
    pub ahead: String,
    pub next: bool,
    pub wait: String,
    pub with_agent: bool,
    /// With a person: there is nobody more to ask for.
    pub with_person: bool,
    pub agent: String,
    pub ended: bool,
    pub ended_title: &'static str,
    pub ended_words: &'static str,
    pub rated: bool,
}

impl ChatView {
    /// A chat that has not begun.
    pub fn fresh(line: &str, client_id: &str) -> Self {
        Self {
            line: line.to_owned(),
            fresh: true,
            client_id: client_id.to_owned(),
            prompt: "请写下您的问题",
            phase: "listening".to_owned(),
            card_key: "listening".to_owned(),
            ..Self::default()
        }
    }

    /// A chat under way or over.
    pub fn new(chat: &Chat, client_id: &str, link: String, now: Micros) -> Self {
        let phase = chat.phase.as_str();
        let (queued, with_agent, ended) = (phase == "queued", phase == "with_agent", phase == "ended");
        let place = chat.queue.filter(|_| queued);
        let ahead = place.map_or(0, |place| place.position.saturating_sub(1));
        let wait = match place {
            None => "正在安排，请稍等".to_owned(),
            Some(place) => place.wait_secs.map_or_else(|| "工作人员一上线就接您".to_owned(), words::wait),
        };
        let agent = chat.agent.as_ref().map(|agent| agent.name.clone()).unwrap_or_default();
        let (ended_title, ended_words) = farewell(chat.outcome.as_deref());
        Self {
            token: chat.token.clone(),
            messages: chat.messages.iter().map(|one| MessageView::new(one, chat, now)).collect(),
            live: queued || with_agent,
            last_seq: chat.last_seq,
            client_id: client_id.to_owned(),
            prompt: prompt(phase),
            link,
            phase: phase.to_owned(),
            card_key: format!("{phase} {ahead} {wait} {agent}"),
            queued,
            ahead: if ahead > 0 { ahead.to_string() } else { String::new() },
            next: place.is_some_and(|place| place.position <= 1 && place.wait_secs.is_some()),
            wait,
            with_agent,
            with_person: with_agent,
            agent: if agent.is_empty() { "工作人员".to_owned() } else { format!("工作人员{agent}") },
            ended,
            ended_title,
            ended_words,
            ..Self::default()
        }
    }
}

fn prompt(phase: &str) -> &'static str {
    match phase {
        "asking" | "clarifying" => "请在这里回答",
        "queued" => "可以先把情况写下来",
        "with_agent" => "写给工作人员",
        _ => "请写下您的问题",
    }
}

fn farewell(outcome: Option<&str>) -> (&'static str, &'static str) {
    match outcome {
        Some("answered") => ("这次对话结束了", "答复和依据都在上面，凭这个页面的链接随时可以再看。"),
        Some("ticket") => ("已经登记，有人负责到底", "点上面的工单号可以看进度，办好了会告诉您。"),
        Some("callback") => {
            ("您的位置给您留着", "留了电话的，我们会给您回电；没留电话的，打开这个页面的链接就能看到进展。")
        }
        Some("handed_over") => ("这次服务结束了", "说过的话都在上面，凭这个页面的链接随时可以再看。"),
        _ => ("这次对话结束了", "有事随时再来。"),
    }
}

#[cfg(test)]
mod tests {
    use api::dto::chat::QueuePlace;

    use super::*;

    fn queued(position: u32) -> ChatView {
        let queue = Some(QueuePlace { position, wait_secs: Some(120) });
        let chat = Chat { phase: "queued".to_owned(), queue, ..Chat::default() };
        ChatView::new(&chat, "c", String::new(), Micros(0))
    }

    #[test]
    fn the_queue_is_told_by_who_is_before() {
        assert_eq!((queued(3).ahead.as_str(), queued(3).next), ("2", false));
        assert_eq!((queued(1).ahead.as_str(), queued(1).next), ("", true));
        assert_ne!(queued(3).card_key, queued(2).card_key);
    }
}
