#include "proof/note.h"

#include <string.h>

#include "base/text.h"
#include "proof/lines.h"

#define ID_SIZE 4
#define EXTENSION "sm2-sm3"
#define TYPED_KEY_MAX (1 + sizeof(EXTENSION) - 1 + CBI_PUBLIC_MAX)
#define SIGNATURE_MARK "\xe2\x80\x94 " /* em dash, blank */

/* Any size of base64 that a note can hold; only our own signatures are looked into. */
typedef struct signature {
    cbi_bytes name;
    uint8_t bytes[CBI_NOTE_MAX / 4 * 3];
    size_t size;
} signature;

/* What comes before the key wherever a key is named. */
static cbi_bytes key_type(cbi_suite suite)
{
    return cbi_bytes_of_text(suite == CBI_SUITE_SM3_SM2 ? "\xff" EXTENSION : "\x01");
}

/* What comes before the signature, after the key id. */
static cbi_bytes signature_type(cbi_suite suite)
{
    return cbi_bytes_of_text(suite == CBI_SUITE_SM3_SM2 ? EXTENSION : "");
}

static bool holds(cbi_bytes text, const char *piece)
{
    return memmem(text.data, text.size, piece, strlen(piece)) != NULL;
}

/* As C2SP has it: not empty, no Unicode space, no plus. */
static bool name_is_valid(cbi_bytes name)
{
    static const char *const refused[] = {
        "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
        "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u202f", "\u205f", "\u3000",
    };
    bool ascii = true;

    if (name.size == 0 || !cbi_text_is_clean(name))
        return false;
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '+' || name.data[i] == ' ')
            return false;
        ascii = ascii && name.data[i] < 0x80;
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && !ascii; i++)
        if (holds(name, refused[i]))
            return false;
    return true;
}

static bool is_own_name(cbi_bytes name)
{
    return name.size <= CBI_ORIGIN_MAX && name_is_valid(name);
}

/* Clean lines only, the last one ended by its newline. */
static bool is_clean_text(cbi_bytes text)
{
    cbi_bytes rest = text;
    cbi_bytes line;

    while (cbi_lines_next(&rest, &line))
        if (!cbi_text_is_clean(line))
            return false;
    return text.size > 0 && rest.size == 0;
}

static size_t put(uint8_t *out, size_t at, cbi_bytes bytes)
{
    if (bytes.size > 0)
        memcpy(out + at, bytes.data, bytes.size);
    return at + bytes.size;
}

static cbi_bytes typed_key(const cbi_public *key, uint8_t out[TYPED_KEY_MAX])
{
    size_t size = put(out, 0, key_type(key->suite));

    return cbi_bytes_of(out, put(out, size, cbi_public_bytes(key)));
}

static cbank_status find_id(cbi_bytes name, cbi_bytes typed, uint8_t id[ID_SIZE], cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t text[CBI_ORIGIN_MAX + 1 + TYPED_KEY_MAX];
    size_t size = put(text, 0, name);
    cbi_hash hash;

    size = put(text, size, cbi_bytes_of_text("\n"));
    size = put(text, size, typed);
    CBI_TRY(cbi_digest_sha256(cbi_bytes_of(text, size), &hash, err));
    memcpy(id, hash.bytes, ID_SIZE);
done:
    return status;
}

cbank_status cbi_note_vkey(cbi_bytes name, const cbi_public *key, cbank_buffer *out,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t begin = out->size;
    uint8_t typed_bytes[TYPED_KEY_MAX];
    cbi_bytes typed = typed_key(key, typed_bytes);
    uint8_t id[ID_SIZE];
    char hex[2 * ID_SIZE + 1];

    CBI_REQUIRE(is_own_name(name), err);
    CBI_TRY(find_id(name, typed, id, err));
    cbi_hex_encode(cbi_bytes_of(id, ID_SIZE), hex);
    CBI_TRY(cbi_buffer_append(out, name, err));
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text("+"), err));
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(hex), err));
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text("+"), err));
    CBI_TRY(cbi_base64_encode(typed, out, err));
done:
    if (status != CBANK_OK)
        out->size = begin;
    return status;
}

/* "name+hash+base64" at its plus signs; base64 may hold more of them, a name none. */
static bool split_vkey(cbi_bytes vkey, cbi_bytes *name, cbi_bytes *hash, cbi_bytes *key)
{
    const uint8_t *plus = vkey.size == 0 ? NULL : memchr(vkey.data, '+', vkey.size);
    cbi_bytes rest;

    if (plus == NULL)
        return false;
    *name = cbi_bytes_of(vkey.data, (size_t)(plus - vkey.data));
    rest = cbi_bytes_of(plus + 1, vkey.size - name->size - 1);
    if (!is_own_name(*name) || rest.size <= 2 * ID_SIZE || rest.data[2 * ID_SIZE] != '+')
        return false;
    *hash = cbi_bytes_of(rest.data, 2 * ID_SIZE);
    *key = cbi_bytes_of(rest.data + 2 * ID_SIZE + 1, rest.size - 2 * ID_SIZE - 1);
    return true;
}

cbank_status cbi_note_parse_vkey(cbi_bytes vkey, cbi_bytes *name, cbi_public *key, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes own_name, hash, encoded, typed;
    uint8_t bytes[TYPED_KEY_MAX];
    uint8_t id[ID_SIZE];
    char hex[2 * ID_SIZE + 1];
    cbi_suite suite = CBI_SUITE_SHA256_ED25519;

    if (!split_vkey(vkey, &own_name, &hash, &encoded) ||
        !cbi_base64_decode(encoded, bytes, sizeof(bytes), &typed.size))
        return cbi_fail(err, CBI_REASON_BAD_VKEY, 0, NULL, "form");
    typed.data = bytes;
    CBI_TRY(find_id(own_name, typed, id, err));
    cbi_hex_encode(cbi_bytes_of(id, ID_SIZE), hex);
    if (!cbi_bytes_equal(hash, cbi_bytes_of_text(hex)))
        return cbi_fail(err, CBI_REASON_BAD_VKEY, 0, NULL, "key id");
    if (!cbi_lines_skip(&typed, key_type(suite))) {
        suite = CBI_SUITE_SM3_SM2;
        if (!cbi_lines_skip(&typed, key_type(suite)))
            return cbi_fail(err, CBI_REASON_VKEY_TYPE, 0, NULL, NULL);
    }
    CBI_TRY(cbi_public_parse(suite, typed, key, err));
    *name = own_name;
done:
    return status;
}

static cbank_status append_signature(cbi_bytes name, const uint8_t id[ID_SIZE], cbi_suite suite,
                                     cbi_bytes bare, cbank_buffer *note, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t bytes[ID_SIZE + sizeof(EXTENSION) + CBI_SIGNATURE_MAX];
    size_t size = put(bytes, 0, cbi_bytes_of(id, ID_SIZE));

    size = put(bytes, size, signature_type(suite));
    size = put(bytes, size, bare);
    CBI_TRY(cbi_buffer_append(note, cbi_bytes_of_text(SIGNATURE_MARK), err));
    CBI_TRY(cbi_buffer_append(note, name, err));
    CBI_TRY(cbi_buffer_append(note, cbi_bytes_of_text(" "), err));
    CBI_TRY(cbi_base64_encode(cbi_bytes_of(bytes, size), note, err));
    CBI_TRY(cbi_buffer_append(note, cbi_bytes_of_text("\n"), err));
done:
    return status;
}

cbank_status cbi_note_sign(cbi_bytes text, cbi_bytes name, const cbi_private *key,
                           cbank_buffer *note, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_public *public_key = cbi_private_public(key);
    size_t begin = note->size;
    cbank_buffer bare = {0};
    uint8_t typed[TYPED_KEY_MAX];
    uint8_t id[ID_SIZE];

    CBI_REQUIRE(is_clean_text(text), err);
    CBI_REQUIRE(is_own_name(name), err);
    CBI_TRY(find_id(name, typed_key(public_key, typed), id, err));
    CBI_TRY(cbi_sign(key, text, &bare, err));
    CBI_TRY(cbi_buffer_append(note, text, err));
    CBI_TRY(cbi_buffer_append(note, cbi_bytes_of_text("\n"), err));
    CBI_TRY(append_signature(name, id, public_key->suite, cbi_bytes_of_buffer(&bare), note, err));
    if (note->size - begin > CBI_NOTE_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_NOTE_MAX, "note", NULL));
done:
    if (status != CBANK_OK)
        note->size = begin;
    cbank_buffer_clear(&bare);
    return status;
}

/* Text and signature lines; they are parted by the last empty line. */
static bool split_note(cbi_bytes note, cbi_bytes *text, cbi_bytes *lines)
{
    if (note.size > CBI_NOTE_MAX || !is_clean_text(note))
        return false;
    for (size_t at = note.size - 1; at > 0; at--) {
        if (note.data[at] != '\n' || note.data[at - 1] != '\n')
            continue;
        *text = cbi_bytes_of(note.data, at);
        *lines = cbi_bytes_of(note.data + at + 1, note.size - at - 1);
        return lines->size > 0;
    }
    return false;
}

static bool parse_signature(cbi_bytes line, signature *out)
{
    cbi_bytes rest = line;
    const uint8_t *blank;

    if (!cbi_lines_skip(&rest, cbi_bytes_of_text(SIGNATURE_MARK)))
        return false;
    blank = rest.size == 0 ? NULL : memchr(rest.data, ' ', rest.size);
    if (blank == NULL)
        return false;
    out->name = cbi_bytes_of(rest.data, (size_t)(blank - rest.data));
    rest = cbi_bytes_of(blank + 1, rest.size - out->name.size - 1);
    return name_is_valid(out->name) &&
           cbi_base64_decode(rest, out->bytes, sizeof(out->bytes), &out->size) &&
           out->size > ID_SIZE;
}

/* The one signature of that name and key id; every line's form is checked. */
static cbank_status find_signature(cbi_bytes lines, cbi_bytes name, const uint8_t id[ID_SIZE],
                                   signature *out, cbank_error *err)
{
    signature other;
    cbi_bytes line;
    size_t count = 0;
    bool found = false;

    while (cbi_lines_next(&lines, &line)) {
        if (++count > CBI_NOTE_SIGNATURES_MAX)
            return cbi_fail(err, CBI_REASON_BAD_NOTE, count, NULL, "too many signatures");
        if (!parse_signature(line, &other))
            return cbi_fail(err, CBI_REASON_BAD_NOTE, count, NULL, "signature line");
        if (!cbi_bytes_equal(other.name, name) || memcmp(other.bytes, id, ID_SIZE) != 0)
            continue;
        if (found)
            return cbi_fail(err, CBI_REASON_BAD_NOTE, count, NULL, "signed twice by one key");
        found = true;
        *out = other;
    }
    if (!found)
        return cbi_fail(err, CBI_REASON_NOTE_NOT_SIGNED, 0, NULL, NULL);
    return CBANK_OK;
}

cbank_status cbi_note_verify(cbi_bytes note, cbi_bytes name, const cbi_public *key,
                             cbi_known *known, cbi_bytes *text, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes own_text, lines, bare;
    signature own;
    uint8_t typed[TYPED_KEY_MAX];
    uint8_t id[ID_SIZE];

    CBI_REQUIRE(is_own_name(name), err);
    if (!split_note(note, &own_text, &lines))
        return cbi_fail(err, CBI_REASON_BAD_NOTE, 0, NULL, "form");
    CBI_TRY(find_id(name, typed_key(key, typed), id, err));
    CBI_TRY(find_signature(lines, name, id, &own, err));
    bare = cbi_bytes_of(own.bytes + ID_SIZE, own.size - ID_SIZE);
    if (!cbi_lines_skip(&bare, signature_type(key->suite)))
        return cbi_fail(err, CBI_REASON_BAD_SIGNATURE, 0, NULL, "signature type");
    CBI_TRY(cbi_known_verify(known, key, own_text, bare, err));
    *text = own_text;
done:
    return status;
}

bool cbi_note_is_signed_as(cbi_bytes note, cbi_bytes name)
{
    cbi_bytes text, lines, line;
    signature one;

    if (note.size == 0 || !split_note(note, &text, &lines))
        return false;
    while (cbi_lines_next(&lines, &line)) {
        if (!parse_signature(line, &one) || !cbi_bytes_equal(one.name, name))
            return false;
    }
    return true;
}
