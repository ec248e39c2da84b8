//! TLS record headers in a stream (RFC 8446, section 5.1), followed across segments without keeping what is inside.

/// A TLS record header's octets: type, version, length.
pub const HEADER: u32 = 5;

/// Longest record body (RFC 8446, section 5.2: 2^14 + 256; RFC 5246 allowed 2^14 + 2,048).
const LONGEST: u16 = 16_384 + 2_048;

/// Record type of application data.
const APPLICATION_DATA: u8 = 23;

/// Segments that may lack a plausible header before a flow counts as something else than TLS.
const TRIES: u8 = 8;

/// The state of one direction of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Records {
    state: State,
    /// Octets of the current body that are still to come.
    missing: u32,
    /// Length of the current record, header included.
    length: u32,
    application: bool,
    header: [u8; HEADER as usize],
    header_len: u8,
    failures: u8,
    ever: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    /// At a segment that may begin with a header.
    #[default]
    Seeking,
    /// Between or inside records.
    Synchronised,
    /// Not TLS.
    Plain,
}

/// What is handed over of a stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// An application record that ended, with its length in octets, header included.
    Record(u32),
    /// So many octets in which no record can be told from the next: a snap length cut a header off, and none was found again yet.
    Unread(u32),
}

/// What a segment held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    /// Parts of records; those that ended were handed over, and how much could not be read.
    Records,
    /// No record header could be made out: the segment itself is the slice.
    Unframed,
}

impl Records {
    /// Whether the flow ever looked like TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.ever
    }

    /// Whether the next octets begin a segment whose place in a record is unknown.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.state == State::Seeking
    }

    /// Reads a segment of `length` octets of which `captured` are at hand, and hands over each application record that ends in it, and
    /// the octets in which none could be made out.
    #[inline]
    pub fn segment(&mut self, captured: &[u8], length: u32, mut piece: impl FnMut(Piece)) -> Held {
        if self.state == State::Plain {
            return Held::Unframed;
        }
        let mut at = 0_u32;
        while at < length {
            if self.missing > 0 {
                let step = self.missing.min(length - at);
                self.missing -= step;
                at += step;
                if self.missing == 0 && self.application {
                    piece(Piece::Record(self.length));
                }
                continue;
            }
            let rest = captured.get(at as usize..).unwrap_or(&[]);
            if self.header_len == 0
                && let Some(header) = rest.first_chunk()
            {
                if !self.open(*header) {
                    return self.fail(length - at, piece);
                }
                at += HEADER;
                continue;
            }
            let Some(&octet) = rest.first() else {
                // A snap length cut the header off: the next segment may begin with one.
                let begun = u32::from(self.header_len);
                self.lose();
                piece(Piece::Unread(begun + length - at));
                return Held::Records;
            };
            self.header[usize::from(self.header_len)] = octet;
            self.header_len += 1;
            at += 1;
            if u32::from(self.header_len) == HEADER {
                self.header_len = 0;
                if !self.open(self.header) {
                    return self.fail(HEADER + length - at, piece);
                }
            }
        }
        Held::Records
    }

    /// Takes the header that is complete; `false` if it cannot be one.
    fn open(&mut self, [kind, major, minor, high, low]: [u8; HEADER as usize]) -> bool {
        let body = u16::from_be_bytes([high, low]);
        let plausible = (20..=24).contains(&kind) && major == 3 && minor <= 4 && (1..=LONGEST).contains(&body);
        if plausible {
            self.state = State::Synchronised;
            self.ever = true;
            self.missing = u32::from(body);
            self.length = HEADER + u32::from(body);
            self.application = kind == APPLICATION_DATA;
        }
        plausible
    }

    /// What seemed a header is none; `rest` octets of the segment were not read.
    fn fail(&mut self, rest: u32, mut piece: impl FnMut(Piece)) -> Held {
        let framed = self.ever;
        self.lose();
        if framed {
            piece(Piece::Unread(rest));
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= TRIES && !framed {
            self.state = State::Plain;
        }
        if framed { Held::Records } else { Held::Unframed }
    }

    fn lose(&mut self) {
        self.state = State::Seeking;
        self.missing = 0;
        self.header_len = 0;
    }

    /// Passes over `octets` that were never seen. Inside a record body this loses nothing, because the header told
    /// its length; otherwise the next plausible header is sought. Says how many octets of an application record that had begun are lost with it.
    pub fn hole(&mut self, octets: u32) -> u32 {
        if self.state == State::Plain {
            return 0;
        }
        if octets < self.missing {
            self.missing -= octets;
            return 0;
        }
        let begun = if self.application && self.missing > 0 { self.length - self.missing } else { 0 };
        self.lose();
        begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stream(lengths: &[u16]) -> Vec<u8> {
        let mut octets = Vec::new();
        for length in lengths {
            octets.extend([23, 3, 3]);
            octets.extend(length.to_be_bytes());
            octets.extend(std::iter::repeat_n(0xaa, usize::from(*length)));
        }
        octets
    }

    fn read(segments: &[&[u8]]) -> Vec<u32> {
        let mut records = Records::default();
        let mut found = Vec::new();
        for segment in segments {
            records.segment(segment, u32::try_from(segment.len()).unwrap(), |piece| found.extend(record(piece)));
        }
        found
    }

    fn record(piece: Piece) -> Option<u32> {
        match piece {
            Piece::Record(length) => Some(length),
            Piece::Unread(_) => None,
        }
    }

    proptest! {
        #[test]
        fn segmentation_does_not_change_the_records(
            lengths in prop::collection::vec(1_u16..2_000, 1..20),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20)
        ) {
            let octets = stream(&lengths);
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len())).collect();
            cuts.extend([0, octets.len()]);
            cuts.sort_unstable();
            let segments: Vec<&[u8]> = cuts.windows(2).map(|pair| &octets[pair[0]..pair[1]]).collect();
            let expected: Vec<u32> = lengths.iter().map(|length| u32::from(*length) + HEADER).collect();
            prop_assert_eq!(read(&segments), expected);
        }

        #[test]
        fn any_octets_are_survived(segments in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..300), 0_u32..400, any::<u32>()), 0..40
        )) {
            let mut records = Records::default();
            for (captured, beyond, hole) in segments {
                let length = u32::try_from(captured.len()).unwrap() + beyond;
                records.segment(&captured, length, |piece| assert!(record(piece).is_none_or(|length| length > HEADER)));
                records.hole(hole);
            }
        }
    }

    #[test]
    fn a_hole_inside_a_record_loses_nothing() {
        let octets = stream(&[1_000, 50]);
        let mut records = Records::default();
        let mut found = Vec::new();
        records.segment(&octets[..100], 100, |piece| found.extend(record(piece)));
        records.hole(600);
        records.segment(&octets[700..], u32::try_from(octets.len() - 700).unwrap(), |piece| found.extend(record(piece)));
        assert_eq!(found, [1_005, 55]);
    }

    #[test]
    fn after_a_hole_over_a_header_the_next_plausible_one_is_found() {
        let octets = stream(&[100, 100, 113, 113]);
        let mut records = Records::default();
        let mut found = Vec::new();
        records.segment(&octets[..50], 50, |piece| found.extend(record(piece)));
        records.hole(160);
        records.segment(&octets[210..], u32::try_from(octets.len() - 210).unwrap(), |piece| found.extend(record(piece)));
        assert_eq!(found, [118, 118]);
    }

    #[test]
    fn a_flow_of_something_else_becomes_plain() {
        let mut records = Records::default();
        for _ in 0..TRIES {
            assert_eq!(records.segment(b"GET / HTTP/1.1", 14, |_| panic!("no record")), Held::Unframed);
        }
        assert!(!records.is_tls() && !records.is_lost());
    }

    proptest! {
        #[test]
        fn frames_cut_by_a_snap_length_lose_no_octet(
            lengths in prop::collection::vec(1_u16..2_000, 1..40), largest in 100_usize..1_500, snap in 5_usize..200
        ) {
            let octets = stream(&lengths);
            let mut records = Records::default();
            let mut sum = 0;
            for segment in octets.chunks(largest) {
                let captured = &segment[..snap.min(segment.len())];
                let held = records.segment(captured, u32::try_from(segment.len()).unwrap(), |piece| {
                    sum += match piece { Piece::Record(octets) | Piece::Unread(octets) => octets as usize };
                });
                prop_assert_eq!(held, Held::Records);
            }
            // What is left is the record that the stream ended in, as the reader sees it.
            prop_assert!(sum <= octets.len() && octets.len() - sum <= (records.length - records.missing) as usize + usize::from(records.header_len));
        }
    }

    #[test]
    fn a_body_cut_by_the_snap_length_is_followed_by_its_length() {
        let octets = stream(&[1_400]);
        let mut records = Records::default();
        let mut found = Vec::new();
        records.segment(&octets[..60], 1_405, |piece| found.extend(record(piece)));
        assert_eq!(found, [1_405]);
    }
}
