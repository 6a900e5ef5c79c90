//! Counts and times of requests for the operators' metrics.
//!
//! A handle is asked of the recorder once per method, route and status, then kept: asking builds and hashes every label
//! anew. Routes and statuses are our own and methods are a fixed set, so that no client can make series grow.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use metrics::{Counter, Histogram};

/// The handles known so far, by route.
#[derive(Default)]
pub struct Meters(RwLock<HashMap<String, Vec<Meter>>>);

#[derive(Clone)]
struct Meter {
    method: &'static str,
    status: StatusCode,
    total: Counter,
    seconds: Histogram,
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meters")
    }
}

impl Meters {
    /// Counts one answered request.
    pub fn count(&self, method: &Method, route: &str, status: StatusCode, took: Duration) {
        let method = named(method);
        let fits = |meter: &&Meter| meter.method == method && meter.status == status;
        {
            let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(meter) = known.get(route).and_then(|of_route| of_route.iter().find(fits)) {
                return meter.count(took);
            }
        }
        let meter = Meter::new(method, route, status);
        meter.count(took);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let of_route = known.entry(route.to_owned()).or_default();
        if !of_route.iter().any(|meter| fits(&meter)) {
            of_route.push(meter);
        }
    }
}

impl Meter {
    fn new(method: &'static str, route: &str, status: StatusCode) -> Self {
        let labels =
            [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.as_u16().to_string())];
        let total = metrics::counter!("maki_http_requests_total", &labels);
        let seconds = metrics::histogram!("maki_http_request_seconds", "route" => route.to_owned());
        Self { method, status, total, seconds }
    }

    fn count(&self, took: Duration) {
        self.total.increment(1);
        self.seconds.record(took.as_secs_f64());
    }
}

/// The name of a method; a client may invent others.
fn named(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn nobody_can_make_the_series_grow() {
        let meters = Meters::default();
        for number in 0..100 {
            let invented = Method::from_bytes(format!("LOOK{number}").as_bytes()).unwrap();
            for method in [Method::GET, Method::HEAD, invented] {
                for status in [StatusCode::OK, StatusCode::NOT_FOUND] {
                    meters.count(&method, "/systeme/{kennung}", status, Duration::from_micros(1));
                }
            }
        }
        let known = meters.0.read().unwrap();
        assert_eq!(known.values().map(Vec::len).collect::<Vec<_>>(), [6]);
    }
}
