#include "proof/tlogproof.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "proof/checkpoint.h"
#include "proof/memory_log.h"
#include "proof/signers.h"
#include "vector.h"

#define FOLDER "tlog-proof-gosumdb/go.sum-database-tree-43930254"
#define GO_VKEY "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
#define HEAD "c2sp.org/tlog-proof@v1\n"
#define HASH "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\n"
#define NOTE "origin\n1\n\n\xe2\x80\x94 a AAAAAAA=\n"

/* Note, then inclusion of H(00 | record): what a verifier of the Go checksum database does. */
static cbank_status verify_go(const char *text, const char *record, size_t record_size)
{
    cbank_status status = CBANK_OK;
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_hash leaf = memory_log_leaf(hasher, record, record_size);
    cbi_tlog_proof proof;
    cbi_checkpoint checkpoint;
    cbi_bytes name, signed_text;
    cbi_public key;

    CBI_TRY(cbi_tlog_proof_decode(cbi_bytes_of_text(text), &proof, NULL));
    CBI_TRY(cbi_note_parse_vkey(cbi_bytes_of_text(GO_VKEY), &name, &key, NULL));
    CBI_TRY(cbi_note_verify(proof.note, name, &key, NULL, &signed_text, NULL));
    CBI_TRY(cbi_checkpoint_decode(signed_text, &checkpoint, NULL));
    cr_assert(cbi_bytes_equal(checkpoint.origin, cbi_bytes_of_text("go.sum database tree")));
    CBI_TRY(cbi_tree_check_inclusion(hasher, proof.index, checkpoint.size, &leaf, proof.path,
                                     proof.count, &checkpoint.root, NULL));
done:
    cbi_hasher_free(hasher);
    return status;
}

Test(tlog_proof, of_the_go_checksum_database_verifies_end_to_end)
{
    char *text = vector_read(FOLDER ".tlog-proof");
    char *record = vector_read(FOLDER ".raw");

    if (text != NULL && record != NULL) {
        cr_assert_eq(verify_go(text, record, strlen(record)), CBANK_OK);
        cr_assert_eq(verify_go(text, record, strlen(record) - 1), CBANK_E_NOT_INCLUDED);
        for (size_t i = 0; i < strlen(record); i++) {
            record[i] ^= 1;
            cr_assert_eq(verify_go(text, record, strlen(record)), CBANK_E_NOT_INCLUDED);
            record[i] ^= 1;
        }
        for (size_t i = 0; i < strlen(text); i++) {
            text[i] ^= 1;
            cr_assert_neq(verify_go(text, record, strlen(record)), CBANK_OK, "byte %zu", i);
            text[i] ^= 1;
        }
    }
    free(record);
    free(text);
}

Test(tlog_proof, of_the_go_checksum_database_is_written_back_byte_for_byte)
{
    char *text = vector_read(FOLDER ".tlog-proof");

    if (text != NULL) {
        cbi_tlog_proof proof;
        cbank_buffer again = {0};

        cr_assert_eq(cbi_tlog_proof_decode(cbi_bytes_of_text(text), &proof, NULL), CBANK_OK);
        cr_assert_eq(proof.index, 43930254);
        cr_assert_eq(proof.count, 26);
        cr_assert_eq(
            cbi_tlog_proof_encode(proof.index, proof.path, proof.count, proof.note, &again, NULL),
            CBANK_OK);
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&again), cbi_bytes_of_text(text)));
        cbank_buffer_clear(&again);
    }
    free(text);
}

Test(tlog_proof, of_our_own_log_verifies_end_to_end_in_both_suites)
{
    static const char origin[] = "bank.example/credit/1";

    for (size_t s = 0; s < SIGNERS_SUITES; s++) {
        memory_log *it = memory_log_new(signers_suites[s]);
        cbi_private *key = signers_new_key(signers_suites[s]);
        cbi_checkpoint checkpoint = {cbi_bytes_of_text(origin), 100, it->roots[100]};
        cbi_checkpoint read_checkpoint;
        cbi_hash path[CBI_PROOF_PATH_MAX];
        size_t count = memory_log_inclusion(it, 42, 100, path);
        cbank_buffer note = {0}, text = {0};
        cbi_tlog_proof read;

        cr_assert_eq(cbi_checkpoint_sign(&checkpoint, key, &note, NULL), CBANK_OK);
        cr_assert_eq(
            cbi_tlog_proof_encode(42, path, count, cbi_bytes_of_buffer(&note), &text, NULL),
            CBANK_OK);
        cr_assert_eq(cbi_tlog_proof_decode(cbi_bytes_of_buffer(&text), &read, NULL), CBANK_OK);
        cr_assert_eq(cbi_checkpoint_verify(read.note, checkpoint.origin, cbi_private_public(key),
                                           NULL, &read_checkpoint, NULL),
                     CBANK_OK);
        cr_assert_eq(cbi_tree_check_inclusion(it->hasher, read.index, read_checkpoint.size,
                                              &it->nodes[0][42], read.path, read.count,
                                              &read_checkpoint.root, NULL),
                     CBANK_OK);
        cbank_buffer_clear(&text);
        cbank_buffer_clear(&note);
        cbi_private_free(key);
        memory_log_free(it);
    }
}

Test(tlog_proof, of_any_other_form_is_malformed)
{
    static const char *const bad[] = {
        "",
        HEAD,
        "c2sp.org/tlog-proof@v2\nindex 5\n" HASH "\n" NOTE,
        HEAD "index 5\n" HASH NOTE,
        HEAD "index 5\n" HASH "\n",
        HEAD "index 05\n" HASH "\n" NOTE,
        HEAD "index -5\n" HASH "\n" NOTE,
        HEAD "index  5\n" HASH "\n" NOTE,
        HEAD "index 5 \n" HASH "\n" NOTE,
        HEAD "index 5\r\n" HASH "\n" NOTE,
        HEAD "index 18446744073709551616\n" HASH "\n" NOTE,
        HEAD "index\n" HASH "\n" NOTE,
        HEAD "Index 5\n" HASH "\n" NOTE,
        HEAD HASH "\n" NOTE,
        HEAD "extra AAAA\nindex 5\n" HASH "\n" NOTE,
        HEAD "index 5\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqp=\n\n" NOTE,
        HEAD "index 5\nqqqq\n\n" NOTE,
        HEAD "index 5\nqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n\n" NOTE,
    };
    cbi_tlog_proof proof;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_eq(cbi_tlog_proof_decode(cbi_bytes_of_text(bad[i]), &proof, NULL),
                     CBANK_E_MALFORMED, "text %zu", i);
    cr_assert_eq(cbi_tlog_proof_decode(cbi_bytes_of_text(HEAD "index 0\n\n" NOTE), &proof, NULL),
                 CBANK_OK);
    cr_assert_eq(proof.count, 0);
    cr_assert(cbi_bytes_equal(proof.note, cbi_bytes_of_text(NOTE)));
}

Test(tlog_proof, has_at_most_63_hashes_and_a_checkpoint_of_at_most_a_note)
{
    static const cbi_hash path[CBI_PROOF_PATH_MAX + 1];
    cbank_buffer text = {0};
    cbi_tlog_proof proof;

    cr_assert_eq(cbi_tlog_proof_encode(0, path, CBI_PROOF_PATH_MAX + 1, cbi_bytes_of_text(NOTE),
                                       &text, NULL),
                 CBANK_E_ARGUMENT);
    cr_assert_eq(
        cbi_tlog_proof_encode(0, path, CBI_PROOF_PATH_MAX, cbi_bytes_of_text(NOTE), &text, NULL),
        CBANK_OK);
    cr_assert_eq(cbi_tlog_proof_decode(cbi_bytes_of_buffer(&text), &proof, NULL), CBANK_OK);
    cr_assert_eq(proof.count, CBI_PROOF_PATH_MAX);
    while (text.size <= CBI_NOTE_MAX + 4096)
        signers_add(&text, "more\n");
    cr_assert_eq(cbi_tlog_proof_decode(cbi_bytes_of_buffer(&text), &proof, NULL),
                 CBANK_E_MALFORMED);
    text.size = 0;
    signers_add(&text, HEAD "index 0\n");
    for (size_t i = 0; i <= CBI_PROOF_PATH_MAX; i++)
        signers_add(&text, HASH);
    signers_add(&text, "\n" NOTE);
    cr_assert_eq(cbi_tlog_proof_decode(cbi_bytes_of_buffer(&text), &proof, NULL),
                 CBANK_E_MALFORMED);
    cbank_buffer_clear(&text);
}
