//! What can be seen of the appliance from outside: what it tells and plays. The power may go at any of these actions.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::rc::Rc;

use earwitness::appliance::{Loudspeaker, Output};
use earwitness_core::event::Event;
use earwitness_core::experiment::Order;
use earwitness_notify::Letter;
use earwitness_report::sentence::{Namer, sentence};
use earwitness_sound::player::Busy;

/// The power goes: what unwinds the appliance wherever it is.
pub(crate) struct PowerCut;

/// What the appliance did that can be seen from outside.
#[derive(Default)]
pub(crate) struct Seen {
    /// Events that were reported, each with its sentence and whether it is said to be stored.
    pub(crate) reported: RefCell<Vec<(Event, String, bool)>>,
    /// What the household was told.
    pub(crate) letters: RefCell<Vec<Letter>>,
    /// Orders that the loudspeaker took and that are not carried out yet.
    pub(crate) orders: RefCell<VecDeque<Order>>,
    /// Orders that the loudspeaker took, with the time by the clock of the appliance.
    pub(crate) ordered: RefCell<Vec<(u32, i64)>>,
    /// Actions until the power goes.
    pub(crate) fuse: Cell<Option<u32>>,
    pub(crate) busy: Cell<bool>,
}

impl Seen {
    /// One more action.
    fn acts(&self) {
        match self.fuse.get() {
            Some(0 | 1) => {
                self.fuse.set(None);
                // Unwinds without a word on standard error.
                resume_unwind(Box::new(PowerCut));
            }
            Some(left) => self.fuse.set(Some(left - 1)),
            None => {}
        }
    }
}

pub(crate) struct Player(pub(crate) Rc<Seen>);

impl Loudspeaker for Player {
    fn say(&self, order: Order) -> Result<(), Busy> {
        if self.0.busy.take() {
            return Err(Busy);
        }
        self.0.orders.borrow_mut().push_back(order);
        self.0.acts();
        Ok(())
    }
}

pub(crate) struct Ears(pub(crate) Rc<Seen>);

impl Output for Ears {
    fn report(&self, event: &Event, name: Namer<'_>, stored: bool) {
        self.0.reported.borrow_mut().push((event.clone(), sentence(event, name), stored));
        self.0.acts();
    }

    fn send(&self, letter: Letter) {
        self.0.letters.borrow_mut().push(letter);
    }

    fn last_letter(&self) -> u64 {
        self.0.letters.borrow().iter().map(|it| it.number).max().unwrap_or_default()
    }

    fn notices_lost(&self) -> (u64, u64) {
        (0, 0)
    }
}
