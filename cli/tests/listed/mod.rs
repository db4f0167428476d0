//! Package rows, as `dnf updateinfo list` prints them.

use insta::assert_snapshot;

use super::{Place, shown};

#[test]
fn package_rows_are_listed() {
    let place = Place::new();
    std::fs::write(
        place.path("updates.xml"),
        r#"<updates><update type="security" version="2"><id>FEDORA-2026-0001</id><title>bash</title>
             <severity>Important</severity><issued date="2026-01-01"/>
             <references><reference type="cve" id="CVE-2026-0001" title="a"/></references>
             <pkglist><collection><package name="bash" version="5.3" release="1" epoch="0" arch="x86_64"/>
             <package name="zlib" version="1.3" release="1" epoch="1" arch="x86_64"/></collection></pkglist>
           </update></updates>"#,
    )
    .expect("writes");
    let packages = "bash 0:5.2-1 x86_64\nzlib 1:1.3-1 x86_64\n";
    std::fs::write(place.path("web-01.rpm"), packages).expect("writes");
    let output = place.run("compile updates.xml -o list.idx");
    assert!(output.status.success(), "{}", shown(&output));
    let list = |words: &str| shown(&place.run(&format!("report list list.idx web-01.rpm {words}")));
    assert_eq!(list(""), "FEDORA-2026-0001 Important/Sec. bash-5.3-1.x86_64\n");
    assert_eq!(list("--installed"), "FEDORA-2026-0001 Important/Sec. zlib-1:1.3-1.x86_64\n");
    assert_eq!(list("--with-cve --cve CVE-2026-0001"), "CVE-2026-0001 Important/Sec. bash-5.3-1.x86_64\n");
    assert_eq!(list("--bugfix"), "");
    assert_snapshot!("listed_all", list("--all"));
    assert_snapshot!("listed_summary", list("--summary"));
    assert_snapshot!("listed_json", list("--format json"));
    assert_eq!(place.run("report list list.idx web-01.rpm --all --installed").status.code(), Some(2));
}
