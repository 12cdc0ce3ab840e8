//! Hiding personal data in text that is shown to more eyes than it must be: lists, logs, exports.
//!
//! Characters are replaced one by one with `*`, so that lengths and everything around stay as they were and enough remains to
//! recognise a number by. Masking is not idempotent by luck but by rule: `*` is never part of what is looked for.

mod address;
mod digits;
mod email;

/// Hides identity numbers (18 digits with a right check digit or a right birthday, 15 digits with a right birthday), mobile and
/// landline numbers, bank cards (Luhn), e-mail addresses, and house, building and room numbers of addresses. Full-width and
/// Chinese digits, spaces, hyphens and invisible characters within numbers make no difference.
///
/// `13812345678` -> `138****5678`, `330212199001011234` -> `330***********1234`, `0574-87412345` -> `0574-****2345`,
/// `6222021234567890123` -> `6222***********0123`, `zhang@qq.com` -> `z****@qq.com`, `中山路128号302室` -> `中山路***号***室`.
///
/// Time is linear in the length of the text.
pub fn mask_text(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut hidden = Hidden(vec![false; chars.len()]);
    digits::mark(&chars, &mut hidden);
    email::mark(&chars, &mut hidden);
    address::mark(&chars, &mut hidden);
    chars.iter().zip(hidden.0).map(|(&c, hide)| if hide { '*' } else { c }).collect()
}

/// A telephone number that stands alone: the first three and last four digits stay; of a short one only the last two.
pub fn mask_phone(phone: &str) -> String {
    let digits = phone.chars().filter(|&c| digits::value(c).is_some()).count();
    let (head, tail) = if digits >= 9 { (3, 4) } else { (0, 2) };
    let mut seen = 0;
    phone
        .chars()
        .map(|c| {
            if digits::value(c).is_none() {
                return c;
            }
            seen += 1;
            if seen <= head || seen + tail > digits { c } else { '*' }
        })
        .collect()
}

/// A person's name: the first character stays.
pub fn mask_name(name: &str) -> String {
    name.trim().chars().enumerate().map(|(at, c)| if at == 0 { c } else { '*' }).collect()
}

/// Which characters are to be hidden.
struct Hidden(Vec<bool>);

impl Hidden {
    fn hide(&mut self, at: usize) {
        if let Some(one) = self.0.get_mut(at) {
            *one = true;
        }
    }
}
