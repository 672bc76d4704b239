//! What the server says beside results and errors.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_postgres::error::DbError;

/// A message of the server that is not an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO`, … in the server's language.
    pub severity: String,
    /// SQLSTATE.
    pub sqlstate: String,
    /// Primary message.
    pub message: String,
    /// DETAIL, if any.
    pub detail: Option<String>,
    /// HINT, if any.
    pub hint: Option<String>,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:  {}", self.severity, self.message)
    }
}

type Handler = Box<dyn FnMut(Notice) + Send>;

/// How many notices are kept without a handler.
const KEPT: usize = 1000;

#[derive(Clone, Default)]
pub(super) struct NoticeSink(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    kept: VecDeque<Notice>,
    handler: Option<Handler>,
}

impl NoticeSink {
    /// Hands over what was kept, and everything from now on.
    pub(super) fn set_handler(&self, mut handler: Handler) {
        let mut state = self.lock();
        state.kept.drain(..).for_each(&mut handler);
        state.handler = Some(handler);
    }

    pub(super) fn take(&self) -> Vec<Notice> {
        self.lock().kept.drain(..).collect()
    }

    pub(super) fn push(&self, notice: &DbError) {
        self.tell(Notice {
            severity: notice.severity().to_owned(),
            sqlstate: notice.code().code().to_owned(),
            message: notice.message().to_owned(),
            detail: notice.detail().map(ToOwned::to_owned),
            hint: notice.hint().map(ToOwned::to_owned),
        });
    }

    /// A warning of our own.
    pub(super) fn warn(&self, message: &str) {
        self.tell(Notice {
            severity: "WARNING".to_owned(),
            sqlstate: "01000".to_owned(),
            message: message.to_owned(),
            detail: None,
            hint: None,
        });
    }

    fn tell(&self, notice: Notice) {
        let mut state = self.lock();
        if let Some(handler) = &mut state.handler {
            handler(notice);
            return;
        }
        if state.kept.len() == KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back(notice);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
