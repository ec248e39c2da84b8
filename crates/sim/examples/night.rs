use earwitness_core::{
    analysis::Settings,
    detect::ttest,
    experiment::Experiment,
    plan::watch::Watch,
    record::Entry,
    samples::Samples,
    schedule::Design,
    verdict::{self, judge},
};
use earwitness_sim::{
    house::House,
    night::{Happening, run},
    plan::Plan,
};
use std::collections::BTreeMap;
use std::time::Instant;
fn main() {
    let name = std::env::args().nth(1).unwrap_or("demo".into());
    let seed: u64 = std::env::args().nth(2).map_or(1, |s| s.parse().unwrap());
    let text = Plan::shipped()
        .iter()
        .find(|s| s.0 == name)
        .map(|s| s.1.to_owned())
        .unwrap_or_else(|| std::fs::read_to_string(&name).unwrap());
    let plan = Plan::from_toml(&text, &name).unwrap();
    let t = Instant::now();
    let mut house = House::new(&plan, seed);
    let design = Design { seed, stimuli: plan.sounds.clone(), ..Design::default() };
    design.check().unwrap();
    let mut machine = Experiment::new(design, Watch, 0.01, Settings::default());
    let mut samples = Samples::new(ttest::Settings::default());
    let (mut rounds, mut frames) = (Vec::new(), 0u64);
    let mut online = BTreeMap::new();
    let end = run(&mut house, &mut machine, true, &mut |h| match h {
        Happening::Frame(f) => {
            frames += 1;
            samples.frame(f);
        }
        Happening::Sounds { round, onset } => samples.expect(round, onset),
        Happening::Write(Entry::Trial(t)) => {
            rounds.push(t.round.clone());
            online.insert(t.round.number, t);
        }
        _ => {}
    });
    let t1 = t.elapsed();
    let ended = machine.finish(end);
    rounds.extend(ended.trials.iter().map(|t| t.round.clone()));
    let tested = samples.finish(ended.findings.capture.last.unwrap());
    let t2 = t.elapsed();
    let v = judge(&ended.findings, rounds, &tested, &verdict::Settings::default());
    let t3 = t.elapsed();
    let truth = house.truth();
    println!("{frames} frames, run {t1:?} finish {t2:?} judge {t3:?}; rounds {} void {}", v.trials.len(), v.void);
    let mut differ = 0;
    for t in &v.trials {
        if let Some(o) = online.get(&t.round.number) {
            for (d, s) in &t.scores {
                if o.scores.get(d) != Some(s) {
                    differ += 1;
                    if differ < 5 {
                        println!("differs round {} {d:?}\n  on {:?}\n off {:?}", t.round.number, o.scores.get(d), s);
                    }
                }
            }
        }
    }
    println!("online/offline differ {differ}");
    for x in &v.devices {
        let d = truth.devices.iter().find(|d| earwitness_core::findings::DeviceId::Mac(d.mac) == x.device).unwrap();
        let e = &x.evidence;
        let ok = d.expected.as_deref() == Some(x.outcome.words());
        println!(
            "{} {:22} {:14} {:?} (expected {:?}) rounds {} lnE {:.1} clk {:.1} late {:?} thr {:.1} after {:?} bound {:.2} lim {:?}/{} caused {}x{:.1}s {:?} dose {:?} doses {:?} tt {:?} bursts {:?} cont {:.2} togo {:?} {:?}",
            if ok { "ok " } else { "BAD" },
            d.name,
            d.kind,
            x.outcome,
            d.expected,
            e.rounds,
            e.ln_e,
            e.ln_clocked,
            e.late.map(|l| (l.lag.shift / 1_000_000_000, l.ln_e)),
            e.threshold,
            e.proven_after,
            e.bound,
            e.limit_octets,
            e.limit_clocked,
            e.caused.uploads,
            e.caused.median_seconds,
            e.caused.bit_rate,
            e.dose.map(|d| d.slope),
            e.dose_seconds.map(|d| d.slope),
            e.ttest,
            e.bursts,
            e.continuous,
            e.rounds_to_go,
            e.sounds
        );
    }
    if let Some(want) = std::env::args().nth(3) {
        for t in &v.trials {
            for (d, s) in &t.scores {
                let dd = truth.devices.iter().find(|x| earwitness_core::findings::DeviceId::Mac(x.mac) == *d).unwrap();
                if dd.name == want {
                    println!(
                        "round {} {} len {:.1} drawn {} {:?}",
                        t.round.number,
                        t.round.played.stimulus.name,
                        t.round.played.length as f64 / 1e9,
                        t.round.drawn,
                        s.iter().map(|m| (m.clocked, m.octets)).collect::<Vec<_>>()
                    );
                    for u in &dd.uploads {
                        let w = t.round.windows()[t.round.drawn];
                        if u.start_ns >= w.from.nanos() && u.start_ns < w.until.nanos() {
                            println!("    truth {:?} {:.2}s", u.sent, u.audio_ns as f64 / 1e9);
                        }
                    }
                }
            }
        }
    }
    println!("{:?}", v.caveats);
}
