//! What is fixed before the first round.

use earwitness_core::probe::SoundKind;
use earwitness_core::probe::Stimulus;
use earwitness_core::schedule::Design;
use earwitness_core::schedule::Quiet;
use earwitness_core::timeline::Factor;
use earwitness_evidence::commitment::{SALT, of, read, text};
use earwitness_report::probelog::Header;

fn design() -> Design {
    Design {
        seed: 8,
        stimuli: vec![Stimulus { name: "say:\"hello\"\nsalt 00".to_owned(), kind: SoundKind::Speech }],
        factors: vec![Factor::new("voice", ["a", "b"]).unwrap()],
        quiet: vec![Quiet { from: 1_320, until: 420 }],
        ..Design::default()
    }
}

/// The digest of `abc` is what `printf abc | sha256sum` prints.
#[test]
fn the_text_is_as_described_and_its_digest_is_what_sha256sum_prints() {
    let text = text(&[0xab; SALT], &design(), 0.01);
    let expected = format!(
        "earwitness commitment 1\nsalt {}\nseed 8\nalpha 0.01\nslots 8\nslot_ns 20000000000\nguard_ns 4000000000\n\
         rest_ns 2000000000 12000000000\nwarm_up_ns 60000000000\nonly_when_away no\n\
         lengths_ns 2000000000 3000000000 4000000000 6000000000 8000000000\n\
         sound speech \"say:\\\"hello\\\"\\nsalt 00\"\nfactor \"voice\" \"a\" \"b\"\nquiet 1320 420\n",
        "ab".repeat(SALT)
    );
    assert_eq!(text, expected);
    assert_eq!(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let fixed = read(&text).unwrap();
    assert_eq!((fixed.seed, fixed.slots, fixed.slot), (8, 8, 20_000_000_000));
    let header = Header::of(&design(), 0.01);
    assert_eq!(fixed.contradictions(Some(&header), &[]), Vec::<String>::new());
}

#[test]
fn every_setting_moves_the_commitment_and_what_differs_is_named() {
    let before = of(&text(&[1; SALT], &design(), 0.01));
    let change = |change: fn(&mut Design)| {
        let mut design = design();
        change(&mut design);
        text(&[1; SALT], &design, 0.01)
    };
    let others = [
        change(|it| it.seed = 9),
        change(|it| it.slots = 7),
        change(|it| it.slot += 1),
        change(|it| it.guard += 1),
        change(|it| it.rest.1 += 1),
        change(|it| it.lengths.truncate(2)),
        change(|it| it.stimuli.clear()),
        change(|it| it.factors.clear()),
        change(|it| it.quiet.clear()),
        change(|it| it.only_when_away = true),
        change(|it| it.warm_up += 1),
        text(&[2; SALT], &design(), 0.01),
        text(&[1; SALT], &design(), 0.05),
    ];
    assert!(others.iter().all(|text| of(text) != before));
    let wrong = read(&others[0]).unwrap().contradictions(Some(&Header::of(&design(), 0.01)), &[]);
    assert_eq!(wrong, ["the seed was fixed as 9, and the log says 8"]);
    assert!(read("earwitness commitment 2\n").unwrap_err().contains("first line"));
    assert!(read(&others[0].replace("salt 01", "salt 0x")).unwrap_err().contains("salt"));
}
