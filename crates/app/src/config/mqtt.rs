//! `[mqtt]`: the broker where Home Assistant finds how devices stand.

use std::path::PathBuf;

use earwitness_base::misread::Fault;
use earwitness_mqtt::{Form, Settings, Topic};
use earwitness_notify::Broker;
use serde::Deserialize;
use toml::Spanned;

/// What is published, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mqtt {
    /// Where.
    pub broker: Broker,
    /// Under which topics, and in which form.
    pub settings: Settings,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    host: Option<String>,
    port: Option<u16>,
    tls: bool,
    ca_file: Option<PathBuf>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    password_in_plain_text: bool,
    topic: Option<Spanned<String>>,
    discovery_prefix: Option<Spanned<String>>,
    discovery: Option<Spanned<String>>,
    except: Vec<Spanned<String>>,
}

/// Checks the section; without a host nothing is published.
pub(super) fn checked(written: Spanned<Written>) -> Result<Option<Mqtt>, Fault> {
    let at = written.span();
    let written = written.into_inner();
    let base = topic(written.topic, "earwitness")?;
    let prefix = topic(written.discovery_prefix, "homeassistant")?;
    let form = written.discovery.map_or(Ok(Form::Entity), |it| form(&it))?;
    let mac = |it: &Spanned<String>| {
        let what = "this is no MAC address; write it like 02:00:5e:10:00:01, as reports show it";
        it.get_ref().parse().map_err(|_| Fault::at(it.span(), what))
    };
    let except = written.except.iter().map(mac).collect::<Result<_, _>>()?;
    let Some(host) = written.host else { return Ok(None) };
    let broker = Broker {
        section: "mqtt",
        host,
        port: written.port,
        tls: written.tls,
        ca_file: written.ca_file,
        user: written.user,
        password_file: written.password_file,
        password_in_plain_text: written.password_in_plain_text,
    };
    broker.check().map_err(|fault| Fault::at(at, fault.to_string()))?;
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok(Some(Mqtt { broker, settings: Settings { base, prefix, form, except, version } }))
}

fn topic(written: Option<Spanned<String>>, usual: &str) -> Result<Topic, Fault> {
    let Some(written) = written else { return Topic::new(usual).map_err(|why| Fault::of_all(why.to_string())) };
    Topic::new(written.get_ref()).map_err(|why| Fault::at(written.span(), why.to_string()))
}

fn form(written: &Spanned<String>) -> Result<Form, Fault> {
    let word = written.get_ref();
    let wrong = || {
        format!(
            "discovery is \"entity\", which all versions of Home Assistant understand, or \"device\", for those that know device discovery, not {word:?}"
        )
    };
    Form::parse(word).ok_or_else(|| Fault::at(written.span(), wrong()))
}
