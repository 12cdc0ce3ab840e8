//! Masking: known texts, and what may never be left standing.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "windows and ASCII of known length")]

use proptest::prelude::*;
use security::{mask_name, mask_phone, mask_text};

#[test]
fn known_texts_are_masked_so() {
    for (text, expected) in [
        // Mobile numbers.
        ("我的电话13812345678，谢谢", "我的电话138****5678，谢谢"),
        ("138 1234 5678", "138 **** 5678"),
        ("138-1234-5678", "138-****-5678"),
        ("+86 13812345678", "+86 138****5678"),
        ("8613812345678", "86138****5678"),
        ("１３８１２３４５６７８", "１３８****５６７８"),
        ("一三八一二三四五六七八", "一三八****五六七八"),
        ("幺三八一二三四五六七八", "幺三八****五六七八"),
        ("138\u{200b}1234\u{200b}5678", "138\u{200b}****\u{200b}5678"),
        ("拨9再拨913812345678", "拨9再拨9138****5678"),
        ("13812345678、13900001111", "138****5678、139****1111"),
        // Identity numbers: 11010519491231002X is the example of GB 11643.
        ("身份证11010519491231002X", "身份证110***********002X"),
        ("11010519491231002x", "110***********002x"),
        ("110105 19491231 002X", "110*** ******** 002X"),
        ("号码110105194912310021抄错一位", "号码110***********0021抄错一位"),
        ("老证110105491231002", "老证110********1002"),
        // Landlines.
        ("0574-87412345", "0574-****2345"),
        ("（0574）87412345", "（0574）****2345"),
        ("057487412345", "0574****2345"),
        ("010-67891234转8", "010-****1234转8"),
        ("0574 8741 2345", "0574 **** 2345"),
        // Bank cards.
        ("卡号6222021234567890128", "卡号6222***********0128"),
        ("4111 1111 1111 1111", "4111 **** **** 1111"),
        // E-mail.
        ("发到zhang.san@qq.com吧", "发到z********@qq.com吧"),
        ("a@b.cn", "*@b.cn"),
        // Addresses.
        ("中山路128号302室", "中山路***号***室"),
        ("钟公庙街道凯德汇小区5幢2单元1203室", "钟公庙街道凯德汇小区*幢*单元****室"),
        ("住在百丈东路88弄6号402室", "住在百丈东路**弄*号***室"),
        ("三幢四零二室", "*幢***室"),
        ("3号楼A1-302室", "*号楼**-***室"),
    ] {
        assert_eq!(mask_text(text), expected, "{text}");
    }
}

#[test]
fn ordinary_text_is_left_alone() {
    for text in [
        "",
        "公积金怎么提取",
        "国务院令第710号",
        "依据浙政发〔2023〕15号文件",
        "我想买三室两厅的房子，3室2厅也行",
        "地铁3号线什么时候开通",
        "请拨打12345或81812345",
        "小区里新盖了一栋楼",
        "2024年1月1日起，每月1500-3000元",
        "工单号YZ2026112200001",
        "139路公交，5月1号停运",
        "办公室在101办公室，302教室",
        "面积120.5平方米，单价23800元",
        "坐13 14 15 16 17 18路都行",
        "微博@宁波发布",
        "2019-11-13 08:30:00",
        "400-820-8820",
        "第三单元考试",
        "三五个人一起去的",
        "市政府12号公告",
    ] {
        assert_eq!(mask_text(text), text);
    }
}

#[test]
fn fields_are_masked_whole() {
    assert_eq!(mask_phone("13812345678"), "138****5678");
    assert_eq!(mask_phone("0574-87412345"), "057*-****2345");
    assert_eq!(mask_phone("87412345"), "******45");
    assert_eq!(mask_phone(""), "");
    assert_eq!(mask_name("张三"), "张*");
    assert_eq!(mask_name(" 欧阳小锋 "), "欧***");
    assert_eq!(mask_name(""), "");
}

/// Written apart from the code under test: plain ASCII windows.
fn reveals(text: &str) -> Option<String> {
    let bytes: Vec<u8> = text.bytes().collect();
    for window in bytes.windows(11) {
        if window.iter().all(u8::is_ascii_digit) && window[0] == b'1' && window[1] >= b'3' {
            return Some(format!("mobile {}", String::from_utf8_lossy(window)));
        }
    }
    for window in bytes.windows(18) {
        if !window[..17].iter().all(u8::is_ascii_digit) {
            continue;
        }
        // ISO 7064 mod 11-2: the weighted sum with the check character is 1 modulo 11.
        let mut remainder = 0_u32;
        for &byte in &window[..17] {
            remainder = (remainder + u32::from(byte - b'0')) * 2 % 11;
        }
        let check = (12 - remainder) % 11;
        let expected = if check == 10 { b'X' } else { b'0' + check as u8 };
        if window[17].to_ascii_uppercase() == expected {
            return Some(format!("identity {}", String::from_utf8_lossy(window)));
        }
    }
    None
}

#[test]
fn the_oracle_sees_what_it_must() {
    for open in
        ["13812345678", "x19912345678y", "00013812345678000", "11010519491231002X", "a11010519491231002x9"]
    {
        assert!(reveals(open).is_some(), "{open}");
    }
    for hidden in ["12812345678", "138****5678", "310105204912310021", "1381234567"] {
        assert_eq!(reveals(hidden), None);
    }
}

fn identity() -> impl Strategy<Value = String> {
    (100_000_u32..900_000, 1900_u32..2100, 1_u32..13, 1_u32..32, 0_u32..1000).prop_map(
        |(place, year, month, day, order)| {
            let body = format!("{place}{year}{month:02}{day:02}{order:03}");
            let remainder = body.bytes().fold(0, |sum, byte| (sum + u32::from(byte - b'0')) * 2 % 11);
            let check = (12 - remainder) % 11;
            if check == 10 { format!("{body}X") } else { format!("{body}{check}") }
        },
    )
}

fn mobile() -> impl Strategy<Value = String> {
    (3_u64..10, 0_u64..1_000_000_000).prop_map(|(second, rest)| format!("1{second}{rest:09}"))
}

/// Digits, everything that may stand between them, and everything that gives them another meaning.
const DENSE: &str = "[0-9０-９一二三xX \\-\\.\\(\\)+@a号室弄幢栋单元路第\u{200b}]{0,60}";

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_number_stands_in_any_text(text in any::<String>()) {
        prop_assert_eq!(reveals(&mask_text(&text)), None);
    }

    #[test]
    fn no_number_stands_in_dense_text(text in DENSE) {
        prop_assert_eq!(reveals(&mask_text(&text)), None);
    }

    #[test]
    fn no_number_stands_in_long_digits(text in "[0-9]{0,300}[xX]?") {
        prop_assert_eq!(reveals(&mask_text(&text)), None);
    }

    #[test]
    fn an_identity_number_is_hidden_wherever_it_stands(before in DENSE, number in identity(), after in DENSE) {
        let masked = mask_text(&format!("{before}{number}{after}"));
        prop_assert_eq!(reveals(&masked), None);
        prop_assert!(!masked.contains(&number));
    }

    #[test]
    fn a_mobile_number_is_hidden_wherever_it_stands(before in DENSE, number in mobile(), after in DENSE) {
        let masked = mask_text(&format!("{before}{number}{after}"));
        prop_assert_eq!(reveals(&masked), None);
        prop_assert!(!masked.contains(&number));
    }

    #[test]
    fn a_spaced_mobile_number_is_hidden(number in mobile(), gap in "[ \\-.·]{1,2}", cut in 1_usize..11) {
        let spaced = format!("电话{}{gap}{}谢谢", &number[..cut], &number[cut..]);
        let masked = mask_text(&spaced);
        prop_assert!(masked.chars().filter(|&c| c == '*').count() >= 4, "{}", masked);
    }

    #[test]
    fn a_number_alone_can_still_be_recognised(number in mobile()) {
        let masked = mask_text(&format!("我的号码是{number}。"));
        prop_assert_eq!(masked, format!("我的号码是{}****{}。", &number[..3], &number[7..]));
    }

    #[test]
    fn only_stars_are_put_in_and_masking_again_changes_nothing(text in DENSE) {
        let once = mask_text(&text);
        prop_assert_eq!(once.chars().count(), text.chars().count());
        prop_assert!(once.chars().zip(text.chars()).all(|(new, old)| new == old || new == '*'));
        prop_assert_eq!(mask_text(&once), once);
    }
}

#[test]
fn time_grows_with_the_text_only() {
    for pattern in
        ["1", "13812345678", "a@", "a", "弄1号1室", "1 ", "1\u{200b}", "11010519491231002X", "@.", "----"]
    {
        let text = pattern.repeat(1_000_000 / pattern.len());
        let begun = std::time::Instant::now();
        let masked = mask_text(&text);
        let took = begun.elapsed();
        assert_eq!(masked.chars().count(), text.chars().count());
        assert!(took.as_secs() < 5, "{pattern:?} took {took:?}");
    }
}
