/*
 * conversion.h - conversions in the log: checks of their bodies, and how their state moves.
 *
 * A conversion stands on the records that it uses. While it stands or is suspended they stay used;
 * once it is reversed or replaced they are free again.
 */
#ifndef CBI_RECORD_CONVERSION_H
#define CBI_RECORD_CONVERSION_H

#include "wire/message.h"

#include "cbank/v1/conversion.pb-c.h"

/* The state of one conversion. The numbers are those of cbank.api.v1.ConversionState, less one. */
typedef enum cbi_conversion_state {
    CBI_CONVERSION_STANDS = 0,
    CBI_CONVERSION_SUSPENDED = 1,
    CBI_CONVERSION_REVERSED = 2, /* final */
    CBI_CONVERSION_REPLACED = 3, /* final */
} cbi_conversion_state;

/* Moves the state by a statement of kind 132 to 135. STATE if that is not possible in it. */
cbank_status cbi_conversion_state_step(cbi_conversion_state *state, int kind, cbank_error *err);
/* Whether the records are still used. */
bool cbi_conversion_uses(cbi_conversion_state state);

/*
 * Whether two uses of one record, neither of which is only counted, get into each other's way:
 * the wider scope decides. `same_programme` and `same_level` are of the two programmes.
 */
bool cbi_conversion_scopes_meet(Cbank__V1__UseScope one, Cbank__V1__UseScope other,
                                bool same_programme, bool same_level);

/* Entry references in strictly ascending order of sequence, then leaf: each once. INVALID. */
int cbi_entry_ref_compare(uint64_t sequence, ProtobufCBinaryData leaf, uint64_t other_sequence,
                          ProtobufCBinaryData other_leaf);
cbank_status cbi_entry_refs_check(const char *name, Cbank__V1__EntryRef *const *refs, size_t count,
                                  cbank_error *err);
cbank_status cbi_record_uses_check(Cbank__V1__RecordUse *const *uses, size_t count,
                                   cbank_error *err);

/* What a letter from outside says: who, under which number, and on which day. INVALID. */
cbank_status cbi_conversion_check_notice(const Cbank__V1__OutsideNotice *notice, cbank_error *err);

/* Bodies, for body.h. All answer INVALID. */
cbank_status cbi_conversion_check_recognised(const void *body, cbank_error *err);
cbank_status cbi_conversion_check_changed(const void *body, cbank_error *err);
cbank_status cbi_conversion_check_replaced(const void *body, cbank_error *err);
cbank_status cbi_conversion_check_noted(const void *body, cbank_error *err);
cbank_status cbi_conversion_check_questioned(const void *body, cbank_error *err);
cbank_status cbi_conversion_check_received(const void *body, cbank_error *err);

#endif
