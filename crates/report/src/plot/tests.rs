//! What a picture is made of, and what strangers' names and numbers beyond reason leave of it.

use super::*;

fn panel(marks: Vec<Mark>) -> Panel {
    Panel {
        heading: None,
        name: "<b>speaker</b>".to_owned(),
        value: "3 s".to_owned(),
        height: 40,
        left: Scale::Linear { from: 0.0, until: 1.0 },
        numbered: false,
        layers: vec![Layer { colour: 7, marks }],
    }
}

fn shown(marks: Vec<Mark>) -> String {
    let plot = Plot {
        about: "seconds \"of\" each device".to_owned(),
        lower: Scale::Linear { from: 0.0, until: 10.0 },
        title: "seconds".to_owned(),
        panels: vec![panel(marks)],
    };
    drawn(&plot).into_string()
}

#[test]
fn a_picture_tells_what_it_shows_and_escapes_every_name() {
    let page = shown(vec![Mark::Word((1.0, 0.5), "<i>".to_owned())]);
    assert!(page.contains("aria-label=\"seconds &quot;of&quot; each device\""), "{page}");
    assert!(
        page.contains("aria-label=\"&lt;b&gt;speaker&lt;/b&gt;: 3 s\" ") || page.contains("&lt;b&gt;speaker&lt;/b&gt;: 3 s\""),
        "{page}"
    );
    assert!(page.contains("&lt;i&gt;") && !page.contains("<b>") && !page.contains("<i>"), "{page}");
    assert!(page.contains("class=\"c1\""), "the seventh colour is the first again but one: {page}");
}

#[test]
fn marks_stand_where_the_axes_say() {
    let page = shown(vec![
        Mark::Dots(vec![(0.0, 0.0), (0.0, 0.0), (10.0, 1.0)]),
        Mark::Line(vec![(0.0, 0.0), (5.0, 1.0)]),
        Mark::Interval { value: 5.0, ends: Some((0.0, 10.0)), at: 0.5 },
        Mark::Band(0.0, 10.0),
    ]);
    assert!(page.contains("d=\"M28 40h0M1972 0h0\""), "two on one spot are drawn once: {page}");
    assert!(page.contains("d=\"M28 40L1000 0\""), "{page}");
    assert!(page.contains("cx=\"50.00%\" cy=\"20.0\"") && page.contains("x1=\"1.40%\" x2=\"98.60%\""), "{page}");
    assert!(page.contains("x=\"1.40%\" y=\"0\" width=\"97.20%\""), "{page}");
}

#[test]
fn numbers_beyond_reason_are_drawn_without_harm() {
    for strange in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -0.0] {
        let page = shown(vec![
            Mark::Dots(vec![(strange, strange)]),
            Mark::Points(vec![(strange, strange)]),
            Mark::Line(vec![(strange, 0.0), (0.0, strange)]),
            Mark::Interval { value: strange, ends: Some((strange, strange)), at: strange },
            Mark::Band(strange, strange),
            Mark::Rule(strange),
            Mark::Bar { from: strange, until: strange, class: "speech", name: String::new() },
        ]);
        assert!(!page.contains("NaN") && !page.contains("inf"), "{strange}: {page}");
        assert!(!page.contains("width=\"0.00%\""), "SVG draws nothing of width 0");
    }
}
