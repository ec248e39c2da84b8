//! How many are served at the same time: answers that last, and others beside them.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use earwitness_base::clock;
use earwitness_web::{Answer, Ends, Listener, Live};
use hyper::body::{Body, Frame, Incoming};
use hyper::{Request, Response};
use tokio::time::sleep;

/// A line at once, and then, where it lasts, nothing for ever.
struct Lines {
    first: Option<Bytes>,
    lasts: bool,
}

impl Body for Lines {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.first.take() {
            Some(it) => Poll::Ready(Some(Ok(Frame::data(it)))),
            None if self.lasts => Poll::Pending,
            None => Poll::Ready(None),
        }
    }
}

/// Answers what lasts, what takes a moment, and what is there at once.
struct Each;

impl Answer for Each {
    type Body = Lines;

    async fn answer(&self, request: Request<Incoming>, _: Ends) -> Response<Lines> {
        let lasts = request.uri().path() == "/live";
        if request.uri().path() == "/slow" {
            sleep(Duration::from_millis(700)).await;
        }
        let mut response = Response::new(Lines { first: Some(Bytes::from_static(b"first")), lasts });
        if lasts {
            response.extensions_mut().insert(Live);
        }
        response
    }
}

fn ask(listener: &Listener, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(listener.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    stream
}

#[test]
fn two_hundred_answers_last_beside_others() {
    let listener = Listener::begin("crowd", TcpListener::bind("127.0.0.1:0").unwrap(), None, Each).unwrap();
    let mut live: Vec<_> = (0..200).map(|_| ask(&listener, "/live")).collect();
    for stream in &mut live {
        let mut text = Vec::new();
        while !text.ends_with(b"first\r\n") {
            let mut some = [0; 256];
            let count = stream.read(&mut some).unwrap();
            assert!(count > 0, "it goes on");
            text.extend_from_slice(&some[..count]);
        }
    }
    let mut others: Vec<_> = (0..32).map(|_| ask(&listener, "/slow")).collect();
    for stream in &mut others {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.contains("200 OK") && text.contains("first"), "{text}");
    }
}

#[test]
fn thirty_two_are_answered_at_the_same_time_and_others_wait_their_turn() {
    let listener = Listener::begin("crowd", TcpListener::bind("127.0.0.1:0").unwrap(), None, Each).unwrap();
    let begun = clock::since_boot();
    let mut all: Vec<_> = (0..64).map(|_| ask(&listener, "/slow")).collect();
    for stream in &mut all {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert!(text.contains("200 OK"), "{text}");
    }
    let took = clock::since_boot().saturating_sub(begun);
    assert!(took >= Duration::from_millis(1_400), "two rounds: {took:?}");
}
