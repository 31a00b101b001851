//! The way to what stands for AWS.

use std::io;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderMap, HeaderName, TE, UPGRADE};
use hyper::http::uri::{Authority, PathAndQuery, Scheme};
use hyper::{Request, Response, Uri, Version};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::body::{Passing, Trouble};

/// The service is on this machine: it answers at once, or not at all.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection may lie idle: less than the services keep it open.
const POOL_IDLE: Duration = Duration::from_secs(10);
/// How many connections may lie idle.
const POOL_MAX: usize = 256;
/// Headers that are about one connection, and so not about the next.
const OF_ONE_CONNECTION: [HeaderName; 5] = [
    CONNECTION,
    TE,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

/// The service behind the gate.
#[derive(Debug)]
pub(super) struct Upstream {
    client: Client<HttpConnector, Passing>,
    service: Authority,
}

impl Upstream {
    /// The service at this `host:port`.
    ///
    /// # Errors
    /// It is none.
    pub(super) fn new(service: &str) -> io::Result<Self> {
        let service = service
            .parse()
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT));
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(POOL_MAX)
            .build(connector);
        Ok(Self { client, service })
    }

    /// Sends a request on, and returns the answer when it begins.
    pub(super) async fn send(
        &self,
        request: Request<Passing>,
    ) -> Result<Response<Incoming>, Trouble> {
        let (mut head, body) = request.into_parts();
        head.uri = self.there(&head.uri)?;
        head.version = Version::HTTP_11;
        forget_connection(&mut head.headers);
        let sent = self.client.request(Request::from_parts(head, body));
        let mut answer = sent.await?;
        forget_connection(answer.headers_mut());
        Ok(answer)
    }

    /// The same path and query at the service. The host that was asked for stays in its header, since
    /// it is signed.
    fn there(&self, uri: &Uri) -> Result<Uri, Trouble> {
        let path = uri.path_and_query().cloned();
        Ok(Uri::builder()
            .scheme(Scheme::HTTP)
            .authority(self.service.clone())
            .path_and_query(path.unwrap_or(PathAndQuery::from_static("/")))
            .build()?)
    }
}

fn forget_connection(headers: &mut HeaderMap) {
    for name in &OF_ONE_CONNECTION {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn path_and_query_stay_as_they_are() {
        let upstream = Upstream::new("127.0.0.1:4566").unwrap();
        for (asked, expected) in [
            ("/", "http://127.0.0.1:4566/"),
            (
                "/shop/a%20b//c%2Fd?x-id=PutObject&q=%C3%A9",
                "http://127.0.0.1:4566/shop/a%20b//c%2Fd?x-id=PutObject&q=%C3%A9",
            ),
            ("http://elsewhere:1/a?b", "http://127.0.0.1:4566/a?b"),
        ] {
            let uri = upstream.there(&asked.parse().unwrap()).unwrap();
            assert_eq!(uri.to_string(), expected);
        }
        assert!(Upstream::new("no host:1").is_err());
    }
}
