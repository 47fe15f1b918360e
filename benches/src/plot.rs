//! The figures as bars, in SVG.

use std::fmt::Write as _;

use crate::contender::Contenders;
use crate::report::{Figure, Report};
use crate::work::Operation;

const LABELS: f64 = 150.0;
const WIDTH: f64 = 460.0;
const BAR: f64 = 11.0;
const GAP: f64 = 14.0;
const HEAD: f64 = 64.0;
/// The ratio at the right edge.
const MOST: f64 = 1.5;

const fn colour(contender: Contenders) -> &'static str {
    match contender {
        Contenders::Raw => "#8d99ae",
        Contenders::SerdeDynamo => "#5c677d",
        Contenders::Modyne => "#c9a227",
        Contenders::Facade => "#b56576",
        Contenders::This => "#2a9d8f",
    }
}

/// A group of bars for each operation: one figure in parts of SDK + `serde_dynamo`'s.
pub fn draw(report: &Report, figure: Figure) -> String {
    let mut bars = String::new();
    let mut y = HEAD;
    for operation in Operation::ALL {
        let top = y;
        for contender in Contenders::ALL {
            let Some(ratio) = report.ratio(figure, contender, Contenders::SerdeDynamo, operation)
            else {
                continue;
            };
            let width = ratio.min(MOST) / MOST * WIDTH;
            let _ = writeln!(
                bars,
                r#"<rect x="{LABELS}" y="{y}" width="{width:.1}" height="{}" fill="{}"/>"#,
                BAR - 2.0,
                colour(contender)
            );
            let _ = writeln!(
                bars,
                r#"<text x="{:.1}" y="{}" font-size="9">{ratio:.2}</text>"#,
                LABELS + width + 4.0,
                y + BAR - 3.0
            );
            y += BAR;
        }
        let _ = writeln!(
            bars,
            r#"<text x="{}" y="{}" text-anchor="end">{}</text>"#,
            LABELS - 8.0,
            (top + y) / 2.0 + 3.0,
            operation.title()
        );
        y += GAP;
    }
    let mut legend = String::new();
    for (x, contender) in [10.0, 122.0, 262.0, 330.0, 450.0]
        .into_iter()
        .zip(Contenders::ALL)
    {
        let _ = writeln!(
            legend,
            r#"<rect x="{x}" y="34" width="9" height="9" fill="{}"/><text x="{}" y="42">{}</text>"#,
            colour(contender),
            x + 13.0,
            contender.title()
        );
    }
    let one = LABELS + WIDTH / MOST;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="10" y="20" font-size="13">{title}: parts of SDK + serde_dynamo (less is better)</text>
{legend}<line x1="{one}" y1="{line}" x2="{one}" y2="{bottom}" stroke="#bbbbbb" stroke-dasharray="3,3"/>
{bars}</svg>
"##,
        width = LABELS + WIDTH + 50.0,
        title = figure.title(),
        line = HEAD - 6.0,
        bottom = y - GAP + 2.0,
    )
}
