//! A shortlist of the vectors nearest to one, told by the signs of fixed projections.
//!
//! Comparing 128 signs costs a small part of a dot product; the few hundred with the most equal signs are then compared
//! exactly. How many of the nearest are on the list: docs/search.md.

use std::sync::LazyLock;

use super::embed::dot;

const WORDS: usize = 2;
const BITS: usize = WORDS * 64;
/// Components of a vector that are projected.
const WIDEST: usize = 512;

/// Which side of each projection a vector lies on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signs([u64; WORDS]);

/// Rows of ones and minus ones, the same on every machine.
static PROJECTIONS: LazyLock<Vec<i8>> = LazyLock::new(|| {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        // splitmix64
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        if (mixed ^ (mixed >> 31)) & 1 == 0 { 1i8 } else { -1 }
    };
    (0..BITS * WIDEST).map(|_| next()).collect()
});

impl Signs {
    /// Reads a packed vector.
    pub fn of(vector: &[i8]) -> Self {
        let mut signs = [0u64; WORDS];
        for (bit, row) in PROJECTIONS.chunks_exact(WIDEST).enumerate() {
            let positive = dot(row, vector) > 0;
            if let Some(word) = signs.get_mut(bit / 64) {
                *word |= u64::from(positive) << (bit % 64);
            }
        }
        Self(signs)
    }

    /// Number of signs that differ.
    fn distance(self, other: Self) -> u8 {
        let [a, b] = self.0;
        let [c, d] = other.0;
        ones_of_two(a ^ c, b ^ d)
    }
}

/// The ones of two words, counted in bytes side by side: one multiplication instead of two where the processor that was built for
/// has no instruction for it (Warren, Hacker's Delight, 5-1).
const fn ones_of_two(a: u64, b: u64) -> u8 {
    const ODD: u64 = 0x5555_5555_5555_5555;
    const PAIRS: u64 = 0x3333_3333_3333_3333;
    const FOURS: u64 = 0x0f0f_0f0f_0f0f_0f0f;
    const SUM: u64 = 0x0101_0101_0101_0101;
    let (a, b) = (a.wrapping_sub((a >> 1) & ODD), b.wrapping_sub((b >> 1) & ODD));
    let (a, b) = ((a & PAIRS).wrapping_add((a >> 2) & PAIRS), (b & PAIRS).wrapping_add((b >> 2) & PAIRS));
    let both =
        (a & FOURS).wrapping_add((a >> 4) & FOURS).wrapping_add(b & FOURS).wrapping_add((b >> 4) & FOURS);
    (both.wrapping_mul(SUM) >> 56) as u8
}

/// The numbers of about `count` vectors with the fewest differing signs, in order of number: all of the last distance are
/// kept, so that equal vectors stay together.
pub fn nearest(all: &[Signs], to: Signs, count: usize) -> Vec<u32> {
    if all.len() <= count {
        return (0..all.len() as u32).collect();
    }
    let distances: Vec<u8> = all.iter().map(|signs| signs.distance(to)).collect();
    let mut histogram = [0usize; BITS + 1];
    for distance in &distances {
        if let Some(bar) = histogram.get_mut(usize::from(*distance)) {
            *bar += 1;
        }
    }
    let mut below = 0;
    let furthest = histogram.iter().position(|bar| {
        below += bar;
        below >= count
    });
    let furthest = furthest.unwrap_or(BITS) as u8;
    let numbered = distances.iter().enumerate();
    numbered.filter(|(_, distance)| **distance <= furthest).map(|(number, _)| number as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_are_counted() {
        let mut state = 1u64;
        for _ in 0..1_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (a, b) = (state, state.rotate_left(29) ^ 0xdead_beef);
            assert_eq!(u32::from(ones_of_two(a, b)), a.count_ones() + b.count_ones());
        }
        assert_eq!(ones_of_two(u64::MAX, u64::MAX), 128);
    }

    #[test]
    fn the_nearest_are_on_the_list() {
        let mut state = 7u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as i8
        };
        let vectors: Vec<Vec<i8>> = (0..3_000).map(|_| (0..96).map(|_| random()).collect()).collect();
        let signs: Vec<Signs> = vectors.iter().map(|v| Signs::of(v)).collect();
        for at in (0..3_000).step_by(97) {
            let mut near = vectors[at].clone();
            near.iter_mut().step_by(5).for_each(|x| *x = x.wrapping_add(20));
            let list = nearest(&signs, Signs::of(&near), 100);
            assert!(list.contains(&(at as u32)) && list.is_sorted() && list.len() < 300);
        }
        assert_eq!(nearest(&signs[..10], signs[0], 100).len(), 10);
    }
}
