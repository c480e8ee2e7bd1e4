/*
 * Secrets in the memory of a program that has the library in it: the program itself may allow core
 * dumps, so what must not be in one lies where none looks, and is gone when it is closed.
 */
#include "records.h"
#include "remains.h"
#include "sheets.h"

#include "crypto/keyfile.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define PASSPHRASE "the forty-first thief says nothing"

static scene s;
static char path[160];

static void end(void)
{
    scene_end(&s);
}

static void begin(const char *suite)
{
    scene_begin(&s, suite);
}

static const char *key_path(const char *name)
{
    snprintf(path, sizeof(path), "%s/keys/%s", s.path, name);
    return path;
}

static remains_secret secret_of(const char *name)
{
    remains_secret secret;

    remains_of_file(key_path(name), &secret);
    return secret;
}

/* What the bank makes of its master secret for a purpose. */
static remains_secret derived(const char *label)
{
    remains_secret secret;
    cbi_secret master, out;
    cbi_suite suite = strcmp(s.suite, "sm3-sm2") == 0 ? CBI_SUITE_SM3_SM2
                                                      : CBI_SUITE_SHA256_ED25519;

    cr_assert(cbi_keyfile_read_secret(key_path("vault.key"), (cbi_bytes){0}, &master, NULL) ==
              CBANK_OK);
    cr_assert(cbi_secret_derive(suite, &master, label, &out, NULL) == CBANK_OK);
    cbi_secret_wipe(&master);
    remains_of_bytes(out.bytes, &secret);
    return secret;
}

/* No core dump has it; somewhere it must be, or the search finds nothing ever. */
static void assert_hidden(const remains_secret *secret, const char *what)
{
    remains_found found = remains_search(secret);

    cr_assert_eq(found.dumped, 0, "%s: %zu copies that a core dump has", what, found.dumped);
    cr_assert_geq(found.hidden, 1, "%s: the search does not find what is there", what);
}

static void assert_gone(const remains_secret *secret, const char *what)
{
    remains_found found = remains_search(secret);

    cr_assert_eq(found.dumped + found.hidden, 0, "%s: %zu copies are left", what,
                 found.dumped + found.hidden);
}

/* What many rows want again and again is kept ready meanwhile (crypto/stint.h), and no longer. */
static void take_many(void)
{
    sheets_ask ask = sheets_plain(&s);
    cbank_buffer batch = sheets_batch_of(&ask, 600);
    sheets_deposit answer = sheets_hand_in(s.bank, &ask, &batch);

    cr_assert_eq(answer.status, CBANK_OK);
    cr_assert_eq(answer.reply->deposited, 600);
    sheets_clear_deposit(&answer);
    cbank_buffer_clear(&batch);
}

static void look_at_bank(void)
{
    const remains_secret log_key = secret_of("log.key"), root_key = secret_of("root.key"),
                         master = secret_of("vault.key"), vault = derived("cbank/v1/vault"),
                         opening = derived("cbank/v1/opening"),
                         students = derived("cbank/v1/students"),
                         content = derived("cbank/v1/content");
    char account[17];

    scene_reopen(&s);
    scene_learner(&s, "秦可卿", "360302188103040012", account);
    assert_hidden(&log_key, "the log key");
    assert_hidden(&vault, "the vault's secret");
    assert_gone(&master, "what it was derived from");
    take_many();
    assert_hidden(&vault, "the vault's secret");
    assert_hidden(&opening, "the openings' secret");
    assert_hidden(&students, "the students' secret");
    assert_hidden(&content, "the contents' secret");
    cbank_bank_close(s.bank);
    s.bank = NULL;
    assert_gone(&log_key, "the log key");
    assert_gone(&vault, "the vault's secret");
    assert_gone(&root_key, "the root key, with which nothing was done");
}

static void look_at_key(const char *passphrase)
{
    const uint8_t *words = (const uint8_t *)passphrase;
    cbank_key *key = scene_key(s.suite);
    remains_secret secret;

    snprintf(path, sizeof(path), "%s/college.key", s.folder);
    cr_assert_eq(cbank_key_save(key, path, NULL, 0, NULL), CBANK_OK);
    remains_of_file(path, &secret);
    assert_hidden(&secret, "a new key");
    strcat(path, ".locked");
    cr_assert_eq(cbank_key_save(key, path, words, strlen(passphrase), NULL), CBANK_OK);
    cbank_key_close(key);
    assert_gone(&secret, "a key that was saved");

    cr_assert_eq(cbank_key_open(path, words, strlen(passphrase), &key, NULL), CBANK_OK);
    scene_admit(&s, "OTHER", key);
    assert_hidden(&secret, "a key that signed");
    cbank_key_close(key);
    assert_gone(&secret, "a key that was closed");
}

Test(secrets, of_a_bank_are_in_no_core_dump_and_gone_when_it_is_closed, .fini = end)
{
    begin("sha256-ed25519");
    look_at_bank();
}

Test(secrets, of_a_bank_under_sm2_are_in_no_core_dump_and_gone_when_it_is_closed, .fini = end)
{
    begin("sm3-sm2");
    look_at_bank();
}

Test(secrets, of_a_key_are_in_no_core_dump_and_gone_when_it_is_closed, .fini = end)
{
    begin("sha256-ed25519");
    look_at_key(PASSPHRASE);
}

Test(secrets, of_a_key_under_sm2_are_in_no_core_dump_and_gone_when_it_is_closed, .fini = end)
{
    begin("sm3-sm2");
    look_at_key(PASSPHRASE);
}
