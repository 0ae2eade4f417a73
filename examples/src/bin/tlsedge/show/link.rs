//! A link of a given round trip, on loopback: a relay that holds octets for half of it each way, in their order.
//!
//! On loopback the kernel opens a connection at once, so the relay also holds what comes before the handshake of TCP
//! would have been over: the client's first octets for a whole round trip more, what the server might say first for
//! half of one. Nothing is lost and there is no limit of bandwidth or congestion window: those would make a
//! long path dearer still.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hyper::body::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Opens a link to `to` and returns its near end. It lasts as long as the runtime.
pub(super) async fn open(to: SocketAddr, round_trip: Duration) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let near = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(join(client, to, round_trip));
        }
    });
    Ok(near)
}

async fn join(client: TcpStream, to: SocketAddr, round_trip: Duration) -> io::Result<()> {
    let opened = Instant::now();
    let server = TcpStream::connect(to).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let half = round_trip / 2;
    tokio::spawn(hold(from_client, to_server, opened + round_trip, half));
    tokio::spawn(hold(from_server, to_client, opened + half, half));
    Ok(())
}

/// Reads and notes when each piece is due; another task lets them go. Nothing leaves its sender before `earliest`.
async fn hold(mut from: OwnedReadHalf, to: OwnedWriteHalf, earliest: Instant, half: Duration) {
    let (sender, pieces) = mpsc::channel(IN_FLIGHT);
    tokio::spawn(let_go(pieces, to));
    let mut piece = vec![0; PIECE];
    while let Ok(len @ 1..) = from.read(&mut piece).await {
        let due = Instant::now().max(earliest) + half;
        if sender.send((due, Bytes::copy_from_slice(&piece[..len]))).await.is_err() {
            return;
        }
    }
    // The end takes as long to arrive as anything else.
    let _ = sender.send((Instant::now().max(earliest) + half, Bytes::new())).await;
}

async fn let_go(mut pieces: mpsc::Receiver<(Instant, Bytes)>, mut to: OwnedWriteHalf) {
    while let Some((due, piece)) = pieces.recv().await {
        sleep_until(due).await;
        // An empty piece is the end; an end that is gone takes no more.
        if piece.is_empty() || to.write_all(&piece).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

const PIECE: usize = 16 * 1024;

/// Pieces on their way at a time.
const IN_FLIGHT: usize = 64;
