//! E-mail addresses: the first character and the domain stay.

use super::Hidden;

/// The longest local part (RFC 5321, 4.5.3.1.1).
const LOCAL_MAX: usize = 64;

/// Marks the local parts to hide.
pub(super) fn mark(chars: &[char], hidden: &mut Hidden) {
    for (at, &c) in chars.iter().enumerate() {
        if !matches!(c, '@' | '＠') || !has_domain(chars, at + 1) {
            continue;
        }
        let is_local = |c: &char| c.is_ascii_alphanumeric() || "._%+-".contains(*c);
        let before = chars.get(..at).unwrap_or_default();
        let length = before.iter().rev().take(LOCAL_MAX).take_while(|c| is_local(c)).count();
        let shown = usize::from(length > 1);
        (at - length + shown..at).for_each(|one| hidden.hide(one));
    }
}

/// A label, a dot, a letter.
fn has_domain(chars: &[char], from: usize) -> bool {
    let rest = chars.get(from..).unwrap_or_default();
    let label = rest.iter().take(64).take_while(|c| c.is_ascii_alphanumeric() || **c == '-').count();
    label > 0
        && matches!(rest.get(label), Some('.' | '．'))
        && rest.get(label + 1).is_some_and(char::is_ascii_alphanumeric)
}
