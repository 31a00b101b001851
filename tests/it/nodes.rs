//! What `tests/services` knows of the processes that it started.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

/// RabbitMQ's scripts become one another and then the node. In between a process has no arguments,
/// and is no less there.
#[test]
fn a_process_that_becomes_another_program_is_still_there() {
    const SCRIPT: &str = r#"
        set -euo pipefail
        nodes=$1
        mkdir -p "$nodes/bee"
        source "$2"
        again='exec bash -c "$1" bash "$1" "$2"'
        bash -c "$again" bash "$again" "$nodes/bee" &
        trap 'kill $!' EXIT
        echo $! >"$nodes/bee/pid"
        for look in {1..60}; do
            native_process bee pid >/dev/null || { echo "gone at look $look" >&2; exit 1; }
        done
    "#;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nodes");
    let output = Command::new("bash")
        .args(["-c", SCRIPT, "bash"])
        .arg(&folder)
        .arg(here.join("services.d/native.sh"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
}
