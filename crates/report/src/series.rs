//! `--series`: one Parquet row per device and second.

use std::io;
use std::sync::Arc;

use earwitness_core::findings::{Bin, DeviceFindings, Findings, Series};
use earwitness_core::time::SECOND;
use parquet::basic::{Compression, Encoding, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

use super::labels;
use earwitness_base::outfile::Sink;

/// Rows that are held in memory at once (about 6 MB).
const GROUP: usize = 1 << 16;
/// The whole numbers of a row, in the order of the columns after `device`.
const NUMBERS: [&str; 5] = ["time", "sent_frames", "sent_octets", "received_frames", "received_octets"];

/// What one device sent and received in one second.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Row {
    /// Nanoseconds since 1970, UTC; seconds are counted from the first frame of the capture.
    pub time: i64,
    /// Frames and octets.
    pub sent: (u64, u64),
    /// The same.
    pub received: (u64, u64),
}

/// Writes the seconds in which a device sent or received anything, device by device, in order of time.
///
/// Columns: `device` (text), `time` (UTC, nanoseconds), `sent_frames`, `sent_octets`, `received_frames`, `received_octets`
/// (octets above the transport header). Bins longer than a second are one row each.
pub fn write(findings: &Findings, out: &mut Sink<'_>) -> io::Result<()> {
    write_groups(findings, out, GROUP).map_err(io::Error::other)
}

fn write_groups(findings: &Findings, out: &mut Sink<'_>, group: usize) -> Result<(), ParquetError> {
    let mut file = SerializedFileWriter::new(out, schema()?, properties())?;
    let mut batch = Batch::default();
    for device in &findings.devices {
        let name: ByteArray = labels::id(device.id).into_bytes().into();
        for row in rows(device) {
            batch.push(&name, row);
            if batch.names.len() >= group {
                batch.write(&mut file)?;
            }
        }
    }
    if !batch.names.is_empty() {
        batch.write(&mut file)?;
    }
    file.close().map(drop)
}

/// The columns of one row group.
#[derive(Default)]
struct Batch {
    names: Vec<ByteArray>,
    numbers: [Vec<i64>; NUMBERS.len()],
}

impl Batch {
    fn push(&mut self, name: &ByteArray, row: Row) {
        let count = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        let values = [row.time, count(row.sent.0), count(row.sent.1), count(row.received.0), count(row.received.1)];
        self.names.push(name.clone());
        for (column, value) in self.numbers.iter_mut().zip(values) {
            column.push(value);
        }
    }

    fn write<W: io::Write + Send>(&mut self, file: &mut SerializedFileWriter<W>) -> Result<(), ParquetError> {
        let mut group = file.next_row_group()?;
        if let Some(mut column) = group.next_column()? {
            column.typed::<ByteArrayType>().write_batch(&self.names, None, None)?;
            column.close()?;
        }
        self.names.clear();
        for values in &mut self.numbers {
            write_numbers(&mut group, values)?;
            values.clear();
        }
        group.close().map(drop)
    }
}

fn write_numbers<W: io::Write + Send>(group: &mut SerializedRowGroupWriter<'_, W>, values: &[i64]) -> Result<(), ParquetError> {
    if let Some(mut column) = group.next_column()? {
        column.typed::<Int64Type>().write_batch(values, None, None)?;
        column.close()?;
    }
    Ok(())
}

fn schema() -> Result<TypePtr, ParquetError> {
    let text = Type::primitive_type_builder("device", Physical::BYTE_ARRAY).with_logical_type(Some(LogicalType::String));
    let mut fields = vec![Arc::new(text.with_repetition(Repetition::REQUIRED).build()?)];
    for name in NUMBERS {
        let time = (name == "time").then_some(LogicalType::timestamp(true, TimeUnit::NANOS));
        let number = Type::primitive_type_builder(name, Physical::INT64).with_logical_type(time);
        fields.push(Arc::new(number.with_repetition(Repetition::REQUIRED).build()?));
    }
    Type::group_type_builder("series").with_fields(fields).build().map(Arc::new)
}

fn properties() -> WriterPropertiesPtr {
    let time = ColumnPath::from("time");
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_column_dictionary_enabled(time.clone(), false)
        .set_column_encoding(time, Encoding::DELTA_BINARY_PACKED)
        .set_created_by(format!("earwitness {}", env!("CARGO_PKG_VERSION")));
    Arc::new(properties.build())
}

/// Both directions of a device, merged by time.
pub fn rows(device: &DeviceFindings) -> impl Iterator<Item = Row> {
    let mut sent = seconds(&device.sent).peekable();
    let mut received = seconds(&device.received).peekable();
    std::iter::from_fn(move || {
        let time = [sent.peek(), received.peek()].into_iter().flatten().map(|it| it.0).min()?;
        let at = |it: &Second| it.0 == time;
        let sent = sent.next_if(at).unwrap_or_default().1;
        Some(Row { time, sent, received: received.next_if(at).unwrap_or_default().1 })
    })
}

/// A moment, and frames and octets in the second after it.
type Second = (i64, (u64, u64));

/// The bins of a series, those of one second added up.
fn seconds(series: &Series) -> impl Iterator<Item = Second> {
    let second = |bin: Bin| {
        let offset = bin.index.saturating_mul(series.width);
        let start = if series.width < SECOND { offset.div_euclid(SECOND).saturating_mul(SECOND) } else { offset };
        (series.origin.plus(start).nanos(), (u64::from(bin.frames), bin.payload_octets))
    };
    let mut bins = series.bins.iter().map(second).peekable();
    std::iter::from_fn(move || {
        let (time, (mut frames, mut octets)) = bins.next()?;
        while let Some((_, (more_frames, more_octets))) = bins.next_if(|it| it.0 == time) {
            frames = frames.saturating_add(more_frames);
            octets = octets.saturating_add(more_octets);
        }
        Some((time, (frames, octets)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use bytes::Bytes;
    use earwitness_core::time::MILLISECOND;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    fn read(findings: &Findings, group: usize) -> SerializedFileReader<Bytes> {
        let mut out = Vec::new();
        write_groups(findings, &mut out, group).unwrap();
        SerializedFileReader::new(Bytes::from(out)).unwrap()
    }

    #[test]
    fn every_second_with_traffic_is_a_row_that_reads_back() {
        let findings = sample::sample();
        let file = read(&findings, 10_000);
        let (mut rows, mut octets) = (0, 0);
        for row in file.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            rows += 1;
            octets += row.get_long(3).unwrap() + row.get_long(5).unwrap();
        }
        let both = || findings.devices.iter().flat_map(|it| [&it.sent, &it.received]).flat_map(|it| it.bins.iter());
        assert_eq!(u64::try_from(octets).unwrap(), both().map(|it| it.payload_octets).sum::<u64>());
        assert!(rows < both().count() && rows * 2 > both().count());
        assert!(file.metadata().row_groups().iter().all(|it| it.num_rows() <= 10_000));
        assert!(file.metadata().num_row_groups() > 1);
    }

    #[test]
    fn the_first_row_holds_the_first_second_of_the_device() {
        let findings = Findings { devices: vec![sample::device(7)], ..Findings::default() };
        let row = read(&findings, 1_000).get_row_iter(None).unwrap().next().unwrap().unwrap();
        assert_eq!(row.get_string(0).unwrap(), "00:11:22:00:00:07");
        assert_eq!(row.get_long(1).unwrap(), sample::START.nanos());
        assert_eq!((row.get_long(2).unwrap(), row.get_long(3).unwrap(), row.get_long(5).unwrap()), (1, 100, 0));
    }

    #[test]
    fn bins_shorter_than_a_second_are_added_up() {
        let bins = [-1, 0, 3, 4, 9].map(|index| Bin { index, frames: 1, payload_octets: 10 }).into_iter().collect();
        let series = Series { origin: sample::START, width: 250 * MILLISECOND, bins };
        let at = |second: i64| sample::START.plus(second * SECOND).nanos();
        let found: Vec<_> = seconds(&series).collect();
        assert_eq!(found, [(at(-1), (1, 10)), (at(0), (2, 20)), (at(1), (1, 10)), (at(2), (1, 10))]);
    }

    #[test]
    fn a_capture_without_devices_is_a_file_without_rows() {
        assert_eq!(read(&Findings::default(), 10).get_row_iter(None).unwrap().count(), 0);
    }
}
