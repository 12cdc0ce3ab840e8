//! Places: 宁波市鄞州区中河街道都市森林小区5幢301室, 中山路和福明路口, 第二医院旁边菜场门口.
//!
//! A place is a chain of elements that touch: a name with its ending (街道, 路, 小区, 医院 ...), the numbers after it, where it
//! lies beside (门口, 往东50米). No gazetteer is needed: the endings tell an element, the words before a name tell where
//! it begins. The shape follows the order of GB/T 23705-2009 (division, road or village, number, building, room).

/// A place in the words, by characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: usize,
    to: usize,
}

/// What an ending says about the words before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// A division of the land: its name is short.
    Division,
    /// A road: it may cross another.
    Road,
    /// Where people live, in words nothing else ends in.
    Home,
    /// One character that ends names of estates and much else.
    Short,
    /// A landmark.
    Landmark,
}

/// Endings, the longer before those they end in.
const ENDINGS: &[(&str, Ending)] = &[
    ("工业园区 科技园区", Ending::Landmark),
    ("菜市场 幼儿园 工业区 工业园 产业园 科技园 地铁站 公交站 火车站 加油站 立交桥", Ending::Landmark),
    ("街道 社区", Ending::Division),
    ("新村 小区 花园 花苑 公寓 家园 佳苑 公馆 山庄 别墅 大厦", Ending::Home),
    ("广场", Ending::Landmark),
    ("大道 大街 高架 公路", Ending::Road),
    ("公园 医院 学校 小学 中学 市场 菜场 商场 车站 大桥 隧道 码头 园区", Ending::Landmark),
    ("路 街 巷 弄", Ending::Road),
    ("省 市 区 县 镇 乡 村", Ending::Division),
    ("苑 园 城 府 庭 桥", Ending::Short),
];

/// What follows an ending where it is none: 路灯, 城管.
const NOT_BEFORE: &[(&str, &str)] = &[
    ("路", "灯况程由费过牌线政基权径子透见"),
    ("街", "坊头道舞"),
    ("镇", "痛静定压"),
    ("乡", "下亲村镇"),
    ("村", "民干规"),
    ("城", "市管乡建际"),
    ("市", "场民政区容监价面值盈"),
    ("区", "别分块间域号"),
    ("省", "钱电水心事力下"),
    ("园", "区林丁长艺"),
    ("庭", "审"),
    ("府", "里"),
    ("市场", "监管价"),
    ("学校", "园"),
    ("弄", "错丢坏到得好死清不了"),
];

/// Words that look like a name with its ending and are no place of their own.
const NO_NAMES: &str = "政府 家庭 法庭 开庭 校园 县城 省城 进城 全城 老城 田园 乐园 陵园 城市 超市 夜市 菜市 \
    股市 上市 地区 校区 景区 辖区 市区 郊区 山区 片区 社区 园区 小区 农村 乡村 全村 本村 \
    城中村 渔村 家乡 老乡 城镇 乡镇 村镇 马路 走路 公路 铁路 网路 思路 套路 道路 线路 电路 \
    销路 出路 问路 让路 修路 半路 一路 上街 逛街 过街 大街 小街 外省 全省 全市 本市 外市 \
    本县 外县 全县 跨省 跨市 隔壁村 我市 本区 全区 外区 老区 新区 各区 各市 各县 各镇 各村 \
    两区 市县 区县 节省 天桥 高架桥";

/// What says nothing by itself before an ending: 隔壁小区, 那家医院, 一条路.
const NO_HEADS: &str = "隔壁 老 老旧 整个 整 全 各 每个 每 一个 一家 一条 一所 一座 两个 几个 好几个 某 某个 \
    本 该 新 旧 大 小 旁边 对面 附近 楼下 同一个 另一个 另外一个 很多 别的 其他 人家 高档 \
    个 家 条 所 座 公立 私立 民办 公办 定点 非定点 三甲 社区 孩子 儿子 女儿 正规 当地 本地 \
    外地 任何 什么 哪个 哪家 哪条 前面 后面 门口 市 县 区 镇 乡 村 省 乡镇 农贸 外面 二手 \
    人才 劳务 劳动力 建材 现在 以前 原来 里面 网 电 黑 房产 房地产 金融 证券 外省 外市 老家 \
    进 出 回 封闭 开放 安置 回迁 拆迁 住宅 居民 普通 重点 寄宿 国际 职业 专科 综合 精神 \
    口腔 宠物 动物 妇产 眼科 中医 民营 基层 上级 大型 小型 中心 定点的";

/// A name begins after these, always.
const STOPS: &str = "位于 地址 地点 在 是 我 你 您 他 她 咱 们 的 了 吗 呢 啊 吧 呀 嘛 着 这 那 哪 把 \
    被 让 说 叫 请 想 问 就 也 都是 到 去 从 给 很 有 跑 往 靠 离 投诉 举报 反映 咨询 \
    关于 因为 隔壁 住 家里 每天 今天 昨天 早上 晚上 一直 不是 希望 建议 麻烦 帮忙 路过 经过 \
    先生 女士 师傅 同志";

/// A name that is long anyhow begins after these too; each may stand within a short one (开明街, 走马塘村).
const SOFT_STOPS: &str = "都开来走交归为打看找报买卖修停坐还再过要不没太和跟与家个里上下边旁面口近号幢栋室";

/// Numbers' endings within a place, the longer before those they begin with.
const COUNTED: &str = "号楼 号院 号门 号 幢 栋 座 单元 室 楼 层 弄 组 期 区 户";

/// Where it lies beside what was named.
const BESIDE: &str = "十字路口 丁字路口 交叉路口 交叉口 交界处 红绿灯路口 西路口 东路口 路口 路边 出入口 \
    入口 出口 大门口 门口 村口 口子 旁边 附近 对面 边上 东边 西边 南边 北边 东面 西面 南面 \
    北面 东侧 西侧 南侧 北侧 东头 西头 南头 北头 后面 前面 东门 西门 南门 北门 正门 后门 \
    侧门 楼下 底下 下面 地下车库 车库 停车场 路段 段 口 旁 边 东 西 南 北";

/// The places named, in the order of the words.
pub(super) fn find(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut spans: Vec<Span> = Vec::new();
    let mut from = 0;
    while from < chars.len() {
        let length = chars.iter().skip(from).take_while(|c| within(**c)).count();
        if length > 0 {
            clause(&chars, from, from + length, &mut spans);
        }
        from += length + 1;
    }
    join(&chars, spans).into_iter().map(|span| part(&chars, span.from, span.to)).collect()
}

/// Whether a character can stand within a place; all others divide.
fn within(c: char) -> bool {
    c.is_alphanumeric() || c == '-'
}

fn part(chars: &[char], from: usize, to: usize) -> String {
    chars.get(from..to).unwrap_or_default().iter().filter(|c| within(**c)).collect()
}

/// The places of one clause, `chars[from..to]`.
fn clause(chars: &[char], from: usize, to: usize, spans: &mut Vec<Span>) {
    // Where the next name may begin, and the place being put together.
    let mut begin = from;
    let mut open: Option<Span> = None;
    let mut at = from;
    while at < to {
        let Some((ending, kind)) = ending_at(chars, at, to).or_else(|| building_at(chars, at, to)) else {
            at += 1;
            continue;
        };
        let after = at + ending.chars().count();
        let touches = open.is_some_and(|place| place.to == begin);
        let Some(start) = name_start(chars, begin, at, ending, kind, touches) else {
            at += if kind == Ending::Landmark { ending.chars().count() } else { 1 };
            continue;
        };
        let end = tail(chars, after, to);
        let joins = open.is_some_and(|place| {
            start == place.to || (start == place.to + 1 && kind == Ending::Road && crosses(chars, place.to))
        });
        if let (true, Some(place)) = (joins, &mut open) {
            place.to = end;
        } else {
            spans.extend(open.replace(Span { from: start, to: end }));
        }
        begin = end;
        // 中山路和福明路口: the second road begins after the word that joins them.
        if kind == Ending::Road && crosses(chars, end) {
            begin += 1;
        }
        at = begin;
    }
    spans.extend(open);
}

fn crosses(chars: &[char], at: usize) -> bool {
    chars.get(at).is_some_and(|c| matches!(c, '和' | '与' | '跟' | '到' | '至'))
}

fn starts(chars: &[char], at: usize, to: usize, words: &str) -> bool {
    let mut length = 0;
    words.chars().enumerate().all(|(n, c)| {
        length = n + 1;
        chars.get(at + n) == Some(&c)
    }) && at + length <= to
}

fn ending_at(chars: &[char], at: usize, to: usize) -> Option<(&'static str, Ending)> {
    let (ending, kind) = ENDINGS
        .iter()
        .flat_map(|(endings, kind)| endings.split(' ').map(move |ending| (ending, kind)))
        .find(|(ending, _)| starts(chars, at, to, ending))?;
    let next = chars.get(at + ending.chars().count());
    let barred =
        NOT_BEFORE.iter().any(|(word, not)| *word == ending && next.is_some_and(|c| not.contains(*c)));
    (!barred).then_some((ending, *kind))
}

/// An estate whose name has no ending of its own is told by the building after it: 东方丽都12栋.
fn building_at(chars: &[char], at: usize, to: usize) -> Option<(&'static str, Ending)> {
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    if !digit(at) || at.checked_sub(1).is_some_and(digit) {
        return None;
    }
    let end = counted(chars, at, to)?;
    let building = ["幢", "栋", "号楼"]
        .iter()
        .any(|word| end.checked_sub(word.chars().count()).is_some_and(|from| starts(chars, from, end, word)));
    building.then_some(("", Ending::Home))
}

/// Where the name before an ending begins; nothing if what stands there is no name. A landmark right after another element
/// needs none: 第二医院旁边菜场.
fn name_start(
    chars: &[char],
    begin: usize,
    at: usize,
    ending: &str,
    kind: Ending,
    touches: bool,
) -> Option<usize> {
    const LONGEST: usize = 12;
    // Names are short: what stands far before is looked at for none, so that any text takes time by its length.
    const FAR: usize = 24;
    let begin = begin.max(at.saturating_sub(FAR));
    let name = chars.get(begin..at)?;
    if name.is_empty() {
        return (touches && kind == Ending::Landmark).then_some(begin);
    }
    let mut cut = 0;
    for from in 0..name.len() {
        for stop in STOPS.split(' ') {
            let length = stop.chars().count();
            if from + length <= name.len() && starts(name, from, name.len(), stop) {
                cut = cut.max(from + length);
            }
        }
    }
    const LONG: usize = 5;
    while name.len() - cut > LONG {
        let soft = name.iter().skip(cut).take(name.len() - cut - 2).position(|c| SOFT_STOPS.contains(*c));
        let Some(soft) = soft else { break };
        cut += soft + 1;
    }
    let rest: String = name.iter().skip(cut).collect();
    let length = name.len() - cut;
    let least = match kind {
        Ending::Division if ending == "村" => 1,
        Ending::Road if matches!(ending, "大道" | "大街" | "公路" | "高架") => 2,
        _ => 2,
    };
    let longest = if matches!(ending, "省" | "市" | "区" | "县") { 3 } else { LONGEST };
    let whole = format!("{rest}{ending}");
    let none = length < least
        || length > longest
        || NO_HEADS.split(' ').any(|no| no == rest)
        || NO_NAMES.split(' ').any(|no| if no == ending { whole == no } else { whole.ends_with(no) })
        || rest.ends_with(['条', '种', '些', '几', '样', '次', '多', '么', '回'])
        || rest.chars().all(|c| c.is_ascii_digit());
    // An element right after another may be short: 钟公庙街道 + 长丰.
    (!none).then_some(begin + cut)
}

/// Where the numbers and bearings after an element end.
fn tail(chars: &[char], mut at: usize, to: usize) -> usize {
    loop {
        let next = counted(chars, at, to).or_else(|| beside(chars, at, to)).or_else(|| onward(chars, at, to));
        match next {
            Some(end) => at = end,
            None => return at,
        }
    }
}

/// 100号, 3幢, A座, 201室, 3-201.
fn counted(chars: &[char], at: usize, to: usize) -> Option<usize> {
    let digits = |from: usize, keep: fn(char) -> bool| {
        chars.iter().take(to).skip(from).take_while(|c| keep(**c)).count()
    };
    let arabic = digits(at, |c| c.is_ascii_alphanumeric() || c == '-');
    let length = if arabic > 0 {
        arabic
    } else {
        digits(at, |c| "零〇一二三四五六七八九十百".contains(c))
    };
    if length == 0 || length > 9 {
        return None;
    }
    let after = at + length;
    // 三楼 counts a floor, 一路 and 一家 nothing; a bare run of Arabic digits is a room.
    match COUNTED.split(' ').find(|word| starts(chars, after, to, word)) {
        Some(word) => Some(after + word.chars().count()),
        None => (arabic >= 2 && !followed_by_measure(chars, after)).then_some(after),
    }
}

fn followed_by_measure(chars: &[char], at: usize) -> bool {
    chars.get(at).is_some_and(|c| "点年月日天个块元人米岁次分路".contains(*c))
}

fn beside(chars: &[char], at: usize, to: usize) -> Option<usize> {
    let from = if chars.get(at) == Some(&'的') { at + 1 } else { at };
    let word = BESIDE.split(' ').find(|word| starts(chars, from, to, word))?;
    // A single bearing with more words after it belongs to them: 东西, 南方, 边缘.
    let end = from + word.chars().count();
    let single = word.chars().count() == 1 && end < to;
    let goes_on = chars.get(end).is_some_and(|c| "西东南北方角缘家上站村路街".contains(*c));
    (!(single && goes_on) && (from == at || word.chars().count() > 1)).then_some(end)
}

/// 往东50米.
fn onward(chars: &[char], at: usize, to: usize) -> Option<usize> {
    if !matches!(chars.get(at), Some('往' | '向' | '朝')) {
        return None;
    }
    if !chars.get(at + 1).is_some_and(|c| "东西南北前后里".contains(*c)) {
        return None;
    }
    let mut end = at + 2;
    let digits = chars
        .iter()
        .take(to)
        .skip(end)
        .take_while(|c| c.is_ascii_digit() || "一二两三四五六七八九十百几".contains(**c))
        .count();
    if digits > 0 && chars.get(end + digits) == Some(&'米') {
        end += digits + 1;
    }
    (end <= to).then_some(end)
}

/// Joins places divided by nothing but a space or a comma when the second goes on where the first ends: 姜山镇，环镇西路88号.
fn join(chars: &[char], spans: Vec<Span>) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        let gap = out.last().map(|last| chars.get(last.to..span.from).unwrap_or_default());
        let near =
            gap.is_some_and(|gap| gap.len() == 1 && gap.iter().all(|c| matches!(c, ' ' | ',' | '，' | '、')));
        match out.last_mut() {
            Some(last) if near => last.to = span.to,
            _ => out.push(span),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn places_as_callers_tell_them() {
        for (text, place) in [
            ("我姓周，电话13800138000，鄞县大道1288号门口有个大坑", "鄞县大道1288号门口"),
            ("就是第二医院旁边菜场门口", "第二医院旁边菜场门口"),
            ("我家住宁波市鄞州区中河街道都市森林小区5幢301室", "宁波市鄞州区中河街道都市森林小区5幢301室"),
            ("横溪镇金溪村路面塌了一块", "横溪镇金溪村"),
            ("中山路和福明路口的红绿灯坏了", "中山路和福明路口"),
            ("姜山镇，环镇西路88号", "姜山镇环镇西路88号"),
            ("天童南路往东50米", "天童南路往东50米"),
            ("路灯啊，在钱湖南路578号对面", "钱湖南路578号对面"),
            ("我要投诉锦绣花园物业", "锦绣花园"),
            ("姜山镇茅山村村口", "姜山镇茅山村村口"),
            ("开明街上乱停车", "开明街"),
            ("首南街道泰安社区格兰晴天 3-201", "首南街道泰安社区"),
            ("我是物业的小何 富田世家小区从今天早上七点开始停水", "富田世家小区"),
            ("潘火街道东方丽都12栋楼道里", "潘火街道东方丽都12栋"),
            ("我家在下应街道海创社区那边的河", "下应街道海创社区"),
            ("甬江大道外滩大桥下面", "甬江大道外滩大桥下面"),
        ] {
            assert_eq!(find(text).first().map(String::as_str), Some(place), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_place_is_none() {
        for text in [
            "我们小区停水了",
            "隔壁小区也这样",
            "这条路很烂",
            "路灯不亮",
            "城管不管",
            "政府怎么说",
            "我走路去的",
            "那家医院不给报",
            "我在农村",
            "外省能用吗",
            "一家幼儿园",
            "市场监管局电话",
            "家庭困难",
            "老小区改造",
            "上街买菜",
            "公路上",
            "跨省转移",
            "养老院",
            "我不知道什么路",
        ] {
            assert!(find(text).is_empty(), "{text}: {:?}", find(text));
        }
    }
}
