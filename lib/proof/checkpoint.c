#include "proof/checkpoint.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "proof/lines.h"

static bool is_origin_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool cbi_origin_is_valid(cbi_bytes origin)
{
    size_t slashes = 0;
    bool at_part = false; /* behind at least one letter of a part */

    if (origin.size > CBI_ORIGIN_MAX)
        return false;
    for (size_t i = 0; i < origin.size; i++) {
        bool is_letter = is_origin_letter(origin.data[i]);

        if (!is_letter && (origin.data[i] != '/' || !at_part))
            return false;
        slashes += !is_letter;
        at_part = is_letter;
    }
    return at_part && slashes > 0;
}

cbank_status cbi_checkpoint_encode(const cbi_checkpoint *checkpoint, cbank_buffer *text,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t begin = text->size;
    char size_line[24];

    if (!cbi_origin_is_valid(checkpoint->origin))
        return cbi_fail(err, CBI_REASON_BAD_ORIGIN, 0, NULL, NULL);
    if (checkpoint->size > CBI_TREE_SIZE_MAX)
        return cbi_fail(err, CBI_REASON_TREE_FULL, checkpoint->size, NULL, NULL);
    snprintf(size_line, sizeof(size_line), "\n%" PRIu64 "\n", checkpoint->size);
    CBI_TRY(cbi_buffer_append(text, checkpoint->origin, err));
    CBI_TRY(cbi_buffer_append(text, cbi_bytes_of_text(size_line), err));
    CBI_TRY(cbi_base64_encode(cbi_bytes_of_hash(&checkpoint->root), text, err));
    CBI_TRY(cbi_buffer_append(text, cbi_bytes_of_text("\n"), err));
done:
    if (status != CBANK_OK)
        text->size = begin;
    return status;
}

cbank_status cbi_checkpoint_decode(cbi_bytes text, cbi_checkpoint *out, cbank_error *err)
{
    cbi_bytes rest = text;
    cbi_bytes size_line, root_line;
    cbi_checkpoint read;
    size_t root_size;

    if (!cbi_lines_next(&rest, &read.origin) || !cbi_lines_next(&rest, &size_line) ||
        !cbi_lines_next(&rest, &root_line) || rest.size != 0)
        return cbi_fail(err, CBI_REASON_BAD_CHECKPOINT, 0, NULL, "not three lines");
    if (read.origin.size == 0 || read.origin.size > CBI_ORIGIN_MAX ||
        !cbi_text_is_clean(read.origin))
        return cbi_fail(err, CBI_REASON_BAD_CHECKPOINT, 1, NULL, "origin");
    if (!cbi_u64_parse(size_line, &read.size) || read.size > CBI_TREE_SIZE_MAX)
        return cbi_fail(err, CBI_REASON_BAD_CHECKPOINT, 2, NULL, "size");
    if (!cbi_base64_decode(root_line, read.root.bytes, CBI_HASH_SIZE, &root_size) ||
        root_size != CBI_HASH_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_CHECKPOINT, 3, NULL, "root");
    *out = read;
    return CBANK_OK;
}

cbank_status cbi_checkpoint_sign(const cbi_checkpoint *checkpoint, const cbi_private *key,
                                 cbank_buffer *note, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer text = {0};

    CBI_TRY(cbi_checkpoint_encode(checkpoint, &text, err));
    CBI_TRY(cbi_note_sign(cbi_bytes_of_buffer(&text), checkpoint->origin, key, note, err));
done:
    cbank_buffer_clear(&text);
    return status;
}

cbank_status cbi_checkpoint_verify(cbi_bytes note, cbi_bytes origin, const cbi_public *key,
                                   cbi_known *known, cbi_checkpoint *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes text;
    cbi_checkpoint read;

    CBI_TRY(cbi_note_verify(note, origin, key, known, &text, err));
    CBI_TRY(cbi_checkpoint_decode(text, &read, err));
    if (!cbi_bytes_equal(read.origin, origin))
        return cbi_fail(err, CBI_REASON_OTHER_ORIGIN, 0, NULL, NULL);
    *out = read;
done:
    return status;
}
