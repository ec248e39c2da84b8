//! What there is to be read: one home, as it was found.

use earwitness_core::findings::Findings;
use earwitness_core::mac::Mac;
use earwitness_report::Context;
use earwitness_report::html::{Line, Parts, Shared};
use earwitness_report::verdicts::Probing;
use jiff::tz::TimeZone;

/// What a home is made from: the same that a report is made from.
pub struct Material {
    /// What the analysis found.
    pub findings: Findings,
    /// A session of probes, if there was one.
    pub probing: Option<Probing>,
    /// What was read, as a person named it.
    pub inputs: Vec<String>,
    /// The options that changed the analysis.
    pub options: Vec<String>,
    /// One line for each trouble in reading.
    pub troubles: Vec<String>,
    /// Who makes the device with an address.
    pub vendor: fn(Mac) -> Option<String>,
    /// The time zone in which times are shown.
    pub zone: TimeZone,
}

impl Material {
    fn context(&self) -> Context<'_> {
        Context {
            inputs: &self.inputs,
            options: &self.options,
            troubles: &self.troubles,
            probing: self.probing.as_ref(),
            published: None,
            vendor: &self.vendor,
            zone: self.zone.clone(),
        }
    }
}

/// A home that does not change. It is as large as its findings, which the analysis bounds.
pub struct Home {
    material: Material,
    shared: Shared,
    answer: String,
    caution: &'static str,
    lines: Vec<Line>,
}

impl Home {
    /// Sums up what was found.
    #[must_use]
    pub fn new(material: Material) -> Self {
        let context = material.context();
        let shared = Shared::new(&material.findings, &context);
        let parts = Parts::new(&material.findings, &context, &shared, &sighting_path);
        let ((answer, caution), lines) = (parts.answer(), parts.lines());
        Self { material, shared, answer, caution, lines }
    }

    /// Has the same pictures and words made as for a report in a file.
    pub(crate) fn parts<R>(&self, asked: impl FnOnce(&Parts<'_>) -> R) -> R {
        let context = self.material.context();
        asked(&Parts::new(&self.material.findings, &context, &self.shared, &sighting_path))
    }

    /// What a report is made from.
    pub(crate) fn reported<R>(&self, asked: impl FnOnce(&Findings, &Context<'_>) -> R) -> R {
        asked(&self.material.findings, &self.material.context())
    }

    /// The answer in a few sentences.
    pub(crate) fn answer(&self) -> &str {
        &self.answer
    }

    /// What the answer does not mean.
    pub(crate) const fn caution(&self) -> &'static str {
        self.caution
    }

    /// A line per device, most telling first.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The findings themselves.
    pub(crate) const fn findings(&self) -> &Findings {
        &self.material.findings
    }

    /// The line of the device with that number.
    pub(crate) fn line(&self, number: usize) -> Option<&Line> {
        self.lines.iter().find(|it| number_of(it.device) == number)
    }
}

/// The number by which a device is asked for; nothing else is known by it.
pub(crate) const fn number_of(place: usize) -> usize {
    place + 1
}

/// Where a device is.
pub(crate) fn device_path(place: usize) -> String {
    format!("/device/{}", number_of(place))
}

/// Where a sighting is.
fn sighting_path(place: usize, number: usize) -> String {
    format!("{}/sighting/{}", device_path(place), number + 1)
}
