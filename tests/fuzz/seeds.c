/*
 * Writes inputs to begin with, made by the library itself: FOLDER/TARGET/NAME.
 *
 * Usage: fuzz-seeds FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/seeds.h"
#include "proof/attestation.h"
#include "proof/note.h"
#include "proof/tlogproof.h"
#include "record/code.h"

static const char *folder;

/* `head` stands before the bytes: the choices that the target takes off. */
void seed_after(const char *target, const char *name, cbi_bytes head, cbi_bytes bytes)
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

void seed_put(const char *target, const char *name, cbi_bytes bytes)
{
    seed_after(target, name, cbi_bytes_of_text(""), bytes);
}

void seed_chosen(const char *target, const char *name, uint8_t choice, cbi_bytes bytes)
{
    seed_after(target, name, cbi_bytes_of(&choice, 1), bytes);
}

void seed_text(const char *target, const char *name, const char *text)
{
    seed_put(target, name, cbi_bytes_of_text(text));
}

static cbi_bytes envelope_of(cbi_bytes file)
{
    cbi_artefact_reader reader;

    fuzz_require(cbi_artefact_open(file, &reader, NULL) == CBANK_OK, "a seed is a file");
    return reader.envelope;
}

/* The file, its envelope, and its parts as messages of the target's numbers. */
void seed_file(const char *target, const char *name, cbi_bytes file, uint8_t part_type)
{
    cbi_artefact_reader reader;
    char part_name[64];
    cbi_bytes part;
    unsigned count = 0;

    seed_put(target, name, file);
    seed_put("artefact", name, file);
    seed_put("envelope", name, envelope_of(file));
    seed_chosen("message", name, 0, envelope_of(file));
    fuzz_require(cbi_artefact_open(file, &reader, NULL) == CBANK_OK, "a seed is a file");
    while (cbi_artefact_next(&reader, &part)) {
        snprintf(part_name, sizeof(part_name), "%s-part-%u", name, count++);
        seed_chosen("message", part_name, part_type, part);
    }
}

/* Sizes in fours of what comes out and of the pattern, the pattern, the delta. */
static void put_deltas(void)
{
    static const uint8_t sizes[] = {3, 2};

    seed_after("delta", "copied", cbi_bytes_of(sizes, 2),
               cbi_bytes_of_text("patterns\x05\x01\x08_mine"));
    seed_after("delta", "own", cbi_bytes_of(sizes, 2),
               cbi_bytes_of_text("patterns\x16twelve bytes"));
}

static void put_text_seeds(void)
{
    static const char *const texts[] = {"3.5",        "2024-06-30",    "2026-11-24T08:00:00+08:00",
                                        "5YyF5ZCr",   "0123456789ab",  "李一·Ａｂ",
                                        "1000000000", "e\xcc\x81tude", "18446744073709551615"};
    char name[32];

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        snprintf(name, sizeof(name), "text-%zu", i);
        seed_text("text", name, texts[i]);
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
    seed_chosen("signature", name, number, cbi_bytes_of_buffer(&bytes));
    CBI_TRY(cbi_private_encode(key, cbi_bytes_of(NULL, 0), &pem, NULL));
    seed_put("pem", name, cbi_bytes_of_buffer(&pem));
    seed_put("keyfile", name, cbi_bytes_of_buffer(&pem));
    CBI_TRY(cbi_private_encode(key, cbi_bytes_of_text("passphrase"), &pem, NULL));
    seed_put("pem", sealed, cbi_bytes_of_buffer(&pem));
    CBI_TRY(cbi_public_encode_pem(cbi_private_public(key), &pem, NULL));
    snprintf(sealed, sizeof(sealed), "%s-public", name);
    seed_put("pem", sealed, cbi_bytes_of_buffer(&pem));
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

    seed_put("note", "checkpoint", note);
    seed_text("note", "text",
             "bank.example/credit\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    fuzz_require(cbi_tlog_proof_encode(7, path, count, note, &text, NULL) == CBANK_OK,
                 "a proof can be written");
    seed_put("tlogproof", "proof", cbi_bytes_of_buffer(&text));
    cbank_buffer_clear(&text);
    fuzz_require(cbi_note_vkey(cbi_bytes_of_text(bank->origin), cbi_private_public(bank->log_key),
                               &text, NULL) == CBANK_OK,
                 "a verifier key can be written");
    seed_put("vkey", "log", cbi_bytes_of_buffer(&text));
    cbank_buffer_clear(&text);
    seed_chosen("pin", "same-size", 0, note);
    count = world_consistency(bank, 12, bank->size, path);
    fuzz_require(cbi_buffer_append(&text, world_checkpoint(bank, 12), NULL) == CBANK_OK,
                 "there is room");
    for (size_t i = count; i > 0; i--)
        fuzz_require(cbi_buffer_append(&text, cbi_bytes_of_hash(&path[i - 1]), NULL) == CBANK_OK,
                     "there is room");
    seed_chosen("pin", "smaller", (uint8_t)count, cbi_bytes_of_buffer(&text));
    cbank_buffer_clear(&text);
}

static void put_statements(const world_chain *chain, const char *prefix)
{
    char name[64];

    for (size_t i = 0; i < chain->count; i++) {
        const world_entry *entry = &chain->entries[i];

        snprintf(name, sizeof(name), "%s-%zu", prefix, i);
        seed_chosen("statement", name, 0, entry->statement);
        seed_chosen("message", name, 14, entry->statement);
        if (entry->batch == NULL)
            continue;
        snprintf(name, sizeof(name), "%s-item-%zu", prefix, i);
        seed_chosen("statement", name, entry->batch->items[entry->position].change ? 2 : 1,
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
    seed_file("transcript", "account",
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
        seed_file("transcript", kinds[i].name, paper_make(it->world, &it->learner, &kinds[i].terms),
                 11);
        snprintf(name, sizeof(name), "%s-short", kinds[i].name);
        seed_file("transcript", name, paper_make(it->world, &it->friend, &kinds[i].terms), 11);
    }
    seed_chosen("pin", "transcript", 0,
               paper_make(it->world, &it->learner, &(paper_terms){.disclosed = true}));
}

static void put_claim(const world *bank)
{
    Cbank__V1__ClaimHead head = CBANK__V1__CLAIM_HEAD__INIT;
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    static uint8_t hash[CBI_HASH_SIZE] = {1};
    static const uint8_t random[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    cbi_verification code;
    cbank_buffer file = {0};

    cbi_verification_make(random, &code);
    ref.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    ref.id = cbi_message_string("pxu/hours");
    ref.edition = 1;
    ref.digest = head.root = head.plan_digest = (ProtobufCBinaryData){sizeof(hash), hash};
    head.code = code.text;
    head.origin = cbi_message_string(bank->origin);
    head.recipient = cbi_message_string("anyone");
    head.issued_at = WORLD_AT;
    head.expires_at = WORLD_EXPIRES;
    head.size = 1;
    head.requirement = &ref;
    head.unit = cbi_message_string("hour");
    head.required_milli = 360000;
    head.reached_milli = 372000;
    head.result = CBANK__V1__CLAIM_RESULT__CLAIM_RESULT_MET;
    fuzz_require(cbi_attestation_make(&head, bank->log_key, &file, NULL) == CBANK_OK, "a claim");
    seed_file("claim", "met", cbi_bytes_of_buffer(&file), 7);
    cbank_buffer_clear(&file);
}

static void put_succession(const world *bank)
{
    cbank_buffer file = {0};

    fuzz_require(cbi_succession_make(bank->origin, 2, WORLD_AT, bank->root_key,
                                     bank->own.keys[0].key, &file, NULL) == CBANK_OK,
                 "a root key can hand over");
    seed_file("succession", "second", cbi_bytes_of_buffer(&file), 5);
    cbank_buffer_clear(&file);
}

static void put_files(story *it)
{
    world *bank = it->world;
    world_learner *both[] = {&it->learner, &it->friend};
    const cbi_private *earlier = bank->own.keys[0].key;

    seed_file("batch", "awards", it->learner.chain.entries[STORY_MATHS].batch->file, 4);
    seed_file("batch", "revocation", it->learner.chain.entries[STORY_REVOKED].batch->file, 4);
    seed_file("batch", "amendment", it->learner.chain.entries[STORY_AMENDED].batch->file, 4);
    seed_chosen("jobs", "deposit", 2, it->learner.chain.entries[STORY_MATHS].batch->file);
    seed_chosen("jobs", "deposit-signed", 3, it->learner.chain.entries[STORY_MATHS].batch->file);
    seed_chosen("jobs", "amendment", 3, it->learner.chain.entries[STORY_AMENDED].batch->file);
    seed_file("request", "join", world_request(bank, "GZU", NULL, bank->log_key), 5);
    seed_file("request", "rotation", world_request(bank, "PXU", earlier, bank->log_key), 5);
    put_succession(bank);
    seed_file("directory", "directory", world_directory(bank), 7);
    put_claim(bank);
    seed_file("status", "status", world_true_status(bank, both, 2), 9);
    seed_chosen("pin", "status", 0, world_true_status(bank, both, 2));
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

#define PAGE                                                                                       \
    "<html><head><meta charset=gb2312><style>td{}</style></head><body><table><tr><td colspan=2>"   \
    "\xe8\xa1\xa8</td></tr><tr><th>a&nbsp;<th>b<tr><td>1<br>2<td>&#x4e00;</table></body></html>"

#define PROFILE                                                                                    \
    "profile: school\ncolumns: {student_number: [a], title: [b, c], result: [d]}\n"               \
    "needs: [title]\nset: {type: course}\nvalues: {e: {\"3\": \"1\"}}\n"                         \
    "scales: {percent: {max: 100, pass: 60}, words: {passed: [f], failed: [g]}}\n"                 \
    "words: {absent: [h]}\nattempts: {makeup: [i]}\nskip: {j: {failed: [k]}, l: "                 \
    "{recognised: filled}}\nretakes: best\nseparate: [m]\nfooters: [n]\n"                         \
    "roster: {name: [o]}\nroster_needs: [name]\n"

static void put_sheets(void)
{
    static const uint8_t found[] = {0, 255}, utf8[] = {1, 3}, gb[] = {2, 1};

    seed_after("grades", "utf8", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET));
    seed_after("grades", "utf8-said", cbi_bytes_of(utf8, 2), cbi_bytes_of_text(SHEET));
    seed_after("grades", "gb18030", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET_GB));
    seed_after("grades", "gb18030-said", cbi_bytes_of(gb, 2), cbi_bytes_of_text(SHEET_GB));
    seed_after("encoding", "utf8", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET));
    seed_after("encoding", "gb18030", cbi_bytes_of(found, 2), cbi_bytes_of_text(SHEET_GB));
    seed_after("encoding", "four-bytes", cbi_bytes_of(gb, 2),
              cbi_bytes_of_text("\x81\x30\x81\x30\x84\x31\xa4\x37"));
    seed_chosen("workbook", "page", 255, cbi_bytes_of_text(PAGE));
    seed_text("profile", "profile", PROFILE);
    seed_chosen("jobs", "import", 0, cbi_bytes_of_text(SHEET));
    seed_chosen("jobs", "sign", 1, cbi_bytes_of_text(SHEET));
    seed_text("mapping", "mapping",
             "title=课程,student_number=学号,amount:ects=\"a,\"\"b\",score=分\nscore_max=100\n"
             "课程\n学号\na,\"b\n分\n");
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
    put_deltas();
    seeds_of_requests(it);
    seeds_of_rules();
    put_keys(CBI_SUITE_SHA256_ED25519, "ed25519");
    put_keys(CBI_SUITE_SM3_SM2, "sm2");
    return 0;
}
