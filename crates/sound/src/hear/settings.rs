//! What a person may set about the microphone.

use serde::Deserialize;

/// What listens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// A microphone, or any other source of the sound server.
    #[default]
    Source,
    /// What a sink of the sound server plays: the loudspeaker's own signal, without the room.
    Monitor,
    /// Nothing: nobody listens.
    Off,
}

/// The table `[microphone]`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "struct Settings")]
pub struct MicrophoneSettings {
    /// What listens: `source`, `monitor` or `off`.
    pub device: Device,
    /// Name of the source (`pactl list short sources`), or for `monitor` that of the sink; the default one without it.
    pub name: Option<String>,
    /// The sound server, as in `[loudspeaker]`.
    pub server: Option<String>,
}

impl MicrophoneSettings {
    /// Whether they make sense; if not, what is wrong and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        match &self.server {
            Some(server) => match crate::pulse::Address::parse(server) {
                Ok(_) => Ok(()),
                Err(trouble) => Err(format!("microphone: {trouble}")),
            },
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_may_be_empty_and_unknown_keys_are_refused() {
        assert_eq!(toml::from_str::<MicrophoneSettings>("").unwrap(), MicrophoneSettings::default());
        assert!(toml::from_str::<MicrophoneSettings>("gain = 3").unwrap_err().to_string().contains("`gain`"));
        assert!(toml::from_str::<MicrophoneSettings>("device = \"ear\"").unwrap_err().to_string().contains("`monitor`"));
        let wrong: MicrophoneSettings = toml::from_str("server = \"kitchen\"").unwrap();
        assert!(wrong.check().unwrap_err().contains("unix:"));
    }
}
