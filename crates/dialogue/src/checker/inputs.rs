//! Every class of input at a vertex: what a caller may do, and what the parts around may answer.

use kernel::{LineId, Micros};

use super::Cards;
use super::vertex::{Pending, Vertex};
use crate::brain::Brain;
use crate::event::{Candidate, Card, Citation, Event, Target};
use crate::scenario::{NodeBody, Scenario, Slot, SlotType, Test, common_slot};
use crate::state::{Channel, Lane, Phase};

/// What an input is, for the judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// The contact begins.
    Start,
    /// The caller begins this scenario's matter.
    Trigger,
    /// A right answer to the question that waits.
    Valid,
    /// Words that are no answer and no topic.
    NotUnderstood,
    /// Nothing.
    Silence,
    /// A wish for a person.
    Wish,
    /// The key 0.
    KeyZero,
    /// Danger.
    Emergency,
    /// A complaint.
    Complaint,
    /// Another topic, a plain question.
    Topic,
    /// Facts told unasked.
    Facts,
    /// A correction.
    Correction,
    /// The answer did not help.
    Reject,
    /// Are you a person?
    Identity,
    /// Anything else in words.
    Words,
    /// The caller leaves.
    HangUp,
    /// A result with a candidate good enough.
    FoundGood,
    /// A result with nothing good enough.
    FoundLow,
    /// A card that is out of force.
    Expired,
    /// A card without a source.
    Unsourced,
    /// A part failed.
    Down,
    /// Any other result.
    Result,
}

/// One input.
#[derive(Debug, Clone)]
pub struct Input {
    /// For the transcript.
    pub name: String,
    pub(super) class: Class,
    pub(super) event: Event,
}

fn said(class: Class, text: &str) -> Input {
    Input {
        name: format!("来电人「{text}」"),
        class,
        event: Event::Said { text: text.to_owned(), speech: None },
    }
}

fn event(class: Class, name: &str, event: Event) -> Input {
    Input { name: format!("【{name}】"), class, event }
}

/// Everything that can happen at a vertex.
pub(super) fn of(
    vertex: &Vertex,
    scenario: &Scenario,
    brain: &Brain,
    cards: &Cards<'_>,
    now: Micros,
) -> Vec<Input> {
    if !vertex.books.started {
        return starts(brain);
    }
    let mut all = results(vertex, scenario, cards, now, brain);
    // One utterance may overtake a result; beyond that only the results come, or the space never ends.
    let busy = matches!(vertex.state.phase, Phase::Seeking { .. } | Phase::Filing { .. })
        || vertex.state.aside_request.is_some();
    if !busy || vertex.state.unheard.is_empty() && vertex.pending.len() < 3 {
        all.extend(caller(vertex, scenario, busy));
    }
    if vertex.state.phase == Phase::WithAgent {
        all.push(event(Class::Result, "通话中断", Event::AgentLeft { finished: false }));
        all.push(event(Class::Result, "工作人员办结", Event::AgentLeft { finished: true }));
    }
    if matches!(vertex.state.phase, Phase::Queued { position: Some(_) }) {
        all.push(event(Class::Result, "工作人员接入", Event::AgentJoined { name: "工作人员".to_owned() }));
        let nearer = Event::Queued { position: 1, wait_secs: Some(20), staffed: true };
        all.push(event(Class::Result, "排到第1位", nearer));
    }
    all
}

fn starts(brain: &Brain) -> Vec<Input> {
    let mut lines: Vec<String> = brain.lines.keys().take(1).cloned().collect();
    if lines.is_empty() {
        lines.push(String::new());
    }
    let mut all = Vec::new();
    for line in lines {
        for (channel, lane, name) in [
            (Channel::Web, Lane::Normal, "网页进入"),
            (Channel::Voice, Lane::Normal, "电话进入"),
            (Channel::Voice, Lane::Elderly, "老年一键通摘机"),
        ] {
            let line = LineId(line.clone());
            all.push(event(
                Class::Start,
                name,
                Event::Started { channel, line, lane, phone: None, previous: None },
            ));
        }
    }
    all
}

fn caller(vertex: &Vertex, scenario: &Scenario, busy: bool) -> Vec<Input> {
    let mut all = vec![
        said(Class::Wish, "我要转人工"),
        event(Class::KeyZero, "按0", Event::Key { digit: '0' }),
        said(Class::Emergency, "我家着火了，快来人"),
        said(Class::Complaint, "我要投诉物业，垃圾三天没人清"),
        said(Class::NotUnderstood, "……"),
        event(Class::Silence, "没有声音8秒", Event::Silence { secs: 8 }),
        event(Class::HangUp, "挂断", Event::HungUp),
    ];
    if busy {
        all.push(said(Class::Topic, "身份证丢了怎么补办"));
        all.push(said(Class::Words, "不用转人工了"));
        return all;
    }
    if matches!(vertex.state.phase, Phase::WithAgent | Phase::Ended) {
        all.push(said(Class::Words, "谢谢"));
        return all;
    }
    all.extend([
        said(Class::Topic, "身份证丢了怎么补办"),
        said(Class::Facts, "在天童南路100号，电话13800138000"),
        said(Class::Correction, "不是，我是说首南街道的事怎么办"),
        said(Class::Reject, "答非所问"),
        said(Class::Identity, "你是机器人吗"),
        said(Class::Words, "不用转人工了"),
        said(Class::Words, "算了"),
        said(Class::Words, "没有了"),
        event(Class::Down, "语音识别故障", Event::SpeechDown),
    ]);
    match &vertex.state.phase {
        Phase::Listening => {
            all.extend(scenario.triggers.first().map(|trigger| said(Class::Trigger, trigger)));
        }
        Phase::Asking { slot } => all.extend(answers(slot, scenario)),
        Phase::Clarifying { .. } => all.extend([said(Class::Valid, "1"), said(Class::Words, "都不是")]),
        _ => {}
    }
    all
}

/// Answers that reach every way of the scenario's branches.
fn answers(name: &str, scenario: &Scenario) -> Vec<Input> {
    let own = scenario.slots.get(name).cloned();
    let Some(slot) = own.or_else(|| common_slot(name)) else { return Vec::new() };
    let texts: Vec<String> = match slot.slot_type {
        SlotType::YesNo => vec!["是的".to_owned(), "没有".to_owned()],
        SlotType::Choice => slot.options.values().filter_map(|words| words.first().cloned()).collect(),
        SlotType::Number | SlotType::Amount => numbers(name, &slot, scenario),
        SlotType::Date => vec!["昨天晚上".to_owned()],
        SlotType::Text => vec!["门口的灯一直不亮".to_owned()],
        SlotType::Place => vec!["天童南路100号".to_owned()],
        SlotType::Phone => vec!["13800138000".to_owned(), "不留".to_owned()],
        SlotType::Name => vec!["我叫张三".to_owned()],
        SlotType::IdNumber => vec!["11010519491231002X".to_owned()],
    };
    texts.iter().map(|text| said(Class::Valid, text)).collect()
}

fn numbers(name: &str, slot: &Slot, scenario: &Scenario) -> Vec<String> {
    let mut values = vec![1.0];
    for node in scenario.nodes.values() {
        let NodeBody::Branch { cases, .. } = &node.body else { continue };
        for test in cases.iter().filter_map(|case| case.when.get(name)) {
            match test {
                Test::Range { lt, lte, gt, gte } => {
                    for bound in [lt, lte, gt, gte].into_iter().flatten() {
                        values.extend([bound - 1.0, *bound, bound + 1.0]);
                    }
                }
                Test::Is(value) => values.extend(value.parse::<f64>()),
                Test::In(list) => values.extend(list.iter().filter_map(|value| value.parse::<f64>().ok())),
                Test::Known(_) => {}
            }
        }
    }
    values.retain(|value| *value >= 0.0);
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
        .iter()
        .map(|value| format!("{}{}", *value as u64, slot.unit.as_deref().unwrap_or_default()))
        .collect()
}

fn results(
    vertex: &Vertex,
    scenario: &Scenario,
    cards: &Cards<'_>,
    now: Micros,
    brain: &Brain,
) -> Vec<Input> {
    let mut all = Vec::new();
    for pending in &vertex.pending {
        match pending {
            Pending::Search(request) => all.extend(searches(*request, scenario, now, brain)),
            Pending::Fetch(request, entry, clause) => {
                all.extend(fetches(*request, entry, clause.as_deref(), cards, now));
            }
            Pending::Ticket(request) => {
                let (number, due) = ("YZ2026010100001".to_owned(), "1月9日".to_owned());
                all.push(event(
                    Class::Result,
                    "工单已开",
                    Event::TicketOpened { request: *request, number, due },
                ));
                all.push(event(Class::Down, "工单系统故障", Event::TicketFailed { request: *request }));
            }
            Pending::LookUp(request) => {
                let text = Some("正在办理，1月9日前答复。".to_owned());
                all.push(event(Class::Result, "查到工单", Event::TicketProgress { request: *request, text }));
                all.push(event(
                    Class::Result,
                    "没有这张工单",
                    Event::TicketProgress { request: *request, text: None },
                ));
            }
            Pending::Queue => {
                for (name, position, wait_secs, staffed) in [
                    ("有人空闲", 1, Some(10), true),
                    ("全忙", 5, Some(300), true),
                    ("夜间无人", 1, None, false),
                ] {
                    all.push(event(Class::Result, name, Event::Queued { position, wait_secs, staffed }));
                }
                all.push(event(Class::Down, "队列故障", Event::QueueFailed));
            }
        }
    }
    all
}

fn searches(request: u32, scenario: &Scenario, now: Micros, brain: &Brain) -> Vec<Input> {
    let found = |class, name: &str, candidates| event(class, name, Event::Found { request, candidates });
    let sure = brain.policy.answer_at + 0.3;
    let low = brain.policy.unclear_at / 2.0;
    let near = f32::midpoint(brain.policy.answer_at, brain.policy.clarify_at);
    let entry = |confidence, card: Card| Candidate {
        target: Target::Entry("other".to_owned()),
        title: "别的事项".to_owned(),
        confidence,
        card: Some(card),
    };
    let this = |confidence| Candidate {
        target: Target::Scenario(scenario.id.clone()),
        title: scenario.title.clone(),
        confidence,
        card: None,
    };
    vec![
        found(Class::Result, "找到本场景", vec![this(sure)]),
        found(Class::FoundGood, "找到别的条目", vec![entry(sure, sample(now))]),
        found(Class::FoundLow, "没有够好的", vec![entry(low, sample(now))]),
        found(Class::FoundLow, "什么也没有", Vec::new()),
        found(Class::Result, "两个差不多", vec![this(near), entry(near - 0.01, sample(now))]),
        found(Class::Expired, "找到的已失效", vec![entry(sure, expired(sample(now), now))]),
        found(
            Class::Unsourced,
            "找到的没有出处",
            vec![entry(sure, Card { citations: Vec::new(), ..sample(now) })],
        ),
        event(Class::Down, "知识库故障", Event::SearchFailed { request }),
    ]
}

fn fetches(request: u32, entry: &str, clause: Option<&str>, cards: &Cards<'_>, now: Micros) -> Vec<Input> {
    let card = cards(entry, clause);
    let fetched = |class, name: &str, card| event(class, name, Event::Fetched { request, card });
    let mut all = vec![
        fetched(Class::Result, "条目已失效撤下", None),
        event(Class::Down, "知识库故障", Event::SearchFailed { request }),
    ];
    if let Some(card) = card {
        all.push(fetched(Class::Expired, "条目条款都过了期", Some(expired(card.clone(), now))));
        all.push(fetched(
            Class::Unsourced,
            "条目没有出处",
            Some(Card { citations: Vec::new(), ..card.clone() }),
        ));
        all.push(fetched(Class::FoundGood, "取到条目", Some(card)));
    }
    all
}

/// A card like those of the knowledge base.
pub(super) fn sample(now: Micros) -> Card {
    Card {
        entry_id: "other".to_owned(),
        title: "别的事项".to_owned(),
        domain: "其他".to_owned(),
        text: "可以补领。".to_owned(),
        citations: vec![Citation {
            entry_id: "other".to_owned(),
            clause_id: "1".to_owned(),
            text: "可以补领。".to_owned(),
            source: "居民身份证法".to_owned(),
            document_number: None,
            article: Some("第十一条".to_owned()),
            in_force_from: now.day().yesterday().ok(),
            in_force_until: None,
            local: false,
        }],
    }
}

fn expired(mut card: Card, now: Micros) -> Card {
    for citation in &mut card.citations {
        citation.in_force_until = now.day().yesterday().ok();
    }
    card
}
