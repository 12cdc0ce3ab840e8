//! The caller's words. The order of what is looked for is the charter's: a wish for a person, danger, what a person
//! takes first; only then the form, the matter, the search.

use kernel::LineId;
use language::{Act, Doing, EntityKind, Heard, Kind, Reading};

use super::Turn;
use super::after::names_kind;
use crate::boundary::Treat;
use crate::event::{Effect, Reason, SpeechFeatures, UtteranceKind};
use crate::passport::{Fact, Matter, Speaker, label_of};
use crate::scenario::{PRAISE_FLOW, SUGGESTION_FLOW};
use crate::slots::{asks_something, closer, looks_like_question, names_place};
use crate::state::{Choice, Lane, Phase, Purpose};
use crate::words;

/// A domain is relied upon for moving between lines at or above this confidence.
const SURE_OF_DOMAIN: f32 = 0.6;
/// As [`SURE_OF_DOMAIN`], in the middle of a matter.
const SURE_TO_LEAVE: f32 = 0.9;
/// The domain of what belongs to none: it has no line of its own.
const NO_DOMAIN: &str = "其他";
/// A kind of request interrupts a form at or above this confidence.
const SURE_OF_KIND: f32 = 0.75;
/// A suggestion or praise is taken down word for word at or above this confidence.
const SURE_OF_FLOW: f32 = 0.6;
/// A demand in the form of a question goes to a person at or above this confidence.
const SURE_OF_DEMAND: f32 = 0.8;
/// Distress at or above this goes to a person.
const DISTRESSED: u8 = 2;

impl Turn<'_> {
    pub(super) fn key(&mut self, digit: char) {
        if matches!(self.state.phase, Phase::WithAgent) {
            return;
        }
        if self.brain.guards.key_wishes_person(digit) {
            return self.wish();
        }
        match self.state.phase {
            Phase::Clarifying { .. } | Phase::Asking { .. } => self.said(&digit.to_string(), None),
            Phase::Queued { .. } => {}
            _ => self.failed(words::NOT_UNDERSTOOD),
        }
    }

    fn wish(&mut self) {
        if matches!(self.state.phase, Phase::Queued { .. }) {
            self.say(UtteranceKind::Queue, words::STILL_QUEUED);
        } else {
            self.hand_over(Reason::Wish);
        }
    }

    pub(super) fn silence(&mut self) {
        if matches!(
            self.state.phase,
            Phase::Queued { .. }
                | Phase::WithAgent
                | Phase::Ended
                | Phase::Filing { .. }
                | Phase::Seeking { .. }
        ) {
            return;
        }
        // Silence after an answer that did not help is a wish nobody says aloud.
        let after_a_bad_answer =
            matches!(self.state.heard, Heard::Offered | Heard::AfterFail) && self.state.failures > 0;
        self.state.failures = self.state.failures.saturating_add(1);
        if after_a_bad_answer || self.brain.guards.too_many_failures(&self.state, self.brain.policy.failures)
        {
            return self.hand_over(Reason::Silence);
        }
        if matches!(self.state.phase, Phase::Asking { .. }) {
            self.put_again();
        } else {
            self.note(words::SILENCE);
        }
    }

    pub(super) fn said(&mut self, text: &str, speech: Option<SpeechFeatures>) {
        if self.state.phase == Phase::Ended {
            self.state.phase = Phase::Listening;
            self.state.heard = Heard::Opening;
        }
        let reading = self.brain.reader.read(text, &self.state.heard);
        if self.state.phase == Phase::WithAgent {
            let danger = self.brain.guards.danger(&reading);
            if let Some(service) = danger {
                self.say(UtteranceKind::Advice, words::advice(service));
                self.effects.push(Effect::Advise { service });
            }
            self.effects.push(Effect::ToAgent { text: text.to_owned(), danger });
            return self.note_facts(&reading);
        }
        self.note_facts(&reading);
        // Danger is told first, and hands over in this same turn: a wish for a person beside it is met as well.
        if let Some(service) = self.brain.guards.danger(&reading) {
            self.remember(&reading);
            return self.danger(service);
        }
        if self.brain.guards.wishes_person(&reading) {
            self.remember_beside_wish(&reading);
            return self.wish();
        }
        if matches!(self.state.phase, Phase::Queued { .. }) {
            return self.said_waiting(&reading);
        }
        if matches!(self.state.phase, Phase::Seeking { .. } | Phase::Filing { .. }) {
            return self.state.unheard.push(text.to_owned());
        }
        if self.closes(&reading) {
            self.state.failures = 0;
            return self.note(words::WELCOME);
        }
        if self.belongs_to_ticket(&reading) {
            return self.add_to_ticket(&reading);
        }
        let reading = self.in_context(reading);
        if self.person_takes(&reading, speech) {
            return;
        }
        let unreliable = speech.is_some_and(|speech| speech.confidence < self.brain.policy.speech_at);
        if unreliable {
            return if matches!(self.state.phase, Phase::Asking { .. }) {
                self.not_an_answer();
            } else {
                self.failed(words::NOT_UNDERSTOOD);
            };
        }
        match std::mem::take(&mut self.state.phase) {
            Phase::Asking { slot } => {
                self.state.phase = Phase::Asking { slot };
                self.said_in_form(&reading);
            }
            Phase::Clarifying { choices } => self.picked(&reading, choices),
            _ => self.said_freely(&reading),
        }
    }

    /// What a person takes first: dialect, anger, complaints, reports, urgent matters (charter line 3).
    fn person_takes(&mut self, reading: &Reading, speech: Option<SpeechFeatures>) -> bool {
        if reading.dialect || speech.is_some_and(|speech| speech.dialect) {
            self.state.passport.dialect = true;
            if self.state.lane == Lane::Normal {
                self.state.lane = Lane::Dialect;
            }
        }
        self.state.passport.mood = self.state.passport.mood.max(reading.distress);
        let domain = reading.domain.as_ref().map(|domain| domain.name.as_str());
        let told = reading.act == Act::Statement || reading.distress >= DISTRESSED;
        let guards = self.brain.guards;
        let Some((treat, _why)) =
            guards.person_first(&self.brain.boundary, domain, reading.kind, reading.urgency, self.state.lane)
        else {
            if reading.distress >= DISTRESSED {
                self.remember(reading);
                self.hand_over(Reason::Distress);
                return true;
            }
            return false;
        };
        // In the middle of a form, only clear words turn the answer into a matter of its own.
        let in_form = matches!(self.state.phase, Phase::Asking { .. });
        let own_kind = self.flow_kind() == Some(reading.kind);
        let clear = reading.kind_confidence >= SURE_OF_KIND
            || treat == Treat::HumanOnly
            || reading.distress >= DISTRESSED;
        // A question about one's rights is answered where an answer is found, and goes to a person where none is.
        let asks = treat == Treat::HumanFirst
            && reading.distress < DISTRESSED
            && asks_something(&reading.normal)
            && !demands(&reading.normal)
            && !reading.does(Doing::Demand, SURE_OF_DEMAND)
            && !names_kind(&reading.normal);
        // What is told beside an answer belongs to what was asked, unless it says that it is a complaint.
        let goes_on = in_form || self.goes_on() || matches!(self.state.phase, Phase::Clarifying { .. });
        let beside = goes_on
            && treat == Treat::HumanFirst
            && reading.distress < DISTRESSED
            && !names_kind(&reading.normal);
        // A few words are taken for a complaint only where that is clear: 养老院的事 is none.
        const FEW: usize = 8;
        let vague = treat == Treat::HumanFirst && !clear && reading.normal.chars().count() < FEW;
        // 路灯坏了没人修: where something is to be put right at a place, what fits is looked for before a person takes it.
        let mends = treat == Treat::HumanFirst
            && reading.kind == Kind::Complaint
            && !clear
            && !names_kind(&reading.normal)
            && domain.is_some_and(|domain| self.brain.on_site.contains(domain));
        if !told || asks || beside || vague || mends || (in_form && (!clear || own_kind)) {
            return false;
        }
        self.remember(reading);
        self.hand_over(match self.state.lane {
            Lane::Dialect => Reason::Dialect,
            Lane::Elderly => Reason::Elderly,
            _ if reading.distress >= DISTRESSED => Reason::Distress,
            _ => Reason::Boundary,
        });
        true
    }

    fn flow_kind(&self) -> Option<Kind> {
        let flow = self.state.flow.as_ref()?;
        self.brain.scenarios.get(&flow.scenario).map(|scenario| scenario.kind)
    }

    /// Notes what was named; a known value is replaced only where the caller corrects it.
    fn note_facts(&mut self, reading: &Reading) {
        let corrects = reading.correction.is_some();
        for entity in &reading.entities {
            let slot = match entity.kind {
                EntityKind::Place => "place",
                EntityKind::Phone => "phone",
                EntityKind::Name => "name",
                EntityKind::IdNumber => "id_number",
                EntityKind::Time => "time",
                EntityKind::Amount => "amount",
                EntityKind::Organisation => "organisation",
                EntityKind::Number | EntityKind::Ticket => continue,
            };
            // What the line told, its number, gives way to what the caller tells.
            let known = self.state.passport.facts.iter().rfind(|fact| fact.slot == slot);
            let known = known.filter(|fact| fact.by != Speaker::Channel && !corrects);
            if entity.kind == EntityKind::Place && !names_place(&entity.value) {
                continue;
            }
            // 潘火路, and a turn later 潘火路396号: the same place, told closer.
            let value = match known {
                None => entity.value.clone(),
                Some(fact) if slot == "place" => {
                    let Some(closer) = closer(&fact.value, &entity.value) else { continue };
                    closer
                }
                Some(_) => continue,
            };
            self.state.passport.note(Fact {
                slot: slot.to_owned(),
                label: label_of(slot).to_owned(),
                value,
                words: entity.words.clone(),
                by: Speaker::Citizen,
                at: self.now,
            });
        }
    }

    /// Keeps the words as the matter, so that they travel.
    pub(super) fn remember(&mut self, reading: &Reading) {
        // Saying it again is no new matter: questions count on until something useful has been given.
        if !self.state.open_matter || self.state.useful > 0 {
            self.state.questions = 0;
        }
        self.state.open_matter = true;
        self.state.outcome = None;
        self.state.useful = 0;
        self.state.passport.take_up(Matter {
            words: reading.raw.clone(),
            normal: reading.correction.clone().unwrap_or_else(|| reading.normal.clone()),
            kind: reading.kind,
            domain: reading.domain.as_ref().map(|domain| domain.name.clone()),
        });
    }

    /// "我要投诉，转人工": the wish counts at once, and what was said beside it is not lost.
    fn remember_beside_wish(&mut self, reading: &Reading) {
        const LONGEST_BARE_WISH: usize = 12;
        if self.state.passport.matter.is_none() && reading.raw.chars().count() > LONGEST_BARE_WISH {
            self.remember(reading);
        }
    }

    fn said_in_form(&mut self, reading: &Reading) {
        match reading.act {
            Act::AskRepeat => return self.put_again(),
            Act::AskPause => return self.note(words::TAKE_YOUR_TIME),
            _ if puts_off(&reading.normal) => return self.note(words::TAKE_YOUR_TIME),
            Act::AskIdentity => {
                self.note(self.brain.guards.identity());
                return self.put_again();
            }
            Act::Abandon => {
                self.state.flow = None;
                self.state.parked = None;
                self.state.phase = Phase::Listening;
                self.state.open_matter = false;
                self.state.heard = Heard::AfterAnswer;
                return self.note(words::DROPPED);
            }
            _ if reading.refuses_human => {
                return match beside_refusal(&reading.raw) {
                    Some(rest) => self.said_in_form(&self.unrefused(&rest)),
                    None => self.put_again(),
                };
            }
            _ => {}
        }
        // The value asked for was named so plainly that it has been noted already.
        if reading.correction.is_none() && self.just_told() {
            self.take_volunteered(reading);
            return self.filled();
        }
        if let Some(rest) = &reading.correction {
            let rest = self.brain.reader.read(rest, &self.state.heard);
            if self.correct(&rest) {
                return;
            }
            if self.fill(&rest) {
                return self.filled();
            }
            return self.search_aside(&rest);
        }
        let question = looks_like_question(&reading.normal) && reading.normal.chars().count() >= 5;
        if !question && self.fill(reading) {
            return self.filled();
        }
        if question || (reading.act == Act::Statement && reading.normal.chars().count() >= 6) {
            return self.search_aside(reading);
        }
        self.not_an_answer();
    }

    /// What is left beside a refusal, read without it.
    fn unrefused(&self, rest: &str) -> Reading {
        Reading { refuses_human: false, ..self.brain.reader.read(rest, &self.state.heard) }
    }

    fn just_told(&self) -> bool {
        let Phase::Asking { slot } = &self.state.phase else { return false };
        let told = |fact: &Fact| fact.slot == *slot && fact.at == self.now && fact.by == Speaker::Citizen;
        self.state.passport.facts.iter().any(told)
    }

    fn search_aside(&mut self, reading: &Reading) {
        let request = self.request();
        self.state.aside = Some(reading.raw.clone());
        self.state.phase = Phase::Seeking { request, purpose: Purpose::Aside };
        self.effects.push(Effect::Search {
            request,
            query: reading.normal.clone(),
            domain: reading.domain.as_ref().map(|domain| domain.name.clone()),
            about: None,
            except: Vec::new(),
        });
    }

    fn picked(&mut self, reading: &Reading, choices: Vec<Choice>) {
        let words = language::plain::squash(&reading.normal);
        let ordinal = ["1", "2", "3", "一", "二", "三", "第一个", "第二个", "第三个"]
            .iter()
            .position(|word| *word == words);
        let by_number = ordinal.and_then(|at| choices.get(at % 3));
        let by_title = choices.iter().find(|choice| {
            let title = language::plain::squash(&choice.title);
            words.chars().count() >= 2 && (title.contains(&words) || words.contains(&title))
        });
        let sole = choices.len() == 1;
        let affirmed = (reading.act == Act::Affirm && sole).then(|| choices.first()).flatten();
        if let Some(choice) = by_number.or(by_title).or(affirmed).cloned() {
            self.state.failures = 0;
            return self.serve(choice.target, choice.card);
        }
        let refused = matches!(reading.act, Act::Deny | Act::RejectAnswer)
            || ["不对", "不是", "都不", "没有一个"].iter().any(|no| words.starts_with(no));
        if refused && reading.correction.is_none() {
            return self.hand_over(Reason::NoAnswer);
        }
        if reading.act == Act::Statement {
            return self.told_more(reading, choices);
        }
        match reading.act {
            // 不用了: the caller lets the matter go; 没有了 leaves it open, and it is not lost.
            Act::Abandon => return self.drop_matter(),
            Act::Farewell if words.contains("不用") => return self.drop_matter(),
            Act::Farewell => return self.farewell(),
            Act::AskIdentity => self.note(self.brain.guards.identity()),
            Act::AskPause => self.note(words::TAKE_YOUR_TIME),
            Act::AskRepeat => {}
            _ => {
                self.state.failures = self.state.failures.saturating_add(1);
                if self.brain.guards.too_many_failures(&self.state, self.brain.policy.failures) {
                    return self.hand_over(Reason::NotUnderstood);
                }
            }
        }
        self.put_choices(choices);
    }

    /// Neither picked nor refused: a question is a matter of its own, anything else tells more about the one before, and both
    /// are searched together.
    fn told_more(&mut self, reading: &Reading, choices: Vec<Choice>) {
        let before = self.state.passport.matter.as_ref().map(|matter| matter.normal.clone());
        const SHORT: usize = 9;
        let sole = choices.len() == 1;
        let asks = asks_something(&reading.normal) && !(sole && reading.normal.chars().count() < SHORT);
        let own = asks || names_kind(&reading.normal);
        let Some(before) = before.filter(|_| !own) else { return self.matter(reading) };
        let request = self.request();
        self.state.put = choices;
        self.state.phase = Phase::Seeking { request, purpose: Purpose::Picked };
        self.effects.push(Effect::Search {
            request,
            query: format!("{before}，{}", reading.normal),
            domain: self.domain(),
            about: None,
            except: Vec::new(),
        });
    }

    fn said_freely(&mut self, reading: &Reading) {
        if let Some(entity) = reading.entity(EntityKind::Ticket) {
            let request = self.request();
            self.state.phase = Phase::Seeking { request, purpose: Purpose::Matter };
            let number = entity.value.clone();
            return self.effects.push(Effect::LookUpTicket { request, number });
        }
        if reading.refuses_human {
            if let Some(rest) = beside_refusal(&reading.raw) {
                return self.said_freely(&self.unrefused(&rest));
            }
            self.state.heard = Heard::AfterAnswer;
            return self.note(words::STAYS_WITH_BOT);
        }
        if self.asks_when_ticket(reading) {
            return self.progress();
        }
        match reading.act {
            Act::Greeting => self.note(words::HELLO),
            Act::Thanks if !self.state.open_matter => self.note(words::WELCOME),
            Act::Affirm if self.state.heard == Heard::AfterAnswer && !self.state.open_matter => {
                self.note(words::WELCOME);
            }
            Act::Farewell => self.farewell(),
            Act::Abandon => self.drop_matter(),
            Act::Deny if self.state.heard == Heard::AfterAnswer => self.farewell(),
            Act::AskIdentity => self.note(self.brain.guards.identity()),
            Act::AskRepeat => self.repeat(),
            Act::AskPause => self.note(words::TAKE_YOUR_TIME),
            Act::RejectAnswer => self.rejected(reading),
            Act::Empty | Act::Deny | Act::Affirm | Act::Thanks => self.failed(words::NOT_UNDERSTOOD),
            Act::Statement if self.chats(reading) => {}
            Act::Statement => self.matter(reading),
        }
    }

    fn drop_matter(&mut self) {
        self.state.open_matter = false;
        self.note(words::DROPPED);
    }

    fn rejected(&mut self, reading: &Reading) {
        self.state.open_matter = true;
        self.state.outcome = None;
        if let Some(rest) = &reading.correction {
            let rest = self.brain.reader.read(rest, &self.state.heard);
            return self.matter(&rest);
        }
        self.state.failures = self.state.failures.saturating_add(1);
        if self.brain.guards.too_many_failures(&self.state, self.brain.policy.failures) {
            return self.hand_over(Reason::AnswerRejected);
        }
        self.offer(words::REJECTED);
    }

    /// A matter told in the open: to the line, the flow or the search it belongs to.
    fn matter(&mut self, reading: &Reading) {
        if self.takes_down_place(reading) {
            return;
        }
        let follows_up = self.state.heard == Heard::AfterAnswer;
        let corrected = reading.correction.is_some();
        if !follows_up && !corrected {
            self.state.shown.clear();
        }
        if !follows_up {
            self.state.about = None;
        }
        self.remember(reading);
        self.right_line(reading);
        if asks_progress(&reading.normal) {
            return self.progress();
        }
        if Self::asks_for_own_file(&reading.normal) {
            return self.hand_over(Reason::Scenario);
        }
        // A question is answered before it is taken for an idea.
        let takes_down = !asks_something(&reading.normal) || proposes(&reading.normal);
        match reading.kind {
            Kind::Suggestion if takes_down && reading.kind_confidence >= SURE_OF_FLOW => {
                return self.start_flow(SUGGESTION_FLOW);
            }
            Kind::Praise if takes_down && reading.kind_confidence >= SURE_OF_FLOW => {
                return self.start_flow(PRAISE_FLOW);
            }
            _ => {}
        }
        let request = self.request();
        self.state.phase = Phase::Seeking { request, purpose: Purpose::Matter };
        let query = reading.correction.clone().unwrap_or_else(|| reading.normal.clone());
        self.effects.push(Effect::Search {
            request,
            query,
            domain: self.domain(),
            about: self.state.about.clone(),
            except: if corrected { self.state.shown.clone() } else { Vec::new() },
        });
    }

    fn progress(&mut self) {
        let known = self.state.passport.tickets.last().cloned();
        match known {
            Some(number) => {
                let request = self.request();
                self.state.phase = Phase::Seeking { request, purpose: Purpose::Matter };
                self.effects.push(Effect::LookUpTicket { request, number });
            }
            None => self.offer(words::NEED_TICKET_NUMBER),
        }
    }

    /// Moves a caller who dialled the wrong line; nothing is said twice, nothing redialled (mission M9).
    fn right_line(&mut self, reading: &Reading) {
        // Words too few to tell, and what follows an answer, leave the caller where they are.
        const FEW: usize = 5;
        let least = if self.goes_on() { SURE_TO_LEAVE } else { SURE_OF_DOMAIN };
        let sure = |domain: &&language::Domain| domain.confidence >= least && domain.name != NO_DOMAIN;
        let Some(domain) = reading.domain.as_ref().filter(sure) else { return };
        if reading.normal.chars().count() < FEW {
            return;
        }
        let business = reading.medical_line.and_then(|line| {
            let name = serde_json::to_value(line).ok()?;
            self.brain.line_of_domain.get(&format!("医保/{}", name.as_str()?)).cloned()
        });
        let here = self.state.line.to_string();
        let serves = self
            .brain
            .lines
            .get(&here)
            .is_none_or(|line| line.domains.is_empty() || line.domains.contains(&domain.name));
        let on_medical =
            self.brain.line_of_domain.iter().any(|(key, line)| key.starts_with("医保/") && *line == here);
        let target = match business {
            Some(line) if on_medical => Some(line),
            _ if serves => None,
            business => business.or_else(|| self.brain.line_of_domain.get(&domain.name).cloned()),
        };
        if let Some(line) = target.filter(|line| *line != here) {
            let name =
                self.brain.lines.get(&line).map_or_else(|| line.clone(), |profile| profile.name.clone());
            self.note(format!("您说的事归{name}管，我直接带您过去，不用重拨，也不用重说。"));
            self.state.passport.lines.push(line.clone());
            self.state.line = LineId(line.clone());
            self.effects.push(Effect::MoveLine { line: LineId(line) });
        }
    }
}

/// 上次反映的事怎么样了: what was told before, and how it stands.
fn asks_progress(words: &str) -> bool {
    const TOLD: [&str; 8] =
        ["反映的", "投诉的", "报的", "报修的", "登记的", "举报的", "申请的工单", "打电话说的"];
    const HOW: [&str; 13] = [
        "进度",
        "怎么样了",
        "怎样了",
        "到哪",
        "处理得",
        "处理了",
        "处理好",
        "结果",
        "办好了",
        "办得",
        "查一下",
        "记好了",
        "登记好了",
    ];
    let about_ticket = words.contains("工单") || TOLD.iter().any(|word| words.contains(word));
    about_ticket && HOW.iter().any(|word| words.contains(word))
}

/// Words that ask for a change, whatever their form: 能不能加一班车.
fn proposes(words: &str) -> bool {
    [
        "建议",
        "意见",
        "希望",
        "应该",
        "最好",
        "能不能加",
        "能不能把",
        "能不能多",
        "能不能增",
        "能不能设",
        "可不可以加",
        "可不可以增",
    ]
    .iter()
    .any(|word| words.contains(word))
}

/// Words that demand something of us rather than ask about a rule: 你们管不管.
fn demands(words: &str) -> bool {
    ["管不管", "管管", "管一管", "做主", "给个说法", "要个说法", "讨个说法", "帮我要", "帮我讨", "找谁要"]
        .iter()
        .any(|word| words.contains(word))
}

/// 等一下我看下门牌: the answer is on its way.
fn puts_off(words: &str) -> bool {
    const LONGEST: usize = 16;
    const OFF: [&str; 10] =
        ["等一下", "等下", "等等", "稍等", "等会", "我看下", "我看一下", "我看看", "我去看", "我找找"];
    words.chars().count() <= LONGEST && OFF.iter().any(|off| words.contains(off))
}

/// What a caller says beside not wanting a person: 不用转人工，护照有效期几年.
fn beside_refusal(words: &str) -> Option<String> {
    const REFUSAL: [&str; 7] = ["人工", "真人", "客服", "转接", "接线员", "话务员", "别转"];
    const SHORTEST: usize = 4;
    let rest: Vec<&str> = words
        .split(['，', ',', '。', '；', ';', '！', '!', '\n', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty() && !REFUSAL.iter().any(|word| part.contains(word)))
        .collect();
    let rest = rest.join("，");
    (rest.chars().count() >= SHORTEST).then_some(rest)
}
