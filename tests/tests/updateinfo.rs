//! temp
use patchstate::catalog::{self, Settings};
use patchstate::model::update::*;
#[test]
fn look() {
    let path = conformance::corpora("updateinfo").unwrap();
    let mut list: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.to_string_lossy().contains(".xml"))
        .collect();
    for e in std::fs::read_dir(path.join("ci-dnf-stack/fixtures/specs")).unwrap() {
        let p = e.unwrap().path().join("updateinfo.xml");
        if p.exists() {
            list.push(p)
        }
    }
    list.sort();
    for p in list {
        let f = catalog::recognise(&p).unwrap();
        let t = std::time::Instant::now();
        (f.read)(&p, &Settings::default(), &mut |c| {
            let c = c.unwrap();
            let rows: usize = c
                .updates
                .iter()
                .map(|u| match &u.rule {
                    Rule::Packages { rows, .. } => rows.len(),
                    _ => 0,
                })
                .sum();
            println!(
                "{} {:?} {} updates {} rows {:?} {:?}",
                p.file_name().unwrap().display(),
                c.source.profile,
                c.updates.len(),
                rows,
                t.elapsed(),
                c.diagnostics.counts().collect::<Vec<_>>()
            );
            for d in c.diagnostics.kept().iter().take(6) {
                println!("   {d}");
            }
        });
    }
}
