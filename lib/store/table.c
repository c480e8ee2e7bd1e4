#include "store/store.h"

static const char *const names[CBI_TABLE_COUNT] = {
    [CBI_TABLE_META] = "meta",
    [CBI_TABLE_RECORD] = "record",
    [CBI_TABLE_TILE] = "tile",
    [CBI_TABLE_HEAD] = "head",
    [CBI_TABLE_TAG] = "tag",
    [CBI_TABLE_NOTE] = "note",
    [CBI_TABLE_TOKEN] = "token",
    [CBI_TABLE_BATCH] = "batch",
    [CBI_TABLE_BODY] = "body",
    [CBI_TABLE_REFERENCE] = "reference",
    [CBI_TABLE_FOREIGN] = "foreign",
    [CBI_TABLE_IDENTITY] = "identity",
    [CBI_TABLE_VAULT] = "vault",
    [CBI_TABLE_OPENING] = "opening",
    [CBI_TABLE_INSTITUTION] = "institution",
    [CBI_TABLE_STATE] = "state",
    [CBI_TABLE_PUBLICATION] = "publication",
    [CBI_TABLE_RECOGNITION] = "recognition",
    [CBI_TABLE_CONSENT] = "consent",
    [CBI_TABLE_ENROLMENT] = "enrolment",
    [CBI_TABLE_TRANSFER] = "transfer",
    [CBI_TABLE_PATTERN] = "pattern",
};

const char *cbi_table_name(cbi_table table)
{
    return names[table];
}
