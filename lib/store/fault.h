/* fault.h - what LMDB and the system answer, told in our words. */
#ifndef CBI_STORE_FAULT_H
#define CBI_STORE_FAULT_H

#include "base/error.h"

/* Beside LMDB's own codes: one of its assertions failed (see trap.h). */
#define CBI_FAULT_ASSERTED (-30700)

/* Translates a code of LMDB (negative) or errno. The number is kept in the detail. */
cbank_status cbi_fault_report(int code, const char *object, cbank_error *err);

/* The disk, or what a user may have of it, is used up. */
bool cbi_fault_is_full(int code);

/* After such a code the environment is closed and opened anew before its next use. */
bool cbi_fault_breaks(int code);

/* After such a code a commit may have happened or not. */
bool cbi_fault_is_unknown(int code);

#endif
