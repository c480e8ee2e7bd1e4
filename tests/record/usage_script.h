/*
 * usage_script.h - scripts of entries for the fold: written down one by one, then settled.
 *
 * One script at a time. An entry's leaf is its position, plus one, 32 times; its body is its own.
 */
#ifndef CBI_TESTS_RECORD_USAGE_SCRIPT_H
#define CBI_TESTS_RECORD_USAGE_SCRIPT_H

#include "record/kind.h"
#include "record/usage.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name
#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name
#define LISTED(name) CBANK__V1__RECORD_STATE__RECORD_STATE_##name
#define LOST CBANK__V1__LEFTOVER__LEFTOVER_LOST
#define KEPT CBANK__V1__LEFTOVER__LEFTOVER_KEPT
#define ENTRIES 40
#define PER 8

typedef struct script {
    cbi_usage_entry entries[ENTRIES];
    cbi_usage_chain chains[3];
    uint8_t leaves[ENTRIES][32];
    size_t count;
    cbi_usage usage;
    /* Bodies, one an entry. */
    union {
        Cbank__V1__CreditChanged changed;
        Cbank__V1__CreditQuestioned questioned;
        Cbank__V1__ConversionRecognised recognised;
        Cbank__V1__ConversionNoted noted;
        Cbank__V1__ConversionChanged conversion;
        Cbank__V1__ConversionReplaced replaced;
        Cbank__V1__TransferOffered offered;
        Cbank__V1__TransferEnded ended;
        Cbank__V1__TransferGivenBack given_back;
        Cbank__V1__CreditReceived received;
    } bodies[ENTRIES];
    Cbank__V1__RecordUse uses[ENTRIES][PER], *use_lists[ENTRIES][PER];
    Cbank__V1__EntryRef refs[ENTRIES][PER], *ref_lists[ENTRIES][PER];
    Cbank__V1__RecognitionHead heads[ENTRIES];
    Cbank__V1__PublicationRef programmes[ENTRIES];
    Cbank__V1__RecognitionSource sources[ENTRIES][PER], *source_lists[ENTRIES][PER];
} script;

extern script the_script;
extern cbank_error script_err;

void script_begin(void);
uint32_t script_add(int kind, int entry_class);
/* Where an entry stands in its chain. */
uint64_t script_sequence(uint32_t entry);
ProtobufCBinaryData script_leaf(uint32_t entry);
uint32_t script_opened(void);
uint32_t script_award(void);
uint32_t script_changed(uint32_t record, int action);
uint32_t script_questioned(uint32_t record);
void script_use(uint32_t at, size_t position, uint32_t record, int scope, int leftover);
/* A conversion of one record within a scope. */
uint32_t script_converted(uint32_t record, int scope);
/* The recognition behind it, towards this programme of this level. */
void script_ground(uint32_t at, const char *programme, int64_t level);
/* A part of the record is used, the rest is kept. */
void script_part(uint32_t at, int64_t used, int64_t left);
uint32_t script_conversion_changed(uint32_t conversion, int kind, bool alone);
void script_refer(uint32_t at, size_t position, uint32_t record);
/* Records in ascending order. */
uint32_t script_offered(const uint32_t *records, size_t count);
uint32_t script_ended(uint32_t offer, int kind, const uint32_t *records, size_t count);
void script_good(void);
/* Refused at that entry for that reason; what came before it alone is good. */
void script_bad_at(uint32_t entry, int reason);

#endif
