//! What a test house writes beside the numbers: what was tested, which claim, where and by whom. Nobody can check these from a bundle.

use serde::{Deserialize, Serialize};

/// As it stands in `about.json`, and in the TOML file that a person writes.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
pub struct About {
    /// The device under test.
    pub device: Device,
    /// The test.
    pub test: Test,
    /// Pictures of the set-up, by their digests.
    pub photograph: Vec<Photograph>,
}

/// The device under test.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
pub struct Device {
    /// Who makes it.
    pub make: String,
    /// Which model it is.
    pub model: String,
    /// Its serial number.
    pub serial: String,
    /// Version of its firmware.
    pub firmware: String,
    /// Its MAC address in the frames.
    pub mac: String,
}

/// The test.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
pub struct Test {
    /// The claim that was tested, in words.
    pub claim: String,
    /// Where.
    pub place: String,
    /// Who did it.
    pub operator: String,
    /// For whom, or in which laboratory.
    pub organisation: String,
    /// Anything else.
    pub remarks: String,
}

/// A picture that is kept elsewhere.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
pub struct Photograph {
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// What it shows.
    pub caption: String,
}

/// Longest text, characters.
const LONGEST: usize = 4_000;
/// Most pictures.
const MOST: usize = 200;

impl About {
    /// Reads what a person wrote.
    ///
    /// # Errors
    /// With line and column, and what is allowed.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let about: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        about.check()?;
        Ok(about)
    }

    /// Whether it can be kept.
    ///
    /// # Errors
    /// Which field cannot.
    pub fn check(&self) -> Result<(), String> {
        for (name, value) in self.fields() {
            if value.chars().count() > LONGEST {
                return Err(format!("{name} is longer than {LONGEST} characters"));
            }
        }
        if self.photograph.len() > MOST {
            return Err(format!("more than {MOST} photographs"));
        }
        let is_digest =
            |text: &str| text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit() && !it.is_ascii_uppercase());
        match self.photograph.iter().find(|it| !is_digest(&it.sha256)) {
            Some(it) => {
                Err(format!("sha256 of a photograph is {:?}: write the 64 digits that `sha256sum FILE` prints", it.sha256))
            }
            None => Ok(()),
        }
    }

    /// Each field with its name for people.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        let Self { device, test, photograph: _ } = self;
        vec![
            ("make", &device.make),
            ("model", &device.model),
            ("serial number", &device.serial),
            ("firmware", &device.firmware),
            ("MAC address", &device.mac),
            ("claim tested", &test.claim),
            ("place", &test.place),
            ("operator", &test.operator),
            ("organisation", &test.organisation),
            ("remarks", &test.remarks),
        ]
    }
}
