//! Who takes clients in.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};

use super::socket::{Door, Doorway};

/// Takes clients in at an address of its own, and serves each in a task, until it is dropped; those
/// inside are dropped with it.
#[derive(Debug)]
pub(crate) struct Doorman {
    address: SocketAddr,
    turns: mpsc::Sender<Turn>,
    server: JoinHandle<()>,
}

/// An order to open or to shut the door.
#[derive(Debug)]
struct Turn {
    door: Doorway,
    done: oneshot::Sender<()>,
}

impl Doorman {
    /// Opens a door on a port of loopback that is free. `welcome` is called as soon as a client is
    /// accepted, before the next one is, and what it returns is the client's task.
    ///
    /// # Errors
    /// There is no port.
    pub(crate) fn start<F>(welcome: impl Fn(TcpStream) -> F + Send + 'static) -> io::Result<Self>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let door = Door::open()?;
        let address = door.address()?;
        let (turns, to_turn) = mpsc::channel(1);
        let server = tokio::spawn(serve(door, welcome, to_turn));
        Ok(Self {
            address,
            turns,
            server,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Has the door turned, and waits until it is.
    ///
    /// # Errors
    /// There is no door any more.
    pub(crate) async fn turn(&self, door: Doorway) -> io::Result<()> {
        let ended = "nobody is at the door: it could not keep its port";
        let (done, is_done) = oneshot::channel();
        let sent = self.turns.send(Turn { door, done }).await;
        sent.map_err(|_| io::Error::other(ended))?;
        is_done.await.map_err(|_| io::Error::other(ended))
    }
}

impl Drop for Doorman {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve<F>(
    mut door: Door,
    welcome: impl Fn(TcpStream) -> F + Send,
    mut turns: mpsc::Receiver<Turn>,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut inside = JoinSet::new();
    loop {
        tokio::select! {
            turn = turns.recv() => {
                let Some(turn) = turn else { return };
                let Ok(turned) = door.turned(turn.door) else { return };
                door = turned;
                // Whoever asked may have stopped waiting.
                let _ = turn.done.send(());
            }
            client = door.client() => {
                // One that has gone before it was accepted is no concern of ours.
                if let Ok(client) = client {
                    inside.spawn(welcome(client));
                }
            }
            Some(_) = inside.join_next() => {}
        }
    }
}
