/* lines.h - text in lines, each ended by one newline. */
#ifndef CBI_PROOF_LINES_H
#define CBI_PROOF_LINES_H

#include "base/bytes.h"

/* Takes the next line off `rest`, without its newline. False if no newline is left. */
bool cbi_lines_next(cbi_bytes *rest, cbi_bytes *line);

/* Takes `prefix` off `rest`. False if it does not begin with it. */
bool cbi_lines_skip(cbi_bytes *rest, cbi_bytes prefix);

#endif
