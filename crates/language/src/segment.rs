//! Words of a text by the jieba dictionary, with a site's own vocabulary added.

use std::sync::LazyLock;

use jieba_rs::Jieba;

static COMMON: LazyLock<Segmenter> = LazyLock::new(|| Segmenter { jieba: Jieba::new() });

/// Cuts text into words. Building one reads the whole dictionary (about a tenth of a second): share it.
pub struct Segmenter {
    jieba: Jieba,
}

impl Segmenter {
    /// The one with the plain dictionary, built at first use and shared.
    pub fn common() -> &'static Self {
        &COMMON
    }

    /// The plain dictionary with further words, which are then never cut apart.
    pub fn with_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut jieba = Jieba::new();
        for word in words {
            jieba.add_word(word, None, None);
        }
        Self { jieba }
    }

    /// Words in order; punctuation and spaces come out as words of their own.
    pub fn words<'a>(&self, text: &'a str) -> Vec<&'a str> {
        self.jieba.cut(text, false).into_iter().map(|token| token.word).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_adds_its_words() {
        assert_eq!(Segmenter::common().words("提取住房公积金"), ["提取", "住房", "公积金"]);
        assert!(Segmenter::with_words(["三江口"]).words("在三江口下车").contains(&"三江口"));
    }
}
