//! What no rule concerns comes through as it is.

use bytes::Bytes;
use hyper::{Method, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use super::super::{Fault, Gate, Rule, Service};
use super::scene::{Outcome, SOON, Scene, form, put};

#[tokio::test]
async fn a_request_comes_through_as_it_is_and_the_connection_stays() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut client = scene.client().await?;
    for number in 1..=3 {
        let request = Request::put("/shop/a%20b//c%2Fd?x-id=PutObject&q=%C3%A9")
            .header("host", "shop.example:1")
            .header("x-amz-meta-order", "4711")
            .header("connection", "keep-alive")
            .body("clover")?;
        let answer = client.ask(request).await?;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-heard"], "yes");
        assert_eq!(answer.body(), "clover");
        let heard = scene.heard().pop().ok_or("nothing was heard")?;
        assert_eq!(
            heard.path, "/shop/a%20b//c%2Fd?x-id=PutObject&q=%C3%A9",
            "request {number}"
        );
        // It is signed.
        assert_eq!(heard.headers["host"], "shop.example:1");
        assert_eq!(heard.headers["x-amz-meta-order"], "4711");
        assert_eq!(heard.headers["content-length"], "6");
    }
    let counts = scene.counts();
    assert_eq!((counts.accepted, counts.forwarded), (1, 3));
    assert_eq!(counts.seen, [(Service::S3, 3)].into());
    assert_eq!((counts.hits().all, counts.broken), (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_form_comes_through_as_it_is() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut client = scene.client().await?;
    let body = "Action=PublishBatch&Version=2010-03-31&TopicArn=arn%3Aa";
    let answer = client.ask(form(body)).await?;
    assert_eq!(answer.body(), body);
    let heard = scene.heard().pop().ok_or("nothing was heard")?;
    assert_eq!(
        (heard.method.as_str(), &*heard.body),
        ("POST", body.as_bytes())
    );
    assert_eq!(scene.counts().seen, [(Service::Sns, 1)].into());
    Ok(())
}

#[tokio::test]
async fn long_bodies_come_through_in_both_directions() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut client = scene.client().await?;
    // Longer than anything that is kept here.
    let body: Vec<u8> = (0..20_000_000_u32).map(|n| (n % 251) as u8).collect();
    let body = Bytes::from(body);
    let request = Request::put("/shop/a").header("host", "aws");
    let answer = client.send(request.body(body.clone())?).await?;
    assert!(answer.body() == &body, "{} bytes came", answer.body().len());
    // And in chunks, of which nobody knows how many there are.
    let request = Request::put("/shop/a")
        .header("host", "aws")
        .header("content-encoding", "aws-chunked")
        .header("transfer-encoding", "chunked");
    let answer = client.send(request.body(body.clone())?).await?;
    assert!(answer.body() == &body, "{} bytes came", answer.body().len());
    let heard = scene.heard().pop().ok_or("nothing was heard")?;
    assert_eq!(heard.headers["content-encoding"], "aws-chunked");
    assert_eq!(heard.headers["transfer-encoding"], "chunked");
    assert!(!heard.headers.contains_key("content-length"));
    Ok(())
}

#[tokio::test]
async fn an_answer_without_its_body_says_how_long_it_is() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut client = scene.client().await?;
    let head = || {
        let request = Request::head("/shop/a").header("host", "aws");
        request.header("content-length", "6").body("clover")
    };
    let answer = client.ask(head()?).await?;
    assert_eq!(answer.headers()["content-length"], "6");
    assert_eq!(answer.body(), "");
    scene.gate.set([Rule::new(Fault::Throttle)]);
    let answer = client.ask(head()?).await?;
    assert_eq!(
        (answer.status().as_u16(), &**answer.body()),
        (503, &b""[..])
    );
    // The connection is of use afterwards.
    scene.gate.heal().await?;
    assert_eq!(client.ask(put()).await?.status(), 200);
    assert_eq!(scene.counts().accepted, 1);
    Ok(())
}

#[tokio::test]
async fn whoever_waits_for_leave_to_send_gets_it() -> Outcome {
    const HEAD: &[u8] =
        b"PUT /shop/a HTTP/1.1\r\nhost: aws\r\ncontent-length: 6\r\nexpect: 100-continue\r\n\r\n";
    for (rules, status) in [
        (vec![], "HTTP/1.1 200 OK"),
        (
            vec![Rule::new(Fault::Throttle)],
            "HTTP/1.1 503 Service Unavailable",
        ),
        (
            vec![Rule::new(Fault::Deny)],
            "HTTP/1.1 500 Internal Server Error",
        ),
    ] {
        let scene = Scene::with(rules).await?;
        let mut socket = scene.socket().await?;
        socket.write_all(HEAD).await?;
        let leave = b"HTTP/1.1 100 Continue\r\n\r\n";
        let mut heard = vec![0; leave.len()];
        timeout(SOON, socket.read_exact(&mut heard)).await??;
        assert_eq!(heard, leave);
        socket.write_all(b"clover").await?;
        let mut heard = vec![0; status.len()];
        timeout(SOON, socket.read_exact(&mut heard)).await??;
        assert_eq!(String::from_utf8(heard)?, status);
    }
    Ok(())
}

#[tokio::test]
async fn a_service_that_is_down_is_no_fault_of_the_rules() -> Outcome {
    let scene = Scene::new(1).await?;
    scene.shut_the_service().await?;
    let mut client = scene.client().await?;
    assert!(client.ask(put()).await.is_err());
    let counts = scene.counts();
    assert_eq!((counts.hits().all, counts.broken), (0, 1));
    let trouble = counts.trouble.unwrap_or_default();
    assert!(trouble.contains("refused"), "{trouble}");
    Ok(())
}

#[tokio::test]
async fn the_url_leads_through_the_gate() -> Outcome {
    let scene = Scene::new(1).await?;
    assert_eq!(scene.url, format!("http://{}", scene.gate.address()));
    for url in ["https://127.0.0.1:1", "http://nowhere", "127.0.0.1:1"] {
        assert!(Gate::in_front_of(url, 1).await.is_err(), "{url}");
    }
    Ok(())
}

#[tokio::test]
async fn methods_without_a_body_come_through() -> Outcome {
    let scene = Scene::new(1).await?;
    let mut client = scene.client().await?;
    for method in [Method::GET, Method::DELETE] {
        let request = Request::builder().method(&method).uri("/shop/a");
        let answer = client.ask(request.header("host", "aws").body("")?).await?;
        assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 0));
        let heard = scene.heard().pop().ok_or("nothing was heard")?;
        assert_eq!(heard.method, method.as_str());
        assert!(!heard.headers.contains_key("transfer-encoding"));
    }
    Ok(())
}
