/* place.h - where a bank's folder and its guard are, and how such folders come and go. */
#ifndef CBI_BANK_PLACE_H
#define CBI_BANK_PLACE_H

#include "bank/config.h"

/*
 * The guard's folder as an absolute path, CBI_PATH_MAX bytes: `guard`, or PATH.guard if that is
 * "". Neither it nor the bank's folder need be there, what holds them must. INVALID
 * (GUARD_INSIDE) if a copy of the bank's folder would take it along.
 */
cbank_status cbi_place_guard(const char *path, const char *guard, char *out, cbank_error *err);

/* A new folder that only its owner may enter, durably. EXISTS. */
cbank_status cbi_place_make(const char *folder, cbank_error *err);
cbank_status cbi_place_sync(const char *folder, cbank_error *err);

/*
 * A folder appears all at once or not at all: start makes a temporary one beside `path`, which
 * must not be there (EXISTS); finish syncs it and gives it its name, or leaves it where it is;
 * drop removes it with what a bank's folder or a guard's holds.
 */
cbank_status cbi_place_start(const char *path, char temporary[CBI_PATH_MAX], cbank_error *err);
cbank_status cbi_place_finish(const char *temporary, const char *path, cbank_error *err);
void cbi_place_drop(const char *temporary);

#endif
