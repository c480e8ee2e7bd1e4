#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

int cbi_bytes_compare(cbi_bytes a, cbi_bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.data, b.data, common);

    if (order != 0)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

bool cbi_hash_is_zero(const cbi_hash *hash)
{
    static const cbi_hash zero;

    return cbi_hash_equal(hash, &zero);
}

bool cbi_hash_from(cbi_bytes bytes, cbi_hash *out)
{
    if (bytes.size != CBI_HASH_SIZE)
        return false;
    memcpy(out->bytes, bytes.data, CBI_HASH_SIZE);
    return true;
}

/* A new block, so that the old one can be wiped: realloc would leave a copy behind. */
static cbank_status grow(cbank_buffer *buffer, size_t capacity, cbank_error *err)
{
    uint8_t *data = malloc(capacity);

    if (data == NULL)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, (uint64_t)capacity, NULL, NULL);
    if (buffer->size > 0)
        memcpy(data, buffer->data, buffer->size);
    cbi_wipe(buffer->data, buffer->capacity); /* beyond its size lies what it held before */
    free(buffer->data);
    buffer->data = data;
    buffer->capacity = capacity;
    return CBANK_OK;
}

cbank_status cbi_buffer_reserve(cbank_buffer *buffer, size_t size, cbank_error *err)
{
    size_t capacity = buffer->capacity == 0 ? 256 : buffer->capacity;

    if (size > CBI_BUFFER_MAX || buffer->size > CBI_BUFFER_MAX - size)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_BUFFER_MAX, NULL, NULL);
    if (buffer->size + size <= buffer->capacity)
        return CBANK_OK;
    while (capacity < buffer->size + size)
        capacity += capacity / 2 + 64;
    return grow(buffer, capacity, err);
}

cbank_status cbi_buffer_append(cbank_buffer *buffer, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = cbi_buffer_reserve(buffer, bytes.size, err);

    if (status != CBANK_OK)
        return status;
    if (bytes.size > 0)
        memcpy(buffer->data + buffer->size, bytes.data, bytes.size);
    buffer->size += bytes.size;
    return CBANK_OK;
}

cbank_status cbi_buffer_set(cbank_buffer *buffer, cbi_bytes bytes, cbank_error *err)
{
    buffer->size = 0;
    return cbi_buffer_append(buffer, bytes, err);
}

void cbi_buffer_rewind(cbank_buffer *buffer)
{
    buffer->size = 0;
}

void cbank_buffer_clear(cbank_buffer *buffer)
{
    if (buffer == NULL)
        return;
    cbi_wipe(buffer->data, buffer->capacity);
    free(buffer->data);
    *buffer = (cbank_buffer){0};
}

void cbi_put_u32(uint8_t out[4], uint32_t value)
{
    for (int i = 3; i >= 0; i--) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

void cbi_put_u64(uint8_t out[8], uint64_t value)
{
    for (int i = 7; i >= 0; i--) {
        out[i] = (uint8_t)value;
        value >>= 8;
    }
}

uint32_t cbi_get_u32(const uint8_t in[4])
{
    uint32_t value = 0;

    for (int i = 0; i < 4; i++)
        value = value << 8 | in[i];
    return value;
}

uint64_t cbi_get_u64(const uint8_t in[8])
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value = value << 8 | in[i];
    return value;
}
