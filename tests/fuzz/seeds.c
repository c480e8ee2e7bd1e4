/*
 * Writes inputs to begin with, made by the library itself: FOLDER/TARGET/NAME.
 *
 * Usage: fuzz-seeds FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/scene.h"
#include "fuzz/fuzz.h"
#include "proof/note.h"
#include "proof/tlogproof.h"

#include "cbank/api/v1/log.pb-c.h"

static const char *folder;

/* `head` stands before the bytes: the choices that the target takes off. */
static void put_after(const char *target, const char *name, cbi_bytes head, cbi_bytes bytes)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, target);
    (void)mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/%s/%s", folder, target, name);
    file = fopen(path, "wb");
    fuzz_require(file != NULL, path);
    fuzz_require(fwrite(head.data, 1, head.size, file) == head.size &&
                     fwrite(bytes.data, 1, bytes.size, file) == bytes.size && fclose(file) == 0,
                 path);
}

static void put(const char *target, const char *name, cbi_bytes bytes)
{
    put_after(target, name, cbi_bytes_of_text(""), bytes);
}

static void put_chosen(const char *target, const char *name, uint8_t choice, cbi_bytes bytes)
{
    put_after(target, name, cbi_bytes_of(&choice, 1), bytes);
}

static void put_text(const char *target, const char *name, const char *text)
{
    put(target, name, cbi_bytes_of_text(text));
}

static cbi_bytes envelope_of(cbi_bytes file)
{
    cbi_artefact_reader reader;

    fuzz_require(cbi_artefact_open(file, &reader, NULL) == CBANK_OK, "a seed is a file");
    return reader.envelope;
}

/* The file, its envelope, and its parts as messages of the target's numbers. */
static void put_file(const char *target, const char *name, cbi_bytes file, uint8_t part_type)
{
    cbi_artefact_reader reader;
    char part_name[64];
    cbi_bytes part;
    unsigned count = 0;

    put(target, name, file);
    put("artefact", name, file);
    put("envelope", name, envelope_of(file));
    put_chosen("message", name, 0, envelope_of(file));
    fuzz_require(cbi_artefact_open(file, &reader, NULL) == CBANK_OK, "a seed is a file");
    while (cbi_artefact_next(&reader, &part)) {
        snprintf(part_name, sizeof(part_name), "%s-part-%u", name, count++);
        put_chosen("message", part_name, part_type, part);
    }
}

static void put_text_seeds(void)
{
    static const char *const texts[] = {"3.5",        "2024-06-30",    "2026-11-24T08:00:00+08:00",
                                        "5YyF5ZCr",   "0123456789ab",  "李一·Ａｂ",
                                        "1000000000", "e\xcc\x81tude", "18446744073709551615"};
    char name[32];

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        snprintf(name, sizeof(name), "text-%zu", i);
        put_text("text", name, texts[i]);
    }
}

static void put_keys(cbi_suite suite, const char *name)
{
    uint8_t number = suite == CBI_SUITE_SM3_SM2;
    cbank_buffer bytes = {0}, pem = {0};
    char sealed[32];
    cbi_private *key = NULL;
    cbank_status status = CBANK_OK;

    fuzz_sign_truly(true);
    snprintf(sealed, sizeof(sealed), "%s-sealed", name);
    CBI_TRY(cbi_private_new(suite, &key, NULL));
    CBI_TRY(cbi_buffer_set(&bytes, cbi_public_bytes(cbi_private_public(key)), NULL));
    CBI_TRY(cbi_sign(key, cbi_bytes_of_text("message"), &bytes, NULL));
    put_chosen("signature", name, number, cbi_bytes_of_buffer(&bytes));
    CBI_TRY(cbi_private_encode(key, cbi_bytes_of(NULL, 0), &pem, NULL));
    put("pem", name, cbi_bytes_of_buffer(&pem));
    put("keyfile", name, cbi_bytes_of_buffer(&pem));
    CBI_TRY(cbi_private_encode(key, cbi_bytes_of_text("passphrase"), &pem, NULL));
    put("pem", sealed, cbi_bytes_of_buffer(&pem));
    CBI_TRY(cbi_public_encode_pem(cbi_private_public(key), &pem, NULL));
    snprintf(sealed, sizeof(sealed), "%s-public", name);
    put("pem", sealed, cbi_bytes_of_buffer(&pem));
done:
    fuzz_require(status == CBANK_OK, "keys can be written");
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&pem);
    cbi_private_free(key);
}

static void put_log(story *it)
{
    world *bank = it->world;
    cbi_bytes note = world_checkpoint(bank, bank->size);
    cbi_hash path[CBI_PROOF_PATH_MAX];
    size_t count = world_inclusion(bank, 7, bank->size, path);
    cbank_buffer text = {0};

    put("note", "checkpoint", note);
    put_text("note", "text",
             "bank.example/credit\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    fuzz_require(cbi_tlog_proof_encode(7, path, count, note, &text, NULL) == CBANK_OK,
                 "a proof can be written");
    put("tlogproof", "proof", cbi_bytes_of_buffer(&text));
    cbank_buffer_clear(&text);
    fuzz_require(cbi_note_vkey(cbi_bytes_of_text(bank->origin), cbi_private_public(bank->log_key),
                               &text, NULL) == CBANK_OK,
                 "a verifier key can be written");
    put("vkey", "log", cbi_bytes_of_buffer(&text));
    cbank_buffer_clear(&text);
    put_chosen("pin", "same-size", 0, note);
    count = world_consistency(bank, 12, bank->size, path);
    fuzz_require(cbi_buffer_append(&text, world_checkpoint(bank, 12), NULL) == CBANK_OK,
                 "there is room");
    for (size_t i = count; i > 0; i--)
        fuzz_require(cbi_buffer_append(&text, cbi_bytes_of_hash(&path[i - 1]), NULL) == CBANK_OK,
                     "there is room");
    put_chosen("pin", "smaller", (uint8_t)count, cbi_bytes_of_buffer(&text));
    cbank_buffer_clear(&text);
}

static void put_statements(const world_chain *chain, const char *prefix)
{
    char name[64];

    for (size_t i = 0; i < chain->count; i++) {
        const world_entry *entry = &chain->entries[i];

        snprintf(name, sizeof(name), "%s-%zu", prefix, i);
        put_chosen("statement", name, 0, entry->statement);
        put_chosen("message", name, 14, entry->statement);
        if (entry->batch == NULL)
            continue;
        snprintf(name, sizeof(name), "%s-item-%zu", prefix, i);
        put_chosen("statement", name, entry->batch->items[entry->position].change ? 2 : 1,
                   entry->batch->items[entry->position].bytes);
    }
}

/* What happens to accounts, once each. */
static void put_accounts(story *it)
{
    static const int states[] = {105, 106, 107, 108, 112, 113, 114, 113};
    world_learner learner, other;

    world_open(it->world, &learner, "cn-id", "360302190001010018", "丙三");
    world_open(it->world, &other, "cn-id", "360302190001010018", "丙三");
    world_bind(it->world, &learner, "passport/GBR", "X1234567");
    world_correct(it->world, &learner, &learner.chain.entries[0], "360302190001010026");
    world_unbind(it->world, &learner, &learner.chain.entries[1]);
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        world_state(it->world, &learner, states[i]);
    world_merge(it->world, &other, &learner);
    world_unmerge(it->world, &learner);
    put_statements(&learner.chain, "account");
    put_statements(&other.chain, "unmerged");
    put_file("transcript", "account",
             paper_make(it->world, &learner, &(paper_terms){.evidence = true}), 11);
}

static void put_transcripts(story *it)
{
    static const struct {
        const char *name;
        paper_terms terms;
    } kinds[] = {
        {"compact", {.disclosed = true}},
        {"full", {.evidence = true, .disclosed = true}},
        {"selection", {.evidence = true, .withheld = 1u << STORY_CHEMISTRY}},
        {"addressed", {.recipient = PAPER_RECIPIENT}},
    };
    char name[32];

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        put_file("transcript", kinds[i].name, paper_make(it->world, &it->learner, &kinds[i].terms),
                 11);
        snprintf(name, sizeof(name), "%s-short", kinds[i].name);
        put_file("transcript", name, paper_make(it->world, &it->friend, &kinds[i].terms), 11);
    }
    put_chosen("pin", "transcript", 0,
               paper_make(it->world, &it->learner, &(paper_terms){.disclosed = true}));
}

static void put_files(story *it)
{
    world *bank = it->world;
    world_learner *both[] = {&it->learner, &it->friend};
    const cbi_private *earlier = bank->own.keys[0].key;

    put_file("batch", "awards", it->learner.chain.entries[STORY_MATHS].batch->file, 4);
    put_file("batch", "revocation", it->learner.chain.entries[STORY_REVOKED].batch->file, 4);
    put_file("batch", "amendment", it->learner.chain.entries[STORY_AMENDED].batch->file, 4);
    put_chosen("jobs", "deposit", 2, it->learner.chain.entries[STORY_MATHS].batch->file);
    put_chosen("jobs", "deposit-signed", 3, it->learner.chain.entries[STORY_MATHS].batch->file);
    put_chosen("jobs", "amendment", 3, it->learner.chain.entries[STORY_AMENDED].batch->file);
    put_file("request", "join", world_request(bank, "GZU", NULL, bank->log_key), 5);
    put_file("request", "rotation", world_request(bank, "PXU", earlier, bank->log_key), 5);
    put_file("directory", "directory", world_directory(bank), 7);
    put_file("status", "status", world_true_status(bank, both, 2), 9);
    put_chosen("pin", "status", 0, world_true_status(bank, both, 2));
}

#define SHEET                                                                                      \
    "姓名,证件号码,学号,课程名称,课程代码,学分,学时,成绩,满分,取得日期,学年,学期,结果\n"              \
    "李一,440524188001010014,2018001,语文,C1,3.5,56,91,100,2024-06-30,2023-2024,2,合格\n"           \
    "王二,360302190001010026,2018002,\"数学, 上\",C2,2,,59,100,2024/6/30,2023-2024,2,不合格\n"        \
    ",,=\"0001\",英语,C3,x,,,,,,,合格\n"

/* The beginning of the sheet above in GB18030. */
#define SHEET_GB                                                                                   \
    "\xd0\xd5\xc3\xfb,\xd1\xa7\xba\xc5,\xbf\xce\xb3\xcc\xc3\xfb\xb3\xc6,\xbd\xe1\xb9\xfb\n"        \
    "\xc0\xee\xd2\xbb,1,\xd3\xef\xce\xc4,\xba\xcf\xb8\xf1\n"

static void put_sheets(void)
{
    static const uint8_t found[] = {0, 255}, utf8[] = {1, 3}, gb[] = {2, 1};

    put_after("grades", "utf8", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET));
    put_after("grades", "utf8-said", cbi_bytes_of(utf8, 2), cbi_bytes_of_text(SHEET));
    put_after("grades", "gb18030", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET_GB));
    put_after("grades", "gb18030-said", cbi_bytes_of(gb, 2), cbi_bytes_of_text(SHEET_GB));
    put_after("encoding", "utf8", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET));
    put_after("encoding", "gb18030", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET_GB));
    put_after("encoding", "four-bytes", cbi_bytes_of(gb, 2),
              cbi_bytes_of_text("\x81\x30\x81\x30\x84\x31\xa4\x37"));
    put_chosen("jobs", "import", 0, cbi_bytes_of_text(SHEET));
    put_chosen("jobs", "sign", 1, cbi_bytes_of_text(SHEET));
    put_text("mapping", "mapping",
             "title=课程,student_number=学号,amount:ects=\"a,\"\"b\",score=分\nscore_max=100\n"
             "课程\n学号\na,\"b\n分\n");
}

/* ---- requests ---------------------------------------------------------------------------- */

static void put_request(const char *name, const char *call, const void *message)
{
    cbank_buffer bytes = scene_pack(message);

    put_chosen("api", name, fuzz_api_number(call), cbi_bytes_of_buffer(&bytes));
    cbank_buffer_clear(&bytes);
}

static void put_person(void)
{
    Cbank__Api__V1__LearnerOpenRequest request = CBANK__API__V1__LEARNER_OPEN_REQUEST__INIT;
    Cbank__Api__V1__Person person = CBANK__API__V1__PERSON__INIT, *persons[] = {&person};
    Cbank__Api__V1__PersonName name = CBANK__API__V1__PERSON_NAME__INIT, *names[] = {&name};
    Cbank__Api__V1__PersonDocument document = CBANK__API__V1__PERSON_DOCUMENT__INIT,
                                   *documents[] = {&document};

    name.value = scene_text("王二");
    name.kind = CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
    document.type = scene_text("cn-id");
    document.number = scene_text("360302190001010026");
    person.names = names;
    person.documents = documents;
    person.n_names = person.n_documents = 1;
    request.persons = persons;
    request.n_persons = 1;
    request.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    request.dry_run = true;
    put_request("learner-open", "learner_open", &request);
}

static void put_credit(const char *account)
{
    Cbank__Api__V1__CreditIssueRequest request = CBANK__API__V1__CREDIT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__CreditDraft draft = CBANK__API__V1__CREDIT_DRAFT__INIT, *drafts[] = {&draft};
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[] = {&title};
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT, *amounts[] = {&amount};

    title.lang = scene_text("zh");
    title.value = scene_text("陶瓷工艺");
    amount.unit = scene_text("credit");
    amount.milli = 3500;
    record.reference = scene_text("R-1");
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.title = titles;
    record.amounts = amounts;
    record.n_title = record.n_amounts = 1;
    draft.account = scene_text(account);
    draft.record = &record;
    request.institution = scene_text(SCENE_INSTITUTION);
    request.drafts = drafts;
    request.n_drafts = 1;
    put_request("credit-issue", "credit_issue", &request);
    request.dry_run = true;
    put_request("credit-issue-dry", "credit_issue", &request);
}

static void put_readings(story *it, const char *account)
{
    Cbank__Api__V1__LearnerFindRequest find = CBANK__API__V1__LEARNER_FIND_REQUEST__INIT;
    Cbank__Api__V1__LearnerShowRequest show = CBANK__API__V1__LEARNER_SHOW_REQUEST__INIT;
    Cbank__Api__V1__CreditListRequest list = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__TranscriptIssueRequest issue = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__TranscriptShowRequest glance = CBANK__API__V1__TRANSCRIPT_SHOW_REQUEST__INIT;
    Cbank__Api__V1__VerifierRequest verifier = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__ConsistencyRequest join = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;

    find.document_type = scene_text("cn-id");
    find.document_number = scene_text("440524188001010014");
    put_request("learner-find", "learner_find", &find);
    show.account = list.account = issue.account = scene_text(account);
    show.with_person = issue.show_name = issue.show_number = true;
    list.limit = 10;
    put_request("learner-show", "learner_show", &show);
    put_request("credit-list", "credit_list", &list);
    put_request("transcript-issue", "transcript_issue", &issue);
    join.from = 1;
    join.to = 2;
    put_request("log-consistency", "log_consistency", &join);
    glance.file = cbi_message_data(
        paper_make(it->world, &it->friend, &(paper_terms){.evidence = true, .disclosed = true}));
    put_request("transcript-show", "transcript_show", &glance);
    verifier.directory = cbi_message_data(world_directory(it->world));
    put_request("verifier-open", "verifier_open", &verifier);
}

/* What the bank of the scene itself hands out and takes in. */
static void put_own(scene *stage, const char *account)
{
    Cbank__Api__V1__TranscriptIssueRequest issue = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__TranscriptVerifyRequest verify =
        CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    Cbank__Api__V1__ConsistencyRequest join = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;
    Cbank__Api__V1__JoinRequest request = CBANK__API__V1__JOIN_REQUEST__INIT;
    Cbank__Api__V1__RotationRequest rotation = CBANK__API__V1__ROTATION_REQUEST__INIT;
    Cbank__V1__LangText name = CBANK__V1__LANG_TEXT__INIT, *names[] = {&name};
    Cbank__Api__V1__TranscriptIssueReply *issued;
    Cbank__Api__V1__CheckpointReply *newest;
    cbank_buffer bytes, reply = {0};

    fuzz_require(cbank_log_checkpoint(stage->bank, &reply, NULL) == CBANK_OK, "a checkpoint");
    newest = scene_unpack(&cbank__api__v1__checkpoint_reply__descriptor, &reply);
    join.seen = newest->note;
    put_request("log-seen", "log_consistency", &join);
    scene_free(newest);
    issue.account = scene_text(account);
    bytes = scene_pack(&issue);
    fuzz_require(cbank_transcript_issue(stage->bank, bytes.data, bytes.size, &reply, NULL) ==
                     CBANK_OK,
                 "a transcript is issued");
    issued = scene_unpack(&cbank__api__v1__transcript_issue_reply__descriptor, &reply);
    verify.file = issued->file;
    verify.any_recipient = true;
    put_request("transcript-verify", "transcript_verify", &verify);
    scene_free(issued);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    name.lang = scene_text("zh");
    name.value = scene_text("另一所学院");
    request.origin = rotation.origin = stage->origin;
    request.institution = rotation.institution = scene_text("NCU");
    request.names = names;
    request.n_names = 1;
    put_request("institution-request", "institution_request", &request);
    put_request("institution-rotation", "institution_rotation", &rotation);
}

static void put_requests(story *it)
{
    scene stage;
    char account[17];

    scene_begin(&stage, "sha256-ed25519");
    scene_learner(&stage, "李一", "440524188001010014", account);
    put_person();
    put_credit(account);
    put_readings(it, account);
    put_own(&stage, account);
    scene_end(&stage);
}

int main(int argc, char **argv)
{
    story *it = fuzz_story();

    if (argc != 2) {
        fprintf(stderr, "usage: fuzz-seeds FOLDER\n");
        return 2;
    }
    folder = argv[1];
    (void)mkdir(folder, 0755);
    put_text_seeds();
    put_log(it);
    put_statements(&it->learner.chain, "learner");
    put_statements(&it->old.chain, "merged");
    put_statements(&it->world->chain, "bank");
    put_statements(&it->world->rotated.chain, "institution");
    put_files(it);
    put_transcripts(it);
    put_accounts(it);
    put_sheets();
    put_requests(it);
    put_keys(CBI_SUITE_SHA256_ED25519, "ed25519");
    put_keys(CBI_SUITE_SM3_SM2, "sm2");
    return 0;
}
