//! Runs behaviours one after another and prints one line for each.

mod behaviours;
mod harness;
mod hits;

use std::env;
use std::future::Future;
use std::panic;
use std::pin::Pin;
use std::process::exit;
use std::sync::Mutex;
use std::time::Duration;

/// A name and what makes its future.
pub type Behaviour = (&'static str, fn() -> Pin<Box<dyn Future<Output = ()> + Send>>);

/// Lists async functions as behaviours named like them.
#[macro_export]
macro_rules! behaviours {
    ($($name:ident),* $(,)?) => {
        pub const BEHAVIOURS: &[$crate::Behaviour] = &[$((stringify!($name), || Box::pin($name()))),*];
    };
}

static REASON: Mutex<Option<String>> = Mutex::new(None);

fn main() {
    panic::set_hook(Box::new(|info| {
        let text = match (info.payload().downcast_ref::<String>(), info.payload().downcast_ref::<&str>()) {
            (Some(text), _) => text.clone(),
            (_, Some(text)) => text.to_string(),
            _ => "panic".to_string(),
        };
        let place = info.location().map(|l| format!(" ({}:{})", l.file(), l.line())).unwrap_or_default();
        let short: String = text.chars().take(600).collect();
        REASON.lock().unwrap().get_or_insert(format!("{}{place}", short.replace('\n', " | ")));
    }));
    let wanted: Vec<String> = env::args().skip(1).collect();
    if wanted == ["hits"] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        if let Err(panicked) = panic::catch_unwind(panic::AssertUnwindSafe(|| runtime.block_on(hits::print()))) {
            drop(panicked);
            eprintln!("{}", REASON.lock().unwrap().take().unwrap_or_default());
            exit(1);
        }
        return;
    }
    for name in &wanted {
        if !behaviours::BEHAVIOURS.iter().any(|b| b.0 == name) {
            eprintln!("unknown behaviour {name}");
            exit(2);
        }
    }
    let limit = env::var("HD_TIMEOUT").ok().and_then(|s| s.parse().ok()).unwrap_or(30);
    let mut failed = false;
    for (name, run) in behaviours::BEHAVIOURS {
        if !wanted.is_empty() && !wanted.iter().any(|w| w == name) {
            continue;
        }
        *REASON.lock().unwrap() = None;
        // A runtime of its own: whatever a behaviour leaves running ends with it.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(limit), tokio::spawn(run())).await });
        runtime.shutdown_background();
        let reason = match outcome {
            Err(_) => Some(format!("no end within {limit} s")),
            Ok(Err(_)) => Some(REASON.lock().unwrap().take().unwrap_or_else(|| "panic".to_string())),
            Ok(Ok(())) => None,
        };
        match reason {
            Some(reason) => {
                failed = true;
                println!("FAIL {name}: {reason}");
            }
            None => println!("ok {name}"),
        }
    }
    exit(if failed { 1 } else { 0 });
}
