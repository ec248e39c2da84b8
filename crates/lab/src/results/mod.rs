//! What trials show: distributions, differences, equivalence, cut-offs and repeats, each with an interval.
//!
//! [`Trials`] are checked as they are put together; a [`Plan`] names conditions and devices, and can be written before there are trials; [`analyse`] gives
//! [`Results`]. Nothing here reads a clock or a file; what is drawn comes from the seed of the plan. How everything is computed, and how often it is
//! wrong, is in `docs/design/lab-statistics.md`.

mod analyse;
mod clusters;
mod contrast;
mod describe;
mod dose;
mod equivalence;
mod hinge;
mod holm;
mod methods;
mod moments;
mod permute;
mod plan;
pub mod power;
mod repeats;
mod sentence;
mod shape;
mod trial;
mod units;

pub use self::analyse::analyse;
pub use self::contrast::{Contrast, ContrastResults};
pub use self::describe::{ConditionResults, DeviceResults, Estimate, Observations, Uploads};
pub use self::dose::{Cutoff, Dose, DoseResults, Level};
pub use self::equivalence::{Claim, Equivalence, EquivalenceResults};
pub use self::methods::Methods;
pub use self::plan::{DRAWS, Mean, Plan, PlanError, Question};
pub use self::repeats::RepeatsResults;
pub use self::shape::Results;
pub use self::trial::{Quantity, Reading, SoundId, Trial, Trials, TrialsError};
