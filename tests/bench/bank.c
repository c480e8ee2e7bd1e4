#include "bank.h"

#include "cbank/api/v1/bank.pb-c.h"
#include "cbank/api/v1/credit.pb-c.h"
#include "cbank/api/v1/institution.pb-c.h"
#include "cbank/api/v1/learner.pb-c.h"
#include "cbank/api/v1/transcript.pb-c.h"

#include <protobuf-c/protobuf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define INSTITUTION "PXU"
#define OPENED_AT_ONCE 1000u
#define QUOTA ((uint64_t)24 << 30) /* what a profiler can still map */
#define COLUMNS                                                                                    \
    "reference=编号,name=姓名,id_number=证件号码,code=课程号,title=课程,offering=班次,"            \
    "school_year=学年,term=学期,score=成绩,score_max=满分,credits=学分"

typedef cbank_status ask_call(cbank_bank *bank, const uint8_t *request, size_t size,
                              cbank_buffer *reply, cbank_error *err);

/* ---- words ----------------------------------------------------------------------------------- */

static void must(cbank_status status, const cbank_error *err, const char *what)
{
    char message[512] = "", remedy[512] = "";

    if (status == CBANK_OK)
        return;
    cbank_error_text(err, "en", message, sizeof(message), remedy, sizeof(remedy));
    fprintf(stderr, "%s: %s: %s\n", what, cbank_status_name(status), message);
    exit(1);
}

/* protobuf-c takes text that it only reads without const. */
static char *lend(const char *text)
{
    char *lent;

    memcpy(&lent, &text, sizeof(lent));
    return lent;
}

static cbank_buffer pack(const void *message)
{
    cbank_buffer out = {.size = protobuf_c_message_get_packed_size(message)};

    out.capacity = out.size + 1;
    out.data = malloc(out.capacity);
    if (out.data == NULL)
        must(CBANK_E_MEMORY, NULL, "request");
    protobuf_c_message_pack(message, out.data);
    return out;
}

static void *unpack(const ProtobufCMessageDescriptor *type, cbank_buffer *reply)
{
    void *message = protobuf_c_message_unpack(type, NULL, reply->size, reply->data);

    cbank_buffer_clear(reply);
    if (message == NULL)
        must(CBANK_E_MEMORY, NULL, "reply");
    return message;
}

static void ask(const bank *it, ask_call *call, const void *request, cbank_buffer *reply,
                const char *what)
{
    cbank_buffer bytes = pack(request);
    cbank_error err = {0};

    must(call(it->open, bytes.data, bytes.size, reply, &err), &err, what);
    cbank_buffer_clear(&bytes);
}

static void keep(const ProtobufCBinaryData *bytes, cbank_buffer *out)
{
    cbank_buffer_clear(out);
    out->data = malloc(bytes->len + 1);
    if (out->data == NULL)
        must(CBANK_E_MEMORY, NULL, "file");
    memcpy(out->data, bytes->data, bytes->len);
    out->size = bytes->len;
    out->capacity = bytes->len + 1;
}

/* Behind what was read before: a long output comes in pieces. */
static void read_piece(cbank_job *job, cbank_buffer *output, const char *what)
{
    cbank_buffer piece = {0};
    cbank_error err = {0};
    uint8_t *room;

    must(cbank_job_read(job, &piece, &err), &err, what);
    room = realloc(output->data, output->size + piece.size + 1);
    if (room == NULL)
        must(CBANK_E_MEMORY, NULL, what);
    memcpy(room + output->size, piece.data, piece.size);
    output->data = room;
    output->size += piece.size;
    output->capacity = output->size + 1;
    cbank_buffer_clear(&piece);
}

/* Runs a job on one input to its end. */
static void run(cbank_job *job, const cbank_buffer *input, cbank_buffer *output,
                cbank_buffer *reply, const char *what)
{
    cbank_job_state state = CBANK_JOB_MORE;
    cbank_error err = {0};
    bool fed = false;

    while (state != CBANK_JOB_DONE) {
        if (state == CBANK_JOB_NEEDS_INPUT && !fed)
            must(cbank_job_feed(job, input->data, input->size, &err), &err, what);
        else if (state == CBANK_JOB_NEEDS_INPUT)
            must(cbank_job_feed_end(job, &err), &err, what);
        else if (state == CBANK_JOB_HAS_OUTPUT)
            read_piece(job, output, what);
        fed = fed || state == CBANK_JOB_NEEDS_INPUT;
        must(cbank_job_step(job, 1000, &state, &err), &err, what);
    }
    must(cbank_job_finish(job, reply, &err), &err, what);
    cbank_job_close(job);
}

/* ---- the bank ------------------------------------------------------------------------------ */

static void create(const bank *it)
{
    Cbank__Api__V1__BankCreateRequest request = CBANK__API__V1__BANK_CREATE_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};

    name.lang = lend("zh");
    name.value = lend("学分银行");
    request.path = lend(it->path);
    request.origin = lend(it->origin);
    request.names = names;
    request.n_names = 1;
    request.quota = QUOTA;
    bytes = pack(&request);
    must(cbank_bank_create(bytes.data, bytes.size, NULL, 0, &reply, &err), &err, "create");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

static void admit(bank *it, const char *suite)
{
    Cbank__Api__V1__JoinRequest join = CBANK__API__V1__JOIN_REQUEST__INIT;
    Cbank__Api__V1__AdmitRequest request = CBANK__API__V1__ADMIT_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    Cbank__Api__V1__RequestReply *made;
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};

    name.lang = lend("zh");
    name.value = lend("一所学院");
    join.origin = lend(it->origin);
    join.institution = lend(INSTITUTION);
    join.names = names;
    join.n_names = 1;
    bytes = pack(&join);
    must(cbank_key_new(suite, &it->key, &err), &err, "key");
    must(cbank_institution_request(it->key, bytes.data, bytes.size, &reply, &err), &err, "request");
    made = unpack(&cbank__api__v1__request_reply__descriptor, &reply);
    request.file = made->file;
    ask(it, cbank_institution_admit, &request, &reply, "admit");
    protobuf_c_message_free_unpacked(&made->base, NULL);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

void bank_create(bank *it, const char *folder, const char *suite)
{
    *it = (bank){0};
    snprintf(it->path, sizeof(it->path), "%s/bank", folder);
    snprintf(it->origin, sizeof(it->origin), "bank.example/credit/%s/1", suite);
    create(it);
    bank_open(it);
    admit(it, suite);
}

void bank_open(bank *it)
{
    cbank_error err = {0};

    must(cbank_bank_open(it->path, NULL, 0, &it->open, &err), &err, "open");
}

void bank_close(bank *it)
{
    cbank_bank_close(it->open);
    it->open = NULL;
}

uint64_t bank_file_size(const bank *it)
{
    char path[BANK_PATH_MAX + 32];
    struct stat file;

    snprintf(path, sizeof(path), "%s/store/data.mdb", it->path);
    return stat(path, &file) == 0 ? (uint64_t)file.st_blocks * 512 : 0;
}

/* ---- learners ------------------------------------------------------------------------------ */

typedef struct stranger {
    Cbank__Api__V1__Person person;
    Cbank__Api__V1__PersonName name;
    Cbank__Api__V1__PersonName *names[1];
    Cbank__Api__V1__PersonDocument document;
    Cbank__Api__V1__PersonDocument *documents[1];
    char number[ROWS_NUMBER_SIZE];
} stranger;

static void dress(stranger *it, uint32_t learner)
{
    cbank__api__v1__person__init(&it->person);
    cbank__api__v1__person_name__init(&it->name);
    cbank__api__v1__person_document__init(&it->document);
    rows_number(learner, it->number);
    it->name.value = lend("学员甲");
    it->name.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    it->names[0] = &it->name;
    it->document.type = lend("cn-id");
    it->document.number = it->number;
    it->documents[0] = &it->document;
    it->person.names = it->names;
    it->person.n_names = 1;
    it->person.documents = it->documents;
    it->person.n_documents = 1;
}

static void welcome_some(bank *it, uint32_t first, uint32_t count,
                         char (*accounts)[BANK_ACCOUNT_MAX])
{
    static stranger people[OPENED_AT_ONCE];
    static Cbank__Api__V1__Person *persons[OPENED_AT_ONCE];
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__LearnerOpenReply *opened;
    cbank_buffer reply = {0};

    for (uint32_t i = 0; i < count; i++) {
        dress(&people[i], first + i);
        persons[i] = &people[i].person;
    }
    request.persons = persons;
    request.n_persons = count;
    request.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    ask(it, cbank_learner_open, &request, &reply, "learner");
    opened = unpack(&cbank__api__v1__learner_open_reply__descriptor, &reply);
    for (uint32_t i = 0; accounts != NULL && i < count; i++)
        snprintf(accounts[i], BANK_ACCOUNT_MAX, "%s", opened->results[i]->account);
    protobuf_c_message_free_unpacked(&opened->base, NULL);
}

void bank_welcome(bank *it, uint32_t first, uint32_t count, char (*accounts)[BANK_ACCOUNT_MAX])
{
    for (uint32_t done = 0; done < count; done += OPENED_AT_ONCE)
        welcome_some(it, first + done,
                     count - done < OPENED_AT_ONCE ? count - done : OPENED_AT_ONCE,
                     accounts == NULL ? NULL : accounts + done);
}

static void list(bank *it, const char *account, uint32_t limit, cbank_buffer *reply)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;

    request.account = lend(account);
    request.limit = limit;
    ask(it, cbank_credit_list, &request, reply, "list");
}

size_t bank_history(bank *it, const char *account, uint32_t limit)
{
    cbank_buffer reply = {0};
    size_t size;

    list(it, account, limit, &reply);
    size = reply.size;
    cbank_buffer_clear(&reply);
    return size;
}

size_t bank_history_count(bank *it, const char *account, uint32_t limit)
{
    Cbank__Api__V1__CreditListReply *page;
    cbank_buffer reply = {0};
    size_t count;

    list(it, account, limit, &reply);
    page = unpack(&cbank__api__v1__credit_list_reply__descriptor, &reply);
    count = page->n_credits;
    protobuf_c_message_free_unpacked(&page->base, NULL);
    return count;
}

/* ---- records ------------------------------------------------------------------------------- */

static Cbank__Api__V1__SheetFormat format(void)
{
    Cbank__Api__V1__SheetFormat out = CBANK__API__V1__SHEET_FORMAT__INIT;

    out.format = lend("generic");
    out.map = lend(COLUMNS);
    return out;
}

void bank_sign(const bank *it, const rows *set, uint64_t from, uint64_t to, cbank_buffer *out)
{
    Cbank__Api__V1__CreditSignRequest request = CBANK__API__V1__CREDIT_SIGN_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat sheet_format = format();
    cbank_buffer bytes, sheet = {0}, reply = {0};
    cbank_job *job = NULL;
    cbank_error err = {0};

    request.institution = lend(INSTITUTION);
    request.origin = lend(it->origin);
    request.sheet = &sheet_format;
    request.number = set->seed * 1000000 + from / set->batch + 1;
    bytes = pack(&request);
    if (!rows_sheet(set, from, to, &sheet))
        must(CBANK_E_MEMORY, NULL, "sheet");
    must(cbank_credit_sign_begin(it->key, bytes.data, bytes.size, &job, &err), &err, "sign");
    cbank_buffer_clear(out);
    run(job, &sheet, out, &reply, "sign");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&sheet);
    cbank_buffer_clear(&reply);
}

void bank_deposit(bank *it, const cbank_buffer *batch)
{
    Cbank__Api__V1__CreditDepositRequest request = CBANK__API__V1__CREDIT_DEPOSIT_REQUEST__INIT;
    Cbank__Api__V1__CreditDepositReply *done;
    cbank_buffer bytes, output = {0}, reply = {0};
    cbank_job *job = NULL;
    cbank_error err = {0};

    bytes = pack(&request);
    must(cbank_credit_deposit_begin(it->open, bytes.data, bytes.size, &job, &err), &err, "deposit");
    run(job, batch, &output, &reply, "deposit");
    done = unpack(&cbank__api__v1__credit_deposit_reply__descriptor, &reply);
    if (done->deposited != done->records) {
        fprintf(stderr, "deposit: %llu of %llu: %s\n", (unsigned long long)done->deposited,
                (unsigned long long)done->records,
                done->n_errors > 0 ? done->errors[0]->message : "");
        exit(1);
    }
    protobuf_c_message_free_unpacked(&done->base, NULL);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&output);
}

void bank_import(bank *it, const cbank_buffer *sheet)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat sheet_format = format();
    Cbank__Api__V1__CreditImportReply *done;
    cbank_buffer bytes, output = {0}, reply = {0};
    cbank_job *job = NULL;
    cbank_error err = {0};

    request.institution = lend(INSTITUTION);
    request.sheet = &sheet_format;
    bytes = pack(&request);
    must(cbank_credit_import_begin(it->open, it->key, bytes.data, bytes.size, &job, &err), &err,
         "import");
    run(job, sheet, &output, &reply, "import");
    done = unpack(&cbank__api__v1__credit_import_reply__descriptor, &reply);
    if (done->deposited != done->rows) {
        fprintf(stderr, "import: %llu of %llu: %s\n", (unsigned long long)done->deposited,
                (unsigned long long)done->rows, done->n_errors > 0 ? done->errors[0]->message : "");
        exit(1);
    }
    protobuf_c_message_free_unpacked(&done->base, NULL);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&output);
}

void bank_issue(bank *it, const char *account, const char *reference)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft draft = CBANK__API__V1__CREDIT_DRAFT__INIT, *drafts[] = {&draft};
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[] = {&title};
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT, *amounts[] = {&amount};
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};

    title.lang = lend("zh");
    title.value = lend("陶瓷工艺与材料基础");
    amount.unit = lend("credit");
    amount.milli = 3000;
    record.reference = lend(reference);
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.title = titles;
    record.n_title = 1;
    record.amounts = amounts;
    record.n_amounts = 1;
    draft.account = lend(account);
    draft.record = &record;
    request.institution = lend(INSTITUTION);
    request.drafts = drafts;
    request.n_drafts = 1;
    bytes = pack(&request);
    must(cbank_credit_issue(it->open, it->key, bytes.data, bytes.size, &reply, &err), &err,
         "issue");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

uint64_t bank_check(bank *it)
{
    Cbank__Api__V1__CheckReply *found;
    cbank_buffer output = {0}, reply = {0};
    cbank_job *job = NULL;
    cbank_error err = {0};
    uint64_t size;

    must(cbank_bank_check_begin(it->open, &job, &err), &err, "check");
    run(job, NULL, &output, &reply, "check");
    found = unpack(&cbank__api__v1__check_reply__descriptor, &reply);
    if (!found->ok) {
        fprintf(stderr, "check: %s %s\n", found->findings[0]->code, found->findings[0]->detail);
        exit(1);
    }
    size = found->size;
    protobuf_c_message_free_unpacked(&found->base, NULL);
    cbank_buffer_clear(&output);
    return size;
}

/* ---- transcripts --------------------------------------------------------------------------- */

void bank_transcript(bank *it, const char *account, bool compact, cbank_buffer *out)
{
    Cbank__Api__V1__TranscriptIssueRequest request = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__DisclosureGround ground = CBANK__API__V1__DISCLOSURE_GROUND__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;
    Cbank__Api__V1__TranscriptIssueReply *issued;
    cbank_buffer reply = {0};

    ground.basis = lend("legal-duty");
    order.document = lend("T-1");
    request.ground = &ground;
    request.order = &order;
    request.account = lend(account);
    request.show_name = true;
    request.show_number = true;
    request.evidence = compact ? CBANK__API__V1__EVIDENCE_LEVEL__EVIDENCE_LEVEL_COMPACT
                               : CBANK__API__V1__EVIDENCE_LEVEL__EVIDENCE_LEVEL_FULL;
    ask(it, cbank_transcript_issue, &request, &reply, "transcript");
    issued = unpack(&cbank__api__v1__transcript_issue_reply__descriptor, &reply);
    keep(&issued->file, out);
    protobuf_c_message_free_unpacked(&issued->base, NULL);
}

cbank_verifier *bank_verifier(bank *it)
{
    Cbank__Api__V1__VerifierRequest request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__DirectoryReply *directory;
    char path[BANK_PATH_MAX + 32];
    cbank_buffer bytes, reply = {0};
    cbank_verifier *out = NULL;
    cbank_key *root = NULL;
    cbank_error err = {0};

    snprintf(path, sizeof(path), "%s/keys/root.key", it->path);
    must(cbank_key_open(path, NULL, 0, &root, &err), &err, "root key");
    must(cbank_bank_directory(it->open, root, NULL, 0, &reply, &err), &err, "directory");
    directory = unpack(&cbank__api__v1__directory_reply__descriptor, &reply);
    request.directory = directory->file;
    bytes = pack(&request);
    must(cbank_verifier_open(bytes.data, bytes.size, &out, &err), &err, "verifier");
    protobuf_c_message_free_unpacked(&directory->base, NULL);
    cbank_buffer_clear(&bytes);
    cbank_key_close(root);
    return out;
}

void bank_verify(const cbank_verifier *verifier, const cbank_buffer *file)
{
    Cbank__Api__V1__TranscriptVerifyRequest request =
        CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};

    request.file = (ProtobufCBinaryData){.len = file->size, .data = file->data};
    request.any_recipient = true;
    bytes = pack(&request);
    must(cbank_transcript_verify(verifier, bytes.data, bytes.size, &reply, &err), &err, "verify");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}
