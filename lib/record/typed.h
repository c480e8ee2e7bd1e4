/* typed.h - what people type, before it is checked: one width, one case, nothing between. */
#ifndef CBI_RECORD_TYPED_H
#define CBI_RECORD_TYPED_H

#include "base/bytes.h"

/*
 * Folds the width, makes ASCII letters upper-case and removes blanks, tabs and hyphens. Writes at
 * most `capacity` - 1 bytes and a zero. INVALID with `object` if the rest is too long or not clean.
 */
cbank_status cbi_typed_squeeze(cbi_bytes typed, const char *object, char *out, size_t capacity,
                               cbank_error *err);

#endif
