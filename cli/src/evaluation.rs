//! Options of the verbs that evaluate: what changes the answers, and how inventories are read.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use patchstate::catalog::oval::variables;
use patchstate::diagnostic::{Code, Diagnostics};
use patchstate::error::Error;
use patchstate::ingest;
use patchstate::inventory::{self, Deltas, Format};
use patchstate::model::fact::{Kind, Kinds};
use patchstate::model::options::{
    Checksum, Detect, Options, Profile, RegistryItems, Signature, Supersedence,
};
use patchstate::model::oval::variable::Variables;
use patchstate::xml;

use crate::output::Output;
use crate::request;

/// What a replacement does to a cell that is Missing.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Replaced {
    On,
    Off,
    Evr,
}

/// What a checksum that differs at the same file version says.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sum {
    Off,
    Unknown,
    Strict,
}

/// When products are detected from other facts.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Detected {
    Auto,
    Always,
    Never,
}

/// How package rows are compared.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Compared {
    Dnf,
    Suse,
}

/// What a package is of which the inventory does not say who signed it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Signed {
    Assume,
    Require,
}

/// What changes the answers.
#[derive(Debug, clap::Args)]
pub(crate) struct Rules {
    /// What an installed or missing replacement does to a Missing cell; `evr`: with those that package
    /// versions imply
    #[arg(long, value_name = "HOW", default_value = "on")]
    supersedence: Replaced,
    /// What another checksum at the same file version says: nothing, Unknown, or not installed
    #[arg(long, value_name = "POLICY", default_value = "off")]
    checksum: Sum,
    /// Takes an update of a security bulletin for missing where the build is older, though it is listed
    #[arg(long)]
    build_wins: bool,
    /// Leaves registry items out of the evidence
    #[arg(long)]
    no_registry: bool,
    /// When products are detected; `auto` where the inventory does not declare them complete
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    detect: Detected,
    /// Compares all package rows as dnf or as zypper does, whatever was compiled
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Compared>,
    /// A package that is installed in several versions on purpose, besides kernels; may be repeated
    #[arg(long, value_name = "NAME")]
    install_only: Vec<String>,
    /// Gives updates that were withdrawn together with their packages their ordinary cells
    #[arg(long)]
    include_retracted: bool,
    /// Gives definitions of OVAL that are not to be used any more their ordinary cells
    #[arg(long)]
    include_deprecated: bool,
    /// What OVAL takes for signed by whom a rule wants: `assume`: a package of which the inventory does not
    /// say who signed it; `require`: none
    #[arg(long, value_name = "HOW", default_value = "assume")]
    oval_signature: Signed,
    /// Values of the external variables of OVAL; may be repeated
    #[arg(long, value_name = "FILE")]
    variables: Vec<PathBuf>,
    /// The time at which OVAL takes clients to have been looked at, and from which a site's ages are
    /// counted; RFC 3339 or `@` and seconds since 1970 [default: what each inventory says; of ages, now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) now: Option<jiff::Timestamp>,
}

impl Rules {
    /// The options; tells what is wrong with files that belong to them.
    pub(crate) fn options(&self, output: &mut Output) -> patchstate::error::Result<Options> {
        let mut findings = Diagnostics::new();
        let options = self.read(&mut findings)?;
        findings.kept().iter().for_each(|finding| output.message(&finding.to_string()));
        Ok(options)
    }

    fn read(&self, findings: &mut Diagnostics) -> patchstate::error::Result<Options> {
        let mut values = Variables::default();
        self.variables.iter().try_for_each(|path| variables::read(path, &mut values, findings))?;
        Ok(Options {
            supersedence: match self.supersedence {
                Replaced::On => Supersedence::On,
                Replaced::Off => Supersedence::Off,
                Replaced::Evr => Supersedence::Evr,
            },
            checksum: match self.checksum {
                Sum::Off => Checksum::Off,
                Sum::Unknown => Checksum::Unknown,
                Sum::Strict => Checksum::Strict,
            },
            build_wins: self.build_wins,
            registry: if self.no_registry { RegistryItems::Ignored } else { RegistryItems::Read },
            detect: match self.detect {
                Detected::Auto => Detect::Auto,
                Detected::Always => Detect::Always,
                Detected::Never => Detect::Never,
            },
            profile: self.profile.map(|profile| match profile {
                Compared::Dnf => Profile::Dnf,
                Compared::Suse => Profile::Suse,
            }),
            install_only: self.install_only.clone(),
            include_retracted: self.include_retracted,
            include_deprecated: self.include_deprecated,
            now: self.now.map(jiff::Timestamp::as_second),
            variables: values,
            signature: match self.oval_signature {
                Signed::Assume => Signature::Assume,
                Signed::Require => Signature::Require,
            },
        })
    }

    /// The options that differ from the defaults, as they are written on a command line.
    fn written(&self) -> Vec<String> {
        let name = |value: &dyn Fn() -> Option<clap::builder::PossibleValue>| {
            value().map(|value| value.get_name().to_owned()).unwrap_or_default()
        };
        let mut words = Vec::new();
        if !matches!(self.supersedence, Replaced::On) {
            words.push(format!("--supersedence {}", name(&|| self.supersedence.to_possible_value())));
        }
        if !matches!(self.checksum, Sum::Off) {
            words.push(format!("--checksum {}", name(&|| self.checksum.to_possible_value())));
        }
        if self.build_wins {
            words.push("--build-wins".to_owned());
        }
        if self.no_registry {
            words.push("--no-registry".to_owned());
        }
        if !matches!(self.detect, Detected::Auto) {
            words.push(format!("--detect {}", name(&|| self.detect.to_possible_value())));
        }
        if let Some(profile) = self.profile {
            words.push(format!("--profile {}", name(&|| profile.to_possible_value())));
        }
        words.extend(self.install_only.iter().map(|package| format!("--install-only {package}")));
        if self.include_retracted {
            words.push("--include-retracted".to_owned());
        }
        if self.include_deprecated {
            words.push("--include-deprecated".to_owned());
        }
        if !matches!(self.oval_signature, Signed::Assume) {
            words.push(format!("--oval-signature {}", name(&|| self.oval_signature.to_possible_value())));
        }
        words.extend(self.variables.iter().map(|path| format!("--variables {}", path.display())));
        words.extend(self.now.map(|now| format!("--now {now}")));
        words
    }
}

/// Options of evaluation by themselves, as a site's definition has them.
#[derive(Debug, clap::Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Words {
    #[command(flatten)]
    rules: Rules,
}

/// Reads options of evaluation, as they stand on a command line.
pub(crate) fn options_of(words: &[String]) -> Result<Options, String> {
    let read = <Words as clap::Parser>::try_parse_from(words);
    let first_line = |error: clap::Error| {
        let text = error.to_string();
        text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
    };
    // What is wrong with a file of values is told where the site is checked.
    let options = |words: Words| words.rules.read(&mut Diagnostics::new());
    read.map_err(first_line).and_then(|words| options(words).map_err(|error| error.to_string()))
}

/// Which inventories are read, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Intake {
    /// The inventories: files, folders, archives, or `-` for standard input
    #[arg(value_name = "INVENTORY", required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    reading: Reading,
}

/// How inventories are read.
#[derive(Debug, clap::Args)]
pub(crate) struct Reading {
    /// Reads every inventory as this format instead of by its content
    #[arg(long, value_name = "NAME", value_parser = format)]
    input_format: Option<&'static Format>,
    /// The encoding of text that does not say its own
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<String>,
    /// Takes a kind of facts for complete, whatever the inventories say; may be repeated
    #[arg(long, value_name = "KIND", value_parser = kind)]
    assume_complete: Vec<Kind>,
    /// Reads an inventory that only changes an earlier one as if it were whole; nothing of it is complete
    #[arg(long)]
    delta_as_full: bool,
    /// A further name of the element below which results of Office updates (`office-convert`) stand as not
    /// there; may be repeated
    #[arg(long, value_name = "NAME")]
    missing_element: Vec<String>,
}

impl Intake {
    /// Looks at the inputs and finds their clients; `client` is the id of what names none.
    pub(crate) fn scan(&self, client: Option<&str>) -> patchstate::error::Result<ingest::Intake> {
        self.reading.scan(&self.paths, client)
    }

    /// The same for each input by itself.
    pub(crate) fn scan_each(
        &self,
        client: Option<&str>,
    ) -> patchstate::error::Result<Vec<(&Path, ingest::Intake)>> {
        let each = self.paths.iter();
        each.map(|path| Ok((path.as_path(), self.reading.scan(std::slice::from_ref(path), client)?)))
            .collect()
    }

    /// Says which of the folders hold no inventory.
    pub(crate) fn warn_of_empty(&self, intake: &ingest::Intake, output: &mut Output) {
        for folder in self.paths.iter().filter(|path| path.is_dir()) {
            let within = |document: &ingest::Document| Path::new(document.name()).starts_with(folder);
            if !intake.documents().iter().any(within) {
                output.warning(&format!("{}: no inventory is in this folder", folder.display()));
            }
        }
    }
}

impl Reading {
    /// Looks at inputs and finds their clients; `client` is the id of what names none.
    pub(crate) fn scan(
        &self,
        paths: &[PathBuf],
        client: Option<&str>,
    ) -> patchstate::error::Result<ingest::Intake> {
        let inputs: Vec<ingest::Input> = paths.iter().cloned().map(Into::into).collect();
        let settings = ingest::Settings {
            format: self.input_format,
            encoding: self.encoding.clone(),
            client: client.map(str::to_owned),
            assume_complete: self.assume_complete.iter().copied().collect(),
            reading: inventory::Settings {
                deltas: if self.delta_as_full { Deltas::AsFull } else { Deltas::Refuse },
                missing_elements: self.missing_element.clone(),
            },
            ..ingest::Settings::default()
        };
        ingest::Intake::scan(&inputs, settings)
    }

    /// The options that change what inventories state, as they are written on a command line.
    fn written(&self) -> Vec<String> {
        let kinds: Kinds = self.assume_complete.iter().copied().collect();
        let kinds = kinds.iter().map(|kind| format!("--assume-complete {}", kind.name()));
        let names = self.missing_element.iter().map(|name| format!("--missing-element {name}"));
        kinds.chain(self.delta_as_full.then(|| "--delta-as-full".to_owned())).chain(names).collect()
    }
}

/// The options that change answers and differ from the defaults, as they are written on a command line.
pub(crate) fn written(rules: &Rules, intake: &Intake) -> String {
    [rules.written(), intake.reading.written()].concat().join(" ")
}

/// The client that was named, or the only one there is.
pub(crate) fn only_client<'i>(
    wanted: Option<&str>,
    intake: &'i ingest::Intake,
) -> patchstate::error::Result<&'i ingest::Client> {
    let names = || {
        let ids: Vec<_> = intake.clients().iter().take(5).map(|client| client.id.as_str()).collect();
        let more = if intake.clients().len() > 5 { ", …" } else { "" };
        format!("there are: {}{more}", ids.join(", "))
    };
    match (wanted, intake.clients()) {
        (_, []) => Err(Error::new(Code::BadValue, "no inventory was found")),
        (None, [client]) => Ok(client),
        (None, _) => Err(Error::new(Code::BadValue, "the inventories are of several clients")
            .with_hint(format!("name one with `--client`; {}", names()))),
        (Some(id), _) => intake
            .client(id)
            .ok_or_else(|| Error::new(Code::BadValue, format!("no client `{id}`")).with_hint(names())),
    }
}

fn format(name: &str) -> Result<&'static Format, String> {
    inventory::find(name).ok_or_else(|| {
        let names: Vec<_> = inventory::FORMATS.iter().map(|format| format.name).collect();
        format!("no inventory format; there are: {}", names.join(", "))
    })
}

fn encoding(label: &str) -> Result<String, String> {
    match xml::encoding::is_known(label) {
        true => Ok(label.to_owned()),
        false => {
            Err("no encoding; there are utf-8, windows-1252, all others of browsers, and cp850".to_owned())
        }
    }
}

fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    match text.strip_prefix('@').map(str::parse) {
        Some(Ok(seconds)) => jiff::Timestamp::from_second(seconds).map_err(|error| error.to_string()),
        Some(Err(_)) => Err("no number of seconds stands behind `@`".to_owned()),
        None => request::time(text),
    }
}

fn kind(name: &str) -> Result<Kind, String> {
    Kind::find(name).ok_or_else(|| {
        let names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        format!("no kind of facts; there are: {}", names.join(", "))
    })
}
