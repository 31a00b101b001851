//! A whole answer.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use super::super::dice::Dice;

/// An answer that a service might give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    pub(in super::super) fn new(status: StatusCode, content_type: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body,
        }
    }

    pub(in super::super) fn with_header(
        mut self,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn without_body(mut self) -> Self {
        self.body.clear();
        self
    }

    /// The status of HTTP.
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The headers, without those that say how long the body is.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (*name, value.as_str()))
    }

    /// The body; empty if the call allows none.
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The answer as it goes to a client.
    pub(in super::super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::from(self.body));
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            // All are ours, and none has what a header may not have.
            if let Ok(value) = HeaderValue::try_from(value) {
                let name = HeaderName::from_static(name);
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The id by which one recognises in a log that an answer was made up.
pub(in super::super) fn request_id(dice: Dice) -> String {
    format!("GATE{:016X}", dice.number())
}
