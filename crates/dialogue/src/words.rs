//! The bot's own sentences. Kindness and procedure only: facts come from the knowledge base.

use language::Service;

use crate::event::Reason;

/// Said when a person is called for.
pub fn hand_over(reason: Reason) -> &'static str {
    match reason {
        Reason::Wish => "好的，马上为您转人工。您说过的都会一起转过去，不用再重复。",
        Reason::Danger => "我同时已请值班人员优先接进来，您先保证安全，不要离开。",
        Reason::Boundary => {
            "这件事由工作人员直接听您说更稳妥，马上为您转接。您已经说的都会一起转过去，不用重复。"
        }
        Reason::NotUnderstood => "抱歉，我没能听明白，不耽误您了，马上为您转人工。您说过的都会一起转过去。",
        Reason::Silence => "我这边没有听到声音，为您转人工，请稍等。",
        Reason::NoAnswer => {
            "这个问题我没有查到有依据的答案，不敢乱说，马上请工作人员来答复您。您说过的都会一起转过去。"
        }
        Reason::AnswerRejected => "抱歉没有帮到您，马上为您转人工，前面说过的不用再重复。",
        Reason::Scenario => "接下来需要工作人员核实，马上为您转接。您说过的都会一起转过去，不用重复。",
        Reason::Dialect => "听出您讲的是宁波话，马上请会讲宁波话的工作人员来接，您照平常那样说就行。",
        Reason::Elderly => "正在为您接通工作人员，请稍等。",
        Reason::Distress => "听得出您着急，马上请工作人员来帮您，您说过的都会一起转过去。",
        Reason::PartDown => "系统有一处出了点问题，不耽误您，马上为您转人工。您说过的都在，不用重复。",
        Reason::Returned => "您刚才的位置还留着，直接接着排，前面说过的不用再重复。",
    }
}

/// Said to someone who already waits and asks again.
pub const STILL_QUEUED: &str =
    "已经在为您转人工了，位置一直给您留着。等的时候可以接着说，接通后工作人员直接看得到。";
/// Said when what is told while waiting is noted.
pub const NOTED_WAITING: &str = "记下了，接通后工作人员直接看得到，不用再说一遍。";
/// Said when the caller leaves the queue.
pub const LEFT_QUEUE: &str = "好的，先不转了。您有什么事接着说就行，想找人随时说“转人工”。";
/// Said after the first failure.
pub const NOT_UNDERSTOOD: &str = "抱歉，我没听明白。您换个说法再讲一遍好吗？也可以直接说“转人工”。";
/// Said after the first silence.
pub const SILENCE: &str = "您好，我在听。请直接说您的事；不方便说也没关系，按0就转人工。";
/// Said when a question was not answered and there is no other wording.
pub const REASK: &str = "抱歉，我没对上。";
/// Said when an answer is rejected for the first time.
pub const REJECTED: &str = "抱歉，没答到点上。您再多说一句具体的情况，我重新查；要不要我直接给您转人工？";
/// Said to a greeting.
pub const HELLO: &str = "您好，请直接说您的问题，比如“医保卡丢了怎么补”。";
/// Said to small talk and wrong numbers.
pub const CHAT: &str =
    "您好，这里是政务服务热线，我是自动助手。要办事、咨询、反映问题，直接说就行；打错了也没关系。";
/// Said to thanks after an answer.
pub const WELCOME: &str = "不客气。还有别的事，您接着说就行。";
/// Said at the end.
pub const GOODBYE: &str = "好的，感谢来电。要是方便，请给这次服务打个分。";
/// Said when a contact ends with nothing raised.
pub const GOODBYE_NOTHING: &str = "好的，有事随时来找我们，再见。";
/// Said when the caller drops the matter.
pub const DROPPED: &str = "好的，这件事先放下。还有别的事，您接着说就行。";
/// Said to a remark after an answer that asks nothing.
pub const REMARKED: &str = "好的。刚才说的是一般的规定；您的情况要是对不上，说一声“转人工”，马上请工作人员来看。还有别的事，您接着说就行。";
/// Said to a second remark.
pub const REMARKED_AGAIN: &str = "您说的这些，我手头的规定里没有写到那么细。要不要请工作人员接着跟您说？";
/// Said when a person is declined.
pub const STAYS_WITH_BOT: &str = "好的，不转人工。您接着说就行。";
/// Said when asked to wait.
pub const TAKE_YOUR_TIME: &str = "好的，您慢慢来，不着急。";
/// Said when the caller returns from another topic.
pub const BACK_TO: &str = "我们接着刚才的事。";
/// Said when somebody asks for progress without a number.
pub const NEED_TICKET_NUMBER: &str =
    "请把工单号告诉我，YZ开头、后面是数字，短信和页面上都有。找不到也没关系，要不要给您转人工查？";
/// Said when no such ticket is found.
pub const NO_SUCH_TICKET: &str = "没有查到这张工单，请核对一下号码。要不要给您转人工查？";
/// Said before candidates.
pub const WHICH_ONE: &str = "您问的是下面哪一件？说序号或者直接点都行，都不是就说“都不是”。";
/// The last of the candidates.
pub const NONE_OF_THEM: &str = "都不是";
/// Said when a ticket is to be filed.
pub const WILL_FILE: &str = "好的，我来给您登记，马上派给负责的单位。";
/// Said when an agent leaves without finishing.
pub const AGENT_LOST: &str = "刚才的通话断了，已按您原来的位置重新为您转接，前面说过的不用重复。";
/// Said when nobody is on duty.
pub const UNSTAFFED: &str = "现在没有工作人员在线，位置给您留着；我先把您的事登记下来，会有人回复您。";

/// What to do in danger. Telling comes first, always.
pub const fn advice(service: Service) -> &'static str {
    match service {
        Service::Police => "请立刻拨打110报警，说清楚在哪里、出了什么事；先保证自己安全。",
        // Fire and rescue are one number: a fire and somebody in the water both come here.
        Service::Fire => {
            "情况危险，请立刻拨打119，说清楚在哪里。着火了，人先撤出来，不要回去拿东西；有人落水，不要自己跳下去救，把长杆、绳子递过去。"
        }
        Service::Ambulance => "请立刻拨打120急救，告诉接线员地址和病人的情况，照接线员说的做。",
        Service::Traffic => "请立刻拨打122；有人受伤同时拨打120。人先撤到安全的地方，打开双闪，放好警示牌。",
        Service::Crisis => {
            "谢谢您愿意说出来，您现在一定很难受，您不是一个人。请让身边的人陪着您；全国统一心理援助热线12356可以拨打，有危险请立刻拨打110或120。"
        }
        Service::Gas => {
            "请不要开关任何电器、不要动明火，打开门窗，人马上到室外去，再在室外拨打燃气公司抢修电话或119。"
        }
    }
}

/// The queue position in words. Waits are told in whole minutes, rounded up.
pub fn position(position: u32, wait_secs: Option<u32>) -> String {
    let ahead = position.saturating_sub(1);
    let wait = match wait_secs {
        Some(secs) if secs >= 60 => format!("，大约还要{}分钟", secs.div_ceil(60)),
        Some(_) => "，大约还要不到1分钟".to_owned(),
        None => String::new(),
    };
    if ahead == 0 {
        format!("下一个就是您{wait}。")
    } else {
        format!("您前面还有{ahead}位{wait}。断线了也不要紧，位置会给您留着。")
    }
}
