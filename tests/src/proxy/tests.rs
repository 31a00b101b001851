//! A proxy in front of a service that answers with what it hears.

use std::io::{ErrorKind, Result};
use std::num::NonZeroUsize;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

use super::{Direction, Passage, Proxy};

/// What is sure to have happened by then, also on a busy machine.
const SOON: Duration = Duration::from_secs(20);
/// What would have happened by then, mostly: a test that waits so long for nothing can fail to see
/// a fault, and not see one that is none.
const A_MOMENT: Duration = Duration::from_millis(50);

/// A service, the proxy before it and how the service's connections ended.
struct Scene {
    proxy: Proxy,
    ends: mpsc::Receiver<Result<()>>,
}

impl Scene {
    async fn new() -> Result<Self> {
        let service = TcpListener::bind("127.0.0.1:0").await?;
        let proxy = Proxy::start(service.local_addr()?.to_string()).await?;
        let (sender, ends) = mpsc::channel(8);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = service.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let end = echo(&mut client).await;
                    let _ = sender.send(end).await;
                });
            }
        });
        Ok(Self { proxy, ends })
    }

    async fn client(&self) -> Result<TcpStream> {
        TcpStream::connect(self.proxy.address()).await
    }

    async fn end(&mut self) -> Result<()> {
        timeout(SOON, self.ends.recv()).await?.unwrap()
    }
}

async fn echo(client: &mut TcpStream) -> Result<()> {
    let mut buffer = [0; 4096];
    loop {
        match client.read(&mut buffer).await? {
            0 => return Ok(()),
            count => client.write_all(&buffer[..count]).await?,
        }
    }
}

/// Sends a word and makes sure that it comes back.
async fn hears(client: &mut TcpStream, word: &[u8]) -> Result<()> {
    client.write_all(word).await?;
    reads(client, word).await
}

async fn reads(client: &mut TcpStream, word: &[u8]) -> Result<()> {
    let mut heard = vec![0; word.len()];
    timeout(SOON, client.read_exact(&mut heard)).await??;
    assert_eq!(heard, word);
    Ok(())
}

/// Makes sure that neither a byte nor an end comes.
async fn is_silent(client: &mut TcpStream) {
    let mut byte = [0];
    let read = timeout(A_MOMENT, client.read(&mut byte)).await;
    assert!(read.is_err(), "{read:?}");
}

/// Makes sure that the connection is reset, not ended.
async fn is_reset(client: &mut TcpStream) -> Result<()> {
    let mut byte = [0];
    let read = timeout(SOON, client.read(&mut byte)).await?;
    assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);
    Ok(())
}

#[tokio::test]
async fn bytes_and_ends_are_passed_on_and_counted() -> Result<()> {
    let mut scene = Scene::new().await?;
    let mut first = scene.client().await?;
    let mut second = scene.client().await?;
    hears(&mut first, b"clover").await?;
    hears(&mut second, b"thyme").await?;
    timeout(SOON, scene.proxy.accepted(2)).await?;
    let counts = scene.proxy.counts();
    assert_eq!((counts.accepted, counts.open), (2, 2));
    assert_eq!(counts.bytes(Direction::ToService), 11);
    assert_eq!(counts.bytes(Direction::ToClient), 11);
    first.shutdown().await?;
    assert_eq!(timeout(SOON, first.read(&mut [0])).await??, 0);
    scene.end().await?;
    timeout(SOON, scene.proxy.until(|counts| counts.open == 1)).await?;
    assert_eq!(scene.proxy.counts().accepted, 2);
    hears(&mut second, b"heather").await
}

#[tokio::test]
async fn much_is_passed_on_as_it_was() -> Result<()> {
    let scene = Scene::new().await?;
    let sent: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let (mut reading, mut writing) = scene.client().await?.into_split();
    let expected = sent.clone();
    let writer = tokio::spawn(async move {
        writing.write_all(&sent).await?;
        writing.shutdown().await
    });
    let mut heard = Vec::new();
    timeout(SOON, reading.read_to_end(&mut heard)).await??;
    assert!(heard == expected, "{} bytes came", heard.len());
    writer.await?
}

#[tokio::test]
async fn a_reset_is_one_on_both_sides() -> Result<()> {
    let mut scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    scene.proxy.reset_all();
    is_reset(&mut client).await?;
    let end = scene.end().await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    // Only what was there.
    let mut later = scene.client().await?;
    hears(&mut later, b"thyme").await
}

#[tokio::test]
async fn a_connection_can_be_reset_as_soon_as_it_is_counted() -> Result<()> {
    let scene = Scene::new().await?;
    for count in 1..20 {
        let mut client = scene.client().await?;
        timeout(SOON, scene.proxy.accepted(count)).await?;
        scene.proxy.reset_all();
        is_reset(&mut client).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_falls_into_a_hole_is_never_heard_of() -> Result<()> {
    for direction in Direction::BOTH {
        let mut scene = Scene::new().await?;
        let mut client = scene.client().await?;
        hears(&mut client, b"clover").await?;
        scene.proxy.set(direction, Passage::BlackHole);
        client.write_all(b"thyme").await?;
        is_silent(&mut client).await;
        // The other direction is not touched.
        let came = match direction {
            Direction::ToService => 6,
            Direction::ToClient => 11,
        };
        let until = |counts: &super::Counts| counts.bytes(Direction::ToClient) == came;
        timeout(SOON, scene.proxy.until(until)).await?;
        // A connection with a hole in it does not go on.
        scene.proxy.set(direction, Passage::Open);
        is_reset(&mut client).await?;
        assert!(scene.end().await.is_err(), "{direction:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_end_falls_into_a_hole_as_well() -> Result<()> {
    let mut scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    scene.proxy.set_both(Passage::BlackHole);
    drop(client);
    assert!(timeout(A_MOMENT, scene.ends.recv()).await.is_err());
    assert_eq!(scene.proxy.counts().open, 1);
    scene.proxy.set_both(Passage::Open);
    assert!(scene.end().await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_connection_that_lost_nothing_goes_on() -> Result<()> {
    let scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    scene.proxy.set_both(Passage::BlackHole);
    is_silent(&mut client).await;
    scene.proxy.set_both(Passage::Open);
    hears(&mut client, b"thyme").await
}

#[tokio::test]
async fn what_is_stalled_comes_later() -> Result<()> {
    for direction in Direction::BOTH {
        let scene = Scene::new().await?;
        let mut client = scene.client().await?;
        hears(&mut client, b"clover").await?;
        scene.proxy.set(direction, Passage::Stalled);
        client.write_all(b"thyme").await?;
        client.shutdown().await?;
        is_silent(&mut client).await;
        scene.proxy.set(direction, Passage::Open);
        reads(&mut client, b"thyme").await?;
        assert_eq!(timeout(SOON, client.read(&mut [0])).await??, 0);
    }
    Ok(())
}

#[tokio::test]
async fn what_is_stalled_is_lost_when_the_network_is() -> Result<()> {
    let scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    scene.proxy.set_both(Passage::Stalled);
    client.write_all(b"thyme").await?;
    is_silent(&mut client).await;
    scene.proxy.set_both(Passage::BlackHole);
    scene.proxy.set_both(Passage::Stalled);
    is_silent(&mut client).await;
    scene.proxy.reset_all();
    is_reset(&mut client).await
}

#[tokio::test]
async fn what_is_delayed_comes_in_order_and_not_too_early() -> Result<()> {
    let scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    let delay = Duration::from_millis(120);
    scene
        .proxy
        .set(Direction::ToClient, Passage::Delayed(delay));
    let start = Instant::now();
    hears(&mut client, b"thyme").await?;
    assert!(start.elapsed() >= delay, "after {:?}", start.elapsed());
    // All bytes are late by as much, not each by more than the one before.
    let start = Instant::now();
    for _ in 0..20 {
        client.write_all(b"bee").await?;
        client.flush().await?;
    }
    reads(&mut client, &b"bee".repeat(20)).await?;
    assert!(start.elapsed() < delay * 19, "after {:?}", start.elapsed());
    // One that waits does not wait for ever.
    let forever = Passage::Delayed(Duration::from_hours(1));
    scene.proxy.set(Direction::ToClient, forever);
    client.write_all(b"heather").await?;
    is_silent(&mut client).await;
    scene.proxy.set(Direction::ToClient, Passage::Open);
    reads(&mut client, b"heather").await
}

#[tokio::test]
async fn what_is_sliced_comes_in_pieces() -> Result<()> {
    let scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    let size = NonZeroUsize::new(4).unwrap();
    let pause = Duration::from_millis(5);
    scene
        .proxy
        .set(Direction::ToClient, Passage::Sliced { size, pause });
    let start = Instant::now();
    let word = b"a bee on a flower";
    hears(&mut client, word).await?;
    let pieces = u32::try_from(word.len().div_ceil(size.get())).unwrap();
    assert!(start.elapsed() >= pause * (pieces - 1));
    scene.proxy.set(Direction::ToClient, Passage::Open);
    hears(&mut client, b"thyme").await
}

#[tokio::test]
async fn a_door_that_is_shut_refuses_and_keeps_its_address() -> Result<()> {
    let scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    for _ in 0..3 {
        scene.proxy.refuse().await?;
        scene.proxy.refuse().await?;
        let error = scene.client().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        // Those inside stay.
        hears(&mut client, b"thyme").await?;
        scene.proxy.accept().await?;
        hears(&mut scene.client().await?, b"heather").await?;
    }
    assert_eq!(scene.proxy.counts().accepted, 4);
    Ok(())
}

#[tokio::test]
async fn a_client_of_a_service_that_is_down_is_reset() -> Result<()> {
    let service = TcpListener::bind("127.0.0.1:0").await?;
    let proxy = Proxy::start(service.local_addr()?.to_string()).await?;
    drop(service);
    let mut client = TcpStream::connect(proxy.address()).await?;
    is_reset(&mut client).await
}

#[tokio::test]
async fn the_connections_end_with_the_proxy() -> Result<()> {
    let mut scene = Scene::new().await?;
    let mut client = scene.client().await?;
    hears(&mut client, b"clover").await?;
    let address = scene.proxy.address();
    drop(std::mem::replace(
        &mut scene.proxy,
        Proxy::start("127.0.0.1:1").await?,
    ));
    assert!(matches!(
        timeout(SOON, client.read(&mut [0])).await?,
        Ok(0) | Err(_)
    ));
    let refused = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, refused).await?;
    Ok(())
}

#[tokio::test]
async fn a_url_leads_through_the_proxy() -> Result<()> {
    let (proxy, url) = Proxy::in_front_of("amqp://a:b@127.0.0.1:1/%2f").await?;
    assert_eq!(url, format!("amqp://a:b@{}/%2f", proxy.address()));
    assert!(Proxy::in_front_of("amqp://nowhere").await.is_err());
    Ok(())
}
