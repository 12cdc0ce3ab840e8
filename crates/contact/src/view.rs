//! What the shell shows: views of contacts, desks and queues, ready to be serialised by `api`.

use dialogue::{Citation, HandOver, Matter};
use serde::{Deserialize, Serialize};

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Body {
    /// The words.
    pub text: String,
    /// Sources.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Citation>,
    /// Ready replies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The agent's name towards the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    /// The words in Mandarin, where the citizen spoke dialect. For the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<String>,
}

/// A message as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its number within the contact.
    pub seq: i64,
    /// `citizen`, `bot`, `agent` or `system`.
    pub author: String,
    /// What sort.
    pub kind: String,
    /// The words.
    pub text: String,
    /// Sources.
    pub citations: Vec<Citation>,
    /// Ready replies.
    pub options: Vec<String>,
    /// When.
    pub at_us: i64,
    /// The sender's own id.
    pub client_id: Option<String>,
    /// The agent's name.
    pub agent_name: Option<String>,
    /// The words in Mandarin, for dialect.
    pub normal: Option<String>,
}

/// A line by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRef {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A place in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePlace {
    /// 1 is next.
    pub position: u32,
    /// Expected wait in seconds.
    pub wait_secs: Option<u32>,
}

/// A chat as its citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// The proof of ownership; only told to who holds it.
    pub token: String,
    /// The contact.
    pub contact_id: String,
    /// The line.
    pub line: LineRef,
    /// What it waits for.
    pub phase: String,
    /// While waiting for a person.
    pub queue: Option<QueuePlace>,
    /// The person, once there is one.
    pub agent_name: Option<String>,
    /// How it stands.
    pub outcome: Option<String>,
    /// Tickets opened.
    pub tickets: Vec<String>,
    /// The last message's number.
    pub last_seq: i64,
    /// Messages.
    pub messages: Vec<Message>,
}

/// A fact on the hand-over card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactView {
    /// The slot.
    pub slot: String,
    /// What it is called.
    pub label: String,
    /// The value, masked where personal.
    pub value: String,
    /// The words it was taken from, masked.
    pub words: String,
    /// Who told it.
    pub by: String,
    /// When.
    pub at_us: i64,
    /// It can be unmasked, which is audited.
    pub personal: bool,
}

/// The hand-over card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassportView {
    /// The present matter.
    pub matter: Option<Matter>,
    /// Matters before it.
    pub earlier: Vec<Matter>,
    /// Facts.
    pub facts: Vec<FactView>,
    /// Answers given.
    pub tried: Vec<String>,
    /// What was asked already: not to be asked again.
    pub asked: Vec<String>,
    /// Tickets.
    pub tickets: Vec<String>,
    /// Anger or distress, 0 to 3.
    pub mood: u8,
    /// Ningbo speech.
    pub dialect: bool,
    /// Danger advice given.
    pub advised: Vec<String>,
    /// Lines passed.
    pub lines: Vec<LineRef>,
}

/// Why it was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverView {
    /// Stable name.
    pub reason: String,
    /// In words.
    pub words: String,
}

/// An earlier contact of the same caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// Which.
    pub contact_id: String,
    /// When.
    pub at_us: i64,
    /// On which line.
    pub line: LineRef,
    /// The matter, masked.
    pub matter: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// Its tickets.
    pub tickets: Vec<String>,
}

/// A contact on an agent's desk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeskContact {
    /// Which.
    pub id: String,
    /// `web` or `voice`.
    pub channel: String,
    /// The line.
    pub line: LineRef,
    /// The lane.
    pub lane: String,
    /// What the conversation waits for.
    pub phase: String,
    /// `ringing`, `active`, `wrap_up`, `queued` or `closed`.
    pub state: String,
    /// Until when the offer stands.
    pub ring_until_us: Option<i64>,
    /// When it began.
    pub opened_us: i64,
    /// How long it has waited for a person.
    pub waiting_secs: i64,
    /// Why it was handed over.
    pub hand_over: Option<HandOverView>,
    /// Everything said.
    pub passport: PassportView,
    /// The transcript.
    pub messages: Vec<Message>,
    /// The caller's earlier contacts.
    pub history: Vec<HistoryRow>,
    /// Its tickets.
    pub tickets: Vec<casework::TicketRow>,
}

/// A row of the contact list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContactRow {
    /// Which.
    pub id: String,
    /// `web` or `voice`.
    pub channel: String,
    /// The line.
    pub line: LineRef,
    /// The lane.
    pub lane: String,
    /// The phase.
    pub phase: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// The matter, masked.
    pub matter: String,
    /// When it began.
    pub opened_us: i64,
    /// When it ended.
    pub ended_us: Option<i64>,
    /// Tickets.
    pub tickets: Vec<String>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: i64,
}

/// A queue on the wallboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Waiting.
    pub waiting: usize,
    /// The longest wait.
    pub longest_wait_secs: i64,
    /// Waiting, by lane.
    pub by_lane: std::collections::BTreeMap<String, usize>,
    /// Agents of the queue who are free.
    pub agents_ready: usize,
    /// Agents of the queue who are with citizens.
    pub agents_busy: usize,
}

/// An agent on the wallboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AgentView {
    /// Who.
    pub id: String,
    /// The name.
    pub name: String,
    /// The state.
    pub state: String,
    /// In words.
    pub state_words: String,
    /// Since when.
    pub since_us: i64,
    /// Why away.
    pub reason: Option<String>,
    /// Contacts held.
    pub contacts: Vec<String>,
    /// Skills.
    pub skills: Vec<SkillView>,
}

/// A skill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkillView {
    /// Its name.
    pub skill: String,
    /// 1 to 5.
    pub level: u8,
}

/// A reason with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReasonView {
    /// Stable name.
    pub id: String,
    /// In words.
    pub words: String,
}

/// Reasons an agent picks from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reasons {
    /// For a break.
    #[serde(rename = "break")]
    pub away: Vec<ReasonView>,
    /// For a wrap-up.
    pub wrap_up: Vec<ReasonView>,
}

/// A desk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Desk {
    /// The agent.
    pub agent: AgentView,
    /// Contacts ringing, active and in wrap-up.
    pub contacts: Vec<DeskContact>,
    /// Reasons to pick from.
    pub reasons: Reasons,
    /// Queues.
    pub queues: Vec<QueueView>,
    /// The agent's telephone; none where this node takes no calls.
    pub phone: Option<PhoneView>,
}

/// A colleague in a call, or the one whose call it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuestView {
    /// Who.
    pub id: String,
    /// By name.
    pub name: String,
    /// `ringing`, `consult` (with the agent alone), `join` (all three).
    pub state: &'static str,
}

/// An agent's telephone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PhoneView {
    /// A desk telephone is registered.
    pub desk: bool,
    /// The browser's line that is up: its number, so that a window knows its own.
    pub line: Option<u64>,
    /// Caller and agent hear each other.
    pub talking: bool,
    /// The caller is on hold.
    pub held: bool,
    /// The browser hears itself.
    pub echo: bool,
    /// So many others take part in the call.
    pub others: usize,
    /// Takes part in somebody else's call.
    pub assisting: bool,
    /// The colleague whom the agent asked into the call.
    pub guest: Option<GuestView>,
    /// Who asked the agent into theirs.
    pub asked_by: Option<GuestView>,
}

/// Today's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Today {
    /// Contacts opened.
    pub contacts: i64,
    /// Answered by the bot.
    pub answered_by_bot: i64,
    /// Taken by a person.
    pub handed_over: i64,
    /// Ended in a ticket.
    pub tickets: i64,
    /// A call-back promised.
    pub callbacks: i64,
    /// Left while waiting, without a promise.
    pub abandoned: i64,
    /// Waiting now.
    pub waiting_now: i64,
    /// The longest wait now.
    pub longest_wait_secs: i64,
}

/// The figures a site aims at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Targets {
    /// A person answers within this, in seconds (GB/T 33358-2016: 15).
    pub answer_secs: u32,
    /// Share of contacts connected.
    pub connection: f32,
    /// Share answered online.
    pub online_answer: f32,
}

/// The wallboard.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Supervision {
    /// Queues.
    pub queues: Vec<QueueView>,
    /// Agents.
    pub agents: Vec<AgentView>,
    /// Targets.
    pub targets: Targets,
    /// Today.
    pub today: Today,
}

/// A suggested answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestion {
    /// The entry.
    pub entry_id: String,
    /// Its title.
    pub title: String,
    /// The answer.
    pub text: String,
    /// How sure.
    pub confidence: f32,
    /// Sources.
    pub citations: Vec<Citation>,
}

/// Suggestions beside a contact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Suggestions {
    /// Answers.
    pub suggestions: Vec<Suggestion>,
    /// Tickets like it.
    pub similar_tickets: Vec<casework::TicketRow>,
}

/// A ticket form, filled from what was said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TicketForm {
    /// The kind of request.
    pub kind: String,
    /// The category.
    pub category: String,
    /// The domain.
    pub domain: String,
    /// The title.
    pub title: String,
    /// Where.
    pub place: String,
    /// The caller's number.
    pub phone: String,
    /// The caller's name.
    pub name: String,
    /// What happened.
    pub detail: String,
    /// Harm grows while it waits.
    pub urgent: bool,
    /// The unit, where chosen.
    pub unit: Option<String>,
    /// What somebody refused to do, of a matter of the window.
    pub window: Option<casework::WindowMatter>,
    /// Who raises it wants to stay hidden.
    pub confidential: bool,
    /// The sender's own id, so that a resend is not a second ticket.
    pub client_id: String,
}

/// The hand-over as stored with the contact's state.
pub(crate) fn hand_over_view(hand_over: &HandOver) -> HandOverView {
    let reason =
        serde_json::to_value(hand_over.reason).ok().and_then(|value| value.as_str().map(str::to_owned));
    HandOverView { reason: reason.unwrap_or_default(), words: hand_over.reason.chinese().to_owned() }
}
