//! Mail, by the SMTP server of the household's provider, with TLS.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls as Wire, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

use crate::Letter;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::settings::{Fault, Mail, MailTls};
use crate::tls;

/// How long each step may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A server, and who writes to whom.
pub(super) struct Mailer {
    server: String,
    transport: SmtpTransport,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The transport has the password.
        out.debug_struct("Mailer").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Mailer {
    pub(super) fn new(settings: &Mail) -> Result<Self, Fault> {
        let Mail { server, port, tls, user, password_file, from, to, ca_file } = settings;
        let mailbox = |text: &String| {
            text.parse::<Mailbox>().map_err(|error| Fault(format!("{text:?} under [notify.mail] is no address of mail: {error}")))
        };
        if to.is_empty() {
            return Err(Fault(
                "nobody is written to: name addresses as to = [\"me@example.org\"] under [notify.mail]".to_owned(),
            ));
        }
        let mut transport = SmtpTransport::builder_dangerous(server.as_str()).timeout(Some(TIMEOUT));
        let wire = |wrap: fn(TlsParameters) -> Wire| -> Result<Wire, Fault> {
            let mut parameters = TlsParameters::builder(server.clone());
            if let Some(path) = ca_file {
                parameters = parameters.certificate_store(CertificateStore::None);
                for certificate in tls::certificates(path)? {
                    let certificate = Certificate::from_der(certificate.to_vec());
                    let wrong = |error| Fault(format!("{} holds no certificate that can be used: {error}", path.display()));
                    parameters = parameters.add_root_certificate(certificate.map_err(wrong)?);
                }
            }
            parameters.build().map(wrap).map_err(|error| Fault(format!("[notify.mail] cannot use TLS: {error}")))
        };
        let (usual_port, wire) = match tls {
            MailTls::Tls => (465, wire(Wire::Wrapper)?),
            MailTls::Starttls => (587, wire(Wire::Required)?),
            MailTls::None => (25, Wire::None),
        };
        transport = transport.port(port.unwrap_or(usual_port)).tls(wire);
        if let Some(user) = user {
            if *tls == MailTls::None {
                return Err(Fault("a password is not sent in plain text: leave tls out under [notify.mail], or user".to_owned()));
            }
            let path =
                password_file.as_deref().ok_or_else(|| Fault("[notify.mail] has a user and no password_file".to_owned()))?;
            transport = transport.credentials(Credentials::new(user.clone(), Secret::read(path)?.reveal().to_owned()));
        }
        let to = to.iter().map(mailbox).collect::<Result<_, _>>()?;
        Ok(Self { server: server.clone(), transport: transport.build(), from: mailbox(from)?, to })
    }

    pub(super) fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let mut message = Message::builder().from(self.from.clone()).subject(&letter.title).header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            message = message.to(to.clone());
        }
        let odd = |error| Failure { refused: true, ..Failure::new(format!("the mail cannot be written: {error}"), "report it") };
        let message = message.body(letter.text.clone()).map_err(odd)?;
        match self.transport.send(&message) {
            Ok(answer) if answer.is_positive() => Ok(()),
            Ok(answer) => Err(Failure::new(format!("{} answers {}", self.server, answer.code()), REMEDY)),
            Err(error) => Err(self.failure(&error)),
        }
    }

    fn failure(&self, error: &smtp::Error) -> Failure {
        let mut said = format!("{}: {error}", self.server);
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            let cause_said = cause.to_string();
            if !said.contains(&cause_said) {
                said = format!("{said}: {cause_said}");
            }
            source = cause.source();
        }
        let remedy = if error.is_tls() || said.contains("certificate") {
            "check server under [notify.mail]; a certificate of your own authority wants ca_file"
        } else if error.is_permanent() {
            "the server does not take it: check user, password_file, from and to under [notify.mail]"
        } else {
            REMEDY
        };
        Failure::new(said, remedy)
    }
}

/// Where nothing better is known.
const REMEDY: &str = "check server and port under [notify.mail], and that this machine reaches the internet";
