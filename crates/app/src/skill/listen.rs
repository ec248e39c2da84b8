//! A skill over HTTP.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use earwitness_skill::{Headers, LONGEST_BODY};
use earwitness_web::{Answer, Ends, Listener, READING, read};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::service::{Outcome, Service};

/// Begins to serve; it ends with what is returned.
///
/// # Errors
/// When it cannot listen there.
pub(super) fn listen(address: SocketAddr, service: Service) -> anyhow::Result<Listener> {
    let socket = TcpListener::bind(address).with_context(|| {
        format!("[skill]: nothing can listen on {address}: earwitness runs already, or name another port with `listen`")
    })?;
    let listener = Listener::begin("skill", socket, None, Front(Arc::new(service)))?;
    tracing::debug!(address = %listener.address(), "a skill is served");
    Ok(listener)
}

/// What stands between a connection and the skill.
struct Front(Arc<Service>);

impl Answer for Front {
    type Body = Full<Bytes>;

    /// Who is refused is not told why: that would help only those who try.
    async fn answer(&self, request: Request<Incoming>, _: Ends) -> Response<Full<Bytes>> {
        if request.method() != Method::POST {
            let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
        let (parts, body) = request.into_parts();
        let body = match read(body, LONGEST_BODY, READING).await {
            Ok(body) => body,
            Err(status) => return empty(status),
        };
        let headers = Headers {
            signature_256: only(&parts.headers, "signature-256"),
            chain_url: only(&parts.headers, "signaturecertchainurl"),
        };
        match Arc::clone(&self.0).take(headers, &body).await {
            Outcome::Replied(json) => {
                let mut response = Response::new(Full::from(json));
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json;charset=UTF-8"));
                response
            }
            Outcome::Refused(refusal) => {
                tracing::debug!(why = %refusal, "a request is refused");
                empty(StatusCode::BAD_REQUEST)
            }
            Outcome::Unavailable(error) => {
                tracing::warn!(why = format!("{error:#}"), "a request cannot be verified");
                empty(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }
}

/// The header of that name, where there is exactly one.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    all.next().filter(|_| all.next().is_none())?.to_str().ok()
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
