/* published.h - a publication read as a bank reads a stranger's, for the targets about them. */
#ifndef CBI_TESTS_FUZZ_PUBLISHED_H
#define CBI_TESTS_FUZZ_PUBLISHED_H

#include "crypto/key.h"

/* Opened, verified by the key, its pages taken and validated: the first thing that is wrong. */
cbank_status published_read(cbi_bytes file, const cbi_private *key);

#endif
