//! Logs as spreadsheets and other labs write them.

use earwitness_base::moment::zone;

use super::*;

/// Reads with names of columns and a time zone.
fn read(bytes: &[u8], columns: &[&str], place: &str) -> Result<Log, String> {
    let columns = columns.iter().map(|it| it.parse().unwrap()).collect();
    let reading = Reading { columns, zone: (!place.is_empty()).then(|| zone(place).unwrap()) };
    parse(bytes, "night.csv", &reading).map_err(|trouble| trouble.to_string())
}

/// A log of one round as a spreadsheet saves it in a language with decimal commas.
const SPREADSHEET: &str = "round;slot;kind;start;slot_seconds;onset;seconds;stimulus\r\n\
    0;0;sham;2026-01-01T12:00:02Z;20;;;\r\n\
    0;1;probe;2026-01-01T12:00:23Z;20;2026-01-01T12:00:23,5Z;3,25;sch\u{f6}n \u{20ac}\r\n";

#[test]
fn a_spreadsheet_may_save_in_any_of_its_encodings() {
    let expected = read(SPREADSHEET.as_bytes(), &[], "").unwrap();
    let played = &expected.rounds[0].played;
    assert_eq!((played.length, played.stimulus.name.as_str()), (3_250_000_000, "sch\u{f6}n \u{20ac}"));
    assert_eq!(played.onset, Timestamp::from_nanos(1_767_268_823_500_000_000));
    let wide = |unit: fn(u16) -> [u8; 2]| SPREADSHEET.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let quoted: Vec<String> = SPREADSHEET.lines().map(|line| format!("\"{}\"", line.replace(';', "\",\""))).collect();
    let quoted = quoted.join("\n");
    let separated = format!("\u{feff}sep=;\r\n{SPREADSHEET}");
    for octets in [
        separated.into_bytes(),
        format!("\"sep=;\"\r\n{SPREADSHEET}").into_bytes(),
        [&[0xff, 0xfe][..], &wide(u16::to_le_bytes)].concat(),
        [&[0xfe, 0xff][..], &wide(u16::to_be_bytes)].concat(),
        wide(u16::to_le_bytes),
        SPREADSHEET.replace(';', "\t").into_bytes(),
        SPREADSHEET.replace(';', "|").into_bytes(),
        quoted.into_bytes(),
    ] {
        let log = read(&octets, &[], "").unwrap();
        assert_eq!((log.rounds, log.warnings), (expected.rounds.clone(), vec![]), "{:?}", &octets[..8]);
    }
    let narrow: Vec<u8> = SPREADSHEET.chars().map(|it| if it == '\u{20ac}' { 0x80 } else { u8::try_from(it).unwrap() }).collect();
    let log = read(&narrow, &[], "").unwrap();
    assert_eq!(log.rounds, expected.rounds);
    assert!(log.warnings[0].contains("read as Windows-1252"), "{:?}", log.warnings);
}

#[test]
fn faults_below_a_line_that_names_the_separator_have_their_place() {
    let error = read(b"sep=;\nstart;seconds\n2026-01-01T12:00:00Z;3 s\n", &[], "").unwrap_err();
    assert!(error.starts_with("night.csv:3:22: seconds: \"3 s\""), "{error}");
}

#[test]
fn what_is_no_text_is_refused_with_what_to_do() {
    for octets in [&b"PK\x03\x04\x14\0\x06\0\xff"[..], &[0xff, 0xfe, 0, 0xd8], &[0xff, 0xfe, b's']] {
        let error = read(octets, &[], "").unwrap_err();
        assert!(error.contains("CSV"), "{error}");
    }
}

#[test]
fn columns_that_are_not_known_are_left_out_and_reported() {
    let text = b"start,room,seconds,,operator\n2026-01-01T12:00:00Z,kitchen,3,,ann\n2026-01-01T12:01:00Z,hall,3,,bob\n";
    let log = read(text, &[], "").unwrap();
    assert_eq!(log.rounds.len(), 2);
    assert!(log.warnings.iter().any(|it| it.contains("the columns \"room\", \"operator\"; --map")), "{:?}", log.warnings);
    let lines = b"{\"start\":1767304800,\"room\":\"hall\"}\n{\"start\":1767304900,\"room\":\"hall\"}\n";
    let log = read(lines, &[], "").unwrap();
    assert_eq!(log.rounds.len(), 2);
    assert_eq!(log.warnings.iter().filter(|it| it.contains("the keys \"room\"; --map")).count(), 1, "{:?}", log.warnings);
}

#[test]
fn columns_have_the_names_that_are_given_for_them() {
    let map = &["Zeit=start", "Dauer [s]=Seconds", "sound=stimulus"];
    let text = "Zeit,Dauer [s],Sound,start\n2026-01-01T12:00:00Z,3,glass,never\n";
    for text in [text.to_owned(), "{\"zeit\":\"2026-01-01T12:00:00Z\",\"dauer [s]\":3,\"sound\":\"glass\"}\n".to_owned()] {
        let played = read(text.as_bytes(), map, "").unwrap().rounds[0].played.clone();
        assert_eq!((played.length, played.stimulus.name.as_str()), (3 * SECOND, "glass"));
    }
    assert!("zeit".parse::<Columns>().unwrap_err().contains("write theirs=ours"));
    assert!("zeit=begin".parse::<Columns>().unwrap_err().contains("no column of a probe log"));
    assert_eq!("Zeit = start".parse::<Columns>().unwrap().to_string(), "zeit=start");
}

#[test]
fn local_times_are_those_of_the_zone_that_is_named() {
    let start = |text: &str, zone: &str| {
        read(format!("start;seconds\n{text};3\n").as_bytes(), &[], zone).map(|log| log.rounds[0].slots[0].from)
    };
    let summer = Ok(Timestamp::from_nanos(1_782_907_200_500_000_000));
    for text in ["2026-07-01 14:00:00.5", "2026-07-01T14:00:00,5", "01.07.2026 14:00:00,5", "2026-07-01T12:00:00.5Z"] {
        assert_eq!(start(text, "Europe/Berlin"), summer, "{text}");
    }
    assert_eq!(start("1.7.2026 14:00", "Europe/Berlin").unwrap().nanos(), 1_782_907_200_000_000_000);
    assert!(start("2026-07-01 14:00:00", "").unwrap_err().contains("--time-zone Europe/Berlin"));
    let twice = start("2026-10-25 02:30:00", "Europe/Berlin").unwrap_err();
    assert!(twice.contains("showed \"2026-10-25 02:30:00\" twice") && twice.contains("+02") && twice.contains("+01"), "{twice}");
    let never = start("2026-03-29 02:30:00", "Europe/Berlin").unwrap_err();
    assert!(never.contains("never showed"), "{never}");
    assert!(start("7/1/2026 14:00", "Europe/Berlin").unwrap_err().contains("is not a time"), "which of them is the month?");
    assert!(zone("Berlin").unwrap_err().contains("Europe/Berlin"));
}

#[test]
fn a_date_as_spreadsheets_count_is_refused_unless_its_clock_is_given() {
    let log = b"start\n46023.5\n";
    let refused = read(log, &[], "").unwrap_err();
    assert!(refused.contains("spreadsheet's date") && refused.contains("--time-zone"), "{refused}");
    let at = |zone| read(log, &[], zone).unwrap().rounds[0].slots[0].from.nanos() / SECOND;
    // 2026-01-01 12:00:00.
    assert_eq!((at("UTC"), at("Europe/Berlin")), (1_767_268_800, 1_767_265_200));
}

#[test]
fn a_year_of_two_digits_is_refused_with_what_to_write() {
    for text in ["31.01.26 22:00:00", "31.1.26 22:00", "26-01-31T22:00:00Z", "1/31/26 22:00:00", "31.01.26"] {
        for place in ["", "Europe/Berlin"] {
            let error = read(format!("start\n{text}\n").as_bytes(), &[], place).unwrap_err();
            assert!(error.contains("year of two digits") && error.contains("31.01.2026 22:00:00"), "{error}");
        }
    }
    assert!(read(b"start\n2026-01-31\n", &[], "Europe/Berlin").unwrap_err().contains("a day without a time"));
}

#[test]
fn times_without_seconds_are_read_with_a_word_about_it() {
    for (text, place) in
        [("31.01.2026 22:00", "Europe/Berlin"), ("2026-01-31 22:00", "Europe/Berlin"), ("2026-01-31T22:00+01:00", "")]
    {
        let log = read(format!("start,slot_seconds\n{text},20\n").as_bytes(), &[], place).unwrap();
        assert_eq!(log.rounds[0].slots[0].from, Timestamp::from_nanos(1_769_893_200_000_000_000));
        assert!(log.warnings[0].starts_with("line 2 has a time without seconds"), "{text}: {:?}", log.warnings);
    }
    for exact in ["2026-01-31T22:00:00+01:00", "2026-01-31T21:00:00Z", "2026-01-31 22:00:00.5-05:00", "1769893200"] {
        let log = read(format!("start,slot_seconds\n{exact},20\n").as_bytes(), &[], "").unwrap();
        assert!(log.warnings.is_empty(), "{exact}: {:?}", log.warnings);
    }
    let two = "start,slot_seconds\n2026-01-31T22:00Z,20\n2026-01-31T22:01Z,20\n";
    let log = read(two.as_bytes(), &[], "").unwrap();
    assert!(log.warnings[0].starts_with("2 lines, from line 2 on, have times without seconds"), "{:?}", log.warnings);
}
