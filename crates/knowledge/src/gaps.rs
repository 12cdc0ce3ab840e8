//! Which wordings ask the same: clusters of questions that found no good answer. Pure, and the same whatever the order.

use crate::search::near::{NgramVectors, Sense};

/// Wordings at least so alike are one question. Fixed on pairs of paraphrases against random pairs: docs/search.md.
const ALIKE: f32 = 0.62;
/// What pairs of characters in common count beside the vectors.
const OF_PAIRS: f32 = 0.45;

/// A wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// Normalised: its identity.
    pub key: String,
    /// How often it was asked.
    pub times: i64,
}

struct Seen {
    at: usize,
    pairs: Vec<[char; 2]>,
    sense: Sense,
}

/// Clusters of wordings, each as places in `wordings`, its leader first: the most asked, by key where equal. Each wording goes to
/// the leader that it is most like, if it is like any.
pub fn clusters(wordings: &[Wording], near: &NgramVectors) -> Vec<Vec<usize>> {
    let mut order: Vec<(usize, &Wording)> = wordings.iter().enumerate().collect();
    order.sort_by(|a, b| b.1.times.cmp(&a.1.times).then_with(|| a.1.key.cmp(&b.1.key)));
    let mut leaders: Vec<Seen> = Vec::new();
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    for (at, wording) in order {
        let chars: Vec<char> = wording.key.chars().collect();
        let seen = Seen { at, pairs: pairs(&chars), sense: near.sense(&chars) };
        let likest = leaders
            .iter()
            .enumerate()
            .map(|(number, leader)| (alike(leader, &seen), number))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let joins = likest.filter(|(alike, _)| *alike >= ALIKE);
        if let Some(cluster) = joins.and_then(|(_, number)| clusters.get_mut(number)) {
            cluster.push(at);
        } else {
            clusters.push(vec![seen.at]);
            leaders.push(seen);
        }
    }
    clusters
}

fn alike(a: &Seen, b: &Seen) -> f32 {
    let of_pairs = dice(&a.pairs, &b.pairs);
    let of_sense = a.sense.sum().cosine(b.sense.sum()).max(0.0);
    of_pairs.max(OF_PAIRS * of_pairs + (1.0 - OF_PAIRS) * of_sense)
}

fn pairs(chars: &[char]) -> Vec<[char; 2]> {
    let mut pairs: Vec<[char; 2]> = chars.windows(2).filter_map(|pair| pair.first_chunk().copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Dice's coefficient of two sorted sets.
fn dice(a: &[[char; 2]], b: &[[char; 2]]) -> f32 {
    let both = a.iter().filter(|pair| b.binary_search(pair).is_ok()).count();
    let all = a.len() + b.len();
    if all == 0 { 0.0 } else { 2.0 * both as f32 / all as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(texts: &[(&str, i64)]) -> Vec<Vec<String>> {
        let wordings: Vec<Wording> =
            texts.iter().map(|(key, times)| Wording { key: (*key).to_owned(), times: *times }).collect();
        let clusters = clusters(&wordings, &NgramVectors::builtin());
        clusters.into_iter().map(|one| one.into_iter().map(|at| wordings[at].key.clone()).collect()).collect()
    }

    #[test]
    fn wordings_of_one_question_come_together_and_others_do_not() {
        let found = of(&[
            ("共享单车乱停放归谁管", 3),
            ("公积金能不能提取", 2),
            ("共享单车乱停放谁管", 1),
            ("路上共享单车乱停找谁管", 1),
            ("小区门口路灯不亮", 1),
        ]);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[0], ["共享单车乱停放归谁管", "共享单车乱停放谁管", "路上共享单车乱停找谁管"]);
    }

    /// How often paraphrases of real questions come together, and strangers. Printed, and held to a floor.
    #[test]
    fn real_paraphrases_come_together() {
        let folder = std::env::var_os("MINSHENG_DATA").map_or_else(
            || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
            Into::into,
        );
        let (Ok(mut known), Ok(mut asked)) = (
            csv::Reader::from_path(folder.join("faq/kb_28018.csv")),
            csv::Reader::from_path(folder.join("faq/queries_dev.csv")),
        ) else {
            println!("skipped: no real questions beside the project");
            return;
        };
        let titles: std::collections::HashMap<String, String> = known
            .deserialize::<(String, String, String)>()
            .map(|row| row.map(|(id, question, _)| (id, question)).unwrap())
            .collect();
        let pairs: Vec<(String, String)> = asked
            .deserialize::<(String, String, String)>()
            .map(Result::unwrap)
            .filter_map(|(_, query, gold)| Some((query, titles.get(&gold)?.clone())))
            .take(1_000)
            .collect();
        let near = NgramVectors::builtin();
        let seen = |text: &str| {
            let chars = language::normalise::chars(text);
            Seen { at: 0, pairs: super::pairs(&chars), sense: near.sense(&chars) }
        };
        let of_same: Vec<f32> = pairs.iter().map(|(query, gold)| alike(&seen(query), &seen(gold))).collect();
        // The table stands in order of the answers: only far rows ask other things.
        let strangers = pairs.iter().zip(pairs.iter().skip(pairs.len() / 2));
        let of_strangers: Vec<f32> = strangers.map(|(a, b)| alike(&seen(&a.0), &seen(&b.1))).collect();
        let over = |scores: &[f32], least: f32| scores.iter().filter(|score| **score >= least).count();
        for step in 0..6 {
            let least = 0.5 + step as f32 * 0.05;
            let (same, strangers) = (over(&of_same, least), over(&of_strangers, least));
            println!("of {} pairs at {least:.2}: same together {same}, strangers {strangers}", pairs.len());
        }
        let (same, strangers) = (over(&of_same, ALIKE), over(&of_strangers, ALIKE));
        assert!(same * 10 >= pairs.len() * 8 && strangers * 50 <= pairs.len(), "{same} {strangers}");
    }

    proptest! {
        #[test]
        fn every_wording_is_in_one_cluster_whatever_the_order(
            keys in proptest::collection::btree_set("[社保卡公积金丢了怎么办提取]{2,9}", 1..20), seed in 0usize..1000,
        ) {
            let mut texts: Vec<(String, i64)> =
                keys.into_iter().enumerate().map(|(at, key)| (key, (at as i64 * 7) % 3 + 1)).collect();
            let sorted = |texts: &[(String, i64)]| {
                let borrowed: Vec<(&str, i64)> = texts.iter().map(|(key, times)| (key.as_str(), *times)).collect();
                let mut found = of(&borrowed);
                for one in &mut found {
                    one.sort();
                }
                found.sort();
                found
            };
            let before = sorted(&texts);
            prop_assert_eq!(before.iter().map(Vec::len).sum::<usize>(), texts.len());
            let middle = seed % texts.len();
            texts.rotate_left(middle);
            prop_assert_eq!(before, sorted(&texts));
        }
    }
}
