//! Characters by other names than their own: numbers in Adobe's collection, names of glyphs, radicals that stand for the character.

use encoding_rs::GBK;

/// Adobe-GB1 follows GB 2312 in these stretches: first number, place in GB 2312 counted from its head, length.
const GB1: [(u32, u32, u32); 16] = [
    (96, 0, 94),
    (190, 110, 50),
    (240, 162, 10),
    (250, 174, 12),
    (262, 188, 177),
    (439, 376, 86),
    (525, 470, 24),
    (549, 502, 53),
    (602, 564, 33),
    (635, 612, 33),
    (668, 658, 32),
    (700, 694, 38),
    (738, 755, 76),
    (908, 940, 32),
    (940, 1410, 3755),
    (4695, 5170, 3008),
];

/// A character of Adobe-GB1 by its number, as far as GB 2312 goes.
pub(super) fn of_gb1(number: u32) -> Option<char> {
    match number {
        1..=95 => return char::from_u32(number + 31),
        // Of half width.
        814..=907 => return char::from_u32(number - 781),
        7716 => return Some(' '),
        _ => {}
    }
    let within = |(first, _, length): &&(u32, u32, u32)| (*first..first + length).contains(&number);
    let (first, place, _) = GB1.iter().find(within)?;
    let place = place + number - first;
    let bytes = [(place / 94 + 0xa1) as u8, (place % 94 + 0xa1) as u8];
    GBK.decode_without_bom_handling_and_without_replacement(&bytes)?.chars().next()
}

/// The radicals U+2F00 to U+2FD5 as characters. Programs that go from a font's glyphs back to characters often find these first.
const RADICALS: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";
/// Radicals of the supplement that are characters by themselves, and those characters.
const MORE: &str = "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻰⻳";
const MORE_AS: &str = "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄黾齐齿龙龟";

/// The character that is meant where a font's map names one that only looks like it.
pub(super) fn usual(c: char) -> char {
    match c {
        '\u{2f00}'..='\u{2fd5}' => RADICALS.chars().nth(c as usize - 0x2f00).unwrap_or(c),
        '\u{2e80}'..='\u{2eff}' => {
            MORE.chars().zip(MORE_AS.chars()).find(|(from, _)| *from == c).map_or(c, |(_, to)| to)
        }
        // The wide blank.
        '\u{2003}' => '\u{3000}',
        '\u{a0}' => ' ',
        // Dots and squares of fonts of signs, before items of lists.
        '\u{f020}'..='\u{f0ff}' => '•',
        _ => c,
    }
}

const NAMES: &[(&str, char)] = &[
    ("space", ' '),
    ("nbspace", ' '),
    ("exclam", '!'),
    ("quotedbl", '"'),
    ("numbersign", '#'),
    ("dollar", '$'),
    ("percent", '%'),
    ("ampersand", '&'),
    ("quotesingle", '\''),
    ("parenleft", '('),
    ("parenright", ')'),
    ("asterisk", '*'),
    ("plus", '+'),
    ("comma", ','),
    ("hyphen", '-'),
    ("minus", '−'),
    ("period", '.'),
    ("slash", '/'),
    ("zero", '0'),
    ("one", '1'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
    ("colon", ':'),
    ("semicolon", ';'),
    ("less", '<'),
    ("equal", '='),
    ("greater", '>'),
    ("question", '?'),
    ("at", '@'),
    ("bracketleft", '['),
    ("backslash", '\\'),
    ("bracketright", ']'),
    ("underscore", '_'),
    ("braceleft", '{'),
    ("bar", '|'),
    ("braceright", '}'),
    ("quoteleft", '‘'),
    ("quoteright", '’'),
    ("quotedblleft", '“'),
    ("quotedblright", '”'),
    ("endash", '–'),
    ("emdash", '—'),
    ("ellipsis", '…'),
    ("bullet", '•'),
    ("periodcentered", '·'),
    ("degree", '°'),
    ("multiply", '×'),
    ("section", '§'),
];

/// A character by the name of its glyph: A, comma, uni4E2D, u4E2D.
pub(super) fn named(name: &str) -> Option<char> {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Some(letter);
    }
    let number = name.strip_prefix("uni").or_else(|| name.strip_prefix('u'));
    let number =
        number.filter(|digits| digits.len() >= 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let listed = || NAMES.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    number.and_then(char::from_u32).or_else(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_radicals_are_known() {
        // From Adobe's own table: the ends of both levels of Chinese characters, a full stop, a sign of half width, a letter.
        let known =
            [(940, '啊'), (4694, '座'), (4695, '亍'), (7702, '齄'), (98, '。'), (823, '*'), (34, 'A')];
        for (number, c) in known {
            assert_eq!(of_gb1(number), Some(c), "{number}");
        }
        assert_eq!((of_gb1(0), of_gb1(20_000)), (None, None));
        assert_eq!(
            (named("uni4E2D"), named("comma"), named("g12"), named("A")),
            (Some('中'), Some(','), None, Some('A'))
        );
        assert_eq!("⼭⼈⺠⽼⾼".chars().map(usual).collect::<String>(), "山人民老高");
    }
}
