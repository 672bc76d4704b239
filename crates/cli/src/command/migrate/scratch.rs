//! Where the verbs of `migrate` make scratch databases.

use clap::Args;
use confiture::rehearsal::ScratchOn;
use pggit_wire::ConnectionSettings;

use crate::connection;
use crate::exit::Failure;
use crate::scratch_server::ScratchServer;

#[derive(Debug, Args)]
pub struct ScratchArgs {
    /// Server to make scratch databases on [default: that of the database]
    #[arg(long, value_name = "URL")]
    scratch_url: Option<String>,
}

impl ScratchArgs {
    /// The server, and whether migrations may do to it as a whole what they like.
    pub fn server(
        &self,
        usual: impl FnOnce() -> Result<ScratchServer, Failure>,
    ) -> Result<(ScratchServer, ScratchOn), Failure> {
        match &self.scratch_url {
            Some(url) => {
                Ok((ScratchServer::given(connection::parse(url, "--scratch-url")?), ScratchOn::OwnServer))
            }
            None => Ok((usual()?, ScratchOn::SharedServer)),
        }
    }

    /// The same, by default the server of a database.
    pub fn beside(&self, database: &ConnectionSettings) -> Result<(ScratchServer, ScratchOn), Failure> {
        self.server(|| Ok(ScratchServer::given(database.clone())))
    }
}
