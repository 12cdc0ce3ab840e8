//! Who gets whom: waiting contacts in turn order, each to the best agent that has room for it.
//!
//! A call needs an agent with nothing else in hand. Were chats handed on to agents who already chat while calls wait, those
//! agents would never come free for a call. So a call that finds no free agent **holds back** one agent who only chats: chats
//! whose turn is later do not go to that agent, who runs dry and takes the call.

use std::collections::BTreeSet;
use std::ops::Bound;

use kernel::{ContactId, StaffId};

use crate::command::Effect;
use crate::duty::{Profile, ProfileId};
use crate::index::{ClassKey, Rank, Turns};
use crate::model::{Agent, Item, Media, Phase, Ringing};
use crate::step::Work;

/// Where a head of the line comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Class(ClassKey),
    Wanted(StaffId),
}

/// What an agent is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To be offered the contact now.
    Offer,
    /// To be kept from further chats until free for this call.
    HoldBack,
}

/// Agents held back in this round of matching.
type HeldBack = BTreeSet<StaffId>;

impl Work<'_> {
    /// Offers waiting contacts to agents with room until no contact fits any of them.
    pub(crate) fn match_waiting(&mut self) {
        if self.state.index.with_room.is_empty() {
            return;
        }
        let mut heads = self.heads();
        let chats_wait = self.chats_wait();
        let mut held_back = HeldBack::new();
        while let Some((turn, contact, source)) = heads.pop_first() {
            if self.state.index.with_room.len() <= held_back.len() {
                return;
            }
            let Some(item) = self.state.items.get(&contact) else { continue };
            let passed_over = item.avoid.iter().any(|avoid| avoid.until > self.now);
            let chosen = self.choose(&source, item, Purpose::Offer, &held_back);
            let mut moves_on = chosen.is_some() || passed_over || matches!(source, Source::Wanted(_));
            if let Some(agent) = &chosen {
                self.offer(agent, &contact);
            } else if item.media == Media::Voice
                && chats_wait
                && let Some(agent) = self.choose(&source, item, Purpose::HoldBack, &held_back)
            {
                held_back.insert(agent);
                moves_on = true;
            }
            // Those behind in the same class fit the same agents, or fewer: their patience began later. Only a contact that
            // an agent has declined may fail where the next one does not. Those who want one agent are not of one class.
            if moves_on && let Some((turn, contact)) = self.behind(&source, turn, &contact) {
                heads.insert((turn, contact, source));
            }
        }
    }

    fn chats_wait(&self) -> bool {
        let index = &self.state.index;
        let is_chat = |contact| self.state.items.get(contact).is_some_and(|item| item.media == Media::Chat);
        index
            .classes
            .keys()
            .any(|key| index.duty.profile(key.profile).is_some_and(|profile| profile.media == Media::Chat))
            || index.wanted.values().flatten().any(|(_, contact)| is_chat(contact))
    }

    fn heads(&self) -> BTreeSet<(i64, ContactId, Source)> {
        let index = &self.state.index;
        let classes = index.classes.iter().filter_map(|(key, turns)| first(turns, || Source::Class(*key)));
        let wanted =
            index.wanted.iter().filter_map(|(agent, turns)| first(turns, || Source::Wanted(agent.clone())));
        classes.chain(wanted).collect()
    }

    fn behind(&self, source: &Source, turn: i64, contact: &ContactId) -> Option<(i64, ContactId)> {
        let turns = match source {
            Source::Class(key) => self.state.index.classes.get(key)?,
            Source::Wanted(agent) => self.state.index.wanted.get(agent)?,
        };
        turns.range((Bound::Excluded((turn, contact.clone())), Bound::Unbounded)).next().cloned()
    }

    fn choose(
        &self,
        source: &Source,
        item: &Item,
        purpose: Purpose,
        held_back: &HeldBack,
    ) -> Option<StaffId> {
        match source {
            Source::Class(class) => self.best_for(item, class.profile, purpose, held_back),
            Source::Wanted(agent) => self.may_take(agent, item, purpose, held_back).then(|| agent.clone()),
        }
    }

    /// The best agent for a contact: fitting and with room, least loaded, highest level, longest idle. When the contact has
    /// waited out its patience, or no fitting agent is on duty, anybody with room.
    fn best_for(
        &self,
        item: &Item,
        profile_id: ProfileId,
        purpose: Purpose,
        held_back: &HeldBack,
    ) -> Option<StaffId> {
        let index = &self.state.index;
        let profile = index.duty.profile(profile_id)?;
        let first_in = |ranks: &BTreeSet<Rank>, profile: Option<&Profile>| {
            ranks
                .iter()
                .take_while(|rank| {
                    item.media == Media::Chat || purpose == Purpose::HoldBack || rank.load == 0
                })
                .find(|rank| {
                    self.may_take(&rank.agent, item, purpose, held_back)
                        && profile.is_none_or(|profile| self.fits(&rank.agent, profile))
                })
                .cloned()
        };
        let leads = profile.leads();
        let fitting = if leads.is_empty() {
            first_in(&index.with_room, Some(profile))
        } else {
            leads
                .into_iter()
                .filter_map(|skill| index.by_skill.get(skill))
                .filter_map(|ranks| first_in(ranks, Some(profile)))
                .min()
        };
        let patience = i64::from(self.state.tuning.patience_secs(item.lane));
        let anybody = self.now.secs_since(item.place) >= patience || index.duty.agents_for(profile_id) == 0;
        fitting
            .or_else(|| if anybody { first_in(&index.with_room, None) } else { None })
            .map(|rank| rank.agent)
    }

    fn fits(&self, agent: &StaffId, profile: &Profile) -> bool {
        self.state.agents.get(agent).is_some_and(|agent| profile.fits(agent))
    }

    fn may_take(&self, staff: &StaffId, item: &Item, purpose: Purpose, held_back: &HeldBack) -> bool {
        if item.avoids(staff, self.now) || held_back.contains(staff) {
            return false;
        }
        self.state.agents.get(staff).is_some_and(|agent| match purpose {
            Purpose::Offer => agent.has_room(item.media),
            Purpose::HoldBack => comes_free_for_a_call(agent),
        })
    }

    /// Rings a waiting contact at a desk.
    fn offer(&mut self, agent: &StaffId, contact: &ContactId) {
        let until = self.now.plus_secs(i64::from(self.state.tuning.accept_secs.max(1)));
        self.edit_item(contact, |item| {
            item.phase = Phase::Offered { agent: agent.clone(), until };
        });
        self.edit_agent(agent, |agent| {
            agent.ringing = Some(Ringing { contact: contact.clone(), until });
        });
        if let Some(item) = self.state.items.get(contact) {
            self.effects.push(Effect::Offer {
                agent: agent.clone(),
                contact: contact.clone(),
                until,
                queue: item.queue.clone(),
                call_back: item.call_back,
            });
        }
    }
}

/// Whether the agent takes calls and has only chats in hand.
fn comes_free_for_a_call(agent: &Agent) -> bool {
    agent.voice && agent.has_room(Media::Chat) && agent.load() > 0
}

fn first(turns: &Turns, source: impl FnOnce() -> Source) -> Option<(i64, ContactId, Source)> {
    turns.first().map(|(turn, contact)| (*turn, contact.clone(), source()))
}
