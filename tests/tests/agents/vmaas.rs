//! Requests of the VMaaS protocol.

use patchstate::diagnostic::Code;
use patchstate::inventory::MAX_TEXT;
use patchstate::model::fact::{Fact, ModuleState};

use super::{Place, code, complete, ids, import, one};

/// The packages and modules of a request, as words.
fn facts(text: &str) -> String {
    let (inventory, _) = one(text).unwrap();
    let shown = |fact: &Fact<'_>| match fact {
        Fact::Package(package) => {
            let epoch = package.epoch.map_or("?".to_owned(), |epoch| epoch.to_string());
            let (release, arch) = (package.release.as_deref(), package.arch.as_deref());
            format!(
                "{}={epoch}:{}-{}.{}",
                package.name,
                package.version,
                release.unwrap(),
                arch.unwrap_or("?")
            )
        }
        Fact::Module(module) => {
            assert_eq!(module.state, ModuleState::Enabled);
            format!("{}:{}", module.name, module.stream)
        }
        Fact::Os(os) => format!("os {:?} {:?}", os.version, os.arch),
        other => panic!("{other:?}"),
    };
    inventory.facts.iter().map(|stated| shown(&stated.fact)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_missing_epoch_is_zero_unless_the_request_knows_none() {
    let check = |rest: &str, expect: &str| {
        let text = format!("{{\"package_list\":[\"a-1-1.noarch\"{rest}}}");
        assert_eq!(facts(&text), expect, "{text}");
    };
    check("]", "a=0:1-1.noarch");
    check(",\"b-0:1-1.noarch\"]", "a=0:1-1.noarch b=0:1-1.noarch");
    check("],\"epoch_required\":true", "a=0:1-1.noarch");
    check("],\"epoch_required\":false", "a=?:1-1.noarch");
    check("],\"epoch_required\":null", "a=0:1-1.noarch");
    check(",\"b-2:1-1.noarch\"],\"epoch_required\":false", "a=0:1-1.noarch b=2:1-1.noarch");
}

#[test]
fn every_member_of_a_request() {
    let text = "{\"inventory_id\":\"i\",\"client\":\"c\",\"basearch\":\"x86_64\",\"releasever\":9,\
                \"package_list\":[\"kernel-5.14.0-1.el9.x86_64\"],\
                \"modules_list\":[{\"module_stream\":\"18\",\"module_name\":\"nodejs\"}]}";
    assert_eq!(facts(text), "os Some(\"9\") Some(\"x86_64\") kernel=0:5.14.0-1.el9.x86_64 nodejs:18");
    let (inventory, imported) = one(text).unwrap();
    assert_eq!((inventory.client(), complete(&imported)), ("c", vec!["package", "module"]));
    assert!(imported.diagnostics.is_empty(), "{:?}", imported.diagnostics);
}

#[test]
fn filters_are_told_and_not_honoured() {
    let filters = |rest: &str| {
        let (_, imported) = one(&format!("{{\"package_list\":[\"a-1-1.noarch\"]{rest}}}")).unwrap();
        assert_eq!(complete(&imported), ["package"]);
        let kept = imported.diagnostics.kept().iter();
        let filters = kept.filter(|found| found.code == Code::RequestFilter);
        filters.map(|found| found.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(filters(",\"repository_list\":[\"a\",\"b\"]"), ["`repository_list` of 2"]);
    assert_eq!(filters(",\"latest_only\":true,\"security_only\":true"), ["`latest_only`", "`security_only`"]);
    assert!(filters(",\"repository_list\":[],\"latest_only\":false,\"security_only\":false").is_empty());
    assert!(filters("").is_empty());
}

#[test]
fn what_could_not_be_read_is_not_complete() {
    let check = |text: &str, code: Code, expect: &[&str]| {
        let (_, imported) = one(text).unwrap();
        assert_eq!((imported.diagnostics.of(code), complete(&imported)), (1, expect.to_vec()), "{text}");
    };
    let modules = "\"modules_list\":[]";
    check(
        &format!("{{\"package_list\":[\"a-1-1.noarch\",\"a-1.el9\"],{modules}}}"),
        Code::PackageLine,
        &["module"],
    );
    check("{\"package_list\":[\"a-1-1.noarch\",7]}", Code::PackageLine, &[]);
    check("{\"package_list\":[\"a-99999999999:1-1.noarch\",\"a-1-1.noarch\"]}", Code::PackageLine, &[]);
    check("{\"package_list\":[\"a-1-1.noarch\"],\"modules_list\":{}}", Code::InventoryBadValue, &["package"]);
    check(
        "{\"package_list\":[\"a-1-1.noarch\"],\"modules_list\":[1]}",
        Code::InventoryBadValue,
        &["package"],
    );
    check(&format!("{{\"package_list\":[\"a-1-1.noarch\"],{modules},{modules}}}"), Code::FactDuplicate, &[]);
    // A host without packages did not answer.
    let (_, imported) = one("{\"package_list\":[]}").unwrap();
    assert!(complete(&imported).is_empty());
}

#[test]
fn what_is_no_request_is_an_error_of_its_client() {
    assert_eq!(code("{\"package_list\":{}}"), (Code::WrongFormat, "1:1".to_owned()));
    assert_eq!(code("{\"package_list\":[}"), (Code::NotWellFormed, "1:18".to_owned()));
    assert_eq!(code(&format!("{{\"package_list\":[\"{}\"]}}", "x".repeat(MAX_TEXT + 1))).0, Code::TooLarge);
    assert_eq!(code(&format!("{{\"package_list\":{}}}", "[".repeat(70))).0, Code::TooLarge);
    let place = Place::of(&[(
        "fleet.ndjson",
        b"{\"client\":\"a\",\"package_list\":[\"a-1-1.noarch\"]}\n{\"package_list\":[]}\n{\"client\":\"b\"}\n",
    )]);
    let intake = place.scan();
    assert_eq!(ids(&intake), ["a", "b", "fleet"]);
    assert!(import(&intake, "a").is_ok());
    assert_eq!(import(&intake, "b").unwrap_err().code(), Code::WrongFormat);
    assert_eq!(import(&intake, "fleet").unwrap_err().code(), Code::NoClientId);
}
