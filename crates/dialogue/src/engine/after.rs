//! What comes after an answer or a ticket: details that belong to it, remarks, small talk.

use language::{Act, Doing, EntityKind, Heard, Kind, Reading};

use super::Turn;
use crate::event::Effect;
use crate::passport::{Fact, Speaker};
use crate::slots::asks_something;
use crate::state::{Outcome, Phase};
use crate::words;

/// What the learned act is relied upon for, alone, at or above this confidence.
pub(super) const SURE_OF_ACT: f32 = 0.6;

/// How sure small talk must be.
const SURE_OF_CHAT: f32 = 0.7;
/// How sure anger must be for a person to be called unasked.
const UPSET: f32 = 0.75;

/// Words that begin another matter beside the one just filed.
const ANOTHER: [&str; 12] =
    ["还有", "另外", "顺便", "再报", "再问", "再说一", "也坏", "别的", "还想", "还要问", "哎对了", "换个"];

/// The words themselves name what they are.
pub(super) fn names_kind(words: &str) -> bool {
    ["投诉", "举报", "建议", "表扬", "感谢", "报修", "求助", "派人", "帮忙", "帮我"]
        .iter()
        .any(|word| words.contains(word))
}

/// The words take leave: 好，我知道了.
pub(super) fn takes_leave(reading: &Reading) -> bool {
    const LONGEST: usize = 14;
    // 好好我叫他们自己弄: no list holds all the ways of taking leave.
    const LONGEST_LEARNED: usize = 24;
    const STARTS: [&str; 14] =
        ["好", "行", "知道", "晓得", "明白", "清楚", "谢", "哦", "噢", "嗯", "懂了", "妥", "ok", "那行"];
    const THANKS: [&str; 5] = ["谢谢", "多谢", "谢了", "辛苦", "麻烦你了"];
    const NOT: [&str; 6] = ["好像", "好几", "好多", "好久", "行驶", "行政"];
    let words = reading.normal.trim();
    let length = words.chars().count();
    let told = matches!(reading.act, Act::Statement | Act::Deny)
        && (!asks_something(words) || knows_now(words))
        && !ANOTHER.iter().any(|word| words.contains(word));
    let learned = reading.does(Doing::Close, SURE_OF_ACT) && length <= LONGEST_LEARNED;
    let thanks = THANKS.iter().any(|thanks| words.contains(thanks));
    let plain = !reading.entities.iter().any(|entity| entity.value.chars().count() > 3)
        && reading.correction.is_none()
        && length <= LONGEST
        && (thanks || STARTS.iter().any(|start| words.starts_with(start)))
        && !NOT.iter().any(|no| words.starts_with(no));
    told && (learned || plain)
}

/// 我知道怎么讲了: how is known, not asked.
fn knows_now(words: &str) -> bool {
    words.ends_with('了')
        && ["知道怎么", "晓得怎么", "知道去哪", "知道找谁", "知道该", "明白怎么"]
            .iter()
            .any(|known| words.contains(known))
}

impl Turn<'_> {
    /// The words are details of the ticket just filed: 灯杆在路口东边. A question, another matter, another kind are not.
    pub(super) fn belongs_to_ticket(&self, reading: &Reading) -> bool {
        // 不对，不是200号，是666号: what the ticket says wrong is put right in it.
        let corrects = reading.act == Act::RejectAnswer && !reading.entities.is_empty();
        self.state.fresh_ticket.is_some()
            && self.state.heard == Heard::AfterAnswer
            && (reading.act == Act::Statement || corrects)
            && reading.distress < 2
            && !names_kind(&reading.normal)
            && !asks_something(&reading.normal)
            && !ANOTHER.iter().any(|word| reading.normal.contains(word))
    }

    /// 多久能修好 after a ticket.
    pub(super) fn asks_when_ticket(&self, reading: &Reading) -> bool {
        const WHEN: [&str; 8] =
            ["多久", "什么时候", "啥时候", "几天", "几时", "多长时间", "今天能", "明天能"];
        self.state.fresh_ticket.is_some()
            && self.state.heard == Heard::AfterAnswer
            && reading.normal.chars().count() <= 16
            && WHEN.iter().any(|word| reading.normal.contains(word))
    }

    /// 好，我知道了: the caller takes leave of what was answered. 不急的，谢谢 to the offer of a person lets the matter rest.
    pub(super) fn closes(&self, reading: &Reading) -> bool {
        self.state.phase == Phase::Listening
            && matches!(self.state.heard, Heard::AfterAnswer | Heard::Offered)
            && (self.state.about.is_some() || self.state.fresh_ticket.is_some())
            && (!self.state.open_matter || self.state.heard == Heard::Offered)
            && takes_leave(reading)
    }

    /// An answer was just given, and what comes next may be about it.
    pub(super) fn goes_on(&self) -> bool {
        self.state.about.is_some() && matches!(self.state.heard, Heard::AfterAnswer | Heard::Offered)
    }

    /// A short detail told after an answer or a question is of no kind of its own unless it says so clearly.
    pub(super) fn in_context(&self, mut reading: Reading) -> Reading {
        const SHORT: usize = 10;
        let goes_on = self.goes_on() || matches!(self.state.phase, Phase::Clarifying { .. });
        if goes_on && reading.normal.chars().count() < SHORT && !names_kind(&reading.normal) {
            reading.kind = Kind::Other;
            reading.kind_confidence = 0.0;
        }
        if reading.does(Doing::Upset, UPSET) {
            reading.distress = reading.distress.max(2);
        }
        // 我问的是退休的人: what is meant instead, though no opening says so.
        const TOO_FEW: usize = 7;
        if self.goes_on()
            && reading.act == Act::Statement
            && reading.correction.is_none()
            && reading.does(Doing::Reject, SURE_OF_ACT)
        {
            if reading.normal.chars().count() > TOO_FEW {
                reading.correction = Some(reading.normal.clone());
            } else {
                reading.act = Act::RejectAnswer;
            }
        }
        // 垃圾堆了一堆没人清: what may be a grievance or a repair, at a place where somebody can go, is a repair first.
        const UNSURE: f32 = 0.5;
        let at_place =
            reading.domain.as_ref().is_some_and(|domain| self.brain.on_site.contains(&domain.name));
        if matches!(reading.kind, Kind::Complaint | Kind::Report)
            && reading.kind_confidence < UNSURE
            && at_place
            && reading.distress < 2
            && !names_kind(&reading.normal)
            && !asks_something(&reading.normal)
        {
            reading.kind = Kind::Help;
        }
        reading
    }

    /// 老张在不在, 就试试能不能打通: talk that brings no matter is answered as such, once; said again, it is looked into.
    pub(super) fn chats(&mut self, reading: &Reading) -> bool {
        const LONGEST: usize = 20;
        let idle = reading.does(Doing::Chat, SURE_OF_CHAT)
            && reading.kind == Kind::Other
            && reading.normal.chars().count() <= LONGEST
            && self.state.last_said != words::CHAT;
        if idle {
            self.note(words::CHAT);
        }
        idle
    }

    /// 帮我查一下我公积金账户里还有多少钱: what only a person with the caller's file can tell.
    pub(super) fn asks_for_own_file(words: &str) -> bool {
        const LOOKS: [&str; 9] = [
            "帮我查",
            "给我查",
            "查一下我",
            "查下我",
            "查查我",
            "查我",
            "帮我看看我",
            "帮我看下我",
            "替我查",
        ];
        const FILE: [&str; 14] = [
            "余额",
            "账户",
            "帐户",
            "还有多少",
            "交了多少",
            "交了几",
            "缴了多少",
            "缴费记录",
            "到账",
            "违章",
            "扣了几分",
            "批下来",
            "审核到",
            "名下",
        ];
        LOOKS.iter().any(|look| words.contains(look)) && FILE.iter().any(|file| words.contains(file))
    }

    /// Adds the words to the ticket just filed.
    pub(super) fn add_to_ticket(&mut self, reading: &Reading) {
        let Some(number) = self.state.fresh_ticket.clone() else { return };
        self.state.failures = 0;
        self.note(format!("好的，已经补到工单{number}里了。还有要补充的，接着说就行。"));
        let told = |fact: &&Fact| fact.slot == "place" && fact.at == self.now && fact.by == Speaker::Citizen;
        let place = self.state.passport.facts.iter().find(told).map(|fact| fact.value.clone());
        self.effects.push(Effect::AddToTicket { number, words: reading.raw.clone(), place });
    }

    /// A bare place after an answer about something that has to be seen to: 在天童南路100号. It is taken down with what was told
    /// before.
    pub(super) fn takes_down_place(&mut self, reading: &Reading) -> bool {
        const LONGEST_REST: usize = 6;
        let Some(place) = reading.entity(EntityKind::Place) else { return false };
        let rest = reading.raw.chars().count().saturating_sub(place.words.chars().count());
        let told_before = self.state.heard == Heard::AfterAnswer
            && self.state.about.is_some()
            && self.state.passport.matter.is_some();
        if !told_before || rest > LONGEST_REST || asks_something(&reading.normal) {
            return false;
        }
        // 路灯啊，在钱湖南路578号对面: back to what was told before another question.
        const SURE: f32 = 0.6;
        let named = reading.domain.as_ref().filter(|domain| domain.confidence >= SURE && rest > 2);
        match named {
            Some(domain) if self.brain.on_site.contains(&domain.name) => self.remember(reading),
            _ if !self.on_site() => return false,
            _ => {}
        }
        if let Some(matter) = &mut self.state.passport.matter {
            matter.kind = Kind::Help;
        }
        self.state.open_matter = true;
        self.start_flow(crate::scenario::HELP_FLOW);
        true
    }

    /// Nothing was found for words that ask nothing. After an answer they are a remark, which hands nobody over the first time;
    /// small talk is answered as such. Tells whether it was so.
    pub(super) fn remarked(&mut self) -> bool {
        let Some(matter) = &self.state.passport.matter else { return false };
        // 去年八月判的 tells more of the same; who leaves an address or a number wants something done with it.
        const OWN: [&str; 4] = ["place", "phone", "name", "id_number"];
        let own = |fact: &Fact| OWN.contains(&fact.slot.as_str());
        let told = |fact: &Fact| fact.at == self.now && fact.by == Speaker::Citizen && own(fact);
        let gave_facts = self.state.passport.facts.iter().any(told);
        if asks_something(&matter.normal) || names_kind(&matter.normal) || gave_facts {
            return false;
        }
        let chat = matter.kind == Kind::Other;
        let after_answer = self.state.about.is_some();
        if !after_answer && !chat {
            return false;
        }
        if after_answer && self.state.last_said != words::REMARKED {
            // What was asked has been answered: the remark leaves nothing open.
            self.state.open_matter = false;
            self.state.useful = 1;
            self.state.outcome = Some(Outcome::Answered);
            self.state.heard = Heard::AfterAnswer;
            self.note(words::REMARKED);
            return true;
        }
        self.state.failures = self.state.failures.saturating_add(1);
        if self.brain.guards.too_many_failures(&self.state, self.brain.policy.failures) {
            return false;
        }
        if after_answer {
            self.offer(words::REMARKED_AGAIN);
        } else {
            self.state.heard = Heard::AfterFail;
            self.note(words::NOT_UNDERSTOOD);
        }
        true
    }
}
