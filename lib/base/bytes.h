/*
 * bytes.h - borrowed bytes, and a buffer that grows up to a limit.
 *
 * cbi_bytes lends: it never owns, and dies with what it points into. cbank_buffer owns, and is
 * the same struct that the public header hands to callers.
 */
#ifndef CBI_BASE_BYTES_H
#define CBI_BASE_BYTES_H

#include <string.h>

#include "base/error.h"

typedef struct cbi_bytes {
    const uint8_t *data;
    size_t size;
} cbi_bytes;

/* 32 bytes: a digest, a leaf hash, a tag, a root, a commitment or randomness. */
#define CBI_HASH_SIZE 32
typedef struct cbi_hash {
    uint8_t bytes[CBI_HASH_SIZE];
} cbi_hash;

static inline cbi_bytes cbi_bytes_of(const void *data, size_t size)
{
    return (cbi_bytes){(const uint8_t *)data, size};
}

static inline cbi_bytes cbi_bytes_of_text(const char *text)
{
    return cbi_bytes_of(text, text == NULL ? 0 : strlen(text));
}

static inline cbi_bytes cbi_bytes_of_hash(const cbi_hash *hash)
{
    return cbi_bytes_of(hash->bytes, CBI_HASH_SIZE);
}

static inline cbi_bytes cbi_bytes_of_buffer(const cbank_buffer *buffer)
{
    return cbi_bytes_of(buffer->data, buffer->size);
}

static inline bool cbi_bytes_equal(cbi_bytes a, cbi_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Order of the store's keys: byte by byte, a prefix before what it begins. */
int cbi_bytes_compare(cbi_bytes a, cbi_bytes b);

static inline bool cbi_hash_equal(const cbi_hash *a, const cbi_hash *b)
{
    return memcmp(a->bytes, b->bytes, CBI_HASH_SIZE) == 0;
}

bool cbi_hash_is_zero(const cbi_hash *hash);
/* False unless there are exactly 32 bytes. */
bool cbi_hash_from(cbi_bytes bytes, cbi_hash *out);

/* Makes room for `size` more bytes; MEMORY, or TOO_LARGE past CBI_BUFFER_MAX. */
cbank_status cbi_buffer_reserve(cbank_buffer *buffer, size_t size, cbank_error *err);
cbank_status cbi_buffer_append(cbank_buffer *buffer, cbi_bytes bytes, cbank_error *err);
/* Replaces the content. */
cbank_status cbi_buffer_set(cbank_buffer *buffer, cbi_bytes bytes, cbank_error *err);
/* Keeps the memory for reuse, without wiping: for what is no secret. */
void cbi_buffer_rewind(cbank_buffer *buffer);

/* Big-endian numbers, as in entries and keys. */
void cbi_put_u32(uint8_t out[4], uint32_t value);
void cbi_put_u64(uint8_t out[8], uint64_t value);
uint32_t cbi_get_u32(const uint8_t in[4]);
uint64_t cbi_get_u64(const uint8_t in[8]);

#endif
