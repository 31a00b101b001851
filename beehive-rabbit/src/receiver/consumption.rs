//! The channel and consumer behind one receiver.
