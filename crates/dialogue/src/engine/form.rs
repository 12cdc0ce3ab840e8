//! Words while something was asked: a form's slot, a choice that was put.

use language::{Act, Heard, Reading};

use super::Turn;
use super::after::{names_kind, takes_leave};
use crate::event::{Effect, Reason};
use crate::passport::{Fact, Speaker};
use crate::slots::{asks_something, looks_like_question};
use crate::state::{Choice, Outcome, Phase, Purpose};
use crate::words;

impl Turn<'_> {
    pub(super) fn said_in_form(&mut self, reading: &Reading) {
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
        if self.refines() && self.done_with(reading) {
            return;
        }
        if question || (reading.act == Act::Statement && reading.normal.chars().count() >= 6) {
            return self.search_aside(reading);
        }
        self.not_an_answer();
    }

    /// What was asked has been answered, and the question that waits would only fit the answer closer.
    pub(super) fn refines(&self) -> bool {
        self.state.useful > 0 && self.state.outcome == Some(Outcome::Answered) && self.asks_in_passing()
    }

    /// Thanks or leave instead of an answer: nothing more is asked. Tells whether it was so.
    fn done_with(&mut self, reading: &Reading) -> bool {
        match reading.act {
            Act::Farewell => {
                self.leave_flow();
                self.farewell();
            }
            Act::Thanks => {
                self.leave_flow();
                self.note(words::WELCOME);
                self.back_to_parked();
            }
            Act::Statement if takes_leave(reading) => {
                self.leave_flow();
                self.note(words::WELCOME);
                self.back_to_parked();
            }
            _ => return false,
        }
        true
    }

    /// Lets the scenario go; what it has given stands.
    pub(super) fn leave_flow(&mut self) {
        self.state.flow = None;
        self.state.phase = Phase::Listening;
        self.state.heard = Heard::AfterAnswer;
        self.state.failures = 0;
    }

    /// What is left beside a refusal, read without it.
    pub(super) fn unrefused(&self, rest: &str) -> Reading {
        Reading { refuses_human: false, ..self.brain.reader.read(rest, &self.state.heard) }
    }

    pub(super) fn just_told(&self) -> bool {
        let Phase::Asking { slot } = &self.state.phase else { return false };
        let told = |fact: &Fact| fact.slot == *slot && fact.at == self.now && fact.by == Speaker::Citizen;
        self.state.passport.facts.iter().any(told)
    }

    pub(super) fn search_aside(&mut self, reading: &Reading) {
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

    pub(super) fn picked(&mut self, reading: &Reading, choices: Vec<Choice>) {
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
        // 好的知道了: what was asked has been answered, and nothing else was meant.
        if self.state.useful > 0 && takes_leave(reading) {
            return self.drop_matter();
        }
        // 不是，我问的是护照: something else is meant.
        if let Some(rest) = &reading.correction {
            let rest = self.brain.reader.read(rest, &self.state.heard);
            return self.matter(&rest);
        }
        // 不是我，是我老婆生的 refuses nothing: it tells more.
        const LONGEST_REFUSAL: usize = 6;
        let denied = matches!(reading.act, Act::Deny | Act::RejectAnswer);
        let refuses = denied || ["不对", "不是", "都不", "没有一个"].iter().any(|no| words.starts_with(no));
        let none = words.starts_with("都不") || words.starts_with("没有一个");
        if none || refuses && words.chars().count() <= LONGEST_REFUSAL {
            return self.hand_over(Reason::NoAnswer);
        }
        if denied || reading.act == Act::Statement {
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

    /// Neither picked nor refused. What is told belongs to the matter before, and both are searched together. A question is searched
    /// by itself first; where nothing answers it, it was about that matter as well.
    pub(super) fn told_more(&mut self, reading: &Reading, choices: Vec<Choice>) {
        const SHORT: usize = 9;
        const SURE_OF_DOMAIN: f32 = 0.6;
        let sole = choices.len() == 1;
        let asks = asks_something(&reading.normal) && !(sole && reading.normal.chars().count() < SHORT);
        let other = |domain: &language::Domain| {
            domain.confidence >= SURE_OF_DOMAIN && self.domain().is_some_and(|known| known != domain.name)
        };
        let elsewhere = asks && reading.domain.as_ref().is_some_and(other);
        if names_kind(&reading.normal) || elsewhere || self.state.passport.matter.is_none() {
            return self.matter(reading);
        }
        self.state.put = choices;
        if !asks {
            return self.search_together(&reading.normal);
        }
        let request = self.request();
        self.state.aside = Some(reading.raw.clone());
        self.state.phase = Phase::Seeking { request, purpose: Purpose::Told };
        self.effects.push(Effect::Search {
            request,
            query: reading.normal.clone(),
            domain: self.domain(),
            about: None,
            except: Vec::new(),
        });
    }

    /// Searches the matter and what was told since as one.
    pub(super) fn search_together(&mut self, told: &str) {
        let before = self.state.passport.matter.as_ref().map_or("", |matter| matter.normal.as_str());
        let query = format!("{before}，{told}");
        let request = self.request();
        self.state.phase = Phase::Seeking { request, purpose: Purpose::Picked };
        self.effects.push(Effect::Search {
            request,
            query,
            domain: self.domain(),
            about: None,
            except: Vec::new(),
        });
    }
}

/// 等一下我看下门牌: the answer is on its way.
fn puts_off(words: &str) -> bool {
    const LONGEST: usize = 16;
    const OFF: [&str; 10] =
        ["等一下", "等下", "等等", "稍等", "等会", "我看下", "我看一下", "我看看", "我去看", "我找找"];
    words.chars().count() <= LONGEST && OFF.iter().any(|off| words.contains(off))
}

/// What a caller says beside not wanting a person: 不用转人工，护照有效期几年.
pub(super) fn beside_refusal(words: &str) -> Option<String> {
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
