//! `series`: what each device sent and received, second by second.

use std::io;
use std::sync::Arc;

use earwitness_base::outfile::Sink;
use earwitness_core::findings::{DeviceFindings, Findings};
use earwitness_core::time::{SECOND, Timestamp};
use earwitness_report::grid::{Cell, Writer};
use earwitness_report::labels;
use earwitness_report::series::{self, Row};

use super::{CAPTURE, OCTETS, text, time, whole};
use crate::column::{Column, Name, Record};

/// A second of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeriesRow {
    /// The device.
    pub device: Arc<str>,
    /// What it sent and received.
    pub counts: Row,
    /// The capture in which the second begins.
    pub capture_id: Arc<str>,
}

impl SeriesRow {
    /// The seconds of a device; `capture` says which capture a moment lies in.
    pub fn of<'a>(
        device: &'a DeviceFindings,
        mut capture: impl FnMut(Timestamp) -> Arc<str> + 'a,
    ) -> impl Iterator<Item = Self> + 'a {
        let name: Arc<str> = labels::id(device.id).into();
        series::rows(device).map(move |counts| Self {
            device: Arc::clone(&name),
            counts,
            capture_id: capture(Timestamp::from_nanos(counts.time)),
        })
    }

    /// The second of UTC that it is counted in.
    fn second(&self) -> Timestamp {
        let into = self.counts.time.rem_euclid(SECOND);
        Timestamp::from_nanos(self.counts.time).plus(-into)
    }
}

impl Record for SeriesRow {
    const TABLE: Name = Name::Series;
    const COLUMNS: &'static [Column<Self>] = &[
        text("device", "the device: its MAC address, or its IP address where the link shows none", "", |it| {
            it.device.to_string().into()
        }),
        time("time", "the second of UTC; a second in which the device neither sent nor received anything has no row", "", |it| {
            it.second().into()
        }),
        whole("sent_frames", "frames", "frames that it sent", "", |it| it.counts.sent.0.into()),
        whole("sent_octets", OCTETS, "octets above the transport header (TCP, UDP) in them, by the length fields", "", |it| {
            it.counts.sent.1.into()
        }),
        whole("received_frames", "frames", "frames that it received", "", |it| it.counts.received.0.into()),
        whole("received_octets", OCTETS, "the same octets in them", "", |it| it.counts.received.1.into()),
        text("capture_id", CAPTURE, "", |it| it.capture_id.to_string().into()),
    ];

    fn at(&self) -> Option<Timestamp> {
        Some(self.second())
    }
}

/// Writes the seconds of all devices as one Parquet file, device by device, in order of time: the columns of the table but for `capture_id`.
///
/// # Errors
/// When `out` takes no more.
pub fn write(findings: &Findings, out: &mut Sink<'_>) -> io::Result<()> {
    let columns = SeriesRow::COLUMNS.iter().filter(|column| column.name != "capture_id");
    let mut file = Writer::new(SeriesRow::TABLE.folder(), &[], columns.clone().map(Column::field), out)?;
    let nobody: Arc<str> = "".into();
    for device in &findings.devices {
        for row in SeriesRow::of(device, |_| Arc::clone(&nobody)) {
            file.push(columns.clone().map(|column| (column.cell)(&row)).collect::<Vec<Cell>>())?;
        }
    }
    file.finish().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use earwitness_core::findings::{Bin, DeviceId, Role, Series};
    use earwitness_core::mac::Mac;
    use earwitness_core::time::{MILLISECOND, Window};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    /// The first frame, which is at no whole second.
    const START: Timestamp = Timestamp::from_nanos(1_700_000_000 * SECOND + 250 * MILLISECOND);

    fn device(number: u8) -> DeviceFindings {
        let seen = Window { from: START, until: START.plus(20_000 * SECOND) };
        let mut device = DeviceFindings::new(DeviceId::Mac(Mac([0, 0x11, 0x22, 0, 0, number])), Role::Device, seen);
        let bins = |first: i64| (first..20_000).step_by(2).map(|index| Bin { index, frames: 1, payload_octets: 100 }).collect();
        device.sent = Series { origin: START, width: SECOND, bins: bins(0) };
        device.received = Series { origin: START, width: SECOND, bins: bins(1) };
        device
    }

    fn read(findings: &Findings) -> SerializedFileReader<Bytes> {
        let mut out = Vec::new();
        write(findings, &mut out).unwrap();
        SerializedFileReader::new(Bytes::from(out)).unwrap()
    }

    #[test]
    fn every_second_with_traffic_is_a_row_that_reads_back() {
        let findings = Findings { devices: vec![device(7), device(8)], ..Findings::default() };
        let file = read(&findings);
        let rows: Vec<_> = file.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 40_000);
        assert!(file.metadata().num_row_groups() > 1, "it is not held in memory whole");
        let octets: i64 = rows.iter().map(|row| row.get_long(3).unwrap() + row.get_long(5).unwrap()).sum();
        assert_eq!(octets, 4_000_000);
        assert_eq!(rows[0].get_string(0).unwrap(), "00:11:22:00:00:07");
        assert_eq!((rows[0].get_long(2).unwrap(), rows[0].get_long(3).unwrap(), rows[0].get_long(5).unwrap()), (1, 100, 0));
    }

    #[test]
    fn times_are_whole_seconds_in_microseconds_of_utc() {
        let file = read(&Findings { devices: vec![device(7)], ..Findings::default() });
        let time = file.metadata().file_metadata().schema_descr().column(1);
        let kind = format!("{:?}", time.logical_type_ref());
        assert!(kind.contains("is_adjusted_to_u_t_c: true") && kind.contains("MICROS"), "{kind}");
        let first = file.get_row_iter(None).unwrap().next().unwrap().unwrap();
        assert_eq!(first.get_timestamp_micros(1).unwrap(), 1_700_000_000_000_000);
    }

    #[test]
    fn a_capture_without_devices_is_a_file_without_rows() {
        assert_eq!(read(&Findings::default()).get_row_iter(None).unwrap().count(), 0);
    }
}
