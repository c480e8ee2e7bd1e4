#include "signatures.h"

#include "clock.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_SIZE 300
#define SM2_ID "1234567812345678"

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "openssl: %s\n", what);
    exit(1);
}

static EVP_MD_CTX *context(EVP_PKEY *key, bool sm2, bool sign)
{
    EVP_MD_CTX *out = EVP_MD_CTX_new();
    EVP_PKEY_CTX *inner = NULL;
    const EVP_MD *digest = sm2 ? EVP_sm3() : NULL;

    must(out != NULL, "memory");
    must((sign ? EVP_DigestSignInit(out, &inner, digest, NULL, key)
               : EVP_DigestVerifyInit(out, &inner, digest, NULL, key)) == 1,
         "begin");
    if (sm2)
        must(EVP_PKEY_CTX_set1_id(inner, SM2_ID, (int)strlen(SM2_ID)) > 0, "id");
    return out;
}

double signatures_checked(bool sm2, double seconds)
{
    EVP_PKEY *key = sm2 ? EVP_PKEY_Q_keygen(NULL, NULL, "SM2") :
                          EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    unsigned char message[MESSAGE_SIZE] = {1}, signature[256];
    size_t size = sizeof(signature);
    EVP_MD_CTX *at;
    unsigned long count = 0;
    double begin, taken;

    must(key != NULL, "key");
    at = context(key, sm2, true);
    must(EVP_DigestSign(at, signature, &size, message, sizeof(message)) == 1, "sign");
    EVP_MD_CTX_free(at);
    begin = clock_worked();
    do {
        at = context(key, sm2, false);
        must(EVP_DigestVerify(at, signature, size, message, sizeof(message)) == 1, "check");
        EVP_MD_CTX_free(at);
        count++;
        taken = clock_worked() - begin;
    } while (taken < seconds);
    EVP_PKEY_free(key);
    return (double)count / taken;
}
