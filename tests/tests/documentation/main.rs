//! The documentation says what the program does: codes, reasons, flags, tables, options and names are
//! compared both ways, and whatever is cited or linked is there.

mod codes;
mod command_line;
mod corpora;
mod inventories;
mod page;
mod raised;
mod references;
mod reports;
