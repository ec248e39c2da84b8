//! The configuration: a TOML file as written, checked before anything is done; what is wrong is reported with file, line and column.
//!
//! Everything has a default, so that no file is needed. `docs/earwitness.toml` is the reference, and is read by a test.

mod check;
mod hours;
mod mqtt;
mod notify;
mod testing;
mod written;

#[cfg(test)]
mod tests;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use earwitness_core::policy::Phones;
use earwitness_core::schedule::Design;

pub(crate) use self::hours::quiet_hours;
pub use self::mqtt::Mqtt;
pub use self::notify::Notify;

use earwitness_base::misread::Misread;
use earwitness_gateway as gateway;
use earwitness_sound::hear;
use earwitness_sound::reply;
use earwitness_sound::speak;
use earwitness_sound::speak::sounds;
use earwitness_sound::spoken;
use earwitness_traffic::recent as frames;

/// Where the file is looked for, if none is named.
pub const USUAL_PATH: &str = "/etc/earwitness.toml";

/// Longest file that is read, octets.
const LONGEST: u64 = 1 << 20;

/// A configuration that does not contradict itself.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the store and the ring of frames are kept.
    pub state: PathBuf,
    /// Where frames come from; empty: nowhere yet, and a command line has to say.
    pub sources: Vec<Watched>,
    /// Limits of the ring of recent frames; `None` keeps none.
    pub keep: Option<frames::Limits>,
    /// How devices are probed; `None`: they are only watched.
    pub probing: Option<Probing>,
    /// How it is known whether somebody is at home.
    pub presence: Phones,
    /// What can be played.
    pub sounds: sounds::SoundSettings,
    /// What sounds are played with.
    pub loudspeaker: speak::LoudspeakerSettings,
    /// What hears them.
    pub microphone: hear::MicrophoneSettings,
    /// What writes down the replies of devices.
    pub recogniser: reply::RecogniserSettings,
    /// How people talk with it.
    pub voice: spoken::VoiceSettings,
    /// How long things are kept in the store.
    pub retention: earwitness_store::Retention,
    /// What a household is told, and by what.
    pub notify: Notify,
    /// This machine as a gateway.
    pub gateway: gateway::GatewaySettings,
    /// The server of an Alexa skill; `None`: there is none.
    pub skill: Option<Skill>,
    /// What is published for Home Assistant; `None`: nothing.
    pub mqtt: Option<Mqtt>,
    /// The page in a browser.
    pub web: Web,
    /// The file to which lines are added for programs that gather logs; `None`: there is none.
    pub eve: Option<PathBuf>,
    /// The dataset of a study that `export dataset` writes this home into; `None`: there is none.
    pub dataset: Option<Study>,
}

/// The dataset of a study, and what this home is called in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Study {
    /// Its folder.
    pub folder: PathBuf,
    /// The pseudonym of the home.
    pub home: String,
}

/// The page in a browser, as `run` serves it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Web {
    /// Whether there is one.
    pub enabled: bool,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether the file says so: where it does not, it need not be had.
    pub is_named: bool,
    /// Names by which it may be called, beside its address.
    pub names: Vec<String>,
    /// How it is encrypted.
    pub tls: Encrypted,
}

/// How the page is encrypted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Encrypted {
    /// Not at all.
    No,
    /// With a certificate of its own making.
    Own,
    /// With a certificate and its key, in files.
    Given(PathBuf, PathBuf),
}

/// The server of an Alexa skill.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skill {
    /// The skill whose requests are taken, as the developer console names it.
    pub application_id: String,
    /// Where it listens, without TLS.
    pub listen: SocketAddr,
}

/// How devices are probed.
#[derive(Clone, PartialEq, Debug)]
pub struct Probing {
    /// Slots, sounds, quiet hours. The seed is that of the file, if it names one.
    pub design: Design,
    /// Whether the file names a seed; else each session draws its own.
    pub seeded: bool,
    /// The chance that any device at all is accused falsely.
    pub alpha: f64,
    /// Rounds after which `probe` ends in any case.
    pub rounds: u32,
}

/// Where frames come from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Watched {
    /// Interfaces of this machine.
    Interfaces(Vec<String>),
    /// A command line that writes a capture to its standard output.
    Command(String),
}

impl Config {
    /// Reads the file at `path`; `None` reads the usual one if it is there, and takes the defaults else.
    ///
    /// # Errors
    /// When it cannot be read, is not understood, or contradicts itself.
    pub fn load(path: Option<&Path>) -> Result<Self, Misread> {
        let usual = Path::new(USUAL_PATH);
        let path = match path {
            Some(path) => path,
            None if usual.exists() => usual,
            None => return Self::parse("", "the defaults"),
        };
        let name = path.display().to_string();
        let unreadable = |error: &dyn std::fmt::Display| Misread::whole(&name, format!("cannot be read: {error}"));
        let facts = fs::metadata(path).map_err(|error| unreadable(&error))?;
        if !facts.is_file() || facts.len() > LONGEST {
            return Err(unreadable(&"a configuration is a text file of at most 1 MiB"));
        }
        let text = fs::read_to_string(path).map_err(|error| unreadable(&error))?;
        Self::parse(&text, &name)
    }

    /// Reads a configuration; `name` is how messages call it.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, name: &str) -> Result<Self, Misread> {
        let written = toml::from_str(text).map_err(|error| Misread::of_toml(&error, name, text))?;
        let config = check::checked(written).map_err(|fault| fault.located(name, text))?;
        // A section that names no port is nobody's gateway yet.
        if config.gateway.radio.is_some() || !config.gateway.lan.is_empty() {
            gateway::read(text, name)?;
        }
        Ok(config)
    }
}
