/* status.h - the list of statuses and the list of reasons, each written once. */
#ifndef CBI_BASE_STATUS_H
#define CBI_BASE_STATUS_H

#include "cbank.h"

/* "CBANK_E_NOT_FOUND" is "not_found" on the command line and in JSON. */
const char *cbi_status_word(cbank_status status);

/*
 * Why a call failed. A reason belongs to one status and has a message and a remedy in Chinese
 * and English (reasons.def). Numbers are stable; a removed reason's number is not used again.
 */
typedef enum cbi_reason {
    CBI_REASON_NONE = 0,
#define CBI_REASON(name, number, status, zh, zh_remedy, en, en_remedy) CBI_REASON_##name = number,
#include "base/reasons.def"
#undef CBI_REASON
} cbi_reason;

cbank_status cbi_reason_status(cbi_reason reason);

/* The reason's own word, e.g. "BAD_CHECK_DIGIT": the `reason` key of the command line. */
const char *cbi_reason_word(cbi_reason reason);

/* Message and remedy with the placeholders {object}, {where} and {detail}; English if not zh. */
const char *cbi_reason_message(cbi_reason reason, bool chinese);
const char *cbi_reason_remedy(cbi_reason reason, bool chinese);

#endif
