#include "scene.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FEED_SIZE 65536

static char folder_template[] = "cbank-scene-XXXXXX";

char *scene_text(const char *text)
{
    char *lent;

    memcpy(&lent, &text, sizeof(lent));
    return lent;
}

cbank_buffer scene_pack(const void *message)
{
    const ProtobufCMessage *base = message;
    cbank_buffer out = {0};

    out.capacity = protobuf_c_message_get_packed_size(base) + 1;
    out.data = calloc(1, out.capacity);
    cr_assert_not_null(out.data);
    out.size = protobuf_c_message_pack(base, out.data);
    return out;
}

void *scene_unpack(const ProtobufCMessageDescriptor *type, const cbank_buffer *reply)
{
    void *message = protobuf_c_message_unpack(type, NULL, reply->size, reply->data);

    cr_assert_not_null(message, "the reply is no %s", type->name);
    return message;
}

void scene_free(void *message)
{
    protobuf_c_message_free_unpacked(message, NULL);
}

cbank_key *scene_key(const char *suite)
{
    cbank_key *key = NULL;

    cr_assert_eq(cbank_key_new(suite, &key, NULL), CBANK_OK);
    return key;
}

static void create(scene *stage)
{
    Cbank__Api__V1__BankCreateRequest request = CBANK__API__V1__BANK_CREATE_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    cbank_buffer bytes, reply = {0};
    cbank_error err;

    name.lang = scene_text("zh");
    name.value = scene_text("萍乡学分银行");
    request.path = stage->path;
    request.origin = stage->origin;
    request.names = names;
    request.n_names = 1;
    request.suite = strcmp(stage->suite, "sm3-sm2") == 0
                        ? CBANK__V1__SUITE__SUITE_SM3_SM2
                        : CBANK__V1__SUITE__SUITE_SHA256_ED25519;
    request.quota = 1u << 30;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_bank_create(bytes.data, bytes.size, NULL, 0, &reply, &err), CBANK_OK,
                 "%s: %s", err.object, err.detail);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

void scene_begin(scene *stage, const char *suite)
{
    const char *base = getenv("TMPDIR") == NULL ? P_tmpdir : getenv("TMPDIR");

    *stage = (scene){.suite = suite};
    snprintf(stage->folder, sizeof(stage->folder), "%s/%s", base, folder_template);
    cr_assert_not_null(mkdtemp(stage->folder));
    snprintf(stage->path, sizeof(stage->path), "%s/bank", stage->folder);
    snprintf(stage->origin, sizeof(stage->origin), "bank.example/credit/%s/1", suite);
    create(stage);
    scene_reopen(stage);
    stage->key = scene_key(suite);
    scene_admit(stage, SCENE_INSTITUTION, stage->key);
}

void scene_reopen(scene *stage)
{
    cbank_error err = {0};

    cbank_bank_close(stage->bank);
    stage->bank = NULL;
    cr_assert_eq(cbank_bank_open(stage->path, NULL, 0, &stage->bank, &err), CBANK_OK, "%s: %s",
                 err.object, err.detail);
}

void scene_end(scene *stage)
{
    char command[128];

    cbank_bank_close(stage->bank);
    cbank_key_close(stage->key);
    snprintf(command, sizeof(command), "rm -rf '%s'", stage->folder);
    cr_assert_eq(system(command), 0);
}

void scene_admit(scene *stage, const char *code, const cbank_key *key)
{
    Cbank__Api__V1__JoinRequest join = CBANK__API__V1__JOIN_REQUEST__INIT;
    Cbank__Api__V1__AdmitRequest admit = CBANK__API__V1__ADMIT_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    Cbank__Api__V1__RequestReply *request;
    cbank_buffer bytes, reply = {0};

    name.lang = scene_text("zh");
    name.value = scene_text("一所学院");
    join.origin = stage->origin;
    join.institution = scene_text(code);
    join.names = names;
    join.n_names = 1;
    bytes = scene_pack(&join);
    cr_assert_eq(cbank_institution_request(key, bytes.data, bytes.size, &reply, NULL), CBANK_OK);
    cbank_buffer_clear(&bytes);
    request = scene_unpack(&cbank__api__v1__request_reply__descriptor, &reply);
    admit.file = request->file;
    bytes = scene_pack(&admit);
    cr_assert_eq(cbank_institution_admit(stage->bank, bytes.data, bytes.size, &reply, NULL),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    scene_free(request);
}

void scene_rotate(scene *stage, const cbank_key *next)
{
    Cbank__Api__V1__RotationRequest rotation = CBANK__API__V1__ROTATION_REQUEST__INIT;
    Cbank__Api__V1__RotateRequest request = CBANK__API__V1__ROTATE_REQUEST__INIT;
    Cbank__Api__V1__RequestReply *signing;
    cbank_buffer bytes, reply = {0};

    rotation.origin = stage->origin;
    rotation.institution = scene_text(SCENE_INSTITUTION);
    bytes = scene_pack(&rotation);
    cr_assert_eq(cbank_institution_rotation(stage->key, next, bytes.data, bytes.size, &reply, NULL),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
    signing = scene_unpack(&cbank__api__v1__request_reply__descriptor, &reply);
    request.file = signing->file;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_institution_rotate(stage->bank, bytes.data, bytes.size, &reply, NULL),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    scene_free(signing);
}

void scene_learner(scene *stage, const char *name, const char *number, char *account)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__Person person = CBANK__API__V1__PERSON__INIT, *persons[] = {&person};
    Cbank__Api__V1__PersonName stated = CBANK__API__V1__PERSON_NAME__INIT, *names[] = {&stated};
    Cbank__Api__V1__PersonDocument document = CBANK__API__V1__PERSON_DOCUMENT__INIT,
                                   *documents[] = {&document};
    Cbank__Api__V1__LearnerOpenReply *opened;
    cbank_buffer bytes, reply = {0};
    cbank_error err;

    stated.value = scene_text(name);
    stated.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    person.names = names;
    person.n_names = 1;
    document.type = scene_text("cn-id");
    document.number = scene_text(number);
    person.documents = documents;
    person.n_documents = 1;
    request.persons = persons;
    request.n_persons = 1;
    request.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_learner_open(stage->bank, bytes.data, bytes.size, &reply, &err), CBANK_OK,
                 "%s: %s", err.object, err.detail);
    opened = scene_unpack(&cbank__api__v1__learner_open_reply__descriptor, &reply);
    strcpy(account, opened->results[0]->account);
    scene_free(opened);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

/* A long output comes in pieces. */
static cbank_status read_piece(cbank_job *job, cbank_buffer *output, cbank_error *err)
{
    cbank_buffer piece = {0};
    cbank_status status = cbank_job_read(job, &piece, err);
    uint8_t *room;

    if (status != CBANK_OK)
        return status;
    room = realloc(output->data, output->size + piece.size + 1);
    cr_assert_not_null(room);
    memcpy(room + output->size, piece.data, piece.size);
    output->data = room;
    output->size += piece.size;
    output->capacity = output->size + 1;
    cbank_buffer_clear(&piece);
    return CBANK_OK;
}

cbank_status scene_run(cbank_job *job, const void *input, size_t size, cbank_buffer *output,
                       cbank_buffer *reply, cbank_error *err)
{
    const uint8_t *at = input;
    cbank_job_state state = CBANK_JOB_MORE;
    cbank_status status = CBANK_OK;

    while (status == CBANK_OK && state != CBANK_JOB_DONE) {
        size_t piece = size < FEED_SIZE ? size : FEED_SIZE;

        if (state == CBANK_JOB_NEEDS_INPUT && size > 0) {
            status = cbank_job_feed(job, at, piece, err);
            at += piece;
            size -= piece;
        } else if (state == CBANK_JOB_NEEDS_INPUT) {
            status = cbank_job_feed_end(job, err);
        } else if (state == CBANK_JOB_HAS_OUTPUT) {
            status = read_piece(job, output, err);
        }
        if (status == CBANK_OK)
            status = cbank_job_step(job, 100, &state, err);
    }
    if (status == CBANK_OK)
        status = cbank_job_finish(job, reply, err);
    cbank_job_close(job);
    return status;
}

cbank_buffer scene_directory(scene *stage)
{
    char path[160];
    cbank_key *root = NULL;
    Cbank__Api__V1__DirectoryReply *reply;
    cbank_buffer bytes = {0}, file = {0};

    snprintf(path, sizeof(path), "%s/keys/root.key", stage->path);
    cr_assert_eq(cbank_key_open(path, NULL, 0, &root, NULL), CBANK_OK);
    cr_assert_eq(cbank_bank_directory(stage->bank, root, NULL, 0, &bytes, NULL), CBANK_OK);
    cbank_key_close(root);
    reply = scene_unpack(&cbank__api__v1__directory_reply__descriptor, &bytes);
    file.data = malloc(reply->file.len);
    cr_assert_not_null(file.data);
    memcpy(file.data, reply->file.data, reply->file.len);
    file.size = file.capacity = reply->file.len;
    scene_free(reply);
    cbank_buffer_clear(&bytes);
    return file;
}
