//! Listening: the site, and the operators' metrics on a listener of their own.
//!
//! Connections are bounded in number, and each must bring its request in time, so that nobody holds them open by saying
//! nothing or half a sentence. How long an answer may take is bounded in [`crate::middleware`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::routing::get;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::{WebState, router};

/// Wait after the system refused a connection, as when no file handle is free.
const AFTER_REFUSAL: Duration = Duration::from_millis(100);

/// Limits of connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Open at the same time; further ones wait until one ends.
    pub most: usize,
    /// In which the head of a request must be there, counted from the opening or from the answer before.
    pub head: Duration,
}

impl Default for Connections {
    fn default() -> Self {
        Self { most: 2_000, head: Duration::from_secs(20) }
    }
}

/// Serves the whole site until `stop` completes and running requests are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    state: WebState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    serve_within(listener, router(state), Connections::default(), stop).await;
    Ok(())
}

/// Serves a router within limits until `stop` completes and running requests are answered.
pub async fn serve_within(
    listener: TcpListener,
    router: Router,
    limits: Connections,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    // A connection of HTTP/2 whose other end is gone does not keep its place.
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(limits.head).keep_alive_timeout(limits.head);
    let builder = Arc::new(builder);
    let places = Arc::new(Semaphore::new(limits.most));
    let graceful = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let (stream, peer, place) = tokio::select! {
            () = &mut stop => break,
            next = next(&listener, &places) => match next {
                Some(next) => next,
                None => break,
            },
        };
        let began = Arc::new(AtomicBool::new(false));
        let service = {
            let (router, began) = (router.clone(), Arc::clone(&began));
            tower::service_fn(move |request: Request<Incoming>| {
                began.store(true, Ordering::Relaxed);
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(ConnectInfo(peer));
                router.clone().oneshot(request)
            })
        };
        let connection =
            builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            let silent = async {
                tokio::time::sleep(limits.head).await;
                // Once a request has come, the timers of its protocol count.
                if began.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::trace!(%error, "a connection ended early");
                },
                () = silent => {}
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// The next connection, as soon as there is a place for it.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // Never closed.
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return Some((stream, peer, place)),
            Err(error) => {
                // Whoever hung up before being served concerns nobody; anything else may pass.
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(AFTER_REFUSAL).await;
            }
        }
    }
}

/// Serves `/metrics` in the text format of Prometheus; `render` makes it.
///
/// # Errors
/// When the listener fails.
pub async fn serve_metrics(
    listener: TcpListener,
    render: impl Fn() -> String + Clone + Send + Sync + 'static,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new().route("/metrics", get(move || async move { render() }));
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
