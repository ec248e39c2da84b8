//! The experiments that come with the program. Each is a file like those that a laboratory writes, and is read the same way.

/// Name and text of each.
const SHIPPED: &[(&str, &str)] = &[
    ("baseline", include_str!("../../presets/baseline.toml")),
    ("music", include_str!("../../presets/music.toml")),
    ("prefix", include_str!("../../presets/prefix.toml")),
    ("postfix", include_str!("../../presets/postfix.toml")),
    ("postfix-immediate", include_str!("../../presets/postfix-immediate.toml")),
    ("gap", include_str!("../../presets/gap.toml")),
    ("media", include_str!("../../presets/media.toml")),
    ("setting", include_str!("../../presets/setting.toml")),
    ("idle-profile", include_str!("../../presets/idle-profile.toml")),
];

/// Name and text of every preset, those that one begins with first.
#[must_use]
pub const fn shipped() -> &'static [(&'static str, &'static str)] {
    SHIPPED
}

/// The text of the preset of this name.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|it| it.0 == name).map(|it| it.1)
}

#[cfg(test)]
mod tests;
