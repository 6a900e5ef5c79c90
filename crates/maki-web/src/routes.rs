//! The table of routes: beside each path stands who may take it. There is no other way to add a route, a test of the
//! house checks it, so none can be without a rule.
//!
//! A rule names what of the table of rights (`maki_domain::rights`) a request needs, and which part of its address says
//! whose things it is about. `guard` asks before the handler runs and hands it the permit.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use maki_domain::Act;

use crate::guard;
use crate::state::WebState;

/// Who may take a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anyone; no cookie is read, nobody is recognised.
    Public,
    /// Anyone; who has signed in is recognised. Forms carry a signed token that expires.
    Open,
    /// Whoever has given the password, also while the second factor is still to be set up.
    SignedIn,
    /// Whoever the table of rights allows the act.
    May(Act, Of),
    /// A program whose token allows the act.
    Token(Act, Of),
}

/// Whose things a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// No particular organisation; the use case asks again where one appears.
    Anywhere,
    /// The organisation that the path names as `{organisation}`, by its Kennung.
    Organisation,
    /// Whoever the record belongs to that the path names as `{record}`, by its id.
    Record,
    /// The confidential entry that the path names as `{entry}`, by its id. Whoever may not have it is told that there is
    /// none.
    Confidential,
}

/// A route and its rule, for tests and for the reader of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub method: Method,
    pub path: String,
    pub rule: Rule,
}

/// Routes of an area, each with its rule.
#[derive(Clone)]
pub struct Routes {
    state: WebState,
    router: Router<WebState>,
    table: Vec<Declared>,
}

impl Routes {
    #[must_use]
    pub fn new(state: &WebState) -> Self {
        Self { state: state.clone(), router: Router::new(), table: Vec::new() }
    }

    /// A page or anything else that only reads.
    #[must_use]
    pub fn get<H, T>(self, path: &str, rule: Rule, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        self.add(Method::GET, path, rule, get(handler))
    }

    /// A form or anything else that writes.
    #[must_use]
    pub fn post<H, T>(self, path: &str, rule: Rule, handler: H) -> Self
    where
        H: Handler<T, WebState>,
        T: 'static,
    {
        self.add(Method::POST, path, rule, post(handler))
    }

    /// The same path for reading and for the form on it, under one rule.
    #[must_use]
    pub fn page<G, TG, P, TP>(self, path: &str, rule: Rule, show: G, submit: P) -> Self
    where
        G: Handler<TG, WebState>,
        TG: 'static,
        P: Handler<TP, WebState>,
        TP: 'static,
    {
        self.get(path, rule, show).post(path, rule, submit)
    }

    /// A route of any method, for the API.
    #[must_use]
    pub fn add(mut self, method: Method, path: &str, rule: Rule, handlers: MethodRouter<WebState>) -> Self {
        let handlers = guard::around(&self.state, rule, handlers);
        self.router = self.router.route(path, handlers);
        self.table.push(Declared { method, path: path.to_owned(), rule });
        self
    }

    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The same routes below a prefix.
    #[must_use]
    pub fn below(self, prefix: &str) -> Self {
        let below = |declared: Declared| Declared { path: format!("{prefix}{}", declared.path), ..declared };
        Self {
            router: Router::new().nest(prefix, self.router),
            table: self.table.into_iter().map(below).collect(),
            state: self.state,
        }
    }

    /// Layers and fallbacks around all of them.
    #[must_use]
    pub fn around(mut self, wrap: impl FnOnce(Router<WebState>) -> Router<WebState>) -> Self {
        self.router = wrap(self.router);
        self
    }

    /// Every route with its rule.
    #[must_use]
    pub fn table(&self) -> &[Declared] {
        &self.table
    }

    pub fn into_router(self) -> Router<WebState> {
        self.router
    }
}
