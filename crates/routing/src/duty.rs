//! Who is on duty for what. A **profile** is one kind of demand (queue, skills, medium); for each pair of profiles we know how
//! many agents on duty serve both, which is what queue positions and expected waits rest on.

use std::collections::BTreeMap;

use kernel::{QueueId, StaffId};

use crate::model::{Agent, Item, Lane, Media, Presence, Queue};
use crate::tuning::Tuning;

/// One kind of demand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Profile {
    /// The queue it waits in.
    pub(crate) queue: Option<QueueId>,
    pub(crate) media: Media,
    /// An agent has one of these, when there are any.
    any_of: Vec<String>,
    /// And all of these.
    needs: BTreeMap<String, u8>,
    /// And one of these, when there are any.
    tongues: Vec<String>,
}

impl Profile {
    const fn anybody(media: Media) -> Self {
        Self { queue: None, media, any_of: Vec::new(), needs: BTreeMap::new(), tongues: Vec::new() }
    }

    pub(crate) fn of(item: &Item, queue: Option<&Queue>, tuning: &Tuning) -> Self {
        let tongues = if item.lane == Lane::Dialect { tuning.dialect_skills.clone() } else { Vec::new() };
        Self {
            queue: Some(item.queue.clone()),
            media: item.media,
            any_of: queue.map(|queue| queue.skills.clone()).unwrap_or_default(),
            needs: item.needs.clone(),
            tongues,
        }
    }

    /// Whether the agent is the right one, room or not.
    pub(crate) fn fits(&self, agent: &Agent) -> bool {
        let has_one =
            |skills: &[String]| skills.is_empty() || skills.iter().any(|skill| agent.level(skill) > 0);
        agent.capacity(self.media) > 0
            && has_one(&self.any_of)
            && has_one(&self.tongues)
            && self.needs.iter().all(|(skill, least)| agent.level(skill) >= (*least).max(1))
    }

    /// The skills by whose level fitting agents are ranked: the tongue, else the highest need, else the queue's.
    pub(crate) fn leads(&self) -> Vec<&str> {
        if !self.tongues.is_empty() {
            return self.tongues.iter().map(String::as_str).collect();
        }
        let highest = self.needs.iter().max_by_key(|(skill, least)| (**least, std::cmp::Reverse(*skill)));
        match highest {
            Some((skill, _)) => vec![skill],
            None => self.any_of.iter().map(String::as_str).collect(),
        }
    }
}

/// The number of a profile.
pub(crate) type ProfileId = usize;

#[derive(Debug, Clone)]
struct OnDuty {
    voice: u32,
    chat: u32,
    fits: Vec<ProfileId>,
}

impl OnDuty {
    const fn slots(&self, media: Media) -> u32 {
        match media {
            Media::Voice => self.voice,
            Media::Chat => self.chat,
        }
    }
}

/// Profiles, and the agents on duty for each. Kept by difference: one agent's change costs the profiles that agent fits.
#[derive(Debug, Clone)]
pub(crate) struct Duty {
    profiles: Vec<Profile>,
    ids: BTreeMap<Profile, ProfileId>,
    agents: BTreeMap<StaffId, OnDuty>,
    /// Contacts the fitting agents can hold together, by profile.
    slots: Vec<u32>,
    /// Agents on duty that fit both profiles; the diagonal is the agents that fit one.
    both: Vec<Vec<u32>>,
}

/// The profile of anybody who takes calls, and of anybody who takes chats.
const ANYBODY: [Media; 2] = [Media::Voice, Media::Chat];

impl Default for Duty {
    fn default() -> Self {
        let mut duty = Self {
            profiles: Vec::new(),
            ids: BTreeMap::new(),
            agents: BTreeMap::new(),
            slots: Vec::new(),
            both: Vec::new(),
        };
        for media in ANYBODY {
            duty.add(Profile::anybody(media), &BTreeMap::new());
        }
        duty
    }
}

impl Duty {
    pub(crate) fn profile(&self, id: ProfileId) -> Option<&Profile> {
        self.profiles.get(id)
    }

    pub(crate) fn find(&self, profile: &Profile) -> Option<ProfileId> {
        self.ids.get(profile).copied()
    }

    pub(crate) const fn len(&self) -> usize {
        self.profiles.len()
    }

    /// The number of a profile, given one when it is new.
    pub(crate) fn intern(&mut self, profile: Profile, agents: &BTreeMap<StaffId, Agent>) -> ProfileId {
        match self.ids.get(&profile) {
            Some(id) => *id,
            None => self.add(profile, agents),
        }
    }

    fn add(&mut self, profile: Profile, agents: &BTreeMap<StaffId, Agent>) -> ProfileId {
        let id = self.profiles.len();
        let media = profile.media;
        for row in &mut self.both {
            row.push(0);
        }
        self.both.push(vec![0; id + 1]);
        self.slots.push(0);
        let mut counted: Vec<(Vec<ProfileId>, u32)> = Vec::new();
        for (staff, on_duty) in &mut self.agents {
            if agents.get(staff).is_some_and(|agent| profile.fits(agent)) {
                counted.push((on_duty.fits.clone(), on_duty.slots(media)));
                on_duty.fits.push(id);
            }
        }
        for (others, slots) in counted {
            self.count_pairs(id, &others, true);
            self.count_slots(id, slots, true);
        }
        self.ids.insert(profile.clone(), id);
        self.profiles.push(profile);
        id
    }

    /// Takes account of an agent as it is now.
    pub(crate) fn update(&mut self, agent: &Agent) {
        self.leave(&agent.id);
        if agent.presence != Presence::Ready {
            return;
        }
        let fits: Vec<ProfileId> = self
            .profiles
            .iter()
            .enumerate()
            .filter(|(_, profile)| profile.fits(agent))
            .map(|(id, _)| id)
            .collect();
        let on_duty = OnDuty {
            voice: u32::from(agent.capacity(Media::Voice)),
            chat: u32::from(agent.capacity(Media::Chat)),
            fits,
        };
        self.count(&on_duty, true);
        self.agents.insert(agent.id.clone(), on_duty);
    }

    fn leave(&mut self, agent: &StaffId) {
        if let Some(was) = self.agents.remove(agent) {
            self.count(&was, false);
        }
    }

    fn count(&mut self, agent: &OnDuty, comes: bool) {
        for (at, id) in agent.fits.iter().enumerate() {
            self.count_pairs(*id, agent.fits.get(..at).unwrap_or_default(), comes);
            let media = self.profiles.get(*id).map_or(Media::Voice, |profile| profile.media);
            self.count_slots(*id, agent.slots(media), comes);
        }
    }

    /// One agent that fits `id` and each of `others`.
    fn count_pairs(&mut self, id: ProfileId, others: &[ProfileId], comes: bool) {
        let mut tally = |row: ProfileId, column: ProfileId| {
            if let Some(cell) = self.both.get_mut(row).and_then(|row| row.get_mut(column)) {
                *cell = if comes { *cell + 1 } else { cell.saturating_sub(1) };
            }
        };
        tally(id, id);
        for other in others {
            tally(id, *other);
            tally(*other, id);
        }
    }

    fn count_slots(&mut self, id: ProfileId, slots: u32, comes: bool) {
        if let Some(cell) = self.slots.get_mut(id) {
            *cell = if comes { *cell + slots } else { cell.saturating_sub(slots) };
        }
    }

    /// Agents on duty that fit both.
    pub(crate) fn shared(&self, one: ProfileId, other: ProfileId) -> u32 {
        self.both.get(one).and_then(|row| row.get(other)).copied().unwrap_or(0)
    }

    /// Agents on duty that fit.
    pub(crate) fn agents_for(&self, id: ProfileId) -> u32 {
        self.shared(id, id)
    }

    /// Contacts those agents can hold together.
    pub(crate) fn slots_for(&self, id: ProfileId) -> u32 {
        self.slots.get(id).copied().unwrap_or(0)
    }

    /// Whom the demand really goes to: the fitting agents, or anybody when none of them is on duty.
    pub(crate) fn served_by(&self, id: ProfileId) -> ProfileId {
        if self.agents_for(id) > 0 {
            return id;
        }
        let media = self.profiles.get(id).map_or(Media::Voice, |profile| profile.media);
        ANYBODY.iter().position(|any| *any == media).unwrap_or(id)
    }
}
