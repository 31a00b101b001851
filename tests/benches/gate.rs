//! What a gate costs: requests to a service that answers at once, straight and through the gate.

#![expect(clippy::unwrap_used, reason = "a benchmark")]

use std::convert::Infallible;
use std::net::SocketAddr;

use beehive_tests::gate::{Fault, Gate, Rule};
use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// A read of an item, and what DynamoDB answers.
const ASKED: &[u8] = br#"{"TableName":"shop-collection","Key":{"pk":{"S":"orders"},"sk":{"S":"4711"}},"ConsistentRead":true}"#;
const ANSWERED: &[u8] = br#"{"Item":{"pk":{"S":"orders"},"sk":{"S":"4711"},"data":{"B":"eyJpZCI6IjQ3MTEiLCJzdGF0dXMiOiJzaGlwcGVkIn0="}}}"#;

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    request.into_body().collect().await.unwrap();
    let body = Full::new(Bytes::from_static(ANSWERED));
    Ok(Response::new(body))
}

async fn service() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            client.set_nodelay(true).unwrap();
            let answering = service_fn(answer);
            let serving = http1::Builder::new().serve_connection(TokioIo::new(client), answering);
            tokio::spawn(serving);
        }
    });
    address
}

type Client = SendRequest<Full<Bytes>>;

async fn client(address: SocketAddr) -> Client {
    let socket = TcpStream::connect(address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    let (client, connection) = handshake(TokioIo::new(socket)).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn ask(client: &mut Client) {
    client.ready().await.unwrap();
    let request = Request::post("/")
        .header("host", "127.0.0.1:4566")
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-target", "DynamoDB_20120810.GetItem")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=id/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
        .body(Full::new(Bytes::from_static(ASKED)))
        .unwrap();
    let answer = client.send_request(request).await.unwrap();
    answer.into_body().collect().await.unwrap();
}

fn gate(c: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let straight = runtime.block_on(service());
    let url = format!("http://{straight}");
    let (gate, _url) = runtime.block_on(Gate::in_front_of(&url, 1)).unwrap();
    // They are looked at, and never met.
    gate.set([Fault::Swallow, Fault::Fail].map(|fault| Rule::new(fault).with_share(0.0)));
    let mut group = c.benchmark_group("gate");
    for at_once in [1, 16] {
        for (way, address) in [("straight", straight), ("through", gate.address())] {
            let mut clients: Vec<_> = (0..at_once)
                .map(|_| runtime.block_on(client(address)))
                .collect();
            group.throughput(Throughput::Elements(at_once));
            group.bench_function(format!("{at_once} at once, {way}"), |b| {
                b.iter(|| runtime.block_on(join_all(clients.iter_mut().map(ask))));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, gate);
criterion_main!(benches);
