//! The commands of several processes, over one backend that they share as tasks.

use super::*;

fn options(line: &str) -> Options {
    let words = format!("prismo --summary json {line}");
    Cli::try_from_args(words.split_whitespace())
        .unwrap()
        .options
}

#[track_caller]
fn assert_exit(code: Result<ExitCode, Error>, expected: ExitCode) {
    assert_eq!(format!("{:?}", code.unwrap()), format!("{expected:?}"));
}

#[tokio::test(start_paused = true)]
async fn customers_workers_and_an_auditor_need_share_nothing_but_the_backend() {
    let (backend, options) = (Backend::memory(), options("--orders 200"));
    // Customers come before the first worker does, and their orders wait for it.
    let customers = shop::shop(&options, &backend);
    let workers = async {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        tokio::join!(
            worker::worker(&options, &backend),
            worker::worker(&options, &backend)
        )
    };
    tokio::select! {
        code = customers => assert_exit(code, ExitCode::SUCCESS),
        _ = workers => panic!("nobody told the workers to stop"),
    }
    assert_exit(check::check(&options, &backend).await, ExitCode::SUCCESS);
}

#[tokio::test(start_paused = true)]
async fn without_workers_nothing_is_settled_and_the_auditor_agrees() {
    let (backend, options) = (Backend::memory(), options("--orders 5 --timeout 3"));
    let code = shop::shop(&options, &backend).await;
    assert_exit(code, ExitCode::FAILURE);
    assert_exit(check::check(&options, &backend).await, ExitCode::FAILURE);
}

#[tokio::test(start_paused = true)]
async fn a_namespace_holds_one_run() {
    let backend = Backend::memory();
    let timeout = options("--orders 5 --timeout 3");
    assert_exit(shop::shop(&timeout, &backend).await, ExitCode::FAILURE);
    let error = shop::shop(&options("--orders 6"), &backend)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("--orders: 5"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn there_is_nothing_to_check_where_nothing_was_placed() {
    let error = check::check(&options(""), &Backend::memory()).await;
    assert!(error.unwrap_err().to_string().contains("prismo shop"));
}
