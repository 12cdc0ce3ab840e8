//! What a citizen is told of a ticket.

use std::sync::PoisonError;

use kernel::{ContactId, Ctx, Micros};

use super::Casework;
use super::get::plain_number;
use super::rows::{Body, StoredTicket};
use super::tell::{citizen_words, unit_words};
use crate::model::State;
use crate::words::due_words_exact;
use crate::{CaseworkError, Organisation, Progress, ProgressEvent};

/// By what a citizen shows that a ticket is his.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The last four digits of the number given when it was opened.
    PhoneLast4(String),
    /// The contact it was opened from; that the citizen owns the contact has been proven to whoever says so.
    Contact(ContactId),
}

impl Casework {
    /// How a ticket stands, in plain words.
    ///
    /// # Errors
    /// [`CaseworkError::NoMatch`] alike for an unknown number and a wrong proof; [`CaseworkError::TooManyProofs`] after many
    /// wrong ones; when the database refuses.
    pub async fn ticket_progress(
        &self,
        ctx: &Ctx,
        number: &str,
        proof: &Proof,
    ) -> Result<Progress, CaseworkError> {
        let stored = self.proven(ctx, number, proof).await?;
        let body = stored.body()?;
        let site = self.organisation();
        let mut events = Vec::new();
        for event in self.events(&stored.id).await? {
            let kept = event.body()?;
            if let Some(words) = citizen_words(&kept, &site) {
                let files = self.files_of(&kept).await?;
                events.push(ProgressEvent { at_us: event.at_us, words, files });
            }
        }
        Ok(Progress {
            number: stored.number.clone(),
            state: body.case.state,
            state_words: state_words(body.case.state).to_owned(),
            title: stored.title.clone(),
            next_step: next_step(&body, &site, ctx.now),
            due_us: stored.due_us,
            events,
            question: body.case.question.clone(),
            paused: body.case.state == State::Suspended,
            steps: self.citizen_steps(ctx, &body.case).await?,
            urge_after_us: self.urge_after(ctx, &body.case).await?,
            attachments: self.attachments_of(&stored.id, true).await?,
        })
    }

    /// The ticket, once it is proven to be the citizen's.
    pub(super) async fn proven(
        &self,
        ctx: &Ctx,
        number: &str,
        proof: &Proof,
    ) -> Result<StoredTicket, CaseworkError> {
        let number = plain_number(number);
        let by_phone = matches!(proof, Proof::PhoneLast4(_));
        if by_phone {
            self.proofs(|guard| guard.check(&number, ctx.now))?;
        }
        let fits = match self.stored(&number).await {
            Ok(stored) => self.fits(&stored, proof)?.then_some(stored),
            Err(CaseworkError::NotFound) => None,
            Err(error) => return Err(error),
        };
        if by_phone {
            self.proofs(
                |guard| {
                    if fits.is_some() { guard.right(&number) } else { guard.wrong(&number, ctx.now) }
                },
            );
        }
        let stored = fits.ok_or(CaseworkError::NoMatch)?;
        if by_phone {
            let mut tx = self.0.store.begin(ctx).await?;
            let object = format!("ticket:{}", stored.number);
            tx.audit("ticket.progress", &object, &serde_json::json!({ "proof": "phone" })).await?;
            tx.commit().await?;
        }
        Ok(stored)
    }

    fn fits(&self, stored: &StoredTicket, proof: &Proof) -> Result<bool, CaseworkError> {
        match proof {
            Proof::Contact(contact) => Ok(stored.contact().as_ref() == Some(contact)),
            Proof::PhoneLast4(given) => {
                let given = digits(given);
                let known = digits(&self.secrets(&stored.body()?)?.expose().phone);
                // A number too short to have four digits more than its last ones proves nothing.
                Ok(given.len() == 4 && known.len() > 4 && known.ends_with(&given))
            }
        }
    }

    fn proofs<T>(&self, with: impl FnOnce(&mut super::guard::ProofGuard) -> T) -> T {
        with(&mut self.0.proofs.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn digits(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '0'..='9' => Some(c),
            '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
            _ => None,
        })
        .collect()
}

/// Where a ticket stands, to a citizen.
const fn state_words(state: State) -> &'static str {
    match state {
        State::Registered => "已登记，正在安排",
        State::Dispatched | State::Objected | State::Handling | State::Merged => "正在办理",
        State::Suspended => "等您补充",
        State::Replied | State::CalledBack => "已答复",
        State::Archived => "已办结",
        State::Cancelled => "已撤销",
        State::Withdrawn => "已撤回",
    }
}

fn next_step(body: &Body, site: &Organisation, now: Micros) -> String {
    let case = &body.case;
    let due = case.shown_due().map(|due| due.at).unwrap_or_default();
    let by = due_words_exact(due);
    let late = due < now;
    match case.state {
        State::Suspended => {
            format!(
                "承办单位等您补充情况，请在{by}前在下面回答，或拨打12345告诉我们。到时没有收到，会按现有情况继续办理。"
            )
        }
        State::Registered | State::Dispatched | State::Objected | State::Handling | State::Merged if late => {
            format!(
                "应在{by}前答复您，现在已经超过了，很抱歉。您可以在下面催办、补充说明，或拨打12345转人工。"
            )
        }
        State::Registered if case.callback => format!("工作人员最迟{by}给您回电，请保持电话畅通。"),
        State::Registered => format!("正在安排承办单位，最迟{by}给您答复。"),
        State::Dispatched | State::Objected | State::Handling | State::Merged => {
            format!("{}正在办理，最迟{by}给您答复。", unit_words(case.unit.as_ref(), site))
        }
        State::Replied | State::CalledBack if late => {
            "答复已经给出。如果问题没有解决，请拨打12345转人工，并说出这个工单号。".to_owned()
        }
        State::Replied => {
            format!(
                "我们会在{by}前回访，了解问题是否解决。您也可以直接在下面评价；没有解决的话，会重新办理。"
            )
        }
        State::CalledBack => "已经回访，即将归档。".to_owned(),
        State::Archived => "这件事已经办结。如果有新情况，请重新登记或拨打12345。".to_owned(),
        State::Cancelled => "这张工单已经撤销。如果还需要办理，请重新登记或拨打12345。".to_owned(),
        State::Withdrawn => "您已经撤回这件诉求。如果还需要办理，请重新登记或拨打12345。".to_owned(),
    }
}
