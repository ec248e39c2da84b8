//! Answers that last, in front of a router that has one.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use axum::routing::{get, post};

use super::*;
use crate::doors::Form;

/// A body of which more comes some time.
struct Lasting(Option<Bytes>);

impl hyper::body::Body for Lasting {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.0.take().map_or(Poll::Pending, |it| Poll::Ready(Some(Ok(Frame::data(it)))))
    }
}

async fn live() -> Response<Body> {
    let mut response = Response::new(Body::new(Lasting(Some(Bytes::from_static(b"first")))));
    response.extensions_mut().insert(Live);
    response
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// A listener with this front, and room for so many answers that last.
fn begin(places: usize) -> (Listener, Arc<Doors>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let doors = Arc::new(Doors::new(address.port(), Names::default(), None).unwrap());
    let out = Arc::clone(&doors);
    let everybody_out = move |form: Result<Form<Named>, Refusal>| async move {
        match form {
            Ok(form) => {
                out.leave_all(clock::since_boot(), &form.change);
                Response::new(Body::from(form.fields.name))
            }
            Err(refusal) => refusal.into_response(),
        }
    };
    let csrf = |csrf: crate::doors::Csrf| async move { csrf.field().into_string() };
    let router = Router::new().route("/live", get(live)).route("/csrf", get(csrf)).route("/out", post(everybody_out));
    let live = Arc::new(Semaphore::new(places));
    let front = Front { doors: Arc::clone(&doors), router, address, tell: Box::new(|_| {}), live };
    (Listener::begin("front", socket, None, front).unwrap(), doors)
}

/// Sends a request with these lines, and returns the connection with what came back until a text stands in it, or the end.
fn asked(listener: &Listener, line: &str, lines: &[&str], until: &str) -> (TcpStream, String) {
    let address = listener.address();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = [&[format!("{line} HTTP/1.1").as_str(), &format!("Host: {address}")], lines].concat().join("\r\n");
    // A form ends with its body, everything else with an empty line.
    let end = if line.starts_with("POST") { "" } else { "\r\n\r\n" };
    stream.write_all(format!("{head}{end}").as_bytes()).unwrap();
    let (mut text, mut some) = (String::new(), [0; 4_096]);
    while !text.contains(until) {
        match stream.read(&mut some) {
            Ok(count) if count > 0 => text.push_str(&String::from_utf8_lossy(&some[..count])),
            _ => break,
        }
    }
    (stream, text)
}

#[test]
fn an_answer_that_lasts_ends_soon_after_its_browser_is_out_and_there_are_so_many() {
    let (listener, doors) = begin(2);
    let link = format!("GET /?key={}", doors.key(clock::since_boot()).unwrap());
    let head = asked(&listener, &link, &[], "no end").1;
    let cookie = head.lines().find_map(|it| it.strip_prefix("set-cookie: ")).unwrap().split(';').next().unwrap().to_owned();
    let cookie = format!("Cookie: {cookie}");
    let mut two: Vec<_> = (0..2).map(|_| asked(&listener, "GET /live", &[&cookie], "first").0).collect();
    assert!(asked(&listener, "GET /live", &[&cookie], "no end").1.contains("503"), "there is room for two");
    let page = asked(&listener, "GET /csrf", &[&cookie], "no end").1;
    let token = page.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let origin = format!("Origin: http://{}", listener.address());
    let form = |body: &str| {
        let kind = "Content-Type: application/x-www-form-urlencoded";
        let length = format!("Content-Length: {}", body.len());
        asked(&listener, "POST /out", &[&cookie, &origin, kind, &length, "", body], "no end").1
    };
    assert!(form(&format!("csrf={token}")).contains("400"), "a field is missing");
    assert!(form("name=all").contains("403"));
    assert!(form(&format!("name=all&csrf={token}")).ends_with("all"));
    let begun = clock::since_boot();
    for stream in &mut two {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
    }
    assert!(clock::since_boot().saturating_sub(begun) < LOOK * 2, "they ended");
    assert!(asked(&listener, "GET /live", &[&cookie], "no end").1.contains("401"));
}
