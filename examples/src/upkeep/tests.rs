use std::fs;
use std::time::Duration;

use zone_store::Compiler;
use zone_store::text::master;

use super::*;
use crate::files::write_whole;

/// A folder of images, each of a version of a zone, the first of them in service, and one of deltas between them.
struct Site {
    folder: tempfile::TempDir,
    images: Vec<Image<Vec<u8>>>,
    upkeep: Arc<Upkeep>,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let images: Vec<_> = (0..4).map(image).collect();
        fs::create_dir(folder.path().join("deltas")).unwrap();
        let path = folder.path().join("site.img");
        write_whole(&path, images[0].as_bytes()).unwrap();
        let deltas = Some(folder.path().join("deltas"));
        let upkeep = Upkeep::open("test", path, deltas).unwrap();
        Self { folder, images, upkeep }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("deltas").join(name)
    }

    /// Puts a delta into the folder.
    fn put(&self, name: &str, from: usize, to: usize) {
        let delta = Delta::between(&self.images[from], &self.images[to]).unwrap();
        fs::write(self.file(name), delta.to_bytes()).unwrap();
    }

    /// The version in service after a reload, and after the compaction of it.
    fn reloaded(&self) -> usize {
        self.upkeep.reload();
        let shown = self.upkeep.published.current().digest();
        for _ in 0..1000 {
            if !self.upkeep.base().is_compacting {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let base = self.upkeep.base();
        assert!(!base.is_compacting, "compacted again and again");
        assert_eq!(self.upkeep.published.current().digest(), shown);
        assert_eq!(base.image.digest(), shown);
        self.images.iter().position(|image| image.digest() == shown).unwrap()
    }
}

fn image(version: usize) -> Image<Vec<u8>> {
    let mut compiler = Compiler::default();
    let zone = format!("e. 60 SOA ns.e. h.e. {version} 2 3 4 5\ne. 60 NS ns.e.\n");
    master::parse(zone.as_bytes(), master::Options::new(0), &mut compiler);
    Image::open(compiler.finish().unwrap().image).unwrap()
}

#[test]
fn a_delta_that_leads_back_is_followed_and_no_circle_without_an_end() {
    let site = Site::new();
    site.put("1.delta", 0, 1);
    assert_eq!(site.reloaded(), 1);
    // Now the folder holds a circle. What came last counts.
    site.put("2.delta", 1, 0);
    assert_eq!(site.reloaded(), 0);
    assert_eq!(site.reloaded(), 0);
    site.put("3.delta", 0, 2);
    assert_eq!(site.reloaded(), 2);
    // Taken away and put there again, it is taken again.
    site.put("4.delta", 2, 0);
    fs::remove_file(site.file("1.delta")).unwrap();
    assert_eq!(site.reloaded(), 0);
    site.put("1.delta", 0, 1);
    assert_eq!(site.reloaded(), 1);
    // A server that starts anew begins where the image file does: a circle leads it nowhere.
    for number in 1..=4 {
        fs::remove_file(site.file(&format!("{number}.delta"))).unwrap();
    }
    site.put("1.delta", 0, 1);
    site.put("2.delta", 1, 0);
    let path = site.folder.path().join("site.img");
    let anew = Upkeep::open("test", path, site.upkeep.deltas.clone()).unwrap();
    assert_eq!(anew.published.current().digest(), site.images[0].digest());
    assert!(!anew.base().is_compacting);
}

#[test]
fn a_folder_that_is_not_there_is_no_empty_one() {
    let site = Site::new();
    let (image, nowhere) = (site.folder.path().join("site.img"), site.file("nowhere"));
    let refused = Upkeep::open("test", image, Some(nowhere.clone())).unwrap_err();
    assert!(refused.contains(nowhere.to_str().unwrap()), "{refused}");
}

#[test]
fn a_bad_delta_keeps_no_other_from_service() {
    let site = Site::new();
    fs::write(site.file("damaged.delta"), b"no delta").unwrap();
    fs::create_dir(site.file("folder.delta")).unwrap();
    #[cfg(unix)]
    {
        let fifo = std::process::Command::new("mkfifo").arg(site.file("fifo.delta")).status();
        assert!(fifo.unwrap().success());
        std::os::unix::fs::symlink("nowhere", site.file("link.delta")).unwrap();
    }
    site.put("1.delta", 0, 1);
    site.put("the same.delta", 0, 1);
    assert_eq!(site.reloaded(), 1);
    // Two that lead on from one image: not known which, so neither.
    site.put("2.delta", 1, 2);
    site.put("3.delta", 1, 3);
    assert_eq!(site.reloaded(), 1);
    fs::remove_file(site.file("3.delta")).unwrap();
    assert_eq!(site.reloaded(), 2);
    // Where the server does not pass, two may lead anywhere.
    site.put("0.delta", 0, 3);
    site.put("5.delta", 2, 3);
    assert_eq!(site.reloaded(), 3);
}
