/*
 * auditor.h - a bank with something of everything, a stranger with access to its store, and the
 * check that must notice.
 */
#ifndef CBI_TESTS_BANK_AUDITOR_H
#define CBI_TESTS_BANK_AUDITOR_H

#include "bank/check.h"
#include "bank/teller.h"

/* Its account holds A, B in doubt, C revoked, and D amended once. */
extern teller audited;
void auditor_begin(void);
void auditor_end(void);

/* Runs the check to its end. */
cbi_check *auditor_run(void);
/* How many findings such a check has. */
uint64_t auditor_count(void);
/* The check finds this, among what else it may find. */
void auditor_finds(cbi_reason reason, const char *object, const char *detail);
void auditor_finds_nothing(void);

/* What a stranger may do to a row. */
cbank_buffer auditor_get(cbi_table table, cbi_bytes key);
void auditor_put(cbi_table table, cbi_bytes key, cbi_bytes value);
void auditor_drop(cbi_table table, cbi_bytes key);
void auditor_flip(cbi_table table, cbi_bytes key, size_t offset);
void auditor_swap(cbi_table table, cbi_bytes a, cbi_bytes b);

/* The same to row `number` of those whose keys begin with `prefix`. */
void auditor_get_row(cbi_table table, const char *prefix, size_t number, cbank_buffer *key,
                     cbank_buffer *value);
void auditor_flip_row(cbi_table table, const char *prefix, size_t number, size_t offset);
void auditor_drop_row(cbi_table table, const char *prefix, size_t number);

#endif
