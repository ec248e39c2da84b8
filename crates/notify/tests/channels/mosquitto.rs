//! A broker on loopback, and programs that subscribe and publish: mosquitto and its clients, as Debian has them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use earwitness_base::program;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// Who may log in, and how.
pub(crate) const USER: &str = "ear";
pub(crate) const PASSWORD: &str = "s3cret pass";

/// A broker, which ends with it.
pub(crate) struct Mosquitto {
    pub(crate) port: u16,
    folder: PathBuf,
    tls: bool,
    child: Option<Child>,
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Mosquitto {
    /// One that lets in who has the password; with TLS, its authority's certificate is `ca.pem` in the folder. `None` where it is not installed, which is said.
    pub(crate) fn start(folder: &Path, tls: bool) -> Option<Self> {
        let missing = ["mosquitto", "mosquitto_passwd", "mosquitto_sub", "mosquitto_pub"]
            .into_iter()
            .find(|it| program::find(it).is_none());
        if let Some(missing) = missing {
            eprintln!("skipped: {missing} is not there; apt-get install mosquitto mosquitto-clients");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = |name: &str| folder.join(name).display().to_string();
        let made = Command::new("mosquitto_passwd").args(["-b", "-c", &file("passwords"), USER, PASSWORD]).status().unwrap();
        assert!(made.success());
        // Started by root, it would become another user, who may not read the folder.
        let mut lines = format!(
            "user root\nlistener {port} 127.0.0.1\nallow_anonymous false\nmax_queued_messages 0\npassword_file {}\n",
            file("passwords")
        );
        if tls {
            certificates(folder);
            lines.extend(["certfile ", &file("server.pem"), "\nkeyfile ", &file("server.key"), "\n"]);
        }
        fs::write(folder.join("mosquitto.conf"), lines).unwrap();
        let mut broker = Self { port, folder: folder.to_owned(), tls, child: None };
        broker.go();
        Some(broker)
    }

    /// Starts, and waits until it listens.
    pub(crate) fn go(&mut self) {
        let program = program::find("mosquitto").unwrap();
        let log = fs::File::create(self.folder.join("mosquitto.log")).unwrap();
        let mut command = Command::new(program);
        command.arg("-c").arg(self.folder.join("mosquitto.conf")).stdout(Stdio::null()).stderr(log);
        self.child = Some(command.spawn().unwrap());
        super::until("the broker listens", || TcpStream::connect(("127.0.0.1", self.port)).is_ok());
    }

    /// Ends; what it kept is lost.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.args(["-h", "localhost", "-p", &self.port.to_string(), "-u", USER, "-P", PASSWORD, "-q", "1"]);
        if self.tls {
            command.arg("--cafile").arg(self.folder.join("ca.pem"));
        }
        command
    }

    /// Publishes as somebody else does.
    pub(crate) fn publish(&self, topic: &str, payload: &str, retain: bool) {
        let mut command = self.client("mosquitto_pub");
        command.args(["-t", topic, "-m", payload]).args(retain.then_some("-r"));
        assert!(command.status().unwrap().success());
    }

    /// Subscribes to everything as somebody else does, and waits until that holds.
    pub(crate) fn subscribe(&self) -> Subscriber {
        let mut command = self.client("mosquitto_sub");
        command.args(["-t", "#", "-F", "%r %t %p"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let messages = Arc::new(Mutex::new(Vec::new()));
        let (into, from) = (Arc::clone(&messages), child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                let (kept, rest) = line.split_once(' ').unwrap();
                let (topic, payload) = rest.split_once(' ').unwrap();
                into.lock().unwrap().push((topic.to_owned(), payload.to_owned(), kept == "1"));
            }
        });
        let subscriber = Subscriber { child, messages };
        self.publish("subscribed", "yes", true);
        subscriber.wait("subscribed", |_| true);
        subscriber
    }
}

/// Who subscribed, until it is dropped.
pub(crate) struct Subscriber {
    child: Child,
    messages: Arc<Mutex<Vec<(String, String, bool)>>>,
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Subscriber {
    /// What came so far: topic, payload, and whether it was kept before.
    pub(crate) fn messages(&self) -> Vec<(String, String, bool)> {
        self.messages.lock().unwrap().clone()
    }

    /// The last payload of a topic, once it is as wanted.
    pub(crate) fn wait(&self, topic: &str, wanted: impl Fn(&str) -> bool) -> String {
        let last = || self.messages().into_iter().rev().find(|it| it.0 == topic).map(|it| it.1);
        super::until(topic, || last().is_some_and(|it| wanted(&it)));
        last().unwrap()
    }
}

/// An authority, and the broker's certificate for `localhost`.
fn certificates(folder: &Path) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    fs::write(folder.join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
    let server_key = KeyPair::generate().unwrap();
    let mut server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    // OpenSSL takes one that is called like its authority for self-signed.
    server.distinguished_name.push(DnType::CommonName, "localhost");
    let certificate = server.signed_by(&server_key, &Issuer::from_params(&params, &key)).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("server.key"), server_key.serialize_pem()).unwrap();
}
