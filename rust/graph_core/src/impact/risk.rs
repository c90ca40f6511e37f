//! The risk of a change: one number for how carefully it should be reviewed, and the factors that it is the sum of.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Risk {
    /// 0 to 100: the sum of the factors' points.
    pub score: f64,
    /// `low` below 25, `medium` below 50, else `high`.
    pub level: &'static str,
    pub factors: Vec<Factor>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Factor {
    pub name: &'static str,
    pub value: usize,
    pub points: f64,
    /// The most points that the factor can give.
    pub most: f64,
}

/// A factor's name, the most points that it gives, and the value at which it gives half of them.
type Rule = (&'static str, f64, f64);

/// - `breaking`: changes with a contract difference that breaks others, and deletions that leave dangling references;
/// - `misfits`: places that do not match the change;
/// - `untested`: changed functions that no test reaches;
/// - `affected`: affected definitions that are no tests;
/// - `entry_points`: entry points that reach the change;
/// - `complexity`: the cyclomatic complexity of the changed functions;
/// - `unseen`: references in changed code without an edge, and files that were left out.
pub const RULES: [Rule; 7] = [
    ("breaking", 25.0, 2.0),
    ("misfits", 20.0, 3.0),
    ("untested", 15.0, 3.0),
    ("affected", 15.0, 20.0),
    ("entry_points", 10.0, 4.0),
    ("complexity", 10.0, 30.0),
    ("unseen", 5.0, 10.0),
];

/// The risk of these values, which are in the order of `RULES`. The points of a factor grow with its value and approach
/// its maximum: `most * (1 - 2^(-value / half))`.
pub fn risk(values: [usize; 7]) -> Risk {
    let factors: Vec<Factor> = RULES
        .iter()
        .zip(values)
        .map(|((name, most, half), value)| {
            let points = most * (1.0 - (-(value as f64) / half).exp2());
            Factor { name, value, points: rounded(points), most: *most }
        })
        .collect();
    let score = rounded(factors.iter().map(|f| f.points).sum());
    let level = match score {
        s if s < 25.0 => "low",
        s if s < 50.0 => "medium",
        _ => "high",
    };
    Risk { score, level, factors }
}

/// Rounded to a tenth.
fn rounded(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_is_no_risk_and_everything_is_all_of_it() {
        assert_eq!((risk([0; 7]).score, risk([0; 7]).level), (0.0, "low"));
        assert_eq!((risk([10_000; 7]).score, risk([10_000; 7]).level), (100.0, "high"));
    }

    proptest! {
        #[test]
        fn more_of_any_factor_is_never_less_risk(
            values in prop::array::uniform7(0usize..200), which in 0usize..7, more in 1usize..100,
        ) {
            let mut raised = values;
            raised[which] += more;
            let (before, after) = (risk(values), risk(raised));
            prop_assert!(after.score >= before.score);
            prop_assert!(after.factors[which].points >= before.factors[which].points);
        }
    }
}
