//! One request on its way through the gate.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Either};
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING};
use hyper::{Request, Response};

use super::answers::{Answer, answer};
use super::batches::{LeftOut, Parted, part};
use super::body::{Content, Passing, Trouble, forget};
use super::call::Call;
use super::dice::Dice;
use super::ending::Ending;
use super::fault::Fault;
use super::orders::Orders;
use super::service::is_form;

/// What the client gets.
pub(super) type Outcome = Result<Response<Passing>, Ending>;

/// One request on its way through the gate.
#[derive(Debug)]
struct Passage {
    orders: Arc<Orders>,
    head: Request<()>,
    content: Content,
}

/// Lets a request meet what is to happen to it.
pub(super) async fn pass(orders: Arc<Orders>, request: Request<Incoming>) -> Outcome {
    let (head, body) = request.into_parts();
    let passage = Passage {
        orders,
        head: Request::from_parts(head, ()),
        content: Content::Coming(body),
    };
    let passage = passage.with_form().await?;
    let form: &[u8] = match &passage.content {
        Content::Whole(form) => form,
        Content::Coming(_) => &[],
    };
    let call = Call::of(&passage.head, form);
    passage
        .orders
        .counts
        .send_modify(|counts| counts.saw(&call));
    let (fault, dice) = passage.orders.meets(&call);
    match fault {
        None => passage.forward().await,
        Some(fault) => passage.meet(fault, &call, dice).await,
    }
}

impl Passage {
    /// With its body whole if what it asks for is in there.
    async fn with_form(mut self) -> Result<Self, Ending> {
        let content_type = self.head.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        if content_type.is_some_and(is_form) {
            let form = self.content.whole().await;
            let form = form.map_err(|why| broken(&self.orders, &*why))?;
            self.content = Content::Whole(form);
        }
        Ok(self)
    }

    async fn meet(self, fault: Fault, call: &Call, dice: Dice) -> Outcome {
        match fault {
            Fault::Throttle | Fault::Fail | Fault::Conflict => {
                self.refused(fault, call, dice).await
            }
            Fault::Lose => {
                self.orders.hit(fault, call);
                Err(Ending::Reset)
            }
            Fault::Hang => {
                let Self {
                    orders, content, ..
                } = self;
                let healing = orders.healing();
                orders.hit(fault, call);
                content.forgotten().await.map_err(|_| Ending::Reset)?;
                healing.await;
                Err(Ending::Reset)
            }
            Fault::Swallow => {
                let orders = Arc::clone(&self.orders);
                self.done().await?;
                orders.hit(fault, call);
                Err(Ending::Closed)
            }
            Fault::Deny => {
                let orders = Arc::clone(&self.orders);
                self.done().await?;
                orders.hit(fault, call);
                made_up(answer(fault, call, &[], dice))
            }
            Fault::Part => self.parted(call, dice).await,
            Fault::Delay(delay) => {
                self.orders.hit(fault, call);
                self.later(delay).await
            }
        }
    }

    /// Passes it on, and then the answer.
    async fn forward(self) -> Outcome {
        let Self {
            orders,
            head,
            content,
        } = self;
        let answer = orders.upstream.send(head.map(|()| content.passing())).await;
        match answer {
            Ok(answer) => {
                orders.counts.send_modify(|counts| counts.forwarded += 1);
                Ok(answer.map(Either::Left))
            }
            Err(why) => Err(broken(&orders, &*why)),
        }
    }

    /// Passes it on, and waits for the end of the answer.
    async fn done(self) -> Result<(), Ending> {
        let orders = Arc::clone(&self.orders);
        match self.forward().await?.into_body() {
            Either::Left(body) => forget(body).await.map_err(|why| broken(&orders, &*why)),
            Either::Right(_) => Ok(()),
        }
    }

    /// Answers in place of the service, once the client has said all.
    async fn refused(self, fault: Fault, call: &Call, dice: Dice) -> Outcome {
        let Self {
            orders, content, ..
        } = self;
        let said = if fault == Fault::Conflict && call.operation().starts_with("Transact") {
            content.whole().await
        } else {
            content.forgotten().await.map(|()| bytes::Bytes::new())
        };
        let body = said.map_err(|why| broken(&orders, &*why))?;
        orders.hit(fault, call);
        made_up(answer(fault, call, &body, dice))
    }

    /// Passes on a part of a batch. What is no batch after all passes whole.
    async fn parted(mut self, call: &Call, dice: Dice) -> Outcome {
        let orders = Arc::clone(&self.orders);
        let whole = self.content.whole().await;
        let whole = whole.map_err(|why| broken(&orders, &*why))?;
        let Some(parted) = part(call, &whole, dice) else {
            self.content = Content::Whole(whole);
            return self.forward().await;
        };
        orders.hit(Fault::Part, call);
        match parted {
            Parted::Nothing(answer) => made_up(Some(answer)),
            Parted::Rest(rest, left_out) => {
                has_another_body(self.head.headers_mut());
                // The answer is to be read here.
                self.head.headers_mut().remove(ACCEPT_ENCODING);
                self.content = Content::Whole(rest);
                let answer = self.forward().await?;
                completed(answer, left_out)
                    .await
                    .map_err(|why| broken(&orders, &*why))
            }
        }
    }

    /// Passes it on so much later, whether or not the client is still there by then, unless it is too
    /// long to be kept.
    async fn later(mut self, delay: Duration) -> Outcome {
        let pause = self.orders.pause(delay);
        if !self.content.is_short() {
            pause.await;
            return self.forward().await;
        }
        let orders = Arc::clone(&self.orders);
        let whole = self.content.whole().await;
        self.content = Content::Whole(whole.map_err(|why| broken(&orders, &*why))?);
        let room = Arc::clone(&orders.late).acquire_owned().await;
        let arriving = tokio::spawn(async move {
            let _room = room;
            let over = self.orders.over.clone();
            let arriving = async {
                pause.await;
                self.forward().await
            };
            over.run_until_cancelled(arriving).await
        });
        match arriving.await {
            Ok(Some(outcome)) => outcome,
            Ok(None) => Err(Ending::Reset),
            Err(why) => Err(broken(&orders, &why)),
        }
    }
}

/// The answer to a part of a batch as the answer to all of it.
async fn completed(
    answer: Response<Passing>,
    left_out: LeftOut,
) -> Result<Response<Passing>, Trouble> {
    let (mut head, body) = answer.into_parts();
    let body = body.collect().await?.to_bytes();
    // Where the part is refused, so is all of it.
    if !head.status.is_success() {
        return Ok(Response::from_parts(head, whole(body)));
    }
    let Some(all) = left_out.added_to(&body) else {
        return Err("what answers a batch is no answer to one".into());
    };
    has_another_body(&mut head.headers);
    Ok(Response::from_parts(head, whole(all.into())))
}

fn whole(bytes: bytes::Bytes) -> Passing {
    Content::Whole(bytes).passing()
}

/// Removes what was true of the body that was there before.
fn has_another_body(headers: &mut HeaderMap) {
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    headers.remove("x-amz-crc32");
}

fn made_up(answer: Option<Answer>) -> Outcome {
    match answer {
        Some(answer) => Ok(answer.into_response().map(Either::Right)),
        // None is asked for that there is not.
        None => Err(Ending::Reset),
    }
}

/// Something failed that was not to.
fn broken(orders: &Orders, why: &dyn std::error::Error) -> Ending {
    let mut causes = vec![why.to_string()];
    let mut cause = why.source();
    while let Some(below) = cause {
        causes.push(below.to_string());
        cause = below.source();
    }
    orders
        .counts
        .send_modify(|counts| counts.broke(causes.join(": ")));
    Ending::Reset
}
