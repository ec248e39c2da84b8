//! A server of HTTP that answers as it is told and keeps what it was sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use earwitness_base::clock;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The first line and the headers, in small letters.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// How it answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With these octets.
    Text(String),
    /// Not at all, for so long.
    Slow(Duration),
}

/// An answer with a status and a body.
pub(crate) fn answer(status: &str, body: &str) -> Answer {
    Answer::Text(format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
}

/// What ntfy answers.
pub(crate) fn taken() -> Answer {
    answer("200 OK", "{\"id\":\"hwQ2YpKdmg\",\"event\":\"message\"}")
}

/// A server, until the test ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
    answers: Arc<Mutex<Answer>>,
}

impl Server {
    pub(crate) fn start(first: Answer, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::at("127.0.0.1:0", first, tls)
    }

    pub(crate) fn at(address: &str, first: Answer, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, answers) = (Arc::<Mutex<Vec<Asked>>>::default(), Arc::new(Mutex::new(first)));
        let (keep, say) = (Arc::clone(&asked), Arc::clone(&answers));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (keep, say, tls) = (Arc::clone(&keep), Arc::clone(&say), tls.clone());
                thread::spawn(move || serve(stream, tls, &keep, &say));
            }
        });
        Self { address, asked, answers }
    }

    pub(crate) fn answers(&self, answer: Answer) {
        *self.answers.lock().unwrap() = answer;
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, tls: Option<Arc<ServerConfig>>, keep: &Mutex<Vec<Asked>>, say: &Mutex<Answer>) {
    let Some(config) = tls else { return talk(stream, keep, say) };
    talk(StreamOwned::new(ServerConnection::new(config).unwrap(), stream), keep, say);
}

fn talk(stream: impl Read + Write, keep: &Mutex<Vec<Asked>>, say: &Mutex<Answer>) {
    let mut stream = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        // One that does not believe our certificate hangs up.
        if stream.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line.to_ascii_lowercase());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    keep.lock().unwrap().push(Asked { head, body: String::from_utf8(body).unwrap() });
    let answer = say.lock().unwrap().clone();
    match answer {
        Answer::Text(text) => {
            let stream = stream.get_mut();
            let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
        }
        Answer::Slow(time) => clock::sleep(time),
    }
}
