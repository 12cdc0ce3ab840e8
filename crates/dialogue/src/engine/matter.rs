//! Words in the open: leave, refusal, progress, another line, the matter itself.

use kernel::LineId;
use language::{Act, EntityKind, Heard, Kind, Reading};

use super::Turn;
use super::form::beside_refusal;
use crate::event::{Effect, Reason};
use crate::scenario::{PRAISE_FLOW, SUGGESTION_FLOW};
use crate::slots::asks_something;
use crate::state::{Phase, Purpose};
use crate::words;

/// A domain is relied upon for moving between lines at or above this confidence.
const SURE_OF_DOMAIN: f32 = 0.6;
/// As [`SURE_OF_DOMAIN`], in the middle of a matter.
const SURE_TO_LEAVE: f32 = 0.9;
/// The domain of what belongs to none: it has no line of its own.
const NO_DOMAIN: &str = "其他";
/// A suggestion or praise is taken down word for word at or above this confidence.
const SURE_OF_FLOW: f32 = 0.6;

impl Turn<'_> {
    pub(super) fn said_freely(&mut self, reading: &Reading) {
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

    pub(super) fn drop_matter(&mut self) {
        self.state.open_matter = false;
        self.note(words::DROPPED);
    }

    pub(super) fn rejected(&mut self, reading: &Reading) {
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
    pub(super) fn matter(&mut self, reading: &Reading) {
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
        let before = self.state.passport.matter.as_ref().map(|matter| matter.normal.clone());
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
        let query = match (&reading.correction, before) {
            (Some(meant), Some(before)) => {
                amended(&before, &reading.normal, meant).unwrap_or_else(|| meant.clone())
            }
            (Some(meant), None) => meant.clone(),
            (None, _) => reading.normal.clone(),
        };
        self.effects.push(Effect::Search {
            request,
            query,
            domain: self.domain(),
            about: self.state.about.clone(),
            except: if corrected { self.state.shown.clone() } else { Vec::new() },
        });
    }

    pub(super) fn progress(&mut self) {
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
    pub(super) fn right_line(&mut self, reading: &Reading) {
        // Words too few to tell, and what follows an answer, leave the caller where they are.
        const FEW: usize = 5;
        const FEW_AFTER: usize = 10;
        if self.goes_on() && (!asks_something(&reading.normal) || reading.normal.chars().count() < FEW_AFTER)
        {
            return;
        }
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

/// What was asked, with what was meant in the place of what was said: 身份证到期怎么续, 不是身份证我是说居住证.
fn amended(before: &str, said: &str, meant: &str) -> Option<String> {
    const SHORTEST: usize = 2;
    const LONGEST: usize = 8;
    let (_, after) = said.split_once("不是")?;
    let wrong: String = after.chars().take_while(|c| c.is_alphanumeric() && !"我是，".contains(*c)).collect();
    let fits = |text: &str| (SHORTEST..=LONGEST).contains(&text.chars().count());
    (fits(&wrong) && fits(meant) && before.contains(&wrong)).then(|| before.replace(&wrong, meant))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_put_right_in_what_was_asked() {
        let amend = |said, meant| amended("身份证到期怎么续", said, meant);
        assert_eq!(amend("不是身份证 我是说居住证", "居住证").as_deref(), Some("居住证到期怎么续"));
        assert_eq!(amend("不是护照 我是说居住证", "居住证"), None);
        assert_eq!(amend("不是，我想问孩子上学要什么材料", "孩子上学要什么材料"), None);
    }
}
