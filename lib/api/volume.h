/*
 * volume.h - published data out of a file that was handed in, ready to be asked.
 */
#ifndef CBI_API_VOLUME_H
#define CBI_API_VOLUME_H

#include "bank/shelf.h"

/*
 * Reads the pages into the one of the two that is of its kind; the other is left. No signature is
 * checked, but that the pages are those of the head. BAD_SIGNATURE, INVALID (of another kind).
 */
cbank_status cbi_volume_load(cbi_hasher *hasher, cbi_publication *file, cbi_ruleset **rule_set,
                             cbi_programme **programme, cbank_error *err);

/*
 * Gives the rule set the scales, frameworks and units that its head names, as far as they are
 * among the files. As cbi_volume_load.
 */
cbank_status cbi_volume_refer(cbi_hasher *hasher, const Cbank__V1__PublicationHead *head,
                              const ProtobufCBinaryData *files, size_t count,
                              cbi_ruleset *ruleset, cbank_error *err);

/* A rule set in the form in which a bank lends one. Lends the file. End with cbi_volume_clear. */
cbank_status cbi_volume_of_rules(cbi_hasher *hasher, cbi_bytes file, cbi_volume *out,
                                 cbank_error *err);
void cbi_volume_clear(cbi_volume *volume);

#endif
