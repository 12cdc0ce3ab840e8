//! Sounds without tones, so that a misheard or mistyped word still finds its text (掉失 and 挂失 differ, 挂施 and 挂失 do not).

use pinyin::ToPinyin;

/// The toneless syllable of a Chinese character: its most common reading.
pub fn syllable(c: char) -> Option<&'static str> {
    c.to_pinyin().map(pinyin::Pinyin::plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homophones_sound_alike() {
        assert_eq!(syllable('失'), syllable('施'));
        assert_ne!(syllable('失'), syllable('挂'));
        assert_eq!(syllable('a'), None);
    }
}
