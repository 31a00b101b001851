//! `prismo graph`: the workflow as a diagram.

use std::process::ExitCode;

use super::{hive, print};
use crate::{
    backend::Backend,
    cli::{GraphFormat, Options},
    error::Error,
};

/// Prints the diagram that follows from what the actors declare. Nothing is sent or stored.
pub(super) fn graph(
    options: &Options,
    backend: &Backend,
    format: GraphFormat,
) -> Result<ExitCode, Error> {
    let hive = hive(options, backend)?.build()?;
    let diagram = match format {
        GraphFormat::Mermaid => hive.graph().mermaid(),
        GraphFormat::Dot => hive.graph().dot(),
    };
    print(diagram.trim_end())?;
    Ok(ExitCode::SUCCESS)
}
