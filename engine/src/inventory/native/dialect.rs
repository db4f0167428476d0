//! The table of the native format: its elements, their attributes, and what each may hold.
//!
//! Reading and writing are made from the one table, so that neither can know what the other does not.
//! Source of truth: `docs/inventories.md`, "Facts", and `inventory-1.xsd`.

/// Hands the table to the macro `$make`.
///
/// A row is `weight "attribute" field: codec`. The weight says what a missing or unreadable value means:
///
/// * `key`: the fact is nothing without it; needed to withdraw a fact, too;
/// * `need`: the fact states nothing without it;
/// * `must`: may be missing, but the fact cannot be trusted when it is unreadable;
/// * `part`: unreadable is the same as missing, and missing is not collected;
/// * `told`: the same, but empty is an error, because it could be meant for missing or for none.
macro_rules! dialect {
    ($make:ident) => {
        $make! {
            "os" Os {
                need "family" family: family;
                part "name" name: text;
                part "version" version: text;
                part "build" build: number;
                part "ubr" ubr: number;
                part "sp" sp: text;
                part "sp-minor" sp_minor: number;
                part "arch" arch: text;
                part "edition" edition: text;
                part "sku" sku: number;
                part "product-type" product_type: product_type;
                part "suite" suite: number;
                part "installation" installation: installation;
                part "language" language: text;
                part "codepage" codepage: number;
                part "windir" windir: text;
                part "reboot-pending" reboot_pending: boolean;
            }
            "file" File {
                key "path" path: filled;
                told "version" version: file_version;
                part "product-version" product_version: text;
                part "size" size: number;
                part "modified" modified: text;
                part "created" created: text;
                part "checksum" checksum: checksum;
                part "md5" md5: digest;
                part "sha1" sha1: digest;
                part "sha256" sha256: digest;
                part "language" language: text;
                part "product" product: text;
                part "company" company: text;
            }
            "reg" RegistryValue {
                key "key" key: filled;
                key "name" name: text;
                part "type" kind: registry_type;
                part "data" data: text;
                must "view" view: view;
            }
            "pkg" Package {
                must "type" kind: package_kind;
                key "name" name: filled;
                part "epoch" epoch: number;
                key "version" version: filled;
                part "release" release: text;
                part "arch" arch: text;
                part "source" source: text;
                part "vendor" vendor: text;
                part "key" key: digest;
                part "status" status: text;
            }
            "hotfix" Hotfix {
                key "id" id: filled;
                part "installed" installed: text;
                must "state" state: hotfix_state;
            }
            "cbs" Cbs {
                key "identity" identity: filled;
                must "state" state: cbs_state;
            }
            "msi" Msi {
                key "product" product: guid;
                part "version" version: text;
                part "upgrade-code" upgrade_code: guid;
                part "language" language: number;
                part "name" name: text;
                part "features" features: text;
                part "admin-image" admin_image: boolean;
            }
            "msp" Msp {
                key "product" product: guid;
                key "patch" patch: guid;
                must "state" state: msp_state;
            }
            "key" RegistryKey {
                key "key" key: filled;
                must "view" view: view;
            }
            "msi-part" MsiPart {
                key "product" product: guid;
                key "component" component: guid;
                part "version" version: text;
            }
            "kernel" Kernel {
                need "running" running: filled;
                part "source" source: text;
            }
            "trait" Trait {
                key "group" group: filled;
                key "name" name: filled;
                need "value" value: text;
            }
            "module" Module {
                key "name" name: filled;
                key "stream" stream: filled;
                part "version" version: text;
                part "context" context: text;
                part "arch" arch: text;
                must "state" state: module_state;
            }
            "product" Product {
                key "name" name: filled;
                part "version" version: text;
                part "publisher" publisher: text;
                part "sp" sp: text;
                part "arch" arch: text;
                part "language" language: text;
                part "id" id: text;
            }
            "wmi" Wmi {
                key "class" class: filled;
                part "namespace" namespace: text;
                part "key" key: text;
            }
            "scan-result" ScanResult {
                key "scanner" scanner: filled;
                key "ref" reference: filled;
                need "state" state: scan_state;
                must "expired" expired: flag;
                part "time" time: text;
            }
            "tag" Tag {
                key "name" name: filled;
                part "value" value: text;
            }
            "absent" Absent {
                need "kind" kind: kind;
                need "ref" reference: filled;
                must "view" view: view;
            }
            "coverage" Coverage {
                need "kind" kind: covered_kind;
                need "under" under: filled;
                must "view" view: view;
            }
        }
    };
}

pub(super) use dialect;
