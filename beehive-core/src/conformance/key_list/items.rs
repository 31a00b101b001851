//! Reading lists: order, pages, and seeing what others added.

use super::KeyListFixture;
use crate::conformance::support::{COMPETITORS, at_once, case};
use crate::conformance::{Case, Failure, Outcome, check, check_eq};
use crate::page::PageRequest;

pub(super) fn cases() -> Vec<Case<KeyListFixture>> {
    vec![
        case!("items/order", "items come in order of their bytes", order),
        case!(
            "items/pages",
            "however large the pages, each item comes once",
            every_page_size
        ),
        case!(
            "items/changes",
            "items that come and go between pages hide no others",
            changes
        ),
        case!(
            "items/gather",
            "of those who add at once and then read, the last one sees all",
            gather
        ),
    ]
}

async fn order(fixture: KeyListFixture) -> Outcome {
    // In order of bytes, which is neither that of a language nor that of UTF-16.
    let sorted = [
        "-",
        "0",
        "10",
        "2",
        "A",
        "Z",
        "_",
        "a",
        "z",
        "\u{e9}",
        "\u{ff5e}",
        "\u{1f41d}",
    ];
    let mut shuffled = sorted;
    shuffled.reverse();
    shuffled.swap(2, 7);
    fixture.fill("1", &shuffled).await?;
    check_eq!(fixture.items("1", 100).await?, sorted, "items");
    Ok(())
}

async fn every_page_size(fixture: KeyListFixture) -> Outcome {
    let all = ["a", "a/", "a/1", "aa", "b", "b!", "c", "d"];
    fixture.fill("1", &all).await?;
    for limit in 1..=all.len() + 1 {
        check_eq!(
            fixture.items("1", limit).await?,
            all,
            "items in pages of {limit}"
        );
    }
    Ok(())
}

async fn changes(fixture: KeyListFixture) -> Outcome {
    let stable = ["b", "d", "f", "h", "j", "l"];
    fixture.fill("1", &stable).await?;
    fixture.fill("1", &["c", "i"]).await?;
    let mut seen = Vec::new();
    let mut request = PageRequest::first(2);
    let mut round = 0;
    loop {
        let page = fixture.store.items(&fixture.ready(), "1", &request).await?;
        seen.extend(page.items);
        let Some(next) = page.next else { break };
        request = PageRequest::first(2).starting_at(next);
        // Before and behind where the reader is, and the item it is at.
        fixture
            .fill("1", &["a", "e", "g", "m"][round.min(3)..][..1])
            .await?;
        let gone = ["c", "i", "a", "e"][round.min(3)];
        fixture.store.remove(&fixture.ready(), "1", gone).await?;
        round += 1;
        check!(round < 100, "the list does not end");
    }
    for item in stable {
        let times = seen.iter().filter(|seen| *seen == item).count();
        check_eq!(times, 1, "times {item} was in {seen:?}");
    }
    Ok(())
}

async fn gather(fixture: KeyListFixture) -> Outcome {
    let counts = at_once(COMPETITORS, |number| {
        let fixture = fixture.clone();
        async move {
            fixture.add("1", &number.to_string()).await?;
            let seen = fixture.items("1", 100).await?;
            check!(
                seen.contains(&number.to_string()),
                "{number} does not see itself"
            );
            Ok::<usize, Failure>(seen.len())
        }
    })
    .await?;
    let counts = counts.into_iter().collect::<Result<Vec<usize>, _>>()?;
    check!(
        counts.contains(&COMPETITORS),
        "nobody saw all, but {counts:?}"
    );
    Ok(())
}
