//! The function: the binary, as Lambda would start it.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use libtest_mimic::Failed;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::runtime_api::{Answer, RuntimeApi};
use crate::stage::Stage;

/// As much as anyone reads.
const LINES_MAX: usize = 200;

/// A function that runs; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Function {
    api: RuntimeApi,
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
}

impl Function {
    /// Starts it in the namespace of a stage, with these variables beside Lambda's own.
    pub(crate) async fn start(stage: &Stage, variables: &[(&str, &str)]) -> Result<Self, Failed> {
        let api = RuntimeApi::start().await?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_prismo-lambda"))
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "prismo-lambda")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("PRISMO_NAMESPACE", stage.namespace.as_str())
            .env_remove("RUST_LOG")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let said = Arc::new(Mutex::new(Vec::new()));
        if let Some(stderr) = child.stderr.take() {
            let said = Arc::clone(&said);
            tokio::spawn(async move {
                let mut lines = BufReader::new(stderr).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                    if said.len() < LINES_MAX {
                        said.push(line);
                    }
                }
            });
        }
        Ok(Self { api, child, said })
    }

    /// Invokes it with records, for which it has so much time.
    ///
    /// # Errors
    /// It did not answer; with what it wrote.
    pub(crate) async fn invoke(&self, records: &[Value], time: Duration) -> Result<Answer, Failed> {
        self.invoke_with(&json!({ "Records": records }), time).await
    }

    /// Invokes it with anything.
    ///
    /// # Errors
    /// As [`invoke`](Self::invoke).
    pub(crate) async fn invoke_with(
        &self,
        payload: &Value,
        time: Duration,
    ) -> Result<Answer, Failed> {
        let answered = self.api.invoke(payload, time).await;
        answered.map_err(|failed| {
            let why = failed.message().unwrap_or_default();
            format!("{why}; it wrote:\n{}", self.said()).into()
        })
    }

    /// The ids of the records that it says are to come again.
    ///
    /// # Errors
    /// As [`invoke`](Self::invoke); the invocation failed as a whole.
    pub(crate) async fn failures(
        &self,
        records: &[Value],
        time: Duration,
    ) -> Result<Vec<String>, Failed> {
        match self.invoke(records, time).await? {
            Answer::Response(response) => Ok(failures(&response)),
            Answer::Error(error) => Err(format!("{error}; it wrote:\n{}", self.said()).into()),
        }
    }

    /// What it wrote.
    pub(crate) fn said(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.join("\n")
    }

    /// Kills it, as Lambda does with one that takes too long.
    pub(crate) async fn kill(mut self) -> Result<(), Failed> {
        Ok(self.child.kill().await?)
    }
}

/// The ids in a partial batch response.
fn failures(response: &Value) -> Vec<String> {
    let failures = response["batchItemFailures"].as_array();
    let id = |failure: &Value| failure["itemIdentifier"].as_str().map(str::to_owned);
    failures.into_iter().flatten().filter_map(id).collect()
}
