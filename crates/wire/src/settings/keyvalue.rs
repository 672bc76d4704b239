//! The `key=value` form of connection settings.

use super::{ConnectionSettings, SettingsError};

/// Reads `keyword = value` pairs; values may be quoted by `'`, and `\` escapes one character.
pub(super) fn parse(text: &str) -> Result<ConnectionSettings, SettingsError> {
    let mut settings = ConnectionSettings::default();
    let (mut hosts, mut addresses, mut ports) = (None, None, None);
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (keyword, tail) = rest.split_once('=').ok_or(SettingsError::MissingEquals)?;
        let keyword = keyword.trim_end();
        if keyword.contains(char::is_whitespace) {
            return Err(SettingsError::MissingEquals);
        }
        let (value, tail) = take_value(tail.trim_start())?;
        match keyword {
            "host" => hosts = Some(value),
            "hostaddr" => addresses = Some(value),
            "port" => ports = Some(value),
            keyword => settings.set(keyword, value)?,
        }
        rest = tail.trim_start();
    }
    settings.set_endpoints(hosts.as_deref(), addresses.as_deref(), ports.as_deref())?;
    Ok(settings)
}

fn take_value(text: &str) -> Result<(String, &str), SettingsError> {
    let (quoted, text) = text.strip_prefix('\'').map_or((false, text), |text| (true, text));
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((index, c)) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some((_, escaped)) => value.push(escaped),
                None => return Err(SettingsError::Unterminated),
            },
            '\'' if quoted => return Ok((value, &text[index + 1..])),
            c if !quoted && c.is_whitespace() => return Ok((value, &text[index..])),
            c => value.push(c),
        }
    }
    if quoted { Err(SettingsError::Unterminated) } else { Ok((value, "")) }
}
