//! What happens when a person or the system wants the program to end.
//!
//! Most verbs end at once and leave no half-written file; one that works on and on ends what it has begun.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use patchstate::archive::output::abandon;

/// What a shell says of a program that a signal ended: 128 and the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// Whether what has begun is to be ended first.
static GENTLE: AtomicBool = AtomicBool::new(false);
/// Whether the program is to end.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Sees to it that an interrupted run leaves no half-written file.
pub(crate) fn leave_nothing_behind() {
    static HANDLER: Once = Once::new();
    HANDLER.call_once(|| {
        // Without a handler an interrupted run leaves a temporary file, which is no reason not to run.
        let _ = ctrlc::set_handler(|| {
            if GENTLE.load(Ordering::Relaxed) && !STOPPING.swap(true, Ordering::Relaxed) {
                return;
            }
            let _abandoned = abandon();
            std::process::exit(INTERRUPTED);
        });
    });
}

/// Lets the first signal only say that the program is to end.
pub(crate) fn stop_gently() {
    GENTLE.store(true, Ordering::Relaxed);
    leave_nothing_behind();
}

/// Whether the program is to end.
pub(crate) fn is_stopping() -> bool {
    STOPPING.load(Ordering::Relaxed)
}
