//! The end of an address: house, building, unit and room numbers. Road, estate and village stay, so that a matter can still be
//! placed.

use super::Hidden;
use super::digits;

/// The longest number looked at (`A12-302`).
const NUMBER_MAX: usize = 8;
/// How far a room is looked for behind a building written in words.
const ROOM_WITHIN: usize = 10;

/// Marks the numbers to hide.
pub(super) fn mark(chars: &[char], hidden: &mut Hidden) {
    for at in 0..chars.len() {
        let Some(unit) = unit_at(chars, at) else { continue };
        let before = chars.get(..at).unwrap_or_default();
        let length = before.iter().rev().take(NUMBER_MAX).take_while(|c| is_number_part(**c)).count();
        let number = before.get(at - length..).unwrap_or_default();
        let prior = before.get(..at - length).and_then(|rest| rest.last()).copied();
        let behind = chars.get(at + 1..).unwrap_or_default();
        if names_a_home(unit, number, prior, behind) {
            for (place, c) in (at - length..at).zip(number) {
                if !is_dash(*c) {
                    hidden.hide(place);
                }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    /// 室
    Room,
    /// 单元, 号楼
    Section,
    /// 幢, 栋
    Building,
    /// 号
    House,
    /// 弄
    Lane,
}

fn unit_at(chars: &[char], at: usize) -> Option<Unit> {
    let next = chars.get(at + 1);
    match chars.get(at)? {
        '室' => Some(Unit::Room),
        '单' if next == Some(&'元') => Some(Unit::Section),
        '号' if next == Some(&'楼') => Some(Unit::Section),
        '幢' | '栋' => Some(Unit::Building),
        '号' => Some(Unit::House),
        '弄' => Some(Unit::Lane),
        _ => None,
    }
}

fn is_number_part(c: char) -> bool {
    digits::value(c).is_some() || c.is_ascii_alphabetic() || matches!(c, '十' | '百') || is_dash(c)
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '—' | '－' | '–')
}

/// Roads, estates, villages: what a house number follows.
fn is_place_end(c: char) -> bool {
    matches!(
        c,
        '路' | '街'
            | '巷'
            | '弄'
            | '道'
            | '里'
            | '村'
            | '坊'
            | '苑'
            | '园'
            | '庄'
            | '段'
            | '组'
            | '队'
            | '区'
            | '庭'
            | '城'
            | '院'
            | '墅'
            | '邸'
            | '湾'
            | '府'
            | '桥'
            | '岸'
            | '厦'
            | '寓'
            | '幢'
            | '栋'
            | '元'
    )
}

fn names_a_home(unit: Unit, number: &[char], prior: Option<char>, behind: &[char]) -> bool {
    let is_figure = |c: &char| c.is_ascii_digit() || ('０'..='９').contains(c);
    let figures = number.iter().filter(|c| is_figure(c)).count();
    let words =
        number.iter().filter(|c| digits::value(**c).is_some() || matches!(c, '十' | '百')).count() - figures;
    if figures + words == 0 || prior == Some('第') {
        return false;
    }
    match unit {
        // 302室, 三〇二室; not 三室两厅, 3室2厅.
        Unit::Room => {
            let is_layout = behind.iter().take(2).any(|c| *c == '厅');
            figures + words >= 2 && !is_layout
        }
        Unit::Section => true,
        // 5幢; in words only with more of an address around it: 一栋楼 is no address.
        Unit::Building => {
            figures > 0
                || prior.is_some_and(is_place_end)
                || behind.iter().take(ROOM_WITHIN).any(|c| matches!(c, '室' | '元'))
        }
        // 中山路128号; not 3号线, 市政府12号公告.
        Unit::House => {
            prior.is_some_and(is_place_end)
                && !behind.first().is_some_and(|c| matches!(c, '线' | '文' | '令' | '公'))
        }
        Unit::Lane => prior.is_some_and(is_place_end),
    }
}
