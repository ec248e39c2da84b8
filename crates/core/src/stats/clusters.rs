//! How many independent observations those of some configurations are worth.
//!
//! Several nights of one home, or recordings of one device, are alike. The design effect (Kish 1965, section 8.2) is how much more the estimate varies from
//! configuration to configuration than it would if each observation stood alone; the variance between configurations is that of a ratio of sums
//! (Cochran 1977, section 6.3), with as many degrees of freedom as there are configurations, less one. Korn and Graubard (1998, Survey Methodology 24) put
//! the effective number of observations into the exact interval, corrected for those degrees of freedom: that is done here. Where all or none
//! count, nothing shows how alike they are: a configuration is then worth one observation.

use std::collections::BTreeMap;

use super::float;
use super::tails::student_point;

/// What the intervals leave out, on both sides together.
const BEYOND: f64 = 0.05;
/// Two-sided 95 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// What was counted, by configuration: how much, out of how much, and in how many pieces.
#[derive(Clone, Debug, Default)]
pub struct Clusters(BTreeMap<String, Sums>);

/// Of one configuration.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    some: f64,
    all: f64,
    pieces: u64,
}

impl Clusters {
    /// Of triples: the configuration, how much, and out of how much. What is out of nothing is no observation.
    pub fn new<S: Into<String>>(all: impl IntoIterator<Item = (S, f64, f64)>) -> Self {
        let mut found = BTreeMap::<String, Sums>::new();
        for (configuration, some, of) in all {
            // What could not be counted is no observation.
            if of > 0.0 {
                let sums = found.entry(configuration.into()).or_default();
                *sums = Sums { some: sums.some + some, all: sums.all + of, pieces: sums.pieces + 1 };
            }
        }
        Self(found)
    }

    /// How much was counted.
    #[must_use]
    pub fn some(&self) -> f64 {
        self.0.values().map(|it| it.some).sum()
    }

    /// Out of how much.
    #[must_use]
    pub fn all(&self) -> f64 {
        self.0.values().map(|it| it.all).sum()
    }

    /// Configurations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len() as u64
    }

    /// Variance of `some` per `all`, from configuration to configuration; `None` where there is but one.
    fn variance(&self) -> Option<f64> {
        let (ratio, all, count) = (self.some() / self.all(), self.all(), float(self.count()));
        let apart: f64 = self.0.values().map(|it| (it.some - ratio * it.all).powi(2)).sum();
        (count > 1.0).then(|| count / (count - 1.0) * apart / (all * all))
    }

    /// How many independent observations the share is worth: of `all` at most. With a single configuration, all: nothing is known of others.
    #[must_use]
    pub fn observations(&self) -> f64 {
        let (some, all) = (self.some(), self.all());
        let Some(variance) = self.variance() else { return all };
        if some <= 0.0 || some >= all {
            return float(self.count());
        }
        let share = some / all;
        let alone = share * (1.0 - share) / (all - 1.0);
        let freedom = student_point(all - 1.0, BEYOND) / student_point(float(self.count() - 1), BEYOND);
        (all / (variance / alone).max(1.0) * freedom * freedom).clamp(1.0, all)
    }

    /// The share of the time that independent events at the same rate would have needed to be known as well.
    #[must_use]
    pub fn time(&self) -> f64 {
        let (events, count) = (self.some(), float(self.count()));
        let Some(variance) = self.variance() else { return 1.0 };
        if events <= 0.0 {
            // A configuration is worth one of its pieces.
            return count / float(self.0.values().map(|it| it.pieces).sum::<u64>()).max(1.0);
        }
        let alone = events / (self.all() * self.all());
        (alone / variance.max(alone)) * (Z / student_point(count - 1.0, BEYOND)).powi(2)
    }
}
