/* expiry.h - options that are a moment. */
#ifndef CBANK_CLI_EXPIRY_H
#define CBANK_CLI_EXPIRY_H

#include "cli.h"

/* "90d", a day, or a time, from now on; `out` stays 0 without the option. */
bool expiry_read(cli *c, const char *option_name, int64_t *out);
/* RFC 3339; `out` stays 0 without the option. */
bool expiry_read_time(cli *c, const char *option_name, int64_t *out);

#endif
