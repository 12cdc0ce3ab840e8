//! What happened as a CloudEvent (CloudEvents 1.0.2, structured mode), without a word of anybody.

use serde_json::json;

use crate::follow::Reference;
use crate::outgoing::Outgoing;
use crate::words::iso;
use crate::{Exchange, ExchangeError};

impl Exchange {
    pub(crate) async fn cloud_event(&self, reference: &Reference) -> Result<Outgoing, ExchangeError> {
        let row = self.0.casework.ticket_outline(&self.ctx(), &reference.number).await?.row;
        let site = self.0.setup.open311.as_ref().map(|open311| open311.jurisdiction.as_str());
        let peer = self.0.setup.peer.as_ref().map(|peer| peer.site.as_str());
        let id = format!("{}-{}", reference.ticket, reference.seq);
        let event = json!({
            "specversion": "1.0",
            "id": id,
            "source": format!("/minsheng/{}", site.or(peer).unwrap_or("site")),
            "type": format!("cn.minsheng.ticket.{}", reference.event),
            "subject": reference.number,
            "time": iso(reference.at_us),
            "datacontenttype": "application/json",
            "data": {
                "number": row.number,
                "state": row.state.as_str(),
                "state_words": row.state_words,
                "kind": row.kind.as_str(),
                "domain": row.domain,
                "urgency": row.urgency.as_str(),
                "unit": row.unit,
                "unit_name": row.unit_name,
                "due": row.due_us.map(iso),
            },
        });
        Ok(Outgoing { id, kind: "event", bytes: event.to_string().into_bytes() })
    }
}
