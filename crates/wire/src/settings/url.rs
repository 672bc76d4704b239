//! The URL form of connection settings.

use super::{ConnectionSettings, Endpoint, Host, Password, SettingsError};

/// Whether passwords are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    Written,
    Hidden,
}

/// Reads what follows `postgresql://`.
pub(super) fn parse(rest: &str) -> Result<ConnectionSettings, SettingsError> {
    let mut settings = ConnectionSettings::default();
    let (before_query, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, dbname) = before_query.split_once('/').unwrap_or((before_query, ""));
    // The last "@": a password may hold one that is not encoded.
    let (userinfo, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    settings.set("user", decode(user)?)?;
    settings.set("password", decode(password)?)?;
    settings.set("dbname", decode(dbname)?)?;

    let mut host_list = Vec::new();
    let mut port_list = Vec::new();
    for part in hosts.split(',') {
        let (host, port) = split_port(part)?;
        host_list.push(decode(host)?);
        port_list.push(port.to_owned());
    }
    let mut hosts = host_list.join(",");
    let mut ports = port_list.join(",");
    let mut addresses = String::new();

    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (keyword, value) = pair.split_once('=').ok_or(SettingsError::MissingEquals)?;
        let value = decode(value)?;
        match decode(keyword)?.as_str() {
            "host" => {
                hosts = value;
                if ports.chars().all(|c| c == ',') {
                    ports.clear();
                }
            }
            "hostaddr" => addresses = value,
            "port" => ports = value,
            keyword => settings.set(keyword, value)?,
        }
    }
    let given = |list: &str| !list.is_empty();
    settings.set_endpoints(
        Some(hosts.as_str()).filter(|list| given(list)),
        Some(addresses.as_str()).filter(|list| given(list)),
        Some(ports.as_str()).filter(|list| given(list)),
    )?;
    Ok(settings)
}

fn split_port(part: &str) -> Result<(&str, &str), SettingsError> {
    if let Some(address) = part.strip_prefix('[') {
        let (address, rest) = address.split_once(']').ok_or(SettingsError::Bracket)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((address, port)),
            None if rest.is_empty() => Ok((address, "")),
            None => Err(SettingsError::Bracket),
        };
    }
    Ok(part.split_once(':').unwrap_or((part, "")))
}

/// Writes the settings as a URL.
pub(super) fn write(settings: &ConnectionSettings, secrets: Secrets) -> String {
    let mut url = String::from("postgresql://");
    let shown = |password: &Password| match secrets {
        Secrets::Written => encode(password.reveal()),
        Secrets::Hidden => "***".into(),
    };
    if settings.user.is_some() || settings.password.is_some() {
        url += &encode(settings.user.as_deref().unwrap_or(""));
        if let Some(password) = &settings.password {
            url += ":";
            url += &shown(password);
        }
        url += "@";
    }
    let mut query: Vec<(String, String)> = Vec::new();
    let named = |endpoint: &Endpoint| matches!(endpoint.host, Some(Host::Name(_)));
    if settings.endpoints.iter().all(named) {
        let authority: Vec<String> = settings.endpoints.iter().map(write_endpoint).collect();
        url += &authority.join(",");
    } else {
        let list = |value: fn(&Endpoint) -> String| {
            encode_path(&settings.endpoints.iter().map(value).collect::<Vec<_>>().join(","))
        };
        query.push(("host".into(), list(|endpoint| endpoint.host.as_ref().map_or("", Host::as_str).into())));
        query.push((
            "port".into(),
            list(|endpoint| endpoint.port.map_or_else(String::new, |port| port.to_string())),
        ));
        query.retain(|(_, value)| !value.chars().all(|c| c == ','));
    }
    if settings.endpoints.iter().any(|endpoint| endpoint.address.is_some()) {
        let list: Vec<String> = settings
            .endpoints
            .iter()
            .map(|endpoint| endpoint.address.map_or_else(String::new, |address| address.to_string()))
            .collect();
        query.push(("hostaddr".into(), encode_path(&list.join(","))));
    }
    url += "/";
    url += &encode(settings.dbname.as_deref().unwrap_or(""));
    if let Some(mode) = settings.ssl_mode {
        query.push(("sslmode".into(), mode.as_str().into()));
    }
    for (keyword, value) in &settings.parameters {
        let hidden = secrets == Secrets::Hidden && keyword == "sslpassword";
        query.push((keyword.clone(), if hidden { "***".into() } else { encode(value) }));
    }
    for (index, (keyword, value)) in query.iter().enumerate() {
        url += if index == 0 { "?" } else { "&" };
        url += keyword;
        url += "=";
        url += value;
    }
    url
}

fn write_endpoint(endpoint: &Endpoint) -> String {
    let host = endpoint.host.as_ref().map_or("", Host::as_str);
    let host = if host.contains(':') { format!("[{}]", encode_path(host)) } else { encode(host) };
    match endpoint.port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    encode_except(text, "")
}

/// The same, with the characters of paths, lists and addresses left readable.
fn encode_path(text: &str) -> String {
    encode_except(text, "/,:")
}

fn encode_except(text: &str, readable: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || "-._~".contains(c) || (c.is_ascii() && readable.contains(c)) {
            encoded.push(c);
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

/// Undoes percent-encoding. `+` is itself, as in libpq.
fn decode(text: &str) -> Result<String, SettingsError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |index: usize| tail.get(index).and_then(|&byte| char::from(byte).to_digit(16));
        let (Some(high), Some(low)) = (digit(0), digit(1)) else { return Err(SettingsError::Encoding) };
        let value = u8::try_from(high * 16 + low).expect("two hexadecimal digits fit a byte");
        if value == 0 {
            return Err(SettingsError::Encoding);
        }
        bytes.push(value);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).map_err(|_| SettingsError::Encoding)
}
