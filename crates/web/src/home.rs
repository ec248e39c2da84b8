//! What there is to be read: one home, as it was found.

use std::collections::BTreeMap;

use earwitness_core::findings::{DeviceId, Findings};
use earwitness_core::mac::Mac;
use earwitness_report::Context;
use earwitness_report::html::{Line, Parts, Shared};
use earwitness_report::verdicts::Probing;
use jiff::tz::TimeZone;
use maud::Markup;

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
    /// As a report takes it.
    pub(crate) fn context(&self) -> Context<'_> {
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
    /// The number of each device, by its place in the findings.
    numbers: Vec<usize>,
}

impl Home {
    /// Sums up what was found. Devices are numbered in the order of the findings.
    #[must_use]
    pub fn new(material: Material) -> Self {
        Self::numbered(material, &BTreeMap::new())
    }

    /// The same with numbers that somebody else gives; a device that has none comes after those that have.
    pub(crate) fn numbered(material: Material, numbers: &BTreeMap<DeviceId, usize>) -> Self {
        let context = material.context();
        let shared = Shared::new(&material.findings, &context);
        let parts = Parts::new(&material.findings, &context, &shared, &|_, _| String::new());
        let ((answer, caution), lines) = (parts.answer(), parts.lines());
        let most = numbers.values().max().copied().unwrap_or_default();
        let of = |(place, id)| numbers.get(id).copied().unwrap_or(most + place + 1);
        let numbers = material.findings.devices.iter().map(|it| &it.id).enumerate().map(of).collect();
        Self { material, shared, answer, caution, lines, numbers }
    }

    /// Has the same pictures and words made as for a report in a file.
    pub(crate) fn parts<R>(&self, asked: impl FnOnce(&Parts<'_>) -> R) -> R {
        let context = self.material.context();
        let link = |place, number| self.sighting_path(place, number);
        asked(&Parts::new(&self.material.findings, &context, &self.shared, &link))
    }

    /// What was read, how complete it was, and what was played.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method itself is not general enough")]
    pub(crate) fn about(&self) -> Markup {
        self.parts(|parts| parts.about())
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

    /// The time zone in which times are shown.
    pub(crate) const fn zone(&self) -> &TimeZone {
        &self.material.zone
    }

    /// Where a device stands in the findings.
    pub(crate) fn place(&self, device: DeviceId) -> Option<usize> {
        self.material.findings.devices.iter().position(|it| it.id == device)
    }

    /// The number of the device at a place.
    pub(crate) fn number(&self, place: usize) -> usize {
        self.numbers.get(place).copied().unwrap_or(place + 1)
    }

    /// Where a sighting is: by the time at which it began, so that the same address leads to the same sighting when others are forgotten.
    fn sighting_path(&self, place: usize, number: usize) -> String {
        let sighting = self.material.findings.devices.get(place).and_then(|it| it.sightings.get(number));
        let began = sighting.map_or(0, |it| it.window.from.nanos());
        format!("{}/sighting/{began}", device_path(self.number(place)))
    }
}

/// Where the device with a number is.
pub(crate) fn device_path(number: usize) -> String {
    format!("/device/{number}")
}
