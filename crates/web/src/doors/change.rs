//! Who may ask for a change. Three types say so, of which a handler can make none:
//!
//! - [`Change`] is the proof that a request may change something: it came from a page of this server's, in a session, with the session's CSRF token, or with a
//!   token of scope `control`. The front of the server asks for it before the router is, whatever the path; a handler takes it as an argument:
//!   `post(|State(site): State<Site>, change: Change| ..)`. What carries a change out should ask for a `&Change`, so that no handler of a `GET` can call it.
//! - [`Form`] is a `Change` with the fields of the form that came along: `form: Result<Form<Fields>, Refusal>`.
//! - [`Csrf`] is the token for the forms of a page: `get(|csrf: Csrf| ..)`, and in the page `form method="post" action="/leave" { (csrf.field()) .. }`.
//!
//! A script or a program in a session may send the token as header `X-CSRF-Token` instead of the field `csrf`.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::response::IntoResponse;
use maud::{Markup, html};
use serde::de::DeserializeOwned;

use super::secret::Secret;

/// Name of the form field with the token.
const FIELD: &str = "csrf";
/// Name of the header with the token.
const HEADER: &str = "x-csrf-token";

/// What a token of a program is good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// To read.
    Read,
    /// To read, and to ask for changes.
    Control,
}

/// Who asks, of those who were let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Asker {
    /// A browser in a session, whose pages hold this.
    Browser(Csrf),
    /// A program with a token.
    Program(Scope),
}

/// Why somebody who was let in gets no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Refusal {
    /// A page of somebody else's asks for a change.
    Foreign,
    /// The token of the session is missing, or of an earlier session.
    Csrf,
    /// The token of the program is for reading.
    Scope,
    /// The body is not what it should be.
    Malformed,
    /// The body is too long.
    TooLong,
    /// The body takes too long to come.
    TooSlow,
    /// As many as there may be get an answer that lasts.
    Crowded,
}

impl Refusal {
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::Foreign | Self::Csrf | Self::Scope => StatusCode::FORBIDDEN,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Crowded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// Why, as a sentence without its full stop.
    pub(crate) const fn sentence(self) -> &'static str {
        match self {
            Self::Foreign => "only pages of earwitness itself may ask for changes",
            Self::Csrf => "the page that asked is older than your session; load it again, and ask again",
            Self::Scope => "this token is for reading; a change needs one of scope control",
            Self::Malformed => "the request cannot be understood",
            Self::TooLong => "the request is too long",
            Self::TooSlow => "the request took too long to arrive",
            Self::Crowded => "too many pages are followed at the same time; close some",
        }
    }
}

/// The front of the server says it in words.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Proof that a request may change something.
#[derive(Clone, Debug)]
pub(crate) struct Change(());

impl Change {
    /// Looks at a request of somebody who was let in, with its body.
    pub(crate) fn asked(asker: &Asker, headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        match asker {
            Asker::Program(Scope::Control) => Ok(Self(())),
            Asker::Program(Scope::Read) => Err(Refusal::Scope),
            Asker::Browser(csrf) if csrf.is_in(headers, body) => Ok(Self(())),
            Asker::Browser(_) => Err(Refusal::Csrf),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Change {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        // Nothing is there where nothing may be changed, such as at a GET.
        parts.extensions.get().cloned().ok_or(Refusal::Scope)
    }
}

/// A change, with the fields of the form that asked for it.
#[derive(Debug)]
pub(crate) struct Form<T> {
    /// That it may.
    pub(crate) change: Change,
    /// What was filled in.
    pub(crate) fields: T,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let change = Change::from_request_parts(&mut parts, state).await?;
        if !is_form(&parts.headers) {
            return Err(Refusal::Malformed);
        }
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await.map_err(|_| Refusal::Malformed)?;
        let fields = serde_urlencoded::from_bytes(&body).map_err(|_| Refusal::Malformed)?;
        Ok(Self { change, fields })
    }
}

/// The token that pages of a session put into their forms; none where a program reads, which needs none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Csrf(Option<Secret>);

impl Csrf {
    pub(super) const fn new(secret: Secret) -> Self {
        Self(Some(secret))
    }

    /// The field that every form of a page needs.
    pub(crate) fn field(&self) -> Markup {
        html! { @if let Some(it) = &self.0 { input type="hidden" name=(FIELD) value=(it.reveal()); } }
    }

    fn is_in(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let Some(secret) = &self.0 else { return false };
        if let Some(header) = headers.get(HEADER) {
            return secret.is(header.as_bytes());
        }
        let fields: Vec<(String, String)> =
            if is_form(headers) { serde_urlencoded::from_bytes(body).unwrap_or_default() } else { Vec::new() };
        fields.iter().any(|(name, value)| name == FIELD && secret.is(value.as_bytes()))
    }
}

impl PartialEq for Csrf {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => a.is(b.reveal().as_bytes()),
            (a, b) => a.is_none() && b.is_none(),
        }
    }
}

impl Eq for Csrf {}

impl<S: Send + Sync> FromRequestParts<S> for Csrf {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().cloned().unwrap_or_default())
    }
}

/// Whether the body is the fields of a form.
fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
