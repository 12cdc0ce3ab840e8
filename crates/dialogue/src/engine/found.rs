//! What to do with the results of a search.

use language::{Heard, Kind};

use super::Turn;
use crate::event::{Candidate, Card, Effect, Reason, Target, Utterance, UtteranceKind};
use crate::scenario::SlotType;
use crate::slots::asks_something;
use crate::state::{Choice, Phase, Purpose};
use crate::words;

/// Words that ask nothing are taken for a matter only where something fits them this well.
const REMARK_BELOW: f32 = 0.5;
/// No more than this many candidates are put to the caller.
const MOST_CHOICES: usize = 3;

impl Turn<'_> {
    pub(super) fn found(&mut self, request: u32, candidates: Vec<Candidate>) {
        if self.state.aside_request == Some(request) {
            self.state.aside_request = None;
            if matches!(self.state.phase, Phase::Queued { .. }) {
                self.found_waiting(candidates);
            }
            return;
        }
        let Phase::Seeking { request: waiting, purpose } = self.state.phase else { return };
        if waiting != request {
            return;
        }
        self.state.phase = Phase::Listening;
        self.state.breakdowns = 0;
        match purpose {
            Purpose::Aside => self.found_aside(candidates),
            Purpose::FlowSearch => self.found_in_flow(candidates),
            Purpose::Picked => self.found_picked(candidates),
            Purpose::Told => self.found_told(candidates),
            Purpose::Matter | Purpose::FlowAnswer | Purpose::WhileWaiting => {
                self.found_matter(candidates);
            }
        }
    }

    fn good(&self, candidate: &Candidate) -> bool {
        self.brain.guards.good_enough(candidate.confidence, self.brain.policy.answer_at)
    }

    /// A question instead of a pick: a matter of its own where something answers it.
    fn found_told(&mut self, candidates: Vec<Candidate>) {
        let Some(words) = self.state.aside.take() else { return self.hand_over(Reason::NoAnswer) };
        let reading = self.brain.reader.read(&words, &self.state.heard);
        if candidates.first().is_some_and(|best| self.good(best)) {
            self.state.put.clear();
            self.remember(&reading);
            return self.found_matter(candidates);
        }
        self.search_together(&reading.normal);
    }

    /// More was told instead of a pick: what it fits of what was put to the caller, which was not refused; or else what it makes clear.
    fn found_picked(&mut self, candidates: Vec<Candidate>) {
        let put = std::mem::take(&mut self.state.put);
        let best = candidates.first().filter(|best| self.good(best)).cloned();
        let among = candidates.into_iter().find(|one| put.iter().any(|choice| choice.target == one.target));
        let likely = among.clone().filter(|one| one.confidence >= self.brain.policy.clarify_at);
        let first = put.into_iter().next();
        let first = first.map(|choice| Candidate {
            target: choice.target,
            title: choice.title,
            confidence: self.brain.policy.clarify_at,
            card: choice.card,
        });
        match likely.or(best).or(among).or(first) {
            Some(found) => self.serve_matter(found),
            None => self.hand_over(Reason::NoAnswer),
        }
    }

    fn found_matter(&mut self, candidates: Vec<Candidate>) {
        if let Some(scenario) = self.fitting_scenario(&candidates) {
            return self.start_flow(&scenario);
        }
        let kind = self.state.passport.matter.as_ref().map_or(Kind::Other, |matter| matter.kind);
        // A grievance that no repair fits is heard by a person (charter line 3).
        if kind == Kind::Complaint && self.state.about.is_none() && !self.asked_something() {
            return self.hand_over(Reason::Boundary);
        }
        let best = candidates.first().cloned();
        if let Some(best) = best.filter(|best| self.good(best)) {
            let rival = self.rival(&candidates);
            self.serve_matter(best);
            return self.mention(rival);
        }
        // What follows an answer was searched in its light.
        let follows = self.state.about.is_some();
        let policy = &self.brain.policy;
        let first = !follows && self.state.shown.is_empty();
        let least = if first { policy.unclear_at } else { policy.clarify_at };
        let near: Vec<Candidate> =
            candidates.into_iter().filter(|one| one.confidence >= least).take(MOST_CHOICES).collect();
        if follows && self.follow_up(&near) {
            return;
        }
        let may_clarify = !near.is_empty()
            && (follows || self.state.shown.is_empty())
            && self.brain.guards.may_ask(&self.state, false)
            && kind != Kind::Help;
        let fits = near.first().is_some_and(|best| best.confidence >= REMARK_BELOW);
        if !(may_clarify && fits) && self.remarked() {
            return;
        }
        if may_clarify {
            return self.clarify(near);
        }
        match kind {
            Kind::Help if self.wants_doing() && self.on_site() && self.out_of_order() => {
                self.start_flow(crate::scenario::HELP_FLOW);
            }
            _ => self.hand_over(Reason::NoAnswer),
        }
    }

    /// What a question after an answer most likely means, with what else it may mean beside it.
    fn follow_up(&mut self, near: &[Candidate]) -> bool {
        let likely = |one: &&Candidate| {
            self.brain.guards.good_enough(one.confidence, self.brain.policy.follow_at)
                && self.asked_something()
                && !matches!(&one.target, Target::Entry(entry) if self.state.shown.contains(entry))
        };
        let Some(best) = near.first().filter(likely).cloned() else { return false };
        let rival = self.rival(near);
        self.serve_matter(best);
        self.mention(rival);
        true
    }

    fn asked_something(&self) -> bool {
        let matter = self.state.passport.matter.as_ref();
        matter.is_some_and(|matter| asks_something(&matter.normal))
    }

    /// Somebody has to go there: what is asked for is a place to be seen to.
    pub(super) fn on_site(&self) -> bool {
        self.domain().is_some_and(|domain| self.brain.on_site.contains(&domain))
    }

    /// Something is not as it should be, or somebody is asked to come: 帮我订一张票 is neither.
    fn out_of_order(&self) -> bool {
        const WRONG: &str =
            "坏漏堵断倒掉破停灭臭脏吵满塌陷坑洞裂歪松淹死乱占挡困拆溢冒卡晃缺黑冻堆修清抓派来狗蛇蜂鼠";
        const WORDS: [&str; 10] =
            ["不亮", "没水", "没电", "没气", "垃圾", "油烟", "噪音", "积水", "跳闸", "没人管"];
        self.state.passport.matter.as_ref().is_some_and(|matter| {
            matter.normal.chars().any(|c| WRONG.contains(c))
                || WORDS.iter().any(|word| matter.normal.contains(word))
        })
    }

    /// Something is to be done, not only told: 能不能来修一下, unlike 能不能申请救助.
    fn wants_doing(&self) -> bool {
        const DO: [&str; 13] = [
            "派人",
            "来人",
            "来个人",
            "来修",
            "修一下",
            "处理一下",
            "清理",
            "清一下",
            "抓",
            "管管",
            "帮我",
            "帮忙",
            "来看看",
        ];
        self.state.passport.matter.as_ref().is_some_and(|matter| {
            !asks_something(&matter.normal) || DO.iter().any(|word| matter.normal.contains(word))
        })
    }

    /// The best finding for a matter. An entry repairs nothing: who asks for something to be done at a place hears it and is
    /// taken down all the same.
    fn serve_matter(&mut self, best: Candidate) {
        let helps = self.wants_doing()
            && self.state.passport.matter.as_ref().is_some_and(|matter| matter.kind == Kind::Help);
        let again = matches!(&best.target, Target::Entry(entry) if self.state.about.as_ref() == Some(entry));
        let opens = again
            || match &best.target {
                Target::Entry(entry) => self.brain.scenarios.opening_with(entry).is_some(),
                Target::Scenario(_) => true,
            };
        match best.card {
            Some(card) if helps && !opens && self.on_site() && self.answer(&card) => {
                self.state.open_matter = true;
                self.start_flow(crate::scenario::HELP_FLOW);
            }
            card => self.serve(best.target, card),
        }
    }

    /// A scenario as good as the best entry goes first: it answers too, and fits the answer to the caller. For a request for
    /// help any likely repair scenario does, because an entry repairs nothing.
    fn fitting_scenario(&self, candidates: &[Candidate]) -> Option<String> {
        let best = candidates.first()?.confidence;
        let kind = self.state.passport.matter.as_ref().map(|matter| matter.kind);
        let helps = matches!(kind, Some(Kind::Help | Kind::Complaint));
        candidates.iter().find_map(|one| {
            let Target::Scenario(id) = &one.target else { return None };
            let near_best = self.good(one) && best - one.confidence < self.brain.policy.margin * 2.0;
            let repairs = helps
                && one.confidence >= self.brain.policy.clarify_at
                && self.brain.scenarios.get(id).is_some_and(|scenario| scenario.kind == Kind::Help);
            (near_best || repairs).then(|| id.clone())
        })
    }

    /// An entry that may have been meant instead of the one that is served.
    fn rival(&self, candidates: &[Candidate]) -> Option<String> {
        let (first, second) = (candidates.first()?, candidates.get(1)?);
        let near = first.confidence - second.confidence < self.brain.policy.margin;
        let unsure = first.confidence < self.brain.policy.sure_at;
        let entry = matches!(second.target, Target::Entry(_));
        ((near || unsure) && entry && second.confidence >= self.brain.policy.clarify_at)
            .then(|| second.title.clone())
    }

    /// Says beside an answer what else might have been meant: it asks nothing and holds nobody up.
    fn mention(&mut self, rival: Option<String>) {
        let Some(title) = rival.filter(|_| self.state.phase == Phase::Listening && self.state.flow.is_none())
        else {
            return;
        };
        let text = format!("您要问的是“{title}”的话，说一声就行。");
        // Not through `utter`: "再说一遍" means the answer.
        let utterance = Utterance { options: vec![title], ..Utterance::new(UtteranceKind::Note, text) };
        self.effects.push(Effect::Say(utterance));
    }

    fn clarify(&mut self, near: Vec<Candidate>) {
        self.state.questions = self.state.questions.saturating_add(1);
        self.put_choices(
            near.into_iter()
                .map(|one| Choice { target: one.target, title: one.title, card: one.card })
                .collect(),
        );
    }

    /// Puts the candidates to the caller.
    pub(super) fn put_choices(&mut self, choices: Vec<Choice>) {
        if let [sole] = choices.as_slice() {
            let text = format!("您是想问“{}”吗？", sole.title);
            self.state.heard = Heard::Form(text.clone());
            self.state.phase = Phase::Clarifying { choices };
            let options = ["是", "不是"].map(str::to_owned).to_vec();
            return self.utter(Utterance { options, ..Utterance::new(UtteranceKind::Ask, text) });
        }
        let mut text = words::WHICH_ONE.to_owned();
        for (at, choice) in choices.iter().enumerate() {
            text.push('\n');
            text.push_str(&(at + 1).to_string());
            text.push_str(". ");
            text.push_str(&choice.title);
        }
        let mut options: Vec<String> = choices.iter().map(|choice| choice.title.clone()).collect();
        options.push(words::NONE_OF_THEM.to_owned());
        self.state.heard = Heard::Form(text.clone());
        self.state.phase = Phase::Clarifying { choices };
        self.utter(Utterance { options, ..Utterance::new(UtteranceKind::Ask, text) });
    }

    /// Starts the scenario or gives the entry; a person where neither may be served today.
    pub(super) fn serve(&mut self, target: Target, card: Option<Card>) {
        match target {
            Target::Scenario(id) => self.start_flow(&id),
            Target::Entry(entry) => {
                // A follow-up to this very entry: its scenario has been walked already.
                let again = self.state.about.as_ref() == Some(&entry);
                let scenario = self
                    .brain
                    .scenarios
                    .opening_with(&entry)
                    .filter(|_| !again)
                    .map(|scenario| scenario.id.clone());
                match (scenario, card) {
                    (Some(id), _) => self.start_flow(&id),
                    (None, Some(card)) if self.answer(&card) => {}
                    _ => self.hand_over(Reason::NoAnswer),
                }
            }
        }
    }

    fn found_in_flow(&mut self, candidates: Vec<Candidate>) {
        let best = candidates.into_iter().find(|one| self.good(one) && one.card.is_some());
        match best.and_then(|best| best.card) {
            Some(card) if self.answer(&card) => self.leave_node(),
            _ => self.hand_over(Reason::NoAnswer),
        }
    }

    /// Words in a form turned out to be another topic, or did not.
    fn found_aside(&mut self, candidates: Vec<Candidate>) {
        let aside = self.state.aside.take();
        let question = aside.as_deref().is_some_and(asks_something);
        let sure = |one: &Candidate| question || one.confidence >= self.brain.policy.sure_at;
        let best = candidates.into_iter().next().filter(|best| self.good(best) && sure(best));
        match (best, aside) {
            (Some(Candidate { target: Target::Scenario(id), .. }), _)
                if self.state.flow.as_ref().is_some_and(|flow| flow.scenario != id) =>
            {
                self.state.parked = self.state.flow.take();
                self.start_flow(&id);
            }
            // The caller has gone on to something else: nobody is led back to a question that an answer did not need.
            (Some(Candidate { card: Some(card), .. }), _) if self.refines() && self.servable(&card) => {
                self.leave_flow();
                self.answer(&card);
                self.back_to_parked();
            }
            (Some(Candidate { card: Some(card), .. }), _) if self.answer(&card) => {
                self.note(words::BACK_TO);
                self.advance();
            }
            (_, Some(words)) if self.asks_for_text() => self.fill_with(&words),
            (_, Some(words)) if question && self.refines() => {
                self.leave_flow();
                let reading = self.brain.reader.read(&words, &self.state.heard);
                self.matter(&reading);
            }
            (_, Some(words)) => {
                self.keep_detail(&words);
                self.not_an_answer();
            }
            (_, None) => self.not_an_answer(),
        }
    }

    fn servable(&self, card: &Card) -> bool {
        self.brain.guards.servable(card.clone(), self.now).is_some()
    }

    fn asks_for_text(&self) -> bool {
        self.asked_slot().is_some_and(|(_, slot)| slot.slot_type == SlotType::Text)
    }

    fn found_waiting(&mut self, candidates: Vec<Candidate>) {
        let best = candidates.into_iter().find(|one| self.good(one) && one.card.is_some());
        let heard = self.state.heard.clone();
        match best.and_then(|best| best.card) {
            Some(card) if self.answer(&card) => {
                self.state.heard = heard;
                self.say(UtteranceKind::Queue, "这是等的时候先查到的，位置没有变，工作人员马上就来。");
            }
            _ => self.say(UtteranceKind::Queue, words::NOTED_WAITING),
        }
    }
}
