//! The sections, their keys and defaults.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::section::section;

/// Everything an operator can set before the start.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Config {
    /// Listening, limits and logs.
    pub server: Server,
    /// The database.
    pub store: Store,
    /// Passwords, sessions, keys.
    pub security: Security,
    /// Web chat.
    pub chat: Chat,
    /// Answering from the knowledge base.
    pub knowledge: Knowledge,
    /// Queues and agents.
    pub routing: Routing,
    /// Telephone calls.
    pub voice: Voice,
    /// Other systems.
    pub exchange: Exchange,
    /// Short messages to citizens.
    pub notifier: Notifier,
}

section! {
    /// Listening, limits and logs.
    Server "服务：监听、限制与日志" {
        /// Address and port to listen on.
        listen: String = "127.0.0.1:8080".to_owned(),
            "监听的地址和端口；对外服务写 0.0.0.0:8080，或只监听本机由反向代理转发";
        /// The address citizens see, for links in short messages, the site map and citations; https turns secure cookies on. Empty: none.
        public_url: String = String::new(),
            "市民看到的网址，用于短信、网站地图和引用里的链接；以 https:// 开头时登录凭证只走加密连接；不填则短信不带链接";
        /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<String> = Vec::new(),
            "可信的反向代理 IP 列表；只有它们转来的来访地址才被采信";
        /// Longest time for one request in seconds.
        request_timeout_secs: u32 = 30, [1..=600], "单个请求的最长处理时间（秒）";
        /// How long running requests may finish after a stop signal, in seconds.
        shutdown_grace_secs: u32 = 10, [0..=600], "停机时等待进行中的请求完成的时间（秒）";
        /// Filter of log lines, as `tracing` reads it.
        log: String = "info".to_owned(), "日志级别：error、warn、info、debug，可按模块细分，如 info,routing=debug";
        /// Form of log lines.
        log_format: LogFormat = LogFormat::Text, "日志格式：text 便于阅读，json 便于采集";
    }
}

section! {
    /// The database.
    Store "数据库" {
        /// `sqlite:PATH` or `postgres://...`.
        url: DatabaseUrl = DatabaseUrl("sqlite:data/minsheng.db".to_owned()),
            "数据库地址：单机用 sqlite:文件路径；多机用 postgres://用户:密码@主机/库名";
        /// Reading connections to SQLite.
        sqlite_readers: u32 = 4, [1..=64], "SQLite 的读连接数";
        /// Connections to PostgreSQL, per process.
        postgres_connections: u32 = 16, [2..=500], "每个进程连接 PostgreSQL 的连接数";
        /// How long a write waits for a lock or a connection, in milliseconds.
        busy_timeout_ms: u32 = 10_000, [100..=120_000], "写入等待锁或连接的最长时间（毫秒）";
        /// Whether each commit waits for the disk.
        durability: Durability = Durability::Normal,
            "SQLite 落盘方式：normal 进程崩溃不丢数据，断电可能丢最后一瞬；full 每次提交都落盘，较慢";
        /// Days that sent messages and fired timers are kept.
        keep_done_days: u32 = 30, [7..=3_650], "已完成的外发消息和定时任务保留的天数";
    }
}

section! {
    /// Passwords, sessions, keys.
    Security "账号与安全" {
        /// File of the master key, made on the first start. Without it, sealed telephone numbers cannot be read again.
        secret_file: String = "data/secret.key".to_owned(),
            "主密钥文件，首次启动自动生成；加密保存的电话号码全靠它，务必单独备份，多机部署时各机相同";
        /// Argon2id memory in KiB.
        password_memory_kib: u32 = 19_456, [8_192..=1_048_576], "口令哈希（Argon2id）使用的内存（KiB）";
        /// Argon2id passes.
        password_passes: u32 = 2, [1..=20], "口令哈希的轮数";
        /// Argon2id lanes.
        password_lanes: u32 = 1, [1..=16], "口令哈希的并行度";
        /// Shortest password in characters.
        password_min_chars: u32 = 10, [8..=64], "口令最少几个字符";
        /// Wrong passwords in a row that lock an account.
        lockout_after: u32 = 5, [3..=100], "连续输错几次口令后锁定账号";
        /// Minutes of the lock.
        lockout_minutes: u32 = 15, [1..=1_440], "锁定多少分钟";
        /// Hours a login lasts at most.
        session_hours: u32 = 12, [1..=168], "一次登录最长有效几小时";
        /// Minutes without a request that end a login.
        session_idle_minutes: u32 = 60, [5..=10_080], "多少分钟没有操作即退出登录";
        /// How often audit rows are chained, in seconds.
        audit_seal_secs: u32 = 10, [1..=3_600], "每隔多少秒给新的审计记录加上链式校验";
    }
}

section! {
    /// Web chat.
    Chat "网上咨询" {
        /// Messages one contact may send in a minute.
        messages_per_minute: u32 = 30, [5..=600], "同一会话每分钟最多几条消息";
        /// New contacts from one address in a minute.
        contacts_per_minute: u32 = 20, [1..=10_000], "同一来访地址每分钟最多新开几个会话；单位、网吧共用出口时可调高";
        /// Days in which the link of a contact resumes it.
        resume_days: u32 = 7, [1..=90], "会话链接几天内可以接着谈";
        /// Hours of quiet after which a contact is closed; nothing shorter, so that a slow typist is never cut off.
        quiet_close_hours: u32 = 24, [2..=720], "安静多少小时后自动结束会话；不设更短，打字慢的人不会被打断";
    }
}

section! {
    /// Answering from the knowledge base.
    Knowledge "知识库与应答" {
        /// Folder of the pack loaded on the first start.
        pack: String = "packs/starter".to_owned(), "首次启动载入的知识包目录";
        /// Region whose local rules hold.
        region: String = "宁波市鄞州区".to_owned(), "本平台服务的地区，决定适用哪里的地方规定";
        /// Sentence encoder for search: `builtin`, or `none`.
        embedder: String = "builtin".to_owned(), "检索用的句子编码：builtin 内置，none 不用（更省处理器，换了说法的问题会少找到一些）";
        /// Least confidence to answer with, 0 to 1.
        answer_confidence: f64 = 0.65, [0.0..=1.0], "把握达到多少才直接回答（0 到 1）；低于它就追问或转人工";
    }
}

section! {
    /// Queues and agents.
    Routing "排队与座席" {
        /// Time an agent has to accept, in seconds.
        accept_secs: u32 = 20, [5..=300], "来访弹出后座席多少秒内须接起，超时退回原位重新分配";
        /// Offers missed in a row that set an agent to break.
        misses_to_break: u32 = 2, [1..=20], "连续几次未接后把座席置为小休";
        /// Longest wrap-up in seconds; 0: no limit.
        wrap_up_secs: u32 = 60, [0..=3_600], "话后整理最长多少秒；0 表示不限";
        /// Web chats an agent may hold at once.
        chats_per_agent: u32 = 3, [1..=20], "一名座席同时接待几个网上会话";
        /// Waiting that counts as one step of priority, in seconds, so that nobody starves.
        aging_secs: u32 = 120, [5..=3_600], "每等待多少秒相当于优先级升一级，保证人人都能轮到";
        /// How long a caller of the dialect lane waits for an agent who speaks it, in seconds.
        dialect_patience_secs: u32 = 30, [0..=600], "方言来访先等会说方言的座席多少秒，之后任何座席都可接";
        /// Lease of the process that leads routing, in seconds (PostgreSQL).
        lease_secs: u32 = 10, [3..=120], "多机部署时，主分配进程失联多少秒后由他机接替";
    }
}

section! {
    /// Telephone calls.
    Voice "电话" {
        /// Address and port for SIP over UDP and TCP. Empty: no telephone.
        sip_address: String = String::new(), "SIP 监听的地址和端口（UDP 与 TCP），如 0.0.0.0:5060；不填则不开电话";
        /// The address callers and desk telephones are told for sound; empty: that of `sip_address`.
        media_ip: String = String::new(), "告诉对方的媒体 IP；不填则用 sip_address 里的 IP，监听 0.0.0.0 时必须填写";
        /// First UDP port for sound; even.
        rtp_from: u32 = 20_000, [1_024..=65_000], "媒体端口从几号开始（UDP）";
        /// Last UDP port for sound.
        rtp_to: u32 = 29_999, [1_025..=65_535], "媒体端口到几号为止（UDP）";
        /// Address and port for SIP over TLS; empty: none.
        sip_tls_address: String = String::new(), "加密信令（TLS）监听的地址和端口，如 0.0.0.0:5061；不填则不开。走加密信令的电话，语音可加密（SRTP）";
        /// File of the certificate and those above it, PEM.
        sip_tls_certificate: String = String::new(), "加密信令用的证书文件（PEM，含上级证书）；换证书后重启生效";
        /// File of its key, PEM.
        sip_tls_key: String = String::new(), "加密信令用的私钥文件（PEM，PKCS#8）";
        /// Trunks whose sound may be sealed with keys that come in plain signalling.
        srtp_trunks: Vec<String> = Vec::new(), "信令不加密、但允许语音加密（SRTP）的中继 IP 列表；只在到中继的线路本身可靠（专线、VPN）时填写";
        /// Addresses calls are taken from; empty: from anybody.
        trunks: Vec<String> = Vec::new(), "允许呼入的中继 IP 列表；空表示不限，正式使用必须填写";
        /// Calls at one time; more are answered with 503 and a time to try again.
        max_calls: u32 = 500, [1..=20_000], "同时通话的上限；超过时回 503 并告知何时再拨，不接半通的电话";
        /// New calls in a second; more are answered with 503.
        calls_per_second: u32 = 200, [1..=10_000], "每秒最多接入几通新来电";
        /// Between two signs of life in a call, in seconds (session timers, RFC 4028).
        session_secs: u32 = 1_800, [90..=86_400], "通话中每隔多少秒与对方核对一次是否还在（RFC 4028 会话定时）；对方不再应答就结束这通电话";
        /// The shortest such interval taken from far sides, in seconds.
        session_least_secs: u32 = 90, [90..=86_400], "对方要求的核对间隔短于多少秒就请它改长（回 422）；标准规定不得小于 90";
        /// A far side that sends no sound for this long is asked whether it still lives, in seconds.
        quiet_ask_secs: u32 = 60, [10..=3_600], "多少秒收不到来电一方的声音就问它的设备是否还在；还在就不挂断，不应答才算断线";
        /// Said after the greeting, never interrupted. Empty: none, and nothing is recorded.
        notice: String = "为保证服务质量，本次通话将被录音。".to_owned(),
            "问候之后播报的告知，不可打断；不填则不播，也不录音";
        /// Whether calls are recorded, once the notice has been played.
        record: bool = true, "播完告知后是否录音（双声道，加密保存）";
        /// Folder of recordings.
        recordings_dir: String = "data/recordings".to_owned(), "录音目录";
        /// Folder of prompts rendered before; new ones are added to it.
        prompts_dir: String = "data/prompts".to_owned(), "提示音缓存目录；合成过的语音存在这里，之后不必再合成";
        /// OpenAI-compatible recogniser: the address before `/v1/audio/transcriptions`. Empty: none, callers go to a person.
        recogniser_url: String = String::new(),
            "语音识别服务地址（OpenAI 兼容，/v1/audio/transcriptions 之前的部分）；不填则来电直接转人工";
        /// OpenAI-compatible synthesiser: the address before `/v1/audio/speech`. Empty: prompts from `prompts_dir`, else tones.
        synthesiser_url: String = String::new(),
            "语音合成服务地址（OpenAI 兼容，/v1/audio/speech 之前的部分）；不填则只播已有的提示音，其余用提示音调代替";
        /// The synthesiser's voice.
        voice_name: String = "zf_xiaoxiao".to_owned(), "合成用的音色";
        /// Longest time for one recognition, in milliseconds. Then the caller goes to a person.
        recogniser_deadline_ms: u32 = 8_000, [500..=60_000], "一次识别最长等多少毫秒；超时就如实告知并转人工";
        /// Longest time for one synthesis, in milliseconds.
        synthesiser_deadline_ms: u32 = 15_000, [500..=60_000], "一次合成最长等多少毫秒";
        /// Recognitions at one time; more wait, and after the deadline go to a person.
        recogniser_workers: u32 = 2, [1..=256], "同时进行几路识别";
        /// A pause that ends an utterance, in milliseconds.
        pause_ms: u32 = 800, [300..=3_000], "停顿多少毫秒算说完；老年来电自动加长一半";
        /// Silence after which the caller is spoken to, in seconds.
        silence_secs: u32 = 8, [3..=60], "多少秒没有声音就询问一次；连续两次转人工";
        /// Numbers of enrolled one-key telephones: no bot, no prompt, first priority.
        elderly_numbers: Vec<String> = Vec::new(), "老年一键通号码列表：摘机直接进人工队列，最优先，不播任何提示";
        /// Nothing received from an agent's telephone for this long: back to the queue, in seconds.
        lost_secs: u32 = 20, [5..=300], "多少秒收不到座席话机的声音就把来电退回排队";
    }
}

section! {
    /// Other systems.
    Exchange "对外交换" {
        /// The file that says with whom; empty: with nobody (docs/exchange.md).
        file: String = String::new(), "对外交换的配置文件（上级平台、订阅、Open311），写法见 docs/exchange.md；不填则不对外交换";
    }
}

section! {
    /// Short messages to citizens.
    Notifier "短信" {
        /// Who carries them.
        carrier: CarrierKind = CarrierKind::Inbox,
            "短信怎么发：inbox 留在本站收件箱不发出，http 发给短信平台，smpp 发给短信网关";
        /// Who writes.
        signature: String = "12345".to_owned(), "短信开头【】里的名称";
        /// Of what citizens are told.
        events: Vec<String> = ["registered", "asked", "extension_granted", "replied"].map(str::to_owned).to_vec(),
            "哪些事发短信：registered 登记、asked 请补充、extension_granted 延期、replied 答复、reopened 重办、cancelled 关闭";
        /// From when on nobody is disturbed, o'clock.
        quiet_from: u32 = 22, [0..=23], "从几点起不发短信（北京时间）；与 quiet_until 相同则随时发";
        /// Until when.
        quiet_until: u32 = 8, [0..=23], "到几点恢复发短信";
        /// Attempts before a person has to look.
        attempts: u32 = 8, [1..=50], "试几次不成就不再自动重发，列给管理员";
        /// The provider's address.
        http_url: String = String::new(), "短信平台的地址";
        /// Headers of the request, `name: value`; they may hold a secret.
        http_headers: Secrets = Secrets(Vec::new()), "请求头列表，每项写成“名称: 值”，如 Authorization: Bearer …";
        /// The body: JSON where it begins with a brace, else a form.
        http_body: String = r#"{"id":"{id}","phone":"{phone}","text":"{words}"}"#.to_owned(),
            "请求内容的模板：{phone} 号码、{words} 内容、{id} 编号；以大括号开头按 JSON 发，否则按表单发";
        /// What in the answer says that it was taken.
        http_accepted: String = String::new(), "应答里有这段文字才算收下；不填则看状态码";
        /// The message centre's address and port.
        smpp_address: String = String::new(), "短信网关的地址和端口（SMPP 3.4），如 10.0.0.8:2775";
        /// The account.
        smpp_system_id: String = String::new(), "短信网关的账号";
        /// Its password.
        smpp_password: Secret = Secret(String::new()), "短信网关的密码，最长8位";
        /// The number messages come from.
        smpp_source: String = "12345".to_owned(), "短信显示的号码";
    }
}

/// Who carries short messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CarrierKind {
    /// They stay here.
    #[default]
    Inbox,
    /// A provider over HTTP.
    Http,
    /// A message centre over SMPP.
    Smpp,
}

/// A secret; never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Lines that may hold secrets; never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secrets(pub Vec<String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} …)", self.0.len())
    }
}

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For collectors.
    Json,
}

/// Whether a commit to SQLite waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Survives a killed process; a power cut may undo the last moments.
    #[default]
    Normal,
    /// Survives a power cut.
    Full,
}

/// A database address; it may hold a password, so it is never shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(pub String);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(f, "DatabaseUrl({scheme}:…)")
    }
}
