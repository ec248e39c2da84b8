//! Devices that make nothing of sound: what can be written about them, and what they are unless said otherwise.

use serde::Deserialize;

table! {
    /// A camera that sends a clip when something moves.
    ClipPlan {
        /// Mean minutes from one movement to the next.
        every_minutes: f64 = 20.0,
        /// Shortest and longest clip.
        clip_seconds: [f64; 2] = [5.0, 10.0],
        /// Octets of a second of picture and sound.
        octets_per_second: u32 = 60_000,
    }
}

table! {
    /// A laptop.
    LaptopPlan {
        /// Shortest and longest time between two pages.
        pages_seconds: [f64; 2] = [20.0, 120.0],
        /// Octets of a page's largest object.
        object_octets: u32 = 30_000,
        /// Octets of a file that is sent away with one page in ten; 0 for none.
        file_octets: u32 = 0,
        /// Hour of the home's clock from which on it is used.
        from_hour: f64 = 0.0,
        /// Hour until which it is.
        until_hour: f64 = 24.0,
    }
}

/// Which way a video goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// From the home.
    Up,
    /// Into the home.
    Down,
}

table! {
    /// A steady video.
    VideoPlan {
        /// Which way it goes.
        direction: Way = Way::Up,
        /// Bits a second, in thousands.
        kbits: f64 = 2_000.0,
        /// Pictures a second, upwards; downwards a piece comes every four seconds.
        pictures_per_second: u16 = 15,
        /// Hour of the home's clock from which on it runs.
        from_hour: f64 = 0.0,
        /// Hour until which it does.
        until_hour: f64 = 24.0,
    }
}

table! {
    /// A game console.
    ConsolePlan {
        /// Mean hours from one game to the next.
        every_hours: f64 = 8.0,
        /// Shortest and longest game.
        game_minutes: [f64; 2] = [10.0, 30.0],
        /// Datagrams a second either way during a game.
        rate: u16 = 30,
    }
}

table! {
    /// A device with large updates.
    UpdatesPlan {
        /// Mean hours from one to the next.
        every_hours: f64 = 12.0,
        /// Octets of one, in millions.
        megabytes: f64 = 20.0,
        /// Bits a second, in millions.
        mbits: f64 = 8.0,
    }
}

table! {
    /// A device that is backed up.
    BackupPlan {
        /// Hour of the home's clock at which it begins.
        at_hour: f64 = 3.0,
        /// Octets, in millions.
        megabytes: f64 = 20.0,
        /// Bits a second, in millions.
        mbits: f64 = 8.0,
    }
}

table! {
    /// A switched plug, or anything else that only keeps a connection alive.
    PlugPlan {
        /// Mean minutes from one switching to the next; 0 for never.
        switched_every_minutes: f64 = 60.0,
    }
}

table! {
    /// A sensor that sends readings.
    SensorPlan {
        /// Seconds from one to the next.
        every_seconds: f64 = 10.0,
        /// Octets of one.
        octets: u16 = 120,
        /// Octets of the answer; 0 for none but an acknowledgement.
        answer_octets: u16 = 0,
    }
}

table! {
    /// A device that is there and idle.
    IdlePlan {
        /// Seconds from one sign of life to the next.
        every_seconds: f64 = 20.0,
        /// Octets of one.
        octets: u16 = 60,
        /// Octets of the answer; 0 for none but an acknowledgement.
        answer_octets: u16 = 60,
    }
}
