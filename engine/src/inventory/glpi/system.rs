//! The operating system and the kernel of a client, as agents describe them.
//!
//! Newer agents have a section for the system; older ones have its name, version and comments beside the
//! hardware, which count where the newer ones are missing.

use crate::diagnostic::Code;
use crate::error::Result;
use crate::inventory::management::{Property, Record};
use crate::inventory::sink::Sink;
use crate::model::fact::{Kernel, Os, Text};
use crate::model::inventory::Collector;

/// What is said of a system.
#[derive(Debug, Default)]
pub(super) struct System<'a> {
    /// Where it stands.
    pub(super) offset: usize,
    kernel: Option<Text<'a>>,
    kernel_version: Option<Text<'a>>,
    full_name: Option<Text<'a>>,
    name: Option<Text<'a>>,
    version: Option<Text<'a>>,
    arch: Option<Text<'a>>,
    /// Empty where there is none.
    service_pack: Option<Text<'a>>,
    old_name: Option<Text<'a>>,
    old_version: Option<Text<'a>>,
    comments: Option<Text<'a>>,
}

impl<'a> System<'a> {
    /// Takes a value of its own section.
    pub(super) fn set(&mut self, name: &str, value: Text<'a>) {
        let field = match name {
            "KERNEL_NAME" => &mut self.kernel,
            "KERNEL_VERSION" => &mut self.kernel_version,
            "FULL_NAME" => &mut self.full_name,
            "NAME" => &mut self.name,
            "VERSION" => &mut self.version,
            "ARCH" => &mut self.arch,
            "SERVICE_PACK" => {
                self.service_pack = Some(value);
                return;
            }
            _ => return,
        };
        *field = Some(value).filter(|value| !value.is_empty());
    }

    /// Takes a value that stands beside the hardware.
    pub(super) fn set_old(&mut self, name: &str, value: Option<Text<'a>>) {
        match name {
            "OSNAME" => self.old_name = value,
            "OSVERSION" => self.old_version = value,
            "OSCOMMENTS" => self.comments = value,
            _ => {}
        }
    }

    /// The family, if anything tells it.
    fn family(&self) -> Option<&'static str> {
        let is = |text: &str, words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        if let Some(kernel) = self.kernel.as_deref() {
            return Some(match () {
                () if is(kernel, &["linux"]) => "linux",
                () if is(kernel, &["MSWin32", "win32"]) => "windows",
                () if is(kernel, &["darwin"]) => "macos",
                () => "other",
            });
        }
        let names = || [&self.full_name, &self.name, &self.old_name].into_iter().flatten();
        match () {
            () if names().any(|name| name.contains("Windows")) => Some("windows"),
            () if names().any(|name| name.starts_with("Mac OS") || name.starts_with("macOS")) => {
                Some("macos")
            }
            // The version of a kernel of Linux: `#1 SMP Thu May 25 19:03:07 UTC 2017`.
            () if self.comments.as_deref().is_some_and(|text| text.starts_with('#')) => Some("linux"),
            () => None,
        }
    }

    /// Whether anything is said of it.
    fn is_stated(&self) -> bool {
        let texts = [&self.full_name, &self.name, &self.version, &self.old_name, &self.old_version];
        texts.into_iter().any(Option::is_some)
    }

    /// Whether it is Windows, where names of hotfixes are such.
    pub(super) fn is_windows(&self) -> bool {
        self.family() == Some("windows")
    }

    /// Hands over what it states.
    pub(super) fn state<C: Collector + ?Sized>(&self, sink: &mut Sink<'_, '_, C>) -> Result<()> {
        let Some(family) = self.family() else {
            // Another family than its own would make it one that updates are not for.
            if self.is_stated() {
                sink.diagnostic(Code::EntryWithoutFact, self.offset, "a system of no family that is known");
            }
            return Ok(());
        };
        if family == "windows" {
            sink.fact(self.windows().system().into(), self.offset)?;
        } else {
            sink.fact(self.other(family).into(), self.offset)?;
        }
        let is_linux = self.kernel.is_some() && family == "linux";
        if let Some(running) = self.kernel_version.as_deref().filter(|_| is_linux) {
            let running = Text::Borrowed(running);
            sink.fact(Kernel { running, ..Kernel::default() }.into(), self.offset)?;
        }
        Ok(())
    }

    /// Names are read as those of `Win32_OperatingSystem`, from which the agent has them.
    fn windows(&self) -> Record<'_> {
        let mut record = Record::default();
        let lent = |text: &'_ Option<Text<'a>>| text.as_deref().map(str::to_owned);
        let mut set = |property, value: Option<String>| {
            value.into_iter().for_each(|value| record.set(property, Text::Owned(value)));
        };
        let version = self.kernel_version.as_deref().or(self.old_version.as_deref());
        let build = version.and_then(|version| version.split('.').nth(2));
        let pack = self.comments.as_deref().filter(|text| text.contains("Service Pack"));
        set(Property::Caption, lent(&self.full_name).or(lent(&self.name)).or(lent(&self.old_name)));
        set(Property::Version, version.map(str::to_owned));
        set(Property::BuildNumber, build.map(str::to_owned));
        set(Property::Architecture, lent(&self.arch));
        set(Property::CsdVersion, lent(&self.service_pack).or(pack.map(str::to_owned)));
        record
    }

    fn other(&self, family: &'static str) -> Os<'_> {
        let text = |text: &'_ Option<Text<'a>>| text.as_deref().map(|text| Text::Owned(text.to_owned()));
        // Beside the hardware of a system of Linux stands the version of its kernel.
        let old_version = if family == "linux" { None } else { text(&self.old_version) };
        Os {
            family: family.into(),
            name: text(&self.full_name).or(text(&self.name)).or(text(&self.old_name)),
            version: text(&self.version).or(old_version),
            arch: text(&self.arch),
            ..Os::default()
        }
    }
}
