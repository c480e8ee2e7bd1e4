/*
 * config.h - what has to be known of a bank before its store is open: DIR/bank.conf.
 *
 * Five lines of text, written once: "cbank-bank/1", "origin NAME", "suite NAME", "guard FOLDER",
 * "quota BYTES". The guard's folder is outside the bank's, so that a copy of the bank does not
 * take its guard along.
 */
#ifndef CBI_BANK_CONFIG_H
#define CBI_BANK_CONFIG_H

#include "base/limits.h"
#include "crypto/suite.h"

#define CBI_PATH_MAX 4096

typedef struct cbi_config {
    char origin[CBI_ORIGIN_MAX + 1];
    cbi_suite suite;
    char guard[CBI_PATH_MAX]; /* folder, absolute */
    uint64_t quota;           /* 0: the store's default */
} cbi_config;

/* Writes `folder`/bank.conf as a new file, synced. */
cbank_status cbi_config_write(const char *folder, const cbi_config *config, cbank_error *err);
/* NOT_FOUND if the folder holds no bank; MALFORMED. */
cbank_status cbi_config_read(const char *folder, cbi_config *out, cbank_error *err);

/* "FOLDER/NAME" into CBI_PATH_MAX bytes; TOO_LARGE. */
cbank_status cbi_config_path(const char *folder, const char *name, char *out, cbank_error *err);

#endif
