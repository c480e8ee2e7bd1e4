/*
 * glance.h - reading a transcript without believing it: form only, no key, no digest, no chain.
 */
#ifndef CBI_API_GLANCE_H
#define CBI_API_GLANCE_H

#include "proof/verdict.h"

/*
 * Fills transcript, items and totals of the verdict, as the file states them. It lends `file` and
 * is to be cleared whatever the answer. MALFORMED, UNSUPPORTED, TOO_LARGE.
 */
cbank_status cbi_glance_read(cbi_bytes file, cbi_verdict *out, cbank_error *err);

#endif
