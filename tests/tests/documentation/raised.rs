//! Every code is raised by a document of `corpora/`, or by something that is made here.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use conformance::cabinet::{Cabinet, File, Folder};
use conformance::site::{Sample, delta, full, full_at};
use conformance::{samples, sdp};
use patchstate::archive::map::Bytes;
use patchstate::catalog::cvrf::feed::Feed;
use patchstate::catalog::cvrf::products::Products;
use patchstate::catalog::cvrf::{self, evidence};
use patchstate::catalog::{self, Settings, Verify, detection, oval};
use patchstate::compile::compile;
use patchstate::compile::merge::merge;
use patchstate::container;
use patchstate::diagnostic::{Code, Diagnostics};
use patchstate::eval::plan::Plan;
use patchstate::eval::run;
use patchstate::index::Index;
use patchstate::ingest::{Buffer, Input, Intake};
use patchstate::model::inventory::Inventory;
use patchstate::model::options::Options;
use patchstate::model::oval::variable::Variables;
use patchstate::{ingest, inventory};

use crate::page::{root, walk};

/// The codes that were raised, with the first document of each.
#[derive(Default)]
struct Raised(BTreeMap<Code, String>);

impl Raised {
    fn add(&mut self, code: Code, by: &str) {
        self.0.entry(code).or_insert_with(|| by.to_owned());
    }

    fn all(&mut self, found: &Diagnostics, by: &str) {
        found.counts().for_each(|(code, _)| self.add(code, by));
    }

    /// Reads a catalog, with checksums that must fit and with others, and merges it with the product table.
    fn catalog(&mut self, path: &Path) {
        let by = path.to_string_lossy();
        let format = match catalog::recognise(path) {
            Ok(format) => format,
            Err(error) => return self.add(error.code(), &by),
        };
        for verify in [Verify::Refuse, Verify::Warn] {
            let mut catalogs = Vec::new();
            let settings =
                Settings { verify, check_duplicates: true, keep_going: true, ..Settings::default() };
            (format.read)(path, &settings, &mut |catalog| match catalog {
                Ok(catalog) => catalogs.push(catalog),
                Err(error) => self.add(error.code(), &by),
            });
            match merge(catalogs, detection::built_in()) {
                Ok(merged) => merged.sources.iter().for_each(|source| self.all(&source.diagnostics, &by)),
                Err(error) => self.add(error.code(), &by),
            }
        }
    }

    /// Reads definitions of OVAL, and evaluates what was collected for them.
    fn definitions(&mut self, path: &Path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match name.split_once('.') {
            Some((_, "xml")) => self.catalog(path),
            Some((_, "variables.xml")) => {
                // Given twice, so that values take the place of values.
                let mut found = Diagnostics::new();
                let mut values = Variables::default();
                for _ in 0..2 {
                    oval::variables::read(path, &mut values, &mut found).expect("is a file of values");
                }
                self.all(&found, &name);
            }
            Some((of, _)) => self.collected(&path.with_file_name(format!("{of}.xml")), path),
            None => {}
        }
    }

    /// Evaluates an inventory over a definitions file.
    fn collected(&mut self, definitions: &Path, inventory: &Path) {
        let mut catalogs = Vec::new();
        (oval::FORMAT.read)(definitions, &Settings::default(), &mut |catalog| catalogs.extend(catalog));
        let compiled = compile(catalogs, Vec::new()).expect("compiles");
        let index = conformance::run::open(&compiled.columns);
        let options = Options::default();
        let plan = Plan::new(index.view().expect("opens"), &options, None);
        let intake = Intake::scan(&[Input::from(inventory)], ingest::Settings::default()).expect("is listed");
        let clients: Vec<_> = intake.clients().iter().collect();
        let outcome = run::evaluate(&plan, &intake, &clients, |_, _| Ok(()), &|_| {}).expect("nothing fails");
        self.all(&outcome.diagnostics, &inventory.to_string_lossy());
        outcome.errors.iter().for_each(|error| self.add(error.code(), &inventory.to_string_lossy()));
    }

    /// Merges definitions files that have the same definitions.
    fn merged(&mut self, folder: &Path) {
        let mut catalogs = Vec::new();
        for name in ["first.xml", "second.xml"] {
            let path = folder.join(name);
            (oval::FORMAT.read)(&path, &Settings::default(), &mut |catalog| catalogs.extend(catalog));
        }
        let merged = merge(catalogs, Vec::new()).expect("they agree");
        let by = folder.to_string_lossy();
        merged.sources.iter().for_each(|source| self.all(&source.diagnostics, &by));
    }

    /// Reads a folder of an Office update database, with rules for it.
    fn office(&mut self, folder: &Path) {
        let by = folder.to_string_lossy();
        let settings = Settings { office_rules: vec![folder.join("rules.xml")], ..Settings::default() };
        (catalog::office::FORMAT.read)(folder, &settings, &mut |catalog| match catalog {
            Ok(catalog) => self.all(&catalog.diagnostics, &by),
            Err(error) => self.add(error.code(), &by),
        });
    }

    /// Lets a site take reports, one after the other by their serials.
    fn site(&mut self, reports: &[String]) {
        let sample = Sample::new();
        for (number, report) in reports.iter().enumerate() {
            sample.send(&format!("{number}.xml"), report);
        }
        sample.scan();
        let codes = sample.bad().into_iter().map(|(_, code)| code);
        let missing = (sample.desk.heard("delta-missing") > 0).then(|| "delta-missing".to_owned());
        codes.chain(missing).flat_map(|code| Code::find(&code)).for_each(|code| self.add(code, "a site"));
    }

    /// Lets a site fetch its catalogs.
    fn sync(&mut self, sample: &Sample) {
        if let Err(error) = sample.sync() {
            self.add(error.code(), "a site");
        }
    }

    /// Reads all members of a cabinet.
    fn cabinet(&mut self, folder: &Path, bytes: &[u8]) {
        let path = folder.join("a.cab");
        write(&path, bytes);
        let walked = container::open(&path).and_then(|opened| {
            container::walk(opened, &mut |_, member| {
                Ok(std::io::copy(member, &mut std::io::sink()).map(|_| ())?)
            })
        });
        walked.err().into_iter().for_each(|error| self.add(error.code(), "a.cab"));
    }

    /// Reads a document of CVRF, and looks at what its rows are decided by.
    fn cvrf(&mut self, path: &Path) {
        let by = path.to_string_lossy();
        let document = match cvrf::reading::read(path) {
            Ok(document) => document,
            Err(error) => return self.add(error.code(), &by),
        };
        let (mut feed, products) = (Feed::default(), Products::built_in());
        feed.add(document);
        feed.report_dangling();
        evidence::report_unmapped(&mut feed, &products);
        let mut found = std::mem::take(&mut feed.diagnostics);
        for entry in &feed.fixes {
            evidence::of(entry, &products, None, &mut found);
        }
        self.all(&found, &by);
    }

    /// Reads all inventories of a file or folder.
    fn inventories(&mut self, path: &Path) {
        let by = path.to_string_lossy();
        let ending = path.extension().and_then(|ending| inventory::find(ending.to_str()?));
        let format =
            ending.filter(|format| format.name.starts_with("agent-") || format.name == "office-convert");
        let settings = ingest::Settings { format, ..ingest::Settings::default() };
        let intake = match Intake::scan(&[Input::from(path)], settings) {
            Ok(intake) => intake,
            Err(error) => return self.add(error.code(), &by),
        };
        self.all(intake.diagnostics(), &by);
        for client in intake.clients() {
            let mut inventory = Inventory::default();
            match intake.import(client, &mut Buffer::new(), &mut inventory) {
                Ok(imported) => self.all(&imported.diagnostics, &by),
                Err(error) => self.add(error.code(), &by),
            }
        }
    }
}

/// Reads every document of the corpora.
fn of_corpora(raised: &mut Raised) {
    let corpora = root().join("corpora");
    let is_document = |path: &Path| path.extension().is_some_and(|ending| ending == "xml");
    for folder in ["mssecure", "updateinfo"] {
        walk(&corpora.join(folder), &mut |path| {
            if is_document(path) {
                raised.catalog(path);
            }
        });
    }
    raised.catalog(&corpora.join("updateinfo/repositories"));
    walk(&corpora.join("cvrf"), &mut |path| raised.cvrf(path));
    for part in ["publication", "twice", "index"] {
        raised.catalog(&corpora.join("wsus").join(part));
    }
    for part in [
        "rules.sdp",
        "package.sdp",
        "bare.sdp",
        "relations.xml",
        "patches.xml",
        "expired.sdp",
        "catalog",
        "published",
        "other",
    ] {
        raised.catalog(&corpora.join("sdp").join(part));
    }
    raised.office(&corpora.join("office"));
    walk(&corpora.join("oval"), &mut |path| {
        if is_document(path) {
            raised.definitions(path);
        }
    });
    raised.merged(&corpora.join("oval/versions"));
    // Alone, because documents of one client stand against each other in the folder.
    walk(&corpora.join("inventory"), &mut |path| raised.inventories(path));
    raised.inventories(&corpora.join("inventory"));
}

/// Evaluates results of another scanner against our Office updates.
fn results(folder: &Path, raised: &mut Raised) {
    let office = root().join("corpora/office");
    let settings = Settings { office_rules: vec![office.join("rules.xml")], ..Settings::default() };
    let mut catalogs = Vec::new();
    (catalog::office::FORMAT.read)(&office, &settings, &mut |catalog| catalogs.extend(catalog));
    let compiled = compile(catalogs, Vec::new()).expect("compiles");
    let index = conformance::run::open(&compiled.columns);
    let options = Options::default();
    let plan = Plan::new(index.view().expect("opens"), &options, None);
    let client = "<inventory version='1' client='A' complete='msi msp file'>\
        <scan-result scanner='office-convert' ref='777777' state='installed'/>\
        <scan-result scanner='office-convert' ref='100002' state='missing'/></inventory>";
    write(&folder.join("a.xml"), client.as_bytes());
    let intake = Intake::scan(&[Input::from(folder)], ingest::Settings::default()).expect("is listed");
    let clients: Vec<_> = intake.clients().iter().collect();
    let outcome = run::evaluate(&plan, &intake, &clients, |_, _| Ok(()), &|_| {}).expect("nothing fails");
    raised.all(&outcome.diagnostics, "a.xml");
}

/// Makes what raises a code in an empty folder.
type Make = fn(&Path, &mut Raised);

/// Codes that no document can hold by itself, because they speak of places, of files that are changed
/// or of a whole run.
const MADE: [(Code, Make); 33] = [
    (Code::Io, |folder, raised| raised.catalog(&folder.join("missing.xml"))),
    (Code::ClientNoProduct, |folder, raised| {
        let mut catalogs = Vec::new();
        let path = root().join("corpora/cvrf/whole.xml");
        (cvrf::FORMAT.read)(&path, &Settings::default(), &mut |catalog| catalogs.extend(catalog));
        let compiled = compile(catalogs, Vec::new()).expect("compiles");
        let index = conformance::run::open(&compiled.columns);
        let options = Options::default();
        let plan = Plan::new(index.view().expect("opens"), &options, None);
        let client = "<inventory version='1' client='A'><os family='windows' build='99999' \
            product-type='server' arch='x64'/></inventory>";
        write(&folder.join("a.xml"), client.as_bytes());
        let intake = Intake::scan(&[Input::from(folder)], ingest::Settings::default()).expect("is listed");
        let clients: Vec<_> = intake.clients().iter().collect();
        let outcome = run::evaluate(&plan, &intake, &clients, |_, _| Ok(()), &|_| {}).expect("nothing fails");
        raised.all(&outcome.diagnostics, "a.xml");
    }),
    (Code::ImportWithoutBundle, results),
    (Code::ImportDisagrees, results),
    (Code::ImportUnreadable, |folder, raised| {
        let path = folder.join("a.office-convert");
        write(&path, b"<results/>");
        raised.inventories(&path);
    }),
    (Code::BadReference, |folder, raised| {
        let location = "<repomd><data type='updateinfo'><location href='../../out.xml'/></data></repomd>";
        fs::create_dir(folder.join("repodata")).expect("the folder is ours");
        write(&folder.join("repodata/repomd.xml"), location.as_bytes());
        raised.catalog(folder);
    }),
    (Code::BadTable, |_, raised| {
        let whole = fs::read(root().join("corpora/compat/index-1.psi")).expect("an index is there");
        let opened = Index::open(Bytes::copy(&whole[..whole.len() - 1]));
        opened.err().into_iter().for_each(|error| raised.add(error.code(), "index-1.psi, cut off"));
    }),
    (Code::CabBounds, |folder, raised| raised.cabinet(folder, &cabinet(Folder::stored(b"a"), 2))),
    (Code::CabChecksum, |folder, raised| {
        let mut bytes = cabinet(Folder::stored(b"a"), 1);
        bytes.splice(bytes.len() - 1.., *b"b");
        raised.cabinet(folder, &bytes);
    }),
    (Code::CabMultipart, |folder, raised| {
        let file = File { folder: 0xfffe, ..File::new("a", 0, 0, 1) };
        raised.cabinet(folder, &Cabinet::of(Folder::stored(b"a"), vec![file]).bytes());
    }),
    (Code::XmlDtd, |folder, raised| {
        let path = package(folder, &sdp::rules("<lar:True/>", "<lar:True/>"));
        let text = fs::read_to_string(&path).expect("is written");
        write(&path, format!("<!DOCTYPE a>{text}").as_bytes());
        raised.catalog(&path);
    }),
    (Code::ShardLost, |folder, raised| {
        let members: [(&str, &[u8]); 2] =
            [("package.xml", b"<OfflineSyncPackage/>"), ("package2.cab", b"MSCF, and no more")];
        let path = folder.join("a.cab");
        write(&path, &Cabinet::stored(&members).bytes());
        raised.catalog(&path);
    }),
    (Code::ShardRange, |folder, raised| {
        let publication = folder.join("publication");
        fs::create_dir(&publication).expect("the folder is ours");
        let list = r#"<INDEX VERSION="1"><CABLIST XOR="0"><CAB NAME="package2.cab" RANGESTART="0"/>
            <CAB NAME="package3.cab" RANGESTART="5"/></CABLIST></INDEX>"#;
        write(&publication.join("index.xml"), list.as_bytes());
        let fragment = br#"<UpdateIdentity UpdateID="1" RevisionNumber="1"/>"#;
        let file = File::new("c\\9", 0, 0, fragment.len() as u32);
        write(&publication.join("package2.cab"), &Cabinet::of(Folder::stored(fragment), vec![file]).bytes());
        raised.catalog(&publication);
    }),
    (Code::CabNesting, |folder, raised| {
        let inner = |bytes: &[u8]| cabinet(Folder::stored(bytes), bytes.len() as u32);
        raised.cabinet(folder, &inner(&inner(&inner(b"a"))));
    }),
    (Code::CabQuantum, |folder, raised| {
        raised.cabinet(folder, &cabinet(Folder { method: 0x1472, ..Folder::stored(b"a") }, 1));
    }),
    (Code::AttributeTooLong, |folder, raised| {
        let query = format!("<bar:WmiQuery WqlQuery='{}'/>", "x".repeat(70_000));
        raised.catalog(&package(folder, &sdp::rules("<lar:True/>", &query)));
    }),
    (Code::RuleTooDeep, |folder, raised| {
        let deep = format!("{}<lar:True/>{}", "<lar:Not>".repeat(70), "</lar:Not>".repeat(70));
        raised.catalog(&package(folder, &sdp::rules("<lar:True/>", &deep)));
    }),
    (Code::DocumentTooLarge, |folder, raised| {
        let path = folder.join("fragments.xml");
        let long = format!("<!--{}-->", " ".repeat(3 << 20)).repeat(11);
        write(&path, format!(r#"<UpdateIdentity UpdateID="1" RevisionNumber="1"/>{long}"#).as_bytes());
        raised.catalog(&path);
    }),
    (Code::UpdateTooLarge, |folder, raised| {
        let path = folder.join("package.xml");
        let update = r#"<Update UpdateId="1" RevisionId="1" RevisionNumber="1">"#;
        let long = " ".repeat(5 << 20);
        let graph =
            format!("<OfflineSyncPackage><Updates>{update}{long}</Update></Updates></OfflineSyncPackage>");
        write(&path, graph.as_bytes());
        raised.catalog(&path);
    }),
    (Code::BundleTooDeep, |folder, raised| {
        let bundle = |number: u32| sdp::package(number, &sdp::bundle(&[number + 1]));
        let path = folder.join("catalog.xml");
        write(&path, sdp::catalog(&(0..40).map(bundle).collect::<String>()).as_bytes());
        raised.catalog(&path);
    }),
    (Code::ProductEntryReplaced, |folder, raised| {
        let entry = "<product name='Outlook 2000'><when><hotfix id='Q300001'/></when></product>";
        let path = folder.join("products.xml");
        let table = format!("<productDetection version='1'>{entry}</productDetection>");
        write(&path, table.as_bytes());
        let mut found = Diagnostics::new();
        detection::table(None, &[&path], &mut found).expect("is a table");
        raised.all(&found, "products.xml");
    }),
    (Code::DeltaUnresolved, |_, raised| {
        let delta = root().join("corpora/inventory/hardware-delta.xml");
        let mut settings = ingest::Settings::default();
        settings.reading.deltas = inventory::Deltas::Take;
        let intake = Intake::scan(&[Input::from(delta)], settings).expect("is listed");
        let mut inventory = Inventory::default();
        let read = intake.import(&intake.clients()[0], &mut Buffer::new(), &mut inventory).expect("is read");
        raised.all(&read.diagnostics, "hardware-delta.xml");
    }),
    (Code::DeltaMissing, |_, raised| {
        raised.site(&[full("A", 1, &[]), delta("A", 2, &[], &[("p1", 1)])]);
    }),
    (Code::SerialGap, |_, raised| raised.site(&[full("A", 1, &[]), delta("A", 3, &[], &[])])),
    (Code::SerialConflict, |_, raised| raised.site(&[full("A", 1, &[]), full("A", 1, &[("p1", 1)])])),
    (Code::ClockAhead, |_, raised| raised.site(&[full_at("A", 1, "2099-01-01T00:00:00Z", &[])])),
    (Code::NotSyncHost, |_, raised| {
        let mut sample = Sample::new();
        sample.desk.name = "ELSEWHERE".to_owned();
        raised.sync(&sample);
    }),
    (Code::SiteLocked, |_, raised| {
        let sample = Sample::new();
        let lock = fs::File::open(sample.path("sync.lock")).expect("was made");
        lock.lock().expect("nobody holds it");
        raised.sync(&sample);
    }),
    (Code::StillBeingWritten, |_, raised| {
        let mut sample = Sample::new();
        let path = sample.path("catalog/linux/drop/updateinfo.xml");
        sample.desk.meanwhile = Some(Box::new(move || write(&path, b"<updates/>")));
        raised.sync(&sample);
    }),
    (Code::OlderCatalog, |_, raised| {
        let sample = Sample::defined(|text| text.replace("\"updateinfo\"", "\"mssecure\""));
        for version in ["1.0.0.2", "1.0.0.1"] {
            let attributes = format!("DataVersion='{version}' LastDataUpdate='1/31/2002'");
            sample.drop_catalog(
                "a.xml",
                &format!("<BulletinDatastore {attributes}><Bulletins/></BulletinDatastore>"),
            );
            raised.sync(&sample);
        }
    }),
    (Code::ImportTooOld, |_, raised| {
        let sample = Sample::new();
        let result = "<scan-result scanner='office-convert' ref='900001' state='missing' time='2001-01-01T00:00:00Z'/>";
        sample.send("1.xml", &full("A", 1, &[]).replace("</inv", &format!("{result}</inv")));
        sample.scan();
        raised.all(&sample.kept("A").diagnostics, "a result of 2001");
    }),
    (Code::InventorySkipped, |folder, raised| {
        write(&folder.join(".hidden.xml"), b"<inventory/>");
        raised.inventories(folder);
    }),
    (Code::InventoryUnreadable, |folder, raised| {
        write(&folder.join("bad.xml"), b"<inventory");
        let index = Index::open(Bytes::copy(&samples::index(1).expect("is compiled"))).expect("opens");
        let options = Options::default();
        let plan = Plan::new(index.view().expect("opens"), &options, None);
        let intake = Intake::scan(&[Input::from(folder)], ingest::Settings::default()).expect("is listed");
        let clients: Vec<_> = intake.clients().iter().collect();
        let outcome = run::evaluate(&plan, &intake, &clients, |_, _| Ok(()), &|_| {}).expect("nothing fails");
        raised.all(&outcome.diagnostics, "bad.xml");
    }),
];

/// Writes a package.
fn package(folder: &Path, parts: &str) -> std::path::PathBuf {
    let path = folder.join("package.sdp");
    write(&path, sdp::package(1, parts).as_bytes());
    path
}

/// A cabinet of one file.
fn cabinet(folder: Folder, size: u32) -> Vec<u8> {
    Cabinet::of(folder, vec![File::new("a", 0, 0, size)]).bytes()
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("the folder is ours");
}

#[test]
fn every_code_is_raised() {
    let mut raised = Raised::default();
    of_corpora(&mut raised);
    for (code, make) in MADE {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut made = Raised::default();
        make(folder.path(), &mut made);
        assert!(made.0.contains_key(&code), "{code} is not raised by what was made for it: {:?}", made.0);
        made.0.into_iter().for_each(|(code, by)| raised.add(code, &by));
    }
    let silent = Code::ALL.iter().copied().filter(|code| !raised.0.contains_key(code));
    assert_eq!(silent.collect::<Vec<_>>(), [], "raised by nothing");
}
