//! How the facts of a client differ from those of its image.

use std::collections::BTreeMap;

use super::text;
use crate::generate::random::Random;
use crate::model::fact::{Fact, FileVersion, ModuleState, Text};
use crate::version::dotted::Version;

/// Whether a client may have another fact than its image: not where it says which system this is.
pub(super) fn is_possible(fact: &Fact<'_>) -> bool {
    !matches!(fact, Fact::Os(_) | Fact::Trait(_) | Fact::Kernel(_))
}

/// A fact as a client has it that differs from its image; `None` when it is not there at all. `levels` has
/// the service packs that updates name, by product.
pub(super) fn deviating(
    fact: &Fact<'static>,
    levels: &BTreeMap<Text<'static>, Vec<Text<'static>>>,
    random: &mut Random,
) -> Option<Fact<'static>> {
    let mut fact = fact.clone();
    let is_there = random.chance(500);
    match &mut fact {
        Fact::File(file) => {
            let FileVersion::Known(Version([a, b, c, d])) = file.version else { return None };
            let d = if is_there || d < 3 { d.saturating_add(1) } else { d - 3 };
            file.version = FileVersion::Known(Version([a, b, c, d]));
            file.size = Some(size(d));
        }
        Fact::RegistryValue(value) if is_there => {
            let data = text(random.below(10_000).to_string());
            if value.data.as_ref() == Some(&data) {
                return None;
            }
            value.data = Some(data);
        }
        Fact::Package(package) => {
            let release = package.release.as_deref().unwrap_or("");
            let release = if is_there { format!("{release}.2") } else { format!("0~{release}") };
            package.release = Some(text(release));
        }
        Fact::Product(product) if is_there && product.sp.is_some() => {
            let levels = levels.get(&product.name).map_or(&[][..], Vec::as_slice);
            let others: Vec<_> = levels.iter().filter(|level| Some(*level) != product.sp.as_ref()).collect();
            product.sp = random.pick(&others).map(|level| (*level).clone());
        }
        Fact::Wmi(instance) if is_there => {
            let properties = instance.properties.iter_mut();
            let value = properties.rev().find_map(|property| property.value.as_mut())?;
            *value = text(format!("{value}0"));
        }
        Fact::Msi(product) if is_there => {
            let version = product.version.as_deref().and_then(Version::parse)?;
            let Version([a, b, c, d]) = version;
            product.version = Some(text(Version([a, b, c, d.saturating_add(1)]).to_string()));
        }
        Fact::Module(module) if is_there => {
            module.state = match module.state {
                ModuleState::Disabled => ModuleState::Enabled,
                ModuleState::Enabled | ModuleState::Default => ModuleState::Disabled,
            };
        }
        _ => return None,
    }
    Some(fact)
}

/// The size of a file whose version ends in `build`.
pub(super) fn size(build: u32) -> u64 {
    10_000 + u64::from(build) * 16
}
