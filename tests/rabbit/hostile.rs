//! A publisher that writes what no client library would.

use lapin::uri::AMQPUri;
use libtest_mimic::Failed;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const METHOD: u8 = 1;
const CONTENT_HEADER: u8 = 2;
const BODY: u8 = 3;

/// A connection with one channel that confirms, byte by byte.
pub(crate) struct Hostile(TcpStream);

impl Hostile {
    pub(crate) async fn connect(url: &str) -> Result<Self, Failed> {
        let uri: AMQPUri = url.parse()?;
        let authority = &uri.authority;
        let stream = TcpStream::connect((authority.host.as_str(), authority.port)).await?;
        let mut this = Self(stream);
        this.0.write_all(b"AMQP\0\0\x09\x01").await?;
        this.expect(10, 10).await?;
        let user = &authority.userinfo;
        let proof = format!("\0{}\0{}", user.username, user.password);
        let proof = [
            &[0; 4][..],
            &short(b"PLAIN"),
            &long(proof.as_bytes()),
            &short(b"en_US"),
        ];
        this.method(0, 10, 11, &proof.concat()).await?;
        let tune = this.expect(10, 30).await?;
        // As the broker proposes, without heartbeats.
        this.method(0, 10, 31, &[&tune[..6], &[0, 0]].concat())
            .await?;
        let open = [&short(uri.vhost.as_bytes())[..], &[0, 0]].concat();
        this.method(0, 10, 40, &open).await?;
        this.expect(10, 41).await?;
        this.method(1, 20, 10, &[0]).await?;
        this.expect(20, 11).await?;
        this.method(1, 85, 10, &[0]).await?;
        this.expect(85, 11).await?;
        Ok(this)
    }

    /// Publishes to an exchange, and returns when the broker has it.
    pub(crate) async fn publish(
        &mut self,
        exchange: &str,
        routing_key: &[u8],
        properties: &[u8],
        body: &[u8],
    ) -> Result<(), Failed> {
        let publish = [
            &[0, 0][..],
            &short(exchange.as_bytes()),
            &short(routing_key),
            &[0],
        ];
        self.method(1, 60, 40, &publish.concat()).await?;
        let size = u64::try_from(body.len())?.to_be_bytes();
        let header = [&[0, 60, 0, 0][..], &size, properties].concat();
        self.frame(CONTENT_HEADER, 1, &header).await?;
        self.frame(BODY, 1, body).await?;
        self.expect(60, 80).await?;
        Ok(())
    }

    async fn method(
        &mut self,
        channel: u16,
        class: u16,
        method: u16,
        arguments: &[u8],
    ) -> Result<(), Failed> {
        let payload = [&class.to_be_bytes()[..], &method.to_be_bytes(), arguments].concat();
        self.frame(METHOD, channel, &payload).await
    }

    async fn frame(&mut self, kind: u8, channel: u16, payload: &[u8]) -> Result<(), Failed> {
        let size = u32::try_from(payload.len())?.to_be_bytes();
        let frame = [&[kind][..], &channel.to_be_bytes(), &size, payload, &[0xce]].concat();
        Ok(self.0.write_all(&frame).await?)
    }

    /// The arguments of the method that the broker must say next.
    async fn expect(&mut self, class: u16, method: u16) -> Result<Vec<u8>, Failed> {
        loop {
            let mut head = [0; 7];
            self.0.read_exact(&mut head).await?;
            let size = usize::try_from(u32::from_be_bytes([head[3], head[4], head[5], head[6]]))?;
            let mut payload = vec![0; size + 1];
            self.0.read_exact(&mut payload).await?;
            if head[0] != METHOD {
                continue;
            }
            let said = payload.split_off(4);
            if payload == [class.to_be_bytes(), method.to_be_bytes()].concat() {
                return Ok(said);
            }
            return Err(format!("the broker said {payload:?}: {}", said.escape_ascii()).into());
        }
    }
}

/// A text of up to 255 bytes.
pub(crate) fn short(text: &[u8]) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap()][..], text].concat()
}

/// A text of any length.
pub(crate) fn long(text: &[u8]) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes()[..], text].concat()
}
