//! Which properties tell the instances of a class apart.
//!
//! A report does not say; these are the keys that the classes themselves declare. Of a class that is not here
//! nothing tells which instance a delta changes.

use crate::model::fact::{Property, Text};

/// The key of an instance that is the only one of its class.
pub(super) const SINGLE: &str = "";

/// Classes of which a client has one instance.
const SINGLES: [&str; 4] =
    ["Win32_OperatingSystem", "Win32_ComputerSystem", "Win32_ComputerSystemProduct", "Win32_BIOS"];

/// Classes with their keys.
const KEYS: [(&str, &[&str]); 34] = [
    ("FileSystemFile", &["Path", "Name"]),
    ("Win32_QuickFixEngineering", &["HotFixID", "ServicePackInEffect"]),
    ("Win32Reg_AddRemovePrograms", &["ProdID"]),
    ("Win32Reg_AddRemovePrograms64", &["ProdID"]),
    ("Win32_Product", &["IdentifyingNumber", "Name", "Version"]),
    ("SMS_InstalledSoftware", &["SoftwareCode"]),
    ("SoftwareLicensingProduct", &["ID"]),
    ("Win32_Service", &["Name"]),
    ("Win32_SystemDriver", &["Name"]),
    ("Win32_Process", &["Handle"]),
    ("Win32_Share", &["Name"]),
    ("Win32_Group", &["Domain", "Name"]),
    ("Win32_UserAccount", &["Domain", "Name"]),
    ("Win32_OptionalFeature", &["Name"]),
    ("Win32_ServerFeature", &["ID"]),
    ("Win32_BaseBoard", &["Tag"]),
    ("Win32_SystemEnclosure", &["Tag"]),
    ("Win32_PhysicalMemory", &["Tag"]),
    ("Win32_PhysicalMedia", &["Tag"]),
    ("Win32_NetworkAdapterConfiguration", &["Index"]),
    ("Win32_NetworkAdapter", &["DeviceID"]),
    ("Win32_Processor", &["DeviceID"]),
    ("Win32_PnPEntity", &["DeviceID"]),
    ("Win32_LogicalDisk", &["DeviceID"]),
    ("Win32_DiskDrive", &["DeviceID"]),
    ("Win32_DiskPartition", &["DeviceID"]),
    ("Win32_CDROMDrive", &["DeviceID"]),
    ("Win32_VideoController", &["DeviceID"]),
    ("Win32_DesktopMonitor", &["DeviceID"]),
    ("Win32_SoundDevice", &["DeviceID"]),
    ("Win32_SCSIController", &["DeviceID"]),
    ("Win32_IDEController", &["DeviceID"]),
    ("Win32_Printer", &["DeviceID"]),
    ("Win32_Keyboard", &["DeviceID"]),
];

/// The key of an instance, if its class is known and it states the first property of it.
pub(super) fn of(class: &str, properties: &[Property<'_>]) -> Option<String> {
    let is = |name: &str| name.eq_ignore_ascii_case(class);
    if SINGLES.iter().any(|name| is(name)) {
        return Some(SINGLE.to_owned());
    }
    let (_, names) = KEYS.iter().find(|(name, _)| is(name))?;
    let value = |name: &str| {
        let property = properties.iter().find(|property| property.name.eq_ignore_ascii_case(name));
        property.and_then(|property| property.value.as_deref())
    };
    value(names.first()?)?;
    let part = |name: &&str| value(name).map(|value: &str| format!("{name}={value}"));
    let parts: Vec<Text<'_>> = names.iter().filter_map(part).map(Text::Owned).collect();
    Some(parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_class() {
        let check = |class: &str, properties: &[(&'static str, &'static str)], expect: Option<&str>| {
            let property = |(name, value): &(&'static str, &'static str)| Property {
                name: (*name).into(),
                value: Some((*value).into()),
                ..Property::default()
            };
            let properties: Vec<_> = properties.iter().map(property).collect();
            assert_eq!(of(class, &properties).as_deref(), expect, "{class}");
        };
        check("win32_bios", &[], Some(""));
        check("Win32_Group", &[("name", "a"), ("Domain", "b")], Some("Domain=b,Name=a"));
        check("Win32_QuickFixEngineering", &[("HotFixID", "KB1")], Some("HotFixID=KB1"));
        check("Win32_QuickFixEngineering", &[("Caption", "x")], None);
        check("Site_Class", &[("Name", "a")], None);
    }
}
