//! [`Connection`] for [`WireSession`].

use pggit_db::connection::{Connection, StatementsError};
use pggit_db::session::SessionError;

use super::WireSession;

impl Connection for WireSession {
    fn transaction<T, E: From<SessionError>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        Self::transaction(self, work)
    }

    fn statements(&mut self, sql: &str) -> Result<(), StatementsError> {
        Self::statements(self, sql)
    }

    fn in_transaction(&mut self) -> Result<bool, SessionError> {
        Self::in_transaction(self)
    }

    fn is_pooled(&self) -> bool {
        self.is_pooled
    }

    fn another(&self) -> Result<Self, SessionError> {
        Self::connect(self.settings())
    }

    fn copy_in(&mut self, sql: &str, data: &[u8]) -> Result<u64, SessionError> {
        Self::copy_in(self, sql, data)
    }
}
