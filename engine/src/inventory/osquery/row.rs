//! Rows of the tables that state facts.
//!
//! All values are text; a column that a query did not ask for is not there, which is another thing than
//! an empty one.

use super::check_length;
use crate::error::Result;
use crate::inventory::json::Value;
use crate::inventory::sink::Sink;
use crate::inventory::time::date;
use crate::inventory::uninstall::{hotfix_in_title, is_product_code};
use crate::model::fact::*;
use crate::model::hotfix;
use crate::model::inventory::Collector;
use crate::version::dotted::Version;

macro_rules! tables {
    ($($table:ident $name:literal: $columns:expr;)*) => {
        /// A table that states facts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Table {
            $(#[doc = $name] $table,)*
        }

        impl Table {
            const ALL: &[(Table, &str, &[&str])] = &[$((Table::$table, $name, $columns),)*];
        }
    };
}

// With each name the columns that tell a row of it from those of the tables below.
tables! {
    Patches "patches": &["hotfix_id"];
    UpdateHistory "windows_update_history": &["update_id", "title"];
    Programs "programs": &["name", "identifying_number"];
    Registry "registry": &["type", "data", "path"];
    RegistryKeys "registry": &["type", "data", "key"];
    RpmPackages "rpm_packages": &["name", "version", "release"];
    DebPackages "deb_packages": &["name", "version", "status", "arch"];
    OsVersion "os_version": &["version", "platform"];
    OsBuild "os_version": &["version", "build", "major"];
    KernelInfo "kernel_info": &["version", "arguments"];
    File "file": &["path", "size", "mtime"];
    FileVersions "file": &["path", "file_version"];
}

impl Table {
    /// The table of a row that has these columns.
    pub(super) fn of(has: impl Fn(&str) -> bool) -> Option<Table> {
        let fits = |columns: &[&str]| columns.iter().all(|column| has(column));
        Table::ALL.iter().find(|(_, _, columns)| fits(columns)).map(|(table, ..)| *table)
    }

    /// The table that a query is named after: `rpm_packages`, `pack/fleet/rpm_packages`.
    pub(super) fn find(query: &str) -> Option<Table> {
        let last = query.rsplit(['/', ':']).next().unwrap_or(query);
        let is = |name: &str| {
            let before = last.strip_suffix(name);
            before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
        };
        Table::ALL.iter().find(|(_, name, _)| is(name)).map(|(table, ..)| *table)
    }
}

/// The columns that facts are made of, or that tell tables apart.
const COLUMNS: [&str; 33] = [
    "arch",
    "arguments",
    "build",
    "csname",
    "data",
    "epoch",
    "file_version",
    "hotfix_id",
    "identifying_number",
    "installed_on",
    "key",
    "major",
    "mtime",
    "name",
    "operation",
    "path",
    "platform",
    "platform_like",
    "product_version",
    "publisher",
    "release",
    "result_code",
    "revision",
    "size",
    "source",
    "status",
    "title",
    "type",
    "update_id",
    "upgrade_code",
    "vendor",
    "version",
    "language",
];

/// One row.
#[derive(Debug)]
pub(super) struct Row<'a> {
    values: [Option<Text<'a>>; COLUMNS.len()],
}

impl Default for Row<'_> {
    fn default() -> Self {
        Row { values: std::array::from_fn(|_| None) }
    }
}

/// What a row states.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    /// A fact.
    Stated,
    /// Nothing, and why.
    Nothing(&'static str),
    /// It has not what its table should have.
    Unreadable(&'static str),
}

impl<'a> Row<'a> {
    /// The row that an object is.
    pub(super) fn of(value: Value<'a>, offset: usize) -> Result<Self> {
        let mut row = Row::default();
        value.members(|name, value| {
            let Some(at) = COLUMNS.iter().position(|column| *column == name) else { return Ok(()) };
            row.values[at] = value.scalar();
            row.values[at].as_deref().map_or(Ok(()), |text| check_length(text, offset))
        })?;
        Ok(row)
    }

    /// Whether the row has the column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.column(column).is_some()
    }

    fn column(&self, name: &str) -> Option<&Text<'a>> {
        let at = COLUMNS.iter().position(|column| *column == name)?;
        self.values.get(at)?.as_ref()
    }

    /// The value of a column, unless it is empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.column(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn text(&self, name: &str) -> Option<Text<'_>> {
        self.get(name).map(Text::Borrowed)
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// Hands over what the row states.
    pub(super) fn state<C: Collector + ?Sized>(
        &self,
        table: Table,
        sink: &mut Sink<'_, '_, C>,
        offset: usize,
    ) -> Result<State> {
        let fact = match table {
            Table::Patches => self.patch(),
            Table::UpdateHistory => self.update(),
            Table::Programs => return self.program(sink, offset),
            Table::Registry | Table::RegistryKeys => self.registry(),
            Table::RpmPackages => self.rpm(),
            Table::DebPackages => self.deb(),
            Table::OsVersion | Table::OsBuild => self.system(),
            Table::KernelInfo => self.kernel(),
            Table::File | Table::FileVersions => self.file(),
        };
        match fact {
            Ok(fact) => sink.fact(fact, offset).map(|()| State::Stated),
            Err(state) => Ok(state),
        }
    }

    fn patch(&self) -> std::result::Result<Fact<'_>, State> {
        let id = self.text("hotfix_id").filter(|id| hotfix::id(id).is_some());
        let id = id.ok_or(State::Nothing("a patch without a number"))?;
        let installed = self.get("installed_on").and_then(date).map(|date| date.to_string().into());
        Ok(Hotfix { id, installed, ..Hotfix::default() }.into())
    }

    /// An update that was installed, named in brackets in its title.
    fn update(&self) -> std::result::Result<Fact<'_>, State> {
        let is = |column: &str, words: [&str; 2]| {
            self.get(column).is_none_or(|value| words.iter().any(|word| word.eq_ignore_ascii_case(value)))
        };
        if !self.has("result_code") || !is("result_code", ["2", "Succeeded"]) {
            return Err(State::Nothing("an update that did not succeed"));
        }
        if !is("operation", ["1", "Installation"]) {
            return Err(State::Nothing("an update that was removed"));
        }
        let id = self.get("title").and_then(hotfix_in_title);
        let id = id.ok_or(State::Nothing("an update without a number"))?;
        Ok(Hotfix { id: id.into(), ..Hotfix::default() }.into())
    }

    fn program<C: Collector + ?Sized>(&self, sink: &mut Sink<'_, '_, C>, offset: usize) -> Result<State> {
        let (name, version) = (self.text("name"), self.text("version"));
        let code = self.text("identifying_number").filter(|code| is_product_code(code));
        if let Some(product) = code.clone() {
            let upgrade_code = self.text("upgrade_code").filter(|code| is_product_code(code));
            let (name, version) = (name.clone(), version.clone());
            sink.fact(Msi { product, version, upgrade_code, name, ..Msi::default() }.into(), offset)?;
        }
        let Some(name) = name else {
            let nothing = State::Nothing("a program without a name");
            return Ok(if code.is_some() { State::Stated } else { nothing });
        };
        let publisher = self.text("publisher");
        sink.fact(Product { name, version, publisher, ..Product::default() }.into(), offset)?;
        Ok(State::Stated)
    }

    fn registry(&self) -> std::result::Result<Fact<'_>, State> {
        let kind = self.get("type").unwrap_or_default();
        let (path, name) = (self.get("path"), self.get("name"));
        let is_key = kind.eq_ignore_ascii_case("subkey");
        let key = match (is_key, path, self.get("key"), name) {
            (true, Some(path), ..) => path,
            (true, None, Some(_), _) => return Err(State::Unreadable("a key without a path")),
            (false, _, Some(key), _) => key,
            // The path is that of the key with the name behind it.
            (false, Some(path), None, name) => {
                let end =
                    name.and_then(|name| path.strip_suffix(name)).or(path.rsplit_once('\\').map(|it| it.0));
                end.unwrap_or(path).trim_end_matches('\\')
            }
            (_, None, None, _) => return Err(State::Unreadable("a value without a key")),
        };
        let key = Text::Borrowed(key);
        if is_key {
            return Ok(RegistryKey { key, ..RegistryKey::default() }.into());
        }
        let name = name.filter(|name| !name.eq_ignore_ascii_case("(Default)")).unwrap_or_default().into();
        let kind = registry_type(kind);
        // The strings of a list are joined by commas, which they may hold as well.
        let data = self.column("data").filter(|_| kind != "multi").map(|data| Text::Borrowed(&**data));
        let kind = Some(kind.into());
        Ok(RegistryValue { key, name, kind, data, ..RegistryValue::default() }.into())
    }

    fn rpm(&self) -> std::result::Result<Fact<'_>, State> {
        let (Some(name), Some(version), release) =
            (self.text("name"), self.text("version"), self.text("release"))
        else {
            return Err(State::Unreadable("a package without name or version"));
        };
        let release = Some(release.ok_or(State::Unreadable("a package without release"))?);
        let epoch = match self.column("epoch").map(|epoch| epoch.trim()) {
            None => None,
            Some("" | "(none)") => Some(0),
            Some(epoch) => Some(epoch.parse().map_err(|_| State::Unreadable("an epoch that is no number"))?),
        };
        let (arch, source, vendor) = (self.text("arch"), self.text("source"), self.text("vendor"));
        let kind = PackageKind::Rpm;
        let package =
            Package { kind, name, epoch, version, release, arch, source, vendor, ..Package::default() };
        Ok(package.into())
    }

    fn deb(&self) -> std::result::Result<Fact<'_>, State> {
        let (Some(name), Some(version)) = (self.text("name"), self.get("version")) else {
            return Err(State::Unreadable("a package without name or version"));
        };
        if self.get("status") != Some("install ok installed") {
            return Err(State::Nothing("not installed"));
        }
        let (epoch, version) = match version.split_once(':') {
            None => (0, version),
            Some((epoch, version)) => {
                (epoch.parse().map_err(|_| State::Unreadable("an epoch that is no number"))?, version)
            }
        };
        let (kind, epoch, version) = (PackageKind::Deb, Some(epoch), version.into());
        let (arch, source) = (self.text("arch"), self.text("source"));
        Ok(Package { kind, name, epoch, version, arch, source, ..Package::default() }.into())
    }

    fn system(&self) -> std::result::Result<Fact<'_>, State> {
        let family = match self.get("platform").unwrap_or_default() {
            "windows" => "windows",
            "darwin" | "macos" => "macos",
            "" if self.get("platform_like").is_none() => {
                return Err(State::Nothing("a system of no platform"));
            }
            "freebsd" | "openbsd" | "netbsd" => "other",
            _ => "linux",
        };
        let windows = family == "windows";
        Ok(Os {
            family: family.into(),
            name: self.text("name"),
            version: self.text("version"),
            build: self.number("build").filter(|_| windows),
            ubr: self.number("revision").filter(|_| windows),
            arch: self.get("arch").map(architecture),
            ..Os::default()
        }
        .into())
    }

    fn kernel(&self) -> std::result::Result<Fact<'_>, State> {
        if self.get("path").is_some_and(|path| path.contains('\\')) {
            return Err(State::Nothing("the kernel of Windows is told by its build"));
        }
        let running = self.text("version").ok_or(State::Unreadable("a kernel without version"))?;
        Ok(Kernel { running, ..Kernel::default() }.into())
    }

    fn file(&self) -> std::result::Result<Fact<'_>, State> {
        let path = self.text("path").ok_or(State::Unreadable("a file without path"))?;
        let version = self.get("file_version").and_then(Version::parse_leading);
        let time = |seconds| jiff::Timestamp::from_second(seconds).ok();
        let modified = self.number("mtime").and_then(time).map(|time| time.to_string().into());
        let version = version.map_or(FileVersion::NotCollected, FileVersion::Known);
        let (size, product_version) = (self.number("size"), self.text("product_version"));
        Ok(File { path, version, size, modified, product_version, ..File::default() }.into())
    }
}

/// The word of the native format for a type of registry value.
fn registry_type(kind: &str) -> &'static str {
    match kind {
        "REG_SZ" => "sz",
        "REG_EXPAND_SZ" => "expand",
        "REG_DWORD" | "REG_DWORD_LITTLE_ENDIAN" => "dword",
        "REG_QWORD" | "REG_QWORD_LITTLE_ENDIAN" => "qword",
        "REG_MULTI_SZ" => "multi",
        "REG_BINARY" => "binary",
        "REG_NONE" => "none",
        "REG_FULL_RESOURCE_DESCRIPTOR" => "resource",
        _ => "other",
    }
}

fn architecture(arch: &str) -> Text<'_> {
    let known = match arch {
        "64-bit" => "x64",
        "32-bit" => "x86",
        "ARM 64-bit Processor" => "arm64",
        other => other,
    };
    Text::Borrowed(known)
}
