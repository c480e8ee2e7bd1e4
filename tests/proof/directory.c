/* Directories: what they say when they are true, and what a root key cannot make them say. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/note.h"
#include "proof/reseal.h"

static world *it;
static cbi_hash fingerprint;
static const uint8_t weak[32] = {1}; /* the neutral element: anything verifies under it */

static void begin(cbi_suite suite)
{
    it = world_new(suite);
    world_rotate(it, &it->rotated);
    fingerprint = world_fingerprint(it->root_key);
}

static void start(void)
{
    begin(CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    world_free(it);
}

TestSuite(directory, .init = start, .fini = end);

static cbank_status open(cbi_bytes file, cbi_reason *reason)
{
    cbi_directory directory = {0};
    cbank_error err = {0};
    cbank_status status = cbi_directory_open(file, &fingerprint, WORLD_AT, &directory, &err);

    cbi_directory_clear(&directory);
    *reason = (cbi_reason)err.reason;
    return status;
}

static void refused(cbi_bytes file, cbi_reason expected)
{
    cbi_reason reason;
    cbank_status status = open(file, &reason);

    cr_expect_eq(status, cbi_reason_status(expected));
    cr_expect_eq(reason, expected, "for %s, not %s", cbi_reason_word(reason),
                 cbi_reason_word(expected));
}

static const cbi_directory_institution *find(const cbi_directory *directory, const char *code)
{
    return cbi_directory_find(directory, cbi_bytes_of_text(code));
}

static Cbank__V1__DirectoryHead *take_apart(reseal *out)
{
    reseal_open(out, it, world_directory(it), CBI_DIRECTORY_TYPE,
                &cbank__v1__directory_head__descriptor);
    return (Cbank__V1__DirectoryHead *)out->head;
}

static cbi_bytes put_together(reseal *sealed)
{
    const cbi_private *key = it->root_key;

    return reseal_close(sealed, &key, 1);
}

static Cbank__V1__DirectoryInstitution *part(reseal *sealed, size_t i)
{
    return reseal_part(sealed, i, &cbank__v1__directory_institution__descriptor);
}

Test(directory, it_holds_the_institutions_by_code_and_says_whose_word_their_keys_are)
{
    end();
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_directory directory;

        begin(world_suites[s]);
        world_open_directory(it, &directory);
        cr_expect_eq(directory.suite, world_suites[s]);
        cr_expect_str_eq(directory.origin, it->origin);
        cr_expect(cbi_hash_equal(&directory.fingerprint, &fingerprint));
        cr_expect_eq(directory.institution_count, 3u);
        cr_expect(!find(&directory, "PXU")->keys[0].vouched);
        cr_expect(find(&directory, "PXOU")->keys[0].vouched);
        cr_expect_eq(find(&directory, "GZU")->key_count, 2u);
        cr_expect(!find(&directory, "GZU")->keys[1].vouched);
        cr_expect_eq(find(&directory, "GZU")->keys[0].until_index,
                     find(&directory, "GZU")->keys[1].from_index);
        cr_expect_null(find(&directory, "PX"));
        cr_expect_null(find(&directory, "PXUX"));
        cr_expect_null(find(&directory, ""));
        cbi_directory_clear(&directory);
        if (s + 1 < WORLD_SUITES)
            end();
    }
}

Test(directory, without_a_fingerprint_the_file_itself_is_trusted)
{
    cbi_directory directory = {0};

    cr_assert_eq(cbi_directory_open(world_directory(it), NULL, WORLD_AT, &directory, NULL),
                 CBANK_OK);
    cr_expect(cbi_hash_equal(&directory.fingerprint, &fingerprint));
    cbi_directory_clear(&directory);
    fingerprint.bytes[0] ^= 1;
    refused(world_directory(it), CBI_REASON_ROOT_KEY_DIFFERS);
}

Test(directory, it_expires_after_the_second_it_names)
{
    cbi_directory directory = {0};
    cbi_bytes file = world_directory(it);

    cr_expect_eq(cbi_directory_open(file, NULL, WORLD_EXPIRES, &directory, NULL), CBANK_OK);
    cbi_directory_clear(&directory);
    cr_expect_eq(cbi_directory_open(file, NULL, WORLD_EXPIRES + 1, &directory, NULL),
                 CBANK_E_EXPIRED);
}

Test(directory, values_of_the_head)
{
    for (int row = 0; row < 8; row++) {
        reseal sealed;
        Cbank__V1__DirectoryHead *head = take_apart(&sealed);

        switch (row) {
        case 0:
            head->origin = cbi_message_string("Bank Example");
            break;
        case 1:
            head->number = 0;
            break;
        case 2:
            head->at = 0;
            break;
        case 3:
            head->size = 0;
            break;
        case 4:
            head->n_log_keys = 0;
            break;
        case 5:
            head->institutions = CBI_DIRECTORY_INSTITUTIONS_MAX + 1;
            break;
        case 6:
            head->root.len = 31;
            break;
        default:
            head->suite = 0;
        }
        refused(put_together(&sealed), CBI_REASON_HEAD_VALUE);
    }
}

Test(directory, it_is_signed_by_the_root_key_that_it_names)
{
    const cbi_private *other = it->log_key;
    reseal sealed;

    take_apart(&sealed);
    refused(reseal_close(&sealed, &other, 1), CBI_REASON_BAD_SIGNATURE);
}

Test(directory, more_keys_than_the_limit)
{
    Cbank__V1__DirectoryInstitution *institution;
    Cbank__V1__InstitutionKey *keys[CBI_INSTITUTION_KEYS_MAX + 1];
    Cbank__V1__LogKey *log_keys[CBI_INSTITUTION_KEYS_MAX + 1];
    Cbank__V1__DirectoryHead *head;
    reseal sealed;

    take_apart(&sealed);
    institution = part(&sealed, 1);
    for (size_t i = 0; i <= CBI_INSTITUTION_KEYS_MAX; i++)
        keys[i] = institution->keys[0];
    institution->keys = keys;
    institution->n_keys = CBI_INSTITUTION_KEYS_MAX + 1;
    reseal_put(&sealed, 1);
    refused(put_together(&sealed), CBI_REASON_HEAD_VALUE);
    head = take_apart(&sealed);
    for (size_t i = 0; i <= CBI_INSTITUTION_KEYS_MAX; i++)
        log_keys[i] = head->log_keys[0];
    head->log_keys = log_keys;
    head->n_log_keys = CBI_INSTITUTION_KEYS_MAX + 1;
    refused(put_together(&sealed), CBI_REASON_HEAD_VALUE);
}

Test(directory, another_version_is_not_supported)
{
    reseal sealed;

    take_apart(&sealed)->version = CBI_DIRECTORY_VERSION + 1;
    refused(put_together(&sealed), CBI_REASON_FILE_VERSION);
}

Test(directory, the_number_of_institutions_is_the_number_of_parts)
{
    reseal sealed;

    take_apart(&sealed)->institutions++;
    refused(put_together(&sealed), CBI_REASON_PARTS_DIFFER);
    take_apart(&sealed)->institutions--;
    refused(put_together(&sealed), CBI_REASON_PARTS_DIFFER);
}

Test(directory, institutions_stand_in_order_and_once)
{
    reseal sealed;
    cbi_bytes first;

    take_apart(&sealed);
    first = sealed.parts[0];
    sealed.parts[0] = sealed.parts[1];
    sealed.parts[1] = first;
    refused(put_together(&sealed), CBI_REASON_DIRECTORY_ORDER);
    take_apart(&sealed);
    sealed.parts[1] = sealed.parts[0];
    refused(put_together(&sealed), CBI_REASON_DIRECTORY_ORDER);
}

Test(directory, an_institution_has_a_code_a_name_a_state_and_a_key)
{
    for (int row = 0; row < 5; row++) {
        Cbank__V1__DirectoryInstitution *institution;
        reseal sealed;

        take_apart(&sealed);
        institution = part(&sealed, 2);
        switch (row) {
        case 0:
            institution->institution = cbi_message_string("pxu");
            break;
        case 1:
            institution->n_names = 0;
            break;
        case 2:
            institution->status = 0;
            break;
        case 3:
            institution->n_keys = 0;
            break;
        default:
            institution->institution = cbi_message_string("");
        }
        reseal_put(&sealed, 2);
        refused(put_together(&sealed), CBI_REASON_HEAD_VALUE);
    }
}

Test(directory, keys_follow_one_another_and_only_the_last_is_open)
{
    static const uint64_t ranges[][4] = {
        /* of the first key, of the second */
        {3, 0, 9, 0}, {3, 9, 8, 0}, {3, 3, 9, 0}, {9, 3, 9, 0}, {3, 9, 9, 9}, {3, 9, 9, 5},
    };

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        for (size_t k = 0; k < 2; k++) {
            it->rotated.keys[k].from = ranges[i][2 * k];
            it->rotated.keys[k].until = ranges[i][2 * k + 1];
        }
        refused(world_directory(it), CBI_REASON_DIRECTORY_ORDER);
    }
}

Test(directory, log_keys_follow_one_another_too)
{
    static const uint64_t ranges[][4] = {
        {0, 0, 1, 0}, {0, 5, 4, 0}, {5, 5, 5, 0}, {0, 1, 1, 1},
    };

    it->log_keys[1] = it->log_keys[0];
    it->log_key_count = 2;
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        for (size_t k = 0; k < 2; k++) {
            it->log_keys[k].from_size = ranges[i][2 * k];
            it->log_keys[k].until_size = ranges[i][2 * k + 1];
        }
        refused(world_directory(it), CBI_REASON_DIRECTORY_ORDER);
    }
}

Test(directory, a_log_key_may_have_two_ranges)
{
    cbi_directory directory;

    it->log_keys[1] = it->log_keys[0];
    it->log_keys[0].until_size = 1;
    it->log_keys[1].from_size = 2;
    it->log_key_count = 2;
    world_open_directory(it, &directory);
    cbi_directory_clear(&directory);
    it->log_keys[1].until_size = it->size;
    refused(world_directory(it), CBI_REASON_LOG_KEY_RANGE);
}

Test(directory, its_checkpoint_is_of_the_log_it_speaks_of)
{
    reseal sealed;
    Cbank__V1__DirectoryHead *head = take_apart(&sealed);

    head->checkpoint = cbi_message_data(world_checkpoint(it, it->size - 1));
    refused(put_together(&sealed), CBI_REASON_EVIDENCE_DIFFERS);
    take_apart(&sealed)->size++;
    refused(put_together(&sealed), CBI_REASON_EVIDENCE_DIFFERS);
    head = take_apart(&sealed);
    head->root.data[0] ^= 1;
    refused(put_together(&sealed), CBI_REASON_EVIDENCE_DIFFERS);
    head = take_apart(&sealed);
    head->checkpoint.len = 0;
    refused(put_together(&sealed), CBI_REASON_BAD_NOTE);
}

Test(directory, weak_keys_are_refused_wherever_one_stands)
{
    reseal sealed;
    Cbank__V1__DirectoryHead *head = take_apart(&sealed);

    memcpy(head->root_key.data, weak, sizeof(weak));
    refused(put_together(&sealed), CBI_REASON_WEAK_PUBLIC_KEY);
    head = take_apart(&sealed);
    memcpy(head->log_keys[0]->public_key.data, weak, sizeof(weak));
    refused(put_together(&sealed), CBI_REASON_WEAK_PUBLIC_KEY);
    take_apart(&sealed);
    memcpy(part(&sealed, 1)->keys[0]->public_key.data, weak, sizeof(weak));
    reseal_put(&sealed, 1);
    refused(put_together(&sealed), CBI_REASON_WEAK_PUBLIC_KEY);
}

Test(directory, points_off_the_curve_are_refused_wherever_one_stands)
{
    reseal sealed;
    Cbank__V1__DirectoryHead *head;

    end();
    begin(CBI_SUITE_SM3_SM2);
    head = take_apart(&sealed);
    head->root_key.data[64] ^= 1;
    refused(put_together(&sealed), CBI_REASON_BAD_PUBLIC_KEY);
    head = take_apart(&sealed);
    head->log_keys[0]->public_key.data[64] ^= 1;
    refused(put_together(&sealed), CBI_REASON_BAD_PUBLIC_KEY);
    take_apart(&sealed);
    part(&sealed, 1)->keys[0]->public_key.data[64] ^= 1;
    reseal_put(&sealed, 1);
    refused(put_together(&sealed), CBI_REASON_BAD_PUBLIC_KEY);
}

/* ---- requests in it ---------------------------------------------------------------------- */

static cbi_bytes request(const char *code, const cbi_private *earlier, const cbi_private *key)
{
    cbi_artefact_reader reader;

    cr_assert_eq(cbi_artefact_open(world_request(it, code, earlier, key), &reader, NULL), CBANK_OK);
    return reader.envelope;
}

Test(directory, a_request_bears_out_the_key_it_came_with_and_no_other)
{
    const char *origin = it->origin;
    cbi_private *other = world_new_key(it);
    cbi_private *own = it->own.keys[0].key;
    world_key *key = &it->own.keys[0];

    key->request = request("PXU", NULL, other);
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    key->request = request("PXOU", NULL, own);
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    it->origin = "other.example/credit/sha256-ed25519/1";
    key->request = request("PXU", NULL, own);
    it->origin = origin;
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    key->request = request("PXU", other, own);
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    key->request = cbi_bytes_of_text("not a request");
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    cbi_private_free(other);
}

Test(directory, a_later_key_is_signed_in_by_the_one_before_it)
{
    world_key *keys = it->rotated.keys;
    cbi_private *other = world_new_key(it);

    keys[1].request = request("GZU", NULL, keys[1].key);
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    keys[1].request = request("GZU", other, keys[1].key);
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    keys[1].request = request("GZU", keys[1].key, keys[0].key);
    refused(world_directory(it), CBI_REASON_REQUEST_DIFFERS);
    cbi_private_free(other);
}

Test(directory, behind_a_vouched_key_all_are_vouched_even_if_signed_in)
{
    cbi_directory directory;

    world_rotate(it, &it->vouched);
    world_open_directory(it, &directory);
    cr_expect(find(&directory, "PXOU")->keys[1].vouched);
    cbi_directory_clear(&directory);
}

/* ---- a log key alone --------------------------------------------------------------------- */

Test(directory, a_log_key_alone_knows_no_institution)
{
    cbi_directory directory = {0};
    cbank_buffer vkey = {0};
    cbi_hash log = world_fingerprint(it->log_key);

    cr_assert_eq(cbi_note_vkey(cbi_bytes_of_text(it->origin), cbi_private_public(it->log_key),
                               &vkey, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_directory_open_vkey(cbi_bytes_of_buffer(&vkey), &directory, NULL), CBANK_OK);
    cr_expect_null(directory.head);
    cr_expect_str_eq(directory.origin, it->origin);
    cr_expect(cbi_hash_equal(&directory.fingerprint, &log));
    cr_expect_null(find(&directory, "PXU"));
    cbi_directory_clear(&directory);
    vkey.size--;
    cr_expect_eq(cbi_directory_open_vkey(cbi_bytes_of_buffer(&vkey), &directory, NULL),
                 CBANK_E_MALFORMED);
    vkey.size = 0;
    cr_assert_eq(cbi_note_vkey(cbi_bytes_of_text("sum.golang.org"),
                               cbi_private_public(it->log_key), &vkey, NULL),
                 CBANK_OK);
    cr_expect_eq(cbi_directory_open_vkey(cbi_bytes_of_buffer(&vkey), &directory, NULL),
                 CBANK_E_MALFORMED, "a name that is no origin of a bank");
    cbank_buffer_clear(&vkey);
}
