//! Loading, overriding, refusing, explaining.

use config::{Config, ConfigError};

fn load(yaml: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_texts(Some(("minsheng.yaml", yaml)), variables)
}

fn problems(yaml: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match load(yaml, variables) {
        Err(ConfigError::Wrong(problems)) => problems,
        other => vec![format!("not refused: {other:?}")],
    }
}

#[test]
fn nothing_given_means_defaults() {
    for empty in ["", "# nothing\n", "---\n", "\u{feff}", "server:\n  # listen: x\n"] {
        assert_eq!(load(empty, &[]).unwrap(), Config::default(), "{empty:?}");
    }
}

#[test]
fn the_document_loads_as_the_defaults_and_explains_every_key() {
    let text = Config::document();
    assert_eq!(load(&text, &[]).unwrap(), Config::default());
    for key in ["listen", "secret_file", "answer_confidence", "lease_secs"] {
        assert!(text.contains(&format!("  {key}: ")), "{key}");
    }
    assert!(text.contains("# 座席") || text.contains("座席多少秒内须接起"));
    let settings =
        text.lines().filter(|line| line.starts_with("  ") && !line.trim().starts_with('#')).count();
    let explained = text.lines().filter(|line| line.starts_with("  # ")).count();
    assert_eq!(settings, explained);
}

#[test]
fn the_file_overrides_defaults_and_the_environment_the_file() {
    let yaml = "store:\n  url: sqlite:a.db\n  sqlite_readers: 8\nserver:\n  trusted_proxies: [10.0.0.1]\n";
    let config = load(
        yaml,
        &[
            ("MINSHENG_STORE__URL", "postgres://u:p@h/d"),
            ("MINSHENG_KNOWLEDGE__ANSWER_CONFIDENCE", "0.7"),
            ("MINSHENG_STORE__DURABILITY", "full"),
            ("MINSHENG_SERVER__TRUSTED_PROXIES", "[10.0.0.2, \"::1\"]"),
            ("MINSHENG_TEST_PG", "postgres://elsewhere"),
            ("HOME", "/root"),
        ],
    )
    .unwrap();
    assert_eq!(config.store.url.0, "postgres://u:p@h/d");
    assert_eq!(config.store.sqlite_readers, 8);
    assert_eq!(config.store.durability, config::Durability::Full);
    assert_eq!(config.knowledge.answer_confidence, 0.7);
    assert_eq!(config.server.trusted_proxies, ["10.0.0.2", "::1"]);
}

#[test]
fn a_whole_number_will_do_for_a_fraction() {
    assert_eq!(load("knowledge:\n  answer_confidence: 1\n", &[]).unwrap().knowledge.answer_confidence, 1.0);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_key() {
    let found = problems("store:\n  sqlite_reader: 3\n", &[]);
    assert_eq!(
        found,
        ["minsheng.yaml（第 2 行）：没有 store.sqlite_reader 这一项，最接近的是 store.sqlite_readers。"]
    );
    let found = problems("stroe:\n  url: x\n", &[]);
    assert_eq!(found, ["minsheng.yaml（第 1 行）：没有“stroe”这一节，最接近的是 store。"]);
    let found = problems("server:\n  accept_secs: 3\n", &[]);
    assert!(found[0].contains("最接近的是 routing.accept_secs"), "{found:?}");
    let found = problems("", &[("MINSHENG_CHAT__MESAGES_PER_MINUTE", "3")]);
    assert_eq!(
        found,
        [
            "环境变量 MINSHENG_CHAT__MESAGES_PER_MINUTE：没有 chat.mesages_per_minute 这一项，最接近的是 chat.messages_per_minute。"
        ]
    );
    let found = problems("", &[("MINSHENG_CHATS__MESSAGES_PER_MINUTE", "3")]);
    assert!(found[0].contains("最接近的是 chat。"), "{found:?}");
}

#[test]
fn every_problem_is_told_at_once() {
    let found = problems(
        "server:\n  listen: here\n  log_format: xml\nrouting:\n  accept_secs: 1\n  wrap_up_secs: soon\nchat: 3\nfoo: 1\n",
        &[("MINSHENG_STORE__URL", "mysql://root:secret@h/d")],
    );
    assert_eq!(found.len(), 7, "{found:#?}");
    let all = found.join("\n");
    for part in [
        "server.listen 的值“here”不对：应写“IP:端口”",
        "server.log_format 的值“xml”不对：只能写 text、json",
        "routing.accept_secs 的值 1 超出范围，应在 5–300 之间",
        "routing.wrap_up_secs 的值“soon”不对：应写不小于 0 的整数",
        "chat 下面应另起一行",
        "没有“foo”这一节",
        "store.url 不对",
    ] {
        assert!(all.contains(part), "{part}\n{all}");
    }
    assert!(!all.contains("secret"));
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    let found = problems("security:\n  session_hours: 1\n  session_idle_minutes: 90\n", &[]);
    assert!(found[0].contains("session_idle_minutes"), "{found:?}");
    let found = problems("routing:\n  accept_secs: -3\n", &[]);
    assert!(found[0].contains("整数"), "{found:?}");
}

#[test]
fn a_file_that_is_not_yaml_or_not_there_is_refused_in_chinese() {
    let broken = load("server:\n  listen: [1\n", &[]).unwrap_err();
    assert!(matches!(broken, ConfigError::Malformed { .. }), "{broken:?}");
    assert!(broken.to_string().contains("请检查缩进"));
    assert!(matches!(load("just words", &[]), Err(ConfigError::Malformed { .. })));
    let missing = Config::load(Some(std::path::Path::new("no/such/file.yaml"))).unwrap_err();
    assert!(missing.to_string().starts_with("读不到配置文件 no/such/file.yaml"));
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let config = load("store:\n  url: postgres://u:hunter2@h/d\n", &[]).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}
