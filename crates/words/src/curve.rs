//! How many finds after how many plays, in the mean of several seeds.

use crate::history::History;

/// Finds after some plays.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Point {
    /// Plays that were made.
    pub plays: usize,
    /// Finds, in the mean of the seeds.
    pub mean: f64,
    /// Lower end of the interval of 95 % of that mean.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The curve of some searches, at these numbers of plays. The interval is that of a mean of independent numbers (normal).
#[must_use]
pub fn curve(searches: &[History], at: &[usize]) -> Vec<Point> {
    let point = |&plays: &usize| {
        let finds: Vec<f64> =
            searches.iter().map(|it| count(it.found().values().filter(|after| **after <= plays).count())).collect();
        let number = count(finds.len()).max(1.0);
        let mean = finds.iter().sum::<f64>() / number;
        let squares: f64 = finds.iter().map(|it| (it - mean).powi(2)).sum();
        let apart = 1.96 * (squares / (number - 1.0).max(1.0) / number).sqrt();
        Point { plays, mean, low: (mean - apart).max(0.0), high: mean + apart }
    };
    at.iter().map(point).collect()
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}
