/*
 * bank.h - an open bank: its folder, its keys, its ledger.
 *
 *   DIR/bank.conf       config.h
 *   DIR/store/          the store
 *   DIR/keys/log.key    signs checkpoints, transcripts and status files (logkey.h)
 *   DIR/keys/root.key   signs directories; may be kept elsewhere
 *   DIR/keys/vault.key  the master secret: seals personal data, makes look-up keys
 *   GUARD/checkpoint    the guard, outside DIR
 */
#ifndef CBI_BANK_BANK_H
#define CBI_BANK_BANK_H

#include "bank/config.h"
#include "bank/logkey.h"
#include "crypto/seal.h"
#include "ledger/ledger.h"
#include "record/statement.h"

#include "cbank/v1/statement.pb-c.h"

/* One secret a purpose, so that no two tables can be joined by what is in them. */
typedef struct cbi_bank_secrets {
    cbi_secret vault;     /* seals persons */
    cbi_secret opening;   /* seals openings */
    cbi_secret documents; /* look-up by document */
    cbi_secret students;  /* look-up by student number */
    cbi_secret content;   /* tells unchanged records from changed ones */
    /* Root of the secrets that references are composed with, one an institution. It outlives the
     * institution's signing keys; whoever changes the master secret has to carry it over, or every
     * record without a number of its own would come in a second time. */
    cbi_secret references;
} cbi_bank_secrets;

typedef struct cbi_bank {
    cbi_config config;
    cbi_store *store;
    cbi_ledger *ledger; /* NULL where it was opened to be checked */
    cbi_logkey log_key;
    cbi_bank_secrets secrets;
    cbi_statement created; /* the log's first statement */
    const Cbank__V1__BankCreated *self;
    struct cbi_shelf *shelf; /* published data that is loaded (shelf.h) */
    struct cbi_recall *recall; /* persons who were found (recall.h); NULL without a ledger */
} cbi_bank;

typedef struct cbi_bank_founding {
    const char *path;
    const char *guard; /* folder; "" for `path`.guard */
    const char *origin;
    Cbank__V1__DatedName *const *names;
    size_t name_count;
    cbi_suite suite;
    uint64_t quota;
    int64_t now;
    cbi_bytes passphrase;
} cbi_bank_founding;

/* Makes everything in a temporary folder and moves it into place. EXISTS, INVALID, IO, FULL. */
cbank_status cbi_bank_create(const cbi_bank_founding *founding, cbank_error *err);
/* NOT_FOUND, KEY, STATE, ROLLBACK, GUARD, CORRUPT, MALFORMED. */
cbank_status cbi_bank_open(const char *path, cbi_bytes passphrase, cbi_bank **out,
                           cbank_error *err);
/* The same, together with the log key that waits to take over; only for that (logkey.h). */
cbank_status cbi_bank_open_waiting(const char *path, cbi_bytes passphrase, cbi_bank **out,
                                   cbank_error *err);
/*
 * For a check alone, whether the bank opens or not: nothing is signed or written, and there is no
 * ledger. `*refusal` says why it does not open, else its status is OK. `self` is NULL where the
 * first statement cannot be read. What is missing, or not a bank, answers as cbi_bank_open.
 */
cbank_status cbi_bank_open_to_check(const char *path, cbi_bytes passphrase, cbi_bank **out,
                                    cbank_error *refusal, cbank_error *err);
/* NULL is a no-op. */
void cbi_bank_close(cbi_bank *bank);

/* What an institution's references are composed with, as long as the bank lives. */
cbank_status cbi_bank_reference_secret(const cbi_bank *bank, const char *institution,
                                       cbi_secret *out, cbank_error *err);

/* What the ledger is opened with. `guard` holds CBI_PATH_MAX bytes and is lent to `out`. */
cbank_status cbi_bank_setup(const cbi_config *config, const cbi_private *log_key, char *guard,
                            cbi_ledger_setup *out, cbank_error *err);

#endif
