//! Going through a tree, and listing what it reads.

use super::{
    Aggregation, Binary, Call, Duration, Expr, ExprKind, Grouping, Matching, Span, Subquery, Unary,
    VectorSelector,
};

/// The functions that make a rate of a counter: what is under one is read as a counter.
const RATE_LIKE: [&str; 3] = ["rate", "irate", "increase"];

/// The functions that read classic histograms, for which `le` must still be there.
const BUCKET_READERS: [&str; 2] = ["histogram_quantile", "histogram_fraction"];

/// A selector in a query, and what becomes of what it reads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelectorUse<'a> {
    /// The selector.
    pub selector: &'a VectorSelector,
    /// Where it stands, with its window and shifts.
    pub span: Span,
    /// The window, if it is a range selector.
    pub range: Option<Duration>,
    /// The innermost of `rate`, `irate` and `increase` around it, at whatever distance.
    pub rate_like: Option<&'static str>,
    /// The innermost of `histogram_quantile` and `histogram_fraction` around it.
    pub buckets_for: Option<&'static str>,
    /// Whether anything aggregates it: before `buckets_for` takes it, if there is such a function.
    pub aggregated: bool,
    /// Whether all those aggregations keep the label `le`. True if there are none.
    pub keeps_le: bool,
}

impl Expr {
    /// Visits this and everything under it, parents before children and left before right. The second
    /// argument holds the ancestors, outermost first.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr, &[&'a Expr])) {
        walk(self, &mut Vec::new(), visit);
    }

    /// Every selector, in the order of the text.
    #[must_use]
    pub fn selectors(&self) -> Vec<SelectorUse<'_>> {
        let mut found = Vec::new();
        self.walk(&mut |expr, ancestors| match &expr.kind {
            ExprKind::Vector(selector) => found.push(judge(selector, expr.span, None, ancestors)),
            ExprKind::Matrix(it) => found.push(judge(&it.selector, expr.span, Some(it.range), ancestors)),
            _ => {}
        });
        found
    }

    /// The same tree as if it had been read from nowhere: equal for texts that differ only in spaces and
    /// comments.
    #[must_use]
    pub fn without_spans(&self) -> Expr {
        let kind = match &self.kind {
            ExprKind::Number(_) | ExprKind::String(_) => self.kind.clone(),
            ExprKind::Vector(it) => ExprKind::Vector(placeless(it)),
            ExprKind::Matrix(it) => {
                let mut it = it.clone();
                it.selector = placeless(&it.selector);
                it.range_span = Span::default();
                ExprKind::Matrix(it)
            }
            ExprKind::Subquery(it) => {
                let (mut offset, mut at) = (it.offset, it.at);
                offset.iter_mut().for_each(|it| it.span = Span::default());
                at.iter_mut().for_each(|it| it.span = Span::default());
                let expr = Box::new(it.expr.without_spans());
                ExprKind::Subquery(Subquery { expr, offset, at, ..*it })
            }
            ExprKind::Unary(it) => {
                ExprKind::Unary(Unary { sign: it.sign, expr: Box::new(it.expr.without_spans()) })
            }
            ExprKind::Binary(it) => ExprKind::Binary(Binary {
                op_span: Span::default(),
                matching: it.matching.as_ref().map(placeless_matching),
                left: Box::new(it.left.without_spans()),
                right: Box::new(it.right.without_spans()),
                ..*it
            }),
            ExprKind::Aggregation(it) => ExprKind::Aggregation(Aggregation {
                op: it.op,
                op_span: Span::default(),
                grouping: it.grouping.as_ref().map(placeless_grouping),
                param: it.param.as_ref().map(|param| Box::new(param.without_spans())),
                expr: Box::new(it.expr.without_spans()),
            }),
            ExprKind::Call(it) => ExprKind::Call(Call {
                function: it.function,
                name_span: Span::default(),
                args: it.args.iter().map(Expr::without_spans).collect(),
            }),
            ExprKind::Paren(inner) => ExprKind::Paren(Box::new(inner.without_spans())),
        };
        Expr { kind, span: Span::default() }
    }
}

fn walk<'a>(expr: &'a Expr, above: &mut Vec<&'a Expr>, visit: &mut dyn FnMut(&'a Expr, &[&'a Expr])) {
    visit(expr, above);
    above.push(expr);
    for child in expr.children() {
        walk(child, above, visit);
    }
    above.pop();
}

fn judge<'a>(
    selector: &'a VectorSelector,
    span: Span,
    range: Option<Duration>,
    ancestors: &[&'a Expr],
) -> SelectorUse<'a> {
    let mut rate_like = None;
    let mut buckets_for = None;
    let (mut aggregated, mut keeps_le) = (false, true);
    for above in ancestors.iter().rev() {
        match &above.kind {
            ExprKind::Call(call) if RATE_LIKE.contains(&call.function.name) => {
                rate_like = rate_like.or(Some(call.function.name));
            }
            ExprKind::Call(call) if BUCKET_READERS.contains(&call.function.name) => {
                buckets_for = buckets_for.or(Some(call.function.name));
            }
            ExprKind::Aggregation(it) if buckets_for.is_none() => {
                aggregated = true;
                // Those that pick series instead of making new ones leave the labels alone.
                let picks = matches!(it.op.name(), "topk" | "bottomk");
                keeps_le &= picks || it.grouping.as_ref().is_some_and(|grouping| grouping.keeps("le"));
            }
            _ => {}
        }
    }
    SelectorUse { selector, span, range, rate_like, buckets_for, aggregated, keeps_le }
}

fn placeless(selector: &VectorSelector) -> VectorSelector {
    let mut selector = selector.clone();
    selector.name.iter_mut().for_each(|it| it.span = Span::default());
    for matcher in &mut selector.matchers {
        (matcher.span, matcher.label_span, matcher.value_span) = Default::default();
    }
    selector.offset.iter_mut().for_each(|it| it.span = Span::default());
    selector.at.iter_mut().for_each(|it| it.span = Span::default());
    selector
}

fn placeless_matching(matching: &Matching) -> Matching {
    let mut matching = matching.clone();
    matching.span = Span::default();
    let include = matching.group.iter_mut().flat_map(|group| group.include.iter_mut());
    matching.labels.iter_mut().chain(include).for_each(|label| label.span = Span::default());
    matching
}

fn placeless_grouping(grouping: &Grouping) -> Grouping {
    let mut grouping = grouping.clone();
    grouping.span = Span::default();
    grouping.labels.iter_mut().for_each(|label| label.span = Span::default());
    grouping
}
