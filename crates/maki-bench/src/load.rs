//! A load generator: one thread per connection, each sends its next request when the answer to the last is there.
//!
//! Plain blocking sockets: per request one write and usually one read, so that the generator costs little beside any
//! server, and every single latency is kept, so that the percentiles are exact.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(20);
const BUFFER: usize = 256 * 1_024;

/// What is asked for, in a fixed order, again and again.
#[derive(Clone)]
pub struct Requests(Arc<[Vec<u8>]>);

impl Requests {
    /// Requests for paths, as a client that understands no compression sends them.
    pub fn new(paths: impl IntoIterator<Item = String>) -> Self {
        Self::with(paths, "")
    }

    /// The same as somebody who has signed in.
    pub fn with_cookie(paths: impl IntoIterator<Item = String>, cookie: &str) -> Self {
        Self::with(paths, &format!("Cookie: {cookie}\r\n"))
    }

    fn with(paths: impl IntoIterator<Item = String>, header: &str) -> Self {
        let request = |path: String| {
            let head = "HTTP/1.1\r\nHost: localhost\r\nUser-Agent: maki-bench\r\nAccept: */*\r\n";
            format!("GET {path} {head}{header}\r\n").into_bytes()
        };
        Self(paths.into_iter().map(request).collect())
    }

    fn get(&self, i: usize) -> &[u8] {
        self.0.get(i % self.0.len().max(1)).map_or(&[], Vec::as_slice)
    }
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub requests: usize,
    pub per_second: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Mean size of a body in bytes.
    pub body: f64,
}

/// Asks for `seconds` over some connections at once.
///
/// # Errors
/// When any answer is not 200: a fast error is no result.
pub fn run(address: SocketAddr, requests: &Requests, connections: usize, seconds: f64) -> Result<Outcome> {
    let start = Instant::now();
    let deadline = start + Duration::from_secs_f64(seconds);
    let threads: Vec<_> = (0..connections)
        .map(|number| {
            let requests = requests.clone();
            // Connections begin at different places, so that they do not all ask the same.
            std::thread::spawn(move || one(address, &requests, number * 7_919, deadline))
        })
        .collect();
    let mut latencies: Vec<u32> = Vec::new();
    let mut bytes = 0;
    for thread in threads {
        let Ok(result) = thread.join() else { bail!("a connection of the load generator broke") };
        let (own, body) = result?;
        latencies.extend(own);
        bytes += body;
    }
    let elapsed = start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (count, bytes) = (latencies.len().max(1) as f64, bytes as f64);
    let percentile = |percent: usize| {
        let place = (latencies.len() * percent / 100).min(latencies.len().saturating_sub(1));
        latencies.get(place).map_or(f64::NAN, |micros| f64::from(*micros) / 1e3)
    };
    Ok(Outcome {
        requests: latencies.len(),
        per_second: count / elapsed,
        p50: percentile(50),
        p99: percentile(99),
        body: bytes / count,
    })
}

fn one(address: SocketAddr, requests: &Requests, first: usize, deadline: Instant) -> Result<(Vec<u32>, u64)> {
    let mut connection = Connection::open(address)?;
    let (mut latencies, mut bytes) = (Vec::new(), 0);
    for i in first.. {
        let sent = Instant::now();
        if sent >= deadline {
            break;
        }
        bytes += connection.ask(requests.get(i))? as u64;
        latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok((latencies, bytes))
}

/// Asks once, on a connection of its own. The body as text.
pub fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut connection = Connection::open(address)?;
    connection.ask(Requests::new([path.to_owned()]).get(0))?;
    Ok(String::from_utf8_lossy(&connection.body).into_owned())
}

/// Sends JSON once with a token, on a connection of its own. The body of the answer as text.
pub fn post(address: SocketAddr, path: &str, token: &str, body: &str) -> Result<String> {
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: maki-bench\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let mut connection = Connection::open(address)?;
    connection.ask(request.as_bytes())?;
    Ok(String::from_utf8_lossy(&connection.body).into_owned())
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self { stream, buffer: vec![0; BUFFER], body: Vec::with_capacity(BUFFER) })
    }

    /// Sends a request and reads its whole answer; gives the length of the body.
    fn ask(&mut self, request: &[u8]) -> Result<usize> {
        self.stream.write_all(request)?;
        self.body.clear();
        let mut head = None;
        loop {
            let read = self.stream.read(&mut self.buffer)?;
            if read == 0 {
                bail!(
                    "the server closed the connection: {}",
                    String::from_utf8_lossy(request.get(..80).unwrap_or(request))
                );
            }
            self.body.extend_from_slice(self.buffer.get(..read).unwrap_or_default());
            if head.is_none()
                && let Some(end) = find(&self.body, b"\r\n\r\n")
            {
                head = Some((end + 4, body_length(self.body.get(..end + 4).unwrap_or_default(), request)?));
            }
            if let Some((start, length)) = head
                && self.body.len() >= start + length
            {
                self.body.drain(..start);
                return Ok(length);
            }
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The length that the head of an answer announces.
fn body_length(head: &[u8], request: &[u8]) -> Result<usize> {
    let head = std::str::from_utf8(head)?;
    let what = || String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned();
    if head.get(9..12) != Some("200") {
        bail!("{}: {}", what(), head.lines().next().unwrap_or_default());
    }
    let value = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim())
    });
    value
        .with_context(|| format!("{}: an answer without a length", what()))?
        .parse()
        .context("a length that is no number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_good_answers_count() {
        let check = |head: &str, expected: Option<usize>| {
            assert_eq!(body_length(head.as_bytes(), b"GET / HTTP/1.1\r\n").ok(), expected, "{head}");
        };
        check("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", Some(12));
        check("HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", Some(0));
        check("HTTP/1.1 429 Too Many Requests\r\ncontent-length: 3\r\n\r\n", None);
        check("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", None);
    }
}
