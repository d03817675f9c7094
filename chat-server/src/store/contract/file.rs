//! Promises about uploaded files.

use super::*;
use crate::rules::file::{UNATTACHED_FILES, UNATTACHED_MS};
use crate::store::{DueFiles, FileId, KeepFile, ReserveFile};
use chat_proto::FileName;
use chat_proto::limits::FILES_OF_MESSAGE;

pub(crate) fn a_file_is_in_one_message_and_there_for_its_members<E: Engine>() {
    let (mut scene, ada) = room_of_ada::<E>();
    let bob = scene.guest("bob");
    let (one, two) = (scene.upload(&ada, 1), scene.upload(&ada, 2));
    let fetched = |scene: &Scene<E>, who: &Guest| {
        let file = scene.wait(|store| store.file(who.row.id, one.clone()));
        file.map(|file| (file.size, file.mime))
    };
    let there = Some((5, "image/png".to_owned()));
    scene.join(&bob, "dev");
    assert_eq!(
        (fetched(&scene, &ada), fetched(&scene, &bob)),
        (there.clone(), None)
    );
    let seq = sent(scene.one(attach(&ada, "", &[&one, &two], Some("1"))));
    let said = scene.scan(&bob, "dev").pop().unwrap();
    let EventBody::Message(message) = &said.body else {
        panic!("{said:?}")
    };
    assert_eq!(message.text.as_deref(), Some(""));
    let ids: Vec<&str> = message.files.iter().map(|file| file.id.as_str()).collect();
    assert_eq!(ids, [one.as_str(), two.as_str()]);
    assert_eq!(
        message.files[0].url,
        format!("/files/{}/cat%201.png", one.as_str())
    );
    assert_eq!(fetched(&scene, &bob), there);
    let page = scene.page(&bob, "dev", Anchor::Newest, 1);
    assert_eq!(page.entries[0].event, said);
    scene.one(leave(&bob, "dev")).unwrap();
    assert_eq!(fetched(&scene, &bob), None);
    // A repeat has to say the same, files and all.
    let again = scene.one(attach(&ada, "", &[&one, &two], Some("1")));
    assert_eq!(repeated(again), seq);
    for (text, files) in [
        ("", &[&one][..]),
        ("", &[&two, &one]),
        ("hi", &[&one, &two]),
        ("", &[]),
    ] {
        let other = scene.one(attach(&ada, text, files, Some("1")));
        assert_eq!(refused(other), ErrorCode::Conflict);
    }
    assert_eq!(
        refused(scene.one(attach(&ada, "", &[&one], None))),
        ErrorCode::Conflict
    );
}

pub(crate) fn who_left_a_direct_room_fetches_nothing_of_it<E: Engine>() {
    let mut scene = Scene::<E>::new();
    let (ada, bob) = (scene.account("ada"), scene.account("bob"));
    scene.one(direct(&ada, "@ada+bob")).unwrap();
    let (name, id) = (room("@ada+bob"), FileId::of([1; 16]));
    let Change::ReserveFile(reserve) = reserve(&ada, &id, 5) else {
        panic!("a reservation")
    };
    let reserve = ReserveFile {
        room: name.clone(),
        ..reserve
    };
    scene.one(Change::ReserveFile(reserve)).unwrap();
    scene.one(keep(&id)).unwrap();
    let Change::Send(message) = attach(&ada, "", &[&id], None) else {
        panic!("a message")
    };
    let message = SendMessage {
        room: name,
        ..message
    };
    scene.one(Change::Send(message)).unwrap();
    let fetched = |scene: &Scene<E>| scene.wait(|store| store.file(bob.row.id, id.clone()));
    assert!(fetched(&scene).is_some());
    scene.one(leave(&bob, "@ada+bob")).unwrap();
    assert_eq!(fetched(&scene), None);
    sent(scene.one(send(&ada, "@ada+bob", "come back", None)));
    assert!(fetched(&scene).is_some());
}

pub(crate) fn only_its_uploader_attaches_a_file_and_only_in_its_room<E: Engine>() {
    let (mut scene, ada) = room_of_ada::<E>();
    let bob = scene.guest("bob");
    scene.join(&bob, "dev");
    scene.join(&ada, "ops");
    let file = scene.upload(&ada, 1);
    let unkept = FileId::of([9; 16]);
    scene.one(reserve(&ada, &unkept, 9)).unwrap();
    assert_eq!(
        refused(scene.one(attach(&bob, "", &[&file], None))),
        ErrorCode::Conflict
    );
    let elsewhere = Change::Send(SendMessage {
        author: ada.row.id,
        room: room("ops"),
        text: None,
        nonce: None,
        reply_to: None,
        rooms_max: 1000,
        files: [file.as_str().into()].into(),
    });
    assert_eq!(refused(scene.one(elsewhere)), ErrorCode::Conflict);
    for (files, code) in [
        (&[&file, &file][..], ErrorCode::Conflict),
        (&[&file, &unkept], ErrorCode::NotFound),
        (&[&FileId::of([8; 16])], ErrorCode::NotFound),
        (&[&file; FILES_OF_MESSAGE + 1], ErrorCode::TooLarge),
    ] {
        assert_eq!(refused(scene.one(attach(&ada, "hi", files, None))), code);
    }
    // Nothing of all that was done.
    assert_eq!(scene.scan(&ada, "dev").len(), 0);
    sent(scene.one(attach(&ada, "", &[&file], None)));
}

pub(crate) fn only_so_much_of_a_users_files_waits<E: Engine>() {
    let (mut scene, ada) = room_of_ada::<E>();
    for number in 0..UNATTACHED_FILES - 1 {
        scene.upload(&ada, number as u8);
    }
    let (last, more) = (FileId::of([100; 16]), FileId::of([101; 16]));
    let large = scene.one(reserve(&ada, &last, 1000));
    assert_eq!(refused(large), ErrorCode::TooLarge);
    scene.one(reserve(&ada, &last, 5)).unwrap();
    assert_eq!(
        refused(scene.one(reserve(&ada, &more, 5))),
        ErrorCode::TooLarge
    );
    // What came to nothing counts no more, nor does what is attached.
    scene.one(Change::DropUpload(last)).unwrap();
    scene.one(reserve(&ada, &more, 5)).unwrap();
    let out = scene.guest("eve");
    let refusal = scene.one(reserve(&out, &FileId::of([102; 16]), 5));
    assert_eq!(refused(refusal), ErrorCode::NotMember);
}

pub(crate) fn a_file_is_gone_with_its_message<E: Engine>() {
    let (mut scene, ada) = room_of_ada::<E>();
    let (kept, gone) = (scene.upload(&ada, 1), scene.upload(&ada, 2));
    sent(scene.one(attach(&ada, "", &[&kept], None)));
    let seq = sent(scene.one(attach(&ada, "look", &[&gone], Some("1"))));
    let delete = Change::Revise(Revise {
        by: ada.row.id,
        room: room("dev"),
        target: seq,
        what: Revision::Delete,
    });
    changed(scene.one(delete));
    assert!(scene.effects.borrow().contains(&Effect::FilesDoomed));
    assert_eq!(
        scene.wait(|store| store.file(ada.row.id, gone.clone())),
        None
    );
    assert!(
        scene
            .wait(|store| store.file(ada.row.id, kept.clone()))
            .is_some()
    );
    let EventBody::Message(message) = &scene.scan(&ada, "dev")[1].body else {
        panic!("a message")
    };
    assert_eq!(message.files, []);
    let again = scene.one(attach(&ada, "look", &[&gone], Some("1")));
    assert_eq!(repeated(again), seq);
    // It is due until its bytes are gone, whatever happens between.
    let mut scene = scene.crash();
    assert_eq!(scene.due(), doomed(&[&gone]));
    scene
        .one(Change::ForgetFiles(vec![gone, kept.clone()]))
        .unwrap();
    scene.now += 2 * UNATTACHED_MS;
    assert_eq!(scene.due(), DueFiles::default());
    assert!(scene.wait(|store| store.file(ada.row.id, kept)).is_some());
}

pub(crate) fn a_file_that_nobody_attached_is_gone_after_a_day<E: Engine>() {
    let (mut scene, ada) = room_of_ada::<E>();
    let (waiting, attached) = (scene.upload(&ada, 1), scene.upload(&ada, 2));
    sent(scene.one(attach(&ada, "", &[&attached], None)));
    scene.now += UNATTACHED_MS - 1;
    assert_eq!(scene.due(), DueFiles::default());
    scene.now += 1;
    assert!(scene.due().expired);
    scene.one(Change::ExpireFiles).unwrap();
    assert_eq!(scene.due(), doomed(&[&waiting]));
    let late = scene.one(attach(&ada, "", &[&waiting], None));
    assert_eq!(refused(late), ErrorCode::NotFound);
}

pub(crate) fn an_upload_that_a_crash_broke_off_is_doomed<E: Engine>() {
    let (mut scene, ada) = room_of_ada::<E>();
    let kept = scene.upload(&ada, 1);
    let broken = FileId::of([2; 16]);
    scene.one(reserve(&ada, &broken, 5)).unwrap();
    let scene = scene.crash();
    assert_eq!(scene.due(), doomed(&[&broken]));
    let late = scene.one(keep(&broken));
    assert_eq!(refused(late), ErrorCode::NotFound);
    sent(scene.one(attach(&ada, "", &[&kept], None)));
}

impl<E: Engine> Scene<E> {
    pub(super) fn upload(&mut self, by: &Guest, number: u8) -> FileId {
        let id = FileId::of([number; 16]);
        self.one(reserve(by, &id, 5)).unwrap();
        self.one(keep(&id)).unwrap();
        id
    }

    pub(super) fn due(&self) -> DueFiles {
        let now = Timestamp::from_millis(self.now);
        self.wait(|store| store.due_files(now, 10))
    }
}

pub(super) fn room_of_ada<E: Engine>() -> (Scene<E>, Guest) {
    let mut scene = Scene::<E>::new();
    let ada = scene.guest("ada");
    scene.join(&ada, "dev");
    (scene, ada)
}

fn reserve(by: &Guest, id: &FileId, bytes: u64) -> Change {
    Change::ReserveFile(ReserveFile {
        id: id.clone(),
        by: by.row.id,
        room: room("dev"),
        name: FileName::neutral("cat 1.png"),
        bytes,
        unattached_bytes: 1000,
    })
}

fn keep(id: &FileId) -> Change {
    Change::KeepFile(KeepFile {
        id: id.clone(),
        size: 5,
        mime: "image/png",
    })
}

pub(super) fn attach(by: &Guest, text: &str, files: &[&FileId], nonce: Option<&str>) -> Change {
    Change::Send(SendMessage {
        author: by.row.id,
        room: room("dev"),
        text: Text::parse(text, usize::MAX).ok(),
        nonce: nonce.map(|nonce| Nonce::parse(nonce).unwrap()),
        reply_to: None,
        rooms_max: 1000,
        files: files.iter().map(|id| id.as_str().into()).collect(),
    })
}

pub(super) fn doomed(ids: &[&FileId]) -> DueFiles {
    DueFiles {
        expired: false,
        doomed: ids.iter().copied().cloned().collect(),
    }
}
