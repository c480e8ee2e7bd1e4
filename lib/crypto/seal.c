#include "crypto/seal.h"

#include "base/limits.h"
#include "base/memory.h"
#include "crypto/algorithm.h"
#include "crypto/kept.h"

#include <string.h>

#define GCM_TAG_SIZE 16
/* Associated data and the form's name, up to so much, go to OpenSSL in one piece. */
#define TOGETHER_MAX 512

/* How a suite seals. The name is the first byte of sealed data. */
typedef struct sealed_form {
    uint8_t name;
    size_t nonce_size;
    size_t tag_size;
} sealed_form;

static sealed_form form_of(cbi_suite suite)
{
    if (suite == CBI_SUITE_SM3_SM2)
        return (sealed_form){.name = 2, .nonce_size = 16, .tag_size = CBI_HASH_SIZE};
    return (sealed_form){.name = 1, .nonce_size = 12, .tag_size = GCM_TAG_SIZE};
}

/* One piece of sealing or unsealing: the head (name and nonce), and what goes in and comes out. */
typedef struct sealing_task {
    bool sealing;
    cbi_bytes associated;
    cbi_bytes head;
    cbi_bytes in;
    uint8_t *out; /* as long as `in`; may be NULL if that is empty */
    uint8_t *tag; /* written when sealing, else compared */
} sealing_task;

static bool update(EVP_CIPHER_CTX *context, uint8_t *out, cbi_bytes in)
{
    int size = 0;

    return in.size == 0 || EVP_CipherUpdate(context, out, &size, in.data, (int)in.size) == 1;
}

/* The name of the form, then the associated data. */
static bool associate(EVP_CIPHER_CTX *context, const sealing_task *task)
{
    uint8_t together[TOGETHER_MAX];
    size_t size = task->associated.size;

    together[0] = task->head.data[0];
    if (size >= sizeof(together))
        return update(context, NULL, cbi_bytes_of(together, 1)) &&
               update(context, NULL, task->associated);
    if (size > 0)
        memcpy(together + 1, task->associated.data, size);
    return update(context, NULL, cbi_bytes_of(together, 1 + size));
}

/* A cipher with its key: in a context of its own, or in one that the stint keeps. */
typedef struct keyed_cipher {
    EVP_CIPHER_CTX *context;
    bool kept;
} keyed_cipher;

static EVP_CIPHER_CTX *key_context(const EVP_CIPHER *cipher, const cbi_secret *key, bool sealing)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

    if (context != NULL &&
        EVP_CipherInit_ex2(context, cipher, key->bytes, NULL, sealing, NULL) == 1)
        return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

/* Readies it for a nonce; false if OpenSSL fails. */
static bool begin_cipher(cbi_suite suite, const EVP_CIPHER *cipher, const cbi_secret *key,
                         bool sealing, const uint8_t *nonce, keyed_cipher *out)
{
    cbi_kept *kept =
        cbi_kept_find(sealing ? CBI_KEPT_SEALING : CBI_KEPT_UNSEALING, suite, key);

    if (kept == NULL) {
        out->context = key_context(cipher, key, sealing);
    } else {
        if (kept->cipher == NULL)
            kept->cipher = key_context(cipher, key, sealing);
        *out = (keyed_cipher){.context = kept->cipher, .kept = true};
    }
    return out->context != NULL &&
           EVP_CipherInit_ex2(out->context, NULL, NULL, nonce, sealing, NULL) == 1;
}

static void clear_cipher(keyed_cipher *cipher)
{
    if (!cipher->kept)
        EVP_CIPHER_CTX_free(cipher->context);
}

static cbank_status run_gcm(const cbi_secret *key, const sealing_task *task, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_algorithms *algorithms = NULL;
    keyed_cipher cipher = {0};
    uint8_t rest[GCM_TAG_SIZE];
    int size = 0;

    CBI_TRY(cbi_algorithms_get(&algorithms, err));
    if (!begin_cipher(CBI_SUITE_SHA256_ED25519, algorithms->aes_256_gcm, key, task->sealing,
                      task->head.data + 1, &cipher) ||
        !associate(cipher.context, task) || !update(cipher.context, task->out, task->in) ||
        (!task->sealing && EVP_CIPHER_CTX_ctrl(cipher.context, EVP_CTRL_AEAD_SET_TAG,
                                               GCM_TAG_SIZE, task->tag) != 1)) {
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "aes-256-gcm");
        goto done;
    }
    if (EVP_CipherFinal_ex(cipher.context, rest, &size) != 1) {
        status = cbi_algorithm_fail(
            err, task->sealing ? CBI_REASON_CRYPTO_FAILED : CBI_REASON_SEAL_BROKEN, "aes-256-gcm");
        goto done;
    }
    if (task->sealing && EVP_CIPHER_CTX_ctrl(cipher.context, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_SIZE,
                                             task->tag) != 1)
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "aes-256-gcm");
done:
    clear_cipher(&cipher);
    return status;
}

static cbank_status run_sm4(const cbi_secret *key, const sealing_task *task, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_algorithms *algorithms = NULL;
    keyed_cipher cipher = {0};
    cbi_secret derived = {0};

    CBI_TRY(cbi_algorithms_get(&algorithms, err));
    CBI_TRY(cbi_secret_derive(CBI_SUITE_SM3_SM2, key, "cbank/v1/seal/sm4-ctr", &derived, err));
    /* SM4 takes the first 16 bytes of the derived secret. */
    if (!begin_cipher(CBI_SUITE_SM3_SM2, algorithms->sm4_ctr, &derived, task->sealing,
                      task->head.data + 1, &cipher) ||
        !update(cipher.context, task->out, task->in))
        status = cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "sm4-ctr");
done:
    cbi_secret_wipe(&derived);
    clear_cipher(&cipher);
    return status;
}

static cbank_status mac_sm3(const cbi_secret *key, const sealing_task *task, cbi_bytes ciphertext,
                            cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_bytes parts[] = {task->associated, task->head, ciphertext};
    cbi_secret derived = {0};

    CBI_TRY(cbi_secret_derive(CBI_SUITE_SM3_SM2, key, "cbank/v1/seal/hmac-sm3", &derived, err));
    CBI_TRY(cbi_mac(CBI_SUITE_SM3_SM2, &derived, parts, 3, out, err));
done:
    cbi_secret_wipe(&derived);
    return status;
}

/* Encrypt, then authenticate; and the other way round nothing is decrypted before it is checked. */
static cbank_status run_sm4_hmac(const cbi_secret *key, const sealing_task *task, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash tag;

    if (task->sealing) {
        CBI_TRY(run_sm4(key, task, err));
        CBI_TRY(mac_sm3(key, task, cbi_bytes_of(task->out, task->in.size), &tag, err));
        memcpy(task->tag, tag.bytes, CBI_HASH_SIZE);
        goto done;
    }
    CBI_TRY(mac_sm3(key, task, task->in, &tag, err));
    if (!cbi_equal_secret(tag.bytes, task->tag, CBI_HASH_SIZE)) {
        status = cbi_fail(err, CBI_REASON_SEAL_BROKEN, 0, "sm4-ctr hmac-sm3", NULL);
        goto done;
    }
    CBI_TRY(run_sm4(key, task, err));
done:
    return status;
}

static cbank_status run(cbi_suite suite, const cbi_secret *key, const sealing_task *task,
                        cbank_error *err)
{
    if (task->in.size > CBI_BUFFER_MAX || task->associated.size > CBI_BUFFER_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_BUFFER_MAX, "seal", NULL);
    if (suite == CBI_SUITE_SM3_SM2)
        return run_sm4_hmac(key, task, err);
    return run_gcm(key, task, err);
}

cbank_status cbi_seal(cbi_suite suite, const cbi_secret *key, cbi_bytes associated, cbi_bytes plain,
                      cbank_buffer *sealed, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const sealed_form form = form_of(suite);
    const size_t head_size = 1 + form.nonce_size;
    sealing_task task = {.sealing = true, .associated = associated, .in = plain};

    CBI_TRY(cbi_suite_require((int)suite, err));
    cbi_buffer_rewind(sealed);
    CBI_TRY(cbi_buffer_reserve(sealed, head_size + plain.size + form.tag_size, err));
    sealed->data[0] = form.name;
    CBI_TRY(cbi_random(sealed->data + 1, form.nonce_size, err));
    task.head = cbi_bytes_of(sealed->data, head_size);
    task.out = sealed->data + head_size;
    task.tag = task.out + plain.size;
    CBI_TRY(run(suite, key, &task, err));
    sealed->size = head_size + plain.size + form.tag_size;
done:
    return status;
}

cbank_status cbi_unseal(cbi_suite suite, const cbi_secret *key, cbi_bytes associated,
                        cbi_bytes sealed, cbank_buffer *plain, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const sealed_form form = form_of(suite);
    const size_t head_size = 1 + form.nonce_size;
    uint8_t tag[CBI_HASH_SIZE];
    cbank_buffer made = {0};
    sealing_task task = {.associated = associated, .tag = tag};

    CBI_TRY(cbi_suite_require((int)suite, err));
    if (sealed.size < head_size + form.tag_size || sealed.data[0] != form.name)
        return cbi_fail(err, CBI_REASON_SEAL_BROKEN, 0, cbi_suite_name(suite), "%zu bytes",
                        sealed.size);
    task.head = cbi_bytes_of(sealed.data, head_size);
    task.in = cbi_bytes_of(sealed.data + head_size, sealed.size - head_size - form.tag_size);
    memcpy(tag, sealed.data + sealed.size - form.tag_size, form.tag_size);
    CBI_TRY(cbi_buffer_reserve(&made, task.in.size, err));
    made.size = task.in.size;
    task.out = made.data;
    CBI_TRY(run(suite, key, &task, err));
    cbank_buffer_clear(plain);
    *plain = made;
    made = (cbank_buffer){0};
done:
    cbank_buffer_clear(&made);
    return status;
}
