//! Turns environment variables into what they say of the way to servers: proxies, and roots of trust.
//!
//! Keeps the words as they are; what they mean is decided when an address is asked for.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// What environment variables say of the way to servers. The default says nothing: no proxy, and the
/// system's own roots.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The proxy for `http` addresses (`http_proxy`, `HTTP_PROXY`).
    pub http_proxy: Option<String>,
    /// The proxy for `https` addresses (`https_proxy`, `HTTPS_PROXY`).
    pub https_proxy: Option<String>,
    /// The proxy for addresses that have none of their own (`all_proxy`, `ALL_PROXY`).
    pub all_proxy: Option<String>,
    /// Hosts that are asked without a proxy, separated by commas (`no_proxy`, `NO_PROXY`).
    pub no_proxy: Option<String>,
    /// A file of certificates to trust in place of the system's (`SSL_CERT_FILE`).
    pub certificate_file: Option<PathBuf>,
    /// Folders of such files (`SSL_CERT_DIR`).
    pub certificate_folders: Vec<PathBuf>,
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Proxies may hold passwords.
        f.debug_struct("Environment").field("no_proxy", &self.no_proxy).finish_non_exhaustive()
    }
}

impl Environment {
    /// What the variables of this process say.
    pub fn of_process() -> Environment {
        Environment::of(&|name| std::env::var_os(name))
    }

    /// What variables say that `variable` gives by name. A name in lower case goes before the same in
    /// upper case, and an empty value says nothing.
    ///
    /// ```
    /// use patchstate_fetch::Environment;
    ///
    /// let environment = Environment::of(&|name| (name == "HTTPS_PROXY").then(|| "proxy:3128".into()));
    /// assert_eq!(environment.https_proxy.as_deref(), Some("proxy:3128"));
    /// ```
    pub fn of(variable: &dyn Fn(&str) -> Option<OsString>) -> Environment {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |names: [&str; 2]| {
            let value = names.into_iter().find_map(given)?;
            Some(value.to_string_lossy().into_owned())
        };
        // In a gateway program whoever sends a request decides about `HTTP_PROXY`: it is the header `Proxy`.
        let is_gateway = variable("REQUEST_METHOD").is_some();
        let folders = given("SSL_CERT_DIR");
        Environment {
            http_proxy: text(["http_proxy", if is_gateway { "http_proxy" } else { "HTTP_PROXY" }]),
            https_proxy: text(["https_proxy", "HTTPS_PROXY"]),
            all_proxy: text(["all_proxy", "ALL_PROXY"]),
            no_proxy: text(["no_proxy", "NO_PROXY"]),
            certificate_file: given("SSL_CERT_FILE").map(PathBuf::from),
            certificate_folders: folders.iter().flat_map(std::env::split_paths).collect(),
        }
    }
}
