//! One run: the system at work, the faults, and the peace after them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use beehive_core::prelude::{EventId, EventQueue, QueueName, Stores};
use beehive_tests::trials::namespace;
use fastrand::Rng;
use prismo_ecommerce::backend as shop;
use prismo_ecommerce::domain::Seed;
use prismo_ecommerce::simulated_hive;
use prismo_ecommerce::state::RunRecord;
use tokio::process::Command;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::Result;
use crate::audit::{dead_letters, effects};
use crate::faults::{self, Holds, Tap};
use crate::fleet::{Calls, Crew, Edition, Shop, Sold};
use crate::journal::Journal;
use crate::next_worker;
use crate::options::Options;
use crate::plan::FaultKind;
use crate::plant;
use crate::rest::{Rest, rest};
use crate::stage::{Door, Stage};
use crate::verdict::Findings;

/// How many faults are on at one time.
const AT_ONE_TIME: usize = 4;
/// How often it is looked whether the next fault is due.
const TICK: Duration = Duration::from_millis(200);
/// What was declared is written down by then: RabbitMQ does that two seconds late, and forgets what it
/// has not written when it is killed.
const DECLARED: Duration = Duration::from_secs(4);
/// The first order is over within this, as no fault is on yet.
const BEGINNING: Duration = Duration::from_secs(180);

/// A run, as the faults see it.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) stage: Stage,
    pub(crate) crew: Crew,
    /// The shop's own way to the queue.
    pub(crate) entrance: Door,
    pub(crate) journal: Arc<Journal>,
    pub(crate) queue: Arc<dyn EventQueue>,
    pub(crate) tap: Tap,
    pub(crate) holds: Holds,
    poisoned: Mutex<Vec<EventId>>,
}

impl Rig {
    /// An event was published that must end in the dead letters.
    pub(crate) fn poisoned(&self, event: EventId) {
        self.poison().push(event);
    }

    fn poison(&self) -> std::sync::MutexGuard<'_, Vec<EventId>> {
        self.poisoned.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the system, breaks it, and finds out what came of it.
pub(crate) async fn run(options: &Options) -> Result<Findings> {
    let started = Instant::now();
    let mut dice = Rng::with_seed(options.seed);
    let planned = options
        .plan
        .draw(options.backend, options.faults, &mut dice)?;
    let program = match &options.prismo {
        Some(program) => program.clone(),
        None => build().await?,
    };
    let in_memory = in_memory(&program, options).await?;
    let namespace = namespace();
    let logs = logs(options, &namespace)?;
    progress(&format!("the processes' logs are in {}", logs.display()));
    let stage = Stage::set(options.backend, &namespace, options.seed).await?;
    let calls = Calls::new(program, options, &namespace, logs);
    let entrance = stage.door().await?;
    let journal = Arc::<Journal>::default();
    let shop = Shop::open(&calls, entrance.environment(), &journal)?;
    let mut doors = Vec::new();
    for _ in 0..options.workers.get() {
        doors.push(stage.door().await?);
    }
    let crew = Crew::start(calls, Arc::clone(&journal), doors).await?;
    let queue = stage.queue().await?;
    let stores = stage.stores().await?;
    let rig = Arc::new(Rig {
        tap: Tap::open(Arc::clone(&queue)).await?,
        stage,
        crew,
        entrance,
        journal,
        queue,
        holds: Holds::default(),
        poisoned: Mutex::default(),
    });
    let sold = trade(&rig, options, &planned, dice, shop, &stores).await?;
    conclude(&rig, options, &stores, sold)
        .await
        .map(|found| Findings {
            planned: planned.len(),
            in_memory,
            elapsed: started.elapsed(),
            ..found
        })
}

/// Has the faults strike while the shop trades, and returns when both are done.
async fn trade(
    rig: &Arc<Rig>,
    options: &Options,
    planned: &[FaultKind],
    mut dice: Rng,
    shop: Shop,
    stores: &Stores,
) -> Result<Option<Sold>> {
    let mut closing = tokio::spawn(shop.close());
    if let Some(kind) = options.plant {
        plant::plant(kind, Seed::new(options.seed), &*rig.queue, stores).await?;
    }
    wait_for_the_first(rig, &closing).await?;
    sleep(DECLARED).await;
    let places = Arc::new(Semaphore::new(AT_ONE_TIME));
    let mut striking = JoinSet::new();
    let due = Due::new(options, planned.len());
    let mut moved = (0, Instant::now());
    let mut planned = planned.iter().enumerate().peekable();
    let deadline = Instant::now() + options.timeout;
    let sold = loop {
        rig.crew.look_after().await?;
        while let Some(ended) = striking.try_join_next() {
            ended??;
        }
        let over = rig.journal.orders_over();
        if over != moved.0 || !striking.is_empty() {
            moved = (over, Instant::now());
        }
        if closing.is_finished() {
            break (&mut closing).await?.map(Some)?;
        }
        if moved.1.elapsed() > options.patience || Instant::now() > deadline {
            progress("no order ends any more");
            closing.abort();
            break None;
        }
        if let Some((number, kind)) = planned.peek().copied()
            && due.is_due(number, over)
            && let Ok(place) = Arc::clone(&places).try_acquire_owned()
        {
            planned.next();
            progress(&format!(
                "{over} orders are over, fault {}: {kind}",
                number + 1
            ));
            let (rig, kind, dice) = (Arc::clone(rig), *kind, dice.fork());
            striking.spawn(async move {
                let struck = faults::strike(kind, &rig, dice).await;
                drop(place);
                struck.map_err(|error| format!("{kind} could not strike: {error}"))
            });
        }
        sleep(TICK).await;
    };
    while let Some(ended) = striking.join_next().await {
        ended??;
    }
    rig.stage.heal().await?;
    Ok(sold)
}

/// The moments of the faults: spread evenly over the orders, so that a run that is slow or broken
/// is not broken more.
#[derive(Clone, Copy, Debug)]
struct Due {
    orders: u64,
    faults: u64,
}

impl Due {
    fn new(options: &Options, faults: usize) -> Self {
        Self {
            orders: options.orders.get().into(),
            faults: u64::try_from(faults).unwrap_or(u64::MAX),
        }
    }

    /// Whether the fault of this number is due when so many orders are over. Some take long, so the last
    /// of them is due when three quarters of the orders are over.
    fn is_due(self, number: usize, over: u64) -> bool {
        let number = u64::try_from(number).unwrap_or(u64::MAX);
        over * (self.faults + 1) >= number * self.orders * 3 / 4
    }
}

/// Until an order is over, queues may still be declared, which a broker forgets when it is killed.
async fn wait_for_the_first(
    rig: &Rig,
    closing: &tokio::task::JoinHandle<Result<Sold>>,
) -> Result<()> {
    let begun = async {
        while rig.journal.orders_over() == 0 && !closing.is_finished() {
            sleep(TICK).await;
        }
    };
    timeout(BEGINNING, begun)
        .await
        .map_err(|_| "no order was over within three minutes, before any fault")?;
    Ok(())
}

/// Lets the workers finish, and reads what is to be read.
async fn conclude(
    rig: &Arc<Rig>,
    options: &Options,
    stores: &Stores,
    sold: Option<Sold>,
) -> Result<Findings> {
    progress("waiting for peace");
    leave_a_reader(rig).await?;
    let left = peace(rig, options.patience).await?;
    progress("dismissing the workers");
    rig.crew.dismiss_all().await?;
    if left.is_empty() {
        rig.journal.empty();
    }
    progress("auditing");
    let seed = Seed::new(options.seed);
    let run = RunRecord::new(seed, options.orders.get(), options.products);
    let effects = effects(stores, &run).await?;
    let mut faults = rig.crew.faults();
    match &sold {
        Some(sold) if sold.digest != effects.digest => {
            faults.push(format!("the shop's digest was {}", sold.digest));
        }
        Some(_) => {}
        None => faults.push("the shop did not close by itself".to_owned()),
    }
    Ok(Findings {
        attempted: options.orders.get().into(),
        confirmed: rig.journal.orders_confirmed(),
        effects,
        rest: left,
        dead: dead_letters(&*rig.queue, subscriptions()?).await?,
        poisoned: rig.poison().clone(),
        planned: 0,
        injuries: rig.journal.injuries(),
        recovered: rig.journal.recovered(),
        redelivered: rig.journal.redelivered(),
        in_memory: String::new(),
        faults,
        elapsed: Duration::ZERO,
    })
}

/// What only the next version reads must not be left because the last of them is gone.
async fn leave_a_reader(rig: &Rig) -> Result<()> {
    let name: QueueName = next_worker::SUBSCRIPTION.parse()?;
    if !rig.queue.exists(&name).await? {
        return Ok(());
    }
    for place in 0..rig.crew.len() {
        if rig.crew.edition(place).await == Some(Edition::Next) {
            return Ok(());
        }
    }
    rig.crew.hire_next(0).await
}

/// Waits until the queues are empty, and returns what is left after a while.
async fn peace(rig: &Rig, patience: Duration) -> Result<Rest> {
    let deadline = Instant::now() + patience;
    loop {
        rig.crew.look_after().await?;
        let left = rest(&rig.stage).await?;
        if left.is_empty() || Instant::now() > deadline {
            return Ok(left);
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// Every subscription of the shop, of this version and the next.
fn subscriptions() -> Result<Vec<QueueName>> {
    let hive = simulated_hive(&shop::Backend::memory(), Duration::ZERO)?.build()?;
    let mut names: Vec<_> = hive
        .graph()
        .steps()
        .map(|step| step.queue.clone())
        .collect();
    names.push(next_worker::SUBSCRIPTION.parse()?);
    Ok(names)
}

/// Builds `prismo` as the README has it, and returns where it is.
async fn build() -> Result<PathBuf> {
    progress("building prismo");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--locked", "-p", "prismo-ecommerce"])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"))
        .status()
        .await?;
    if !status.success() {
        return Err("prismo could not be built".into());
    }
    Ok(target().join("release/prismo"))
}

fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    )
}

/// The digest of the same orders where nothing goes wrong.
async fn in_memory(program: &Path, options: &Options) -> Result<String> {
    let output = Command::new(program)
        .args(["run", "--summary", "json"])
        .args(["--orders", &options.orders.to_string()])
        .args(["--products", &options.products.to_string()])
        .args(["--seed", &options.seed.to_string()])
        .output()
        .await
        .map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let sold: Sold = serde_json::from_str(printed.lines().last().unwrap_or_default())
        .map_err(|error| format!("prismo run ended without a summary: {error}"))?;
    Ok(sold.digest)
}

fn logs(options: &Options, namespace: &str) -> Result<PathBuf> {
    let folder = options
        .logs
        .clone()
        .unwrap_or_else(|| target().join("chaos").join(namespace));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Tells a person how far it is.
fn progress(text: &str) {
    #[expect(clippy::print_stderr, reason = "a person waits for minutes")]
    {
        eprintln!("chaos: {text}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_spread_over_the_orders() {
        let due = Due {
            orders: 100,
            faults: 9,
        };
        assert!(due.is_due(0, 0));
        assert!(!due.is_due(1, 0));
        assert!(due.is_due(1, 8));
        assert!(!due.is_due(8, 59));
        assert!(due.is_due(8, 60));
    }

    #[test]
    fn all_subscriptions_are_known() {
        let names = subscriptions().unwrap();
        assert!(names.len() > 20, "{names:?}");
    }
}
