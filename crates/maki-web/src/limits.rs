//! How much one address may ask for: a bounded limiter in memory for the API, downloads and feeds.
//!
//! One number per address (the theoretical arrival time of GCRA), in shards of bounded size. IPv6 counts by its /64,
//! since one household has all of it. `X-Forwarded-For` is believed only from the operator's own proxies, from the
//! right, up to the first address that is none of them.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::WebError;
use crate::state::WebState;

/// Requests per minute and address when the operator does not say otherwise.
pub const DEFAULT_PER_MINUTE: u32 = 1_200;
const SHARDS: usize = 16;
/// Addresses remembered in one shard.
const MOST: usize = 8_192;
const MINUTE: u64 = 60_000_000;
/// Most addresses of one `X-Forwarded-For` that are looked at.
const MOST_FORWARDED: usize = 20;

/// Settings of the limiter.
#[derive(Debug, Clone, Default)]
pub struct LimitSettings {
    /// 0 switches the limiter off.
    pub per_minute: u32,
    pub trusted_proxies: Vec<IpAddr>,
}

/// What is left for an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub allowed: bool,
    pub remaining: u32,
    /// Seconds until everything is allowed again.
    pub reset: u64,
    /// Seconds until the next request is allowed.
    pub retry_after: u64,
}

/// The limiter; time is microseconds since its start.
#[derive(Debug)]
pub struct Limiter {
    settings: LimitSettings,
    started: Instant,
    hasher: RandomState,
    shards: [Mutex<HashMap<IpAddr, u64>>; SHARDS],
}

impl Limiter {
    #[must_use]
    pub fn new(settings: LimitSettings) -> Self {
        Self { settings, started: Instant::now(), hasher: RandomState::new(), shards: Default::default() }
    }

    /// Counts one request of an address at a time.
    fn take(&self, address: IpAddr, now: u64) -> Allowance {
        let burst = u64::from(self.settings.per_minute.max(1));
        let interval = MINUTE / burst;
        let whole = interval.saturating_mul(burst);
        let key = counted(address);
        let shard = usize::try_from(self.hasher.hash_one(key)).unwrap_or(usize::MAX) % SHARDS;
        let Some(shard) = self.shards.get(shard) else {
            return Allowance { allowed: true, remaining: 0, reset: 0, retry_after: 0 };
        };
        let mut known = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST && !known.contains_key(&key) {
            make_room(&mut known, now);
        }
        let arrival = known.get(&key).copied().unwrap_or(0).max(now);
        let debt = arrival - now;
        if debt.saturating_add(interval) > whole {
            let wait = debt.saturating_add(interval) - whole;
            return Allowance { allowed: false, remaining: 0, reset: seconds(debt), retry_after: seconds(wait) };
        }
        known.insert(key, arrival + interval);
        let debt = debt + interval;
        let remaining = u32::try_from((whole - debt) / interval.max(1)).unwrap_or(u32::MAX);
        Allowance { allowed: true, remaining, reset: seconds(debt), retry_after: 0 }
    }

    /// The address that a request is counted under.
    #[must_use]
    pub fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> IpAddr {
        let trusted = |address: &IpAddr| self.settings.trusted_proxies.contains(&address.to_canonical());
        let peer = peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)).to_canonical();
        if !trusted(&peer) {
            return peer;
        }
        let mut client = peer;
        let values: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(','))
            .collect();
        for text in values.iter().rev().take(MOST_FORWARDED) {
            let Some(address) = forwarded(text.trim()) else { return client };
            client = address.to_canonical();
            if !trusted(&client) {
                return client;
            }
        }
        client
    }
}

/// Addresses that owe nothing go first; under an attack every second one of the others.
fn make_room(known: &mut HashMap<IpAddr, u64>, now: u64) {
    known.retain(|_, arrival| *arrival > now);
    if known.len() >= MOST {
        let mut keep = false;
        known.retain(|_, _| {
            keep = !keep;
            keep
        });
    }
}

const fn seconds(micros: u64) -> u64 {
    micros.div_ceil(1_000_000)
}

fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

/// An address as proxies write it: bare, with a port, or in brackets.
fn forwarded(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// Whom a request is counted under; an extension of the request where the limiter is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Client(pub IpAddr);

/// The layer around API, downloads and feeds.
pub async fn limit(State(state): State<WebState>, mut request: Request, next: Next) -> Response {
    let limiter = Arc::clone(&state.limiter);
    if limiter.settings.per_minute == 0 {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let client = limiter.client(peer, request.headers());
    let now = u64::try_from(limiter.started.elapsed().as_micros()).unwrap_or(u64::MAX);
    let allowance = limiter.take(client, now);
    request.extensions_mut().insert(Client(counted(client)));
    let mut response =
        if allowance.allowed { next.run(request).await } else { WebError::TooManyRequests.into_response() };
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: u64| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    };
    set("ratelimit-limit", u64::from(limiter.settings.per_minute));
    set("ratelimit-remaining", u64::from(allowance.remaining));
    set("ratelimit-reset", allowance.reset);
    if !allowance.allowed {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(allowance.retry_after.max(1)));
    }
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn limiter(per_minute: u32) -> Limiter {
        let trusted_proxies = vec!["10.0.0.1".parse().unwrap(), "fd00::1".parse().unwrap()];
        Limiter::new(LimitSettings { per_minute, trusted_proxies })
    }

    #[test]
    fn a_minute_holds_what_it_promises() {
        let limiter = limiter(60);
        let address = "192.0.2.1".parse().unwrap();
        let first = limiter.take(address, 0);
        assert_eq!((first.allowed, first.remaining, first.reset), (true, 59, 1));
        let allowed = (0..100).filter(|_| limiter.take(address, 0).allowed).count();
        assert_eq!(allowed, 59);
        let refused = limiter.take(address, 0);
        assert_eq!((refused.allowed, refused.retry_after), (false, 1));
        assert!(limiter.take(address, 1_000_000).allowed);
        assert!(!limiter.take(address, 1_000_000).allowed);
        assert!(limiter.take("192.0.2.2".parse().unwrap(), 0).allowed);
    }

    #[test]
    fn one_network_of_ipv6_is_one_client() {
        let limiter = limiter(1);
        assert!(limiter.take("2001:db8::1".parse().unwrap(), 0).allowed);
        assert!(!limiter.take("2001:db8::ffff".parse().unwrap(), 0).allowed);
        assert!(limiter.take("2001:db8:0:1::1".parse().unwrap(), 0).allowed);
        assert!(limiter.take("192.0.2.9".parse().unwrap(), 0).allowed);
        assert!(!limiter.take("::ffff:192.0.2.9".parse().unwrap(), 0).allowed);
    }

    #[test]
    fn memory_is_bounded() {
        let limiter = limiter(10);
        for n in 0..(SHARDS * MOST * 2) {
            limiter.take(IpAddr::from(u32::try_from(n).unwrap().to_be_bytes()), 0);
        }
        for shard in &limiter.shards {
            assert!(shard.lock().unwrap().len() <= MOST);
        }
    }

    #[test]
    fn only_own_proxies_are_believed() {
        let limiter = limiter(10);
        let check = |peer: &str, forwarded: &[&'static str], expected: &str| {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(value));
            }
            let client = limiter.client(Some(peer.parse().unwrap()), &headers);
            assert_eq!(client, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        };
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["203.0.113.5, 198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["203.0.113.5", "198.51.100.7, 10.0.0.1"], "198.51.100.7");
        check("::ffff:10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7");
        check("fd00::1", &["[2001:db8::7]"], "2001:db8::7");
        check("10.0.0.1", &["nonsense"], "10.0.0.1");
    }
}
