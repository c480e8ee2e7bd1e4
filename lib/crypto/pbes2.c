#include "crypto/pbes2.h"

#include "crypto/algorithm.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>

#include <stdint.h>

/* Of scrypt, N * r * p: twice what we write ourselves. */
#define BLOCKS_MAX (2u * CBI_SCRYPT_N * CBI_SCRYPT_R * CBI_SCRYPT_P)

/* Parameters as ASN.1 holds them, with the algorithm's number; NULL if they are no sequence. */
static void *parameters(const X509_ALGOR *algorithm, const ASN1_ITEM *form, int *number)
{
    const ASN1_OBJECT *object;
    const void *value;
    int type;

    X509_ALGOR_get0(&object, &type, &value, algorithm);
    *number = OBJ_obj2nid(object);
    return type == V_ASN1_SEQUENCE ? ASN1_item_unpack(value, form) : NULL;
}

/* 0 for what is no number above 0. */
static uint64_t number_of(const ASN1_INTEGER *integer)
{
    uint64_t number = 0;

    return ASN1_INTEGER_get_uint64(&number, integer) == 1 ? number : 0;
}

static bool is_pbkdf2_affordable(const X509_ALGOR *derivation)
{
    int number;
    PBKDF2PARAM *form = parameters(derivation, ASN1_ITEM_rptr(PBKDF2PARAM), &number);
    uint64_t rounds = form == NULL ? 0 : number_of(form->iter);

    PBKDF2PARAM_free(form);
    return number == NID_id_pbkdf2 && rounds > 0 && rounds <= CBI_PBKDF2_ROUNDS_MAX;
}

static bool is_scrypt_affordable(const X509_ALGOR *derivation)
{
    int number;
    SCRYPT_PARAMS *form = parameters(derivation, ASN1_ITEM_rptr(SCRYPT_PARAMS), &number);
    uint64_t n = form == NULL ? 0 : number_of(form->costParameter);
    uint64_t r = form == NULL ? 0 : number_of(form->blockSize);
    uint64_t p = form == NULL ? 0 : number_of(form->parallelizationParameter);

    SCRYPT_PARAMS_free(form);
    return number == NID_id_scrypt && n > 0 && r > 0 && p > 0 && n <= BLOCKS_MAX &&
           r <= BLOCKS_MAX / n && p <= BLOCKS_MAX / n / r;
}

bool cbi_pbes2_is_affordable(const X509_SIG *sealed)
{
    const X509_ALGOR *scheme;
    int number;
    PBE2PARAM *form;
    bool affordable;

    X509_SIG_get0(sealed, &scheme, NULL);
    form = parameters(scheme, ASN1_ITEM_rptr(PBE2PARAM), &number);
    affordable = form != NULL && number == NID_pbes2 &&
                 (is_pbkdf2_affordable(form->keyfunc) || is_scrypt_affordable(form->keyfunc));
    PBE2PARAM_free(form);
    return affordable;
}
