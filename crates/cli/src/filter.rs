//! The options that choose which differences are wanted.

use clap::Args;
use confiture::catalog::catalog::Catalog;
use confiture::catalog::filter::Filter;
use confiture::catalog::pattern::NamePattern;

use crate::exit::Failure;

/// Which differences are wanted.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which differences")]
pub struct FilterArgs {
    /// Only schemas called so, and what is in them; * is any text, ? any character; can be repeated
    #[arg(long, value_name = "PATTERN")]
    schema: Vec<String>,
    /// Not what is called so: schema.name, or a name in any schema, or a schema with all that is in it; can be
    /// repeated
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// Leave owners as they are
    #[arg(long)]
    ignore_owner: bool,
    /// Leave privileges as they are
    #[arg(long)]
    ignore_privileges: bool,
}

impl FilterArgs {
    /// The filter for two catalogs. A schema that neither has is a mistake: nothing would be compared.
    pub fn filter(&self, from: &Catalog, to: &Catalog) -> Result<Filter, Failure> {
        let patterns = |texts: &[String]| texts.iter().map(|text| NamePattern::glob(text)).collect();
        let filter = Filter {
            schemas: patterns(&self.schema),
            exclude: patterns(&self.exclude),
            ignore_owner: self.ignore_owner,
            ignore_privileges: self.ignore_privileges,
        };
        match filter.schemas.iter().find(|pattern| !filter.finds_schema(pattern, [from, to])) {
            None => Ok(filter),
            Some(pattern) => Err(Failure::new(format!("there is no schema \"{pattern}\" on either side"))
                .sqlstate("3F000")
                .hint("Patterns are without quotes and tell upper from lower case.")),
        }
    }
}
