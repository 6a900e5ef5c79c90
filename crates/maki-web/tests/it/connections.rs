//! Connections that say nothing, or not enough, and more of them than there are places.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use maki_web::serve::{Connections, serve_within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const HEAD: Duration = Duration::from_millis(300);
const SOON: Duration = Duration::from_secs(5);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";

async fn start(most: usize) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = Router::new()
        .route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| format!("you are {peer}")))
        .route("/slow", get(async || tokio::time::sleep(HEAD * 3).await));
    let server = tokio::spawn(serve_within(listener, router, Connections { most, head: HEAD }, async {
        stopped.await.ok();
    }));
    (address, stop, server)
}

/// Reads until the server ends the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut told = Vec::new();
    tokio::time::timeout(SOON, stream.read_to_end(&mut told)).await.unwrap().ok();
    String::from_utf8(told).unwrap()
}

#[tokio::test]
async fn who_does_not_ask_in_time_is_let_go() {
    let (address, _stop, _server) = start(10).await;
    for said in ["", "G", "PRI * HT", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        let since = Instant::now();
        assert!(!rest(&mut stream).await.contains("200 OK"), "{said:?}");
        assert!(since.elapsed() >= HEAD / 2, "{said:?}");
    }
    // The second request of a connection has the same time.
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(REQUEST).await.unwrap();
    stream.write_all(b"GET / HT").await.unwrap();
    let local = stream.local_addr().unwrap();
    let told = rest(&mut stream).await;
    assert!(told.contains("200 OK") && told.contains(&format!("you are {local}")), "{told}");
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_question() {
    let (address, _stop, _server) = start(10).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.contains("200 OK"));
}

#[tokio::test]
async fn connections_are_bounded_and_a_place_becomes_free() {
    let (address, _stop, _server) = start(2).await;
    let mut silent = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    tokio::time::sleep(HEAD / 4).await;
    let mut third = TcpStream::connect(address).await.unwrap();
    third.write_all(REQUEST).await.unwrap();
    let mut first = [0; 12];
    assert!(tokio::time::timeout(HEAD / 4, third.read_exact(&mut first)).await.is_err(), "no place is free");
    tokio::time::timeout(SOON, third.read_exact(&mut first)).await.unwrap().unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    assert_eq!(rest(&mut silent[0]).await + &rest(&mut silent[1]).await, "");
}

#[tokio::test]
async fn a_stop_waits_for_running_requests() {
    let (address, stop, server) = start(2).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    tokio::time::sleep(HEAD / 2).await;
    stop.send(()).unwrap();
    assert!(rest(&mut stream).await.contains("200 OK"));
    tokio::time::timeout(SOON, server).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
