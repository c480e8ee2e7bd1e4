/* Files fed to a bank: a spreadsheet to import or to sign, a batch to deposit. */
#include <stdlib.h>

#include "api/face.h"
#include "api/scene.h"
#include "fuzz/fuzz.h"

#define MAP "id_number=证件号码,name=姓名,title=课程名称,credits=学分,code=课程代码"

static scene stage;
/* A college that signs by itself composes references under a key of its own. */
static uint8_t reference_key[32] = {1};

static void end(void)
{
    scene_end(&stage);
}

static void begin(void)
{
    if (stage.bank != NULL)
        return;
    scene_begin(&stage, "sha256-ed25519");
    atexit(end);
}

static Cbank__Api__V1__SheetFormat sheet(void)
{
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;

    format.format = scene_text("generic");
    format.map = scene_text(MAP);
    format.set = scene_text("id_type=cn-id");
    return format;
}

static cbank_job *begin_import(void)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = sheet();
    cbank_job *job = NULL;
    cbank_buffer bytes;

    request.institution = scene_text(SCENE_INSTITUTION);
    request.sheet = &format;
    request.open_accounts = request.keep_going = request.dry_run = true;
    request.lang = scene_text("zh");
    bytes = scene_pack(&request);
    fuzz_require(cbank_credit_import_begin(stage.bank, stage.key, bytes.data, bytes.size, &job,
                                           NULL) == CBANK_OK,
                 "an import begins");
    cbank_buffer_clear(&bytes);
    return job;
}

static cbank_job *begin_signing(void)
{
    Cbank__Api__V1__CreditSignRequest request = CBANK__API__V1__CREDIT_SIGN_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = sheet();
    cbank_job *job = NULL;
    cbank_buffer bytes;

    request.institution = scene_text(SCENE_INSTITUTION);
    request.origin = stage.origin;
    format.reference_key = (ProtobufCBinaryData){sizeof(reference_key), reference_key};
    request.sheet = &format;
    request.keep_going = true;
    request.lang = scene_text("en");
    bytes = scene_pack(&request);
    fuzz_require(cbank_credit_sign_begin(stage.key, bytes.data, bytes.size, &job, NULL) ==
                     CBANK_OK,
                 "signing begins");
    cbank_buffer_clear(&bytes);
    return job;
}

static cbank_job *begin_deposit(void)
{
    Cbank__Api__V1__CreditDepositRequest request = CBANK__API__V1__CREDIT_DEPOSIT_REQUEST__INIT;
    cbank_job *job = NULL;
    cbank_buffer bytes;

    request.open_accounts = request.keep_going = request.dry_run = true;
    request.lang = scene_text("zh");
    bytes = scene_pack(&request);
    fuzz_require(cbank_credit_deposit_begin(stage.bank, bytes.data, bytes.size, &job, NULL) ==
                     CBANK_OK,
                 "a deposit begins");
    cbank_buffer_clear(&bytes);
    return job;
}

static cbank_status run(cbank_job *job, cbi_bytes input)
{
    cbank_buffer output = {0}, reply = {0};
    cbank_error err = {0};
    cbank_status status = scene_run(job, input.data, input.size, &output, &reply, &err);

    fuzz_require(status == CBANK_OK || err.status == (int32_t)status,
                 "an error says what the job answered");
    fuzz_require(status == CBANK_OK || reply.data == NULL, "a reply is written on success only");
    fuzz_require(status != CBANK_E_INTERNAL && status != CBANK_E_CORRUPT,
                 "no file harms the bank");
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return status;
}

static void deposit_signed(cbi_bytes input)
{
    const cbi_private *key = stage.key->inner;
    cbank_buffer file = {0};

    if (fuzz_sign(input, CBI_BATCH_TYPE, &cbank__v1__batch_head__descriptor, fuzz_count_batch,
                  &key, 1, &file))
        (void)run(begin_deposit(), cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
}

void fuzz_jobs(cbi_bytes input)
{
    unsigned work = fuzz_choose(&input, 4);

    begin();
    if (work == 0)
        (void)run(begin_import(), input);
    if (work == 1)
        (void)run(begin_signing(), input);
    if (work == 2)
        (void)run(begin_deposit(), input);
    if (work == 3)
        deposit_signed(input);
}
