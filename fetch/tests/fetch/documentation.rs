//! The page names every reason as the program does, and every default.

use patchstate_fetch::{Patience, Reason};

const PAGE: &str = include_str!("../../../docs/transfers.md");

#[test]
fn every_reason_is_on_the_page() {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let rows: Vec<_> = rows.map(|(name, text)| (name, text.trim_end_matches(" |"))).collect();
    let reasons: Vec<_> = Reason::ALL.iter().map(|reason| (reason.name(), reason.description())).collect();
    assert_eq!(rows, reasons);
}

#[test]
fn every_default_is_on_the_page() {
    let Patience { connect, silence, stretch, least, tries, pause, longest, stride } = Patience::default();
    for default in [
        format!("{} seconds for a connection", connect.as_secs()),
        format!("{} seconds of silence", silence.as_secs()),
        format!("{} KiB in {} seconds", least >> 10, stretch.as_secs()),
        format!("{tries} requests"),
        format!("a pause of {} second", pause.as_secs()),
        format!("{} seconds at most", longest.as_secs()),
        format!("every {} MiB", stride >> 20),
    ] {
        assert!(PAGE.contains(&default), "the page lacks `{default}`");
    }
}
