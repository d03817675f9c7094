//! The load generator that measures for `docs/benchmarks.md`: a moment of each
//! of its scenarios.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use chat_tests::binaries;
use chat_tests::server::{Server, Setup};
use serde_json::Value;

#[tokio::test]
async fn each_scenario_of_the_load_generator_ends_with_all_that_was_due() -> Result<()> {
    let server = Setup::without_rates().start().await?;
    let fanout = measure(&server, "fanout --members 20 --senders 2 --rate 50")?;
    assert_eq!(fanout["connections"], 20, "{fanout}");
    let rooms = measure(&server, "rooms --rooms 5 --members 3 --rate 50")?;
    assert_eq!(rooms["connections"], 15, "{rooms}");
    for report in [fanout, rooms] {
        assert!(report["deliveries"].as_u64() > Some(0), "{report}");
        assert_eq!(report["deliveries"], report["deliveries_due"], "{report}");
        assert_eq!(report["out_of_order"], 0, "{report}");
        assert!(report["cpu_s_per_m"].is_number(), "{report}");
    }
    let idle = measure(&server, "idle --connections 30 --members 10")?;
    assert!(idle["resident_kib"].is_number(), "{idle}");
    let durable = measure(&server, "durable --writers 3")?;
    assert!(durable["acked_per_s"].as_f64() > Some(0.0), "{durable}");
    assert_eq!(durable["refused"], 0, "{durable}");
    Ok(())
}

fn measure(server: &Server, scenario: &str) -> Result<Value> {
    let output = Command::new(binaries::load()?)
        .args(["--server", &server.address().to_string(), "--json"])
        .args(["--secs", "0.5", "--pid", &server.pid()?.to_string()])
        .args(scenario.split_whitespace())
        .stdin(Stdio::null())
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{scenario}: {said}");
    let last = printed.lines().last().context("nothing was printed")?;
    serde_json::from_str(last).with_context(|| last.to_owned())
}
