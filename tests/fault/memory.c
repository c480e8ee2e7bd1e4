/*
 * memory - OpenSSL is denied memory, and nobody is accused for it.
 *
 * Keys are read, signatures made and checked, all of them good, while the n-th allocation fails, or
 * that one and all after it. What comes of it is a success or the word that memory was short; never
 * that a key is bad, a passphrase wrong, or a signature forged. With memory again it goes well.
 *
 * OpenSSL 3.0 itself crashes (BN_CTX_end) where one allocation in the middle of an SM2 signature
 * fails and the next ones do not: that is counted, and only that is let pass.
 *
 * --states N: of the allocations of each act, so many, spread evenly.
 */
#include "calls.h"
#include "harness.h"

#include "crypto/key.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SECONDS 20

enum { WENT_WELL = 0, NO_SUCH_CALL = 1, WENT_WRONG = 2 };

static const char passphrase[] = "secret";
static const char message[] = "all is well";

/* Keys that everybody may know, sealed with scrypt of the lowest cost. */
static const char sealed_ed25519[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGSME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAhlUa0v6NAqNwIBAgIB\n"
    "CAIBATAdBglghkgBZQMEASoEED5lK0i8F+u9b2mPxkCoo98EQOfLM9fweoPQtAkt\n"
    "exAJ28GMF65UIbohHJiIIse9Z6NQHseTFLk0MtBeGggCEqbHi5bzUC3Ph8TZRhL9\n"
    "CZYApnY=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char sealed_sm2[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIHjME4GCSqGSIb3DQEFDTBBMCAGCSsGAQQB2kcECzATBAjFLvClrpvaiAIBAgIB\n"
    "CAIBATAdBglghkgBZQMEASoEEPDYQSpMlSz2bgbNJUedH68EgZCWuUtRJ43y8UIi\n"
    "dcJmjcgSgZXZKYr8LRKGhOUojotQzHsaauzl4Tk7tW5GXmAKHp91+1oRpRFarF7c\n"
    "kF7t5Q3o9fe0/KC9pEGPy1eLrEHNzgpq7tpwiXiRhcN/IAyJl4/YNvHffEHvwd2T\n"
    "KvDfQJy4w20Guq5NGwJkChnL/MVHXVsFchstn62MFPwzcZeO3us=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

/* What there is of a suite before memory gets short. */
typedef struct things {
    cbi_suite suite;
    const char *sealed;
    cbi_private *key;
    cbank_buffer plain, public, signature;
} things;

static atomic_ulong *crashes; /* of libcrypto; shared */

static things of_suite[] = {{.suite = CBI_SUITE_SHA256_ED25519, .sealed = sealed_ed25519},
                            {.suite = CBI_SUITE_SM3_SM2, .sealed = sealed_sm2}};

/* ---- the acts ---------------------------------------------------------------------------- */

static cbi_bytes words(const char *text)
{
    return cbi_bytes_of(text, strlen(text));
}

static cbank_status read_key(cbi_bytes pem, const char *with, cbank_error *err)
{
    cbi_private *key = NULL;
    cbank_status status = cbi_private_decode(pem, words(with), &key, err);

    cbi_private_free(key);
    return status;
}

static cbank_status act_plain(const things *it, cbank_error *err)
{
    return read_key(cbi_bytes_of_buffer(&it->plain), "", err);
}

static cbank_status act_sealed(const things *it, cbank_error *err)
{
    return read_key(words(it->sealed), passphrase, err);
}

static cbank_status act_public(const things *it, cbank_error *err)
{
    cbi_public key;

    return cbi_public_decode_pem(cbi_bytes_of_buffer(&it->public), &key, err);
}

static cbank_status act_parse(const things *it, cbank_error *err)
{
    cbi_public key;

    return cbi_public_parse(it->suite, cbi_public_bytes(cbi_private_public(it->key)), &key, err);
}

static cbank_status act_verify(const things *it, cbank_error *err)
{
    return cbi_verify(cbi_private_public(it->key), words(message),
                      cbi_bytes_of_buffer(&it->signature), err);
}

static cbank_status act_sign(const things *it, cbank_error *err)
{
    cbank_buffer made = {0};
    cbank_status status = cbi_sign(it->key, words(message), &made, err);

    if (status == CBANK_OK) {
        (void)calls_heal();
        status = cbi_verify(cbi_private_public(it->key), words(message),
                            cbi_bytes_of_buffer(&made), err);
    }
    cbank_buffer_clear(&made);
    return status;
}

static const struct {
    const char *name;
    cbank_status (*run)(const things *it, cbank_error *err);
} acts[] = {
    {"a private key", act_plain}, {"a sealed one", act_sealed}, {"a public key", act_public},
    {"its bytes", act_parse},     {"a signature", act_verify},  {"signing", act_sign},
};
#define ACTS (sizeof(acts) / sizeof(acts[0]))

/* ---- one case ---------------------------------------------------------------------------- */

/* Also where OpenSSL could not begin, and did not say why. */
static bool is_want_of_memory(const cbank_error *err)
{
    return err->status == CBANK_E_MEMORY ||
           strcmp(cbank_reason_name(err->reason), "CRYPTO_FAILED") == 0;
}

static int try_act(size_t act, const things *it, unsigned n, bool lasting)
{
    cbank_error err = {0};
    cbank_status status;

    calls_spoil(CALLS_ALLOC, CALLS_EIO, n, lasting);
    status = acts[act].run(it, &err);
    if (!calls_heal() && calls_counted() < n)
        return status == CBANK_OK ? NO_SUCH_CALL : WENT_WRONG;
    if (status != CBANK_OK && !is_want_of_memory(&err)) {
        fprintf(stderr, "  %s: %s %s\n", cbank_reason_name(err.reason), err.object, err.detail);
        return WENT_WRONG;
    }
    return acts[act].run(it, &err) == CBANK_OK ? WENT_WELL : WENT_WRONG;
}

/* Of SM2, with memory short for a moment only: the library asks for some before it begins. */
static bool is_libcrypto(size_t act, const things *it, bool lasting, int code)
{
    bool signs = acts[act].run == act_verify || acts[act].run == act_sign;

    return signs && it->suite == CBI_SUITE_SM3_SM2 && !lasting && code == 128 + SIGSEGV;
}

static int run_case(size_t act, const things *it, unsigned n, bool lasting)
{
    pid_t child = harness_child();

    if (child != 0)
        return harness_wait(child);
    harness_deadline(SECONDS);
    _exit(try_act(act, it, n, lasting));
}

/* ---- all of them ------------------------------------------------------------------------- */

static void must(cbank_status status, const char *what)
{
    if (status == CBANK_OK)
        return;
    fprintf(stderr, "memory: %s: %s\n", what, cbank_status_name(status));
    _exit(2);
}

static void prepare(things *it)
{
    must(cbi_private_new(it->suite, &it->key, NULL), "a key");
    must(cbi_private_encode(it->key, words(""), &it->plain, NULL), "a file");
    must(cbi_public_encode_pem(cbi_private_public(it->key), &it->public, NULL), "a public file");
    must(cbi_sign(it->key, words(message), &it->signature, NULL), "a signature");
}

static void clear(things *it)
{
    cbi_private_free(it->key);
    cbank_buffer_clear(&it->plain);
    cbank_buffer_clear(&it->public);
    cbank_buffer_clear(&it->signature);
}

static unsigned count_calls(size_t act, const things *it)
{
    cbank_error err;
    unsigned counted;

    calls_spoil(CALLS_ALLOC, CALLS_EIO, 0, false);
    must(acts[act].run(it, &err), acts[act].name);
    counted = calls_counted();
    (void)calls_heal();
    return counted;
}

static void run_act(harness *campaign, size_t act, const things *it, bool lasting)
{
    unsigned total = count_calls(act, it);
    unsigned stride = total > campaign->states ? total / (unsigned)campaign->states : 1;

    for (unsigned n = 1; n <= total; n += stride) {
        int code = run_case(act, it, n, lasting);
        bool theirs = is_libcrypto(act, it, lasting, code);

        atomic_fetch_add(crashes, theirs);
        harness_judge(campaign, code == WENT_WELL || code == NO_SUCH_CALL || theirs,
                      "%s of %s, allocation %u of %u%s: %d", acts[act].name,
                      cbi_suite_name(it->suite), n, total, lasting ? " and on" : "", code);
    }
}

static void work(harness *campaign, unsigned worker)
{
    unsigned long at;

    (void)worker;
    prepare(&of_suite[0]);
    prepare(&of_suite[1]);
    while ((at = harness_next(campaign)) < ACTS * 4)
        run_act(campaign, at / 4, &of_suite[at % 2], at % 4 >= 2);
    clear(&of_suite[0]);
    clear(&of_suite[1]);
}

int main(int argc, char **argv)
{
    harness campaign;

    harness_begin(&campaign, "memory", 300, argc, argv);
    crashes = mmap(NULL, sizeof(*crashes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                   0);
    if (crashes == MAP_FAILED)
        return 2;
    harness_spread(&campaign, work);
    if (!campaign.json)
        printf("memory: %lu times libcrypto's SM2 crashed\n", atomic_load(crashes));
    return harness_end(&campaign);
}
