#include "api/rowreport.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define MESSAGE_MAX 512
#define VALUE_MAX 132 /* a masked cell, or a reference */

/* One block: the message, then its texts. */
typedef struct row_error {
    Cbank__Api__V1__RowError message;
    char column[sizeof(((cbank_error *)0)->object)];
    char value[VALUE_MAX];
    char text[MESSAGE_MAX];
    char remedy[MESSAGE_MAX];
} row_error;

cbank_status cbi_rowreport_begin(const char *lang, cbi_rowreport *out, cbank_error *err)
{
    *out = (cbi_rowreport){.lang = lang};
    return cbi_alloc(CBI_ROWREPORT_MAX, sizeof(*out->errors), &out->errors, err);
}

void cbi_rowreport_clear(cbi_rowreport *report)
{
    for (size_t i = 0; i < report->error_count; i++)
        cbi_free(report->errors[i]);
    cbi_free(report->errors);
    *report = (cbi_rowreport){0};
}

cbank_status cbi_rowreport_add(cbi_rowreport *report, cbi_rowplace place,
                               Cbank__Api__V1__OutcomeKind outcome, const cbank_error *why,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    row_error *error = NULL;

    if (report->error_count == CBI_ROWREPORT_MAX)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(1, sizeof(*error), &error, err));
    cbank__api__v1__row_error__init(&error->message);
    snprintf(error->column, sizeof(error->column), "%s", place.column);
    snprintf(error->value, sizeof(error->value), "%s", place.value);
    cbank_error_text(why, report->lang, error->text, sizeof(error->text), error->remedy,
                     sizeof(error->remedy));
    error->message.row = place.row;
    error->message.outcome = outcome;
    error->message.column = error->column;
    error->message.value = error->value;
    error->message.reason = cbi_message_string(cbank_reason_name(why->reason));
    error->message.message = error->text;
    error->message.remedy = error->remedy;
    report->errors[report->error_count++] = &error->message;
done:
    return status;
}

void cbi_rowreport_skip(cbi_rowreport *report, const cbank_error *why)
{
    const char *reason = cbank_reason_name(why->reason);

    for (size_t i = 0; i < report->skip_count; i++) {
        if (strcmp(report->skips[i].reason, reason) == 0) {
            report->skips[i].rows++;
            return;
        }
    }
    if (report->skip_count == CBI_ROWREPORT_REASONS_MAX)
        return;
    cbank__api__v1__skip_count__init(&report->skips[report->skip_count]);
    report->skips[report->skip_count].reason = cbi_message_string(reason);
    report->skips[report->skip_count].rows = 1;
    report->skip_list[report->skip_count] = &report->skips[report->skip_count];
    report->skip_count++;
}
