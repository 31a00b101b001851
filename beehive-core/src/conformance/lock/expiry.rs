//! Time: locks that end, are renewed, and are lost.

use tokio::time::sleep;

use super::{LockFixture, acquire_at_once};
use crate::conformance::support::case;
use crate::conformance::{Case, Outcome, check, check_eq, check_kind};

pub(super) fn cases() -> Vec<Case<LockFixture>> {
    vec![
        case!("expiry/frees", "a lock that ended can be taken", expiry),
        case!(
            "expiry/one_winner",
            "of several that take a lock that ended exactly one gets it",
            expiry_one_winner
        ),
        case!(
            "renew/extends",
            "a renewed lock is held beyond its first end, and then ends",
            renew
        ),
        case!(
            "renew/expired",
            "a lock that ended cannot be renewed though nobody took it",
            renew_expired
        ),
        case!(
            "renew/taken",
            "a lock that another took cannot be renewed",
            renew_taken
        ),
        case!(
            "renew/released",
            "a lock that was released cannot be renewed",
            renew_released
        ),
        case!(
            "renew/unknown",
            "a lock that nobody holds cannot be renewed",
            renew_unknown
        ),
        case!(
            "release/expired",
            "releasing what merely ended, or twice, is no error",
            release_expired
        ),
        case!(
            "release/taken",
            "releasing what another holds is refused and leaves it to them",
            release_taken
        ),
    ]
}

async fn expiry(fixture: LockFixture) -> Outcome {
    fixture.acquire().await?;
    fixture.wait_for_end().await;
    fixture.acquire().await?;
    fixture.check_taken("after it was taken again").await
}

async fn expiry_one_winner(fixture: LockFixture) -> Outcome {
    fixture.acquire().await?;
    fixture.wait_for_end().await;
    acquire_at_once(&fixture).await
}

async fn renew(fixture: LockFixture) -> Outcome {
    let first = fixture.acquire().await?;
    let mut grant = first;
    for _ in 0..3 {
        sleep(fixture.duration / 2).await;
        let renewed = fixture.renew(grant).await?;
        check_eq!(renewed.fencing_token, first.fencing_token, "token");
        check!(
            renewed.expires > grant.expires,
            "it ends no later than before"
        );
        grant = renewed;
    }
    fixture.check_taken("after the first end").await?;
    fixture.wait_for_end().await;
    fixture.acquire().await?;
    Ok(())
}

async fn renew_expired(fixture: LockFixture) -> Outcome {
    let grant = fixture.acquire().await?;
    fixture.wait_for_end().await;
    check_kind!(fixture.renew(grant).await, LeaseLost, "renewal");
    fixture.acquire().await?;
    Ok(())
}

async fn renew_taken(fixture: LockFixture) -> Outcome {
    let lost = fixture.acquire().await?;
    fixture.wait_for_end().await;
    let held = fixture.acquire().await?;
    check_kind!(fixture.renew(lost).await, LeaseLost, "renewal");
    fixture.renew(held).await?;
    Ok(())
}

async fn renew_released(fixture: LockFixture) -> Outcome {
    let grant = fixture.acquire().await?;
    fixture.release(grant).await?;
    check_kind!(fixture.renew(grant).await, LeaseLost, "renewal");
    fixture.acquire().await?;
    Ok(())
}

async fn renew_unknown(fixture: LockFixture) -> Outcome {
    let name = fixture.name("never taken");
    let renewed = fixture.store.renew(&name, 1, fixture.duration).await;
    check_kind!(renewed, LeaseLost, "renewal");
    let grant = fixture.store.try_acquire(&name, fixture.duration).await?;
    check!(grant.is_some(), "a refused renewal took the lock");
    Ok(())
}

async fn release_expired(fixture: LockFixture) -> Outcome {
    let grant = fixture.acquire().await?;
    fixture.wait_for_end().await;
    fixture.release(grant).await?;
    fixture.release(grant).await?;
    let grant = fixture.acquire().await?;
    fixture.release(grant).await?;
    fixture.release(grant).await?;
    Ok(())
}

async fn release_taken(fixture: LockFixture) -> Outcome {
    let lost = fixture.acquire().await?;
    fixture.wait_for_end().await;
    let held = fixture.acquire().await?;
    check_kind!(fixture.release(lost).await, LeaseLost, "release");
    fixture.check_taken("after a refused release").await?;
    fixture.renew(held).await?;
    Ok(())
}
