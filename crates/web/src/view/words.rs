//! Times as people read them.

use kernel::Micros;

/// `14:05` today, `1月2日 14:05` in this year, `2025年1月2日 14:05` before.
pub fn at(at_us: i64, now: Micros) -> String {
    let (at, now) = (Micros(at_us).beijing(), now.beijing());
    let format = if at.date() == now.date() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%-m月%-d日 %H:%M"
    } else {
        "%Y年%-m月%-d日 %H:%M"
    };
    at.strftime(format).to_string()
}

/// `2026-01-02T14:05:00+08:00`, for machines.
pub fn iso(at_us: i64) -> String {
    Micros(at_us).beijing().strftime("%Y-%m-%dT%H:%M:%S+08:00").to_string()
}

/// `2026年1月2日`.
pub fn day(at_us: i64) -> String {
    Micros(at_us).beijing().strftime("%Y年%-m月%-d日").to_string()
}

/// `1月6日（周二）17:30`.
pub fn due(at_us: i64) -> String {
    const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let at = Micros(at_us).beijing();
    let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).ok().and_then(|day| DAYS.get(day));
    format!(
        "{}（周{}）{}",
        at.strftime("%-m月%-d日"),
        weekday.copied().unwrap_or_default(),
        at.strftime("%H:%M")
    )
}

/// `大约等 2 分钟`.
pub fn wait(secs: u32) -> String {
    match secs {
        0..=20 => "马上就到您".to_owned(),
        21..=90 => "大约等 1 分钟".to_owned(),
        91..=3600 => format!("大约等 {} 分钟", (secs + 30) / 60),
        _ => "要等一个小时以上".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_767_240_000_000_000; // 2026-01-01 12:00 in China

    #[test]
    fn times_are_as_short_as_they_can_be() {
        let now = Micros(NOON);
        assert_eq!(at(NOON, now), "12:00");
        assert_eq!(at(NOON - 86_400_000_000, now), "2025年12月31日 12:00");
        assert_eq!(at(NOON, Micros(NOON + 86_400_000_000)), "1月1日 12:00");
        assert_eq!(due(NOON), "1月1日（周四）12:00");
        assert_eq!(iso(NOON), "2026-01-01T12:00:00+08:00");
    }

    #[test]
    fn waits_are_told_in_minutes() {
        assert_eq!(wait(5), "马上就到您");
        assert_eq!(wait(60), "大约等 1 分钟");
        assert_eq!(wait(130), "大约等 2 分钟");
        assert_eq!(wait(7200), "要等一个小时以上");
    }
}
