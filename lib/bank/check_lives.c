#include "bank/check_part.h"

#include <string.h>

#include "base/memory.h"

/* Where a tag is, or where it would go: rows are in the order of their tags. */
static size_t place_of(const cbi_check_lives *lives, const cbi_hash *tag)
{
    size_t begin = 0, end = lives->count;

    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;

        if (memcmp(lives->rows[middle].tag.bytes, tag->bytes, CBI_HASH_SIZE) < 0)
            begin = middle + 1;
        else
            end = middle;
    }
    return begin;
}

static bool is_there(const cbi_check_lives *lives, size_t at, const cbi_hash *tag)
{
    return at < lives->count && cbi_hash_equal(&lives->rows[at].tag, tag);
}

uint8_t cbi_check_lives_find(const cbi_check_lives *lives, const cbi_hash *tag, uint8_t usual)
{
    size_t at = place_of(lives, tag);

    return is_there(lives, at, tag) ? lives->rows[at].life : usual;
}

static cbank_status make_room(cbi_check_lives *lives, cbank_error *err)
{
    size_t capacity = lives->capacity == 0 ? 16 : 2 * lives->capacity;
    struct cbi_check_tag_life *rows = NULL;
    cbank_status status = CBANK_OK;

    if (lives->count < lives->capacity)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(capacity, sizeof(*rows), &rows, err));
    if (lives->count > 0)
        memcpy(rows, lives->rows, lives->count * sizeof(*rows));
    cbi_free(lives->rows);
    lives->rows = rows;
    lives->capacity = capacity;
done:
    return status;
}

cbank_status cbi_check_lives_put(cbi_check_lives *lives, const cbi_hash *tag, uint8_t life,
                                 uint8_t usual, cbank_error *err)
{
    size_t at = place_of(lives, tag);
    cbank_status status = CBANK_OK;

    if (is_there(lives, at, tag)) {
        lives->rows[at].life = life;
    } else if (life != usual) {
        CBI_TRY(make_room(lives, err));
        memmove(lives->rows + at + 1, lives->rows + at,
                (lives->count - at) * sizeof(*lives->rows));
        lives->rows[at] = (struct cbi_check_tag_life){*tag, life};
        lives->count++;
    }
done:
    return status;
}
