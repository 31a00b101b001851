//! A service that says what it heard, a gate before it, and clients.

use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::super::{Counts, Gate, Rule};
use crate::door::{Doorman, Doorway};

pub(super) type Outcome = Result<(), Box<dyn Error>>;

/// What must happen happens within this time, also on a machine that is busy.
pub(super) const SOON: Duration = Duration::from_secs(20);
/// How long a test looks that nothing happens.
pub(super) const A_MOMENT: Duration = Duration::from_millis(80);

/// A request as the service heard it.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A service, and a gate before it.
pub(super) struct Scene {
    pub(super) gate: Gate,
    pub(super) url: String,
    service: Doorman,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Scene {
    /// A service that answers with the body it got, and a gate with this seed.
    pub(super) async fn new(seed: u64) -> Result<Self, Box<dyn Error>> {
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let hearing = Arc::clone(&heard);
        let service = Doorman::start(move |client| {
            let hearing = Arc::clone(&hearing);
            async move {
                let answering = service_fn(|request| hear(Arc::clone(&hearing), request));
                let serving =
                    http1::Builder::new().serve_connection(TokioIo::new(client), answering);
                // One that breaks is what some of the tests do.
                let _ = serving.await;
            }
        })?;
        let (gate, url) = Gate::in_front_of(&format!("http://{}", service.address()), seed).await?;
        Ok(Self {
            gate,
            url,
            service,
            heard,
        })
    }

    /// The same, with rules from the beginning.
    pub(super) async fn with(
        rules: impl IntoIterator<Item = Rule>,
    ) -> Result<Self, Box<dyn Error>> {
        let scene = Self::new(1).await?;
        scene.gate.set(rules);
        Ok(scene)
    }

    pub(super) async fn client(&self) -> Result<Client, Box<dyn Error>> {
        let (sender, connection) = handshake(TokioIo::new(self.socket().await?)).await?;
        tokio::spawn(connection);
        Ok(Client(sender))
    }

    /// A connection on which nothing is said yet.
    pub(super) async fn socket(&self) -> std::io::Result<TcpStream> {
        TcpStream::connect(self.gate.address()).await
    }

    /// What the service heard so far.
    pub(super) fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    pub(super) fn counts(&self) -> Counts {
        self.gate.counts()
    }

    pub(super) async fn until(&self, reached: impl FnMut(&Counts) -> bool + Send) -> Outcome {
        Ok(timeout(SOON, self.gate.until(reached)).await?)
    }

    /// Waits until the service heard so much.
    pub(super) async fn hears(&self, count: usize) -> Outcome {
        let hearing = async {
            while self.heard().len() < count {
                tokio::task::yield_now().await;
            }
        };
        Ok(timeout(SOON, hearing).await?)
    }

    /// Lets the service accept no more connections.
    pub(super) async fn shut_the_service(&self) -> std::io::Result<()> {
        self.service.turn(Doorway::Shut).await
    }
}

/// A client with one connection.
pub(super) struct Client(SendRequest<Full<Bytes>>);

impl Client {
    /// Asks for this, and reads the whole answer.
    pub(super) async fn ask(
        &mut self,
        request: Request<&'static str>,
    ) -> Result<Response<Bytes>, hyper::Error> {
        self.send(request.map(Bytes::from)).await
    }

    pub(super) async fn send(
        &mut self,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, hyper::Error> {
        let asking = async {
            self.0.ready().await?;
            let answer = self.0.send_request(request.map(Full::new)).await?;
            let (head, body) = answer.into_parts();
            Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
        };
        timeout(SOON, asking).await.expect("no answer came")
    }
}

/// A request to DynamoDB.
pub(super) fn put() -> Request<&'static str> {
    to_dynamo("PutItem")
}

pub(super) fn to_dynamo(operation: &str) -> Request<&'static str> {
    let target = format!("DynamoDB_20120810.{operation}");
    post("x-amz-target", &target, "{}")
}

pub(super) fn to_sqs(operation: &str, body: &'static str) -> Request<&'static str> {
    post("x-amz-target", &format!("AmazonSQS.{operation}"), body)
}

pub(super) fn form(body: &'static str) -> Request<&'static str> {
    post("content-type", "application/x-www-form-urlencoded", body)
}

fn post(name: &str, value: &str, body: &'static str) -> Request<&'static str> {
    let request = Request::post("/").header("host", "aws").header(name, value);
    request.body(body).unwrap()
}

async fn hear(
    heard: Arc<Mutex<Vec<Heard>>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Ok(Response::new(Full::default()));
    };
    let body = body.to_bytes();
    let path = head.uri.path_and_query().map(ToString::to_string);
    heard.lock().unwrap().push(Heard {
        method: head.method.to_string(),
        path: path.unwrap_or_default(),
        headers: head.headers,
        body: body.clone(),
    });
    Ok(Response::builder()
        .header("x-heard", "yes")
        .header("connection", "keep-alive")
        .body(Full::new(body))
        .unwrap())
}
