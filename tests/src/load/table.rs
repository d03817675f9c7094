//! A table of many runs' reports: a row for each scenario, medians of its runs.
//!
//! Knows reports as the JSON that `chat-load --json` prints, nothing of how they
//! come about. Always holds: a row says how far its runs are apart.

use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// The table's head.
const HEAD: &str = "\
| scenario | main figure | lowest–highest | p50 ms | p99 ms | server, generator: cores used | wrong | runs |
|---|--:|--:|--:|--:|--:|--:|--:|
";

/// The table, in Markdown, of reports that stand in lines of JSON.
pub fn of(reports: &str) -> Result<String> {
    let mut rows: Vec<(String, Vec<Value>)> = Vec::new();
    for line in reports.lines().filter(|line| !line.trim().is_empty()) {
        let report: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let name = name(&report).with_context(|| format!("no report: {line}"))?;
        match rows.iter_mut().find(|(known, _)| *known == name) {
            Some((_, runs)) => runs.push(report),
            None => rows.push((name, vec![report])),
        }
    }
    ensure!(!rows.is_empty(), "no reports");
    let mut table = HEAD.to_owned();
    for (name, runs) in &rows {
        row(&mut table, name, runs);
    }
    Ok(table)
}

/// What was done, in words; runs with the same words are one row.
fn name(report: &Value) -> Option<String> {
    let connections = report["connections"].as_u64()?;
    let rooms = report["rooms"].as_u64()?;
    let rate = report["rate"].as_f64();
    Some(match report["scenario"].as_str()? {
        "fanout" => format!("one room of {connections}, {} messages/s", rate?),
        "rooms" => format!(
            "{rooms} rooms of {}, {} messages/s in all",
            connections / rooms.max(1),
            rate?
        ),
        "max" => format!("the most to one room of {connections}"),
        "idle" => format!("{connections} idle connections"),
        "durable" => format!("{rooms} writers, each waiting for its acknowledgement"),
        "passwords" => format!(
            "{} messages/s, while {connections} talk or try wrong passwords",
            rate?
        ),
        _ => return None,
    })
}

/// The figure that a scenario is there for: its field and its unit.
fn main_figure(report: &Value) -> (&'static str, &'static str) {
    match report["scenario"].as_str() {
        Some("max") => ("deliveries_per_s", "deliveries/s"),
        Some("idle") => ("resident_kib", "KiB resident each"),
        Some("passwords") => ("p99_ms", "ms for 99 % of the deliveries"),
        Some("durable") => ("acked_per_s", "acknowledged/s"),
        Some(_) | None => ("cpu_s_per_m", "CPU s per million deliveries"),
    }
}

fn row(table: &mut String, name: &str, runs: &[Value]) {
    let Some((field, unit)) = runs.first().map(main_figure) else {
        return;
    };
    let figures = sorted(runs, field);
    let range = match figures.as_slice() {
        [lowest, .., highest] => format!("{}–{}", short(*lowest), short(*highest)),
        [_] | [] => String::new(),
    };
    let cores = format!(
        "{}, {}",
        median(runs, "server_core"),
        median(runs, "own_core")
    );
    // Writing to a string can't fail.
    let _ = writeln!(
        table,
        "| {name} | {} {unit} | {range} | {} | {} | {cores} | {} | {} |",
        median(runs, field),
        median(runs, "p50_ms"),
        median(runs, "p99_ms"),
        wrong(runs),
        runs.len()
    );
}

/// Deliveries that are missing or out of order, and requests refused, of all runs.
fn wrong(runs: &[Value]) -> u64 {
    let count = |report: &Value, field: &str| report[field].as_u64().unwrap_or(0);
    runs.iter()
        .map(|report| {
            count(report, "deliveries_due").abs_diff(count(report, "deliveries"))
                + count(report, "out_of_order")
                + count(report, "refused")
        })
        .sum()
}

fn median(runs: &[Value], field: &str) -> String {
    let figures = sorted(runs, field);
    figures
        .get(figures.len() / 2)
        .map_or("–".to_owned(), |figure| short(*figure))
}

fn sorted(runs: &[Value], field: &str) -> Vec<f64> {
    let mut figures: Vec<_> = runs.iter().filter_map(|run| run[field].as_f64()).collect();
    figures.sort_by(f64::total_cmp);
    figures
}

/// Three significant digits, thousands set apart.
fn short(figure: f64) -> String {
    if figure < 10.0 {
        return format!("{figure:.2}");
    }
    if figure < 100.0 {
        return format!("{figure:.1}");
    }
    // A figure of this size loses nothing that matters.
    let mut whole = figure.round() as u64;
    let mut groups = Vec::new();
    while whole >= 1000 {
        groups.push(format!("{:03}", whole % 1000));
        whole /= 1000;
    }
    groups.push(whole.to_string());
    groups.reverse();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::{of, short};

    #[test]
    fn runs_of_one_scenario_are_a_row_with_their_median() {
        let run = |acked: f64| {
            format!(
                r#"{{"scenario":"durable","rooms":64,"connections":64,"acked_per_s":{acked},"p50_ms":1.5,"refused":1}}"#
            )
        };
        let table = of(&[run(31000.4), run(29000.0), run(30000.0)].join("\n")).unwrap();
        let row = table.lines().last().unwrap();
        assert_eq!(
            row,
            "| 64 writers, each waiting for its acknowledgement | 30,000 acknowledged/s | 29,000–31,000 \
             | 1.50 | – | –, – | 3 | 3 |"
        );
        assert_eq!(table.lines().count(), 3);
    }

    #[test]
    fn rates_are_rows_of_their_own_and_what_is_missing_is_counted() {
        let run = |rate: u32, deliveries: u32| {
            format!(
                r#"{{"scenario":"fanout","rooms":1,"connections":100,"rate":{rate},"cpu_s_per_m":5.0,"deliveries_due":10,"deliveries":{deliveries}}}"#
            )
        };
        let table = of(&[run(20, 10), run(200, 8)].join("\n")).unwrap();
        assert_eq!(table.lines().count(), 4);
        assert!(table.ends_with("| 2 | 1 |\n"), "{table}");
        assert!(of("").is_err() && of("{}").is_err());
    }

    #[test]
    fn figures_are_short() {
        for (figure, said) in [
            (4.634, "4.63"),
            (12.34, "12.3"),
            (999.6, "1,000"),
            (7_199_317.0, "7,199,317"),
        ] {
            assert_eq!(short(figure), said);
        }
    }
}
