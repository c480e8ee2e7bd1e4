/* Statements, credit records and changes to them: form and values. */
#include "fuzz/fuzz.h"
#include "record/credit.h"
#include "record/statement.h"

void fuzz_statement(cbi_bytes input)
{
    Cbank__V1__CreditRecord *record = NULL;
    Cbank__V1__CreditChange *change = NULL;
    cbi_statement statement = {0};

    switch (fuzz_choose(&input, 3)) {
    case 0:
        if (cbi_statement_parse(input, &statement, NULL) == CBANK_OK)
            fuzz_require(statement.kind != NULL && statement.body != NULL,
                         "a statement says something");
        cbi_statement_clear(&statement);
        return;
    case 1:
        if (cbi_credit_record_parse(input, &record, NULL) == CBANK_OK)
            fuzz_require(cbi_credit_record_check(record, NULL) == CBANK_OK,
                         "a record that was read may be signed");
        cbi_message_free(record);
        return;
    default:
        if (cbi_credit_change_parse(input, &change, NULL) == CBANK_OK)
            fuzz_require(cbi_credit_change_check(change, NULL) == CBANK_OK,
                         "a change that was read may be signed");
        cbi_message_free(change);
    }
}
