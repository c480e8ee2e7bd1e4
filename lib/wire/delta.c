#include "wire/delta.h"

#include <string.h>

#include "wire/field.h"

#define GRAM 4u
#define STRIDE 16u

static size_t place_of(const uint8_t *bytes)
{
    uint32_t gram;

    memcpy(&gram, bytes, sizeof(gram));
    return (gram * 2654435761u) >> 22; /* as many bits as CBI_DELTA_PLACES has */
}

void cbi_delta_set(cbi_delta_pattern *pattern, cbi_bytes bytes)
{
    memset(pattern->places, 0, sizeof(pattern->places));
    pattern->hint_count = 0;
    pattern->size = bytes.size < CBI_DELTA_PATTERN_MAX ? bytes.size : CBI_DELTA_PATTERN_MAX;
    memcpy(pattern->bytes, bytes.data, pattern->size);
    for (size_t i = 0; i + GRAM <= pattern->size; i++) {
        uint16_t *place = &pattern->places[place_of(pattern->bytes + i)];

        if (*place == 0)
            *place = (uint16_t)(i + 1);
    }
}

/* How many bytes two places have in common, up to `room`. */
static size_t count_common(const uint8_t *a, const uint8_t *b, size_t room)
{
    size_t size = 0;
    uint64_t one, other;

    while (room - size >= sizeof(one)) {
        memcpy(&one, a + size, sizeof(one));
        memcpy(&other, b + size, sizeof(other));
        if (one != other)
            break;
        size += sizeof(one);
    }
    while (size < room && a[size] == b[size])
        size++;
    return size;
}

/* How many bytes from `at` on stand in the pattern, and where. */
static size_t match(const cbi_delta_pattern *pattern, cbi_bytes bytes, size_t at, size_t *offset)
{
    size_t from, left = bytes.size - at;

    if (left < GRAM)
        return 0;
    from = pattern->places[place_of(bytes.data + at)];
    if (from == 0)
        return 0;
    *offset = --from;
    if (left > pattern->size - from)
        left = pattern->size - from;
    return count_common(bytes.data + at, pattern->bytes + from, left);
}

/* ---- writing ------------------------------------------------------------------------------- */

typedef struct writer {
    uint8_t *out;
    size_t size, room;
    bool full;
} writer;

static void write_bytes(writer *it, const uint8_t *bytes, size_t size)
{
    it->full = it->full || size > it->room - it->size;
    if (it->full)
        return;
    memcpy(it->out + it->size, bytes, size);
    it->size += size;
}

static void write_number(writer *it, size_t number)
{
    uint8_t bytes[CBI_VARINT_MAX];

    if (it->room - it->size >= CBI_VARINT_MAX)
        it->size += cbi_varint_write(number, it->out + it->size);
    else
        write_bytes(it, bytes, cbi_varint_write(number, bytes));
}

static void write_own(writer *it, cbi_bytes bytes, size_t from, size_t until)
{
    if (from == until)
        return;
    write_number(it, (until - from - 1) << 1);
    write_bytes(it, bytes.data + from, until - from);
}

/* A piece of the pattern: where it is in the bytes and in the pattern, and its size; 0: none. */
typedef struct piece {
    size_t at, offset, size;
} piece;

/* The next one from `own` on, where the hint says that it is. */
static piece try_hint(const cbi_delta_pattern *pattern, cbi_bytes bytes, size_t own, size_t number)
{
    const struct cbi_delta_hint *hint;
    size_t left = bytes.size - own;
    piece out = {0};

    if (number >= pattern->hint_count)
        return out;
    hint = &pattern->hints[number];
    if (hint->own >= left)
        return out;
    out = (piece){.at = own + hint->own, .offset = hint->offset};
    left -= hint->own;
    if (left > pattern->size - out.offset)
        left = pattern->size - out.offset;
    out.size = count_common(bytes.data + out.at, pattern->bytes + out.offset, left);
    return out;
}

/* The next one, wherever it is; the longer nothing is met, the fewer places are tried. */
static piece find_piece(const cbi_delta_pattern *pattern, cbi_bytes bytes, size_t own)
{
    piece out = {.at = own};

    for (; out.at < bytes.size; out.at += 1 + (out.at - own) / STRIDE) {
        out.size = match(pattern, bytes, out.at, &out.offset);
        if (out.size >= CBI_DELTA_COPY_MIN)
            break;
        out.size = 0;
    }
    while (out.size > 0 && out.at > own && out.offset > 0 &&
           bytes.data[out.at - 1] == pattern->bytes[out.offset - 1]) {
        out.at--;
        out.offset--;
        out.size++;
    }
    return out;
}

static void remember(cbi_delta_pattern *pattern, size_t number, size_t own, size_t offset)
{
    if (number >= CBI_DELTA_HINTS || own > UINT16_MAX)
        return;
    pattern->hints[number] =
        (struct cbi_delta_hint){.own = (uint16_t)own, .offset = (uint16_t)offset};
    if (pattern->hint_count <= number)
        pattern->hint_count = number + 1;
}

size_t cbi_delta_write(cbi_delta_pattern *pattern, cbi_bytes bytes, uint8_t *out, size_t room)
{
    writer it = {.out = out, .room = room};
    size_t own = 0, number = 0;

    while (own < bytes.size && !it.full) {
        piece next = try_hint(pattern, bytes, own, number);

        if (next.size < CBI_DELTA_COPY_MIN) {
            next = find_piece(pattern, bytes, own);
            if (next.size == 0)
                break;
            remember(pattern, number, next.at - own, next.offset);
        }
        write_own(&it, bytes, own, next.at);
        write_number(&it, (next.size - CBI_DELTA_COPY_MIN) << 1 | 1);
        write_number(&it, next.offset);
        own = next.at + next.size;
        number++;
    }
    write_own(&it, bytes, own, bytes.size);
    return it.full ? 0 : it.size;
}

/* ---- reading ------------------------------------------------------------------------------- */

bool cbi_delta_read(cbi_bytes pattern, cbi_bytes delta, uint8_t *out, size_t size)
{
    size_t at = 0, done = 0;

    while (at < delta.size) {
        cbi_bytes from = pattern;
        uint64_t number, offset, length;

        if (!cbi_varint_read(delta, &at, &number))
            return false;
        length = (number >> 1) + ((number & 1) != 0 ? CBI_DELTA_COPY_MIN : 1);
        if ((number & 1) != 0) {
            if (!cbi_varint_read(delta, &at, &offset))
                return false;
        } else {
            from = delta;
            offset = at;
            at += (size_t)length;
        }
        if (offset > from.size || length > from.size - offset || length > size - done)
            return false;
        memcpy(out + done, from.data + offset, (size_t)length);
        done += (size_t)length;
    }
    return done == size;
}

/* ---- what is common ------------------------------------------------------------------------ */

size_t cbi_delta_shared(const cbi_delta_pattern *pattern, cbi_bytes bytes,
                        uint8_t out[CBI_DELTA_PATTERN_MAX])
{
    size_t at = 0, done = 0, offset = 0;

    while (at < bytes.size) {
        size_t size = match(pattern, bytes, at, &offset);
        size_t left = CBI_DELTA_PATTERN_MAX - done;

        if (size < CBI_DELTA_SHARED_MIN) {
            at++;
            continue;
        }
        memcpy(out + done, bytes.data + at, size < left ? size : left);
        done += size < left ? size : left;
        at += size;
    }
    return done;
}
