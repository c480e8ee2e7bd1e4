#include "roster.h"

#include "message.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LEARNERS 500u
#define ROW_MAX 96

/* A 公民身份号码 of the year 1900. */
static void write_number(unsigned learner, char out[static 19])
{
    static const unsigned weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    unsigned sum = 0;

    snprintf(out, 19, "36030219000101%03u", 100 + learner % 900);
    for (size_t i = 0; i < sizeof(weights) / sizeof(*weights); i++)
        sum += weights[i] * (unsigned)(out[i] - '0');
    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}

void roster_write(unsigned long number, unsigned rows, cbank_buffer *out)
{
    char id[19];

    out->capacity = (rows + 1) * ROW_MAX;
    out->data = malloc(out->capacity);
    if (out->data == NULL)
        _exit(WORLD_BROKEN);
    out->size = (size_t)snprintf((char *)out->data, ROW_MAX, "编号,证件号码,课程,学分\n");
    for (unsigned i = 0; i < rows; i++) {
        write_number(i * 7 % LEARNERS, id);
        out->size += (size_t)snprintf((char *)out->data + out->size, ROW_MAX,
                                      "r%lu-%u,%s,课程 %u,2\n", number, i, id, i);
    }
}

cbank_status roster_import(world *it, const cbank_buffer *sheet, uint64_t *deposited,
                           uint64_t *unchanged)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;
    Cbank__Api__V1__CreditImportReply *answer = NULL;
    cbank_buffer bytes = {0}, output = {0}, reply = {0};
    cbank_status status = message_no_memory(it);
    cbank_job *job = NULL;

    format.format = message_lend("generic");
    format.map = message_lend("reference=编号,id_number=证件号码,title=课程,credits=学分");
    request.institution = message_lend(WORLD_INSTITUTION);
    request.sheet = &format;
    request.open_accounts = true;
    if (message_pack(&request, &bytes))
        status = cbank_credit_import_begin(it->bank, it->key, bytes.data, bytes.size, &job,
                                           &it->err);
    if (status == CBANK_OK)
        status = world_run(it, job, sheet, &output, &reply);
    if (status == CBANK_OK) {
        answer = message_unpack(&cbank__api__v1__credit_import_reply__descriptor, &reply);
        if (answer == NULL)
            status = message_no_memory(it);
    }
    if (status == CBANK_OK) {
        *deposited = answer->deposited;
        *unchanged = answer->unchanged;
    }
    message_drop(answer);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}
