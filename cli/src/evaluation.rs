//! The options that change answers, shared by all verbs that evaluate.

use clap::ValueEnum;
use patchstate::model::options::{Checksum, Detect, Options, Profile, RegistryItems, Supersedence};

use crate::catalogs::profile;

/// The options that change answers.
#[derive(Debug, clap::Args)]
pub(crate) struct Evaluation {
    /// What a replacement does: `on`, `off` (the raw results), `evr` (package versions imply some too)
    #[arg(long, value_name = "HOW", default_value = "on")]
    supersedence: Replacements,
    /// What another checksum at the same file version says: nothing, Unknown, or that it is missing
    #[arg(long, value_name = "HOW", default_value = "off")]
    checksum: Checksums,
    /// Leaves out registry evidence
    #[arg(long)]
    no_registry: bool,
    /// When products are detected from other facts: where an inventory does not state all of them,
    /// always, or never
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    detect: Detection,
    /// How package rows are compared: as dnf or as zypper does [default: as compiled]
    #[arg(long, value_name = "PROFILE", value_parser = profile)]
    profile: Option<Profile>,
    /// Names a package that is installed in several versions on purpose; may be repeated
    #[arg(long, value_name = "NAME")]
    install_only: Vec<String>,
    /// Gives cells to updates that were withdrawn together with their packages
    #[arg(long)]
    include_retracted: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Replacements {
    On,
    Off,
    Evr,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Checksums {
    Off,
    Unknown,
    Strict,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Detection {
    Auto,
    Always,
    Never,
}

impl Evaluation {
    /// The engine's options.
    pub(crate) fn options(&self) -> Options {
        Options {
            supersedence: match self.supersedence {
                Replacements::On => Supersedence::On,
                Replacements::Off => Supersedence::Off,
                Replacements::Evr => Supersedence::Evr,
            },
            checksum: match self.checksum {
                Checksums::Off => Checksum::Off,
                Checksums::Unknown => Checksum::Unknown,
                Checksums::Strict => Checksum::Strict,
            },
            registry: if self.no_registry { RegistryItems::Ignored } else { RegistryItems::Read },
            detect: match self.detect {
                Detection::Auto => Detect::Auto,
                Detection::Always => Detect::Always,
                Detection::Never => Detect::Never,
            },
            profile: self.profile,
            install_only: self.install_only.clone(),
            include_retracted: self.include_retracted,
        }
    }

    /// The options that are not the usual ones, as they are written on a command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let choices = [
            ("--supersedence", name(self.supersedence), name(Replacements::On)),
            ("--checksum", name(self.checksum), name(Checksums::Off)),
            ("--detect", name(self.detect), name(Detection::Auto)),
        ];
        let unusual = choices.iter().filter(|(_, chosen, usual)| chosen != usual);
        let mut words: Vec<String> =
            unusual.map(|(option, chosen, _)| format!("{option} {chosen}")).collect();
        words.extend(self.profile.map(|profile| format!("--profile {}", profile.name())));
        words.extend(self.no_registry.then(|| "--no-registry".to_owned()));
        words.extend(self.install_only.iter().map(|name| format!("--install-only {name}")));
        words.extend(self.include_retracted.then(|| "--include-retracted".to_owned()));
        words
    }
}

fn name(value: impl ValueEnum) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}
