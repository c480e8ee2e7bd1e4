#include "crypto/pkcs8.h"

#include "base/memory.h"
#include "crypto/algorithm.h"
#include "crypto/pkey.h"

#include <openssl/asn1t.h>

#include <string.h>

/* ECPrivateKey of RFC 5915. */
typedef struct ec_private {
    ASN1_INTEGER *version;
    ASN1_OCTET_STRING *secret;
    ASN1_OBJECT *curve;
    ASN1_BIT_STRING *point;
} ec_private;

ASN1_SEQUENCE(ec_private) = {
    ASN1_SIMPLE(ec_private, version, ASN1_INTEGER),
    ASN1_SIMPLE(ec_private, secret, ASN1_OCTET_STRING),
    ASN1_EXP_OPT(ec_private, curve, ASN1_OBJECT, 0),
    ASN1_EXP_OPT(ec_private, point, ASN1_BIT_STRING, 1),
} static_ASN1_SEQUENCE_END(ec_private)

static void wipe_octets(ASN1_OCTET_STRING *octets)
{
    if (octets != NULL)
        cbi_wipe(octets->data, (size_t)octets->length);
}

static void free_octets(ASN1_OCTET_STRING *octets)
{
    wipe_octets(octets);
    ASN1_OCTET_STRING_free(octets);
}

static void free_ec(ec_private *key)
{
    if (key == NULL)
        return;
    wipe_octets(key->secret);
    ASN1_item_free((ASN1_VALUE *)key, ASN1_ITEM_rptr(ec_private));
}

/* Takes a secret of exactly its size. */
static bool take_octets(const ASN1_OCTET_STRING *octets, cbi_secret *raw)
{
    if (octets == NULL || octets->length != CBI_SECRET_SIZE)
        return false;
    memcpy(raw->bytes, octets->data, CBI_SECRET_SIZE);
    return true;
}

/* ---- making ------------------------------------------------------------------------------ */

/* CurvePrivateKey of RFC 8410: the secret as an octet string. */
static int encode_ed25519(const cbi_secret *raw, uint8_t **der)
{
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    int size = -1;

    if (octets != NULL && ASN1_OCTET_STRING_set(octets, raw->bytes, CBI_SECRET_SIZE) == 1)
        size = i2d_ASN1_OCTET_STRING(octets, der);
    free_octets(octets);
    return size;
}

/* Without the curve, which stands in the algorithm. */
static int encode_sm2(const cbi_public *key, const cbi_secret *raw, uint8_t **der)
{
    ec_private *made = (ec_private *)ASN1_item_new(ASN1_ITEM_rptr(ec_private));
    int size = -1;

    if (made == NULL)
        return -1;
    made->point = ASN1_BIT_STRING_new();
    if (made->point != NULL && ASN1_INTEGER_set(made->version, 1) == 1 &&
        ASN1_OCTET_STRING_set(made->secret, raw->bytes, CBI_SECRET_SIZE) == 1 &&
        ASN1_STRING_set(made->point, key->bytes, key->size) == 1) {
        /* All bits of the last byte count. */
        made->point->flags = (made->point->flags & ~0x07L) | ASN1_STRING_FLAG_BITS_LEFT;
        size = ASN1_item_i2d((const ASN1_VALUE *)made, der, ASN1_ITEM_rptr(ec_private));
    }
    free_ec(made);
    return size;
}

/* Takes `der` over when it succeeds. */
static bool set(PKCS8_PRIV_KEY_INFO *info, cbi_suite suite, uint8_t *der, int size)
{
    if (suite == CBI_SUITE_SM3_SM2)
        return PKCS8_pkey_set0(info, OBJ_nid2obj(NID_X9_62_id_ecPublicKey), 0, V_ASN1_OBJECT,
                               OBJ_nid2obj(NID_sm2), der, size) == 1;
    return PKCS8_pkey_set0(info, OBJ_nid2obj(NID_ED25519), 0, V_ASN1_UNDEF, NULL, der, size) == 1;
}

cbank_status cbi_pkcs8_make(const cbi_public *key, const cbi_secret *raw,
                            PKCS8_PRIV_KEY_INFO **out, cbank_error *err)
{
    PKCS8_PRIV_KEY_INFO *info = PKCS8_PRIV_KEY_INFO_new();
    uint8_t *der = NULL;
    int size = key->suite == CBI_SUITE_SM3_SM2 ? encode_sm2(key, raw, &der)
                                               : encode_ed25519(raw, &der);

    if (info == NULL || size <= 0 || !set(info, key->suite, der, size)) {
        OPENSSL_clear_free(der, size > 0 ? (size_t)size : 0);
        PKCS8_PRIV_KEY_INFO_free(info);
        return cbi_algorithm_fail(err, CBI_REASON_CRYPTO_FAILED, "pkcs8");
    }
    *out = info;
    return CBANK_OK;
}

/* ---- reading ----------------------------------------------------------------------------- */

static cbank_status refuse(cbank_error *err, const char *why)
{
    return cbi_algorithm_refuse(err, CBI_REASON_BAD_PRIVATE_KEY, "pkcs8", why);
}

static cbank_status read_ed25519(const uint8_t *der, int size, cbi_public *key, cbi_secret *raw,
                                 cbank_error *err)
{
    const uint8_t *cursor = der;
    ASN1_OCTET_STRING *octets = d2i_ASN1_OCTET_STRING(NULL, &cursor, size);
    bool taken = cursor == der + size && take_octets(octets, raw);

    free_octets(octets);
    if (!taken)
        return refuse(err, "not an Ed25519 secret");
    return cbi_pkey_public_of_secret(CBI_SUITE_SHA256_ED25519, raw, key, err);
}

static cbank_status read_sm2(const uint8_t *der, int size, cbi_public *key, cbi_secret *raw,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const uint8_t *cursor = der;
    ec_private *read =
        (ec_private *)ASN1_item_d2i(NULL, &cursor, size, ASN1_ITEM_rptr(ec_private));

    if (read == NULL || cursor != der + size || ASN1_INTEGER_get(read->version) != 1 ||
        !take_octets(read->secret, raw) ||
        (read->curve != NULL && OBJ_obj2nid(read->curve) != NID_sm2)) {
        status = refuse(err, "not an SM2 secret");
        goto done;
    }
    CBI_TRY(cbi_pkey_public_of_secret(CBI_SUITE_SM3_SM2, raw, key, err));
    if (read->point != NULL &&
        !cbi_bytes_equal(cbi_bytes_of(read->point->data, (size_t)read->point->length),
                         cbi_public_bytes(key)))
        status = refuse(err, "its public half is another key's");
done:
    free_ec(read);
    return status;
}

cbank_status cbi_pkcs8_read(const PKCS8_PRIV_KEY_INFO *info, cbi_public *key, cbi_secret *raw,
                            cbank_error *err)
{
    const ASN1_OBJECT *name = NULL, *curve = NULL;
    const X509_ALGOR *algorithm = NULL;
    const void *value = NULL;
    const uint8_t *der = NULL;
    int size = 0, type = V_ASN1_UNDEF, kind;

    if (PKCS8_pkey_get0(&name, &der, &size, &algorithm, info) != 1)
        return refuse(err, "empty");
    X509_ALGOR_get0(NULL, &type, &value, algorithm);
    kind = OBJ_obj2nid(name);
    if (kind == NID_ED25519)
        return read_ed25519(der, size, key, raw, err);
    if (type == V_ASN1_OBJECT)
        curve = value;
    if (kind == NID_X9_62_id_ecPublicKey && curve != NULL && OBJ_obj2nid(curve) == NID_sm2)
        return read_sm2(der, size, key, raw, err);
    return cbi_algorithm_refuse(err, CBI_REASON_KEY_UNSUPPORTED, "key",
                                OBJ_nid2sn(curve == NULL ? kind : OBJ_obj2nid(curve)));
}
