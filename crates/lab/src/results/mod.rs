//! What trials show: distributions, differences, equivalence, cut-offs and repeats, each with an interval.
//!
//! [`Trials`] are checked as they are put together; a [`Plan`] names conditions and devices, and can be written before there are trials; [`analyse`] gives
//! [`Results`]. Nothing here reads a clock or a file; what is drawn comes from the seed of the plan. How everything is computed, and how often it is
//! wrong, is in `docs/design/lab-statistics.md`.

mod analyse;
mod aside;
mod clusters;
mod contrast;
mod copies;
mod describe;
mod dose;
mod equivalence;
mod hinge;
mod holm;
mod idle;
mod methods;
mod misactivations;
mod moments;
mod off;
mod permute;
mod plan;
pub mod power;
mod repeats;
mod replies;
mod sentence;
mod shape;
mod trial;
mod units;
mod witnesses;
mod words;

pub use self::analyse::analyse;
pub use self::aside::{by_itself, woke};
pub use self::contrast::{Contrast, ContrastResults};
pub use self::copies::{Copies, CopiesResults};
pub use self::describe::{ConditionResults, DeviceResults, Estimate, Observations, Share};
pub use self::dose::{Cutoff, Dose, DoseResults, Level};
pub use self::equivalence::{Claim, Equivalence, EquivalenceResults};
pub use self::idle::{Burst, IdleResults, Period, Placed, Sizes, Stretch, idle};
pub use self::methods::Methods;
pub use self::misactivations::{MisactivationResults, Place, Playing, Rate, Wake, misactivations};
pub use self::plan::{DRAWS, Mean, Plan, PlanError, Question};
pub use self::repeats::RepeatsResults;
pub use self::replies::{ConditionReplies, RepliesResults, ReplyContrast, Said, answered, replies};
pub use self::shape::Results;
pub use self::trial::{Quantity, Reading, SoundId, Trial, Trials, TrialsError, reach};
pub use self::witnesses::WitnessResults;
