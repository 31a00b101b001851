//! Messages as events.

use std::collections::BTreeMap;

use beehive_core::event::{Event, from_cloudevent};
use beehive_core::{Error, ErrorKind};
use bytes::Bytes;

use super::body::{self, Body, Deposit, ENCODING};
use super::encode::{ATTRIBUTE, CONTENT_TYPE, EXTENSIONS};
use super::message::Message;
use super::note::{self, NOTE, Note};
use super::unreadable::unreadable;

/// What a delivery says.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// The event; if it could not be read, its body and what was readable.
    pub(crate) event: Event,
    /// Why it could not be read, if so.
    pub(crate) defect: Option<Error>,
    /// Where its data is, if that is not here.
    pub(crate) deposit: Option<Deposit>,
    /// What we noted on it; nothing, if that cannot be read.
    pub(crate) note: Note,
    /// Whether there is a note that cannot be read, which is a defect as well.
    pub(crate) has_unread_note: bool,
    /// The message without the note, to be sent once more.
    pub(crate) message: Message,
}

impl Incoming {
    /// The same with the data that was elsewhere.
    pub(crate) fn with_data(mut self, data: Bytes) -> Self {
        match read_attributes(&self.message, data) {
            Ok(event) => self.event = event,
            Err(defect) => self.defect = Some(defect),
        }
        self
    }

    /// The same, if its data cannot be had.
    pub(crate) fn with_defect(mut self, defect: Error) -> Self {
        self.defect = Some(defect);
        self
    }
}

/// Reads a delivery. Never fails: what cannot be read comes with a defect.
pub(crate) fn decode(mut message: Message) -> Incoming {
    let (note, note_defect) = match take_note(&mut message) {
        Ok(note) => (note, None),
        Err(defect) => (Note::default(), Some(defect)),
    };
    let (event, deposit, defect) = match read(&message) {
        Ok((event, deposit)) => (event, deposit, None),
        Err(defect) => (unreadable(&message), None, Some(defect)),
    };
    Incoming {
        event,
        has_unread_note: note_defect.is_some(),
        defect: defect.or(note_defect),
        deposit,
        note,
        message,
    }
}

/// Takes our note off a message, and puts the attribute back that it may keep.
fn take_note(message: &mut Message) -> Result<Note, Error> {
    let Some(value) = message.attributes.remove(NOTE) else {
        return Ok(Note::default());
    };
    let mut note = Note::read(&value)?;
    if let Some((name, value)) = note.take_kept()? {
        if message.attributes.contains_key(&name) {
            return Err(note::unreadable());
        }
        message.attributes.insert(name, value);
    }
    Ok(note)
}

fn read(message: &Message) -> Result<(Event, Option<Deposit>), Error> {
    match body::read(&message.body, message.text(ENCODING))? {
        Body::Here(data) => Ok((read_attributes(message, data)?, None)),
        Body::Elsewhere(deposit) => Ok((read_attributes(message, Bytes::new())?, Some(deposit))),
    }
}

fn read_attributes(message: &Message, data: Bytes) -> Result<Event, Error> {
    let mut values: Vec<(String, String)> = Vec::with_capacity(16);
    if let Some(json) = message.attributes.get(EXTENSIONS) {
        let read = json
            .as_text()
            .and_then(|json| serde_json::from_str::<BTreeMap<String, String>>(json).ok());
        values.extend(read.ok_or_else(|| not_text(EXTENSIONS))?);
    }
    for (attribute, value) in &message.attributes {
        let name = match attribute.strip_prefix(ATTRIBUTE) {
            _ if attribute == EXTENSIONS => continue,
            Some(name) => name,
            None if attribute == CONTENT_TYPE => "datacontenttype",
            None => continue,
        };
        let text = value.as_text().ok_or_else(|| not_text(name))?;
        values.push((name.to_owned(), text.to_owned()));
    }
    if values.iter().all(|(name, _)| name == "datacontenttype") {
        return Err(not_an_event());
    }
    from_cloudevent(values, data)
}

fn not_an_event() -> Error {
    Error::new(
        ErrorKind::Undecodable,
        "the message has no attributes ce-…; its producer must write CloudEvents, and the \
         subscription must deliver raw messages",
    )
    .with_operation("read message")
}

fn not_text(attribute: &str) -> Error {
    Error::new(
        ErrorKind::Undecodable,
        "the value is not text, or not what it should be",
    )
    .with_operation("read message")
    .with_context("attribute", attribute)
}
