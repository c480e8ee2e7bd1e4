/* limits.h - every limit, named once. Beyond one: a clear error, nothing done. */
#ifndef CBI_BASE_LIMITS_H
#define CBI_BASE_LIMITS_H

#define CBI_STATEMENT_MAX (60u * 1024)
#define CBI_ENVELOPE_MAX (64u * 1024)
#define CBI_FILE_MAX (256u * 1024 * 1024)
#define CBI_BATCH_FILE_MAX (1024u * 1024 * 1024) /* never in memory as a whole */
#define CBI_BUFFER_MAX (512u * 1024 * 1024)
#define CBI_TEXT_MAX 1024
#define CBI_NESTING_MAX 8
/* What one message may hold once unpacked, beside the content of its `bytes` fields. */
#define CBI_MESSAGE_MEMORY_MAX (4u * 1024 * 1024)

#define CBI_BATCH_RECORDS_MAX (1u << 20)
#define CBI_TRANSCRIPT_ENTRIES_MAX 65536u
#define CBI_TRANSCRIPT_SHOWN_MAX 4096u
#define CBI_TRANSCRIPT_CHAINS_MAX 64u
#define CBI_YEARLY_RECORDS_MAX 1024u /* of one institution on one account */
#define CBI_DIRECTORY_INSTITUTIONS_MAX 65536u
#define CBI_INSTITUTION_KEYS_MAX 64u
#define CBI_LOG_KEYS_MAX 64u  /* of one bank, one after the other */
#define CBI_ROOT_KEYS_MAX 64u /* the same; so that their successions fit a directory's head */
#define CBI_INSTITUTION_GRANTS_MAX 64u /* of each sort, ended ones too */
#define CBI_INSTITUTION_CHANGES_MAX 1024u
#define CBI_INSTITUTION_DEPTH_MAX 8u /* of parents */
#define CBI_STATUS_PAGE_MAX 1024u
#define CBI_STATUS_PAGES_MAX 65536u
#define CBI_PROOF_PATH_MAX 63u
#define CBI_USES_MAX 1000u /* records of one conversion, or of one transfer */
#define CBI_RECOGNITION_ROWS_MAX 4096u /* of each kind but the sources */
#define CBI_RECOGNITION_PAGES_MAX 256u
#define CBI_RECOGNITION_RULE_SETS_MAX 64u
#define CBI_CASE_STEPS_MAX 256u  /* of one case */
#define CBI_CASE_RECORDS_MAX 256u /* that it is about */
#define CBI_CASE_LIST_MAX 64u     /* of anything else in one step */
#define CBI_RECORD_USES_MAX 256u /* standing conversions that use one record */
#define CBI_REACH_MAX 768u /* recognitions and records that stand on one, however far */
#define CBI_REACH_ALL_MAX (1u << 24) /* the same, on all that one preview is about */
#define CBI_ATTRIBUTES_MAX 16u
#define CBI_CONSENT_RECORDS_MAX 1024u /* that one consent lists */
#define CBI_CONSENTS_MAX 256u         /* standing consents and mandates of one account */
#define CBI_ENROLMENTS_MAX 256u       /* of one account */

/* Published data. */
#define CBI_PUBLICATION_PAGE_MAX (48u * 1024)
#define CBI_PUBLICATION_PAGES_MAX 16384u
#define CBI_PUBLICATION_ITEMS_MAX (1u << 21)
#define CBI_RULES_MAX (1u << 21) /* of a rule set */
#define CBI_BUCKETS_MAX 256u
#define CBI_CAPS_MAX 1024u
#define CBI_GRANTS_MAX 16u /* of a rule */
#define CBI_ID_MAX 128u /* bytes of the id of a rule, cap, bucket ... */
#define CBI_RATIO_MAX 1000000 /* numerator and denominator */
#define CBI_VALUES_MAX 256u /* of one list of a condition */
#define CBI_TERMS_MAX 256u /* of a rule */
#define CBI_AMOUNT_NODES_MAX 32u /* of a grant */
#define CBI_ALIAS_SETS_MAX (1u << 17)
#define CBI_ALIASES_MAX 512u /* codes of a set */
#define CBI_INSTITUTION_GROUPS_MAX 4096u
#define CBI_INSTITUTION_GROUP_MAX 1024u /* members of one */
#define CBI_GROUPS_MAX 1024u
#define CBI_RESIDENCIES_MAX 64u
#define CBI_ENTRY_POINTS_MAX 64u
#define CBI_LEVELS_MAX 256u
#define CBI_CROSSWALKS_MAX 4096u
#define CBI_UNITS_MAX 256u
#define CBI_SCALES_MAX 1024u
#define CBI_BANDS_MAX 256u /* of a scale */
#define CBI_MAPPINGS_MAX 4096u
#define CBI_LEAVES_MAX 64u  /* selectors among a rule's terms */
#define CBI_COMBINATIONS_MAX 4096u /* of its terms */
#define CBI_ASSIGNMENTS_MAX (1u << 22) /* of records to its terms, as far as they are tried */

/* One planning question, compiled. */
#define CBI_PLAN_RECORDS_MAX 4096u
#define CBI_PLAN_APPLICATIONS_MAX 65536u
#define CBI_PLAN_PLACES_MAX (1u << 18)
#define CBI_PLAN_LIMITS_MAX 65536u
#define CBI_PLAN_ITEMS_MAX (1u << 22) /* of any other list */

#define CBI_ORIGIN_MAX 128 /* so that a signed note fits a 512-byte guard slot in both suites */
#define CBI_INSTITUTION_CODE_MAX 32
#define CBI_REFERENCE_MAX 128
#define CBI_NUMBER_MAX 64 /* an identity number */
#define CBI_NAME_CHARACTERS_MAX 36
#define CBI_NOTE_MAX 4096

#define CBI_KEY_MAX 255 /* a key of the store */
#define CBI_VALUE_MAX (64u * 1024)
#define CBI_PAGE_ROWS_MAX 1000u
#define CBI_TXN_DIRTY_MAX (128u * 1024 * 1024)

#define CBI_SALT_SIZE 16
#define CBI_TOKEN_SIZE 16
#define CBI_TOKEN_DAYS 30

#endif
