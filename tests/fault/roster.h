/*
 * roster.h - a spreadsheet of many learners, each new to the bank at first. With more than 2,048
 * rows it is ruled on, prepared and hashed again by several threads.
 */
#ifndef FAULT_ROSTER_H
#define FAULT_ROSTER_H

#include "world.h"

/* The references of its rows are of this number; ends the process if there is no memory. */
void roster_write(unsigned long number, unsigned rows, cbank_buffer *out);
/* How many of its rows were new, and how many were there. */
cbank_status roster_import(world *it, const cbank_buffer *sheet, uint64_t *deposited,
                           uint64_t *unchanged);

#endif
