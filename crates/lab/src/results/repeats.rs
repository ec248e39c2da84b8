//! How much trials of the same sound differ, beside how much sounds and nights do.
//!
//! A value is a mean, plus what the night adds, plus what the sound adds, plus what this repeat adds. The three variances follow from sums of squares whose
//! expectations are known also where not every sound was played in every night (Henderson 1953, Biometrics 9, 226, method 1; Searle, Casella and `McCulloch` 1992, section
//! 5.3). What a night does to one sound alone counts as repeats.

use std::collections::BTreeMap;

use earwitness_core::stats::float;
use serde::Serialize;

use super::clusters::jackknife;
use super::trial::{Known, Quantity, SoundId, Trials};

/// Standard deviations of what repeats, sounds and nights add.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct RepeatsResults {
    /// Name of the condition.
    pub condition: String,
    /// Name of the device.
    pub device: String,
    /// What is measured.
    pub quantity: Quantity,
    /// Between repeats of the same sound; `None` where no sound has repeats.
    pub repeats: Option<f64>,
    /// Lower end of its interval, from leaving out each night (of one night, each sound).
    pub repeats_low: Option<f64>,
    /// Upper end.
    pub repeats_high: Option<f64>,
    /// Between sounds; 0 where they differ by less than their repeats explain, `None` for a single sound.
    pub sounds: Option<f64>,
    /// Between nights; likewise.
    pub nights: Option<f64>,
    /// The part of the variance that is that of repeats, 0 to 1.
    pub share_of_repeats: Option<f64>,
    /// Trials in which the quantity is known.
    pub n: u64,
    /// Sounds of these.
    pub sounds_played: u64,
}

/// The three variances.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Components {
    repeats: f64,
    sounds: Option<f64>,
    nights: Option<f64>,
}

/// Splits the variance of one device under one condition.
pub(super) fn repeats(trials: &Trials, condition: usize, device: usize, quantity: Quantity, beyond: f64) -> RepeatsResults {
    let values = trials.values(&[condition], device, quantity);
    let cells = Cells::of(&values);
    let found = components(&cells.nights, &cells.sounds, cells.squares);
    // The logarithm is closer to symmetric than the variance, and its interval stays above 0.
    let interval = found.filter(|it| it.repeats > 0.0).and_then(|it| {
        let others: Option<Vec<f64>> = cells.left_out().into_iter().map(|it| Some(it?.repeats.ln())).collect();
        let (low, high) = jackknife(it.repeats.ln(), &others?)?.interval(beyond);
        Some(((low / 2.0).exp(), (high / 2.0).exp()))
    });
    let interval = interval.filter(|it| it.1.is_finite());
    let root = |variance: f64| variance.max(0.0).sqrt();
    let name = |names: &[String], at: usize| names.get(at).cloned().unwrap_or_default();
    let whole = |it: &Components| it.repeats + it.sounds.unwrap_or(0.0).max(0.0) + it.nights.unwrap_or(0.0).max(0.0);
    RepeatsResults {
        condition: name(trials.conditions(), condition),
        device: name(trials.devices(), device),
        quantity,
        repeats: found.map(|it| root(it.repeats)),
        repeats_low: interval.map(|it| it.0),
        repeats_high: interval.map(|it| it.1),
        sounds: found.and_then(|it| it.sounds).map(root),
        nights: found.and_then(|it| it.nights).map(root),
        share_of_repeats: found.filter(|it| whole(it) > 0.0).map(|it| it.repeats / whole(&it)),
        n: values.len() as u64,
        sounds_played: cells.sounds.len() as u64,
    }
}

/// Count, sum, and sum of squared counts of cells, of one night or one sound.
type Level = [f64; 3];

/// Values less their mean, by night and sound.
struct Cells {
    /// Place of the night, place of the sound, count, sum, sum of squares.
    all: Vec<(usize, usize, [f64; 3])>,
    nights: Vec<Level>,
    sounds: Vec<Level>,
    /// Sum of squares.
    squares: f64,
}

impl Cells {
    fn of(values: &[Known]) -> Self {
        let mean = values.iter().map(|it| it.value).sum::<f64>() / float(values.len() as u64).max(1.0);
        let (mut cells, mut sounds) = (BTreeMap::<(u32, SoundId), [f64; 3]>::new(), BTreeMap::<SoundId, usize>::new());
        for it in values {
            let (cell, apart) = (cells.entry((it.night, it.sound)).or_default(), it.value - mean);
            *cell = [cell[0] + 1.0, cell[1] + apart, apart.mul_add(apart, cell[2])];
            sounds.entry(it.sound).or_default();
        }
        for (place, of_sound) in sounds.values_mut().enumerate() {
            *of_sound = place;
        }
        let mut found = Self { all: Vec::new(), nights: Vec::new(), sounds: vec![[0.0; 3]; sounds.len()], squares: 0.0 };
        let mut before = None;
        for ((night, sound), cell) in cells {
            if before.replace(night) != Some(night) {
                found.nights.push([0.0; 3]);
            }
            let (night, sound) = (found.nights.len() - 1, sounds.get(&sound).copied().unwrap_or(0));
            add(found.nights.get_mut(night), cell, 1.0);
            add(found.sounds.get_mut(sound), cell, 1.0);
            found.squares += cell[2];
            found.all.push((night, sound, cell));
        }
        found
    }

    /// The variances without each night; of one night, without each sound.
    fn left_out(&self) -> Vec<Option<Components>> {
        let by_night = self.nights.len() > 1;
        let mut cells: Vec<&(usize, usize, [f64; 3])> = self.all.iter().collect();
        let place = |it: &(usize, usize, [f64; 3])| if by_night { it.0 } else { it.1 };
        cells.sort_by_key(|it| place(it));
        let without = |part: &[&(usize, usize, [f64; 3])]| {
            let (mut nights, mut sounds, mut squares) = (self.nights.clone(), self.sounds.clone(), self.squares);
            for (night, sound, cell) in part.iter().copied() {
                add(nights.get_mut(*night), *cell, -1.0);
                add(sounds.get_mut(*sound), *cell, -1.0);
                squares -= cell[2];
            }
            nights.retain(|it| it[0] > 0.0);
            sounds.retain(|it| it[0] > 0.0);
            components(&nights, &sounds, squares)
        };
        cells.chunk_by(|a, b| place(a) == place(b)).map(without).collect()
    }
}

/// Adds a cell to a level, or takes it away.
fn add(level: Option<&mut Level>, cell: [f64; 3], times: f64) {
    if let Some(it) = level {
        *it = [times.mul_add(cell[0], it[0]), times.mul_add(cell[1], it[1]), times.mul_add(cell[0] * cell[0], it[2])];
    }
}

/// The variances; `None` where repeats cannot be told from sounds or nights.
fn components(nights: &[Level], sounds: &[Level], squares: f64) -> Option<Components> {
    let (count, sum) = nights.iter().fold((0.0, 0.0), |all, it| (all.0 + it[0], all.1 + it[1]));
    if count < 2.0 {
        return None;
    }
    let of_mean = sum * sum / count;
    // Of a factor: its sum of squares, the number of its levels, its own coefficient in the sum of the mean, that of the other factor in its own sum.
    let factor = |levels: &[Level]| {
        let squares: f64 = levels.iter().map(|it| it[1] * it[1] / it[0]).sum();
        let in_mean = levels.iter().map(|it| it[0] * it[0]).sum::<f64>() / count;
        let other: f64 = levels.iter().map(|it| it[2] / it[0]).sum();
        (squares, float(levels.len() as u64), in_mean, other)
    };
    let (night_squares, night_count, night_mean, sound_in_nights) = factor(nights);
    let (sound_squares, sound_count, sound_mean, night_in_sounds) = factor(sounds);
    let many = [night_count > 1.0, sound_count > 1.0];
    let cross = [night_mean - night_in_sounds, sound_mean - sound_in_nights, count - night_count - sound_count + 1.0];
    let mut rows = [
        [count - night_mean, -cross[1], night_count - 1.0, night_squares - of_mean],
        [-cross[0], count - sound_mean, sound_count - 1.0, sound_squares - of_mean],
        [cross[0], cross[1], cross[2], squares - night_squares - sound_squares + of_mean],
    ];
    // A factor with one level adds nothing that can be seen.
    for (factor, many) in many.into_iter().enumerate() {
        if !many {
            for row in &mut rows {
                row[factor] = 0.0;
            }
            rows[factor] = [0.0; 4];
            rows[factor][factor] = 1.0;
        }
    }
    let [night, sound, repeat] = solve(rows, count)?;
    // Rounding may leave a little less than nothing.
    (repeat > -1e-9 * squares).then(|| Components {
        repeats: repeat.max(0.0),
        sounds: many[1].then_some(sound),
        nights: many[0].then_some(night),
    })
}

/// Three equations in three unknowns, by elimination; `None` where they do not determine them.
#[expect(clippy::indexing_slicing, clippy::needless_range_loop, reason = "places of a matrix of three rows")]
fn solve(mut rows: [[f64; 4]; 3], scale: f64) -> Option<[f64; 3]> {
    for at in 0..3 {
        let pivot = (at..3).max_by(|a, b| rows[*a][at].abs().total_cmp(&rows[*b][at].abs()))?;
        rows.swap(at, pivot);
        if rows[at][at].abs() < scale * 1e-9 {
            return None;
        }
        for other in 0..3 {
            if other != at {
                let part = rows[other][at] / rows[at][at];
                for column in at..4 {
                    rows[other][column] -= part * rows[at][column];
                }
            }
        }
    }
    Some([rows[0][3] / rows[0][0], rows[1][3] / rows[1][1], rows[2][3] / rows[2][2]])
}
