//! A message centre spoken to over SMPP 3.4. One session, bound when it is needed and again after it was lost; long messages go
//! in parts (3GPP TS 23.040, 9.2.3.24.1), in UCS-2.

use std::str::FromStr as _;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt as _;
use rusmpp::CommandStatus;
use rusmpp::extra::concatenation::SubmitSmMultipartExt as _;
use rusmpp::pdus::{BindTransmitter, SubmitSm};
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, InterfaceVersion, Npi, Ton};
use rusmppc::{Client, ConnectionBuilder, Event};
use tokio::sync::Mutex;

use super::{Carrier, CarryError, Message, clipped};
use crate::NotifierError;

const WAIT: Duration = Duration::from_secs(15);

/// A message centre.
pub struct Smpp {
    url: String,
    system_id: String,
    password: String,
    source: String,
    session: Mutex<Option<Client>>,
}

impl std::fmt::Debug for Smpp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smpp").field("url", &self.url).finish_non_exhaustive()
    }
}

fn setting(words: &str) -> NotifierError {
    NotifierError::Setting(words.to_owned())
}

fn later(error: &rusmppc::error::Error) -> CarryError {
    CarryError::Later(format!("短信网关没有应答：{}", clipped(&error.to_string())))
}

impl Smpp {
    /// As the configuration says.
    ///
    /// # Errors
    /// When a setting is missing or too long for the protocol.
    pub fn new(terms: &config::Notifier) -> Result<Self, NotifierError> {
        if terms.smpp_address.is_empty() {
            return Err(setting("请在 notifier.smpp_address 里填写短信网关的地址和端口，如 10.0.0.8:2775。"));
        }
        let fits = terms.smpp_system_id.len() <= 15
            && terms.smpp_password.0.len() <= 8
            && terms.smpp_source.len() <= 20;
        if !fits {
            return Err(setting(
                "短信网关的账号最长15位、密码最长8位、主叫号码最长20位（SMPP 3.4 的规定）。",
            ));
        }
        Ok(Self {
            url: format!("smpp://{}", terms.smpp_address),
            system_id: terms.smpp_system_id.clone(),
            password: terms.smpp_password.0.clone(),
            source: terms.smpp_source.clone(),
            session: Mutex::new(None),
        })
    }

    /// The session, bound anew where it was lost.
    async fn bound(&self, session: &mut Option<Client>) -> Result<Client, CarryError> {
        if let Some(client) = session.as_ref().filter(|client| !client.is_closed()) {
            return Ok(client.clone());
        }
        let connecting = ConnectionBuilder::new()
            .response_timeout(WAIT)
            .disable_interface_version_check()
            .connect(&self.url);
        let (client, mut events) = tokio::time::timeout(WAIT, connecting)
            .await
            .map_err(|_| CarryError::Later("连不上短信网关".to_owned()))?
            .map_err(|error| later(&error))?;
        let bind = BindTransmitter::builder()
            .system_id(octets(&self.system_id)?)
            .password(octets(&self.password)?)
            .interface_version(InterfaceVersion::Smpp3_4)
            .build();
        client.bind_transmitter(bind).await.map_err(|error| later(&error))?;
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if let Event::Error(error) = event {
                    tracing::warn!(%error, "the session with the message centre");
                }
            }
        });
        *session = Some(client.clone());
        Ok(client)
    }
}

fn octets<const MIN: usize, const MAX: usize>(text: &str) -> Result<COctetString<MIN, MAX>, CarryError> {
    COctetString::from_str(text).map_err(|_| CarryError::Never("号码或账号不合 SMPP 的规定".to_owned()))
}

/// What a centre says that cannot take a message now, but will: full, throttled, its own fault.
const BUSY: [CommandStatus; 3] =
    [CommandStatus::EsmeRmsgqful, CommandStatus::EsmeRthrottled, CommandStatus::EsmeRsyserr];

#[async_trait]
impl Carrier for Smpp {
    fn name(&self) -> &'static str {
        "smpp"
    }

    async fn carry(&self, message: &Message) -> Result<String, CarryError> {
        // One message after another: parts of two would be told apart by their reference alone.
        let mut session = self.session.lock().await;
        let client = self.bound(&mut session).await?;
        let reference =
            message.id.bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(u16::from(byte)));
        let parts = SubmitSm::builder()
            .source_addr_ton(Ton::Unknown)
            .source_addr_npi(Npi::Unknown)
            .source_addr(octets(&self.source)?)
            .dest_addr_ton(Ton::Unknown)
            .dest_addr_npi(Npi::Isdn)
            .destination_addr(octets(message.phone.expose())?)
            .esm_class(EsmClass::default())
            .data_coding(DataCoding::default())
            .short_message(OctetString::default())
            .build()
            .multipart(&message.words)
            .reference_u16(reference)
            .ucs2()
            .build()
            .map_err(|error| CarryError::Never(format!("内容不能编码：{error:?}")))?;
        let mut receipt = String::new();
        for part in parts {
            match client.submit_sm(part).await {
                Ok(response) => receipt = format!("{}", response.message_id()),
                Err(rusmppc::error::Error::UnexpectedResponse { response }) => {
                    let status = response.status();
                    let reason = format!("短信网关没有收：{status:?}");
                    return Err(if BUSY.contains(&status) {
                        CarryError::Later(reason)
                    } else {
                        CarryError::Never(reason)
                    });
                }
                Err(error) => {
                    *session = None;
                    return Err(later(&error));
                }
            }
        }
        Ok(clipped(&receipt))
    }
}
