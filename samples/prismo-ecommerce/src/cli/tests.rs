//! What can be typed, and what is said about what cannot.

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_from_args(line.split_whitespace())
}

fn options(line: &str) -> Options {
    parse(line).unwrap().options
}

/// What a person reads after `error: `.
fn error(line: &str) -> String {
    let text = parse(line).unwrap_err().to_string();
    text.lines().next().unwrap().to_owned()
}

#[test]
fn the_definition_is_sound() {
    <Cli as CommandFactory>::command().debug_assert();
}

#[test]
fn nothing_said_means_run_with_the_defaults() {
    let cli = parse("prismo").unwrap();
    assert_eq!(cli.command(), Command::Run);
    let expected = Options {
        orders: 1_000,
        products: NonZeroU32::new(50).unwrap(),
        seed: Seed::new(1),
        backend: BackendKind::Memory,
        parallelism: NonZeroUsize::new(8).unwrap(),
        replenish_delay: Duration::from_millis(200),
        namespace: None,
        summary: SummaryFormat::Human,
        timeout: Duration::from_mins(10),
        verbose: false,
    };
    assert_eq!(cli.options, expected);
}

#[test]
fn flags_mean_the_same_before_after_and_without_a_command() {
    let flags = "--orders 7 --products 3 --seed 9 --backend cloud --parallelism 2 --replenish-delay 1.5 \
                 --namespace run-1 --summary json --timeout 30 --verbose";
    let without = options(&format!("prismo {flags}"));
    assert_eq!(without.orders, 7);
    assert_eq!(without.replenish_delay, Duration::from_millis(1_500));
    for command in ["run", "worker", "shop", "check", "graph"] {
        assert_eq!(
            options(&format!("prismo {flags} {command}")),
            without,
            "before {command}"
        );
        assert_eq!(
            options(&format!("prismo {command} {flags}")),
            without,
            "after {command}"
        );
    }
    let (before, after) = flags.split_once(" --backend").unwrap();
    assert_eq!(
        options(&format!("prismo {before} run --backend{after}")),
        without,
        "around run"
    );
}

#[test]
fn a_graph_comes_in_two_languages() {
    let graph = |line: &str| parse(line).unwrap().command();
    assert_eq!(
        graph("prismo graph"),
        Command::Graph {
            format: GraphFormat::Mermaid
        }
    );
    assert_eq!(
        graph("prismo graph --format dot --seed 3"),
        Command::Graph {
            format: GraphFormat::Dot
        }
    );
}

#[test]
fn what_is_not_allowed_is_refused_with_the_reason() {
    for (line, reason) in [
        (
            "--orders 0",
            "a shop without orders proves nothing; place at least one",
        ),
        ("--orders many", "expected a whole number"),
        ("--orders -1", "expected a whole number"),
        ("--orders 10000000", "expected at most 9999999"),
        ("--products 0", "a shop needs at least one product to sell"),
        ("--products 10000", "expected at most 9999"),
        (
            "--parallelism 0",
            "an actor has to process at least one event at once",
        ),
        ("--parallelism 1025", "expected at most 1024"),
        (
            "--replenish-delay soon",
            "expected seconds, from 0 to 600, such as 0.5",
        ),
        (
            "--replenish-delay -1",
            "expected seconds, from 0 to 600, such as 0.5",
        ),
        (
            "--replenish-delay nan",
            "expected seconds, from 0 to 600, such as 0.5",
        ),
        (
            "--timeout 0",
            "no order settles in no time; give it at least a second",
        ),
        ("--namespace Run_1", "such as `run-1`"),
        ("--namespace run-", "such as `run-1`"),
    ] {
        let error = error(&format!("prismo {line}"));
        assert!(error.ends_with(reason), "{line}: {error}");
    }
}

#[test]
fn commands_of_several_processes_refuse_memory() {
    for command in ["worker", "shop", "check"] {
        let error = error(&format!("prismo {command}"));
        assert!(error.contains(&format!("`prismo {command}`")), "{error}");
        assert!(error.contains("--backend cloud"), "{error}");
        assert!(parse(&format!("prismo {command} --backend aws")).is_ok());
    }
}
