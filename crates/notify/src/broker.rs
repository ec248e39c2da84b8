//! A broker of MQTT 3.1.1 (OASIS, 2014): where it is, and how the connection is kept private.

use std::net::IpAddr;
use std::path::PathBuf;

use rumqttc::{ConnectReturnCode, ConnectionError, MqttOptions, TlsConfiguration, Transport};

use crate::failure::Failure;
use crate::secret::Secret;
use crate::settings::Fault;
use crate::tls;

/// The registered ports (IANA: `mqtt`, `secure-mqtt`).
const PLAIN_PORT: u16 = 1_883;
const TLS_PORT: u16 = 8_883;
/// Longest packets that are taken and sent, octets: what others publish under our topics is short, and so is what we say of one device.
const LONGEST_IN: usize = 64 << 10;
const LONGEST_OUT: usize = 256 << 10;

/// A broker, as it is configured.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broker {
    /// The section of the configuration that names it, for messages.
    pub section: &'static str,
    /// Its name or address.
    pub host: String,
    /// Its port; else the usual one.
    pub port: Option<u16>,
    /// Whether the connection begins with TLS.
    pub tls: bool,
    /// Authorities whose certificates are believed, in PEM, instead of those that the system trusts.
    pub ca_file: Option<PathBuf>,
    /// Who logs in.
    pub user: Option<String>,
    /// A file with the password.
    pub password_file: Option<PathBuf>,
    /// Whether the password may pass where others can read it.
    pub password_in_plain_text: bool,
}

impl Broker {
    /// Whether the settings can be meant; no file is looked at.
    ///
    /// # Errors
    /// When they contradict each other, or a password would pass in plain text without being allowed to.
    pub fn check(&self) -> Result<(), Fault> {
        let Self { section, host, port: _, tls, ca_file, user, password_file, password_in_plain_text } = self;
        let address = self.address();
        let is_name = |it: &str| it.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'.' | b'_'));
        if host.is_empty() || (address.is_none() && !is_name(host)) {
            return Err(Fault(format!(
                "host under [{section}] is the name or the address of the broker, such as homeassistant.local, without a port"
            )));
        }
        if *tls && matches!(address, Some(IpAddr::V6(_))) {
            return Err(Fault(format!("with TLS, host under [{section}] is a name or an IPv4 address, as its certificate says")));
        }
        if ca_file.is_some() && !tls {
            return Err(Fault(format!("ca_file under [{section}] counts with TLS only: set tls = true")));
        }
        let is_near = host == "localhost" || address.is_some_and(|it| it.is_loopback());
        match (user, password_file) {
            (Some(_), None) => Err(Fault(format!("[{section}] has a user and no password_file"))),
            (None, Some(_)) => Err(Fault(format!("[{section}] has a password_file and no user"))),
            (Some(_), Some(_)) if !tls && !is_near && !password_in_plain_text => Err(Fault(format!(
                "the password under [{section}] would pass in plain text, for everybody on the way to read: set tls = true, or \
                 password_in_plain_text = true where you trust the network"
            ))),
            _ => Ok(()),
        }
    }

    fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// What a client needs to connect; with an empty id, the broker gives it one. The password and the authorities are read here.
    ///
    /// # Errors
    /// As [`Broker::check`], and when a file cannot be read.
    pub fn options(&self, client_id: &str) -> Result<MqttOptions, Fault> {
        self.check()?;
        // rumqttc joins host and port with a colon to connect, and compares the host alone with the certificate.
        let host = match self.address() {
            Some(IpAddr::V6(it)) => format!("[{it}]"),
            _ => self.host.clone(),
        };
        let mut options = MqttOptions::new(client_id, host, self.port.unwrap_or(if self.tls { TLS_PORT } else { PLAIN_PORT }));
        options.set_max_packet_size(LONGEST_IN, LONGEST_OUT);
        if self.tls {
            let config = tls::client(self.ca_file.as_deref())?;
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config)));
        }
        if let (Some(user), Some(path)) = (&self.user, &self.password_file) {
            options.set_credentials(user, Secret::read(path)?.reveal());
        }
        Ok(options)
    }

    /// Why a connection failed, and what a person can do.
    #[must_use]
    pub fn failure(&self, error: &ConnectionError) -> Failure {
        let Self { section, host, .. } = self;
        let remedy = match error {
            ConnectionError::ConnectionRefused(
                ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized | ConnectReturnCode::BadClientId,
            ) => format!("the broker lets nobody in like this: check user and password_file under [{section}]"),
            ConnectionError::Tls(_) => {
                format!("check host, port and tls under [{section}]; a certificate of your own authority wants ca_file")
            }
            _ => format!("check host, port and tls under [{section}], and that the broker runs; it is tried again"),
        };
        let why = match error {
            ConnectionError::ConnectionRefused(code) => format!("refuses the connection ({code:?})"),
            ConnectionError::Io(error) => format!("cannot be reached, or hung up: {error}"),
            ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => "does not answer in time".to_owned(),
            other => format!("is not understood: {other}"),
        };
        Failure::new(format!("{host} {why}"), remedy)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn broker(host: &str) -> Broker {
        Broker {
            section: "mqtt",
            host: host.to_owned(),
            port: None,
            tls: false,
            ca_file: None,
            user: None,
            password_file: None,
            password_in_plain_text: false,
        }
    }

    #[test]
    fn a_broker_is_reached_where_it_usually_is() {
        let options = broker("192.0.2.7").options("").unwrap();
        assert_eq!(options.broker_address(), ("192.0.2.7".to_owned(), 1_883));
        let options = Broker { port: Some(99), ..broker("::1") }.options("").unwrap();
        assert_eq!(options.broker_address(), ("[::1]".to_owned(), 99));
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_what_to_do() {
        let nowhere = Some(Path::new("/nowhere/at/all").to_owned());
        let login = |host: &str| Broker { user: Some("me".to_owned()), password_file: nowhere.clone(), ..broker(host) };
        for (broker, what) in [
            (broker(""), "host under [mqtt]"),
            (broker("home:1883"), "without a port"),
            (broker("mqtt://home"), "without a port"),
            (Broker { tls: true, ..broker("::1") }, "as its certificate says"),
            (Broker { ca_file: nowhere.clone(), ..broker("home") }, "tls = true"),
            (Broker { ca_file: nowhere.clone(), tls: true, ..broker("home") }, "/nowhere/at/all"),
            (Broker { user: Some("me".to_owned()), ..broker("home") }, "no password_file"),
            (Broker { password_file: nowhere.clone(), ..broker("home") }, "no user"),
            (login("192.0.2.7"), "plain text"),
            (login("127.0.0.1"), "cannot be read"),
            (Broker { password_in_plain_text: true, ..login("home") }, "cannot be read"),
        ] {
            let said = broker.options("").unwrap_err().to_string();
            assert!(said.contains(what), "{said}");
        }
    }
}
