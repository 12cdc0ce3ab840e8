//! From what the services show to what goes over the wire.

use jiff::civil::Date;

use super::chat::{After, AgentName, Chat, Citation, LineRef, Message, QueuePlace};
use super::knowledge::PublicEntry;
use super::progress::{ProgressEvent, TicketFile, TicketProgress};

impl After {
    /// The sequence number, 0 for all.
    pub fn seq(self) -> i64 {
        self.after.unwrap_or_default().max(0)
    }
}

impl From<contact::view::LineRef> for LineRef {
    fn from(line: contact::view::LineRef) -> Self {
        Self { id: line.id, name: line.name }
    }
}

impl From<contact::view::Chat> for Chat {
    fn from(chat: contact::view::Chat) -> Self {
        Self {
            token: chat.token,
            contact_id: chat.contact_id,
            line: chat.line.into(),
            phase: chat.phase,
            queue: chat
                .queue
                .map(|place| QueuePlace { position: place.position, wait_secs: place.wait_secs }),
            agent: chat.agent_name.map(|name| AgentName { name }),
            outcome: chat.outcome,
            tickets: chat.tickets,
            last_seq: chat.last_seq,
            messages: chat.messages.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<contact::view::Message> for Message {
    fn from(message: contact::view::Message) -> Self {
        Self {
            seq: message.seq,
            author: message.author,
            kind: message.kind,
            text: message.text,
            citations: message.citations.into_iter().map(Into::into).collect(),
            options: message.options,
            at_us: message.at_us,
            client_id: message.client_id,
            agent_name: message.agent_name,
        }
    }
}

impl From<dialogue::Citation> for Citation {
    fn from(citation: dialogue::Citation) -> Self {
        Self {
            entry_id: citation.entry_id,
            clause_id: citation.clause_id,
            text: citation.text,
            source: citation.source,
            document_number: citation.document_number,
            article: citation.article,
            in_force_from: citation.in_force_from.map(|day| day.to_string()),
            in_force_until: citation.in_force_until.map(|day| day.to_string()),
            local: citation.local,
        }
    }
}

impl From<knowledge::Citation> for Citation {
    fn from(citation: knowledge::Citation) -> Self {
        Self {
            entry_id: citation.entry_id,
            clause_id: citation.clause_id,
            text: citation.text,
            source: citation.source,
            document_number: citation.document_number,
            article: citation.article,
            in_force_from: citation.in_force_from.map(|day| day.to_string()),
            in_force_until: citation.in_force_until.map(|day| day.to_string()),
            local: citation.local,
        }
    }
}

impl PublicEntry {
    /// An entry as it holds on a day, with the address of its page.
    pub fn new(entry: knowledge::service::PublicEntry, on: Date, url: String) -> Self {
        Self {
            entry_id: entry.card.entry_id,
            title: entry.card.title,
            domain: entry.card.domain,
            kind: entry.kind.as_str().to_owned(),
            region: entry.region,
            tags: entry.tags,
            answer: entry.card.text,
            clauses: entry.card.citations.into_iter().map(Into::into).collect(),
            updated_us: entry.updated_us,
            on: on.to_string(),
            url,
        }
    }
}

impl From<casework::Progress> for TicketProgress {
    fn from(progress: casework::Progress) -> Self {
        let state = serde_json::to_value(progress.state).ok();
        Self {
            number: progress.number,
            state: state.and_then(|state| state.as_str().map(str::to_owned)).unwrap_or_default(),
            state_words: progress.state_words,
            title: progress.title,
            next_step: progress.next_step,
            due_us: progress.due_us,
            events: progress
                .events
                .into_iter()
                .map(|event| ProgressEvent {
                    at_us: event.at_us,
                    words: event.words,
                    files: event.files.into_iter().map(Into::into).collect(),
                })
                .collect(),
            question: progress.question,
            paused: progress.paused,
            steps: progress.steps,
            urge_after_us: progress.urge_after_us,
            attachments: progress.attachments.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<casework::Attachment> for TicketFile {
    fn from(file: casework::Attachment) -> Self {
        Self { id: file.id, name: file.name, kind: file.kind, bytes: file.bytes, at_us: file.at_us }
    }
}
