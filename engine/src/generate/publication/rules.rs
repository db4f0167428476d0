//! Writes the rules of a revision: how a system, a product or an update is known.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::graph::article;
use super::identity::{Of, guid};
use super::manifest::{self, Package};
use super::plan::{ARCHS, Kind, Plan, Role};
use crate::generate::random::Random;

/// How many editions a product of Windows Installer has.
const EDITIONS: u64 = 4;
/// How many files a system has whose updates are files.
const FILES: usize = 40;
/// In which months the first build has the largest manifests.
const LARGEST: [u16; 3] = [3, 6, 9];

/// Writes the rules of a revision, where it has any.
pub(super) fn write(plan: &Plan, at: usize, out: &mut dyn Write) -> io::Result<()> {
    let installed = match plan.revisions[at].role {
        Role::Bundle { .. } => return Ok(()),
        Role::Part { product, month, .. } | Role::Single { product, month } => {
            return update(plan, at, product, month, out);
        }
        Role::Company | Role::Classification(_) | Role::Family(_) => "<True />".to_owned(),
        Role::Arch(arch) => format!("<b.Processor Architecture=\"{}\" />", ARCHS[usize::from(arch)].0),
        Role::Detectoid(product) => found(plan, product),
        Role::Product(product) if product % 3 == 0 => found(plan, product),
        Role::Product(_) => "<True />".to_owned(),
    };
    let text = format!("<ApplicabilityRules><IsInstalled>{installed}</IsInstalled></ApplicabilityRules>");
    out.write_all(text.as_bytes())
}

/// The number of the build of a product that is one.
fn build(product: u16) -> u32 {
    10_240 + u32::from(product) * 61
}

/// How a product is found.
fn found(plan: &Plan, product: u16) -> String {
    match plan.products[usize::from(product)].kind {
        Kind::Build => format!(
            "<b.WindowsVersion Comparison=\"EqualTo\" MajorVersion=\"10\" MinorVersion=\"0\" BuildNumber=\"{}\" \
             ProductType=\"{}\" />",
            build(product),
            1 + 2 * (product % 3 / 2)
        ),
        Kind::Files => windows(product, "EqualTo", 0),
        Kind::Installer => {
            let edition = |edition| {
                let code = guid(plan.seed, Of::Installer, u64::from(product) * EDITIONS + edition);
                format!("<m.MsiProductInstalled ProductCode=\"{{{code}}}\" VersionMin=\"16.0.4000.0\" />")
            };
            format!("<Or>{}</Or>", (0..EDITIONS).map(edition).collect::<String>())
        }
        Kind::Server => format!(
            "<And>{}{}</And>",
            registry("RegKeyExists", &setup(product), ""),
            registry(
                "RegSzToVersion",
                &setup(product),
                " Value=\"Version\" Comparison=\"GreaterThanOrEqualTo\" Data=\"15.0.0.0\""
            )
        ),
        Kind::Device => model(product),
    }
}

/// A version of a system whose updates are files.
fn windows(product: u16, comparison: &str, service_pack: u32) -> String {
    format!(
        "<b.WindowsVersion Comparison=\"{comparison}\" MajorVersion=\"6\" MinorVersion=\"{}\" BuildNumber=\"{}\" \
         ServicePackMajor=\"{service_pack}\" />",
        product % 4,
        6000 + u32::from(product) * 4
    )
}

/// The key of a server.
fn setup(product: u16) -> String {
    format!("SOFTWARE\\Vendor\\Server {product}\\Setup")
}

fn registry(element: &str, key: &str, rest: &str) -> String {
    format!("<b.{element} Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"{key}\"{rest} />")
}

/// The model of a machine.
fn model(product: u16) -> String {
    format!(
        "<b.WmiQuery Namespace=\"root\\cimv2\" WqlQuery=\"select * from Win32_ComputerSystem where Manufacturer = \
         'Vendor {}' and Model like 'Model {product}%'\" />",
        product % 7
    )
}

fn update(plan: &Plan, at: usize, product: u16, month: u16, out: &mut dyn Write) -> io::Result<()> {
    let of = Update { plan, at, product, month, random: plan.random(0x7275, at as u64) };
    match plan.products[usize::from(product)].kind {
        Kind::Build => of.package(out),
        Kind::Files => of.files(out),
        Kind::Installer => of.installer(out),
        Kind::Server => of.server(out),
        Kind::Device => of.device(out),
    }
}

/// An update whose rules are written.
struct Update<'p> {
    plan: &'p Plan,
    at: usize,
    product: u16,
    month: u16,
    random: Random,
}

impl Update<'_> {
    /// An update of a build: most are cumulative, some are a release or a package that is known by its name.
    fn package(mut self, out: &mut dyn Write) -> io::Result<()> {
        let (build, revision) = (build(self.product), 100 + u32::from(self.month) * 37);
        let arch = ARCHS[self.plan.revisions[self.at].role.part()].1;
        let is_largest = self.product == self.first_build() && LARGEST.contains(&self.month);
        match self.random.below(10) {
            _ if is_largest => {}
            0 => return self.release(build, revision, arch, out),
            1 => return self.named(build, arch, out),
            _ => {}
        }
        out.write_all(
            b"<ApplicabilityRules><IsInstalled><And><CbsPackageInstalled /><Not><b.RegDword Key=\"HKEY_LOCAL_MACHINE\" \
              Subkey=\"SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\" Value=\"LCUReoffer\" \
              Comparison=\"EqualTo\" Data=\"1\" /></Not></And></IsInstalled><IsInstallable><CbsPackageInstallable />\
              </IsInstallable><Metadata>",
        )?;
        let version = format!("{build}.{revision}.1.{}", self.month % 12);
        let package = Package {
            name: "Package_for_RollupFix",
            article: article(self.plan, self.at),
            version: &version,
            arch,
        };
        let size = if is_largest { self.plan.manifest } else { self.size() };
        manifest::write(&package, size, &mut self.random, out)?;
        out.write_all(b"</Metadata></ApplicabilityRules>")
    }

    /// The bytes of an ordinary manifest: half of them are small, one of a hundred is large.
    fn size(&mut self) -> u64 {
        let (low, high) = match self.random.below(1000) {
            0..15 => (500_000, 4_000_000),
            15..250 => (100_000, 413_000),
            250..500 => (10_000, 30_000),
            _ => (500, 2000),
        };
        self.plan.manifest.min(self.random.between(low, high) as u64)
    }

    fn first_build(&self) -> u16 {
        self.plan.products.iter().position(|product| product.kind == Kind::Build).unwrap_or(0) as u16
    }

    fn release(&self, build: u32, revision: u32, arch: &str, out: &mut dyn Write) -> io::Result<()> {
        let class = if self.product % 3 == 2 { "Server" } else { "Client" };
        self.sections(
            &format!(
                "<ProductReleaseInstalled Name=\"{class}.OS.{arch}\" Version=\"10.0.{build}.{revision}\" />"
            ),
            &format!(
                "<And><And><Not><DeviceAttribute Name=\"HonorWufBDeferrals\" Type=\"String\" Comparison=\"EqualTo\" \
                 Value=\"1\" /></Not></And><DeviceAttribute Name=\"OSVersion\" Type=\"Version\" \
                 Comparison=\"GreaterThanOrEqualTo\" Value=\"10.0.{build}.1\" /><DeviceAttribute Name=\"OSVersion\" \
                 Type=\"Version\" Comparison=\"LessThan\" Value=\"10.0.{}.0\" /></And>",
                build + 1
            ),
            "",
            out,
        )
    }

    fn named(&self, build: u32, arch: &str, out: &mut dyn Write) -> io::Result<()> {
        let article = article(self.plan, self.at);
        let package = |version: u32| {
            format!(
                "<CbsPackageInstalledByIdentity \
                 PackageIdentity=\"Package_for_KB{article}~31bf3856ad364e35~{arch}~~10.0.1.{version}\" />"
            )
        };
        self.sections(
            &package(1),
            &format!(
                "<And><b.WindowsVersion Comparison=\"EqualTo\" MajorVersion=\"10\" MinorVersion=\"0\" \
                 BuildNumber=\"{build}\" /><Not>{}</Not></And>",
                package(2)
            ),
            "",
            out,
        )
    }

    /// An update that brings some of the files of a system.
    fn files(mut self, out: &mut dyn Write) -> io::Result<()> {
        let count = self.random.between(1, 4);
        let names: Vec<usize> = (0..count).map(|_| self.random.below(FILES)).collect();
        let version = format!(
            "6.{}.{}.{}",
            self.product % 4,
            6000 + u32::from(self.product) * 4,
            17_000 + u32::from(self.month) * 13
        );
        let file = |name: &usize, comparison: &str| {
            format!(
                "<b.FileVersion Csidl=\"37\" Path=\"part{:02}-{name:02}.dll\" Comparison=\"{comparison}\" \
                 Version=\"{version}\" />",
                self.product
            )
        };
        let newer: String = names.iter().map(|name| file(name, "GreaterThanOrEqualTo")).collect();
        let older: String = names.iter().map(|name| file(name, "LessThan")).collect();
        let hotfix = format!(
            "SOFTWARE\\Vendor\\Updates\\Windows 6.{}\\SP1\\KB{}",
            self.product % 4,
            article(self.plan, self.at)
        );
        self.sections(
            &format!("<Or><And>{newer}</And>{}</Or>", registry("RegKeyExists", &hotfix, "")),
            &format!(
                "<And>{}<b.FileExists Csidl=\"37\" Path=\"part{:02}-{:02}.dll\" /><Or>{older}</Or></And>",
                windows(self.product, "GreaterThanOrEqualTo", 0),
                self.product,
                names[0]
            ),
            "",
            out,
        )
    }

    /// A patch of a product of Windows Installer.
    fn installer(self, out: &mut dyn Write) -> io::Result<()> {
        let patch = guid(self.plan.seed, Of::Patch, self.at as u64);
        let code =
            |edition| guid(self.plan.seed, Of::Installer, u64::from(self.product) * EDITIONS + edition);
        let version = format!("16.0.{}.1000", 4400 + u32::from(self.month) * 9);
        let patched = |edition| {
            format!(
                "<m.MsiPatchInstalledForProduct PatchCode=\"{{{patch}}}\" ProductCode=\"{{{}}}\" />",
                code(edition)
            )
        };
        let product = |edition| {
            format!(
                "<m.MsiProductInstalled ProductCode=\"{{{}}}\" VersionMin=\"16.0.4266.1001\" \
                 VersionMax=\"17.0.0.0\" ExcludeVersionMax=\"true\" />",
                code(edition)
            )
        };
        let file = |comparison: &str| {
            format!(
                "<b.FileVersion Csidl=\"43\" Path=\"Vendor\\Suite {}\\shared{}.dll\" Comparison=\"{comparison}\" \
                 Version=\"{version}\" />",
                self.product,
                self.month % 12
            )
        };
        self.sections(
            &format!(
                "<Or>{}{}</Or>",
                file("GreaterThanOrEqualTo"),
                (0..EDITIONS).map(patched).collect::<String>()
            ),
            &format!(
                "<And><Or>{}</Or>{}</And>",
                (0..EDITIONS).map(product).collect::<String>(),
                file("LessThan")
            ),
            "",
            out,
        )
    }

    /// An update of a server.
    fn server(self, out: &mut dyn Write) -> io::Result<()> {
        let (key, month) = (setup(self.product), u32::from(self.month));
        let version = |comparison: &str, month: u32| {
            let rest = format!(
                " Value=\"Version\" Comparison=\"{comparison}\" Data=\"15.0.{}.2\"",
                1000 + month * 20
            );
            registry("RegSzToVersion", &key, &rest)
        };
        let edition =
            registry("RegSz", &key, " Value=\"Edition\" Comparison=\"EqualTo\" Data=\"Standard Edition\"");
        let role = registry("RegDword", &key, " Value=\"Role\" Comparison=\"LessThan\" Data=\"4\"");
        let file = format!(
            "<b.FileVersionPrependRegSz Key=\"HKEY_LOCAL_MACHINE\" Subkey=\"{key}\" Value=\"InstallPath\" \
             Path=\"Bin\\engine{}.dll\" Comparison=\"LessThan\" Version=\"15.0.{}.2\" />",
            month % 6,
            1000 + month * 20
        );
        self.sections(
            &version("GreaterThanOrEqualTo", month),
            &format!(
                "<And>{edition}{role}{}{file}</And>",
                version("GreaterThanOrEqualTo", month.saturating_sub(24))
            ),
            &version("GreaterThanOrEqualTo", month + 12),
            out,
        )
    }

    /// Firmware of a model.
    fn device(self, out: &mut dyn Write) -> io::Result<()> {
        let firmware = |comparison: &str| {
            format!(
                "<b.WmiQuery Namespace=\"root\\cimv2\" WqlQuery=\"select * from Win32_BIOS where SMBIOSBIOSVersion \
                 {comparison} '{:02}.{:03}'\" />",
                self.product % 100,
                self.month
            )
        };
        self.sections(
            &firmware("&gt;="),
            &format!("<And>{}{}</And>", model(self.product), firmware("&lt;")),
            "",
            out,
        )
    }

    fn sections(
        &self,
        installed: &str,
        installable: &str,
        superseded: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut text = format!(
            "<ApplicabilityRules><IsInstalled>{installed}</IsInstalled><IsInstallable>{installable}</IsInstallable>"
        );
        if !superseded.is_empty() {
            _ = write!(text, "<IsSuperseded>{superseded}</IsSuperseded>");
        }
        text.push_str("</ApplicabilityRules>");
        out.write_all(text.as_bytes())
    }
}
