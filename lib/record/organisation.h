/*
 * organisation.h - identifiers of organisations, and the checks of those that have one.
 */
#ifndef CBI_RECORD_ORGANISATION_H
#define CBI_RECORD_ORGANISATION_H

#include "wire/message.h"

#include "cbank/v1/common.pb-c.h"

/*
 * 统一社会信用代码, GB 32100-2015: 18 characters with a check character, of which 9 to 17 are
 * an organisation code with its own (GB 11714). False if either does not fit.
 */
bool cbi_uscc_is_valid(cbi_bytes text);

/* 学校（机构）标识码: 2 digits type, 2 province, 6 serial; it has no check digit. */
bool cbi_school_code_is_valid(cbi_bytes text);

/* Research Organization Registry: 0, 6 characters of base 32, 2 check digits; without address. */
bool cbi_ror_is_valid(cbi_bytes text);

/*
 * INVALID unless the scheme is a word and the value fits it: "uscc", "school" and "ror" as above,
 * any other scheme 1 to 64 bytes of clean text.
 */
cbank_status cbi_organisation_id_check(const Cbank__V1__OrganisationId *id, cbank_error *err);
/* Each of a list, at most 16, and no scheme and value twice. */
cbank_status cbi_organisation_ids_check(Cbank__V1__OrganisationId *const *ids, size_t count,
                                        cbank_error *err);

#endif
