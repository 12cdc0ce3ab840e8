//! Words people typed, made safe to keep: no control characters, bounded length. Nothing a person wrote is otherwise changed.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// Text as a person typed it, without control characters. It accepts anything JSON can say; length is the business rules'
/// concern.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(value_type = String)]
pub struct Words(pub String);

impl Words {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, or nothing when it is blank.
    pub fn filled(self) -> Option<String> {
        if self.0.trim().is_empty() { None } else { Some(self.0) }
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(clean(&text)))
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self(clean(text))
    }
}

/// Without control characters: line breaks and tabs stay, a carriage return becomes a line break, U+0000 and its kin go (a
/// database refuses them), and so do U+FFFE and U+FFFF. Joiners of emoji and marks of writing direction stay: pages isolate them.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut letters = text.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => {
                if letters.peek() != Some(&'\n') {
                    cleaned.push('\n');
                }
            }
            '\n' | '\t' => cleaned.push(letter),
            '\u{fffe}' | '\u{ffff}' | '\u{feff}' => {}
            _ if letter.is_control() => {}
            _ => cleaned.push(letter),
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_go_and_the_rest_stays() {
        assert_eq!(
            clean(" 你\u{0}好\u{7}\r\n<b>&\u{1b}[31m👨‍👩‍👧\u{202e}abc\u{9f} "),
            "你好\n<b>&[31m👨‍👩‍👧\u{202e}abc"
        );
        assert_eq!(clean("a\rb"), "a\nb");
        assert_eq!(clean("\u{0}\u{1}"), "");
    }

    #[test]
    fn json_escapes_are_cleaned_too() {
        let words: Words = serde_json::from_str(r#""a\u0000b""#).expect("JSON");
        assert_eq!(words.as_str(), "ab");
    }
}
