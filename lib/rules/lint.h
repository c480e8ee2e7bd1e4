/*
 * lint.h - what is allowed in published data, and hardly means what its author meant.
 *
 * Two texts that differ only in their order have the same findings.
 */
#ifndef CBI_RULES_LINT_H
#define CBI_RULES_LINT_H

#include "rules/content.h"

/* Looks at the content of one publication, sorted and valid or not. MEMORY only. */
cbank_status cbi_lint(const Cbank__V1__PublicationHead *head, const cbi_content *content,
                      cbi_findings *findings, cbank_error *err);

#endif
