/*
 * error.h - how a layer says why it failed.
 *
 * The lowest layer that knows the reason fills the caller's error; upper layers pass it on. The
 * error is the caller's, may be NULL, and is written only on failure. It never holds a secret or
 * personal data: `object` and `detail` are for codes, positions and technical words.
 */
#ifndef CBI_BASE_ERROR_H
#define CBI_BASE_ERROR_H

#include "base/status.h"

/* Runs `expr`; a failure becomes `status` and goes to `done`, where every owner is cleared. */
#define CBI_TRY(expr)                                                                              \
    do {                                                                                           \
        status = (expr);                                                                           \
        if (status != CBANK_OK)                                                                    \
            goto done;                                                                             \
    } while (0)

/* Opens a public function: an argument that breaks the header's contract answers ARGUMENT. */
#define CBI_REQUIRE(cond, err)                                                                     \
    do {                                                                                           \
        if (!(cond))                                                                               \
            return cbi_fail((err), CBI_REASON_BAD_ARGUMENT, 0, #cond, NULL);                       \
    } while (0)

/*
 * Fills `err` and returns the reason's status. `object` names what (an account, a field, a file's
 * last name), `detail` is a printf format for a technical word; both may be NULL and are cut to
 * what the error holds. `where` is a position: a row, an index, an offset.
 */
cbank_status cbi_fail(cbank_error *err, cbi_reason reason, uint64_t where, const char *object,
                      const char *detail, ...) __attribute__((format(printf, 5, 6)));

/* Names the object of an error that a lower layer left unnamed; keeps a name that is there. */
void cbi_error_name(cbank_error *err, const char *object);

#endif
