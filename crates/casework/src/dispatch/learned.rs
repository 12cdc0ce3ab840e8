//! What closed tickets teach about who gets what. Pure.
//!
//! A challenger learns all closed tickets but the latest quarter and must send more of that quarter to the unit that settled it,
//! together with catalogue and places, than what is in use. The split is by time, because tomorrow's tickets are what it is for. What is in
//! use may have learned some of that quarter, which flatters it: a challenger wins seldom by chance.

use kernel::UnitId;
use language::classify::{Classifier, Sample, train};
use serde::{Deserialize, Serialize};

use super::{Asked, Catalogue, Proposal};
use crate::{CaseworkError, Organisation};

/// A closed ticket: what it said, and the unit that settled it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Title, category and words.
    pub text: String,
    /// The domain.
    pub domain: String,
    /// The category.
    pub category: String,
    /// The address.
    pub place: String,
    /// The unit that settled it.
    pub unit: UnitId,
}

/// A unit that settled tickets like this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Likely {
    /// Which.
    pub unit: UnitId,
    /// Which part of the tickets like it, 0 to 1.
    pub share: f64,
    /// How much that counts beside the catalogue, 0 to 1.
    pub sure: f64,
    /// Words of the ticket that speak most for it.
    pub said: Vec<String>,
}

/// How a challenger did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lesson {
    /// Closed tickets it could learn from.
    pub tickets: usize,
    /// Units among them.
    pub units: usize,
    /// The latest of them, held out.
    pub held_out: usize,
    /// Of these, sent to the right unit by what is in use.
    pub before: usize,
    /// The same with what was learned.
    pub after: usize,
    /// What sending by itself would do, by threshold: what a site sets its own by.
    pub automatic: Vec<Automatic>,
}

/// What sending by itself would have done with the tickets held out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Automatic {
    /// From which confidence.
    pub at: f64,
    /// How many would have gone without a person.
    pub sent: usize,
    /// How many of them to the right unit.
    pub right: usize,
}

/// A classifier of units, learned at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    classifier: Classifier,
    /// How much its shares count against the catalogue: where people dispatch otherwise than the catalogue says, more.
    trust: f32,
}

/// Below this a quarter proves nothing.
pub const LESSON_LEAST: usize = 200;
/// The latest closed tickets that are learned from: more make it slower, not better, and duties change.
pub const LESSON_MOST: usize = 20_000;
/// How many are held out at most.
const HELD_OUT: usize = 4_000;
/// Units named for a ticket, and from which share.
const NAMED: usize = 3;
const LEAST_SHARE: f64 = 0.05;
/// Words shown as a reason.
const SAID: usize = 3;
const TRUSTS: [f32; 4] = [0.6, 0.8, 1.0, 1.3];
/// Never quite sure.
const SUREST: f64 = 0.97;
const THRESHOLDS: [f64; 5] = [0.6, 0.7, 0.8, 0.9, 0.95];

impl Learned {
    /// Reads one that was stored.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, &'static str> {
        let (trust, rest) = bytes.split_first_chunk::<4>().ok_or("文件太短")?;
        Ok(Self { trust: f32::from_le_bytes(*trust), classifier: Classifier::from_bytes(rest)? })
    }

    /// Its stored form: hashes and weights, no text.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.trust.to_le_bytes().to_vec();
        bytes.extend(self.classifier.to_bytes());
        bytes
    }

    /// Units that settled tickets like this, the likeliest first.
    pub fn guess(&self, text: &str) -> Vec<Likely> {
        let likely = self.classifier.guesses(text).into_iter().take(NAMED);
        likely
            .map(|guess| Likely {
                said: self.classifier.reasons(text, &guess.label, SAID),
                share: f64::from(guess.share),
                sure: f64::from(guess.share * self.trust).min(SUREST),
                unit: UnitId(guess.label),
            })
            .filter(|likely| likely.share >= LEAST_SHARE)
            .collect()
    }
}

/// Makes a challenger of closed tickets, the oldest first, and lets it meet what is in use.
///
/// # Errors
/// When there is too little to learn from, in Chinese.
pub fn contest(
    catalogue: &Catalogue,
    site: &Organisation,
    present: Option<&Learned>,
    closed: &[Closed],
) -> Result<(Lesson, Option<Learned>), CaseworkError> {
    // Units that are no more teach nothing that can be followed.
    let closed: Vec<&Closed> = closed.iter().filter(|one| site.has_unit(&one.unit)).collect();
    if closed.len() < LESSON_LEAST {
        return Err(CaseworkError::Lesson(format!(
            "已办结并归档的工单还只有{}件，至少要{LESSON_LEAST}件才能学出派给谁。请办结更多工单后再试。",
            closed.len()
        )));
    }
    let held_out = (closed.len() / 4).min(HELD_OUT);
    let (earlier, latest) = closed.split_at(closed.len() - held_out);
    // How far to trust it is chosen on a quarter of the earlier ones, so that the latest judge what they had no part in.
    let (first, then) = earlier.split_at(earlier.len() / 4 * 3);
    let tried = learn(first)?;
    let trusted = TRUSTS.map(|trust| {
        let right = judge(catalogue, site, Some(&Learned { classifier: tried.clone(), trust }), then).0;
        (right, std::cmp::Reverse(trust.to_bits()), trust)
    });
    let trust =
        trusted.into_iter().max_by_key(|(right, least, _)| (*right, *least)).map_or(1.0, |best| best.2);
    let challenger = Learned { classifier: learn(earlier)?, trust };
    let (before, _) = judge(catalogue, site, present, latest);
    let (after, automatic) = judge(catalogue, site, Some(&challenger), latest);
    let mut units: Vec<&UnitId> = closed.iter().map(|one| &one.unit).collect();
    units.sort();
    units.dedup();
    let lesson = Lesson { tickets: closed.len(), units: units.len(), held_out, before, after, automatic };
    let won = if after > before { Some(Learned { classifier: learn(&closed)?, trust }) } else { None };
    Ok((lesson, won))
}

fn learn(closed: &[&Closed]) -> Result<Classifier, CaseworkError> {
    let samples: Vec<Sample> =
        closed.iter().map(|one| Sample { text: one.text.clone(), label: one.unit.0.clone() }).collect();
    let trained = train(&samples).map_err(|error| {
        CaseworkError::Lesson(format!("这些办结工单学不出派给谁：{error}。请等更多单位办结工单后再试。"))
    })?;
    Ok(trained.classifier)
}

/// How many go to the right unit, and what sending by itself would do.
fn judge(
    catalogue: &Catalogue,
    site: &Organisation,
    learned: Option<&Learned>,
    latest: &[&Closed],
) -> (usize, Vec<Automatic>) {
    let mut right = 0;
    let mut automatic = THRESHOLDS.map(|at| Automatic { at, sent: 0, right: 0 });
    for one in latest {
        let asked =
            Asked { text: &one.text, category: &one.category, domain: &one.domain, place: &one.place };
        let guesses = learned.map(|learned| learned.guess(&one.text)).unwrap_or_default();
        let best: Option<Proposal> = catalogue.recommend(site, &asked, &[], &guesses).into_iter().next();
        let Some(best) = best else { continue };
        let fits = best.unit == one.unit;
        right += usize::from(fits);
        for line in automatic.iter_mut().filter(|line| best.confidence >= line.at) {
            line.sent += 1;
            line.right += usize::from(fits);
        }
    }
    (right, automatic.to_vec())
}

#[cfg(test)]
mod tests {
    use super::super::tests::starter;
    use super::*;

    /// What a site's people decided against the catalogue: lamps on village roads are the town's.
    fn closed(count: usize) -> Vec<Closed> {
        let said = [
            ("村道旁边的路灯不亮", "城管市容", "jiangshan-zhen"),
            ("主干道路灯坏了一排", "城管市容", "shizheng"),
            ("烧烤摊摆到人行道上，油烟很大", "城管市容", "zhifa"),
            ("老板拖欠工资三个月不发", "就业劳动", "renshe"),
        ];
        let roads = ["鄞县大道", "天童南路", "嵩江中路", "潘火路", "钱湖北路", "泰安中路", "惠风东路"];
        (0..count)
            .map(|at| {
                let (text, domain, unit) = said[at % said.len()];
                Closed {
                    text: format!("{}{}号{text}", roads[at % roads.len()], at),
                    domain: domain.to_owned(),
                    category: String::new(),
                    place: String::new(),
                    unit: UnitId::from(unit),
                }
            })
            .collect()
    }

    #[test]
    fn what_people_decided_is_learned_and_the_catalogue_alone_did_worse() {
        let (site, catalogue) = starter();
        let (lesson, learned) = contest(&catalogue, &site, None, &closed(400)).unwrap();
        assert_eq!((lesson.tickets, lesson.units, lesson.held_out), (400, 4, 100));
        assert!(lesson.after > lesson.before, "{lesson:?}");
        let learned = Learned::from_bytes(&learned.unwrap().to_bytes()).unwrap();
        let text = "蔡郎桥村道旁边的路灯不亮";
        let likely = learned.guess(text);
        assert_eq!(likely[0].unit.as_str(), "jiangshan-zhen");
        assert!(!likely[0].said.is_empty());
        let asked = Asked { text, domain: "城管市容", place: "", category: "" };
        let before = catalogue.recommend(&site, &asked, &[], &[]).remove(0);
        let after = catalogue.recommend(&site, &asked, &[], &likely).remove(0);
        assert_eq!((before.unit.as_str(), after.unit.as_str()), ("shizheng", "jiangshan-zhen"));
        assert!(after.reasons.iter().any(|reason| reason.contains("相似工单")), "{after:?}");
        // What it would send by itself never grows with the threshold.
        assert!(lesson.automatic.is_sorted_by(|one, next| one.sent >= next.sent));
    }

    #[test]
    fn one_that_is_no_better_does_not_win() {
        let (site, catalogue) = starter();
        let closed = closed(400);
        let (_, first) = contest(&catalogue, &site, None, &closed).unwrap();
        let (lesson, second) = contest(&catalogue, &site, first.as_ref(), &closed).unwrap();
        assert!(second.is_none(), "{lesson:?}");
    }

    #[test]
    fn too_few_or_of_one_unit_teach_nothing() {
        let (site, catalogue) = starter();
        assert!(contest(&catalogue, &site, None, &closed(40)).unwrap_err().to_string().contains("40件"));
        let mut alike = closed(300);
        for one in &mut alike {
            one.unit = UnitId::from("zhifa");
        }
        assert!(contest(&catalogue, &site, None, &alike).is_err());
        // Of units closed down since, nothing is learned.
        for one in &mut alike {
            one.unit = UnitId::from("chexiao-danwei");
        }
        assert!(contest(&catalogue, &site, None, &alike).unwrap_err().to_string().contains("0件"));
    }
}
