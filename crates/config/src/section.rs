//! One declaration per section gives its type, defaults, ranges, explanations, reading and checking.

use figment::value::{Dict, Value};
use serde::de::DeserializeOwned;

/// A key as `document` and the error messages show it.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    pub(crate) range: String,
}

/// Declares a section:
/// `section! { /// English. Name "中文" { /// English, with the unit. field: Type = default, [range], "中文"; } }`.
macro_rules! section {
    ($(#[doc = $head:literal])+ $name:ident $title:literal {
        $($(#[doc = $doc:literal])+ $field:ident: $ty:ty = $default:expr, $([$range:expr],)? $text:literal;)+
    }) => {
        $(#[doc = $head])+
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $ty,)+
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $name {
            pub(crate) const TITLE: &'static str = $title;
            pub(crate) const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            pub(crate) fn keys() -> Vec<$crate::section::Key> {
                vec![$($crate::section::Key {
                    name: stringify!($field),
                    text: $text,
                    range: String::new() $(+ &$crate::section::range_text(&$range))?,
                }),+]
            }

            /// Reads what is given and reports what does not fit; the rest keeps its default.
            pub(crate) fn read(section: &str, given: &figment::value::Dict, problems: &mut Vec<String>) -> Self {
                let mut read = Self::default();
                $(
                    if let Some(value) = $crate::section::read_key(section, stringify!($field), given, problems) {
                        read.$field = value;
                        $(
                            if !$range.contains(&read.$field) {
                                problems.push(format!(
                                    "{section}.{} 的值 {} 超出范围，应在 {} 之间。",
                                    stringify!($field), read.$field, $crate::section::range_text(&$range)
                                ));
                            }
                        )?
                    }
                )+
                read
            }
        }
    };
}
pub(crate) use section;

pub(crate) fn range_text<T: std::fmt::Display>(range: &std::ops::RangeInclusive<T>) -> String {
    format!("{}–{}", range.start(), range.end())
}

pub(crate) fn read_key<T: DeserializeOwned>(
    section: &str,
    key: &str,
    given: &Dict,
    problems: &mut Vec<String>,
) -> Option<T> {
    let value = given.get(key)?;
    match value.deserialize::<T>() {
        Ok(value) => Some(value),
        Err(error) => {
            problems.push(format!("{section}.{key} 的值{}不对：{}。", shown(value), expected(&error)));
            None
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("“{}”", text.chars().take(60).collect::<String>()),
        Value::Empty(..) => "（空）".to_owned(),
        other => {
            let text = serde_json::to_string(other).unwrap_or_default();
            format!(" {} ", text.chars().take(60).collect::<String>())
        }
    }
}

fn expected(error: &figment::Error) -> String {
    use figment::error::Kind;
    match &error.kind {
        Kind::InvalidType(_, wanted) | Kind::InvalidValue(_, wanted) => match wanted.as_str() {
            "u8" | "u16" | "u32" | "u64" | "usize" => "应写不小于 0 的整数".to_owned(),
            "i32" | "i64" => "应写整数".to_owned(),
            "f32" | "f64" => "应写数字".to_owned(),
            "a boolean" => "应写 true 或 false".to_owned(),
            "a sequence" => "应写列表，例如 [甲, 乙]".to_owned(),
            _ => "应写文字；纯数字请加引号".to_owned(),
        },
        Kind::UnknownVariant(_, allowed) => format!("只能写 {}", allowed.join("、")),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => "数字太大或太小".to_owned(),
        _ => "类型不符".to_owned(),
    }
}
