use std::time::Duration;

/// Longer than anything takes that has to happen soon, on a busy machine too; only a test that fails waits so long.
pub const PATIENCE: Duration = Duration::from_secs(30);
