/*
 * records.h - credit records in a scene, for tests that are about what is made of them.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include "scene.h"

typedef struct records_id {
    char text[64];
} records_id;

/* One record of `milli` thousandths of a credit; its id. */
records_id records_issue(scene *stage, const char *account, const char *reference, int64_t milli);
/*
 * `count` records in one batch, at most 1,000, with references that begin with `prefix`; hundreds
 * come from an institution of that name, since one may put 1,024 on an account in a year.
 */
void records_issue_many(scene *stage, const char *account, const char *prefix, size_t count);
void records_change(scene *stage, const char *id, Cbank__V1__ChangeAction action);

/* What a bank call answers to a request that must work; freed with scene_free. */
typedef cbank_status records_call(cbank_bank *bank, const uint8_t *request, size_t size,
                                  cbank_buffer *reply, cbank_error *err);
void *records_ask(scene *stage, records_call *call, const void *request,
                  const ProtobufCMessageDescriptor *type);
/* What it answers to one that must not. */
cbank_status records_refuse(scene *stage, records_call *call, const void *request,
                            cbank_error *err);

/* That a call failed so, and for this reason. */
#define records_fails(call, err, wanted, reason_word)                                              \
    do {                                                                                           \
        cr_expect_eq((call), wanted);                                                              \
        cr_expect_str_eq(cbank_reason_name((err).reason), reason_word);                            \
    } while (0)

#endif
