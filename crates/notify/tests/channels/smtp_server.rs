//! As much of a server of SMTP (RFC 5321) as takes a mail, with STARTTLS or TLS, and a password.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A connection: what was said to it, and the mail.
#[derive(Clone, Default, Debug)]
pub(crate) struct Came {
    pub(crate) commands: Vec<String>,
    pub(crate) mail: String,
}

/// A server, until the test ends.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
}

/// How it talks.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) tls: Option<Arc<ServerConfig>>,
    /// TLS from the first octet on.
    pub(crate) wrapped: bool,
    /// What it answers to the password.
    pub(crate) login: &'static str,
    /// What it greets with.
    pub(crate) greeting: &'static str,
}

impl Server {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let came = Arc::<Mutex<Vec<Came>>>::default();
        let keep = Arc::clone(&came);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut came = Came::default();
                serve(stream, &manner, &mut came);
                keep.lock().unwrap().push(came);
            }
        });
        Self { address, came }
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, manner: &Manner, came: &mut Came) {
    let wrap =
        |stream: TcpStream| StreamOwned::new(ServerConnection::new(Arc::clone(manner.tls.as_ref().unwrap())).unwrap(), stream);
    if manner.wrapped {
        talk(BufReader::new(wrap(stream)), manner, came, true);
        return;
    }
    let copy = stream.try_clone().unwrap();
    if talk(BufReader::new(stream), manner, came, false) {
        talk(BufReader::new(wrap(copy)), manner, came, true);
    }
}

fn say<S: Read + Write>(stream: &mut BufReader<S>, text: &str) {
    let stream = stream.get_mut();
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

/// Whether TLS is to begin.
fn talk<S: Read + Write>(mut stream: BufReader<S>, manner: &Manner, came: &mut Came, private: bool) -> bool {
    if !private || manner.wrapped {
        say(&mut stream, manner.greeting);
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        came.commands.push(line.trim_end().to_owned());
        let word = line.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" if private => say(&mut stream, "250-localhost\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n"),
            "EHLO" if manner.tls.is_some() => say(&mut stream, "250-localhost\r\n250-8BITMIME\r\n250 STARTTLS\r\n"),
            "EHLO" => say(&mut stream, "250-localhost\r\n250 8BITMIME\r\n"),
            "STARTTLS" => {
                say(&mut stream, "220 go ahead\r\n");
                return true;
            }
            "AUTH" => say(&mut stream, manner.login),
            "DATA" => {
                say(&mut stream, "354 go ahead\r\n");
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).unwrap_or(0) == 0 {
                        return false;
                    }
                    if line == ".\r\n" {
                        break;
                    }
                    came.mail.push_str(&line);
                }
                say(&mut stream, "250 taken\r\n");
            }
            "QUIT" => {
                say(&mut stream, "221 bye\r\n");
                return false;
            }
            _ => say(&mut stream, "250 well\r\n"),
        }
    }
}
