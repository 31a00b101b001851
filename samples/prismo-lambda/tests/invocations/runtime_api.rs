//! The runtime API of Lambda, as far as a function uses it:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use libtest_mimic::Failed;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

const VERSION: &str = "/2018-06-01/runtime";
/// How long a function may take to ask for its first invocation; Lambda allows ten seconds, and has
/// more processors.
const START_MAX: Duration = Duration::from_secs(60);

/// What Lambda is to a function.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    invocations: mpsc::Sender<Invocation>,
    server: JoinHandle<()>,
}

/// What a function posted.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The whole invocation failed.
    Error(Value),
    Response(Value),
}

#[derive(Debug)]
struct Invocation {
    id: String,
    payload: String,
    time: Duration,
    begun: oneshot::Sender<()>,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
struct Shared {
    next: tokio::sync::Mutex<mpsc::Receiver<Invocation>>,
    open: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (invocations, next) = mpsc::channel(16);
        let shared = Arc::new(Shared {
            next: tokio::sync::Mutex::new(next),
            open: Mutex::default(),
        });
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                // A function that goes away breaks its connections.
                tokio::spawn(async move { shared.serve(stream).await.ok() });
            }
        });
        Ok(Self {
            address,
            invocations,
            server,
        })
    }

    /// Where the function finds it.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Invokes the function, which has so much time from when it takes the invocation.
    ///
    /// # Errors
    /// It did not answer in time, which is when Lambda kills it.
    pub(crate) async fn invoke(&self, payload: &Value, time: Duration) -> Result<Answer, Failed> {
        let (begun, begins) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation {
            id: beehive_tests::trials::namespace(),
            payload: payload.to_string(),
            time,
            begun,
            answer,
        };
        self.invocations.send(invocation).await?;
        let begun = timeout(START_MAX, begins).await;
        begun.map_err(|_| "the function does not ask for invocations")??;
        let answered = timeout(time, answered).await;
        Ok(answered.map_err(|_| format!("the function did not answer within {time:?}"))??)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Request {
    line: String,
    body: Vec<u8>,
}

impl Shared {
    /// Serves the requests of one connection.
    async fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = read(&mut stream).await? {
            let mut words = request.line.split(' ');
            let (method, path) = (words.next(), words.next().unwrap_or_default());
            let path: Vec<_> = path
                .strip_prefix(VERSION)
                .unwrap_or_default()
                .split('/')
                .collect();
            match (method, path.as_slice()) {
                (Some("GET"), ["", "invocation", "next"]) => self.next(&mut stream).await?,
                (Some("POST"), ["", "invocation", id, how @ ("response" | "error")]) => {
                    let body = serde_json::from_slice(&request.body)?;
                    let answer = match *how {
                        "error" => Answer::Error(body),
                        _ => Answer::Response(body),
                    };
                    let status = if self.answered(id, answer) {
                        "202 Accepted"
                    } else {
                        "403 Forbidden"
                    };
                    reply(&mut stream, status, "", "{\"status\":\"OK\"}").await?;
                }
                _ => reply(&mut stream, "404 Not Found", "", "").await?,
            }
        }
        Ok(())
    }

    async fn next(&self, stream: &mut BufReader<TcpStream>) -> io::Result<()> {
        let next = self.next.lock().await.recv().await;
        let Some(Invocation {
            id,
            payload,
            time,
            begun,
            answer,
        }) = next
        else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let headers = format!(
            "Lambda-Runtime-Aws-Request-Id: {id}\r\n\
             Lambda-Runtime-Deadline-Ms: {}\r\n\
             Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:000000000000:function:prismo\r\n\
             Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n",
            (now + time).as_millis()
        );
        self.open().insert(id, answer);
        reply(stream, "200 OK", &headers, &payload).await?;
        // Whoever invokes may have given it up.
        begun.send(()).ok();
        Ok(())
    }

    /// Whether somebody waits for this answer.
    fn answered(&self, id: &str, answer: Answer) -> bool {
        let waiting = self.open().remove(id);
        waiting.is_some_and(|waiting| waiting.send(answer).is_ok())
    }

    fn open(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next request; `None` at the end of the connection.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Request>> {
    let (mut line, mut length) = (String::new(), 0);
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await?;
        let header = header.trim().to_ascii_lowercase();
        match header.split_once(": ") {
            Some(("content-length", value)) => {
                length = value.parse().map_err(|_| io::ErrorKind::InvalidData)?;
            }
            // What has no length here would have to be read in another way.
            Some(("transfer-encoding", _)) => return Err(io::ErrorKind::Unsupported.into()),
            Some(_) => {}
            None if header.is_empty() => break,
            None => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Some(Request { line, body }))
}

async fn reply(
    stream: &mut BufReader<TcpStream>,
    status: &str,
    headers: &str,
    body: &str,
) -> io::Result<()> {
    let reply = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(reply.as_bytes()).await?;
    stream.flush().await
}
