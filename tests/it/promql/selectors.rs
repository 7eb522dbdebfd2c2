//! Walking a tree, and the list of what it reads.

use probity::promql::{Duration, ExprKind};

use super::read;

#[test]
fn parents_come_first_and_left_comes_before_right() {
    let text = "topk(2, -a) + max_over_time((rate(b[5m]) > bool 1)[1h:])";
    let expr = read(text);
    let mut seen = Vec::new();
    expr.walk(&mut |node, above| {
        for (outer, inner) in above.iter().zip(above.iter().skip(1)) {
            assert!(
                outer.children().iter().any(|child| std::ptr::eq(*child, *inner)),
                "ancestors are a chain"
            );
        }
        seen.push((above.len(), node.span.of(text)));
    });
    assert_eq!(
        seen,
        [
            (0, text),
            (1, "topk(2, -a)"),
            (2, "2"),
            (2, "-a"),
            (3, "a"),
            (1, "max_over_time((rate(b[5m]) > bool 1)[1h:])"),
            (2, "(rate(b[5m]) > bool 1)[1h:]"),
            (3, "(rate(b[5m]) > bool 1)"),
            (4, "rate(b[5m]) > bool 1"),
            (5, "rate(b[5m])"),
            (6, "b[5m]"),
            (5, "1"),
        ]
    );
}

#[test]
fn a_use_says_what_becomes_of_the_selector() {
    let text = "histogram_quantile(0.9, sum by (le) (rate(a_bucket{x='y'}[5m] offset 1h))) > on () b";
    let expr = read(text);
    let [a, b] = expr.selectors()[..] else { panic!("{expr}") };
    assert_eq!(a.span.of(text), "a_bucket{x='y'}[5m] offset 1h");
    assert_eq!(a.range, Some(Duration::from_millis(300_000)));
    assert_eq!((a.rate_like, a.buckets_for), (Some("rate"), Some("histogram_quantile")));
    assert_eq!((a.aggregated, a.keeps_le), (true, true));
    assert_eq!((b.span.of(text), b.range, b.rate_like, b.buckets_for), ("b", None, None, None));
    assert_eq!((b.aggregated, b.keeps_le), (false, true));
}

#[test]
fn the_fate_of_le_is_followed_up_to_the_quantile() {
    for (text, aggregated, keeps_le) in [
        ("histogram_quantile(0.9, rate(a[5m]))", false, true),
        ("histogram_quantile(0.9, sum by (job) (rate(a[5m])))", true, false),
        ("histogram_quantile(0.9, sum(rate(a[5m])))", true, false),
        ("histogram_quantile(0.9, sum without (job) (rate(a[5m])))", true, true),
        ("histogram_quantile(0.9, sum without (le) (rate(a[5m])))", true, false),
        ("histogram_quantile(0.9, sum by (le) (sum by (le, job) (increase(a[5m]))))", true, true),
        ("histogram_quantile(0.9, topk(3, irate(a[5m])))", true, true),
        ("max(histogram_quantile(0.9, rate(a[5m])))", false, true),
        ("sum(a)", true, false),
    ] {
        let expr = read(text);
        let used = expr.selectors()[0];
        assert_eq!((used.aggregated, used.keeps_le), (aggregated, keeps_le), "{text}");
    }
    let subquery = read("max_over_time(sum(rate(a[5m]))[1h:])");
    assert_eq!(subquery.selectors()[0].rate_like, Some("rate"));
    let bare = read("(((a)))");
    assert!(matches!(bare.unwrapped().kind, ExprKind::Vector(_)));
}
