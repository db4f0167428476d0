//! What is said of security bulletins: vulnerabilities by client, and the comparison with wesng.

use insta::assert_snapshot;

use super::{Place, shown};

#[test]
fn vulnerabilities_are_listed_by_client() {
    let place = Place::new();
    let header = "DatePosted,CVE,BulletinKB,Title,AffectedProduct,AffectedComponent,Severity,Impact,Supersedes,Exploits\n";
    let rows = "20240101,CVE-2024-90001,5000001,,Windows Server 2016,,,,,\n\
                20240201,CVE-2024-90002,5000002,,Windows Server 2016,,,,,\n\
                20240201,CVE-2024-90003,5000002,,Windows Server 2019,,,,,\n\
                20240201,CVE-2024-90004,5000003,,Example on Windows Server 2016,,,,,\n";
    let vendor = format!("{header}{rows}");
    let members = [("CVEs_20240201.csv", vendor.as_bytes()), ("Custom_20240201.csv", header.as_bytes())];
    std::fs::write(place.path("definitions.zip"), conformance::wesng::archive(&members)).expect("writes");
    let inventory = "<inventory version=\"1\" client=\"srv\" complete=\"hotfix\">\n\
                     <os family=\"windows\" version=\"10.0.14393\" build=\"14393\" arch=\"x64\" product-type=\"server\" \
                     installation=\"full\"/><hotfix id=\"KB5000001\"/>\n</inventory>\n";
    std::fs::write(place.path("srv.xml"), inventory).expect("writes");
    assert!(place.run("compile definitions.zip -o msrc.idx").status.success());
    let run = |rest: &str| shown(&place.run(&format!("report cves msrc.idx {rest}")));
    assert_snapshot!("cves", run("srv.xml"));
    assert_snapshot!("cves_all_csv", run("srv.xml --all --format csv"));
    assert_snapshot!("cves_json", run("srv.xml --cve cve-2024-90003 --format json"));
    assert_snapshot!("error_no_such_cve", run("srv.xml --cve CVE-2024-1"));
    assert_snapshot!("error_no_client_read", run("catalog.xml"));
}

#[test]
fn answers_of_wesng_are_compared_with_those_of_an_index() {
    let place = Place::new();
    let header = "DatePosted,CVE,BulletinKB,Title,AffectedProduct,AffectedComponent,Severity,Impact,Supersedes,Exploits\n";
    let rows = "20240101,CVE-2024-90001,5000001,,Windows Server 2016,,,,,\n\
                20240201,CVE-2024-90002,5000002,,Windows Server 2016,,,,5000001,\n\
                20240201,CVE-2024-90002,Release Notes,,Windows Server 2016,,,,,\n";
    let vendor = format!("{header}{rows}");
    let members = [("CVEs_20240201.csv", vendor.as_bytes()), ("Custom_20240201.csv", header.as_bytes())];
    std::fs::write(place.path("definitions.zip"), conformance::wesng::archive(&members)).expect("writes");
    let inventory = "<inventory xmlns=\"urn:patchstate:inventory:1\" version=\"1\" client=\"srv\" complete=\"hotfix\">\n\
                     <os family=\"windows\" version=\"10.0.14393\" build=\"14393\" arch=\"x64\" product-type=\"server\" \
                     installation=\"full\"/>\n</inventory>\n";
    std::fs::write(place.path("srv.xml"), inventory).expect("writes");
    std::fs::write(place.path("offered.txt"), "KB5000002: rollup\nKB5000009: other\n").expect("writes");
    assert!(place.run("compile definitions.zip -o msrc.idx").status.success());
    let run = |rest: &str| shown(&place.run(&format!("compat wesng-diff definitions.zip msrc.idx {rest}")));
    assert_snapshot!("compat_wesng_diff", run("srv.xml --pending srv=offered.txt"));
    assert_snapshot!("compat_wesng_diff_json", run("srv.xml --pending offered.txt --format json"));
    assert_snapshot!("compat_wesng_diff_csv", run("srv.xml srv.xml --format csv"));
    assert_snapshot!("error_pending_of_none", run("srv.xml --pending other=offered.txt"));
    assert_snapshot!("error_pending_malformed", run("srv.xml --pending srv.xml"));
    assert_snapshot!("error_nothing_compared", run("catalog.xml"));
}
