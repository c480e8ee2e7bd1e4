/*
 * panel.h - a college's panel that recognises records of the teller's learner by agreement, and
 * the files that come of it.
 */
#ifndef CBI_TESTS_BANK_PANEL_H
#define CBI_TESTS_BANK_PANEL_H

#include "bank/recognise.h"
#include "bank/teller.h"

#define PANEL_SOURCES 8

/* A recognition about to be signed; everything in it may be changed before. */
typedef struct panel {
    Cbank__V1__RecognitionHead head;
    Cbank__V1__PublicationRef programme;
    Cbank__V1__Decision decision;
    Cbank__V1__RecognitionSource sources[PANEL_SOURCES], *source_list[PANEL_SOURCES];
    Cbank__V1__RecognitionGrant grant, *grants[1];
    Cbank__V1__Amount amount;
    uint32_t positions[PANEL_SOURCES];
    cbi_recognition_rows rows;
    cbi_hash records[PANEL_SOURCES], leaves[PANEL_SOURCES], tag, digest;
    uint8_t salt[CBI_SALT_SIZE];
} panel;

/*
 * About these records of the account, in the order of their deposit, each used up within the scope
 * towards the programme "p".
 */
void panel_convene(panel *out, teller *it, const char *number, const teller_id *ids, size_t count,
                   Cbank__V1__UseScope scope);
/* Towards another programme, where this institution may recognise; it is published if need be. */
void panel_towards(panel *it, teller *bank, const char *programme, const char *institution);
/* The same, which counts in another unit. */
void panel_counts(panel *it, teller *bank, const char *programme, const char *institution,
                  const char *unit);
/* The file, signed with this key; the caller clears it. */
cbank_buffer panel_sign(panel *it, const cbi_private *key);
/* Signs with the college's key and enters it. */
cbank_status panel_enter(panel *it, teller *bank, cbi_recognised *out, cbank_error *err);
/* All in one, which must work. */
cbi_recognised panel_recognise(teller *bank, const char *number, const teller_id *ids, size_t count,
                               Cbank__V1__UseScope scope);

/* Whether a record holds. */
cbi_record_state panel_state_of(cbi_txn *txn, const teller_id *id);

/* A change of it, signed with this key. */
cbank_buffer panel_sign_change(teller *bank, const cbi_hash *recognition,
                               Cbank__V1__RecognitionAction action, const cbi_private *key);
cbank_status panel_change(teller *bank, const cbi_hash *recognition,
                          Cbank__V1__RecognitionAction action, cbi_recognised *out,
                          cbank_error *err);

#endif
