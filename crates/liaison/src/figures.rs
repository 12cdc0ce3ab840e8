//! The sums of a period, by member and by topic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Join, Member, Shift};

/// A followed ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// The ticket's number.
    pub ticket: String,
    /// Who follows it.
    pub member: String,
    /// Its domain.
    pub topic: String,
    /// Since when.
    pub since_us: i64,
    /// When it ended.
    pub ended_us: Option<i64>,
    /// Within the time that was promised.
    pub in_time: bool,
    /// The citizen said so at the call-back.
    pub satisfied: bool,
}

/// One row of the figures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// The member or the topic, in words.
    pub name: String,
    /// Turns of duty that began in the period; 0 for topics.
    pub shifts: u64,
    /// Their minutes.
    pub minutes: i64,
    /// Contacts joined.
    pub joined: u64,
    /// Tickets whose following began.
    pub followed: u64,
    /// Of those, ended.
    pub ended: u64,
    /// Of those, in time.
    pub in_time: u64,
    /// Of those ended, with a satisfied citizen.
    pub satisfied: u64,
}

/// The figures of a period.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// By member, those who never came included.
    pub members: Vec<Sums>,
    /// By topic.
    pub topics: Vec<Sums>,
}

/// Sums what began in a period.
pub fn figures(
    members: &[Member],
    shifts: &[Shift],
    joins: &[Join],
    follows: &[Follow],
    span: (i64, i64),
) -> Figures {
    let within = |at: i64| span.0 <= at && at < span.1;
    let mut by_member: BTreeMap<&str, Sums> =
        members.iter().map(|one| (one.id.as_str(), Sums { name: one.shown(), ..Sums::default() })).collect();
    let mut by_topic: BTreeMap<&str, Sums> = BTreeMap::new();
    for shift in shifts.iter().filter(|one| within(one.from_us)) {
        if let Some(sums) = by_member.get_mut(shift.member.as_str()) {
            sums.shifts += 1;
            sums.minutes += (shift.until_us - shift.from_us) / 60_000_000;
        }
    }
    for join in joins.iter().filter(|one| one.joined_us.is_some_and(within)) {
        by_topic.entry(&join.topic).or_default().joined += 1;
        if let Some(sums) = by_member.get_mut(join.member.as_str()) {
            sums.joined += 1;
        }
    }
    for follow in follows.iter().filter(|one| within(one.since_us)) {
        let topic = by_topic.entry(&follow.topic).or_default();
        add(topic, follow);
        if let Some(sums) = by_member.get_mut(follow.member.as_str()) {
            add(sums, follow);
        }
    }
    let topics = by_topic.into_iter().map(|(topic, sums)| Sums {
        name: if topic.is_empty() { "未分类".to_owned() } else { topic.to_owned() },
        ..sums
    });
    Figures { topics: topics.collect(), members: by_member.into_values().collect() }
}

fn add(sums: &mut Sums, follow: &Follow) {
    sums.followed += 1;
    if follow.ended_us.is_some() {
        sums.ended += 1;
        sums.in_time += u64::from(follow.in_time);
        sums.satisfied += u64::from(follow.satisfied);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn members_and_topics_add_up_to_the_same(
            rows in proptest::collection::vec((0_u8..3, 0_u8..4, 0_i64..100, proptest::option::of(0_i64..100), any::<bool>()), 0..40)
        ) {
            let members: Vec<Member> =
                (0..3).map(|id: u8| Member { id: id.to_string(), ..Member::default() }).collect();
            let follows: Vec<Follow> = rows.iter().map(|(who, topic, since, ended, well)| Follow {
                ticket: String::new(), member: who.to_string(), topic: topic.to_string(),
                since_us: *since, ended_us: *ended, in_time: *well, satisfied: *well,
            }).collect();
            let sums = figures(&members, &[], &[], &follows, (20, 80));
            let total = |rows: &[Sums]| rows.iter().fold((0, 0, 0), |sum, one| {
                (sum.0 + one.followed, sum.1 + one.ended, sum.2 + one.in_time)
            });
            prop_assert_eq!(total(&sums.members), total(&sums.topics));
            for one in sums.members.iter().chain(&sums.topics) {
                prop_assert!(one.in_time <= one.ended && one.ended <= one.followed);
            }
        }
    }
}
