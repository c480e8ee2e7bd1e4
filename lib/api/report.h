/*
 * report.h - what a verification found, as the VerdictReport that the caller reads.
 */
#ifndef CBI_API_REPORT_H
#define CBI_API_REPORT_H

#include "proof/verdict.h"

/*
 * A "no", and why: of the file nothing is said but, for FORK, the two notes. Replaces what the
 * buffer held on success.
 */
cbank_status cbi_report_refusal(const char *word, const cbank_error *why,
                                const cbi_directory *directory, const cbi_verdict *verdict,
                                cbank_buffer *reply, cbank_error *err);

/* Everything that the transcript says. `directory` is NULL where nothing was checked. */
cbank_status cbi_report_content(const char *word, const cbi_directory *directory,
                                const cbi_verdict *verdict, cbank_buffer *reply,
                                cbank_error *err);

#endif
