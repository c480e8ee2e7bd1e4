/* The table of statement kinds, against the schema. */
#include "record/kind.h"

#include <criterion/criterion.h>

#include <ctype.h>
#include <string.h>


#define ENUM cbank__v1__statement_kind__descriptor
#define PREFIX "STATEMENT_KIND_"
#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* "STATEMENT_KIND_MERGED_IN" is "merged_in". */
static void word_of(const char *name, char *out, size_t capacity)
{
    size_t size = strlen(name) - strlen(PREFIX);

    cr_assert(size < capacity && strncmp(name, PREFIX, strlen(PREFIX)) == 0);
    for (size_t i = 0; i < size; i++)
        out[i] = (char)tolower((unsigned char)name[strlen(PREFIX) + i]);
    out[size] = '\0';
}

Test(kind, every_kind_of_the_schema_has_a_row_that_is_filled_in)
{
    size_t rows = 0;

    for (unsigned i = 0; i < ENUM.n_values; i++) {
        int number = ENUM.values[i].value;
        const cbi_kind *kind = cbi_kind_find(number);
        char word[64];

        if (number == 0)
            continue;
        cr_assert_not_null(kind, "%s has no row", ENUM.values[i].name);
        word_of(ENUM.values[i].name, word, sizeof(word));
        cr_expect_str_eq(kind->word, word);
        cr_expect_eq((int)kind->kind, number);
        cr_expect_eq((int)kind->subject, number / 100, "%s is on another chain", word);
        cr_expect_neq((int)kind->entry_class, 0);
        cr_expect_not_null(kind->body);
        cr_expect(kind->signer >= CBI_SIGNER_BANK && kind->signer <= CBI_SIGNER_STEP);
        rows++;
    }
    cr_expect_eq(rows, ENUM.n_values - 1);
}

Test(kind, a_number_that_the_schema_does_not_list_is_not_supported)
{
    for (int number = -1; number < 1000; number++) {
        bool listed = number != 0 && protobuf_c_enum_descriptor_get_value(&ENUM, number) != NULL;

        cr_expect_eq(cbi_kind_find(number) != NULL, listed, "%d", number);
    }
}

Test(kind, one_kind_opens_each_kind_of_chain)
{
    unsigned opening[8] = {0};

    for (unsigned i = 0; i < ENUM.n_values; i++) {
        const cbi_kind *kind = cbi_kind_find(ENUM.values[i].value);

        if (kind != NULL && kind->opens)
            opening[kind->subject]++;
    }
    cr_expect_eq(opening[CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER], 1);
    /* with a key of its own, or without */
    cr_expect_eq(opening[CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION], 2);
    cr_expect_eq(opening[CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_CASE], 1);
    cr_expect_eq(opening[CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_BANK], 1);
}

/* What a transcript may withhold hangs on the class. */
static Cbank__V1__EntryClass expected_class(int number)
{
    switch (number) {
    case KIND(CREDIT_DEPOSITED):
    case KIND(CREDIT_RECEIVED):
        return CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    case KIND(CREDIT_CHANGED):
    case KIND(CONVERSION_SUSPENDED):
    case KIND(CONVERSION_REINSTATED):
    case KIND(CONVERSION_REVERSED):
    case KIND(CONVERSION_REPLACED):
    case KIND(CREDIT_QUESTIONED):
        return CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE;
    case KIND(ENROLLED):
    case KIND(ENROLMENT_CHANGED):
    case KIND(ENROLMENT_ENDED):
        return CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT;
    default:
        break;
    }
    if (number >= 200)
        return CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER;
    return number < 130 ? CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT
                        : CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_USE;
}

/* A bank alone may not award. */
Test(kind, an_award_rests_on_a_batch_or_on_the_bank_that_it_comes_from)
{
    for (unsigned i = 0; i < ENUM.n_values; i++) {
        const cbi_kind *kind = cbi_kind_find(ENUM.values[i].value);
        int number = ENUM.values[i].value;

        if (kind == NULL)
            continue;
        cr_expect_eq(kind->entry_class, expected_class(number), "%s", kind->word);
        cr_expect_eq(kind->signer == CBI_SIGNER_BATCH,
                     (number >= KIND(CREDIT_DEPOSITED) && number <= KIND(ENROLMENT_ENDED)), "%s",
                     kind->word);
        if (kind->entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
            cr_expect_neq(kind->signer, CBI_SIGNER_BANK, "%s", kind->word);
    }
}
