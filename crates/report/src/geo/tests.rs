use super::*;

/// A value of the `MaxMind` DB format, version 2.0.
enum Value<'a> {
    Text(&'a str),
    Short(u16),
    Number(u32),
    Long(u64),
    Map(&'a [(&'a str, Value<'a>)]),
    EmptyList,
}
use Value::{EmptyList, Long, Map, Number, Short, Text};

/// Type and size, then the value: "Data Field Format".
fn encode(value: &Value<'_>) -> Vec<u8> {
    let control = |kind: u8, size: usize| kind << 5 | u8::try_from(size).unwrap();
    match *value {
        Text(text) if text.len() < 29 => [&[control(2, text.len())], text.as_bytes()].concat(),
        Text(text) => [&[control(2, 29), u8::try_from(text.len() - 29).unwrap()], text.as_bytes()].concat(),
        Short(number) => [&[control(5, 2)][..], &number.to_be_bytes()].concat(),
        Number(number) => [&[control(6, 4)][..], &number.to_be_bytes()].concat(),
        Long(number) => [&[control(0, 8), 9 - 7][..], &number.to_be_bytes()].concat(),
        EmptyList => vec![control(0, 0), 11 - 7],
        Map(pairs) => pairs.iter().fold(vec![control(7, pairs.len())], |mut octets, (key, value)| {
            octets.extend(encode(&Text(key)));
            octets.extend(encode(value));
            octets
        }),
    }
}

/// A table of IPv4 networks `(address, prefix length, record)` inside a tree of IPv6 addresses.
fn table_of(kind: &str, networks: &[([u8; 4], u32, Value<'_>)]) -> Vec<u8> {
    #[derive(Clone, Copy)]
    enum Branch {
        Nothing,
        Node(usize),
        Record(usize),
    }
    let mut nodes = vec![[Branch::Nothing; 2]];
    let mut records = Vec::new();
    for (address, length, record) in networks {
        let bits = 96 + length;
        let address = u128::from(u32::from_be_bytes(*address));
        let mut node = 0;
        for bit in 0..bits {
            let side = usize::from(address >> (127 - bit) & 1 == 1);
            if bit + 1 == bits {
                nodes[node][side] = Branch::Record(records.len());
            } else if let Branch::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([Branch::Nothing; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Branch::Node(next);
                node = next;
            }
        }
        records.extend(encode(record));
    }
    let mut table = Vec::new();
    for branch in nodes.iter().flatten() {
        let pointer = match *branch {
            Branch::Nothing => nodes.len(),
            Branch::Node(node) => node,
            Branch::Record(offset) => nodes.len() + 16 + offset,
        };
        table.extend(&u32::try_from(pointer).unwrap().to_be_bytes()[1..]);
    }
    table.extend([0; 16]);
    table.extend(records);
    table.extend(b"\xab\xcd\xefMaxMind.com");
    table.extend(encode(&Map(&[
        ("binary_format_major_version", Short(2)),
        ("binary_format_minor_version", Short(0)),
        ("build_epoch", Long(1_600_000_000)),
        ("database_type", Text(kind)),
        ("description", Map(&[("en", Text("made by a test"))])),
        ("ip_version", Short(6)),
        ("languages", EmptyList),
        ("node_count", Number(u32::try_from(nodes.len()).unwrap())),
        ("record_size", Short(24)),
    ])));
    table
}

/// Writes the files into a directory of their own and opens them.
fn open(test: &str, files: &[&[u8]]) -> Result<Geo, GeoError> {
    let directory = std::env::temp_dir().join(format!("earwitness-geo-{test}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let write = |(number, octets): (usize, &&[u8])| {
        let path = directory.join(format!("{number}.mmdb"));
        std::fs::write(&path, octets).unwrap();
        path
    };
    let paths: Vec<_> = files.iter().enumerate().map(write).collect();
    let geo = Geo::open(&paths);
    std::fs::remove_dir_all(directory).unwrap();
    geo
}

fn lookup(geo: &Geo, address: &str) -> (Option<String>, Option<(u32, String)>) {
    geo.lookup(address.parse().unwrap())
}

#[test]
fn country_and_system_come_from_two_tables() {
    let country = table_of("Country", &[([192, 0, 2, 0], 24, Map(&[("country", Map(&[("iso_code", Text("IE"))]))]))]);
    let record = Map(&[("autonomous_system_number", Number(64_496)), ("autonomous_system_organization", Text("Voices, Inc."))]);
    let system = table_of("ASN", &[([192, 0, 2, 0], 25, record)]);
    for files in [[country.as_slice(), &system], [&system, &country]] {
        let geo = open("two", &files).unwrap();
        assert_eq!(lookup(&geo, "192.0.2.7"), (Some("IE".to_owned()), Some((64_496, "Voices, Inc.".to_owned()))));
        assert_eq!(lookup(&geo, "192.0.2.200"), (Some("IE".to_owned()), None));
        assert_eq!(lookup(&geo, "198.51.100.1"), (None, None));
        assert_eq!(lookup(&geo, "2001:db8::1"), (None, None));
    }
}

#[test]
fn one_table_may_hold_both_as_plain_texts() {
    let record =
        Map(&[("country_code", Text("us")), ("asn", Text("AS64511")), ("as_name", Text("A cloud with quite a long name"))]);
    let geo = open("one", &[&table_of("bundle", &[([203, 0, 113, 0], 24, record)])]).unwrap();
    let system = Some((64_511, "A cloud with quite a long name".to_owned()));
    assert_eq!(lookup(&geo, "203.0.113.9"), (Some("US".to_owned()), system));
}

#[test]
fn without_tables_nothing_is_known() {
    assert_eq!(lookup(&Geo::default(), "203.0.113.9"), (None, None));
}

#[test]
fn a_wrong_file_is_named() {
    let message = |test, file: &[u8]| open(test, &[file]).err().unwrap().to_string();
    assert!(message("text", b"country;city").contains("0.mmdb is not a MaxMind DB file"));
    let fast = table_of("Speed", &[([192, 0, 2, 0], 24, Map(&[("connection_type", Text("Cable"))]))]);
    assert!(message("speed", &fast).contains("0.mmdb is a table of \"Speed\" and holds neither"));
    let missing = Geo::open(&[PathBuf::from("no/such/table.mmdb")]).err().unwrap();
    assert!(missing.to_string().starts_with("cannot read no/such/table.mmdb: "));
}

#[test]
fn a_damaged_table_is_no_trouble() {
    let good = table_of("Country", &[([192, 0, 2, 0], 24, Map(&[("country", Map(&[("iso_code", Text("IE"))]))]))]);
    for offset in (0..good.len()).step_by(3) {
        let mut damaged = good.clone();
        damaged[offset] ^= 0xff;
        if let Ok(geo) = open("damaged", &[&damaged]) {
            let (country, system) = lookup(&geo, "192.0.2.7");
            assert!(country.is_none_or(|code| code.len() == 2) && system.is_none(), "octet {offset}");
        }
    }
}
