/* How long a key file may keep us busy: written with openssl pkcs8 -topk8, passphrase "words". */
#include "crypto/key.h"

#include "crypto/fixture.h"

static const char pbkdf2_at_the_limit[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGcMFgGCSqGSIb3DQEFDTBLMCoGCSqGSIb3DQEFDDAdBAg+Cz8oA8mWlgIDCSfA\n"
    "MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBDKIB/KSDitdRTqiHn7m9c9BECE\n"
    "+F5px4pThK46HuDJ5455JQ+Xvlax+I7TaaIG3EKJOYcXeUddVFDeUBFuq3q1X1h9\n"
    "k9qFVx6GlYwLmkAaGBnE\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char pbkdf2_beyond_it[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGcMFgGCSqGSIb3DQEFDTBLMCoGCSqGSIb3DQEFDDAdBAg6jQNnV8gLhQIDCSfB\n"
    "MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBDysV3erdiPTg85pwdT5H6mBEDH\n"
    "TqtkJW8ANiMZWQ2uybMa5qEmIosH8PaXlyGACTQTYNbLT8osdZEI/l4Jw7T9ZTxs\n"
    "jKuwbheKvtzZFCROsZ1i\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char scrypt_at_the_limit[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAjTzT4ZGJHwEAICQAAC\n"
    "AQgCAQowHQYJYIZIAWUDBAEqBBCd+ML5hWfuZ/KSmRjn/C6OBEBxB2TEWOeLVFyR\n"
    "2MMIr2ZfJylLe3ghD1lXCrS6eS6VU8fymuh+4BLeN18LGxgsQJHkJrCNxuVeoTGC\n"
    "76bTEWgs\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char scrypt_beyond_it[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAhHfpjwtxhhdQICQAAC\n"
    "AQgCAQswHQYJYIZIAWUDBAEqBBDyrS039wvI/4dtVTmDpLNOBEDUPPAoGSG8q0+U\n"
    "Tts+4sZpRiWfbgCkweV44xY/eenuVoJ1ZU/CqMc6Rt+Yvl1K1gu1lUf4fYSnb2qh\n"
    "2g7Wj+Dg\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char pbes1[] =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MFgwHAYKKoZIhvcNAQwBAzAOBAh/IvOnBeraBwICCAAEOKpKaEZ8WWfdo86Xt4or\n"
    "iCpRyP1jqDzL8YHJyZKngcuWmIDMBihc/aNQSaB3P6iRDzZPAobn8I/N\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

static cbank_status open_key(const char *pem, cbank_error *err)
{
    cbi_private *key = NULL;
    cbank_status status = cbi_private_decode(cbi_bytes_of_text(pem), cbi_bytes_of_text("words"),
                                             &key, err);

    cr_expect_eq(status == CBANK_OK, key != NULL);
    cbi_private_free(key);
    return status;
}

Test(pbes2, opens_what_costs_no_more_than_the_limit)
{
    cr_expect_eq(open_key(pbkdf2_at_the_limit, NULL), CBANK_OK);
    cr_expect_eq(open_key(scrypt_at_the_limit, NULL), CBANK_OK);
}

Test(pbes2, refuses_what_costs_more_before_it_pays)
{
    static const char *const keys[] = {pbkdf2_beyond_it, scrypt_beyond_it};
    cbank_error err;

    for (int i = 0; i < 2; i++) {
        cr_expect_eq(open_key(keys[i], &err), CBANK_E_MALFORMED);
        cr_expect_eq(err.reason, CBI_REASON_BAD_PRIVATE_KEY);
        cr_expect_str_eq(err.detail, "key derivation");
    }
}

Test(pbes2, is_the_only_way_in)
{
    cr_expect_eq(open_key(pbes1, NULL), CBANK_E_MALFORMED);
}
